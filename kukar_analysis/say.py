"""Sentences that branch, as `ka.say.standing(2023, "Kukar")`: each stands beside its frame.

Standing    standing, moved (since last year), profile (what adds and costs most), other_group,
            caveat (of a printed 0,00); target, change (two years), change_note
Firmness    rank, cases (of frames), unranked (why a rank cannot be simulated)
Pages       certainty, quality, synergy, agency, send_back, programmes,
            quick_wins, weights, moves (of a frame)

Each takes year and region as the frames do, and returns a text or a list of texts; "" or an empty
list where there is nothing to say.
"""

from __future__ import annotations

from kukar_analysis.offer import offered

SAID = {
    "agency": "analysis.office:agency_sentences",
    "cases": "analysis.robustness:cases_sentence",
    "caveat": "analysis.compare:caveat",
    "certainty": "analysis.standing:certainty",
    "change": "analysis.change:change_sentences",
    "change_note": "analysis.change:change_note",
    "moved": "analysis.standing:moved_sentence",
    "moves": "analysis.pillars:moves",
    "other_group": "analysis.standing:group_sentences",
    "profile": "analysis.standing:profile_sentence",
    "programmes": "analysis.programmes:programme_sentences",
    "quality": "analysis.office:quality_sentences",
    "quick_wins": "analysis.quick_wins:quick_win_sentences",
    "rank": "analysis.robustness:rank_sentence",
    "send_back": "analysis.office:send_back",
    "standing": "analysis.standing:standing_sentence",
    "synergy": "analysis.office:synergy_sentences",
    "target": "analysis.priorities:target_sentences",
    "unranked": "analysis.robustness:rank_missing",
    "weights": "analysis.quick_wins:weights_sentence",
}
"""What is offered, and where it stands."""
__all__ = sorted(SAID)


def __getattr__(name: str) -> object:
    return offered(SAID, name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__name__"]
