"""No report stands on rules that are not confirmed without saying so on every page of it."""

from __future__ import annotations

import shutil

import openpyxl
import pypdfium2
import pytest
from copied import kukar, project
from reading import Page

from kukar_analysis import paths

NOTICE = "Edisi 2027 (KPPN & IKN) belum dikonfirmasi: aturan pembulatan, bobot, butir, dan aturan"
NOTICE += " survei disalin dari edisi 2023 (KPPN & IKN), karena aturan 2027 belum tercatat."
MARK = "ATURAN BELUM DIKONFIRMASI"
NATIONAL = "contoh-tabel-nasional-kppn-ikn.csv"
LINES = [
    "1;Kabupaten Contoh;3,20;2,40;2,90;2,80;3,20;2,80;2,86;0,10;KPPN&IKN;ya",
    "2;Kabupaten Contoh Utara;3,10;2,40;2,60;2,40;2,40;1,80;2,45;0,05;KPPN&IKN;ya",
]
ASKED = ("--region", "00.01", "--year", "2027")
ONLY = ("01_mutu_data", "02_indeks", "04_antar_tahun", "10_karangan")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Begin 2027 and a notebook in a copied project of invented figures, and make reports."""
    folder = project(tmp_path_factory.mktemp("contoh"))
    for path in (folder / "notebooks").glob("1*"):
        path.unlink()  # what an office has added
    source = paths.ROOT / "data" / "sample" / "2023" / NATIONAL
    headings = source.read_text(encoding="utf-8").splitlines()[1]
    for year in ("2023", "2027"):
        (folder / "data" / "raw" / year).mkdir(parents=True)
    shutil.copy(source, folder / "data" / "raw" / "2023" / NATIONAL)
    text = "\n".join(["DATA CONTOH", headings, *LINES]) + "\n"
    (folder / "data" / "raw" / "2027" / NATIONAL).write_text(text, encoding="utf-8")
    for command in (
        ("new-year", "2027", "--from", "2023-kppn-ikn"),
        ("clean",),
        ("new-notebook", "karangan"),
        (
            "report",
            *ASKED,
            "--pdf",
            "--excel",
            *(word for name in ONLY for word in ("--only", name)),
        ),
    ):
        ended = kukar(folder, *command)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def pages(office):
    return sorted((office / "reports" / "2027" / "00.01").glob("*.html"))


def test_every_page_says_it_before_its_question(office):
    assert [page.stem[:2] for page in pages(office)] == ["01", "02", "04", "10"]
    for page in pages(office):
        main = Page(page.read_text(encoding="utf-8")).text.split("Letak halaman")[-1]
        assert NOTICE in " ".join(main.split())
        source = page.read_text(encoding="utf-8")
        assert source.index('<p class="unconfirmed">') < source.index("<h1")


def test_the_index_says_it_of_the_year(office):
    source = (office / "reports" / "index.html").read_text(encoding="utf-8")
    assert NOTICE in " ".join(Page(source).text.split())


def test_every_sheet_of_paper_is_marked(office):
    printed = sorted((office / "reports" / "2027" / "00.01").glob("*.pdf"))
    assert len(printed) == 5
    for path in printed:
        document = pypdfium2.PdfDocument(path)
        for sheet in document:
            assert MARK in sheet.get_textpage().get_text_bounded()
        document.close()


def test_the_annex_says_it_in_front_and_on_every_sheet(office):
    book = openpyxl.load_workbook(office / "reports" / "2027" / "lampiran-2027.xlsx")
    cover = [cell.value for row in book["Isi"].iter_rows(max_row=8) for cell in row]
    assert any(str(text).startswith(NOTICE) for text in cover)
    for sheet in book:
        head = sheet.oddHeader
        said = "".join(part.text or "" for part in (head.left, head.center, head.right))
        assert "aturan belum dikonfirmasi" in said, sheet.title


def test_the_bundles_message_says_it(office):
    ended = kukar(office, "share", "2027", "--region", "00.01")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    shutil.unpack_archive(office / "reports" / "smart-city-2027.zip", office / "dibuka")
    (message,) = (office / "dibuka").rglob("pesan.txt")
    assert NOTICE in message.read_text(encoding="utf-8")


def test_check_says_in_a_line_what_is_not_confirmed(office):
    said = kukar(office, "check").stdout
    assert "edition 2027-kppn-ikn: 124 facts copied from 2023-kppn-ikn and not confirmed" in said


def test_once_all_is_confirmed_nothing_says_it_any_more(office):
    definitions = office / "kukar_analysis" / "definitions"
    for path in {*definitions.glob("*.csv")} - {definitions / "words.csv"}:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(",unconfirmed,", ",assumed,"), encoding="utf-8")
    cleaned = kukar(office, "clean")
    assert cleaned.returncode == 0, cleaned.stderr
    ended = kukar(office, "report", *ASKED, *(w for name in ONLY for w in ("--only", name)))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for page in [*pages(office), office / "reports" / "index.html"]:
        assert "belum dikonfirmasi" not in Page(page.read_text(encoding="utf-8")).text
    assert "not confirmed" not in kukar(office, "check").stdout
