"""Which agency carries what: what each was asked and answered, and which pillar leans on whom."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, quality

LEANS = 0.5
"""A pillar leans on an agency that answers more than this part of its answered questions."""
SCORED = ["scored", "own_mean", "compared", "own_compared", "assessor_mean", "difference"]
_COUNTS = ["answered", "with_evidence", "alone"]


def agency_questions(year: int, region: str) -> pd.DataFrame:
    """Return the questions that each agency is asked, in the order of the form, with its answers.

    Asked are the questions of the pillars that it carries or answered any of. Columns: opd,
    question, component, pillar (null = of none), label, state (answered; blank: in its form without
    an answer; absent: not in what arrived, or rejected), answer, score, has_evidence, remark,
    assessor (the assessors' score, null where not on record), difference (score minus assessor),
    others (other agencies that answered it, joined by ", "; null where
    none), origin.
    """
    own, listed = quality.own_answers(year, region), quality.form(year, region)
    own, pairs = own.dropna(subset="opd"), _pairs(year, region)[["opd", "pillar"]]
    asked = pd.concat(
        [
            pairs.merge(listed[["question", "pillar"]], on="pillar"),
            pairs.merge(own[["opd", "question", "pillar"]], on=["opd", "pillar"]),
        ]
    ).drop_duplicates(["opd", "question"])
    known = [framework.load().questions[id_] for id_ in asked["question"]]
    texts = pd.DataFrame(
        [(q.component, q.label) for q in known],
        columns=["component", "label"],
        index=asked.index,
        dtype="str",
    )
    answers = own.drop(columns=["component", "pillar"])
    made = pd.concat([asked, texts], axis=1).merge(answers, on=["opd", "question"], how="left")
    given = own[own["is_answered"]].groupby("question")["opd"].unique()
    others = [
        ", ".join(opd for opd in given.get(question, ()) if opd != own) or None
        for own, question in zip(made["opd"], made["question"], strict=True)
    ]
    assessed = compare.assessed(year, region).set_index("question")["score"]
    states = made["is_answered"].map({True: "answered", False: "blank"}).astype("str")
    made = made.assign(
        state=states.fillna("absent"),
        has_evidence=made["has_evidence"].eq(True),
        assessor=made["question"].map(assessed).astype("float64"),
        others=pd.Series(others, made.index, dtype="str"),
    )
    made["difference"] = made["score"] - made["assessor"]
    columns = ["opd", "question", "component", "pillar", "label", "state", "answer", "score"]
    columns += ["has_evidence", "remark", "assessor", "difference", "others", "origin"]
    return made[columns].sort_values("opd", kind="stable", ignore_index=True)


def agency_pillars(year: int, region: str) -> pd.DataFrame:
    """Return for each agency and pillar what was asked and answered, and the scores.

    Columns: opd, pillar (null = of none), expected (named as carrying the pillar), questions
    (asked; null = not known), answered, with_evidence, alone (answered by no other named agency),
    scored (answers with a score), own_mean (their plain mean, 0 to 4), compared (of them those that
    assessors scored too), own_compared and assessor_mean (means of these), difference (own_compared
    minus assessor_mean: above 0 the agency claims more than was found). Means are null where
    nothing stands behind them.
    """
    keys = ["opd", "pillar"]
    found = agency_questions(year, region)
    sizes = found.groupby(keys, dropna=False).size().rename("questions").astype("float64")
    made = _pairs(year, region).merge(sizes.reset_index(), on=keys, how="left")
    made = made.merge(_answered(found, keys).reset_index(), on=keys, how="left")
    return _counted(made).sort_values(keys, ignore_index=True)


def agencies(year: int, region: str) -> pd.DataFrame:
    """Return what each agency carries in all, those of most pillars and answers first.

    Columns: opd, state (complete: all it is asked was answered by it or another; partial; unusable:
    a file of it came, and no answer could be kept; silent: nothing came), pillar_count (carried or
    answered, of the six), pillars_answered, lacking_pillars (those of which it answered nothing,
    joined by ", "; null where none), the counts of `agency_pillars`, share (of the answers of all
    named agencies, 0 to 1; null where nobody answered), leaning (the pillars that lean on it,
    joined by ", "; null where none), its scores, programmes (of the year that name it).
    """
    found, pairs = agency_questions(year, region), agency_pillars(year, region)
    files = quality.arrivals(year, region)["speaks_for"].str.split(", ").explode()
    came = files.dropna()
    opds = pd.Index(sorted({*pairs["opd"], *came}), name="opd", dtype="str")
    made = _counted(_answered(found, ["opd"]).reindex(opds))
    of_pillar = pairs.dropna(subset="pillar")
    lacking = of_pillar[of_pillar["answered"] == 0]
    carried = of_pillar["opd"].value_counts().reindex(opds, fill_value=0)
    total = made["answered"].sum()
    leaning_on = leaning(year, region).dropna(subset=["pillar", "leans_on"])
    listed = store.read("programmes", year=year, region=region)["opd"].value_counts()
    made = made.assign(
        state=_states(found, opds, set(came)),
        pillar_count=carried,
        pillars_answered=carried - lacking["opd"].value_counts().reindex(opds, fill_value=0),
        lacking_pillars=_joined(lacking, "opd", opds),
        share=made["answered"] / total if total else float("nan"),
        leaning=_joined(leaning_on, "leans_on", opds),
        programmes=listed.reindex(opds, fill_value=0),
    )
    columns = ["opd", "state", "pillar_count", "pillars_answered", "lacking_pillars", *_COUNTS]
    columns += ["share", "leaning", *SCORED, "programmes"]
    order = ["pillar_count", "answered", "opd"]
    made = made.reset_index().sort_values(order, ascending=[False, False, True])
    return made[columns].reset_index(drop=True)


def leaning(year: int, region: str) -> pd.DataFrame:
    """Return how many agencies each pillar has, and how much it leans on one of them.

    Columns: pillar (the six, then null for questions of none where such were answered), seats
    (agencies on record, named or only counted), answering, questions (of the form), covered
    (answered by a named agency), single (of these, by one alone), largest (who answered most,
    joined by ", " where equal), largest_answered, largest_alone (of these, answered by it alone;
    null where several are equal), leans (largest_answered / covered, 0 to 1), leans_on (the agency
    that the pillar leans on: the largest, where it is one and leans is above LEANS),
    equal_agencies (see `concentration`). Null where nothing is on record.
    """
    found = agency_questions(year, region)
    given = found[found["state"] == "answered"].fillna({"pillar": ""})
    sizes = quality.form(year, region)["pillar"].fillna("").value_counts()
    seats = store.read("pillar_agencies", year=year, region=region)
    pillars = [*framework.load().pillars, *([""] if given["pillar"].eq("").any() else [])]
    rows = [_of_pillar(given[given["pillar"] == p]) if len(given) else {} for p in pillars]
    columns = ["answering", "covered", "single", "largest", "largest_answered", "largest_alone"]
    made = pd.DataFrame(rows, columns=[*columns, "leans", "leans_on", "equal_agencies"])
    made = made.astype({c: "str" if c in ("largest", "leans_on") else "float64" for c in made})
    names = pd.Series(pillars, dtype="str")
    made.insert(0, "pillar", names.replace("", None))
    made.insert(1, "seats", names.map(seats.groupby("pillar")["agencies"].sum()).astype("float64"))
    made.insert(3, "questions", names.map(sizes).astype("float64"))
    return made


def concentration(answered: pd.Series) -> float:
    """Return the Herfindahl index of how many answers each agency gave: the sum of squared shares.

    1 where one agency gives all, 1/n where n give the same. Its inverse is the number of equally
    large agencies that would be as concentrated (Laakso and Taagepera 1979, Comparative Political
    Studies 12; the index after Hirschman 1945 and Herfindahl 1950).
    """
    shares = answered / answered.sum()
    return float((shares**2).sum())


def against_assessors(year: int, region: str) -> pd.Series:
    """Return SCORED of all named agencies, a question once however many agencies answered it."""
    found = agency_questions(year, region)
    given = found[found["state"] == "answered"]
    once = given.groupby("question")[["score", "assessor", "difference"]].mean()
    return _scores(once.assign(all=True).groupby("all")).reindex([True]).iloc[0]


def unnamed(year: int, region: str) -> int:
    """Return how many questions were answered without saying for which agency."""
    own = quality.own_answers(year, region)
    return int(own.loc[own["is_answered"] & own["opd"].isna(), "question"].nunique())


def _pairs(year: int, region: str) -> pd.DataFrame:
    """Return who carries a pillar by the list on record, or answered any of it: with expected.

    A form lists its pillar's questions for every agency: blank rows of a pillar that is not the
    agency's own make no pair.
    """
    own, keys = quality.own_answers(year, region), ["opd", "pillar"]
    answered = own[own["is_answered"]].dropna(subset="opd")[keys].drop_duplicates()
    seats = store.read("pillar_agencies", year=year, region=region).dropna(subset="opd")
    carried = seats[keys].drop_duplicates().assign(expected=True)
    both = carried.merge(answered, on=keys, how="outer")
    return both.assign(expected=both["expected"].eq(True))


def _answered(questions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return _COUNTS and SCORED of the answers among some questions, by keys."""
    given = questions[questions["state"] == "answered"]
    given = given.assign(alone=given["others"].isna())
    grouped = given.groupby(keys, dropna=False)
    counts = grouped.agg(
        answered=("question", "size"),
        with_evidence=("has_evidence", "sum"),
        alone=("alone", "sum"),
    )
    return counts.join(_scores(grouped))


def _scores(grouped: pd.api.typing.DataFrameGroupBy) -> pd.DataFrame:
    """Return SCORED: own and assessors' scores, and plain means over the questions with both."""
    both = grouped.obj["difference"].notna()
    columns = grouped.obj.assign(
        own_compared=grouped.obj["score"].where(both),
        assessor_mean=grouped.obj["assessor"].where(both),
    )
    return columns.groupby(grouped.keys, dropna=False).agg(
        scored=("score", "count"),
        own_mean=("score", "mean"),
        compared=("difference", "count"),
        own_compared=("own_compared", "mean"),
        assessor_mean=("assessor_mean", "mean"),
        difference=("difference", "mean"),
    )


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose counts are numbers also where nothing was answered."""
    counts = [*_COUNTS, "scored", "compared"]
    return frame.assign(**frame[counts].fillna(0).astype("int64"))


def _states(questions: pd.DataFrame, opds: pd.Index, came: set[str]) -> pd.Series:
    """Return what came from each agency, as `agencies` has it; `came`: those a file speaks for."""
    answered = questions["state"] == "answered"
    heard = set(questions.loc[answered, "opd"])
    open_ = set(questions.loc[~answered & questions["others"].isna(), "opd"])
    states = [
        ("partial" if opd in open_ else "complete")
        if opd in heard
        else ("unusable" if opd in came else "silent")
        for opd in opds
    ]
    return pd.Series(states, opds, dtype="str")


def _joined(rows: pd.DataFrame, by: str, opds: pd.Index) -> pd.Series:
    """Return the pillars of some rows by agency, joined by ", "; null where an agency has none."""
    order = {pillar: i for i, pillar in enumerate(framework.load().pillars)}
    rows = rows.sort_values("pillar", key=lambda pillars: pillars.map(order), kind="stable")
    return rows.groupby(by)["pillar"].agg(", ".join).reindex(opds).astype("str")


def _of_pillar(given: pd.DataFrame) -> dict[str, object]:
    """Return what the answers of one pillar say of its agencies."""
    counts, covered = given["opd"].value_counts(), given["question"].nunique()
    row: dict[str, object] = {"answering": len(counts), "covered": covered}
    row["single"] = int(given["others"].isna().sum())
    if not covered:
        return row
    most = int(counts.max())
    largest = sorted(counts.index[counts == most])
    row |= {"largest": ", ".join(largest), "largest_answered": most, "leans": most / covered}
    if len(largest) == 1:
        row["largest_alone"] = int((given["opd"].eq(largest[0]) & given["others"].isna()).sum())
        row["leans_on"] = largest[0] if most / covered > LEANS else None
    return row | {"equal_agencies": 1 / concentration(counts)}
