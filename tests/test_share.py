"""The bundle: what is in it, what refuses it, and what must never leave the office."""

import io
import json
import re
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import openpyxl
import pypdfium2
import pytest
from making import publish_set
from nbformat import v4
from reading import KUKAR

from kukar_analysis import show, store
from kukar_analysis.analysis import compare
from kukar_analysis.errors import ShareError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import leaks, paper, registry, share, workbook
from kukar_analysis.report.record import RunRecord, run_record

SAMPLE = "00.01"
MADE_AT = datetime(2026, 11, 24, 1, 2, 4, tzinfo=UTC)


@pytest.fixture
def tmp_path(tmp_path):
    """Return a folder of reports, which has a place of its own for what lies beside it."""
    (tmp_path / "laporan").mkdir()
    return tmp_path / "laporan"


@pytest.fixture
def record(processed_env):
    found = run_record(processed_env)
    return RunRecord("9.9", "abc", MADE_AT, found.inputs, found.corrections)


def components(region):
    """Return what the page of the index shows of its components."""
    return show.table(compare.components(2023, region), "Komponen")


def published(folder, record, shown, region=KUKAR, extra=()):
    """Publish the page of the index, made from an executed notebook of these outputs."""
    (report,) = registry.reports(years=[2023], regions=[region], only=["02_indeks"])
    cells = [v4.new_markdown_cell("# Berapa?\n\nSatu kalimat.")]
    for one in shown:
        data = {"text/html": one.html, "text/plain": one.text}
        output = v4.new_output("execute_result", data=data, execution_count=1)
        cells.append(v4.new_code_cell("x", outputs=[output, *extra]))
    notebook = folder.parent / "dibuat.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), notebook)
    publish_set(folder, record, [(report, notebook)])


def bundle(folder, record, **options):
    """Return the zip, and its faults as a draft."""
    shutil.rmtree(folder / ".work", ignore_errors=True)
    return share.share(2023, [KUKAR], folder, folder / ".work", record, raw=store.RAW, **options)


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def texts_of(content):
    """Return the text of every page of a PDF."""
    document = pypdfium2.PdfDocument(content)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return texts


def test_a_bundle_holds_pages_pdf_annex_and_message(tmp_path, record):
    with pytest.raises(ShareError, match="no page of 2023"):
        bundle(tmp_path, record)
    published(tmp_path, record, [components(KUKAR)])
    made, faults = bundle(tmp_path, record)
    found = contents(made)
    own = {f"laporan-2023-{KUKAR}.pdf", "02_indeks.html", "02_indeks.ipynb"}
    assert set(found) == {f"2023/{KUKAR}/{name}" for name in own} | {
        *("index.html", "manifest.json", "pencarian.js", "pesan.txt", "2023/lampiran-2023.xlsx")
    }
    assert faults == []
    assert made.stat().st_size < share.LARGEST
    message = found["pesan.txt"].decode()
    said = "Kabupaten Kutai Kartanegara: indeks 2,82 (peningkatan 0,00), peringkat 73 dari 130"
    assert said in " ".join(message.split())
    assert "DRAF" not in message
    assert f'href="2023/{KUKAR}/laporan-2023-{KUKAR}.pdf"' in found["index.html"].decode()
    linked = re.findall(r'href="([^"#]+)"', found["index.html"].decode())
    assert [href for href in linked if not href.startswith("data:") and href not in found] == []


def test_a_figure_that_differs_makes_a_draft_or_nothing(tmp_path, record, tables_changed):
    published(tmp_path, record, [components(KUKAR)])
    with pytest.raises(ShareError, match=r"Kutai Kartanegara 2023 final.*--draft"):
        bundle(tmp_path, record)
    assert list(tmp_path.glob("*.zip")) == []
    made, faults = bundle(tmp_path, record, is_draft=True)
    assert made.name == "smart-city-2023-draf.zip"
    assert any("printed" in fault for fault in faults)
    found = contents(made)
    pages = [found[name].decode() for name in found if name.endswith(".html")]
    assert len(pages) == 2
    assert all("<strong>DRAF:</strong>" in page for page in pages)
    assert "DRAF" in found["pesan.txt"].decode()
    book = openpyxl.load_workbook(io.BytesIO(found["2023/lampiran-2023.xlsx"]))
    assert "DRAF" in book.worksheets[0]["A2"].value
    assert all("DRAF" in sheet.oddHeader.left.text for sheet in book.worksheets)
    texts = texts_of(found[f"2023/{KUKAR}/laporan-2023-{KUKAR}.pdf"])
    assert all("DRAF" in text for text in texts)
    assert len(texts) > 3


@pytest.fixture
def tables_changed(tables, tmp_path_factory, monkeypatch):
    """Point to tables in which Kukar's printed final is not the sum of its parts."""
    folder = tmp_path_factory.mktemp("changed")
    scores = tables["index_scores"].copy()
    scores.loc[(scores["region"] == KUKAR) & (scores["year"] == 2023), "index_published"] = 2.92
    store.write_all({**tables, "index_scores": scores}, folder)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(folder))
    return folder


@pytest.mark.parametrize(
    ("change", "words"),
    [({"status": "replaced"}, "is replaced"), ({"data": "lama"}, "made from other data")],
)
def test_a_page_that_is_out_of_date_is_no_more_than_a_draft(tmp_path, record, change, words):
    published(tmp_path, record, [components(KUKAR)])
    manifest = tmp_path / MANIFEST
    said = json.loads(manifest.read_text())
    said["reports"][0] |= change
    manifest.write_text(json.dumps(said))
    with pytest.raises(ShareError, match=words):
        bundle(tmp_path, record)


@pytest.mark.usefixtures("sample_env")
def test_invented_data_is_marked_in_every_part(tmp_path, sample_processed):
    own = run_record(sample_processed)
    published(tmp_path, own, [components(SAMPLE)], SAMPLE)
    raw = store.ROOT / "data" / "sample"
    found = contents(share.share(2023, [SAMPLE], tmp_path, tmp_path / ".work", own, raw=raw)[0])
    for name in ("index.html", f"2023/{SAMPLE}/02_indeks.html", "pesan.txt"):
        assert "DATA CONTOH" in found[name].decode()
    texts = texts_of(found[f"2023/{SAMPLE}/laporan-2023-{SAMPLE}.pdf"])
    assert all("DATA CONTOH" in text for text in texts)


PLANTED = {
    "a path of a machine": "lihat /opt/rekaan/rahasia",
    "a path of this machine": f"{store.ROOT}/data",
    "a telephone number": "hubungi 0812-3456-7890",
    "an e-mail address": "kirim ke seseorang@contoh.go.id",
    "a number of an identity card": "NIK 6402010101900001",
    "what names a person": "dijawab oleh Responden Rekaan Tiga",
}


@pytest.mark.parametrize("suffix", [".html", ".txt", ".ipynb", ".xlsx", ".pdf"])
def test_what_must_not_leave_is_found_in_every_kind_of_file_and_what_may_is_let_through(
    suffix, tmp_path
):
    for number, text in enumerate(PLANTED.values()):
        plant(tmp_path / "a" / f"{number}{suffix}", text)
    found = leaks.find(tmp_path / "a", ["Responden Rekaan Tiga", "ya"])
    said = {f"{number}{suffix}: holds {kind}" for number, kind in enumerate(PLANTED)}
    assert said <= set(found)
    assert not any(text in line for line in found for text in PLANTED.values())
    harmless = (
        "Rp850.000.000; 2023/surat.pdf#p15:r4; data/raw/2023/nilai-butir-64.02.csv;"
        f" sidik jari {'0812345678' * 6}ab; kode 3.10; 24 November 2026 pukul 08.12"
    )
    plant(tmp_path / "b" / f"berkas{suffix}", harmless)
    assert leaks.find(tmp_path / "b", ["Responden Rekaan Tiga"]) == []


def plant(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active["B7"] = text
        book.save(path)
    elif path.suffix == ".ipynb":
        nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell(text)]), path)
    elif path.suffix == ".pdf":
        from kukar_analysis.report.paper import Printer

        Printer("A4").print(f"<html><head></head><body><p>{text}</p></body></html>", path)
    else:
        path.write_text(f"<p>{text}</p>")


@pytest.fixture
def unprinted(monkeypatch):
    """Leave out what takes long to make, and holds the same words as the pages."""
    monkeypatch.setattr(paper, "Printer", str)
    monkeypatch.setattr(paper, "year", lambda *_, **__: None)
    monkeypatch.setattr(workbook, "write", lambda *_, **__: None)


@pytest.mark.usefixtures("unprinted")
def test_a_bundle_with_a_leak_is_not_made_even_as_a_draft(tmp_path, record):
    leak = v4.new_output("stream", name="stdout", text="hubungi 0812-3456-7890")
    published(tmp_path, record, [components(KUKAR)], extra=[leak])
    with pytest.raises(ShareError, match="must not leave the office") as refused:
        bundle(tmp_path, record, is_draft=True)
    assert "3456" not in str(refused.value)
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.usefixtures("unprinted")
def test_a_name_that_the_office_listed_does_not_leave(tmp_path, record, own_key):
    listed = own_key.with_name("nama.txt")
    listed.write_text("Kepala Rekaan Satu\n\n", encoding="utf-8")
    try:
        note = show.note("Kata kepala  rekaan satu.")
        published(tmp_path, record, [note])
        with pytest.raises(ShareError, match="holds what names a person"):
            bundle(tmp_path, record)
    finally:
        listed.unlink()
    assert bundle(tmp_path, record)[0].exists()
