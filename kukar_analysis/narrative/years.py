"""How the index and its components moved between two years, and what may be compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import improvement, value_shown

NO_LIST = "daftar butir salah satu edisi tidak terlihat atau belum dikonfirmasi"


def years(region: Any, from_year: Any, to_year: Any) -> Shown:
    """Answer how the index moved, which components rose or fell, and what cannot be compared."""
    fw = framework.load()
    place, from_year, to_year = fw.region(region), fw.year(from_year), fw.year(to_year)
    found = compare.components_between(place.region, from_year, to_year)
    paragraphs = [_index_moved(place.region, from_year, to_year)]
    paragraphs += _why(place.region, from_year, to_year)
    fair = found[found["comparable"].isin(["yes", "partly"])].dropna(subset="change")
    if len(fair):
        said = [
            f"{fw.components[r.component].name} {number(r.change, signed=True)}"
            + (" (sebagian sebanding)" if r.comparable == "partly" else "")
            for r in fair.sort_values("change", ascending=False).itertuples()
        ]
        paragraphs.append(f"Komponen yang dapat dibandingkan: {listed(said)}.")
    unfair = [fw.components[c].name for c in found.loc[found["comparable"] == "no", "component"]]
    if unfair:
        paragraphs.append(f"Tidak sebanding antara kedua tahun: {listed(unfair)}.")
    gap = gaps.index_gap(from_year, place.region) or gaps.index_gap(to_year, place.region)
    if gap:
        paragraphs.append(f"Perubahan per komponen tidak dapat ditunjukkan. {gap.waits_for}")
    elif (found["comparable"] == "absent").any():
        paragraphs.append(
            f"{place.name} tidak ikut pada salah satu tahun, sehingga komponennya tidak dapat"
            " dibandingkan."
        )
    elif (found["comparable"] == "unknown").any():
        paragraphs.append(f"Kesebandingan komponennya belum diketahui: {NO_LIST}.")
    return display.prose(*paragraphs, kind="answer")


def comparability(region: Any, from_year: Any, to_year: Any) -> Shown:
    """Say for each component whether two years can be compared, and why."""
    fw = framework.load()
    place, from_year, to_year = fw.region(region), fw.year(from_year), fw.year(to_year)
    found = compare.components_between(place.region, from_year, to_year)
    if found.empty:
        return display.prose("Tidak ada komponen yang tercatat untuk kedua tahun.")
    return display.items(
        [
            f"{fw.components[r.component].name}: {_reason(r, from_year, to_year)}."
            for r in found.itertuples()
        ]
    )


def _why(code: str, from_year: int, to_year: int) -> list[str]:
    """Say what the change is made of: what the office did, and what the rules did."""
    found = compare.decompose_change(code, from_year, to_year)
    kinds = found.groupby("kind")["effect"].sum()
    if found.empty or "not_split" in kinds:
        return []
    kinds = kinds[kinds.abs() >= tables.SEEN]
    done = kinds.reindex(["performance", "reworded", "component_score"]).dropna()
    rules = kinds.drop(done.index)
    said = [f"{tables.KINDS[k].casefold()} {number(e, 3, signed=True)}" for k, e in done.items()]
    shown = [f"{tables.KINDS[k].casefold()} {number(e, 3, signed=True)}" for k, e in rules.items()]
    parts = [f"**{listed(said)}**"] * bool(said)
    parts += [f"dari aturan dan formulir: {listed(shown)}"] * bool(shown)
    return [f"Perubahan itu terdiri atas: {'; '.join(parts)}."] if parts else []


def _index_moved(code: str, from_year: int, to_year: int) -> str:
    """Say the index of both years and the published improvement, with its base where it tells."""
    before, after = (compare.index_value(y, code) for y in (from_year, to_year))
    said = (
        f"Indeks {framework.load().regions[code].name}: **{value_shown(before)}** pada {from_year}"
        f" dan **{value_shown(after)}** pada {to_year}."
    )
    if from_year != to_year - 1:
        return " ".join([said, *_years_between(from_year, to_year)])
    moved = improvement(to_year, code)
    if moved is None:
        return said
    said += f" Peningkatan yang tercetak: **{number(moved, signed=True)}**"
    if before.known == after.known == "printed" and before.value and after.value:
        difference = after.value - before.value
        if difference != moved:
            said += (
                f"; selisih kedua nilai tercetak {number(difference, signed=True)}, karena"
                f" kementerian mengukur dari {number(compare.base_of_improvement(to_year, code))}"
                f" (jumlah tertimbang {from_year} yang dibulatkan sekali)"
            )
    return f"{said}."


def _years_between(from_year: int, to_year: int) -> list[str]:
    """Say that the change took several years, and which of those are not on record."""
    known = framework.load().years()
    missing = [str(y) for y in range(from_year + 1, to_year) if y not in known]
    said = [f"Perubahan ini mencakup {to_year - from_year} tahun sekaligus."]
    if missing:
        said.append(f"Aturan dan nilai tahun {listed(missing)} tidak tercatat.")
    if str(to_year - 1) in missing:
        said.append(
            f"Peningkatan yang tercetak pada {to_year} diukur kementerian dari {to_year - 1},"
            " sehingga tidak dapat dicocokkan di sini."
        )
    return said


def _reason(row: Any, from_year: int, to_year: int) -> str:
    """Say why a component can or cannot be compared, from the counts of its questions."""
    if row.comparable == "absent":
        return "tidak dapat dibandingkan, daerah ini tidak ikut pada salah satu tahun"
    if pd.isna(row.from_weight) and row.comparable == "unknown":
        return f"belum dapat dibandingkan, nilai {from_year} tidak tercatat"
    if pd.isna(row.from_weight):
        return f"tidak sebanding, komponen ini baru ada pada {to_year}"
    if pd.isna(row.to_weight):
        return f"tidak sebanding, komponen ini tidak ada lagi pada {to_year}"
    weights = (
        ""
        if row.from_weight == row.to_weight
        else f"; bobotnya berubah dari {row.from_weight:.0f}% menjadi {row.to_weight:.0f}%"
    )
    if row.comparable == "unknown":
        return f"belum diketahui, {NO_LIST}{weights}"
    counts = {"same": "sama", "changed": "berubah kalimat", "new": "baru", "dropped": "dihapus"}
    said = [f"{getattr(row, k):.0f} butir {v}" for k, v in counts.items() if getattr(row, k)]
    words = {"yes": "sebanding", "partly": "sebagian sebanding", "no": "tidak sebanding"}
    return f"{words[row.comparable]}, {listed(said)}{weights}"
