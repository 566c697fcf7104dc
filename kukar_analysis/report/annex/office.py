"""The sheets of what the office itself collects: survey, programmes, quick wins, agencies.

Of a survey only means are shown: who answered, and what, stays in the office.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework, places
from kukar_analysis.analysis import gaps
from kukar_analysis.report.annex.common import (
    ORIGIN,
    PILLAR,
    REGION,
    missing_of,
    named,
    offices,
    pillar_names,
    region_name,
    rows_of,
    said_of,
    sheet_of,
)
from kukar_analysis.report.annex.national import files_of, origins
from kukar_analysis.report.annex.sheet import Column, Sheet


def survey(year: int, regions: list[str]) -> Sheet:
    """Return the survey's mean of each part of a pillar, and of how many answers it is."""
    found = rows_of("survey_responses", year, offices(regions))
    parts = found.groupby(["region", "pillar", "sub_dimension"], sort=False, dropna=False)
    means = parts.agg(
        given=("answer", "count"),
        rows=("answer", "size"),
        mean=("answer", "mean"),
        origin=("origin", lambda cells: origins(cells.map(places.file_of))),
    ).reset_index()
    return sheet_of(
        "Survei",
        f"Survei pengguna {year}: rata-rata per subdimensi",
        means,
        [
            REGION,
            *PILLAR,
            Column("Jawaban terisi", "amount"),
            Column("Jawaban kosong", "amount"),
            Column("Rata-rata jawaban (0–4)", "score"),
            ORIGIN,
        ],
        lambda s: [region_name(s), *pillar_names(s), s.given, s.rows - s.given, s.mean, s.origin],
        missing=missing_of(found, year, regions, "Survei", "ekspor survei di data/raw/{year}/"),
        notes=[
            "Rata-rata biasa dari semua jawaban yang terisi, dihitung proyek ini dan tidak"
            " dibulatkan; bukan nilai asesor. Jawaban tiap responden tidak dimuat.",
        ],
        read=files_of(found),
    )


def programmes(year: int, regions: list[str]) -> Sheet:
    """Return the programmes and quick wins of the year."""
    found = rows_of("programmes", year, offices(regions))
    numbers = ["Target", "Realisasi", "Anggaran (rupiah)", "Pengguna"]
    numbers += ["Kemungkinan risiko (1–3)", "Dampak risiko (1–3)"]
    return sheet_of(
        "Program",
        f"Program dan quick win {year}",
        found,
        [
            *(REGION, *PILLAR, Column("OPD"), Column("Program"), Column("Quick win")),
            *(Column("Bagian transformasi digital"), Column("Status")),
            *(Column(heading, "amount") for heading in numbers),
            ORIGIN,
        ],
        lambda p: [
            *(
                region_name(p),
                *pillar_names(p),
                p.opd,
                p.programme,
                "ya" if p.is_quick_win else "tidak",
            ),
            *(_word("digital_part", p.digital_part), _word("status", p.status)),
            *(p.target, p.realisation, p.budget, p.users, p.likelihood, p.impact),
            p.origin,
        ],
        missing=said_of(gaps.programmes_gap(year, r) for r in offices(regions)),
    )


def quick_wins(year: int, regions: list[str]) -> Sheet:
    """Return the scores of the quick wins, a column an aspect."""
    fw = framework.load()
    found = rows_of("quick_win_aspects", year, offices(regions))
    rows = []
    for (region, programme), own in found.groupby(["region", "programme"], sort=False):
        scores = own.set_index("aspect")["score"]
        name = fw.regions[str(region)].name
        rows.append([name, programme, *map(scores.get, fw.aspects), origins(own["origin"])])
    return Sheet(
        "Aspek quick win",
        f"Nilai aspek quick win {year}",
        [
            *(REGION, Column("Quick win")),
            *(Column(aspect.name, "score") for aspect in fw.aspects.values()),
            ORIGIN,
        ],
        rows,
        missing=tuple(said_of(gaps.candidates_gap(year, r) for r in offices(regions))),
        files=files_of(found),
    )


def agencies(year: int, regions: list[str]) -> Sheet:
    """Return the agencies that carry each pillar, or only how many."""
    fw = framework.load()
    found = rows_of("pillar_agencies", year, offices(regions))
    file = "data/raw/{year}/opd-per-pilar-{region}.csv"
    return sheet_of(
        "OPD per pilar",
        f"OPD pengampu pilar {year}",
        found,
        [
            *(REGION, Column("Pilar"), Column("OPD"), Column("Nama OPD")),
            *(Column("Jumlah", "amount"), ORIGIN),
        ],
        lambda a: [
            *(region_name(a), fw.pillars[a.pillar].name, a.opd),
            named(fw.opd, a.opd) or "nama tidak tercatat",
            *(a.agencies, a.origin),
        ],
        missing=missing_of(found, year, regions, "OPD per pilar", file),
        notes=["Satu OPD dapat duduk pada beberapa pilar."],
    )


def _word(kind: str, id_: Any) -> str | None:
    return None if pd.isna(id_) else framework.load().word(kind, id_)
