"""Finds the tables of question scores in lines of words: sections, codes, scores, means.

A table begins with its heading row and goes on over pages until another heading, a section's
title, or what the caller names as its end. Where a word stands decides, not what is around it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kukar_analysis import framework, score
from kukar_analysis.framework.facts import EditionQuestion
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter import tables
from kukar_analysis.read.letter.pages import SCORE_COLUMNS, Line, Word, pages_of
from kukar_analysis.read.letter.tables import Heads

NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CODE = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?(?![\d.,])")
_SCORE = re.compile(r"\d(?:[.,]\d{1,2})?")
_MOST_WORDS = 8
"""Words in a section's title at most."""
_APART = 0.4
"""Gap in heights of a word that parts a score from the text beside it."""
_SLACK = 5.0
"""Points by which a code may stand below the score of its row."""


@dataclass
class Section:
    """What was found of a component: scores from the top, codes by column, the mean printed."""

    component: str
    scores: list[Word] = field(default_factory=list)
    codes: dict[str, list[Word]] = field(default_factory=dict)
    mean: Word | None = None
    label: str = ""

    @property
    def words(self) -> list[Word]:
        """Return all that is kept of it: scores, codes and mean."""
        return [*self.scores, *self._own(), *([self.mean] if self.mean else [])]

    @property
    def pages(self) -> list[int]:
        """Return the pages it was found on."""
        return sorted({word.page for word in self.words})

    def _own(self) -> list[Word]:
        return self.codes.get("code") or self.codes.get("question") or []

    def paired(self, asked: Sequence[EditionQuestion]) -> tuple[list[str], list[Word]]:
        """Return each score's code, and the codes of rows without a score.

        The codes are those beside the questions; those of another column only where they are the
        questions'. In their order if they are as many as the scores, else each the one above it.
        """
        codes = self._own()
        if not codes:
            others = [c for c in self.codes.values() if len(c) == len(self.scores) == len(asked)]
            fitting = (
                c for c in others if all(_agree(w.text, q) for w, q in zip(c, asked, strict=True))
            )
            codes = next(fitting, [])
        if len(codes) == len(self.scores):
            return [code.text for code in codes], []
        found, lost, left = list[str](), list[Word](), list(codes)
        for each in self.scores:
            above = [c for c in left if c.place <= (each.page, each.middle + _SLACK)]
            found.append(above[-1].text if above else "")
            lost += above[:-1]
            left = left[len(above) :]
        return found, lost + left


@dataclass
class Scores:
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
) -> Scores:
    """Return the sections of a letter; `is_end` tells the lines that end any table.

    With `any_title` a line inside a table that is nothing but a component's name begins its
    section, which in a cell of the table it may do by chance.
    """
    found = Scores()
    parts = _parts(lines, is_end, any_title, found)
    for part in parts:
        scored = [] if part.component else _figures(part.heads, part.lines)
        if scored:
            found.problems.append(
                f"page {scored[0].page}: a table of scores stands under no title of a section,"
                " expected one such as 'A. Baseline' above it; add the wording to"
                " definitions/spellings.csv"
            )
        elif part.component:
            found.sections.setdefault(part.component, Section(part.component))
    for component, section in found.sections.items():
        _fill(section, [part for part in parts if part.component == component], found.problems)
    return found


def heading(lines: Sequence[Line], start: int) -> Heads | None:
    """Return the headings of a table of scores that begin in a line, or None."""
    columns = {label: c for c in SCORE_COLUMNS for label in labels("letter", c)}
    return tables.heading(
        lines, start, columns, lambda c: "score" in c and ("question" in c or len(c) > 2)
    )


def title(text: str) -> tuple[str, bool]:
    """Return the component that a section's title names, and whether it is beyond doubt a title.

    `A. Baseline`, `Dimensi Baseline`, `1. Kondisi Awal (Baseline)`, `BASELINE (Bobot 10%)`.
    """
    if len(text.split()) > _MOST_WORDS or re.search(r"\d[.,]\d", text):
        return "", False
    bare = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d)\s*[.)]\s*", "", text)
    outer = re.sub(r"\(.*?\)", " ", bare)
    inner = re.findall(r"\((.*?)\)", bare)
    is_marked = bare != text.strip() or framework.normalise(outer).startswith("dimensi")
    for piece in (outer, *inner, *re.split(r"[:–—]|\s-\s", outer)):
        named = _component(piece)
        plain = _without_title_words(outer)
        is_sure = piece == outer or not plain or _component(plain) == named
        if named and (is_sure or (piece in inner and is_marked)):
            return named, is_marked
    return "", False


def _component(text: str) -> str:
    found = (framework.load().match("component", t) for t in (text, _without_title_words(text)))
    return next((ids[0] for ids in found if len(ids) == 1), "")


def _without_title_words(text: str) -> str:
    words = re.findall(r"(?!\b(?:[A-Z]|[IVX]+)\b)\b[^\W\d_]+", text)
    return " ".join(w for w in words if framework.normalise(w) not in labels("letter", "title"))


def _is_mean(text: str) -> bool:
    """Return whether a text says no more than that a mean follows, be it of a component."""
    plain = framework.normalise(text)
    for label in sorted(labels("letter", "mean"), key=len, reverse=True):
        if plain.startswith(label):
            rest = plain.removeprefix(label)
            for word in labels("letter", "title"):
                rest = rest.removeprefix(word)
            return not rest or bool(framework.load().match("component", rest))
    return False


def _parts(
    lines: Sequence[Line], is_end: Callable[[int], bool], any_title: bool, found: Scores
) -> list[_Part]:
    parts: list[_Part] = []
    part: _Part | None = None
    component = ""
    skip = 0
    for i, line in enumerate(lines):
        if i < skip:
            continue
        named, is_strong = title(line.text)
        within = part is not None and part.component and not part.means
        if is_end(i):
            part, component = None, ""
        elif named and (is_strong or any_title or not within or heading(lines, i + 1)):
            component = named
            if part and part.component != named:
                part = _Part(named, part.heads)
                parts.append(part)
        elif head := heading(lines, i):
            part = _Part(component, head)
            found.heads = found.heads or head
            skip = i + head.lines
            if skip < len(lines) and _counts_columns(lines[skip]):
                skip += 1
            if [h.column for h in head.row].count("score") > 1:
                found.problems.append(
                    f"page {line.page}: two columns of the table could hold the score; remove the"
                    " heading that is not the assessors' from definitions/layouts.csv (kind"
                    " letter, column score)"
                )
            else:
                parts.append(part)
        elif part:
            part.lines.append(line)
            *before, last = line.words
            label = " ".join(word.text for word in before)
            if NUMBER.fullmatch(last.text) and _is_mean(label):
                part.means.append((label, last, line))
            elif _is_mean(line.text):
                part.means.append((line.text, last, line))
    return parts


def _counts_columns(line: Line) -> bool:
    """Return whether it is the row of column numbers below the headings."""
    texts = [word.text.strip("()") for word in line.words]
    return len(texts) > 2 and texts == [str(i) for i in range(1, len(texts) + 1)]


def _fill(section: Section, parts: list[_Part], problems: list[str]) -> None:
    """Read a section's parts; the last line with a mean's label holds its mean."""
    said = [(part, mean) for part in parts for mean in part.means]
    whole = [(part, mean) for part, mean in said if NUMBER.fullmatch(mean[1].text)]
    if said:
        _set_mean(section, *(whole or said)[-1])
    end = (section.mean.page, section.mean.middle - _SLACK) if section.mean else (10**6, 0.0)
    name = framework.load().components[section.component].name
    for part in parts:
        kept = [line for line in part.lines if line.words[0].place < end]
        section.scores += _figures(part.heads, kept)
        for column, codes in _codes(part.heads, kept).items():
            section.codes.setdefault(column, []).extend(codes)
    for word in section.scores:
        if not _SCORE.fullmatch(word.text) or _value(word.text) > score.HIGHEST:
            problems.append(
                f"page {word.page}: {word.text!r} stands among the scores of {name}, expected"
                f" {score.LOWEST} to {score.HIGHEST} with two decimals at most"
            )
    problems += [
        f"page {word.page}: an annotation ({word.over}) lies over {word.text!r} of {name}; ask"
        " which holds, and for a letter without it"
        for word in section.words
        if word.over
    ]


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
        word = min(beside[0], replace(word, text=beside[0].text), key=lambda w: w.middle)
    section.mean, section.label = word, label.strip(" :=")


def _value(text: str) -> float:
    return float(text.replace(",", "."))


def _figures(found: Heads, lines: Sequence[Line]) -> list[Word]:
    """Return the numbers of the score's column, by where they stand and what they stand beside."""
    place = next(i for i, head in enumerate(found.row) if head.column == "score")
    head = found.row[place]
    left = found.row[place - 1].x1 if place else 0.0
    right = found.row[place + 1].x0 if place + 1 < len(found.row) else float("inf")
    alone = [p[0] for line in lines for p in line.phrases(_APART) if len(p) == 1]
    loose = [w for w in alone if NUMBER.fullmatch(w.text) and left < (w.x0 + w.x1) / 2 < right]
    strips: list[list[Word]] = []
    for word in sorted(loose, key=lambda w: w.x0):
        if strips and word.x0 <= max(w.x1 for w in strips[-1]):
            strips[-1].append(word)
        else:
            strips.append([word])
    below = [s for s in strips if any(w.x0 < head.x1 and w.x1 > head.x0 for w in s)]
    kept = below or ([max(strips, key=len)] if strips else [])
    return sorted((w for strip in kept for w in strip), key=lambda w: w.place)


def _codes(found: Heads, lines: Sequence[Line]) -> dict[str, list[Word]]:
    """Return the codes that begin a line of a column, by column.

    A column's text begins between the end of the heading before it and the end of its own.
    """
    codes: dict[str, list[Word]] = {}
    edges = [0.0] + [head.x1 for head in found.row]
    for line in lines:
        firsts = [(p[0], _CODE.match(p[0].text)) for p in line.phrases(_APART)]
        begun = [replace(word, text=match[1]) for word, match in firsts if match]
        for i, (left, right) in enumerate(pairwise(edges)):
            first = next((c for c in begun if left <= c.x0 < right), None)
            if first and found.row[i].column != "score":
                codes.setdefault(found.row[i].column or str(i), []).append(first)
    return codes


# Which edition


def edition(found: Scores, year: int) -> tuple[str, list[str]]:
    """Return the one edition of the year that the sections fit, or what is wrong."""
    fw = framework.load()
    known = [id_ for id_ in fw.edition_questions if fw.editions[id_].year == year]
    if not known:
        advice = "add them to definitions/edition_questions.csv, and their number to editions.csv"
        advice = advice if year in fw.years() else fw.to_define(year)
        return "", [f"no edition of {year} has a known list of questions; {advice}"]
    unfit = {edition: _unfit(found.sections, asked(edition)) for edition in known}
    fits = [edition for edition, reasons in unfit.items() if not reasons]
    if len(fits) == 1:
        return fits[0], []
    if fits:
        return "", [f"its scores fit {' and '.join(fits)} alike, expected one edition of {year}"]
    counted = ", ".join(
        f"{fw.components[s.component].name} {len(s.scores)} ({pages_of(s.pages)})"
        for s in found.sections.values()
    )
    return "", [f"its scores fit no edition of {year}: found {counted}"] + [
        f"{edition} differs: {', '.join(reasons)}" for edition, reasons in unfit.items()
    ]


def asked(edition: str) -> dict[str, list[EditionQuestion]]:
    """Return the questions of an edition by component, in the order of the form."""
    fw = framework.load()
    found: dict[str, list[EditionQuestion]] = defaultdict(list)
    for question in sorted(fw.edition_questions[edition].values(), key=lambda q: q.number):
        found[fw.questions[question.question].component].append(question)
    return found


def _unfit(sections: dict[str, Section], due: dict[str, list[EditionQuestion]]) -> list[str]:
    """Return why the sections are not those of an edition; nothing if they are."""
    components = framework.load().components
    reasons = [
        f"{components[c].name} with {len(questions)} scores is missing"
        for c, questions in due.items()
        if c not in sections
    ]
    for component, section in sections.items():
        name, expected = components[component].name, due.get(component, [])
        codes, lost = section.paired(expected)
        if not expected:
            reasons.append(f"{name} is no part of it")
        elif len(codes) != len(expected):
            reasons.append(f"{name} has {len(codes)} scores, expected {len(expected)}")
            reasons += [f"{code.text} on page {code.page} has no score" for code in lost]
        else:
            reasons += [
                f"{name} number {q.number} on page {placed.page} has the code {code},"
                f" expected {q.code}"
                for code, placed, q in zip(codes, section.scores, expected, strict=True)
                if code and not _agree(code, q)
            ]
    return reasons


def _agree(code: str, question: EditionQuestion) -> bool:
    return framework.normalise(code) == framework.normalise(question.code)
