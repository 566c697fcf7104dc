"""Records of a survey: one respondent's answers, without anything that names the respondent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kukar_analysis import respondents
from kukar_analysis.clean.line import Line, Rows
from kukar_analysis.read.headings import STATEMENT
from kukar_analysis.read.source import UNMAPPED

PERSONAL = "person_"
"""Columns that begin so name a person (definitions/layouts.csv): hashed, never stored."""
_EACH = 3  # statements of a form to a part of its pillar, in order


def respondent(line: Line) -> Rows:
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
