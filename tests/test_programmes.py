"""What is done and what is not: bands, counts and lists, each by a second plain computation."""

import itertools
import re
from decimal import Decimal
from fractions import Fraction

import pytest
from reading import KUKAR

from kukar_analysis import framework
from kukar_analysis.analysis import programmes

FW = framework.load()
YEAR, REGION = 2023, "00.01"
PRINTED = {"Sangat Baik": 91, "Baik": 76, "Cukup": 66, "Kurang": 51, "Sangat Kurang": None}
"""The lower bounds as LKjIP Inspektorat Sampang 2019 prints them."""


def programme(name, pillar="living", **cells):
    row = {"year": YEAR, "region": REGION, "pillar": pillar, "programme": name}
    row |= {"is_quick_win": False, "origin": f"2023/contoh.csv#l{len(name)}:c1"}
    return row | cells


OFFICE = [
    programme("a", status="done", target=100, realisation=91, budget=5.0, digital_part="market"),
    programme("bb", status="done", target=200, realisation=181, budget=2.5),
    programme("ccc", "governance", status="not_begun", target=10, realisation=12, opd="Bappeda"),
    programme("dddd", status="not_begun", target=0, realisation=3, digital_part="market"),
    programme("eeeee", status="running", target=4, digital_part="society"),
    programme("ffffff", realisation=7),
    programme("ggggggg", status="not_begun", target=10, realisation=0),
    programme("hhhhhhhh", status="running", target=100, realisation=50.9),
]
"""One programme a rule: 91 and 90.5 percent, 120 percent, target 0, no figures."""


@pytest.fixture
def office(held):
    held(programmes=OFFICE)
    return programmes.programmes(YEAR, REGION).set_index("programme")


def test_a_band_begins_where_its_lower_bound_is_reached_exactly():
    bands, none = FW.achievement_bands, float("nan")
    assert {b.name: b.lowest for b in bands.values()} == PRINTED
    for percents, name in (
        ("130 100 91", "Sangat Baik"),
        ("90.999 90.5 90 76", "Baik"),
        ("75.5 66", "Cukup"),
        ("65.5 51", "Kurang"),
        ("50.5 50 0", "Sangat Kurang"),
    ):
        assert {bands[programmes.band(Fraction(p))].name for p in percents.split()} == {name}
    # 91 percent; in floats it is 90.99999999999999
    assert 0.0455 / 0.05 * 100 < 91
    assert programmes.achievement(0.05, 0.0455) == 91
    for percent, target in itertools.product((51, 66, 76, 91), (0.3, 0.7, 1.1, 37, 1e9 / 8)):
        realised = float(Decimal(str(target)) * percent / 100)
        assert programmes.achievement(target, realised) == percent
    for target, realisation in ((none, 3.0), (4.0, none), (0.0, 3.0), (-2.0, 3.0)):
        assert programmes.achievement(target, realisation) is None
    assert programmes.achievement(4.0, 0.0) == 0


def test_each_programme_has_its_percentage_and_band_or_says_why_not(office):
    cells = office[["percent", "band"]].dropna()
    assert {n: (percent, band) for n, percent, band in cells.itertuples()} == {
        "ccc": (120, "very_good"),
        "a": (91, "very_good"),
        "bb": (90.5, "good"),
        "ggggggg": (0, "very_poor"),
        "hhhhhhhh": (50.9, "very_poor"),
    }
    assert [*office.index[office["exceeds"]]] == ["ccc"]
    assert office["exceeds"].isna().equals(office["percent"].isna())
    lacks = {"dddd": "zero_target", "eeeee": "realisation", "ffffff": "target"}
    assert office["lacks"].dropna().to_dict() == lacks
    # doubted is what its own figures contradict; a realisation of 0 is no contradiction
    assert office["doubt"].dropna().to_dict() == {"ccc": "not_begun", "dddd": "not_begun"}


def test_done_is_doubted_below_the_lower_bound_of_the_band_baik(held):
    for realised, doubt in ((75.9, ["done"]), (76, []), (0, ["done"]), (None, [])):
        figures = {"target": 100, "realisation": realised}
        both = [programme(status, status=status, **figures) for status in ("done", "running")]
        held(programmes=both)
        assert programmes.programmes(YEAR, REGION)["doubt"].dropna().tolist() == doubt


def test_counts_and_budget_by_pillar(office):
    found = programmes.programme_counts(office.reset_index(), "pillar").set_index("pillar")
    assert list(found.index) == [*FW.pillars, "total"]
    counts = {"programmes": 7, "done": 2, "running": 2, "not_begun": 2, "not_stated": 1, "rated": 4}
    counts |= {"very_good": 1, "good": 1, "fair": 0, "poor": 0, "very_poor": 2, "exceeding": 0}
    assert found.loc["living"].to_dict() == counts | {"budget": 7.5, "without_budget": 5}
    one = found.loc["governance", ["programmes", "exceeding", "without_budget"]]
    assert one.tolist() == [1, 1, 1]
    assert found["budget"].isna().sum() == 5


def test_what_none_of_the_programmes_states_is_null_and_not_0(processed_env):
    total = programmes.programme_counts(programmes.programmes(2022, KUKAR), "pillar").iloc[-1]
    assert total[["programmes", "not_stated", "rated", "without_budget"]].tolist() == [6, 6, 0, 6]
    assert total[["done", "not_begun", "good", "exceeding", "budget"]].isna().all()
    assert programmes.programme_sentences(2022, KUKAR) == []
    assert programmes.programme_sentences(2023, KUKAR) == []


def test_the_answer_says_the_numbers_of_its_tables_and_of_what_part_it_speaks(sample_env):
    first, budget, parts = programmes.programme_sentences(2023, REGION)
    numbers = "42 2023 17 14 11 42 7 13 6 12 4 11 11 76"  # of, status, rated, bands, doubted
    assert re.findall(r"\d+", first) == numbers.split()
    assert "bukan nilai asesor" in first
    assert budget.startswith("Anggaran yang tercatat berjumlah Rp49.900.000.000.")
    assert "5 baris data ditolak" in budget
    assert "infrastruktur digital 3 dari 11" in parts
    by = programmes.programme_counts(programmes.programmes(YEAR, REGION), "digital_part")
    assert by.iloc[-1, 1:].tolist() == by.iloc[:-1, 1:].sum().tolist()
