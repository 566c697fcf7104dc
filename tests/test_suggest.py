"""Names that come near an unknown one are shown with their likeness, and none is ever accepted."""

import csv

import pytest

from kukar_analysis import framework, suggest


@pytest.mark.parametrize(
    ("kind", "text", "nearest"),
    [
        ("opd", "Dinas Keshatan", "Dinkes"),
        ("opd", "Diskomnfo", "Diskominfo"),
        ("pillar", "Smart Livng", "living"),
        ("region", "Kab. Kutai Kertanegara", "64.02"),
        ("question", "Persentase penduduk miskn", "outcome.economy.poverty"),
        ("component", "Outcom", "outcome"),
    ],
)
def test_the_nearest_name_comes_first_and_is_not_taken(kind, text, nearest):
    id_, _, likeness = suggest.nearest(kind, text)[0]
    assert id_ == nearest
    assert 70 <= likeness < 100
    assert framework.load().match(kind, text) == []


@pytest.mark.parametrize("text", ["", "zzzz", "Perusahaan Daerah Air Minum Tirta Mahakam"])
def test_where_nothing_comes_near_nothing_is_suggested(text):
    assert suggest.nearest("pillar", text) == []
    assert suggest.advice("pillar", text) == "tidak ada yang mirip"


@pytest.mark.parametrize("text", ["Dinas Kesehata", "Dinas Sosia", "Dinas Per"])
def test_at_most_two_are_shown_the_nearest_first_and_no_agency_twice(text):
    near = suggest.nearest("opd", text)
    assert 1 <= len({id_ for id_, _, _ in near}) == len(near) <= 2
    assert near == sorted(near, key=lambda found: -found[2])


@pytest.mark.parametrize("text", ["Dinas Keshatan", 'Dinas "Keshatan"', "Dinas, Keshatan"])
def test_the_line_to_add_is_one_of_spellings_and_would_accept_the_name(text):
    said = suggest.advice("opd", text)
    assert said.startswith("mirip Dinas Kesehatan (")
    advised, _, line = said.partition(" yang dimaksud, tambahkan di definitions/spellings.csv: ")
    assert advised.endswith(" dari 100); bila Dinkes")
    assert next(csv.reader([line])) == ["opd", text, "Dinkes", "assumed", "project"]
    with (framework.DEFINITIONS / "spellings.csv").open(encoding="utf-8") as file:
        assert next(csv.reader(file)) == ["kind", "spelling", "canonical", "status", "citation"]
