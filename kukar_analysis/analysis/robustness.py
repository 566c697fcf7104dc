"""How firm a ranking is: what it is under other reasonable choices, and which choice matters.

Uncertainty and sensitivity analysis after the OECD/JRC Handbook on Constructing Composite
Indicators (2008, part 1, step 7) and Saisana, Saltelli and Tarantola (2005, J. R. Statist. Soc. A
168, 307-323). The ministry's formula is fixed; this asks how much a rank hangs on it. Five choices
vary together, and what was printed is one value of each:

- weights: each component's weight times a factor between 0.75 and 1.25, the same for both groups,
  then shared out to 100 % again. A factor, not a Dirichlet draw: the range can be said in words
  and no weight comes near 0; COINr's documentation uses the same 25 %;
- edition: every region by its own edition's weights, or all by those of another edition;
- aggregation: arithmetic mean, or geometric, under which one 0 makes the index 0;
- left_out: no component left out, or one of them;
- assessors: each score moved within what whole-number marks may hide.

Of edition, aggregation and left_out, half of the draws are as printed and the alternatives share
the other half. Indices are rounded half up to two decimals, as the ministry prints them, so equal
ones share a rank. Everything is drawn from one seed.
"""

from __future__ import annotations

from math import ceil, floor, log2, sqrt
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare, simulation
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.simulation import CHOICES, Array, Field, field, ranks
from kukar_analysis.analysis.told import told
from kukar_analysis.errors import UsageError

LOW, HIGH = 0.05, 0.95
"""The ends of a range of ranks, as shares of the draws."""
FEWEST_DRAWS, RESAMPLES, Z = 100, 200, 1.96
"""Z: the normal quantile of the 95 % bounds of a Monte Carlo error."""
_RANKED = {"year": "int64", "region": "str", "scope": "str", "edition": "str", "of": "int64"}
_RANKED |= dict.fromkeys(["printed_rank", "median", "low", "high"], "int64")
_RANKED |= dict.fromkeys(["as_good", "upper_half", "mean_shift"], "float64")
_RANKED |= dict.fromkeys(["median_error", "low_error", "high_error"], "int64")
_RANKED |= {"as_good_error": "float64", "upper_half_error": "float64", "origin": "str"}
_ALONE = dict.fromkeys(["choice", "alternative", "treatment", "scope"], "str")
_ALONE |= dict.fromkeys(["of", "rank", "low", "high"], "int64") | {"average_shift": "float64"}
_CASES = {"choice": "str", "alternative": "str", "applies": "bool", "treatment": "str"}
_CASES |= {"simulated": "float64", "low": "int64", "median": "int64", "high": "int64"}
_CASES |= {"explained": "float64"}
_SOBOL = {"choice": "str"} | dict.fromkeys(
    ["main", "main_low", "main_high", "total", "total_low", "total_high"], "float64"
)


def rank_intervals(year: int, draws: int, seed: int) -> pd.DataFrame:
    """Return what rank each region has in the draws, nationally and in its group.

    Columns: year, region, scope (national, group), edition (of the group; empty for national), of,
    printed_rank (of the printed finals: the ministry ranks none), median, low, high (5 % and 95 %
    of the draws), as_good (share of draws with that rank or a better one), upper_half (share in
    the better half), mean_shift (mean distance from the printed rank); median_error, low_error,
    high_error (places), as_good_error, upper_half_error: the Monte Carlo error, half of a 95 %
    interval. Of a quantile it is the distance to the order statistics
    n p ± 1.96 sqrt(n p (1 - p)), of a share 1.96 sqrt(p (1 - p) / n). No national rows where a
    group's table is not on record; empty where no table is. UsageError for under 100 draws.
    """
    found = _asked(year, draws)
    made = [pd.DataFrame(columns=list(_RANKED))]
    if found.regions:
        drawn, _ = simulation.simulated(found, draws, seed)
        for scope, edition, inside in found.scopes():
            printed = ranks(found.printed[inside])
            named = {
                "year": year,
                "region": np.array(found.regions)[inside],
                "scope": scope,
                "edition": edition,
                "of": int(inside.sum()),
                "printed_rank": printed,
                "origin": np.array(found.origins)[inside],
            }
            made.append(pd.DataFrame(named | _statistics(ranks(drawn[:, inside]), printed)))
    return pd.concat(made[1:] or made, ignore_index=True)[list(_RANKED)].astype(_RANKED)


def rank_choices(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's rank when one choice alone is made otherwise.

    Columns: choice, alternative (as in simulation), treatment (both in words), scope (national, or
    group where that alone can be ranked), of, rank (median), low, high (5 % and 95 %; the same
    where nothing is drawn), average_shift (how many places the regions of the scope move on
    average: the Handbook's measure). Empty when the region cannot be recomputed.
    """
    found, rows = _asked(year, draws), []
    if region in found.regions:
        scope, inside, own = found.scope_of(region)
        printed = ranks(found.printed[inside])
        for choice, alternative, drawn in simulation.alternatives(found, draws, seed):
            rank = ranks(drawn[:, inside])
            low, median, high = (_quantile(np.sort(rank[:, own]), p)[0] for p in (LOW, 0.5, HIGH))
            said = _treatment(year, choice, alternative)
            shift = np.abs(rank - printed).mean()
            rows.append([choice, alternative, said, scope, inside.sum(), median, low, high, shift])
    return pd.DataFrame(rows, columns=list(_ALONE)).astype(_ALONE)


def rank_cases(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's ranks in the draws parted in two, by each thing done or not done.

    Two rows a thing, that which explains most first. Columns: choice (component: it counts in the
    index; edition: its weights are used; aggregation: the mean is geometric), alternative (which),
    applies, treatment (in words), simulated (share of draws), low, median, high (5 %, 50 %, 95 % of
    them), explained (share of the rank's variance that lies between the two). Of the widest scope
    that is on record. Empty when the region cannot be recomputed or its rank never changes.
    """
    found, rows = _asked(year, draws), []
    if region in found.regions:
        drawn, picked = simulation.simulated(found, draws, seed)
        _, inside, own = found.scope_of(region)
        rank = ranks(drawn[:, inside])[:, own]
        for (choice, alternative), applies in _things(found, region, picked).items():
            explained = _explained(rank, applies)
            for value in (True, False):
                some = rank[applies == value]
                if np.ptp(rank) and 0 < len(some) < len(rank):
                    said = _treatment(year, choice, alternative, value)
                    ends = [_quantile(np.sort(some), p)[0] for p in (LOW, 0.5, HIGH)]
                    rows.append([choice, alternative, value, said, len(some) / draws, *ends])
                    rows[-1].append(explained)
    made = pd.DataFrame(rows, columns=list(_CASES)).astype(_CASES)
    return made.sort_values("explained", ascending=False, kind="stable", ignore_index=True)


def _things(found: Field, region: str, picked: pd.DataFrame) -> dict[tuple[str, str], Array]:
    """Return of each thing that may be done whether it is done in each draw."""
    weights = found.weights[:, found.edition[found.regions.index(region)]]
    made = {
        ("component", c): ((weights[picked["edition"], i] > 0) & (picked["left_out"] != i + 1))
        for i, c in enumerate(found.components)
    }
    for place, editions in enumerate(found.alternatives, start=1):
        made["edition", " ".join(editions)] = picked["edition"] == place
    made["aggregation", "geometric"] = picked["aggregation"]
    return {thing: np.asarray(done) for thing, done in made.items()}


def _explained(rank: Array, applies: Array) -> float:
    """Return the share of a variance that lies between two parts (the correlation ratio)."""
    means = pd.Series(rank).groupby(applies).transform("mean")
    return float(means.var() / rank.var(ddof=1)) if np.ptp(rank) else 0.0


def rank_importance(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the Sobol indices of the region's rank: how much of its variance a choice explains.

    Columns: choice, main (alone), total (with its interactions), and main_low, main_high,
    total_low, total_high: 95 % of 200 bootstrap resamples; the largest total first. From n (5 + 2)
    evaluations; n is the largest power of 2 up to a quarter of the draws. Weights and assessors
    are one input each, which picks one of n sets. Of the rank in the widest scope that is on
    record. Empty when the region cannot be recomputed or its rank never changes.
    """
    found, made = _asked(year, draws), pd.DataFrame(columns=list(_SOBOL))
    n, rng = 2 ** floor(log2(draws / 4)), np.random.default_rng(seed)
    if region in found.regions:
        evaluated = _evaluated(found, region, n, rng)
        if np.ptp(evaluated):
            made = pd.DataFrame({"choice": list(CHOICES), **sobol(evaluated, rng)})
    made = made[list(_SOBOL)].astype(_SOBOL)
    return made.sort_values("total", ascending=False, kind="stable", ignore_index=True)


def sobol(evaluated: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Return main and total indices and the ends of their intervals, an item an input.

    `evaluated` has a row each for A, for B, and for A with one column of B, input by input.
    Estimators of Saltelli et al. (2010, Comput. Phys. Commun. 181, 259-270, table 2 b and f).
    """
    n = evaluated.shape[1]
    picked = np.concatenate([[np.arange(n)], rng.integers(n, size=(RESAMPLES, n))])
    values = evaluated[:, picked]
    values = values - values[:2].mean(axis=(0, 2))[:, None]
    first, second, mixed = values[0], values[1], values[2:]
    variance = values[:2].var(axis=(0, 2))
    told = {}
    for name, terms in (("main", second * (mixed - first)), ("total", (first - mixed) ** 2 / 2)):
        estimates = terms.mean(axis=-1) / np.where(variance > 0, variance, np.inf)
        told[name] = estimates[:, 0]
        ends = np.quantile(estimates[:, 1:], [0.025, 0.975], axis=1)
        told[f"{name}_low"], told[f"{name}_high"] = ends
    return told


def _evaluated(found: Field, region: str, n: int, rng: np.random.Generator) -> Array:
    """Return the region's rank at Saltelli's points, as `sobol` takes it."""
    _, inside, own = found.scope_of(region)
    drawn = simulation.sets(found, n, rng)
    first, second = rng.random((2, n, len(CHOICES)))
    columns = np.eye(len(CHOICES), dtype=bool)
    inputs = np.concatenate([first, second, *(np.where(c, second, first) for c in columns)])
    rank = []
    for begin in range(0, len(inputs), simulation.CHUNK):
        made = simulation.choices(found, inputs[begin : begin + simulation.CHUNK], *drawn)
        rank.append(ranks(simulation.indices(found, made)[:, inside])[:, own])
    return np.concatenate(rank).astype(float).reshape(-1, n)


def _statistics(rank: Array, printed: Array) -> dict[str, Any]:
    """Return the statistics of ranks (draw x region) with their Monte Carlo errors."""
    ordered, made = np.sort(rank, axis=0), {}
    for name, share in (("median", 0.5), ("low", LOW), ("high", HIGH)):
        made[name], made[f"{name}_error"] = _quantile(ordered, share)
    shares = {"as_good": rank <= printed, "upper_half": rank <= rank.shape[1] / 2}
    for name, counted in shares.items():
        made[name] = counted.mean(axis=0)
        made[f"{name}_error"] = Z * np.sqrt(made[name] * (1 - made[name]) / len(rank))
    return made | {"mean_shift": np.abs(rank - printed).mean(axis=0)}


def _quantile(ordered: Array, share: float) -> tuple[Array, Array]:
    """Return a quantile that is itself a rank, and its error, of ranks in order (draw x region)."""
    n = len(ordered)
    reach = Z * sqrt(n * share * (1 - share))
    low, high = max(floor(n * share - reach), 1), min(ceil(n * share + reach), n)
    value = ordered[ceil(n * share) - 1]
    return value, np.maximum(value - ordered[low - 1], ordered[high - 1] - value)


def _treatment(year: int, choice: str, alternative: str, applies: bool = True) -> str:
    """Return in words what is done otherwise, or that it is not.

    Of another edition's weights it names the components of the year that they leave out.
    """
    fw = framework.load()
    editions = [fw.editions[e] for e in alternative.split()] if choice == "edition" else []
    of_year = [e.edition for e in fw.editions.values() if e.year == year]
    weighed = {c for e in of_year for c in fw.weights[e]}
    weighed -= {c for e in editions for c in fw.weights[e.edition]}
    return told(
        f"treatment.{choice}",
        applies=applies,
        alternative=alternative,
        editions=[f"{fw.groups[e.group].name} {e.year}" for e in editions],
        without=[c.name for c in fw.components.values() if c.component in weighed],
        percent=100 * simulation.WEIGHT_RANGE,
    )


def rank_missing(year: int, region: str) -> list[str]:
    """Say why the rank of a region cannot be simulated; nothing where it can."""
    found, edition = field(year), compare.edition_of(year, region)
    if region in found.regions:
        return []
    why = [*missing("index_scores", year, region)["sentence"]]
    if edition and not why:
        why = [short for short in [compare.missing_of(year, edition.edition)] if short]
    return why or [told("rank.incomplete", region=region, year=year)]


def rank_sentence(ranks: pd.DataFrame, region: str) -> str:
    """Say a region's rank of the printed finals, with its ties, and its ranks in the simulations.

    `ranks` is of `rank_intervals`. Empty where the region is not in it.
    """
    rows = [*ranks[ranks["region"] == region].itertuples()]
    if not rows:
        return ""
    own, names = rows[0], framework.load().names["region"]
    every = ranks[(ranks["scope"] == own.scope) & (ranks["edition"] == own.edition)]
    tied = every.loc[every["printed_rank"].eq(own.printed_rank), "region"].drop(own.Index)
    said = [told("rank.printed", r=own, tied=[names[code] for code in tied])]
    if not any(row.mean_shift for row in rows):
        return " ".join([*said, told("rank.same")])
    usual = (every["high"] - every["low"]).quantile(0.5, interpolation="lower")
    error = max(own.median_error, own.low_error, own.high_error)
    said.append(told("rank.moved", r=own, range=_range(own), error=error, usual=usual))
    return " ".join([*said, *(told("rank.group", r=r, range=_range(r)) for r in rows[1:])])


def cases_sentence(cases: pd.DataFrame) -> str:
    """Say what parts the simulations most (`rank_cases`), and the ranks on either side."""
    if cases.empty:
        return told("cases.none")
    both = cases.head(2)
    # the ministry's formula counts each component, and does none of the other things
    is_official = both["applies"].eq(both["choice"].iloc[0] == "component")
    (usual,), (other,) = both[is_official].itertuples(), both[~is_official].itertuples()
    ends = {"range": _range(usual), "other_range": _range(other)}
    return told("cases.decided", usual=usual, other=other, **ends)


def _range(row: Any) -> str:
    return told("rank.range", r=row)


def _asked(year: int, draws: int) -> Field:
    if draws < FEWEST_DRAWS:
        raise UsageError(f"draws is {draws}; expected at least {FEWEST_DRAWS}")
    return field(year)
