"""Reads the tables of question scores: codes, scores, means, and the edition they are of.

Where a word stands decides, not what is around it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kukar_analysis import framework, score
from kukar_analysis.framework.facts import EditionQuestion
from kukar_analysis.read.letter import parts as headed
from kukar_analysis.read.letter.pages import PageLine, PageWord, pages_of
from kukar_analysis.read.letter.parts import NUMBER, Heads, Part

_CODE = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})\.?(?![\d.,])")
_SCORE = re.compile(r"\d(?:[.,]\d{1,2})?")
_APART = 0.4  # gap in heights of a word that parts a score from the text beside it
_SLACK = 5.0  # points by which the last score may stand below its mean's label


@dataclass
class ScoreSection:
    """What was found of a component: scores and codes from the top, the mean and its label."""

    scores: list[PageWord]
    codes: list[PageWord]
    mean: PageWord | None
    label: str

    @property
    def words(self) -> list[PageWord]:
        """Return all that is kept of it."""
        return [*self.scores, *self.codes, *([self.mean] if self.mean else [])]

    @property
    def pages(self) -> str:
        """Return the pages it was found on, in words."""
        return pages_of(sorted({word.page for word in self.words}))


def read(parts: Sequence[Part]) -> tuple[dict[str, ScoreSection], list[str]]:
    """Return the sections of a letter's parts by component, and what is not certain."""
    own: dict[str, list[Part]] = defaultdict(list)
    problems = []
    for part in (part for part in parts if part.kind == headed.SCORES and part.lines):
        page = f"page {part.lines[0].page}"
        if [head.column for head in part.heads].count("score") > 1:
            problems.append(
                f"{page}: two columns of the table could hold the score; remove the heading that is"
                " not the assessors' from definitions/layouts.csv (kind letter, column score)"
            )
        elif part.what:
            own[part.what].append(part)
        elif _figures(part.heads, part.lines):
            problems.append(
                f"{page}: a table of scores stands under no title of a section, expected one such"
                " as 'A. Baseline' above it; add the wording to definitions/spellings.csv"
            )
    sections = {component: _section(its) for component, its in own.items()}
    return sections, problems + [p for c, section in sections.items() for p in _faults(c, section)]


def _section(parts: list[Part]) -> ScoreSection:
    """Read a section's parts; the last line with a mean's label holds its mean."""
    lines = [line for part in parts for line in part.lines]
    means = [(line.words[-1], label) for line in lines if (label := headed.mean(line))]
    stated = [(word, label) for word, label in means if NUMBER.fullmatch(word.text)]
    mean, label = stated[-1] if stated else (None, "")
    end = (mean.page, mean.middle - _SLACK) if mean else (10**6, 0.0)
    rows = [(p.heads, [x for x in p.lines if (x.page, x.middle) < end]) for p in parts]
    scores = [word for heads, kept in rows for word in _figures(heads, kept)]
    return ScoreSection(
        scores, [w for heads, kept in rows for w in _codes(heads, kept)], mean, label
    )


def _faults(component: str, section: ScoreSection) -> list[str]:
    name = framework.load().components[component].name
    return [
        f"page {word.page}: {word.text!r} stands among the scores of {name}, expected"
        f" {score.LOWEST} to {score.HIGHEST} with two decimals at most"
        for word in section.scores
        if not _SCORE.fullmatch(word.text) or float(word.text.replace(",", ".")) > score.HIGHEST
    ] + [
        f"page {word.page}: an annotation ({word.over}) lies over {word.text!r} of {name}; ask"
        " which holds, and for a letter without it"
        for word in section.words
        if word.over
    ]


def _figures(heads: Heads, lines: Sequence[PageLine]) -> list[PageWord]:
    """Return the numbers of the score's column, by where they stand and what they stand beside."""
    place = next(i for i, head in enumerate(heads) if head.column == "score")
    head = heads[place]
    left = heads[place - 1].x1 if place else 0.0
    right = heads[place + 1].x0 if place + 1 < len(heads) else float("inf")
    first = [word.text.strip("()") for word in lines[0].words] if lines else []
    counts = first == [str(i) for i in range(1, len(first) + 1)]  # of columns, below the headings
    alone = [p[0] for line in lines[counts:] for p in line.phrases(_APART) if len(p) == 1]
    loose = [w for w in alone if NUMBER.fullmatch(w.text) and left < (w.x0 + w.x1) / 2 < right]
    strips: list[list[PageWord]] = []
    for word in sorted(loose, key=lambda w: w.x0):
        if strips and word.x0 <= max(w.x1 for w in strips[-1]):
            strips[-1].append(word)
        else:
            strips.append([word])
    below = [s for s in strips if any(w.x0 < head.x1 and w.x1 > head.x0 for w in s)]
    kept = below or ([max(strips, key=len)] if strips else [])
    return sorted((w for strip in kept for w in strip), key=lambda w: w.place)


def _codes(heads: Heads, lines: Sequence[PageLine]) -> list[PageWord]:
    """Return the codes that begin a line of the column of codes or questions.

    A column's text begins between the end of the heading before it and the end of its own.
    """
    column = "code" if "code" in headed.columns_of(heads) else "question"
    place = next((i for i, head in enumerate(heads) if head.column == column), None)
    if place is None:
        return []
    left, right = heads[place - 1].x1 if place else 0.0, heads[place].x1
    firsts = [(p[0], _CODE.match(p[0].text)) for line in lines for p in line.phrases(_APART)]
    return [replace(w, text=m[1]) for w, m in firsts if m and left <= w.x0 < right]


# Which edition


def edition(sections: dict[str, ScoreSection], year: int) -> tuple[str, list[str]]:
    """Return the one edition of the year that the sections fit, or what is wrong."""
    fw = framework.load()
    known = [id_ for id_ in fw.edition_questions if fw.editions[id_].year == year]
    if not known:
        advice = "add them to definitions/edition_questions.csv, and their number to editions.csv"
        advice = advice if year in fw.years() else fw.to_define(year)
        return "", [f"no edition of {year} has a known list of questions; {advice}"]
    unfit = {id_: _unfit(sections, asked(id_)) for id_ in known}
    fits = [id_ for id_, reasons in unfit.items() if not reasons]
    if len(fits) == 1:
        return fits[0], []
    if fits:
        return "", [f"its scores fit {' and '.join(fits)} alike, expected one edition of {year}"]
    counted = ", ".join(
        f"{fw.components[c].name} {len(s.scores)} ({s.pages})" for c, s in sections.items()
    )
    return "", [f"its scores fit no edition of {year}: found {counted}"] + [
        f"{id_} differs: {', '.join(reasons)}" for id_, reasons in unfit.items()
    ]


def asked(edition: str) -> dict[str, list[EditionQuestion]]:
    """Return the questions of an edition by component, in the order of the form."""
    fw = framework.load()
    found: dict[str, list[EditionQuestion]] = defaultdict(list)
    for question in sorted(fw.edition_questions[edition].values(), key=lambda q: q.number):
        found[fw.questions[question.question].component].append(question)
    return found


def _unfit(sections: dict[str, ScoreSection], due: dict[str, list[EditionQuestion]]) -> list[str]:
    """Return why the sections are not those of an edition; nothing if they are."""
    names = {id_: component.name for id_, component in framework.load().components.items()}
    reasons = [f"{names[c]} with {len(due[c])} scores is missing" for c in due if c not in sections]
    for component, section in sections.items():
        questions, found, codes = due.get(component, []), len(section.scores), section.codes
        if not questions:
            reasons.append(f"{names[component]} is no part of it")
        elif found != len(questions):
            reasons.append(f"{names[component]} has {found} scores, expected {len(questions)}")
        elif codes and len(codes) != found:
            reasons.append(f"{names[component]} has {len(codes)} codes for {found} scores")
        reasons += [
            f"{names[component]} number {q.number} on page {code.page} has the code {code.text},"
            f" expected {q.code}"
            for code, q in zip(codes, questions, strict=False)
            if found == len(questions) == len(codes)
            and framework.normalise(code.text) != framework.normalise(q.code)
        ]
    return reasons
