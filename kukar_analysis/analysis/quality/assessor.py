"""What an assessor would find in the answers and programmes, before one does.

What is looked for is what evaluations of earlier years complained of: answers without evidence,
scores claimed wider than the programmes, surveys of the wrong people (domain 1.6 and 7; letter of
2023), and claims that official statistics contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.quality.completeness import own_answers
from kukar_analysis.analysis.quality.finding import Finding
from kukar_analysis.analysis.quality.survey import survey

FINDINGS = ["kind", "pillar", "opd", "subject", "detail", "origin"]
_BAND = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*%?\s*(?:-|–|—|s\.?/?d\.?|sampai|hingga)\s*"
    r"(?P<high>\d+(?:[.,]\d+)?)\s*%?",
    re.IGNORECASE,
)


def findings(year: int, region: str) -> pd.DataFrame:
    """Return what an assessor would find in the answers, programmes and survey of a year.

    Columns: kind, pillar, opd, subject, detail, origin. `kind` is one of definitions/findings.csv,
    which says what it means and what to do.
    """
    rows = [
        *_without_evidence(year, region),
        *_without_programme(year, region),
        *_contradictions(year, region),
        *survey(year, region),
    ]
    return pd.DataFrame([vars(row) for row in rows], columns=FINDINGS)


def _without_evidence(year: int, region: str) -> Iterator[Finding]:
    answers = own_answers(year, region)
    # an answer reported without its agency, as by the press, says nothing of its evidence
    bare = answers[answers["is_answered"] & ~answers["has_evidence"] & answers["opd"].notna()]
    for row in bare.itertuples():
        label = framework.load().questions[row.question].label
        yield Finding("without_evidence", _null(row.pillar), _null(row.opd), label, "", row.origin)


def _without_programme(year: int, region: str) -> Iterator[Finding]:
    """Yield pillars and Impact sub-dimensions that claim a score with no programme of their own.

    Nothing is said where no programme list of the year is on record.
    """
    fw = framework.load()
    programmes = store.read("programmes", year=year, region=region)
    listed = programmes[~programmes["is_quick_win"] | programmes["sub_dimension"].notna()]
    if listed.empty:
        return
    claimed = own_answers(year, region)
    claimed = claimed[(claimed["score"] > 0) & claimed["pillar"].notna()]
    for pillar in fw.pillars.values():
        own = claimed[claimed["pillar"] == pillar.pillar]
        if len(own) and pillar.pillar not in set(programmes["pillar"]):
            yield Finding(
                "without_programme", pillar.pillar, None, pillar.name, "", own["origin"].iloc[0]
            )
    surveyed = store.read("survey_responses", year=year, region=region)
    surveyed = surveyed[surveyed["answer"] > 0]
    for part in fw.sub_dimensions.values():
        own = surveyed[surveyed["sub_dimension"] == part.sub_dimension]
        if len(own) and part.sub_dimension not in set(programmes["sub_dimension"].dropna()):
            origin = own["origin"].iloc[0]
            yield Finding("without_programme", part.pillar, None, part.name, "", origin)


def _contradictions(year: int, region: str) -> Iterator[Finding]:
    """Yield answers outside which the newest official statistic up to the year lies."""
    fw = framework.load()
    statistics = store.read("official_statistics", region=region)
    statistics = statistics[statistics["year"] <= year]
    answers = own_answers(year, region)
    for claim in fw.claims:
        known = statistics[statistics["statistic"] == claim.statistic].sort_values("year")
        if known.empty:
            continue
        newest = known.iloc[-1]
        for row in answers[answers["question"] == claim.question].itertuples():
            band = _BAND.search(row.answer) if isinstance(row.answer, str) else None
            if band and not _number(band["low"]) <= newest["value"] <= _number(band["high"]):
                detail = (
                    f"{row.answer} ({year}); {fw.statistics[claim.statistic].name}"
                    f" {str(newest['value']).replace('.', ',')} ({newest['year']},"
                    f" {fw.citations[newest['citation']].beside_figure}; {newest['origin']})"
                )
                label = fw.questions[row.question].label
                yield Finding(
                    "contradicts_statistic", row.pillar, _null(row.opd), label, detail, row.origin
                )


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _null(value: Any) -> Any:
    return None if pd.isna(value) else value
