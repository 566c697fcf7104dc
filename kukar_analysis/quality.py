"""What arrived, what is missing, and what the assessors would find before they do.

What is looked for is what evaluations of earlier years complained of: answers without evidence,
scores claimed wider than the programmes, surveys of the wrong people (domain 1.6 and 7; letter of
2023), and claims that official statistics contradict.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.errors import UsageError

COVERAGE = ["opd", "pillar", "expected", "asked", "answered", "with_evidence", "files"]
FINDINGS = ["kind", "pillar", "opd", "subject", "detail", "origin"]
_BAND = re.compile(
    r"(?P<low>\d+(?:[.,]\d+)?)\s*%?\s*(?:-|–|—|s\.?/?d\.?|sampai|hingga)\s*"
    r"(?P<high>\d+(?:[.,]\d+)?)\s*%?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Finding:
    """Something an assessor would find. `origin` is where it stands, or the first of several."""

    kind: str
    pillar: str | None
    opd: str | None
    subject: str
    detail: str
    origin: str


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
    files = store.read("files")
    files = files[files["file"].str.startswith(f"{year}/")]
    agencies = _own("question_scores", year, region).dropna(subset="opd")
    by_file = agencies.groupby(agencies["origin"].map(_file))["opd"].unique()
    named = files["file"].map(lambda name: ", ".join(by_file.get(name, ())))
    columns = ["file", "kind", "opd", *(c for c in files if c.startswith("rows_"))]
    return files.assign(opd=named)[columns].reset_index(drop=True)


def coverage(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar what was asked and what came back.

    Columns: opd, pillar (null = questions of no pillar), expected (named as carrying the pillar),
    asked, answered, with_evidence (numbers of questions), files. Agencies in alphabetical order.
    """
    answers = _answers(year, region)
    counts = (
        answers.assign(file=answers["origin"].map(_file))
        .groupby(["opd", "pillar"], dropna=False)
        .agg(
            asked=("question", "nunique"),
            answered=("is_answered", "sum"),
            with_evidence=("has_evidence", "sum"),
            files=("file", "nunique"),
        )
        .reset_index()
    )
    carried = _own("pillar_agencies", year, region).dropna(subset="opd")
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
    answers = _answers(year, region)
    editions = answers["edition"].dropna().unique()
    if len(editions) != 1:
        return pd.DataFrame(columns=columns)
    survey = fw.surveys.get(str(editions[0]))
    done = set(answers.loc[answers["is_answered"], "question"])
    carried = _own("pillar_agencies", year, region).dropna(subset="opd")
    by_pillar = carried.groupby("pillar")["opd"].unique()
    rows = [
        {
            "question": q.question,
            "component": q.component,
            "pillar": q.pillar,
            "label": q.label,
            "agencies": ", ".join(by_pillar.get(q.pillar, ())),
        }
        for q in (fw.questions[id_] for id_ in fw.edition_questions[str(editions[0])])
        if q.question not in done and not (survey and q.component == survey.component)
    ]
    return pd.DataFrame(rows, columns=columns)


def rejected(year: int) -> pd.DataFrame:
    """Return what was rejected in a year's files, without what a later file superseded.

    Columns: origin, column, value, rule, reason.
    """
    found = store.read("rejected")
    found = found[found["file"].str.startswith(f"{year}/") & (found["rule"] != "superseded")]
    return found[["origin", "column", "value", "rule", "reason"]].reset_index(drop=True)


def superseded(year: int) -> pd.DataFrame:
    """Return what later files of a year changed ("ralat"). Columns: origin, reason."""
    found = store.read("rejected")
    found = found[found["file"].str.startswith(f"{year}/") & (found["rule"] == "superseded")]
    return found[["origin", "reason"]].reset_index(drop=True)


def findings(year: int, region: str) -> pd.DataFrame:
    """Return what an assessor would find in the answers, programmes and survey of a year.

    Columns: kind, pillar, opd, subject, detail, origin. `kind` is one of definitions/findings.csv,
    which says what it means and what to do.
    """
    rows = [
        *_without_evidence(year, region),
        *_without_programme(year, region),
        *_contradictions(year, region),
        *_survey(year, region),
    ]
    return pd.DataFrame([vars(row) for row in rows], columns=FINDINGS)


def summary() -> list[str]:
    """Return in two lines what is missing and what an assessor would find, of the newest forms."""
    answers = store.read("question_scores")
    answers = answers[(answers["source"] == "self") & answers["opd"].notna()]
    if answers.empty:
        return ["no agency's form is there yet"]
    newest = answers.sort_values("year").iloc[-1]
    year, region = int(newest["year"]), str(newest["region"])
    place = f"{year} {framework.load().regions[region].name}"
    found = coverage(year, region)
    expected = found[found["expected"]]
    lacking = silent(year, region)["opd"]
    said = f"{place}: {int((expected['answered'] > 0).sum())} of {len(expected)} agency and pillar"
    said += f" pairs answered, {len(unanswered(year, region))} questions answered by nobody"
    calls = f"; to telephone: {', '.join(lacking)}" if len(lacking) else ""
    counts = findings(year, region)["kind"].value_counts()
    kinds = ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "nothing"
    return [said + calls, f"{place}: an assessor would find {kinds}"]


def _own(table: str, year: int, region: str) -> pd.DataFrame:
    found = store.read(table)
    return found[(found["year"] == year) & (found["region"] == region)]


def _answers(year: int, region: str) -> pd.DataFrame:
    """Return the office's own answers, with is_answered and has_evidence."""
    own = _own("question_scores", year, region)
    own = own[own["source"] == "self"]
    answered = own["score"].notna() | own["answer"].notna()
    return own.assign(is_answered=answered, has_evidence=answered & own["evidence"].notna())


def _file(origin: str) -> str:
    return origin.split("#", 1)[0]


def _without_evidence(year: int, region: str) -> Iterator[Finding]:
    answers = _answers(year, region)
    # an answer reported without its agency, as by the press, says nothing of its evidence
    bare = answers[answers["is_answered"] & ~answers["has_evidence"] & answers["opd"].notna()]
    for row in bare.itertuples():
        label = framework.load().questions[row.question].label
        yield Finding("without_evidence", _null(row.pillar), _null(row.opd), label, "", row.origin)


def _without_programme(year: int, region: str) -> Iterator[Finding]:
    """Yield pillars and Impact sub-dimensions that claim a score with no programme of their own.

    Nothing is said where no programme list of the year is on record.
    """
    fw = framework.load()
    programmes = _own("programmes", year, region)
    listed = programmes[~programmes["is_quick_win"] | programmes["sub_dimension"].notna()]
    if listed.empty:
        return
    claimed = _answers(year, region)
    claimed = claimed[(claimed["score"] > 0) & claimed["pillar"].notna()]
    for pillar in fw.pillars.values():
        own = claimed[claimed["pillar"] == pillar.pillar]
        if len(own) and pillar.pillar not in set(programmes["pillar"]):
            yield Finding(
                "without_programme", pillar.pillar, None, pillar.name, "", own["origin"].iloc[0]
            )
    surveyed = _own("survey_responses", year, region)
    surveyed = surveyed[surveyed["answer"] > 0]
    for part in fw.sub_dimensions.values():
        own = surveyed[surveyed["sub_dimension"] == part.sub_dimension]
        if len(own) and part.sub_dimension not in set(programmes["sub_dimension"].dropna()):
            origin = own["origin"].iloc[0]
            yield Finding("without_programme", part.pillar, None, part.name, "", origin)


def _contradictions(year: int, region: str) -> Iterator[Finding]:
    """Yield answers outside which the newest official statistic up to the year lies."""
    fw = framework.load()
    statistics = store.read("official_statistics")
    statistics = statistics[(statistics["region"] == region) & (statistics["year"] <= year)]
    answers = _answers(year, region)
    for claim in fw.claims:
        known = statistics[statistics["statistic"] == claim.statistic].sort_values("year")
        if known.empty:
            continue
        newest = known.iloc[-1]
        for row in answers[answers["question"] == claim.question].itertuples():
            band = _BAND.search(row.answer) if isinstance(row.answer, str) else None
            if band and not _number(band["low"]) <= newest["value"] <= _number(band["high"]):
                detail = (
                    f"{row.answer} ({year}); {fw.statistics[claim.statistic].name}"
                    f" {str(newest['value']).replace('.', ',')} ({newest['year']},"
                    f" {fw.citations[newest['citation']].title}; {newest['origin']})"
                )
                label = fw.questions[row.question].label
                yield Finding(
                    "contradicts_statistic", row.pillar, _null(row.opd), label, detail, row.origin
                )


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _null(value: Any) -> Any:
    return None if pd.isna(value) else value


def _survey(year: int, region: str) -> Iterator[Finding]:
    """Yield the faults of the survey, one a pillar and kind, with how many and the first place."""
    answers = _own("survey_responses", year, region)
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
    place = answers["origin"].str.replace(r"![A-Z]+(\d+)$", r"!\1", regex=True)
    place = place.str.replace(r":c\d+$", "", regex=True)
    return (
        answers.assign(record=place)
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
    users = _own("programmes", year, region).dropna(subset="users")
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
