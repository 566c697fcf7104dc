"""How complete and sound the year's answers are, before the assessors see them."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import quality as checks
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number


def quality(year: Any, region: Any) -> Shown:
    """Answer what arrived, what is missing and rejected, and what an assessor would find."""
    year, place = checks.year(year), framework.load().region(region)
    arrived = checks.arrivals(year, place.region)
    if arrived.empty:
        return display.prose(f"**Belum ada berkas {year} yang masuk.**", kind="answer")
    read, kept, out, twice = (
        int(arrived[f"rows_{what}"].sum()) for what in ("read", "kept", "rejected", "duplicate")
    )
    unread = int((arrived["kind"] == "unread").sum())
    first = (
        f"Untuk {year} masuk **{_count(len(arrived))} berkas** berisi {_count(read)} catatan:"
        f" {_count(kept)} dipakai, **{_count(out)} ditolak**, {_count(twice)} kembar."
    )
    if unread:
        first += f" **{_count(unread)} berkas tidak terbaca.**"
    return display.prose(
        first,
        _completeness(year, place.region),
        _found(year, place.region),
        kind="answer",
    )


def _completeness(year: int, region: str) -> str:
    coverage = checks.coverage(year, region)
    if not coverage["expected"].any():
        return (
            "Kelengkapan jawaban OPD belum dapat diukur: tidak tercatat OPD mana mengampu pilar"
            f" mana (data/raw/{year}/opd-per-pilar-….csv)."
        )
    expected = coverage[coverage["expected"]]
    answered = int((expected["answered"] > 0).sum())
    calls = checks.silent(year, region)
    said = (
        f"Dari {_count(len(expected))} pasangan OPD dan pilar, **{_count(answered)} sudah"
        " menjawab**"
    )
    if len(calls):
        names = listed(
            list(calls["opd"])[:5] + ([f"{len(calls) - 5} lain"] if len(calls) > 5 else [])
        )
        said += f"; yang perlu ditelepon: {names}"
    missing = checks.unanswered(year, region)
    return f"{said}. {_count(len(missing))} butir formulir belum dijawab siapa pun."


def _found(year: int, region: str) -> str:
    findings = checks.findings(year, region)
    if not checks.collected(year, region):
        return (
            "Belum ada formulir OPD atau survei yang dapat diperiksa, sehingga temuan asesor belum"
            " dapat diperkirakan."
        )
    if findings.empty:
        return "Tidak ada temuan pada pemeriksaan bukti, program, statistik, dan survei."
    names = framework.load().findings
    counts = findings["kind"].value_counts()
    said = [f"{names[kind].name.lower()} ({n})" for kind, n in counts.items()]
    return f"Yang dapat ditemukan asesor: {listed(said)}."


def _count(n: int) -> str:
    return number(n, 0)
