"""Figures of what arrived and what is missing."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl

from kukar_analysis import display, framework
from kukar_analysis.analysis import quality
from kukar_analysis.display import Shown
from kukar_analysis.plots.common import BEFORE, OWN, new, shown


def coverage(year: Any, region: Any) -> Shown:
    """Agencies by pillar: how many questions each answered, and where nothing came."""
    year, place = quality.year(year), framework.load().region(region)
    found = quality.coverage(year, place.region).dropna(subset=["opd", "pillar"])
    if found.empty:
        return display.nothing()
    fw = framework.load()
    own = [p for p in fw.pillars if p in set(found["pillar"])]
    agencies = sorted(found["opd"].unique())
    figure, axes = new(len(agencies) * 0.27 + 1.7)
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
    return shown(figure, axes, finding, source, alt)
