"""What would raise the index most, and how far a target is."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, gaps, priorities
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number


def raising(year: Any, region: Any, target: Any, step: Any, fixed: str) -> Shown:
    """Answer what would raise the index most, and the shortest way to the target."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    goal, size = priorities.points(target, "target"), priorities.points(step, "step")
    index = compare.index_value(year, place.region)
    if index.known != "printed" or index.value is None:
        return display.prose(
            f"Jalan ke {number(goal)} tidak dapat dihitung: nilai {place.name} {year} tidak"
            " tercatat."
        )
    if index.value >= goal:
        return display.prose(
            f"Indeks {place.name} {year}, {number(index.value)}, sudah mencapai {number(goal)}."
        )
    way = priorities.shortest_way(
        year, place.region, goal, step=size, fixed=priorities.names(fixed)
    )
    said = _by_component(year, place.region, goal) if way is None else _by_question(way, size)
    short = f"Menuju **{number(goal)}**, indeks {year} masih kurang {number(goal - index.value)}."
    return display.prose(short, *said)


def _by_component(year: int, code: str, goal: Decimal) -> list[str]:
    """Say what single components could do, where no question scores are on record."""
    fw = framework.load()
    found = priorities.alone(year, code, goal)
    if found.empty:
        return ["Nilai salah satu komponennya tidak tercatat."]
    able = found.dropna(subset="needed").sort_values("rise")
    said = [
        f"{fw.components[r.component].name} {number(r.score)} menjadi {number(r.needed)}"
        for r in able.itertuples()
    ]
    alone = (
        f"Satu komponen saja sudah cukup bila naik sejauh ini: {listed(said)}."
        if said
        else "Tidak ada satu komponen yang sendirian cukup, walau mencapai 4."
    )
    gap = gaps.questions_gap(year, code)
    return [
        alone,
        "Butir mana yang paling mudah dinaikkan belum dapat dikatakan: nilai per butir tidak"
        f" tercatat. {gap.waits_for if gap else ''}",
    ]


def _by_question(way: priorities.Way, size: Decimal) -> list[str]:
    fw = framework.load()
    if not way.is_reached:
        return [
            f"Sasaran itu **tidak tercapai** dengan butir yang boleh bergerak: bila semuanya"
            f" mencapai 4, indeks menjadi {number(way.index)}."
        ]
    by = way.moves.groupby("component")["steps"].sum().sort_values(ascending=False)
    said = [f"{fw.components[c].name} ({n})" for c, n in by.items()]
    return [
        f"Jalan terpendek: **{way.steps} langkah** sebesar {number(size)} poin pada"
        f" {len(way.moves)} butir, yaitu {listed(said)}; indeks menjadi {number(way.index)}"
        " sesudah dibulatkan. Langkah yang mungkin dan biayanya hanya diketahui kantor."
    ]
