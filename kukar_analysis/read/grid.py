"""Takes the list out of a grid: its records, and what a form says once above them.

A row of column numbers, section rows, totals, remarks and a signature block are told from records;
nothing that could be a record is passed over unsaid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from kukar_analysis import formats, framework
from kukar_analysis.framework import normalise
from kukar_analysis.read.headings import (
    GUIDE,
    STATEMENT,
    Found,
    Grid,
    Rows,
    cell,
    is_headings,
    kinds,
    known_headings,
    named,
    recognise,
    words,
)
from kukar_analysis.read.source import Reading, Record, SourceList

__all__ = ["SIGNED", "add", "begins", "read", "words"]
SIGNED = re.compile(
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
_SLIPS = 2
"""Answers beyond the scale of a survey that may be slips."""
_SAID = 10
"""Rows that a message names."""
_PREFILLED = {"question_scores": "score", "component_scores": "mean"}
"""Forms for typing in a letter come with a row for each score; one left blank says nothing."""


def read(grid: Grid, reading: Reading, said: Mapping[str, str] | None = None) -> None:
    """Add the lists of a grid to `reading`, or the reason why there is none.

    `said` are cells that hold for every record unless the list says otherwise: what the names of
    its file and sheet tell, or what stood above an earlier list of the grid.
    """
    if not grid.rows:
        return
    found = recognise(grid)
    if grid.unread:
        if not found.rule:
            reading.say("unread_sheet", grid.place, grid.unread)
        elif grid.unread != GUIDE:
            reading.say("hidden_sheet", grid.place)
    elif found.rule:
        reading.say(found.rule, grid.place, found.detail)
    else:
        if found.unused:
            reading.say("unused", grid.place, ", ".join(found.unused))
        said = _said(grid, found, named(grid) if said is None else said, reading)
        if rest := add(grid, found, said, reading):
            read(replace(grid, rows=rest), reading, said)


def _said(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """Return what holds for all records of a list that has no column for it.

    An agency that the file's name tells and another that stands above the list are a contradiction,
    and asked; a labelled one ("OPD : Dinas Kesehatan") has the last word.
    """
    above = [[c for c in cells if c] for _, cells in grid.rows[: found.first]]
    labelled, bare = _captions(above), _bare(above)
    ids = framework.load().match("opd", bare.get("opd", ""))
    if "opd" not in labelled and ids and given.get("opd") not in (None, *ids):
        both = f"{bare['opd']} di atas daftar, {given['opd']} di nama berkas atau lembar"
        reading.say("two_agencies", grid.place, both)
        given, bare = ({c: t for c, t in of.items() if c != "opd"} for of in (given, bare))
    said = {**given, **bare, **labelled}
    # a cell left blank in the list's own column is not filled from elsewhere
    return {c: t for c, t in said.items() if c not in found.headings or c == "year"}


def _bare(above: list[list[str]]) -> dict[str, str]:
    """Return the agency, pillar and year that titles name without a label, where only one is."""
    fw = framework.load()
    said: dict[str, str] = {}
    lines = [line for line in above if not re.match(r"(yth|kepada)\b", line[0].casefold())]
    cells = [c for line in lines for c in line]
    for column in ("opd", "pillar"):
        named = {ids[0]: c for c in reversed(cells) if len(ids := fw.match(column, c)) == 1}
        if len(named) == 1:
            said[column] = next(iter(named.values()))
    years = set(re.findall(r"\btahun\s+(20\d\d)\b", " ".join(cells), re.IGNORECASE))
    return said | ({"year": years.pop()} if len(years) == 1 else {})


def _captions(above: list[list[str]]) -> dict[str, str]:
    """Return what a form says once, above its list: `Perangkat Daerah : Dinas Kesehatan`."""
    said: dict[str, str] = {}
    columns = [x.column for x in framework.load().layouts if x.kind == "caption"]
    for filled in ([c for c in line if c.strip(" :")] for line in above):
        for i, text in enumerate(filled):
            label, _, rest = text.partition(":")
            value = rest.strip() or cell(filled, i + 1).strip(" :")
            for column in columns:
                if value and normalise(label) in words("caption", column):
                    said.setdefault(column, value)
    return said


def add(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> Rows:
    """Add the list below the headings to `reading`; return the rows from the next headings on.

    What was passed over is said.
    """
    places = {column: i - 1 for column, (_, i) in found.headings.items()}
    named_by = kinds()[found.kind].identity
    identity = [places[c] for c in places if c in named_by or c.startswith(STATEMENT)]
    heads, below = grid.rows[found.last][1], grid.rows[found.last + 1 :]
    prefilled = places.get(_PREFILLED.get(found.kind, "")) if grid.medium == "workbook" else None
    down = _merged_down(grid, found.last)
    held: Mapping[str, str] = {}
    records: list[Record] = []
    remarks: list[str] = []
    rest: Rows = ()
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        if cells == heads or (index == 0 and _column_numbers(texts)):
            continue
        if is_headings(found.kind, cells):
            rest = below[index:]
            break
        if _signature(texts, cells, places):
            # what stands just above and is no more than a text is a name or title
            while records and records[-1].row >= row - _SIGNATURE_ROWS and records[-1].is_bare:
                records.pop()
            for number, cells in below[index + 1 :]:
                is_named = any(cell(cells, i) for i in identity)
                has_figure = any(_FIGURE.fullmatch(cell(cells, i)) for i in places.values())
                if (is_named and has_figure) or known_headings(cells) >= 2:
                    reading.say("below_signature", grid.place, f"mulai baris {number}")
                    break
            break
        section = _section(texts, places)
        if section or (section is not None and grid.medium != "text"):
            if held and not section:  # what stands below is not taken for what stands above
                reading.say("section", grid.place, row)
            elif not section:
                remarks.append(str(row))
            held = {**held, **section} if "pillar" in section else section
            continue
        if normalise(texts[0]) in words("furniture", "total"):
            continue
        if down:
            cells = [c or down.get((row, i), "") for i, c in enumerate(cells, start=1)]
        is_named = any(cell(cells, i) for i in identity)
        rule, fault = _fault(grid, row, cells, found)
        if len(texts) == 1 and not rule and (not is_named or _is_remark(texts[0])):
            remarks.append(str(row))
            continue
        if prefilled is not None and not cell(cells, prefilled):
            continue
        values = {column: cell(cells, i) for column, i in places.items()}
        values |= {c: t for c, t in {**given, **held}.items() if not values.get(c)}
        rule = rule or ("" if is_named else "nameless")
        records.append(Record(row, values, fault, grid.part, len(texts) == 1, rule=rule))
    if remarks:
        reading.say("remark", grid.place, formats.listed(remarks, _SAID))
    records = _on_scale(records) if found.kind == "survey" else records
    reading.lists.append(SourceList(grid.name, grid.medium, found.kind, found.headings, records))
    return rest


def _fault(grid: Grid, row: int, cells: list[str], found: Found) -> tuple[str, str | None]:
    """Return the rule by which a line is not read for what it holds, and the detail."""
    heads = grid.rows[found.last][1]
    if row in grid.struck:
        return "struck", None
    if grid.medium != "text":
        return "", None
    # an unused last column may be missing
    if len(cells) < max(i for _, i in found.headings.values()) or any(cells[len(heads) :]):
        return "cells", f"barisnya {len(cells)} sel, judulnya {len(heads)}"
    places = {column: i - 1 for column, (_, i) in found.headings.items()}
    texts = [places.get(c) for c in ("answer", "evidence", "remark")]
    for column in ("score", "mean", "target", "realisation") if grid.is_comma_parted else ():
        i = places.get(column, len(cells))  # 3,5 may have become two cells
        is_odd = i + 1 not in places.values() or len(cells) > len(heads) or i + 1 in texts
        if is_odd and re.fullmatch(r"\d,\d{1,2}", f"{cell(cells, i)},{cell(cells, i + 1)}"):
            return "split", None
    return "", None


def _on_scale(records: list[Record]) -> list[Record]:
    highest = max((s.highest for s in framework.load().surveys.values()), default=0)
    cells = [t for r in records for c, t in r.cells.items() if c.startswith(STATEMENT)]
    beyond = sum(text.isdecimal() and int(text) > highest for text in cells)
    if beyond <= max(_SLIPS, len(records) // 50):
        return records
    return [replace(r, rule="other_scale", fault=f"lebih dari {highest}") for r in records]


def _merged_down(grid: Grid, last: int) -> dict[tuple[int, int], str]:
    texts = dict(grid.rows) if grid.merged else {}
    below = grid.rows[last][0]
    return {
        (row, left): texts[top][left - 1]
        for top, left, bottom, _ in grid.merged
        if bottom > top > below and top in texts and left <= len(texts[top])
        for row in range(top + 1, bottom + 1)
    }


def _column_numbers(texts: list[str]) -> bool:
    """Whether a row only numbers the columns: 1, 2, 3 or (1), (2), (3)."""
    first = texts[0].strip("()")
    numbers = range(int(first), int(first) + len(texts)) if re.fullmatch(r"\d{1,2}", first) else ()
    return len(texts) >= 3 and [t.strip("()") for t in texts] == [*map(str, numbers)]


def _section(texts: list[str], places: Mapping[str, int]) -> dict[str, str] | None:
    """Return what a row of one text says of the rows below it: their component or pillar.

    Empty where it looks like a section, but of what is not known; None where it is none.
    """
    if len(texts) == 2 and re.fullmatch(r"([A-Z]|[IVX]+)[.)]?", texts[0]):
        texts = texts[1:]
    if len(set(texts)) > 1:
        return None
    text = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d+)[.)]\s+|\s*\([^)]*\)\s*$", "", texts[0])
    text = re.sub(r"^(dimensi|pilar|komponen|aspek)\s*:?\s+", "", text, flags=re.IGNORECASE)
    fw = framework.load()
    for kind in ("component", "pillar"):
        if kind not in places and len(fw.match(kind, text)) == 1:
            return {kind: text}
    if fw.match("question", text) or fw.match("sub_dimension", text) or len(text) > _SIGNATURE:
        return None
    return {} if text[:1].isupper() and not _is_remark(text) else None


def _signature(texts: list[str], cells: list[str], places: Mapping[str, int]) -> bool:
    """Whether a row begins the signature block: who signs, where and when.

    A row with a score, or with more than one cell of the list's own columns and no place and date,
    is a record all the same: a programme may be called "TTD Elektronik".
    """
    if "score" in places and re.search(r"\d", cell(cells, places["score"])):
        return False
    short = [text for text in texts if len(text) <= _SIGNATURE]
    if any(SIGNED.fullmatch(text) or begins(text, "signature_start") for text in short):
        return True
    own = sum(bool(cell(cells, i)) for i in places.values())
    return own <= 1 and any(begins(text, "signature") for text in short)


def begins(text: str, what: str, kind: str = "furniture") -> bool:
    """Whether a text begins with one of the words on record for a part of a page."""
    first = text.replace(".", ". ").split()
    return any(normalise(" ".join(first[:n])) in words(kind, what) for n in (1, 2, 3))


def _is_remark(text: str) -> bool:
    """Whether a line of its own begins as a remark does, and is nobody's answer."""
    return text.startswith("*") or begins(text, "remark")
