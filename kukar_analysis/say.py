"""Sentences that branch, as `ka.say.standing(2023, "Kukar")`: each stands beside its frame.

Standing    standing, moved (since last year), profile (what adds and costs most), other_group,
            caveat (of a printed 0,00); target, change (two years), change_note
Firmness    rank, cases (of frames), unranked (why a rank cannot be simulated)
Pages       certainty, quality, synergy, agency, send_back, programmes,
            quick_wins, weights

Each takes year and region as the frames do, and returns a text or a list of texts; "" or an empty
list where there is nothing to say.
"""

from __future__ import annotations

from kukar_analysis import offered, offers

SAID = {
    "agencies": "agency=agency_sentences quality=quality_sentences send_back"
    " synergy=synergy_sentences",
    "change": "change=change_sentences change_note",
    "compare": "caveat",
    "priorities": "target=target_sentences",
    "programmes": "programmes=programme_sentences",
    "quick_wins": "quick_wins=quick_win_sentences weights=weights_sentence",
    "robustness": "cases=cases_sentence rank=rank_sentence unranked=rank_missing",
    "standing": "certainty moved other_group profile standing",
}
"""The functions that are offered, by module of analysis/."""
_BY_NAME = offers(SAID)
__all__ = sorted(_BY_NAME)


def __getattr__(name: str) -> object:
    return offered(_BY_NAME, name)


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__name__"]
