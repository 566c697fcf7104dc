"""How high the index is, where it stands, and what carries it or holds it back."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import improvement, stayed_away, value_shown


def index(year: Any, region: Any) -> Shown:
    """Answer how high the index is, where it stands, and what carries it or holds it back."""
    fw = framework.load()
    year, place = fw.year(year), fw.region(region)
    without = no_index(year, place.region)
    if without:
        return without
    return display.prose(
        height(year, place.region),
        *moved(year, place.region),
        *_carried(year, place.region),
        kind="answer",
    )


def height(year: int, code: str) -> str:
    """Say how high the index is and where it stands, of a region that has a printed one."""
    name, value = framework.load().regions[code].name, compare.index_value(year, code).value
    first = f"Indeks Smart City {name} {year} adalah **{number(value)}** dari skala 4"
    return f"{first}{standing(year, code)}."


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


def no_index(year: int, code: str) -> Shown | None:
    """Return the answer where no table names the region, or it stayed away; else None."""
    record = compare.index_record(year, code)
    if record is not None:
        return None if record["participated"] else stayed_away(year, code)
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


def moved(year: int, code: str) -> list[str]:
    """Say how the index moved since last year, as printed."""
    moved = improvement(year, code)
    if moved is None:
        return []
    before = compare.index_value(year - 1, code)
    return [
        f"Peningkatan yang tercetak dari {year - 1}: {number(moved, signed=True)}"
        f" (indeks {year - 1}: {value_shown(before)})."
    ]


def standing(year: int, code: str) -> str:
    """Say the rank: in the group alone where another group's table is not on record."""
    ranks = {r.scope: r for r in compare.ranks(year, code).itertuples()}
    if not ranks:
        edition = compare.edition_of(year, code)
        missing = compare.missing_of(year, edition.edition) if edition else ""
        return f". {missing.rstrip('.')}" if missing else ""
    group = ranks["group"]
    in_group = f"{group.rank} dari {group.of} di kelompok {group.name}"
    if "national" not in ranks:
        return (
            f": peringkat **{in_group}**{_shared(group.tied)}. Peringkat nasional tidak dapat"
            f" dihitung: {compare.missing_of(year).rstrip('.')}"
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
    profile = compare.component_profile(year, code).dropna(subset="gap")
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
