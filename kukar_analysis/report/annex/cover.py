"""The front sheet: what the annex is, its sheets, how to read it, its sources, the run record."""

from __future__ import annotations

from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill

from kukar_analysis import framework
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.narrative.common import value_shown
from kukar_analysis.report.annex.sheet import (
    COVER,
    FONT,
    SAMPLE,
    TITLE,
    Sheet,
    for_paper,
    link,
    put,
)
from kukar_analysis.report.record import RunRecord
from kukar_analysis.template import draw

_WIDTHS = (30.0, 96.0, 16.0)
_TOP = Alignment(vertical="top", wrap_text=True)
_RIGHT = Alignment(vertical="top", horizontal="right")
_SECTION = Font(name=FONT, bold=True, color="1F3864")
_BAND = PatternFill("solid", start_color="DDE6F3")
_WARNING = Font(name=FONT, size=14, bold=True, color="C00000")
_READING = [
    ("Sel kosong", "Tidak tercatat, atau tercetak “-” (tidak dinyatakan). Bukan 0."),
    ("0", "Ikut, dan dinilai 0."),
    ("tidak berlaku", "Komponen ini tidak dinilai bagi kelompok daerah itu."),
    ("tidak ikut", "Daerah tidak ikut evaluasi; 0 yang tercetak baginya bukan nilai, jadi kosong."),
    (
        "Asal",
        "Berkas di bawah data/raw dan tempat angka di dalamnya: #l37:c3 baris 37 kolom 3, #p6:r1"
        " halaman 6 catatan 1, #Umum!G7 lembar Umum sel G7. Asal beberapa angka sebaris menurut"
        " urutan kolomnya, seperti #l37:c3, c4, c5.",
    ),
    (
        "Angka",
        "Sel memuat angka penuh; yang tampak dibulatkan. Excel memakai koma desimal bila"
        " pengaturan kawasan komputernya Indonesia. Kode daerah dan kode butir adalah teks.",
    ),
]


def add(
    book: Any,
    year: int,
    regions: list[str],
    sheets: list[Sheet],
    cited: list[str],
    record: RunRecord,
    is_draft: bool,
) -> None:
    """Put the front sheet before the others; `cited` are the documents behind their figures."""
    page = book.create_sheet(COVER, 0)
    for letter, width in zip("ABC", _WIDTHS, strict=True):
        page.column_dimensions[letter].width = width
    put(page.cell(1, 1), book.properties.title).font = TITLE
    marks = _marks(year, regions, is_draft)
    if marks:
        put(page.cell(2, 1), " · ".join(marks)).font = _WARNING
    names = framework.load().regions
    standing = [(names[r].name, value_shown(compare.index_value(year, r))) for r in regions]
    row, copied = 3, _copied(year, regions)
    if copied:
        row = _section(page, row, "Belum dikonfirmasi", _numbered(copied))
    row = _section(page, row, "Indeks Smart City", standing)
    row = _contents(page, row, sheets)
    row = _section(page, row, "Cara membaca", _READING)
    row = _section(
        page, row, "Sumber berkas yang dipakai", _numbered(cited) or [("", "Tidak tercatat.")]
    )
    row = _section(page, row, "Catatan pembuatan", _run(record))
    changed = [text for text in record.corrections if text.startswith(f"{year}/")]
    if changed:
        said = [text.replace(": superseded by ", " digantikan oleh ") for text in changed]
        said = [text.replace("->", "menjadi") for text in said]
        _section(page, row, "Ralat yang sudah masuk", _numbered(said))
    for_paper(page, running(year, regions, is_draft))


def running(year: int, regions: list[str], is_draft: bool) -> str:
    """Return the running title of every page, which marks sample data and a draft."""
    return " · ".join([f"Lampiran evaluasi Smart City {year}", *_marks(year, regions, is_draft)])


def _marks(year: int, regions: list[str], is_draft: bool) -> list[str]:
    is_sample = any(framework.load().regions[r].is_sample for r in regions)
    marks = [SAMPLE] * is_sample + ["DRAF, belum untuk diedarkan"] * is_draft
    return marks + ["aturan belum dikonfirmasi"] * bool(_copied(year, regions))


def _copied(year: int, regions: list[str]) -> list[str]:
    """Say what of the regions' editions is not confirmed, each once."""
    return list(dict.fromkeys(said for r in regions for said in unconfirmed(r, year)))


def _contents(page: Any, row: int, sheets: list[Sheet]) -> int:
    """List the sheets, each with a link and the number of its rows; return the next free row."""
    _head(page, row, "Lembar")
    put(page.cell(row, 3), "Baris").font = _SECTION
    page.cell(row, 3).alignment = _RIGHT
    for place, sheet in enumerate(sheets, start=row + 1):
        link(page.cell(place, 1), sheet.name, sheet.name)
        put(page.cell(place, 2), sheet.title).alignment = _TOP
        count = put(page.cell(place, 3), len(sheet.rows) or "tidak tercatat", "amount")
        count.alignment = _RIGHT
    return row + len(sheets) + 2


def _section(page: Any, row: int, head: str, pairs: list[tuple[str, str]]) -> int:
    """Write a heading and pairs of topic and text; return the next free row, after an empty one."""
    _head(page, row, head)
    for place, pair in enumerate(pairs, start=row + 1):
        for column, text in enumerate(pair, start=1):
            put(page.cell(place, column), text).alignment = _TOP
        draw.fit_height(page, place, pair, _WIDTHS[: len(pair)])
    return row + len(pairs) + 2


def _head(page: Any, row: int, text: str) -> None:
    for column in range(1, len(_WIDTHS) + 1):
        page.cell(row, column).fill = _BAND
    put(page.cell(row, 1), text).font = _SECTION


def _numbered(texts: list[str]) -> list[tuple[str, str]]:
    return [(f"{number}.", text) for number, text in enumerate(texts, start=1)]


def _run(record: RunRecord) -> list[tuple[str, str]]:
    return [
        ("Versi program", record.version),
        ("Commit", record.commit),
        ("Waktu", record.shown_time),
        ("Sidik jari data", f"{record.data} (dari {len(record.inputs)} berkas, lembar Berkas)"),
    ]
