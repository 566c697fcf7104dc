"""What arrived, who is still to answer, and what was rejected or corrected."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.errors import UsageError

COVERAGE = ["opd", "pillar", "expected", "asked", "answered", "with_evidence", "files"]


def years() -> list[int]:
    """Return the years that have an edition or raw files, in order."""
    names = store.read("files")["file"]
    return sorted({*framework.load().years(), *(int(name[:4]) for name in names)})


def year(asked: Any) -> int:
    """Return a notebook's year parameter; UsageError where nothing of that year is there."""
    known = years()
    if str(asked) not in map(str, known):
        raise UsageError(f"year {asked!r} has no files; known: {', '.join(map(str, known))}")
    return int(asked)


def arrivals(year: int, region: str) -> pd.DataFrame:
    """Return the files of a year's folder, and who they speak for.

    Columns: file, kind, opd (agencies in it, joined by ", "), rows_read, rows_kept,
    rows_rejected, rows_duplicate.
    """
    files = store.read("files", year=year)
    agencies = store.read("question_scores", year=year, region=region).dropna(subset="opd")
    by_file = agencies.groupby(agencies["origin"].map(places.file_of))["opd"].unique()
    named = files["file"].map(lambda name: ", ".join(by_file.get(name, ())))
    columns = ["file", "kind", "opd", *(c for c in files if c.startswith("rows_"))]
    return files.assign(opd=named)[columns].reset_index(drop=True)


def coverage(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar what was asked and what came back.

    Columns: opd, pillar (null = questions of no pillar), expected (named as carrying the pillar),
    asked, answered, with_evidence (numbers of questions), files. Agencies in alphabetical order.
    """
    answers = own_answers(year, region)
    counts = (
        answers.assign(file=answers["origin"].map(places.file_of))
        .groupby(["opd", "pillar"], dropna=False)
        .agg(
            asked=("question", "nunique"),
            answered=("is_answered", "sum"),
            with_evidence=("has_evidence", "sum"),
            files=("file", "nunique"),
        )
        .reset_index()
    )
    carried = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carried = carried[["opd", "pillar"]].drop_duplicates().assign(expected=True)
    both = carried.merge(counts, on=["opd", "pillar"], how="outer")
    both["expected"] = both["expected"].eq(True)
    numbers = ["asked", "answered", "with_evidence", "files"]
    both[numbers] = both[numbers].fillna(0).astype("int64")
    # a form lists its pillar's questions for every agency: blank rows of no pillar of one's own
    both = both[both["expected"] | (both["answered"] > 0)]
    return both[COVERAGE].sort_values(["opd", "pillar"]).reset_index(drop=True)


def silent(year: int, region: str) -> pd.DataFrame:
    """Return the agencies to telephone: those with a pillar of which nothing is answered.

    Columns: opd, name, pillars (ids, joined by ", "), arrived (whether anything came from it).
    """
    found = coverage(year, region)
    lacking = found[found["answered"] == 0]
    heard = set(found.loc[found["answered"] > 0, "opd"])
    names = framework.load().opd
    rows = [
        {
            "opd": opd,
            "name": names[str(opd)].name,
            "pillars": ", ".join(own["pillar"]),
            "arrived": opd in heard,
        }
        for opd, own in lacking.groupby("opd")
    ]
    return pd.DataFrame(rows, columns=["opd", "name", "pillars", "arrived"])


def unanswered(year: int, region: str) -> pd.DataFrame:
    """Return the questions of the form that nobody answered.

    Columns: question, component, pillar, label, agencies (that carry the pillar, joined by ", ").
    Empty where no form of the year arrived, or its questions are not known. Questions that a
    survey answers are not asked in forms.
    """
    fw = framework.load()
    columns = ["question", "component", "pillar", "label", "agencies"]
    answers = own_answers(year, region)
    editions = answers["edition"].dropna().unique()
    if len(editions) != 1:
        return pd.DataFrame(columns=columns)
    done = set(answers.loc[answers["is_answered"], "question"])
    carried = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    by_pillar = carried.groupby("pillar")["opd"].unique()
    rows = [
        {
            "question": q.question,
            "component": q.component,
            "pillar": q.pillar,
            "label": q.label,
            "agencies": ", ".join(by_pillar.get(q.pillar, ())),
        }
        for q in fw.asked(str(editions[0]))
        if q.question not in done
    ]
    return pd.DataFrame(rows, columns=columns)


def rejected(year: int) -> pd.DataFrame:
    """Return what was rejected in a year's files, without what a later file superseded.

    Columns: origin, column, value, rule, reason.
    """
    found = store.read("rejected", year=year)
    found = found[found["rule"] != "superseded"]
    return found[["origin", "column", "value", "rule", "reason"]].reset_index(drop=True)


def superseded(year: int) -> pd.DataFrame:
    """Return what later files of a year changed ("ralat"). Columns: origin, reason."""
    found = store.read("rejected", year=year)
    found = found[found["rule"] == "superseded"]
    return found[["origin", "reason"]].reset_index(drop=True)


def collected(year: int, region: str) -> bool:
    """Whether there is anything of a year to look into: an office's answers, or a survey."""
    return not (
        own_answers(year, region).empty
        and store.read("survey_responses", year=year, region=region).empty
    )


def own_answers(year: int, region: str) -> pd.DataFrame:
    """Return the office's own answers, with is_answered and has_evidence."""
    own = store.read("question_scores", year=year, region=region)
    own = own[own["source"] == "self"]
    answered = own["score"].notna() | own["answer"].notna()
    return own.assign(is_answered=answered, has_evidence=answered & own["evidence"].notna())
