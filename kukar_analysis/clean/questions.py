"""Records of scored questions: the assessors' lists and letters, and the office's own forms."""

import re
from fractions import Fraction
from typing import Any

from kukar_analysis import framework, score, suggest
from kukar_analysis.clean.line import Line, Rows
from kukar_analysis.framework import normalise
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
_Fault = tuple[str, str | None, str]  # rule, column and detail


def listed(line: Line) -> Rows:
    """Return a scored question of a list or letter; it says its component and place."""
    fw, about = line.fw, {"year": line.year, "region": line.region}
    component, source = line.name("component"), line.known("source") or "assessor"
    edition, value = line.edition, line.score("score")
    if line.faults or edition is None:
        return []
    asked = fw.edition_questions.get(edition, {})
    if not asked:
        line.fault("question", None, f"butir {edition} belum tercatat di definitions/")
        return []
    column = "question" if line.text("question") else "number"
    if column == "question":
        found = asked.get(line.needed("question"))
    else:
        digits = re.sub(r"\D", "", line.text("number") or "").lstrip("0") or "0"
        numbered = (q for q in asked.values() if fw.questions[q.question].component == component)
        found = next((q for q in numbered if str(q.number) == digits), None)
    if found is None:
        line.fault("question", column, f"tidak ada di {component} {edition}")
        return []
    question, pillar = fw.questions[found.question], line.known("pillar")
    for column, text in {"block": found.block, "code": found.code}.items():
        given = line.text(column)
        if given and normalise(given) != normalise(text):
            line.fault("question", column, f"{found.question} tercetak dengan {text}")
    if question.component != component or (pillar and pillar != question.pillar):
        own = f"{found.question} milik {question.component}, {question.pillar}"
        line.fault("question", None, own)
    said = {c: line.text(c) for c in ("answer", "evidence", "remark")}
    rest = {"source": source, "score": value, "opd": line.known("opd")}
    return [_row(line, question, {**about, "edition": edition, **said, **rest})]


def form(line: Line) -> Rows:
    """Return an agency's own answer, one row an agency; a question not yet answered is null."""
    said: dict[str, Any] = {"year": line.year, "region": line.region, "edition": line.edition}
    agencies: list[str | None] = [*line.agencies]
    said["source"], (said["answer"], said["score"]) = "self", _answer(line)
    said |= {"evidence": line.stated("evidence"), "remark": line.text("remark")}
    question = _question(line)
    if question is None or line.faults:
        return []
    if not agencies:
        line.note("no_agency")
    return [_row(line, question, said | {"opd": id_}) for id_ in agencies or [None]]


def _row(line: Line, question: Question, said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    columns = ("question", "component", "pillar", "sub_dimension")
    own = {column: getattr(question, column) for column in columns}
    return "question_scores", {**own, **said, "origin": line.origin("score")}


def _answer(line: Line) -> tuple[str | None, float | None]:
    """Return the answer in words and the score.

    A range where the score should stand ("76%-100%") is kept as the answer: no key from ranges to
    scores is known (domain: option-to-level key not found).
    """
    answer, text = line.text("answer"), line.stated("score")
    if answer and normalise(answer) in ("na", "belumdijawab", "belumdiisi"):
        answer = None
    if text is None:
        return answer, None
    if _BAND.fullmatch(text):
        return (f"{answer}; {text}" if answer and answer != text else text), None
    if isinstance(text, Number) and re.fullmatch(r"[0-3]\.\d{3,}", text):
        value = score.half_up(*(Fraction(text) * 100).as_integer_ratio()) / 100
        line.note("rounded", "score", f"menjadi {value}")
        return answer, value
    return answer, line.score("score")


def _question(line: Line) -> Question | None:
    fields = ("question", "label", "code", "component", "pillar", "block")
    said = {column: line.text(column) or "" for column in fields}
    leading = _CODE.match(said["label"])
    if leading:
        said["label"] = said["label"][leading.end() :].strip()
    if not said["code"]:
        code = _CODE.fullmatch(line.text("number") or "") or leading
        said["code"] = code[0] if code else ""
    said["code"] = said["code"].strip().rstrip(".")
    found, fault = _identified(line.edition, **said)
    if found is None and not line.faults:
        line.fault(*(("question", None, "") if line.record.is_bare else fault))
    named = said["question"]
    if found and re.search("[a-z]", named) and not line.fw.match("question", named):
        line.note("by_label", "question", f"dibaca sebagai {found.question}")
    return found


@framework.kept()
def _identified(edition: str | None, **said: str) -> tuple[Question | None, _Fault]:
    """Return the question, or why there is none for certain.

    An id has the last word, then the label; a code says which of several a label means, and alone
    proves a question only where no label stands, or one that reads as that question's.
    """
    fw = framework.load()
    known = fw.edition_questions.get(edition or "", {})
    codes = {id_: q.code.rstrip(".") for id_, q in known.items()}
    coded = [id_ for id_, code in codes.items() if said["code"] and code == said["code"]]
    by_id, by_label = (fw.match("question", said[c]) for c in ("question", "label"))
    ids = _narrowed(edition, said, by_id)
    ids = ids if len(ids) == 1 else _narrowed(edition, said, [*by_id, *by_label], coded)
    is_coded = not ids
    ids = ids or _narrowed(edition, said, coded)
    if len(ids) != 1:
        column = next((c for c in ("question", "label", "code") if said[c]), None)
        if column and ids:
            return None, ("ambiguous", column, f"{' atau '.join(ids)}; tulis ID BUTIR")
        near = suggest.advice("question", said[column]) if column else ""
        return None, (
            "question",
            column,
            near and f"bukan butir {edition or 'edisi mana pun'}; {near}",
        )
    question, id_ = fw.questions[ids[0]], ids[0]
    if said["code"] and codes.get(id_, said["code"]) != said["code"]:
        return None, ("question", "code", f"kode {id_} pada {edition} adalah {codes[id_]}")
    if is_coded and re.search(r"\w", said["label"]):
        near_ids = suggest.reads_as(said["label"])
        if id_ not in near_ids:
            reads = f"terbaca sebagai {near_ids[0]}" if near_ids else f"bukan {question.label!r}"
            return None, ("question", "label", f"kodenya {id_}, tetapi labelnya {reads}")
    for column in ("component", "pillar"):
        part, named = getattr(question, column), fw.match(column, said[column])
        if part and named and part not in named:
            return None, ("question", column, f"{id_} milik {part}, bukan {said[column]}")
    return question, ("", None, "")


def _narrowed(
    edition: str | None, said: dict[str, str], ids: list[str], coded: list[str] | None = None
) -> list[str]:
    """Keep the questions of the edition that fit the component, pillar, block and code named."""
    fw = framework.load()
    known = fw.edition_questions.get(edition or "", {})
    found = [id_ for id_ in dict.fromkeys(ids) if not known or id_ in known]
    for column in ("component", "pillar"):
        named = fw.match(column, said[column])
        if named and len(found) > 1:
            found = [id_ for id_ in found if getattr(fw.questions[id_], column) in named]
    block = normalise(said["block"])
    if block and len(found) > 1:
        found = [i for i in found if i in known and normalise(known[i].block) == block]
    by_code = [id_ for id_ in found if id_ in (coded or ())]
    return by_code if len(by_code) == 1 else found
