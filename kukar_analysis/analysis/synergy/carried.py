"""Agency by pillar: what was asked, what came back, and how the assessors scored the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.quality.completeness import own_answers

FORM = ["question", "component", "pillar", "label"]
CARRIED = ["opd", "pillar", "expected", "questions", "asked", "answered", "with_evidence", "alone"]
SCORED = ["scored", "own_mean", "compared", "own_compared", "assessor_mean", "difference"]


def agencies(year: int, region: str) -> list[str]:
    """Return the agencies that carry a pillar or answered something, in alphabetical order."""
    return sorted(quality.coverage(year, region)["opd"].dropna().unique())


def form(year: int, region: str) -> pd.DataFrame:
    """Return the questions that agencies are asked, in the order of the form.

    Columns: question, component, pillar (null = of none), label. The edition is that of the
    answers, else that of the region's line in the national table. Questions that a survey answers
    are not asked. Empty where the list is not known.
    """
    rows = [
        {"question": q.question, "component": q.component, "pillar": q.pillar, "label": q.label}
        for q in framework.load().asked(_edition(year, region))
    ]
    # a column of nothing but nulls would be one of numbers
    return pd.DataFrame(rows, columns=FORM).astype(pd.StringDtype(na_value=np.nan))


def answers(year: int, region: str) -> pd.DataFrame:
    """Return the answers of named agencies, one row an agency and question.

    Columns: opd, pillar (null = of none), question, score, has_evidence, assessor (the assessors'
    score of the question, null where not on record), difference (score minus assessor), alone
    (no other named agency answered the question), origin.
    """
    own = own_answers(year, region)
    own = own[own["is_answered"] & own["opd"].notna()]
    assessed = compare.assessed(year, region).set_index("question")["score"]
    made = own.assign(
        assessor=own["question"].map(assessed).astype("float64"),
        alone=~own["question"].duplicated(keep=False),
    )
    made["difference"] = made["score"] - made["assessor"]
    columns = ["opd", "pillar", "question", "score", "has_evidence", "assessor", "difference"]
    return made[[*columns, "alone", "origin"]].reset_index(drop=True)


def unnamed(year: int, region: str) -> int:
    """Return how many questions were answered without saying for which agency."""
    own = own_answers(year, region)
    return int(own.loc[own["is_answered"] & own["opd"].isna(), "question"].nunique())


def carried(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar what was asked and answered, and the scores.

    Columns: opd, pillar (null = of none), expected (named as carrying the pillar), questions (of
    the pillar's form; null = not known), asked (in the agency's own form), answered,
    with_evidence, alone (answered by no other named agency); scored (answers with a score),
    own_mean (their plain mean, 0 to 4), compared (of them those that assessors scored too),
    own_compared and assessor_mean (means of these), difference (own_compared minus assessor_mean:
    above 0 the agency claims more than was found). Means are null where nothing stands behind them.
    """
    found = quality.coverage(year, region).dropna(subset="opd")
    listed = form(year, region)
    sizes = listed["pillar"].fillna("").value_counts()
    given = answers(year, region)
    keys = ["opd", "pillar"]
    alone = given.groupby(keys, dropna=False)["alone"].sum().rename("alone").reset_index()
    made = found.merge(alone, on=keys, how="left").merge(means(given, keys), on=keys, how="left")
    counts = ["alone", "scored", "compared"]
    made[counts] = made[counts].fillna(0).astype("int64")
    made["questions"] = made["pillar"].fillna("").map(sizes).astype("float64")
    return made[[*CARRIED, *SCORED]].reset_index(drop=True)


def means(given: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return plain means of own scores and of the assessors' of the same questions.

    `given`: rows of `answers`. Columns: keys, then those of SCORED (see `carried`).
    """
    both = given["difference"].notna()
    columns = given.assign(
        scored=given["score"].notna(),
        compared=both,
        own_compared=given["score"].where(both),
        assessor_mean=given["assessor"].where(both),
    )
    made = columns.groupby(keys, dropna=False).agg(
        scored=("scored", "sum"),
        own_mean=("score", "mean"),
        compared=("compared", "sum"),
        own_compared=("own_compared", "mean"),
        assessor_mean=("assessor_mean", "mean"),
        difference=("difference", "mean"),
    )
    return made.reset_index()


def _edition(year: int, region: str) -> str | None:
    """Return the one edition that the office's answers are of, else that of the national table."""
    found = own_answers(year, region)["edition"].dropna().unique()
    if len(found) == 1:
        return str(found[0])
    edition = compare.edition_of(year, region)
    return edition.edition if edition else None
