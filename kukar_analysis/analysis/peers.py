"""Beside whom a region is looked at: those it chooses, its province, and those nearest to it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kukar_analysis import framework, store, suggest
from kukar_analysis.analysis import compare
from kukar_analysis.errors import UsageError

_TYPES = {
    "region": "str",
    "region_name": "str",
    "province": "str",
    "group": "str",
    "why": "str",
    "known": "str",
    "index": "float64",
    "compared_value": "float64",
    "distance": "float64",
    "compared_year": "Int64",
    "origin": "str",
}


def peers(
    year: int, region: str, chosen: str = "", nearest: int = 5, by: str = "index"
) -> pd.DataFrame:
    """Return a region and those it is looked at beside, itself first, then the nearest first.

    `chosen` names regions, parted by commas; without it they are the participants of the province
    and the `nearest` by index, with all that are as near; with `by="hdi"` the nearest of the
    province by the Human Development Index, of the last year that its official source states for
    the region. Others than the chosen come only from groups whose field is whole. Columns: region,
    region_name, province, group, why (own, chosen, province, nearest), index (0 to 4; null of one
    that did not take part), compared_value (what they are
    compared by), distance (from the region's),
    compared_year, origin. Empty where the region is in no table of the year. Raises UsageError
    for a region or `by` that is not known.
    """
    if by not in ("index", "hdi"):
        raise UsageError(f"by = {by!r} is not known; known: index, hdi")
    names = [suggest.region(name.strip()).region for name in chosen.split(",") if name.strip()]
    pool = [region, *names, *compare.participants(year)["region"]]
    every = compare.indices().query("year == @year")
    every = every[every["region"].isin(pool)]
    every = every.assign(compared_value=every["index"], compared_year=year)
    if by == "hdi":
        every = every.drop(columns=["compared_value", "compared_year"]).merge(_hdi(year, region))
    own = every[every["region"] == region]
    if own.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _TYPES.items()})
    away = (every["compared_value"] - own["compared_value"].iloc[0]).abs().round(6)
    every = every.assign(distance=away).sort_values(["distance", "region"], ignore_index=True)
    same, is_own = every["province"] == own["province"].iloc[0], every["region"] == region
    if names:
        why = {"chosen": every["region"].isin(names)}
    else:
        others = every["distance"].where(~is_own & (same | (by == "index")))
        why = {
            "province": same & (by == "index"),
            "nearest": others.rank(method="min") <= nearest,
        }
    every["why"] = np.select([is_own, *why.values()], ["own", *why], "")
    found = every[every["why"] != ""].sort_values("why", key=lambda w: w != "own", kind="stable")
    found = found.reset_index(drop=True)
    return found[list(_TYPES)].astype(_TYPES)


def _hdi(year: int, region: str) -> pd.DataFrame:
    """Return region, compared_value, compared_year: of one year and its official source for all."""
    source = framework.load().statistics["hdi"].citation
    found = store.read("official_statistics")
    found = found[(found["statistic"] == "hdi") & (found["citation"] == source)]
    found = found[found["year"] <= year]
    last = found.loc[found["region"] == region, "year"].max()
    found = found[found["year"] == last].rename(columns={"value": "compared_value"})
    return found.assign(compared_year=found["year"])[["region", "compared_value", "compared_year"]]


def statistic_years(year: int, region: str, pillar: str | None = None) -> pd.DataFrame:
    """Return the official statistics of a region and of its province's others, of all years.

    Those of a pillar, or all. Only what the statistic's own source states (definitions/
    statistics.csv): press figures have another, and are in `statistics`. Columns: statistic,
    pillar (null of none), region, year, value, unit_of_measure, citation, origin.
    """
    known = framework.load().statistics
    found = store.read("official_statistics")
    found = found[found["region"].str[:3].eq(region[:3]) & (found["year"] <= year)]
    found["pillar"] = found["statistic"].map({s: one.pillar for s, one in known.items()})
    own = found["statistic"].map({s: one.citation for s, one in known.items()})
    found = found[found["citation"] == own]
    if pillar:
        found = found[found["pillar"] == pillar]
    order = {statistic: place for place, statistic in enumerate(known)}
    found = found.assign(place=found["statistic"].map(order))
    found = found.sort_values(["place", "region", "year"], ignore_index=True)
    columns = ["statistic", "pillar", "region", "year", "value", "unit_of_measure"]
    return found[[*columns, "citation", "origin"]].astype({"pillar": "str"})
