"""What is on record about a pillar of a region: question scores, quick wins, agencies, statistics.

There is no official index per pillar; a pillar's profile is this project's own reading.
"""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.facts import NOTE_KINDS


def questions(year: int, region: str, pillar: str) -> pd.DataFrame:
    """Return the assessors' question scores of one pillar, with last year's where it is the same.

    Columns: component, sub_dimension, question, code, label, score, last_score (null unless the
    question is the same), change, continuity, origin. In the order of the form; empty where no
    question scores are on record.
    """
    columns = ["component", "sub_dimension", "question", "code", "label", "score", "last_score"]
    columns += ["change", "continuity", "origin"]
    own = compare.assessed(year, region)
    own = own[own["pillar"] == pillar]
    if own.empty:
        return pd.DataFrame(columns=columns)
    last = compare.questions_between(region, year - 1, year)
    last = last.loc[last["continuity"] == "same", ["question", "from_score"]]
    both = compare.with_definitions(own).merge(last, on="question", how="left")
    both = both.rename(columns={"from_score": "last_score"})
    both["last_score"] = both["last_score"].astype("float64")
    return both.assign(change=both["score"] - both["last_score"])[columns]


def means(questions: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the plain mean of question scores by a column, rounded as the ministry rounds.

    Columns: `by`, questions (how many), score. Groups keep the order of the form.
    """
    scored = questions.dropna(subset=["score", by])
    rows = [
        {by: key, "questions": len(own), "score": float(score.component_score(own["score"]))}
        for key, own in scored.groupby(by, sort=False)
    ]
    return pd.DataFrame(rows, columns=[by, "questions", "score"])


def advice(year: int, region: str, pillar: str) -> pd.DataFrame:
    """Return the assessors' notes on a pillar of last year and this, last year's first.

    Columns: year, kind (weakness, strength, advice), text, origin. Notes of no pillar count for
    all. Empty where no notes are on record.
    """
    found = store.read("assessor_notes", region=region)
    found = found[found["year"].isin([year - 1, year])]
    found = found[found["pillar"].isna() | (found["pillar"] == pillar)]
    order = found["kind"].map(list(NOTE_KINDS)[::-1].index)
    return found.assign(place=order).sort_values(["year", "place"], kind="stable")[
        ["year", "kind", "text", "origin"]
    ]


def quick_wins(region: str, year: int) -> pd.DataFrame:
    """Return the quick wins on record up to a year: year, pillar, programme, opd, origin."""
    found = store.read("programmes", region=region)
    found = found[found["is_quick_win"] & (found["year"] <= year)]
    return found.sort_values("year")[["year", "pillar", "programme", "opd", "origin"]]


def agencies(region: str, year: int) -> pd.DataFrame:
    """Return the agencies of each pillar on record in a year: pillar, opd, agencies, origin."""
    found = store.read("pillar_agencies", year=year, region=region)
    return found[["pillar", "opd", "agencies", "origin"]]


def statistics(region: str, year: int, pillar: str) -> pd.DataFrame:
    """Return the newest value up to a year of each statistic shown with a pillar.

    Columns: statistic, name, year, value, unit_of_measure, decimals, citation, origin.
    """
    shown = {s.statistic: s for s in framework.load().statistics.values() if s.pillar == pillar}
    found = store.read("official_statistics", region=region)
    found = found[(found["year"] <= year) & found["statistic"].isin(shown)]
    newest = found.sort_values("year").groupby("statistic", sort=False).tail(1)
    newest = newest.set_index("statistic").reindex(
        [s for s in shown if s in set(found["statistic"])]
    )
    newest = newest.reset_index()
    return newest.assign(
        name=[shown[s].name for s in newest["statistic"]],
        decimals=[shown[s].decimals for s in newest["statistic"]],
    )[["statistic", "name", "year", "value", "unit_of_measure", "decimals", "citation", "origin"]]
