"""Figures of how firm a rank is."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pandas as pd

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import robustness
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import INK, OTHERS, OWN, WORDS, new, shown


def rank_intervals(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Rank intervals of all regions by their printed rank, the own one marked."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    found = robustness.intervals(year, int(draws), int(seed))
    every = robustness.around(found, place.region)
    if every.empty:
        return display.nothing()
    at = int(every.index[every["region"] == place.region][0])
    own = every.loc[at]
    figure, axes = new(3.9)
    thick = min(3.0, 260 / len(every))
    axes.vlines(
        every.index, every["low"], every["high"], color=OTHERS, linewidth=thick, label="90% undian"
    )
    axes.scatter(every.index, every["printed_rank"], s=5, color=INK, zorder=3, label="tercetak")
    axes.vlines([at], own["low"], own["high"], color=OWN, linewidth=thick + 1.6, zorder=4)
    axes.scatter(
        [at], [own["printed_rank"]], marker="D", s=42, color=OWN, zorder=5, label=place.name
    )
    ends = sorted({own["low"], own["high"]})
    words = f"{place.name}: " + " sampai ".join(map(str, ends))
    # Above the falling line on the right, or below it on the left: no other line is there.
    if at < len(every) / 2:
        place_of: Any = {"xy": (at, own["low"]), "xytext": (8, 4), "ha": "left", "va": "bottom"}
    else:
        place_of = {"xy": (at, own["high"]), "xytext": (-8, -4), "ha": "right", "va": "top"}
    axes.annotate(words, color=OWN, fontweight="bold", **place_of, **WORDS)
    axes.set(xlabel="daerah menurut peringkat tercetak", ylabel="peringkat", xticks=[])
    axes.set_xlim(-1, len(every))
    axes.set_ylim(1.1 * own["of"] + 0.5, 1 - 0.1 * own["of"])
    axes.yaxis.set_major_locator(mpl.ticker.FixedLocator(_ticks(int(own["of"]))))
    axes.grid(axis="x", visible=False)
    return shown(
        figure,
        axes,
        _finding(own, place.name),
        f"Satu garis satu daerah; {number(draws, 0)} undian cara hitung. {tables.source(year)}",
        f"Rentang peringkat {len(every)} daerah {year}; {words}, tercetak {own['printed_rank']}",
    )


def rank_importance(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Show the Sobol indices of a region's rank, a bar a choice."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    found = robustness.importance(year, place.region, int(draws), int(seed))
    if found.empty:
        return display.nothing()
    found = found.sort_values("total", ascending=False, ignore_index=True)
    figure, axes = new(3.0)
    rows = found.index
    axes.barh(
        rows, found["total"], 0.62, color="white", edgecolor=INK, label="total, dengan interaksi"
    )
    axes.barh(rows, found["first"].clip(lower=0), 0.34, color=OWN, label="sendiri")
    axes.hlines(
        rows, found["total_low"], found["total_high"], color=INK, linewidth=2.2, label="selang 95%"
    )
    for row, r in enumerate(found.itertuples()):
        axes.annotate(number(r.total), (max(r.total, r.total_high), row), (5, -3), **WORDS)
    axes.set(xlim=(0, max(1.0, found["total_high"].max()) * 1.06), ylim=(len(found) - 0.5, -0.6))
    axes.set_yticks(rows, [tables.choice_name(c) for c in found["choice"]])
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x, 1)))
    axes.set_xlabel("bagian ragam peringkat")
    axes.grid(axis="y", visible=False)
    top = found.iloc[0]
    finding = f"Paling menentukan peringkat {place.name}: {tables.choice_name(top['choice'])}"
    alt = "Indeks Sobol total dan sendiri: " + "; ".join(
        f"{tables.choice_name(r.choice)} {number(r.total)} dan {number(r.first)}"
        for r in found.itertuples()
    )
    return shown(figure, axes, finding, f"{place.name}, {year}. {tables.source(year)}", alt)


def _finding(own: pd.Series, name: str) -> str:
    if own["low"] == own["high"]:
        return f"Peringkat {name} tetap {own['low']} dari {own['of']} pada 90% undian"
    return (
        f"Peringkat {name} tercetak {own['printed_rank']} dari {own['of']}; 90% undian memberi"
        f" {own['low']} sampai {own['high']}"
    )


def _ticks(of: int) -> list[int]:
    """Return the first and last rank and round ones between."""
    step = next(s for s in (1, 5, 10, 20, 50, 100) if of / s <= 8)
    return sorted({1, *range(step, of - step // 2, step), of})
