"""Which agency carries what: what each was asked and answered, and which pillar leans on whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, quality

LEANS = 0.5
"""A pillar leans on an agency that answers more than this part of its answered questions."""
_COUNTS = ["answered", "with_evidence", "alone", "scored", "compared"]
_QUESTIONS = ["opd", "question", "component", "pillar", "label", "state", "answer", "score"]
_QUESTIONS += ["has_evidence", "remark", "assessor", "difference", "others", "origin"]
_AGENCIES = ["opd", "state", "pillar_count", "pillars_answered", "lacking_pillars", *_COUNTS[:3]]
_AGENCIES += ["share", "leaning", "scored", "own_mean", "compared", "own_compared"]
_AGENCIES += ["assessor_mean", "difference", "programmes"]
_LEANING = ["answering", "questions", "covered", "single", "largest", "largest_answered"]
_LEANING += ["largest_alone", "leans", "leans_on", "equal_agencies"]


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
    asked = asked.drop_duplicates(keys)
    made = asked.merge(own.drop(columns=["component", "pillar"]), on=keys, how="left")
    given = own[own["is_answered"]].groupby("question")["opd"].unique()
    others = [
        ", ".join(opd for opd in given.get(question, ()) if opd != mine) or None
        for mine, question in made[keys].values
    ]
    assessed = compare.assessed(year, region).set_index("question")["score"]
    states = made["is_answered"].map({True: "answered", False: "blank"}).astype("str")
    made = made.assign(
        component=[known[q].component for q in made["question"]],
        label=[known[q].label for q in made["question"]],
        state=states.fillna("absent"),
        has_evidence=made["has_evidence"].eq(True),
        assessor=made["question"].map(assessed).astype("float64"),
        difference=lambda f: f["score"] - f["assessor"],
        others=others,
    )
    texts = dict.fromkeys(["component", "label", "others"], "str")
    return made[_QUESTIONS].astype(texts).sort_values("opd", kind="stable", ignore_index=True)


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
    made[_COUNTS] = made[_COUNTS].fillna(0).astype("int64")
    of_pillar = pairs.dropna(subset="pillar")
    lacking = of_pillar[of_pillar["answered"] == 0]
    open_ = found.loc[found["state"].ne("answered") & found["others"].isna(), "opd"]
    silent = made["answered"] == 0
    state = pd.Series("complete", opds, dtype="str").mask(opds.isin(open_), "partial")
    leans = _leaning(year, region, found).dropna(subset=["pillar", "leans_on"])
    listed = store.read("programmes", year=year, region=region)
    counts = [
        f["opd"].value_counts().reindex(opds, fill_value=0) for f in (of_pillar, lacking, listed)
    ]
    total = made["answered"].sum()
    made = made.assign(
        state=state.mask(silent, "silent").mask(silent & opds.isin(came), "unusable"),
        pillar_count=counts[0],
        pillars_answered=counts[0] - counts[1],
        lacking_pillars=_joined(lacking, "opd", opds),
        share=made["answered"] / total if total else float("nan"),
        leaning=_joined(leans, "leans_on", opds),
        programmes=counts[2],
    )
    order = ["pillar_count", "answered", "opd"]
    made = made.reset_index().sort_values(order, ascending=[False, False, True])
    return made[_AGENCIES].reset_index(drop=True)


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
        alone=given["others"].isna(),
        own_compared=given["score"].where(both),
        assessor_mean=given["assessor"].where(both),
    )
    return given.groupby(keys, dropna=False).agg(
        answered=("question", "size"),
        with_evidence=("has_evidence", "sum"),
        alone=("alone", "sum"),
        scored=("score", "count"),
        own_mean=("score", "mean"),
        compared=("difference", "count"),
        own_compared=("own_compared", "mean"),
        assessor_mean=("assessor_mean", "mean"),
        difference=("difference", "mean"),
    )


def _joined(rows: pd.DataFrame, by: str, opds: pd.Index) -> pd.Series:
    """Return the pillars of some rows by agency, joined by ", "; null where an agency has none."""
    order = [*framework.load().pillars]
    rows = rows.sort_values("pillar", key=lambda pillars: pillars.map(order.index), kind="stable")
    return rows.groupby(by)["pillar"].agg(", ".join).reindex(opds).astype("str")


def _leaning(year: int, region: str, found: pd.DataFrame) -> pd.DataFrame:
    given = found[found["state"] == "answered"].fillna({"pillar": ""})
    sizes = quality.form(year, region)["pillar"].fillna("").value_counts()
    seats = store.read("pillar_agencies", year=year, region=region).groupby("pillar")["agencies"]
    names = [*framework.load().pillars, *([""] if given["pillar"].eq("").any() else [])]
    rows = [_of_pillar(given[given["pillar"] == p]) if len(given) else {} for p in names]
    made = pd.DataFrame(rows, pd.Index(names, name="pillar", dtype="str"), _LEANING)
    made = made.assign(questions=sizes.reindex(names))
    made.insert(0, "seats", seats.sum().reindex(names))
    texts = dict.fromkeys(["largest", "leans_on"], "str")
    made = made.astype(dict.fromkeys(made, "float64") | texts).reset_index()
    return made.assign(pillar=made["pillar"].replace("", None))


def _of_pillar(given: pd.DataFrame) -> dict[str, Any]:
    counts, covered = given["opd"].value_counts(), given["question"].nunique()
    alone = given["others"].isna()
    row = {"answering": len(counts), "covered": covered, "single": alone.sum()}
    if not covered:
        return row
    most = int(counts.max())
    largest = sorted(counts.index[counts == most])
    row |= {"largest": ", ".join(largest), "largest_answered": most, "leans": most / covered}
    if len(largest) == 1:
        row["largest_alone"] = (given["opd"].eq(largest[0]) & alone).sum()
        row["leans_on"] = largest[0] if most / covered > LEANS else None
    return row | {"equal_agencies": 1 / ((counts / counts.sum()) ** 2).sum()}
