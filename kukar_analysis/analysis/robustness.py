"""How firm a ranking is under other reasonable choices, and which choice matters.

After the OECD/JRC Handbook (2008, step 7) and Saisana, Saltelli and Tarantola (2005): the five
choices, what is drawn and how indices are rounded: docs/metode.md. One seed draws all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log2, sqrt
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.told import tidy, told
from kukar_analysis.errors import UsageError

ASSESSORS = 5  # whose whole-number marks a question's score is the mean of: steps of 0.2 (2023)
WEIGHT_RANGE = 0.25  # how far a weight may move, as a share of itself
CHOICES = ("weights", "edition", "aggregation", "left_out", "assessors")
CHUNK = 1000  # draws that are computed together: bounds the memory
LOW, HIGH = 0.05, 0.95  # the ends of a range of ranks, as shares of the draws
FEWEST_DRAWS, RESAMPLES, Z = 100, 200, 1.96  # Z: normal quantile, for 95 % of Monte Carlo errors
_RANKED = "year region scope edition of printed_rank median low high as_good upper_half mean_shift"
_RANKED += " rank_error origin"
_WHOLE = "of printed_rank rank median low high rank_error"

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Field:
    """Participants of a year that have all their component scores."""

    year: int
    regions: tuple[str, ...]
    origins: tuple[str, ...]
    components: tuple[str, ...]
    editions: tuple[str, ...]
    edition: Array  # of each region: its place in editions
    scores: Array  # region x component, 0 to 4; 0 with weight 0 where the edition has none
    printed: Array  # finals
    weights: Array  # set x edition x component, each row summing to 1; the first is as printed
    alternatives: tuple[str, ...]  # the editions whose weights each further set is, by spaces
    spread: Array  # standard deviation of each component's score that whole-number marks hide

    @property
    def instead(self) -> dict[str, tuple[str, ...]]:
        """Return what can be done instead of as printed, by choice, where it is not drawn."""
        others = self.alternatives, ("geometric",), self.components
        return dict(zip(CHOICES[1:-1], others, strict=True))

    def scopes(self) -> Iterator[tuple[str, str, Array]]:
        """Yield scope, edition and which regions: the nation where it is whole, then the groups."""
        if not compare.missing_of(self.year):
            yield "national", "", np.ones(len(self.regions), dtype=bool)
        for place, edition in enumerate(self.editions):
            yield "group", edition, self.edition == place

    def scope_of(self, region: str) -> tuple[str, Array, int]:
        """Return the widest scope of a region, which regions are in it, and its place in them."""
        own = self.regions.index(region)
        scope, inside = next((s, i) for s, _, i in self.scopes() if i[own])
        return scope, inside, int(inside[:own].sum())


Choices = dict[str, Array]
"""What is chosen in each draw, by choice: weights (draw x component: what they are multiplied by),
edition (place in Field.weights, 0 as printed), aggregation (whether geometric), left_out (place of
the component from 1, 0 is none), assessors (draw x region x component: added to the scores)."""


@store.kept
def field(year: int, draws: int = FEWEST_DRAWS) -> Field:
    """Return the participants of a year with their scores, weights and the other sets of weights.

    Only of editions whose field is whole; without regions where none is. UsageError: few draws.
    """
    if draws < FEWEST_DRAWS:
        raise UsageError(f"draws is {draws}; expected at least {FEWEST_DRAWS}")
    fw, took_part = framework.load(), compare.participants(year)
    editions = [e for e in fw.editions if e in {*took_part["edition"]}]
    weights = pd.DataFrame({e: fw.weights[e] for e in editions}, [*fw.components])
    weights = weights.dropna(how="all").T.fillna(0) / 100
    own, components = weights.to_numpy(float), tuple(weights)
    edition = took_part["edition"].map(editions.index).to_numpy(int)
    table = store.read("component_scores", year=year)
    table = table.pivot(index="region", columns="component", values="score")
    scores = table.reindex(index=took_part["region"], columns=weights.columns).to_numpy(float)
    scores = np.where(own[edition] > 0, scores, 0)
    whole = ~np.isnan(scores).any(axis=1)
    # what a region was not scored on gets no weight of another edition; the rest share it
    sets: dict[bytes, tuple[Array, list[str]]] = {own.round(9).tobytes(): (own, [])}
    for name, given in fw.weights.items():
        other = np.array([given.get(c, 0) for c in components]) * (own > 0)
        other = other / other.sum(axis=1, keepdims=True)
        sets.setdefault(other.round(9).tobytes(), (other, []))[1].append(name)
    # a mark hides up to half a point: variance 1/12; n questions are the mean of 5 n marks, n of
    # the edition whose form is known, for the other group too (assumptions.csv); else nothing
    counts = compare.form_of(fw.asked_edition(year) or "")["component"].value_counts()
    hidden = 1 / np.sqrt(12 * ASSESSORS * counts.reindex(components).to_numpy(float))
    ranked, drawn = took_part[whole], np.array([other for other, _ in sets.values()])
    names = year, tuple(ranked["region"]), tuple(ranked["origin"]), components, tuple(editions)
    others = tuple(" ".join(named) for _, named in [*sets.values()][1:])
    finals, spread = ranked["index_published"].to_numpy(float), np.nan_to_num(hidden)
    return Field(*names, edition[whole], scores[whole], finals, drawn, others, spread)


def as_printed(field: Field, draws: int) -> Choices:
    """Return the choices that make the printed index."""
    regions, components = field.scores.shape
    nothing = {choice: np.zeros(draws, dtype=int) for choice in CHOICES}
    weights, errors = np.ones((draws, components)), np.zeros((draws, regions, components))
    return nothing | {"weights": weights, "assessors": errors}


def sets(field: Field, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw so many sets of weight factors, and of normal errors of the scores."""
    regions, components = field.scores.shape
    factors = rng.uniform(1 - WEIGHT_RANGE, 1 + WEIGHT_RANGE, (count, components))
    return factors, rng.standard_normal((count, regions, components)) * field.spread


def choices(field: Field, inputs: Array, factors: Array, errors: Array) -> Choices:
    """Turn inputs between 0 and 1 (draw x choice, in the order of CHOICES) into choices.

    An input of weights or assessors picks one of the sets drawn before. Of a choice with
    alternatives, the lower half of the inputs is as printed; the alternatives share the upper.
    """
    weights, *parted, assessors = inputs.T
    made = {
        choice: (own >= 0.5) + (np.maximum(2 * own - 1, 0) * len(others)).astype(int)
        for (choice, others), own in zip(field.instead.items(), parted, strict=True)
    }
    made["weights"] = factors[(weights * len(factors)).astype(int)]
    return made | {"assessors": errors[(assessors * len(errors)).astype(int)]}


@framework.kept(4)
def simulated(
    field: Field, draws: int, seed: int, varied: tuple[str, ...] = CHOICES
) -> tuple[Array, pd.DataFrame]:
    """Return the indices (hundredths, draw x region) where the named choices are drawn.

    Beside them what was picked in each draw: edition, aggregation, left_out (as in Choices).
    """
    rng, made, picked = np.random.default_rng(seed), [], []
    for begin in range(0, draws, CHUNK):
        size = min(CHUNK, draws - begin)
        inputs = rng.random((size, len(CHOICES)))
        inputs[:, [0, -1]] = ((np.arange(size) + 0.5) / size)[:, None]  # each drawn set once
        drawn = choices(field, inputs, *sets(field, size, rng))
        chosen = as_printed(field, size) | {c: drawn[c] for c in varied}
        made.append(indices(field, chosen).astype("int16"))
        picked.append(pd.DataFrame({c: chosen[c] for c in CHOICES[1:-1]}))
    return np.concatenate(made), pd.concat(picked, ignore_index=True)


def indices(field: Field, made: Choices) -> Array:
    """Return the index of every region in every draw, in hundredths (draw x region).

    Rounded half up as the region's edition rounds: each term first (`each_term`), or the sum. A
    geometric mean has no terms and is rounded once; it is 0 where a weighed score is.
    """
    found, chosen = np.empty((len(made["edition"]), len(field.regions))), made["aggregation"] > 0
    kept = np.arange(1, len(field.components) + 1) != made["left_out"][:, None]
    scores = np.clip(field.scores + made["assessors"], score.LOWEST, score.HIGHEST)
    for place, edition in enumerate(field.editions):
        inside = field.edition == place
        weights = field.weights[made["edition"], place] * made["weights"] * kept
        weights = (weights / weights.sum(axis=1, keepdims=True))[:, None]
        own = scores[:, inside]
        each, terms = framework.load().editions[edition].rounding == "each_term", own * weights
        means = _hundredths(terms).sum(axis=2) if each else _hundredths(terms.sum(axis=2))
        means[chosen] = _hundredths((own[chosen] ** weights[chosen]).prod(axis=2))
        found[:, inside] = means
    return found


def ranks(values: Array) -> Array:
    """Return ranks along the last axis, highest first; equal values share the better rank."""
    rows = pd.DataFrame(np.atleast_2d(values))
    placed = rows.rank(axis="columns", method="min", ascending=False)
    return np.asarray(placed.to_numpy(int).reshape(values.shape))


def _hundredths(values: Array) -> Array:
    # What a sum of floats leaves a hair below a half is put back before it is rounded up.
    return np.asarray(np.floor(values * 100 + 0.5 + 1e-9))


def _frame(made: Any, columns: str) -> pd.DataFrame:
    types = dict.fromkeys({*columns.split()} & {*_WHOLE.split()}, "int64")
    return tidy(made, columns, **types | ({"applies": "bool"} if "applies" in columns else {}))


def rank_intervals(year: int, draws: int, seed: int) -> pd.DataFrame:
    """Return what rank each region has in the draws, nationally and in its group.

    low, high: 5 % and 95 % of the draws; as_good: share with the printed rank or better.
    rank_error: half of the 95 % Monte Carlo interval of median, low or high, the largest.
    """
    found, made = field(year, draws), list[pd.DataFrame]()
    for scope, edition, inside in found.scopes() if found.regions else ():
        drawn = simulated(found, draws, seed)[0]
        rank, printed = ranks(drawn[:, inside]), ranks(found.printed[inside])
        ordered = np.sort(rank, axis=0)
        columns = {
            "year": year,
            "region": np.array(found.regions)[inside],
            "scope": scope,
            "edition": edition,
            "of": len(printed),
            "printed_rank": printed,
            "as_good": (rank <= printed).mean(axis=0),
            "upper_half": (rank <= len(printed) / 2).mean(axis=0),
            "mean_shift": np.abs(rank - printed).mean(axis=0),
            "origin": np.array(found.origins)[inside],
        }
        ends = [_quantile(ordered, share) for share in (LOW, 0.5, HIGH)]
        columns |= dict(zip(("low", "median", "high"), (value for value, _ in ends), strict=True))
        columns["rank_error"] = np.max([error for _, error in ends], axis=0)
        made.append(pd.DataFrame(columns))
    return _frame(pd.concat(made) if made else [], _RANKED)


def rank_choices(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's rank (median, low, high) when one choice alone is made otherwise.

    treatment says which; average_shift: how many places the regions of the scope move on average
    (the Handbook's measure). Empty when the region cannot be recomputed.
    """
    found, rows = field(year, draws), []
    for choice in CHOICES if region in found.regions else ():
        scope, inside, own = found.scope_of(region)
        for place, alternative in enumerate(found.instead.get(choice, [choice]), start=1):
            if choice in found.instead:
                drawn = indices(found, as_printed(found, 1) | {choice: np.array([place])})
            else:
                drawn = simulated(found, draws, seed, (choice,))[0]
            rank, said = ranks(drawn[:, inside]), _treatment(year, choice, alternative)
            low, median, high = _ends(rank[:, own])
            shift = np.abs(rank - ranks(found.printed[inside])).mean()
            rows.append([choice, alternative, said, scope, inside.sum(), median, low, high, shift])
    return _frame(rows, "choice alternative treatment scope of rank low high average_shift")


def rank_cases(year: int, region: str, draws: int, seed: int) -> pd.DataFrame:
    """Return the region's ranks in the draws parted in two, by each thing done or not (`applies`).

    Two rows a thing, that which explains most first; simulated: share of draws; explained: share of
    the rank's variance that lies between the two. Empty when there is no rank, or it never changes.
    """
    found, rows = field(year, draws), []
    if region in found.regions:
        drawn, picked = simulated(found, draws, seed)
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
    evaluations (n: a power of 2). Empty when there is no rank, or it never changes.
    """
    found, made = field(year, draws), {}
    n, rng = 2 ** floor(log2(draws / 4)), np.random.default_rng(seed)
    if region in found.regions:
        _, inside, own = found.scope_of(region)
        drawn, (first, second) = sets(found, n, rng), rng.random((2, n, len(CHOICES)))
        mixed = [np.where(one, second, first) for one in np.eye(len(CHOICES), dtype=bool)]
        rank, inputs = [], np.concatenate([first, second, *mixed])
        for some in np.split(inputs, range(CHUNK, len(inputs), CHUNK)):
            rank.append(ranks(indices(found, choices(found, some, *drawn))[:, inside])[:, own])
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
        percent=100 * WEIGHT_RANGE,
    )


def rank_missing(year: int, region: str) -> list[str]:
    """Say why the rank of a region cannot be simulated; nothing where it can."""
    if region in field(year).regions:
        return []
    why = [*missing("index_scores", year, region)["sentence"]]
    why = why or [text for text in compare.whole_field(year, region)["missing"] if text]
    return why or [told("rank.incomplete", region=region, year=year)]


def rank_sentence(ranks: pd.DataFrame, region: str) -> str:
    """Say a region's rank and its ranks in the simulations (`rank_intervals`); "" without it."""
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
        others=rows[1:],
    )


def cases_sentence(cases: pd.DataFrame) -> str:
    """Say what parts the simulations most (`rank_cases`), and the ranks on either side."""
    both = cases.head(2)
    # the ministry's formula counts each component, and does none of the other things
    is_official = both["applies"] == (both["choice"] == "component")
    usual, other = (next(both[here].itertuples(), None) for here in (is_official, ~is_official))
    return told("cases", usual=usual, other=other)
