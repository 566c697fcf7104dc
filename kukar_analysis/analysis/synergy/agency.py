"""One agency: what it was asked, what it answered, what is missing, and what to send back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.quality.completeness import own_answers
from kukar_analysis.analysis.synergy.carried import agencies, form

QUESTIONS = ["question", "component", "pillar", "label", "state", "answer", "score"]
QUESTIONS += ["has_evidence", "remark", "assessor", "difference", "others", "origin"]
PROGRAMMES = ["year", "pillar", "programme", "is_quick_win", "status", "target", "realisation"]
PROGRAMMES += ["origin"]


def questions(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return the questions that an agency is asked, in the order of the form, with its answers.

    Asked are the questions of its pillars, and those of none where it answered any. Columns:
    question, component, pillar, label, state (answered; blank: in its form without an answer;
    absent: not in what arrived, or rejected), answer, score, has_evidence, remark, assessor (the
    assessors' score, null where not on record), difference (score minus assessor), others (other
    agencies that answered it, joined by ", "), origin. Empty where nothing of it is on record.
    """
    fw = framework.load()
    pairs, everyone = quality.coverage(year, region), own_answers(year, region)
    pillars = set(pairs.loc[pairs["opd"] == opd, "pillar"].fillna(""))
    own = everyone[(everyone["opd"] == opd) & everyone["pillar"].fillna("").isin(pillars)]
    listed = form(year, region)
    listed = listed[listed["pillar"].fillna("").isin(pillars)]
    asked = list(dict.fromkeys([*listed["question"], *own["question"]]))
    made = pd.DataFrame({"question": pd.Series(asked, dtype=own["question"].dtype)})
    made = made.merge(own.drop(columns=["component", "pillar"]), on="question", how="left")
    assessed = compare.assessed(year, region).set_index("question")["score"]
    given = everyone[everyone["is_answered"] & everyone["opd"].notna() & (everyone["opd"] != opd)]
    others = given.groupby("question")["opd"].agg(", ".join)
    known = [fw.questions[id_] for id_ in made["question"]]
    made = made.assign(
        component=[q.component for q in known],
        pillar=[q.pillar for q in known],
        label=[q.label for q in known],
        state=made["is_answered"].map({True: "answered", False: "blank"}).fillna("absent"),
        has_evidence=made["has_evidence"].eq(True),
        assessor=made["question"].map(assessed).astype("float64"),
        others=[others.get(id_, "") for id_ in made["question"]],
    )
    made["difference"] = made["score"] - made["assessor"]
    return made[QUESTIONS]


def files(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return the files of a year that speak for an agency.

    Those of which rows of it are kept, and those of which none are kept for any agency but whose
    name names it alone (a file that cannot be read says nothing else). Columns: those of
    quality.arrivals, shared (it speaks for other agencies too).
    """
    found = quality.arrivals(year, region)
    kept = [names.split(", ") if names else [] for names in found["opd"]]
    is_own = framework.load().is_office(region)
    speaks = [
        opd in names or (not names and is_own and _names_alone(file, opd))
        for names, file in zip(kept, found["file"], strict=True)
    ]
    # typed and with an index, so that a year without files keeps its columns
    shared = pd.Series([len(names) > 1 for names in kept], index=found.index, dtype=bool)
    is_own_file = pd.Series(speaks, index=found.index, dtype=bool)
    return found.assign(shared=shared)[is_own_file].reset_index(drop=True)


def rejected(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return what was rejected in the files of an agency alone; columns of quality.rejected.

    In a file of several agencies it is not on record whose a rejected record is.
    """
    own = files(year, region, opd)
    alone = own.loc[~own["shared"], "file"]
    found = quality.rejected(year)
    return found[found["origin"].map(places.file_of).isin(alone)].reset_index(drop=True)


def findings(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return what an assessor would find in an agency's answers; columns of quality.findings."""
    found = quality.findings(year, region)
    return found[found["opd"] == opd].reset_index(drop=True)


def programmes(year: int, region: str, opd: str) -> pd.DataFrame:
    """Return an agency's programmes of a year, and its quick wins up to it, the newest first.

    Columns: year, pillar, programme, is_quick_win, status, target, realisation, origin.
    """
    found = store.read("programmes", region=region)
    found = found[found["opd"] == opd]
    earlier = found["is_quick_win"] & (found["year"] < year)
    found = found[(found["year"] == year) | earlier]
    order = {pillar: i for i, pillar in enumerate(framework.load().pillars)}
    found = found.assign(place=found["pillar"].map(order))
    found = found.sort_values(["year", "place", "programme"], ascending=[False, True, True])
    return found[PROGRAMMES].reset_index(drop=True)


def state(year: int, region: str, opd: str, asked: pd.DataFrame) -> str:
    """Return what came from an agency that was `asked` these questions (see `questions`).

    complete (all its questions answered by it or another), partial, unusable (files, but no
    answer kept), silent (nothing arrived), unknown (not on record as carrying anything).
    """
    if (asked["state"] == "answered").any():
        left = (asked["state"] != "answered") & (asked["others"] == "")
        return "partial" if left.any() else "complete"
    if len(files(year, region, opd)):
        return "unusable"
    return "silent" if len(asked) or opd in agencies(year, region) else "unknown"


def _names_alone(file: str, opd: str) -> bool:
    return framework.load().named_in("opd", Path(file).stem) == [opd]
