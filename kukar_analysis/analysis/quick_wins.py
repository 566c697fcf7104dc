"""Which quick win: candidates ranked on the letter's ten aspects and the risk matrix.

A score is the mean of the office's own aspect scores, none of the ministry's: docs/metode.md.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import lcm, sqrt

import numpy as np
import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.told import ordered, tell, told
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed

LOW_RISK = "low_risk"
"""The criterion that the risk matrix gives; it weighs nothing unless a weighting names it."""
DRAWS, SEED = 10_000, 2023
"""Weightings that are tried, and the seed of their draw: the same page twice says the same."""
_SAME = 1e-9
"""Scores nearer than this are the same: what is left of them is the computer's rounding."""
_PAIR = re.compile(r"([^=;,]+?)\s*=\s*(\d+(?:[.,]\d+)?)(?=[\s;,]|$)[\s;,]*")
_LISTED = ["pillar", "programme", "opd", "is_quick_win", "status", "likelihood", "impact", "origin"]


def weighting(text: str) -> dict[str, Fraction]:
    """Return the weight of each criterion from a text, as `benefit=2 Daya tarik=0,5`.

    An aspect not named weighs 1, low risk 0. UsageError: an unknown or repeated one, no number, all
    0.
    """
    names, given = framework.load().names["aspect"], dict[str, Fraction]()
    rest = text.strip(" \t\n,;")
    known = {framework.normalise(name): id_ for id_, own in names.items() for name in (id_, own)}
    while rest and (pair := _PAIR.match(rest)):
        key = framework.normalise(pair[1])
        found = [known[key]] if key in known else framework.load().match("aspect", pair[1])
        if len(found) != 1 or found[0] in given:
            break
        given[found[0]], rest = Fraction(pair[2].replace(",", ".")), rest[pair.end() :]
    weights = {c: given.get(c, Fraction(c != LOW_RISK)) for c in names}
    if rest or not any(weights.values()):
        fault = f"cannot use {rest!r}" if rest else "all are 0"
        listed = ", ".join(f"{id_} ({name})" for id_, name in names.items())
        raise UsageError(f"weights: {fault}; expected each aspect once, as benefit=2; {listed}")
    return weights


def candidates(year: int, region: str) -> pd.DataFrame:
    """Return the candidates of a year: programmes that are named quick wins or have aspect scores.

    risk = likelihood times impact (1 to 9), low_risk = (9 - risk) / 2, one column an aspect (0 to
    4), null where two spellings are scored differently.
    """
    fw = framework.load()
    given, scored = (
        store.read(table, year=year, region=region).assign(
            key=lambda f: f["programme"].map(framework.normalise)
        )
        for table in ("programmes", "quick_win_aspects")
    )
    by = scored.groupby(["key", "aspect"])["score"]
    agreed = by.first().where(by.nunique(dropna=False) == 1).unstack()
    agreed = agreed.reindex(columns=[*fw.aspects]).astype("float64")
    stray = scored[~scored["key"].isin(given["key"])].drop_duplicates("key")
    given = given[given["is_quick_win"] | given["key"].isin(agreed.index)]
    found = pd.concat([given, stray]).merge(agreed, on="key", how="left")
    found = ordered(found.sort_values("programme"), "pillar", fw.pillars)
    found = found.assign(
        # a programme that only the list of aspects names is not said to be a quick win
        is_quick_win=found["is_quick_win"].eq(True),
        risk=found["likelihood"] * found["impact"],
        low_risk=lambda f: (9 - f["risk"]) / 2,
    )
    return found[[*_LISTED, "risk", *fw.names["aspect"]]].reset_index(drop=True)


def ranked(candidates: pd.DataFrame, weights: Mapping[str, Fraction]) -> pd.DataFrame:
    """Return the candidates with their score and rank, best first, then those without a score.

    lacking: criteria that weigh and are not on record. Of equal scores the lower risk goes first;
    then they share the better rank.
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

    Weightings are drawn evenly (Dirichlet) over the criteria that weigh anything; equals share
    (acceptability index of SMAA; Lahdelma, Hokkanen and Salminen 1998). always: nowhere beaten;
    low, high: 5 and 95 percent of the score. Null or false where a criterion is lacking.
    """
    used = [c for c, weight in weights.items() if weight]
    complete = candidates.dropna(subset=used)
    values = complete[used].astype("float64")
    drawn = np.random.default_rng(SEED).dirichlet(np.ones(len(used)), DRAWS) @ values.T.to_numpy()
    made = pd.DataFrame(np.quantile(drawn, [0.05, 0.95], axis=0).T, complete.index, ["low", "high"])
    totals = pd.DataFrame(drawn.T, complete.index)
    for among, key in (("", np.zeros(len(complete))), ("_in_pillar", complete["pillar"])):
        best = totals >= totals.groupby(key).transform("max") - _SAME
        made[f"first{among}"] = (best / best.groupby(key).transform("sum")).mean(axis=1)
        made[f"always{among}"] = (values >= values.groupby(key).transform("max")).all(axis=1)
    made = made.reindex(candidates.index)
    return made.assign(**{flag: made[flag].eq(True) for flag in ("always", "always_in_pillar")})


def quick_wins(year: int, region: str, weights: str = "") -> pd.DataFrame:
    """Return the candidates, best first: `ranked` and `stability`; weights as "Manfaat=2"."""
    parsed, found = weighting(weights), candidates(year, region)
    made = ranked(found, parsed).join(stability(found, parsed)).reset_index(drop=True)
    made.insert(0, "number", made.index + 1)
    return made


def named_quick_wins(year: int, region: str, weights: str = "") -> pd.DataFrame:
    """Return the quick wins named in each year up to this one, their score 0 to 4 or null."""
    notes = {(w.region, w.year, w.programme): w.note for w in framework.load().quick_wins}
    years = store.read("programmes", region=region).query("year < @year")["year"]
    parsed, years = weighting(weights), sorted({year, *years})
    found = [ranked(candidates(y, region), parsed).sort_index().assign(year=y) for y in years]
    every = pd.concat(found).query("is_quick_win")
    note = [notes.get((region, *key)) for key in every[["year", "programme"]].values]
    every = every.assign(note=pd.array(note, dtype="str"))
    columns = "year programme pillar opd score likelihood impact risk status note origin"
    return every[columns.split()].reset_index(drop=True)


def weights_sentence(weights: str) -> str:
    """Say how a weighting weighs, as `Manfaat 2; aspek lain 1`."""
    parsed, even, names = weighting(weights), weighting(""), framework.load().names["aspect"]
    odd = {c: f"{float(w):g}".replace(".", ",") for c, w in parsed.items() if w != even[c]}
    rest = framework.load().aspects.keys() - odd
    return told("quick_wins.weights", odd=[f"{names[c]} {w}" for c, w in odd.items()], rest=rest)


def quick_win_sentences(year: int, region: str, weights: str = "") -> list[str]:
    """Say which candidate leads, overall and in each pillar, and how surely; [] without scores."""
    found, names = quick_wins(year, region, weights), framework.load().names["aspect"]
    scored, lacking = found.dropna(subset="score"), found[found["score"].isna()]
    if scored.empty:
        return []
    by = scored.assign(alone=scored["pillar"].map(scored["pillar"].value_counts()) == 1)
    firsts = by[by["pillar_rank"] == 1]
    first, rest = scored.iloc[0], scored.iloc[1:]
    rivals = rest[rest["first"] == rest["first"].max()]
    lacks = [listed([names[c] for c in text.split(", ")]) for text in lacking["lacking"]]
    return tell(
        "quick_wins.leader quick_wins.pillars quick_wins.lacking quick_wins.limits",
        n=len(scored),
        region=region,
        year=year,
        leaders=scored[scored["rank"] == 1],
        best=first,
        weights=weights_sentence(weights),
        rivals=rivals,
        draws=DRAWS,
        # of a share of draws; where equals share a draw it is at most that
        error=100 * sqrt(first["first"] * (1 - first["first"]) / DRAWS),
        pillars={p: firsts[firsts["pillar"] == p] for p in framework.load().pillars},
        lacking=lacking.assign(lacks=lacks),
    )
