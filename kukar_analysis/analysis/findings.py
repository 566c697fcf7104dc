"""Faults of the answers, programmes and survey of a year, as assessors found them in earlier ones.

Looked for is what evaluations complained of (domain 1.6 and 7; letter of 2023), and claims that
statistics contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score, store
from kukar_analysis.analysis.quality import own_answers
from kukar_analysis.formats import number

FINDINGS = ["kind", "pillar", "opd", "subject", "detail", "origin"]
_BAND = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*%?\s*(?:-|–|—|s\.?/?d\.?|sampai|hingga)\s*"
    r"(?P<high>\d+(?:[.,]\d+)?)\s*%?",
    re.IGNORECASE,
)
_Row = tuple[Any, ...]
"""A row of FINDINGS."""


def findings(year: int, region: str) -> pd.DataFrame:
    """Return the faults of the answers, programmes and survey of a year, with advice.

    kind is of definitions/findings.csv, which says what it means; origin the first place of
    several.
    """
    answers = own_answers(year, region)
    surveyed = store.read("survey_responses", year=year, region=region)
    programmes = store.read("programmes", year=year, region=region)
    # an answer reported without its agency, as by the press, says nothing of its evidence
    bare = answers[answers["is_answered"] & ~answers["has_evidence"] & answers["opd"].notna()]
    labels, kinds = framework.load().names["question"], framework.load().findings
    rows = [
        *(
            ("without_evidence", r.pillar, r.opd, labels[r.question], None, r.origin)
            for r in bare.itertuples()
        ),
        *_without_programme(answers, surveyed, programmes),
        *_differing(answers),
        *_contradictions(year, region, answers),
        *(_survey(year, _records(surveyed), programmes) if len(surveyed) else ()),
    ]
    found = pd.DataFrame(rows, columns=FINDINGS, dtype="str")
    return found.assign(advice=found["kind"].map({k: f.advice for k, f in kinds.items()}))


def _without_programme(
    answers: pd.DataFrame, surveyed: pd.DataFrame, programmes: pd.DataFrame
) -> Iterator[_Row]:
    """Yield parts that claim a score without a programme, where a list of these is on record."""
    fw = framework.load()
    if not (~programmes["is_quick_win"] | programmes["sub_dimension"].notna()).any():
        return
    for column, parts, claimed in (
        ("pillar", fw.pillars, answers[answers["score"] > 0]),
        ("sub_dimension", fw.sub_dimensions, surveyed[surveyed["answer"] > 0]),
    ):
        for id_, part in parts.items():
            own = claimed.loc[claimed[column] == id_, "origin"]
            if len(own) and not (programmes[column] == id_).any():
                yield "without_programme", part.pillar, None, part.name, None, own.iloc[0]


def _differing(answers: pd.DataFrame) -> Iterator[_Row]:
    """Yield the agencies that score a question differently, each with all scores and cells."""
    for question, own in score.differing(answers).groupby("question", sort=False):
        label = framework.load().questions[str(question)].label
        said = zip(own["opd"].fillna("tanpa nama"), own["score"], own["origin"], strict=True)
        scores = "; ".join(f"{opd} {number(given)} ({origin})" for opd, given, origin in said)
        for row in own.itertuples():
            detail = f"{scores}; ID butir {question}"
            yield "agencies_differ", row.pillar, row.opd, label, detail, row.origin


def _contradictions(year: int, region: str, answers: pd.DataFrame) -> Iterator[_Row]:
    fw = framework.load()
    statistics = store.read("official_statistics", region=region)
    statistics = statistics[statistics["year"] <= year].sort_values("year")
    newest = statistics.drop_duplicates("statistic", keep="last").set_index("statistic")
    for claim in (c for c in fw.claims if c.statistic in newest.index):
        known, label = newest.loc[claim.statistic], fw.questions[claim.question].label
        claimed = answers[answers["question"] == claim.question].dropna(subset="answer")
        for row in claimed.itertuples():
            band = _BAND.search(row.answer)
            low, high = (float(end.replace(",", ".")) for end in band.groups()) if band else (0, 0)
            if band and not low <= known["value"] <= high:
                detail = (
                    f"{row.answer} ({year}); {fw.statistics[claim.statistic].name}"
                    f" {str(known['value']).replace('.', ',')} ({known['year']},"
                    f" {fw.citations[known['citation']].beside_figure}; {known['origin']})"
                )
                yield "contradicts_statistic", row.pillar, row.opd, label, detail, row.origin


def _records(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a respondent and form, which is of a sub-dimension or of a pillar."""
    records = answers["origin"].map(places.record_of).rename("record")
    made = answers.groupby(records, sort=False).agg(
        pillar=("pillar", "first"),
        parts=("sub_dimension", "nunique"),
        part=("sub_dimension", "first"),
        programme=("programme", lambda texts: texts.iloc[0]),
        respondent=("respondent", lambda hashes: hashes.iloc[0]),
        lowest=("answer", "min"),
        highest=("answer", "max"),
        origin=("origin", "first"),
    )
    return made.assign(form=made["part"].where(made["parts"] == 1, made["pillar"])).reset_index()


def _survey(year: int, records: pd.DataFrame, programmes: pd.DataFrame) -> Iterator[_Row]:
    fw = framework.load()

    def row(kind: str, pillar: Any, detail: str, own: pd.DataFrame, subject: str = "") -> _Row:
        name = subject or fw.pillars[pillar].name
        return kind, pillar, None, name, detail, own["origin"].iloc[0]

    one = (records["lowest"] == records["highest"]) & records["highest"].gt(0)
    for kind, which in (
        ("one_answer_throughout", one),
        ("zeros_throughout", records["highest"] == 0),
        ("no_programme", records["programme"].isna()),
    ):
        for pillar, own in records[which].groupby("pillar", sort=False):
            total = int((records["pillar"] == pillar).sum())
            yield row(kind, pillar, f"{len(own)} dari {total} responden", own)
    # more or fewer than are asked for, or than there are users
    asked = [s.respondents for e, s in fw.surveys.items() if fw.editions[e].year == year][:1]
    for form, own in records.groupby("form", sort=False):
        if asked and len(own) != asked[0]:
            part, pillar = fw.sub_dimensions.get(str(form)), own["pillar"].iloc[0]
            detail = f"{len(own)} responden, diminta {asked[0]}"
            yield row("respondents_not_asked", pillar, detail, own, part.name if part else "")
    users = programmes.dropna(subset="users").itertuples()
    known = {(r.pillar, framework.normalise(r.programme)): r for r in users}
    for (pillar, programme), own in records.groupby(["pillar", "programme"], sort=False):
        of = known.get((pillar, framework.normalise(programme)))
        if of is not None and len(own) > of.users:
            detail = f"{len(own)} responden, {of.users:.0f} pengguna ({of.origin})"
            yield row("more_respondents_than_users", pillar, detail, own, programme)
    # persons who answer for two pillars, or twice for the same
    persons, order = records.dropna(subset="respondent"), [*fw.pillars].index
    forms = persons.drop_duplicates(["respondent", "pillar"])
    pairs = forms.merge(forms, on="respondent", suffixes=("", "_other"))
    pairs = pairs[pairs["pillar"].map(order) < pairs["pillar_other"].map(order)]
    for (pillar, other), own in pairs.groupby(["pillar", "pillar_other"], sort=False):
        subject = f"{fw.pillars[pillar].name} dan {fw.pillars[other].name}"
        detail = f"{len(own)} orang; yang pertama juga di {own['origin_other'].iloc[0]}"
        yield row("same_person_two_pillars", pillar, detail, own, subject)
    twice = persons[persons.duplicated(["respondent", "pillar", "part", "programme"])]
    for pillar, own in twice.groupby("pillar", sort=False):
        yield row("same_person_twice", pillar, f"{len(own)} formulir berlebih", own)
