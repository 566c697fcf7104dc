"""Takes the list out of a grid: its records, and what a form says once above them.

A row of column numbers, section rows, totals, remarks and a signature block are told from records;
nothing that could be a record is passed over unsaid.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from kukar_analysis import formats, framework
from kukar_analysis.framework import normalise
from kukar_analysis.read import headings
from kukar_analysis.read.headings import STATEMENT, Found, Grid, cell, words
from kukar_analysis.read.source import Reading, Record, SourceList

__all__ = ["SIGNED", "add", "begins", "read", "words"]
SIGNED = re.compile(
    r"[a-z .]+,[\s.…]*(\d{1,2}[\s.…]*)?"
    r"(januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember)"
    r"[\s.…]*(20\d\d)?|[a-z .]+,\s*\d{1,2}[-/.]\d{1,2}[-/.]20\d\d",
    re.IGNORECASE,
)
"""Place and date, which begin a signature block."""
_SIGNATURE, _SIGNATURE_ROWS = 60, 8  # letters of the longest text, and rows, of a signature block
_FIGURE = re.compile(r"\d([.,]\d+)?|\d+(\.\d+)+\.?")  # a score or a code
_SLIPS = 2  # answers beyond the scale of a survey that may be slips
_SAID = 10  # rows that a message names
_PREFILLED = {"question_scores": "score", "component_scores": "mean"}
"""Forms for typing in a letter come with a row for each score; one left blank says nothing."""


def read(grid: Grid, reading: Reading, said: Mapping[str, str] | None = None) -> None:
    """Add the lists of a grid to `reading`, or the reason why there is none.

    `said` are cells that hold for every record unless the list says otherwise: what the names of
    its file and sheet tell, or what stood above an earlier list of the grid.
    """
    if not grid.rows:
        return
    found = headings.recognise(grid)
    if grid.unread and found.rule:
        if grid.unread != headings.GUIDE:
            reading.say("hidden_sheet", grid.place)
    elif grid.unread or found.rule:
        rule, detail = ("unread_sheet", grid.unread) if grid.unread else (found.rule, found.detail)
        reading.say(rule, grid.place, detail)
    else:
        if found.unused:
            reading.say("unused", grid.place, ", ".join(found.unused))
        said = _said(grid, found, headings.named(grid) if said is None else said, reading)
        if rest := add(grid, found, said, reading):
            read(replace(grid, rows=rest), reading, said)


def _said(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> dict[str, str]:
    """Return what holds for all records of a list that has no column for it.

    What a label says (`Perangkat Daerah : Dinas Kesehatan`) has the last word, then what titles
    name without one. An agency that the file's name tells and another in a title are asked.
    """
    fw = framework.load()
    above = [[c for c in cells if c.strip(" :")] for _, cells in grid.rows[: found.first]]
    labelled, bare = dict[str, str](), dict[str, str]()
    for line in above:
        for i, text in enumerate(line):
            label, _, rest = text.partition(":")
            value = rest.strip() or cell(line, i + 1).strip(" :")
            for column in (x.column for x in fw.layouts if x.kind == "caption"):
                if value and normalise(label) in words("caption", column):
                    labelled.setdefault(column, value)
    lines = [line for line in above if line and not re.match(r"(?i)(yth|kepada)\b", line[0])]
    titles = [c for line in lines for c in line]
    for column in ("opd", "pillar"):
        named = {ids[0]: c for c in reversed(titles) if len(ids := fw.match(column, c)) == 1}
        if len(named) == 1:
            bare[column] = next(iter(named.values()))
    if len(years := {*re.findall(r"(?i)\btahun\s+(20\d\d)\b", " ".join(titles))}) == 1:
        bare["year"] = years.pop()
    ids = fw.match("opd", bare.get("opd", ""))
    if "opd" not in labelled and ids and given.get("opd") not in (None, *ids):
        both = f"{bare['opd']} di atas daftar, {given['opd']} di nama berkas atau lembar"
        reading.say("two_agencies", grid.place, both)
        given, bare = ({c: t for c, t in of.items() if c != "opd"} for of in (given, bare))
    said = {**given, **bare, **labelled}
    # a cell left blank in the list's own column is not filled from elsewhere
    return {c: t for c, t in said.items() if c not in found.headings or c == "year"}


def add(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> headings.Rows:
    """Add the list below the headings to `reading`; return the rows from the next headings on.

    What was passed over is said.
    """
    kind, places = found.kind, {column: i - 1 for column, (_, i) in found.headings.items()}
    of = headings.kinds()[kind]
    named_by = {*of.needed, *of.one_of}
    identity = [i for c, i in places.items() if c in named_by or c.startswith(STATEMENT)]
    heads, below = grid.rows[found.last][1], grid.rows[found.last + 1 :]
    prefilled = places.get(_PREFILLED.get(kind, "")) if grid.medium == "workbook" else None
    down = _merged_down(grid, found.last)
    held: Mapping[str, str] = {}
    records, remarks, rest = list[Record](), list[str](), below[:0]
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        if cells == heads or (index == 0 and _is_count(texts)):
            continue
        if headings.is_headings(kind, cells):
            rest = below[index:]
            break
        if _is_signature(texts, cells, places):
            # what stands just above and is no more than a text is a name or title
            while records and records[-1].row >= row - _SIGNATURE_ROWS and records[-1].is_bare:
                records.pop()
            for number, cells in below[index + 1 :]:
                is_named = any(cell(cells, i) for i in identity)
                has_figure = any(_FIGURE.fullmatch(cell(cells, i)) for i in places.values())
                if (is_named and has_figure) or headings.known_headings(cells) >= 2:
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
        cells = [c or down.get((row, i), "") for i, c in enumerate(cells, 1)] if down else cells
        is_named = any(cell(cells, i) for i in identity)
        rule, fault = ("struck", None) if row in grid.struck else _misplaced(grid, cells, found)
        if len(texts) == 1 and not rule and (not is_named or _is_remark(texts[0])):
            remarks.append(str(row))
        elif prefilled is None or cell(cells, prefilled):
            values = {column: cell(cells, i) for column, i in places.items()}
            values |= {c: t for c, t in {**given, **held}.items() if not values.get(c)}
            rule = rule or ("" if is_named else "nameless")
            records.append(Record(row, values, fault, grid.part, len(texts) == 1, rule=rule))
    if remarks:
        reading.say("remark", grid.place, formats.listed(remarks, _SAID))
    if kind == "survey":
        records = _on_scale(records)
    reading.lists.append(SourceList(grid.name, grid.medium, kind, found.headings, records))
    return rest


def _misplaced(grid: Grid, cells: list[str], found: Found) -> tuple[str, str | None]:
    """Return why cells of a text may not stand below their heading: rule and detail."""
    heads, places = grid.rows[found.last][1], {i for _, i in found.headings.values()}
    # an unused last column may be missing
    if grid.medium == "text" and (len(cells) < max(places) or any(cells[len(heads) :])):
        return "cells", f"barisnya {len(cells)} sel, judulnya {len(heads)}"
    texts = [found.headings[c][1] for c in ("answer", "evidence", "remark") if c in found.headings]
    for column in ("score", "mean", "target", "realisation") if grid.is_comma_parted else ():
        _, i = found.headings.get(column, ("", len(cells)))  # 3,5 may have become two cells
        is_odd = i + 1 not in places or len(cells) > len(heads) or i + 1 in texts
        if is_odd and re.fullmatch(r"\d,\d{1,2}", f"{cell(cells, i - 1)},{cell(cells, i)}"):
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
    texts, below = dict(grid.rows) if grid.merged else {}, grid.rows[last][0]
    return {
        (row, left): texts[top][left - 1]
        for top, left, bottom, _ in grid.merged
        if bottom > top > below and top in texts and left <= len(texts[top])
        for row in range(top + 1, bottom + 1)
    }


def _is_count(texts: list[str]) -> bool:
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
    text = re.sub(r"(?i)^(dimensi|pilar|komponen|aspek)\s*:?\s+", "", text)
    fw = framework.load()
    for kind in ("component", "pillar"):
        if kind not in places and len(fw.match(kind, text)) == 1:
            return {kind: text}
    if fw.match("question", text) or fw.match("sub_dimension", text) or len(text) > _SIGNATURE:
        return None
    return {} if text[:1].isupper() and not _is_remark(text) else None


def _is_signature(texts: list[str], cells: list[str], places: Mapping[str, int]) -> bool:
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
    return text.startswith("*") or begins(text, "remark")
