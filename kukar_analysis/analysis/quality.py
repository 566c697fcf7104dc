"""What arrived of a year, what of it was rejected or corrected, and what nobody answered."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.errors import UsageError

_NEAREST = re.compile(r"nearest: (.+?) \((\d+) of 100\)")
_SAID_BY_REASON = ("unread", "unfinished", "unread_part", "unconfirmed", "number_gap")
"""Rules of which only the reason says what is wrong."""


def years() -> list[int]:
    """Return the years that have an edition or raw files, in order."""
    found = store.read("files")["file"].str.extract(r"^(20\d\d)/")[0].dropna()
    return sorted({*framework.load().years(), *found.astype(int)})


def year(asked: Any) -> int:
    """Return a notebook's year parameter; UsageError where nothing of that year is there."""
    known = years()
    if str(asked) not in map(str, known):
        raise UsageError(f"year {asked!r} has no files; known: {', '.join(map(str, known))}")
    return int(asked)


def arrivals(year: int, region: str, opd: str | None = None) -> pd.DataFrame:
    """Return the files of a year's folder, or those of one agency, and whom they speak for.

    speaks_for: agencies of which rows are kept; without any row the one that the file's name names
    alone. shared: it speaks for several. Several kinds or agencies are joined by ", ".
    """
    fw = framework.load()
    files = store.read("files", year=year)
    rows = store.read("question_scores", year=year, region=region).dropna(subset="opd")
    kept = rows["opd"].groupby(rows["origin"].map(places.file_of)).unique()
    names = []
    for file, count in zip(files["file"], files["rows_kept"], strict=True):
        found = [*kept.get(file, ())]
        if not count and fw.is_office(region):
            alone = fw.named_in("opd", PurePosixPath(file).stem)
            found = alone if len(alone) == 1 else []
        names.append(found)
    kinds = files["kind"].str.replace(" + ", ", ", regex=False)
    speaks_for = pd.Series([", ".join(n) or None for n in names], files.index, dtype="str")
    files = files.assign(kind=kinds, speaks_for=speaks_for)
    columns = ["file", "kind", "speaks_for", "shared", *(c for c in files if c[:5] == "rows_")]
    shared = files["speaks_for"].str.contains(", ").eq(True)
    mine = [opd is None or opd in found for found in names]
    return files.assign(shared=shared).loc[mine, columns].reset_index(drop=True)


def rejected(year: int, most: int | None = None) -> pd.DataFrame:
    """Return what was rejected in a year's files, without what a later file superseded.

    Of a kind (file, column, rule) with more than `most` rows only the first, with their count. raw
    is what stands there; advice names what comes near, or the place that contradicts.
    """
    found = store.read("rejected", year=year).query("rule != 'superseded'")
    found = found.rename(columns={"value": "raw"})
    advice = pd.Series([_advice(row) for row in found.itertuples()], found.index, dtype="str")
    found = found.assign(count=1, advice=advice).astype({"count": "int64"})
    if most is not None:
        kind = ["file", "column", "rule"]
        size = found.groupby(kind, dropna=False)["count"].transform("sum")
        found["count"] = found["count"].where(size <= most, size)
        found = found[(size <= most) | ~found.duplicated(kind)]
    columns = ["file", "origin", "count", "column", "raw", "rule", "reason", "advice"]
    return found[columns].reset_index(drop=True)


def corrections(year: int) -> pd.DataFrame:
    """Return what later files of a year changed. Columns: origin, later (the place), changes."""
    found = store.read("rejected", year=year).query("rule == 'superseded'")
    said = found["reason"].str.removeprefix("superseded by ")
    later = said.map(places.leading).astype("str")
    changes = [text.removeprefix(f"{place}: ") for text, place in zip(said, later, strict=True)]
    made = found.assign(later=later, changes=pd.Series(changes, found.index, dtype="str"))
    made["changes"] = made["changes"].str.replace("->", "menjadi")
    return made[["origin", "later", "changes"]].reset_index(drop=True)


def own_answers(year: int, region: str) -> pd.DataFrame:
    """Return the office's own answers, with is_answered and has_evidence."""
    own = store.read("question_scores", year=year, region=region).query("source == 'self'")
    answered = own["score"].notna() | own["answer"].notna()
    return own.assign(is_answered=answered, has_evidence=answered & own["evidence"].notna())


def office_scores(year: int, region: str) -> pd.Series:
    """Return the office's score by question: that on which its agencies agree.

    Where they differ it is that of the agency that definitions/settled.csv names, else there is
    none.
    """
    own = own_answers(year, region).dropna(subset="score")
    settled = [s for s in framework.load().settled if (s.year, s.region) == (year, region)]
    whose = own["question"].map({s.question: s.opd for s in settled})
    counts = (whose.isna() | (whose == own["opd"])) & ~own.index.isin(score.differing(own).index)
    own = own[counts]
    return own.drop_duplicates("question").set_index("question")["score"]


def form(year: int, region: str) -> pd.DataFrame:
    """Return the questions that agencies are asked, in the order of the form.

    carriers: agencies of the pillar, joined by ", "; is_answered: by anybody (null where no form
    arrived). The edition is that of the answers, else of the national table; survey questions are
    not asked. Empty where the list is not known.
    """
    own, listed = own_answers(year, region), compare.edition_of(year, region)
    editions = own["edition"].dropna().unique()
    edition = str(editions[0]) if len(editions) == 1 else listed.edition if listed else None
    rows = [(q.question, q.component, q.pillar, q.label) for q in framework.load().asked(edition)]
    columns = ["question", "component", "pillar", "label"]
    found = pd.DataFrame(rows, columns=columns, dtype="str")
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carriers = seats.drop_duplicates(["pillar", "opd"]).groupby("pillar")["opd"].agg(", ".join)
    done = found["question"].isin(own.loc[own["is_answered"], "question"]).astype("boolean")
    return found.assign(
        carriers=found["pillar"].map(carriers).astype("str"),
        is_answered=done if len(own) else pd.array([None] * len(found), dtype="boolean"),
    )


def _advice(row: Any) -> str:
    usual = framework.load().rules[row.rule].advice
    if row.rule in _SAID_BY_REASON:
        return f"{usual} Pesan program: {row.reason}"
    if near := _NEAREST.search(row.reason):
        return f"Mirip {near[1]} ({near[2]} dari 100). {usual}"
    if row.rule == "conflict":
        return f"Bertentangan dengan {places.leading(row.reason[len('contradicts ') :])}. {usual}"
    return usual
