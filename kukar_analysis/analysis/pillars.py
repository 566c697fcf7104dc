"""What is on record about a pillar of a region: question scores, events, statistics.

There is no official index per pillar; a pillar's profile is this project's own reading.
"""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.formats import listed, number

_TEXTS = ["component", "sub_dimension", "question", "code", "label", "continuity", "origin"]
QUESTIONS = [*_TEXTS[:5], "score", "last_score", "change", *_TEXTS[5:]]


def pillar_questions(year: int, region: str, pillar: str) -> pd.DataFrame:
    """Return the assessors' question scores of one pillar, with last year's where it is the same.

    Columns: component, sub_dimension, question, code, label, score, last_score (null unless the
    question is the same), change, continuity, origin. In the order of the form; empty where no
    question scores are on record.
    """
    own = compare.assessed(year, region)
    own = compare.with_definitions(own[own["pillar"] == pillar])
    last = compare.questions_between(region, year - 1, year)
    last = last.loc[last["continuity"] == "same", ["question", "from_score"]]
    both = own.merge(last.astype({"question": "str"}), on="question", how="left")
    both = both.rename(columns={"from_score": "last_score"}).astype({"last_score": "float64"})
    both["change"] = both["score"] - both["last_score"]
    return both[QUESTIONS].astype(dict.fromkeys(_TEXTS, "str"))


def means(scores: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Return the plain mean of scores by one or several columns, rounded as the ministry rounds.

    Columns: those of `by`, questions (how many), score. Groups keep the order of the rows; rows
    without a score or a group are left out.
    """
    keys = [by] if isinstance(by, str) else by
    grouped = scores.dropna(subset=["score", *keys]).groupby(keys, sort=False)["score"]
    counts = grouped.size().rename("questions")
    values = grouped.agg(lambda own: float(score.component_score(own))).astype("float64")
    return pd.concat([counts, values], axis=1).reset_index()


def extremes(frame: pd.DataFrame, column: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with the highest and those with the lowest value of a column, ties all."""
    values = frame[column]
    return frame[values == values.max()], frame[values == values.min()]


def moves_sentence(questions: pd.DataFrame) -> str:
    """Say how many questions rose and fell since last year, and which most; "" where none is same.

    Takes a frame with label, change (null unless the question is the same).
    """
    same = questions.dropna(subset="change")
    rose, fell = same[same["change"] > 0], same[same["change"] < 0]
    if same.empty:
        return ""
    said = (
        f"Dari {len(same)} butir yang sama dengan tahun sebelumnya: {len(rose)} naik, {len(fell)}"
        f" turun, {len(same) - len(rose) - len(fell)} tetap."
    )
    for what, most in (
        ("Kenaikan", extremes(rose, "change")[0]),
        ("Penurunan", extremes(fell, "change")[1]),
    ):
        if len(most):
            size = number(most["change"].iloc[0], signed=True)
            said += f" {what} terbesar: {listed(most['label'].tolist())} ({size})."
    return said


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
