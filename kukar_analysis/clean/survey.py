"""Records of a survey: one respondent's answers, without anything that names the respondent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kukar_analysis import respondents
from kukar_analysis.clean.line import Line, Rows

PERSONAL = "person_"
"""Columns that begin so name a person (definitions/layouts.csv): hashed, never stored."""
_EACH = 3
"""Statements of a form to a part of its pillar, in order."""


def respondent(line: Line) -> Rows:
    """Return a row for each statement that the form asks; one left blank is null.

    A pillar or sub-dimension that is not named is a fault: the answers would be of nothing.
    """
    shared = {"year": line.year, "region": line.region, "pillar": _pillar(line)}
    part = line.known("sub_dimension")
    own = [id_ for id_, s in line.fw.sub_dimensions.items() if s.pillar == shared["pillar"]]
    if part and part not in own and not line.faults:
        line.fault("sub_dimension", f"is no part of {shared['pillar']}", "sub_dimension")
    shared |= {"programme": line.stated("programme"), "respondent": who(line.record.cells)}
    parts = dict(enumerate((id_ for id_ in own for _ in range(_EACH)), start=1))
    rows: Rows = []
    for column in line.file.headings:
        if column.startswith("statement_"):
            number = int(column.removeprefix("statement_"))
            row = {
                **shared,
                "sub_dimension": part or parts.get(number),
                "statement": number,
                "answer": _answer(line, column),
                "origin": line.origin(column),
            }
            rows.append(("survey_responses", row))
    return rows


def _pillar(line: Line) -> str | None:
    if line.record.cells.get("pillar") is None:
        ask = f"tulis pilar di nama berkas atau lembarnya, atau `kukar map {line.file.name}`"
        line.fault("needed", f"pilar yang dinilai tidak disebut; {ask}", "pillar")
        return None
    return line.name("pillar")


def who(cells: Mapping[str, str]) -> str | None:
    """Return the hash of who answered: from what names them, or as it stands in the list already.

    It stands there where the office had the names deleted (`kukar forget-names`).
    """
    told = cells.get("respondent", "")
    if re.fullmatch(r"[0-9a-f]{16}", told):
        return told
    named = {c: t for c, t in cells.items() if c.startswith(PERSONAL)}
    return respondents.respondent({**named, "person_number": told} if told else named)


def _answer(line: Line, column: str) -> float | None:
    text = line.stated(column)
    if text not in (None, "0", "1", "2", "3", "4"):
        line.fault("answer", "expected 0, 1, 2, 3 or 4", column)
        return None
    return None if text is None else float(text)
