"""Faults of a survey: who answered, how many, and how. One finding a pillar and kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis.quality.finding import Finding


def survey(year: int, region: str) -> Iterator[Finding]:
    """Yield the faults of the survey, one a pillar and kind, with how many and the first place."""
    answers = store.read("survey_responses", year=year, region=region)
    if answers.empty:
        return
    records = _records(answers)
    for kind, which in (
        (
            "one_answer_throughout",
            (records["lowest"] == records["highest"]) & records["highest"].gt(0),
        ),
        ("zeros_throughout", records["highest"] == 0),
        ("no_programme", records["programme"].isna()),
    ):
        for pillar, own in records[which].groupby("pillar", sort=False):
            total = int((records["pillar"] == pillar).sum())
            detail = f"{len(own)} dari {total} responden"
            yield _of_pillar(kind, pillar, detail, own["origin"].iloc[0])
    yield from _respondents(year, region, records)
    yield from _persons(records.dropna(subset="respondent"))


def _records(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a respondent and form.

    Columns: record (its place), pillar, form (programme and sub-dimension where the form is of
    one), programme, respondent, lowest, highest (null where nothing is answered), origin.
    """
    return (
        answers.assign(record=answers["origin"].map(places.record_of))
        .groupby("record", sort=False)
        .agg(
            pillar=("pillar", "first"),
            parts=("sub_dimension", "nunique"),
            part=("sub_dimension", "first"),
            programme=("programme", lambda texts: texts.iloc[0]),
            respondent=("respondent", lambda hashes: hashes.iloc[0]),
            lowest=("answer", "min"),
            highest=("answer", "max"),
            origin=("origin", "first"),
        )
        .reset_index()
    )


def _of_pillar(kind: str, pillar: Any, detail: str, origin: str, subject: str = "") -> Finding:
    name = framework.load().pillars[pillar].name
    return Finding(kind, pillar, None, subject or name, detail, origin)


def _respondents(year: int, region: str, records: pd.DataFrame) -> Iterator[Finding]:
    """Yield forms with another number of respondents than asked for, or than there are users."""
    fw = framework.load()
    surveys = [s for e, s in fw.surveys.items() if fw.editions[e].year == year]
    form = records["part"].where(records["parts"] == 1, records["pillar"])
    for _, own in records.groupby(form, sort=False) if surveys else ():
        asked = surveys[0].respondents
        if len(own) != asked:
            part = own["part"].iloc[0] if own["parts"].iloc[0] == 1 else None
            subject = fw.sub_dimensions[part].name if part else ""
            detail = f"{len(own)} responden, diminta {asked}"
            first = own.iloc[0]
            yield _of_pillar(
                "respondents_not_asked", first["pillar"], detail, first["origin"], subject
            )
    users = store.read("programmes", year=year, region=region).dropna(subset="users")
    known = {(row.pillar, framework.normalise(row.programme)): row for row in users.itertuples()}
    named = records.dropna(subset="programme")
    for (pillar, programme), own in named.groupby(["pillar", "programme"], sort=False):
        row = known.get((pillar, framework.normalise(programme)))
        if row is not None and len(own) > row.users:
            detail = f"{len(own)} responden, {row.users:.0f} pengguna ({row.origin})"
            yield _of_pillar(
                "more_respondents_than_users", pillar, detail, own["origin"].iloc[0], programme
            )


def _persons(records: pd.DataFrame) -> Iterator[Finding]:
    """Yield persons who answer for two pillars, or twice for the same."""
    fw = framework.load()
    forms = records.drop_duplicates(["respondent", "pillar"])
    pairs = forms.merge(forms, on="respondent", suffixes=("", "_other"))
    order = {pillar: i for i, pillar in enumerate(fw.pillars)}
    pairs = pairs[pairs["pillar"].map(order) < pairs["pillar_other"].map(order)]
    for (pillar, other), own in pairs.groupby(["pillar", "pillar_other"], sort=False):
        subject = f"{fw.pillars[pillar].name} dan {fw.pillars[other].name}"
        detail = f"{len(own)} orang; yang pertama juga di {own['origin_other'].iloc[0]}"
        yield _of_pillar("same_person_two_pillars", pillar, detail, own["origin"].iloc[0], subject)
    keys = ["respondent", "pillar", "part", "programme"]
    twice = records[records.duplicated(keys, keep="first")]
    for pillar, own in twice.groupby("pillar", sort=False):
        yield _of_pillar(
            "same_person_twice", pillar, f"{len(own)} formulir berlebih", own["origin"].iloc[0]
        )
