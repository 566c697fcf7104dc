"""A matplotlib figure as one of the house: the finding over it, its source under it, in words too.

The colours are Okabe and Ito's blue and vermilion, darkened: dark, middle and light also in grey.
"""

import io
import re
import textwrap
import warnings
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import matplotlib as mpl
import pandas as pd
import seaborn as sns
from cycler import cycler
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, MaxNLocator, ScalarFormatter

from kukar_analysis import formats, framework
from kukar_analysis.errors import UsageError
from kukar_analysis.show.cells import text
from kukar_analysis.show.words import Missing, Shown, empty, render, sources, stated

NOW, BEFORE, OTHERS, INK = "#0b3c6f", "#b35900", "#a9b4bf", "#222222"
PAST_AND_NOW = [BEFORE, NOW]
# six that stay apart by their lightness alone, as in grey
_PALETTE = [NOW, BEFORE, "#4f93b8", "#f0c35a", "#853a70", OTHERS]
WIDTH = 5.6  # inches: so that a letter is still 9 pixels high on a telephone of 390 pixels
_ROW, _FRAME = 0.4, 1.5  # inches of a row, and of what stands over and under them
_LABEL = 30  # characters in a line of a row's label
_STYLE: Any = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.prop_cycle": cycler(color=_PALETTE),
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "text.parse_math": False,
    "grid.color": "#d7dce1",
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "svg.hashsalt": "kukar",
    "svg.fonttype": "path",
}


def axes(rows: int | None = None, *, height: float | None = None, **more: Any) -> Axes:
    """Return new Axes in the style of the house, for so many rows or so many inches high."""
    sns.set_theme(style="whitegrid", rc=_STYLE)
    # an empty frame has no hue; the empty place says so in the reader's words
    warnings.filterwarnings("ignore", "Ignoring `palette` because no `hue`", UserWarning)
    tall = height or (_FRAME + _ROW * max(rows, 2) if rows is not None else 3.6)
    made: Axes = plt.figure(figsize=(WIDTH, tall), layout="constrained").add_subplot(**more)
    return made


def figure(
    of: Any,
    finding: str,
    *,
    alt: str,
    source: str | pd.DataFrame | None = None,
    missing: Missing = None,
) -> Shown:
    """Return a figure with its finding as title and its source below, or what is missing for it.

    `of`: Axes, a Figure or a grid of seaborn's; `alt` says it in words; `source`: a sentence, or a
    frame with origins. Axes labelled with a column of columns.csv get its heading, ids their names.
    """
    part = of if isinstance(of, Figure) else getattr(of, "figure", None)
    drawn = getattr(part, "figure", None)  # the whole of it
    if not isinstance(drawn, Figure):
        kind = type(of).__name__
        raise UsageError(f"a {kind} is no figure; expected Axes, a Figure or a grid of seaborn's")
    plt.close(drawn)
    if stated(missing):
        return replace(empty(missing), figure=drawn)  # a finding of nothing is none
    with mpl.rc_context(_STYLE):
        sns.despine(drawn, left=True)
        for ax in drawn.axes:
            _readable(ax)
        for words in drawn.findobj(Text):
            words.set_parse_math(False)  # a name with a dollar sign is no formula
        drawn.set_layout_engine("constrained")  # seaborn's grids bring one that moves nothing
        _fit(drawn.suptitle("", x=0.01, ha="left", fontweight="bold", fontsize=11), finding)
        below = source if isinstance(source, str | None) else sources(source)
        if below:
            _fit(drawn.supxlabel("", x=0.01, ha="left", fontsize=9, color="#454c53"), below)
        if len(drawn.axes) == 1 and drawn.axes[0].get_legend():
            _legend_above(drawn.axes[0])
        buffer = io.StringIO()
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    said = " ".join(f"{words.removesuffix('.')}." for words in (finding, alt) if words)
    # a page is a quarter smaller by hundredths of a point, and by quotes that may stand in an URL
    data = re.sub(r"([1-9]\d*\.\d\d)\d{3,}|\s+", lambda m: m[1] or " ", buffer.getvalue())
    data = quote(re.sub(r'="([^"\']*)"', r"='\1'", data), safe=" '=:/;,()*+-.!@[]{}")
    return Shown(render("figure", alt=said, data=data), said, figure=drawn)


def _fit(made: Text, words: str) -> None:
    figure: Any = made.get_figure()
    for width in range(int(figure.get_figwidth() * 20), 10, -2):
        made.set_text(textwrap.fill(words, width))
        if made.get_window_extent().width < figure.bbox.width * 0.97:
            break


class _Comma(ScalarFormatter):
    """Ticks as Indonesian readers write numbers: 2,5 and 10.000, but the year 2023."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        places = len(super().__call__(x, pos).partition(".")[2])
        said = formats.number(x, places)
        return said.replace(".", "") if abs(x) < 10_000 else said


def _readable(ax: Axes) -> None:
    """Put names, headings and decimal commas on an Axes, its legend over it, in lines that fit."""
    known = framework.load().columns
    for axis, ticks in ((ax.xaxis, ax.get_xticklabels()), (ax.yaxis, ax.get_yticklabels())):
        defined = known.get(axis.get_label_text())
        formatter = axis.get_major_formatter()
        if defined and defined.format == "year":
            axis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
        if type(formatter) is ScalarFormatter:
            comma = _Comma(useOffset=False)
            comma.set_scientific(False)
            axis.set_major_formatter(comma)
        elif isinstance(formatter, StrCategoryFormatter | FixedFormatter):
            as_ = defined.format if defined else "text"
            names = [textwrap.fill(text(tick.get_text(), as_), _LABEL) for tick in ticks]
            axis.set_ticks(axis.get_ticklocs(), names)
        if defined:
            is_rows = axis is ax.yaxis and not isinstance(formatter, ScalarFormatter)
            axis.set_label_text("" if is_rows else defined.heading)
    legend = ax.get_legend()
    if legend and (defined := known.get(legend.get_title().get_text())):
        for words in legend.get_texts():
            words.set_text(text(words.get_text(), defined.format))


def _legend_above(ax: Axes) -> None:
    legend: Any = ax.get_legend()
    legend.set_in_layout(False)
    legend.figure.get_layout_engine().execute(legend.figure)
    for columns in (4, 3, 2, 1):
        sns.move_legend(ax, "lower left", bbox_to_anchor=(0, 1), ncols=columns, title=None)
        legend = ax.get_legend()
        if legend.get_window_extent().width <= ax.bbox.width:
            break
