"""Reads national tables from lines of words.

A heading that is not known is recognised by what stands under it (names of regions) or by its place
among the known ones; the latter holds only where the lines add up with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kukar_analysis import framework
from kukar_analysis.read import sums
from kukar_analysis.read.letter.pages import PageLine, PageWord
from kukar_analysis.read.letter.parts import NATIONAL, NUMBER, Head, Heads, Part, columns_of
from kukar_analysis.read.source import Record

_FIGURE = re.compile(r"[-−–+]?\d+(?:[.,]\d+)?|[-–—]|\d+\.")
TEXTS = ("region", "group", "participated")
_NEAR = 2.6  # heights of a word from a wrapped name to the figures of its row at most
_FEWEST_FIGURES = 3
_MOST_LINES = 10  # of the table that a message names


@dataclass
class NationalRow:
    """A line with figures: cells by column, texts as (height, column, text), what is wrong."""

    heads: Heads
    line: PageLine
    cells: dict[str, str]
    texts: list[tuple[float, str, str]]
    fault: str | None


@dataclass
class National:
    """A table: headings, rows, their records, and what is not certain.

    `above` is what stands above it, `guess` the column whose heading is known by its place alone.
    """

    heads: Heads
    above: str
    guess: str
    rows: list[NationalRow] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(parts: Sequence[Part], year: int) -> list[National]:
    """Return the national tables of a letter's parts; what has the same columns is one table."""
    tables: list[National] = []
    for part in (part for part in parts if part.kind == NATIONAL and part.lines):
        heads, guess = _identified(part.heads, part.lines)
        if not tables or columns_of(tables[-1].heads) != columns_of(heads):
            tables.append(National(heads, part.title, guess))
        found = tables[-1]
        found.heads = heads
        if lacking := _lacking(heads):
            found.problems.append(
                f"page {part.lines[0].page}: the national table has no known heading for"
                f" {', '.join(lacking)}; add what is printed to definitions/layouts.csv (kind"
                f" {NATIONAL})"
            )
        else:
            _take(found, part.lines)
    for found in tables:
        _finish(found, year)
    return tables


def _lacking(heads: Heads) -> list[str]:
    layouts = [x for x in framework.load().layouts if x.kind == NATIONAL and x.required == "yes"]
    return [x.column for x in layouts if x.column not in columns_of(heads)]


def _named(heads: Heads, head: Head, column: str) -> Heads:
    row = [h for h in heads if h != head] + [head._replace(column=column)]
    return tuple(sorted(row, key=lambda h: h.x0))


def _identified(heads: Heads, below: Sequence[PageLine]) -> tuple[Heads, str]:
    """Name the headings that are not known by what stands under them, or one by its place."""
    fw = framework.load()
    if "region" not in columns_of(heads):
        phrases = [phrase for line in below for phrase in line.phrases()]
        names = [p for p in phrases if fw.match("region", _text(p).lstrip("0123456789. "))]
        if names:
            x0, x1 = min(p[0].x0 for p in names), max(p[-1].x1 for p in names)
            unknown = [h for h in heads if not h.column and h.x0 < x1 and x0 < h.x1]
            head = unknown[0] if len(unknown) == 1 else Head("", "", x0, x1)
            heads = _named(heads, head, "region")
    lacking, order = _lacking(heads), [*fw.components, "index"]
    if len(lacking) == 1 and lacking[0] in order:
        tried = [_named(heads, head, lacking[0]) for head in heads if not head.column]
        places = [[order.index(h.column) for h in t if h.column in order] for t in tried]
        fitting = [t for t, of in zip(tried, places, strict=True) if of == sorted(of)]
        if len(fitting) == 1:
            return fitting[0], lacking[0]
    return heads, ""


def _text(phrase: Sequence[PageWord]) -> str:
    return " ".join(word.text for word in phrase)


def _take(table: National, lines: Sequence[PageLine]) -> None:
    """Add the lines as rows, or as pieces of a wrapped name to the row that is nearest."""
    loose: list[NationalRow] = []
    for line in lines:
        row = _row(table.heads, line)
        last = number(table.rows[-1].cells) if table.rows else 0
        is_next = last is not None and number(row.cells) == last + 1
        is_named = any(column == "region" for _, column, _ in row.texts)
        if len({*row.cells} - {"number"}) >= _FEWEST_FIGURES or (is_next and is_named):
            table.rows.append(row)
        elif row.texts and not row.cells and not row.fault:
            loose.append(row)
    for page in {piece.line.page for piece in loose}:
        placed = [(row.line.middle, row) for row in table.rows if row.line.page == page]
        left = [piece for piece in loose if piece.line.page == page]
        while left and placed:  # from piece to piece: lines of one cell stand closest
            apart, i, j = min(
                (round(abs(at - piece.line.middle)), i, j)
                for i, piece in enumerate(left)
                for j, (at, _) in enumerate(placed)
            )
            piece, own = left.pop(i), placed[j][1]
            if apart <= _NEAR * piece.line.height:
                own.texts += piece.texts
                placed.append((piece.line.middle, own))


def _row(heads: Heads, line: PageLine) -> NationalRow:
    """Read a line's phrases; figures that touch a name, before or behind it, are figures."""
    row = NationalRow(heads, line, {}, [], None)
    for phrase in line.phrases():
        if over := next((word.over for word in phrase if word.over), ""):
            row.fault = f"an annotation ({over}) lies over {_text(phrase)!r}"
        named = [i for i, word in enumerate(phrase) if not _FIGURE.fullmatch(word.text)]
        start, end = (named[0], named[-1] + 1) if named else (0, 0)
        for word in phrase[:start] + phrase[end:]:
            column = _nearest(heads, word.x0, word.x1, text=False)
            if column in row.cells:
                row.fault = f"two figures stand under the heading of {column}"
            row.cells[column] = word.text
        if text := phrase[start:end]:
            column = _nearest(heads, text[0].x0, text[-1].x1, text=True)
            row.texts.append((line.middle, column, _text(text)))
            if column not in TEXTS:
                row.fault = f"{_text(text)!r} stands among the figures"
    return row


def _nearest(heads: Heads, x0: float, x1: float, *, text: bool) -> str:
    """Return the column whose heading lies nearest; figures never stand under the region."""
    rivals = [h for h in heads if h.column and (text or h.column not in TEXTS)]

    def distance(head: Head) -> tuple[float, bool, float]:
        apart = max(head.x0 - x1, x0 - head.x1, 0.0)
        return apart, head.column in TEXTS, abs(head.x0 + head.x1 - x0 - x1)

    return min(rivals, key=distance).column


def number(cells: Mapping[str, str]) -> int | None:
    """Return the running number of a row."""
    text = cells.get("number", "").rstrip(".")
    return int(text) if text.isdecimal() else None


def _finish(found: National, year: int) -> None:
    """Check the numbering and add the records."""
    for one, other in pairwise(found.rows):
        before, after = number(one.cells), number(other.cells)
        if before is not None and after is not None and after not in (before + 1, 1):
            found.problems.append(
                f"page {other.line.page}: the national table goes from number {before} to {after};"
                " rows between them were not recognised"
            )
    on_page: Counter[int] = Counter()
    for row in found.rows:
        cells = dict.fromkeys(columns_of(found.heads), "") | row.cells | {"year": str(year)}
        for column in {*TEXTS} & columns_of(found.heads):
            cells[column] = " ".join(text for _, c, text in sorted(row.texts) if c == column)
        on_page[row.line.page] += 1
        place = on_page[row.line.page]
        found.records.append(Record(place, cells, row.fault, str(row.line.page)))


# What adds up


def check(found: National, edition: str, region: str, year: int, stated: dict[str, str]) -> str:
    """Name the group of a table that does not, and return what contradicts the letter.

    `edition` and `stated` (means and index by column) are those of the letter's own region. What
    does not add up in the table itself is one of its problems.
    """
    fw = framework.load()
    group = _group(found, edition, year)
    # a column of remarks ("tidak mengisi") may go by the same heading
    if group and not any(fw.match("group", r.cells.get("group", "")) for r in found.records):
        found.records = [replace(r, cells={**r.cells, "group": group}) for r in found.records]
    off, contrary, proven = [], [], 0
    for record in found.records:
        cells, place = record.cells, f"page {record.part}, {record.cells['region']}"
        is_own = bool(region) and fw.match("region", cells["region"]) == [region]
        contrary += [
            f"{place}: {column} is {cells[column] or 'blank'}, elsewhere in the letter {text}"
            for column, text in stated.items()
            if is_own and column in cells and sums.unequal(cells[column], text)
        ]
        wrong = differences(cells, rules_of(cells, year) or (edition if is_own else ""))
        off += [f"{place}: {line}" for line in wrong or ()]
        proven += wrong == []
    if off:
        more = f" and {len(off) - _MOST_LINES} more lines" if len(off) > _MOST_LINES else ""
        found.problems.append(f"national table: {', '.join(off[:_MOST_LINES])}{more}")
    if found.guess and not proven and found.records:
        found.problems.append(
            f"national table: the heading of {found.guess} is known by its place alone, and no sum"
            f" proves it; add what is printed to definitions/layouts.csv (kind {NATIONAL})"
        )
    return ", ".join(contrary)


def rules_of(cells: Mapping[str, str], year: int) -> str:
    """Return the edition that a line names by its group, or nothing."""
    groups = framework.load().match("group", cells.get("group", ""))
    return f"{year}-{groups[0]}" if len(groups) == 1 else ""


def differences(cells: Mapping[str, str], rules: str) -> list[str] | None:
    """Return what does not add up in a line by an edition's rules; None where nothing can tell."""
    weights = framework.load().weights.get(rules, {})
    means = {c: cells[c] for c in weights if NUMBER.fullmatch(cells.get(c, ""))}
    is_stated = NUMBER.fullmatch(cells.get("index", ""))
    if not is_stated or not any(re.search("[1-9]", text) for text in means.values()):
        return None
    return sums.differences(rules, {}, means, cells["index"])


def _group(found: National, edition: str, year: int) -> str:
    """Return the one group that is named above a table, or by whose rules all its lines add up."""
    fw = framework.load()
    named = set(fw.named_in("group", found.above))
    if len(named) == 1:
        return named.pop()
    editions = [id_ for id_, e in fw.editions.items() if e.year == year]
    lines = {id_: [differences(r.cells, id_) for r in found.records] for id_ in editions}
    fits = [id_ for id_ in editions if [] in lines[id_] and not any(lines[id_])]
    if len(fits) > 1 and edition in fits:
        fits = [edition]
    return fw.editions[fits[0]].group if len(fits) == 1 else ""
