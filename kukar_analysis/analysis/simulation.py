"""The regions that are ranked, and their indices and ranks under many choices at once."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare

ASSESSORS = 5
"""Assessors whose whole-number marks a question's score is the mean of: steps of 0.2 (2023)."""
WEIGHT_RANGE = 0.25
"""How far a weight may move, as a share of itself."""
CHOICES = ("weights", "edition", "aggregation", "left_out", "assessors")
CHUNK = 1000
"""Draws that are computed together: bounds the memory."""

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Field:
    """Participants of a year that have all their component scores; equal ones are one object."""

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


def field(year: int) -> Field:
    """Return the participants of a year with their scores, weights and the other sets of weights.

    Only of editions whose field is whole; without regions where none is.
    """
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
    ranked, known = took_part[whole], (components, tuple(editions), edition[whole], scores[whole])
    names = year, tuple(ranked["region"]), tuple(ranked["origin"])
    drawn = (
        np.array([other for other, _ in sets.values()]),
        tuple(" ".join(named) for _, named in [*sets.values()][1:]),
    )
    finals = ranked["index_published"].to_numpy(float)
    return _field(pickle.dumps((*names, *known, finals, *drawn, np.nan_to_num(hidden))))


@framework.kept(4)
def _field(content: bytes) -> Field:
    return Field(*pickle.loads(content))


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
    counts = len(field.alternatives), 1, len(field.components)
    made = {
        choice: (own >= 0.5) + (np.maximum(2 * own - 1, 0) * count).astype(int)
        for choice, count, own in zip(CHOICES[1:-1], counts, parted, strict=True)
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


def alternatives(field: Field, draws: int, seed: int) -> Iterator[tuple[str, str, Array]]:
    """Return each choice made otherwise, alone: choice, alternative, indices (draw x region).

    The alternative is an edition (several that weigh alike, parted by spaces), `geometric`, a
    component, or the choice itself where it is drawn.
    """
    named = {
        "edition": field.alternatives,
        "aggregation": ["geometric"],
        "left_out": field.components,
    }
    for choice in CHOICES:
        for place, alternative in enumerate(named.get(choice, ()), start=1):
            other = as_printed(field, 1) | {choice: np.array([place])}
            yield choice, alternative, indices(field, other)
        if choice not in named:
            yield choice, choice, simulated(field, draws, seed, (choice,))[0]


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
        if framework.load().editions[edition].rounding == "each_term":
            means = _hundredths(own * weights).sum(axis=2)
        else:
            means = _hundredths((own * weights).sum(axis=2))
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
