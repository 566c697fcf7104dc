"""Where a region stands among those that took part."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis.compare.field import missing_of, participants
from kukar_analysis.analysis.compare.index import edition_of, index_value, scores
from kukar_analysis.analysis.compare.years import components_between


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

    Columns: scope (national, group, province), name, rank, of, tied (names that share the rank).
    Equal finals share the better rank (1, 2, 2, 4). Only the scope group where the nation's field
    is not whole (`whole_field`). Empty when the region has no final, or its group is not whole.
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
        if missing_of(year):
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
    origin. What is of the group is null where its field is not whole (`whole_field`). Empty when
    the region has no components on record or did not take part.
    """
    fw = framework.load()
    columns = ["component", "weight", "score", "contribution", "group_mean", "group_low"]
    columns += ["group_high", "gap", "effect", "origin"]
    edition = edition_of(year, region)
    if edition is None:
        return pd.DataFrame(columns=columns)
    found = store.read("component_scores", year=year)
    found = found[found["edition"] == edition.edition]
    found = found.dropna(subset="score")
    group = found.groupby("component")["score"].agg(["mean", "min", "max"])
    if missing_of(year, edition.edition):
        group[:] = float("nan")
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


def target(year: int, region: str) -> Decimal | None:
    """Return the index that a region set out to reach in a year, where one is on record."""
    found = [t for t in framework.load().targets if (t.region, t.year) == (region, year)]
    return found[0].target if found else None


def component_gaps(year: int, region: str) -> pd.DataFrame:
    """Return how far each component, and the index, lies from what it can be measured against.

    Columns: component (null = the index), against (last_year, group, best, target), reference and
    gap (0 to 4; gap = own minus reference), holders (regions that hold the best, else empty).
    last_year only where the components of both years can be compared; group is the mean of the
    participants of the same edition, best the highest among them. What is not on record, or of a
    field that is not whole, is no row.
    """
    profile = component_profile(year, region)
    everyone = participants(year)
    edition = edition_of(year, region)
    everyone = everyone[everyone["edition"] == (edition.edition if edition else None)]
    own = dict(zip(profile["component"], profile["score"], strict=True))
    index = index_value(year, region)
    if index.known == "printed":
        own[_INDEX] = float(index.value or 0)
    references = {
        "last_year": _last_year(year, region),
        "group": _column(profile, "group_mean", everyone["index_published"].mean()),
        "best": _column(profile, "group_high", everyone["index_published"].max()),
        "target": {_INDEX: target(year, region)},
    }
    rows = [
        {
            "component": component or None,
            "against": against,
            "reference": float(value),
            "holders": _holders(year, everyone, component, value) if against == "best" else [],
            "gap": own[component] - float(value),
        }
        for against, found in references.items()
        for component, value in found.items()
        if component in own and value is not None and pd.notna(value)
    ]
    return pd.DataFrame(rows, columns=["component", "against", "reference", "holders", "gap"])


_INDEX = ""
"""Stands for the index among the components."""


def _last_year(year: int, region: str) -> dict[str, Any]:
    if year - 1 not in framework.load().years():
        return {}
    both = components_between(region, year - 1, year).dropna(subset="change")
    fair = both[both["comparable"].isin(["yes", "partly"])]
    before = index_value(year - 1, region)
    index = before.value if before.known == "printed" else None
    return _column(fair, "from_score", index)


def _column(found: pd.DataFrame, column: str, index: Any) -> dict[str, Any]:
    return {**dict(zip(found["component"], found[column], strict=True)), _INDEX: index}


def _holders(year: int, everyone: pd.DataFrame, component: str, value: float) -> list[str]:
    """Return the names of the participants that have a component's score, or an index."""
    if component == _INDEX:
        return sorted(everyone.loc[everyone["index_published"] == value, "region_name"])
    found = store.read("component_scores", year=year)
    found = found[found["component"] == component]
    holding = found.loc[found["score"] == value, "region"]
    return sorted(everyone.loc[everyone["region"].isin(holding), "region_name"])


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
