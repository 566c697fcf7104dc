"""Who leans on whom: agencies that carry several pillars, pillars that lean on one agency."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.synergy.carried import answers, carried, form, means

LEANS = 0.5
"""A pillar leans on an agency that answers more than this part of its answered questions."""
BY_AGENCY = ["opd", "pillars", "pillars_answered", "answered", "share", "with_evidence", "alone"]
BY_AGENCY += ["leaning", "scored", "own_mean", "compared", "own_compared", "assessor_mean"]
BY_AGENCY += ["difference", "programmes"]
BY_PILLAR = ["pillar", "seats", "named", "answering", "questions", "covered", "single", "largest"]
BY_PILLAR += ["largest_answered", "largest_alone", "leans", "leaning", "herfindahl"]
BY_PILLAR += ["equal_agencies"]


def by_agency(year: int, region: str) -> pd.DataFrame:
    """Return what each agency carries in all, those of most pillars and answers first.

    Columns: opd, pillars (carried or answered, of the six), pillars_answered, answered, share (of
    the answers of all named agencies, 0 to 1; null where nobody answered), with_evidence, alone
    (answered by no other named agency), leaning (ids of the pillars that lean on it, joined by
    ", "), the columns of `carried` on scores, programmes (of the year that name it).
    """
    pairs, given = carried(year, region), answers(year, region)
    leaning = by_pillar(year, region).dropna(subset=["pillar", "leaning"])
    listed = store.read("programmes", year=year, region=region)["opd"].value_counts()
    scores = means(given, ["opd"]).set_index("opd")
    rows = []
    for opd, own in pairs.groupby("opd"):
        of_pillar = own.dropna(subset="pillar")
        row = {
            "opd": opd,
            "pillars": len(of_pillar),
            "pillars_answered": int((of_pillar["answered"] > 0).sum()),
            "answered": int(own["answered"].sum()),
            "share": own["answered"].sum() / len(given) if len(given) else float("nan"),
            "with_evidence": int(own["with_evidence"].sum()),
            "alone": int(own["alone"].sum()),
            "leaning": ", ".join(leaning.loc[leaning["leaning"] == opd, "pillar"]),
            "programmes": int(listed.get(opd, 0)),
        }
        rows.append(row)
    made = pd.DataFrame(rows, columns=[c for c in BY_AGENCY if c not in scores])
    made = made.merge(scores, left_on="opd", right_index=True, how="left")
    made[["scored", "compared"]] = made[["scored", "compared"]].fillna(0).astype("int64")
    order = ["pillars", "answered", "opd"]
    return made.sort_values(order, ascending=[False, False, True], ignore_index=True)[BY_AGENCY]


def by_pillar(year: int, region: str) -> pd.DataFrame:
    """Return how many agencies each pillar has, and how much it leans on one of them.

    Columns: pillar (the six, then null for questions of none where such were answered), seats
    (agencies on record, named or only counted), named, answering, questions (of the form), covered
    (answered by a named agency), single (of these, by one alone), largest (who answered most,
    joined by ", " where equal), largest_answered, largest_alone (of these, answered by it alone;
    null where several are equal), leans (largest_answered / covered, 0 to 1), leaning (the agency
    that the pillar leans on: the largest, where it is one and leans is above LEANS), herfindahl and
    equal_agencies (see `concentration`). Null where nothing is on record: seats without a list,
    named where only a number is known, the rest without an answer.
    """
    given = answers(year, region)
    sizes = form(year, region)["pillar"].fillna("").value_counts()
    seats = store.read("pillar_agencies", year=year, region=region).groupby("pillar")
    pillars = [*framework.load().pillars]
    if given["pillar"].isna().any():
        pillars.append("")
    made = pd.DataFrame({"pillar": pillars})
    made["seats"] = made["pillar"].map(seats["agencies"].sum())
    made["named"] = made["pillar"].map(seats["opd"].nunique()).replace(0, float("nan"))
    made["questions"] = made["pillar"].map(sizes)
    if len(given):
        parts = dict(iter(given.assign(pillar=given["pillar"].fillna("")).groupby("pillar")))
        made = made.merge(
            pd.DataFrame([_pillar(p, parts.get(p, given.iloc[:0])) for p in pillars]), on="pillar"
        )
    made = made.reindex(columns=BY_PILLAR)
    numbers = [c for c in BY_PILLAR if c not in ("pillar", "largest", "leaning")]
    made[numbers] = made[numbers].astype("float64")
    return made.assign(pillar=made["pillar"].replace("", None))


def concentration(answered: pd.Series) -> float:
    """Return the Herfindahl index of how many answers each agency gave: the sum of squared shares.

    1 where one agency gives all, 1/n where n give the same. Its inverse is the number of equally
    large agencies that would be as concentrated (Laakso and Taagepera 1979, Comparative Political
    Studies 12; the index after Hirschman 1945 and Herfindahl 1950).
    """
    shares = answered / answered.sum()
    return float((shares**2).sum())


def against_assessors(year: int, region: str) -> pd.Series:
    """Return the own scores of named agencies against the assessors' of the same questions.

    The columns of `carried` on scores, each question counted once however many agencies answered
    it. Empty without an answer.
    """
    given = answers(year, region)
    once = given.groupby("question")[["score", "assessor", "difference"]].mean()
    found = means(once.assign(all=True), ["all"]).drop(columns="all")
    return pd.Series(dtype="float64") if found.empty else found.iloc[0]


def _pillar(pillar: str, given: pd.DataFrame) -> dict[str, object]:
    """Return what the answers of one pillar say of its agencies."""
    counts = given["opd"].value_counts()
    covered = int(given["question"].nunique())
    row: dict[str, object] = {"pillar": pillar, "answering": len(counts), "covered": covered}
    row["single"] = int(given["alone"].sum())
    if not covered:
        return row
    most = int(counts.max())
    largest = sorted(counts.index[counts == most])
    index = concentration(counts)
    row |= {"largest": ", ".join(largest), "largest_answered": most, "leans": most / covered}
    if len(largest) == 1:
        row["largest_alone"] = int(given.loc[given["opd"] == largest[0], "alone"].sum())
        row["leaning"] = largest[0] if most / covered > LEANS else None
    return row | {"herfindahl": index, "equal_agencies": 1 / index}
