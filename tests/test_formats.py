"""Numbers, dates and lists as Indonesian readers expect them."""

import math
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from kukar_analysis.formats import NOTHING, day, listed, moment, number


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (1234567.5, 1, "1.234.567,5"),
        (2.675, 2, "2,68"),  # a binary fraction a hair under it
        (-2.675, 2, "−2,68"),
        (2.6749999999996, 2, "2,68"),  # what a mean may leave of 2,675
        (Decimal("2.674"), 2, "2,67"),
    ],
)
def test_a_number_has_a_decimal_comma_and_is_rounded_half_up(value, places, shown):
    assert number(value, places) == shown


def test_every_thousandth_of_the_scale_is_rounded_half_up():
    for thousandths in range(4001):
        hundredths = (thousandths + 5) // 10
        shown = f"{hundredths // 100},{hundredths % 100:02d}"
        assert number(thousandths / 1000) == shown


def test_a_signed_number_has_a_real_minus_and_zero_has_no_sign():
    said = {0.44: "+0,44", -0.03: "−0,03", 0: "0,00", -0.001: "0,00"}
    assert {value: number(value, signed=True) for value in said} == said


@pytest.mark.parametrize("value", [None, math.nan, np.float64("nan")])
def test_nothing_is_a_dash_and_never_zero(value):
    assert number(value) == number(value, 0, signed=True) == NOTHING == "–"


def test_a_date_has_the_indonesian_month_and_a_time_a_point():
    for when in ("2022-12-06", date(2022, 12, 6), datetime(2022, 12, 6, 23, 59)):
        assert day(when) == "6 Desember 2022"
    assert moment(datetime(2023, 12, 4, 9, 5)) == "4 Desember 2023 09.05"


def test_a_list_ends_with_dan():
    said = {"": "", "a": "a", "a b": "a dan b", "a b c d": "a, b, c, dan d"}
    assert {names: listed(names.split()) for names in said} == said
