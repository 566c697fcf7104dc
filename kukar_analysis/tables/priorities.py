"""Tables of what would raise the index, and of the way to a target."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, priorities
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.tables.common import (
    NOT_ON_RECORD,
    asked,
    no_components,
    no_questions,
    source,
)

_ROOMS = 8


def step_worth(year: int, region: Any) -> Shown:
    """Return what one point on one question of each component adds to the index."""
    year, code = asked(year, region)
    edition = compare.edition_of(year, code)
    if edition is None:
        return no_components(year, code)
    fw = framework.load()
    found = priorities.worth(year, code)
    least = found["per_point"].min()
    rows = [
        [
            fw.components[r.component].name,
            f"{r.weight}%",
            number(r.questions, 0),
            number(r.per_point, 4),
            NOTHING if r.per_point != r.per_point else f"{number(r.per_point / least, 1)}×",
        ]
        for r in found.itertuples()
    ]
    labels = ["Bobot", "Butir", "Satu poin pada satu butir menambah", "Dibanding yang terkecil"]
    return display.table(
        f"Nilai satu langkah, edisi {fw.groups[edition.group].name} {year}",
        [Column("Komponen"), *(Column(label, True) for label in labels)],
        rows,
        note=f"Bobot dibagi jumlah butir, sebelum pembulatan. {NOT_ON_RECORD} {source(year)}",
    )


def alone(year: int, region: Any, target: Any) -> Shown:
    """Return what each component would have to reach so that it alone brings the target."""
    year, code = asked(year, region)
    goal = priorities.points(target, "target")
    found = priorities.alone(year, code, goal)
    if found.empty:
        return no_components(year, code)
    fw = framework.load()
    rows = [
        [
            fw.components[r.component].name,
            f"{r.weight}%",
            number(r.score),
            number(r.needed) if r.needed == r.needed else "tidak cukup walau 4",
            number(r.rise, signed=True),
        ]
        for r in found.itertuples()
    ]
    labels = ["Bobot", "Nilai kini", f"Nilai untuk indeks {number(goal)}", "Kenaikan"]
    return display.table(
        f"Seandainya hanya satu komponen yang naik, {fw.regions[code].name} {year}",
        [Column("Komponen"), *(Column(label, True) for label in labels)],
        rows,
        note=f"Nilai terendah yang membawa indeks ke {number(goal)} sesudah dibulatkan, sedangkan"
        f" komponen lain tetap. {source(year)}",
    )


def rooms(year: int, region: Any, pillar: str = "") -> Shown:
    """Questions that would add most to the index if they rose to 4, of all or one pillar."""
    year, code = asked(year, region)
    fw = framework.load()
    found = priorities.rooms(year, code)
    if found.empty:
        return no_questions(year, code)
    if pillar:
        found = found[found["pillar"] == fw.pillar(pillar).pillar]
    shown = found[found["gain"] > 0].head(_ROOMS)
    rows = [
        [
            q.label,
            fw.components[q.component].name,
            _pillar(q.pillar),
            number(q.score),
            number(4 - q.score),
            number(q.gain, 3, signed=True),
            q.origin,
        ]
        for q in shown.itertuples()
    ]
    of = f"{fw.pillars[pillar].name}, " if pillar else ""
    return display.table(
        f"Butir dengan ruang naik terbesar: {of}{fw.regions[code].name} {year}",
        [
            Column("Butir"),
            Column("Komponen"),
            Column("Pilar"),
            Column("Nilai", True),
            Column("Sampai 4", True),
            Column("Tambahan indeks", True),
            Column("Asal"),
        ],
        rows,
        note=f"Ditunjukkan {len(shown)} dari {int((found['gain'] > 0).sum())} butir yang belum 4."
        f" Tambahan indeks bila butir itu naik sampai 4, sebelum pembulatan. {source(year)}",
    )


def _pillar(pillar: Any) -> str:
    return framework.load().pillars[pillar].name if isinstance(pillar, str) else NOTHING


def shortest_way(year: int, region: Any, target: Any, step: Any, fixed: str) -> Shown:
    """Fewest steps that bring the index to the target, question by question."""
    year, code = asked(year, region)
    goal, size = priorities.points(target, "target"), priorities.points(step, "step")
    way = priorities.shortest_way(year, code, goal, step=size, fixed=priorities.names(fixed))
    if way is None:
        return no_questions(year, code)
    if way.moves.empty or not way.is_reached:
        return display.nothing()
    fw = framework.load()
    rows = [
        [
            fw.questions[m.question].label,
            fw.components[m.component].name,
            _pillar(m.pillar),
            number(m.from_score),
            number(m.to_score),
            number(m.steps, 0),
        ]
        for m in way.moves.itertuples()
    ]
    return display.table(
        f"Jalan terpendek {fw.regions[code].name} ke {number(goal)}, dari nilai {year}",
        [
            Column("Butir"),
            Column("Komponen"),
            Column("Pilar"),
            Column("Dari", True),
            Column("Ke", True),
            Column("Langkah", True),
        ],
        rows,
        note=f"Satu langkah = {number(size)} poin pada satu butir, paling tinggi sampai 4."
        " Bila ada jalan lain yang sama panjang, yang ini menaikkan nilai terendah lebih dahulu."
        f" Biaya dan kemungkinan tiap langkah hanya diketahui kantor. {source(year)}",
    )
