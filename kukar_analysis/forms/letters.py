"""The form for typing in a ministry's letter whose pages are pictures."""

from __future__ import annotations

from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.forms import draw
from kukar_analysis.forms.common import (
    OPEN_CELLS,
    QUESTION_LISTS,
    YES_NO,
    edition_of,
    heading,
    of_kind,
)
from kukar_analysis.forms.draw import Caption, Column, Entry

_NATIONAL_ROWS = 150
"""Lines for regions: the letter of 2023 lists 130 that took part and 11 that did not."""
_PRINTED = Entry("Ketik angka tepat seperti tercetak.")
_SOURCE = "asesor"


def letter(
    year: int, region: str, folder: Path, edition: str | None = None, force: bool = False
) -> Path:
    """Write the form for typing in the picture pages of a letter, and return its path.

    Raises UsageError for an unknown region or edition, a year without a list of questions, and a
    form that stands there already.
    """
    fw = framework.load()
    place = fw.region(region)
    edition = edition_of(year, edition, fw.edition_questions, "list of questions", QUESTION_LISTS)
    title = f"Isian Surat Hasil Evaluasi Smart City {year}"
    path = folder / f"isian-surat-{year}-{place.region}.xlsx"
    draw.check_free([path], force)
    made = draw.book(f"{title}: {place.name}", year)
    when = [Caption(heading("caption", "year"), str(year))]
    draw.guide(made, title, _letter_guide(place.name))
    columns = _national_columns(edition)
    blank = [[None] * len(columns)] * _NATIONAL_ROWS
    draw.list_sheet(made, "Tabel nasional", f"{title}: tabel nasional", when, columns, blank)
    columns = [
        *of_kind("component_scores", ("region", 32), ("component", 24)),
        *of_kind("component_scores", ("mean", 20), entry=_PRINTED),
    ]
    group = fw.groups[fw.editions[edition].group].name
    own = [*when, Caption(heading("caption", "group"), group)]
    parts = [[place.name, fw.components[c].name, None] for c in fw.weights[edition]]
    draw.list_sheet(made, "Nilai komponen", f"{title}: nilai komponen", own, columns, parts)
    rows = [
        [
            place.name,
            fw.components[fw.questions[q.question].component].name,
            q.number,
            q.block,
            q.code,
            fw.questions[q.question].label,
            _SOURCE,
            None,
        ]
        for q in fw.edition_questions[edition].values()
    ]
    draw.list_sheet(made, "Nilai butir", f"{title}: nilai butir", own, _question_columns(), rows)
    return draw.save(made, path)


def _national_columns(edition: str) -> list[Column]:
    fw = framework.load()
    kind = "national_table"
    groups = tuple(group.name for group in fw.groups.values())
    took_part = Entry("“tidak” bila daerah tidak ikut evaluasi; selain itu “ya”.", YES_NO)
    return [
        *of_kind(kind, ("number", 8), ("region", 32), entry=Entry()),
        *of_kind(kind, *((c, 14) for c in fw.weights[edition]), entry=_PRINTED),
        *of_kind(kind, ("index", 13), ("improvement", 18), entry=_PRINTED),
        *of_kind(
            kind, ("group", 16), entry=Entry("Kelompok seperti tercetak.", groups, strict=False)
        ),
        *of_kind(kind, ("participated", 14), entry=took_part),
    ]


def _question_columns() -> list[Column]:
    kind = "question_scores"
    known = (("region", 30), ("component", 14), ("number", 11), ("block", 22), ("code", 9))
    return [
        *of_kind(kind, *known),
        *of_kind(kind, ("label", 44)),
        *of_kind(kind, ("source", 12)),
        *of_kind(kind, ("score", 12), entry=_PRINTED),
    ]


def _letter_guide(place: str) -> list[tuple[str, str | None]]:
    took_part = heading("national_table", "participated")
    return [
        (
            "Tujuan",
            "Mengetik isi halaman surat hasil evaluasi yang berupa gambar (hasil pindai), sehingga"
            " angkanya dapat dibaca dan diperiksa.",
        ),
        OPEN_CELLS,
        (
            "Angka",
            "Ketik tepat seperti tercetak, termasuk koma, angka nol di belakang, dan tanda minus:"
            " 3,00 tetap 3,00. Jangan membulatkan, menghitung, atau melengkapi.",
        ),
        (
            "Tanda “-” dan kosong",
            "Tanda “-” tetap diketik “-”. Yang kosong dalam surat tetap dikosongkan. Keduanya bukan"
            " nol.",
        ),
        (
            "Tabel nasional",
            "Satu baris untuk setiap daerah, dengan nama daerah seperti tercetak. Daerah yang tidak"
            f" ikut evaluasi ditulis “tidak” pada kolom {took_part}.",
        ),
        (
            "Nilai komponen",
            f"Rata-rata setiap komponen {place} seperti tercetak pada lampiran.",
        ),
        (
            "Nilai butir",
            f"Nilai setiap butir {place} dari asesor. Baris mengikuti urutan dan kode lampiran;"
            " kolom ISI RINGKAS hanya membantu menemukan butirnya.",
        ),
        (
            "Pemeriksaan sesudahnya",
            "Rata-rata komponen dan nilai akhir dihitung ulang dari butir dan bobotnya. Isian yang"
            " tidak cocok dengan hitungan ditolak, lalu diperiksa kembali terhadap surat.",
        ),
        ("Diketik oleh (jabatan)", None),
        ("Dicocokkan oleh (jabatan)", None),
    ]
