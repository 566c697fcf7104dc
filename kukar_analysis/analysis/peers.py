"""Beside whom a region is looked at: those it chooses, its province, and those nearest to it."""

import numpy as np
import pandas as pd

from kukar_analysis import framework, store, suggest
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import ordered, tidy
from kukar_analysis.errors import UsageError

_PEERS = "region region_name province group why known index compared_value distance compared_year"


def peers(
    year: int, region: str, chosen: str = "", nearest: int = 5, by: str = "index"
) -> pd.DataFrame:
    """Return a region and those it is looked at beside, itself first, then the nearest first.

    `chosen` names regions, parted by commas; without it they are, of groups whose field is whole,
    the participants of the province and the `nearest` by index with all as near, or with `by="hdi"`
    the nearest of the province by its last Human Development Index. why: own, chosen, province,
    nearest; distance: of compared_value, of compared_year. UsageError: a region or `by` not known.
    """
    if by not in ("index", "hdi"):
        raise UsageError(f"by = {by!r} is not known; known: index, hdi")
    names = [suggest.region(name.strip()).region for name in chosen.split(",") if name.strip()]
    every = compare.indices().query("year == @year")
    field = compare.participants(year)["region"]
    every = every[every["region"].isin([region, *names, *field])]
    every = every.assign(compared_value=every["index"], compared_year=year)
    if by == "hdi":
        hdi = statistics(year, region).query("statistic == 'hdi' and is_official")
        hdi = hdi[hdi["year"] == hdi.loc[hdi["region"] == region, "year"].max()]
        hdi = hdi.rename(columns={"value": "compared_value", "year": "compared_year"})
        hdi = hdi[["region", "compared_value", "compared_year"]]
        every = every.drop(columns=["compared_value", "compared_year"]).merge(hdi)
    is_own = every["region"] == region
    own = every[is_own].iloc[:1]
    away = every["compared_value"] - own["compared_value"].max()
    every = every.assign(distance=away.abs().round(6))
    same = every["province"].isin(own["province"])
    others = every["distance"].where(~is_own & (same | (by == "index")))
    why = {
        "own": is_own,
        "chosen": every["region"].isin(names),
        "province": same & (by == "index") & (not names),
        "nearest": (others.rank(method="min") <= nearest) & (not names),
    }
    every = every.assign(why=np.select([*why.values()], [*why], ""))
    found = every[every["why"] != ""].sort_values(["distance", "region"])
    found = found.sort_values("why", key=lambda w: w != "own", kind="stable")
    found = found[: None if len(own) else 0]
    return tidy(found, f"{_PEERS} origin", compared_year="Int64")


def statistics(year: int, region: str, pillar: str | None = None) -> pd.DataFrame:
    """Return the statistics of a region and of its province's others, up to a year.

    Those shown with a pillar, or all, in the order of definitions/statistics.csv, then by region
    and year. is_official: stated by the statistic's own source; a press figure is not. base: the
    year from which a figure counts anew, not comparable with those before; null of the first, as
    pillar is of none.
    """
    known = framework.load().statistics
    found = store.read("official_statistics")
    found = found[found["region"].str[:3].eq(region[:3]) & (found["year"] <= year)]
    of = found["statistic"].map(known)
    found = found.assign(
        pillar=[one.pillar for one in of],
        is_official=[one.citation for one in of] == found["citation"],
        base=pd.array([one.new_base for one in of], dtype="Int64"),
    )
    found["base"] = found["base"].where(found["base"] <= found["year"])
    found = found[found["pillar"].eq(pillar) | (pillar is None)]
    found = ordered(found.sort_values(["region", "year"]), "statistic", known)
    columns = "statistic pillar region year value unit_of_measure citation is_official base origin"
    return tidy(found, columns, is_official="bool", base="Int64")
