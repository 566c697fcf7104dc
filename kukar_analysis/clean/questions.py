"""Records of scored questions: the assessors' lists and letters, and the office's own forms."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

from kukar_analysis import framework, score, suggest
from kukar_analysis.clean.line import Line, Rows
from kukar_analysis.framework.facts import Question
from kukar_analysis.read.source import Number

_CODE = re.compile(r"\d{1,2}(\.\d{1,2}){1,3}\.?(?=\s|$)")
"""A printed code, as 3.12.1 or 2.1; it may stand in the column of numbers, or before the label."""
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
    opd: list[str | None] = [*line.agencies(region)]
    answer, value = _answer(line)
    evidence, remark = line.stated("evidence"), line.text("remark")
    question = _question(line, edition)
    if question is None or line.faults:
        return []
    if not opd:
        opd = [None]
        line.notes.append(
            f"{line.file.name}: does not say which agency answers (in a column, above the list, or"
            " in the file's name)"
        )
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
    if isinstance(text, Number) and re.fullmatch(r"\d\.\d{3,}", text):
        exact = float(text)
        if score.LOWEST <= exact <= score.HIGHEST:
            value = score.half_up(*(Fraction(text) * 100).as_integer_ratio()) / 100
            line.notes.append(f"{line.origin('score')}: {text} is kept with two decimals, {value}")
            return answer, value
    return answer, line.score("score")


def _question(line: Line, edition: str | None) -> Question | None:
    """Return the question: by its id or label, else by its code where only one fits."""
    fields = ("question", "label", "code", "component", "pillar", "block")
    said = {column: line.text(column) or "" for column in fields}
    leading = _CODE.match(said["label"])
    if leading:
        said["label"] = said["label"][leading.end() :].strip()
    if not said["code"]:
        number = _CODE.fullmatch(line.text("number") or "")
        found_code = number or leading
        said["code"] = found_code[0] if found_code else ""
    asked = _Asked(edition, **said)
    found, *fault = _identified(asked)
    if found is None and not line.faults and line.record.is_bare:
        line.fault("question", "is a text alone that is no question; it is not repeated here")
    elif found is None and not line.faults:
        line.fault(*fault)
    elif found and _is_word(asked.question):
        line.notes.append(
            f"{line.origin('question')}: {asked.question!r} is no question; taken by its label or"
            f" code for {found.question}"
        )
    return found


@framework.kept()
def _is_word(text: str) -> bool:
    """Whether an id is neither known nor only a running number."""
    return bool(re.search("[a-z]", text)) and not framework.load().match("question", text)


class _Asked(NamedTuple):
    """What a record says about its question; empty where it says nothing."""

    edition: str | None
    question: str
    label: str
    code: str
    component: str
    pillar: str
    block: str


@framework.kept()
def _identified(asked: _Asked) -> tuple[Question, None] | tuple[None, str, str, str | None]:
    """Return the question, or the rule, reason and column why there is none for certain."""
    fw = framework.load()
    known = fw.edition_questions.get(asked.edition or "", {})
    named = [fw.match("question", text) for text in (asked.question, asked.label) if text]
    ids = named_ids = [id_ for found in named for id_ in _narrowed(asked, found)]
    code = asked.code.strip().rstrip(".")
    if not ids and code:
        coded = [q.question for q in known.values() if q.code.rstrip(".") == code]
        ids = _narrowed(asked, coded)
    distinct = list(dict.fromkeys(ids))
    if len(distinct) != 1:
        return None, *_unclear(asked, distinct)
    question = fw.questions[distinct[0]]
    own = known.get(question.question)
    if own and code and own.code.rstrip(".") != code:
        reason = f"{question.question} has the code {own.code} in {asked.edition}"
        return None, "question", reason, "code"
    other = None if named_ids else suggest.reads_as(asked.label, question.question)
    if other:
        reason = f"the code is of {question.question}, but the label reads as {other}"
        return None, "question", reason, "label"
    for column in ("component", "pillar"):
        text, part = getattr(asked, column), getattr(question, column)
        if text and part and part not in (fw.match(column, text) or [part]):
            return None, "question", f"{question.question} is of {part}, not {text}", column
    return question, None


def _narrowed(asked: _Asked, ids: list[str]) -> list[str]:
    """Keep the questions that fit the edition, and the component, pillar and block named."""
    fw = framework.load()
    known = fw.edition_questions.get(asked.edition or "", {})
    found = [id_ for id_ in ids if not known or id_ in known]
    for column in ("component", "pillar"):
        named = fw.match(column, getattr(asked, column))
        if named and len(found) > 1:
            found = [id_ for id_ in found if getattr(fw.questions[id_], column) in named]
    if asked.block and len(found) > 1:
        block = framework.normalise(asked.block)
        found = [i for i in found if i in known and framework.normalise(known[i].block) == block]
    return found


def _unclear(asked: _Asked, ids: list[str]) -> tuple[str, str, str | None]:
    """Return rule, reason and column of a record whose question is unknown or not certain."""
    column = next((c for c in ("question", "label", "code") if getattr(asked, c)), None)
    if column is None:
        return "question", "no question is named; write its id, its code or its label", None
    if ids:
        return "ambiguous", f"could be {', '.join(ids)}; write the id in a column", column
    advice = suggest.advice("question", getattr(asked, column))
    return "question", f"is no question of {asked.edition or 'any edition'}; {advice}", column
