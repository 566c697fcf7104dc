"""Which candidate is the best quick win, and how far that hangs on the weights."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare, gaps, quality, quick_wins
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import stayed_away
from kukar_analysis.narrative.programmes import named_before


def quick_win(year: Any, region: Any, weights: str) -> Shown:
    """Answer which candidate leads, overall and in each pillar, and how far weights decide it."""
    year, place = quality.year(year), framework.load().region(region)
    found = quick_wins.ranking(year, place.region, weights)
    ranked = found.dropna(subset="score")
    if ranked.empty:
        return _nothing(year, place.region, len(found))
    return display.prose(
        f"{_leader(ranked, f'{place.name} {year}', weights)} {_how_sure(ranked)}"
        " Nilainya isian kantor sendiri, bukan nilai asesor.",
        _per_pillar(ranked),
        *_unranked(found),
        "Ini bukan nilai komponen Quick Wins. Bagian susunan bobot bukan peluang bahwa asesor"
        " memilihnya, dan halaman ini tidak berkata bahwa programnya pasti berhasil.",
        kind="answer",
    )


def _leader(ranked: pd.DataFrame, whose: str, weights: str) -> str:
    best = ranked[ranked["rank"] == 1]
    names = listed([f"**{name}**" for name in best["programme"]])
    together = "sama-sama unggul" if len(best) > 1 else "paling unggul"
    return (
        f"Di antara {len(ranked)} calon quick win {whose} yang bernilai lengkap, {names}"
        f" {together}: nilai {number(best['score'].iloc[0])} dari 4"
        f" ({tables.weights_in_words(weights)})."
    )


def _how_sure(ranked: pd.DataFrame) -> str:
    """Say in which share of weightings the leader is first, and who else is."""
    if len(ranked) == 1:
        return "Ia satu-satunya calon, jadi urutannya tidak berkata apa-apa."
    best = ranked.iloc[0]
    if best["always"]:
        return "Tidak ada calon yang mengalahkannya pada satu aspek pun: bobot apa pun sama saja."
    error = number(100 * quick_wins.standard_error(best["first"]), 1)
    who = "Ia" if (ranked["rank"] == 1).sum() == 1 else best["programme"]
    said = (
        f"{who} tetap pertama pada **{tables.weighting_share(best['first'])}** dari"
        f" {number(quick_wins.DRAWS, 0)} susunan bobot acak (galat baku Monte Carlo ±{error} poin"
        " persen)"
    )
    rival = ranked.drop(index=best.name).sort_values("first", ascending=False).iloc[0]
    firmly = "jadi bobot ikut menentukan" if best["first"] < 0.5 else "lebih dari separuhnya"
    next_best = f"{rival['programme']} ({tables.weighting_share(rival['first'])})"
    return f"{said}, {firmly}; sesudahnya {next_best}."


def _per_pillar(ranked: pd.DataFrame) -> str:
    fw = framework.load()
    said = []
    for pillar in fw.pillars.values():
        own = ranked[ranked["pillar"] == pillar.pillar]
        best = own[own["pillar_rank"] == 1]
        if own.empty:
            said.append(f"{pillar.name}: tidak ada calon bernilai lengkap")
            continue
        how = (
            "satu-satunya calon"
            if len(own) == 1
            else "pertama pada "
            + listed(
                [
                    tables.weighting_share(c.first_in_pillar, always=c.always_in_pillar)
                    for c in best.itertuples()
                ]
            )
        )
        names = listed([f"**{name}**" for name in best["programme"]])
        said.append(f"{pillar.name}: {names} ({number(best['score'].iloc[0])}; {how})")
    return f"Per pilar. {'; '.join(said)}."


def _unranked(found: pd.DataFrame) -> list[str]:
    """Name the candidates that are not ranked, and what each lacks."""
    names = quick_wins.criteria()
    said = [
        f"{c.programme} ({listed([names[x] for x in c.lacking])})"
        for c in found[found["score"].isna()].itertuples()
    ]
    return (
        [f"Tidak diberi nilai karena ada yang tidak tercatat: {'; '.join(said)}."] if said else []
    )


def _nothing(year: int, code: str, candidates: int) -> Shown:
    name = framework.load().regions[code].name
    if not candidates and compare.index_value(year, code).known == "absent":
        return stayed_away(year, code)
    gap = gaps.candidates_gap(year, code)
    why = (
        f"nilai aspek {candidates} calon yang tercatat tidak lengkap"
        if candidates
        else "tidak ada calon yang tercatat"
    )
    paragraphs = [
        f"**Quick win {name} {year} belum dapat diperingkatkan:** {why}."
        f" {gap.waits_for if gap else ''}"
    ]
    if known := named_before(year, code):
        paragraphs.append(
            f"Yang tercatat hanya {known}; nilai, risiko, dan statusnya ada di bawah sejauh"
            " tercatat. Tidak ada angka yang dikira-kira."
        )
    return display.prose(*paragraphs, kind="answer")
