"""Tables of one pillar of one region and year."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import pillars
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import (
    NOT_ON_RECORD,
    asked,
    no_questions,
    source,
    table_or_place,
)

NOTES = {"advice": "saran", "weakness": "kelemahan", "strength": "kekuatan"}
CONTINUITY = {"same": "sama", "changed": "kalimat berubah", "new": "baru"}


def pillar_means(year: int, region: Any, pillar: str) -> Shown:
    """Mean of a pillar's questions inside each component, and by printed sub-dimension."""
    year, code = asked(year, region)
    fw = framework.load()
    questions = pillars.questions(year, code, fw.pillar(pillar).pillar)
    if questions.empty:
        return no_questions(year, code)
    rows = []
    for r in pillars.means(questions, "component").itertuples():
        rows.append([fw.components[r.component].name, number(r.questions, 0), number(r.score)])
        own = questions[questions["component"] == r.component]
        rows += [
            [
                f"{fw.components[r.component].name}: {fw.sub_dimensions[s.sub_dimension].name}",
                number(s.questions, 0),
                number(s.score),
            ]
            for s in pillars.means(own, "sub_dimension").itertuples()
        ]
    return display.table(
        f"{fw.pillars[pillar].name} di dalam tiap komponen, {fw.regions[code].name} {year}",
        [Column("Komponen dan subdimensi"), Column("Butir", True), Column("Rata-rata nilai", True)],
        rows,
        note="Rata-rata ini bacaan proyek, bukan indeks resmi; tidak ada indeks resmi per pilar."
        f" {source(year)}",
    )


def pillar_questions(year: int, region: Any, pillar: str) -> Shown:
    """Every question of a pillar with its score, and last year's where the question is the same."""
    year, code = asked(year, region)
    fw = framework.load()
    questions = pillars.questions(year, code, fw.pillar(pillar).pillar)
    if questions.empty:
        return no_questions(year, code)
    rows = [
        [
            f"{fw.components[q.component].abbreviation} {q.code}",
            q.label,
            number(q.score),
            number(q.last_score),
            number(q.change, signed=True),
            CONTINUITY.get(q.continuity, NOTHING),
            q.origin,
        ]
        for q in questions.itertuples()
    ]
    labels = ["Kode", "Butir", "Nilai", f"Nilai {year - 1}", "Perubahan"]
    columns = [Column(label, i > 1) for i, label in enumerate(labels)]
    return display.table(
        f"Butir {fw.pillars[pillar].name}, {fw.regions[code].name} {year}",
        [*columns, Column(f"Butir terhadap {year - 1}"), Column("Asal")],
        rows,
        note=f"{NOT_ON_RECORD} Nilai {year - 1} hanya ditaruh bila butirnya sama. {source(year)}",
    )


def advice(year: int, region: Any, pillar: str) -> Shown:
    """Show the assessors' notes of last year and this beside the pillar's means of both years."""
    year, code = asked(year, region)
    fw = framework.load()
    own = fw.pillar(pillar).pillar
    means = {y: _means_said(y, code, own) for y in (year - 1, year)}
    return table_or_place(
        pillars.advice(year, code, own),
        f"Catatan asesor tentang {fw.pillars[own].name}, dan nilainya",
        [
            Column("Tahun"),
            Column("Isi"),
            Column("Catatan"),
            Column(f"Nilai {year - 1}"),
            Column(f"Nilai {year}"),
            Column("Asal"),
        ],
        lambda n: [str(n.year), NOTES[n.kind], n.text, means[year - 1], means[year], n.origin],
        note=f"Nilai = rata-rata butir pilar ini di dalam tiap komponen. {NOT_ON_RECORD}",
        empty=f"Catatan asesor {fw.regions[code].name} {year - 1} dan {year} tidak tercatat.",
        file=f"surat hasil evaluasi di data/raw/{year}/",
    )


def _means_said(year: int, code: str, pillar: str) -> str:
    fw = framework.load()
    found = pillars.means(pillars.questions(year, code, pillar), "component")
    said = [f"{fw.components[m.component].name} {number(m.score)}" for m in found.itertuples()]
    return "; ".join(said) or NOTHING


def quick_wins(year: int, region: Any, pillar: str) -> Shown:
    """Quick wins of a pillar on record up to a year, with their agencies."""
    year, code = asked(year, region)
    fw = framework.load()
    found = pillars.quick_wins(code, year)
    found = found[found["pillar"] == fw.pillar(pillar).pillar]
    notes = {(w.year, w.programme): w.note for w in fw.quick_wins if w.region == code}
    return table_or_place(
        found,
        f"Quick win {fw.pillars[pillar].name} yang tercatat",
        [
            Column("Tahun"),
            Column("Quick win"),
            Column("OPD"),
            Column("Nilai", True),
            Column("Keterangan"),
            Column("Asal"),
        ],
        lambda w: [
            str(w.year),
            w.programme,
            NOTHING if pd.isna(w.opd) else fw.opd[w.opd].name,
            NOTHING,
            notes.get((w.year, w.programme)) or "",
            w.origin,
        ],
        note=f"{NOT_ON_RECORD} Nilai, isi program, dan capaian quick win tidak diumumkan.",
        empty=f"Tidak ada quick win {fw.regions[code].name} pada data.",
        file=f"data/raw/{year}/quick-win-{code}.csv",
    )


def agencies(year: int, region: Any, pillar: str) -> Shown:
    """How many agencies carry a pillar, and which where they are named."""
    year, code = asked(year, region)
    fw = framework.load()
    found = pillars.agencies(code, year)
    found = found[found["pillar"] == fw.pillar(pillar).pillar]
    return table_or_place(
        found,
        f"OPD pada {fw.pillars[pillar].name} {year}",
        [Column("OPD"), Column("Jumlah", True), Column("Asal")],
        lambda a: [
            "nama tidak diumumkan" if pd.isna(a.opd) else fw.opd[a.opd].name,
            number(a.agencies, 0),
            a.origin,
        ],
        note="Satu OPD dapat duduk pada beberapa pilar.",
        empty=f"Jumlah OPD {fw.regions[code].name} per pilar {year} tidak tercatat.",
        file=f"data/raw/{year}/opd-per-pilar-{code}.csv",
    )


def statistics(year: int, region: Any, pillar: str) -> Shown:
    """Newest official statistics shown with a pillar, each with its year and source."""
    year, code = asked(year, region)
    fw = framework.load()
    return table_or_place(
        pillars.statistics(code, year, fw.pillar(pillar).pillar),
        f"Statistik di sekitar {fw.pillars[pillar].name}, terbaru sampai {year}",
        [
            Column("Statistik"),
            Column("Tahun"),
            Column("Angka", True),
            Column("Satuan"),
            Column("Sumber"),
            Column("Asal"),
        ],
        lambda s: [
            s.name,
            str(s.year),
            number(s.value, s.decimals),
            s.unit_of_measure,
            fw.citations[s.citation].beside_figure,
            s.origin,
        ],
        note="Bukan bagian nilai evaluasi; ditaruh sebagai latar.",
        empty=f"Tidak ada statistik untuk pilar ini dan {fw.regions[code].name} pada data.",
        file=f"data/raw/{year}/statistik-{code}.csv",
    )
