"""What all answers share: the limits, how a value is shown, and who stayed away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import compare, display, framework
from kukar_analysis.display import Shown
from kukar_analysis.facts import Assumption
from kukar_analysis.formats import number

_HOW_KNOWN = {"seen": "terlihat", "inferred": "disimpulkan", "assumed": "anggapan"}


def limits(*topics: Any) -> Shown:
    """List what the figures do not say: the assumptions on record about the topics.

    A topic is `index`, `pillar`, `years`, an edition, or a region code.
    """
    fw = framework.load()
    asked = {str(t) for t in topics}
    found = [a for a in fw.assumptions if a.topic in asked]
    return display.items([_limit(a) for a in found], kind="limits")


def limits_of(year: Any, region: Any, *topics: str) -> Shown:
    """List the limits of the topics, of the region, and of the edition it was evaluated under."""
    place = framework.load().region(region)
    edition = compare.edition_of(int(year), place.region)
    return limits(*topics, place.region, *([edition.edition] if edition else []))


def value_shown(value: compare.IndexValue) -> str:
    """Return an index as printed, as implied with its margin, or why there is none."""
    if value.known == "printed":
        return number(value.value)
    if value.known == "implied":
        return f"{number(value.value)} tersirat, ±{number(compare.MARGIN)}"
    return "tidak ikut" if value.known == "absent" else "tidak tercatat"


def stayed_away(year: int, code: str) -> Shown:
    """Return the answer for a region that did not take part."""
    return display.prose(
        f"**{framework.load().regions[code].name} tidak ikut evaluasi {year}.** Tabel nasional"
        " mencetak 0 di semua kolomnya; angka itu bukan nilai dan tidak dipakai.",
        kind="answer",
    )


def improvement(year: int, code: str) -> Decimal | None:
    """Return the improvement as printed, or None where none is stated."""
    record = compare.index_record(year, code)
    if record is None or pd.isna(record["improvement_published"]):
        return None
    return Decimal(str(round(record["improvement_published"], 2)))


def _limit(assumption: Assumption) -> str:
    title = framework.load().citations[assumption.citation].title
    how = _HOW_KNOWN[assumption.status]
    return f"{assumption.statement} ({how}; {title})"
