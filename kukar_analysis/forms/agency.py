"""The self-assessment forms that go to the agencies: one workbook each, a sheet a pillar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kukar_analysis import formats, framework, suggest
from kukar_analysis.analysis.limits import edition_unconfirmed
from kukar_analysis.forms import draw
from kukar_analysis.forms.common import (
    QUESTION_LISTS,
    SCORE,
    UNANSWERED,
    agency_names,
    edition_of,
    heading,
    headings,
    of_kind,
    place_captions,
)
from kukar_analysis.forms.draw import Caption, Column, Entry
from kukar_analysis.framework.facts import EditionQuestion, Opd

COORDINATORS = ("Bappeda", "Diskominfo")
"""Agencies that are also asked what is of no pillar: Bappeda leads and Diskominfo coordinates the
evaluation (rakor of 7 September 2022, citation kukarkab-631; said too in definitions/events.csv).
"""
GENERAL = "Umum"
"""Sheet of the questions that are of no pillar."""


def forms(
    year: int,
    region: str,
    folder: Path,
    opd: list[str] | None,
    pillars_of: Mapping[str, Sequence[str]],
    edition: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write the form of each agency asked for, or one blank form, and return the paths.

    An agency gets the sheets of the pillars it carries, all six where none are on record. Raises
    UsageError for an unknown agency, region, pillar or edition, a year without a list of questions,
    and a form that stands there already; then none is written.
    """
    fw = framework.load()
    place = fw.region(region).name
    edition = edition_of(year, edition, fw.edition_questions, "list of questions", QUESTION_LISTS)
    agencies = [None] if opd is None else list(dict.fromkeys(suggest.agency(name) for name in opd))
    made = []
    for found in agencies:
        name = f"formulir-{year}-{formats.slug(found.opd)}" if found else f"formulir-{year}"
        carried = pillars_of.get(found.opd, ()) if found else ()
        for pillar in carried:
            fw.pillar(pillar)
        pillars = [p for p in fw.pillars if p in carried or not carried]
        made.append((folder / f"{name}.xlsx", _form(year, place, edition, found, pillars)))
    draw.check_free([path for path, _ in made], force)
    return [draw.save(book, path) for path, book in made]


def _form(year: int, place: str, edition: str, opd: Opd | None, pillars: Sequence[str]) -> Any:
    fw = framework.load()
    title = f"Formulir Penilaian Mandiri Smart City {year}"
    made = draw.book(f"{title}: {opd.name}" if opd else title, year)
    asked = {fw.pillars[p].name: _asked(edition, p) for p in pillars}
    if opd is None or opd.opd in COORDINATORS:
        asked[GENERAL] = _asked(edition, None)
    draw.guide(made, title, _guide(f"{year} {place}", edition, asked))
    head = heading("caption", "opd")
    choose = Entry("Pilih nama perangkat daerah dari daftar.", agency_names())
    own = Caption(head, opd.name) if opd else Caption(head, entry=choose)
    captions = [*place_captions(place, year), own]
    for name, questions in asked.items():
        if questions:
            rows = [_row(question) for question in questions]
            draw.list_sheet(made, name, f"{title}: {name}", captions, _columns(), rows)
    return made


def _asked(edition: str, pillar: str | None) -> list[EditionQuestion]:
    """Return the questions of a pillar, or of none, that are asked by form and not by survey."""
    fw = framework.load()
    listed = fw.edition_questions[edition]
    return [listed[q.question] for q in fw.asked(edition) if q.pillar == pillar]


def _row(asked: EditionQuestion) -> list[str | int | None]:
    fw = framework.load()
    question = fw.questions[asked.question]
    component = fw.components[question.component].name
    typed = (None, None, None, None)
    return [asked.number, asked.question, component, asked.code, question.label, *typed]


def _columns() -> list[Column]:
    """Return the columns of a form, in the order in which they are filled in."""
    locked = (("number", 9), ("question", 25), ("component", 13), ("code", 9), ("label", 38))
    return [
        *of_kind("agency_form", *locked),
        *of_kind("agency_form", ("answer", 44), entry=Entry()),
        *of_kind("agency_form", ("score", 13), entry=SCORE),
        *of_kind("agency_form", ("evidence", 40), ("remark", 26), entry=Entry()),
    ]


def _guide(
    of: str, edition: str, asked: Mapping[str, Sequence[EditionQuestion]]
) -> list[tuple[str, str | None]]:
    """Return the instructions, topic and text; where the text is None the office types it."""
    head = headings("agency_form")
    copied = edition_unconfirmed(edition)
    return [
        ("Tujuan", _purpose(of, edition, asked)),
        *([("Belum dikonfirmasi", copied)] if copied else []),
        (
            "Siapa mengisi",
            "Setiap perangkat daerah mengisi butir yang menjadi tugasnya. Baris yang menjadi tugas"
            " perangkat daerah lain boleh dikosongkan.",
        ),
        (
            heading("caption", "opd"),
            "Nama perangkat daerah ada di bagian atas setiap lembar. Bila masih kosong, pilih dari"
            " daftar pada setiap lembar yang diisi.",
        ),
        (
            "Sel yang diisi",
            "Hanya sel berwarna kuning muda yang diisi. Sel lain dikunci tanpa kata sandi agar"
            " formulir dapat dibaca kembali; mohon tidak mengubah judul kolom dan urutan baris.",
        ),
        (
            f"{head['number']}, {head['question']}, {head['component']}, {head['code']}",
            "Penanda butir: nomor butir dalam komponennya, tanda tetap butir dari tahun ke tahun,"
            " komponen, dan kode. Tidak perlu diisi.",
        ),
        (
            head["label"],
            "Ringkasan pokok butir. Bunyi lengkapnya mengikuti formulir kementerian.",
        ),
        (
            head["answer"],
            "Jawaban dengan kata-kata: keadaan yang sebenarnya, dengan angka, satuan, dan tahunnya"
            " bila ada. Bila jawabannya berupa rentang, tulis rentang itu apa adanya.",
        ),
        (
            head["score"],
            "Skala 0 sampai 4: 0 nilai terendah, 4 nilai tertinggi. Pilih dari daftar; angka"
            " desimal, seperti 2,75, boleh diketik. Ketentuan kementerian tentang nilai untuk"
            " setiap jawaban belum diketahui, sehingga arti tiap tingkat tidak diuraikan di sini.",
        ),
        (
            "Kosong, 0, dan “belum dijawab”",
            "Ketiganya berbeda. Kosong: butir ini bukan tugas perangkat daerah Anda. 0: nilainya"
            f" memang nol. “{UNANSWERED}”: butir ini tugas Anda, tetapi nilainya belum ada.",
        ),
        (
            head["evidence"],
            "Bukti jawaban: nama dokumen, nomor, tanggal, dan tautan atau tempat penyimpanannya."
            " Pastikan tautan dapat dibuka oleh penilai. Jangan menuliskan data pribadi warga.",
        ),
        (head["remark"], "Keterangan lain yang perlu diketahui penilai. Boleh dikosongkan."),
        ("Batas waktu pengisian", None),
        ("Dikirim kepada", None),
        (
            "Sebelum dikirim",
            "Simpan sebagai berkas Excel (.xlsx), bukan PDF atau foto. Nama berkas tidak perlu"
            " diubah.",
        ),
    ]


def _purpose(of: str, edition: str, asked: Mapping[str, Sequence[EditionQuestion]]) -> str:
    """Return what the form is for: its components, and which one is surveyed instead."""
    fw = framework.load()
    here = {fw.questions[q.question].component for found in asked.values() for q in found}
    names = formats.listed([c.name for c in fw.components.values() if c.component in here])
    purpose = (
        f"Mengumpulkan penilaian mandiri perangkat daerah untuk evaluasi Smart City {of}, komponen"
        f" {names}."
    )
    survey = fw.surveys.get(edition)
    if not survey:
        return purpose
    return (
        f"{purpose} Komponen {fw.components[survey.component].name} dinilai melalui survei pengguna"
        " layanan, sehingga tidak ditanyakan di sini."
    )
