"""What is done and what is not, and how far the targets are reached."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, gaps, pillars
from kukar_analysis.analysis import programmes as listed_programmes
from kukar_analysis.analysis import quality as checks
from kukar_analysis.display import Shown
from kukar_analysis.facts import DIGITAL_PARTS, PROGRAMME_STATUS
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import stayed_away


def programmes(year: Any, region: Any) -> Shown:
    """Answer how many programmes are done, how far they are, and what the list does not say."""
    year, place = checks.year(year), framework.load().region(region)
    found = listed_programmes.progress(year, place.region)
    if found.empty:
        return _nothing(year, place.region)
    if found["status"].isna().all() and found["band"].isna().all():
        return _only_names(year, place.region, found)
    paragraphs = [
        f"{_by_status(found, f'{place.name} {year}')} {_by_band(found)} {_how_sure(found)}",
        _budget(found, year),
    ]
    if found["digital_part"].notna().any():
        paragraphs.append(_by_digital_part(found))
    paragraphs.append(
        "Capaian adalah realisasi terhadap target, bukan nilai evaluasi; pitanya tidak berlaku"
        " untuk indeks 0 sampai 4. Halaman ini tidak berkata apakah targetnya layak, dan"
        " menganggap makin besar realisasi makin baik."
    )
    return display.prose(*paragraphs, kind="answer")


def named_before(year: int, code: str) -> str:
    """Say how many quick wins of which years are on record; empty where none is."""
    named = pillars.quick_wins(code, year)
    if named.empty:
        return ""
    years = listed([str(y) for y in sorted(named["year"].unique())])
    again = named.loc[named["programme"].duplicated(), "programme"].unique().tolist()
    twice = f" ({listed(again)} disebut lebih dari sekali)" if again else ""
    return f"{_count(len(named))} quick win dari {years}{twice}"


def _nothing(year: int, code: str) -> Shown:
    name = framework.load().regions[code].name
    if compare.index_value(year, code).known == "absent":
        return stayed_away(year, code)
    gap = gaps.programmes_gap(year, code)
    paragraphs = [
        f"**Program {name} {year} tidak tercatat**, sehingga halaman ini tidak dapat mengatakan"
        f" mana yang sudah jalan dan mana yang belum. {gap.waits_for if gap else ''}"
    ]
    if known := named_before(year, code):
        paragraphs.append(f"Yang tercatat hanya {known}.")
    return display.prose(*paragraphs, kind="answer")


def _only_names(year: int, code: str, found: pd.DataFrame) -> Shown:
    gap = gaps.programmes_gap(year, code)
    name = framework.load().regions[code].name
    return display.prose(
        f"**Status dan capaian {_count(len(found))} program {name} {year} tidak tercatat**,"
        " sehingga halaman ini tidak dapat mengatakan mana yang sudah jalan dan mana yang belum."
        f" {gap.waits_for if gap else ''}",
        f"Yang tercatat hanya namanya: {listed(found['programme'].tolist())}.",
        kind="answer",
    )


def _by_status(found: pd.DataFrame, whose: str) -> str:
    fw = framework.load()
    counts = listed_programmes.counts(found)
    total, silent = len(found), counts[listed_programmes.NOT_STATED]
    said = [f"**{_count(counts[s])} {fw.word('status', s)}**" for s in PROGRAMME_STATUS]
    said += [f"{_count(silent)} tanpa status tercatat"] if silent else []
    return f"Dari {_count(total)} program {whose}, {listed(said)}."


def _by_band(found: pd.DataFrame) -> str:
    counts = listed_programmes.counts(found)
    rated = counts["rated"]
    if not rated:
        return "Capaian terhadap target tidak dapat dihitung untuk satu program pun."
    bands = framework.load().achievement_bands.values()
    said = [f"{_count(counts[b.band])} {b.name}" for b in bands if counts[b.band]]
    reached = int((found["percent"] >= 100).sum())
    return (
        f"Capaian terhadap target dapat dihitung untuk {_count(rated)} program: {listed(said)};"
        f" {_count(reached)} mencapai atau melampaui target."
    )


def _how_sure(found: pd.DataFrame) -> str:
    contrary = len(listed_programmes.contradictions(found))
    said = "Semua ini isian kantor sendiri, bukan nilai asesor"
    if not contrary:
        return f"{said}."
    return (
        f"{said}, dan belum pasti: **{_count(contrary)} program** disebut belum dimulai padahal"
        " mencatat realisasi."
    )


def _budget(found: pd.DataFrame, year: int) -> str:
    counts = listed_programmes.counts(found)
    silent = counts["without_budget"]
    said = "Anggaran tidak tercatat."
    if silent != len(found):
        said = f"Anggaran yang tercatat berjumlah Rp{number(counts['budget'], 0)}"
        said += f"; {_count(silent)} program tidak mencatatnya." if silent else "."
    out = listed_programmes.rejected(year)
    if out:
        said += (
            f" Pada berkas {year} yang memuat daftar program, {_count(out)} catatan ditolak dan"
            " tidak terhitung di sini; sebabnya ada di halaman mutu data."
        )
    return said


def _by_digital_part(found: pd.DataFrame) -> str:
    fw = framework.load()
    lines = listed_programmes.summary(found, "digital_part").dropna(subset="digital_part")
    said = [
        f"{fw.word('digital_part', r.digital_part)} {_count(r.done)} dari {_count(r.programmes)}"
        for r in lines.itertuples()
        if r.programmes
    ]
    none = [
        fw.word("digital_part", p) for p in DIGITAL_PARTS if p not in set(found["digital_part"])
    ]
    rest = f" Tidak ada program tercatat untuk {listed(none)}." if none else ""
    return f"Yang selesai menurut bagian transformasi digital: {listed(said)}.{rest}"


def _count(n: Any) -> str:
    return number(n, 0)
