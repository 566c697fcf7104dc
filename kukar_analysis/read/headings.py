"""Finds where the headings of a list stand in a grid of texts, and what kind of list it is.

The kind is recognised by headings (definitions/layouts.csv), never by values: the kind of which all
needed headings are there, the one with the most of them. Headings may stand below title rows, and
over two or three rows.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import PurePosixPath

from rapidfuzz import fuzz, process

from kukar_analysis import framework
from kukar_analysis.framework import normalise
from kukar_analysis.read.source import Medium

DEEPEST = 60  # rows in which the headings are looked for
STATEMENT = "statement_"
_NO_LISTS = ("caption", "letter", "furniture", "answer")
"""Kinds of layout that are no lists: words around one."""
GUIDE = "bernama petunjuk"
"""Why a sheet is not to be read that says by its name that it explains the others."""
_FIGURES = ("score", "mean", "target", "realisation", "budget", "value", "agencies", "index")
"""Columns of which a sheet has one, and the wrong one would be a wrong number."""
_LIKE = 80  # likeness, of 100, from which a heading may be a slip of another
_SAMPLED = 40  # rows below the headings in which a heading over several columns would show
_STATEMENT = re.compile(r"\s*p[\s._]*0?([1-9]\d?)(?:$|[\s.):].*)", re.IGNORECASE | re.DOTALL)
"""The heading of a statement in the project's own form of a survey: `P1`."""
Headings = dict[str, tuple[str, int]]  # our column to (heading as printed, column number)
Rows = Sequence[tuple[int, list[str]]]  # (row number, cells) of each row that is not blank


@dataclass(frozen=True)
class Grid:
    """Texts of a sheet or text file.

    `merged` are the merged ranges as (first row, first column, last row, last column), from 1;
    `struck` the rows with a text that is struck through; `hidden` those that are not shown and not
    among the rows; `unread` says why it is not to be read.
    """

    name: str
    medium: Medium
    rows: Rows
    part: str | None = None
    merged: Sequence[tuple[int, int, int, int]] = ()
    is_comma_parted: bool = False
    struck: Set[int] = frozenset()
    hidden: Sequence[int] = ()
    hidden_columns: int = 0
    unread: str = ""

    @property
    def place(self) -> str:
        """Return how messages call it."""
        return f"{self.name} lembar {self.part!r}" if self.part else self.name


@dataclass(frozen=True)
class Found:
    """Headings of a kind, standing in rows `first` to `last` of the grid (indices).

    `unused` stand for no column of ours. With a `rule` (definitions/rules.csv) it is not read, for
    the reason `detail`; without any heading of ours the kind is empty.
    """

    kind: str = ""
    headings: Headings = field(default_factory=dict)
    unused: Sequence[str] = ()
    rule: str = ""
    detail: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Kind:
    """A kind of list: its headings (normalised) by column, in order of rank.

    `needed` are the columns of which it has every one, `one_of` those of which it has at least one,
    with their heading as printed.
    """

    columns: dict[str, list[str]] = field(default_factory=dict)
    needed: dict[str, str] = field(default_factory=dict)
    one_of: dict[str, str] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[str]:
        """All its headings, normalised."""
        return frozenset(heading for own in self.columns.values() for heading in own)

    def lacking(self, there: Set[str]) -> list[str]:
        """Return the headings that it needs and that are not there."""
        known = {re.sub(r"_\d+$", "", column) for column in there}
        lacking = [heading for column, heading in self.needed.items() if column not in known]
        found = not self.one_of or known & self.one_of.keys()
        return lacking if found else [*lacking, " atau ".join(self.one_of.values())]


@framework.kept()
def kinds() -> dict[str, Kind]:
    """Return every kind of list by its name, in the order of definitions/layouts.csv."""
    found: dict[str, Kind] = defaultdict(Kind)
    for layout in (x for x in framework.load().layouts if x.kind not in _NO_LISTS):
        kind, printed = found[layout.kind], layout.headings.split(" | ")
        kind.columns[layout.column] = [normalise(h) for h in printed if "#" not in h]
        of = {"yes": kind.needed, "one": kind.one_of}.get(layout.required, {})
        of[layout.column] = printed[0]
    return dict(found)


@framework.kept()
def words(kind: str, column: str) -> tuple[str, ...]:
    """Return the normalised words on record for a part of a page or form that is no list."""
    found = [x for x in framework.load().layouts if (x.kind, x.column) == (kind, column)]
    return tuple(normalise(h) for x in found for h in x.headings.split(" | "))


@framework.kept()
def _vocabulary() -> dict[str, str]:
    lists = (x for x in framework.load().layouts if x.kind not in _NO_LISTS)
    return {normalise(h): h for x in lists for h in x.headings.split(" | ") if "#" not in h}


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
    return sum(normalise(c.strip(' "')) in known for c in cells if c)


def is_headings(kind: str, cells: list[str]) -> bool:
    """Whether a row below the headings is one of headings again, for another list."""
    filled = [c for c in cells if c]
    known = sum(map(kinds()[kind].words.__contains__, map(normalise, filled)))
    return known >= 3 or (known == 2 and len(filled) <= 3)


def recognise(grid: Grid) -> Found:
    """Return where the list's headings stand and its kind, or why there is none to read."""
    tried = []
    for first, last in _blocks(grid):
        rows = tuple(tuple(cells) for _, cells in grid.rows[first : last + 1])
        found = replace(_match(grid.medium, rows, grid.name[:4]), first=first, last=last)
        tried.append(found if found.rule else _over_one_column_each(grid, found))
    whole = [found for found in tried if found.rule in ("", "unclear")]
    if not whole:
        return max(tried, key=lambda one: len(one.headings), default=Found(rule="no_headings"))

    def fitness(one: Found) -> tuple[int, bool, int, bool]:
        # a row of words right below that are headings too belongs to them
        goes_on = one.last > one.first and bool(known_headings(grid.rows[one.last][1]))
        return len(one.headings), not one.rule, -one.first, goes_on

    return max((one for one in whole if one.first <= whole[0].first + 1), key=fitness)


def _blocks(grid: Grid) -> Iterator[tuple[int, int]]:
    for first, (_, cells) in enumerate(grid.rows[:DEEPEST]):
        known = known_headings(cells)
        if known and known + sum(bool(_STATEMENT.match(c)) for c in cells) >= 2:
            yield first, first
            for last in range(first + 1, min(first + 3, len(grid.rows))):
                cells = grid.rows[last][1]
                figures = (c for c in cells if re.fullmatch(r"[\d.,%() -]+", c))
                if not all(re.fullmatch(r"20\d\d", figure) for figure in figures):
                    break  # words and years only can be a second or third row
                yield first, last


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
def _match(medium: Medium, rows: tuple[tuple[str, ...], ...], year: str) -> Found:
    """Return what the rows are the headings of: the kind with the most of them.

    A heading over several columns is part of each one's name. The same form comes again.
    """
    stacks = stacked(rows)
    printed = [" ".join(stack) for stack in stacks]
    by_form: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for i, stack in enumerate(stacks):
        forms = [(" ".join(stack[j:]), " ".join(stack[:j])) for j in range(len(stack))]
        for name, above in forms[: len(stack)]:  # without number, brackets and this year too
            bare = re.sub(r"^\s*\d{1,2}[.)]\s*|\([^)]*\)", "", name)
            forms.append((re.sub(rf"\b{year}\s*$", "", bare), above))
        for form, over in dict.fromkeys((normalise(form), normalise(over)) for form, over in forms):
            by_form[form].append((over, i))
    known = []
    for name_, kind in kinds().items():
        places = {}
        for column, heads in kind.columns.items():
            ranked = [
                (bool(above), rank, i)
                for rank, head in enumerate(heads)
                for above, i in by_form.get(head, ())
                if _is_own(kind, column, above)
            ]
            if ranked:  # the best first
                places[column] = list(dict.fromkeys(i for *_, i in sorted(ranked)))
        for i, text in enumerate(printed if name_ == "survey" else ()):
            if number := _STATEMENT.fullmatch(text):
                places.setdefault(f"{STATEMENT}{int(number[1])}", []).append(i)
        # an office's own answer must not be taken for an assessor's score
        is_own = name_ == "question_scores" and medium == "workbook" and "source" not in places
        if places and not is_own:
            known.append((name_, places, kind.lacking(places.keys())))
    if not known:
        return Found(rule="no_headings")
    whole = [one for one in known if not one[2]] or known
    name_, places, lacking = max(whole, key=lambda one: (len(one[1]), -len(one[2])))
    headings, detail = _chosen(places, printed)
    rule = "unclear" if detail else ""
    used = {i for _, i in headings.values()}
    unused = [text for i, text in enumerate(printed, start=1) if text and i not in used]
    if lacking:
        rule, detail = "lacking", f"terdekat {name_}, kurang {', '.join(lacking)}"
        for text in unused:
            of, spelled = normalise(text), _vocabulary()
            near = process.extractOne(of, [*spelled], scorer=fuzz.ratio, score_cutoff=_LIKE)
            if near and near[0] != of:
                detail += f"; {text!r} mirip {spelled[near[0]]}"
    return Found(name_, headings, unused, rule, detail)


def _is_own(kind: Kind, column: str, above: str) -> bool:
    """Whether a heading below another one may be a column's.

    Not where the other one is somebody else's: the assessors' score beside the agency's own, or the
    realisation of a budget.
    """
    if not above or above.endswith(words("furniture", "own")):
        return True
    if re.fullmatch(r"20\d\d", above) or any(w in above for w in words("furniture", "foreign")):
        return False
    of = [c for c, heads in kind.columns.items() if above in heads]
    return not of or column in of


def _chosen(places: dict[str, list[int]], printed: list[str]) -> tuple[Headings, str]:
    """Return the column of each heading, and why it is not certain where a figure has several.

    A heading that says whose the score is ("Nilai mandiri") goes before those that do not.
    """
    asked = max((s.statements for s in framework.load().surveys.values()), default=0)
    headings: Headings = {}
    detail = f"lebih dari {asked} pernyataan" if f"{STATEMENT}{asked + 1}" in places else ""
    for column, found in places.items():
        if column in _FIGURES or column.startswith(STATEMENT):
            ours = words("furniture", "ours")
            own = [i for i in found if any(w in normalise(printed[i]) for w in ours)]
            found = own if len(own) == 1 else found
            if len(found) > 1:
                shown = " atau ".join(dict.fromkeys(repr(printed[i]) for i in sorted(found)))
                detail = detail or f"{shown} ada {len(found)} kali untuk {column}"
        headings[column] = (printed[found[0]], found[0] + 1)
    return headings, detail


def _over_one_column_each(grid: Grid, found: Found) -> Found:
    """Return the headings, as unclear where one of a figure stands over several columns."""
    block = [cells for _, cells in grid.rows[found.first : found.last + 1]]
    sampled = [cells for _, cells in grid.rows[found.last + 1 : found.last + 1 + _SAMPLED]]
    below = list(takewhile(lambda cells: not is_headings(found.kind, cells), sampled))
    width = max(map(len, block if grid.medium == "text" else [*block, *below]))
    for head, i in (found.headings[c] for c in _FIGURES if c in found.headings):
        for beside in range(i, width):
            if any(cell(cells, beside) for cells in block):
                break
            if any(cell(cells, beside) and cells[i - 1] for cells in below):
                return replace(found, rule="unclear", detail=f"{head!r} di atas beberapa kolom")
    return found


def cell(cells: Sequence[str], index: int) -> str:
    """Return a cell of a row, empty beyond its end."""
    return cells[index] if index < len(cells) else ""
