"""Workbooks: what a cell shows, which sheets are read, and what is refused before it is opened."""

from __future__ import annotations

import re
import struct
import zipfile
from datetime import date

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from reading import write_book

from kukar_analysis.errors import SourceError
from kukar_analysis.read import READERS, workbook
from kukar_analysis.read.source import Number

NAME = "2023/opd/isian.xlsx"
HEADS = ["ID BUTIR", "JAWABAN", "NILAI MANDIRI"]
ID = "outcome.economy.hdi"
SHEET = "xl/worksheets/sheet1.xml"
WHOLE = [HEADS, [ID, "ada", 3]]


@pytest.fixture
def book(tmp_path):
    """Return a function that writes sheets, {title: rows}, and returns the workbook's path."""
    return lambda sheets, change=None, name="isian.xlsx": write_book(
        tmp_path / name, sheets, change
    )


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


CELLS = [(3.0, "3"), (2.75, "2.75"), (0, "0"), (0.1 + 0.2, "0.3"), ("3", "3"), (" 3,5 ", "3,5")]
CELLS += [("-", "-"), (date(2023, 4, 3), "2023-04-03"), (True, "TRUE")]


@pytest.mark.parametrize(("value", "shown"), CELLS)
def test_a_cell_is_the_text_that_it_shows_and_a_number_can_be_told_from_one(book, value, shown):
    (found,) = cells(book({"Isian": [HEADS, [ID, "ada", value]]}), "score")
    assert found == shown
    assert isinstance(found, Number) is (type(value) in (int, float))


@pytest.mark.parametrize(
    ("value", "style", "shown"), [(0.76, "0%", "76%"), (0.125, "0.00%", "12.5%")]
)
def test_a_number_shown_as_a_percentage_is_read_as_one(book, value, style, shown):
    def show(made):
        made["Isian"]["C2"].number_format = style

    assert cells(book({"Isian": [HEADS, [ID, "ada", value]]}, show), "score") == [shown]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (b"><f>1/0</f><v></v></c>", "=?"),
        (b"><f>1+2</f></c>", "=?"),
        (b"><f>1+2</f><v>3</v></c>", "3"),
        (b' t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b' t="e"><v>#REF!</v></c>', "#REF!"),
        (b' t="str"><f>A1</f><v></v></c>', ""),
        (b' t="str"><f>A1</f><v>baik</v></c>', "baik"),
    ],
)
def test_a_formula_is_its_saved_value_its_error_or_marked_as_never_calculated(book, cell, shown):
    path = book({"Isian": [HEADS, [ID, "ada", "=1/0"], [ID, "ada", 2]]})
    written = (rb'<c r="C2"[^>]*>.*?</c>', b'<c r="C2"' + cell)
    patched(path, {SHEET: lambda xml: re.sub(*written, xml)})
    assert cells(path, "score") == [shown, "2"]


# Which sheets


def test_every_sheet_is_read_and_says_pillar_and_agency_with_the_files_name(book):
    name = "form-64.02-Dinas Kesehatan.xlsx"
    sheets = {"Smart Living": WHOLE, "Ekonomi": WHOLE, "Daftar": WHOLE}
    first, second = read(book(sheets, name=name), f"2023/{name}").lists
    assert (first.kind, second.records[0].part) == ("agency_form", "Ekonomi")
    assert first.origin(first.records[0], "score") == f"2023/{name}#Smart Living!C2"
    expected = {"pillar": "living", "opd": "Dinkes", "region": "64.02"}
    assert expected.items() <= first.records[0].cells.items()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (WHOLE, "lembar ini tidak dibaca, padahal memuat daftar: tersembunyi."),
        ([["a", "b"]], "lembar tersembunyi tanpa daftar."),
    ],
)
def test_a_hidden_sheet_is_not_read_and_said(book, state, rows, said):
    def hide(made):
        made["Lama"].sheet_state = state

    found = read(book({"Isian": WHOLE, "Lama": rows}, hide))
    assert [f.records[0].part for f in found.lists] == ["Isian"]
    (told,) = [*found.problems, *found.notes]
    assert told.startswith(f"{NAME} lembar 'Lama': {said}")


def test_every_sheet_is_named_where_one_is_not_read(book):
    sheets = {"Isian": WHOLE, "Lain": [["a", "b"], [1, 2]], "Sheet3": [], "Petunjuk": [["x"]]}
    found = read(book(sheets, lambda made: made.create_chartsheet("Grafik")))
    assert found.problems == []
    unknown, chart, every = found.notes
    assert unknown.startswith(f"{NAME} lembar 'Lain': tidak ada baris judul kolom yang dikenal; ")
    assert chart == f"{NAME} lembar 'Grafik': lembar tanpa sel, misalnya grafik."
    assert every == (
        f"{NAME}: lembarnya: 'Isian' agency_form, 'Lain' tidak dibaca, 'Sheet3' kosong,"
        " 'Petunjuk' bernama petunjuk."
    )


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ({"Lain": [["a", "b"], [1, 2]]}, "lembar 'Lain': tidak ada baris judul"),
        (
            {"Kuesioner": [["Partisipan", "Q1"], [1, "S"]], "Ket": [["NO", "NAMA", "ALAMAT"]]},
            "lembar 'Ket': judul kolomnya tidak .* lembar 'Kuesioner': tidak",
        ),
        ({"Sheet1": []}, r"isian\.xlsx: tidak ada lembar yang berisi"),
    ],
)
def test_a_workbook_in_which_no_sheet_is_known_is_refused_and_each_named(book, sheets, said):
    with pytest.raises(SourceError, match=said):
        read(book(sheets))


@pytest.mark.parametrize(
    ("part", "said"),
    [("xl/vbaProject.bin", "ada makro"), ("xl/externalLinks/externalLink1.xml", "ada tautan")],
)
def test_macros_and_links_are_noted_and_not_run(book, part, said):
    (note,) = read(patched(book({"Isian": WHOLE}), add={part: b"<x/>"})).notes
    assert note.startswith(f"{NAME}: {said}")


# What is refused


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = OLE + b"\0" * 5000 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf <!DOCTYPE html>", "halaman web yang bernama buku kerja"),
        (b"%PDF-1.7", "bukan buku kerja"),
        (b"PK\x03\x04cut", "akhirnya tidak ada"),
        (OLE + b"\0" * 600, "terpotong atau rusak"),
        (LOCKED, "terkunci kata sandi"),
    ],
    ids=["html", "pdf", "cut", "ole", "locked"],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(tmp_path, content, said):
    path = tmp_path / "isian.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(f"{NAME}: {said}")):
        read(path)


@pytest.mark.parametrize(
    ("part", "lie", "said"),
    [
        ("worksheets/sheet9.xml", False, "terlalu besar: lebih dari 1 MB"),
        ("worksheets/sheet9.xml", True, "Bad CRC-32"),
        ("media/image1.png", False, None),
    ],
)
def test_a_workbook_that_unpacks_to_too_much_is_refused_whatever_it_declares(
    book, monkeypatch, part, lie, said
):
    monkeypatch.setattr(workbook, "_UNPACKED", 2**20)
    path = patched(book({"Isian": WHOLE}), add={f"xl/{part}": b" " * 2**21})
    if lie:
        path.write_bytes(path.read_bytes().replace(struct.pack("<I", 2**21), b"d\0\0\0"))
    if said is None:  # pictures do not count
        assert len(read(path).lists) == 1
        return
    with pytest.raises(SourceError, match=said):
        read(path)


@pytest.mark.parametrize(("cell", "column"), [("XFD1048576", "XFD"), ("A1048576", "C")])
def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_read(book, cell, column):
    def far(made):
        made["Isian"][cell] = "x"

    said = rf"lembar 'Isian': terlalu besar: sampai baris 1048576, kolom {column}"
    with pytest.raises(SourceError, match=said):
        read(book({"Isian": WHOLE}, far))


def test_a_document_type_inside_is_refused(book):
    def bomb(xml):
        return b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml

    with pytest.raises(SourceError, match="DOCTYPE"):
        read(patched(book({"Isian": WHOLE}), {"xl/workbook.xml": bomb}))


# Other formats


def ods(path, rows, attributes=""):
    """Write the least that is a workbook of OpenDocument."""
    start = f'<table:table-cell office:value-type="string"{attributes}><text:p>'
    lines = ("".join(f"{start}{text}</text:p></table:table-cell>" for text in row) for row in rows)
    table = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" '
        f'xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body>'
        f'<office:spreadsheet><table:table table:name="Isian">{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>'
    )
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def test_an_opendocument_workbook_is_read(tmp_path):
    path = ods(tmp_path / "isian.ods", [HEADS, [ID, "ada", "3"]])
    assert cells(path, "score") == ["3"]


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        (' table:number-columns-repeated="16384"', "terlalu besar"),
        (' office:value-type="percentage"', "memuat persentase, yang tidak pasti"),
    ],
)
def test_an_opendocument_workbook_that_cannot_be_read_for_certain_is_refused(
    tmp_path, attributes, said
):
    path = ods(tmp_path / "isian.ods", [HEADS] * 200, attributes)
    if "percentage" in attributes:
        path = patched(
            path, {"content.xml": lambda x: x.replace(b' office:value-type="string"', b"")}
        )
    with pytest.raises(SourceError, match=said):
        read(path)


# What is hidden, struck through or said beside


def test_rows_that_are_hidden_or_filtered_out_are_said_and_not_read(book):
    def hide(made):
        made["Isian"].row_dimensions[3].hidden = True
        made["Isian"].column_dimensions["B"].hidden = True

    found = read(book({"Isian": [*WHOLE, [ID, "lain", 1], [ID, "ada", 2]]}, hide))
    assert [r.cells["score"] for r in found.lists[0].records] == ["3", "2"]
    (problem,), (note,) = found.problems, found.notes
    assert problem.startswith(
        f"{NAME} lembar 'Isian': baris tersembunyi atau tersaring tidak dibaca: 3."
    )
    assert note == f"{NAME} lembar 'Isian': ada kolom tersembunyi, dibaca seperti yang lain."


def test_a_struck_row_is_a_fault_and_comments_are_said_without_their_text(book):
    def mark(made):
        made["Isian"]["C2"].font = Font(strike=True)
        made["Isian"]["C3"].comment = Comment("batal, nilai seharusnya 1", "Siti")

    found = read(book({"Isian": [*WHOLE, [ID, "ada", 2]]}, mark))
    struck, sound = found.lists[0].records
    assert (struck.rule, sound.rule, sound.fault) == ("struck", "", None)
    (problem,) = found.problems
    assert "ada komentar pada sel" in problem
    assert "seharusnya" not in problem


PREFIXED = ((rb"<(/?)(\w)", rb"<\1x:\2"), (rb"xmlns=", b"xmlns:x="))


@pytest.mark.parametrize(
    "changes",
    [((rb'<c r="\w+"', b"<c"),), ((rb'(<c [^>"]*)"([^">]*)"', rb"\1'\2'"),) * 3, PREFIXED],
    ids=["no references", "single quotes", "a prefix"],
)
def test_marks_are_found_however_the_xml_is_written(book, changes):
    def percent(made):
        made["Isian"]["C2"].number_format = "0%"

    def write(xml):
        xml = re.sub(rb'<c r="C3"[^>]*>.*?</c>', b'<c r="C3" t="e"><v>#DIV/0!</v></c>', xml)
        for change in changes:
            xml = re.sub(*change, xml)
        return xml

    path = book({"Isian": [HEADS, [ID, "ada", 0.75], [ID, "ada", 3], [ID, "ada", 2]]}, percent)
    assert cells(patched(path, {SHEET: write}), "score") == ["75%", "#DIV/0!", "2"]
