"""The invented letter of the ministry with the assessors' scores and notes of 2023."""

from __future__ import annotations

import re
from pathlib import Path

from kukar_analysis import framework
from sample import figures, letter_pdf
from sample.agencies import asked
from sample.figures import PLACE, comma

_ID = b"0" * 32
_FIRST = "Asesor Contoh A, Universitas Contoh :"
_SECOND = "Asesor Contoh B, Lembaga Contoh :"
_WEAK = {
    _FIRST: (
        "Program Smart Environment belum menjangkau energi, padahal surveinya diisi.",
        "Data dukung beberapa jawaban Smart Living tidak dapat dibuka.",
    ),
    _SECOND: (
        "Angka kemiskinan pada Smart Economy tidak sama dengan statistik resmi.",
        "Responden survei Smart Society diisi berulang oleh orang yang sama.",
    ),
}
_STRONG = {
    _FIRST: ("Layanan Smart Governance sudah terpadu dan dipakai setiap hari.",),
    _SECOND: ("Siaga kesehatan Smart Living berjalan di semua kecamatan contoh.",),
}
_ADVICE = {
    _FIRST: ("Susun program energi untuk Smart Environment dengan anggaran sendiri.",),
    _SECOND: (
        "Cocokkan jawaban Smart Economy dengan statistik sebelum dikirim.",
        "Tunjuk satu penanggung jawab data dukung di setiap perangkat daerah.",
    ),
}


def letter(path: Path, year: int) -> None:
    """Write the letter: a table for each component with its mean, the index, and the notes."""
    means = figures.components(year)
    sections = tuple(_section(year, component, mean) for component, mean in means.items())
    made = letter_pdf.Letter(
        PLACE,
        year,
        sections,
        address=(f"Nomor : 0/CONTOH/{year}", "Kepada Yth.", "Bupati Contoh", "di tempat"),
        index=(f"Nilai Final {comma(figures.index(year, figures.REGION))}",),
        remarks=tuple(
            _remarks(heading, said)
            for heading, said in (
                ("KELEMAHAN", _WEAK),
                ("KEKUATAN", _STRONG),
                ("REKOMENDASI", _ADVICE),
            )
        ),
        closing=(f"Kota Contoh, 1 Desember {year}", "Ketua Tim Penilai,", "Nama Contoh"),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    letter_pdf.write(path, made)
    path.write_bytes(_of_no_day(path.read_bytes(), year))


def _section(year: int, component: str, mean: float) -> letter_pdf.Section:
    fw = framework.load()
    rows = []
    for id_, given in figures.assessors(year).items():
        question = fw.questions[id_]
        if question.component == component:
            printed = asked(year, id_)
            sub_code = printed.code.rpartition(".")[0]
            rows.append(
                letter_pdf.Row(printed.block, sub_code, printed.code, question.label, comma(given))
            )
    return letter_pdf.Section(fw.components[component].name, tuple(rows), comma(mean))


def _remarks(heading: str, said: dict[str, tuple[str, ...]]) -> letter_pdf.Remarks:
    notes = tuple(
        (assessor, tuple(letter_pdf.Note(text) for text in texts))
        for assessor, texts in said.items()
    )
    return letter_pdf.Remarks(heading, notes)


def _of_no_day(pdf: bytes, year: int) -> bytes:
    """Put a fixed day in the place of the day of writing; every length stays as it is."""
    pdf = re.sub(rb"/CreationDate \(D:\d{14}", b"/CreationDate (D:%d1201000000" % year, pdf)
    number = rb"<[0-9A-Fa-f]{32}>"
    return re.sub(rb"/ID \[%s%s\]" % (number, number), b"/ID [<%s><%s>]" % (_ID, _ID), pdf)
