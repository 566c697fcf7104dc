"""What is not on record, which paper would fill it, and who has it."""

import pandas as pd
import pytest
from reading import KUKAR, MALANG, STAYED_AWAY, SURABAYA

import kukar_analysis as ka
from kukar_analysis.analysis.missing import missing

pytestmark = pytest.mark.usefixtures("processed_env")


def one(table, year, region):
    (row,) = missing(table, year, region).itertuples()
    return row


def test_what_is_on_record_waits_for_nothing_and_who_stayed_away_for_no_paper():
    for year in (2022, 2023):
        assert missing("index_scores", year, MALANG).empty
        assert missing("question_scores", year, MALANG).empty
    assert missing("official_statistics", 2023, KUKAR).empty
    row = one("index_scores", 2022, KUKAR)
    assert "yang tercetak belum diterima; 2,82 ialah hasil hitung balik. Akan" in row.sentence
    assert row.state == "nothing"
    assert "tabel nasional hasil evaluasi 2022 yang memuat Kabupaten Kutai" in row.paper
    assert row.paper in row.sentence
    assert row.holder in row.sentence
    away, regular = (one("question_scores", 2023, place) for place in (STAYED_AWAY, SURABAYA))
    assert (away.state, pd.isna(away.paper)) == ("absent", True)
    assert "tidak ikut evaluasi 2023" in away.sentence
    assert regular.state == "form_unknown"
    assert "edisi Reguler 2023" in regular.sentence


def test_a_part_is_counted_and_the_offices_own_scores_fill_no_place(tables, held):
    scores = tables["question_scores"]
    held(**{**tables, "question_scores": scores[scores["question"] != "outcome.governance.spbe"]})
    row = one("question_scores", 2023, MALANG)
    assert (row.state, "116 dari 117 butir" in row.sentence) == ("partly", True)
    held(**{**tables, "question_scores": scores.assign(source="self")})
    assert one("question_scores", 2023, MALANG).state == "nothing"


def test_every_paper_that_has_not_come_stands_once_with_its_holder_and_day():
    found = ka.not_received(2023, "Kukar").set_index("fills")
    letter = found.loc["catatan asesor tiap pilar"]
    assert (letter["since"], letter["state"]) == ("2023-12-01", "nothing")
    assert letter["holder"] == "Kementerian Komunikasi dan Digital"
    assert found.loc["capaian program", "since"] == "2023-08-01"
    assert found["paper"].is_unique
    assert not set(found.index) & {"kedudukan, komponen, dan daerah pembanding"}  # has come
    assert found.loc["pembagian tanggung jawab perangkat daerah", "state"] == "partly"  # no names
    before = ka.not_received(2022, "Kukar").set_index("fills")["accepted"]
    assert before["catatan asesor tiap pilar"].startswith("Surat B-1003")
    assert pd.isna(before["capaian program"])
    assert ka.not_received(2023, MALANG).empty  # the office asks for nobody else's
