"""Finds where the headings of a list stand in a grid of texts, and what kind of list it is.

The kind is recognised by headings (definitions/layouts.csv), never by values: the kind of which all
needed headings are there, the one with the most of them. Headings may stand below title rows, and
over two or three rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz, process

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
_FIGURES = ("score", "mean", "target", "realisation", "budget", "value", "agencies", "index")
"""Columns of which a sheet has one, and the wrong one would be a wrong number."""
_LIKE = 80
"""Likeness, of 100, from which a heading may be a slip of another."""
_SAMPLED = 40
"""Rows below the headings in which a heading over several columns would show."""


@dataclass(frozen=True)
class _Name:
    """A column of the grid: its heading as printed, and what it goes by.

    `forms` are (normalised name, normalised heading above it): the whole name stands under nothing.
    """

    printed: str
    forms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """Texts of a sheet or text file; `rows` are (row number, cells), blank rows left out.

    `merged` are the merged ranges as (first row, first column, last row, last column), from 1;
    `struck` the rows with a text that is struck through.
    """

    name: str
    medium: Medium
    rows: Sequence[tuple[int, list[str]]]
    part: str | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()
    is_comma_parted: bool = False
    struck: Set[int] = frozenset()

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
    unclear: str


@dataclass(frozen=True)
class _Match:
    """What rows are the headings of. `lacking` says what the kind also needs, if anything.

    `unused` stand for no column of ours; `unclear` says what is not certain.
    """

    kind: str
    headings: Headings
    lacking: str
    unused: list[str]
    unclear: str


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
    found: list[Found] = []
    near = (0, "")
    for first in range(min(len(grid.rows), _DEEPEST)):
        if found and first > found[0].first + 1:
            break
        if not _heading_like(grid.rows[first][1]):
            continue
        for last in range(first, min(first + 3, len(grid.rows))):
            if last > first and not _wordy(grid.rows[last][1]):
                break
            block = tuple(tuple(cells) for _, cells in grid.rows[first : last + 1])
            match = _match(grid.medium, block, grid.name[:4])
            if match and match.lacking:
                near = max(near, (len(match.headings), match.lacking), key=lambda n: n[0])
            elif match:
                unused, unclear = match.unused, match.unclear
                found.append(Found(match.kind, match.headings, first, last, unused, unclear))
    if found:
        most = max(len(one.headings) for one in found)
        best = [one for one in found if len(one.headings) == most]
        # a row of words right below that are headings too belongs to them
        best.sort(key=lambda one: (one.first, one.last == one.first or not _heads(grid, one.last)))
        why = [one.unclear or _over_several(grid, one) for one in best]
        clear = next((one for one, what in zip(best, why, strict=True) if not what), None)
        return clear or Unknown(f"{grid.place}: {why[0]}", is_near=True)
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


@framework.kept()
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


@framework.kept()
def _vocabulary() -> frozenset[str]:
    return frozenset(h for k in kinds().values() for heads in k.columns.values() for h in heads)


@framework.kept()
def words(kind: str, column: str) -> tuple[str, ...]:
    """Return the normalised words on record for a part of a page or form that is no list."""
    found = [x for x in framework.load().layouts if (x.kind, x.column) == (kind, column)]
    return tuple(framework.normalise(h) for x in found for h in x.headings.split(" | "))


def known_headings(cells: list[str]) -> int:
    """Return how many cells are headings of some kind of list."""
    known = _vocabulary()
    return sum(framework.normalise(cell.strip(' "')) in known for cell in cells if cell)


def _heading_like(cells: list[str]) -> bool:
    known = known_headings(cells)
    return known > 0 and known + sum(bool(_numbered(cell)) for cell in cells if cell) >= 2


def _wordy(cells: list[str]) -> bool:
    """Whether a row can be a second or third row of headings: words and years only."""
    figures = (re.fullmatch(r"[\d.,%() -]+", cell) for cell in cells if cell)
    return not any(figure and not re.fullmatch(r"20\d\d", figure[0]) for figure in figures)


def _heads(grid: Grid, index: int) -> bool:
    return known_headings(grid.rows[index][1]) > 0


def is_headings(kind: str, cells: list[str]) -> bool:
    """Whether a row below the headings is one of headings again, for another list."""
    filled = [cell for cell in cells if cell]
    known = sum(map(_words_of(kind).__contains__, map(framework.normalise, filled)))
    return known >= 3 or (known == 2 and len(filled) <= 3)


@framework.kept()
def _words_of(kind: str) -> frozenset[str]:
    return frozenset(h for heads in kinds()[kind].columns.values() for h in heads)


def _names(rows: _Block, year: str) -> tuple[_Name, ...]:
    """Return the columns; a heading over several columns is part of each one's name."""
    block = [list(cells) for cells in rows]
    width = max(map(len, block))
    for cells in block:
        cells += [""] * (width - len(cells))
    for upper, lower in pairwise(block):
        for i in range(1, width):  # a heading over several columns is written in the first
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    names = []
    for i in range(width):
        stack = [cells[i] for cells in block if cells[i]]
        forms = [(" ".join(stack[j:]), " ".join(stack[:j])) for j in range(len(stack))]
        plain = [(_plain(name, year), framework.normalise(above)) for name, above in forms]
        whole = [(framework.normalise(name), framework.normalise(above)) for name, above in forms]
        names.append(_Name(forms[0][0] if forms else "", tuple(dict.fromkeys(whole + plain))))
    return tuple(names)


def _plain(heading: str, year: str) -> str:
    """Return a heading without its number, what stands in brackets, and this year."""
    bare = re.sub(r"^\s*\d{1,2}[.)]\s*|\([^)]*\)", "", heading)
    return framework.normalise(re.sub(rf"\b{year}\s*$", "", bare))


@framework.kept(1000)
def _match(medium: Medium, block: _Block, year: str) -> _Match | None:
    """Return what the rows are the headings of: the kind with the most of them.

    None where they are headings of nothing. The same form has the same headings again.
    """
    names = _names(block, year)
    known = []
    for name, kind in kinds().items():
        headings: Headings = {}
        for column, wanted in kind.columns.items():
            if not any("#" in heading for heading in wanted):
                for i in _candidates(name, column, names)[:1]:
                    headings[column] = (names[i].printed, i + 1)
        headings |= _numbered_places(kind, names, headings)
        if name == "question_scores" and medium == "workbook" and "source" not in headings:
            continue  # an office's own answer must not be taken for an assessor's score
        if headings:
            known.append((name, headings, _lacking(name, kind, headings)))
    if not known:
        return None
    whole = [one for one in known if not one[2]]
    most = max(len(headings) for _, headings, _ in whole or known)
    best = [one for one in whole or known if len(one[1]) == most]
    slips = [{} if whole else _slips(name, headings, names) for name, headings, _ in best]
    left = [len(one[2]) - len(slip) for one, slip in zip(best, slips, strict=True)]
    (found, headings, lacking), slip = best[left.index(min(left))], slips[left.index(min(left))]
    unclear = _unclear(found, headings, names)
    used = {i for _, i in headings.values()}
    unused = [n.printed for i, n in enumerate(names, start=1) if n.printed and i not in used]
    near = [f"{printed!r} comes near {heading}" for printed, heading in slip.items()]
    said = [f"nearest is {found}, which also needs {', '.join(lacking)}", *near]
    return _Match(found, headings, "; ".join(said) if lacking else "", unused, unclear)


def _slips(kind: str, headings: Headings, names: tuple[_Name, ...]) -> dict[str, str]:
    """Return the headings that are none of the kind's, each with what it needs and comes near."""
    used = {i for _, i in headings.values()}
    needed = {*kinds()[kind].needed, *kinds()[kind].one_of} - {*headings}
    wanted = {
        framework.normalise(heading): heading
        for layout in framework.load().layouts
        if layout.kind == kind and layout.column in needed
        for heading in layout.headings.split(" | ")
    }
    slips = {}
    for i, name in enumerate(names, start=1):
        if name.printed and i not in used:
            word = name.forms[-1][0]
            near = process.extractOne(word, wanted.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
            if near:
                slips[name.printed] = wanted[near[0]]
    return slips


def _candidates(kind: str, column: str, names: tuple[_Name, ...]) -> list[int]:
    """Return the columns (from 0) that could be a column of ours, the best first.

    A name under another heading counts only where that heading is not somebody else's: the
    assessors' score beside the agency's own, or the realisation of a budget.
    """
    ranked: list[tuple[int, int, int]] = []
    for rank, heading in enumerate(kinds()[kind].columns[column]):
        for i, name in enumerate(names):
            for form, above in name.forms:
                if form == heading and _is_own(kind, column, above):
                    ranked.append((bool(above), rank, i))
    return list(dict.fromkeys(i for *_, i in sorted(ranked)))


def _is_own(kind: str, column: str, above: str) -> bool:
    if not above or above.endswith(words("furniture", "own")):
        return True
    if re.fullmatch(r"20\d\d", above) or any(w in above for w in words("furniture", "foreign")):
        return False
    of = [c for c, heads in kinds()[kind].columns.items() if above in heads]
    return not of or column in of


def _unclear(kind: str, headings: Headings, names: tuple[_Name, ...]) -> str:
    """Say which of several columns a figure should be taken from is not known; empty if it is.

    A heading that says whose the score is ("Nilai mandiri") goes before those that do not: it takes
    the figure's place in `headings`.
    """
    asked = max((s.statements for s in framework.load().surveys.values()), default=0)
    if kind == "survey" and f"statement_{asked + 1}" in headings:
        return f"has more than the {asked} statements of a pillar; part it into a sheet a pillar"
    used = {i for _, i in headings.values()}
    asked_once = {p.casefold() for c, (p, _) in headings.items() if c.startswith("statement_")}
    again = [
        name.printed
        for i, name in enumerate(names, start=1)
        if i not in used and name.printed.casefold() in asked_once
    ]
    if again:
        return (
            f"the headings {', '.join(map(repr, again[:3]))} stand again, as of another pillar;"
            " give each pillar a sheet or file of its own, or write the rows below each other"
        )
    for column in (c for c in headings if c in _FIGURES):
        found = _candidates(kind, column, names)
        own = [
            i for i in found if any(w in names[i].forms[0][0] for w in words("furniture", "ours"))
        ]
        if len(own) == 1 or len(found) == 1:
            best = (own or found)[0]
            headings[column] = (names[best].printed, best + 1)
            continue
        shown = list(dict.fromkeys(repr(names[i].printed) for i in sorted(found)))
        if len(shown) == 1:
            return f"the heading {shown[0]} stands twice; keep one of the columns"
        return f"{column} could be {' or '.join(shown[:3])}; rename or delete the others in a copy"
    return ""


def _over_several(grid: Grid, found: Found) -> str:
    """Say which heading of a figure stands over several columns, of which one must be meant."""
    block = [cells for _, cells in grid.rows[found.first : found.last + 1]]
    below = []
    for _, cells in grid.rows[found.last + 1 : found.last + 1 + _SAMPLED]:
        if is_headings(found.kind, cells):
            break
        below.append(cells)
    width = max(map(len, block if grid.medium == "text" else [*block, *below]))
    for column, (head, i) in found.headings.items():
        beside = i
        while beside < width and column in _FIGURES:
            if any(beside < len(cells) and cells[beside] for cells in block):
                break
            if any(beside < len(cells) and cells[beside] and cells[i - 1] for cells in below):
                return (
                    f"the heading {head!r} stands over several columns; give each a heading of its"
                    " own in a copy"
                )
            beside += 1
    return ""


def _lacking(name: str, kind: Kind, headings: Headings) -> list[str]:
    """Return the headings that a kind needs and that are not there."""
    known = {re.sub(r"_\d+$", "", column) for column in headings}
    lacking = [_heading(name, c) for c in kind.needed if c not in known]
    if kind.one_of and known.isdisjoint(kind.one_of):
        lacking.append(" or ".join(_heading(name, c) for c in kind.one_of))
    return lacking


def _heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by first, for a message."""
    layouts = framework.load().layouts
    return next(x.headings for x in layouts if (x.kind, x.column) == (kind, column)).split(" | ")[0]


def _numbered_places(kind: Kind, names: tuple[_Name, ...], taken: Headings) -> Headings:
    """Return the numbered columns (`P#`) as column_1, column_2 and so on.

    A heading that another column goes by, or that names a person, is none of them.
    """
    used = {i for _, i in taken.values()}
    personal = [word for column in kind.personal for word in kind.columns[column]]
    places: Headings = {}
    for column, wanted in kind.columns.items():
        before = {heading.removesuffix("#").strip() for heading in wanted if "#" in heading}
        for i, name in enumerate(names, start=1):
            number = _numbered(name.printed)
            whole = name.forms[-1][0] if name.forms else ""
            if number and number[0] in before and i not in used and whole not in personal:
                places.setdefault(f"{column}_{number[1]}", (name.printed, i))
    return places


@lru_cache(maxsize=50_000)
def _numbered(text: str) -> tuple[str, int] | None:
    """Return (word, number) of a numbered heading: `P1`, `Pernyataan 3`, `7. Layanan mudah`."""
    match = re.match(r"\s*([a-z]*)[\s._]*(\d{1,2})(?:$|[\s.):])", text.casefold())
    return (match[1], int(match[2])) if match and int(match[2]) else None
