"""Tables of two years of one region."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import (
    NOT_ON_RECORD,
    asked,
    columns,
    no_components,
    percent,
    source,
)

COMPARABLE = {
    "yes": "ya",
    "partly": "sebagian",
    "no": "tidak",
    "unknown": "belum diketahui",
    "absent": "tidak ikut",
}


def index_years(region: Any, from_year: int, to_year: int) -> Shown:
    """Index of two years, the base of the published improvement, and both differences."""
    to_year, code = asked(to_year, region)
    from_year, _ = asked(from_year, region)
    record = compare.index_record(to_year, code)
    if record is None or not record["participated"]:
        return no_components(to_year, code)
    before, after = (compare.index_value(y, code) for y in (from_year, to_year))
    implied = before.known == "implied"
    base = compare.base_of_improvement(to_year, code) if from_year == to_year - 1 else None
    printed = before.value if before.known == "printed" else None
    difference = after.value - printed if printed is not None and after.value is not None else None
    rows = [
        [f"Nilai final {from_year}, tercetak", number(printed)],
        [f"Nilai final {to_year}, tercetak", number(after.value)],
        ["Selisih kedua nilai tercetak", number(difference, signed=True)],
    ]
    if from_year == to_year - 1:
        rows += [
            [f"Jumlah tertimbang {from_year} dibulatkan sekali (dasar peningkatan)", number(base)],
            [
                f"Peningkatan {to_year}, tercetak",
                number(record["improvement_published"], signed=True),
            ],
        ]
        if implied:
            rows.insert(1, [f"Nilai {from_year}, hasil hitung balik (±0,01)", number(before.value)])
    return display.table(
        f"Indeks {framework.load().regions[code].name}, {from_year} dan {to_year}",
        columns(["Angka", "Nilai"]),
        rows,
        note=f"{NOT_ON_RECORD} {source(from_year, to_year)}",
    )


def components_between(region: Any, from_year: int, to_year: int) -> Shown:
    """Components of two years: weights, scores, change, and whether they can be compared."""
    to_year, code = asked(to_year, region)
    from_year, _ = asked(from_year, region)
    fw = framework.load()
    found = compare.components_between(code, from_year, to_year)
    if found.empty:
        return no_components(to_year, code)
    rows = [
        [
            fw.components[r.component].name,
            percent(r.from_weight),
            percent(r.to_weight),
            number(r.from_score),
            number(r.to_score),
            NOTHING if r.comparable == "no" else number(r.change, signed=True),
            COMPARABLE[r.comparable],
        ]
        for r in found.itertuples()
    ]
    labels = [
        "Komponen",
        f"Bobot {from_year}",
        f"Bobot {to_year}",
        f"Nilai {from_year}",
        f"Nilai {to_year}",
        "Perubahan",
    ]
    return display.table(
        f"Komponen {fw.regions[code].name}, {from_year} dan {to_year}",
        [*columns(labels), Column("Sebanding?")],
        rows,
        note=f"{NOTHING} = tidak tercatat, atau tidak sebanding. Alasannya ada di bawah."
        f" {source(from_year, to_year)}",
    )


def question_changes(region: Any, from_year: int, to_year: int, most: int = 5) -> Shown:
    """Return the same questions that rose and fell most between two years."""
    to_year, code = asked(to_year, region)
    from_year, _ = asked(from_year, region)
    fw = framework.load()
    found = compare.questions_between(code, from_year, to_year)
    if found.empty:
        gap = gaps.questions_gap(from_year, code) or gaps.questions_gap(to_year, code)
        waits = gap.waits_for if gap else "Tidak ada butir yang dikonfirmasi sama pada keduanya."
        return display.empty_place("Perubahan per butir tidak dapat ditunjukkan.", waits)
    found = found[found["continuity"] == "same"]
    moved = pd.concat(
        [
            found[found["change"] > 0].nlargest(most, "change"),
            found[found["change"] < 0].nsmallest(most, "change").iloc[::-1],
        ]
    )
    rows = [
        [
            f"{fw.components[q.component].abbreviation}"
            f"{': ' + fw.pillars[q.pillar].name if isinstance(q.pillar, str) else ''}",
            q.label,
            number(q.from_score),
            number(q.to_score),
            number(q.change, signed=True),
            q.origin,
        ]
        for q in moved.itertuples()
    ]
    still = int((found["change"] == 0).sum())
    return display.table(
        f"Butir yang paling berubah, {fw.regions[code].name} {from_year}–{to_year}",
        [
            Column("Komponen"),
            Column("Butir"),
            Column(str(from_year), True),
            Column(str(to_year), True),
            Column("Perubahan", True),
            Column("Asal"),
        ],
        rows,
        note=f"Dari {len(found)} butir yang sama: {int((found['change'] > 0).sum())} naik,"
        f" {int((found['change'] < 0).sum())} turun, {still} tetap."
        f" Ditunjukkan paling banyak {most} dari tiap arah. {source(from_year, to_year)}",
    )
