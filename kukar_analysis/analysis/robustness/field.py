"""The regions that are ranked, and what their indices are made of."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare

ASSESSORS = 5
"""Assessors whose whole-number marks a question's score is the mean of: steps of 0.2 (2023)."""

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False)
class Field:
    """Participants of a year that have all their component scores.

    Two are equal when all that they hold is: what is drawn from one is kept for the other.
    """

    year: int
    regions: tuple[str, ...]
    names: tuple[str, ...]
    components: tuple[str, ...]
    editions: tuple[str, ...]
    edition: Array
    """of each region: its place in editions"""
    scores: Array
    """region x component, 0 to 4; where the edition has no such component 0, with weight 0"""
    printed: Array
    """finals as printed"""
    weights: Array
    """set x edition x component, each row summing to 1; the first set is as printed"""
    alternatives: tuple[tuple[str, ...], ...]
    """the editions whose weights each further set is"""
    spread: Array
    """standard deviation of each component's score for what whole-number marks hide"""
    incomplete: tuple[str, ...]
    """names of participants without all their component scores: they cannot be recomputed"""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)

    @cached_property
    def _content(self) -> bytes:
        return pickle.dumps([getattr(self, f.name) for f in fields(self)])

    def scopes(self) -> Iterator[tuple[str, str, Array]]:
        """Return each field of ranks: scope, edition (empty for national), which regions.

        National first, where the nation's field is whole; then the groups.
        """
        if not compare.missing_of(self.year):
            yield "national", "", np.ones(len(self.regions), dtype=bool)
        for place, edition in enumerate(self.editions):
            yield "group", edition, self.edition == place

    def scope_of(self, region: str) -> tuple[str, Array, int]:
        """Return the widest scope of a region, which regions are in it, and its place in them."""
        own = self.regions.index(region)
        scope, inside = next((s, i) for s, _, i in self.scopes() if i[own])
        return scope, inside, int(inside[:own].sum())


def field(year: int) -> Field:
    """Return the participants of a year with their scores, weights and the other sets of weights.

    Only of editions whose field is whole; without regions where none is.
    """
    fw = framework.load()
    took_part = compare.participants(year)
    editions = tuple(e for e in fw.editions if e in set(took_part["edition"]))
    weighed = {c for e in editions for c in fw.weights[e]}
    components = tuple(c for c in fw.components if c in weighed)
    own = np.array([[fw.weights[e].get(c, 0) / 100 for c in components] for e in editions])
    own = own.reshape(len(editions), len(components))
    edition = np.array([editions.index(e) for e in took_part["edition"]], dtype=int)
    stated = store.read("component_scores", year=year)
    table = stated.pivot(index="region", columns="component", values="score")
    scores = table.reindex(index=took_part["region"], columns=list(components)).to_numpy(float)
    scores = np.where(own[edition] > 0, scores, 0)
    whole = ~np.isnan(scores).any(axis=1)
    weights, alternatives = _weight_sets(own, components)
    return Field(
        year=year,
        regions=tuple(took_part["region"][whole]),
        names=tuple(took_part["region_name"][whole]),
        components=components,
        editions=editions,
        edition=edition[whole],
        scores=scores[whole],
        printed=took_part["index_published"].to_numpy(float)[whole],
        weights=weights,
        alternatives=alternatives,
        spread=_spread(year, components),
        incomplete=tuple(took_part["region_name"][~whole]),
    )


def _weight_sets(
    own: Array, components: tuple[str, ...]
) -> tuple[Array, tuple[tuple[str, ...], ...]]:
    """Return the different sets of weights, the printed one first, and the editions of the others.

    A component that a region was not scored on gets none of another edition's weight; the rest
    share it in proportion, since what the region would have scored there is not known.
    """
    sets: list[Array] = [own]
    names: list[tuple[str, ...]] = [()]
    for edition, weights in framework.load().weights.items():
        other = np.array([weights.get(c, 0) for c in components]) * (own > 0)
        other = other / other.sum(axis=1, keepdims=True)
        same = [i for i, known in enumerate(sets) if np.allclose(known, other)]
        if not same:
            sets.append(other)
            names.append((edition,))
        else:
            names[same[0]] += (edition,)
    return np.array(sets), tuple(names[1:])


def _spread(year: int, components: tuple[str, ...]) -> Array:
    """Return the standard deviation that whole-number marks leave in each component's score.

    A mark stands for an opinion up to half a point away, all equally likely: variance 1/12. A
    component of n questions is the mean of 5 n marks: 1 / sqrt(12 x 5 n). n is that of the year's
    edition whose questions are known, for the other group too, whose form was never seen
    (definitions/assumptions.csv); without one nothing is drawn.
    """
    fw = framework.load()
    asked = fw.edition_questions.get(fw.asked_edition(year) or "", {})
    belongs = [fw.questions[q].component for q in asked]
    counts = [belongs.count(c) for c in components]
    return np.array([1 / sqrt(12 * ASSESSORS * n) if n else 0.0 for n in counts])
