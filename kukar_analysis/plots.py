"""One function a figure. The title states the finding, the source stands under the figure.

Marks differ by shape and lightness, not by colour alone, so that a grey print says the same.
Without data a figure is nothing; the table beside it shows the empty place.
"""

from __future__ import annotations

import textwrap
from typing import Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kukar_analysis import compare, display, framework, pillars, quality, tables
from kukar_analysis.display import Shown
from kukar_analysis.formats import number

OWN, BEFORE, OTHERS, INK = "#0b3c6f", "#b35900", "#a9b4bf", "#222222"
"""Okabe and Ito's blue and vermilion, darkened: dark, middle and light also in grey."""
WIDTH = 7.2
"""inches: the text width of an A4 page"""

_NOW: Any = {"marker": "o", "s": 52, "color": OWN, "zorder": 4}
_LAST: Any = {"marker": "D", "s": 38, "facecolor": "white", "edgecolor": BEFORE, "linewidth": 1.6}
_MEAN: Any = {"marker": "|", "s": 240, "color": INK, "linewidth": 2.2, "zorder": 3}
_WORDS: Any = {"textcoords": "offset points", "fontsize": 8.5}
_STYLE: Any = {
    "font.size": 9.5,
    "axes.titlesize": 11,
    "svg.hashsalt": "kukar",
    "svg.fonttype": "path",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "grid.color": "#d7dce1",
}

_NOT_FAIR = {"no": "tidak sebanding", "unknown": "kesebandingan belum diketahui"}


def components(year: int, region: Any) -> Shown:
    """Components of a region against the mean and the range of its group."""
    fw = framework.load()
    place = fw.region(region)
    profile = compare.component_profile(fw.year(year), place.region)
    if profile.empty:
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
    figure, axes = _figure(len(names) * 0.42 + 1.5)
    rows = range(len(names))
    low, high = profile["group_low"], profile["group_high"]
    axes.hlines(rows, low, high, color=OTHERS, linewidth=5, label="rentang kelompok")
    axes.scatter(profile["group_mean"], rows, label="rata-rata kelompok", **_MEAN)
    axes.scatter(profile["score"], rows, label=place.name, **_NOW)
    for row, value in zip(rows, profile["score"], strict=True):
        axes.annotate(number(value), (value, row), (0, 8), ha="center", color=OWN, **_WORDS)
    _score_axis(axes, names)
    alt = f"Diagram titik komponen {place.name} {year}: " + "; ".join(
        f"{name} {number(p.score)}, rata-rata kelompok {number(p.group_mean)}"
        for name, p in zip(names, profile.itertuples(), strict=True)
    )
    return _shown(figure, axes, finding, f"{place.name}, {year}. {tables.source(year)}", alt)


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
    figure, axes = _figure(1.15 * len(order) + 1.4)
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
    axes.annotate(name, (value, line - 0.42), (5, 0), color=OWN, fontweight="bold", **_WORDS)
    axes.set(xlabel="nilai final", ylabel="", xlim=(0.8, 4.05), ylim=(len(order) - 0.4, -0.7))
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x, 1)))
    finding = f"{place.name} di peringkat {standing['rank']} dari {standing['of']} {field}"
    alt = (
        f"Sebaran nilai final {len(everyone)} daerah peserta {year} menurut kelompok, dari"
        f" {number(everyone['index_published'].min())} sampai"
        f" {number(everyone['index_published'].max())}; {place.name} {number(value)}"
    )
    return _shown(figure, axes, finding, f"Satu titik satu daerah. {tables.source(year)}", alt)


def pillar_questions(year: int, region: Any, pillar: str) -> Shown:
    """Every question of a pillar, with last year's score where the question is the same."""
    fw = framework.load()
    place, name = fw.region(region), fw.pillar(pillar).name
    questions = pillars.questions(fw.year(year), place.region, pillar)
    if questions.empty:
        return display.nothing()
    names = [
        f"{fw.components[q.component].abbreviation}: {q.label}" for q in questions.itertuples()
    ]
    figure, axes = _figure(len(names) * 0.31 + 1.5)
    rows = range(len(names))
    last = questions["last_score"]
    axes.hlines(
        rows, last.fillna(questions["score"]), questions["score"], color=OTHERS, linewidth=2
    )
    if last.notna().any():
        axes.scatter(last, rows, label=str(year - 1), zorder=3, **_LAST)
    axes.scatter(questions["score"], rows, label=str(year), **_NOW)
    for row, value in zip(rows, questions["score"], strict=True):
        axes.annotate(
            number(value), (4.12, row), va="center", color=OWN, fontsize=8.5, annotation_clip=False
        )
    _score_axis(axes, names)
    low = questions[questions["score"] == questions["score"].min()]
    where = low["label"].iloc[0] if len(low) == 1 else f"{len(low)} butir"
    finding = f"{name}: nilai terendah pada {where} ({number(low['score'].iloc[0])})"
    alt = f"Nilai {len(names)} butir {name} {place.name} {year}: " + "; ".join(
        f"{q.label} {number(q.score)}" for q in questions.itertuples()
    )
    return _shown(figure, axes, finding, f"{place.name}, {year}. {tables.source(year)}", alt)


def components_between(region: Any, from_year: int, to_year: int) -> Shown:
    """Components of two years; those that cannot be compared have a broken line."""
    fw = framework.load()
    place = fw.region(region)
    found = compare.components_between(place.region, fw.year(from_year), fw.year(to_year))
    both = found.dropna(subset="change")
    if both.empty:
        return display.nothing()
    names = [fw.components[c].name for c in both["component"]]
    figure, axes = _figure(len(names) * 0.45 + 1.5)
    for row, r in enumerate(both.itertuples()):
        fair = r.comparable in ("yes", "partly")
        line: Any = (
            {"color": OWN, "linestyle": "-"} if fair else {"color": OTHERS, "linestyle": "--"}
        )
        axes.plot([r.from_score, r.to_score], [row, row], linewidth=2.2, zorder=2, **line)
        said = number(r.change, signed=True) if fair else _NOT_FAIR[r.comparable]
        axes.annotate(said, (max(r.from_score, r.to_score), row), (8, 0), va="center", **_WORDS)
    rows = range(len(names))
    axes.scatter(both["from_score"], rows, label=str(from_year), zorder=3, **_LAST)
    axes.scatter(both["to_score"], rows, label=str(to_year), **_NOW)
    _score_axis(axes, names)
    fair = both[both["comparable"].isin(["yes", "partly"])]
    most = fair.loc[fair["change"].abs().idxmax()] if len(fair) else None
    finding = (
        f"{fw.components[most['component']].name} paling berubah"
        f" ({number(most['change'], signed=True)})"
        if most is not None
        else "Belum ada komponen yang diketahui sebanding antara kedua tahun"
    )
    alt = f"Nilai komponen {place.name} {from_year} dan {to_year}: " + "; ".join(
        f"{name} {number(r.from_score)} lalu {number(r.to_score)}"
        for name, r in zip(names, both.itertuples(), strict=True)
    )
    return _shown(figure, axes, finding, f"{place.name}. {tables.source(from_year, to_year)}", alt)


def coverage(year: Any, region: Any) -> Shown:
    """Agencies by pillar: how many questions each answered, and where nothing came."""
    year, place = quality.year(year), framework.load().region(region)
    found = quality.coverage(year, place.region).dropna(subset=["opd", "pillar"])
    if found.empty:
        return display.nothing()
    fw = framework.load()
    own = [p for p in fw.pillars if p in set(found["pillar"])]
    agencies = sorted(found["opd"].unique())
    figure, axes = _figure(len(agencies) * 0.27 + 1.7)
    for r in found.itertuples():
        x, y = own.index(r.pillar), agencies.index(r.opd)
        fill: Any = {"color": OWN} if r.answered else {"facecolor": "white", "edgecolor": BEFORE}
        axes.add_patch(mpl.patches.Rectangle((x - 0.42, y - 0.4), 0.84, 0.8, linewidth=1.4, **fill))
        said = str(r.answered) if r.answered else "belum"
        ink = "white" if r.answered else BEFORE
        axes.annotate(said, (x, y), ha="center", va="center", fontsize=8.5, color=ink)
    axes.set(xlim=(-0.6, len(own) - 0.4), ylim=(len(agencies) - 0.5, -0.6))
    axes.set_xticks(range(len(own)), [fw.pillars[p].name.removeprefix("Smart ") for p in own])
    axes.set_yticks(range(len(agencies)), agencies)
    axes.grid(visible=False)
    silent = int((found["answered"] == 0).sum())
    if not found["expected"].any():
        finding = (
            f"{len(found)} pasangan OPD dan pilar sudah dijawab; pengampu pilar belum tercatat"
        )
    elif silent:
        finding = f"{silent} dari {len(found)} pasangan OPD dan pilar belum dijawab"
    else:
        finding = f"Semua {len(found)} pasangan OPD dan pilar sudah dijawab"
    alt = "Jumlah butir yang dijawab: " + "; ".join(
        f"{r.opd} pada {fw.pillars[r.pillar].name} {r.answered or 'belum ada'}"
        for r in found.itertuples()
    )
    source = f"Sumber: formulir OPD {place.name} {year} dan daftar OPD per pilar."
    return _shown(figure, axes, finding, source, alt)


def _figure(height: float) -> tuple[Figure, Axes]:
    """Return a figure outside pyplot, so that none is shown twice or kept open."""
    with sns.axes_style("whitegrid"), mpl.rc_context(_STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
    return figure, axes


def _score_axis(axes: Axes, names: list[str]) -> None:
    """Scores from 0 to 4 across, one row a name, the first on top."""
    axes.set(xlim=(-0.05, 4.1), ylim=(len(names) - 0.4, -0.7), xlabel="nilai (0 sampai 4)")
    axes.set_yticks(range(len(names)), names)
    axes.xaxis.set_major_formatter(mpl.ticker.FuncFormatter(lambda x, _: number(x, 0)))
    axes.set_xticks(range(5))
    axes.grid(axis="y", visible=False)


def _shown(figure: Figure, axes: Axes, finding: str, source: str, alt: str) -> Shown:
    """Put the finding over and the source under a figure, and give it its alternative text."""
    with mpl.rc_context(_STYLE):
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
