"""Records of scored questions: the assessors' lists and letters, and the office's own forms."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from kukar_analysis import framework, score, suggest
from kukar_analysis.facts import EditionQuestion, Question
from kukar_analysis.parse.line import Line, Rows

_BAND = re.compile(
    r"[<>≤≥]?\s*\d+([.,]\d+)?\s*%"
    r"|[<>≤≥]?\s*\d+([.,]\d+)?\s*%?\s*(-|–|—|s\.?\s?/?d\.?|sampai|hingga)\s*\d+([.,]\d+)?\s*%?"
    r"|[A-E]{1,2}\s*(-|–|hingga|sampai)\s*[A-E]{1,2}",
    re.IGNORECASE,
)
"""A range or percentage where a score should stand: an answer, with no score."""


def listed(line: Line) -> Rows:
    """Return a scored question of a list or letter; it says its component and place."""
    year, region = line.year(), line.named("region", "region")
    component = line.named("component", "component")
    source = line.named("source", "source", needed=False) or "assessor"
    edition = line.edition(year, region)
    value = line.score("score")
    if line.faults or edition is None:
        return []
    fw = framework.load()
    asked = fw.edition_questions.get(edition, {})
    if not asked:
        line.fault("question", f"the questions of {edition} are not known (definitions/)")
        return []
    if line.text("question"):
        found = asked.get(line.needed("question"))
    else:
        digits = re.sub(r"\D", "", line.text("number") or "").lstrip("0") or "0"
        numbered = (q for q in asked.values() if fw.questions[q.question].component == component)
        found = next((q for q in numbered if str(q.number) == digits), None)
    if found is None:
        column = "question" if line.text("question") else "number"
        line.fault("question", f"{edition} has no such question in {component}", column)
        return []
    question = fw.questions[found.question]
    pillar = line.named("pillar", "pillar", needed=False)
    for column, text in {"block": found.block, "code": found.code}.items():
        given = line.text(column)
        if given and framework.normalise(given) != framework.normalise(text):
            line.fault("question", f"{found.question} is printed with {column} {text}", column)
    if question.component != component or (pillar and pillar != question.pillar):
        line.fault("question", f"{found.question} is of {question.component}, {question.pillar}")
    row = {
        "answer": line.text("answer"),
        "score": value,
        "evidence": line.text("evidence"),
        "remark": line.text("remark"),
    }
    opd = line.named("opd", "opd", needed=False)
    return [_row(line, year, region, edition, source, question, row | {"opd": opd})]


def form(line: Line) -> Rows:
    """Return an agency's own answer, one row an agency; a question not yet answered is null."""
    year, region = line.year(), line.region()
    edition = line.edition(year, region)
    opd = line.agencies()
    answer, value = _answer(line)
    evidence, remark = line.stated("evidence"), line.text("remark")
    question = _question(line, edition)
    if not opd and not line.faults:
        line.fault("opd", "no agency is named: in a column, above the list, or in the file's name")
    if question is None or line.faults:
        return []
    row = {"answer": answer, "score": value, "evidence": evidence, "remark": remark}
    return [_row(line, year, region, edition, "self", question, row | {"opd": id_}) for id_ in opd]


def _row(
    line: Line,
    year: int,
    region: str | None,
    edition: str | None,
    source: str,
    question: Question,
    rest: dict[str, Any],
) -> tuple[str, dict[str, Any]]:
    return "question_scores", {
        "year": year,
        "region": region,
        "edition": edition,
        "source": source,
        "question": question.question,
        "component": question.component,
        "pillar": question.pillar,
        "sub_dimension": question.sub_dimension,
        **rest,
        "origin": line.origin("score"),
    }


def _answer(line: Line) -> tuple[str | None, float | None]:
    """Return the answer in words and the score.

    A range where the score should stand ("76%-100%") is kept as the answer: no key from ranges to
    scores is known (domain: option-to-level key not found).
    """
    answer = line.text("answer")
    if answer and framework.normalise(answer) in ("na", "belumdijawab", "belumdiisi"):
        answer = None
    text = line.stated("score")
    if text is None:
        return answer, None
    if _BAND.fullmatch(text):
        return (f"{answer}; {text}" if answer and answer != text else text), None
    if re.fullmatch(r"\d\.\d{3,}", text) and line.file.medium == "workbook":
        exact = float(text)
        if score.LOWEST <= exact <= score.HIGHEST:
            value = score.half_up(*(Fraction(text) * 100).as_integer_ratio()) / 100
            line.notes.append(f"{line.origin('score')}: {text} is kept with two decimals, {value}")
            return answer, value
    return answer, line.score("score")


def _question(line: Line, edition: str | None) -> Question | None:
    """Return the question: by its id, else by its code where only one fits, else by its label."""
    fw = framework.load()
    asked = fw.edition_questions.get(edition or "", {})
    ids = [
        id_
        for column in ("question", "label")
        if (text := line.text(column))
        for id_ in _narrowed(line, fw.match("question", text), asked)
    ]
    code = (line.text("code") or "").rstrip(".")
    if not ids and code:
        coded = [q.question for q in asked.values() if framework.normalise(q.code) == _code(code)]
        ids = _narrowed(line, coded, asked)
    elif ids and code and ids[0] in asked and _code(asked[ids[0]].code) != _code(code):
        line.fault("question", f"{ids[0]} has the code {asked[ids[0]].code} in {edition}", "code")
    distinct = list(dict.fromkeys(ids))
    if len(distinct) != 1:
        _unclear(line, edition, distinct)
        return None
    question = fw.questions[distinct[0]]
    for column in ("component", "pillar"):
        text, own = line.text(column), getattr(question, column)
        if text and own and own not in (fw.match(column, text) or [own]):
            line.fault("question", f"{question.question} is of {own}, not {text}", column)
    return question


def _code(text: str) -> str:
    return framework.normalise(text)


def _narrowed(line: Line, ids: list[str], asked: dict[str, EditionQuestion]) -> list[str]:
    """Keep the questions that fit the edition, and the component, pillar and block named."""
    fw = framework.load()
    found = [id_ for id_ in ids if not asked or id_ in asked]
    for column in ("component", "pillar"):
        text = line.text(column)
        named = fw.match(column, text) if text else []
        if named and len(found) > 1:
            found = [id_ for id_ in found if getattr(fw.questions[id_], column) in named]
    block = line.text("block")
    if block and len(found) > 1:
        wanted = framework.normalise(block)
        found = [i for i in found if i in asked and framework.normalise(asked[i].block) == wanted]
    return found


def _unclear(line: Line, edition: str | None, ids: list[str]) -> None:
    """Add the fault of a record whose question is unknown or not certain."""
    if line.faults:
        return
    column = next((c for c in ("question", "label", "code") if line.text(c)), None)
    if column is None:
        line.fault("question", "no question is named; write its id, its code or its label")
    elif ids:
        listed_ids = ", ".join(ids)
        line.fault("ambiguous", f"could be {listed_ids}; write the id in a column", column)
    else:
        text = line.text(column) or ""
        where = f"is no question of {edition or 'any edition'}"
        line.fault("question", f"{where}; {suggest.advice('question', text)}", column)
