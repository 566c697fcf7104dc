"""The answers in words: the first thing a notebook shows, and its limits at the end.

Every number in a sentence is computed elsewhere; what is not known is said to be not known.
"""

from kukar_analysis.narrative.common import limits, limits_of
from kukar_analysis.narrative.index import index, other_group
from kukar_analysis.narrative.priorities import raising
from kukar_analysis.narrative.years import comparability, years

__all__ = [
    "comparability",
    "index",
    "limits",
    "limits_of",
    "other_group",
    "raising",
    "years",
]
