"""The page for the head of Bappeda, what moved the index and what would raise it, in words."""

import pandas as pd
import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, SURABAYA

from kukar_analysis import narrative, plots, store, tables
from kukar_analysis.analysis import compare, priorities, summary
from kukar_analysis.plots import change

SAMPLE = "00.01"


@pytest.mark.usefixtures("processed_env")
def test_strengths_and_weaknesses_stand_by_their_effect_and_none_is_at_the_median():
    found = summary.standouts(2023, KUKAR)
    strong = ["quick_wins", "output", "baseline"]
    assert found["component"].tolist() == [*strong, "outcome", "impact", "collaboration"]
    assert found["side"].tolist() == ["strength"] * 3 + ["middle"] + ["weakness"] * 2
    assert found["effect"].is_monotonic_decreasing
    places = found.set_index("component").loc[["outcome", "impact"], ["rank", "of"]]
    assert places.values.tolist() == [[31, 58], [40, 58]]


@pytest.mark.usefixtures("processed_env")
def test_the_first_step_is_the_component_that_costs_most_with_its_place():
    (kukar, programmes) = summary.first_steps(2023, KUKAR)
    assert kukar.startswith("Naikkan **Kolaborasi**: nilainya 1,20, peringkat 42 dari 58, 0,74 di")
    assert "mengurangi indeks 0,074, paling besar di antara komponen (bobot × selisih)" in kukar
    assert programmes.endswith("belum diterima dari perangkat daerah pengampu pilar.")
    malang, questions = summary.first_steps(2023, MALANG)  # it sends no programmes
    assert malang.startswith("Naikkan **Output**")
    assert "Porsi APBD untuk smart city (1,00; sampai 4 menambah 0,086)" in questions


@pytest.mark.usefixtures("processed_env")
def test_of_many_questions_with_the_same_room_the_rest_is_counted(monkeypatch):
    rooms = pd.DataFrame({"label": list("abcdef"), "score": 1.0, "gain": [0.1] * 5 + [0.05]})
    monkeypatch.setattr(priorities, "rooms", lambda *_: rooms)
    (said,) = [step for step in summary.first_steps(2023, MALANG) if "Dahulukan" in step]
    assert "d (1,00; sampai 4 menambah 0,100), dan 1 lain yang sama besar." in said


@pytest.mark.usefixtures("processed_env")
def test_how_sure_the_page_is_says_what_is_recomputed_doubtful_and_lacking():
    computed, before, lacking = summary.certainty(2023, KUKAR)
    assert computed.endswith("2,82, sama dengan yang tercetak.")
    assert "2,82 hasil hitung balik, ±0,01" in before
    assert "tidak diisi" in before
    assert lacking.startswith("Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat.")
    assert summary.certainty(2023, MALANG)[-1].startswith("Semua nilai butir 2023 tercatat")


@pytest.mark.usefixtures("sample_env")
def test_an_idle_programme_with_a_realisation_is_to_be_asked_about_and_not_to_be_begun():
    steps = summary.first_steps(2023, SAMPLE)
    (asked,) = [step for step in steps if step.startswith("Pastikan status program: dari 42, 11 ")]
    assert "dan 11 disebut selesai, padahal capaiannya di bawah kategori Baik" in asked
    assert not [step for step in steps if step.startswith("Mulai ")]  # none is surely idle
    assert "Minta jawaban 14 perangkat daerah" in steps[-1]
    assert "Berkas 5 di antaranya sudah diterima" in steps[-1]


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("year", "region"), [(2023, STAYED_AWAY), (2022, IN_NO_TABLE), (2023, IN_NO_TABLE)]
)
def test_a_region_without_figures_is_given_none(year, region):
    found = summary.standouts(year, region)
    assert found.empty
    assert found.dtypes.equals(summary.standouts(2023, KUKAR).dtypes)
    assert "tidak dapat dihitung ulang" in summary.certainty(year, region)[0]
    assert summary.first_steps(year, region) == ["Belum ada angka yang dapat dijadikan dasar."]


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
                narrative.raising(year, region, 3.0, 1.0, ""),
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
