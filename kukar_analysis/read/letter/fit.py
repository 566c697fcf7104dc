"""Tells which edition the sections of a letter are of, by their scores and codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from kukar_analysis import framework
from kukar_analysis.framework.facts import EditionQuestion
from kukar_analysis.read.letter.scores import Section, Tables


def edition(tables: Tables, year: int) -> tuple[str, list[str]]:
    """Return the one edition of the year that the sections fit, or what is wrong."""
    fw = framework.load()
    known = [id_ for id_ in fw.edition_questions if fw.editions[id_].year == year]
    if not known:
        advice = "add them to definitions/edition_questions.csv, and their number to editions.csv"
        advice = advice if year in fw.years() else fw.to_define(year)
        return "", [f"no edition of {year} has a known list of questions; {advice}"]
    unfit = {edition: _unfit(tables.sections, _asked(edition)) for edition in known}
    fits = [edition for edition, reasons in unfit.items() if not reasons]
    if len(fits) == 1:
        return fits[0], []
    if fits:
        return "", [f"its scores fit {' and '.join(fits)} alike, expected one edition of {year}"]
    found = ", ".join(
        f"{fw.components[s.component].name} {len(s.rows)} ({pages_of(s.pages)})"
        for s in tables.sections.values()
    )
    return "", [f"its scores fit no edition of {year}: found {found}"] + [
        f"{edition} differs: {', '.join(reasons)}" for edition, reasons in unfit.items()
    ]


def _asked(edition: str) -> dict[str, list[EditionQuestion]]:
    """Return the questions of an edition by component, in the order of the form."""
    fw = framework.load()
    asked: dict[str, list[EditionQuestion]] = defaultdict(list)
    for question in sorted(fw.edition_questions[edition].values(), key=lambda q: q.number):
        asked[fw.questions[question.question].component].append(question)
    return asked


def _unfit(sections: dict[str, Section], asked: dict[str, list[EditionQuestion]]) -> list[str]:
    """Return why the sections are not those of an edition; nothing if they are."""
    components = framework.load().components
    reasons = [
        f"{components[c].name} with {len(questions)} scores is missing"
        for c, questions in asked.items()
        if c not in sections
    ]
    for component, section in sections.items():
        name, expected = components[component].name, asked.get(component, [])
        lost = [f"{code.text} on page {code.page} has no score" for code in section.lost]
        if not expected:
            reasons.append(f"{name} is no part of it")
        elif len(section.rows) != len(expected):
            reasons.append(f"{name} has {len(section.rows)} scores, expected {len(expected)}")
            reasons += lost
        else:
            reasons += [
                f"{name} number {q.number} on page {row.score.page} has the code {row.code},"
                f" expected {q.code}"
                for row, q in zip(section.rows, expected, strict=True)
                if not section.is_guess and not _agree(row.code, q.code)
            ]
    return reasons


def _agree(code: str, expected: str) -> bool:
    return not code or framework.normalise(code) == framework.normalise(expected)


def drop_foreign_codes(sections: dict[str, Section], edition: str) -> None:
    """Leave out codes of another column where they are not those of the questions."""
    asked = _asked(edition) if edition else {}
    for component, section in sections.items():
        pairs = zip(section.rows, asked.get(component, []), strict=False)
        if section.is_guess and not all(_agree(row.code, q.code) for row, q in pairs):
            section.rows = [replace(row, code="") for row in section.rows]


def pages_of(numbers: Sequence[int]) -> str:
    """Return page numbers as people write them: `page 3`, `pages 1-11 and 34`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    texts = [f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans]
    listed = ", ".join(texts[:-1]) + " and " + texts[-1] if len(texts) > 1 else "".join(texts)
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"
