"""Figures of the candidates for quick win."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from kukar_analysis import display, formats, framework
from kukar_analysis.analysis import quality, quick_wins
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import INK, NOW, OTHERS, OWN, new, score_axis, shown
from kukar_analysis.tables.programmes import files
from kukar_analysis.tables.quick_win import weighting_share, weights_in_words

_SHADES = ("#f4f6f8", "#e3e8ec", "#cfd6dc", "#b4bec7", "#8f9ca8")
"""From the lowest to the highest risk; all light enough for dark figures on them."""
_PER_LINE = 6
_LONGEST = 44


def quick_win_scores(year: Any, region: Any, weights: str) -> Shown:
    """Candidates by score, each with where its score lies when weights change."""
    fw = framework.load()
    year, place = quality.year(year), fw.region(region)
    found = quick_wins.ranking(year, place.region, weights).dropna(subset="score")
    if found.empty:
        return display.nothing()
    names = [
        f"{n}. {textwrap.shorten(programme, _LONGEST, placeholder='…')}"
        for n, programme in enumerate(found["programme"], start=1)
    ]
    figure, axes = new(len(names) * 0.36 + 1.7)
    rows = range(len(names))
    axes.hlines(
        rows, found["low"], found["high"], color=OTHERS, linewidth=5, label="90% susunan bobot"
    )
    axes.scatter(found["score"], rows, label="nilai dengan bobot ini", **NOW)
    for row, c in enumerate(found.itertuples()):
        said = f"{number(c.score)}; pertama {weighting_share(c.first)}"
        axes.annotate(
            said, (4.15, row), va="center", color=OWN, fontsize=8.2, annotation_clip=False
        )
    score_axis(axes, names)
    best = found[found["rank"] == 1]
    finding = (
        f"{formats.listed(best['programme'].tolist())} bernilai tertinggi"
        f" ({number(best['score'].iloc[0])}), pertama pada"
        f" {weighting_share(best['first'].sum())} susunan bobot"
    )
    alt = f"Nilai calon quick win {place.name} {year}: " + "; ".join(
        f"{name} {number(c.score)}, antara {number(c.low)} dan {number(c.high)}, pertama pada"
        f" {weighting_share(c.first)}"
        for name, c in zip(names, found.itertuples(), strict=True)
    )
    source = (
        f"{place.name}, {year}. Bobot: {weights_in_words(weights)}. Garis: 5 sampai 95 persen nilai"
        f" pada {number(quick_wins.DRAWS, 0)} susunan bobot acak."
        f" {files(found['origin'], found['aspects_origin'])}"
    )
    return shown(figure, axes, finding, source, alt)


def risk_matrix(year: Any, region: Any, weights: str) -> Shown:
    """Candidates by the likelihood and impact of their risk, by their number in the ranking."""
    fw = framework.load()
    year, place = quality.year(year), fw.region(region)
    found = quick_wins.ranking(year, place.region, weights)
    found = found.assign(number=range(1, len(found) + 1)).dropna(subset="risk")
    if found.empty:
        return display.nothing()
    levels = {r.level: r.name for r in fw.risk_levels}
    figure, axes = new(3.6)
    cells = []
    for across in levels:
        for up in levels:
            here = found[(found["likelihood"] == across) & (found["impact"] == up)]
            _cell(axes, across, up, here["number"])
            if len(here):
                who = formats.listed(here["programme"].tolist())
                cells.append(f"{levels[across]} dan {levels[up]}: {who}")
    axes.set(xlim=(0.5, 3.5), ylim=(0.5, 3.5), xlabel="kemungkinan", ylabel="dampak")
    axes.set_xticks(list(levels), [f"{level} {name}" for level, name in levels.items()])
    axes.set_yticks(list(levels), [f"{level} {name}" for level, name in levels.items()])
    axes.grid(visible=False)
    highest = found[found["risk"] == found["risk"].max()]
    finding = (
        f"Risiko tertinggi di antara calon: {number(highest['risk'].iloc[0], 0)}"
        f" ({formats.listed(highest['programme'].tolist())})"
    )
    alt = f"Calon quick win {place.name} {year} menurut kemungkinan dan dampak: " + "; ".join(cells)
    source = f"Angka tebal: nomor calon pada tabel peringkat. {files(found['origin'])}"
    return shown(figure, axes, finding, source, alt)


def _cell(axes: Axes, likelihood: int, impact: int, numbers: pd.Series) -> None:
    """Draw a cell of the matrix: darker for a higher risk, with the numbers of its candidates."""
    levels = [r.level for r in framework.load().risk_levels]
    risks = sorted({a * b for a in levels for b in levels})
    shade = _SHADES[risks.index(likelihood * impact) * len(_SHADES) // len(risks)]
    corner = (likelihood - 0.5, impact - 0.5)
    axes.add_patch(Rectangle(corner, 1, 1, facecolor=shade, edgecolor="white"))
    texts = [str(n) for n in numbers]
    lines = ["  ".join(texts[i : i + _PER_LINE]) for i in range(0, len(texts), _PER_LINE)]
    middle: Any = {"ha": "center", "va": "center", "fontweight": "bold", "color": INK}
    axes.annotate("\n".join(lines), (likelihood, impact), **middle)
    place = (likelihood - 0.47, impact - 0.45)
    axes.annotate(f"risiko {likelihood * impact}", place, fontsize=7.2, color=INK)
