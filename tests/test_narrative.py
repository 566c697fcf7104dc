"""The answers in words say the numbers on record, and say what is not known."""

import re
from decimal import Decimal

import pytest
from reading import (
    KUKAR,
    LOOKS_LIKE_A_SCORE,
    MALANG,
    STAYED_AWAY,
    SURABAYA,
    Page,
    numbers,
    table,
)

from kukar_analysis import framework, narrative
from kukar_analysis import tables as shown

FW = framework.load()

pytestmark = pytest.mark.usefixtures("processed_env")


def two_decimals(value):
    return Decimal(str(round(value, 2))).quantize(Decimal("0.01"))


def is_empty_place(answer):
    return Page(answer.html).all("div") == [{"class": "empty-place"}]


def test_the_answer_says_the_printed_final_and_improvement_of_any_participant(tables):
    finals = tables["index_scores"]
    finals = finals[(finals["year"] == 2023) & finals["participated"]]
    for record in finals.iloc[::13].itertuples():
        first, *rest = narrative.index(2023, record.region).text.split("\n\n")
        assert record.region_name in first
        assert numbers(first) == [two_decimals(record.index_published)]
        better = (finals["index_published"] > record.index_published).sum()
        assert f"peringkat {better + 1} dari {len(finals)} " in first
        moved = [text for text in rest if "Peningkatan yang tercetak" in text]
        if record.improvement_published == record.improvement_published:
            assert numbers(moved[0])[0] == two_decimals(record.improvement_published)
        else:
            assert moved == []


def test_who_stayed_away_is_said_to_have_stayed_away():
    said = narrative.index(2023, STAYED_AWAY).text
    assert "Kabupaten Dairi tidak ikut evaluasi 2023." in said
    assert "bukan nilai" in said
    assert LOOKS_LIKE_A_SCORE.search(said) is None


def test_under_the_regular_weights_kukar_would_have_3_00():
    first, warning = narrative.other_group(2023, KUKAR).text.split("\n\n")
    assert numbers(first) == [Decimal("3.00"), Decimal("2.82")]
    assert "mengurangi 0,172 sebelum pembulatan" in first
    assert "hitungan bobot saja" in warning


def test_the_other_weights_are_not_tried_on_a_regular_region():
    said = narrative.other_group(2023, SURABAYA).text
    assert "tidak dapat dicoba" in said
    assert LOOKS_LIKE_A_SCORE.search(said) is None


def test_malangs_change_of_base_is_explained():
    first, why, fair, unfair = narrative.years(MALANG, 2022, 2023).text.split("\n\n")
    assert why.startswith("Perubahan itu terdiri atas: kinerja butir yang sama")
    said = [Decimal(n) for n in ("2.51", "2.94", "0.44", "0.43", "2.50")]
    assert numbers(first) == said
    assert "+0,44" in first
    rows = table(shown.components_between(MALANG, 2022, 2023)).records()
    changes = {r["Komponen"]: r["Perubahan"] for r in rows if r["Sebanding?"] != "tidak"}
    named = re.findall(
        r"(Baseline|Output|Outcome|Impact|Quick Wins|Kolaborasi) ([+−]\d,\d\d)", fair
    )
    assert dict(named) == changes
    partly = re.findall(r"(\w+) [+−]\d,\d\d \(sebagian sebanding\)", fair)
    assert partly == ["Output", "Outcome"]
    assert unfair.endswith("Impact dan Kolaborasi.")


def test_kukars_years_say_2_82_implied_and_what_would_show_the_change():
    first, unfair, gap = narrative.years(KUKAR, 2022, 2023).text.split("\n\n")
    assert "2,82 hasil hitung balik, ±0,01 pada 2022" in first
    assert "2,82 pada 2023" in first
    assert "Peningkatan yang tercetak: 0,00." in first
    assert unfair == "Tidak sebanding antara kedua tahun: Kolaborasi."
    assert "data/raw/2022/tabel-nasional-" in gap


def test_a_year_in_which_a_region_stayed_away_is_no_number():
    said = narrative.years(STAYED_AWAY, 2022, 2023).text
    assert "2,36 pada 2022 dan tidak ikut pada 2023" in said
    assert numbers(said) == [Decimal("2.36")]


def test_the_reasons_count_the_questions_of_each_component():
    reasons = narrative.comparability(MALANG, 2022, 2023).text.splitlines()
    assert reasons == [
        "- Baseline: sebanding, 5 butir sama.",
        "- Output: sebagian sebanding, 7 butir berubah kalimat.",
        "- Outcome: sebagian sebanding, 31 butir sama dan 2 butir baru;"
        " bobotnya berubah dari 30% menjadi 20%.",
        "- Impact: tidak sebanding, 54 butir baru dan 4 butir dihapus;"
        " bobotnya berubah dari 10% menjadi 20%.",
        "- Quick Wins: sebanding, 12 butir sama; bobotnya berubah dari 30% menjadi 20%.",
        "- Kolaborasi: tidak sebanding, komponen ini baru ada pada 2023.",
    ]


def test_nothing_is_said_to_be_comparable_with_a_year_that_is_not_on_record():
    reasons = narrative.comparability(KUKAR, 2022, 2023).text.splitlines()
    assert len(reasons) == 6
    assert all("belum dapat dibandingkan, nilai 2022 tidak tercatat" in r for r in reasons[:5])
    assert reasons[5] == "- Kolaborasi: tidak sebanding, komponen ini baru ada pada 2023."
    reasons = narrative.comparability(SURABAYA, 2022, 2023).text.splitlines()
    assert len(reasons) == 5
    assert all("belum diketahui" in r for r in reasons)


def test_a_change_of_group_leaves_it_unknown_whether_components_can_be_compared():
    first, why, unknown = narrative.years(SURABAYA, 2022, 2023).text.split("\n\n")
    assert "nilai komponen (butir tidak tercatat)" in why
    assert numbers(first) == [Decimal(n) for n in ("3.41", "3.65", "0.25", "0.24", "3.40")]
    assert "belum diketahui" in unknown


def test_of_2022_no_national_rank_is_claimed():
    said = narrative.index(2022, MALANG).text
    assert "peringkat 12 dari 38 di kelompok KPPN & IKN (bersama Kabupaten Manggarai Timur)" in said
    assert "Peringkat nasional tidak dapat dihitung" in said
    assert "Tabel nasional 2022 kelompok Reguler belum tercatat" in said
    assert "Jawa Timur" not in said


def test_a_region_that_stayed_away_waits_for_no_file():
    assert (
        "tidak ikut pada salah satu tahun, sehingga komponennya"
        in narrative.years(STAYED_AWAY, 2022, 2023).text
    )
