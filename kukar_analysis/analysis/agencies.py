"""Which agency carries what: asked, answered, who leans on whom; sentences of pages 01, 06, 09."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import PurePosixPath

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.told import ordered, tidy, told
from kukar_analysis.formats import listed

LEANS = 0.5
"""A pillar leans on an agency that answers more than this part of its answered questions."""
_MOST = 3
"""Agencies called the key ones, at most."""
_COUNTS = ["answered", "with_evidence", "alone", "scored", "compared"]
_QUESTIONS = "opd question component pillar label state answer score has_evidence remark assessor"
_QUESTIONS += " difference others origin"
_AGENCIES = "opd state pillar_count pillars_answered lacking_pillars answered with_evidence alone"
_AGENCIES += " share leaning scored own_mean compared own_compared assessor_mean difference"
_LEANING = "pillar seats answering questions covered single largest largest_answered largest_alone"
_LEANING += " leans leans_on equal_agencies"


def agency_questions(year: int, region: str) -> pd.DataFrame:
    """Return the questions that each agency is asked, in the form's order, with its answers.

    Asked are those of the pillars that it carries or answered any of. state: answered; blank: in
    its form without an answer; absent: not in what arrived, or rejected. assessor is the assessors'
    score, difference score minus assessor, others the agencies that answered it too, joined by ",
    ".
    """
    own = quality.own_answers(year, region).dropna(subset="opd")
    keys, pairs, known = ["opd", "question"], _pairs(year, region), framework.load().questions
    of_form = pairs.merge(quality.form(year, region)[["question", "pillar"]], on="pillar")
    asked = pd.concat([of_form, own.merge(pairs, on=["opd", "pillar"])])[[*keys, "pillar"]]
    made = asked.drop_duplicates(keys)
    made = made.merge(own.drop(columns=["component", "pillar"]), on=keys, how="left")
    given = own[own["is_answered"]].groupby("question")["opd"].unique()
    assessed = compare.assessed(year, region).set_index("question")["score"]
    states = made["is_answered"].map({True: "answered", False: "blank"}).astype("str")
    made = made.assign(
        component=[known[q].component for q in made["question"]],
        label=[known[q].label for q in made["question"]],
        state=states.fillna("absent"),
        has_evidence=made["has_evidence"].eq(True),
        assessor=made["question"].map(assessed).astype("float64"),
        difference=lambda f: f["score"] - f["assessor"],
        others=[
            ", ".join(opd for opd in given.get(question, ()) if opd != mine) or None
            for mine, question in made[keys].values
        ],
    )
    return tidy(made.sort_values("opd", kind="stable"), _QUESTIONS)


def agency_pillars(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar (null = of none) what was asked, answered and scored.

    expected: named as carrying it; alone: answered by no other named agency; scored: answers with a
    score, own_mean their plain mean; compared: of them those that assessors scored too, with both
    means and their difference (above 0 the agency claims more than was found). Null is what is not
    known.
    """
    return _of_pillars(year, region, agency_questions(year, region))


def agencies(year: int, region: str) -> pd.DataFrame:
    """Return what each agency carries in all, those of most pillars and answers first.

    state: complete (all it is asked was answered by it or another), partial, unusable (a file of it
    came, and no answer could be kept), silent. Pillars are carried or answered; lacking_pillars
    those of which it answered nothing, leaning those that lean on it; share is of all answers, 0 to
    1.
    """
    found = agency_questions(year, region)
    pairs = _of_pillars(year, region, found)
    came = quality.arrivals(year, region)["speaks_for"].str.split(", ").explode().dropna()
    opds = pd.Index(sorted({*pairs["opd"], *came}), name="opd", dtype="str")
    made = _summed(found, ["opd"]).reindex(opds)
    of_pillar = pairs.dropna(subset="pillar")
    lacking = of_pillar[of_pillar["answered"] == 0]
    open_ = found.loc[found["state"].ne("answered") & found["others"].isna(), "opd"]
    made[_COUNTS] = made[_COUNTS].fillna(0)
    silent, total = made["answered"] == 0, made["answered"].sum()
    state = pd.Series("complete", opds, dtype="str").mask(opds.isin(open_), "partial")
    leans = _leaning(year, region, found).dropna(subset=["pillar", "leans_on"])
    listed = store.read("programmes", year=year, region=region)
    carried, unanswered, programmes = (
        f["opd"].value_counts().reindex(opds, fill_value=0) for f in (of_pillar, lacking, listed)
    )
    made = made.assign(
        state=state.mask(silent, "silent").mask(silent & opds.isin(came), "unusable"),
        pillar_count=carried,
        pillars_answered=carried - unanswered,
        lacking_pillars=_joined(lacking, "opd").reindex(opds),
        share=made["answered"] / total if total else float("nan"),
        leaning=_joined(leans, "leans_on").reindex(opds),
        programmes=programmes,
    )
    order = ["pillar_count", "answered", "opd"]
    made = made.reset_index().sort_values(order, ascending=[False, False, True])
    counts = dict.fromkeys([*_COUNTS, "pillar_count", "pillars_answered", "programmes"], "int64")
    return tidy(made, f"{_AGENCIES} programmes", **counts)


def leaning(year: int, region: str) -> pd.DataFrame:
    """Return how many agencies each pillar has, and how much it leans on one of them.

    seats: on record, named or only counted; covered: answered by a named agency; single: by one
    alone; largest: who answered most (", " where equal); leans = largest_answered / covered;
    leans_on: the largest, where it is one and leans is above LEANS; equal_agencies: as many equally
    large ones would be as concentrated (inverse Herfindahl index; Laakso and Taagepera 1979).
    """
    return _leaning(year, region, agency_questions(year, region))


def unnamed(year: int, region: str) -> int:
    """Return how many questions were answered without saying for which agency."""
    own = quality.own_answers(year, region)
    return int(own.loc[own["is_answered"] & own["opd"].isna(), "question"].nunique())


def _pairs(year: int, region: str) -> pd.DataFrame:
    """Return who carries a pillar by the list, or answered any of it; blank rows make no pair."""
    own, keys = quality.own_answers(year, region), ["opd", "pillar"]
    answered = own[own["is_answered"]].dropna(subset="opd")[keys].drop_duplicates()
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carried = seats[keys].drop_duplicates().assign(expected=True)
    both = carried.merge(answered, on=keys, how="outer")
    return both.assign(expected=both["expected"].eq(True))


def _of_pillars(year: int, region: str, found: pd.DataFrame) -> pd.DataFrame:
    keys = ["opd", "pillar"]
    sizes = found.groupby(keys, dropna=False).size().astype("float64").rename("questions")
    made = _pairs(year, region).merge(sizes.reset_index(), on=keys, how="left")
    made = made.merge(_summed(found, keys).reset_index(), on=keys, how="left")
    made[_COUNTS] = made[_COUNTS].fillna(0).astype("int64")
    return made.sort_values(keys, ignore_index=True)


def _summed(questions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    given = questions[questions["state"] == "answered"]
    both = given["difference"].notna()
    given = given.assign(
        single=given["others"].isna(),
        own=given["score"].where(both),
        theirs=given["assessor"].where(both),
    )
    return given.groupby(keys, dropna=False).agg(
        answered=("question", "size"),
        with_evidence=("has_evidence", "sum"),
        alone=("single", "sum"),
        scored=("score", "count"),
        own_mean=("score", "mean"),
        compared=("difference", "count"),
        own_compared=("own", "mean"),
        assessor_mean=("theirs", "mean"),
        difference=("difference", "mean"),
    )


def _joined(rows: pd.DataFrame, by: str) -> pd.Series:
    """Return the pillars of some rows by agency, joined by ", "."""
    rows = ordered(rows, "pillar", framework.load().pillars)
    return rows.groupby(by)["pillar"].agg(", ".join)


def _leaning(year: int, region: str, found: pd.DataFrame) -> pd.DataFrame:
    given = found[found["state"] == "answered"].fillna({"pillar": ""})
    alone, keys = given[given["others"].isna()], ["pillar", "opd"]
    counts, of_alone = (rows.groupby(keys).size() for rows in (given, alone))
    by = counts.groupby("pillar")
    most = counts[counts == by.transform("max")].rename("answered").reset_index()
    largest = most.groupby("pillar")
    one = most[~most["pillar"].duplicated(keep=False)].set_index("pillar")["opd"]
    seats = store.read("pillar_agencies", year=year, region=region)
    columns = {
        "seats": seats.groupby("pillar")["agencies"].sum(),
        "answering": by.size(),
        "questions": quality.form(year, region)["pillar"].fillna("").value_counts(),
        "covered": given.groupby("pillar")["question"].nunique(),
        "single": alone.groupby("pillar").size(),
        "largest": largest["opd"].agg(", ".join),
        "largest_answered": largest["answered"].max(),
        "largest_alone": pd.Series(
            {pillar: of_alone.get((pillar, opd), 0) for pillar, opd in one.items()}
        ),
        "leans_on": one,
        "equal_agencies": 1 / ((counts / by.transform("sum")) ** 2).groupby("pillar").sum(),
    }
    names = [*framework.load().pillars, *([""] if given["pillar"].eq("").any() else [])]
    made = pd.DataFrame(columns, pd.Index(names, name="pillar"))
    if len(given):  # of the others it is not known
        made = made.fillna({"answering": 0, "covered": 0, "single": 0})
    made["leans"] = made["largest_answered"] / made["covered"].where(made["covered"] > 0)
    made["leans_on"] = made["leans_on"].where(made["leans"] > LEANS)
    made = made.reset_index()
    return tidy(made.assign(pillar=made["pillar"].replace("", None)), _LEANING)


# In words


def quality_sentences(year: int, region: str) -> list[str]:
    """Answer what arrived, what is missing and rejected, and what was found in it."""
    arrived = quality.arrivals(year, region)
    if arrived.empty:
        return [told("quality.none", year=year)]
    unread, counts = (arrived["kind"] == "unread").sum(), arrived.filter(like="rows_").sum()
    came = told("quality.came", year=year, files=len(arrived), unread=unread, **counts)
    surveyed = store.read("survey_responses", year=year, region=region)
    if quality.own_answers(year, region).empty and surveyed.empty:
        found = told("quality.unchecked", waits=_waits(year, region, "agency_forms"))
    else:
        found = told("quality.found", kinds=_kinds(quality.findings(year, region)))
    return [came, _completeness(year, region), found]


def _completeness(year: int, region: str) -> str:
    pairs = agency_pillars(year, region).query("expected")
    if pairs.empty:
        return told("quality.unmeasured", waits=_waits(year, region))
    calls, form = agencies(year, region), quality.form(year, region)
    calls = calls.dropna(subset="lacking_pillars").sort_values("opd")
    return told(
        "quality.complete",
        year=year,
        pairs=len(pairs),
        answered=(pairs["answered"] > 0).sum(),
        calls=calls["opd"],
        unusable=calls.loc[calls["state"] == "unusable", "opd"],
        open=form["is_answered"].eq(False).sum() if len(form) else None,
    )


def synergy_sentences(year: int, region: str) -> list[str]:
    """Answer which agency carries what, on whom much depends, and how sure that is."""
    found = agencies(year, region)
    if found.empty:
        return _not_on_record(year, region)
    pairs = agency_pillars(year, region).query("expected")
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
        several=found.loc[found["pillar_count"] > 1, "opd"],
    )
    by = leaning(year, region).assign(name=lambda f: _names(f["pillar"]))
    equal = by.dropna(subset="pillar").set_index("name")["equal_agencies"].dropna()
    leans = by.dropna(subset="leans_on").itertuples()
    assessed = compare.assessed(year, region).set_index("question")["score"]
    once = pd.DataFrame({"score": quality.office_scores(year, region), "assessor": assessed})
    once = once.assign(difference=once["score"] - once["assessor"]).dropna()
    waiting, nameless = (pairs["answered"] == 0).sum(), unnamed(year, region)
    higher, compared = (found["difference"] > 0).sum(), found["compared"].gt(0).sum()
    return [
        first,
        told(
            "synergy.pillars",
            leans=[told("synergy.leans", r=r) for r in leans],
            where=[*equal.index[equal == equal.min()]],
            least=equal.min(),
        ),
        told("synergy.scored", n=len(once), r=once.mean(), higher=higher, compared=compared),
        told("synergy.sure", waiting=waiting, pairs=len(pairs), nameless=nameless),
    ]


def _not_on_record(year: int, region: str) -> list[str]:
    waits = _waits(year, region, "pillar_agencies", "agency_forms")
    found = leaning(year, region).dropna(subset=["pillar", "seats"])
    seats = [f"{n} {s:.0f}" for n, s in zip(_names(found["pillar"]), found["seats"], strict=True)]
    wins = store.read("programmes", region=region).query("is_quick_win and year <= @year")
    wins = wins.dropna(subset="opd")
    counts = wins["opd"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    said = [
        told("synergy.none", region=region, year=year, waits=waits),
        told("synergy.seats", total=found["seats"].sum(), seats=seats),
        told("synergy.only_nameless", n=unnamed(year, region)),
        told(
            "synergy.quick_wins",
            years=sorted({*wins["year"].agg(["min", "max"])}),
            names=[f"{opd} ({n})" for opd, n in counts.items()],
        ),
    ]
    return [sentence for sentence in said if sentence]


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
    answered, found = questions["state"] == "answered", quality.findings(year, region)
    left, kinds = questions[~answered], _kinds(found[found["opd"] == opd])
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
    both = questions.dropna(subset="difference")
    most = both["difference"].max()
    furthest = both.loc[both["difference"].sub(most).abs() < 1e-9, "label"]
    means = both[["score", "assessor", "difference"]].mean()
    scores = [told("agency.scores", n=len(both), most=most, furthest=furthest, r=means)]
    mend = [told("agency.mend", refused=refused, kinds=kinds)] if refused or kinds else []
    return [came, *scores * bool(len(both)), *mend, told("agency.sure")]


def send_back(year: int, region: str, opd: str) -> list[str]:
    """List what the agency is asked to send back, and in which form; empty where nothing is."""
    state, questions, refused = _papers(year, region, opd)
    answered, fw = questions["state"] == "answered", framework.load()
    unread = refused["rule"].isin(["unread", "unfinished"]).sum()
    found = quality.findings(year, region).query("opd == @opd and kind != 'without_evidence'")
    kinds = [(fw.findings[str(kind)], n) for kind, n in found["kind"].value_counts().items()]
    counts = {
        "form": state == "silent",
        "unread": unread,
        "rejected": len(refused) - unread,
        "bare": (answered & ~questions["has_evidence"]).sum(),
        "found": kinds,
        "open": (~answered & questions["others"].isna()).sum(),
        "pillars": questions.empty,
    }
    said: list[str] = []
    for what, n in counts.items():
        each = n if what == "found" else [n] * bool(n)
        said += [told(f"send.{what}", n=one) for one in each]
    if said and fw.asked_edition(year):
        command = f"kukar template {year} --opd {shlex.quote(opd)} --region {region}"
        said.append(told("send.ask", command=command))
    own = quality.arrivals(year, region, opd).query("not shared and rows_kept > 0")
    names = [told("send.name", file=PurePosixPath(file)) for file in own["file"].iloc[-1:]]
    return [*said, *names, told("send.how")] if said else []


def _papers(year: int, region: str, opd: str) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Return what came from an agency, its questions, and what was rejected in files of its own."""
    state = agencies(year, region).set_index("opd")["state"].get(opd, "unknown")
    own, refused = quality.arrivals(year, region, opd).query("not shared"), quality.rejected(year)
    questions = agency_questions(year, region).query("opd == @opd")
    return str(state), questions, refused[refused["file"].isin(own["file"])]


def _kinds(found: pd.DataFrame) -> str:
    names, counts = framework.load().findings, found["kind"].value_counts()
    return listed([f"{names[str(k)].name.lower()} ({n})" for k, n in counts.items()])


def _waits(year: int, region: str, *tables: str) -> str:
    found = [missing(t, year, region)["sentence"] for t in tables or ("pillar_agencies",)]
    return " ".join(pd.concat(found))


def _names(pillars: Iterable[object]) -> list[str]:
    """Return the names of pillars; null stands for the questions of none."""
    names = framework.load().names["pillar"]
    return [names[str(p) if pd.notna(p) else "general"] for p in pillars]
