"""Workbooks: what a cell shows, which sheets are read, and what is refused before it is opened."""

from __future__ import annotations

import importlib.util
import re
import struct
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font

from kukar_analysis.errors import SourceError
from kukar_analysis.read import READERS, workbook
from kukar_analysis.read.source import Number

NAME = "2023/opd/isian.xlsx"
HEADS = ["ID BUTIR", "JAWABAN", "NILAI MANDIRI"]
ID = "outcome.economy.hdi"
WHOLE = [HEADS, [ID, "ada", 3]]


@pytest.fixture
def book(tmp_path):
    """Return a function that writes sheets, {title: rows}, and returns the workbook's path."""

    def write(sheets, change=None, name="isian.xlsx"):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
        if change:
            change(made)
        made.save(tmp_path / name)
        return tmp_path / name

    return write


def read(path, name=NAME):
    return READERS[path.suffix](path, name)


def cells(path, column):
    (found,) = read(path).lists
    return [record.cells[column] for record in found.records]


def patched(path, change=None, add=None):
    """Rewrite the parts of a workbook: `change` maps a part to a function of its bytes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, function in (change or {}).items():
        changed = function(parts[name])
        assert changed != parts[name]
        parts[name] = changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | (add or {})).items():
            archive.writestr(name, data)
    return path


# What a cell shows


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (3, "3"),
        (3.0, "3"),
        (2.75, "2.75"),
        (0, "0"),
        (0.1 + 0.2, "0.3"),
        ("3", "3"),
        (" 3,5 ", "3,5"),
        ("-", "-"),
        (date(2023, 4, 3), "2023-04-03"),
        (True, "TRUE"),
    ],
)
def test_a_cell_is_the_text_that_it_shows(book, value, shown):
    assert cells(book({"Isian": [HEADS, [ID, "ada", value]]}), "score") == [shown]


@pytest.mark.parametrize(("value", "certain"), [(2.75, True), ("2.75", False), (0.5, True)])
def test_a_cell_that_holds_a_number_can_be_told_from_a_text(book, value, certain):
    (found,) = cells(book({"Isian": [HEADS, [ID, "ada", value]]}), "score")
    assert isinstance(found, Number) is certain


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [(0.76, "0%", "76%"), (0.125, "0.00%", "12.5%"), (0.07, "0%", "7%")],
)
def test_a_number_shown_as_a_percentage_is_read_as_one(book, value, style, shown):
    def show(made):
        made["Isian"]["C2"].number_format = style

    (found,) = cells(book({"Isian": [HEADS, [ID, "ada", value]]}, show), "score")
    assert found == shown


def with_formula(book, replacement):
    path = book({"Isian": [HEADS, [ID, "ada", "=1/0"], [ID, "ada", 2]]})
    cell = rb'<c r="C2"[^>]*>.*?</c>'
    sheet = "xl/worksheets/sheet1.xml"
    return patched(path, {sheet: lambda xml: re.sub(cell, replacement, xml)})


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (b'<c r="C2"><f>1/0</f><v></v></c>', "=?"),
        (b'<c r="C2"><f>1+2</f></c>', "=?"),
        (b'<c r="C2"><f>1+2</f><v>3</v></c>', "3"),
        (b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b'<c r="C2" t="e"><v>#REF!</v></c>', "#REF!"),
        (b'<c r="C2" t="str"><f>A1</f><v></v></c>', ""),
        (b'<c r="C2" t="str"><f>A1</f><v>baik</v></c>', "baik"),
    ],
    ids=["blank value", "no value", "saved value", "error", "bare error", "empty text", "text"],
)
def test_a_formula_is_its_saved_value_its_error_or_marked_as_never_calculated(book, cell, shown):
    assert cells(with_formula(book, cell), "score") == [shown, "2"]


def test_cells_that_are_merged_down_hold_for_every_row(book):
    heads = ["OPD", *HEADS]
    rows = [["Dinkes", ID, "ada", 3], [None, ID, "ada", 3], [None, ID, "ada", 3]]
    path = book({"Isian": [heads, *rows]}, lambda made: made["Isian"].merge_cells("A2:A3"))
    assert cells(path, "opd") == ["Dinkes", "Dinkes", ""]


# Which sheets


def test_every_sheet_with_a_list_is_read_and_cells_know_their_sheet(book):
    found = read(book({"Smart Living": WHOLE, "Ekonomi": WHOLE, "Daftar": WHOLE}))
    assert [(f.records[0].part, f.kind) for f in found.lists] == [
        ("Smart Living", "agency_form"),
        ("Ekonomi", "agency_form"),
    ]
    assert found.lists[0].origin(found.lists[0].records[0], "score") == f"{NAME}#Smart Living!C2"


def test_a_sheet_or_file_named_after_a_pillar_or_agency_says_so_for_its_records(book):
    name = "form-64.02-Dinas Kesehatan.xlsx"
    (found,) = read(book({"Smart Living": WHOLE}, name=name), f"2023/{name}").lists
    said = {c: found.records[0].cells[c] for c in ("pillar", "opd", "region")}
    assert said == {"pillar": "living", "opd": "Dinkes", "region": "64.02"}


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_a_list_is_a_problem_and_is_not_read(book, state):
    def hide(made):
        made["Lama"].sheet_state = state

    found = read(book({"Isian": WHOLE, "Lama": WHOLE}, hide))
    assert [f.records[0].part for f in found.lists] == ["Isian"]
    assert found.problems == [
        f"{NAME} sheet 'Lama': is hidden and was not read; show or rename it if it counts, or"
        " delete it"
    ]


def test_a_hidden_sheet_of_anything_else_is_noted(book):
    def hide(made):
        made["Acuan"].sheet_state = "hidden"

    found = read(book({"Isian": WHOLE, "Acuan": [["a", "b"]]}, hide))
    notes = [f"{NAME} sheet 'Acuan': is hidden and holds no list"]
    assert (found.problems, found.notes) == ([], notes)


def test_a_sheet_of_nothing_but_a_chart_is_noted(book):
    found = read(book({"Isian": WHOLE}, lambda made: made.create_chartsheet("Grafik")))
    notes = [f"{NAME} sheet 'Grafik': holds no cells, as a chart"]
    assert (len(found.lists), found.problems, found.notes) == (1, [], notes)


def test_a_sheet_without_known_headings_is_noted_beside_one_with_them(book):
    found = read(book({"Isian": WHOLE, "Lain": [["a", "b"], [1, 2]]}))
    assert found.problems == []
    assert found.notes[0].startswith(f"{NAME} sheet 'Lain': holds no line of known headings")
    assert found.notes[-1] == f"{NAME}: sheets: 'Isian' agency_form, 'Lain' not read"


def test_a_workbook_in_which_no_sheet_is_known_is_refused(book):
    with pytest.raises(SourceError, match=r"sheet 'Lain': holds no line of known headings"):
        read(book({"Lain": [["a", "b"], [1, 2]]}))


def test_every_sheet_is_named_where_none_is_read(book):
    rows = {"Kuesioner": [["Partisipan", "Q1"], [1, "S"]], "Keterangan": [["NO", "NAMA", "ALAMAT"]]}
    with pytest.raises(SourceError, match=r"sheet 'Keterangan': no known.* sheet 'Kuesioner': hol"):
        read(book(rows))


def test_a_workbook_without_anything_is_refused(book):
    with pytest.raises(SourceError, match=r"isian\.xlsx: no sheet holds anything"):
        read(book({"Sheet1": []}))


# What else is inside


def test_macros_are_noted_and_not_run(book):
    path = patched(book({"Isian": WHOLE}, name="isian.xlsm"), add={"xl/vbaProject.bin": b"x"})
    assert read(path).notes == [
        f"{NAME}: has macros; they were not run, the values are those saved last"
    ]


def test_links_to_other_files_are_noted(book):
    link = {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}
    (note,) = read(patched(book({"Isian": WHOLE}), add=link)).notes
    assert note.startswith(f"{NAME}: has links to other files; the values are those saved last")


# What is refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty; ask for it again"),
        (b"  \n ", "is empty; ask for it again"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "is a web page with a workbook's nam"),
        (b"\xef\xbb\xbf <!DOCTYPE html>", "is a web page with a workbook's name"),
        (b"%PDF-1.7", "is no workbook; save it in Excel as .xlsx, or text as .csv"),
        (b"KODE;NILAI\n1.1.1;3\n", "is no workbook; save it in Excel as .xlsx, or text as .csv"),
        (b"PK\x03\x04cut", "is cut or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "is cut or damaged"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * 5000
            + "EncryptedPackage".encode("utf-16-le"),
            "is locked with a password; save a copy without one",
        ),
    ],
    ids=["empty", "blank", "html", "html5", "pdf", "csv", "cut", "ole", "locked"],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(tmp_path, content, said):
    path = tmp_path / "isian.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=rf"{re.escape(f'{NAME}: {said}')}"):
        read(path)


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
def test_a_workbook_that_was_cut_is_refused(book, share):
    path = book({"Isian": WHOLE})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(SourceError, match="is cut or damaged"):
        read(path)


@pytest.mark.parametrize("lie", [False, True], ids=["declared", "declared as small"])
def test_a_workbook_that_unpacks_to_too_much_is_refused_whatever_it_declares(
    book, monkeypatch, lie
):
    monkeypatch.setattr(workbook, "_UNPACKED", 2**20)
    path = patched(book({"Isian": WHOLE}), add={"xl/worksheets/sheet9.xml": b" " * 2**21})
    if lie:
        data = path.read_bytes()
        true, small = struct.pack("<I", 2**21), struct.pack("<I", 100)
        assert data.count(true) == 2
        path.write_bytes(data.replace(true, small))
    with pytest.raises(SourceError, match="Bad CRC" if lie else "unpacks to more than 1 MB, which"):
        read(path)


def test_pictures_do_not_count_to_what_a_workbook_unpacks_to(book, monkeypatch):
    monkeypatch.setattr(workbook, "_UNPACKED", 2**20)
    path = patched(book({"Isian": WHOLE}), add={"xl/media/image1.png": b" " * 2**21})
    assert len(read(path).lists) == 1


@pytest.mark.parametrize(
    ("cell", "place"),
    [("XFD1048576", "row 1048576, column XFD"), ("A1048576", None), ("BZZ2000", "row 2000, col")],
)
def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_read(book, cell, place):
    def far(made):
        made["Isian"][cell] = "x"

    path = book({"Isian": WHOLE}, far)
    if place is None:
        with pytest.raises(SourceError, match="row 1048576"):
            read(path)
        return
    with pytest.raises(SourceError, match=rf"sheet 'Isian': reaches to {place}.*; delete the rows"):
        read(path)


def test_a_long_list_is_read_whole(book):
    rows = [[ID, "ada", n % 5] for n in range(3000)]
    assert len(cells(book({"Isian": [HEADS, *rows]}), "score")) == 3000


def test_a_document_type_inside_is_refused(book):
    def bomb(xml):
        return b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml

    with pytest.raises(SourceError, match="document type inside"):
        read(patched(book({"Isian": WHOLE}), {"xl/workbook.xml": bomb}))


# Other formats


def ods(path, rows, attributes=""):
    """Write the least that is a workbook of OpenDocument."""
    cells_ = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"{attributes}><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Isian">{cells_}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry '
        'manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.'
        'spreadsheet"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def test_an_opendocument_workbook_is_read(tmp_path):
    path = ods(tmp_path / "isian.ods", [HEADS, [ID, "ada", "3"]])
    assert cells(path, "score") == ["3"]


def test_an_opendocument_workbook_that_repeats_cells_without_measure_is_refused(tmp_path):
    many = ' office:value="1" table:number-columns-repeated="16384"'
    path = ods(tmp_path / "isian.ods", [HEADS] * 200, many)
    with pytest.raises(SourceError, match="repeats cells without measure"):
        read(path)


@pytest.mark.skipif(importlib.util.find_spec("xlwt") is None, reason="nothing here writes .xls")
def test_a_workbook_of_the_old_format_is_read(tmp_path):
    import xlwt

    made = xlwt.Workbook()
    sheet = made.add_sheet("Isian")
    for r, row in enumerate(WHOLE):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    made.save(str(tmp_path / "isian.xls"))
    assert cells(tmp_path / "isian.xls", "score") == ["3"]


# What is hidden, struck through or said beside


def test_rows_that_are_hidden_or_filtered_out_are_said_and_not_read(book):
    def hide(made):
        made["Isian"].row_dimensions[3].hidden = True
        made["Isian"].column_dimensions["B"].hidden = True

    found = read(book({"Isian": [*WHOLE, [ID, "lain", 1], [ID, "ada", 2]]}, hide))
    assert [r.cells["score"] for r in found.lists[0].records] == ["3", "2"]
    assert found.problems == [
        f"{NAME} sheet 'Isian': 1 hidden or filtered rows were not read (3); show them if they"
        " count, or delete them"
    ]
    assert found.notes == [
        f"{NAME} sheet 'Isian': has hidden columns; they were read like the others"
    ]


def test_a_row_that_is_struck_through_is_a_fault(book):
    def strike(made):
        made["Isian"]["C2"].font = Font(strike=True)

    (found,) = read(book({"Isian": [*WHOLE, [ID, "ada", 2]]}, strike)).lists
    assert [bool(r.fault) for r in found.records] == [True, False]
    assert found.records[0].fault.startswith("is struck through; delete the row")


def test_comments_are_said_without_their_text(book):
    def remark(made):
        made["Isian"]["C2"].comment = Comment("batal, nilai seharusnya 1", "Siti")

    (problem,) = read(book({"Isian": WHOLE}, remark)).problems
    assert "has comments on cells" in problem
    assert "batal" not in problem


@pytest.mark.parametrize(
    ("change", "by"),
    [("no references", ""), ("single quotes", "'"), ("a prefix", "x:")],
    ids=["no references", "single quotes", "a prefix"],
)
def test_marks_are_found_however_the_xml_is_written(book, change, by):
    def write(xml):
        xml = re.sub(rb'<c r="C3"[^>]*>.*?</c>', b'<c r="C3" t="e"><v>#DIV/0!</v></c>', xml)
        if change == "no references":
            return re.sub(rb'<c r="\w+"', b"<c", xml)
        if change == "single quotes":
            return re.sub(rb"<c [^>]*>", lambda m: m[0].replace(b'"', b"'"), xml)
        xml = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", xml)
        return xml.replace(b"xmlns=", b"xmlns:x=")

    def percent(made):
        made["Isian"]["C2"].number_format = "0%"

    path = book({"Isian": [HEADS, [ID, "ada", 0.75], [ID, "ada", 3], [ID, "ada", 2]]}, percent)
    path = patched(path, {"xl/worksheets/sheet1.xml": write})
    assert cells(path, "score") == ["75%", "#DIV/0!", "2"], by
