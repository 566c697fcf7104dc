"""Takes the list out of a grid: its records, and what a form says once above them.

A row of column numbers, section rows, totals, remarks and a signature block are told from records;
nothing that could be a record is passed over unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kukar_analysis import framework
from kukar_analysis.read.headings import (
    Found,
    Grid,
    Unknown,
    kinds,
    known_headings,
    recognise,
    words,
)
from kukar_analysis.read.source import Reading, Record, SourceList

__all__ = ["Found", "Grid", "known_headings", "read", "recognise", "words"]

_SIGNED = re.compile(
    r"[a-z .]+,[\s.…]*(\d{1,2}[\s.…]*)?"
    r"(januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember)"
    r"[\s.…]*(20\d\d)?",
    re.IGNORECASE,
)
"""Place and date, which begin a signature block."""
_SIGNATURE, _SIGNATURE_ROWS = 60, 8
"""Letters of the longest text, and rows, of a signature block."""
_PREFILLED = {"question_scores": "score", "component_scores": "mean"}
"""Forms for typing in a letter come with a row for each score; one left blank says nothing."""


def read(grid: Grid, given: dict[str, str], reading: Reading) -> None:
    """Add the list of a grid to `reading`, or the reason why there is none.

    `given` are cells that hold for every record unless the list says otherwise, as the agency that
    the file's name tells.
    """
    found = recognise(grid)
    if isinstance(found, Unknown):
        (reading.problems if found.is_near else reading.notes).append(found.message)
        return
    if found.unused:
        reading.notes.append(f"{grid.place}: columns not used: {', '.join(found.unused)}")
    records = _records(grid, found, given | _captions(grid.rows[: found.first]), reading)
    if not records:
        empty = reading.problems if grid.medium == "text" else reading.notes
        empty.append(f"{grid.place}: has headings but no lines")
    reading.lists.append(SourceList(grid.name, grid.medium, found.kind, found.headings, records))


def _captions(above: Sequence[tuple[int, list[str]]]) -> dict[str, str]:
    """Return what a form says once, above its list: `Perangkat Daerah : Dinas Kesehatan`."""
    said: dict[str, str] = {}
    columns = [x.column for x in framework.load().layouts if x.kind == "caption"]
    for _, cells in above:
        filled = [cell for cell in cells if cell.strip(" :")]
        for i, cell in enumerate(filled):
            label, _, rest = cell.partition(":")
            name = framework.normalise(label)
            column = next((c for c in columns if name in words("caption", c)), None)
            value = rest.strip() or (filled[i + 1].strip(" :") if i + 1 < len(filled) else "")
            if column and value:
                said.setdefault(column, value)
            elif len(framework.load().match("opd", cell)) == 1:
                said.setdefault("opd", cell)
    titles = " ".join(cell for _, cells in above for cell in cells)
    years = set(re.findall(r"\btahun\s+(20\d\d)\b", titles, re.IGNORECASE))
    return ({"year": years.pop()} if len(years) == 1 else {}) | said


def _records(grid: Grid, found: Found, given: dict[str, str], reading: Reading) -> list[Record]:
    """Return the records below the headings; what was passed over is said in `reading`."""
    places = {column: i - 1 for column, (_, i) in found.headings.items()}
    identity = _identity(found.kind, places)
    heads, below = grid.rows[found.last][1], grid.rows[found.last + 1 :]
    prefilled = places.get(_PREFILLED.get(found.kind, ""))
    scored = places.get("score")
    needed = max(places.values()) + 1
    down = _merged_down(grid, found.last)
    records: list[Record] = []
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        if cells == heads or (index == 0 and _column_numbers(texts)):
            continue
        if _signature(texts, cells, scored):
            records = _without_signatory(records, row)
            reading.problems += _after_signature(grid.place, below[index + 1 :], identity)
            break
        section = _section(texts, places)
        if section:
            given = given | section
            continue
        if framework.normalise(texts[0]) in words("furniture", "total"):
            continue
        if down:
            cells = [c or down.get((row, i), "") for i, c in enumerate(cells, start=1)]
        fault = _width(cells, heads, needed) if grid.medium == "text" else None
        full = cells if len(cells) >= needed else cells + [""] * (needed - len(cells))
        is_named = any(full[i] for i in identity)
        if len(texts) == 1 and not fault and (not is_named or _remark(texts[0])):
            reading.notes.append(f"{grid.place}: row {row} is a remark, and was not read")
            continue
        if not is_named:
            fault = fault or "the row has values, but nothing that says what they are of"
        if grid.medium == "workbook" and prefilled is not None and not full[prefilled]:
            continue
        values = {column: full[i] for column, i in places.items()}
        for column, text in given.items():
            if not values.get(column):
                values[column] = text
        records.append(Record(row, values, fault, grid.part, is_bare=len(texts) == 1))
    return records


def _identity(kind: str, places: dict[str, int]) -> list[int]:
    """Return the columns (from 0) of which one must hold something for a row to be a record."""
    known = kinds()[kind]
    named = [c for c in (*known.one_of, *known.needed) if c not in ("score", "mean")]
    found = [places[column] for column in named if column in places]
    return found + [i for column, i in places.items() if column.startswith("statement_")]


def _width(cells: list[str], heads: list[str], needed: int) -> str | None:
    """Return the fault of a line of text with too few or too many cells."""
    # an unused last column may be missing
    if len(cells) < needed or any(cells[len(heads) :]):
        return f"the line has {len(cells)} cells, the headings are {len(heads)}"
    return None


def _merged_down(grid: Grid, last: int) -> dict[tuple[int, int], str]:
    """Return the text of cells merged down with the one above, by (row, column)."""
    texts = dict(grid.rows)
    below = grid.rows[last][0]
    return {
        (row, left): texts[top][left - 1]
        for top, left, bottom, _ in grid.merged
        if bottom > top > below and top in texts and left <= len(texts[top])
        for row in range(top + 1, bottom + 1)
    }


def _column_numbers(texts: list[str]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 or (1), (2), (3)."""
    numbers = [re.fullmatch(r"\(?(\d{1,2})\)?", text) for text in texts]
    found = [int(n[1]) for n in numbers if n]
    return len(found) == len(texts) >= 3 and found == list(range(found[0], found[0] + len(found)))


def _section(texts: list[str], places: dict[str, int]) -> dict[str, str]:
    """Return what a row of one text says of the rows below it: their component or pillar."""
    if len(set(texts)) > 1:
        return {}
    text = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d+)[.)]\s+", "", texts[0])
    for kind in ("component", "pillar"):
        if kind not in places and len(framework.load().match(kind, text)) == 1:
            return {kind: text}
    return {}


def _signature(texts: list[str], cells: list[str], scored: int | None) -> bool:
    """Whether a row begins the signature block: who signs, where and when, beside no score."""
    if scored is not None and scored < len(cells) and re.search(r"\d", cells[scored]):
        return False
    return any(
        len(text) <= _SIGNATURE and (_SIGNED.fullmatch(text) or _begins(text, "signature"))
        for text in texts
    )


def _begins(text: str, what: str) -> bool:
    """Whether a text begins with one of the words on record for a part of a page."""
    first = text.replace(".", ". ").split()
    wanted = words("furniture", what)
    return any(framework.normalise(" ".join(first[:n])) in wanted for n in (1, 2, 3))


def _without_signatory(records: list[Record], row: int) -> list[Record]:
    """Leave out what stands just above a signature and is no more than a text: a name or title."""
    while records and records[-1].row >= row - _SIGNATURE_ROWS and records[-1].is_bare:
        records = records[:-1]
    return records


def _remark(text: str) -> bool:
    """Whether a line of its own begins as a remark does, and is nobody's answer."""
    return text.startswith("*") or _begins(text, "remark")


def _after_signature(
    place: str, rest: Sequence[tuple[int, list[str]]], identity: list[int]
) -> list[str]:
    """Say where rows below a signature block look like records all the same."""
    for row, cells in rest:
        filled = [i for i, cell in enumerate(cells) if cell]
        if len(filled) > 3 and any(i in identity for i in filled):
            return [f"{place}: row {row} and below stand under the signature and were not read"]
    return []
