"""The forms for programmes, quick wins and survey answers."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from kukar_analysis import formats, framework, suggest
from kukar_analysis.forms import draw
from kukar_analysis.forms.common import (
    OPEN_CELLS,
    SCORE,
    YES_NO,
    agency_names,
    edition_of,
    heading,
    headings,
    of_kind,
    place_captions,
)
from kukar_analysis.forms.draw import Caption, Column, Entry
from kukar_analysis.framework.facts import DIGITAL_PARTS, PROGRAMME_STATUS, Survey

_PROGRAMME_ROWS = 40
_ASPECT_ROWS = 60
"""Ten aspects of six quick wins, one a pillar."""
_LEVELS = Entry("1 = rendah, 2 = sedang, 3 = tinggi.", ("1", "2", "3"))
_WHOLE = Entry("Bilangan bulat dengan angka saja, tanpa titik dan satuan.", whole=True)
_FIGURE = Entry("Angka saja: tanpa satuan, tanda persen, dan titik ribuan; desimal dengan koma.")


def programmes(
    year: int, region: str, folder: Path, opd: str | None = None, force: bool = False
) -> Path:
    """Write the form for programmes and quick wins, of one agency or of all; return its path.

    Raises UsageError for an unknown region or agency, and a form that stands there already.
    """
    place = framework.load().region(region)
    found = suggest.agency(opd) if opd is not None else None
    title = f"Program dan Quick Win Smart City {year}"
    of = f"-{formats.slug(found.opd)}" if found else ""
    path = folder / f"program-{year}{of}.xlsx"
    draw.check_free([path], force)
    made = draw.book(f"{title}: {found.name if found else place.name}", year)
    captions = place_captions(place.name, year)
    if found:
        captions.append(Caption(heading("caption", "opd"), found.name))
    draw.guide(made, title, _programme_guide(year))
    columns = _programme_columns(with_opd=found is None)
    blank = [[None] * len(columns)] * _PROGRAMME_ROWS
    draw.list_sheet(made, "Program", title, captions, columns, blank)
    aspects = tuple(a.name for a in framework.load().aspects.values())
    columns = [
        Column(heading("quick_win_aspects", "programme"), 40, Entry()),
        Column(
            heading("quick_win_aspects", "aspect"),
            28,
            Entry("Pilih salah satu aspek dari daftar.", aspects),
        ),
        Column(heading("quick_win_aspects", "score"), 14, SCORE),
    ]
    blank = [[None] * len(columns)] * _ASPECT_ROWS
    draw.list_sheet(made, "Aspek quick win", f"{title}: aspek quick win", captions, columns, blank)
    return draw.save(made, path)


def survey(
    year: int, region: str, folder: Path, edition: str | None = None, force: bool = False
) -> Path:
    """Write the sheet that survey answers are typed in or exported to, and return its path.

    Raises UsageError for an unknown region or edition, a year without a survey on record, and a
    form that stands there already.
    """
    fw = framework.load()
    place = fw.region(region).name
    edition = edition_of(year, edition, fw.surveys, "survey", "definitions/surveys.csv")
    facts = fw.surveys[edition]
    title = f"Survei Pengguna Layanan Smart City {year}"
    path = folder / f"survei-{year}.xlsx"
    draw.check_free([path], force)
    made = draw.book(f"{title}: {place}", year)
    draw.guide(made, title, _survey_guide(facts))
    columns = _survey_columns(facts)
    # more people may answer than have to
    blank = [[None] * len(columns)] * (2 * facts.respondents * len(fw.pillars))
    draw.list_sheet(made, "Survei", title, place_captions(place, year), columns, blank)
    return draw.save(made, path)


def _first_spellings(kind: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return the Indonesian word of each id: its first spelling on record."""
    spellings = [s for s in framework.load().spellings if s.kind == kind]
    return tuple(next(s.spelling for s in spellings if s.canonical == id_) for id_ in ids)


def _programme_columns(*, with_opd: bool) -> list[Column]:
    fw = framework.load()
    kind = "programmes"
    pillars = tuple(p.name for p in fw.pillars.values())
    parts = tuple(s.name for s in fw.sub_dimensions.values())
    digital = _first_spellings("digital_part", DIGITAL_PARTS)
    status = _first_spellings("status", PROGRAMME_STATUS)
    agencies = Entry("Pilih perangkat daerah pelaksana dari daftar.", agency_names())
    return [
        *of_kind(kind, ("pillar", 18), entry=Entry("Pilih satu dari enam pilar.", pillars)),
        *of_kind(
            kind, ("sub_dimension", 20), entry=Entry("Subdimensi dari pilar di sebelahnya.", parts)
        ),
        *(of_kind(kind, ("opd", 28), entry=agencies) if with_opd else []),
        *of_kind(kind, ("programme", 36), entry=Entry()),
        *of_kind(
            kind, ("is_quick_win", 10), entry=Entry("“ya” bila program ini quick win.", YES_NO)
        ),
        *of_kind(kind, ("digital_part", 19), entry=Entry("Bagian transformasi digital.", digital)),
        *of_kind(
            kind, ("status", 15), entry=Entry("Keadaan pelaksanaan saat formulir diisi.", status)
        ),
        *of_kind(kind, ("target", 12), ("realisation", 12), entry=_FIGURE),
        *of_kind(kind, ("budget", 18), ("users", 13), entry=_WHOLE),
        *of_kind(kind, ("likelihood", 16), ("impact", 11), entry=_LEVELS),
    ]


def _survey_columns(facts: Survey) -> list[Column]:
    pillars = tuple(p.name for p in framework.load().pillars.values())
    scale = tuple(str(n) for n in range(facts.lowest, facts.highest + 1))
    answer = Entry("Kosongkan bila layanan tidak pernah dipakai.", scale)
    statement = heading("survey", "statement")
    people = (("person_name", 26), ("person_phone", 18), ("person_address", 34))
    return [
        *of_kind("survey", ("pillar", 20), entry=Entry("Pilih satu dari enam pilar.", pillars)),
        *of_kind("survey", ("programme", 32), *people, entry=Entry()),
        *(
            Column(statement.replace("#", str(n)), 6, answer)
            for n in range(1, facts.statements + 1)
        ),
    ]


def _programme_guide(year: int) -> list[tuple[str, str | None]]:
    head = headings("programmes")
    return [
        (
            "Tujuan",
            f"Mencatat program Smart City tahun {year}, kemajuannya, dan quick win beserta"
            " aspeknya.",
        ),
        OPEN_CELLS,
        (
            "Program",
            f"Satu baris untuk setiap program. {head['pillar']} dan {head['programme']} wajib"
            " diisi; kolom lain dikosongkan bila belum diketahui. Jangan menulis 0 untuk yang"
            " belum diketahui.",
        ),
        (
            f"{head['target']}, {head['realisation']}",
            "Angka dalam satuan yang sama, tanpa satuan, tanda persen, dan titik ribuan; desimal"
            " dengan koma.",
        ),
        (
            f"{head['budget']}, {head['users']}",
            "Anggaran dalam rupiah penuh dan jumlah pengguna, angka saja.",
        ),
        (
            f"{head['likelihood']}, {head['impact']}",
            "Risiko program: kemungkinan terjadinya dan dampaknya. 1 = rendah, 2 = sedang,"
            " 3 = tinggi.",
        ),
        (
            "Aspek quick win",
            "Satu baris untuk setiap aspek setiap quick win, dengan nama yang sama seperti pada"
            " lembar Program. Nilai 0 sampai 4; angka desimal boleh diketik.",
        ),
        ("Batas waktu pengisian", None),
        ("Dikirim kepada", None),
    ]


def _survey_guide(facts: Survey) -> list[tuple[str, str | None]]:
    fw = framework.load()
    people = [heading("survey", f"person_{what}") for what in ("name", "phone", "address")]
    return [
        (
            "Tujuan",
            f"Menghimpun jawaban survei untuk komponen {fw.components[facts.component].name}."
            " Satu baris untuk setiap responden pada setiap pilar.",
        ),
        OPEN_CELLS,
        (
            "Responden",
            f"Diharapkan {facts.respondents} responden untuk setiap pilar. Hanya orang yang pernah"
            " memakai layanan yang ditanyakan.",
        ),
        (
            "Pelaksana",
            "Perangkat daerah penanggung jawab layanan wajib ikut serta dalam pelaksanaan survei.",
        ),
        (
            formats.listed(people),
            "Nama, nomor telepon, dan alamat responden tidak pernah keluar dari berkas mentah:"
            " tidak masuk tabel dan tidak tampil dalam laporan. Simpan berkas ini di tempat yang"
            " terlindung dan jangan sebarkan.",
        ),
        (
            "Jawaban",
            f"Nilai {facts.lowest} sampai {facts.highest}. Kosongkan, bukan {facts.lowest}, bila"
            " layanan tidak pernah dipakai atau pernyataan tidak dijawab. Bunyi pernyataan"
            " mengikuti formulir survei kementerian.",
        ),
        *((pillar.name, _statements(facts, pillar.pillar)) for pillar in fw.pillars.values()),
        ("Batas waktu pengisian", None),
        ("Dikirim kepada", None),
    ]


def _statements(facts: Survey, pillar: str) -> str:
    """Return what the statements of a pillar are about: `P1–P3 Layanan Publik; …`."""
    fw = framework.load()
    asked = sorted(fw.edition_questions[facts.edition].values(), key=lambda q: q.number)
    questions = [fw.questions[q.question] for q in asked]
    about = [
        fw.sub_dimensions[q.sub_dimension].name
        for q in questions
        if (q.component, q.pillar) == (facts.component, pillar) and q.sub_dimension
    ]
    statement = heading("survey", "statement")
    parts = []
    for name, run in groupby(enumerate(about, start=1), key=lambda item: item[1]):
        numbers = [statement.replace("#", str(n)) for n, _ in run]
        parts.append(f"{numbers[0]}–{numbers[-1]} {name}")
    return "; ".join(parts)
