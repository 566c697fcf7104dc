"""Tables of who carries what: agencies by pillar, agencies in all, pillars in all."""

from __future__ import annotations

from typing import Any

from kukar_analysis import framework
from kukar_analysis.analysis import quality, synergy
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import NOT_ON_RECORD, columns, table_or_place

NO_PILLAR = "Umum (tanpa pilar)"
_NAMED_ANEW = 3
"""Names shown where several agencies answered equally much; of more only how many."""


def carried(year: Any, region: Any) -> Shown:
    """Agency by pillar: questions, answers, evidence, and own against the assessors' scores."""
    year, place = quality.year(year), framework.load().region(region)
    return table_or_place(
        synergy.carried(year, place.region),
        f"OPD dan pilar, {place.name} {year}",
        [
            Column("OPD"),
            Column("Pilar"),
            *columns(
                [
                    "",
                    "Butir pilar",
                    "Dijawab",
                    "Dengan data dukung",
                    "Hanya OPD ini",
                    "Nilai mandiri (butir)",
                    "Nilai asesor (butir)",
                    "Selisih",
                ]
            )[1:],
        ],
        _pair,
        note=f"{NOT_ON_RECORD} Hanya OPD ini: butir yang tidak dijawab OPD lain. Nilai ialah"
        " rata-rata biasa; dalam kurung banyaknya butir. Selisih = nilai mandiri dikurangi nilai"
        " asesor atas butir yang dinilai keduanya; di atas 0 berarti OPD menilai lebih tinggi.",
        empty=f"OPD mana mengampu dan menjawab pilar mana di {place.name} {year} tidak tercatat.",
        file=named_list(year, place.region),
    )


def leaning_agencies(year: Any, region: Any) -> Shown:
    """Agencies by number of pillars and by their part of all answers."""
    year, place = quality.year(year), framework.load().region(region)
    return table_or_place(
        synergy.by_agency(year, place.region),
        f"Yang dipikul tiap OPD, {place.name} {year}",
        [
            Column("OPD"),
            *columns(
                [
                    "",
                    "Pilar",
                    "Pilar dijawab",
                    "Butir dijawab",
                    "Bagian dari semua jawaban",
                    "Hanya OPD ini",
                    "Program",
                ]
            )[1:],
            Column("Pilar yang bersandar padanya"),
        ],
        _agency,
        note=f"{NOT_ON_RECORD} Urut menurut banyaknya pilar, lalu jawaban. Satu jawaban ialah satu"
        " butir dari satu OPD. Pilar bersandar pada OPD yang menjawab lebih dari setengah butirnya"
        " yang terjawab.",
        empty=f"OPD yang mengampu pilar {place.name} {year} tidak tercatat namanya.",
        file=named_list(year, place.region),
    )


def leaning_pillars(year: Any, region: Any) -> Shown:
    """Pillars: their agencies, their answered questions, and how much leans on one agency."""
    year, place = quality.year(year), framework.load().region(region)
    found = synergy.by_pillar(year, place.region)
    known = found.dropna(subset=["seats", "covered"], how="all")
    return table_or_place(
        found if len(known) else known,
        f"Pilar dan OPD-nya, {place.name} {year}",
        [
            Column("Pilar"),
            *columns(["", "OPD tercatat", "OPD menjawab", "Butir formulir", "Butir terjawab"])[1:],
            Column("Oleh satu OPD saja", True),
            Column("OPD terbanyak"),
            Column("Dijawabnya"),
            Column("Setara OPD sama besar", True),
        ],
        _pillar,
        note=f"{NOT_ON_RECORD} Satu OPD dapat duduk pada beberapa pilar. Setara OPD sama besar ="
        " 1 / jumlah kuadrat bagian jawaban tiap OPD (kebalikan indeks Herfindahl); 1,0 berarti"
        " semua jawaban dari satu OPD.",
        empty=f"Jumlah OPD {place.name} per pilar {year} tidak tercatat.",
        file=named_list(year, place.region),
    )


def named_list(year: int, region: str) -> str:
    """Return the raw file that names the agencies of each pillar."""
    return f"data/raw/{year}/opd-per-pilar-{region}.csv dengan kolom OPD"


def pillar_name(pillar: Any) -> str:
    """Return the name of a pillar; null stands for the questions of none."""
    return framework.load().pillars[pillar].name if isinstance(pillar, str) else NO_PILLAR


def percent_of(share: float) -> str:
    """Return a share from 0 to 1 as `21%`."""
    shown = number(100 * share, 0)
    return shown if shown == NOTHING else f"{shown}%"


def equals(names: str) -> str:
    """Return the short names of those who are equal, or how many they are."""
    ids = names.split(", ")
    return names if len(ids) <= _NAMED_ANEW else f"{len(ids)} OPD sama banyak"


def _mean(value: float, count: int) -> str:
    return f"{number(value)} ({count})" if count else NOTHING


def _pair(r: Any) -> list[str]:
    return [
        framework.load().opd[r.opd].name,
        pillar_name(r.pillar),
        *(number(n, 0) for n in (r.questions, r.answered, r.with_evidence, r.alone)),
        _mean(r.own_mean, r.scored),
        _mean(r.assessor_mean, r.compared),
        number(r.difference, signed=True),
    ]


def _agency(r: Any) -> list[str]:
    none = NOTHING if r.share != r.share else "tidak ada"
    return [
        framework.load().opd[r.opd].name,
        *(number(n, 0) for n in (r.pillars, r.pillars_answered, r.answered)),
        percent_of(r.share),
        number(r.alone, 0),
        number(r.programmes, 0),
        ", ".join(pillar_name(p) for p in r.leaning.split(", ") if p) or none,
    ]


def _pillar(r: Any) -> list[str]:
    one = isinstance(r.largest, str)
    return [
        pillar_name(r.pillar),
        *(number(n, 0) for n in (r.seats, r.answering, r.questions, r.covered, r.single)),
        equals(r.largest) if one else NOTHING,
        f"{number(r.largest_answered, 0)} dari {number(r.covered, 0)}" if one else NOTHING,
        number(r.equal_agencies, 1),
    ]
