"""How firm a ranking is under other reasonable choices, and which choice matters.

After the OECD/JRC Handbook (2008, step 7) and Saisana, Saltelli and Tarantola (2005); the five
choices, what is drawn and how indices are rounded: docs/metode.md. One seed draws all.
"""

from math import ceil, floor, log2, sqrt
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare, simulation
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.simulation import CHOICES, Array, Field, field, ranks
from kukar_analysis.analysis.told import tidy, told
from kukar_analysis.errors import UsageError

LOW, HIGH = 0.05, 0.95
"""The ends of a range of ranks, as shares of the draws."""
FEWEST_DRAWS, RESAMPLES, Z = 100, 200, 1.96
"""Z: the normal quantile of the 95 % bounds of a Monte Carlo error."""
_RANKED = "year region scope edition of printed_rank median low high as_good upper_half mean_shift"
_RANKED += " median_error low_error high_error as_good_error upper_half_error origin"
_WHOLE = "of printed_rank rank median low high median_error low_error high_error"


def _frame(made: Any, columns: str) -> pd.DataFrame:
    types = dict.fromkeys({*columns.split()} & {*_WHOLE.split()}, "int64")
    return tidy(made, columns, **types | ({"applies": "bool"} if "applies" in columns else {}))


def rank_intervals(year: int, draws: int, seed: int) -> pd.DataFrame:
    """Return what rank each region has in the draws, nationally and in its group.

    low and high: 5 % and 95 % of the draws; as_good: share with the printed rank or better,
    upper_half in the better half; mean_shift: mean distance from it. `_error` is half of the 95 %
    Monte Carlo interval (normal; of a quantile by its order statistics).
    """
    found, made = _asked(year, draws), list[pd.DataFrame]()
    for scope, edition, inside in found.scopes() if found.regions else ():
        drawn = simulation.simulated(found, draws, seed)[0]
        rank, printed = ranks(drawn[:, inside]), ranks(found.printed[inside])
        ordered = np.sort(rank, axis=0)
        columns = {
            "year": year,
            "region": np.array(found.regions)[inside],
            "scope": scope,
            "edition": edition,
            "of": len(printed),
            "printed_rank": printed,
            "mean_shift": np.abs(rank - printed).mean(axis=0),
            "origin": np.array(found.origins)[inside],
        }
        for name, share in (("median", 0.5), ("low", LOW), ("high", HIGH)):
            columns[name], columns[f"{name}_error"] = _quantile(ordered, share)
        shares = {"as_good": rank <= printed, "upper_half": rank <= len(printed) / 2}
        for name, counted in shares.items():
            columns[name] = p = counted.mean(axis=0)
            columns[f"{name}_error"] = Z * np.sqrt(p * (1 - p) / draws)
        made.append(pd.DataFrame(columns))
    return _frame(pd.concat(made) if made else [], _RANKED)


def rank_choices(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's rank (median, with 5 % and 95 %) when one choice alone is made otherwise.

    treatment says which in words; average_shift: how many places the regions of the scope move on
    average (the Handbook's measure). Empty when the region cannot be recomputed.
    """
    found, rows = _asked(year, draws), []
    if region in found.regions:
        scope, inside, own = found.scope_of(region)
        printed = ranks(found.printed[inside])
        for choice, alternative, drawn in simulation.alternatives(found, draws, seed):
            rank = ranks(drawn[:, inside])
            low, median, high = _ends(rank[:, own])
            said = _treatment(year, choice, alternative)
            shift = np.abs(rank - printed).mean()
            rows.append([choice, alternative, said, scope, inside.sum(), median, low, high, shift])
    return _frame(rows, "choice alternative treatment scope of rank low high average_shift")


def rank_cases(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's ranks in the draws parted in two, by each thing done or not (`applies`).

    Two rows a thing (a component counts, an edition's weights are used, the mean is geometric),
    that which explains most first; simulated: share of draws; explained: share of the rank's
    variance that lies between the two. Empty when there is no rank, or it never changes.
    """
    found, rows = _asked(year, draws), []
    if region in found.regions:
        drawn, picked = simulation.simulated(found, draws, seed)
        _, inside, own = found.scope_of(region)
        rank = pd.Series(ranks(drawn[:, inside])[:, own])
        weights = found.weights[:, found.edition[found.regions.index(region)]]
        things = {
            ("component", c): (picked["left_out"] != i + 1) & (weights[picked["edition"], i] > 0)
            for i, c in enumerate(found.components)
        }
        for place, editions in enumerate(found.alternatives, start=1):
            things["edition", editions] = picked["edition"] == place
        things["aggregation", "geometric"] = picked["aggregation"] > 0
        for (choice, alternative), applies in things.items():
            if rank.nunique() == 1 or applies.nunique() == 1:
                continue
            explained = rank.groupby(applies).transform("mean").var() / rank.var()
            for value in (True, False):
                some = rank[applies == value].to_numpy()
                said = _treatment(year, choice, alternative, value)
                row = [choice, alternative, value, said, len(some) / draws, *_ends(some), explained]
                rows.append(row)
    made = _frame(rows, "choice alternative applies treatment simulated low median high explained")
    return made.sort_values("explained", ascending=False, kind="stable", ignore_index=True)


def rank_importance(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the Sobol indices of the region's rank: how much of its variance a choice explains.

    main (alone), total (with interactions), each with 95 % of 200 bootstrap resamples, from 7 n
    evaluations, n the largest power of 2 up to a quarter of the draws. Empty when there is no rank,
    or it never changes.
    """
    found, made = _asked(year, draws), {}
    n, rng = 2 ** floor(log2(draws / 4)), np.random.default_rng(seed)
    if region in found.regions:
        _, inside, own = found.scope_of(region)
        drawn, (first, second) = simulation.sets(found, n, rng), rng.random((2, n, len(CHOICES)))
        mixed = [np.where(one, second, first) for one in np.eye(len(CHOICES), dtype=bool)]
        rank, inputs = [], np.concatenate([first, second, *mixed])
        for some in np.split(inputs, range(simulation.CHUNK, len(inputs), simulation.CHUNK)):
            chosen = simulation.choices(found, some, *drawn)
            rank.append(ranks(simulation.indices(found, chosen)[:, inside])[:, own])
        evaluated = np.concatenate(rank).astype(float).reshape(-1, n)
        if np.ptp(evaluated):
            made = {"choice": CHOICES, **sobol(evaluated, rng)}
    columns = "choice main main_low main_high total total_low total_high"
    by = _frame(made, columns).sort_values("total", ascending=False, kind="stable")
    return by.reset_index(drop=True)


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
    variance, made = values[:2].var(axis=(0, 2)), {}
    for name, terms in (("main", second * (mixed - first)), ("total", (first - mixed) ** 2 / 2)):
        estimates = terms.mean(axis=-1) / np.where(variance > 0, variance, np.inf)
        made[name] = estimates[:, 0]
        ends = np.quantile(estimates[:, 1:], [0.025, 0.975], axis=1)
        made[f"{name}_low"], made[f"{name}_high"] = ends
    return made


def _ends(rank: Array) -> list[Any]:
    return [_quantile(np.sort(rank), share)[0] for share in (LOW, 0.5, HIGH)]


def _quantile(ordered: Array, share: float) -> tuple[Array, Array]:
    """Return a quantile that is itself a rank, and its error, of ranks in order (draw x region)."""
    n = len(ordered)
    reach = Z * sqrt(n * share * (1 - share))
    low, high = max(floor(n * share - reach), 1), min(ceil(n * share + reach), n)
    value = ordered[ceil(n * share) - 1]
    return value, np.maximum(value - ordered[low - 1], ordered[high - 1] - value)


def _treatment(year: int, choice: str, alternative: str, applies: bool = True) -> str:
    """Say what is done otherwise, or not; of weights the components that they leave out too."""
    fw = framework.load()
    used = [fw.editions[e] for e in alternative.split()] if choice == "edition" else []
    weighed = {c for e in fw.editions.values() if e.year == year for c in fw.weights[e.edition]}
    weighed -= {c for e in used for c in fw.weights[e.edition]}
    return told(
        f"treatment.{choice}",
        applies=applies,
        alternative=alternative,
        editions=[f"{fw.groups[e.group].name} {e.year}" for e in used],
        without=[c.name for c in fw.components.values() if c.component in weighed],
        percent=100 * simulation.WEIGHT_RANGE,
    )


def rank_missing(year: int, region: str) -> list[str]:
    """Say why the rank of a region cannot be simulated; nothing where it can."""
    if region in field(year).regions:
        return []
    why = [*missing("index_scores", year, region)["sentence"]]
    why = why or [text for text in compare.whole_field(year, region)["missing"] if text]
    return why or [told("rank.incomplete", region=region, year=year)]


def rank_sentence(ranks: pd.DataFrame, region: str) -> str:
    """Say a region's rank of the printed finals, with its ties, and its ranks in the simulations.

    `ranks` is of `rank_intervals`. Empty where the region is not in it.
    """
    rows = ranks[ranks["region"] == region]
    if rows.empty:
        return ""
    own, names = next(rows.itertuples()), framework.load().names["region"]
    every = ranks.merge(rows.head(1)[["scope", "edition"]])
    tied = every[every["printed_rank"].eq(own.printed_rank) & every["region"].ne(region)]
    return told(
        "rank",
        r=own,
        tied=tied["region"].map(names),
        moves=(rows["mean_shift"] > 0).any(),
        usual=(every["high"] - every["low"]).quantile(0.5, interpolation="lower"),
        error=max(own.median_error, own.low_error, own.high_error),
        others=rows[1:],
    )


def cases_sentence(cases: pd.DataFrame) -> str:
    """Say what parts the simulations most (`rank_cases`), and the ranks on either side."""
    both = cases.head(2)
    # the ministry's formula counts each component, and does none of the other things
    is_official = both["applies"] == (both["choice"] == "component")
    usual, other = (next(both[here].itertuples(), None) for here in (is_official, ~is_official))
    return told("cases", usual=usual, other=other)


def _asked(year: int, draws: int) -> Field:
    if draws < FEWEST_DRAWS:
        raise UsageError(f"draws is {draws}; expected at least {FEWEST_DRAWS}")
    return field(year)
