"""Figures of what moved the index between two years."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import BEFORE, INK, OWN, WORDS, new, shown


def waterfall(region: Any, from_year: int, to_year: int) -> Shown:
    """Walk from last year's value to this year's, one bar an effect; rises full, falls hatched."""
    fw = framework.load()
    place, from_year, to_year = fw.region(region), fw.year(from_year), fw.year(to_year)
    found = compare.decompose_change(place.region, from_year, to_year)
    final = compare.index_value(to_year, place.region).value
    if final is None or found.empty or "not_split" in set(found["kind"]):
        return display.nothing()
    bars = tables.effects_of_kind(found)
    total = float(found["effect"].sum())
    start = float(final) - total
    figure, axes = new(len(bars) * 0.36 + 2.2)
    labels = [f"{from_year}: nilai dasar", *(label for label, _ in bars), f"{to_year}: nilai final"]
    at = start
    for row, (_, effect) in enumerate(bars, start=1):
        rise: Any = {"facecolor": OWN, "edgecolor": OWN}
        fall: Any = {"facecolor": "white", "edgecolor": BEFORE, "hatch": "////"}
        axes.barh(row, effect, left=at, height=0.62, **(rise if effect > 0 else fall))
        right = max(at, at + effect)
        axes.annotate(number(effect, 3, signed=True), (right, row), (5, 0), va="center", **WORDS)
        at += effect
        axes.plot([at, at], [row + 0.31, row + 0.69], color=INK, linewidth=0.7)
    for row, value in ((0, start), (len(bars) + 1, float(final))):
        axes.scatter([value], [row], marker="D", s=46, color=INK, zorder=4)
        axes.annotate(number(value), (value, row), (8, 0), va="center", fontweight="bold", **WORDS)
    axes.set_yticks(range(len(labels)), labels)
    axes.set(ylim=(len(labels) - 0.4, -0.7), xlabel="indeks")
    axes.use_sticky_edges = False  # bars would stop the margins
    axes.margins(x=0.1)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x)))
    axes.xaxis.set_major_locator(mpl.ticker.MaxNLocator(6, steps=[1, 2, 5]))
    axes.grid(axis="y", visible=False)
    most = max(bars, key=lambda bar: abs(bar[1]))
    finding = (
        f"Dari peningkatan {number(total, signed=True)}, yang terbesar: {most[0]}"
        f" ({number(most[1], signed=True)})"
    )
    alt = (
        f"Air terjun indeks {place.name} dari {number(start)} ({from_year}) ke {number(final)}"
        f" ({to_year}): "
    ) + "; ".join(f"{label} {number(effect, 3, signed=True)}" for label, effect in bars)
    return shown(figure, axes, finding, f"{place.name}. {tables.source(from_year, to_year)}", alt)
