"""One function a table that a page shows; each returns an empty place where nothing is on record.

Rounding for the eye happens here and in plots.py (formats.py), after all computing.
"""

from kukar_analysis.tables.change import (
    KINDS,
    SEEN,
    change_by_pillar,
    change_effects,
    effects_of_kind,
)
from kukar_analysis.tables.common import group_name, source
from kukar_analysis.tables.index import components, gaps, neighbours, origins, ranks
from kukar_analysis.tables.priorities import (
    alone,
    rooms,
    shortest_way,
    step_worth,
)
from kukar_analysis.tables.years import components_between, index_years, question_changes

__all__ = [
    "KINDS",
    "SEEN",
    "alone",
    "change_by_pillar",
    "change_effects",
    "components",
    "components_between",
    "effects_of_kind",
    "gaps",
    "group_name",
    "index_years",
    "neighbours",
    "origins",
    "question_changes",
    "ranks",
    "rooms",
    "shortest_way",
    "source",
    "step_worth",
]
