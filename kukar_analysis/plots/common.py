"""What all figures share: marks, sizes, and how a figure is begun and finished."""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kukar_analysis import display
from kukar_analysis.display import Shown
from kukar_analysis.formats import number

OWN, BEFORE, OTHERS, INK = "#0b3c6f", "#b35900", "#a9b4bf", "#222222"
"""Okabe and Ito's blue and vermilion, darkened: dark, middle and light also in grey."""
WIDTH = 7.2
"""inches: the text width of an A4 page"""

NOW: Any = {"marker": "o", "s": 52, "color": OWN, "zorder": 4}
LAST: Any = {"marker": "D", "s": 38, "facecolor": "white", "edgecolor": BEFORE, "linewidth": 1.6}
MEAN: Any = {"marker": "|", "s": 240, "color": INK, "linewidth": 2.2, "zorder": 3}
WORDS: Any = {"textcoords": "offset points", "fontsize": 8.5}
STYLE: Any = {
    "font.size": 9.5,
    "axes.titlesize": 11,
    "svg.hashsalt": "kukar",
    "svg.fonttype": "path",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "grid.color": "#d7dce1",
}


def new(height: float) -> tuple[Figure, Axes]:
    """Return a figure outside pyplot, so that none is shown twice or kept open."""
    with sns.axes_style("whitegrid"), mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
    return figure, axes


def score_axis(axes: Axes, names: list[str]) -> None:
    """Scores from 0 to 4 across, one row a name, the first on top."""
    axes.set(xlim=(-0.05, 4.1), ylim=(len(names) - 0.4, -0.7), xlabel="nilai (0 sampai 4)")
    axes.set_yticks(range(len(names)), names)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x, 0)))
    axes.set_xticks(range(5))
    axes.grid(axis="y", visible=False)


def shown(figure: Figure, axes: Axes, finding: str, source: str, alt: str) -> Shown:
    """Put the finding over and the source under a figure, and give it its alternative text."""
    with mpl.rc_context(STYLE):
        sns.despine(figure, left=True)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=3,
                frameon=False,
                fontsize=8.5,
                columnspacing=1.2,
                borderaxespad=0.2,
            )
        title = "\n".join(textwrap.wrap(finding, 76))
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=11)
        wrapped = "\n".join(textwrap.wrap(source, 118))
        figure.supxlabel(wrapped, x=0.01, ha="left", fontsize=7.2, color="#454c53")
        return display.figure(figure, f"{finding}. {alt}.")
