"""Finds the national table in lines of words, where a letter has it as text.

A heading that is not known is recognised by what stands under it (names of regions) or by its place
among the known ones; the latter holds only where the lines add up with it.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kukar_analysis import framework
from kukar_analysis.read import sums
from kukar_analysis.read.letter import tables
from kukar_analysis.read.letter.pages import Line, Word
from kukar_analysis.read.letter.tables import Head, Heads
from kukar_analysis.read.source import Record

KIND = "national_table"
_FIGURE = re.compile(r"[-−–+]?\d+(?:[.,]\d+)?|[-–—]")
_TEXTS = ("region", "group", "participated")
_NEAR = 2.6
"""Distance in heights of a word of a wrapped name from the figures of its row."""
_FEWEST = 4
"""Components and index that make a heading row that of the national table."""
_FEWEST_FIGURES = 3
_SAMPLED = 80
"""Lines below the headings in which the names of regions are looked for."""
_TITLES = 12
"""Lines above the headings that may name the group."""
_MOST_LINES = 10
"""Lines of the table that a message names."""


@dataclass
class _Row:
    line: Line
    cells: dict[str, str]
    texts: list[tuple[float, str, str]]
    fault: str | None


@dataclass
class National:
    """The records in their order, the headings, and what is not certain.

    `above` is what stands above it, `guess` the column whose heading is known by its place alone.
    """

    records: list[Record] = field(default_factory=list)
    heads: Heads = field(default_factory=lambda: Heads((), 0))
    above: str = ""
    guess: str = ""
    problems: list[str] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    loose: list[tuple[Line, list[tuple[str, str]]]] = field(default_factory=list)


def heading(lines: Sequence[Line], start: int) -> Heads | None:
    """Return the headings of a national table that begin in a line, or None."""
    values = {*framework.load().components, "index"}
    return tables.heading(lines, start, _columns(), lambda found: len(found & values) >= _FEWEST)


def read(lines: Sequence[Line], is_end: Callable[[int], bool], year: int) -> National:
    """Return the national table; `is_end` tells the lines that end it."""
    found = National()
    is_open = False
    skip = 0
    for i, line in enumerate(lines):
        if i < skip:
            continue
        if is_end(i):
            is_open = False
        elif head := heading(lines, i):
            skip = i + head.lines
            columns = found.heads.columns
            found.heads, found.guess = _identified(head, lines[skip : skip + _SAMPLED])
            found.above = found.above or " ".join(x.text for x in lines[max(0, i - _TITLES) : i])
            lacking = [c for c in _needed() if c not in found.heads.columns]
            is_open = not lacking
            if lacking or (found.rows and columns != found.heads.columns):
                what = ", ".join(lacking or sorted(columns ^ found.heads.columns))
                found.problems.append(
                    f"page {line.page}: the national table has no known heading for {what}; add"
                    f" what is printed to definitions/layouts.csv (kind {KIND})"
                )
        elif is_open:
            _take(found, line)
    _finish(found, year)
    return found


@framework.kept()
def _columns() -> dict[str, str]:
    return {
        framework.normalise(text): layout.column
        for layout in framework.load().layouts
        if layout.kind == KIND
        for text in layout.headings.split(" | ")
    }


def _needed() -> list[str]:
    layouts = framework.load().layouts
    return [x.column for x in layouts if x.kind == KIND and x.required == "yes"]


def _identified(heads: Heads, below: Sequence[Line]) -> tuple[Heads, str]:
    """Name the headings that are not known by what stands under them, or one by its place."""
    if "region" not in heads.columns:
        names = [
            phrase
            for line in below
            for phrase in line.phrases()
            if framework.load().match("region", _text(phrase).lstrip("0123456789. "))
        ]
        if names:
            x0, x1 = min(p[0].x0 for p in names), max(p[-1].x1 for p in names)
            unknown = [h for h in heads.row if not h.column and h.x0 < x1 and x0 < h.x1]
            head = unknown[0] if len(unknown) == 1 else Head("", "", x0, x1)
            heads = heads.named(head, "region")
    lacking = [column for column in _needed() if column not in heads.columns]
    order = [*framework.load().components, "index"]
    if len(lacking) != 1 or lacking[0] not in order:
        return heads, ""
    place = order.index(lacking[0])
    fitting = [
        head
        for i, head in enumerate(heads.row)
        if not head.column
        and not {h.column for h in heads.row[:i]} & {*order[place + 1 :]}
        and not {h.column for h in heads.row[i:]} & {*order[:place]}
    ]
    return (heads.named(fitting[0], lacking[0]), lacking[0]) if len(fitting) == 1 else (heads, "")


def _text(phrase: Iterable[Word]) -> str:
    return " ".join(word.text for word in phrase)


def _take(table: National, line: Line) -> None:
    """Add a line as a row, as a piece of a wrapped name, or not at all."""
    cells: dict[str, str] = {}
    texts: list[tuple[str, str]] = []
    fault = None
    for phrase in line.phrases():
        over = next((word.over for word in phrase if word.over), "")
        if over:
            fault = f"an annotation ({over}) lies over {_text(phrase)!r}"
        if all(_FIGURE.fullmatch(word.text) for word in phrase):
            for word in phrase:
                column = _nearest(table.heads, word.x0, word.x1, text=False)
                if column in cells:
                    fault = f"two figures stand under the heading of {column}"
                cells[column] = word.text
        else:
            column = _nearest(table.heads, phrase[0].x0, phrase[-1].x1, text=True)
            if column in _TEXTS:
                texts.append((column, _text(phrase)))
            else:
                fault = f"{_text(phrase)!r} stands among the figures"
    _split_number(table, cells, texts)
    last = _number(table.rows[-1].cells) if table.rows else 0
    is_next = last is not None and _number(cells) == last + 1
    named = any(column == "region" for column, _ in texts)
    if len({*cells} - {"number"}) >= _FEWEST_FIGURES or (is_next and named):
        placed = [(line.middle, column, text) for column, text in texts]
        table.rows.append(_Row(line, cells, placed, fault))
    elif texts and not cells and not fault:
        table.loose.append((line, texts))


def _nearest(found: Heads, x0: float, x1: float, *, text: bool) -> str:
    """Return the column whose heading lies nearest; figures never stand under the region."""
    rivals = [h for h in found.row if h.column and (text or h.column not in _TEXTS)]

    def distance(head: Head) -> tuple[float, bool, float]:
        apart = max(head.x0 - x1, x0 - head.x1, 0.0)
        return apart, head.column in _TEXTS, abs(head.x0 + head.x1 - x0 - x1)

    return min(rivals, key=distance).column


def _split_number(table: National, cells: dict[str, str], texts: list[tuple[str, str]]) -> None:
    """Take the row's number from the front of a region's name where it stands close to it."""
    if "number" in table.heads.columns and "number" not in cells and texts:
        column, text = texts[0]
        match = re.fullmatch(r"(\d+)\.?\s+(.+)", text)
        if column == "region" and match:
            cells["number"] = match[1]
            texts[0] = (column, match[2])
        elif re.fullmatch(r"\d+\.", text):
            cells["number"] = text
            del texts[0]


def _number(cells: dict[str, str]) -> int | None:
    text = cells.get("number", "").rstrip(".")
    return int(text) if text.isdecimal() else None


def _finish(found: National, year: int) -> None:
    """Give wrapped pieces to their rows, check the numbering, and add the records."""
    for line, texts in found.loose:
        row = _row_of(found, line)
        if row:
            row.texts += [(line.middle, column, text) for column, text in texts]
    for one, other in itertools.pairwise(found.rows):
        before, after = _number(one.cells), _number(other.cells)
        if before is not None and after is not None and after not in (before + 1, 1):
            found.problems.append(
                f"page {other.line.page}: the national table goes from number {before} to {after};"
                " rows between them were not recognised"
            )
    columns = [head.column for head in found.heads.row if head.column]
    on_page: Counter[int] = Counter()
    for row in found.rows:
        cells = dict.fromkeys(columns, "") | row.cells | {"year": str(year)}
        for column in set(_TEXTS) & set(columns):
            cells[column] = " ".join(text for _, c, text in sorted(row.texts) if c == column)
        on_page[row.line.page] += 1
        record = Record(on_page[row.line.page], cells, row.fault, str(row.line.page))
        found.records.append(record)


def _row_of(found: National, line: Line) -> _Row | None:
    """Return the row that a piece of a wrapped name belongs to.

    From piece to nearest piece the way leads to the figures: lines of one cell stand closer than
    those of two, wherever in the height of their row the figures are.
    """
    rows = {row.line.middle: row for row in found.rows if row.line.page == line.page}
    left = {other.middle for other, _ in found.loose if other.page == line.page}
    here = line.middle
    while here not in rows:
        left.discard(here)
        apart = [(round(abs(y - here)), y not in rows, y) for y in (*rows, *left)]
        distance, _, nearest = min(apart, default=(1000, True, 0.0))
        if distance > _NEAR * line.height:
            return None
        here = nearest
    return rows[here]


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
        for i, record in enumerate(found.records):
            found.records[i] = replace(record, cells={**record.cells, "group": group})
    off, contrary, proven = [], [], 0
    for record in found.records:
        cells, place = record.cells, f"page {record.part}, {record.cells['region']}"
        is_own = bool(region) and fw.match("region", cells["region"]) == [region]
        groups = fw.match("group", cells.get("group", ""))
        rules = f"{year}-{groups[0]}" if len(groups) == 1 else edition if is_own else ""
        contrary += [
            f"{place}: {column} is {cells[column] or 'blank'}, elsewhere in the letter {text}"
            for column, text in stated.items()
            if is_own and column in cells and value(cells[column]) != value(text)
        ]
        wrong = _off(cells, rules)
        off += [f"{place}: {line}" for line in wrong or ()]
        proven += wrong == []
    if off:
        more = f" and {len(off) - _MOST_LINES} more lines" if len(off) > _MOST_LINES else ""
        found.problems.append(f"national table: {', '.join(off[:_MOST_LINES])}{more}")
    if found.guess and not proven and found.records:
        found.problems.append(
            f"national table: the heading of {found.guess} is known by its place alone, and no sum"
            f" proves it; add what is printed to definitions/layouts.csv (kind {KIND})"
        )
    return ", ".join(contrary)


def _off(cells: Mapping[str, str], rules: str) -> list[str] | None:
    """Return what does not add up in a line by an edition's rules; None where nothing can tell."""
    weights = framework.load().weights.get(rules)
    if not weights or value(cells.get("index", "")) is None:
        return None
    means = {c: cells[c] for c in weights if value(cells.get(c, "")) is not None}
    if not any(value(text) for text in means.values()):
        return None
    return sums.differences(rules, {}, means, cells["index"])


def _group(found: National, edition: str, year: int) -> str:
    """Return the one group of a table that names none in its lines, or nothing.

    The one that is named above it, else the one by whose rules all its lines add up, else that of
    the letter's own region.
    """
    fw = framework.load()
    named = set(fw.named_in("group", found.above))
    if len(named) == 1:
        return named.pop()
    editions = [id_ for id_, e in fw.editions.items() if e.year == year]
    lines = {id_: [_off(r.cells, id_) for r in found.records] for id_ in editions}
    fits = [id_ for id_ in editions if [] in lines[id_] and not any(lines[id_])]
    if len(fits) > 1 and edition in fits:
        fits = [edition]
    return fw.editions[fits[0]].group if len(fits) == 1 else ""


def value(text: str) -> float | None:
    """Return a printed number, or None for a text that is none."""
    plain = text.replace(",", ".")
    return float(plain) if re.fullmatch(r"\d+(\.\d+)?", plain) else None
