"""Which agency carries what: asked, answered, who leans on whom; sentences of pages 01, 06, 09."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.told import ordered, tell, tidy, told
from kukar_analysis.formats import listed

LEANS = 0.5  # a pillar leans on who answers more than this part of its answered questions
_PAIR = ["opd", "pillar"]
_COUNTS = ["answered", "with_evidence", "alone", "scored", "compared"]
_QUESTIONS = "opd question component pillar label state answer score has_evidence remark assessor"
_QUESTIONS += " difference others origin"
_AGENCIES = "opd state pillar_count pillars_answered lacking_pillars answered with_evidence alone"
_AGENCIES += " share leaning scored own_mean compared own_compared assessor_mean difference"
_LEANING = "pillar seats answering questions covered single largest largest_answered leans"


@store.kept
def agency_questions(year: int, region: str) -> pd.DataFrame:
    """Return the questions of the pillars that each agency carries or answered, with its answers.

    state: answered; blank (in its form); absent (not in what arrived, or rejected). difference:
    score minus the assessors' (assessor); others: agencies that answered it too, joined by ", ".
    """
    own, keys = quality.own_answers(year, region).dropna(subset="opd"), ["opd", "question"]
    pairs, columns = _pairs(year, region), ["opd", "question", "component", "pillar"]
    of_form = pairs.merge(quality.form(year, region), on="pillar")[columns]
    asked = pd.concat([of_form, own.merge(pairs, on=_PAIR)[columns]]).drop_duplicates(keys)
    made = asked.merge(own.drop(columns=["component", "pillar"]), on=keys, how="left")
    given = own[own["is_answered"]].groupby("question")["opd"].unique()
    assessed = compare.assessed(year, region).set_index("question")["score"]
    states = made["is_answered"].map({True: "answered", False: "blank"})
    made = made.assign(
        label=made["question"].map(framework.load().names["question"]),
        state=states.astype("str").fillna("absent"),
        has_evidence=made["has_evidence"].eq(True),
        assessor=made["question"].map(assessed).astype("float64"),
        difference=lambda f: f["score"] - f["assessor"],
        others=[
            ", ".join(opd for opd in given.get(question, ()) if opd != mine) or None
            for mine, question in made[keys].values
        ],
    )
    return tidy(made.sort_values("opd", kind="stable"), _QUESTIONS)


@store.kept
def agency_pillars(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar (null = of none) what was asked, answered and scored.

    expected: named as carrying it; alone: answered by no other agency; compared: the scored answers
    that assessors scored too, with both means and their difference. Null is what is not known.
    """
    made = _summed(agency_questions(year, region), _pairs(year, region), _PAIR)
    return made.sort_values(_PAIR, ignore_index=True)


@store.kept
def agencies(year: int, region: str) -> pd.DataFrame:
    """Return what each agency carries in all, those of most pillars and answers first.

    state: complete (by it or another), partial, unusable (a file came, no answer was kept), silent.
    lacking_pillars: of which it answered nothing; leaning: that lean on it; share: 0 to 1.
    """
    found, pairs = agency_questions(year, region), agency_pillars(year, region)
    came = quality.arrivals(year, region)["speaks_for"].str.split(", ").explode().dropna()
    opds = pd.DataFrame({"opd": sorted({*pairs["opd"], *came})}, dtype="str")
    made, listed = _summed(found, opds, ["opd"]), store.read("programmes", year=year, region=region)
    of_pillar = ordered(pairs.dropna(subset="pillar"), "pillar", framework.load().pillars)
    given, lacking = (of_pillar[(of_pillar["answered"] > 0) == is_any] for is_any in (True, False))
    open_ = found.loc[found["state"].ne("answered") & found["others"].isna(), "opd"]
    silent, total, opd = made["answered"] == 0, made["answered"].sum(), made["opd"]
    states = [silent & opd.isin(came), silent, opd.isin(open_)]
    leans = leaning(year, region).dropna(subset=["pillar", "leans_on"])
    counted = {"pillar_count": of_pillar, "pillars_answered": given, "programmes": listed}
    made = made.assign(
        state=np.select(states, ["unusable", "silent", "partial"], "complete"),
        lacking_pillars=opd.map(lacking.groupby("opd")["pillar"].agg(", ".join)),
        share=made["answered"] / total if total else float("nan"),
        leaning=opd.map(leans.groupby("leans_on")["pillar"].agg(", ".join)),
        **{name: opd.map(rows["opd"].value_counts()).fillna(0) for name, rows in counted.items()},
    )
    made = made.sort_values(["pillar_count", "answered", "opd"], ascending=[False, False, True])
    return tidy(made, f"{_AGENCIES} programmes", **dict.fromkeys([*_COUNTS, *counted], "int64"))


def leaning(year: int, region: str) -> pd.DataFrame:
    """Return how many agencies each pillar has, and how much it leans on one of them.

    covered: questions answered, single: by one agency alone; largest: who answered most (", " where
    equal); leans = largest_answered / covered; leans_on: the one largest, above LEANS.
    """
    given = agency_questions(year, region).query("state == 'answered'").fillna({"pillar": ""})
    counts = given.groupby(["pillar", "opd"]).size()
    by = counts.groupby("pillar")
    most = counts[counts == by.transform("max")].rename("answered").reset_index()
    seats = store.read("pillar_agencies", year=year, region=region)
    columns = {
        "seats": seats.groupby("pillar")["agencies"].sum(),
        "answering": by.size(),
        "questions": quality.form(year, region)["pillar"].fillna("").value_counts(),
        "covered": given.groupby("pillar")["question"].nunique(),
        "single": given[given["others"].isna()].groupby("pillar").size(),
        "largest": most.groupby("pillar")["opd"].agg(", ".join),
        "largest_answered": most.groupby("pillar")["answered"].max(),
        "leans_on": most.drop_duplicates("pillar", keep=False).set_index("pillar")["opd"],
    }
    names = [*framework.load().pillars, *([""] if given["pillar"].eq("").any() else [])]
    made = pd.DataFrame(columns, pd.Index(names, name="pillar"))
    if len(given):  # of the others it is not known
        made = made.fillna({"answering": 0, "covered": 0, "single": 0})
    made["leans"] = made["largest_answered"] / made["covered"].where(made["covered"] > 0)
    made["leans_on"] = made["leans_on"].where(made["leans"] > LEANS)
    return tidy(made.reset_index().replace({"pillar": ""}, None), f"{_LEANING} leans_on")


def unnamed(year: int, region: str) -> int:
    """Return how many questions were answered without saying for which agency."""
    own = quality.own_answers(year, region)
    return int(own.loc[own["is_answered"] & own["opd"].isna(), "question"].nunique())


def _pairs(year: int, region: str) -> pd.DataFrame:
    """Return who carries a pillar by the list, or answered any of it; blank rows make no pair."""
    own = quality.own_answers(year, region)
    answered = own[own["is_answered"]].dropna(subset="opd")[_PAIR].drop_duplicates()
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carried = seats[_PAIR].drop_duplicates().assign(expected=True)
    both = carried.merge(answered, on=_PAIR, how="outer")
    return both.assign(expected=both["expected"].eq(True))


def _summed(questions: pd.DataFrame, rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    given, both = questions["state"] == "answered", questions["difference"].notna()
    made = questions.assign(
        given=given,
        single=given & questions["others"].isna(),
        own=questions["score"].where(both),
        theirs=questions["assessor"].where(both),
    )
    made = made.groupby(keys, dropna=False).agg(
        questions=("question", "size"),
        answered=("given", "sum"),
        with_evidence=("has_evidence", "sum"),
        alone=("single", "sum"),
        scored=("score", "count"),
        own_mean=("score", "mean"),
        compared=("difference", "count"),
        own_compared=("own", "mean"),
        assessor_mean=("theirs", "mean"),
        difference=("difference", "mean"),
    )
    made = rows.merge(made.astype({"questions": "float64"}), on=keys, how="left")
    return made.fillna(dict.fromkeys(_COUNTS, 0)).astype(dict.fromkeys(_COUNTS, "int64"))


def quality_sentences(year: int, region: str) -> list[str]:
    """Answer what arrived, what is missing and rejected, and what was found in it."""
    arrived, form = quality.arrivals(year, region), quality.form(year, region)
    pairs = agency_pillars(year, region).query("expected")
    calls = agencies(year, region).dropna(subset="lacking_pillars").sort_values("opd")
    surveyed = store.read("survey_responses", year=year, region=region)
    return tell(
        "quality.none" if arrived.empty else "quality.came quality.complete quality.found",
        year=year,
        files=len(arrived),
        unread=(arrived["kind"] == "unread").sum(),
        **arrived.filter(like="rows_").sum(),
        pairs=len(pairs),
        answered=(pairs["answered"] > 0).sum(),
        calls=calls["opd"],
        unusable=calls.loc[calls["state"] == "unusable", "opd"],
        open=form["is_answered"].eq(False).sum() if len(form) else None,
        is_checked=len(surveyed) or len(quality.own_answers(year, region)),
        kinds=_kinds(quality.findings(year, region)),
        no_list=_waits(year, region, "pillar_agencies"),
        no_form=_waits(year, region, "agency_forms"),
    )


def synergy_sentences(year: int, region: str) -> list[str]:
    """Answer which agency carries what, on whom much depends, and how sure that is."""
    found, by = agencies(year, region), leaning(year, region)
    by, pairs = by.assign(name=_names(by["pillar"])), agency_pillars(year, region)
    pairs, seats = pairs.query("expected"), by.dropna(subset=["pillar", "seats"])
    most = found[found["answered"] > 0].nlargest(2, "answered", keep="all")
    assessed = compare.assessed(year, region).set_index("question")["score"]
    once = pd.DataFrame({"score": quality.office_scores(year, region), "assessor": assessed})
    once = once.assign(difference=once["score"] - once["assessor"]).dropna()
    wins = store.read("programmes", region=region).query("is_quick_win and year <= @year")
    wins = wins.dropna(subset="opd")
    counts = wins["opd"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    known = "synergy.first synergy.pillars synergy.scored synergy.sure"
    unknown = "synergy.none synergy.seats synergy.only_nameless synergy.quick_wins"
    return tell(
        unknown if found.empty else known,
        region=region,
        year=year,
        opds=len(found),
        pairs=len(pairs),
        answering=(found["answered"] > 0).sum(),
        answers=found["answered"].sum(),
        keys=most,
        several=found.loc[found["pillar_count"] > 1, "opd"],
        leans=by.dropna(subset="leans_on"),
        is_answered=by.dropna(subset="pillar")["leans"].notna().any(),
        n=len(once),
        r=once.mean(),
        higher=(found["difference"] > 0).sum(),
        compared=found["compared"].gt(0).sum(),
        waiting=(pairs["answered"] == 0).sum(),
        nameless=unnamed(year, region),
        waits=_waits(year, region, "pillar_agencies", "agency_forms"),
        total=seats["seats"].sum(),
        seats=[f"{r.name} {r.seats:.0f}" for r in seats.itertuples(index=False)],
        years=sorted({*wins["year"].agg(["min", "max"])}),
        names=[f"{opd} ({n})" for opd, n in counts.items()],
    )


def agency_sentences(year: int, region: str, opd: str) -> list[str]:
    """Answer what came from an agency, what is missing, and how sure that is."""
    known = _of_agency(year, region, opd)
    said = {"unknown": "agency.unknown", "silent": "agency.silent agency.asked"}
    said["unusable"] = "agency.unusable agency.asked"
    came = "agency.came agency.scores agency.mend agency.sure"
    return tell(said.get(known["state"], came), **known)


def send_back(year: int, region: str, opd: str) -> list[str]:
    """List what the agency is asked to send back, and in which form; empty where nothing is."""
    known = _of_agency(year, region, opd)
    found = known["found"].query("kind != 'without_evidence'")["kind"].value_counts()
    kinds = [(framework.load().findings[str(kind)], n) for kind, n in found.items()]
    said = tell("send.form send.unread send.rejected send.bare", **known)
    said += [told("send.found", kind=kind, n=n) for kind, n in kinds]
    said += tell("send.open send.pillars", **known)
    return said and said + tell("send.ask send.name send.how", **known)


def _of_agency(year: int, region: str, opd: str) -> dict[str, Any]:
    fw = framework.load()
    state = agencies(year, region).set_index("opd")["state"].get(opd, "unknown")
    questions = agency_questions(year, region).query("opd == @opd")
    answered = questions["state"] == "answered"
    left, both = questions[~answered], questions.dropna(subset="difference")
    own, refused = quality.arrivals(year, region, opd).query("not shared"), quality.rejected(year)
    refused = refused[refused["file"].isin(own["file"])]
    found = quality.findings(year, region).query("opd == @opd")
    return {
        "state": state,
        "name": fw.opd[opd].name,
        "region": region,
        "year": year,
        "waits": _waits(year, region, "pillar_agencies"),
        "pillars": [*dict.fromkeys(_names(questions["pillar"]))],
        "asked": len(questions),
        "answered": answered.sum(),
        "bare": (answered & ~questions["has_evidence"]).sum(),
        "left": len(left),
        "open": [*left.loc[left["others"].isna(), "label"]],
        "compared": len(both),
        "means": both[["score", "assessor", "difference"]].mean(),
        "refused": len(refused),
        "unread": refused["rule"].isin(["unread", "unfinished"]).sum(),
        "found": found,
        "kinds": _kinds(found),
        "asked_edition": fw.asked_edition(year),
        "files": [*map(PurePosixPath, own.query("rows_kept > 0")["file"])],
    }


def _kinds(found: pd.DataFrame) -> str:
    names, counts = framework.load().findings, found["kind"].value_counts()
    return listed([f"{names[str(k)].name.lower()} ({n})" for k, n in counts.items()])


def _waits(year: int, region: str, *tables: str) -> str:
    return " ".join(pd.concat([missing(table, year, region)["sentence"] for table in tables]))


def _names(pillars: Iterable[object]) -> list[str]:
    """Return the names of pillars; null stands for the questions of none."""
    names = framework.load().names["pillar"]
    return [names[str(p) if pd.notna(p) else "general"] for p in pillars]
