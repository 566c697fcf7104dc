"""What the figures of a page do not say: assumptions on record, and what is not confirmed."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import told
from kukar_analysis.framework.facts import Assumption

_COPIED = {
    "editions": "aturan pembulatan",
    "weights": "bobot",
    "edition_questions": "butir",
    "surveys": "aturan survei",
}
"""What an edition's facts are called, by file of definitions."""


def limits(year: int, region: str, *topics: str) -> pd.DataFrame:
    """Return what a page about some topics of definitions/assumptions.csv does not say.

    Those of the region and its edition are among them; first stands what is not confirmed.
    """
    edition = compare.edition_of(year, region)
    asked = {*topics, region, *([edition.edition] if edition else [])}
    said = [("unconfirmed", sentence) for sentence in unconfirmed(region, year)]
    said += [] if store.is_confirmed() else [("unconfirmed", told("unconfirmed.sources"))]
    said += [(a.topic, limit(a)) for a in framework.load().assumptions if a.topic in asked]
    return pd.DataFrame(said, columns=["topic", "sentence"], dtype="str")


def limit(assumption: Assumption) -> str:
    """Return an assumption with how it is known, and whose it is."""
    fw = framework.load()
    known, title = fw.names["fact"][assumption.status], fw.citations[assumption.citation].title
    whose = " tim penyusun" if assumption.citation == "project" else f"; {title}"
    return f"{assumption.statement} ({known}{whose})"


def unconfirmed(region: str, *years: int) -> list[str]:
    """Say of each edition that a page of these years stands on what of it is not confirmed.

    Of a year whose table does not name the region these are all its editions.
    """
    editions = framework.load().editions.values()
    own = {year: compare.edition_of(year, region) for year in years}
    found = [e for y, mine in own.items() for e in ([mine] if mine else editions) if e.year == y]
    return [said for e in found if (said := edition_unconfirmed(e.edition))]


def edition_unconfirmed(edition: str) -> str:
    """Say what of an edition was copied from another and is not confirmed; empty where nothing."""
    fw = framework.load()
    counts, found = fw.unconfirmed(edition), fw.edition(edition)
    if not counts or not found.follows:
        return ""
    whole = {"weights": len(fw.weight_facts.get(edition, {})), "edition_questions": found.questions}
    said = [
        name if counts[file] == whole.get(file, 1) else f"{counts[file]} dari {whole[file]} {name}"
        for file, name in _COPIED.items()
        if file in counts
    ]
    before = fw.editions[found.follows]
    return told("unconfirmed.edition", found=found, before=before, said=said)
