"""Figures of who carries what."""

from __future__ import annotations

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kukar_analysis import display, framework
from kukar_analysis.analysis import quality, synergy
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import BEFORE, INK, LAST, NOW, OTHERS, OWN, new, score_axis, shown
from kukar_analysis.tables.synergy import percent_of, pillar_name

_EDGE = "#5a6570"
_NARROW = 0.085
"""Part of a bar that is too narrow for a name."""
_PALE = ("#ffffff", "#e3e8ed")
"""Fill of the agencies that no pillar leans on, by turns, so that neighbours stay apart in grey."""


def pillar_shares(year: Any, region: Any) -> Shown:
    """Each pillar's answers parted by agency, the one it leans on dark, and who is silent."""
    year, place = quality.year(year), framework.load().region(region)
    pairs = synergy.carried(year, place.region)
    if not pairs["answered"].any():
        return display.nothing()
    pillars = synergy.by_pillar(year, place.region)
    figure, axes = new(len(pillars) * 0.84 + 1.5)
    said = []
    for row, pillar in enumerate(pillars.itertuples()):
        own = pairs[pairs["pillar"].fillna("") == ("" if pd.isna(pillar.pillar) else pillar.pillar)]
        _bar(axes, row, own, pillar)
        names = ", ".join(f"{r.opd} {r.answered or 'belum'}" for r in own.itertuples())
        said.append(f"{pillar_name(pillar.pillar)}: {names or 'tidak tercatat'}")
    axes.set(xlim=(0, 1), ylim=(len(pillars) - 0.4, -0.5), xlabel="bagian dari jawaban pilar itu")
    labels = [pillar_name(p).removeprefix("Smart ") for p in pillars["pillar"]]
    axes.set_yticks(range(len(pillars)), ["\n".join(textwrap.wrap(name, 14)) for name in labels])
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], [percent_of(x) for x in (0, 0.25, 0.5, 0.75, 1)])
    axes.grid(axis="y", visible=False)
    source = (
        f"Sumber: formulir OPD {place.name} {year} dan daftar OPD per pilar. Angka: butir yang"
        " dijawab. Gelap: OPD yang menjawab lebih dari setengah butir terjawab pilar itu. +n: n OPD"
        " dengan bagian kecil (lihat tabel)."
    )
    return shown(figure, axes, _leaning(pillars), source, "; ".join(said))


def own_and_assessor(year: Any, region: Any) -> Shown:
    """Each agency's own mean beside the assessors' of the same questions, the widest gap first."""
    year, place = quality.year(year), framework.load().region(region)
    found = synergy.by_agency(year, place.region).dropna(subset="difference")
    if found.empty:
        return display.nothing()
    found = found.sort_values(["difference", "opd"], ascending=[False, True])
    names = [f"{r.opd} ({r.compared})" for r in found.itertuples()]
    figure, axes = new(len(names) * 0.27 + 1.7)
    rows = range(len(names))
    own, theirs = found["own_compared"], found["assessor_mean"]
    axes.hlines(rows, theirs, own, color=OTHERS, linewidth=2)
    axes.scatter(theirs, rows, label="nilai asesor", zorder=3, **LAST)
    axes.scatter(own, rows, label="nilai mandiri", **NOW)
    for row, apart in zip(rows, found["difference"], strict=True):
        said = number(apart, signed=True)
        axes.annotate(
            said, (4.12, row), va="center", color=OWN, fontsize=8.5, annotation_clip=False
        )
    score_axis(axes, names)
    above = int((found["difference"] > 0).sum())
    finding = f"{above} dari {len(found)} OPD menilai diri lebih tinggi daripada asesor"
    alt = "Nilai mandiri, nilai asesor, dan banyaknya butir: " + "; ".join(
        f"{r.opd} {number(r.own_compared)}, {number(r.assessor_mean)}, {r.compared}"
        for r in found.itertuples()
    )
    source = (
        f"Sumber: formulir OPD dan nilai asesor per butir, {place.name} {year}. Dalam kurung:"
        " banyaknya butir yang dinilai keduanya. Kanan: selisih."
    )
    return shown(figure, axes, finding, source, alt)


def _bar(axes: Axes, row: int, own: pd.DataFrame, pillar: Any) -> None:
    """Draw one pillar: a part for each agency that answered, and below it who did not."""
    start, total = 0.0, own["answered"].sum()
    for i, (name, count) in enumerate(_parts(own)):
        width, dark = count / total, name == pillar.leaning
        fill, ink = (OWN, "white") if dark else (_PALE[i % 2], INK)
        axes.barh(row, width, 0.56, left=start, color=fill, edgecolor=_EDGE, linewidth=0.9)
        said = f"{count} dari {pillar.covered:.0f} butir" if dark else str(count)
        lines = textwrap.wrap(name, max(8, int(85 * width)), break_long_words=False)
        place: Any = {"ha": "center", "va": "center", "fontsize": 6.8, "linespacing": 1.05}
        axes.annotate("\n".join([*lines, said]), (start + width / 2, row), color=ink, **place)
        start += width
    silent = own.loc[own["answered"] == 0, "opd"]
    if len(silent):
        words = textwrap.wrap(f"belum: {', '.join(silent)}", 104, max_lines=2, placeholder=" …")
        below = (0.003, row + 0.31)
        axes.annotate("\n".join(words), below, va="top", fontsize=7.2, color=BEFORE)


def _parts(own: pd.DataFrame) -> list[tuple[str, int]]:
    """Return agencies and their answers, the most first; those too narrow for a name together."""
    answered = own[own["answered"] > 0].sort_values(["answered", "opd"], ascending=[False, True])
    wide = answered["answered"] >= _NARROW * answered["answered"].sum()
    parts = [(r.opd, r.answered) for r in answered[wide].itertuples()]
    narrow = answered[~wide]
    return [*parts, (f"+{len(narrow)}", int(narrow["answered"].sum()))] if len(narrow) else parts


def _leaning(pillars: pd.DataFrame) -> str:
    """Say which pillars lean on one agency."""
    found = pillars.dropna(subset="leaning")
    said = ", ".join(
        f"{pillar_name(r.pillar).removeprefix('Smart ')} pada {r.leaning}"
        for r in found.itertuples()
    )
    return f"Yang bersandar pada satu OPD: {said}" if said else "Tidak ada pilar bersandar satu OPD"
