"""Questions of a region, and what each may add to the index.

There is no official index per pillar; a pillar's profile is this project's own reading.
"""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import tidy

_QUESTIONS = "component pillar sub_dimension question code label score last_score change continuity"
_QUESTIONS += " per_point gain origin"


def worth(edition: str) -> pd.DataFrame:
    """Return what a point on one question of each component is worth in index points.

    per_point = weight / questions, before rounding; null where the list was not seen.
    """
    weights = framework.load().weights.get(edition, {})
    made = pd.DataFrame(weights.items(), columns=["component", "weight"])
    made["questions"] = made["component"].map(compare.form_of(edition)["component"].value_counts())
    made["per_point"] = made["weight"].astype("float64") / 100 / made["questions"]
    return tidy(made, "component weight questions per_point", weight="int64")


def questions(year: int, region: str) -> pd.DataFrame:
    """Return the assessors' score of each question, in the order of the form.

    last_score is last year's, null unless the question is the same. per_point: index points a
    point; gain: index points to 4, before rounding, null where not all question scores are on
    record.
    """
    edition = compare.edition_of(year, region)
    own = compare.with_definitions(compare.assessed(year, region))
    last = compare.questions_between(region, year - 1, year).query("continuity == 'same'")
    last = own["question"].map(last.set_index("question")["from_score"]).astype("float64")
    each = worth(edition.edition if edition else "").set_index("component")["per_point"]
    per_point = own["component"].map(each).astype("float64")
    is_whole = edition is not None and len(own) == edition.questions
    gain = per_point * (score.HIGHEST - own["score"])
    own = own.assign(
        last_score=last,
        change=own["score"] - last,
        per_point=per_point,
        gain=gain if is_whole else float("nan"),
    )
    return tidy(own, _QUESTIONS)


def means(scores: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Return the plain mean of scores by one or several columns, rounded as the ministry rounds.

    questions: how many. Groups keep the order of the rows; without a score or group none counts.
    """
    keys = [by] if isinstance(by, str) else by
    grouped = scores.dropna(subset=["score", *keys]).groupby(keys, sort=False)["score"]
    counts = grouped.size().rename("questions")
    values = grouped.agg(lambda own: float(score.component_score(own))).astype("float64")
    return pd.concat([counts, values], axis=1).reset_index()
