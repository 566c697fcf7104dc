"""Who carries what: agencies that several pillars lean on, pillars that lean on one agency."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework
from kukar_analysis.analysis import quality as checks
from kukar_analysis.analysis import quick_wins
from kukar_analysis.analysis import synergy as carrying
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.tables.synergy import named_list, percent_of, pillar_name

_MOST = 3
"""Agencies called the largest, at most."""
_NAMED = 5
"""Names in a sentence; of more the number is told."""


def synergy(year: Any, region: Any) -> Shown:
    """Answer which agency carries what, on whom much leans, and how sure that is."""
    year, place = checks.year(year), framework.load().region(region)
    agencies = carrying.by_agency(year, place.region)
    if agencies.empty:
        return _not_on_record(year, place.region)
    pairs = carrying.carried(year, place.region)
    pairs = pairs[pairs["expected"]]
    answering = int((agencies["answered"] > 0).sum())
    first = f"Di {place.name} {year} tercatat **{_count(len(agencies))} OPD**"
    if len(pairs):
        first += f" pada {_count(len(pairs))} pasangan OPD dan pilar"
    first += f"; {_count(answering)} OPD sudah menjawab, semuanya"
    first += f" {_count(int(agencies['answered'].sum()))} jawaban."
    return display.prose(
        f"{first} {_carriers(agencies)}",
        _pillars(carrying.by_pillar(year, place.region)),
        *_against_assessors(year, place.region, agencies),
        _how_sure(year, place.region, pairs),
        kind="answer",
    )


def _carriers(agencies: pd.DataFrame) -> str:
    """Say who gave most of the answers, and who sits at more than one pillar."""
    said = []
    most = agencies[agencies["answered"] > 0].nlargest(2, "answered", keep="all")
    if len(most) > _MOST:  # of many that share the second place none is named before the others
        most = most[most["answered"] == most["answered"].max()]
    if len(most) and len(most) <= _MOST:
        names = [
            f"{r.opd} ({_count(r.answered)} jawaban, {percent_of(r.share)})"
            for r in most.itertuples()
        ]
        said.append(f"**Tumpuan terbesar: {listed(names)}.**")
    several = agencies[agencies["pillars"] > 1]
    if len(several):
        said.append(f"{_count(len(several))} OPD duduk pada lebih dari satu pilar:")
        said.append(f"{_names([*several['opd']])}.")
    return " ".join(said)


def _pillars(found: pd.DataFrame) -> str:
    """Say which pillars lean on one agency, and where the answers are most concentrated."""
    known = found.dropna(subset=["pillar", "equal_agencies"])
    if known.empty:
        return "Pilar yang bersandar pada satu OPD belum dapat dikatakan: belum ada jawabannya."
    most = known.loc[known["equal_agencies"].idxmin()]
    concentrated = (
        f"Jawaban paling terpusat ada pada {pillar_name(most['pillar'])}: setara dengan"
        f" {number(most['equal_agencies'], 1)} OPD yang sama besar."
    )
    leaning = found.dropna(subset="leaning")
    if leaning.empty:
        return (
            "Tidak ada pilar yang lebih dari setengah butir terjawabnya bersandar pada satu OPD."
            f" {concentrated}"
        )
    said = [
        f"{pillar_name(r.pillar)} pada {r.leaning} ({_count(r.largest_answered)} dari"
        f" {_count(r.covered)} butir terjawab, {_count(r.largest_alone)} di antaranya hanya"
        " olehnya)"
        for r in leaning.itertuples()
    ]
    return f"**Yang bersandar pada satu OPD:** {listed(said)}. {concentrated}"


def _against_assessors(year: int, region: str, agencies: pd.DataFrame) -> list[str]:
    """Say how far own scores lie above the assessors' of the same questions."""
    whole = carrying.against_assessors(year, region)
    if whole.empty or not whole["compared"]:
        return ["Nilai mandiri belum dapat dibandingkan: nilai asesor per butir tidak tercatat."]
    above = int((agencies["difference"] > 0).sum())
    return [
        f"Pada {_count(whole['compared'])} butir yang dinilai keduanya, nilai mandiri rata-rata"
        f" {number(whole['own_compared'])} dan nilai asesor {number(whole['assessor_mean'])};"
        f" selisih sebelum pembulatan {number(whole['difference'], signed=True)}."
        f" {_count(above)} dari {_count((agencies['compared'] > 0).sum())} OPD menilai lebih tinggi"
        " daripada asesor."
    ]


def _how_sure(year: int, region: str, pairs: pd.DataFrame) -> str:
    """Say what is still to come, and what a count of questions does not tell."""
    open_, nameless = int((pairs["answered"] == 0).sum()), carrying.unnamed(year, region)
    said = []
    if open_:
        said.append(f"{_count(open_)} dari {_count(len(pairs))} pasangan belum menjawab")
    if not len(pairs):
        said.append("daftar OPD per pilar tidak tercatat")
    if nameless:
        said.append(f"{_count(nameless)} jawaban tanpa nama OPD tidak dihitung")
    sure = f"Hitungan ini dapat bergeser: {listed(said)}. " if said else ""
    return (
        f"{sure}Yang dihitung ialah butir, bukan berat kerjanya; siapa pemilik satu butir tidak"
        " tercatat, sehingga butir kosong pada satu OPD belum tentu kekurangannya."
    )


def _not_on_record(year: int, region: str) -> Shown:
    """Say what little is known where no agency is named: seats, nameless answers, quick wins."""
    fw = framework.load()
    name = fw.regions[region].name
    found = carrying.by_pillar(year, region).dropna(subset=["pillar", "seats"])
    paragraphs = [
        f"**Siapa memikul apa di {name} {year} tidak tercatat.** Tempat ini akan terisi oleh"
        f" {named_list(year, region)} dan formulir OPD di data/raw/{year}/opd/."
    ]
    if len(found):
        seats = [f"{fw.pillars[r.pillar].name} {_count(r.seats)}" for r in found.itertuples()]
        paragraphs.append(
            f"Yang diketahui hanya jumlahnya: **{_count(found['seats'].sum())} kursi OPD** pada"
            f" {len(found)} pilar ({listed(seats)}). Satu OPD dapat duduk pada beberapa pilar, jadi"
            " ini bukan jumlah OPD; pilar yang bersandar pada satu OPD tidak dapat dikatakan."
        )
    nameless = carrying.unnamed(year, region)
    if nameless:
        paragraphs.append(f"{_count(nameless)} jawaban tercatat tanpa nama OPD.")
    return display.prose(*paragraphs, *_quick_wins(year, region), kind="answer")


def _quick_wins(year: int, region: str) -> list[str]:
    """Say which agencies are on record with a quick win up to a year."""
    wins = quick_wins.named_quick_wins(year, region).dropna(subset="opd")
    counts = wins["opd"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if counts.empty:
        return []
    said = [f"{opd} ({n})" for opd, n in counts.items()]
    span = sorted(wins["year"].unique())
    when = f"{span[0]}" if len(span) == 1 else f"{span[0]}–{span[-1]}"
    return [f"Bernama hanya pengampu quick win {when}: {listed(said)}."]


def _names(names: list[str]) -> str:
    if len(names) <= _NAMED:
        return listed(names)
    return listed([*names[:_NAMED], f"{len(names) - _NAMED} lain"])


def _count(n: Any) -> str:
    return number(n, 0)
