"""A region beside the peers that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from kukar_analysis import display, formats, framework, store, tables
from kukar_analysis.analysis import compare
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING, number
from kukar_analysis.plots.common import NOW, OTHERS, new, score_axis, shown
from kukar_analysis.tables.common import no_components

_MARKS = ("s", "D", "^", "v", "P", "X")
"""One a peer, told apart by shape."""
_NOTE = f"{NOTHING} = komponen itu tidak ada pada kelompoknya, atau tidak tercatat."


def table(year: int, region: str, peers: Sequence[str]) -> Shown:
    """Index and components of a region and its peers, the highest index first."""
    fw = framework.load()
    found = _scores(year, [region, *peers])
    if region not in found.index:
        return no_components(year, region)
    found = found.sort_values("index", ascending=False, kind="stable")
    rows = [
        [fw.regions[code].name, tables.group_name(year, code), *map(number, own)]
        for code, own in zip(found.index, found.to_numpy(), strict=True)
    ]
    heads = ["Nilai final", *(fw.components[c].name for c in found.columns[1:])]
    return display.table(
        f"{fw.regions[region].name} dan pembandingnya, {year}",
        [Column("Daerah"), Column("Kelompok"), *(Column(head, numeric=True) for head in heads)],
        rows,
        marked=[list(found.index).index(region)],
        note=f"{_NOTE}{_left_out(year, found, peers)} Antarkelompok, bobot dan butirnya berbeda."
        f" {tables.source(year)}",
    )


def figure(year: int, region: str, peers: Sequence[str]) -> Shown:
    """Index and components of a region against its peers, a mark a region."""
    fw = framework.load()
    found = _scores(year, [region, *peers])
    if region not in found.index:
        return display.nothing()
    names = ["Nilai final", *(fw.components[c].name for c in found.columns[1:])]
    canvas, axes = new(len(names) * 0.42 + 1.9)
    for code, mark in zip([c for c in found.index if c != region], _MARKS, strict=False):
        look: Any = {"marker": mark, "s": 34, "facecolor": OTHERS, "edgecolor": "#6c7782"}
        axes.scatter(found.loc[code], range(len(names)), label=fw.regions[code].name, **look)
    axes.scatter(found.loc[region], range(len(names)), label=fw.regions[region].name, **NOW)
    score_axis(axes, names)
    own, others = found.loc[region], found.drop(region)
    below = [n for n, c in zip(names, found, strict=True) if own[c] < others[c].min()]
    name = fw.regions[region].name
    finding = (
        f"{name} terendah pada {len(below)} dari {len(names)} nilai: {formats.listed(below)}"
        if below
        else f"{name} tidak terendah pada satu pun dari {len(names)} nilai"
    )
    alt = f"Nilai {year} tiap daerah: " + "; ".join(
        f"{fw.regions[code].name} {number(found.loc[code, 'index'])}" for code in found.index
    )
    return shown(canvas, axes, finding, f"Satu tanda satu daerah. {tables.source(year)}", alt)


def _left_out(year: int, found: pd.DataFrame, peers: Sequence[str]) -> str:
    names = [framework.load().regions[code].name for code in peers if code not in found.index]
    return f" Tidak tampil, sebab tidak tercatat ikut {year}: {formats.listed(names)}." * bool(
        names
    )


def _scores(year: int, codes: list[str]) -> pd.DataFrame:
    """Return index and components (0 to 4, null = not on record) of those that took part."""
    everyone = compare.participants(year).set_index("region")["index_published"]
    found = store.read("component_scores", year=year)
    found = found.pivot(index="region", columns="component", values="score")
    kept = [code for code in dict.fromkeys(codes) if code in everyone.index]
    order = [c for c in framework.load().components if c in found]
    made = found.reindex(kept)[order].dropna(axis="columns", how="all")
    made.insert(0, "index", everyone.reindex(kept))
    return made
