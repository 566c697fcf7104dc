"""One record to typed rows, or to the reasons why not: which table a kind of list fills, and how.

The four kinds of nothing, as the national tables print them: blank: the component does not apply to
the group (no row); 0: took part and scored 0; "-": nothing stated, as no earlier year (null); 0 in
every column: did not take part (`participated` false, scores null).
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from kukar_analysis import framework, respondents, score, store, suggest
from kukar_analysis.clean.line import Line, Rows, number, says_nothing
from kukar_analysis.framework import normalise
from kukar_analysis.framework.facts import Question
from kukar_analysis.read.lists import STATEMENT
from kukar_analysis.read.source import UNMAPPED, Number

Row = dict[str, Any]
PERSONAL = "person_"
"""Columns that begin so name a person (definitions/layouts.csv): hashed, never stored."""
_CODE = re.compile(r"\d{1,2}(\.\d{1,2}){1,3}\.?(?=\s|$)")
"""A printed code, as 3.12.1 or 2.1; it may stand in the column of numbers, or before the label."""
_BAND = re.compile(
    r"[<>≤≥]?\s*[\d.,]+\s*(%|%?\s*(-|–|—|s\.?\s?/?d\.?|sampai|hingga)\s*[\d.,]+\s*%?)"
    r"|[A-E]{1,2}\s*(-|–|hingga|sampai)\s*[A-E]{1,2}",
    re.IGNORECASE,
)
"""A range or percentage where a score should stand: an answer, with no score."""
_Fault = tuple[str, str | None, str]  # rule, column and detail
_EACH = 3  # statements of a form to a part of its pillar, in order


def parse(line: Line) -> Rows:
    """Return the rows of a record, the one with its key first; none where it has faults."""
    if line.record.rule or line.record.fault:
        line.fault(line.record.rule or "cells", None, line.record.fault or "")
        return []
    rows = _KINDS[line.file.kind](line)
    return [] if line.faults else rows


def _national(line: Line) -> Rows:
    region, edition, fw = line.region, line.edition, line.fw
    if line.faults or region is None or edition is None:
        return []
    printed = {c: text for c in (*fw.components, "index") if (text := line.record.cells.get(c))}
    stated = {c: number(text) for c, text in printed.items() if not says_nothing(text)}
    some = any(value != 0 for value in stated.values())
    participated = line.yes_no("participated")
    if participated is None:  # unless all that is printed is 0
        participated = some or "index" not in printed or stated.keys() != printed.keys()
    if participated != some:
        said = "tidak ikut, tetapi ada" if some else "ikut, tetapi tidak ada"
        line.fault("participated", None, f"{said} nilainya selain 0")
    scores = {}
    for component in fw.components:
        if component in fw.weights[edition]:
            scores[component] = line.score(component) if participated else None
        elif participated and component in stated:
            line.fault("component", component)
    improvement = line.score("improvement", -score.HIGHEST) if line.text("improvement") else None
    if improvement and not participated:
        line.fault("participated", "improvement", "tidak ikut, tetapi ada peningkatan")
    shared = {"year": line.year, "region": region, "edition": edition}
    index_row = {
        **shared,
        "region_name": fw.regions[region].name,
        "participated": participated,
        "index_published": line.score("index") if participated else None,
        "improvement_published": improvement if participated else None,
        "origin": line.origin("index"),
    }
    return [("index_scores", index_row)] + [
        ("component_scores", {**shared, "component": c, "score": s, "origin": line.origin(c)})
        for c, s in scores.items()
    ]


def _check(line: Line, row: Row) -> None:
    fw = line.fw
    fact, part = fw.statistics.get(row.get("statistic") or ""), row.get("sub_dimension")
    pillar = fw.sub_dimensions[part].pillar if part else None
    if fact and row["unit_of_measure"] not in (None, fact.unit_of_measure):
        line.fault("unit", "unit_of_measure", f"{fact.name} dalam {fact.unit_of_measure}")
    if row.get("citation") and row["citation"] not in fw.citations:
        line.fault("citation", "citation")
    if pillar and row["pillar"] not in (None, pillar):
        line.fault("sub_dimension", "sub_dimension", f"bagian {fw.pillars[pillar].name}")
    component = row.get("component")
    if component and component not in fw.weights.get(row["edition"] or "", (component,)):
        line.fault("component", "component")


def _count(line: Line, column: str) -> int | None:
    text = line.text(column) or ("1" if line.stated("opd") else None)
    if text and not re.fullmatch(r"[1-9]\d{0,3}", text):
        line.fault("number", column)
        return None
    return int(text) if text else None


_CELL: dict[str, str | None] = {
    "component_scores": "mean", "programmes": "programme", "quick_wins": "programme",
    "quick_win_aspects": "score", "pillar_agencies": "agencies", "official_statistics": "value",
    "assessor_notes": None,
}  # fmt: skip
"""Kinds of list of which a record is one row, with the column of the cell that is its origin."""
_READ: dict[str, Callable[[Line, str], Any]] = {
    **dict.fromkeys(("text", "citation", "kind"), Line.text),
    **dict.fromkeys(
        ("impact", "likelihood"), lambda line, c: (n := line.known(c, "risk")) and float(n)
    ),
    "agencies": _count,
    "edition": lambda line, column: line.edition,
    "id": Line.known,
    "number": Line.amount,
    "opd": Line.agency,
    "score": lambda line, column: line.score(_CELL.get(line.file.kind) or column),
    "yes_no": lambda line, column: line.file.kind == "quick_wins" or line.yes_no(column) or False,
}
"""How a cell is read: by what schemas.csv says of its column, or of some columns by their name."""


def _row(line: Line) -> Rows:
    table = "programmes" if line.file.kind == "quick_wins" else line.file.kind
    row: Row = {"year": line.year, "region": line.region}
    for column, of in store.SCHEMAS[table].columns.items():
        if column in ("year", "region", "origin"):
            continue
        about = of.metadata
        kind = "id" if about["among"] else "score" if about["high"] == "4" else about["type"]
        read = _READ.get(column) or _READ[kind]
        found = read(line, column) if about["null"] else line.needed(column, read)
        if isinstance(found, float) and found < float(about["low"] or found):
            line.fault("number", column)
        row[column] = " ".join(found.split()) if isinstance(found, str) else found
    _check(line, row)
    return [(table, row | {"origin": line.origin(_CELL[line.file.kind])})]


def _respondent(line: Line) -> Rows:
    cells = line.record.cells
    if cells.get("pillar") is None:
        line.fault("pillar", None, f'`kukar map "{line.file.name}"` menanyakannya')
        return []
    row: Row = {"year": line.year, "region": line.region, "pillar": line.name("pillar")}
    row |= {"sub_dimension": line.known("sub_dimension"), "programme": line.stated("programme")}
    _check(line, row)
    # the hash stands there already where names were deleted (`kukar forget-names`)
    is_hash = re.fullmatch(r"[0-9a-f]{16}", who := cells.get("respondent", ""))
    row["respondent"] = who if is_hash else respondents.respondent(cells)
    parts = [id_ for id_, s in line.fw.sub_dimensions.items() if s.pillar == row["pillar"]]
    of_part = dict(enumerate((part for part in parts for _ in range(_EACH)), start=1))
    rows: Rows = []
    for column in (c for c in line.file.headings if c.startswith(STATEMENT)):
        statement, text = int(column.removeprefix(STATEMENT)), line.stated(column)
        if text not in (None, "0", "1", "2", "3", "4"):
            line.fault("answer", column, UNMAPPED if text == UNMAPPED else "")
            continue
        said: Row = {"statement": statement, "answer": None if text is None else float(text)}
        said["sub_dimension"] = row["sub_dimension"] or of_part.get(statement)
        rows.append(("survey_responses", {**row, **said, "origin": line.origin(column)}))
    return rows


def _scored(line: Line) -> Rows:
    """Return a question's score: the assessors', or an agency's own (null: not answered yet)."""
    said: Row = {"year": line.year, "region": line.region, "edition": line.edition}
    if line.file.kind == "agency_form":
        agencies: list[str | None] = [*line.agencies]
        said["source"], (said["answer"], said["score"]) = "self", _answer(line)
    else:
        agencies, said["source"] = [line.agency()], line.known("source") or "assessor"
        said |= {"answer": line.text("answer"), "score": line.score("score")}
        line.name("component")
        line.known("pillar")
    said |= {column: line.stated(column) for column in ("evidence", "remark")}
    question = _question(line)
    if question is None or line.faults:
        return []
    if not agencies:
        line.note("no_agency")
    columns = ("question", "component", "pillar", "sub_dimension")
    said |= {column: getattr(question, column) for column in columns}
    said["origin"] = line.origin("score")
    return [("question_scores", said | {"opd": id_}) for id_ in agencies or [None]]


def _answer(line: Line) -> tuple[str | None, float | None]:
    # of a range in the score's place ("76%-100%"), for which no key is known, the answer alone
    answer, text = line.text("answer"), line.stated("score")
    if answer and normalise(answer) in ("na", "belumdijawab", "belumdiisi"):
        answer = None
    if text and _BAND.fullmatch(text):
        return (f"{answer}; {text}" if answer and answer != text else text), None
    if isinstance(text, Number) and re.fullmatch(r"[0-3]\.\d{3,}", text):
        value = score.half_up(*(Fraction(text) * 100).as_integer_ratio()) / 100
        line.note("rounded", "score", f"menjadi {value}")
        return answer, value
    return answer, line.score("score")


def _question(line: Line) -> Question | None:
    fields = ("question", "label", "code", "component", "pillar", "block", "number")
    said = {column: line.text(column) or "" for column in fields}
    leading = _CODE.match(said["label"])
    if leading:
        said["label"] = said["label"][leading.end() :].strip()
    if not said["code"] and (code := _CODE.fullmatch(said["number"]) or leading):
        said["code"] = code[0]
    said["code"] = re.sub(r"\s|\.\s*$", "", said["code"])
    if line.file.kind == "agency_form":
        said["number"] = ""
    else:  # the assessors' lists name a question by its id, or its number within the component
        number = re.sub(r"\D", "", said["number"]).lstrip("0") or "0"
        said |= {"label": "", "code": "", "number": number}
    asked = line.fw.edition_questions.get(line.edition or "", {})
    found, fault = _identified(line.edition, **said)
    if said["number"] and not asked:
        whose = line.fw.names["edition"].get(line.edition or "")
        found, fault = None, ("question", None, f"butir {whose} belum tercatat di definitions/")
    if found is None and not line.faults:
        line.fault(*(("question", None, "") if line.record.is_bare else fault))
    if found and said["number"]:
        of = asked[found.question]
        for column, text in {"block": of.block, "code": of.code}.items():
            if normalise(line.text(column) or text) != normalise(text):
                line.fault("question", column, f"{found.label!r} tercetak dengan {text}")
    named = said["question"]
    if found and re.search("[a-z]", named) and not line.fw.match("question", named):
        line.note("by_label", "question", f"dibaca sebagai {found.question}")
    return found


@framework.kept()
def _identified(edition: str | None, **said: str) -> tuple[Question | None, _Fault]:
    """Return the question, or why there is none for certain.

    An id or a list's number has the last word, then the label; a code tells labels apart, and alone
    proves a question only where no label stands, or one that reads as that question's.
    """
    fw = framework.load()
    known, names, block = fw.edition_questions.get(edition or "", {}), fw.names, said["block"]
    codes = {id_: q.code.rstrip(".") for id_, q in known.items()}
    coded = [id_ for id_, code in codes.items() if said["code"] and code == said["code"]]
    by_id, by_label = (fw.match("question", said[c]) for c in ("question", "label"))
    of = {column: fw.match(column, said[column]) for column in ("component", "pillar")}
    if said["number"] and not said["question"]:
        numbered = (id_ for id_, q in known.items() if str(q.number) == said["number"])
        by_id = [id_ for id_ in numbered if fw.questions[id_].component in of["component"]]

    def fits(id_: str) -> list[bool]:
        is_in_block = block and id_ in known and normalise(known[id_].block) == normalise(block)
        parts = [getattr(fw.questions[id_], column) in ids for column, ids in of.items()]
        return [*parts, bool(is_in_block), id_ in coded]

    for proof in (by_id, by_label, coded):
        ids = [id_ for id_ in dict.fromkeys(proof) if not known or id_ in known]
        for part in range(4):  # by component, pillar, block and code, where that leaves any
            ids = [id_ for id_ in ids if fits(id_)[part]] or ids
        if ids:
            break
    if len(ids) != 1:
        column = next((c for c in ("question", "number", "label", "code") if said[c]), None)
        if column and ids:
            return None, ("ambiguous", column, f"{' atau '.join(ids)}; tulis ID BUTIR")
        near = suggest.advice("question", said[column]) if column else ""
        where = names["edition"].get(edition or "", "edisi mana pun")
        return None, ("question", column, near and f"bukan butir {where}; {near}")
    question, id_ = fw.questions[ids[0]], ids[0]
    if said["code"] and codes.get(id_, said["code"]) != said["code"]:
        return None, ("question", "code", f"kode {question.label!r} adalah {codes[id_]}")
    if proof is coded and re.search(r"\w", said["label"]):
        near_ids = suggest.reads_as(said["label"])
        if id_ not in near_ids:
            reads = f", tetapi terbaca {names['question'][near_ids[0]]!r}" if near_ids else ""
            return None, ("question", "label", f"kodenya milik {question.label!r}{reads}")
    for column, named in of.items():
        own = getattr(question, column)
        if own and named and own not in named:
            whose = f"{question.label!r} milik {names[column][own]}"
            return None, ("question", column, f"{whose}, bukan {said[column]}")
    return question, ("", None, "")


_KINDS: dict[str, Callable[[Line], Rows]] = {
    **dict.fromkeys(_CELL, _row),
    **dict.fromkeys(("question_scores", "agency_form"), _scored),
    "national_table": _national,
    "survey": _respondent,
}
