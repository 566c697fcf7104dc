"""Tables of what moved the index between two years."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import asked, source

KINDS = {
    "base": "Beda dasar pengukuran",
    "performance": "Kinerja butir yang sama",
    "reworded": "Butir yang kalimatnya berubah",
    "questions_added": "Butir baru",
    "questions_dropped": "Butir yang dihapus",
    "replaced": "Butir yang seluruhnya berganti",
    "component_score": "Nilai komponen (butir tidak tercatat)",
    "weight": "Bobot yang berubah",
    "component_added": "Komponen baru",
    "component_dropped": "Komponen yang dihapus",
    "rounding": "Pembulatan",
    "unexplained": "Tidak terjelaskan",
}
"""How pages call the kinds of effect, in the order in which they are shown."""


SEEN = 0.0005
"""An effect smaller than this is 0,000 to the reader, and is left out of figures and sentences."""


def change_effects(region: Any, from_year: int, to_year: int) -> Shown:
    """Return what moved the index, by kind and component; the effects add up to the improvement."""
    to_year, code = asked(to_year, region)
    from_year, _ = asked(from_year, region)
    fw = framework.load()
    found = compare.decompose_change(code, from_year, to_year)
    if found.empty or "not_split" in set(found["kind"]):
        return no_change(code, from_year, to_year)
    sums = found.groupby(["kind", "component"], dropna=False, sort=False)["effect"].sum()
    order = list(KINDS)
    rows = [
        [
            KINDS[kind],
            fw.components[component].name if isinstance(component, str) else NOTHING,
            number(effect, 3, signed=True),
        ]
        for (kind, component), effect in sorted(sums.items(), key=lambda s: order.index(s[0][0]))
    ]
    rows.append(["Jumlah = peningkatan", "", number(found["effect"].sum(), 3, signed=True)])
    return display.table(
        f"Apa yang menggerakkan indeks {fw.regions[code].name}, {from_year}–{to_year}",
        [Column("Sebab"), Column("Komponen"), Column("Pengaruh pada indeks", True)],
        rows,
        marked=[len(rows) - 1],
        note="Tiap perubahan ditimbang dengan rata-rata kedua tahun (cara Bennet), sehingga"
        " hasilnya sama dari tahun mana pun dibaca. Bobot dan komponen baru dihitung terhadap"
        " rata-rata indeks: bobot hanya menggerakkan indeks bila komponennya berbeda dari yang"
        " lain."
        f" {source(from_year, to_year)}",
    )


def change_by_pillar(region: Any, from_year: int, to_year: int) -> Shown:
    """Return what the same questions of each pillar gave or cost the index."""
    to_year, code = asked(to_year, region)
    from_year, _ = asked(from_year, region)
    fw = framework.load()
    found = compare.decompose_change(code, from_year, to_year).dropna(subset="question")
    same = found[found["kind"] == "performance"]
    if same.empty:
        return no_change(code, from_year, to_year, "per pilar")
    pillars = same["pillar"].where(same["pillar"].notna(), "")
    rows = [
        [
            fw.pillars[pillar].name if pillar else "Butir tanpa pilar",
            number(len(own), 0),
            number((own["to_score"] > own["from_score"]).sum(), 0),
            number((own["to_score"] < own["from_score"]).sum(), 0),
            number(own["effect"].sum(), 3, signed=True),
        ]
        for pillar, own in [(p, same[pillars == p]) for p in (*fw.pillars, "")]
        if len(own)
    ]
    labels = ["Butir yang sama", "Naik", "Turun", "Pengaruh pada indeks"]
    return display.table(
        f"Kinerja per pilar, {fw.regions[code].name} {from_year}–{to_year}",
        [Column("Pilar"), *(Column(label, True) for label in labels)],
        rows,
        note="Hanya butir yang sama pada kedua formulir. Butir tanpa pilar: Baseline dan Quick"
        f" Wins. {source(from_year, to_year)}",
    )


def no_change(code: str, from_year: int, to_year: int, what: str = "") -> Shown:
    """Return the empty place of a change that cannot be split."""
    gap = (
        gaps.index_gap(from_year, code)
        or gaps.index_gap(to_year, code)
        or gaps.questions_gap(from_year, code)
        or gaps.questions_gap(to_year, code)
    )
    said = f"Perubahan indeks{f' {what}' if what else ''} belum dapat dipilah."
    name = framework.load().regions[code].name
    stayed = f"{name} tidak ikut pada salah satu tahun, atau tidak ada butir yang sama."
    return display.empty_place(said, gap.waits_for if gap else stayed)


def effects_of_kind(found: pd.DataFrame) -> list[tuple[str, float]]:
    """Return (label, effect) of all that can be seen: performance by component, else by kind."""
    fw = framework.load()
    bars: dict[str, float] = {}
    order = list(KINDS)
    for row in sorted(found.itertuples(), key=lambda r: order.index(r.kind)):
        label = KINDS[row.kind]
        if row.kind in ("performance", "component_added", "component_dropped"):
            label = f"{label}: {fw.components[row.component].name}"
        bars[label] = bars.get(label, 0.0) + row.effect
    return [(label, effect) for label, effect in bars.items() if abs(effect) >= SEEN]
