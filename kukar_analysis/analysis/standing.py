"""What is said of where a region stands: sentences that branch, beside the frames of compare."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis.compare import (
    caveat,
    components,
    edition_of,
    improvement,
    index_value,
    missing_of,
    ranks,
    scores,
    whole_field,
)
from kukar_analysis.formats import listed, number


@dataclass(frozen=True)
class GroupSwap:
    """A region's index under its own and under another group's weights of the same year."""

    own: Decimal
    other: Decimal
    other_group: str
    difference: Decimal
    """own minus other before rounding, four decimals"""


def under_other_group(year: int, region: str) -> GroupSwap | None:
    """Return what the same component scores give under the weights of the year's other group.

    None when the other group weighs a component the region was not scored on, or a score is not
    stated. It says nothing of what assessors would have scored under the other group's questions.
    """
    fw = framework.load()
    edition = edition_of(year, region)
    own = scores().get((year, region), {})
    if edition is None or not own or any(pd.isna(s) for s in own.values()):
        return None
    for other in fw.editions.values():
        weights = fw.weights[other.edition]
        if other.year == year and other.group != edition.group and set(weights) <= set(own):
            shared = {c: own[c] for c in weights}
            sums = [
                sum(score.contributions(own, edition.edition).values()),
                sum(score.contributions(shared, other.edition).values()),
            ]
            return GroupSwap(
                own=score.index_of(own, edition.edition),
                other=score.index_of(shared, other.edition),
                other_group=other.group,
                difference=Decimal(sums[0] - sums[1]),
            )
    return None


def standing_sentence(year: int, region: str) -> str:
    """Return how high the index is and where it stands, or that it is implied; "" for neither."""
    name, value = framework.load().regions[region].name, index_value(year, region)
    if value.known == "printed":
        said = f"Indeks Smart City {name} {year} adalah **{value}** dari skala 4"
        return f"{said}{_places(year, region)}."
    if value.known != "implied":
        return ""
    said = (
        f"Indeks {year} dari nilai final {year + 1} dikurangi peningkatan yang tercetak: {value}."
    )
    return f"{said} {caveat(year + 1, region)}".rstrip()


def _places(year: int, region: str) -> str:
    """Return the ranks; of the group alone where another group's table is not on record."""
    found = ranks(year, region).set_index("scope")
    if found.empty:
        missing = " ".join(whole_field(year, region)["missing"]).rstrip(".")
        return f". {missing}" if missing else ""
    shared = {
        scope: f" (bersama {listed(tied.split(', '))})" if isinstance(tied, str) else ""
        for scope, tied in found["tied"].items()
    }
    place = {r.Index: f"{r.rank} dari {r.of}" for r in found.itertuples()}
    in_group = f"{place['group']} di kelompok {found.loc['group', 'name']}"
    if "national" not in found.index:
        missing = missing_of(year).rstrip(".")
        return (
            f": peringkat **{in_group}**{shared['group']}, dihitung dari nilai tercetak. Peringkat"
            f" nasional tidak dapat dihitung: {missing}"
        )
    return (
        f": peringkat **{place['national']}** daerah peserta{shared['national']},"
        f" {in_group}{shared['group']}, dan {place['province']} di"
        f" {found.loc['province', 'name']}{shared['province']}, semuanya dihitung dari nilai"
        " tercetak. Peringkat nasional dan provinsi mencampur kelompok yang formulirnya berbeda"
    )


def moved_sentence(year: int, region: str) -> str:
    """Return how the index moved since last year, as printed, and what is doubtful about it."""
    moved = improvement(year, region)
    if moved is None:
        return ""
    said = (
        f"Peningkatan yang tercetak dari {year - 1}: {number(moved, signed=True)}"
        f" (indeks {year - 1}: {index_value(year - 1, region)})."
    )
    return " ".join([said, caveat(year, region)]).rstrip()


def profile_sentence(year: int, region: str) -> str:
    """Return what lies furthest above and below the mean of the group, and what costs most.

    The measure is one for all pages: weight times the distance to the group's mean.
    """
    profile = components(year, region).dropna(subset="gap")
    if profile.empty:
        return ""
    best, worst = (profile.loc[profile["effect"].agg(pick)] for pick in ("idxmax", "idxmin"))
    if worst["gap"] >= 0:
        return (
            "Tidak ada komponen di bawah rata-rata kelompoknya; yang paling menambah indeks"
            f" **{_placed(best)}**."
        )
    said = f"yang paling mengurangi indeks **{_placed(worst)}**"
    if best["gap"] <= 0:
        return f"Tidak ada komponen di atas rata-rata kelompoknya; {said}."
    return (
        "Terhadap rata-rata kelompoknya (bobot × selisih), yang paling menambah indeks"
        f" **{_placed(best)}** dan {said}."
    )


def _placed(row: pd.Series) -> str:
    name = framework.load().components[row["component"]].name
    gap, effect = (number(row[c], n, signed=True) for c, n in (("gap", 2), ("effect", 3)))
    return f"{name} (selisih {gap}, pengaruh {effect}, peringkat {row['rank']} dari {row['of']})"


def group_sentences(year: int, region: str) -> list[str]:
    """Return what the same scores would give under the other group's weights, and what not."""
    swap = under_other_group(year, region)
    if swap is None:
        name = framework.load().regions[region].name
        return [
            "Bobot kelompok lain tidak dapat dicoba: kelompok itu menimbang komponen yang tidak"
            f" dinilai pada {name}, atau nilai komponennya tidak tercatat."
        ]
    group = framework.load().groups[swap.other_group].name
    cost = "mengurangi" if swap.difference < 0 else "menambah"
    return [
        f"Dengan bobot kelompok {group}, nilai komponen yang sama menghasilkan"
        f" **{number(swap.other)}**, bukan **{number(swap.own)}**: bobot kelompoknya sendiri"
        f" {cost} {number(abs(swap.difference), 3)} sebelum pembulatan.",
        f"Ini hitungan bobot saja. Pertanyaan kelompok {group} berbeda, sehingga hitungan ini tidak"
        " mengatakan berapa nilai yang akan diberikan asesor di sana.",
    ]
