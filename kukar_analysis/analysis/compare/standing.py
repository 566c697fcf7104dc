"""Where a region stands among those that took part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis.compare.field import (
    components,
    missing_field,
    missing_of,
    participants,
)
from kukar_analysis.analysis.compare.index import (
    caveat,
    edition_of,
    improvement,
    index_value,
    scores,
)
from kukar_analysis.analysis.compare.years import components_between
from kukar_analysis.formats import listed, number


@dataclass(frozen=True)
class GroupSwap:
    """A region's index under its own and under another group's weights of the same year."""

    own: Decimal
    other: Decimal
    other_group: str
    difference: Decimal
    """own minus other before rounding, four decimals"""


def ranks(year: int, region: str) -> pd.DataFrame:
    """Return where a region stands by its printed final, highest first.

    Columns: scope (national, group, province), name, rank, of, tied (names of those that share the
    rank, in one text; null where it is shared with none), origin. Equal finals share the better
    rank (1, 2, 2, 4). Only the scope group where the nation's field is not whole (`whole_field`).
    Empty when the region has no final, or its group is not whole. No rank is printed anywhere:
    these are computed, and the nation and provinces mix groups that answer different forms.
    """
    fw = framework.load()
    everyone = participants(year)
    rows = []
    for me in everyone[everyone["region"] == region].itertuples():
        names = {"national": "Nasional", "group": fw.groups[me.group].name}
        names["province"] = fw.regions[region].province
        of = {"national": None, "group": "group", "province": "province_code"}
        for scope, column in of.items():
            if scope != "group" and missing_of(year):
                continue
            field = (
                everyone if column is None else everyone[everyone[column] == getattr(me, column)]
            )
            same = field[field["index_published"] == me.index_published]
            rank = int((field["index_published"] > me.index_published).sum()) + 1
            tied = ", ".join(sorted(same.loc[same["region"] != region, "region_name"])) or None
            rows.append((scope, names[scope], rank, len(field), tied, me.origin))
    made = pd.DataFrame(rows, columns=["scope", "name", "rank", "of", "tied", "origin"])
    return made.astype({"rank": "int64", "of": "int64", "tied": "str"})


def component_profile(year: int, region: str) -> pd.DataFrame:
    """Return a region's components beside those of its group.

    Columns: component, weight (percent), score (0 to 4), contribution (weight times score),
    group_mean, group_low, group_high (of the group's participants), gap (score minus group_mean),
    effect (weight times gap: what the component gives or costs the index against the mean), rank
    and of (its place among the group's participants, equal scores share the better one), origin.
    What is of the group is null where its field is not whole (`whole_field`). Empty when the
    region has no components on record or did not take part.
    """
    every = components(year, partial=True)
    by = every.groupby(["edition", "component"])["score"]
    field = ["group_mean", "group_low", "group_high", "rank", "of"]
    every["contribution"] = every["weight"] * every["score"] / 100
    every["group_mean"], every["of"] = by.transform("mean"), by.transform("size")
    every["group_low"], every["group_high"] = by.transform("min"), by.transform("max")
    every["rank"] = by.rank("min", ascending=False)
    own = every[every["region"] == region].reset_index(drop=True)
    if len(own) and missing_of(year, str(own["edition"].iloc[0])):
        own[field] = float("nan")
    own["gap"] = own["score"] - own["group_mean"]
    own["effect"] = own["weight"] * own["gap"] / 100
    columns = ["component", "weight", "score", "contribution", *field[:3], "gap", "effect"]
    return own[[*columns, "rank", "of", "origin"]].astype({"rank": "Int64", "of": "Int64"})


def target(year: int, region: str) -> Decimal | None:
    """Return the index that a region set out to reach in a year, where one is on record."""
    found = [t for t in framework.load().targets if (t.region, t.year) == (region, year)]
    return found[0].target if found else None


def component_gaps(year: int, region: str) -> pd.DataFrame:
    """Return how far each component, and the index, lies from what it can be measured against.

    Columns: component (`index` for the index), against (last_year, group, best, target), reference
    and gap (0 to 4; gap = own minus reference), holders (names of the regions that hold the best,
    in one text; null for the others). last_year only where the components of both years can be
    compared; group is the mean of the participants of the same edition, best the highest among
    them. What is not on record, or of a field that is not whole, is no row.
    """
    profile, edition = component_profile(year, region), edition_of(year, region)
    everyone = participants(year)
    everyone = everyone[everyone["edition"] == (edition.edition if edition else None)]
    finals = everyone.assign(component="index", score=everyone["index_published"])
    field = pd.concat([components(year), finals])[["component", "region", "region_name", "score"]]
    field = field[field["region"].isin(everyone["region"])]
    own = dict(profile[["component", "score"]].values)
    if (index := index_value(year, region)).known == "printed":
        own["index"] = float(index.value or 0)
    by = field.groupby("component")["score"]
    references: dict[str, dict[str, Any]] = {
        "last_year": _last_year(year, region),
        "group": by.mean().to_dict(),
        "best": by.max().to_dict(),
        "target": {"index": target(year, region)},
    }
    rows = [
        (component, against, float(value), own[component] - float(value))
        for against, found in references.items()
        for component in own
        if (value := found.get(component)) is not None
    ]
    made = pd.DataFrame(rows, columns=["component", "against", "reference", "gap"])
    best = field[field["score"] == by.transform("max")].sort_values("region_name")
    holders = best.groupby("component")["region_name"].agg(", ".join)
    made["holders"] = made["component"].map(holders).where(made["against"] == "best", None)
    return made.astype({"reference": "float64", "gap": "float64"})


def _last_year(year: int, region: str) -> dict[str, Any]:
    if year - 1 not in framework.load().years():
        return {}
    both = components_between(region, year - 1, year).dropna(subset="change")
    fair = both[both["comparable"].isin(["yes", "partly"])]
    before = index_value(year - 1, region)
    index = {"index": before.value} if before.known == "printed" else {}
    return {**dict(fair[["component", "from_score"]].values), **index}


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
        missing = missing_field(year, region).rstrip(".")
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
    profile = component_profile(year, region).dropna(subset="gap")
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
