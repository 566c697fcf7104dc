"""One module a kind of document: from a raw file to records of text with their origin."""

from collections.abc import Callable, Mapping
from pathlib import Path

from kukar_analysis import formats, places
from kukar_analysis.errors import SourceError
from kukar_analysis.read import files, letter, lists, mapping, source
from kukar_analysis.read.lists import recognise
from kukar_analysis.read.source import Reading, refusal, told

__all__ = ["READERS"]


def _lists(path: Path, name: str) -> Reading:
    """Read every sheet or the list by mapping, or by its headings; what was not read is named."""
    reading, sheets, all_told = Reading(), [], True
    forms, _ = mapping.load(Path(path.as_posix().removesuffix(name)))
    for grid in files.grids(path, name, reading):
        before, said, noted = (len(x) for x in (reading.lists, reading.problems, reading.notes))
        if grid.unread or not mapping.read(grid, forms, reading):
            lists.read(grid, reading)
        found = reading.lists[before:]
        is_open = not found and not grid.unread
        if not all(each.records for each in found):
            empty = reading.problems if grid.medium == "text" else reading.notes
            empty.append(told("no_lines", grid.place))
        # else it is near to another list of ours
        elif is_open and recognise(grid).kind in ("", "survey") and (what := mapping.guess(grid)):
            del reading.problems[said:], reading.notes[noted:]
            reading.say("unmapped", grid.place, f'{what}, `kukar map "{name}"`')
        if found and grid.hidden:
            reading.say("hidden_rows", grid.place, formats.listed([*map(str, grid.hidden)], 10))
        if found and grid.hidden_columns:
            reading.say("hidden_columns", grid.place)
        state = grid.unread or ("tidak dibaca" if grid.rows else "kosong")
        sheets.append(f"{grid.part!r} {' + '.join(each.kind for each in found) or state}")
        all_told &= bool(found) or grid.unread == lists.GUIDE
    if not any(each.records or each.medium == "text" for each in reading.lists):
        why = [*reading.problems, *reading.notes]
        raise SourceError(" ".join(why)) if why else refusal("no_sheet", name)
    if not all_told:
        reading.say("sheets", name, ", ".join(sheets))
    if any(each.medium == "workbook" for each in reading.lists):
        source.check_typed(reading, name, int(name[:4]))
    return reading


READERS: Mapping[str, Callable[[Path, str], Reading]] = {
    **dict.fromkeys((*places.TEXTS, *places.WORKBOOKS), _lists),
    ".pdf": lambda path, name: letter.read(path, name, int(name[:4])),
}
"""What reads a file, by how its name ends: (path, name under the raw folder) -> Reading."""
