"""Finds the headings of a list in a grid of texts, and takes out its records.

The kind is recognised by headings (definitions/layouts.csv), never by values. Nothing that could be
a record is passed over unsaid.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import PurePosixPath

from kukar_analysis import formats, framework
from kukar_analysis.framework import normalise
from kukar_analysis.read.source import Medium, Reading, Record, SourceList

DEEPEST = 60  # rows in which the headings are looked for
STATEMENT = "statement_"
GUIDE = "bernama petunjuk"  # why a sheet that explains the others by its name is not to be read
SIGNED = re.compile(  # place and date, which begin a signature block
    r"[a-z .]+,[\s.…]*(\d{1,2}[\s.…]*)?"
    r"(januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember)"
    r"[\s.…]*(20\d\d)?|[a-z .]+,\s*\d{1,2}[-/.]\d{1,2}[-/.]20\d\d",
    re.IGNORECASE,
)
_NO_LISTS = ("caption", "letter", "furniture", "answer")  # kinds of layout: words around a list
_FIGURES = ("score", "mean", "target", "realisation", "budget", "value", "agencies", "index")
# of these a sheet has one column, and the wrong one would be a wrong number
_SAMPLED = 40  # rows below the headings in which a heading over several columns would show
_STATEMENT = re.compile(r"\s*p[\s._]*0?([1-9]\d?)(?:$|[\s.):].*)", re.IGNORECASE | re.DOTALL)
_SIGNATURE, _SIGNATURE_ROWS = 60, 8  # letters of the longest text, and rows, of a signature block
_FIGURE = re.compile(r"\d([.,]\d+)?|\d+(\.\d+)+\.?")  # a score or a code
_SLIPS = 2  # answers beyond the scale of a survey that may be slips
_PREFILLED = {"question_scores": "score", "component_scores": "mean"}  # by forms for a letter
Headings = dict[str, tuple[str, int]]  # our column to (heading as printed, column number)
Rows = Sequence[tuple[int, list[str]]]  # (row number, cells) of each row that is not blank


@dataclass(frozen=True)
class Grid:
    """Texts of a sheet or text file; `unread` says why it is not to be read.

    `struck` rows have a text that is struck through; `hidden` ones are not among the rows; cells
    `merged` with one above, by row and column (from 0), have its row and text.
    """

    name: str
    medium: Medium
    rows: Rows
    part: str | None = None
    is_comma_parted: bool = False
    struck: Set[int] = frozenset()
    hidden: Sequence[int] = ()
    hidden_columns: int = 0
    unread: str = ""
    merged: Mapping[tuple[int, int], tuple[int, str]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return how messages call it."""
        return f"{self.name} lembar {self.part!r}" if self.part else self.name


@dataclass(frozen=True)
class Found:
    """Headings of a kind in rows `first` to `last`; with a `rule` it is not read, for `detail`."""

    kind: str = ""
    headings: Headings = field(default_factory=dict)
    unused: Sequence[str] = ()
    rule: str = ""
    detail: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Kind:
    """A list's headings by column, in order of rank; of each group of `required` it has one."""

    columns: dict[str, list[str]] = field(default_factory=dict)
    required: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[str]:
        """All its headings, normalised."""
        return frozenset(heading for own in self.columns.values() for heading in own)

    def lacking(self, there: Set[str]) -> list[str]:
        """Return the headings that it needs and that are not there."""
        known = {re.sub(r"_\d+$", "", column) for column in there}
        groups = (group for group in self.required.values() if not known & group.keys())
        return [" atau ".join(group.values()) for group in groups]


@framework.kept()
def kinds() -> dict[str, Kind]:
    """Return every kind of list by its name, in the order of definitions/layouts.csv."""
    found: dict[str, Kind] = defaultdict(Kind)
    for layout in (x for x in framework.load().layouts if x.kind not in _NO_LISTS):
        kind, printed = found[layout.kind], layout.headings.split(" | ")
        kind.columns[layout.column] = [normalise(h) for h in printed if "#" not in h]
        if layout.required in ("yes", "one"):
            group = layout.column if layout.required == "yes" else "one"
            kind.required.setdefault(group, {})[layout.column] = printed[0]
    return dict(found)


@framework.kept()
def words(kind: str, column: str) -> tuple[str, ...]:
    """Return the normalised words on record for a part of a page or form that is no list."""
    found = [x for x in framework.load().layouts if (x.kind, x.column) == (kind, column)]
    return tuple(normalise(h) for x in found for h in x.headings.split(" | "))


def statements() -> int:
    """Return how many statements a survey has about a pillar."""
    return max((s.statements for s in framework.load().surveys.values()), default=0)


def begins(text: str, what: str, kind: str = "furniture") -> bool:
    """Whether a text begins with one of the words on record for a part of a page."""
    first = text.replace(".", ". ").split()
    return any(normalise(" ".join(first[:n])) in words(kind, what) for n in (1, 2, 3))


def cell(cells: Sequence[str], index: int) -> str:
    """Return a cell of a row, empty beyond its end."""
    return cells[index] if index < len(cells) else ""


def named(grid: Grid) -> dict[str, str]:
    """Return what the names of file and sheet tell for certain: region, agency, pillar."""
    stem, part = PurePosixPath(grid.name).stem, grid.part or ""
    told = (("region", stem), ("opd", stem), ("pillar", stem), ("pillar", part), ("opd", part))
    found = [(kind, framework.load().named_in(kind, text)) for kind, text in told]
    return {kind: ids[0] for kind, ids in found if len(ids) == 1}


def known_headings(cells: list[str]) -> int:
    """Return how many cells are headings of some kind of list."""
    return sum(map(_vocabulary().__contains__, [normalise(c.strip(' "')) for c in cells if c]))


@framework.kept()
def _vocabulary() -> frozenset[str]:
    return frozenset().union(*(kind.words for kind in kinds().values()))


def _is_headings(kind: str, cells: list[str]) -> bool:
    filled, words_of = [c for c in cells if c], kinds()[kind].words
    known = sum(map(words_of.__contains__, map(normalise, filled)))
    return known >= 3 or (known == 2 and len(filled) <= 3)


def recognise(grid: Grid) -> Found:
    """Return where the list's headings stand and its kind, or why there is none to read.

    They stand below titles, in up to three rows, of which the others hold words and years only.
    """
    tried, whole = list[Found](), list[Found]()
    for first, (_, cells) in enumerate(grid.rows[:DEEPEST]):
        if whole and first > whole[0].first + 1:
            break
        known = known_headings(cells)
        if known < 2 and not (known and any(_STATEMENT.match(c) for c in cells)):
            continue
        rows: list[tuple[str, ...]] = []
        for _, row in grid.rows[first : first + 3]:
            if rows and any(re.fullmatch(r"(?!20\d\d$)[\d.,%() -]+", c) for c in row):
                break
            rows.append(tuple(row))
            found = _match(grid.medium, tuple(rows), grid.name[:4])
            found = replace(found, first=first, last=first + len(rows) - 1)
            found = found if found.rule else _over_one_column_each(grid, found)
            (whole if found.rule in ("", "unclear") else tried).append(found)
    if not whole:
        return max(tried, key=lambda one: len(one.headings), default=Found(rule="no_headings"))

    def rank(one: Found) -> tuple[int, bool, int, bool]:  # words right below that are headings too
        is_more = one.last > one.first and known_headings(grid.rows[one.last][1]) > 0
        return len(one.headings), not one.rule, -one.first, is_more

    return max(whole, key=rank)


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
    """Return what the rows are the headings of: the kind with the most; forms come again."""
    stacks = stacked(rows)
    printed = [" ".join(stack) for stack in stacks]
    by_form: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for i, stack in enumerate(stacks):
        for j in range(len(stack)):
            name, above = " ".join(stack[j:]), normalise(" ".join(stack[:j]))
            bare = re.sub(r"^\s*\d{1,2}[.)]\s*|\([^)]*\)", "", name)  # number, brackets
            for form in (name, re.sub(rf"\b{year}\s*$", "", bare)):
                by_form[normalise(form)].add((above, i))
    known = []
    for kind_name, kind in kinds().items():
        places: dict[str, list[int]] = {}
        for column, heads in kind.columns.items():
            ranked = sorted(
                (bool(above), rank, i)
                for rank, head in enumerate(heads)
                for above, i in by_form.get(head, ())
                if _is_own(kind, column, above)
            )
            if ranked:  # the best first
                places[column] = list(dict.fromkeys(i for *_, i in ranked))
        for i, text in enumerate(printed if kind_name == "survey" else ()):
            if number := _STATEMENT.fullmatch(text):
                places.setdefault(f"{STATEMENT}{int(number[1])}", []).append(i)
        # an office's own answer must not be taken for an assessor's score
        is_own = kind_name == "question_scores" and medium == "workbook" and "source" not in places
        if places and not is_own:
            known.append((kind_name, places, kind.lacking(places.keys())))
    if not known:
        return Found(rule="no_headings")
    whole = [one for one in known if not one[2]] or known
    kind_name, places, lacking = max(whole, key=lambda one: (len(one[1]), -len(one[2])))
    headings, detail = _chosen(places, printed)
    used = {i for _, i in headings.values()}
    unused = [text for i, text in enumerate(printed, start=1) if text and i not in used]
    rule = "unclear" if detail else ""
    if lacking:
        rule, detail = "lacking", f"terdekat {kind_name}, kurang {', '.join(lacking)}"
        layouts = (x.headings.split(" | ") for x in framework.load().layouts if x.kind in kinds())
        spelled = {heading.upper() for printed_as in layouts for heading in printed_as}
        for text in (text for text in unused if text.upper() not in spelled):
            near = get_close_matches(text.upper(), spelled, 1, 0.8)
            detail += f"; {text!r} mirip {near[0]}" if near else ""
    return Found(kind_name, headings, unused, rule, detail)


def _is_own(kind: Kind, column: str, above: str) -> bool:
    # the one above may be somebody else's: the assessors' score, or the realisation of a budget
    if not above or above.endswith(words("furniture", "own")):
        return True
    if re.fullmatch(r"20\d\d", above) or any(w in above for w in words("furniture", "foreign")):
        return False
    of = [c for c, heads in kind.columns.items() if above in heads]
    return not of or column in of


def _chosen(places: dict[str, list[int]], printed: list[str]) -> tuple[Headings, str]:
    # where a figure has several, one that says whose the score is ("Nilai mandiri") goes first
    headings: Headings = {}
    asked = statements()
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
    block = [cells for _, cells in grid.rows[found.first : found.last + 1]]
    sampled = [cells for _, cells in grid.rows[found.last + 1 : found.last + 1 + _SAMPLED]]
    width = max(map(len, block if grid.medium == "text" else [*block, *sampled]))
    for head, i in (found.headings[c] for c in _FIGURES if c in found.headings):
        beside = [*takewhile(lambda at: not any(cell(c, at) for c in block), range(i, width))]
        below = takewhile(lambda c: not _is_headings(found.kind, c), sampled if beside else ())
        if any(cells[i - 1] for cells in below if any(cell(cells, at) for at in beside)):
            return replace(found, rule="unclear", detail=f"{head!r} di atas beberapa kolom")
    return found


def read(grid: Grid, reading: Reading, said: Mapping[str, str] | None = None) -> None:
    """Add the lists of a grid to `reading`, or the reason why there is none.

    `said` are cells that hold for every record unless the list says otherwise.
    """
    found = recognise(grid) if grid.rows else Found()
    if grid.unread and found.kind and not found.rule:
        reading.say("unread_sheet", grid.place, grid.unread)
    elif found.rule and not grid.unread:
        reading.say(found.rule, grid.place, found.detail)
    elif found.kind and not grid.unread:
        if found.unused:
            reading.say("unused", grid.place, ", ".join(found.unused))
        said = _said(grid, found, named(grid) if said is None else said, reading)
        if rest := add(grid, found, said, reading):
            read(replace(grid, rows=rest), reading, said)


def _said(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> dict[str, str]:
    # what a label says (`Perangkat Daerah : ...`) has the last word, then titles, then the names of
    # file and sheet; an agency that the file's name tells and another in a title are asked
    fw = framework.load()
    columns = [x.column for x in fw.layouts if x.kind == "caption"]
    above = [[c for c in cells if c.strip(" :")] for _, cells in grid.rows[: found.first]]
    labelled, bare = dict[str, str](), dict[str, str]()
    for line in above:
        for i, text in enumerate(line):
            label, _, rest = text.partition(":")
            if value := rest.strip() or cell(line, i + 1).strip(" :"):
                told = (c for c in columns if normalise(label) in words("caption", c))
                labelled = dict.fromkeys(told, value) | labelled
    lines = [line for line in above if line and not re.match(r"(?i)(yth|kepada)\b", line[0])]
    titles = [c for line in lines for c in line]
    for column in ("opd", "pillar"):
        ids = {of[0]: c for c in reversed(titles) if len(of := fw.match(column, c)) == 1}
        if len(ids) == 1:
            bare[column] = next(iter(ids.values()))
    if len(years := {*re.findall(r"(?i)\btahun\s+(20\d\d)\b", " ".join(titles))}) == 1:
        bare["year"] = years.pop()
    said = {**given, **bare, **labelled}
    agencies = fw.match("opd", bare.get("opd", ""))
    if "opd" not in labelled and agencies and given.get("opd") not in (None, *agencies):
        both = f"{bare['opd']} di atas daftar, {given['opd']} di nama berkas atau lembar"
        reading.say("two_agencies", grid.place, both)
        del said["opd"]
    # a cell left blank in the list's own column is not filled from elsewhere
    return {c: t for c, t in said.items() if c not in found.headings or c == "year"}


def add(grid: Grid, found: Found, given: Mapping[str, str], reading: Reading) -> Rows:
    """Add the list below the headings to `reading`; return the rows from the next headings on."""
    kind, places = found.kind, {column: i - 1 for column, (_, i) in found.headings.items()}
    named_by = {column for group in kinds()[kind].required.values() for column in group}
    identity = [i for c, i in places.items() if c in named_by or c.startswith(STATEMENT)]
    heads, below = grid.rows[found.last][1], grid.rows[found.last + 1 :]
    prefilled = places.get(_PREFILLED.get(kind, "")) if grid.medium == "workbook" else None
    held: Mapping[str, str] = {}
    records, rest = list[Record](), below[:0]
    passed: dict[str, list[str]] = {"remark": [], "section": []}
    for index, (row, cells) in enumerate(below):
        texts = [text for text in cells if text]
        bare = [text.strip("()") for text in texts]
        is_count = index == 0 and len(bare) > 2 and bare == [*map(str, range(1, len(bare) + 1))]
        if cells == heads or is_count or normalise(texts[0]) in words("furniture", "total"):
            continue
        if _is_headings(kind, cells):
            rest = below[index:]
            break
        if _is_signature(texts, cells, places):
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
            if not section:  # what stands below is not taken for what stands above
                passed["section" if held else "remark"].append(str(row))
            held = {**held, **section} if "pillar" in section else section
            continue
        if grid.merged:
            of = [grid.merged.get((row, i), (0, "")) for i in range(len(cells))]
            start = grid.rows[found.last][0]
            cells = [c or text * (top > start) for c, (top, text) in zip(cells, of, strict=True)]
        is_named = any(cell(cells, i) for i in identity)
        rule, fault = ("struck", None) if row in grid.struck else _misplaced(grid, cells, found)
        if len(texts) == 1 and not rule and (not is_named or _is_remark(texts[0])):
            passed["remark"].append(str(row))
        elif prefilled is None or cell(cells, prefilled):
            values = {column: cell(cells, i) for column, i in places.items()}
            values |= {c: t for c, t in {**given, **held}.items() if not values.get(c)}
            rule = rule or ("" if is_named else "nameless")
            records.append(Record(row, values, fault, grid.part, len(texts) == 1, rule=rule))
    for said, rows in passed.items():
        if rows:
            reading.say(said, grid.place, formats.listed(rows, 10))
    highest = max((s.highest for s in framework.load().surveys.values()), default=0)
    asked = [r.cells[c] for c in places if c.startswith(STATEMENT) for r in records]
    beyond = sum(text.isdecimal() and int(text) > highest for text in asked)
    if beyond > max(_SLIPS, len(records) // 50):
        fault = f"lebih dari {highest}"
        records = [r._replace(rule="other_scale", fault=fault) for r in records]
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
    # with a score, or cells of the list's own columns, it is a record: a programme may be called
    # "TTD Elektronik"
    if "score" in places and re.search(r"\d", cell(cells, places["score"])):
        return False
    short = [text for text in texts if len(text) <= _SIGNATURE]
    if any(SIGNED.fullmatch(text) or begins(text, "signature_start") for text in short):
        return True
    own = sum(bool(cell(cells, i)) for i in places.values())
    return own <= 1 and any(begins(text, "signature") for text in short)


def _is_remark(text: str) -> bool:
    return text.startswith("*") or begins(text, "remark")
