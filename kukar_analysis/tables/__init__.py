"""One function a table that a page shows; each returns an empty place where nothing is on record.

Rounding for the eye happens here and in plots.py (formats.py), after all computing.
"""

from kukar_analysis.tables.agency import (
    agency_answers,
    agency_files,
    agency_findings,
    agency_missing,
    agency_programmes,
    agency_rejected,
)
from kukar_analysis.tables.change import (
    KINDS,
    SEEN,
    change_by_pillar,
    change_effects,
    effects_of_kind,
)
from kukar_analysis.tables.common import group_name, source
from kukar_analysis.tables.index import components, gaps, neighbours, origins, ranks, standouts
from kukar_analysis.tables.priorities import (
    alone,
    rooms,
    shortest_way,
    step_worth,
)
from kukar_analysis.tables.quality import (
    arrivals,
    calls,
    findings,
    rejected,
    superseded,
    unanswered,
)
from kukar_analysis.tables.synergy import carried, leaning_agencies, leaning_pillars
from kukar_analysis.tables.years import components_between, index_years, question_changes

__all__ = [
    "KINDS",
    "SEEN",
    "agency_answers",
    "agency_files",
    "agency_findings",
    "agency_missing",
    "agency_programmes",
    "agency_rejected",
    "alone",
    "arrivals",
    "calls",
    "carried",
    "change_by_pillar",
    "change_effects",
    "components",
    "components_between",
    "effects_of_kind",
    "findings",
    "gaps",
    "group_name",
    "index_years",
    "leaning_agencies",
    "leaning_pillars",
    "neighbours",
    "origins",
    "question_changes",
    "ranks",
    "rejected",
    "rooms",
    "shortest_way",
    "source",
    "standouts",
    "step_worth",
    "superseded",
    "unanswered",
]
