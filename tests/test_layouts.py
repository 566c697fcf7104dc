"""Layouts as offices make them: every score on its question, agency and pillar, or refused."""

import pytest
from reading import write_book

from kukar_analysis import clean

HEAD = ["Kode", "Pertanyaan", "Nilai"]
STUNTING, BALITA, BIRTH = "Penanganan baduta stunting", "Imunisasi balita", "Persalinan oleh nakes"
PROGRAMME = "Program pilar berjalan tahun ini"


@pytest.fixture
def answers(tmp_path):
    """Return a function that cleans one workbook: (question, opd, score) kept, and problems."""

    def run(*rows, name="2023/dinkes.xlsx"):
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True)
        write_book(path, {"Sheet": rows})
        made = clean.clean(tmp_path / "raw", tmp_path / "processed")
        kept = made.tables["question_scores"]
        found = [
            (row.question.removeprefix("outcome.living."), row.opd, row.score)
            for row in kept.astype(object).where(kept.notna(), None).itertuples()
        ]
        return found, made.problems

    return run


@pytest.mark.parametrize(
    ("upper", "lower", "values"),
    [
        (["NILAI", None], ["2022", "2023"], [1, 4]),
        (["NILAI", None], ["Bobot", "Skor"], [2, 4]),
        (["NILAI", None], ["Asesor", "OPD"], [1, 4]),
        (["ASESOR", "PENILAIAN MANDIRI"], ["NILAI", "NILAI"], [1, 4]),
    ],
)
def test_of_several_scores_the_agencys_own_of_this_year_is_taken(answers, upper, lower, values):
    row = ["3.12.1", STUNTING, *values]
    found = answers(["Kode", "Pertanyaan", *upper], [None, None, *lower], row)
    assert found == ([("stunting", "Dinkes", 4.0)], [])


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (["NILAI", None], ["Tahun lalu", "Tahun ini"]),
        (["NILAI", None], [None, None]),
        (["NILAI", "NILAI AKHIR"], [None, None]),
    ],
)
def test_where_it_is_not_known_which_is_meant_none_is_taken(answers, upper, lower):
    rows = [["Kode", "Pertanyaan", *upper], ["3.12.1", STUNTING, 1, 4]]
    if any(lower):
        rows.insert(1, [None, None, *lower])
    found, problems = answers(*rows)
    assert found == []
    assert any("judul kolomnya tidak pasti" in problem for problem in problems)


def test_a_second_table_below_has_columns_of_its_own(answers):
    second = [["Tabel 2"], ["Kode", "Pertanyaan", "Bobot", "Nilai"], ["3.12.3", BIRTH, 2, 4]]
    found, _ = answers(HEAD, ["3.12.1", STUNTING, 3], *second)
    assert found == [("stunting", "Dinkes", 3.0), ("birth_attendance", "Dinkes", 4.0)]


def test_below_a_part_that_is_not_known_nothing_above_holds(answers):
    rows = [["Smart Governance"], ["", PROGRAMME, 3], ["Smart Livng"], ["", PROGRAMME, 1]]
    found, problems = answers(HEAD, *rows)
    assert len(found) == 1
    assert ["nama bermakna ganda" in problem for problem in problems] == [True]


@pytest.mark.parametrize(
    ("above", "name", "opd"),
    [
        ([["Kepada Yth.", "Diskominfo"], ["Perangkat Daerah : Dinas Kesehatan"]], "a", "Dinkes"),
        ([["Diskominfo"], ["OPD", "Dinas Kesehatan"]], "a", "Dinkes"),
        ([["Dinas Kesehatan"]], "a", "Dinkes"),
        ([["Diskominfo"]], "dinkes", None),
        ([], "Dinkes - balasan surat Dinas Kominfo", None),
    ],
)
def test_an_agency_is_taken_only_where_one_is_meant(answers, above, name, opd):
    found, _ = answers(*above, HEAD, ["3.12.1", STUNTING, 4], name=f"2023/{name}.xlsx")
    assert found == [("stunting", opd, 4.0)]


def test_a_blank_in_the_column_of_agencies_is_of_nobody_known(answers):
    rows = [["3.12.1", STUNTING, 4, "Dinkes"], ["3.12.2", BALITA, 3, None]]
    found, _ = answers([*HEAD, "OPD"], *rows, name="2023/dpu.xlsx")
    assert found == [("stunting", "Dinkes", 4.0), ("immunisation", None, 3.0)]


# Which question a row is


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (["No", "Pertanyaan", "Nilai"], ["3.12.1.", "Persentase baduta stunting tertangani", 4]),
        (["No", "Pertanyaan", "Nilai"], ["1", f"3.12.1. {STUNTING}", 4]),
        (["Kode Pertanyaan", "Hasil Penilaian Mandiri"], ["3.12.1", 4]),
        (["Kode", "Pertanyaan", "Nilai"], ["3.12.1", "-", 4]),
        (  # the sentence of the ministry's letter, and an id over the label of six questions
            ["Uraian", "Nilai"],
            ["Sejauh mana persentase Baduta Stunting yang sudah tertangani 1 tahun terakhir?", 4],
        ),
        (["ID Butir", "Pertanyaan", "Nilai"], ["outcome.living.stunting", PROGRAMME, 4]),
    ],
)
def test_a_question_is_told_by_its_id_its_label_or_a_code_beside_its_label(answers, heads, row):
    assert answers(heads, row) == ([("stunting", "Dinkes", 4.0)], [])


def test_the_code_says_which_of_several_questions_a_label_means(answers):
    assert answers(HEAD, ["3.11.1", PROGRAMME, 4]) == ([("programme", "Dinkes", 4.0)], [])


@pytest.mark.parametrize("label", ["Pengendalian gratifikasi", "Penerapan SPIP", "Whistle blowing"])
def test_a_code_proves_nothing_beside_the_label_of_another_evaluation(answers, label):
    found, (problem,) = answers(["KODE", "URAIAN", "NILAI", "KETERANGAN"], ["3.12.1", label, 3])
    assert found == []
    assert f"URAIAN '{label}': kodenya outcome.living.stunting, tetapi labelnya " in problem


def test_a_code_that_moved_is_told_by_the_label(answers):
    row = ["3.12.1", "Persentase penanganan stunting baduta", 4]
    found, problems = answers(HEAD, row, name="2022/dinkes.xlsx")
    assert found == []
    assert "terbaca sebagai outcome.living.stunting" in problems[0]


@pytest.mark.parametrize("code", [3121, "31.21"])
def test_a_code_is_compared_with_its_dots(answers, code):
    found, problems = answers(HEAD, [code, "x", 4])
    assert (found, len(problems)) == ([], 1)


@pytest.mark.parametrize("form", ["renamed sheet", "csv"])
def test_a_valid_id_has_the_last_word_whatever_the_sheet_is_called(answers, clean_files, form):
    heads = ["NO", "ID BUTIR", "KOMPONEN", "KODE", "PERTANYAAN", "JAWABAN", "NILAI MANDIRI"]
    row = ["14", "outcome.living.programme", "Outcome", "3.11.1", PROGRAMME, "ada", "3"]
    if form == "csv":
        made = clean_files({"2023/dinkes.csv": ";".join(heads) + "\n" + ";".join(row)})
        assert made.tables["question_scores"]["question"].tolist() == [row[1]]
        assert made.problems == []
    else:
        assert answers(heads, row) == ([("programme", "Dinkes", 3.0)], [])


# Signatures


def test_what_only_begins_like_a_signature_is_a_record(answers):
    heads = [*HEAD, "Jawaban"]
    kept = [["3.12.1", STUNTING, 3, "Kepala Dinas menetapkan"], ["3.12.2", BALITA, 2, "TTD"]]
    found, problems = answers(heads, *kept)
    assert (len(found), problems) == (2, [])


def test_a_list_below_a_signature_is_said(answers):
    rows = [["3.12.1", STUNTING, 4], [None], ["Mengetahui,"], ["Nama"], [None]]
    found, problems = answers(HEAD, *rows, HEAD, ["3.12.2", BALITA, 1])
    assert len(found) == 1
    assert ["di bawah tanda tangan" in problem for problem in problems] == [True]


@pytest.mark.parametrize(
    "block",
    [
        [["Mengetahui,", None, "Menyetujui,"], ["dr. Budi Rekaan", None, "Ani Rekaan"]],
        [["a.n. Bupati"], [None, "Sekretaris Daerah"], [None, "dr. Budi Rekaan"]],
        [[None, "Tenggarong, 3-10-2023"], [None, "dr. Budi Rekaan"]],
        [[None, "dr. Budi Rekaan"], [None, "NIP. 19700101"]],
        [[None, None, "dr. Budi Rekaan"]],
        [["Tenggarong,    November 2023"], [None, None, "dr. Budi Rekaan"]],
        [["Mengetahui", None, "Yang membuat"], ["dr. Budi Rekaan", None, "Ani Rekaan"]],
    ],
)
def test_nobody_who_signs_is_named_anywhere(answers, tmp_path, block):
    found, problems = answers(HEAD, ["3.12.1", STUNTING, 4], [None], *block)
    assert len(found) == 1
    assert "Rekaan" not in str(problems)
    rejected = clean.clean(tmp_path / "raw", tmp_path / "processed").tables["rejected"]
    assert "Rekaan" not in rejected.to_csv()


def test_a_comma_that_parts_a_figure_is_refused(clean_files):
    rows = f"Kode,Pertanyaan,Nilai,Ket\n3.12.1,{STUNTING},3,5\n3.12.2,{BALITA},2,baik\n"
    made = clean_files({"2023/dinkes.csv": rows})
    assert made.tables["question_scores"]["score"].tolist() == [2.0]
    assert "koma desimal" in made.problems[0]


def test_a_survey_of_another_scale_is_not_taken(clean_files):
    rows = "Nama;P1;P2\n" + "".join(f"R{i};{i % 5 + 1};3\n" for i in range(20))
    made = clean_files({"2023/survei smart living.csv": rows})
    assert made.tables["survey_responses"].empty
    assert "skala surveinya lain" in made.problems[0]
