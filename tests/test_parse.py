"""One record of each kind of list: what becomes of it, and every rule that rejects it."""

from __future__ import annotations

import pandas as pd
import pytest
from cases import cases

NATIONAL = (
    "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL"
    ";TINGKAT IMPROVEMENT;KET;IKUT EVALUASI"
)
QUESTIONS = "DAERAH;KOMPONEN;URUTAN;NILAI;BLOK;KODE;PILAR;SUMBER;OPD;BUTIR;JAWABAN"
QUICK_WINS = "DAERAH;PILAR;QUICK WIN;OPD"
AGENCIES = "DAERAH;PILAR;JUMLAH OPD;OPD"
STATISTICS = "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI"
HDI = "Indeks Pembangunan Manusia"

HEADS = {
    "NATIONAL": NATIONAL,
    "QUESTIONS": QUESTIONS,
    "QUICK_WINS": QUICK_WINS,
    "AGENCIES": AGENCIES,
    "STATISTICS": STATISTICS,
}
REJECTED = cases("rejected")
"""Headings, line, and rule|heading|value|place of every fault of it, joined by ` & `."""


def content(case):
    *more, heads = REJECTED[case]["headings"].split(";")
    return ";".join([*more, HEADS[heads]]) + f"\n{REJECTED[case]['line']}\n"


def file_of(case):
    """Return a file name for a case; that of a list of questions names their group."""
    group = "kppn-ikn" if REJECTED[case]["headings"] == "QUESTIONS" else "group"
    return f"2023/{list(REJECTED).index(case):02}-{group}.csv"


@pytest.fixture(scope="module")
def spoilt(clean_files):
    """Clean a folder with one file for each case of REJECTED."""
    return clean_files({file_of(case): content(case) for case in REJECTED})


@pytest.mark.parametrize("case", REJECTED)
def test_rejected_is(spoilt, case):
    rejected = spoilt.tables["rejected"]
    own = rejected[rejected["file"] == file_of(case)].astype(object)
    own["place"] = own["origin"].str.removeprefix(f"{file_of(case)}#")
    cells = own[["rule", "column", "value", "place"]]
    assert " & ".join(map("|".join, cells.fillna("").values)) == REJECTED[case]["faults"]


def test_a_line_of_several_faults_is_one_rejected_record(spoilt):
    files = spoilt.tables["files"]
    assert (files["rows_rejected"] == 1).all()
    assert len(spoilt.tables["rejected"]) > len(files)


def test_every_fault_is_said_with_its_place_its_cell_and_what_to_do(spoilt):
    name = file_of("a name of two agencies")
    assert (
        f"{name}#l2:c9: OPD 'DKP': could be Dinas Kelautan dan Perikanan or Dinas Ketahanan"
        " Pangan; write the full name"
    ) in spoilt.problems


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("a region that is not known", "region 'KAB. ATLANTIS' is not known; nearest: Kabupaten "),
        ("a line without a region", "nothing stands here, but a value is needed"),
        ("a group that nothing tells", "the group of 35.07 in 2023 is not known: no national tab"),
        ("an edition that is not known", "edition 2024-kppn-ikn is not known"),
        ("a score that is a word", "expected a number from 0 to 4 with two decimals, or - where"),
        ("a score above the scale", "is outside 0 to 4"),
        ("an improvement outside the scale", "is outside -4 to 4"),
        ("taking part with nothing but 0", "took part, but every score is 0; say which in"),
        ("not taking part with scores", "did not take part, but the scores are not"),
        ("a line too short", "the line has 4 cells, the headings are 11"),
        ("a question under another code", "baseline.legal_basis is printed with code 1.1.1"),
        ("a question of another component", "baseline.legal_basis is of baseline, "),
        ("a question of another pillar", "collaboration.living is of collaboration, living"),
        ("another unit", "hdi is in indeks"),
    ],
)
def test_the_reason_names_what_was_expected(spoilt, case, reason):
    rejected = spoilt.tables["rejected"].set_index("file")["reason"]
    assert rejected[file_of(case)].startswith(reason)


# What is kept

KEPT = {
    "2023/nasional.csv": f"""{NATIONAL}
KAB. MALANG;3,6;2,29;3,41;2,81;3,13;2,53;2,94;0,44;KPPN&IKN;ya
KAB. TOBA;2.1;2;2;2;2;0;1.81;−0.5;KPPN&IKN;
KAB. BADUNG;3,52;2,97;3,08;3,14;2,35;;2,97;-0,29;REGULER;
KAB. KUTAI BARAT;2;2;2;2;2;2;2;-;KPPN&IKN;
KAB. KARO;2;–;2;2;2;2;-;;KPPN&IKN;
KAB. BANDUNG;4;4,0;4,00;4;4;;4;4;REGULER;
KAB. BANJAR;0;0;0;0;0,05;;0,01;-4,00;REGULER;
KAB. DAIRI;0;0;0;0;0;0;0;;KPPN&IKN;tidak
KAB. SAMOSIR;0;0;0;0;0;0;0,00;;KPPN&IKN;
KOTA SUKABUMI;0;0;0;0;0;;0;;REGULER;
""",
    # Sorts before the national table that tells its edition.
    "2023/butir.csv": f"""{QUESTIONS}
KAB. MALANG;Baseline;01;3,00;Perencanaan;1.1.1;;Asesor;Bappeda;;Perbup 12
KAB. MALANG;Baseline;1;2,5;;;;Penilaian Mandiri;;;
KAB. MALANG;Impact;;-;;;Smart Governance;;;impact.governance.public_service.1;-
KAB. MALANG;Program Kolaborasi;1.;0;GOVERNANCE;6-1-1;Smart Government;;;;
""",
    "2022/nasional-kppn-ikn.csv": """KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;NILAI FINAL
KAB. MALANG;1,4;1,54;2,92;2,56;3,08;2,51
""",
    "2022/opd.csv": f"""{AGENCIES}
KAB. MALANG;Smart Living;10;
KAB. MALANG;Smart Living;1;Perkim
KAB. MALANG;Smart Society;2;-
""",
    "2022/quick-win.txt": f"""{QUICK_WINS}
KAB. MALANG;Smart Ekonomi;Bangmus;Dinas Perkebunan
KAB. MALANG;Smart Governance;Becik;-
""",
    "2024/statistik.csv": f"""{STATISTICS}
2010;KAB. BERAU;{HDI};69.16;indeks;bps-ipm
;KAB. BERAU;{HDI};-1,5;indeks;bps-ipm
""",
}


@pytest.fixture(scope="module")
def kept(clean_files):
    """Clean the files of KEPT."""
    return clean_files(KEPT)


def component_scores(kept, region):
    table = kept.tables["component_scores"]
    own = table[(table["region"] == region) & (table["year"] == 2023)]
    return own.set_index("component")["score"]


def index_score(kept, region, year=2023):
    table = kept.tables["index_scores"]
    return table[(table["region"] == region) & (table["year"] == year)].iloc[0]


def test_nothing_of_it_is_rejected(kept):
    assert kept.problems == []
    assert kept.tables["rejected"].empty
    files = kept.tables["files"].set_index("file")
    assert (files["rows_kept"] == files["rows_read"]).all()
    assert dict(files["rows_read"]) == {n: t.count("\n") - 1 for n, t in KEPT.items()}


def test_blank_is_no_row(kept):
    assert list(component_scores(kept, "51.03").index) == [
        "baseline",
        "output",
        "outcome",
        "impact",
        "quick_wins",
    ]


def test_a_dash_is_null(kept):
    scores = component_scores(kept, "12.06")
    assert scores.isna().to_dict() == {
        "baseline": False,
        "output": True,
        "outcome": False,
        "impact": False,
        "quick_wins": False,
        "collaboration": False,
    }
    assert index_score(kept, "12.06")["participated"]
    assert pd.isna(index_score(kept, "12.06")["index_published"])


@pytest.mark.parametrize(("region", "components"), [("12.11", 6), ("12.17", 6), ("32.72", 5)])
def test_0_in_every_column_is_not_taking_part_with_null_scores(kept, region, components):
    assert not index_score(kept, region)["participated"]
    assert pd.isna(index_score(kept, region)["index_published"])
    assert len(component_scores(kept, region)) == components
    assert component_scores(kept, region).isna().all()


def test_the_four_kinds_of_nothing_stay_four(kept):
    """No row, 0.0, null of a participant, null of a region that did not take part."""
    kinds = set()
    for region, component in (
        ("51.03", "collaboration"),
        ("12.12", "collaboration"),
        ("12.06", "output"),
        ("12.11", "output"),
    ):
        score = component_scores(kept, region).get(component, "no row")
        kinds.add((str(score), bool(index_score(kept, region)["participated"])))
    assert kinds == {("no row", True), ("0.0", True), ("nan", True), ("nan", False)}


def test_a_line_of_a_national_table_is_kept_whole(kept):
    row = index_score(kept, "35.07")
    assert row.to_dict() == {
        "year": 2023,
        "region": "35.07",
        "region_name": "Kabupaten Malang",
        "edition": "2023-kppn-ikn",
        "participated": True,
        "index_published": 2.94,
        "improvement_published": 0.44,
        "origin": "2023/nasional.csv#l2:c8",
    }
    assert component_scores(kept, "35.07").to_dict() == {
        "baseline": 3.6,
        "output": 2.29,
        "outcome": 3.41,
        "impact": 2.81,
        "quick_wins": 3.13,
        "collaboration": 2.53,
    }


def test_a_point_or_a_comma_and_any_minus_is_the_same_number(kept):
    assert component_scores(kept, "12.12")["baseline"] == 2.1
    assert index_score(kept, "12.12")["improvement_published"] == -0.5
    assert index_score(kept, "51.03")["improvement_published"] == -0.29


def test_the_ends_of_the_scale_belong_to_it(kept):
    assert set(component_scores(kept, "32.04")) == {4.0}
    assert list(index_score(kept, "32.04")[["index_published", "improvement_published"]]) == [4, 4]
    assert set(component_scores(kept, "63.03")) == {0.0, 0.05}
    assert index_score(kept, "63.03")["improvement_published"] == -4


def test_the_edition_of_a_national_table_may_stand_in_the_name_of_its_file(kept):
    assert index_score(kept, "35.07", 2022)["edition"] == "2022-kppn-ikn"


def test_the_edition_of_a_question_is_that_of_its_region_in_the_national_table(kept):
    assert set(kept.tables["question_scores"]["edition"]) == {"2023-kppn-ikn"}


def test_a_question_is_found_by_its_number_or_its_id(kept):
    found = kept.tables["question_scores"]
    assert list(found["question"]) == [
        "baseline.legal_basis",
        "baseline.legal_basis",
        "impact.governance.public_service.1",
        "collaboration.governance",
    ]
    assert list(found["sub_dimension"].fillna("")) == ["", "", "public_service", ""]
    assert list(found["pillar"].fillna("")) == ["", "", "governance", "governance"]


def test_a_question_keeps_its_source_agency_answer_and_score(kept):
    found = kept.tables["question_scores"]
    assert list(found["source"]) == ["assessor", "self", "assessor", "assessor"]
    assert list(found["opd"].fillna("")) == ["Bappeda", "", "", ""]
    assert list(found["answer"].fillna("")) == ["Perbup 12", "", "", ""]
    assert list(found["score"].fillna(-1)) == [3.0, 2.5, -1, 0.0]
    assert found["origin"].iloc[0] == "2023/butir.csv#l2:c4"


def test_agencies_may_be_named_or_only_counted(kept):
    found = kept.tables["pillar_agencies"]
    assert list(zip(found["opd"].fillna(""), found["agencies"], strict=True)) == [
        ("", 10),
        ("Disperkim", 1),
        ("", 2),
    ]
    assert found["origin"].iloc[0] == "2022/opd.csv#l2:c3"


def test_a_quick_win_is_a_programme_whose_agency_may_be_not_stated(kept):
    found = kept.tables["programmes"]
    assert found["is_quick_win"].all()
    assert list(zip(found["pillar"], found["programme"], found["opd"].fillna(""), strict=True)) == [
        ("economy", "Bangmus", "Disbun"),
        ("governance", "Becik", ""),
    ]


def test_a_line_keeps_its_own_year_and_else_has_that_of_its_folder(kept):
    found = kept.tables["official_statistics"]
    assert list(zip(found["year"], found["value"], strict=True)) == [(2010, 69.16), (2024, -1.5)]


# The edition a question belongs to


def test_a_question_of_an_edition_whose_list_is_not_known_is_rejected(clean_files):
    made = clean_files(
        {"2023/butir-reguler.csv": f"{QUESTIONS}\nKAB. BADUNG;Baseline;1;3;;;;;;;\n"}
    )
    (rejected,) = made.tables["rejected"].itertuples()
    assert rejected.rule == "question"
    assert rejected.reason == "the questions of 2023-reguler are not known (definitions/)"


def test_the_national_table_of_another_year_tells_nothing(clean_files):
    made = clean_files(
        {
            "2022/butir.csv": f"{QUESTIONS}\nKAB. MALANG;Baseline;1;3;;;;;;;\n",
            "2023/b.csv": f"{NATIONAL}\nKAB. MALANG;3;3;3;3;3;3;3;;KPPN&IKN;\n",
        }
    )
    assert list(made.tables["rejected"]["rule"]) == ["edition"]
