"""One record of each kind of list: what becomes of it, and every rule that rejects it."""

from pathlib import Path

import pytest
from cases import cases

from kukar_analysis import clean, framework

NATIONAL = (
    "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL"
    ";TINGKAT IMPROVEMENT;KET;IKUT EVALUASI"
)
QUESTIONS = "DAERAH;KOMPONEN;URUTAN;NILAI;BLOK;KODE;PILAR;SUMBER;OPD;BUTIR;JAWABAN"
BUTIR, SURVEYED = "2023/butir.csv#", "impact.governance.public_service.1"
HEADS = {
    "NATIONAL": NATIONAL,
    "QUESTIONS": QUESTIONS,
    "QUICK_WINS": "DAERAH;PILAR;QUICK WIN;OPD",
    "AGENCIES": "DAERAH;PILAR;JUMLAH OPD;OPD",
    "STATISTICS": "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI",
}
REJECTED = cases("rejected")
"""Headings, line, and rule|heading|value|place of every fault of it, joined by ` & `."""


def content(case):
    *more, heads = REJECTED[case]["headings"].split(";")
    return ";".join([*more, HEADS[heads]]) + f"\n{REJECTED[case]['line']}\n"


def file_of(case):
    group = "kppn-ikn" if REJECTED[case]["headings"] == "QUESTIONS" else "group"
    return f"2023/{list(REJECTED).index(case):02}-{group}.csv"


@pytest.fixture(scope="module")
def spoilt(clean_files):
    return clean_files({file_of(case): content(case) for case in REJECTED})


@pytest.mark.parametrize("case", REJECTED)
def test_rejected_is(spoilt, case):
    rejected = spoilt.tables["rejected"]
    own = rejected[rejected["file"] == file_of(case)].astype(object)
    own["place"] = own["origin"].str.removeprefix(f"{file_of(case)}#")
    cells = own[["rule", "column", "value", "place"]]
    assert " & ".join(map("|".join, cells.fillna("").values)) == REJECTED[case]["faults"]
    assert own["reason"].iloc[0].startswith(REJECTED[case]["reason"])


def test_a_line_of_several_faults_is_one_rejected_record(spoilt):
    files = spoilt.tables["files"]
    assert (files["rows_rejected"] == 1).all()
    assert len(spoilt.tables["rejected"]) > len(files)


KEPT = Path(__file__).parent / "cases" / "raw"
"""Lists of which everything is kept; butir.csv comes before the table that tells its edition."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return clean.clean(KEPT, tmp_path_factory.mktemp("kept"))


def rows(kept, table, *columns):
    found = kept.tables[table].astype(object).fillna("")
    return [*found[[*columns]].itertuples(index=False, name=None)]


def test_nothing_of_it_is_rejected(kept):
    assert kept.problems == []
    assert kept.tables["rejected"].empty
    files = kept.tables["files"].set_index("file")
    assert (files["rows_kept"] == files["rows_read"]).all()
    lines = {name: (KEPT / name).read_text("utf-8").count("\n") - 1 for name in files.index}
    assert dict(files["rows_read"]) == lines


@pytest.mark.parametrize("case", cases("national").values(), ids=cases("national"))
def test_a_line_of_a_national_table_keeps_the_four_kinds_of_nothing_apart(kept, case):
    # a blank is no row, a dash null, 0 a score, 0 in every column a region that did not take part
    of = f"year == 2023 & region == '{case['region']}'"
    index, scores = (
        kept.tables[name].query(of).astype(object).fillna("-")
        for name in ("index_scores", "component_scores")
    )
    (line,) = index.itertuples()
    assert str(line.participated) == case["participated"]
    assert str(line.index_published) == case["index"]
    assert str(line.improvement_published) == case["improvement"]
    assert " ".join(map(str, scores["score"])) == case["scores"]
    assert list(scores["component"]) == [*framework.load().components][: len(scores)]


def test_the_edition_and_the_cell_of_a_line_are_kept(kept):
    found = rows(kept, "index_scores", "region_name", "edition", "origin")
    assert ("Kabupaten Malang", "2023-kppn-ikn", "2023/nasional.csv#l2:c8") in found
    # the group may stand in the name of the file
    origin = "2022/nasional-kppn-ikn.csv#l2:c7"
    assert ("Kabupaten Malang", "2022-kppn-ikn", origin) in found


def test_a_question_is_found_by_its_number_or_its_id_with_all_that_stands_beside(kept):
    columns = "question sub_dimension pillar source opd answer score origin"
    assert set(kept.tables["question_scores"]["edition"]) == {"2023-kppn-ikn"}
    assert rows(kept, "question_scores", *columns.split()) == [
        ("baseline.legal_basis", "", "", "assessor", "Bappeda", "Perbup 12", 3, f"{BUTIR}l2:c4"),
        ("baseline.legal_basis", "", "", "self", "", "", 2.5, f"{BUTIR}l3:c4"),
        (SURVEYED, "public_service", "governance", "assessor", "", "", "", f"{BUTIR}l4:c4"),
        ("collaboration.governance", "", "governance", "assessor", "", "", 0, f"{BUTIR}l5:c4"),
    ]


def test_the_other_lists_are_kept_whole(kept):
    assert rows(kept, "pillar_agencies", "opd", "agencies", "origin") == [
        ("", 10, "2022/opd.csv#l2:c3"),
        ("Disperkim", 1, "2022/opd.csv#l3:c3"),
        ("", 2, "2022/opd.csv#l4:c3"),
    ]
    assert rows(kept, "programmes", "pillar", "programme", "opd", "is_quick_win") == [
        ("economy", "Bangmus", "Disbun", True),
        ("governance", "Becik", "", True),
    ]
    # a line keeps its own year and else has that of its folder
    assert rows(kept, "official_statistics", "year", "value") == [(2010, 69.16), (2024, -1.5)]


@pytest.mark.parametrize(
    ("files", "rule", "reason"),
    [
        (
            {"2023/butir-reguler.csv": f"{QUESTIONS}\nKAB. BADUNG;Baseline;1;3;;;;;;;\n"},
            *("question", "butir Reguler 2023 belum tercatat di definitions/"),
        ),
        (
            {
                "2022/butir.csv": f"{QUESTIONS}\nKAB. MALANG;Baseline;1;3;;;;;;;\n",
                "2023/b.csv": f"{NATIONAL}\nKAB. MALANG;3;3;3;3;3;3;3;;KPPN&IKN;\n",
            },
            *("edition", "Kabupaten Malang tidak ada di tabel nasional 2022"),
        ),
    ],
)
def test_a_question_is_of_an_edition_that_its_own_year_tells(clean_files, files, rule, reason):
    (rejected,) = clean_files(files).tables["rejected"].itertuples()
    assert (rejected.rule, rejected.reason) == (rule, reason)
