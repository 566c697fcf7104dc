"""Finds the national table in lines of words, where a letter has it as text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kukar_analysis import framework
from kukar_analysis.read.letter import heads
from kukar_analysis.read.letter.heads import Head, Heads
from kukar_analysis.read.letter.pages import Line, Word
from kukar_analysis.read.source import Record

KIND = "national_table"
_FIGURE = re.compile(r"[-−–+]?\d+(?:[.,]\d+)?|[-–—]")
_TEXTS = ("region", "group", "participated")
_APART = 0.45
"""Gap in heights of a word that parts two cells."""
_NEAR = 2.6
"""Distance in heights of a word of a wrapped name from the figures of its row."""
_FEWEST = 4
"""Components and index that make a heading row that of the national table."""
_FEWEST_FIGURES = 3


@dataclass
class _Row:
    page: int
    middle: float
    cells: dict[str, str] = field(default_factory=dict)
    texts: list[tuple[float, str, str]] = field(default_factory=list)
    fault: str | None = None


@dataclass
class National:
    """The records in their order, the headings, and what is not certain."""

    records: list[Record] = field(default_factory=list)
    heads: Heads | None = None
    problems: list[str] = field(default_factory=list)


@dataclass
class _Open:
    """A table being read."""

    heads: Heads
    rows: list[_Row] = field(default_factory=list)
    loose: list[tuple[Line, list[tuple[str, str]]]] = field(default_factory=list)


def heading(lines: Sequence[Line], start: int) -> Heads | None:
    """Return the headings of a national table that begin in a line, or None."""
    values = {*framework.load().components, "index"}
    return heads.find(lines, start, _columns(), lambda found: len(found & values) >= _FEWEST)


def read(lines: Sequence[Line], is_end: Callable[[int], bool], year: int) -> National:
    """Return the national table; `is_end` tells the lines that end it."""
    found = National()
    table: _Open | None = None
    tables: list[_Open] = []
    skip = 0
    for i, line in enumerate(lines):
        if i < skip:
            continue
        if is_end(i):
            table = None
        elif head := heading(lines, i):
            skip = i + head.lines
            lacking = [column for column in _needed() if column not in head.columns]
            if lacking:
                found.problems.append(
                    f"page {line.page}: the national table has no known heading for"
                    f" {', '.join(lacking)}; add what is printed to definitions/layouts.csv"
                    f" (kind {KIND})"
                )
            else:
                table = _repeated(tables, head)
        elif table:
            _take(table, line)
    for number, each in enumerate(tables):
        found.heads = found.heads or each.heads
        _finish(each, found, year, number)
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


def _repeated(tables: list[_Open], head: Heads) -> _Open:
    """Go on with the table whose headings are repeated, or begin another."""
    same = [h.column for h in head.row]
    if tables and [h.column for h in tables[-1].heads.row] == same:
        tables[-1].heads = head
    else:
        tables.append(_Open(head))
    return tables[-1]


def _take(table: _Open, line: Line) -> None:
    """Add a line as a row, as a piece of a wrapped name, or not at all."""
    cells: dict[str, str] = {}
    texts: list[tuple[str, str]] = []
    fault = None
    for phrase in _phrases(line):
        text = " ".join(word.text for word in phrase)
        if all(_FIGURE.fullmatch(word.text) for word in phrase):
            for word in phrase:
                column = _nearest(table.heads, word.x0, word.x1, text=False).column
                if column in cells:
                    fault = f"two figures stand under the heading of {column}"
                cells[column] = word.text
        else:
            head = _nearest(table.heads, phrase[0].x0, phrase[-1].x1, text=True)
            if head.column in _TEXTS:
                texts.append((head.column, text))
            else:
                fault = f"{text!r} stands among the figures"
    _split_number(table, cells, texts)
    figures = set(cells) - {"number"}
    follows = _is_next(table, cells) and any(column == "region" for column, _ in texts)
    if len(figures) >= _FEWEST_FIGURES or follows:
        row = _Row(line.page, line.middle, cells, fault=fault)
        row.texts = [(line.middle, column, text) for column, text in texts]
        table.rows.append(row)
    elif texts and not cells and not fault:
        table.loose.append((line, texts))


def _phrases(line: Line) -> list[list[Word]]:
    phrases: list[list[Word]] = []
    for word in line.words:
        if phrases and word.x0 - phrases[-1][-1].x1 <= _APART * (word.bottom - word.top):
            phrases[-1].append(word)
        else:
            phrases.append([word])
    return phrases


def _nearest(found: Heads, x0: float, x1: float, *, text: bool) -> Head:
    """Return the heading that lies nearest; figures never stand under the region."""
    rivals = [h for h in found.row if h.column and (text or h.column not in _TEXTS)]

    def distance(head: Head) -> tuple[float, bool, float]:
        apart = max(head.x0 - x1, x0 - head.x1, 0.0)
        return apart, head.column in _TEXTS, abs(head.x0 + head.x1 - x0 - x1)

    return min(rivals, key=distance)


def _split_number(table: _Open, cells: dict[str, str], texts: list[tuple[str, str]]) -> None:
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


def _is_next(table: _Open, cells: dict[str, str]) -> bool:
    before = _number(table.rows[-1].cells) if table.rows else 0
    return before is not None and _number(cells) == before + 1


def _finish(table: _Open, found: National, year: int, number: int) -> None:
    """Give wrapped pieces to their rows, check the numbering, and add the records."""
    for line, texts in table.loose:
        row = _row_of(table, line)
        if row:
            row.texts += [(line.middle, column, text) for column, text in texts]
    numbers = [(_number(row.cells), row.page) for row in table.rows]
    for (before, _), (after, page) in itertools.pairwise(numbers):
        if before is not None and after is not None and after not in (before + 1, 1):
            found.problems.append(
                f"page {page}: the national table goes from number {before} to {after}; rows"
                " between them were not recognised"
            )
    columns = [head.column for head in table.heads.row if head.column]
    for row in table.rows:
        cells = dict.fromkeys(columns, "") | row.cells | {"year": str(year)}
        for column in _TEXTS:
            pieces = [text for _, c, text in sorted(row.texts) if c == column]
            if column in columns:
                cells[column] = " ".join(pieces)
        on_page = sum(1 for r in found.records if r.part == str(row.page)) + 1
        found.records.append(Record(on_page, cells, row.fault, str(row.page)))


def _row_of(table: _Open, line: Line) -> _Row | None:
    """Return the row that a piece of a wrapped name belongs to.

    From piece to nearest piece the way leads to the figures: lines of one cell stand closer than
    those of two, wherever in the height of their row the figures are.
    """
    rows = {row.middle: row for row in table.rows if row.page == line.page}
    left = {other.middle for other, _ in table.loose if other.page == line.page}
    here = line.middle
    while True:
        left.discard(here)
        apart = [(round(abs(y - here)), y not in rows, y) for y in (*rows, *left)]
        distance, is_piece, nearest = min(apart, default=(1000, True, 0.0))
        if distance > _NEAR * line.height:
            return None
        if not is_piece:
            return rows[nearest]
        here = nearest
