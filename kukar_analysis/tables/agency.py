"""Tables of the page that goes back to one agency."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework, suggest
from kukar_analysis.analysis import quality, synergy
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import NOT_ON_RECORD, table_or_place
from kukar_analysis.tables.quality import advice, kind_name, text
from kukar_analysis.tables.synergy import pillar_name

_STATES = {"blank": "kosong pada formulirnya", "absent": "tidak ada pada data"}


def asked(year: Any, region: Any, opd: Any) -> tuple[int, str, str]:
    """Return the parameters of an agency's page as a year, a region code and a short name."""
    place = framework.load().region(region)
    return quality.year(year), place.region, suggest.agency(str(opd)).opd


def agency_answers(year: Any, region: Any, opd: Any) -> Shown:
    """Answers of an agency, question by question, beside the assessors' score."""
    year, code, opd = asked(year, region, opd)
    found = synergy.questions(year, code, opd)
    heads = [Column(c) for c in ("Butir", "Pilar", "Jawaban")]
    heads += [Column("Nilai mandiri", True), Column("Data dukung")]
    heads += [Column("Nilai asesor", True), Column("Selisih", True), Column("Dijawab juga oleh")]
    return table_or_place(
        found[found["state"] == "answered"],
        f"Jawaban {_name(opd)} {year}",
        heads,
        lambda q: [
            q.label,
            pillar_name(q.pillar),
            text(q.answer),
            number(q.score),
            "ada" if q.has_evidence else "belum ada",
            number(q.assessor),
            number(q.difference, signed=True),
            q.others or NOTHING,
        ],
        note=f"{NOT_ON_RECORD} Selisih = nilai mandiri dikurangi nilai asesor. Nilai asesor"
        " diberikan per butir untuk daerah, bukan untuk satu OPD.",
        empty=f"Jawaban {_name(opd)} {year} tidak tercatat.",
        file=f"formulir OPD ini di data/raw/{year}/opd/",
    )


def agency_missing(year: Any, region: Any, opd: Any) -> Shown:
    """Questions of an agency's pillars that it did not answer; those open altogether come first."""
    year, code, opd = asked(year, region, opd)
    found = synergy.questions(year, code, opd)
    left = found[found["state"] != "answered"]
    if len(found) and left.empty:
        return display.prose("Semua butir yang ditanyakan kepada OPD ini sudah dijawabnya.")
    left = left.sort_values("others", key=lambda names: names != "", kind="stable")
    open_ = int((left["others"] == "").sum())
    first = f"{open_} butir teratas belum" if open_ else "Tidak ada butir yang belum"
    return table_or_place(
        left,
        f"Butir yang belum dijawab {_name(opd)} {year}",
        [Column(c) for c in ("Butir", "Pilar", "Komponen", "Keadaan", "Sudah dijawab oleh")],
        lambda q: [
            q.label,
            pillar_name(q.pillar),
            framework.load().components[q.component].name,
            _STATES[q.state],
            q.others or "belum ada",
        ],
        note=f"{first} dijawab siapa pun. Tidak ada pada data: tidak ada di"
        " berkas yang masuk, atau ditolak (lihat catatan yang ditolak). Formulir memuat semua butir"
        " pilar; butir milik OPD lain tidak perlu diisi.",
        empty=f"Butir yang ditanyakan kepada {_name(opd)} {year} tidak tercatat.",
        file=f"data/raw/{year}/opd-per-pilar-{code}.csv dengan kolom OPD",
    )


def agency_findings(year: Any, region: Any, opd: Any) -> Shown:
    """Faults that an assessor would find in an agency's answers, and what to do about each."""
    year, code, opd = asked(year, region, opd)
    found = synergy.findings(year, code, opd)
    if found.empty and (synergy.questions(year, code, opd)["state"] == "answered").any():
        return display.prose("Tidak ada temuan pada jawaban OPD ini.")
    kinds = framework.load().findings
    return table_or_place(
        found,
        f"Yang dapat ditemukan asesor pada jawaban {_name(opd)} {year}",
        [Column(c) for c in ("Temuan", "Tentang", "Rincian", "Tempat", "Yang perlu dilakukan")],
        lambda f: [
            kinds[f.kind].name,
            f.subject,
            f.detail or NOTHING,
            f.origin,
            kinds[f.kind].advice,
        ],
        note="Temuan survei dan program ditulis per pilar, bukan per OPD: lihat 01_mutu_data.",
        empty=f"Belum ada jawaban {_name(opd)} {year} yang dapat diperiksa.",
        file=f"formulir OPD ini di data/raw/{year}/opd/",
    )


def agency_rejected(year: Any, region: Any, opd: Any) -> Shown:
    """Rejected records of an agency's own files, each with its reason."""
    year, code, opd = asked(year, region, opd)
    found, came = synergy.rejected(year, code, opd), synergy.files(year, code, opd)
    if found.empty and len(came):
        return display.prose(f"Tidak ada catatan yang ditolak.{_shared(came)}")
    rules = framework.load().rules
    return table_or_place(
        found,
        f"Catatan {_name(opd)} {year} yang ditolak",
        [Column(c) for c in ("Tempat", "Kolom", "Isi", "Sebab", "Yang perlu dilakukan")],
        lambda r: [r.origin, text(r.column), text(r.value), rules[r.rule].name, advice(r)],
        note=f"Catatan yang ditolak tidak dihitung sebagai jawaban.{_shared(came)}",
        empty=f"Belum ada berkas {_name(opd)} {year}, jadi tidak ada yang dapat ditolak.",
        file=f"formulir OPD ini di data/raw/{year}/opd/",
    )


def agency_files(year: Any, region: Any, opd: Any) -> Shown:
    """Files that speak for an agency, and what became of their records."""
    year, code, opd = asked(year, region, opd)
    heads = [Column("Berkas"), Column("Dibaca sebagai")]
    heads += [Column(c, True) for c in ("Catatan", "Dipakai", "Ditolak", "Kembar")]
    return table_or_place(
        synergy.files(year, code, opd),
        f"Berkas {year} yang menyebut {_name(opd)}",
        [*heads, Column("Milik")],
        lambda f: [
            f.file,
            kind_name(f.kind),
            *(number(n, 0) for n in (f.rows_read, f.rows_kept, f.rows_rejected, f.rows_duplicate)),
            "beberapa OPD" if f.shared else "OPD ini",
        ],
        note="Berkas dikenal dari catatannya, atau dari namanya bila tidak ada catatan yang"
        " dipakai. Ditolak: termasuk yang digantikan ralat. Kembar: mengatakan lagi yang sudah"
        " dikatakan.",
        empty=f"Berkas {_name(opd)} {year} tidak tercatat.",
        file=f"formulir OPD ini di data/raw/{year}/opd/",
    )


def agency_programmes(year: Any, region: Any, opd: Any) -> Shown:
    """Programmes of an agency in a year, and its quick wins up to it."""
    year, code, opd = asked(year, region, opd)
    heads = [Column(c) for c in ("Tahun", "Program", "Pilar", "Quick win", "Status")]
    return table_or_place(
        synergy.programmes(year, code, opd),
        f"Program {_name(opd)} {year} dan quick win sampai tahun itu",
        [*heads, Column("Target", True), Column("Realisasi", True), Column("Asal")],
        lambda p: [
            str(p.year),
            p.programme,
            pillar_name(p.pillar),
            "ya" if p.is_quick_win else "tidak",
            _status(p.status),
            _plain(p.target),
            _plain(p.realisation),
            p.origin,
        ],
        note=NOT_ON_RECORD,
        empty=f"Program {_name(opd)} sampai {year} tidak tercatat.",
        file=f"data/raw/{year}/program-{code}.csv",
    )


def _name(opd: str) -> str:
    return framework.load().opd[opd].name


def _shared(came: pd.DataFrame) -> str:
    """Say how many rejected records stand in files of several agencies."""
    several = came[came["shared"] & (came["rows_rejected"] > 0)]
    if several.empty:
        return ""
    count = number(several["rows_rejected"].sum(), 0)
    return (
        f" Pada berkas bersama ({', '.join(several['file'])}) {count} catatan ditolak; milik OPD"
        " mana tidak tercatat."
    )


def _status(status: Any) -> str:
    """Return a status in the first spelling on record."""
    spellings = framework.load().spellings
    found = [s.spelling for s in spellings if (s.kind, s.canonical) == ("status", status)]
    return found[0] if found else NOTHING


def _plain(value: float) -> str:
    return number(value, 0 if pd.isna(value) or float(value).is_integer() else 2)
