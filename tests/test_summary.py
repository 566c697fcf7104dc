"""The page for the head of Bappeda, what moved the index and what would raise it, in words."""

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
def test_how_sure_the_page_is_says_what_is_recomputed_doubtful_and_lacking():
    computed, lacking = standing.certainty(2023, KUKAR)
    assert computed.endswith("2,82, sama dengan yang tercetak.")
    assert lacking.startswith("Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat.")
    assert "Indeks 2021: tidak tercatat." in standing.certainty(2022, MALANG)
    assert standing.certainty(2023, MALANG)[-1].startswith("Semua nilai butir 2023 tercatat")
