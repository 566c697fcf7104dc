"""Finds where the headings of a list stand in a grid of texts, and what kind of list it is.

The kind is recognised by headings (definitions/layouts.csv), never by values: the kind of which all
needed headings are there, the one with the most of them. Headings may stand below title rows, and
over two or three rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from kukar_analysis import framework
from kukar_analysis.read.source import Medium

_DEEPEST = 60
"""Rows in which the headings are looked for."""
_WHERE = "definitions/layouts.csv"
_NO_LISTS = ("caption", "letter", "furniture")
"""Kinds of layout that are no lists: words around one."""
Headings = dict[str, tuple[str, int]]
"""Our column to (heading as printed, column number)."""
_Block = tuple[tuple[str, ...], ...]
"""Cells of one to three rows that may hold the headings."""
_Name = tuple[str, frozenset[str]]
"""A column of the grid: its heading as printed, and the normalised names it goes by."""


@dataclass(frozen=True)
class Grid:
    """Texts of a sheet or text file; `rows` are (row number, cells), blank rows left out.

    `merged` are the merged ranges as (first row, first column, last row, last column), from 1.
    """

    name: str
    medium: Medium
    rows: Sequence[tuple[int, list[str]]]
    part: str | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()

    @property
    def place(self) -> str:
        """Return how messages call it."""
        return f"{self.name} sheet {self.part!r}" if self.part else self.name


@dataclass(frozen=True)
class Found:
    """Headings of a kind, standing in rows `first` to `last` of the grid (indices)."""

    kind: str
    headings: Headings
    first: int
    last: int
    unused: list[str]
    twice: list[str]


@dataclass(frozen=True)
class Unknown:
    """Why no list was found; near where some of a kind's headings are there."""

    message: str
    is_near: bool


@dataclass(frozen=True)
class Kind:
    """What a kind of list is recognised by: heading (normalised) to column, in order of rank."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    one_of: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)


def recognise(grid: Grid) -> Found | Unknown:
    """Return where the list's headings stand and its kind, or why there is none."""
    best: Found | None = None
    near = (0, "")
    for first in range(min(len(grid.rows), _DEEPEST)):
        if best and first > best.first + 1:
            break
        if not _heading_like(grid.rows[first][1]):
            continue
        for last in range(first, min(first + 3, len(grid.rows))):
            if last > first and not _wordy(grid.rows[last][1]):
                break
            block = tuple(tuple(cells) for _, cells in grid.rows[first : last + 1])
            kind, headings, lacking, *left = _kind(grid.medium, block)
            if lacking:
                near = max(near, (len(headings), lacking), key=lambda n: n[0])
            elif best is None or len(headings) > len(best.headings):
                best = Found(kind, headings, first, last, *left)
    if best:
        return best
    if not near[0]:
        return Unknown(
            f"{grid.place}: holds no line of known headings ({_WHERE}); a list begins with its"
            " headings, after a title at most",
            is_near=False,
        )
    return Unknown(
        f"{grid.place}: no known kind of list; {near[1]}. Correct the headings in a copy, or add"
        f" the heading used here to {_WHERE}",
        is_near=True,
    )


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of list by its name, in the order of definitions/layouts.csv."""
    found: dict[str, Kind] = defaultdict(Kind)
    for layout in framework.load().layouts:
        if layout.kind in _NO_LISTS:
            continue
        kind = found[layout.kind]
        kind.columns[layout.column] = [
            framework.normalise(h) if "#" not in h else h.casefold()
            for h in layout.headings.split(" | ")
        ]
        wanted = {"yes": kind.needed, "one": kind.one_of, "personal": kind.personal}
        if layout.required in wanted:
            wanted[layout.required].append(layout.column)
    return dict(found)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(h for k in kinds().values() for heads in k.columns.values() for h in heads)


@cache
def words(kind: str, column: str) -> tuple[str, ...]:
    """Return the normalised words on record for a part of a page or form that is no list."""
    found = [x for x in framework.load().layouts if (x.kind, x.column) == (kind, column)]
    return tuple(framework.normalise(h) for x in found for h in x.headings.split(" | "))


@lru_cache(maxsize=50_000)
def _known(cell: str) -> bool:
    return framework.normalise(cell) in _vocabulary()


def known_headings(cells: list[str]) -> int:
    """Return how many cells are headings of some kind of list."""
    return sum(_known(cell.strip(' "')) for cell in cells if cell)


def _heading_like(cells: list[str]) -> bool:
    known = known_headings(cells)
    return known > 0 and known + sum(bool(_numbered(cell)) for cell in cells if cell) >= 2


def _wordy(cells: list[str]) -> bool:
    """Whether a row can be a second or third row of headings: words only."""
    return not any(re.fullmatch(r"[\d.,%() -]+", cell) for cell in cells if cell)


def _names(rows: _Block) -> tuple[_Name, ...]:
    """Return for each column (heading as printed, the normalised names it goes by)."""
    block = [list(cells) for cells in rows]
    width = max(map(len, block))
    for cells in block:
        cells += [""] * (width - len(cells))
    for upper, lower in pairwise(block):
        for i in range(1, width):  # a heading over several columns is written in the first
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    names: list[_Name] = []
    for i in range(width):
        stack = [cells[i] for cells in block if cells[i]]
        joined = [" ".join(stack[j:]) for j in range(len(stack))]
        printed = joined[0] if joined else ""
        names.append((printed, frozenset(framework.normalise(n) for n in joined)))
    return tuple(names)


@lru_cache(maxsize=1000)
def _kind(medium: Medium, block: _Block) -> tuple[str, Headings, str, list[str], list[str]]:
    """Return what the rows are the headings of: the kind with the most of them.

    Kind, headings, what the nearest kind lacks (empty where one is whole), headings that stand for
    no column of ours, and used ones that stand twice. The same form has the same headings again.
    """
    names = _names(block)
    whole: tuple[str, Headings, str] = ("", {}, "")
    near = whole
    for name, kind in kinds().items():
        headings: Headings = {}
        for column, wanted in kind.columns.items():
            headings |= _places(column, wanted, names)
        if name == "question_scores" and medium == "workbook" and "source" not in headings:
            continue  # an office's own answer must not be taken for an assessor's score
        lacking = _lacking(name, kind, headings)
        if not lacking:
            whole = max(whole, (name, headings, ""), key=lambda found: len(found[1]))
        elif len(headings) > len(near[1]):
            near = (name, headings, f"nearest is {name}, which also needs {', '.join(lacking)}")
    found = whole if whole[1] else near
    return *found, *_left(names, found[1])


def _lacking(name: str, kind: Kind, headings: Headings) -> list[str]:
    """Return the headings that a kind needs and that are not there."""
    known = {re.sub(r"_\d+$", "", column) for column in headings}
    lacking = [_heading(name, c) for c in kind.needed if c not in known]
    if kind.one_of and known.isdisjoint(kind.one_of):
        lacking.append(" or ".join(_heading(name, c) for c in kind.one_of))
    return lacking


def _left(names: tuple[_Name, ...], headings: Headings) -> tuple[list[str], list[str]]:
    """Return the headings that stand for no column of ours, and the used ones that stand twice."""
    used = {i for _, i in headings.values()}
    heads = [printed for printed, _ in names]
    unused = [head for i, head in enumerate(heads, start=1) if head and i not in used]
    return unused, sorted({h for h, _ in headings.values() if heads.count(h) > 1})


def _heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by first, for a message."""
    layouts = framework.load().layouts
    return next(x.headings for x in layouts if (x.kind, x.column) == (kind, column)).split(" | ")[0]


def _places(column: str, wanted: list[str], names: tuple[_Name, ...]) -> Headings:
    """Return where a column stands; a numbered one (`P#`) as column_1, column_2 and so on."""
    for heading in wanted:
        if "#" not in heading:
            for i, (printed, known) in enumerate(names, start=1):
                if heading in known:
                    return {column: (printed, i)}
    places: Headings = {}
    for i, (printed, _) in enumerate(names, start=1):
        number = _numbered(printed)
        if number and number[0] in {h.removesuffix("#").strip() for h in wanted if "#" in h}:
            places.setdefault(f"{column}_{number[1]}", (printed, i))
    return places


@lru_cache(maxsize=50_000)
def _numbered(text: str) -> tuple[str, int] | None:
    """Return (word, number) of a numbered heading: `P1`, `Pernyataan 3`, `7. Layanan mudah`."""
    match = re.match(r"\s*([a-z]*)[\s._]*(\d{1,2})(?:$|[\s.):])", text.casefold())
    return (match[1], int(match[2])) if match and int(match[2]) else None
