"""Workbooks: what a cell shows, which sheets are read, and what is refused before it is opened."""

import re
import struct
import zipfile
from datetime import date

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from reading import write_book

from kukar_analysis.errors import SourceError
from kukar_analysis.read import READERS, files
from kukar_analysis.read.source import Number

NAME = "2023/opd/isian.xlsx"
HEADS = ["ID BUTIR", "JAWABAN", "NILAI MANDIRI"]
ID = "outcome.economy.hdi"
SHEET = "xl/worksheets/sheet1.xml"
WHOLE = [HEADS, [ID, "ada", 3]]


@pytest.fixture
def book(tmp_path):
    """Return a function that writes sheets, {title: rows}, or rows; returns the workbook's path.

    `parts` are added to the file, or change what is there where they are functions of its bytes.
    """

    def write(sheets, change=None, parts=None, name="isian.xlsx"):
        sheets = sheets if isinstance(sheets, dict) else {"Isian": sheets}
        path = write_book(tmp_path / name, sheets, change)
        with zipfile.ZipFile(path) as archive:
            held = {part: archive.read(part) for part in archive.namelist()}
        for part, new in (parts or {}).items():
            made = new(held[part]) if callable(new) else new
            assert made != held.get(part)
            held[part] = made
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in held.items():
                archive.writestr(part, data)
        return path

    return write


def read(path, name=NAME):
    return READERS[path.suffix](path, name)


def scores(path):
    (found,) = read(path).lists
    return [record.cells["score"] for record in found.records]


CELLS = [(3.0, "3"), (2.75, "2.75"), (0, "0"), (0.1 + 0.2, "0.3"), ("3", "3"), (" 3,5 ", "3,5")]
CELLS += [("-", "-"), (date(2023, 4, 3), "2023-04-03"), (True, "TRUE")]


def test_a_cell_is_the_text_that_it_shows_and_a_number_can_be_told_from_one(book):
    found = scores(book([HEADS, *([ID, "ada", value] for value, _ in CELLS)]))
    assert found == [shown for _, shown in CELLS]
    is_number = [type(value) in (int, float) for value, _ in CELLS]
    assert [isinstance(text, Number) for text in found] == is_number


def as_percent(made, style="0%"):
    made["Isian"]["C2"].number_format = style


@pytest.mark.parametrize(("style", "shown"), [("0%", "12.5%"), ("0.00%", "12.5%"), ("0", "0.125")])
def test_a_number_shown_as_a_percentage_is_read_as_one(book, style, shown):
    rows = [HEADS, [ID, "ada", 0.125]]
    assert scores(book(rows, lambda made: as_percent(made, style))) == [shown]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (b"><f>1/0</f><v></v></c>", "=?"),
        (b"><f>1+2</f></c>", "=?"),
        (b"><f>1+2</f><v>3</v></c>", "3"),
        (b' t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b' t="str"><f>A1</f><v></v></c>', ""),
        (b' t="str"><f>A1</f><v>baik</v></c>', "baik"),
    ],
)
def test_a_formula_is_its_saved_value_its_error_or_marked_as_never_calculated(book, cell, shown):
    written = (rb'<c r="C2"[^>]*>.*?</c>', b'<c r="C2"' + cell)
    rows = [HEADS, [ID, "ada", "=1/0"], [ID, "ada", 2]]
    assert scores(book(rows, parts={SHEET: lambda xml: re.sub(*written, xml)})) == [shown, "2"]


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
        (WHOLE, " lembar 'Lama': lembar ini tidak dibaca, padahal memuat daftar: tersembunyi."),
        ([["a", "b"]], ": lembarnya: 'Isian' agency_form, 'Lama' tersembunyi."),
    ],
)
def test_a_hidden_sheet_is_not_read_and_said(book, state, rows, said):
    def hide(made):
        made["Lama"].sheet_state = state

    found = read(book({"Isian": WHOLE, "Lama": rows}, hide))
    assert [f.records[0].part for f in found.lists] == ["Isian"]
    assert [*found.problems, *found.notes][0].startswith(f"{NAME}{said}")


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


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = OLE + b"\0" * 5000 + "EncryptedPackage".encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf <!DOCTYPE html>", "halaman web yang bernama buku kerja"),
        (b"%PDF-1.7", "bukan buku kerja"),
        (b"PK\x03\x04cut", "berkas belum utuh atau masih disalin: akhirnya tidak ada"),
        (OLE + b"\0" * 600, "terpotong atau rusak"),
        (LOCKED, "terkunci kata sandi"),
    ],
)
def test_what_is_no_workbook_is_refused_whatever_its_name(tmp_path, content, said):
    path = tmp_path / "isian.xls"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=re.escape(f"{NAME}: {said}")):
        read(path)


@pytest.mark.parametrize("lie", [False, True])
def test_a_workbook_that_unpacks_to_too_much_is_refused_whatever_it_declares(
    book, monkeypatch, lie
):
    monkeypatch.setattr(files, "_UNPACKED", 2**20)
    assert len(read(book(WHOLE, parts={"xl/media/image1.png": b" " * 2**21})).lists) == 1
    path = book(WHOLE, parts={"xl/worksheets/sheet9.xml": b" " * 2**21})
    if lie:
        path.write_bytes(path.read_bytes().replace(struct.pack("<I", 2**21), b"d\0\0\0"))
    with pytest.raises(
        SourceError, match="Bad CRC-32" if lie else "terlalu besar: lebih dari 1 MB"
    ):
        read(path)


def test_a_sheet_that_reaches_too_far_is_refused_before_it_is_read(book):
    said = "lembar 'Isian': terlalu besar: sampai baris 1048576, kolom C"
    with pytest.raises(SourceError, match=said):
        read(book(WHOLE, lambda made: made["Isian"].cell(1048576, 1, "x")))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (lambda xml: xml + b"<x/>" * 10**5, "terlalu besar: lebih dari"),
        (lambda xml: xml[:-20], "terpotong atau rusak"),
    ],
    ids=["tags without end", "cut"],
)
def test_a_part_that_is_no_sound_xml_is_refused(book, monkeypatch, part, said):
    monkeypatch.setattr(files, "_TAGS", 10**5)
    with pytest.raises(SourceError, match=said):
        read(book(WHOLE, parts={"xl/workbook.xml": part}))


def test_rows_that_are_hidden_or_filtered_out_are_said_and_not_read(book):
    def hide(made):
        made["Isian"].row_dimensions[3].hidden = True
        made["Isian"].column_dimensions["B"].hidden = True

    found = read(book([*WHOLE, [ID, "lain", 1], [ID, "ada", 2]], hide))
    assert [r.cells["score"] for r in found.lists[0].records] == ["3", "2"]
    (problem,), (note,) = found.problems, found.notes
    assert "lembar 'Isian': baris tersembunyi atau tersaring tidak dibaca: 3." in problem
    assert note == f"{NAME} lembar 'Isian': ada kolom tersembunyi, dibaca seperti yang lain."


def test_a_struck_row_is_a_fault_and_comments_are_said_without_their_text(book):
    def mark(made):
        made["Isian"]["C2"].font = Font(strike=True)
        made["Isian"]["C3"].comment = Comment("batal, nilai seharusnya 1", "Siti")

    found = read(book([*WHOLE, [ID, "ada", 2]], mark))
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
    def write(xml):
        xml = re.sub(rb'<c r="C3"[^>]*>.*?</c>', b'<c r="C3" t="e"><v>#DIV/0!</v></c>', xml)
        for change in changes:
            xml = re.sub(*change, xml)
        return xml

    rows = [HEADS, [ID, "ada", 0.75], [ID, "ada", 3], [ID, "ada", 2]]
    path = book(rows, as_percent, {SHEET: write})
    assert scores(path) == ["75%", "#DIV/0!", "2"]


def test_what_is_merged_with_a_cell_above_has_its_text(book):
    rows = [["ID BUTIR", "OPD", "NILAI MANDIRI"], [ID, "Dinkes", 3], [ID, None, 2], [ID, None, 1]]
    path = book(rows, lambda made: made.active.merge_cells("B2:B3"))
    (found,) = read(path).lists
    assert [record.cells["opd"] for record in found.records] == ["Dinkes", "Dinkes", ""]
