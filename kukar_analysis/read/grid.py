"""Takes the list out of a grid: its records, and what a form says once above them.

A row of column numbers, section rows, totals, remarks and a signature block are told from records;
nothing that could be a record is passed over unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kukar_analysis import framework
from kukar_analysis.read.headings import (
    Found,
    Grid,
    Unknown,
    is_headings,
    kinds,
    known_headings,
    recognise,
    words,
)
from kukar_analysis.read.source import Reading, Record, SourceList

__all__ = ["Found", "Grid", "known_headings", "named", "read", "recognise", "words"]

_SIGNED = re.compile(
    r"[a-z .]+,[\s.…]*(\d{1,2}[\s.…]*)?"
    r"(januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember)"
    r"[\s.…]*(20\d\d)?|[a-z .]+,\s*\d{1,2}[-/.]\d{1,2}[-/.]20\d\d",
    re.IGNORECASE,
)
"""Place and date, which begin a signature block."""
_SIGNATURE, _SIGNATURE_ROWS = 60, 8
"""Letters of the longest text, and rows, of a signature block."""
_FIGURE = re.compile(r"\d([.,]\d+)?|\d+(\.\d+)+\.?")
"""A score or a code."""
_WIDEST = 1000
"""Cells of the widest row that is looked at: headings are compared with every column."""
_SLIPS = 2
"""Answers beyond the scale of a survey that may be slips."""
_PREFILLED = {"question_scores": "score", "component_scores": "mean"}
"""Forms for typing in a letter come with a row for each score; one left blank says nothing."""


def read(grid: Grid, given: dict[str, str], reading: Reading) -> None:
    """Add the lists of a grid to `reading`, or the reason why there is none.

    `given` are cells that hold for every record unless the list says otherwise, as the agency that
    the file's name tells.
    """
    widest = max(((len(cells), row) for row, cells in grid.rows), default=(0, 0))
    if widest[0] > _WIDEST:
        reading.problems.append(
            f"{grid.place}: row {widest[1]} has {widest[0]} cells, at most {_WIDEST} are read;"
            " copy the list alone into a new file"
        )
        return
    found = recognise(grid)
    if isinstance(found, Unknown):
        (reading.problems if found.is_near else reading.notes).append(found.message)
        return
    if found.unused:
        reading.notes.append(f"{grid.place}: columns not used: {', '.join(found.unused)}")
    said = _said(grid, found, given, reading)
    records, rest = _records(grid, found, said, reading)
    if found.kind == "survey":
        records = _on_scale(records)
    if not records:
        empty = reading.problems if grid.medium == "text" else reading.notes
        empty.append(f"{grid.place}: has headings but no lines")
    reading.lists.append(SourceList(grid.name, grid.medium, found.kind, found.headings, records))
    if rest:
        read(replace(grid, rows=rest), said, reading)


def named(text: str, *kinds: str) -> dict[str, str]:
    """Return what a name of a file or sheet tells for certain: region, agency, pillar."""
    return {kind: ids[0] for kind in kinds if len(ids := _named_in(kind, text)) == 1}


@framework.kept()
def _named_in(kind: str, text: str) -> list[str]:
    return framework.load().named_in(kind, text)


def _on_scale(records: list[Record]) -> list[Record]:
    """Fault all respondents where answers beyond the scale are more than slips."""
    highest = max((s.highest for s in framework.load().surveys.values()), default=0)
    beyond = [
        record
        for record in records
        for column, text in record.cells.items()
        if column.startswith("statement_") and text.isdecimal() and int(text) > highest
    ]
    if len(beyond) <= max(_SLIPS, len(records) // 50):
        return records
    why = f"the answers of this file go beyond {highest}: its scale is another, and none is taken"
    return [replace(record, fault=why) for record in records]


def _said(grid: Grid, found: Found, given: dict[str, str], reading: Reading) -> dict[str, str]:
    """Return what holds for all records of a list that has no column for it.

    An agency that the file's name tells and another that stands above the list are a contradiction,
    and asked; a labelled one ("OPD : Dinas Kesehatan") has the last word.
    """
    above = grid.rows[: found.first]
    labelled, bare = _captions(above), _bare(above)
    ids = framework.load().match("opd", bare.get("opd", ""))
    if "opd" not in labelled and ids and given.get("opd") not in (None, *ids):
        reading.problems.append(
            f"{grid.place}: names {bare['opd']} above the list, but {given['opd']} in the name of"
            " its file or sheet; write above the list: Perangkat Daerah : ..."
        )
        given = {column: text for column, text in given.items() if column != "opd"}
        bare.pop("opd")
    said = given | bare | labelled
    # a cell left blank in the list's own column is not filled from elsewhere
    return {c: t for c, t in said.items() if c not in found.headings or c == "year"}


def _bare(above: Sequence[tuple[int, list[str]]]) -> dict[str, str]:
    """Return the agency, pillar and year that titles name without a label, where only one is."""
    fw = framework.load()
    said: dict[str, str] = {}
    lines = [[c for c in cells if c] for _, cells in above]
    cells = [
        c for line in lines if not re.match(r"(yth|kepada)\b", line[0].casefold()) for c in line
    ]
    for column in ("opd", "pillar"):
        naming = [cell for cell in cells if len(fw.match(column, cell)) == 1]
        if len({fw.match(column, cell)[0] for cell in naming}) == 1:
            said[column] = naming[0]
    years = set(re.findall(r"\btahun\s+(20\d\d)\b", " ".join(cells), re.IGNORECASE))
    return said | ({"year": years.pop()} if len(years) == 1 else {})


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
    return said


def _records(
    grid: Grid, found: Found, given: dict[str, str], reading: Reading
) -> tuple[list[Record], Sequence[tuple[int, list[str]]]]:
    """Return the records below the headings, and the rows from the next headings on.

    What was passed over is said in `reading`.
    """
    places = {column: i - 1 for column, (_, i) in found.headings.items()}
    identity = _identity(found.kind, places)
    heads, below = grid.rows[found.last][1], grid.rows[found.last + 1 :]
    prefilled = places.get(_PREFILLED.get(found.kind, ""))
    needed = max(places.values()) + 1
    down = _merged_down(grid, found.last)
    held: dict[str, str] = {}
    records: list[Record] = []
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        if cells == heads or (index == 0 and _column_numbers(texts)):
            continue
        if is_headings(found.kind, cells):
            return records, below[index:]
        if _signature(texts, cells, places):
            records = _without_signatory(records, row)
            reading.problems += _after_signature(
                grid.place, below[index + 1 :], identity, sorted(places.values())
            )
            break
        section = _section(texts, places)
        if section or (section is not None and grid.medium != "text"):
            held = _held(grid.place, row, section, held, reading)
            continue
        if framework.normalise(texts[0]) in words("furniture", "total"):
            continue
        if down:
            cells = [c or down.get((row, i), "") for i, c in enumerate(cells, start=1)]
        fault = None
        if row in grid.struck:
            fault = "is struck through; delete the row, or take the line away if it holds"
        elif grid.medium == "text":
            fault = _width(cells, heads, needed) or _split(grid, cells, heads, places)
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
        for column, text in (given | held).items():
            if not values.get(column):
                values[column] = text
        records.append(Record(row, values, fault, grid.part, is_bare=len(texts) == 1))
    return records, ()


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


def _split(grid: Grid, cells: list[str], heads: list[str], places: dict[str, int]) -> str | None:
    """Return the fault of a line whose comma may be a decimal one: 3,5 becomes two cells."""
    for column in ("score", "mean", "target", "realisation"):
        i = places.get(column)
        if i is None or not grid.is_comma_parted or i + 1 >= len(cells):
            continue
        texts = [places.get(c) for c in ("answer", "evidence", "remark")]
        is_odd = i + 1 not in places.values() or len(cells) > len(heads) or i + 1 in texts
        if is_odd and re.fullmatch(r"\d,\d{1,2}", f"{cells[i]},{cells[i + 1]}"):
            return "a decimal comma may have parted a figure; save the list with semicolons"
    return None


def _merged_down(grid: Grid, last: int) -> dict[tuple[int, int], str]:
    """Return the text of cells merged down with the one above, by (row, column)."""
    if not grid.merged:
        return {}
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


def _section(texts: list[str], places: dict[str, int]) -> dict[str, str] | None:
    """Return what a row of one text says of the rows below it: their component or pillar.

    Empty where it looks like a section, but of what is not known; None where it is none.
    """
    if len(texts) == 2 and re.fullmatch(r"([A-Z]|[IVX]+)[.)]?", texts[0]):
        texts = texts[1:]
    if len(set(texts)) > 1 or not texts:
        return None
    text = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d+)[.)]\s+|\s*\([^)]*\)\s*$", "", texts[0])
    text = re.sub(r"^(dimensi|pilar|komponen|aspek)\s*:?\s+", "", text, flags=re.IGNORECASE)
    fw = framework.load()
    for kind in ("component", "pillar"):
        if kind not in places and len(fw.match(kind, text)) == 1:
            return {kind: text}
    if fw.match("question", text) or fw.match("sub_dimension", text) or len(text) > _SIGNATURE:
        return None
    return {} if text[:1].isupper() and not _remark(text) else None


def _held(
    place: str, row: int, section: dict[str, str], held: dict[str, str], reading: Reading
) -> dict[str, str]:
    """Return the component and pillar that hold from a section's row on.

    A component ends the pillar above it. A section that is not known ends both, so that what stands
    below it is not taken for what stands above.
    """
    if "pillar" in section:
        return held | section
    if not section and held:
        reading.notes.append(
            f"{place}: row {row} begins a part that is not known; {', '.join(held)} above it does"
            " not hold below"
        )
    elif not section:
        reading.notes.append(f"{place}: row {row} is a remark, and was not read")
    return section


def _signature(texts: list[str], cells: list[str], places: dict[str, int]) -> bool:
    """Whether a row begins the signature block: who signs, where and when.

    A row with a score, or with more than one cell of the list's own columns and no place and date,
    is a record all the same: a programme may be called "TTD Elektronik".
    """
    scored = places.get("score")
    if scored is not None and scored < len(cells) and re.search(r"\d", cells[scored]):
        return False
    short = [text for text in texts if len(text) <= _SIGNATURE]
    if any(_SIGNED.fullmatch(text) or _begins(text, "signature_start") for text in short):
        return True
    own = sum(1 for i in places.values() if i < len(cells) and cells[i])
    return own <= 1 and any(_begins(text, "signature") for text in short)


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
    place: str, rest: Sequence[tuple[int, list[str]]], identity: list[int], figures: list[int]
) -> list[str]:
    """Say where rows below a signature block look like records all the same."""
    for row, cells in rest:
        named = any(i < len(cells) and cells[i] for i in identity)
        figure = any(i < len(cells) and re.fullmatch(_FIGURE, cells[i]) for i in figures)
        if (named and figure) or known_headings(cells) >= 2:
            return [f"{place}: row {row} and below stand under the signature and were not read"]
    return []
