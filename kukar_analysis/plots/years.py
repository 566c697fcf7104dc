"""Figures of two years of one region."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import LAST, NOW, OTHERS, OWN, WORDS, new, score_axis, shown

_NOT_FAIR = {"no": "tidak sebanding", "unknown": "kesebandingan belum diketahui"}


def components_between(region: Any, from_year: int, to_year: int) -> Shown:
    """Components of two years; those that cannot be compared have a broken line."""
    fw = framework.load()
    place = fw.region(region)
    found = compare.components_between(place.region, fw.year(from_year), fw.year(to_year))
    both = found.dropna(subset="change")
    if both.empty:
        return display.nothing()
    names = [fw.components[c].name for c in both["component"]]
    figure, axes = new(len(names) * 0.45 + 1.5)
    for row, r in enumerate(both.itertuples()):
        fair = r.comparable in ("yes", "partly")
        line: Any = (
            {"color": OWN, "linestyle": "-"} if fair else {"color": OTHERS, "linestyle": "--"}
        )
        axes.plot([r.from_score, r.to_score], [row, row], linewidth=2.2, zorder=2, **line)
        said = number(r.change, signed=True) if fair else _NOT_FAIR[r.comparable]
        axes.annotate(said, (max(r.from_score, r.to_score), row), (8, 0), va="center", **WORDS)
    rows = range(len(names))
    axes.scatter(both["from_score"], rows, label=str(from_year), zorder=3, **LAST)
    axes.scatter(both["to_score"], rows, label=str(to_year), **NOW)
    score_axis(axes, names)
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
    return shown(figure, axes, finding, f"{place.name}. {tables.source(from_year, to_year)}", alt)
