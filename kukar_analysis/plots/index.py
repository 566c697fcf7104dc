"""Figures of the index of one region and year."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import seaborn as sns

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import MEAN, NOW, OTHERS, OWN, WORDS, new, score_axis, shown


def components(year: int, region: Any) -> Shown:
    """Components of a region against the mean and the range of its group."""
    fw = framework.load()
    place = fw.region(region)
    profile = compare.component_profile(fw.year(year), place.region)
    if profile["gap"].dropna().empty:
        return display.nothing()
    group = tables.group_name(year, place.region)
    names = [
        f"{fw.components[c].name} ({w}%)"
        for c, w in zip(profile["component"], profile["weight"], strict=True)
    ]
    worst = profile.loc[profile["gap"].idxmin()]
    finding = (
        f"{fw.components[worst['component']].name} paling tertinggal dari rata-rata {group}"
        f" ({number(worst['gap'], signed=True)})"
        if worst["gap"] < 0
        else f"Tidak ada komponen di bawah rata-rata {group}"
    )
    figure, axes = new(len(names) * 0.42 + 1.5)
    rows = range(len(names))
    low, high = profile["group_low"], profile["group_high"]
    axes.hlines(rows, low, high, color=OTHERS, linewidth=5, label="rentang kelompok")
    axes.scatter(profile["group_mean"], rows, label="rata-rata kelompok", **MEAN)
    axes.scatter(profile["score"], rows, label=place.name, **NOW)
    for row, value in zip(rows, profile["score"], strict=True):
        axes.annotate(number(value), (value, row), (0, 8), ha="center", color=OWN, **WORDS)
    score_axis(axes, names)
    alt = f"Diagram titik komponen {place.name} {year}: " + "; ".join(
        f"{name} {number(p.score)}, rata-rata kelompok {number(p.group_mean)}"
        for name, p in zip(names, profile.itertuples(), strict=True)
    )
    return shown(figure, axes, finding, f"{place.name}, {year}. {tables.source(year)}", alt)


def distribution(year: int, region: Any) -> Shown:
    """Show the finals of all regions that took part, by group, the region's own marked."""
    fw = framework.load()
    place, year = fw.region(region), fw.year(year)
    everyone = compare.participants(year)
    own = everyone[everyone["region"] == place.region]
    if own.empty:
        return display.nothing()
    standing = compare.ranks(year, place.region).iloc[0]
    field = "peserta" if standing["scope"] == "national" else f"peserta {standing['name']}"
    sizes = everyone["group"].value_counts()
    labels = {g: f"{fw.groups[g].name}\n({sizes[g]} daerah)" for g in fw.groups if g in sizes}
    everyone = everyone.assign(label=everyone["group"].map(labels))
    order = list(labels.values())
    figure, axes = new(1.15 * len(order) + 1.4)
    sns.swarmplot(
        everyone,
        x="index_published",
        y="label",
        order=order,
        size=4.6,
        color=OTHERS,
        edgecolor="#6c7782",
        linewidth=0.5,
        ax=axes,
    )
    value = float(own["index_published"].iloc[0])
    line = order.index(everyone.loc[own.index, "label"].iloc[0])
    axes.axvline(value, color=OWN, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.scatter([value], [line], marker="D", s=62, color=OWN, zorder=5)
    name = f"{place.name} {number(value)}"
    axes.annotate(name, (value, line - 0.42), (5, 0), color=OWN, fontweight="bold", **WORDS)
    axes.set(xlabel="nilai final", ylabel="", xlim=(0.8, 4.05), ylim=(len(order) - 0.4, -0.7))
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x, 1)))
    finding = f"{place.name} di peringkat {standing['rank']} dari {standing['of']} {field}"
    alt = (
        f"Sebaran nilai final {len(everyone)} daerah peserta {year} menurut kelompok, dari"
        f" {number(everyone['index_published'].min())} sampai"
        f" {number(everyone['index_published'].max())}; {place.name} {number(value)}"
    )
    return shown(figure, axes, finding, f"Satu titik satu daerah. {tables.source(year)}", alt)
