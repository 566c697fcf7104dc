"""What the draws say: intervals of ranks, one choice at a time, and which choice matters."""

from __future__ import annotations

from math import ceil, floor, log2, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import sobol_indices

from kukar_analysis import framework
from kukar_analysis.analysis.robustness.field import Array, Field, field
from kukar_analysis.analysis.robustness.model import (
    CHOICES,
    CHUNK,
    alternatives,
    average_shift,
    choices,
    indices,
    ranks,
    sets,
    simulated,
)
from kukar_analysis.errors import UsageError

LOW, HIGH = 0.05, 0.95
"""The ends of a rank interval, as shares of the draws."""
FEWEST_DRAWS, RESAMPLES, Z = 100, 200, 1.96
"""Z: the normal quantile of the 95 % bounds of a Monte Carlo error."""


def intervals(year: int, draws: int, seed: int) -> pd.DataFrame:
    """Return what rank each region has in the draws, nationally and in its group.

    Columns: region, region_name, scope (national, group), edition (of the group; empty for
    national), of, printed_rank, median, low, high (5 % and 95 % of the draws), as_good (share of
    draws with the printed rank or a better one), upper_half (share with a rank in the better
    half), mean_shift (mean distance from the printed rank); and median_error, low_error,
    high_error (places), as_good_error, upper_half_error: the Monte Carlo error, half of a 95 %
    interval. Of a quantile it is the distance to the order statistics
    n p ± 1.96 sqrt(n p (1 - p)), of a share 1.96 sqrt(p (1 - p) / n). No national rows where a
    group's table is not on record; empty where no table is.

    Raises UsageError for fewer than 100 draws.
    """
    _check(draws)
    return _intervals(field(year), draws, seed).copy()


@framework.kept(4)
def _intervals(found: Field, draws: int, seed: int) -> pd.DataFrame:
    columns = ["region", "region_name", "scope", "edition", "of", "printed_rank", "median"]
    columns += ["low", "high", "as_good", "upper_half", "mean_shift", "median_error"]
    columns += ["low_error", "high_error", "as_good_error", "upper_half_error"]
    if not found.regions:
        return pd.DataFrame(columns=columns)
    drawn = simulated(found, draws, seed, *CHOICES)
    made = []
    for scope, edition, inside in found.scopes():
        printed = ranks(found.printed[inside])
        named = {
            "region": np.array(found.regions)[inside],
            "region_name": np.array(found.names)[inside],
            "scope": scope,
            "edition": edition,
            "of": int(inside.sum()),
            "printed_rank": printed,
        }
        made.append(pd.DataFrame(named | _statistics(ranks(drawn[:, inside]), printed)))
    return pd.concat(made, ignore_index=True)[columns]


def around(found: pd.DataFrame, region: str) -> pd.DataFrame:
    """Return those rows of `intervals` that the region's widest scope has, by printed rank.

    Empty when the region is in none.
    """
    own = found[found["region"] == region].head(1)
    same = found.merge(own[["scope", "edition"]], on=["scope", "edition"])
    return same.sort_values(["printed_rank", "region_name"], ignore_index=True)


def one_at_a_time(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's rank when one choice alone is made otherwise.

    Columns: choice, alternative (model.alternatives), scope (national, or group where that alone
    can be ranked), of, rank (median), low, high (5 % and 95 %; the same where nothing is drawn),
    average_shift (how many places the regions of the scope move on average: the Handbook's
    measure). Empty when the region cannot be recomputed. Raises UsageError as `intervals`.
    """
    _check(draws)
    return _one_at_a_time(field(year), region, draws, seed).copy()


@framework.kept(4)
def _one_at_a_time(found: Field, region: str, draws: int, seed: int) -> pd.DataFrame:
    columns = ["choice", "alternative", "scope", "of", "rank", "low", "high", "average_shift"]
    if region not in found.regions:
        return pd.DataFrame(columns=columns)
    scope, inside, own = found.scope_of(region)
    printed = ranks(found.printed[inside])
    rows = []
    for choice, alternative, drawn in alternatives(found, draws, seed):
        rank = ranks(drawn[:, inside])
        low, median, high = (_quantile(np.sort(rank[:, own]), p)[0] for p in (LOW, 0.5, HIGH))
        shift = average_shift(rank, printed).mean()
        rows.append([choice, alternative, scope, inside.sum(), median, low, high, shift])
    return pd.DataFrame(rows, columns=columns)


def importance(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the Sobol indices of the region's rank: how much of its variance a choice explains.

    Columns: choice, first (alone), total (with its interactions), and first_low, first_high,
    total_low, total_high: 95 % of 200 bootstrap resamples. Estimators of Saltelli et al. (2010,
    Comput. Phys. Commun. 181, 259-270) as scipy has them, from n (5 + 2) evaluations; n is the
    largest power of 2 up to a quarter of the draws. Weights and assessors are one input each,
    which picks one of n sets. Of the rank in the widest scope that is on record. Empty when the
    region cannot be recomputed or its rank never changes. Raises UsageError as `intervals`.
    """
    _check(draws)
    return _importance(field(year), region, draws, seed).copy()


@framework.kept(4)
def _importance(found: Field, region: str, draws: int, seed: int) -> pd.DataFrame:
    columns = ["choice", "first", "first_low", "first_high", "total", "total_low", "total_high"]
    if region not in found.regions:
        return pd.DataFrame(columns=columns)
    n, rng = 2 ** floor(log2(draws / 4)), np.random.default_rng(seed)
    evaluated = _evaluated(found, region, n, rng)
    if np.ptp(evaluated) == 0:
        return pd.DataFrame(columns=columns)
    return pd.DataFrame({"choice": list(CHOICES), **sobol(evaluated, rng)})[columns]


def sobol(evaluated: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Return first and total indices and the ends of their intervals, an item an input.

    `evaluated` has a row each for A, for B, and for A with one column of B, input by input.
    scipy's own bootstrap takes no seed: the resamples are made here and estimated in one call.
    """
    n = evaluated.shape[1]
    picked = np.concatenate([[np.arange(n)], rng.integers(n, size=(RESAMPLES, n))])
    values = evaluated[:, picked]
    made = sobol_indices(func={"f_A": values[0], "f_B": values[1], "f_AB": values[2:]}, n=n)
    told = {}
    for name, estimates in (("first", made.first_order), ("total", made.total_order)):
        told[name] = estimates[0]
        told[f"{name}_low"], told[f"{name}_high"] = np.quantile(estimates[1:], [0.025, 0.975], 0)
    return told


def _evaluated(found: Field, region: str, n: int, rng: np.random.Generator) -> Array:
    """Return the region's rank at Saltelli's points, as `sobol` takes it."""
    _, inside, own = found.scope_of(region)
    drawn = sets(found, n, rng)
    first, second = rng.random((2, n, len(CHOICES)))
    columns = np.eye(len(CHOICES), dtype=bool)
    inputs = np.concatenate([first, second, *(np.where(c, second, first) for c in columns)])
    rank = [
        ranks(indices(found, choices(found, inputs[i : i + CHUNK], *drawn))[:, inside])[:, own]
        for i in range(0, len(inputs), CHUNK)
    ]
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
    return made | {"mean_shift": average_shift(rank.T, printed[:, None])}


def _quantile(ordered: Array, share: float) -> tuple[Array, Array]:
    """Return a quantile that is itself a rank, and its error, of ranks in order (draw x region)."""
    n = len(ordered)
    reach = Z * sqrt(n * share * (1 - share))
    low, high = max(floor(n * share - reach), 1), min(ceil(n * share + reach), n)
    value = ordered[ceil(n * share) - 1]
    return value, np.maximum(value - ordered[low - 1], ordered[high - 1] - value)


def _check(draws: int) -> None:
    if draws < FEWEST_DRAWS:
        raise UsageError(f"draws is {draws}; expected at least {FEWEST_DRAWS}")
