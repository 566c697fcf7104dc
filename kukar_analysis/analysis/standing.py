"""What is said of where a region stands, what to do first, and how sure that is."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.told import told


def standing_sentence(year: int, region: str) -> str:
    """Return how high the index is and where it stands, or that it is implied; "" for neither."""
    value = compare.index_value(year, region)
    if value.known not in ("printed", "implied"):
        return ""
    places = {place.scope: place for place in compare.ranks(year, region).itertuples()}
    short = compare.missing_of(year)
    if not places:
        short = " ".join(compare.whole_field(year, region)["missing"])
    return told(
        f"standing.{value.known}",
        **{scope: places.get(scope) for scope in ("national", "group", "province")},
        region=region,
        year=year,
        value=value,
        missing=short.rstrip("."),
        caveat=compare.caveat(year + 1, region),
    )


def moved_sentence(year: int, region: str) -> str:
    """Return how the index moved since last year, as printed, and what is doubtful about it."""
    moved, before = compare.improvement(year, region), compare.index_value(year - 1, region)
    if moved is None:
        return ""
    said = compare.caveat(year, region)
    return told("moved", year=year, moved=moved, before=before, caveat=said)


def profile_sentence(year: int, region: str) -> str:
    """Return what lies furthest above and below the mean of the group, and what costs most.

    The measure is one for all pages: weight times the distance to the group's mean.
    """
    found = compare.components(year, region).dropna(subset="gap")
    if found.empty:
        return ""
    (best,), (worst,) = (
        ends(1, "effect").itertuples() for ends in (found.nlargest, found.nsmallest)
    )
    return told("profile", best=best, worst=worst)


def group_sentences(year: int, region: str) -> list[str]:
    """Return what the same scores would give under the other group's weights, and what not."""
    fw, edition = framework.load(), compare.edition_of(year, region)
    own = compare.scores().get((year, region), {})
    if edition is None or not own or any(map(pd.isna, own.values())):
        return [told("other_group.none", region=region)]
    for other in fw.editions.values():
        weights = fw.weights[other.edition]
        if other.year == year and other.group != edition.group and {*weights} <= {*own}:
            mine, theirs = (own, edition.edition), ({c: own[c] for c in weights}, other.edition)
            apart = [sum(score.contributions(*scored).values()) for scored in (mine, theirs)]
            said = told(
                "other_group",
                own=score.index_of(*mine),
                other=score.index_of(*theirs),
                group=other.group,
                difference=apart[0] - apart[1],
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
    before = compare.index_value(year - 1, region)  # said by `moved_sentence`, if at all
    lacking = missing("question_scores", year, region)["sentence"]  # what would fill it: page 03
    return [
        *unconfirmed(region, year),
        told("sure.computed", index=index, same=same),
        *[f"Indeks {year - 1}: {before}."] * (compare.improvement(year, region) is None),
        *(
            [f"{said.partition('. ')[0].rstrip('.')}." for said in lacking]
            or [told("sure.all", year=year)]
        ),
    ]
