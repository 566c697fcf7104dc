"""What the office's own papers say, in the sentences of the pages 01, 06 and 09."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.findings import findings
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.told import told
from kukar_analysis.formats import listed

_MOST = 3
"""Agencies called the key ones, at most."""
_SCORES = ["score", "assessor", "difference"]


def quality_sentences(year: int, region: str) -> list[str]:
    """Answer what arrived, what is missing and rejected, and what was found in it."""
    arrived = quality.arrivals(year, region)
    if arrived.empty:
        return [told("quality.none", year=year)]
    came = told(
        "quality.came",
        year=year,
        files=len(arrived),
        read=arrived["rows_read"].sum(),
        kept=arrived["rows_kept"].sum(),
        refused=arrived["rows_rejected"].sum(),
        twice=arrived["rows_duplicate"].sum(),
        unread=(arrived["kind"] == "unread").sum(),
    )
    return [came, _completeness(year, region), _found(year, region)]


def _completeness(year: int, region: str) -> str:
    pairs = carrying.agency_pillars(year, region).query("expected")
    if pairs.empty:
        return told("quality.unmeasured", waits=_waits(year, region))
    calls, form = carrying.agencies(year, region), quality.form(year, region)
    calls = calls.dropna(subset="lacking_pillars").sort_values("opd")
    return told(
        "quality.complete",
        year=year,
        pairs=len(pairs),
        answered=(pairs["answered"] > 0).sum(),
        calls=[*calls["opd"]],
        unusable=[*calls.loc[calls["state"] == "unusable", "opd"]],
        open=form["is_answered"].eq(False).sum() if len(form) else None,
    )


def _found(year: int, region: str) -> str:
    surveyed = store.read("survey_responses", year=year, region=region)
    if quality.own_answers(year, region).empty and surveyed.empty:
        return told("quality.unchecked", waits=_waits(year, region, "agency_forms"))
    return told("quality.found", kinds=_kinds(findings(year, region)["kind"]))


def synergy_sentences(year: int, region: str) -> list[str]:
    """Answer which agency carries what, on whom much depends, and how sure that is."""
    found = carrying.agencies(year, region)
    if found.empty:
        return _not_on_record(year, region)
    pairs = carrying.agency_pillars(year, region).query("expected")
    most = found[found["answered"] > 0].nlargest(2, "answered", keep="all")
    if len(most) > _MOST:  # of many that share the second place none is named before the others
        most = most[most["answered"] == most["answered"].max()]
    first = told(
        "synergy.first",
        region=region,
        year=year,
        opds=len(found),
        pairs=len(pairs),
        answering=(found["answered"] > 0).sum(),
        answers=found["answered"].sum(),
        keys=[told("synergy.key", r=r) for r in most.itertuples() if len(most) <= _MOST],
        several=[*found.loc[found["pillar_count"] > 1, "opd"]],
    )
    pillars = _leaning(carrying.leaning(year, region))
    return [first, pillars, _scored(year, region, found), _how_sure(year, region, pairs)]


def _leaning(found: pd.DataFrame) -> str:
    found = found.assign(name=_names(found["pillar"]))
    known = found.dropna(subset=["pillar", "equal_agencies"])
    if known.empty:
        return told("synergy.unknown")
    least = known["equal_agencies"].min()
    leans = found.dropna(subset="leans_on").itertuples()
    return told(
        "synergy.pillars",
        leans=[told("synergy.leans", r=r) for r in leans],
        where=known.loc[known["equal_agencies"] == least, "name"],
        least=least,
    )


def _scored(year: int, region: str, found: pd.DataFrame) -> str:
    assessed = compare.assessed(year, region).set_index("question")["score"]
    once = pd.DataFrame({"score": quality.office_scores(year, region), "assessor": assessed})
    once = once.assign(difference=once["score"] - once["assessor"]).dropna()
    if once.empty:
        return told("synergy.unscored")
    figures = dict(zip(("own", "theirs", "apart"), once.mean(), strict=True))
    figures |= {
        "higher": (found["difference"] > 0).sum(),
        "compared": found["compared"].gt(0).sum(),
    }
    return told("synergy.scored", n=len(once), **figures)


def _how_sure(year: int, region: str, pairs: pd.DataFrame) -> str:
    waiting, nameless = (pairs["answered"] == 0).sum(), carrying.unnamed(year, region)
    said = [told("synergy.waiting", n=waiting, of=len(pairs))] if waiting else []
    said += [] if len(pairs) else [told("synergy.no_list")]
    said += [told("synergy.nameless", n=nameless)] if nameless else []
    return told("synergy.sure", shifting=said)


def _not_on_record(year: int, region: str) -> list[str]:
    waits = _waits(year, region, "pillar_agencies", "agency_forms")
    said = [told("synergy.none", region=region, year=year, waits=waits)]
    found = carrying.leaning(year, region).dropna(subset=["pillar", "seats"])
    seats = [f"{n} {s:.0f}" for n, s in zip(_names(found["pillar"]), found["seats"], strict=True)]
    said += [told("synergy.seats", total=found["seats"].sum(), seats=seats)] if seats else []
    nameless = carrying.unnamed(year, region)
    said += [told("synergy.only_nameless", n=nameless)] if nameless else []
    wins = store.read("programmes", region=region).query("is_quick_win and year <= @year")
    wins = wins.dropna(subset="opd")
    counts = wins["opd"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    names, years = [f"{opd} ({n})" for opd, n in counts.items()], wins["year"]
    ends = sorted({years.min(), years.max()}) if names else []
    return said + ([told("synergy.quick_wins", years=ends, names=names)] if names else [])


def agency_sentences(year: int, region: str, opd: str) -> list[str]:
    """Answer what came from an agency, what is missing, and how sure that is."""
    state, questions, refused_rows = _papers(year, region, opd)
    name, refused = framework.load().opd[opd].name, len(refused_rows)
    figures = {"name": name, "region": region, "year": year, "refused": refused}
    if state == "unknown":
        return [told("agency.unknown", waits=_waits(year, region), **figures)]
    pillars = [*dict.fromkeys(_names(questions["pillar"]))]
    if state in ("silent", "unusable"):
        open_ = int(questions["others"].isna().sum())
        asked = told("agency.asked", n=len(questions), pillars=pillars, open=open_)
        return [told(f"agency.{state}", **figures), *([asked] if len(questions) else [])]
    answered, kinds = questions["state"] == "answered", findings(year, region)
    left, kinds_ = questions[~answered], _kinds(kinds.loc[kinds["opd"] == opd, "kind"])
    came = told(
        "agency.came",
        answered=answered.sum(),
        asked=len(questions),
        pillars=pillars,
        bare=(answered & ~questions["has_evidence"]).sum(),
        left=len(left),
        open=[*left.loc[left["others"].isna(), "label"]],
        **figures,
    )
    mend = [told("agency.mend", refused=refused, kinds=kinds_)] if refused or kinds_ else []
    return [came, *_scores(questions), *mend, told("agency.sure")]


def send_back(year: int, region: str, opd: str) -> list[str]:
    """List what the agency is asked to send back, and in which form; empty where nothing is."""
    state, questions, refused = _papers(year, region, opd)
    answered = questions["state"] == "answered"
    unread, kinds = int(refused["rule"].isin(["unread", "unfinished"]).sum()), framework.load()
    found = findings(year, region).query("opd == @opd and kind != 'without_evidence'")["kind"]
    counts = [(kinds.findings[str(kind)], n) for kind, n in found.value_counts().items()]
    said = [
        told("send.form", n=state == "silent"),
        told("send.unread", n=unread),
        told("send.rejected", n=len(refused) - unread),
        told("send.bare", n=(answered & ~questions["has_evidence"]).sum()),
        *[f"{kind.name} ({n}): {kind.advice}" for kind, n in counts],
        told("send.open", n=(~answered & questions["others"].isna()).sum()),
        told("send.pillars", n=questions.empty),
    ]
    wanted = [words for words in said if words]
    return [*wanted, *_how_to_send(year, region, opd)] if wanted else []


def _scores(questions: pd.DataFrame) -> list[str]:
    both = questions.dropna(subset="difference")
    if both.empty:
        return []
    figures = dict(zip(("own", "theirs", "apart"), both[_SCORES].mean(), strict=True))
    most = both["difference"].max()
    furthest = both.loc[both["difference"].sub(most).abs() < 1e-9, "label"]
    return [told("agency.scores", n=len(both), most=most, furthest=furthest, **figures)]


def _how_to_send(year: int, region: str, opd: str) -> list[str]:
    command = f"kukar template {year} --opd {shlex.quote(opd)} --region {region}"
    said = [told("send.ask", command=command)] * bool(framework.load().asked_edition(year))
    own = quality.arrivals(year, region, opd).query("not shared and rows_kept > 0")
    said += [told("send.name", file=PurePosixPath(file)) for file in own["file"].iloc[-1:]]
    return [*said, told("send.how")]


def _papers(year: int, region: str, opd: str) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return what came from an agency, its questions, and what was rejected in files of its own."""
    state = carrying.agencies(year, region).set_index("opd")["state"].get(opd, "unknown")
    own, refused = quality.arrivals(year, region, opd).query("not shared"), quality.rejected(year)
    questions = carrying.agency_questions(year, region).query("opd == @opd")
    return str(state), questions, refused[refused["file"].isin(own["file"])]


def _kinds(found: pd.Series) -> str:
    names = framework.load().findings
    return listed([f"{names[str(k)].name.lower()} ({n})" for k, n in found.value_counts().items()])


def _waits(year: int, region: str, *tables: str) -> str:
    found = [missing(t, year, region)["sentence"] for t in tables or ("pillar_agencies",)]
    return " ".join(pd.concat(found))


def _names(pillars: Iterable[object]) -> list[str]:
    """Return the names of pillars; null stands for the questions of none."""
    names = framework.load().names["pillar"]
    return [names[str(p) if pd.notna(p) else "general"] for p in pillars]
