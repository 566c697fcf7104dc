"""The one page for the head of Bappeda: how it stands, what to do first, and how sure that is."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework, score, tables
from kukar_analysis.analysis import agencies, compare, gaps, priorities, programmes, robustness
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import value_shown
from kukar_analysis.narrative.index import height, moved, no_index

_QUESTIONS = 2
"""Questions named among the first steps."""


def summary(year: Any, region: Any) -> Shown:
    """Answer in two sentences how high the index is, where it stands, and how it moved."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    without = no_index(year, place.region)
    if without:
        return without
    goal = compare.target(year, place.region)
    aim = (
        f"Sasaran {year} yang tercatat: {number(goal)}."
        if goal is not None
        else f"Sasaran {year} tidak tercatat."
    )
    rest = " ".join([*moved(year, place.region), aim])
    return display.prose(height(year, place.region), rest, kind="answer")


def first_steps(year: Any, region: Any) -> Shown:
    """List what to do first, each with the number that speaks for it."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    code = place.region
    steps = [*_weakest(year, code), *_questions(year, code), *_programmes(year, code)]
    calls = agencies.agencies(year, code).dropna(subset="lacking_pillars")
    if len(calls):
        steps.append(f"Minta jawaban {len(calls)} OPD yang pilarnya belum dijawab.")
    if not steps:
        return display.prose("Belum ada angka yang dapat dijadikan dasar.")
    return display.items(steps)


def certainty(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """List how sure the figures of the page are."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    code = place.region
    before = compare.index_value(year - 1, code)
    said = [
        *unconfirmed(code, year),
        *_recomputed(year, code),
        f"Indeks {year - 1}: {value_shown(before)}.",
    ]
    found = robustness.rank_intervals(year, int(draws), int(seed))
    own = found[found["region"] == code]
    if len(own):
        r = own.iloc[0]
        same = r["low"] == r["high"]
        rank = f"tetap {r['low']}" if same else f"antara {r['low']} dan {r['high']}"
        said.append(
            f"Dengan cara hitung lain yang wajar, peringkatnya {rank} dari {r['of']} (90% dari"
            f" {number(draws, 0)} undian)."
        )
    gap = gaps.questions_gap(year, code)
    said.append(
        f"Yang belum tercatat: {gap.what}."
        if gap
        else f"Semua nilai butir {year} tercatat sampai sel asalnya."
    )
    return display.items(said)


def _weakest(year: int, code: str) -> list[str]:
    """Say which component costs the index most against the mean of the group."""
    profile = compare.component_profile(year, code)
    if profile.empty or profile["effect"].min() >= 0:
        return []
    worst = profile.loc[profile["effect"].idxmin()]
    name = framework.load().components[worst["component"]].name
    return [
        f"Naikkan {name}: nilainya {number(worst['score'])},"
        f" {number(-worst['gap'])} di bawah rata-rata {tables.group_name(year, code)}, dan itu"
        f" mengurangi indeks {number(-worst['effect'], 3)}."
    ]


def _questions(year: int, code: str) -> list[str]:
    rooms = priorities.rooms(year, code)
    if rooms.empty:
        gap = gaps.questions_gap(year, code)
        return [f"Masukkan {gap.what} ({gap.file})."] if gap else []
    said = [
        f"{q.label} ({number(q.score)}; sampai 4 menambah {number(q.gain, 3)})"
        for q in rooms.head(_QUESTIONS).itertuples()
    ]
    return [f"Dahulukan butir dengan ruang terbesar: {listed(said)}."]


def _programmes(year: int, code: str) -> list[str]:
    found = programmes.programmes(year, code)
    if found.empty:
        gap = gaps.programmes_gap(year, code)
        asked = gap and framework.load().is_office(code)
        return [f"Masukkan {gap.what} ({gap.file})."] if asked and gap else []
    idle = int((found["status"] == "not_begun").sum())
    return [f"Mulai {idle} dari {len(found)} program yang belum berjalan."] if idle else []


def _recomputed(year: int, code: str) -> list[str]:
    """Say whether the printed final is the sum of its printed components."""
    record, edition = compare.index_record(year, code), compare.edition_of(year, code)
    profile = compare.component_profile(year, code)
    own = dict(zip(profile["component"], profile["score"], strict=True))
    weights = framework.load().weights[edition.edition] if edition else {}
    if record is None or edition is None or set(own) != set(weights):
        return ["Nilai final tidak dapat dihitung ulang: komponennya tidak lengkap tercatat."]
    index = score.index_of(own, edition.edition)
    same = "sama dengan" if float(index) == record["index_published"] else "berbeda dari"
    return [f"Dihitung ulang dari komponennya: {number(index)}, {same} yang tercetak."]
