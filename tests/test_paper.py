"""PDF from the pages: sheet, letterhead, page numbers, the year as one document, and no network."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pdfplumber
import pytest
from reading import KUKAR, MALANG

from kukar_analysis import paths, show
from kukar_analysis.analysis import compare
from kukar_analysis.errors import PrinterError, UsageError
from kukar_analysis.report import paper

pytestmark = pytest.mark.usefixtures("processed_env")

MM = 72 / 25.4
RECORD = {
    "version": "9.9",
    "commit": "abc",
    "made_at": "2026-11-24T00:00:00+00:00",
    "data": "d",
    "inputs": {"2023/karangan.csv": "f" * 64},
}


@pytest.fixture(scope="module")
def printer():
    return paper.Printer("A4")


LIMITS = "<h2>Keterbatasan</h2><ul><li>Satu kali.</li></ul>"
STYLE = (paths.ROOT / "kukar_analysis/report/templates/style.css").read_text("utf-8")


def write(folder, body, name="02_indeks", title="Indeks karangan", data=None, region=KUKAR):
    """Write a page as the site has it, and return its entry in the manifest."""
    path = folder / f"2023/{region}/{name}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"<!DOCTYPE html><html lang='id'><head><title>{title}</title><style>{STYLE}</style></head>"
        f"<body><header><p><a href='x.html'>Menu</a></p></header><main id='isi'>"
        f"<nav><a href='#a'>Isi halaman</a></nav><p class='kicker'>{title}</p>{body}"
        "</main><footer><p>Dibuat hari ini.</p></footer></body></html>",
        encoding="utf-8",
    )
    entry = {"name": f"2023/{region}/{name}", "title": title, "year": 2023, "region": region}
    entry |= {"notebook": name[:2], "region_name": region, "page": True}
    entry["parameters"] = {"opd": "Dinkes"} if "09_opd" in name else {}
    return entry | {"data": data or RECORD["data"]}


def printed(printer, folder, body):
    entry = write(folder, body)
    paper.page(printer, folder, entry["name"])
    return folder / f"{entry['name']}.pdf"


def texts(path):
    with pdfplumber.open(path) as document:
        return [page.extract_text() for page in document.pages]


def sheet(path):
    with pdfplumber.open(path) as document:
        page = document.pages[0]
        return round(float(page.width) / MM), round(float(page.height) / MM)


def test_a_page_is_printed_on_a4_with_letterhead_title_and_page_number(printer, tmp_path):
    profile = compare.components(2023, KUKAR)[["component", "weight", "score"]]
    ax = show.axes(rows=len(profile))
    ax.barh(profile["component"], profile["score"])
    drawn = show.figure(ax, "Temuan", alt=show.listed(profile, "component", "score"))
    body = f"<h1>Berapa?</h1>{show.table(profile, 'Komponen').html}{drawn.html}"
    made = printed(printer, tmp_path, body)
    (text,) = texts(made)
    assert sheet(made) == (210, 297)
    assert "PEMERINTAH KABUPATEN KUTAI KARTANEGARA" in text
    assert text.splitlines()[0] == "Indeks karangan"
    assert "Halaman 1 dari 1" in text
    assert "Kolaborasi 10% 1,20" in text
    assert "Menu" not in text
    assert "Isi halaman" not in text
    assert list(tmp_path.rglob(".*.tmp")) == []
    with pdfplumber.open(made) as document:  # tagged, and for keeping
        catalog = document.doc.catalog
        assert document.metadata["Title"] == "Indeks karangan"
        about = catalog["Metadata"].resolve().get_data()
    assert catalog["MarkInfo"]["Marked"]
    assert "StructTreeRoot" in catalog
    assert catalog["Lang"] == b"id"
    assert re.search(rb'pdfaid:part(>|=")2', about)


def test_a_figure_that_is_taller_than_a_sheet_is_made_to_fit(printer, tmp_path):
    svg = "%3Csvg xmlns='http://www.w3.org/2000/svg' width='400' height='1200'%3E"
    svg += "%3Ctext x='9' y='1190' font-size='30'%3Eujung%3C/text%3E%3C/svg%3E"
    made = printed(printer, tmp_path, f'<figure><img alt="Tinggi" src="data:image/svg+xml,{svg}">')
    with pdfplumber.open(made) as document:
        ends = [(w["bottom"], p.height) for p in document.pages for w in p.extract_words()
                if w["text"] == "ujung"]  # fmt: skip
    assert len(ends) == 1
    assert all(bottom < height - 15 * MM for bottom, height in ends)


def test_folio_is_215_by_330_mm(tmp_path):
    assert sheet(printed(paper.Printer("F4"), tmp_path, "<h1>Berapa?</h1>")) == (215, 330)
    with pytest.raises(UsageError, match="known: A4, F4"):
        paper.Printer("B5")


def test_the_year_is_one_document_with_cover_contents_and_appendix(printer, tmp_path):
    one, two = (f"<table><tr><td>{text}</td></tr></table>{LIMITS}" for text in ("Satu.", "Dua."))
    no = "<p>Bukan ini.</p><table><tr><td>x</td></tr></table>"
    entries = [
        write(tmp_path, f"<h1>Ringkas?</h1>{one}", "00_ringkasan", "Ringkasan K"),
        write(tmp_path, f"<h1>Berapa?</h1>{two}", title="Indeks K", data="lama"),
        write(tmp_path, no, title="Indeks M", region=MALANG),
        write(tmp_path, no, "09_opd-dinkes", "Dinkes"),
        write(tmp_path, "<h1>Kosong?</h1><p>Bukan ini.</p>", "08_program", "Program K"),
    ]
    made = tmp_path / "2023" / KUKAR / f"laporan-2023-{KUKAR}.pdf"
    paper.year(printer, tmp_path, 2022, KUKAR, RECORD, entries)
    assert not made.exists()
    paper.year(printer, tmp_path, 2023, KUKAR, RECORD, entries)
    pages = texts(made)
    assert "Evaluasi Smart City Kabupaten Kutai" in pages[0]
    assert "Indeks 2023: 2,82 dari skala 4" in pages[0]
    listed = re.findall(r"^(.+?)\.{4,}\s?(\d+)$", pages[1], re.M)
    assert [title.strip() for title, _ in listed] == [
        "Ringkasan K",
        "Indeks K",
        "Lampiran: keterbatasan umum dan singkatan",
        "Lampiran: metode",
        "Lampiran: sumber dan catatan pembuatan",
    ]
    found = ("Satu.", "Dua.", "Satu kali.", "Nilai komponen", "B-1004")
    for (_, page), words in zip(listed, found, strict=True):
        assert words in pages[int(page) - 1].replace("\n", "")
    assert "data yang lebih lama" in pages[2], "a chapter begins where room is left"
    assert "f" * 40 in "".join(pages[-2:]).replace("\n", "")
    assert "Bukan ini" not in "".join(pages)
    assert "score.component_score" not in "".join(pages), "names of functions are for analysts"
    assert "".join(pages).count("Satu kali.") == 1, "what limits two chapters is said once"
    assert f"Halaman {len(pages)} dari {len(pages)}" in pages[-1]


def test_a_page_can_use_nothing_but_what_it_holds(printer, tmp_path):
    picture = tmp_path / "rahasia.svg"
    picture.write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>x</text></svg>"
    )
    body = f"<h1>A</h1><img alt='' src='{picture.as_uri()}'>"
    embedded, fetched = (
        printed(printer, tmp_path, source).stat().st_size for source in ("<h1>A</h1>", body)
    )
    assert abs(fetched - embedded) < 400


def test_a_missing_library_is_said_with_the_line_that_installs_it(monkeypatch):
    def find_spec(name, *_):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [SimpleNamespace(find_spec=find_spec), *sys.meta_path])
    with pytest.raises(PrinterError, match="apt-get install libpango"):
        paper.Printer("A4")


def test_a_machine_without_fonts_is_told_what_to_install(tmp_path):
    none = tmp_path / "fonts.conf"
    none.write_text("<fontconfig></fontconfig>")
    asked = "from kukar_analysis.report import paper; paper.Printer('A4')"
    alone = os.environ | {"FONTCONFIG_FILE": str(none)}
    done = subprocess.run([sys.executable, "-c", asked], env=alone, capture_output=True, text=True)
    assert "PrinterError: PDF needs a font" in done.stderr
