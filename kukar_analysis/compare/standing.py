"""Where a region stands among those that took part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.compare.index import edition_of, scores


@dataclass(frozen=True)
class GroupSwap:
    """A region's index under its own and under another group's weights of the same year."""

    own: Decimal
    other: Decimal
    other_group: str
    difference: Decimal
    """own minus other before rounding, four decimals"""


def participants(year: int) -> pd.DataFrame:
    """Return index_scores of the regions that took part and have a final, with their group.

    Columns: those of index_scores, plus group and province_code.
    """
    fw = framework.load()
    found = store.read("index_scores")
    found = found[(found["year"] == year) & found["participated"]].dropna(subset="index_published")
    return found.assign(
        group=[fw.editions[e].group for e in found["edition"]],
        province_code=[fw.regions[r].province_code for r in found["region"]],
    )


def groups_without_table(year: int) -> list[str]:
    """Return the groups evaluated in a year of which no national table is on record."""
    fw = framework.load()
    found = store.read("index_scores")
    tables = set(found.loc[found["year"] == year, "edition"])
    return [e.group for e in fw.editions.values() if e.year == year and e.edition not in tables]


def ranks(year: int, region: str) -> pd.DataFrame:
    """Return where a region stands by its printed final, highest first.

    Columns: scope (national, group, province), name, rank, of, tied (names that share the rank).
    Equal finals share the better rank (1, 2, 2, 4). Only the scope group where the table of
    another group of the year is not on record: the field would not be whole. Empty when the
    region has no final.
    """
    fw = framework.load()
    everyone = participants(year)
    own = everyone[everyone["region"] == region]
    rows = []
    if not own.empty:
        me = own.iloc[0]
        scopes = {
            "national": ("Nasional", everyone),
            "group": (fw.groups[me["group"]].name, everyone[everyone["group"] == me["group"]]),
            "province": (
                fw.regions[region].province,
                everyone[everyone["province_code"] == me["province_code"]],
            ),
        }
        if groups_without_table(year):
            scopes = {"group": scopes["group"]}
        for scope, (name, field) in scopes.items():
            better = int((field["index_published"] > me["index_published"]).sum())
            same = field[field["index_published"] == me["index_published"]]
            tied = sorted(same.loc[same["region"] != region, "region_name"])
            rows.append(
                {"scope": scope, "name": name, "rank": better + 1, "of": len(field), "tied": tied}
            )
    return pd.DataFrame(rows, columns=["scope", "name", "rank", "of", "tied"])


def component_profile(year: int, region: str) -> pd.DataFrame:
    """Return a region's components beside those of its group.

    Columns: component, weight (percent), score (0 to 4), contribution (weight times score),
    group_mean, group_low, group_high (of the group's participants), gap (score minus group_mean),
    effect (weight times gap: what the component gives or costs the index against the mean),
    origin. Empty when the region has no components on record or did not take part.
    """
    fw = framework.load()
    columns = ["component", "weight", "score", "contribution", "group_mean", "group_low"]
    columns += ["group_high", "gap", "effect", "origin"]
    edition = edition_of(year, region)
    if edition is None:
        return pd.DataFrame(columns=columns)
    found = store.read("component_scores")
    found = found[(found["year"] == year) & (found["edition"] == edition.edition)]
    found = found.dropna(subset="score")
    group = found.groupby("component")["score"].agg(["mean", "min", "max"])
    own = found[found["region"] == region].set_index("component")
    rows = []
    for component, weight in fw.weights[edition.edition].items():
        if component in own.index:
            value, mean = own.loc[component, "score"], group.loc[component, "mean"]
            rows.append(
                {
                    "component": component,
                    "weight": weight,
                    "score": value,
                    "contribution": weight * value / 100,
                    "group_mean": mean,
                    "group_low": group.loc[component, "min"],
                    "group_high": group.loc[component, "max"],
                    "gap": value - mean,
                    "effect": weight * (value - mean) / 100,
                    "origin": own.loc[component, "origin"],
                }
            )
    return pd.DataFrame(rows, columns=columns)


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
