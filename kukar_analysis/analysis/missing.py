"""What is not on record, which paper would fill it and who has it; what the figures do not say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

import pandas as pd

from kukar_analysis import framework, paths, store
from kukar_analysis.analysis import compare, programmes, quality, quick_wins
from kukar_analysis.analysis.told import tidy, told
from kukar_analysis.formats import day

COLUMNS = ["table", "year", "region", "state", "paper", "holder", "sentence"]
_THERE = {
    "agency_forms": "year == @year and source == 'self'",
    "official_statistics": "year <= @year",
}
_OF_LETTER = ("index_scores", "component_scores", "question_scores", "assessor_notes")


@store.kept
def missing(table: str, year: int, region: str) -> pd.DataFrame:
    """Return what of a table (of definitions/papers.csv) is not on record: no row, or one.

    state: absent (did not take part), form_unknown, nothing, partly. paper would fill it and holder
    has it (null: none to wait for).
    """
    state, said = _state(table, year, region)
    if not state:
        return pd.DataFrame(columns=COLUMNS)
    paper, name = framework.load().papers[table], framework.load().regions[region].name
    wanted, holder = paper.paper.format(year=year, region=name), paper.holder
    waits = state in ("nothing", "partly")
    if waits:
        which = "missing.later" if said else "missing.paper"
        said = told(which, said=said, wanted=wanted, holder=holder)
    row = (table, year, region, state, *((wanted, holder) if waits else (None, None)), said)
    return pd.DataFrame([row], columns=COLUMNS)


def not_received(year: int, region: str) -> pd.DataFrame:
    """Return every paper that has not come, or not whole, for a region and year, a row each.

    fills: which analysis waits for it; since: the day that calendar.csv expects it from; accepted:
    why the office knows that it will not come. Empty for other regions than the office's own.
    """
    fw = framework.load()
    tables = fw.papers if fw.is_office(region) else []
    found = pd.concat([pd.DataFrame(columns=COLUMNS), *(missing(t, year, region) for t in tables)])
    found = found.dropna(subset="paper").drop_duplicates("paper")
    first = {kind: f"{year}-{expected.first}" for kind, expected in fw.calendar.items()}
    known = {a.what: a.reason for a in fw.accepted if (a.year, a.region) == (year, region)}
    of = pd.DataFrame(fw.papers.values())[["table", "fills", "expected"]]
    found = found.merge(of, on="table")
    since, accepted = (found["expected"].map(days) for days in (first, known))
    found = found.assign(since=since, accepted=accepted)
    return tidy(found, "paper holder fills state since sentence accepted")


def letters(region: str) -> list[int]:
    """Return the years whose letter came: with the region's line, or the assessors' scores."""
    scores = store.read("question_scores", region=region).query("source == 'assessor'")
    return sorted({*store.read("index_scores", region=region)["year"], *scores["year"]})


def due(region: str, today: date) -> pd.DataFrame:
    """Return what calendar.csv expects of a region by a day and has not come, a row each.

    what: letter of a year, or agencies, whose answers are looked for in the months of collecting
    alone; state: wrong (overdue), waited (in its time), accepted (the office knows why).
    """
    fw, year, now = framework.load(), today.year, str(today)
    years = sorted({*range(fw.years()[0], year + 1)} - {*letters(region)})
    lacks = [("letter", of, told("due.letter", year=of, region=region)) for of in years]
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    given = quality.own_answers(year, region).query("is_answered").dropna(subset="opd")
    silent = seats.merge(given, on=["opd", "pillar"], how="left").query("is_answered.isna()")["opd"]
    if len(silent) or (seats.empty and given.empty):
        said = told("due.agencies", year=year, region=region, silent=sorted({*silent}))
        lacks.append(("agencies", year, said))
    days = pd.DataFrame(fw.calendar.values())[["what", "first", "last", "alarm_from"]]
    found = pd.DataFrame(lacks, columns=["what", "year", "sentence"]).merge(days, on="what")
    for column in ("last", "alarm_from", "first"):
        is_later = found[column] < found["first"]  # 01-31 is of the year after
        found[column] = (found["year"] + is_later).astype("str") + "-" + found[column]
    known = {
        (a.what, a.year): a.reason
        for a in fw.accepted
        if a.region == region and now <= (a.until or "9999")
    }
    found["reason"] = [known.get(key, "") for key in zip(found["what"], found["year"], strict=True)]
    found["state"] = "waited"
    found.loc[found["alarm_from"] <= now, "state"] = "wrong"
    found.loc[found["reason"] != "", "state"] = "accepted"
    in_time = (found["what"] == "letter") | (now <= found["last"])
    found = found[in_time & (found["first"] <= now)]
    whole = [told("due", r=r, first=day(r.first), last=day(r.last)) for r in found.itertuples()]
    return tidy(found.assign(sentence=whole), "what year state sentence")


def _state(table: str, year: int, region: str) -> tuple[str, str]:
    """Return how a table is lacking, and what is said of it; "" where nothing is missing."""
    value = compare.index_value(year, region)
    figures = {"year": year, "region": region, "value": value}
    if table in _OF_LETTER and value.known == "absent":
        return "absent", told("missing.absent", **figures)
    if table == "index_scores":
        lacks = compare.index_record(year, region) is None
        return ("nothing", told("missing.index", **figures)) if lacks else ("", "")
    if table == "question_scores":
        edition, scored = compare.edition_of(year, region), len(compare.assessed(year, region))
        asked = edition.questions if edition else None
        if edition and not asked:
            return "form_unknown", told("missing.form", edition=edition.edition)
        if scored and scored == asked:
            return "", ""
        said = told("missing.questions", scored=scored, asked=asked, **figures)
        return "partly" if scored else "nothing", said
    own = _rows(table, year, region)
    if own.empty or not own["lacks"].any():
        return ("nothing" if own.empty else "", "")
    return "partly", told(f"missing.{table}", lacking=own["lacks"].sum(), of=len(own))


def _rows(table: str, year: int, region: str) -> pd.DataFrame:
    if table == "programmes":
        own = programmes.programmes(year, region)
        return own.assign(lacks=own["status"].isna() | own["lacks"].notna())
    if table == "quick_win_aspects":
        own = quick_wins.candidates(year, region)
        return own.assign(lacks=own[[*framework.load().names["aspect"]]].isna().any(axis=1))
    if table == "pillar_agencies":  # numbers without names are not the list
        own = store.read(table, year=year, region=region).groupby("pillar")[["opd"]].count()
        return own.assign(lacks=own["opd"] == 0)
    own = store.read("question_scores" if table == "agency_forms" else table, region=region)
    return own.query(_THERE.get(table, "year == @year")).assign(lacks=False)


def limits(year: int, region: str, *topics: str) -> pd.DataFrame:
    """Return what a page about topics of assumptions.csv does not say; unconfirmed facts first."""
    fw, edition = framework.load(), compare.edition_of(year, region)
    asked = {*topics, region, *([edition.edition] if edition else [])}
    said = [("unconfirmed", sentence) for sentence in unconfirmed(region, year)]
    made_from = paths.known(paths.processed_dir() / store.MADE_FROM)
    if not made_from.get("confirmed"):  # the raw files were not compared with a SOURCES.csv
        said.append(("unconfirmed", told("unconfirmed.sources")))
    for a in fw.assumptions:
        title = fw.citations[a.citation].title
        whose = " tim penyusun" if a.citation == "project" else f"; {title}"
        if a.topic in asked:
            said.append((a.topic, f"{a.statement} ({fw.names['fact'][a.status]}{whose})"))
    return pd.DataFrame(said, columns=["topic", "sentence"], dtype="str")


def unconfirmed(region: str, *years: int) -> list[str]:
    """Say what is not confirmed of the region's edition of each year, or of all without one."""
    editions = framework.load().editions.values()
    own = {year: compare.edition_of(year, region) for year in years}
    found = [e for y, mine in own.items() for e in ([mine] if mine else editions) if e.year == y]
    return [said for e in found if (said := edition_unconfirmed(e.edition))]


def edition_unconfirmed(edition: str) -> str:
    """Say what of an edition was copied from another and is not confirmed; empty where nothing."""
    fw = framework.load()
    counts, found = fw.unconfirmed(edition), fw.edition(edition)
    if not counts or not found.follows:
        return ""
    whole = {"weights": len(fw.weight_facts.get(edition, {})), "edition_questions": found.questions}
    said = [
        name if counts[file] == whole.get(file, 1) else f"{counts[file]} dari {whole[file]} {name}"
        for file, name in fw.names["copied"].items()
        if file in counts
    ]
    return told("unconfirmed.edition", found=found, before=fw.editions[found.follows], said=said)


def cited(year: int, *regions: str) -> pd.DataFrame:
    """Return the sources of definitions up to a year, of no other region, and of its statistics."""
    fw = framework.load()
    of_statistics = store.read("official_statistics").query("region in @regions and year <= @year")
    used, whose = {*of_statistics["citation"]}, (None, *regions)
    for fact in _facts(getattr(fw, field.name) for field in fields(fw)):
        of_year = fw.editions[fact.edition].year if hasattr(fact, "edition") else year
        if getattr(fact, "year", of_year) <= year and getattr(fact, "region", None) in whose:
            used.add(fact.citation)
    listed = [
        (id_, source.kind, source.note, source.address)
        for id_, source in fw.citations.items()
        if id_ in used and source.kind not in ("project", "sample")
    ]
    return pd.DataFrame(listed, columns=["document", "kind", "note", "address"], dtype="str")


def _facts(records: Iterable[Any]) -> Iterator[Any]:
    for record in records:
        if isinstance(record, Mapping | tuple):
            yield from _facts(record.values() if isinstance(record, Mapping) else record)
        elif hasattr(record, "status"):
            yield record
