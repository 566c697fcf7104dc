"""Finds where the headings of a list stand in a grid of texts, and what kind of list it is.

The kind is recognised by headings (definitions/layouts.csv), never by values: the kind of which all
needed headings are there, the one with the most of them. Headings may stand below title rows, and
over two or three rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from kukar_analysis import framework
from kukar_analysis.read.source import Medium

DEEPEST = 60
"""Rows in which the headings are looked for."""
_WHERE = "definitions/layouts.csv"
_NO_LISTS = ("caption", "letter", "furniture", "answer")
"""Kinds of layout that are no lists: words around one."""
STRUCK = "is struck through; delete the row, or take the line away if it holds"
GUIDE = "is named as a guide"
"""Why a sheet is not to be read that says by its name that it explains the others."""
_FIGURES = ("score", "mean", "target", "realisation", "budget", "value", "agencies", "index")
"""Columns of which a sheet has one, and the wrong one would be a wrong number."""
_LIKE = 80
"""Likeness, of 100, from which a heading may be a slip of another."""
_SAMPLED = 40
"""Rows below the headings in which a heading over several columns would show."""
_STATEMENT = re.compile(r"\s*p[\s._]*0?([1-9]\d?)(?:$|[\s.):].*)", re.IGNORECASE | re.DOTALL)
"""The heading of a statement in the project's own form of a survey: `P1`."""
Headings = dict[str, tuple[str, int]]
"""Our column to (heading as printed, column number)."""
Block = tuple[tuple[str, ...], ...]
"""Cells of one to three rows that may hold the headings."""
Rows = Sequence[tuple[int, list[str]]]
"""(row number, cells) of each row that is not blank."""


@dataclass(frozen=True)
class Grid:
    """Texts of a sheet or text file.

    `merged` are the merged ranges as (first row, first column, last row, last column), from 1;
    `struck` the rows with a text that is struck through; `unread` says why it is not to be read.
    """

    name: str
    medium: Medium
    rows: Rows
    part: str | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()
    is_comma_parted: bool = False
    struck: Set[int] = frozenset()
    unread: str = ""

    @property
    def place(self) -> str:
        """Return how messages call it."""
        return f"{self.name} sheet {self.part!r}" if self.part else self.name


@dataclass(frozen=True)
class Found:
    """Headings of a kind, standing in rows `first` to `last` of the grid (indices).

    `unused` stand for no column of ours; `lacking` says what the kind also needs, `unclear` what is
    not certain: with either of them it is not read.
    """

    kind: str
    headings: Headings
    unused: list[str]
    lacking: str
    unclear: str
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Unknown:
    """Why no list was found; near where some of a kind's headings are there."""

    message: str
    is_near: bool


@dataclass(frozen=True)
class Name:
    """A column of the grid: its heading as printed, and what it goes by.

    `forms` are (normalised name, normalised heading above it): the whole name stands under nothing.
    """

    printed: str
    forms: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Kind:
    """What a kind of list is recognised by: heading (normalised) to column, in order of rank."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    printed: dict[str, list[str]] = field(default_factory=dict)
    required: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def identity(self) -> list[str]:
        """Columns of which a record has at least one."""
        return [*self.required["one"], *self.required["yes"]]

    @cached_property
    def words(self) -> frozenset[str]:
        """All its headings, normalised."""
        return frozenset(heading for own in self.columns.values() for heading in own)


@framework.kept()
def kinds() -> dict[str, Kind]:
    """Return every kind of list by its name, in the order of definitions/layouts.csv."""
    found: dict[str, Kind] = defaultdict(Kind)
    for layout in framework.load().layouts:
        if layout.kind not in _NO_LISTS:
            kind, printed = found[layout.kind], layout.headings.split(" | ")
            kind.printed[layout.column] = printed
            kind.columns[layout.column] = [framework.normalise(h) for h in printed if "#" not in h]
            kind.required[layout.required].append(layout.column)
    return dict(found)


@framework.kept()
def words(kind: str, column: str) -> tuple[str, ...]:
    """Return the normalised words on record for a part of a page or form that is no list."""
    found = [x for x in framework.load().layouts if (x.kind, x.column) == (kind, column)]
    return tuple(framework.normalise(h) for x in found for h in x.headings.split(" | "))


@framework.kept()
def _vocabulary() -> frozenset[str]:
    return frozenset[str]().union(*(kind.words for kind in kinds().values()))


def named(grid: Grid) -> dict[str, str]:
    """Return what the names of file and sheet tell for certain: region, agency, pillar."""
    stem = PurePosixPath(grid.name).stem
    told = [(kind, stem) for kind in ("region", "opd", "pillar")]
    told += [(kind, grid.part or "") for kind in ("pillar", "opd")]
    found = [(kind, framework.load().named_in(kind, text)) for kind, text in told]
    return {kind: ids[0] for kind, ids in found if len(ids) == 1}


def known_headings(cells: list[str]) -> int:
    """Return how many cells are headings of some kind of list."""
    known = _vocabulary()
    return sum(framework.normalise(c.strip(' "')) in known for c in cells if c)


def is_headings(kind: str, cells: list[str]) -> bool:
    """Whether a row below the headings is one of headings again, for another list."""
    filled = [c for c in cells if c]
    known = sum(map(kinds()[kind].words.__contains__, map(framework.normalise, filled)))
    return known >= 3 or (known == 2 and len(filled) <= 3)


def recognise(grid: Grid) -> Found | Unknown:
    """Return where the list's headings stand and its kind, or why there is none."""
    found: list[Found] = []
    near: Found | None = None
    for first, last, block in blocks(grid, _heading_like):
        if found and first > found[0].first + 1:
            break
        match = _match(grid.medium, block, grid.name[:4])
        if match and not match.lacking:
            found.append(replace(match, first=first, last=last))
        elif match and (near is None or len(match.headings) > len(near.headings)):
            near = match
    if found:
        most = max(len(one.headings) for one in found)
        best = [one for one in found if len(one.headings) == most]
        # a row of words right below that are headings too belongs to them
        best.sort(
            key=lambda one: (
                one.first,
                one.last == one.first or not known_headings(grid.rows[one.last][1]),
            )
        )
        why = [one.unclear or _over_several(grid, one) for one in best]
        clear = next((one for one, what in zip(best, why, strict=True) if not what), None)
        return clear or Unknown(f"{grid.place}: {why[0]}", is_near=True)
    if near:
        return Unknown(
            f"{grid.place}: no known kind of list; {near.lacking}. Correct the headings in a copy,"
            f" or add the heading used here to {_WHERE}",
            is_near=True,
        )
    return Unknown(
        f"{grid.place}: holds no line of known headings ({_WHERE}); a list begins with its"
        " headings, after a title at most",
        is_near=False,
    )


def blocks(grid: Grid, is_first: Callable[[list[str]], bool]) -> Iterator[tuple[int, int, Block]]:
    """Yield one to three rows that may be headings: first and last index, and their cells."""
    for first, (_, cells) in enumerate(grid.rows[:DEEPEST]):
        if is_first(cells):
            for last in range(first, min(first + 3, len(grid.rows))):
                if last > first and not _wordy(grid.rows[last][1]):
                    break
                yield first, last, tuple(tuple(c) for _, c in grid.rows[first : last + 1])


def _heading_like(cells: list[str]) -> bool:
    known = known_headings(cells)
    return known > 0 and known + sum(bool(_STATEMENT.match(c)) for c in cells) >= 2


def _wordy(cells: list[str]) -> bool:
    """Whether a row can be a second or third row of headings: words and years only."""
    figures = (re.fullmatch(r"[\d.,%() -]+", c) for c in cells if c)
    return not any(figure and not re.fullmatch(r"20\d\d", figure[0]) for figure in figures)


def columns(rows: Block, year: str) -> tuple[Name, ...]:
    """Return the columns; a heading over several columns is part of each one's name."""
    names = []
    for stack in stacked(rows):
        forms = [(" ".join(stack[j:]), " ".join(stack[:j])) for j in range(len(stack))]
        for name, above in forms[: len(stack)]:  # without number, brackets and this year too
            bare = re.sub(r"^\s*\d{1,2}[.)]\s*|\([^)]*\)", "", name)
            forms.append((re.sub(rf"\b{year}\s*$", "", bare), above))
        plain = [(framework.normalise(name), framework.normalise(above)) for name, above in forms]
        names.append(Name(forms[0][0] if forms else "", tuple(dict.fromkeys(plain))))
    return tuple(names)


def stacked(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the headings of each column from above; one over several is written in the first."""
    width = max(map(len, rows))
    block = [[*cells, *[""] * (width - len(cells))] for cells in rows]
    for upper, lower in reversed([*pairwise(block)]):
        for i in range(1, width):
            if not upper[i] and lower[i]:
                upper[i] = upper[i - 1]
    return [[c for c in column if c] for column in zip(*block, strict=True)]


@framework.kept(1000)
def _match(medium: Medium, block: Block, year: str) -> Found | None:
    """Return what the rows are the headings of: the kind with the most of them.

    None where they are headings of nothing. The same form has the same headings again.
    """
    names = columns(block, year)
    by_form: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for i, name in enumerate(names):
        for form, above in name.forms:
            by_form[form].append((above, i))
    known = []
    for kind, layout in kinds().items():
        places = {c: _candidates(kind, c, by_form) for c in layout.columns}
        headings = {c: (names[own[0]].printed, own[0] + 1) for c, own in places.items() if own}
        if kind == "survey":
            headings |= _statements(names, {i for _, i in headings.values()})
        if kind == "question_scores" and medium == "workbook" and "source" not in headings:
            continue  # an office's own answer must not be taken for an assessor's score
        if headings:
            known.append((kind, headings, places, _lacking(layout, headings)))
    if not known:
        return None
    whole = [one for one in known if not one[3]] or known
    most = max(len(one[1]) for one in whole)
    slips = [_slips(kind, h, names) if lacking else {} for kind, h, _, lacking in whole]
    left = [  # of those with the most headings, the one that lacks least but for slips
        (len(one[1]) < most, len(one[3]) - len(slip))
        for one, slip in zip(whole, slips, strict=True)
    ]
    best = left.index(min(left))
    kind, headings, places, lacking = whole[best]
    unclear = "" if lacking else _unclear(headings, places, names)
    used = {i for _, i in headings.values()}
    unused = [n.printed for i, n in enumerate(names, start=1) if n.printed and i not in used]
    near = [f"{printed!r} comes near {heading}" for printed, heading in slips[best].items()]
    said = "; ".join([f"nearest is {kind}, which also needs {', '.join(lacking)}", *near])
    return Found(kind, headings, unused, said if lacking else "", unclear)


def _candidates(kind: str, column: str, by_form: Mapping[str, list[tuple[str, int]]]) -> list[int]:
    """Return the columns (from 0) that could be a column of ours, the best first.

    A name under another heading counts only where that heading is not somebody else's: the
    assessors' score beside the agency's own, or the realisation of a budget.
    """
    ranked = [
        (bool(above), rank, i)
        for rank, heading in enumerate(kinds()[kind].columns[column])
        for above, i in by_form.get(heading, ())
        if _is_own(kind, column, above)
    ]
    return list(dict.fromkeys(i for *_, i in sorted(ranked)))


def _is_own(kind: str, column: str, above: str) -> bool:
    if not above or above.endswith(words("furniture", "own")):
        return True
    if re.fullmatch(r"20\d\d", above) or any(w in above for w in words("furniture", "foreign")):
        return False
    of = [c for c, heads in kinds()[kind].columns.items() if above in heads]
    return not of or column in of


def _statements(names: tuple[Name, ...], used: Set[int]) -> Headings:
    """Return the statements of the project's own form as statement_1, statement_2 and so on."""
    found: Headings = {}
    for i, name in enumerate(names, start=1):
        number = _STATEMENT.fullmatch(name.printed)
        if number and i not in used:
            found.setdefault(f"statement_{int(number[1])}", (name.printed, i))
    return found


def _lacking(kind: Kind, headings: Headings) -> list[str]:
    """Return the headings that a kind needs and that are not there."""
    known = {re.sub(r"_\d+$", "", column) for column in headings}
    lacking = [kind.printed[c][0] for c in kind.required["yes"] if c not in known]
    one_of = kind.required["one"]
    if one_of and known.isdisjoint(one_of):
        lacking.append(" or ".join(kind.printed[c][0] for c in one_of))
    return lacking


def _slips(kind: str, headings: Headings, names: tuple[Name, ...]) -> dict[str, str]:
    """Return the headings that are none of the kind's, each with what it needs and comes near."""
    used = {i for _, i in headings.values()}
    own = kinds()[kind]
    needed = [h for c in own.identity if c not in headings for h in own.printed[c]]
    wanted = {framework.normalise(heading): heading for heading in needed}
    slips = {}
    for i, name in enumerate(names, start=1):
        if name.printed and i not in used:
            word = name.forms[-1][0]
            near = process.extractOne(word, wanted.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE)
            if near:
                slips[name.printed] = wanted[near[0]]
    return slips


def _unclear(headings: Headings, places: Mapping[str, list[int]], names: tuple[Name, ...]) -> str:
    """Say which of several columns a figure should be taken from is not known; empty if it is.

    A heading that says whose the score is ("Nilai mandiri") goes before those that do not: it takes
    the figure's place in `headings`.
    """
    asked = max((s.statements for s in framework.load().surveys.values()), default=0)
    if f"statement_{asked + 1}" in headings:
        return f"has more than the {asked} statements of a pillar"
    once = {p.casefold(): i for c, (p, i) in headings.items() if c.startswith("statement_")}
    again = [
        name.printed
        for i, name in enumerate(names, start=1)
        if once.get(name.printed.casefold(), i) != i
    ]
    if again:
        return f"the headings {', '.join(map(repr, again[:3]))} stand again, as of another pillar"
    for column in (c for c in headings if c in _FIGURES):
        found = places[column]
        ours = words("furniture", "ours")
        own = [i for i in found if any(w in names[i].forms[0][0] for w in ours)]
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
    sampled = [cells for _, cells in grid.rows[found.last + 1 : found.last + 1 + _SAMPLED]]
    below = list(takewhile(lambda cells: not is_headings(found.kind, cells), sampled))
    width = max(map(len, block if grid.medium == "text" else [*block, *below]))
    for head, i in (found.headings[c] for c in _FIGURES if c in found.headings):
        for beside in range(i, width):
            if any(cell(cells, beside) for cells in block):
                break
            if any(cell(cells, beside) and cells[i - 1] for cells in below):
                return (
                    f"the heading {head!r} stands over several columns; give each a heading of its"
                    " own in a copy"
                )
    return ""


def cell(cells: Sequence[str], index: int) -> str:
    """Return a cell of a row, empty beyond its end."""
    return cells[index] if index < len(cells) else ""


def ragged(cells: list[str], heads: list[str], places: Headings) -> str | None:
    """Return the fault of a line of text that has other cells than headings."""
    # an unused last column may be missing
    if len(cells) < max(i for _, i in places.values()) or any(cells[len(heads) :]):
        return f"the line has {len(cells)} cells, the headings are {len(heads)}"
    return None
