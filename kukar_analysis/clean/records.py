"""One record to typed rows, or to the reasons why not: which table a kind of list fills, and how.

The four kinds of nothing, as the national tables print them:

- blank: the component does not apply to the group (no row);
- 0: took part and scored 0;
- "-": nothing stated, as no earlier year (null);
- 0 in every column: did not take part (`participated` false, scores null).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kukar_analysis import respondents, score, store
from kukar_analysis.clean import questions
from kukar_analysis.clean.line import LEVELS, YES_NO, Line, Rows, number, says_nothing
from kukar_analysis.read.lists import STATEMENT
from kukar_analysis.read.source import UNMAPPED

__all__ = ["Line", "Rows", "parse"]
Row = dict[str, Any]
PERSONAL = "person_"
"""Columns that begin so name a person (definitions/layouts.csv): hashed, never stored."""
_EACH = 3  # statements of a form to a part of its pillar, in order


def parse(line: Line) -> Rows:
    """Return the rows of a record, the one with its key first; none where it has faults."""
    if line.record.rule or line.record.fault:
        line.fault(line.record.rule or "cells", None, line.record.fault or "")
        return []
    rows = _KINDS[line.file.kind](line)
    return [] if line.faults else rows


def _national(line: Line) -> Rows:
    """Return the index row of a region's line, then its component rows."""
    region, edition, fw = line.region, line.edition, line.fw
    if line.faults or region is None or edition is None:
        return []
    printed = {c: line.record.cells.get(c, "") for c in (*fw.components, "index")}
    values = {column: number(text) for column, text in printed.items() if text}
    zeros = values.get("index") == 0 and set(values.values()) == {0}
    participated = line.word("participated", YES_NO, "participated")
    participated = not zeros if participated is None else participated
    stated = [text for text in printed.values() if not says_nothing(text)]
    if participated and (zeros or not stated):
        found = "semua nilainya 0" if zeros else "tidak ada nilainya"
        line.fault("participated", None, f"ikut, tetapi {found}")
    if not participated and any(number(text) != 0 for text in stated):
        line.fault("participated", None, "tidak ikut, tetapi nilainya bukan 0")
    scores = {}
    for component in fw.components:
        if component in fw.weights[edition]:
            scores[component] = line.score(component) if participated else None
        elif participated and not says_nothing(printed[component]):
            line.fault("component", component, f"{component} tidak ada pada {edition}")
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
    """Fault what does not fit together in a row, or is on no record."""
    fw = line.fw
    fact, part = fw.statistics.get(row.get("statistic") or ""), row.get("sub_dimension")
    of = fw.sub_dimensions[part].pillar if part else None
    if fact and row["unit_of_measure"] not in ("", fact.unit_of_measure):
        line.fault("unit", "unit_of_measure", f"{fact.statistic} dalam {fact.unit_of_measure}")
    if row.get("citation") and row["citation"] not in fw.citations:
        line.fault("citation", "citation")
    if of and row["pillar"] not in (None, of):
        line.fault("sub_dimension", "sub_dimension", f"bagian {of}, bukan {row['pillar']}")
    edition, component = row.get("edition"), row.get("component")
    if not line.faults and edition and component not in fw.weights[edition]:
        line.fault("component", "component", f"{component} tidak ada pada {edition}")


def _number_of_agencies(line: Line, column: str) -> int:
    text = line.text(column) or ("1" if line.text("opd") else line.needed(column))
    if text and not re.fullmatch(r"[1-9]\d{0,3}", text):
        line.fault("number", column)
        return 0
    return int(text or 0)


def _value(line: Line, column: str) -> float | None:
    text = line.needed(column)
    value = number(text)
    if text and value is None:
        line.fault("number", column)
    return value


def _carrier(line: Line, column: str) -> str | None:
    found = line.agencies
    if len(found) > 1:
        line.fault(column, column, " dan ".join(found))
    return found[0] if found else None


_READ: dict[str, Callable[[Line, str], Any]] = {
    **dict.fromkeys(("aspect", "component", "statistic"), Line.name),
    **dict.fromkeys(("digital_part", "status", "sub_dimension"), Line.known),
    **dict.fromkeys(("citation", "kind", "text", "unit_of_measure"), Line.needed),
    **dict.fromkeys(("budget", "realisation", "target", "users"), Line.amount),
    **dict.fromkeys(("impact", "likelihood"), lambda line, c: line.word(c, LEVELS, "risk")),
    "agencies": _number_of_agencies,
    "edition": lambda line, column: line.edition,
    "is_quick_win": lambda line, column: line.word(column, YES_NO, column) or False,
    "opd": _carrier,
    "pillar": Line.name,
    "programme": lambda line, column: " ".join(line.needed(column).split()),
    "score": lambda line, column: line.score(column) if line.stated(column) else None,
    "value": _value,
}
"""How a column is read, unless a kind of list reads it in a way of its own."""


def _one_row(
    table: str, at: str | None, **own: Callable[[Line, str], Any]
) -> Callable[[Line], Rows]:
    """Return the parser of a kind of list whose record is one row.

    `at` is the column of the cell that is the origin; None: the line.
    """

    def rows(line: Line) -> Rows:
        row: Row = {"year": line.year, "region": line.region}
        for column in store.SCHEMAS[table].columns:
            if column not in (*row, "origin"):
                row[column] = (_READ | own)[column](line, column)
        _check(line, row)
        return [(table, row | {"origin": line.origin(at)})]

    return rows


def _respondent(line: Line) -> Rows:
    """Return a row for each statement that the form asks; one left blank is null.

    A pillar or sub-dimension that is not named is a fault: the answers would be of nothing.
    """
    if line.record.cells.get("pillar") is None:
        ask = f"tulis di nama berkas atau lembarnya, atau `kukar map {line.file.name}`"
        line.fault("needed", "pillar", f"pilar yang dinilai tidak disebut; {ask}")
        return []
    pillar, part = line.name("pillar"), line.known("sub_dimension")
    own = [id_ for id_, s in line.fw.sub_dimensions.items() if s.pillar == pillar]
    if part and part not in own and not line.faults:
        line.fault("sub_dimension", "sub_dimension", f"bukan bagian {pillar}")
    shared = {"year": line.year, "region": line.region, "pillar": pillar}
    shared |= {"programme": line.stated("programme"), "respondent": who(line.record.cells)}
    parts = dict(enumerate((id_ for id_ in own for _ in range(_EACH)), start=1))
    rows: Rows = []
    for column in (c for c in line.file.headings if c.startswith(STATEMENT)):
        number, text = int(column.removeprefix(STATEMENT)), line.stated(column)
        if text not in (None, "0", "1", "2", "3", "4"):
            line.fault("answer", column, UNMAPPED if text == UNMAPPED else "")
        else:
            answer = None if text is None else float(text)
            about = {"sub_dimension": part or parts.get(number), "statement": number}
            row = {**shared, **about, "answer": answer, "origin": line.origin(column)}
            rows.append(("survey_responses", row))
    return rows


def who(cells: Mapping[str, str]) -> str | None:
    """Return the hash of who answered: from what names them, or as it stands in the list already.

    It stands there where the office had the names deleted (`kukar forget-names`).
    """
    told = cells.get("respondent", "")
    if re.fullmatch(r"[0-9a-f]{16}", told):
        return told
    named = {c: t for c, t in cells.items() if c.startswith(PERSONAL)}
    return respondents.respondent({**named, "person_number": told} if told else named)


_KINDS: dict[str, Callable[[Line], Rows]] = {
    "national_table": _national,
    "question_scores": questions.listed,
    "agency_form": questions.form,
    "survey": _respondent,
    "component_scores": _one_row(
        "component_scores", "mean", score=lambda line, _: line.score("mean")
    ),
    "programmes": _one_row("programmes", "programme"),
    "quick_wins": _one_row(
        "programmes", "programme", is_quick_win=lambda line, column: True, opd=Line.known
    ),
    "quick_win_aspects": _one_row("quick_win_aspects", "score"),
    "assessor_notes": _one_row("assessor_notes", None, pillar=Line.known),
    "pillar_agencies": _one_row("pillar_agencies", "agencies", opd=Line.known),
    "official_statistics": _one_row("official_statistics", "value"),
}
