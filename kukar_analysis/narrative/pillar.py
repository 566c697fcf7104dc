"""How a pillar stands: its strongest and weakest questions, and what happened around it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, formats, framework
from kukar_analysis.analysis import compare, gaps, pillars
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import stayed_away


def pillar(year: Any, region: Any, pillar: str) -> Shown:
    """Answer how a pillar stands, what is strongest and weakest in it, and what changed."""
    fw = framework.load()
    year, place, name = fw.year(year), fw.region(region), fw.pillar(pillar).name
    questions = pillars.questions(year, place.region, pillar)
    if questions.empty:
        return _no_pillar(year, place.region, pillar)
    parts = [
        f"{fw.components[m.component].name} **{number(m.score)}** ({m.questions} butir)"
        for m in pillars.means(questions, "component").itertuples()
    ]
    paragraphs = [
        f"{name} {place.name} {year}: rata-rata {listed(parts)}, pada skala 0 sampai 4."
        f" Terkuat: {_extreme(questions, highest=True)}."
        f" Terlemah: {_extreme(questions, highest=False)}."
    ]
    same = questions.dropna(subset="change")
    if len(same):
        up, down = (same["change"] > 0).sum(), (same["change"] < 0).sum()
        paragraphs.append(
            f"Dari {len(same)} butir yang sama dengan {year - 1}: {up} naik, {down} turun,"
            f" {len(same) - up - down} tetap{_largest_move(same)}."
        )
    elif year - 1 in fw.years():
        paragraphs.append(f"Tidak ada butir yang dapat dibandingkan dengan {year - 1}.")
    paragraphs.append("Profil pilar adalah bacaan proyek ini; tidak ada indeks resmi per pilar.")
    return display.prose(*paragraphs, kind="answer")


def events(year: Any, region: Any, pillar: str) -> Shown:
    """List what happened in the evaluation of a region up to a year, for a pillar or for all."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    found = [
        e
        for e in fw.events
        if e.region == place.region
        and e.pillar in (None, fw.pillar(pillar).pillar)
        and int(e.date[:4]) <= year
    ]
    if not found:
        return display.empty_place(
            f"Tidak ada peristiwa {place.name} yang tercatat sampai {year}.",
            "Peristiwa dicatat di kukar_analysis/definitions/events.csv.",
        )
    return display.items(
        [
            f"{formats.day(e.date)}: {e.event}. Sumber: {fw.citations[e.citation].title}."
            for e in sorted(found, key=lambda e: e.date)
        ]
    )


def _no_pillar(year: int, code: str, pillar: str) -> Shown:
    fw = framework.load()
    name, place = fw.pillars[pillar].name, fw.regions[code].name
    if compare.index_value(year, code).known == "absent":
        return stayed_away(year, code)
    gap = gaps.questions_gap(year, code)
    wins = pillars.quick_wins(code, year)
    wins = wins[wins["pillar"] == pillar]
    count = pillars.agencies(code, year)
    count = count[count["pillar"] == pillar]
    known = [f"quick win {w.year} {w.programme}" for w in wins.itertuples()]
    known += [f"{number(a.agencies, 0)} OPD pada {year}" for a in count.itertuples()]
    paragraphs = [
        f"**Nilai {name} {place} {year} tidak tercatat:** nilai per butirnya tidak diumumkan,"
        f" sehingga kekuatan dan kelemahan pilar ini belum dapat dinilai."
        f" {gap.waits_for if gap else ''}"
    ]
    if known:
        paragraphs.append(f"Yang tercatat tentang pilar ini: {listed(known)}.")
    return display.prose(*paragraphs, kind="answer")


def _extreme(questions: pd.DataFrame, *, highest: bool) -> str:
    """Name the questions with the highest or lowest score; of many that share it, the first two."""
    value = questions["score"].max() if highest else questions["score"].min()
    sharing = questions.loc[questions["score"] == value, "label"].tolist()
    named = sharing if len(sharing) <= 3 else [*sharing[:2], f"{len(sharing) - 2} butir lain"]
    return f"{listed(named)} ({number(value)})"


def _largest_move(same: pd.DataFrame) -> str:
    moved = same[same["change"] != 0]
    if moved.empty:
        return ""
    ends = [moved.loc[moved["change"].agg(pick)] for pick in ("idxmax", "idxmin")]
    said = [f"{r['label']} ({number(r['change'], signed=True)})" for r in ends]
    return f"; perubahan terbesar: {listed(list(dict.fromkeys(said)))}"
