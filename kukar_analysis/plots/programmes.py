"""Figures of programmes."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kukar_analysis import display, framework
from kukar_analysis.analysis import programmes, quality
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.plots.common import BEFORE, INK, OTHERS, OWN, WORDS, new, shown
from kukar_analysis.tables.programmes import UNKNOWN, files, status_word

_MARKS: dict[Any, Any] = {
    "done": {"marker": "o", "s": 44, "facecolor": OWN, "edgecolor": "white"},
    "running": {"marker": "D", "s": 34, "facecolor": OTHERS, "edgecolor": INK},
    "not_begun": {"marker": "s", "s": 34, "facecolor": "white", "edgecolor": BEFORE},
    None: {"marker": "x", "s": 34, "color": INK},
}
_EDGES = (-10.0, 150.0)
"""What lies beyond is drawn at the edge, with its figure."""
_LANES = (0.0, -0.26, 0.26, -0.13, 0.13)
"""Neighbours of a pillar stand in other lanes, so that no mark covers another."""


def programme_achievement(year: Any, region: Any) -> Shown:
    """Every programme's achievement by pillar, its status as the mark, over the five bands."""
    fw = framework.load()
    year, place = quality.year(year), fw.region(region)
    found = programmes.progress(year, place.region).dropna(subset="percent")
    if found.empty:
        return display.nothing()
    own = [p for p in fw.pillars if p in set(found["pillar"])]
    figure, axes = new(len(own) * 0.62 + 1.9)
    found = found.sort_values("percent")
    lanes = found.groupby("pillar").cumcount().map(lambda n: _LANES[n % len(_LANES)])
    found = found.assign(x=found["percent"].clip(*_EDGES), y=found["pillar"].map(own.index) + lanes)
    for status, mark in _MARKS.items():
        some = found[found["status"].isna() if status is None else found["status"] == status]
        if len(some):
            label = status_word(status) if status else f"status {UNKNOWN}"
            axes.scatter(some["x"], some["y"], label=label, linewidth=1.3, zorder=3, **mark)
    for p in found[found["x"] != found["percent"]].itertuples():
        axes.annotate(f"{number(p.percent, 0)}%", (p.x, p.y), (0, 6), ha="center", **WORDS)
    _bands(axes, found["x"])
    axes.set(ylim=(len(own) - 0.45, -0.55), xlabel="realisasi terhadap target (persen)")
    axes.set_yticks(range(len(own)), [fw.pillars[p].name for p in own])
    axes.grid(visible=False)
    for row in range(len(own) - 1):
        axes.axhline(row + 0.5, color="#e3e8ec", linewidth=0.8, zorder=0)
    reached = int((found["percent"] >= 100).sum())
    lowest = list(fw.achievement_bands.values())[-1]
    low = int((found["band"] == lowest.band).sum())
    finding = (
        f"{reached} dari {len(found)} program yang punya persentase mencapai target; {low} berada"
        f" pada pita {lowest.name}"
    )
    alt = f"Capaian program {place.name} {year}: " + "; ".join(
        f"{fw.pillars[p].name} {listed(_said(found[found['pillar'] == p]))}" for p in own
    )
    source = f"Satu tanda satu program. {files(found['origin'])}"
    return shown(figure, axes, finding, source, alt)


def _bands(axes: Axes, percents: pd.Series) -> None:
    """Draw where each band begins, and its name over it."""
    bands = list(framework.load().achievement_bands.values())
    left, right = min(30.0, percents.min() - 4), max(106.0, percents.max() + 4)
    axes.set_xlim(left, right)
    ends = [right, *(float(b.lowest) for b in bands if b.lowest is not None), left]
    for end in ends[1:-1]:
        axes.axvline(end, color=OTHERS, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    ticks = [*ends[1:-1], 100.0]
    axes.set_xticks(ticks, [number(tick, 0) for tick in ticks])
    for b, high, low in zip(bands, ends, ends[1:], strict=False):
        axes.annotate(
            b.name,
            ((low + high) / 2, 0.005),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=7.6,
            color="#454c53",
        )


def _said(found: pd.DataFrame) -> list[str]:
    return [f"{number(p.percent, 1)}% ({status_word(p.status)})" for p in found.itertuples()]
