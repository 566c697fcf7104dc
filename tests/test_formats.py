"""Numbers, dates and lists as Indonesian readers expect them."""

import math
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from kukar_analysis.formats import NOTHING, day, listed, number
from kukar_analysis.report.site import shown


def test_a_number_has_a_decimal_comma_is_rounded_half_up_and_nothing_is_never_zero():
    assert number(1234567.5, 1) == "1.234.567,5"
    # a binary fraction a hair under 2,675; what a mean may leave of it; a hair that is meant
    shown = {2.675: "2,68", -2.675: "−2,68", 2.6749999999996: "2,68", Decimal("2.674"): "2,67"}
    shown |= dict.fromkeys((None, math.nan, np.float64("nan")), NOTHING)
    assert {value: number(value) for value in shown} == shown
    for thousandths in range(4001):
        hundredths = (thousandths + 5) // 10
        assert number(thousandths / 1000) == f"{hundredths // 100},{hundredths % 100:02d}"


def test_a_signed_number_has_a_real_minus_and_zero_has_no_sign():
    said = {0.44: "+0,44", -0.03: "−0,03", 0: "0,00", -0.001: "0,00", None: "–"}
    assert {value: number(value, signed=True) for value in said} == said


def test_a_date_has_the_indonesian_month_a_time_a_point_and_a_list_ends_with_dan():
    for when in ("2022-12-06", date(2022, 12, 6), datetime(2022, 12, 6, 23, 59)):
        assert day(when) == "6 Desember 2022"
    assert shown("2023-12-04T01:05:00+00:00") == "4 Desember 2023 09.05 WITA"
    said = {"": "", "a": "a", "a b": "a dan b", "a b c d": "a, b, c, dan d"}
    assert {names: listed(names.split()) for names in said} == said
