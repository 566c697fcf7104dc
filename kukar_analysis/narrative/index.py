"""How high the index is, where it stands, and what carries it or holds it back."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare
from kukar_analysis.display import Shown
from kukar_analysis.narrative.common import stayed_away


def index(year: Any, region: Any) -> Shown:
    """Answer how high the index is, where it stands, and what carries it or holds it back."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    without = no_index(year, place.region)
    if without:
        return without
    return display.prose(
        height(year, place.region),
        *moved(year, place.region),
        *_carried(year, place.region),
        kind="answer",
    )


def height(year: int, code: str) -> str:
    """Say how high the index is and where it stands, of a region that has a printed one."""
    return compare.standing_sentence(year, code)


def other_group(year: Any, region: Any) -> Shown:
    """Say what the same scores would give under the other group's weights, and what that omits."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    return display.prose(*compare.group_sentences(year, place.region))


def no_index(year: int, code: str) -> Shown | None:
    """Return the answer where no table names the region, or it stayed away; else None."""
    record = compare.index_record(year, code)
    if record is not None and record["participated"]:
        return None
    if record is None:
        name = framework.load().regions[code].name
        said = [f"**Indeks {name} {year} belum tercatat.**", compare.standing_sentence(year, code)]
        return display.prose(" ".join(said).strip(), kind="answer")
    return stayed_away(year, code)


def moved(year: int, code: str) -> list[str]:
    """Say how the index moved since last year, as printed."""
    return [said for said in [compare.moved_sentence(year, code)] if said]


def _carried(year: int, code: str) -> list[str]:
    return [said for said in [compare.profile_sentence(year, code)] if said]
