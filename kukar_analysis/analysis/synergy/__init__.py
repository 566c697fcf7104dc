"""Who carries what: agencies and pillars, who leans on whom, and the page for one agency.

Built on what quality counts of the forms. An agency that is not named is counted nowhere; where
nothing is on record a number is null, never 0.
"""

from kukar_analysis.analysis.synergy.agency import (
    files,
    findings,
    programmes,
    questions,
    rejected,
    state,
)
from kukar_analysis.analysis.synergy.carried import agencies, carried, form, unnamed
from kukar_analysis.analysis.synergy.leaning import LEANS, against_assessors, by_agency, by_pillar

__all__ = [
    "LEANS",
    "against_assessors",
    "agencies",
    "by_agency",
    "by_pillar",
    "carried",
    "files",
    "findings",
    "form",
    "programmes",
    "questions",
    "rejected",
    "state",
    "unnamed",
]
