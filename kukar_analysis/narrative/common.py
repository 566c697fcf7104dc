"""What all answers share: the limits, how a value is shown, and who stayed away."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import display, framework, store
from kukar_analysis.analysis import compare
from kukar_analysis.display import Shown
from kukar_analysis.facts import HOW_KNOWN, Assumption
from kukar_analysis.formats import listed, number

_COPIED = {
    "editions": "aturan pembulatan",
    "weights": "bobot",
    "edition_questions": "butir",
    "surveys": "aturan survei",
}
"""What an edition's facts are called, by file of definitions."""


def limits(*topics: Any) -> Shown:
    """List what the figures do not say: the assumptions on record about the topics.

    A topic is `index`, `pillar`, `years`, an edition, or a region code.
    """
    return display.items(_limits(topics), kind="limits")


def limits_of(year: Any, region: Any, *topics: str) -> Shown:
    """List the limits of the topics, of the region, and of the edition it was evaluated under.

    Before them stands what of the year's edition is not confirmed.
    """
    place = framework.load().region(region)
    edition = compare.edition_of(int(year), place.region)
    found = _limits([*topics, place.region, *([edition.edition] if edition else [])])
    bare = [] if store.is_confirmed() else [NOT_CONFIRMED]
    return display.items([*unconfirmed(place.region, int(year)), *bare, *found], kind="limits")


NOT_CONFIRMED = (
    "Keaslian berkas sumber belum dipastikan: catatan penerimaannya (SOURCES.csv) tidak ada."
)


def unconfirmed(region: str, *years: int) -> list[str]:
    """Say of each edition that a page of these years stands on what of it is not confirmed.

    Of a year whose table does not name the region these are all its editions. Empty where all is
    confirmed: the first thing to be said on such a page, and on all else made of it.
    """
    fw = framework.load()
    found = []
    for year in dict.fromkeys(years):
        own = compare.edition_of(year, region)
        of_year = [own] if own else [e for e in fw.editions.values() if e.year == year]
        found += [said for e in of_year if (said := edition_unconfirmed(e.edition))]
    return found


def edition_unconfirmed(edition: str) -> str:
    """Say what of an edition was copied from another and is not confirmed; empty where nothing."""
    fw = framework.load()
    counts, found = fw.unconfirmed(edition), fw.edition(edition)
    if not counts or not found.follows:
        return ""
    whole = {
        "editions": 1,
        "weights": len(fw.weight_facts.get(edition, {})),
        "edition_questions": found.questions,
        "surveys": 1,
    }
    said = [
        name if counts[file] == whole[file] else f"{counts[file]} dari {whole[file]} {name}"
        for file, name in _COPIED.items()
        if file in counts
    ]
    before = fw.editions[found.follows]
    return (
        f"Edisi {found.year} ({fw.groups[found.group].name}) belum dikonfirmasi: {listed(said)}"
        f" disalin dari edisi {before.year} ({fw.groups[before.group].name}), karena aturan"
        f" {found.year} belum tercatat. Angka yang memakainya dapat berubah."
    )


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


def _limits(topics: Iterable[Any]) -> list[str]:
    asked = {str(t) for t in topics}
    return [_limit(a) for a in framework.load().assumptions if a.topic in asked]


def _limit(assumption: Assumption) -> str:
    title = framework.load().citations[assumption.citation].title
    how = HOW_KNOWN[assumption.status]
    return f"{assumption.statement} ({how}; {title})"
