"""Sentences that branch, as `ka.say.standing(2023, "Kukar")`: each stands beside its frame.

They take year and region as the frames do, and return a text or a list of texts; "" or an empty
list where there is nothing to say.
"""

from kukar_analysis import catalogued, offered

_BY_NAME, _TEXT = catalogued("""
Standing    standing.standing, standing.moved (since last year), standing.profile (what adds and
            costs most), standing.other_group, compare.caveat (of a printed 0,00),
            priorities.target_sentences as target, change.change_sentences as change (two years),
            change.change_note
Firmness    robustness.rank_sentence as rank, robustness.cases_sentence as cases (of frames),
            robustness.rank_missing as unranked (why a rank cannot be simulated)
Pages       standing.certainty, agencies.quality_sentences as quality, agencies.send_back,
            agencies.synergy_sentences as synergy, agencies.agency_sentences as agency,
            programmes.programme_sentences as programmes,
            quick_wins.quick_win_sentences as quick_wins, quick_wins.weights_sentence as weights
""")
__doc__ = (__doc__ or "") + _TEXT
__all__ = sorted(_BY_NAME)


def __getattr__(name: str) -> object:
    return offered(_BY_NAME, name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__name__"]
