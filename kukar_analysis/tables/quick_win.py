"""Tables of quick wins: the ranking of candidates, their aspects, and the named ones of each year.

The file is not called quick_wins: the package has a function of that name (tables/pillar.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, formats, framework
from kukar_analysis.analysis import gaps, pillars, quality, quick_wins
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import number
from kukar_analysis.tables.common import NOT_ON_RECORD, columns
from kukar_analysis.tables.programmes import UNKNOWN, files, status_word


def weights_in_words(weights: str) -> str:
    """Say how a weighting weighs, as `Manfaat 2; aspek lain 1`."""
    parsed = quick_wins.weighting(weights)
    even = quick_wins.weighting("")
    names = quick_wins.criteria()
    odd = [f"{names[c]} {_weight(w)}" for c, w in parsed.items() if w != even[c]]
    if not odd:
        return "kesepuluh aspek berbobot sama"
    rest = [a for a in framework.load().aspects if parsed[a] == even[a]]
    return "; ".join([*odd, "aspek lain 1"] if rest else odd)


def weighting_share(value: float, *, always: bool = False) -> str:
    """Return a share of the weightings as `45,2%`; where no weighting can change it, say so."""
    if pd.isna(value):
        return formats.NOTHING
    return "selalu" if always and value == 1 else f"{number(100 * value, 1)}%"


def quick_win_ranking(year: Any, region: Any, weights: str) -> Shown:
    """Candidates by score, with rank in the pillar and overall, and how often each is first."""
    fw = framework.load()
    year, code = quality.year(year), fw.region(region).region
    found = quick_wins.ranking(year, code, weights)
    if found.empty:
        return _no_candidates(year, code)
    rows = [
        [
            str(place),
            c.programme,
            UNKNOWN if pd.isna(c.pillar) else fw.pillars[c.pillar].name,
            UNKNOWN if pd.isna(c.score) else number(c.score),
            risk(c),
            number(c.pillar_rank if pd.notna(c.pillar) else None, 0),
            weighting_share(c.first_in_pillar, always=c.always_in_pillar),
            number(c.rank, 0),
            weighting_share(c.first, always=c.always),
        ]
        for place, c in enumerate(found.itertuples(), start=1)
    ]
    heads = [Column("No."), Column("Calon"), Column("Pilar"), *columns(["", "Nilai"])[1:]]
    heads += [Column("Risiko (kemungkinan × dampak)")]
    labels = ["", "Peringkat di pilar", "Pertama di pilar", "Peringkat semua", "Pertama di semua"]
    error = number(100 * quick_wins.standard_error(0.5), 1)
    return display.table(
        f"Calon quick win {fw.regions[code].name} {year}",
        [*heads, *columns(labels)[1:]],
        rows,
        marked=[i for i, named in enumerate(found["is_quick_win"]) if named],
        note=f"Bobot: {weights_in_words(weights)}. Nilai 0 sampai 4. Baris tebal: sudah dinamai"
        " quick win. Pertama: bagian dari"
        f" {number(quick_wins.DRAWS, 0)} susunan bobot acak yang menempatkannya di urutan pertama"
        f" (galat baku paling besar {error} poin persen); selalu: tidak kalah pada satu aspek pun,"
        " sehingga pertama pada setiap susunan bobot. Nilai yang sama diurutkan menurut risiko"
        f" terendah. {NOT_ON_RECORD} {files(found['origin'], found['aspects_origin'])}",
    )


def quick_win_aspects(year: Any, region: Any) -> Shown:
    """Aspect scores of every candidate, as collected."""
    fw = framework.load()
    year, code = quality.year(year), fw.region(region).region
    found = quick_wins.candidates(year, code)
    if found.empty:
        return _no_candidates(year, code)
    aspects = list(fw.aspects)
    rows = [
        [c["programme"], *(number(c[aspect]) for aspect in aspects)] for _, c in found.iterrows()
    ]
    return display.table(
        f"Nilai sepuluh aspek, {fw.regions[code].name} {year}",
        columns(["Calon", *(fw.aspects[a].name for a in aspects)]),
        rows,
        note=f"Nilai 0 sampai 4, isian kantor sendiri. {NOT_ON_RECORD}"
        f" {files(found['origin'], found['aspects_origin'])}",
    )


def named_quick_wins(year: Any, region: Any, weights: str) -> Shown:
    """Quick wins named in each year up to this one: score, risk and status where on record."""
    fw = framework.load()
    year, code = quality.year(year), fw.region(region).region
    named = pillars.quick_wins(code, year)
    if named.empty:
        return display.empty_place(
            f"Tidak ada quick win {fw.regions[code].name} sampai {year} yang tercatat.",
            f"Akan terisi oleh data/raw/{year}/quick-win-{code}.csv.",
        )
    notes = {(w.year, w.programme): w.note for w in fw.quick_wins if w.region == code}
    parsed = quick_wins.weighting(weights)
    rows = []
    for when in named["year"].unique():
        found = quick_wins.ranked(quick_wins.candidates(int(when), code), parsed)
        rows += [
            [
                str(when),
                w.programme,
                fw.pillars[w.pillar].name,
                UNKNOWN if pd.isna(w.opd) else fw.opd[w.opd].name,
                UNKNOWN if pd.isna(w.score) else number(w.score),
                risk(w),
                status_word(w.status),
                notes.get((when, w.programme)) or "",
                w.origin,
            ]
            for w in found[found["is_quick_win"]].sort_index().itertuples()
        ]
    heads = ["Tahun", "Quick win", "Pilar", "OPD", "Nilai", "Risiko", "Status", "Keterangan"]
    heads += ["Asal"]
    return display.table(
        f"Quick win {fw.regions[code].name} yang tercatat sampai {year}",
        [Column(head, head == "Nilai") for head in heads],
        rows,
        note=f"Bobot nilai: {weights_in_words(weights)}. {files(named['origin'])}",
    )


def risk(candidate: Any) -> str:
    """Return a risk as `6 (3 tinggi × 2 sedang)`, or that it is not on record."""
    if pd.isna(candidate.risk):
        return UNKNOWN
    names = {r.level: r.name for r in framework.load().risk_levels}
    parts = [
        f"{number(level, 0)} {names[int(level)]}"
        for level in (candidate.likelihood, candidate.impact)
    ]
    return f"{number(candidate.risk, 0)} ({' × '.join(parts)})"


def _no_candidates(year: int, code: str) -> Shown:
    gap = gaps.candidates_gap(year, code)
    name = framework.load().regions[code].name
    return display.empty_place(
        f"Tidak ada calon quick win {name} {year} yang tercatat.", gap.waits_for if gap else ""
    )


def _weight(weight: Any) -> str:
    """Return a weight as it was written: `2`, `0,5`."""
    text = number(float(weight), 3).rstrip("0")
    return text.rstrip(",")
