"""Where a region stands in words, how sure that is, and beside whom it is looked at."""

import numpy as np
import pandas as pd

from kukar_analysis import framework, score, store, suggest
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import missing, unconfirmed
from kukar_analysis.analysis.told import ordered, tell, tidy, told
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed

_PEERS = "region region_name province group why known index compared_value distance compared_year"


def standing(year: int, region: str) -> str:
    """Return how high the index is and where it stands, or that it is implied; "" for neither."""
    value = compare.index_value(year, region)
    if value.known not in ("printed", "implied"):
        return ""
    places = {place.scope: place for place in compare.ranks(year, region).itertuples()}
    short = compare.missing_of(year)
    short = short if places else " ".join(compare.whole_field(year, region)["missing"])
    everyone, words = compare.participants(year), framework.load().names["abbreviation"]
    own = everyone.loc[everyone["region"] == region, "edition"]
    field = everyone.loc[everyone["edition"].isin(own), "index_published"]
    group = places["group"].name.split() if places else []
    return told(
        f"standing.{value.known}",
        mean=field.mean() if len(field) else None,
        long=listed([words[part] for part in group if part in words]),
        **{scope: places.get(scope) for scope in ("national", "group", "province")},
        region=region,
        year=year,
        value=value,
        missing=short.rstrip("."),
        caveat=compare.caveat(year + 1, region),
    )


def moved(year: int, region: str) -> str:
    """Return how the index moved since last year, as printed, and what is doubtful about it."""
    risen = compare.index_value(year, region).improvement
    before = compare.index_value(year - 1, region)
    if risen is None:
        return ""
    return told("moved", year=year, moved=risen, before=before, caveat=compare.caveat(year, region))


def profile(year: int, region: str) -> str:
    """Return what adds and what costs most: weight times the distance to the group's mean."""
    rows = [*compare.components(year, region).dropna(subset="gap").itertuples()]
    best, worst = (end(rows, key=lambda row: row.effect, default=None) for end in (max, min))
    return told("profile", best=best, worst=worst)


def other_group(year: int, region: str) -> list[str]:
    """Return what the same scores would give under the other group's weights, and what not."""
    fw, (own, edition) = framework.load(), compare.all_scores(year, region)
    for other in fw.editions.values():
        theirs = fw.weights[other.edition]
        if edition and other.year == year and other.edition != edition and {*theirs} <= {*own}:
            mine = fw.weights[edition]
            return tell(
                "other_group other_group.note",
                own=score.index_of(own, edition),
                other=score.index_of({c: own[c] for c in theirs}, other.edition),
                group=other.group,
                difference=sum((mine[c] - theirs.get(c, 0)) * own[c] for c in own) / 100,
            )
    return [told("other_group.none", region=region)]


def certainty(year: int, region: str) -> list[str]:
    """Say how sure the figures of the page are."""
    own, edition = compare.all_scores(year, region)
    value = compare.index_value(year, region)
    index = score.index_of(own, edition) if edition else None
    computed = told("sure.computed", index=index, same=index == value.value)
    said = [*unconfirmed(region, year), computed]
    if value.improvement is None:  # else `moved` says it, if at all
        said.append(f"Indeks {year - 1}: {compare.index_value(year - 1, region)}.")
    # what would fill it says page 03
    lacking = missing("question_scores", year, region)["sentence"].str.split(". ", regex=False)
    return said + ([f"{s[0].rstrip('.')}." for s in lacking] or [told("sure.all", year=year)])


def peers(
    year: int, region: str, chosen: str = "", nearest: int = 5, by: str = "index"
) -> pd.DataFrame:
    """Return a region and those it is looked at beside, itself first, then the nearest first.

    `chosen` names regions, parted by commas; without it they are, of groups whose field is whole,
    the participants of the province and the `nearest` by index with all as near, or with `by="hdi"`
    the nearest of the province by its last Human Development Index. distance: of compared_value.
    """
    if by not in ("index", "hdi"):
        raise UsageError(f"by = {by!r} is not known; known: index, hdi")
    names = [suggest.region(name.strip()).region for name in chosen.split(",") if name.strip()]
    every = compare.indices().query("year == @year")
    every = every[every["region"].isin([region, *names, *compare.participants(year)["region"]])]
    values = every.rename(columns={"index": "value"})
    if by == "hdi":
        values = statistics(year, region).query("statistic == 'hdi' and is_official")
        values = values[values["year"] == values.loc[values["region"] == region, "year"].max()]
    values = values[["region", "value", "year"]].add_prefix("compared_")
    every = every.merge(values, left_on="region", right_on="compared_region")
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

    is_official: stated by the statistic's own source, not by the press. base: the year from which a
    figure counts anew, not comparable with those before; null of the first, as pillar is of none.
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
