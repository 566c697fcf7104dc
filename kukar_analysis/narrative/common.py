"""What all answers share: the limits, how a value is shown, and who stayed away."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare
from kukar_analysis.analysis import limits as told
from kukar_analysis.analysis.compare import improvement
from kukar_analysis.display import Shown

__all__ = ["improvement"]


def limits(*topics: Any) -> Shown:
    """List what the figures do not say: the assumptions on record about the topics.

    A topic is `index`, `pillar`, `years`, an edition, or a region code.
    """
    asked = {str(t) for t in topics}
    found = [told.limit(a) for a in framework.load().assumptions if a.topic in asked]
    return display.items(found, kind="limits")


def limits_of(year: Any, region: Any, *topics: str) -> Shown:
    """List the limits of the topics, of the region, and of the edition it was evaluated under."""
    place = framework.load().region(region)
    return display.items(told.limits(int(year), place.region, *topics)["sentence"], kind="limits")


def value_shown(value: compare.IndexValue) -> str:
    """Return an index as printed, as implied with its margin, or why there is none."""
    return str(value)


def stayed_away(year: int, code: str) -> Shown:
    """Return the answer for a region that did not take part."""
    return display.prose(
        f"**{framework.load().regions[code].name} tidak ikut evaluasi {year}.** Tabel nasional"
        " mencetak 0 di semua kolomnya; angka itu bukan nilai dan tidak dipakai.",
        kind="answer",
    )
