"""How complete and sound a year's answers are, before the assessors see them."""

from __future__ import annotations

from kukar_analysis import framework, store
from kukar_analysis.analysis.quality.assessor import findings
from kukar_analysis.analysis.quality.completeness import (
    arrivals,
    collected,
    coverage,
    rejected,
    silent,
    superseded,
    unanswered,
    year,
    years,
)

__all__ = [
    "arrivals",
    "collected",
    "coverage",
    "findings",
    "rejected",
    "silent",
    "summary",
    "superseded",
    "unanswered",
    "year",
    "years",
]


def summary() -> list[str]:
    """Return in two lines what is missing and what an assessor would find, of the newest forms."""
    answers = store.read("question_scores")
    answers = answers[(answers["source"] == "self") & answers["opd"].notna()]
    if answers.empty:
        return ["no agency's form is there yet"]
    newest = answers.sort_values("year").iloc[-1]
    when, region = int(newest["year"]), str(newest["region"])
    place = f"{when} {framework.load().regions[region].name}"
    found = coverage(when, region)
    expected = found[found["expected"]]
    lacking = silent(when, region)["opd"]
    said = f"{place}: {int((expected['answered'] > 0).sum())} of {len(expected)} agency and pillar"
    said += f" pairs answered, {len(unanswered(when, region))} questions answered by nobody"
    calls = f"; to telephone: {', '.join(lacking)}" if len(lacking) else ""
    counts = findings(when, region)["kind"].value_counts()
    kinds = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "nothing"
    return [said + calls, f"{place}: an assessor would find {kinds}"]
