"""What arrived of a year, what of it was rejected or is at fault, and what nobody answered."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import tidy
from kukar_analysis.formats import number

_NEAREST = re.compile(r"mirip (.+?) \((\d+) dari 100\)")
_SAID_BY_REASON = ("unread", "unfinished", "unread_part", "unconfirmed", "number_gap")
"""Rules of which only the reason says what is wrong."""
_NUMBER, _TO = r"(\d+(?:[.,]\d+)?)", r"\s*%?\s*(?:-|–|—|s\.?/?d\.?|sampai|hingga)\s*"
_BAND = re.compile(f"{_NUMBER}{_TO}{_NUMBER}", re.IGNORECASE)
_COUNTS = "rows_read rows_kept rows_rejected rows_duplicate"
_Row = tuple[Any, ...]  # of findings: kind, pillar, opd, subject, detail, origin


def arrivals(year: int, region: str, opd: str | None = None) -> pd.DataFrame:
    """Return the files of a year's folder, or those of one agency, and whom they speak for.

    speaks_for: agencies of which rows are kept; without any row the one that the file's name names
    alone; shared: it speaks for several.
    """
    fw, files = framework.load(), store.read("files", year=year)
    rows = store.read("question_scores", year=year, region=region).dropna(subset="opd")
    kept = rows["opd"].groupby(rows["origin"].map(places.file_of)).unique()
    names = []
    for file, count in files[["file", "rows_kept"]].values:
        found = [*kept.get(file, ())]
        if not count and fw.is_office(region):
            alone = fw.named_in("opd", PurePosixPath(file).stem)
            found = alone if len(alone) == 1 else []
        names.append(found)
    files = files.assign(
        kind=files["kind"].str.replace(" + ", ", ", regex=False),
        speaks_for=[", ".join(found) or None for found in names],
        shared=[len(found) > 1 for found in names],
    )
    files = files.loc[[opd is None or opd in found for found in names]]
    counts = dict.fromkeys(_COUNTS.split(), "int64")
    return tidy(files, f"file kind speaks_for shared {_COUNTS}", **counts)


def rejected(year: int, most: int | None = None, *, superseded: bool = False) -> pd.DataFrame:
    """Return what was rejected in a year's files, or what later files `superseded` of them.

    Of a kind (file, column, rule) with more than `most` rows the first, with their count. raw: what
    stands there; later, changes: by what it was superseded.
    """
    found = store.read("rejected", year=year).rename(columns={"value": "raw"})
    found = found[found["rule"].eq("superseded") == superseded]
    said = found["reason"].str.removeprefix("digantikan ")
    later = [places.leading(text) if superseded else None for text in said]
    changes = [text.removeprefix(f"{at}: ") for text, at in zip(said, later, strict=True)]
    found = found.assign(
        count=1,
        advice=[_advice(row) for row in found.itertuples()],
        later=later,
        changes=[text.replace("->", "menjadi") if superseded else None for text in changes],
    )
    if most is not None:
        kind = ["file", "column", "rule"]
        size = found.groupby(kind, dropna=False)["count"].transform("sum")
        found["count"] = found["count"].where(size <= most, size)
        found = found[(size <= most) | ~found.duplicated(kind)]
    return tidy(
        found, "file origin count column raw rule reason advice later changes", count="int64"
    )


@store.kept
def own_answers(year: int, region: str) -> pd.DataFrame:
    """Return the office's own answers, with is_answered and has_evidence."""
    own = store.read("question_scores", year=year, region=region).query("source == 'self'")
    answered = own["score"].notna() | own["answer"].notna()
    return own.assign(is_answered=answered, has_evidence=answered & own["evidence"].notna())


def office_scores(year: int, region: str) -> pd.Series:
    """Return the office's score by question: agreed on, or of the agency that settled.csv names."""
    own = own_answers(year, region).dropna(subset="score")
    settled = [s for s in framework.load().settled if (s.year, s.region) == (year, region)]
    whose = own["question"].map({s.question: s.opd for s in settled})
    counts = (whose.isna() | (whose == own["opd"])) & ~own.index.isin(score.differing(own).index)
    return own[counts].drop_duplicates("question").set_index("question")["score"]


@store.kept
def form(year: int, region: str) -> pd.DataFrame:
    """Return the questions that agencies are asked, in the order of the form; empty if not known.

    carriers: agencies of the pillar; is_answered: by anybody (null where no form arrived). The
    edition is that of the answers, else of the national table.
    """
    own, listed = own_answers(year, region), compare.edition_of(year, region)
    editions = own["edition"].dropna().unique()
    edition = str(editions[0]) if len(editions) == 1 else listed.edition if listed else None
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carriers = seats.drop_duplicates(["pillar", "opd"]).groupby("pillar")["opd"].agg(", ".join)
    asked = [(q.question, q.component, q.pillar, q.label) for q in framework.load().asked(edition)]
    made = pd.DataFrame(asked, columns=["question", "component", "pillar", "label"])
    answered = made["question"].isin(own.loc[own["is_answered"], "question"])
    made["is_answered"] = answered if len(own) else None
    made["carriers"] = made["pillar"].map(carriers)
    return tidy(made, "question component pillar label carriers is_answered", is_answered="boolean")


def _advice(row: Any) -> str:
    usual = framework.load().rules[row.rule].advice or ""
    if row.rule in _SAID_BY_REASON:
        return f"{usual} Pesan program: {row.reason.removesuffix(usual).strip()}"
    if near := _NEAREST.search(row.reason):
        return f"Mirip {near[1]} ({near[2]} dari 100). {usual}"
    if row.rule == "conflict":
        other = places.leading(row.reason.removeprefix("bertentangan dengan "))
        return f"Bertentangan dengan {other}. {usual}"
    return usual


def survey_means(responses: pd.DataFrame) -> pd.DataFrame:
    """Return how many answers a survey has, and their mean, by region, pillar and sub_dimension."""
    by = responses.groupby(["region", "pillar", "sub_dimension"], dropna=False)
    means = by.agg(
        answers_given=("answer", "count"),
        answer_mean=("answer", "mean"),
        origin=("origin", lambda all_: "; ".join(dict.fromkeys(map(places.file_of, all_)))),
    )
    return means.reset_index()


def findings(year: int, region: str) -> pd.DataFrame:
    """Return the faults of a year's answers, programmes and survey (kind: findings.csv)."""
    fw, answers = framework.load(), own_answers(year, region)
    tables = ("survey_responses", "programmes")
    surveyed, programmes = (store.read(table, year=year, region=region) for table in tables)
    # an answer reported without its agency, as by the press, says nothing of its evidence
    bare = answers[answers["is_answered"] & ~answers["has_evidence"] & answers["opd"].notna()]
    labels = fw.names["question"]
    rows = [
        ("without_evidence", r.pillar, r.opd, labels[r.question], None, r.origin)
        for r in bare.itertuples()
    ]
    rows += _without_programme(answers, surveyed, programmes)
    rows += _contradicted(answers, store.read("official_statistics", region=region), year)
    rows += _of_survey(year, surveyed, programmes) if len(surveyed) else ()
    advised = [(*row, fw.findings[row[0]].advice) for row in rows]
    return tidy(advised, "kind pillar opd subject detail origin advice")


def _contradicted(answers: pd.DataFrame, statistics: pd.DataFrame, year: int) -> Iterator[_Row]:
    fw, labels = framework.load(), framework.load().names["question"]
    for question, own in score.differing(answers).groupby("question", sort=False):
        said = own.assign(opd=own["opd"].fillna("tanpa nama")).itertuples()
        scores = "; ".join(f"{r.opd} {number(r.score)} ({r.origin})" for r in said)
        detail = f"{scores}; ID butir {question}"
        for r in own.itertuples():
            yield "agencies_differ", r.pillar, r.opd, labels[r.question], detail, r.origin
    newest = statistics[statistics["year"] <= year].sort_values("year")
    newest = newest.drop_duplicates("statistic", keep="last").set_index("statistic")
    known = newest[["value", "year", "citation", "origin"]].add_prefix("known_").reset_index()
    claims = pd.DataFrame(fw.claims)[["question", "statistic"]].merge(known, on="statistic")
    for r in claims.merge(answers.dropna(subset="answer"), on="question").itertuples():
        band = _BAND.search(r.answer)
        low, high = (float(end.replace(",", ".")) for end in band.groups()) if band else (0, 0)
        if band and not low <= r.known_value <= high:
            detail = (
                f"{r.answer} ({year}); {fw.statistics[r.statistic].name}"
                f" {str(r.known_value).replace('.', ',')} ({r.known_year},"
                f" {fw.names['citation'][r.known_citation]}; {r.known_origin})"
            )
            yield "contradicts_statistic", r.pillar, r.opd, labels[r.question], detail, r.origin


def _without_programme(
    answers: pd.DataFrame, surveyed: pd.DataFrame, programmes: pd.DataFrame
) -> Iterator[_Row]:
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


def _of_survey(year: int, answers: pd.DataFrame, programmes: pd.DataFrame) -> Iterator[_Row]:
    fw, names = framework.load(), framework.load().names["pillar"]
    # one row a respondent and form, which is of a sub-dimension or of a pillar
    records = answers.groupby(answers["origin"].map(places.record_of), sort=False).agg(
        pillar=("pillar", "first"),
        parts=("sub_dimension", "nunique"),
        part=("sub_dimension", "first"),
        programme=("programme", lambda texts: texts.iloc[0]),
        respondent=("respondent", lambda hashes: hashes.iloc[0]),
        lowest=("answer", "min"),
        highest=("answer", "max"),
        first=("origin", "first"),
    )
    records["form"] = records["part"].where(records["parts"] == 1, records["pillar"])

    def row(kind: str, own: pd.DataFrame, detail: str, subject: str = "") -> _Row:
        pillar, origin = own[["pillar", "first"]].iloc[0]
        return kind, pillar, None, subject or names[pillar], detail, origin

    totals = records["pillar"].value_counts()
    for kind, which in {
        "one_answer_throughout": (records["lowest"] == records["highest"])
        & records["highest"].gt(0),
        "zeros_throughout": records["highest"] == 0,
        "no_programme": records["programme"].isna(),
    }.items():
        for pillar, own in records[which].groupby("pillar", sort=False):
            yield row(kind, own, f"{len(own)} dari {totals[pillar]} responden")
    # more or fewer than are asked for, or than there are users
    asked = [s.respondents for e, s in fw.surveys.items() if fw.editions[e].year == year][:1]
    for form, own in records.groupby("form", sort=False):
        if asked and len(own) != asked[0]:
            part = fw.names["sub_dimension"].get(str(form), "")
            detail = f"{len(own)} responden, diminta {asked[0]}"
            yield row("respondents_not_asked", own, detail, part)
    users = programmes.dropna(subset="users").itertuples()
    known = {(r.pillar, framework.normalise(r.programme)): r for r in users}
    for (pillar, programme), own in records.groupby(["pillar", "programme"], sort=False):
        of = known.get((pillar, framework.normalise(programme)))
        if of is not None and len(own) > of.users:
            detail = f"{len(own)} responden, {of.users:.0f} pengguna ({of.origin})"
            yield row("more_respondents_than_users", own, detail, programme)
    # persons who answer for two pillars, or twice for the same
    persons, order = records.dropna(subset="respondent"), [*fw.pillars].index
    forms = persons.drop_duplicates(["respondent", "pillar"])
    pairs = forms.merge(forms, on="respondent", suffixes=("", "_other"))
    pairs = pairs[pairs["pillar"].map(order) < pairs["pillar_other"].map(order)]
    for (pillar, other), own in pairs.groupby(["pillar", "pillar_other"], sort=False):
        detail = f"{len(own)} orang; yang pertama juga di {own['first_other'].iloc[0]}"
        yield row("same_person_two_pillars", own, detail, f"{names[pillar]} dan {names[other]}")
    twice = persons[persons.duplicated(["respondent", "pillar", "part", "programme"])]
    for _, own in twice.groupby("pillar", sort=False):
        yield row("same_person_twice", own, f"{len(own)} formulir berlebih")
