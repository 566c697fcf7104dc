"""Finds the list in a grid of texts: its headings, its kind, and which rows are records.

The kind is recognised by headings (definitions/layouts.csv), never by values. Title rows, headings
over two or three rows, a row of column numbers, section rows, totals and a signature block are
told from records; nothing that could be a record is passed over unsaid.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise

from kukar_analysis import framework
from kukar_analysis.read.source import Medium, Reading, Record, SourceList

_DEEPEST = 60
"""Rows in which the headings are looked for."""
_WHERE = "definitions/layouts.csv"
_NO_LISTS = ("caption", "letter", "furniture")
"""Kinds of layout that are no lists: words around one."""
_SIGNED = re.compile(
    r"[a-z .]+,[\s.…]*(\d{1,2}[\s.…]*)?"
    r"(januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember)"
    r"[\s.…]*(20\d\d)?",
    re.IGNORECASE,
)
"""Place and date, which begin a signature block."""

_PREFILLED = {"question_scores": "score", "component_scores": "mean"}
"""Forms for typing in a letter come with a row for each score; one left blank says nothing."""

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
class _Kind:
    """What a kind of list is recognised by: heading (normalised) to column, in order of rank."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    one_of: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)


def read(grid: Grid, given: dict[str, str], reading: Reading) -> None:
    """Add the list of a grid to `reading`, or the reason why there is none.

    `given` are cells that hold for every record unless the list says otherwise, as the agency that
    the file's name tells.
    """
    found = recognise(grid)
    if isinstance(found, Unknown):
        (reading.problems if found.is_near else reading.notes).append(found.message)
        return
    if found.twice:
        reading.problems.append(
            f"{grid.place}: the heading {found.twice[0]!r} stands twice; keep one of the columns"
        )
        return
    if found.unused:
        reading.notes.append(f"{grid.place}: columns not used: {', '.join(found.unused)}")
    records = _records(grid, found, given | _captions(grid.rows[: found.first]), reading)
    if not records:
        empty = reading.problems if grid.medium == "text" else reading.notes
        empty.append(f"{grid.place}: has headings but no lines")
    reading.lists.append(SourceList(grid.name, grid.medium, found.kind, found.headings, records))


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
def _kinds() -> dict[str, _Kind]:
    kinds: dict[str, _Kind] = defaultdict(_Kind)
    for layout in framework.load().layouts:
        if layout.kind in _NO_LISTS:
            continue
        kind = kinds[layout.kind]
        kind.columns[layout.column] = [
            framework.normalise(h) if "#" not in h else h.casefold()
            for h in layout.headings.split(" | ")
        ]
        wanted = {"yes": kind.needed, "one": kind.one_of, "personal": kind.personal}
        if layout.required in wanted:
            wanted[layout.required].append(layout.column)
    return dict(kinds)


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(h for k in _kinds().values() for heads in k.columns.values() for h in heads)


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
    """Whether a row can be a second row of headings: words only, most of them known."""
    filled = [cell for cell in cells if cell]
    return any(map(_known, filled)) and not any(
        re.fullmatch(r"[\d.,%() -]+", cell) for cell in filled
    )


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
    for name, kind in _kinds().items():
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


def _lacking(name: str, kind: _Kind, headings: Headings) -> list[str]:
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
    needed = max(places.values()) + 1
    down = _merged_down(grid, found.last)
    records: list[Record] = []
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        if cells == heads or (index == 0 and _column_numbers(texts)):
            continue
        if len(texts) < 4 or texts[0] == texts[1]:
            if _signature(texts):
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
        records.append(Record(row, values, fault, grid.part))
    return records


def _identity(kind: str, places: dict[str, int]) -> list[int]:
    """Return the columns (from 0) of which one must hold something for a row to be a record."""
    known = _kinds()[kind]
    found = [places[column] for column in (*known.one_of, *known.needed) if column in places]
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


def _signature(texts: list[str]) -> bool:
    """Whether a row begins the signature block."""
    if len(set(texts)) > 2:
        return False
    first = framework.normalise(texts[0])
    begins = any(first.startswith(word) for word in words("furniture", "signature"))
    return begins or any(_SIGNED.fullmatch(text) for text in texts)


def _remark(text: str) -> bool:
    """Whether a line of its own begins as a remark does, and is nobody's answer."""
    first = framework.normalise(text)
    return text.startswith("*") or any(first.startswith(w) for w in words("furniture", "remark"))


def _after_signature(
    place: str, rest: Sequence[tuple[int, list[str]]], identity: list[int]
) -> list[str]:
    """Say where rows below a signature block look like records all the same."""
    for row, cells in rest:
        filled = [i for i, cell in enumerate(cells) if cell]
        if len(filled) > 3 and any(i in identity for i in filled):
            return [f"{place}: row {row} and below stand under the signature and were not read"]
    return []
