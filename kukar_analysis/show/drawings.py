"""Figures that need more than a cell: each takes a frame, draws it, and returns the Axes."""

from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from kukar_analysis import framework
from kukar_analysis.formats import number
from kukar_analysis.show.cells import column
from kukar_analysis.show.figure import BEFORE, INK, NOW, OTHERS, axes

_WORDS: Any = {"textcoords": "offset points", "fontsize": 9}
# from the lowest to the highest risk; all light enough for dark figures on them
_SHADES = ("#f4f6f8", "#e3e8ec", "#cfd6dc", "#b4bec7", "#8f9ca8")


def waterfall(
    frame: pd.DataFrame,
    start: float,
    *,
    label: str = "kind",
    ends: tuple[str, str],
    ax: Axes | None = None,
) -> Axes:
    """Walk from `start` by the effects to where they lead; rises full, falls hatched.

    Columns: `label` (named as columns.csv says) and effect (points of the index), a row a bar, from
    the top; `ends` are the labels of the first and last value.
    """
    ax = axes(len(frame) + 2) if ax is None else ax
    at = start
    for row, effect in enumerate(frame["effect"], start=1):
        look: Any = {"facecolor": NOW, "edgecolor": NOW}
        if effect < 0:
            look = {"facecolor": "white", "edgecolor": BEFORE, "hatch": "////"}
        ax.barh(row, effect, left=at, height=0.62, **look)
        right = max(at, at + effect)
        ax.annotate(number(effect, 3, signed=True), (right, row), (5, 0), va="center", **_WORDS)
        at += effect
        ax.plot([at, at], [row + 0.31, row + 0.69], color=INK, linewidth=0.7)
    last = len(frame) + 1
    for row, value in ((0, start), (last, at)):
        ax.scatter([value], [row], marker="D", s=46, color=INK, zorder=4)
        ax.annotate(number(value), (value, row), (8, 0), va="center", fontweight="bold", **_WORDS)
    ax.set_yticks(range(last + 1), [ends[0], *column(frame[label]).texts, ends[1]])
    ax.set(ylim=(last + 0.6, -0.7), xlabel="indeks")
    ax.use_sticky_edges = False  # bars would stop the margins
    ax.margins(x=0.14)
    ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5, steps=[1, 2, 5]))
    ax.grid(axis="y", visible=False)
    return ax


def risk_matrix(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw candidates by the likelihood and impact of their risk, darker for a higher one.

    Columns: number (as in the table beside it), likelihood and impact (1 to 3, null = not stated).
    """
    ax = ax or axes(height=3.6)
    levels = {int(level): name for level, name in framework.load().names["level"].items()}
    risks = sorted({a * b for a in levels for b in levels})
    middle: Any = {"ha": "center", "va": "center", "fontweight": "bold", "color": INK}
    for across in levels:
        for up in levels:
            shade = _SHADES[risks.index(across * up) * len(_SHADES) // len(risks)]
            corner = (across - 0.5, up - 0.5)
            ax.add_patch(Rectangle(corner, 1, 1, facecolor=shade, edgecolor="white"))
            here = frame[(frame["likelihood"] == across) & (frame["impact"] == up)]
            texts = [str(n) for n in here["number"]]
            lines = ["  ".join(texts[i : i + 5]) for i in range(0, len(texts), 5)]
            ax.annotate("\n".join(lines), (across, up), **middle)
            ax.annotate(f"risiko {across * up}", (across - 0.46, up - 0.45), fontsize=8)
    ticks = list(levels), [f"{level} {name}" for level, name in levels.items()]
    ax.set_xticks(*ticks)
    ax.set_yticks(*ticks)
    ax.set(xlim=(0.5, 3.5), ylim=(0.5, 3.5), xlabel="kemungkinan", ylabel="dampak")
    ax.grid(visible=False)
    return ax


def rank_intervals(frame: pd.DataFrame, region: str, *, ax: Axes | None = None) -> Axes:
    """Draw the intervals of all ranks, the best printed rank first, and one region's marked.

    Columns: region, printed_rank, low, high (its ranks in 90% of the simulations), of (regions).
    """
    ax = axes(height=3.9) if ax is None else ax
    every = frame.sort_values("printed_rank", kind="stable", ignore_index=True)
    place = framework.load().names["region"].get(region, region)
    thick = min(3.0, 220 / max(len(every), 1))
    look: Any = {"color": OTHERS, "linewidth": thick, "label": "90% simulasi"}
    ax.vlines(every.index, every["low"], every["high"], **look)
    ax.scatter(every.index, every["printed_rank"], s=5, color=INK, zorder=3, label="nilai tercetak")
    for at, own in every[every["region"] == region].iterrows():
        ax.vlines([at], own["low"], own["high"], color=NOW, linewidth=thick + 1.6, zorder=4)
        ax.scatter([at], [own["printed_rank"]], marker="D", s=42, color=NOW, zorder=5, label=place)
        # above the falling line on its left half, below it on the right: there it is free
        where: Any = {"xy": (at, own["low"]), "xytext": (8, 4), "ha": "left", "va": "bottom"}
        if int(str(at)) >= len(every) / 2:
            where = {"xy": (at, own["high"]), "xytext": (-8, -4), "ha": "right", "va": "top"}
        words = " sampai ".join(str(rank) for rank in sorted({own["low"], own["high"]}))
        ax.annotate(words, color=NOW, fontweight="bold", **where, **_WORDS)
    of = int(every["of"].max()) if len(every) else 1
    ax.set(xlabel="daerah menurut nilai tercetak", ylabel="peringkat", xticks=[])
    ax.set(xlim=(-1, len(every)), ylim=(1.1 * of + 0.5, 1 - 0.1 * of))
    step = next(s for s in (1, 5, 10, 20, 50, 100) if of / s <= 8)
    ax.set_yticks(sorted({1, *range(step, of - step // 2, step), of}))  # round ones between
    ax.grid(axis="x", visible=False)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, columnspacing=1.2)
    return ax
