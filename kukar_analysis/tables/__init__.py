"""One function a table that a page shows; each returns an empty place where nothing is on record.

Rounding for the eye happens here and in plots.py (formats.py), after all computing.
"""

from kukar_analysis.tables.common import group_name, source, without_table
from kukar_analysis.tables.index import components, neighbours, origins, ranks
from kukar_analysis.tables.pillar import (
    agencies,
    pillar_means,
    pillar_questions,
    quick_wins,
    statistics,
)
from kukar_analysis.tables.quality import (
    arrivals,
    calls,
    findings,
    rejected,
    superseded,
    unanswered,
)
from kukar_analysis.tables.years import components_between, index_years, question_changes

__all__ = [
    "agencies",
    "arrivals",
    "calls",
    "components",
    "components_between",
    "findings",
    "group_name",
    "index_years",
    "neighbours",
    "origins",
    "pillar_means",
    "pillar_questions",
    "question_changes",
    "quick_wins",
    "ranks",
    "rejected",
    "source",
    "statistics",
    "superseded",
    "unanswered",
    "without_table",
]
