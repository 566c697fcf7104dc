"""What is not on record, and which file would fill the place."""

import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, SURABAYA

from kukar_analysis import store
from kukar_analysis.analysis import gaps


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("year", "region"),
    [(2023, KUKAR), (2022, MALANG), (2023, SURABAYA), (2023, STAYED_AWAY)],
)
def test_an_index_waits_for_nothing_where_the_national_table_names_the_region(year, region):
    assert gaps.index_gap(year, region) is None


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("year", "region", "name"),
    [(2022, KUKAR, "Kabupaten Kutai Kartanegara"), (2023, IN_NO_TABLE, "Kepulauan Seribu")],
)
def test_an_index_waits_for_the_national_table_that_names_the_region(year, region, name):
    gap = gaps.index_gap(year, region)
    assert f"tabel nasional {year}" in gap.what
    assert name in gap.what
    assert gap.file.startswith(f"data/raw/{year}/tabel-nasional-")
    assert gap.what in gap.waits_for
    assert gap.file in gap.waits_for


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_all_questions_of_malang_are_on_record(year):
    assert gaps.questions_gap(year, MALANG) is None


@pytest.mark.usefixtures("processed_env")
def test_nothing_is_waited_for_where_the_region_stayed_away():
    assert gaps.questions_gap(2023, STAYED_AWAY) is None
    assert gaps.questions_gap(2022, STAYED_AWAY) is not None


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("year", [2022, 2023])
def test_kukars_questions_wait_for_the_annex_of_the_letter(year):
    gap = gaps.questions_gap(year, KUKAR)
    assert f"nilai per butir Kabupaten Kutai Kartanegara {year}" in gap.what
    assert gap.file == f"data/raw/{year}/nilai-butir-64.02.csv"


@pytest.mark.usefixtures("processed_env")
def test_the_regular_group_waits_for_its_list_of_questions_first():
    gap = gaps.questions_gap(2023, SURABAYA)
    assert "2023-reguler" in gap.what
    assert gap.file == "kukar_analysis/definitions/edition_questions.csv"
    assert (store.ROOT / gap.file).exists()


def test_a_part_of_the_questions_is_a_gap_that_counts_them(tables, tmp_path, monkeypatch):
    scores = tables["question_scores"]
    one = scores.index[scores["question"] == "outcome.governance.spbe"]
    store.write_all({**tables, "question_scores": scores.drop(one)}, tmp_path)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert "baru 116 dari 117 butir" in gaps.questions_gap(2023, MALANG).what
    assert "baru 58 dari 59 butir" in gaps.questions_gap(2022, MALANG).what


def test_what_the_office_scored_itself_does_not_fill_the_place(tables, tmp_path, monkeypatch):
    scores = tables["question_scores"]
    store.write_all({**tables, "question_scores": scores.assign(source="self")}, tmp_path)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert gaps.questions_gap(2023, MALANG) is not None
