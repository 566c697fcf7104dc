"""The bundle: what is in it, what refuses it, and what must never leave the office."""

import io
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime

import nbformat
import openpyxl
import pypdfium2
import pytest
from making import publish_set
from nbformat import v4
from reading import KUKAR

from kukar_analysis import paths, show, store
from kukar_analysis.analysis import compare
from kukar_analysis.errors import ReportError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import paper, publish, registry, share, workbook

SAMPLE = "00.01"
MADE_AT = datetime(2026, 11, 24, 1, 2, 4, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    """Return a folder of reports, which has a place of its own for what lies beside it."""
    (tmp_path / "laporan").mkdir()
    return tmp_path / "laporan"


@pytest.fixture
def record(processed_env):
    own = {"version": "9.9", "commit": "abc", "made_at": MADE_AT.isoformat()}
    return publish.record_of(processed_env) | own


def published(folder, record, region=KUKAR, said="Satu kalimat."):
    """Publish the page of the index, made from an executed notebook that shows its components."""
    (report,) = registry.reports(years=[2023], regions=[region], only=["02_indeks"])
    shown = show.table(compare.components(2023, region), "Komponen")._repr_mimebundle_()
    outputs = [v4.new_output("display_data", shown)]
    outputs += [v4.new_output("stream", name="stdout", text=said)]
    cells = [v4.new_markdown_cell("# Berapa?"), v4.new_code_cell("x", outputs=outputs)]
    notebook = folder.parent / "dibuat.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), notebook)
    publish_set(folder, record, [(report, notebook)])


def bundle(folder, record, region=KUKAR, raw=paths.RAW, **options):
    """Return the zip, and its faults as a draft."""
    shutil.rmtree(folder / ".work", ignore_errors=True)
    return share.share(2023, [region], folder, folder / ".work", record, raw=raw, **options)


def contents(path):
    """Return texts by name: of a PDF those of its pages, parted; of the annex its headers."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in (name for name in archive.namelist() if not name.endswith("/")):
            content, place = archive.read(name), name.partition("/")[2]
            if name.endswith(".pdf"):
                with pypdfium2.PdfDocument(content) as document:
                    texts = [page.get_textpage().get_text_range() for page in document]
            elif name.endswith(".xlsx"):
                sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
                texts = [str(sheet.oddHeader.left.text) for sheet in sheets]
            else:
                texts = [content.decode()]
            found[place] = texts
    return found


def test_a_bundle_holds_pages_pdf_annex_and_message(folder, record):
    with pytest.raises(ReportError, match="no page of 2023"):
        bundle(folder, record)
    published(folder, record)
    made, faults = bundle(folder, record)
    found = contents(made)
    own = {f"laporan-2023-{KUKAR}.pdf", "02_indeks.html", "02_indeks.ipynb"}
    assert set(found) == {f"2023/{KUKAR}/{name}" for name in own} | {
        *("index.html", "manifest.json", "pencarian.js", "pesan.txt", "2023/lampiran-2023.xlsx")
    }
    assert faults == []
    assert made.stat().st_size < share.LARGEST
    (message,), (index,) = found["pesan.txt"], found["index.html"]
    said = "Kabupaten Kutai Kartanegara: indeks 2,82 (peningkatan 0,00), peringkat 73 dari 130"
    assert f"{said} (Nasional, bersama 1 daerah lain) dan 27 dari 58" in message
    assert "bisa juga berarti tidak diisi" in message
    assert "DRAF" not in message
    linked = {href for href in re.findall(r'href="([^"#]+)"', index) if "data:" not in href}
    assert {f"2023/{KUKAR}/laporan-2023-{KUKAR}.pdf"} < linked <= set(found)


def test_a_figure_that_differs_makes_a_draft_or_nothing(folder, record, tables_changed):
    published(folder, record)
    with pytest.raises(ReportError, match=r"Kutai Kartanegara 2023 final.*--draft"):
        bundle(folder, record)
    assert list(folder.glob("*.zip")) == []
    made, faults = bundle(folder, record, is_draft=True)
    assert made.name == "smart-city-2023-draf.zip"
    assert any("printed" in fault for fault in faults)
    found = contents(made)
    marked = [name for name in found if name.endswith((".html", ".pdf", ".txt", ".xlsx"))]
    assert len(marked) == 5
    assert all("DRAF" in text for name in marked for text in found[name])


@pytest.fixture
def tables_changed(tables, tmp_path_factory, monkeypatch):
    """Point to tables in which Kukar's printed final is not the sum of its parts."""
    changed = tmp_path_factory.mktemp("changed")
    scores = tables["index_scores"].copy()
    scores.loc[(scores["region"] == KUKAR) & (scores["year"] == 2023), "index_published"] = 2.92
    store.write_all({**tables, "index_scores": scores}, changed)
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(changed))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"status": "failed"}, "is failed"), ({"data": "lama"}, "made from other data")],
)
def test_a_page_that_is_out_of_date_is_no_more_than_a_draft(folder, record, change, words):
    published(folder, record)
    said = json.loads((folder / MANIFEST).read_text())
    said["reports"][0] |= change
    (folder / MANIFEST).write_text(json.dumps(said))
    with pytest.raises(ReportError, match=words):
        bundle(folder, record)


@pytest.mark.usefixtures("sample_env")
def test_invented_data_is_marked_in_every_part(folder, sample_processed):
    own = publish.record_of(sample_processed)
    published(folder, own, SAMPLE)
    found = contents(bundle(folder, own, SAMPLE, paths.ROOT / "data" / "sample")[0])
    marked = [name for name in found if name.endswith((".html", ".pdf", ".txt", ".xlsx"))]
    assert all("DATA CONTOH" in text for name in marked for text in found[name])


PLANTED = {
    "a path of a machine": "lihat /opt/rekaan/rahasia",
    "a telephone number": "hubungi 0812-3456-7890",
    "an e-mail address": "kirim ke seseorang@contoh.go.id",
    "a number of an identity card": "NIK 6402010101900001",
    "what names a person": "dijawab oleh Responden Rekaan Tiga",
}
HARMLESS = (
    "Rp850.000.000; 2023/surat.pdf#p15:r4; data/raw/2023/nilai-butir-64.02.csv;"
    f" sidik jari {'0812345678' * 6}ab; kode 3.10; 24 November 2026 pukul 08.12"
)


@pytest.mark.parametrize("suffix", [".html", ".ipynb", ".xlsx"])
def test_what_must_not_leave_is_found_in_every_kind_of_file_and_what_may_is_let_through(
    suffix, tmp_path
):
    planted = PLANTED | {"nothing": HARMLESS}
    for number, text in enumerate(planted.values()):
        plant(tmp_path / f"{number}{suffix}", text)
    found = share.leaks(tmp_path, ["Responden Rekaan Tiga", "ya"])
    assert {f"{number}{suffix}: holds {kind}" for number, kind in enumerate(PLANTED)} <= set(found)
    assert not any(text in line for line in found for text in PLANTED.values())
    assert not [line for line in found if line.startswith(f"{len(PLANTED)}.")]


def plant(path, text):
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active["B7"] = text
        book.save(path)
    elif path.suffix == ".ipynb":
        nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell(text)]), path)
    else:
        path.write_text(f"<p>{text}</p>")


def test_a_bundle_with_a_leak_is_not_made_even_as_a_draft(folder, record, own_key, monkeypatch):
    monkeypatch.setattr(paper, "Printer", str)  # what takes long holds the same words
    monkeypatch.setattr(paper, "year", lambda *_, **__: None)
    monkeypatch.setattr(workbook, "write", lambda *_, **__: None)
    listed = own_key.with_name("nama.txt")
    listed.write_text("Kepala Rekaan Satu\n\n", encoding="utf-8")
    published(folder, record, said="Kata kepala  rekaan satu.")
    try:
        with pytest.raises(ReportError, match=r"must not leave the office, .*names a person"):
            bundle(folder, record, is_draft=True)
    finally:
        listed.unlink()
    assert list(folder.glob("*.zip")) == []
