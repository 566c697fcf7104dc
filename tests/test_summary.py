"""The page for the head of Bappeda, what moved the index and what would raise it, in words."""

import re

import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, SURABAYA

from kukar_analysis import narrative, plots, store, tables
from kukar_analysis.analysis import compare
from kukar_analysis.plots import change

SAMPLE = "00.01"


@pytest.mark.usefixtures("processed_env")
def test_the_page_of_kukar_says_how_it_stands_and_what_is_not_known():
    said = narrative.summary(2023, KUKAR).text
    assert "2,82 dari skala 4: peringkat 73 dari 130" in said
    assert "2,82 hasil hitung balik, ±0,01" in said
    assert "Sasaran 2023 tidak tercatat" in said
    steps = narrative.first_steps(2023, KUKAR).text
    assert "Naikkan Kolaborasi: nilainya 1,20, 0,74 di bawah" in steps
    assert "data/raw/2023/nilai-butir-64.02.csv" in steps
    assert "data/raw/2023/program-2023.xlsx" in steps
    sure = narrative.certainty(2023, KUKAR, 2000, 1).text
    assert "2,82, sama dengan yang tercetak" in sure
    assert "dari 130 (90% dari 2.000 undian)" in sure


@pytest.mark.usefixtures("processed_env")
def test_three_strengths_and_three_weaknesses_are_the_largest_effects():
    lines = tables.standouts(2023, KUKAR).text.splitlines()[2:8]
    names = [line.split(" | ")[0] for line in lines]
    assert names == [
        "Kekuatan: Quick Wins",
        "Kekuatan: Output",
        "Kekuatan: Baseline",
        "Kelemahan: Kolaborasi",
        "Kelemahan: Impact",
        "Kelemahan: Outcome",
    ]
    profile = compare.component_profile(2023, KUKAR).sort_values("effect")
    assert list(profile["component"].head(3)) == ["collaboration", "impact", "outcome"]


@pytest.mark.usefixtures("processed_env")
def test_a_region_with_one_weakness_is_given_no_second_one():
    said = tables.standouts(2023, MALANG).text
    assert said.count("Kelemahan:") == 1
    assert "3 komponen di atas dan 1 di bawah" in said
    steps = narrative.first_steps(2023, MALANG).text
    assert "Porsi APBD untuk smart city (1,00; sampai 4 menambah 0,086)" in steps
    assert "program" not in steps.split("Porsi")[0]  # the reference case sends no programmes


@pytest.mark.usefixtures("sample_env")
def test_the_sample_office_has_a_target_programmes_and_agencies_to_call():
    assert "Sasaran 2023 yang tercatat: 3,00" in narrative.summary(2023, SAMPLE).text
    steps = narrative.first_steps(2023, SAMPLE).text
    found = store.read("programmes")
    found = found[found["year"] == 2023]
    idle = (found["status"] == "not_begun").sum()
    assert f"Mulai {idle} dari {len(found)} program" in steps
    assert "Minta jawaban 14 OPD" in steps


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("year", "region"), [(2023, STAYED_AWAY), (2022, IN_NO_TABLE), (2023, IN_NO_TABLE)]
)
def test_a_region_without_figures_gets_a_page_that_says_so(year, region):
    assert re.search("tidak ikut|belum tercatat", narrative.summary(year, region).text)
    assert "tidak" in tables.standouts(year, region).text
    assert "tidak dapat dihitung ulang" in narrative.certainty(year, region, 1000, 1).text
    assert "menambah" not in narrative.first_steps(year, region).text


@pytest.mark.usefixtures("processed_env")
def test_why_the_index_moved_is_said_and_drawn():
    said = narrative.years(MALANG, 2022, 2023).text
    assert "kinerja butir yang sama +0,354 dan butir yang kalimatnya berubah +0,150" in said
    assert "beda dasar pengukuran +0,010" in said
    assert "butir baru" not in said  # +0,0005 of the index: 0,000 to the reader
    shown = tables.change_effects(MALANG, 2022, 2023).text
    assert "Jumlah = peningkatan |  | +0,440" in shown
    drawn = plots.waterfall(MALANG, 2022, 2023)
    assert "dari 2,50 (2022) ke 2,94 (2023)" in drawn.text
    for label, _ in tables.effects_of_kind(compare.decompose_change(MALANG, 2022, 2023)):
        assert label in drawn.text


@pytest.mark.usefixtures("processed_env")
def test_a_change_that_cannot_be_split_names_the_file_that_is_missing():
    for shown in (tables.change_effects, tables.change_by_pillar):
        said = shown(KUKAR, 2022, 2023).text
        assert "belum dapat dipilah" in said
        assert "data/raw/2022/tabel-nasional" in said
    assert plots.waterfall(KUKAR, 2022, 2023).html == ""
    assert "terdiri atas" not in narrative.years(KUKAR, 2022, 2023).text


@pytest.mark.usefixtures("processed_env")
def test_what_would_raise_the_index_is_said_at_the_level_that_is_on_record():
    kukar = narrative.raising(2023, KUKAR, 3.0, 1.0, "").text
    assert "masih kurang 0,18" in kukar
    assert "Kolaborasi 1,20 menjadi 2,91" in kukar
    assert "nilai per butir tidak" in kukar
    malang = narrative.raising(2023, MALANG, 3.0, 1.0, "").text
    assert "2 langkah sebesar 1,00 poin pada 2 butir, yaitu Output (2)" in malang
    assert "tidak tercapai" in narrative.raising(2023, MALANG, 4.0, 1.0, "impact").text
    assert "sudah mencapai 2,50" in narrative.raising(2023, MALANG, 2.5, 1.0, "").text
    assert "tidak tercatat" in narrative.raising(2022, KUKAR, 3.0, 1.0, "").text
    assert "5,4×" in tables.step_worth(2023, KUKAR).text
    assert "Baseline | 10% | – | – | –" in tables.step_worth(2023, SURABAYA).text  # reguler


@pytest.mark.parametrize("environment", ["processed_env", "sample_env"])
def test_every_region_and_year_has_an_answer(environment, request):
    request.getfixturevalue(environment)
    regions = store.read("index_scores")["region"].unique()
    for region in regions[:: 1 if len(regions) < 10 else 7]:
        for year in (2022, 2023):
            shown = [
                narrative.summary(year, region),
                narrative.first_steps(year, region),
                narrative.raising(year, region, 3.0, 1.0, ""),
                tables.standouts(year, region),
                tables.gaps(year, region),
                tables.alone(year, region, 3.0),
                tables.step_worth(year, region),
                tables.rooms(year, region),
            ]
            assert all(one.text for one in shown)
        assert narrative.years(region, 2022, 2023).text
        assert tables.change_effects(region, 2022, 2023).text
        plots.waterfall(region, 2022, 2023)


@pytest.mark.usefixtures("sample_env")
def test_no_two_marks_of_the_waterfalls_axis_read_the_same(monkeypatch):
    """The steps between two years may be small: one decimal would show 2,6 twice."""
    seen = []

    def look(figure, axes, *rest):
        figure.draw_without_rendering()
        seen.extend(label.get_text() for label in axes.get_xticklabels())
        return shown(figure, axes, *rest)

    shown = change.shown
    monkeypatch.setattr(change, "shown", look)
    plots.waterfall(SAMPLE, 2022, 2023)
    assert len(seen) > 3
    assert len(seen) == len(set(seen))
