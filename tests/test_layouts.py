"""Layouts as offices make them: every score on its question, agency and pillar, or refused."""

import openpyxl
import pytest

from kukar_analysis import clean

HEAD = ["Kode", "Pertanyaan", "Nilai"]


@pytest.fixture
def answers(tmp_path):
    """Return a function that cleans one workbook: (question, opd, score) kept, and problems."""

    def run(*rows, name="2023/dinkes.xlsx", sheets=None):
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True)
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, lines in (sheets or {"Sheet1": rows}).items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append(line)
        book.save(path)
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
        (["NILAI", None], ["Maksimal", "Mandiri"], [2, 4]),
        (["NILAI", None], ["Asesor", "OPD"], [1, 4]),
        (["ASESOR", "PENILAIAN MANDIRI"], ["NILAI", "NILAI"], [1, 4]),
    ],
)
def test_of_several_scores_the_agencys_own_of_this_year_is_taken(answers, upper, lower, values):
    found, problems = answers(
        ["Kode", "Pertanyaan", *upper], [None, None, *lower], ["3.12.1", "x", *values]
    )
    assert (found, problems) == ([("stunting", "Dinkes", 4.0)], [])


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        (["NILAI", None], ["Tahun lalu", "Tahun ini"]),
        (["NILAI", None], ["Dinkes", "Dinsos"]),
        (["NILAI", None], [None, None]),
        (["NILAI", "SKOR"], [None, None]),
        (["NILAI", "NILAI AKHIR"], [None, None]),
    ],
)
def test_where_it_is_not_known_which_is_meant_none_is_taken(answers, upper, lower):
    rows = [["Kode", "Pertanyaan", *upper], ["3.12.1", "x", 1, 4]]
    if any(lower):
        rows.insert(1, [None, None, *lower])
    found, problems = answers(*rows)
    assert found == []
    assert any("several columns" in p or "could be" in p for p in problems)


def test_a_second_table_below_has_columns_of_its_own(answers):
    found, _ = answers(
        HEAD,
        ["3.12.1", "x", 3],
        ["Tabel 2"],
        ["Kode", "Pertanyaan", "Bobot", "Nilai"],
        ["3.12.3", "z", 2, 4],
    )
    assert found == [("stunting", "Dinkes", 3.0), ("birth_attendance", "Dinkes", 4.0)]


@pytest.mark.parametrize(
    "section", [["B. Smart Living"], ["B", "Smart Living"], ["Dimensi Smart Living (II)"]]
)
def test_a_section_holds_for_the_rows_below_it(answers, section):
    label = "Program pilar berjalan tahun ini"
    rows = [["A. Smart Governance"], ["", label, 3], section, ["", label, 1]]
    found, problems = answers(HEAD, *rows)
    assert problems == []
    assert found[1] == ("programme", "Dinkes", 1.0)


def test_below_a_part_that_is_not_known_nothing_above_holds(answers):
    label = "Program pilar berjalan tahun ini"
    found, problems = answers(
        HEAD, ["Smart Governance"], ["", label, 3], ["Smart Livng"], ["", label, 1]
    )
    assert len(found) == 1
    assert ["could be outcome" in problem for problem in problems] == [True]


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
    found, _ = answers(*above, HEAD, ["3.12.1", "x", 4], name=f"2023/{name}.xlsx")
    assert found == [("stunting", opd, 4.0)]


def test_a_blank_in_the_column_of_agencies_is_of_nobody_known(answers):
    found, _ = answers(
        [*HEAD, "OPD"], ["3.12.1", "x", 4, "Dinkes"], ["3.12.2", "x", 3, None], name="2023/dpu.xlsx"
    )
    assert found == [("stunting", "Dinkes", 4.0), ("immunisation", None, 3.0)]


@pytest.mark.parametrize(
    ("heads", "row"),
    [
        (["No", "Pertanyaan", "Nilai"], ["3.12.1.", "Berapa persen?", 4]),
        (["No", "Pertanyaan", "Nilai"], ["1", "3.12.1. Berapa persen?", 4]),
        (["No.", "Daftar Pertanyaan", "Skor (0-4)"], ["3.12.1", "Berapa persen?", 4]),
        (["Kode Pertanyaan", "Hasil Penilaian Mandiri"], ["3.12.1", 4]),
    ],
)
def test_the_code_is_found_where_forms_have_it(answers, heads, row):
    assert answers(heads, row) == ([("stunting", "Dinkes", 4.0)], [])


def test_a_code_is_compared_with_its_dots(answers):
    found, problems = answers(HEAD, [3121, "x", 4], ["31.21", "y", 4])
    assert found == []
    assert len(problems) == 2


def test_a_code_that_moved_is_told_by_the_label(answers):
    found, problems = answers(
        HEAD, ["3.12.1", "Persentase penanganan stunting baduta", 4], name="2022/dinkes.xlsx"
    )
    assert found == []
    assert "reads as outcome.living.stunting" in problems[0]


def test_what_only_begins_like_a_signature_is_a_record(answers):
    found, problems = answers(
        HEAD, ["3.12.1", "Kepala Dinas Kesehatan menetapkan", 3], ["3.12.2", "TTD", 2]
    )
    assert (len(found), problems) == (2, [])


def test_a_list_below_a_signature_is_said(answers):
    found, problems = answers(
        HEAD,
        ["3.12.1", "x", 4],
        [None],
        ["Mengetahui,"],
        ["Nama"],
        [None],
        HEAD,
        ["3.12.2", "x", 1],
    )
    assert len(found) == 1
    assert ["under the signature" in problem for problem in problems] == [True]


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
def test_nobody_who_signs_is_named_anywhere(answers, tmp_path, block, capsys):
    found, problems = answers(HEAD, ["3.12.1", "x", 4], [None], *block)
    assert len(found) == 1
    assert "Rekaan" not in str(problems)
    rejected = clean.clean(tmp_path / "raw", tmp_path / "processed").tables["rejected"]
    assert "Rekaan" not in rejected.to_csv()


def test_a_comma_that_parts_a_figure_is_refused(tmp_path):
    path = tmp_path / "raw" / "2023" / "dinkes.csv"
    path.parent.mkdir(parents=True)
    path.write_text("Kode,Pertanyaan,Nilai,Ket\n3.12.1,x,3,5\n3.12.2,y,2,baik\n")
    made = clean.clean(tmp_path / "raw", tmp_path / "processed")
    assert made.tables["question_scores"]["score"].tolist() == [2.0]
    assert "a decimal comma" in made.problems[0]


def test_a_survey_of_another_scale_is_not_taken(tmp_path):
    path = tmp_path / "raw" / "2023" / "survei smart living.csv"
    path.parent.mkdir(parents=True)
    path.write_text("Nama;P1;P2\n" + "".join(f"R{i};{i % 5 + 1};3\n" for i in range(20)))
    made = clean.clean(tmp_path / "raw", tmp_path / "processed")
    assert made.tables["survey_responses"].empty
    assert "its scale is another" in made.problems[0]
