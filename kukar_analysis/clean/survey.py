"""Records of a survey: one respondent's answers, without anything that names the respondent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kukar_analysis import framework, respondents
from kukar_analysis.clean.line import Line, Rows
from kukar_analysis.framework.facts import SubDimension

PERSONAL = "person_"
"""Columns that begin so name a person (definitions/layouts.csv): hashed, never stored."""
_HASH = re.compile(r"[0-9a-f]{16}")


def respondent(line: Line) -> Rows:
    """Return a row for each statement that the form asks; one left blank is null.

    A pillar or sub-dimension that is not named is a fault: the answers would be of nothing.
    """
    year, region = line.year(), line.region()
    pillar = line.named("pillar", "pillar")
    part = line.named("sub_dimension", "sub_dimension", needed=False)
    parts = [s for s in framework.load().sub_dimensions.values() if s.pillar == pillar]
    if part and part not in [s.sub_dimension for s in parts] and not line.faults:
        line.fault("sub_dimension", f"is no part of {pillar}", "sub_dimension")
    shared = {
        "year": year,
        "region": region,
        "pillar": pillar,
        "programme": line.stated("programme"),
        "respondent": who(line.record.cells),
    }
    rows: Rows = []
    for column in line.file.headings:
        if not column.startswith("statement_"):
            continue
        number = int(column.removeprefix("statement_"))
        row = {
            **shared,
            "sub_dimension": part or _part(parts, number),
            "statement": number,
            "answer": _answer(line, column),
            "origin": line.origin(column),
        }
        rows.append(("survey_responses", row))
    return rows


def who(cells: Mapping[str, str]) -> str | None:
    """Return the hash of who answered: from what names them, or as it stands in the list already.

    It stands there where the office had the names deleted (`kukar forget-names`).
    """
    named = {c: t for c, t in cells.items() if c.startswith(PERSONAL)}
    told = cells.get("respondent", "")
    if _HASH.fullmatch(told):
        return told
    return respondents.respondent({**named, "person_number": told} if told else named)


def _part(parts: list[SubDimension], number: int) -> str | None:
    """Return the part of the pillar that a statement is about: three to a part, in order."""
    each = 3
    return parts[(number - 1) // each].sub_dimension if 0 < number <= each * len(parts) else None


def _answer(line: Line, column: str) -> float | None:
    text = line.stated(column)
    if text is None:
        return None
    if text not in ("0", "1", "2", "3", "4"):
        line.fault("answer", "expected 0, 1, 2, 3 or 4", column)
        return None
    return float(text)
