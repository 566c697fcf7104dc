"""Years and peers: where a region stands, and what can and cannot be compared.

Every function answers from data/processed and the definitions; what is not on record is null or
an empty frame, never filled in. Ranks and means use the printed figures of the regions that took
part. Nothing is rounded here but what the ministry's arithmetic rounds.
"""

from kukar_analysis.analysis.compare.change import (
    change_bars,
    change_note,
    change_sentences,
    decompose_change,
)
from kukar_analysis.analysis.compare.field import (
    components,
    missing_field,
    missing_of,
    participants,
    whole_field,
)
from kukar_analysis.analysis.compare.index import (
    MARGIN,
    IndexValue,
    base_of_improvement,
    caveat,
    edition_of,
    improvement,
    index_record,
    index_value,
    indices,
)
from kukar_analysis.analysis.compare.standing import (
    GroupSwap,
    component_gaps,
    component_profile,
    group_sentences,
    moved_sentence,
    profile_sentence,
    ranks,
    standing_sentence,
    target,
    under_other_group,
)
from kukar_analysis.analysis.compare.years import (
    assessed,
    components_between,
    questions_between,
    with_definitions,
)

__all__ = [
    "MARGIN",
    "GroupSwap",
    "IndexValue",
    "assessed",
    "base_of_improvement",
    "caveat",
    "change_bars",
    "change_note",
    "change_sentences",
    "component_gaps",
    "component_profile",
    "components",
    "components_between",
    "decompose_change",
    "edition_of",
    "group_sentences",
    "improvement",
    "index_record",
    "index_value",
    "indices",
    "missing_field",
    "missing_of",
    "moved_sentence",
    "participants",
    "profile_sentence",
    "questions_between",
    "ranks",
    "standing_sentence",
    "target",
    "under_other_group",
    "whole_field",
    "with_definitions",
]
