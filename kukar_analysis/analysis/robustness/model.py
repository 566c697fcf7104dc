"""The index and rank of every region under many choices at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from kukar_analysis import framework, score
from kukar_analysis.analysis.robustness.field import Array, Field

WEIGHT_RANGE = 0.25
"""How far a weight may move, as a share of itself."""
CHOICES = {
    "weights": "factors",
    "edition": "edition",
    "aggregation": "geometric",
    "left_out": "left_out",
    "assessors": "errors",
}
"""Each choice, and where Choices holds it."""
CHUNK = 1000
"""Draws that are computed together: bounds the memory."""


@dataclass(frozen=True)
class Choices:
    """What is chosen in each draw."""

    factors: Array
    """draw x component: what the weights are multiplied by"""
    edition: Array
    """place in Field.weights; 0 is as printed"""
    geometric: Array
    left_out: Array
    """0 is none; otherwise the place of the component, counted from 1"""
    errors: Array
    """draw x region x component: added to the scores"""


def as_printed(field: Field, draws: int) -> Choices:
    """Return the choices that make the printed index."""
    regions, components = field.scores.shape
    return Choices(
        factors=np.ones((draws, components)),
        edition=np.zeros(draws, dtype=int),
        geometric=np.zeros(draws, dtype=bool),
        left_out=np.zeros(draws, dtype=int),
        errors=np.zeros((draws, regions, components)),
    )


def sets(field: Field, count: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw so many sets of weight factors and of errors of the scores.

    Errors are normal: each is the mean of 25 or more rounding errors.
    """
    regions, components = field.scores.shape
    factors = rng.uniform(1 - WEIGHT_RANGE, 1 + WEIGHT_RANGE, (count, components))
    return factors, rng.standard_normal((count, regions, components)) * field.spread


def choices(field: Field, inputs: Array, factors: Array, errors: Array) -> Choices:
    """Turn inputs between 0 and 1 (draw x choice, in the order of CHOICES) into choices.

    An input of weights or assessors picks one of the sets drawn before. Of a choice with
    alternatives, the lower half of the inputs is as printed; the alternatives share the upper.
    """
    weights, edition, aggregation, left_out, assessors = inputs.T
    return Choices(
        factors=factors[_one_of(len(factors), weights)],
        edition=_printed_or_one_of(len(field.alternatives), edition),
        geometric=_printed_or_one_of(1, aggregation) > 0,
        left_out=_printed_or_one_of(len(field.components), left_out),
        errors=errors[_one_of(len(errors), assessors)],
    )


def simulated(field: Field, draws: int, seed: int, *varied: str) -> Array:
    """Return the indices (hundredths, draw x region) where the named choices are drawn."""
    rng, made = np.random.default_rng(seed), []
    for begin in range(0, draws, CHUNK):
        size = min(CHUNK, draws - begin)
        drawn = choices(field, _each_once(size, rng), *sets(field, size, rng))
        parts = {CHOICES[c]: getattr(drawn, CHOICES[c]) for c in varied}
        made.append(indices(field, replace(as_printed(field, size), **parts)))
    return np.concatenate(made)


def alternatives(field: Field, draws: int, seed: int) -> Iterator[tuple[str, str, Array]]:
    """Return each choice made otherwise, alone: choice, alternative, indices (draw x region).

    The alternative is an edition (several that weigh alike, parted by spaces), `geometric`, a
    component, or the choice itself where it is drawn.
    """
    printed = as_printed(field, 1)
    yield "weights", "weights", simulated(field, draws, seed, "weights")
    for place, editions in enumerate(field.alternatives, start=1):
        other = replace(printed, edition=np.array([place]))
        yield "edition", " ".join(editions), indices(field, other)
    other = replace(printed, geometric=np.array([True]))
    yield "aggregation", "geometric", indices(field, other)
    for place, component in enumerate(field.components, start=1):
        other = replace(printed, left_out=np.array([place]))
        yield "left_out", component, indices(field, other)
    yield "assessors", "assessors", simulated(field, draws, seed, "assessors")


def indices(field: Field, made: Choices) -> Array:
    """Return the index of every region in every draw, in hundredths (draw x region).

    Rounded half up as the region's edition rounds: each term first (`each_term`), or the sum. A
    geometric mean has no terms and is rounded once.
    """
    found = np.empty((len(made.edition), len(field.regions)))
    kept = np.arange(1, len(field.components) + 1) != made.left_out[:, None]
    scores = np.clip(field.scores + made.errors, score.LOWEST, score.HIGHEST)
    for place, edition in enumerate(field.editions):
        inside = field.edition == place
        weights = field.weights[made.edition, place] * made.factors * kept
        weights /= weights.sum(axis=1, keepdims=True)
        own = scores[:, inside]
        if framework.load().editions[edition].rounding == "each_term":
            means = _hundredths(own * weights[:, None]).sum(axis=2)
        else:
            means = _hundredths(arithmetic(own, weights))
        chosen = made.geometric
        means[chosen] = _hundredths(geometric(own[chosen], weights[chosen]))
        found[:, inside] = means
    return found


def arithmetic(scores: Array, weights: Array) -> Array:
    """Return weighted means (draw x region) of scores (draw x region x component)."""
    return np.asarray((scores @ weights[..., None])[..., 0])


def geometric(scores: Array, weights: Array) -> Array:
    """Return weighted geometric means, weights summing to 1; 0 where a weighed score is 0."""
    nought = ((scores == 0) & (weights > 0)[:, None]).any(axis=2)
    logs = np.log(np.where(scores == 0, 1, scores))
    return np.where(nought, 0, np.exp(arithmetic(logs, weights)))


def ranks(values: Array) -> Array:
    """Return ranks along the last axis, highest first; equal values share the better rank."""
    order = np.argsort(-values, axis=-1)
    placed = np.take_along_axis(values, order, -1)
    begins = np.ones(values.shape, dtype=bool)
    begins[..., 1:] = placed[..., 1:] != placed[..., :-1]
    best = np.maximum.accumulate(np.where(begins, np.arange(values.shape[-1]), 0), axis=-1)
    made = np.empty(values.shape, dtype=int)
    np.put_along_axis(made, order, best + 1, -1)
    return made


def average_shift(rank: Array, printed: Array) -> Array:
    """Return the mean distance from the printed ranks along the last axis (Handbook, step 7)."""
    return np.asarray(np.abs(rank - printed).mean(axis=-1))


def _each_once(size: int, rng: np.random.Generator) -> Array:
    """Return random inputs, but those that pick a drawn set pick each once."""
    inputs = rng.random((size, len(CHOICES)))
    picking = [list(CHOICES).index(c) for c in ("weights", "assessors")]
    inputs[:, picking] = ((np.arange(size) + 0.5) / size)[:, None]
    return inputs


def _one_of(count: int, inputs: Array) -> Array:
    return np.asarray((inputs * count).astype(int))


def _printed_or_one_of(count: int, inputs: Array) -> Array:
    return np.where(inputs < 0.5, 0, 1 + _one_of(count, np.maximum(2 * inputs - 1, 0)))


def _hundredths(values: Array) -> Array:
    # What a sum of floats leaves a hair below a half is put back before it is rounded up.
    return np.asarray(np.floor(values * 100 + 0.5 + 1e-9))
