"""The answers in words: the first thing a notebook shows, and its limits at the end.

Every number in a sentence comes from compare.py; what is not known is said to be not known.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import compare, display, formats, framework, gaps, pillars, tables
from kukar_analysis.display import Shown
from kukar_analysis.facts import Assumption
from kukar_analysis.formats import listed, number

_HOW_KNOWN = {"seen": "terlihat", "inferred": "disimpulkan", "assumed": "anggapan"}


def index(year: Any, region: Any) -> Shown:
    """Answer how high the index is, where it stands, and what carries it or holds it back."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    record = compare.index_record(year, place.region)
    if record is None:
        return _no_index(year, place.region)
    if not record["participated"]:
        return _stayed_away(year, place.region)
    first = (
        f"Indeks Smart City {place.name} {year} adalah **{number(record['index_published'])}**"
        " dari skala 4"
    )
    first += _standing(year, place.region)
    return display.prose(
        first + ".", *_moved(year, place.region), *_carried(year, place.region), kind="answer"
    )


def other_group(year: Any, region: Any) -> Shown:
    """Say what the same scores would give under the other group's weights, and what that omits."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    swap = compare.under_other_group(year, place.region)
    if swap is None:
        return display.prose(
            "Bobot kelompok lain tidak dapat dicoba: kelompok itu menimbang komponen yang tidak"
            f" dinilai pada {place.name}, atau nilai komponennya tidak tercatat."
        )
    group = fw.groups[swap.other_group].name
    cost = "mengurangi" if swap.difference < 0 else "menambah"
    return display.prose(
        f"Dengan bobot kelompok {group}, nilai komponen yang sama menghasilkan"
        f" **{number(swap.other)}**, bukan **{number(swap.own)}**: bobot kelompoknya sendiri"
        f" {cost} {number(abs(swap.difference), 3)} sebelum pembulatan.",
        f"Ini hitungan bobot saja. Pertanyaan kelompok {group} berbeda, sehingga hitungan ini tidak"
        " mengatakan berapa nilai yang akan diberikan asesor di sana.",
    )


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


def years(region: Any, from_year: Any, to_year: Any) -> Shown:
    """Answer how the index moved, which components rose or fell, and what cannot be compared."""
    fw = framework.load()
    place, from_year, to_year = fw.region(region), fw.year(from_year), fw.year(to_year)
    found = compare.components_between(place.region, from_year, to_year)
    paragraphs = [_index_moved(place.region, from_year, to_year)]
    fair = found[found["comparable"].isin(["yes", "partly"])].dropna(subset="change")
    if len(fair):
        said = [
            f"{fw.components[r.component].name} {number(r.change, signed=True)}"
            + (" (sebagian sebanding)" if r.comparable == "partly" else "")
            for r in fair.sort_values("change", ascending=False).itertuples()
        ]
        paragraphs.append(f"Komponen yang dapat dibandingkan: {listed(said)}.")
    unfair = [fw.components[c].name for c in found.loc[found["comparable"] == "no", "component"]]
    if unfair:
        paragraphs.append(f"Tidak sebanding antara kedua tahun: {listed(unfair)}.")
    gap = gaps.index_gap(from_year, place.region) or gaps.index_gap(to_year, place.region)
    if gap:
        paragraphs.append(f"Perubahan per komponen tidak dapat ditunjukkan. {gap.waits_for}")
    elif (found["comparable"] == "absent").any():
        paragraphs.append(
            f"{place.name} tidak ikut pada salah satu tahun, sehingga komponennya tidak dapat"
            " dibandingkan."
        )
    elif (found["comparable"] == "unknown").any():
        paragraphs.append(
            "Kesebandingan komponennya belum diketahui: daftar butir salah satu edisi tidak"
            " terlihat."
        )
    return display.prose(*paragraphs, kind="answer")


def comparability(region: Any, from_year: Any, to_year: Any) -> Shown:
    """Say for each component whether two years can be compared, and why."""
    fw = framework.load()
    place, from_year, to_year = fw.region(region), fw.year(from_year), fw.year(to_year)
    found = compare.components_between(place.region, from_year, to_year)
    if found.empty:
        return display.prose("Tidak ada komponen yang tercatat untuk kedua tahun.")
    return display.items(
        [
            f"{fw.components[r.component].name}: {_reason(r, from_year, to_year)}."
            for r in found.itertuples()
        ]
    )


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


def limits(*topics: Any) -> Shown:
    """List what the figures do not say: the assumptions on record about the topics.

    A topic is `index`, `pillar`, `years`, an edition, or a region code.
    """
    fw = framework.load()
    asked = {str(t) for t in topics}
    found = [a for a in fw.assumptions if a.topic in asked]
    return display.items([_limit(a) for a in found], kind="limits")


def limits_of(year: Any, region: Any, *topics: str) -> Shown:
    """List the limits of the topics, of the region, and of the edition it was evaluated under."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    edition = compare.edition_of(year, place.region)
    return limits(*topics, place.region, *([edition.edition] if edition else []))


def _limit(assumption: Assumption) -> str:
    title = framework.load().citations[assumption.citation].title
    how = _HOW_KNOWN[assumption.status]
    return f"{assumption.statement} ({how}; {title})"


def _stayed_away(year: int, code: str) -> Shown:
    return display.prose(
        f"**{framework.load().regions[code].name} tidak ikut evaluasi {year}.** Tabel nasional"
        " mencetak 0 di semua kolomnya; angka itu bukan nilai dan tidak dipakai.",
        kind="answer",
    )


def _no_index(year: int, code: str) -> Shown:
    fw = framework.load()
    name = fw.regions[code].name
    value = compare.index_value(year, code)
    gap = gaps.index_gap(year, code)
    paragraphs = [f"**Indeks {name} {year} tidak tercatat.** {gap.waits_for if gap else ''}"]
    if value.known == "implied":
        paragraphs.append(
            f"Yang tersirat: {number(value.value)} (±0,01), yaitu nilai final {year + 1} dikurangi"
            " peningkatan yang tercetak."
        )
    return display.prose(*paragraphs, kind="answer")


def _index_moved(code: str, from_year: int, to_year: int) -> str:
    """Say the index of both years and the published improvement, with its base where it tells."""
    before, after = (compare.index_value(y, code) for y in (from_year, to_year))
    said = (
        f"Indeks {framework.load().regions[code].name}: **{_value(before)}** pada {from_year} dan"
        f" **{_value(after)}** pada {to_year}."
    )
    improvement = _improvement(to_year, code)
    if improvement is None or from_year != to_year - 1:
        return said
    said += f" Peningkatan yang tercetak: **{number(improvement, signed=True)}**"
    if before.known == after.known == "printed" and before.value and after.value:
        difference = after.value - before.value
        if difference != improvement:
            said += (
                f"; selisih kedua nilai tercetak {number(difference, signed=True)}, karena"
                f" kementerian mengukur dari {number(compare.base_of_improvement(to_year, code))}"
                f" (jumlah tertimbang {from_year} yang dibulatkan sekali)"
            )
    return f"{said}."


def _moved(year: int, code: str) -> list[str]:
    """Say how the index moved since last year, as printed."""
    improvement = _improvement(year, code)
    if improvement is None:
        return []
    before = compare.index_value(year - 1, code)
    return [
        f"Peningkatan yang tercetak dari {year - 1}: {number(improvement, signed=True)}"
        f" (indeks {year - 1}: {_value(before)})."
    ]


def _standing(year: int, code: str) -> str:
    """Say the rank: in the group alone where another group's table is not on record."""
    ranks = {r.scope: r for r in compare.ranks(year, code).itertuples()}
    if not ranks:
        return ""
    group = ranks["group"]
    in_group = f"{group.rank} dari {group.of} di kelompok {group.name}"
    if "national" not in ranks:
        return (
            f": peringkat **{in_group}**{_shared(group.tied)}. Peringkat nasional tidak dapat"
            f" dihitung, karena {tables.without_table(year)}"
        )
    national, province = ranks["national"], ranks["province"]
    return (
        f": peringkat **{national.rank} dari {national.of}** daerah peserta"
        f"{_shared(national.tied)}, {in_group}{_shared(group.tied)},"
        f" dan {province.rank} dari {province.of} di {province.name}{_shared(province.tied)}"
    )


def _shared(tied: list[str]) -> str:
    return f" (bersama {listed(tied)})" if tied else ""


def _carried(year: int, code: str) -> list[str]:
    """Name the components furthest above and below the mean of the group."""
    fw = framework.load()
    profile = compare.component_profile(year, code)
    if profile.empty:
        return []
    best, worst = (
        f"**{fw.components[row['component']].name}** ({number(row['gap'], signed=True)})"
        for row in (profile.loc[profile["gap"].agg(pick)] for pick in ("idxmax", "idxmin"))
    )
    if profile["gap"].min() >= 0:
        return [f"Tidak ada komponen di bawah rata-rata kelompoknya; yang paling menonjol {best}."]
    if profile["gap"].max() <= 0:
        return [
            f"Tidak ada komponen di atas rata-rata kelompoknya; yang paling tertinggal {worst}."
        ]
    return [
        f"Terhadap rata-rata kelompoknya, komponen yang paling menonjol adalah {best} dan yang"
        f" paling tertinggal {worst}."
    ]


def _no_pillar(year: int, code: str, pillar: str) -> Shown:
    fw = framework.load()
    name, place = fw.pillars[pillar].name, fw.regions[code].name
    if compare.index_value(year, code).known == "absent":
        return _stayed_away(year, code)
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


def _improvement(year: int, code: str) -> Decimal | None:
    record = compare.index_record(year, code)
    if record is None or pd.isna(record["improvement_published"]):
        return None
    return Decimal(str(round(record["improvement_published"], 2)))


def _value(value: compare.IndexValue) -> str:
    if value.known == "printed":
        return number(value.value)
    if value.known == "implied":
        return f"{number(value.value)} tersirat, ±{number(compare.MARGIN)}"
    return "tidak ikut" if value.known == "absent" else "tidak tercatat"


def _reason(row: Any, from_year: int, to_year: int) -> str:
    """Say why a component can or cannot be compared, from the counts of its questions."""
    if row.comparable == "absent":
        return "tidak dapat dibandingkan, daerah ini tidak ikut pada salah satu tahun"
    if pd.isna(row.from_weight) and row.comparable == "unknown":
        return f"belum dapat dibandingkan, nilai {from_year} tidak tercatat"
    if pd.isna(row.from_weight):
        return f"tidak sebanding, komponen ini baru ada pada {to_year}"
    if pd.isna(row.to_weight):
        return f"tidak sebanding, komponen ini tidak ada lagi pada {to_year}"
    weights = (
        ""
        if row.from_weight == row.to_weight
        else f"; bobotnya berubah dari {row.from_weight:.0f}% menjadi {row.to_weight:.0f}%"
    )
    if row.comparable == "unknown":
        return f"belum diketahui, daftar butir salah satu edisi tidak terlihat{weights}"
    counts = {"same": "sama", "changed": "berubah kalimat", "new": "baru", "dropped": "dihapus"}
    said = [f"{getattr(row, k):.0f} butir {v}" for k, v in counts.items() if getattr(row, k)]
    words = {"yes": "sebanding", "partly": "sebagian sebanding", "no": "tidak sebanding"}
    return f"{words[row.comparable]}, {listed(said)}{weights}"
