"""What is said of where a region stands, what to do first, and how sure that is."""

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import missing, unconfirmed
from kukar_analysis.analysis.told import tell, told
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
    risen = compare.index_value(year, region).improvement
    before = compare.index_value(year - 1, region)
    if risen is None:
        return ""
    said = compare.caveat(year, region)
    return told("moved", year=year, moved=risen, before=before, caveat=said)


def profile(year: int, region: str) -> str:
    """Return what adds and what costs most: weight times the distance to the group's mean."""
    rows = [*compare.components(year, region).dropna(subset="gap").itertuples()]
    best, worst = (end(rows, key=lambda row: row.effect, default=None) for end in (max, min))
    return told("profile", best=best, worst=worst)


def other_group(year: int, region: str) -> list[str]:
    """Return what the same scores would give under the other group's weights, and what not."""
    fw, edition = framework.load(), compare.edition_of(year, region)
    own = compare.scores(region).get((year, region), {})
    if edition is not None and own and not any(map(pd.isna, own.values())):
        mine = fw.weights[edition.edition]
        for other in fw.editions.values():
            theirs = fw.weights[other.edition]
            if other.year == year and other.group != edition.group and {*theirs} <= {*own}:
                return tell(
                    "other_group other_group.note",
                    own=score.index_of(own, edition.edition),
                    other=score.index_of({c: own[c] for c in theirs}, other.edition),
                    group=other.group,
                    difference=sum((mine[c] - theirs.get(c, 0)) * own[c] for c in own) / 100,
                )
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
    if compare.index_value(year, region).improvement is None:  # else `moved` says it, if at all
        said.append(f"Indeks {year - 1}: {compare.index_value(year - 1, region)}.")
    # what would fill it says page 03
    lacking = missing("question_scores", year, region)["sentence"].str.split(". ", regex=False)
    return said + ([f"{s[0].rstrip('.')}." for s in lacking] or [told("sure.all", year=year)])
