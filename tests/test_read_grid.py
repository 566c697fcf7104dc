"""The list in a grid of texts: where its headings stand, and what is a record and what not."""

from __future__ import annotations

import pytest

from kukar_analysis.read import grid
from kukar_analysis.read.headings import Grid
from kukar_analysis.read.source import Reading

NAME = "2023/opd/dinkes.xlsx"
FORM = ["KODE", "PERTANYAAN", "JAWABAN", "NILAI MANDIRI", "DATA DUKUNG"]
ANSWER = ["3.1.1", "Persentase penduduk miskin", "ada", "3", "tautan"]


def read(*rows, medium="workbook", part="Isian", given=None, merged=()):
    """Read rows of cells; a text is a row of one cell, None a blank row that is left out."""
    listed = [[row] if isinstance(row, str) else row for row in rows]
    numbered = [(n, list(r)) for n, r in enumerate(listed, start=1) if r]
    found = Reading([])
    part = part if medium == "workbook" else None
    grid.read(Grid(NAME, medium, numbered, part, merged), found, given or {})
    return found


def records(found):
    (only,) = found.lists
    return only.records


def column(found, name):
    return [record.cells.get(name) for record in records(found)]


# Headings


@pytest.mark.parametrize("above", [[], ["FORMULIR", None, "Diisi OPD"], ["Lampiran"] * 40], ids=len)
def test_titles_above_the_headings_are_passed_over_and_rows_keep_their_number(above):
    found = read(*above, FORM, ANSWER)
    assert [(r.row, r.cells["label"]) for r in records(found)] == [(len(above) + 2, ANSWER[1])]
    assert (found.problems, found.notes) == ([], [])


LOWER = ["", "", "NILAI", "DATA DUKUNG", ""]


@pytest.mark.parametrize(
    "heads",
    [
        [["NO", "PERTANYAAN", "PENILAIAN MANDIRI", "", "KET"], LOWER],
        [["NO", "PERTANYAAN", "HASIL", "", "KET"], ["", "", "PENILAIAN MANDIRI", "", ""], LOWER],
    ],
    ids=["two rows", "three rows"],
)
def test_headings_may_stand_over_several_rows_with_a_parent_over_several_columns(heads):
    cells = ["1", "Persentase penduduk miskin", "3", "tautan", "x"]
    (record,) = records(read("FORMULIR", *heads, cells))
    assert record.row == len(heads) + 2
    columns = ["number", "label", "score", "evidence", "remark"]
    assert record.cells == dict(zip(columns, cells, strict=True))


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ([["1", "2", "3", "4", "5"], ANSWER], ["3.1.1"]),
        ([["(1)", "(2)", "(3)", "(4)", "(5)"], ANSWER], ["3.1.1"]),
        ([ANSWER, ["1", "2", "3", "4", "5"]], ["3.1.1", "1"]),
        ([ANSWER, FORM, ["3.1.2", *ANSWER[1:]]], ["3.1.1", "3.1.2"]),
        ([ANSWER, ["JUMLAH", "", "", "3", ""], ANSWER], ["3.1.1", "3.1.1"]),
        ([ANSWER, ["Nilai Rata-Rata", "", "", "3", ""]], ["3.1.1"]),
        (
            [["3.1.2", "Kepala dinas mengetahui rencana", "ada", "3", ""], ANSWER],
            ["3.1.2", "3.1.1"],
        ),
        ([["3.1.2", "x", "Tenggarong, 12 Oktober 2023", "3", ""], ANSWER], ["3.1.2", "3.1.1"]),
    ],
)
def test_records_are_told_from_what_is_none(rows, codes):
    found = read(FORM, *rows)
    assert (column(found, "code"), found.problems) == (codes, [])


@pytest.mark.parametrize("heading", ["P1", "p 1", "P.1"])
def test_the_statements_of_a_survey_are_headed_as_in_the_projects_form(heading):
    second = heading.replace("1", "2")
    found = read(["NAMA", "PILAR", heading, second], ["Siti", "Smart Living", "4", "3"])
    assert found.lists[0].kind == "survey"
    assert found.lists[0].headings["statement_1"] == (heading, 3)
    assert [r.cells["statement_2"] for r in records(found)] == ["3"]


@pytest.mark.parametrize("heading", ["1. Layanan mudah ditemukan", "Pernyataan 1", "Q1", "1"])
def test_numbered_headings_of_any_other_form_are_no_statements(heading):
    second = heading.replace("1", "2")
    found = read(["NO", "PILAR", "PROGRAM", heading, second], ["1", "Smart Living", "A", "4", "3"])
    assert [each.kind for each in found.lists if each.kind == "survey"] == []


@pytest.mark.parametrize(
    ("heads", "medium", "kind"),
    [
        (["PILAR", "PROGRAM", "STATUS"], "workbook", "programmes"),
        (["KODE", "PERTANYAAN", "NILAI", "PROGRAM", "STATUS"], "workbook", "agency_form"),
        (["DAERAH", "KOMPONEN", "BUTIR", "NILAI"], "workbook", "agency_form"),
        (["DAERAH", "KOMPONEN", "BUTIR", "NILAI"], "text", "question_scores"),
        (["DAERAH", "KOMPONEN", "BUTIR", "NILAI", "SUMBER"], "workbook", "question_scores"),
    ],
)
def test_the_kind_with_more_headings_is_taken_and_no_office_for_an_assessor(heads, medium, kind):
    assert read(heads, ["x"] * len(heads), medium=medium).lists[0].kind == kind


# What a form says once


@pytest.mark.parametrize(
    "caption",
    [
        ["OPD : Dinas Kesehatan"],
        ["Perangkat Daerah", ": Dinas Kesehatan"],
        ["NAMA OPD", ":", "Dinas Kesehatan"],
        ["", "Unit Kerja:", "", "Dinas Kesehatan"],
    ],
)
def test_what_stands_above_the_list_holds_for_every_record(caption):
    found = read(caption, FORM, ANSWER, ANSWER)
    assert column(found, "opd") == ["Dinas Kesehatan"] * 2


def test_a_column_of_the_list_goes_before_what_stands_above_it_and_before_the_files_name():
    given = {"opd": "Dinsos", "region": "64.02"}
    rows = [[*FORM, "OPD"], [*ANSWER, "Bappeda"], [*ANSWER, ""]]
    found = read("OPD : Dinas Kesehatan", *rows, given=given)
    # a cell left blank is of nobody known, not of whoever stands above the list
    assert column(found, "opd") == ["Bappeda", ""]
    assert column(found, "region") == ["64.02"] * 2
    assert column(read(*rows, given=given), "opd") == ["Bappeda", ""]


def test_a_year_in_the_title_holds_for_the_list_unless_two_are_named():
    title = "FORMULIR PENILAIAN MANDIRI TAHUN 2022"
    assert column(read(title, FORM, ANSWER), "year") == ["2022"]
    assert column(read(title, "Perubahan tahun 2023", FORM, ANSWER), "year") == [None]


# Rows that are no records


@pytest.mark.parametrize(
    ("sections", "pillars", "components"),
    [
        ([None, "B. SMART LIVING"], [None, "SMART LIVING"], [None, None]),
        ([None, ["B", "SMART LIVING"]], [None, "SMART LIVING"], [None, None]),
        ([None, "Dimensi Smart Living (II)"], [None, "Smart Living"], [None, None]),
        ([None, "OUTCOME"], [None, None], [None, "OUTCOME"]),
        (["III. Smart Economy", None], ["Smart Economy"] * 2, [None, None]),
        (["OUTCOME", "Smart Society"], [None, "Smart Society"], ["OUTCOME"] * 2),
        (["Smart Living", "OUTCOME"], ["Smart Living", None], [None, "OUTCOME"]),
    ],
)
def test_a_row_of_a_pillar_or_component_alone_holds_for_the_rows_below(
    sections, pillars, components
):
    rows = [row for section in sections for row in (section, ANSWER)]
    found = read(FORM, *rows)
    assert column(found, "pillar") == pillars
    assert column(found, "component") == components


@pytest.mark.parametrize("remark", ["Catatan: diisi jujur", "*) bila ada", "Sumber: BPS", "halo"])
def test_a_remark_of_one_cell_is_noted_without_its_text(remark):
    found = read(FORM, ANSWER, ["", "", "", "", remark])
    assert len(records(found)) == 1
    assert found.notes == [f"{NAME} lembar 'Isian': baris catatan tidak dibaca: 3."]


def test_a_row_with_values_that_are_of_nothing_is_a_fault():
    (_, record) = records(read(FORM, ANSWER, ["", "", "ada", "", "tautan"]))
    assert record.rule == "nameless"


def test_a_cell_merged_down_holds_for_the_rows_it_covers_and_no_further():
    heads = ["OPD", *FORM]
    rows = [["Dinkes", *ANSWER], ["", *ANSWER], ["", *ANSWER], ["", *ANSWER]]
    found = read("JUDUL", heads, *rows, merged=[(1, 1, 1, 6), (3, 1, 5, 1)])
    assert column(found, "opd") == ["Dinkes", "Dinkes", "Dinkes", ""]


def test_a_row_of_a_form_for_letters_that_was_left_blank_says_nothing():
    heads = ["DAERAH", "KOMPONEN", "BUTIR", "NILAI", "SUMBER"]
    line = ["Kab. Malang", "Baseline", "baseline.legal_basis"]
    found = read(heads, [*line, "3", "Asesor"], [*line, "", "Asesor"], [*line, "-", "Asesor"])
    assert column(found, "score") == ["3", "-"]
