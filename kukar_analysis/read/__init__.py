"""One module a kind of document: from a raw file to records of text with their origin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kukar_analysis import places
from kukar_analysis.errors import SourceError
from kukar_analysis.read import grid, letter, mapping, sums, table, workbook
from kukar_analysis.read.headings import Grid
from kukar_analysis.read.source import Reading

__all__ = ["READERS", "grids"]
_OF_SURVEY = re.compile(r"nearest is survey|stand again|statements of a pillar")
"""What is said of a survey that `kukar map` can read."""
_WIDEST = 1000
"""Cells of the widest row that is looked at: headings are compared with every column."""


def grids(path: Path, name: str, reading: Reading) -> Iterator[Grid]:
    """Yield the sheets of a workbook, or the list of a text, as far as headings may be looked for.

    What else is worth saying of the file goes into `reading`.
    """
    reader = table if path.suffix.lower() in places.TEXTS else workbook
    for found in reader.grids(path, name, reading):
        row, widest = max(
            ((n, len(c)) for n, c in found.rows), key=lambda of: of[1], default=(0, 0)
        )
        if widest <= _WIDEST:
            yield found
        else:
            reading.problems.append(
                f"{found.place}: row {row} has {widest} cells, at most {_WIDEST} are read; copy the"
                " list alone into a new file"
            )


def _lists(path: Path, name: str) -> Reading:
    """Read every sheet or the list by mapping, or else by its headings; what was not read is named.

    Raises OSError or SourceError where nothing can be read, or what was typed in does not add up.
    """
    reading = Reading([])
    forms, _ = mapping.load(Path(path.as_posix().removesuffix(name)))
    sheets, all_told = [], True
    for found in grids(path, name, reading):
        lists, said, noted = (len(x) for x in (reading.lists, reading.problems, reading.notes))
        if found.unread or not mapping.read(found, forms, reading):
            grid.read(found, reading)
        if any(not each.records for each in reading.lists[lists:]):
            empty = reading.problems if found.medium == "text" else reading.notes
            empty.append(f"{found.place}: has headings but no lines")
        became = " + ".join(each.kind for each in reading.lists[lists:])
        if not became and not found.unread and (what := mapping.guess(found)):
            near = [p for p in reading.problems[said:] if not _OF_SURVEY.search(p)]
            ask = f"{what} dalam bentuk yang belum dikenal; jalankan `kukar map {name}`"
            reading.problems[said:], reading.notes[noted:] = near or [f"{found.place}: {ask}"], []
        became = (
            became or found.unread.removeprefix("is ") or ("not read" if found.rows else "empty")
        )
        sheets.append(f"{found.part!r} {became}")
        all_told &= len(reading.lists) > lists or bool(found.unread)
    if not any(found.records or found.medium == "text" for found in reading.lists):
        said_ = [*reading.problems, *reading.notes] or [f"{name}: no sheet holds anything"]
        raise SourceError("; ".join(said_))
    if not all_told:
        reading.notes.append(f"{name}: sheets: {', '.join(sheets)}")
    if any(found.medium == "workbook" for found in reading.lists):
        sums.check_typed(reading, name, int(name[:4]))
    return reading


def _letter(path: Path, name: str) -> Reading:
    return letter.read(path, name, int(name[:4]))


READERS: Mapping[str, Callable[[Path, str], Reading]] = {
    **dict.fromkeys((*places.TEXTS, *places.WORKBOOKS), _lists),
    ".pdf": _letter,
}
"""What reads a file, by how its name ends: (path, name under the raw folder) -> Reading."""
