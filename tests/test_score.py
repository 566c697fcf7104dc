"""The ministry's arithmetic: published figures, a second plain computation, every refusal."""

import math
import re
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kukar_analysis import score
from kukar_analysis.errors import ScoreError

# Weights and rules as the letters print them, typed anew so that nothing is compared with itself.
COMPONENTS = ("baseline", "output", "outcome", "impact", "quick_wins", "collaboration")
WEIGHTS = {
    "2022-kppn-ikn": (10, 20, 30, 10, 30),
    "2022-reguler": (10, 20, 30, 20, 20),
    "2023-kppn-ikn": (10, 20, 20, 20, 20, 10),
    "2023-reguler": (10, 20, 30, 20, 20),
}
KUKAR_2023 = (3.60, 2.89, 2.92, 2.59, 3.32, 1.20)
MALANG_2022 = (1.40, 1.54, 2.92, 2.56, 3.08)
MALANG_2023 = (3.60, 2.29, 3.41, 2.81, 3.13, 2.53)
KEDIRI_2022 = (3.60, 3.21, 3.23, 3.07, 3.65)

two_decimals = st.integers(0, 400).map(lambda hundredths: hundredths / 100)


def named(scores):
    return dict(zip(COMPONENTS, scores, strict=False))


def plain_half_up(exact):
    return Fraction(math.floor(exact * 100 + Fraction(1, 2)), 100)


def plain_weighted_sum(scores, edition, rounding):
    pairs = zip(WEIGHTS[edition], scores, strict=True)
    terms = [Fraction(weight, 100) * Fraction(str(score)) for weight, score in pairs]
    each = rounding == "each_term"
    return sum(map(plain_half_up, terms)) if each else plain_half_up(sum(terms))


@st.composite
def scored_editions(draw):
    edition = draw(st.sampled_from(sorted(WEIGHTS)))
    n = len(WEIGHTS[edition])
    return edition, draw(st.lists(two_decimals, min_size=n, max_size=n))


@pytest.mark.parametrize(
    ("scores", "edition", "published"),
    [
        (KUKAR_2023, "2023-kppn-ikn", "2.82"),
        (KUKAR_2023[:5], "2023-reguler", "3.00"),
        (KEDIRI_2022, "2022-reguler", "3.31"),
        (MALANG_2022, "2022-kppn-ikn", "2.51"),
        (MALANG_2023, "2023-kppn-ikn", "2.94"),
        ([0.05, 0, 0, 0.05, 0], "2022-kppn-ikn", "0.02"),  # each half is rounded up, then added
    ],
)
def test_a_published_final_comes_out(scores, edition, published):
    assert str(score.index_of(named(scores), edition=edition)) == published


@given(scored_editions(), st.sampled_from(["each_term", "sum"]))
@settings(deadline=None)
def test_sums_are_what_fractions_say(scored, rounding):
    edition, scores = scored
    own = "each_term" if edition.startswith("2022") else "sum"
    index = score.index_of(named(scores), edition)
    other = score.index_of(named(scores), edition, rounding=rounding)
    assert Fraction(index) == plain_weighted_sum(scores, edition, own)
    assert Fraction(other) == plain_weighted_sum(scores, edition, rounding)


@given(st.lists(two_decimals, min_size=1, max_size=60))
@settings(deadline=None)
def test_a_component_score_is_the_mean_that_fractions_say(scores):
    mean = sum(Fraction(str(s)) for s in scores) / len(scores)
    assert Fraction(score.component_score(scores)) == plain_half_up(mean)
    assert str(score.component_score([2.67, 2.68])) == "2.68"  # a half is rounded up


BAD = [4.01, -0.01, math.inf, math.nan, pd.NA, "2,59", True, np.bool_(True), 1j, 2.595]


@pytest.mark.parametrize("bad", BAD)
def test_a_score_that_is_none_is_refused_with_its_component_and_value(bad):
    said = re.escape(f"impact: {bad!r} is outside the scale, numbers from 0 to 4 of two decimals")
    with pytest.raises(ScoreError, match=said):
        score.index_of(named(KUKAR_2023) | {"impact": bad}, "2023-kppn-ikn")
    with pytest.raises(ScoreError, match="question score: "):
        score.component_score([3, bad])


def test_what_cannot_be_computed_is_refused():
    with pytest.raises(ScoreError, match="without question scores"):
        score.component_score([])
    with pytest.raises(ScoreError, match=r"'2024-kppn-ikn' is not known; known: 2022-kppn-ikn, "):
        score.index_of(named(KUKAR_2023), "2024-kppn-ikn")
    scores = named(KUKAR_2023[:5]) | {"kolaborasi": 1.2}
    with pytest.raises(ScoreError, match=r"lacks collaboration and has no place for kolaborasi"):
        score.index_of(scores, "2023-kppn-ikn")


def test_a_score_may_be_any_real_number_of_two_decimals():
    for kind in (float, np.float32, Decimal, Fraction):
        scores = {c: kind(str(s)) for c, s in named(KUKAR_2023).items()}
        for own in (scores, pd.Series(scores, dtype=object)):
            assert score.index_of(own, edition="2023-kppn-ikn") == Decimal("2.82")
