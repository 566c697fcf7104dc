"""Tables of what arrived, what is missing, and what an assessor would find."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from kukar_analysis import display, framework, places
from kukar_analysis.analysis import quality
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import columns

_KINDS = {
    "agency_form": "formulir OPD",
    "survey": "survei",
    "programmes": "daftar program",
    "quick_win_aspects": "aspek quick win",
    "quick_wins": "quick win",
    "national_table": "tabel nasional",
    "component_scores": "nilai komponen",
    "question_scores": "nilai butir",
    "pillar_agencies": "OPD per pilar",
    "official_statistics": "statistik resmi",
    "letter": "surat hasil evaluasi",
    "unread": "tidak terbaca",
}
_NEAREST = re.compile(r"nearest: (.+?) \((\d+) of 100\)")


def arrivals(year: Any, region: Any) -> Shown:
    """Files that arrived, who they speak for, and what became of their records."""
    year, place = quality.year(year), framework.load().region(region)
    found = quality.arrivals(year, place.region)
    if found.empty:
        return display.empty_place(
            f"Belum ada berkas {year}.", f"Tempatnya: data/raw/{year}/, lalu `kukar clean`."
        )
    rows = [
        [
            r.file,
            kind_name(r.kind),
            r.opd or NOTHING,
            *(number(n, 0) for n in (r.rows_read, r.rows_kept, r.rows_rejected, r.rows_duplicate)),
        ]
        for r in found.itertuples(index=False)
    ]
    heads = [
        Column("Berkas"),
        Column("Dibaca sebagai"),
        Column("OPD"),
        *columns(["", "Catatan", "Dipakai", "Ditolak", "Kembar"])[1:],
    ]
    return display.table(
        f"Berkas {year} yang masuk",
        heads,
        rows,
        note="Catatan = dipakai + ditolak + kembar. Kembar: mengatakan lagi yang sudah dikatakan.",
    )


def kind_name(kind: str) -> str:
    """Return what a file was read as in the reader's words; one file may be of several kinds."""
    return " + ".join(_KINDS.get(part, part) for part in kind.split(" + "))


def calls(year: Any, region: Any) -> Shown:
    """Agencies to telephone, with the pillars of which nothing is answered."""
    year, place = quality.year(year), framework.load().region(region)
    found = quality.silent(year, place.region)
    if not quality.coverage(year, place.region)["expected"].any():
        return display.empty_place(
            "Belum tercatat OPD mana mengampu pilar mana.",
            f"Akan terisi oleh data/raw/{year}/opd-per-pilar-….csv dengan kolom OPD.",
        )
    if found.empty:
        return display.prose("Setiap OPD yang tercatat sudah menjawab semua pilarnya.")
    pillars = framework.load().pillars
    rows = [
        [
            r.name,
            ", ".join(pillars[p].name for p in r.pillars.split(", ")),
            "sebagian masuk" if r.arrived else "belum ada yang masuk",
        ]
        for r in found.itertuples(index=False)
    ]
    heads = [Column("OPD"), Column("Pilar yang belum dijawab"), Column("Keadaan")]
    return display.table(f"OPD yang perlu ditelepon, {year}", heads, rows)


def unanswered(year: Any, region: Any) -> Shown:
    """Questions of the form that nobody answered, and the agencies of their pillar."""
    year, place = quality.year(year), framework.load().region(region)
    fw = framework.load()
    found = quality.unanswered(year, place.region)
    if not quality.collected(year, place.region):
        return _nothing_collected(year)
    if found.empty:
        return display.prose(
            "Tidak ada butir yang tersisa, atau daftar butir tahun ini belum diketahui."
        )
    rows = [
        [
            r.label,
            fw.components[r.component].name,
            fw.pillars[r.pillar].name if isinstance(r.pillar, str) else NOTHING,
            r.agencies or NOTHING,
        ]
        for r in found.itertuples(index=False)
    ]
    heads = [Column("Butir"), Column("Komponen"), Column("Pilar"), Column("OPD pilar ini")]
    return display.table(f"Butir {year} yang belum dijawab siapa pun", heads, rows)


def findings(year: Any, region: Any) -> Shown:
    """Faults that an assessor would find, each with its place and what to do."""
    year, place = quality.year(year), framework.load().region(region)
    found = quality.findings(year, place.region)
    if not quality.collected(year, place.region):
        return _nothing_collected(year)
    if found.empty:
        return display.prose("Tidak ada temuan.")
    fw = framework.load()
    rows = [
        [
            fw.findings[r.kind].name,
            r.subject,
            r.opd if isinstance(r.opd, str) else NOTHING,
            r.detail or NOTHING,
            r.origin,
        ]
        for r in found.itertuples(index=False)
    ]
    heads = [Column(c) for c in ("Temuan", "Tentang", "OPD", "Rincian", "Tempat")]
    kinds = [fw.findings[k] for k in found["kind"].drop_duplicates()]
    note = " ".join(f"{k.name}: {k.advice}" for k in kinds)
    return display.table(f"Temuan atas jawaban, program, dan survei {year}", heads, rows, note=note)


def rejected(year: Any) -> Shown:
    """Rejected records, where each stands, and what to do."""
    found = quality.rejected(quality.year(year))
    if found.empty:
        return display.prose("Tidak ada catatan yang ditolak.")
    rules = framework.load().rules
    rows = [
        [r.origin, text(r.column), text(r.value), rules[r.rule].name, advice(r)]
        for r in found.itertuples(index=False)
    ]
    heads = [Column(c) for c in ("Tempat", "Kolom", "Isi", "Sebab", "Yang perlu dilakukan")]
    return display.table(f"Catatan {year} yang ditolak", heads, rows)


def superseded(year: Any) -> Shown:
    """Corrections (ralat) that later files brought."""
    found = quality.superseded(quality.year(year))
    if found.empty:
        return display.prose("Tidak ada ralat.")
    rows = []
    for r in found.itertuples(index=False):
        said = r.reason.removeprefix("superseded by ")
        later = places.leading(said)
        changes = said.removeprefix(f"{later}: ")
        rows.append([r.origin, later, changes.replace("->", "menjadi")])
    heads = [Column("Catatan lama"), Column("Digantikan oleh"), Column("Perubahan")]
    return display.table(f"Ralat {year}", heads, rows)


def _nothing_collected(year: int) -> Shown:
    return display.empty_place(
        f"Belum ada formulir OPD atau survei {year} yang dapat diperiksa.",
        f"Akan terisi oleh berkas di data/raw/{year}/; formulirnya dibuat oleh"
        f" `kukar template {year}`.",
    )


def advice(row: Any) -> str:
    """Return what to do in the reader's language, with the names that come near or contradict."""
    usual = framework.load().rules[row.rule].advice
    if row.rule in ("unread", "unread_part", "unconfirmed", "number_gap"):
        return f"{usual} Pesan program: {row.reason}"
    near = _NEAREST.search(row.reason)
    if near:
        return f"Mirip {near[1]} ({near[2]} dari 100). {usual}"
    if row.rule == "conflict":
        other = places.leading(row.reason.removeprefix("contradicts "))
        return f"Bertentangan dengan {other}. {usual}"
    return usual


def text(value: Any) -> str:
    """Return a cell's text, or the sign for nothing."""
    return NOTHING if pd.isna(value) else str(value)
