"""Which quick win: candidates ranked on the letter's ten aspects and the risk matrix.

A score is the weighted mean of the office's own aspect scores (0 to 4), none of the ministry's; so
each ranking says in which share of all weightings a candidate is first. docs/metode.md: a case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import lcm, sqrt

import numpy as np
import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.told import ordered, told
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed, number

LOW_RISK, LOW_RISK_NAME = "low_risk", "Risiko rendah"
"""The criterion that the risk matrix gives; it weighs nothing unless a weighting names it."""
DRAWS, SEED = 10_000, 2023
"""Weightings that are tried, and the seed of their draw: the same page twice says the same."""
_SAME = 1e-9
"""Scores nearer than this are the same: what is left of them is the computer's rounding."""
_PAIR = re.compile(r"[\s;,]*([^=;]+?)\s*=\s*([^\s=;]*)[\s;,]*")
_WEIGHT = re.compile(r"\d+([.,]\d+)?")
_LISTED = ["pillar", "programme", "opd", "is_quick_win", "status", "likelihood", "impact", "origin"]
_NAMED = ["year", "programme", "pillar", "opd", "score", "likelihood", "impact", "risk", "status"]


def criteria() -> dict[str, str]:
    """Return what a candidate can be weighed on, id to name: the ten aspects, then low risk."""
    return {**framework.load().names["aspect"], LOW_RISK: LOW_RISK_NAME}


def weighting(text: str) -> dict[str, Fraction]:
    """Return the weight of each criterion from a text, as `benefit=2 Daya tarik=0,5`.

    An aspect not named weighs 1, low risk 0. Raises UsageError, naming the criteria, for an unknown
    or repeated one, what is no number of 0 or more, and weights that are all 0.
    """
    weights = {c: Fraction(c != LOW_RISK) for c in criteria()}
    rest, named, fault = text.strip(" \t\n,;"), set[str](), ""
    while rest and not fault:
        if not (pair := _PAIR.match(rest)):
            fault = f"{rest!r} is not of the form aspect=number"
            break
        name, weight = pair[1], pair[2].rstrip(",")
        is_low = framework.normalise(name) in map(framework.normalise, (LOW_RISK, LOW_RISK_NAME))
        found = [LOW_RISK] if is_low else framework.load().match("aspect", name)
        if len(found) != 1:
            fault = f"{name!r} is no aspect"
        elif found[0] in named:
            fault = f"{name!r} has two weights"
        elif not _WEIGHT.fullmatch(weight):
            fault = f"weight {weight!r} of {name!r} is no number of 0 or more"
        else:
            weights[found[0]] = Fraction(weight.replace(",", "."))
        named |= {*found}
        rest = rest[pair.end() :]
    fault = fault or "all weights are 0" * (not any(weights.values()))
    if fault:
        known = ", ".join(f"{id_} ({name})" for id_, name in criteria().items())
        raise UsageError(f"weights: {fault}; known: {known}")
    return weights


def candidates(year: int, region: str) -> pd.DataFrame:
    """Return the candidates of a year: programmes that are named quick wins or have aspect scores.

    risk = likelihood times impact (1 to 9), low_risk = (9 - risk) / 2, one column an aspect (0 to
    4). Aspect scores go to the programme of the same name, and stand alone where there is none;
    where two spellings are scored differently they are null. origin is the programme's, else the
    aspects'.
    """
    fw = framework.load()
    given, scored = (
        found.assign(key=found["programme"].map(framework.normalise))
        for found in (
            store.read(t, year=year, region=region) for t in ("programmes", "quick_win_aspects")
        )
    )
    by = scored.groupby(["key", "aspect"])["score"]
    agreed = by.first().where(by.nunique(dropna=False) == 1).unstack()
    agreed = agreed.reindex(columns=[*fw.aspects]).astype("float64")
    stray = scored[~scored["key"].isin(given["key"])].drop_duplicates("key")
    given = given[given["is_quick_win"] | given["key"].isin(agreed.index)]
    found = pd.concat([given, stray]).merge(agreed, on="key", how="left")
    found = ordered(found.sort_values("programme"), "pillar", fw.pillars)
    risk = found["likelihood"] * found["impact"]
    # A programme that only the list of aspects names is not said to be a quick win.
    is_named = found["is_quick_win"].eq(True)
    found = found.assign(is_quick_win=is_named, risk=risk, low_risk=(9 - risk) / 2)
    return found[[*_LISTED, "risk", *criteria()]].reset_index(drop=True)


def ranked(candidates: pd.DataFrame, weights: Mapping[str, Fraction]) -> pd.DataFrame:
    """Return the candidates with their score and rank, best first, then those without a score.

    lacking: criteria that weigh and are not on record. score: sum of weight times criterion, by the
    sum of weights. Of equal scores the lower risk goes first; then they share the better rank.
    """
    used = [c for c, weight in weights.items() if weight]
    scale = lcm(*(weights[c].denominator for c in used))
    whole = np.array([int(weights[c] * scale) for c in used])
    complete = candidates.dropna(subset=used)
    # in whole hundredths, so that what is equal is found to be
    total = (complete[used] * 100).round().astype("int64") @ whole
    keys = 16 * total - complete["risk"].fillna(10)
    lacks = candidates[used].isna().to_numpy()
    lacking = [", ".join(np.array(used)[own]) or None for own in lacks]
    made = candidates.assign(
        lacking=pd.Series(lacking, candidates.index, dtype="str"),
        score=total / (100 * whole.sum()),
        rank=keys.rank(method="min", ascending=False),
        pillar_rank=keys.groupby(complete["pillar"]).rank("min", ascending=False),
    )
    made = made.astype(dict.fromkeys(["score", "rank", "pillar_rank"], "float64"))
    return made.sort_values("rank", kind="stable", na_position="last")


def stability(candidates: pd.DataFrame, weights: Mapping[str, Fraction]) -> pd.DataFrame:
    """Return in which share of all weightings each candidate is first, by the candidates' index.

    Weightings are drawn evenly over the criteria that weigh anything (Dirichlet, all parameters 1);
    the share is the acceptability index of SMAA (Lahdelma, Hokkanen and Salminen 1998, European
    Journal of Operational Research 106, 137-143), equals share evenly. always: nowhere beaten on
    any criterion. low, high: 5 and 95 percent of the score. Null or false for a candidate that
    lacks a criterion.
    """
    used = [c for c, w in weights.items() if w]
    complete = candidates.dropna(subset=used)
    values = complete[used].to_numpy("float64")
    drawn = np.random.default_rng(SEED).dirichlet(np.ones(len(used)), DRAWS) @ values.T
    made = pd.DataFrame(np.quantile(drawn, [0.05, 0.95], axis=0).T, complete.index, ["low", "high"])
    places = {**complete.groupby("pillar").indices, "": np.arange(len(complete))}
    for pillar, at in places.items():
        if not len(at):
            continue
        best = drawn[:, at] >= drawn[:, at].max(axis=1, keepdims=True) - _SAME
        shares = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
        always, among = (
            (values[at] >= values[at].max(axis=0)).all(axis=1),
            "_in_pillar" * (pillar != ""),
        )
        made.loc[complete.index[at], f"first{among}"] = shares
        made.loc[complete.index[at], f"always{among}"] = always
    names = ["first", "always", "first_in_pillar", "always_in_pillar", "low", "high"]
    made = made.reindex(index=candidates.index, columns=names)
    flags = {flag: made[flag].eq(True) for flag in ("always", "always_in_pillar")}
    return made.assign(**flags).astype({"first": "float64", "first_in_pillar": "float64"})


def quick_wins(year: int, region: str, weights: str = "") -> pd.DataFrame:
    """Return the candidates of a year, best first, from number 1 on: `ranked` and `stability`.

    `weights` names aspects and how much they weigh, as "Manfaat=2 Keunikan=0,5".
    """
    parsed, found = weighting(weights), candidates(year, region)
    made = ranked(found, parsed).join(stability(found, parsed)).reset_index(drop=True)
    made.insert(0, "number", made.index + 1)
    return made


def named_quick_wins(year: int, region: str, weights: str = "") -> pd.DataFrame:
    """Return the quick wins that are named in each year up to this one, the first year first.

    score (0 to 4) is under the weighting; null is what is not on record.
    """
    notes = {(w.region, w.year, w.programme): w.note for w in framework.load().quick_wins}
    parsed = weighting(weights)
    of_years = store.read("programmes", region=region)["year"].unique()
    years = sorted({year, *(y for y in of_years if y < year)})
    found = [ranked(candidates(y, region), parsed).sort_index().assign(year=y) for y in years]
    every = pd.concat(found).query("is_quick_win")
    note = [notes.get((region, *key)) for key in every[["year", "programme"]].values]
    every = every.assign(note=note)[[*_NAMED, "note", "origin"]]
    return every.astype({"note": "str"}).reset_index(drop=True)


def weights_sentence(weights: str) -> str:
    """Say how a weighting weighs, as `Manfaat 2; aspek lain 1`."""
    parsed, even, names = weighting(weights), weighting(""), criteria()
    odd = {
        c: number(float(w), 3).rstrip("0").rstrip(",") for c, w in parsed.items() if w != even[c]
    }
    rest = framework.load().aspects.keys() - odd
    return told("quick_wins.weights", odd=[f"{names[c]} {w}" for c, w in odd.items()], rest=rest)


def quick_win_sentences(year: int, region: str, weights: str = "") -> list[str]:
    """Say which candidate leads, with its risk, overall and in each pillar, and how surely.

    Empty where no candidate has a score.
    """
    found, names = quick_wins(year, region, weights), criteria()
    scored, lacking = found.dropna(subset="score"), found[found["score"].isna()]
    if scored.empty:
        return []
    best = scored[scored["rank"] == 1]
    leader = told(
        "quick_wins.leader",
        n=len(scored),
        region=region,
        year=year,
        best=[told("quick_wins.best", c=c) for c in best.itertuples()],
        score=best["score"].iloc[0],
        weights=weights_sentence(weights),
        sure=_how_sure(scored),
    )
    pillars = []
    for pillar in framework.load().pillars:
        own = scored[scored["pillar"] == pillar]
        firsts, alone = own[own["pillar_rank"] == 1].itertuples(), len(own) == 1
        said = [told("quick_wins.in_pillar", c=c, alone=alone) for c in firsts]
        pillars.append(told("quick_wins.pillar", pillar=pillar, best=said))
    short = [
        f"{c.programme} ({listed([names[x] for x in c.lacking.split(', ')])})"
        for c in lacking.itertuples()
    ]
    return [
        leader,
        told("quick_wins.pillars", pillars=pillars),
        *[told("quick_wins.lacking", lacking=short)] * bool(short),
        told("quick_wins.limits"),
    ]


def _how_sure(scored: pd.DataFrame) -> str:
    best, *rest = scored.itertuples()
    if not rest or best.always:
        return told("quick_wins.always" if rest else "quick_wins.only")
    most = max(other.first for other in rest)
    rivals = [other.programme for other in rest if other.first == most]
    # of a share of draws; where equals share a draw it is at most that
    error = 100 * sqrt(best.first * (1 - best.first) / DRAWS)
    figures = {"draws": DRAWS, "error": error, "most": most, "rivals": rivals}
    return told("quick_wins.first", best=best, **figures)
