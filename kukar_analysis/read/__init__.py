"""One module a kind of document: from a raw file to records of text with their origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kukar_analysis import places
from kukar_analysis.errors import SourceError
from kukar_analysis.read import grid, letter, sums, table, workbook
from kukar_analysis.read.source import Reading

__all__ = ["READERS"]


def _lists(path: Path, name: str) -> Reading:
    """Read every sheet of a workbook, or the list of a text; what was not read is named.

    Raises OSError or SourceError where nothing can be read, or what was typed in does not add up.
    """
    reading = Reading([])
    grids = table.grids if path.suffix.lower() in places.TEXTS else workbook.grids
    sheets, all_told = [], True
    for found in grids(path, name, reading):
        before = len(reading.lists)
        grid.read(found, reading)
        became = " + ".join(each.kind for each in reading.lists[before:])
        became = (
            became or found.unread.removeprefix("is ") or ("not read" if found.rows else "empty")
        )
        sheets.append(f"{found.part!r} {became}")
        all_told &= len(reading.lists) > before or bool(found.unread)
    if not any(found.records or found.medium == "text" for found in reading.lists):
        said = [*reading.problems, *reading.notes] or [f"{name}: no sheet holds anything"]
        raise SourceError("; ".join(said))
    if not all_told:
        reading.notes.append(f"{name}: sheets: {', '.join(sheets)}")
    if grids is workbook.grids:
        sums.check_typed(reading, name, int(name[:4]))
    return reading


def _letter(path: Path, name: str) -> Reading:
    return letter.read(path, name, int(name[:4]))


READERS: Mapping[str, Callable[[Path, str], Reading]] = {
    **dict.fromkeys((*places.TEXTS, *places.WORKBOOKS), _lists),
    ".pdf": _letter,
}
"""What reads a file, by how its name ends: (path, name under the raw folder) -> Reading."""
