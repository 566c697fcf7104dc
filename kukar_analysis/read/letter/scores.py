"""Finds the tables of question scores in lines of words: sections, codes, scores, means.

A table begins with its heading row and goes on over pages until another heading, a section's
title, or what the caller names as its end. Where a word stands decides, not what is around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kukar_analysis import framework, score
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter import heads, titles
from kukar_analysis.read.letter.heads import Heads
from kukar_analysis.read.letter.pages import Line, Word

COLUMNS = ("number", "indicator", "sub_indicator", "code", "question", "score")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CODE = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?(?![\d.,])")
_SCORE = re.compile(r"\d(?:[.,]\d{1,2})?")
_APART = 0.4
"""Gap in heights of a word that parts a score from the text beside it."""
_SLACK = 5.0
"""Points by which a code may stand below the score of its row."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A text of a page, and its height there."""

    text: str
    page: int
    middle: float


@dataclass(frozen=True, slots=True)
class Row:
    """A score as printed, with the code of its row or nothing."""

    code: str
    score: Placed


@dataclass
class Section:
    """What was found of a component; `lost` are codes of rows without a score.

    `is_guess` says that the codes stand in another column than the question's.
    """

    component: str
    rows: list[Row] = field(default_factory=list)
    mean: Placed | None = None
    mean_label: str = ""
    lost: list[Placed] = field(default_factory=list)
    is_guess: bool = False

    @property
    def pages(self) -> list[int]:
        """Return the pages it was found on."""
        placed = [row.score for row in self.rows] + self.lost + ([self.mean] if self.mean else [])
        return sorted({p.page for p in placed})


@dataclass
class Tables:
    """All sections by component, the headings of the first table, and what is not certain."""

    sections: dict[str, Section] = field(default_factory=dict)
    heads: Heads | None = None
    problems: list[str] = field(default_factory=list)


@dataclass
class _Part:
    """Lines below one heading row, of one component."""

    component: str
    heads: Heads
    lines: list[Line] = field(default_factory=list)
    means: list[tuple[str, Word, Line]] = field(default_factory=list)


def read(
    lines: Sequence[Line], is_end: Callable[[int], bool], *, any_title: bool = False
) -> Tables:
    """Return the sections of a letter; `is_end` tells the lines that end any table.

    With `any_title` a line inside a table that is nothing but a component's name begins its
    section, which in a cell of the table it may do by chance.
    """
    found = Tables()
    parts = _parts(lines, is_end, any_title, found)
    _miss_titles(parts, found)
    for component in dict.fromkeys(part.component for part in parts if part.component):
        own = [part for part in parts if part.component == component]
        found.sections[component] = _section(component, own, found.problems)
    return found


def heading(lines: Sequence[Line], start: int) -> Heads | None:
    """Return the headings of a table of scores that begin in a line, or None."""
    columns = {label: c for c in COLUMNS for label in labels("letter", c)}
    return heads.find(lines, start, columns, _enough)


def _parts(
    lines: Sequence[Line], is_end: Callable[[int], bool], any_title: bool, found: Tables
) -> list[_Part]:
    parts: list[_Part] = []
    part: _Part | None = None
    component = ""
    skip = 0
    for i, line in enumerate(lines):
        if i < skip:
            continue
        named, is_strong = titles.section(line.text)
        if is_end(i):
            part, component = None, ""
        elif named and (
            is_strong
            or any_title
            or part is None
            or not part.component
            or part.means
            or heading(lines, i + 1)
        ):
            component = named
            if part and part.component != named:
                part = _Part(named, part.heads)
                parts.append(part)
        elif head := heading(lines, i):
            part = _begin(component, head, line, found)
            parts += [part] if part else []
            skip = i + head.lines
            if skip < len(lines) and _counts_columns(lines[skip]):
                skip += 1
        elif part:
            _add(part, line)
    return parts


def _begin(component: str, head: Heads, line: Line, found: Tables) -> _Part | None:
    found.heads = found.heads or head
    if [h.column for h in head.row].count("score") > 1:
        found.problems.append(
            f"page {line.page}: two columns of the table could hold the score; remove the heading"
            " that is not the assessors' from definitions/layouts.csv (kind letter, column score)"
        )
        return None
    return _Part(component, head)


def _miss_titles(parts: Sequence[_Part], found: Tables) -> None:
    """Add a problem for each table that has scores before any title of a section."""
    for part in parts:
        scored = [] if part.component else _scores(part.heads, part.lines)
        if scored:
            found.problems.append(
                f"page {scored[0].page}: a table of scores stands under no title of a section,"
                " expected one such as 'A. Baseline' above it; add the wording to"
                " definitions/spellings.csv"
            )


def _enough(columns: set[str]) -> bool:
    return "score" in columns and ("question" in columns or len(columns) > 2)


def _counts_columns(line: Line) -> bool:
    """Return whether it is the row of column numbers below the headings."""
    texts = [word.text.strip("()") for word in line.words]
    return len(texts) > 2 and texts == [str(i) for i in range(1, len(texts) + 1)]


def _add(part: _Part, line: Line) -> None:
    part.lines.append(line)
    last = line.words[-1]
    label = " ".join(word.text for word in line.words[:-1])
    if NUMBER.fullmatch(last.text) and titles.is_mean(label):
        part.means.append((label, last, line))
    elif titles.is_mean(line.text):
        part.means.append((line.text, last, line))


def _section(component: str, parts: list[_Part], problems: list[str]) -> Section:
    """Read a section's parts; the last line with a mean's label holds its mean."""
    section = Section(component)
    said = [(part, mean) for part in parts for mean in part.means]
    whole = [(part, mean) for part, mean in said if NUMBER.fullmatch(mean[1].text)]
    if said:
        _set_mean(section, *(whole or said)[-1])
    scores: list[Placed] = []
    codes: dict[str, list[Placed]] = {}
    end = (section.mean.page, section.mean.middle - _SLACK) if section.mean else (10**6, 0.0)
    for part in parts:
        kept = [x for x in part.lines if (x.page, x.middle) < end]
        for word in _scores(part.heads, kept):
            if _SCORE.fullmatch(word.text) and _value(word.text) <= score.HIGHEST:
                scores.append(word)
            else:
                problems.append(
                    f"page {word.page}: {word.text!r} stands among the scores of"
                    f" {framework.load().components[component].name}, expected"
                    f" {score.LOWEST} to {score.HIGHEST} with two decimals at most"
                )
        for column, placed in _codes(part.heads, kept).items():
            codes.setdefault(column, []).extend(placed)
    section.is_guess = not (codes.get("code") or codes.get("question"))
    _pair(section, scores, _own_codes(codes, len(scores)))
    return section


def _set_mean(section: Section, part: _Part, mean: tuple[str, Word, Line]) -> None:
    label, word, line = mean
    if not NUMBER.fullmatch(word.text):
        beside = [
            w
            for other in part.lines
            if other.page == line.page and abs(other.middle - line.middle) <= line.height
            for w in other.words
            if NUMBER.fullmatch(w.text) and w.x0 > word.x1
        ]
        if len(beside) != 1:
            return
        word = beside[0]
    section.mean = Placed(word.text, line.page, min(word.middle, line.middle))
    section.mean_label = label.strip(" :=")


def _value(text: str) -> float:
    return float(text.replace(",", "."))


def _scores(found: Heads, lines: Sequence[Line]) -> list[Placed]:
    """Return the numbers of the score's column, by where they stand and what they stand beside."""
    place = found.place("score") or 0
    head = found.row[place]
    left = found.row[place - 1].x1 if place else 0.0
    right = found.row[place + 1].x0 if place + 1 < len(found.row) else float("inf")
    loose: list[tuple[Word, int]] = []
    for line in lines:
        for i, word in enumerate(line.words):
            gap = _gap(word)
            before = line.words[i - 1].x1 if i else -gap
            after = line.words[i + 1].x0 if i + 1 < len(line.words) else float("inf")
            if (
                NUMBER.fullmatch(word.text)
                and left < (word.x0 + word.x1) / 2 < right
                and word.x0 - before >= gap
                and after - word.x1 >= gap
            ):
                loose.append((word, line.page))
    strips: list[list[tuple[Word, int]]] = []
    for word, page in sorted(loose, key=lambda item: item[0].x0):
        if strips and word.x0 <= max(w.x1 for w, _ in strips[-1]):
            strips[-1].append((word, page))
        else:
            strips.append([(word, page)])
    below = [s for s in strips if any(w.x0 < head.x1 and w.x1 > head.x0 for w, _ in s)]
    kept = below or ([max(strips, key=len)] if strips else [])
    placed = [Placed(w.text, page, w.middle) for strip in kept for w, page in strip]
    return sorted(placed, key=lambda p: (p.page, p.middle))


def _codes(found: Heads, lines: Sequence[Line]) -> dict[str, list[Placed]]:
    """Return the codes that begin a line of a column, by column.

    A column's text begins between the end of the heading before it and the end of its own.
    """
    codes: dict[str, list[Placed]] = {}
    edges = [0.0] + [head.x1 for head in found.row]
    for line in lines:
        for i, (left, right) in enumerate(pairwise(edges)):
            if found.row[i].column == "score":
                continue
            begun = (w for w in _beginnings(line) if left <= w.x0 < right)
            coded = ((w, _CODE.match(w.text)) for w in begun)
            first = next(((w, match[1]) for w, match in coded if match), None)
            if first:
                placed = Placed(first[1], line.page, first[0].middle)
                codes.setdefault(found.row[i].column or str(i), []).append(placed)
    return codes


def _beginnings(line: Line) -> list[Word]:
    """Return the words that begin a line of a cell: the text of the cell before it stands apart."""
    pairs = zip((None, *line.words), line.words, strict=False)
    return [w for before, w in pairs if before is None or w.x0 - before.x1 >= _gap(w)]


def _gap(word: Word) -> float:
    return _APART * (word.bottom - word.top)


def _own_codes(codes: dict[str, list[Placed]], count: int) -> list[Placed]:
    """Return the questions' codes; those of another column only if there is one for each score."""
    for column in ("code", "question"):
        if codes.get(column):
            return codes[column]
    return next((placed for placed in codes.values() if len(placed) == count), [])


def _pair(section: Section, scores: list[Placed], codes: list[Placed]) -> None:
    """Give each score its code: in their order if they are as many, else the one above it."""
    if len(scores) == len(codes):
        section.rows = [Row(c.text, s) for s, c in zip(scores, codes, strict=True)]
        return
    left = list(codes)
    for found in scores:
        above = [c for c in left if (c.page, c.middle) <= (found.page, found.middle + _SLACK)]
        section.rows.append(Row(above[-1].text if above else "", found))
        section.lost += above[:-1]
        left = left[len(above) :]
    section.lost += left
