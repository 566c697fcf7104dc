"""Questions of a region, and what else is on record about a pillar: events, statistics.

There is no official index per pillar; a pillar's profile is this project's own reading.
"""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import told

_TEXTS = ["component", "pillar", "sub_dimension", "question", "code", "label", "continuity"]
_TEXTS += ["origin"]
_NUMBERS = ["score", "last_score", "change", "per_point", "gain"]


def worth(edition: str) -> pd.DataFrame:
    """Return what a point on one question of each component is worth in index points.

    per_point = weight / questions, before rounding; null where the list was not seen.
    """
    weights = framework.load().weights.get(edition, {})
    made = pd.DataFrame(list(weights.items()), columns=["component", "weight"])
    asked = compare.form_of(edition)["component"].value_counts()
    made["questions"] = made["component"].map(asked).astype("float64")
    made["per_point"] = made["weight"].astype("float64") / 100 / made["questions"]
    return made.astype({"component": "str", "weight": "int64"})


def questions(year: int, region: str) -> pd.DataFrame:
    """Return the assessors' score of each question, in the order of the form.

    last_score is last year's, null unless the question is the same. per_point: index points a
    point; gain: index points to 4, before rounding, null where not all question scores are on
    record.
    """
    own, edition = compare.assessed(year, region), compare.edition_of(year, region)
    own = compare.with_definitions(own)
    last = compare.questions_between(region, year - 1, year).query("continuity == 'same'")
    last = own["question"].map(last.set_index("question")["from_score"]).astype("float64")
    own = own.assign(last_score=last, change=own["score"] - last)
    each = worth(edition.edition if edition else "").set_index("component")["per_point"]
    own["per_point"] = own["component"].map(each).astype("float64")
    is_whole = edition is not None and len(own) == edition.questions
    gain = own["per_point"] * (score.HIGHEST - own["score"])
    own["gain"] = gain if is_whole else float("nan")
    types = dict.fromkeys(_TEXTS, "str") | dict.fromkeys(_NUMBERS, "float64")
    return own[[*_TEXTS[:6], *_NUMBERS[:3], "continuity", *_NUMBERS[3:], "origin"]].astype(types)


def means(scores: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Return the plain mean of scores by one or several columns, rounded as the ministry rounds.

    questions: how many. Groups keep the order of the rows; without a score or group none counts.
    """
    keys = [by] if isinstance(by, str) else by
    grouped = scores.dropna(subset=["score", *keys]).groupby(keys, sort=False)["score"]
    counts = grouped.size().rename("questions")
    values = grouped.agg(lambda own: float(score.component_score(own))).astype("float64")
    return pd.concat([counts, values], axis=1).reset_index()


def moves(questions: pd.DataFrame) -> str:
    """Say how many questions rose and fell since last year, and which most; "" where none is same.

    Takes a frame with label, change (null unless the question is the same).
    """
    same = questions.dropna(subset="change")
    if same.empty:
        return ""
    rose, fell = same[same["change"] > 0], same[same["change"] < 0]
    most = rose[rose["change"] == rose["change"].max()]["label"]
    least = fell[fell["change"] == fell["change"].min()]["label"]
    sizes = {"rise": same["change"].max(), "fall": same["change"].min()}
    figures = {"most": [*most], "least": [*least], **sizes}
    return told("moves", of=len(same), rose=rose, fell=fell, **figures)


def events(year: int, region: str, pillar: str) -> pd.DataFrame:
    """Return what happened in the evaluation of a region up to a year, for a pillar or for all.

    Columns: date, pillar (null = all), event, document (its citation). In the order of time.
    """
    found = pd.DataFrame(framework.load().events).sort_values("date", kind="stable")
    own = (found["region"] == region) & (found["date"].str[:4].astype(int) <= year)
    own &= found["pillar"].isna() | (found["pillar"] == pillar)
    columns = ["date", "pillar", "event", "document"]
    return found.rename(columns={"citation": "document"}).loc[own, columns].reset_index(drop=True)


def statistics(year: int, region: str, pillar: str) -> pd.DataFrame:
    """Return the newest value up to a year of each statistic shown with a pillar.

    Columns: statistic, year, value, unit_of_measure, citation, origin.
    """
    shown = [s.statistic for s in framework.load().statistics.values() if s.pillar == pillar]
    found = store.read("official_statistics", region=region)
    found = found[(found["year"] <= year) & found["statistic"].isin(shown)]
    newest = found.sort_values("year").groupby("statistic", sort=False).tail(1)
    newest = newest.sort_values("statistic", key=lambda ids: ids.map(shown.index))
    columns = ["statistic", "year", "value", "unit_of_measure", "citation", "origin"]
    return newest[columns].reset_index(drop=True)
