"""What is said of where a region stands, what to do first, and how sure that is."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import missing, unconfirmed
from kukar_analysis.analysis.told import told
from kukar_analysis.formats import listed


def standing(year: int, region: str) -> str:
    """Return how high the index is and where it stands, or that it is implied; "" for neither."""
    value = compare.index_value(year, region)
    if value.known not in ("printed", "implied"):
        return ""
    places = {place.scope: place for place in compare.ranks(year, region).itertuples()}
    short = compare.missing_of(year)
    if not places:
        short = " ".join(compare.whole_field(year, region)["missing"])
    everyone, words = compare.participants(year), framework.load().names["abbreviation"]
    own = everyone[everyone["region"] == region]
    field = everyone[everyone["edition"].isin(own["edition"])]["index_published"]
    group = places["group"].name.split() if "group" in places else []
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
    risen, before = compare.improvement(year, region), compare.index_value(year - 1, region)
    if risen is None:
        return ""
    said = compare.caveat(year, region)
    return told("moved", year=year, moved=risen, before=before, caveat=said)


def profile(year: int, region: str) -> str:
    """Return what lies furthest above and below the mean of the group, and what costs most.

    The measure is one for all pages: weight times the distance to the group's mean.
    """
    rows = [*compare.components(year, region).dropna(subset="gap").itertuples()]
    if not rows:
        return ""
    best, worst = (end(rows, key=lambda row: row.effect) for end in (max, min))
    return told("profile", best=best, worst=worst)


def other_group(year: int, region: str) -> list[str]:
    """Return what the same scores would give under the other group's weights, and what not."""
    fw, edition = framework.load(), compare.edition_of(year, region)
    own = compare.scores(region).get((year, region), {})
    if edition is None or not own or any(map(pd.isna, own.values())):
        return [told("other_group.none", region=region)]
    for other in fw.editions.values():
        weights = fw.weights[other.edition]
        if other.year == year and other.group != edition.group and {*weights} <= {*own}:
            theirs = {c: own[c] for c in weights}
            apart = sum(
                (fw.weights[edition.edition][c] - weights.get(c, 0)) * score.hundredths(own[c])
                for c in own
            )
            said = told(
                "other_group",
                own=score.index_of(own, edition.edition),
                other=score.index_of(theirs, other.edition),
                group=other.group,
                difference=apart / 10_000,
            )
            return [said, told("other_group.note", group=other.group)]
    return [told("other_group.none", region=region)]


def certainty(year: int, region: str) -> list[str]:
    """Say how sure the figures of the page are."""
    edition, record = compare.edition_of(year, region), compare.index_record(year, region)
    own = compare.components(year, region).set_index("component")["score"].to_dict()
    index = None
    if record is not None and edition and {*own} == {*framework.load().weights[edition.edition]}:
        index = score.index_of(own, edition.edition)
    same = record is not None and index is not None and float(index) == record["index_published"]
    said = [*unconfirmed(region, year), told("sure.computed", index=index, same=same)]
    if compare.improvement(year, region) is None:  # else `moved` says it, if at all
        said.append(f"Indeks {year - 1}: {compare.index_value(year - 1, region)}.")
    # what would fill it says page 03
    lacking = missing("question_scores", year, region)["sentence"].str.split(". ", regex=False)
    return said + ([f"{s[0].rstrip('.')}." for s in lacking] or [told("sure.all", year=year)])
