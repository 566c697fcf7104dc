"""The page for the head of Bappeda, what moved the index and what would raise it, in words."""

import pandas as pd
import pytest
from reading import KUKAR, MALANG

from kukar_analysis.analysis import compare, standing

SAMPLE = "00.01"


@pytest.mark.usefixtures("processed_env")
def test_strengths_and_weaknesses_stand_by_their_effect_and_none_is_at_the_median():
    found = compare.components(2023, KUKAR).sort_values("effect", ascending=False)
    strong = ["quick_wins", "output", "baseline"]
    assert found["component"].tolist() == [*strong, "outcome", "impact", "collaboration"]
    assert found["side"].tolist() == ["strength"] * 3 + ["middle"] + ["weakness"] * 2
    places = found.set_index("component").loc[["outcome", "impact"], ["rank", "of"]]
    assert places.values.tolist() == [[31, 58], [40, 58]]


@pytest.mark.usefixtures("processed_env")
def test_the_first_step_is_the_component_that_costs_most_with_its_place():
    (kukar, programmes) = standing.first_steps(2023, KUKAR)
    assert kukar.startswith("Naikkan **Kolaborasi**: nilainya 1,20, peringkat 42 dari 58, 0,74 di")
    assert "mengurangi indeks 0,074, paling besar di antara komponen (bobot × selisih)" in kukar
    assert programmes.endswith("belum diterima dari perangkat daerah pengampu pilar.")
    malang, questions = standing.first_steps(2023, MALANG)  # it sends no programmes
    assert malang.startswith("Naikkan **Output**")
    assert "Porsi APBD untuk smart city (1,00; sampai 4 menambah 0,086)" in questions


@pytest.mark.usefixtures("processed_env")
def test_of_many_questions_with_the_same_room_the_rest_is_counted(monkeypatch):
    rooms = pd.DataFrame({"label": list("abcdef"), "score": 1.0, "gain": [0.1] * 5 + [0.05]})
    monkeypatch.setattr(standing, "questions", lambda *_: rooms)
    (said,) = [step for step in standing.first_steps(2023, MALANG) if "Dahulukan" in step]
    assert "d (1,00; sampai 4 menambah 0,100), dan 1 lain yang sama besar." in said


@pytest.mark.usefixtures("processed_env")
def test_how_sure_the_page_is_says_what_is_recomputed_doubtful_and_lacking():
    computed, lacking = standing.certainty(2023, KUKAR)
    assert computed.endswith("2,82, sama dengan yang tercetak.")
    assert lacking.startswith("Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat.")
    assert "Indeks 2021: tidak tercatat." in standing.certainty(2022, MALANG)
    assert standing.certainty(2023, MALANG)[-1].startswith("Semua nilai butir 2023 tercatat")


@pytest.mark.usefixtures("sample_env")
def test_an_idle_programme_with_a_realisation_is_to_be_asked_about_and_not_to_be_begun():
    steps = standing.first_steps(2023, SAMPLE)
    (asked,) = [step for step in steps if step.startswith("Pastikan status program: dari 42, 11 ")]
    assert "dan 11 disebut selesai, padahal capaiannya di bawah kategori Baik" in asked
    assert not [step for step in steps if step.startswith("Mulai ")]  # none is surely idle
    assert "Minta jawaban 14 perangkat daerah" in steps[-1]
    assert "Berkas 5 di antaranya sudah diterima" in steps[-1]
