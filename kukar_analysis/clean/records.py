"""One record to typed rows, or to the reasons why not."""

from __future__ import annotations

from collections.abc import Callable

from kukar_analysis.clean import lists, office, questions, survey
from kukar_analysis.clean.line import Line, Rows

__all__ = ["Line", "Rows", "parse"]


def parse(line: Line) -> Rows:
    """Return the rows of a record, the one with its key first; none where it has faults."""
    if line.record.fault:
        rule = "correction" if line.record.fault.startswith("dropped: ") else "cells"
        line.fault(rule, line.record.fault)
        return []
    rows = _PARSERS[line.file.kind](line)
    return [] if line.faults else rows


_PARSERS: dict[str, Callable[[Line], Rows]] = {
    "national_table": lists.national,
    "component_scores": lists.component,
    "question_scores": questions.listed,
    "agency_form": questions.form,
    "survey": survey.respondent,
    "programmes": office.programme,
    "quick_win_aspects": office.aspect,
    "quick_wins": lists.quick_win,
    "assessor_notes": office.note,
    "pillar_agencies": lists.pillar_agencies,
    "official_statistics": lists.statistic,
}
