"""One module a kind of document: from a raw file to records of text with their origin."""

from collections.abc import Callable, Mapping
from pathlib import Path

from kukar_analysis import formats, places
from kukar_analysis.errors import SourceError
from kukar_analysis.read import files, letter, lists, mapping, sums
from kukar_analysis.read.lists import recognise
from kukar_analysis.read.source import Reading, refusal, told

__all__ = ["READERS"]


def _lists(path: Path, name: str) -> Reading:
    """Read every sheet or the list by mapping, or else by its headings; what was not read is named.

    Raises OSError or SourceError where nothing can be read, or what was typed in does not add up.
    """
    reading, sheets, all_told = Reading(), [], True
    forms, _ = mapping.load(Path(path.as_posix().removesuffix(name)))
    for found in files.grids(path, name, reading):
        before, said, noted = (len(x) for x in (reading.lists, reading.problems, reading.notes))
        if found.unread or not mapping.read(found, forms, reading):
            lists.read(found, reading)
        became = [each.kind for each in reading.lists[before:]]
        if any(not each.records for each in reading.lists[before:]):
            empty = reading.problems if found.medium == "text" else reading.notes
            empty.append(told("no_lines", found.place))
        elif (
            not became
            and not found.unread
            and recognise(found).kind in ("", "survey")  # else it is near to another list of ours
            and (what := mapping.guess(found))
        ):
            del reading.problems[said:], reading.notes[noted:]
            reading.say("unmapped", found.place, f"{what}, `kukar map {name}`")
        if became and found.hidden:
            reading.say("hidden_rows", found.place, formats.listed([*map(str, found.hidden)], 10))
        if became and found.hidden_columns:
            reading.say("hidden_columns", found.place)
        state = " + ".join(became) or found.unread or ("tidak dibaca" if found.rows else "kosong")
        sheets.append(f"{found.part!r} {state}")
        all_told &= bool(became or found.unread)
    if not any(found.records or found.medium == "text" for found in reading.lists):
        said_ = [*reading.problems, *reading.notes]
        raise SourceError(" ".join(said_)) if said_ else refusal("no_sheet", name)
    if not all_told:
        reading.say("sheets", name, ", ".join(sheets))
    if any(found.medium == "workbook" for found in reading.lists):
        sums.check_typed(reading, name, int(name[:4]))
    return reading


READERS: Mapping[str, Callable[[Path, str], Reading]] = {
    **dict.fromkeys((*places.TEXTS, *places.WORKBOOKS), _lists),
    ".pdf": lambda path, name: letter.read(path, name, int(name[:4])),
}
"""What reads a file, by how its name ends: (path, name under the raw folder) -> Reading."""
