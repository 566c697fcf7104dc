"""Years and peers: where a region stands, and what can and cannot be compared.

Every function answers from data/processed and the definitions; what is not on record is null or
an empty frame, never filled in. Ranks and means use the printed figures of the regions that took
part. Nothing is rounded here but what the ministry's arithmetic rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pandas as pd

from kukar_analysis import check, framework, score, store
from kukar_analysis.errors import UsageError
from kukar_analysis.facts import Edition

MARGIN = Decimal("0.01")
"""How far an implied final may be from the one printed that year (domain: 19 of 32 differ)."""


@dataclass(frozen=True)
class IndexValue:
    """An index and how it is known: printed, implied by the next year's improvement, or not."""

    value: Decimal | None
    known: Literal["printed", "implied", "absent", "unknown"]
    """absent: did not take part. unknown: no table on record names the region."""


@dataclass(frozen=True)
class GroupSwap:
    """A region's index under its own and under another group's weights of the same year."""

    own: Decimal
    other: Decimal
    other_group: str
    difference: Decimal
    """own minus other before rounding, four decimals"""


def index_record(year: int, region: str) -> pd.Series | None:
    """Return the region's line of index_scores, or None when no table names it."""
    found = store.read("index_scores")
    found = found[(found["year"] == year) & (found["region"] == region)]
    return None if found.empty else found.iloc[0]


def edition_of(year: int, region: str) -> Edition | None:
    """Return the edition a region was evaluated under, from the national table of the year."""
    record = index_record(year, region)
    return None if record is None else framework.load().edition(record["edition"])


def index_value(year: int, region: str) -> IndexValue:
    """Return the index of a year: as printed, or implied by the next year's line.

    The implied value is next year's printed final minus its printed improvement. It is that
    year's sum rounded once, so the final printed then may differ by 0.01 (docs/metode.md).
    """
    record = index_record(year, region)
    if record is not None and not pd.isna(record["index_published"]):
        return IndexValue(_decimal(record["index_published"]), "printed")
    if record is not None:
        return IndexValue(None, "unknown" if record["participated"] else "absent")
    after = index_record(year + 1, region)
    if after is None or after[["index_published", "improvement_published"]].isna().any():
        return IndexValue(None, "unknown")
    implied = _decimal(after["index_published"]) - _decimal(after["improvement_published"])
    return IndexValue(implied, "implied")


def base_of_improvement(year: int, region: str) -> Decimal | None:
    """Return last year's sum as this year's edition rounds it; None where it is not public."""
    edition = edition_of(year, region)
    if edition is None:
        return None
    return check.previous_sum(region, edition.edition, store.read("index_scores"), _scores())


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
    own = _scores().get((year, region), {})
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


def components_between(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return the components of two years side by side, and whether they can be compared.

    Columns: component, from_weight, to_weight, from_score, to_score, change, same, changed, new,
    dropped (counts of questions), comparable (yes, partly, no, unknown, absent). `partly`: some
    questions were added, dropped or reworded. `unknown`: a year's table or question list was not
    seen. `absent`: the region did not take part in one of the years.
    Weights are null where the component is not part of the edition. Empty when the later year
    has no table.
    """
    _check_order(from_year, to_year)
    fw = framework.load()
    columns = ["component", "from_weight", "to_weight", "from_score", "to_score", "change"]
    columns += ["same", "changed", "new", "dropped", "comparable"]
    editions = edition_of(from_year, region), edition_of(to_year, region)
    old, new = (fw.weights[e.edition] if e else {} for e in editions)
    scores = _scores()
    before, after = scores.get((from_year, region), {}), scores.get((to_year, region), {})
    absent = any(index_value(y, region).known == "absent" for y in (from_year, to_year))
    rows = []
    for component in fw.components:
        if component not in old and component not in new:
            continue
        counts = _continuity(component, *editions)
        row = {
            "component": component,
            "from_weight": old.get(component),
            "to_weight": new.get(component),
            "from_score": before.get(component),
            "to_score": after.get(component),
            **(counts or dict.fromkeys(("same", "changed", "new", "dropped"))),
            "comparable": _comparable(
                _weighed(component, from_year, editions[0]),
                _weighed(component, to_year, editions[1]),
                counts,
            )
            if not absent
            else "absent",
        }
        rows.append(row)
    made = pd.DataFrame(rows, columns=columns)
    numbers = [c for c in columns if c not in ("component", "comparable")]
    made[numbers] = made[numbers].astype("float64")
    made["change"] = made["to_score"] - made["from_score"]
    return made


def questions_between(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return the assessors' scores of the questions that stand in both years' forms.

    Columns: question, component, pillar, label, continuity (same, changed), from_score, to_score,
    change, origin (of the later). Empty where either year's question scores are not on record or
    the editions do not follow each other.
    """
    _check_order(from_year, to_year)
    before, after = assessed(from_year, region), assessed(to_year, region)
    editions = edition_of(from_year, region), edition_of(to_year, region)
    columns = ["question", "component", "pillar", "label", "continuity", "from_score", "to_score"]
    columns += ["change", "origin"]
    if not _follows(*editions) or before.empty or after.empty:
        return pd.DataFrame(columns=columns)
    both = after.merge(before[["question", "score"]], on="question", suffixes=("", "_from"))
    both = with_definitions(both).rename(columns={"score": "to_score", "score_from": "from_score"})
    return both.assign(change=both["to_score"] - both["from_score"])[columns]


def assessed(year: int, region: str) -> pd.DataFrame:
    """Return the rows of question_scores that assessors scored, of one region and year."""
    found = store.read("question_scores")
    return found[
        (found["year"] == year) & (found["region"] == region) & (found["source"] == "assessor")
    ].dropna(subset="score")


def with_definitions(questions: pd.DataFrame) -> pd.DataFrame:
    """Add label, code and continuity of each question, and put them in the order of the form."""
    fw = framework.load()
    listed = [fw.edition_questions[e][q] for e, q in questions[["edition", "question"]].values]
    order = list(fw.components)
    made = questions.assign(
        label=[fw.questions[q].label for q in questions["question"]],
        code=[q.code for q in listed],
        continuity=[q.continuity for q in listed],
        place=[(order.index(fw.questions[q.question].component), q.number) for q in listed],
    )
    return made.sort_values("place", ignore_index=True)


def _decimal(printed: float) -> Decimal:
    return Decimal(str(round(printed, 2))).quantize(Decimal("0.01"))


def _scores() -> dict[tuple[int, str], dict[str, float]]:
    return check.component_scores(store.read("component_scores"))


def _check_order(from_year: int, to_year: int) -> None:
    if from_year >= to_year:
        raise UsageError(f"from_year {from_year} must be before to_year {to_year}")


def _follows(before: Edition | None, after: Edition | None) -> bool:
    """Whether the later form states of each question what became of it since the earlier one."""
    return bool(before and after and after.follows == before.edition)


def _continuity(
    component: str, before: Edition | None, after: Edition | None
) -> dict[str, int] | None:
    """Count the questions of a component by what became of them; None where it is not known."""
    if before is None or after is None or not _follows(before, after):
        return None
    fw = framework.load()
    old, new = (
        {
            q.question: q
            for q in fw.edition_questions.get(e.edition, {}).values()
            if fw.questions[q.question].component == component
        }
        for e in (before, after)
    )
    if not (before.questions and after.questions):
        return None
    kinds = [q.continuity for q in new.values()]
    counts = {kind: kinds.count(kind) for kind in ("same", "changed", "new")}
    return {**counts, "dropped": len(set(old) - set(new))}


def _weighed(component: str, year: int, edition: Edition | None) -> bool | None:
    """Whether a region was scored on a component; None where its edition is not known.

    A component that no edition of the year weighs was not scored, whatever the edition.
    """
    weights = framework.load().weights
    if edition is not None:
        return component in weights[edition.edition]
    of_year = [e for e in framework.load().editions.values() if e.year == year]
    return None if any(component in weights[e.edition] for e in of_year) else False


def _comparable(in_old: bool | None, in_new: bool | None, counts: dict[str, int] | None) -> str:
    if in_old is False or in_new is False:
        return "no"
    if counts is None:
        return "unknown"
    if counts["same"] + counts["changed"] == 0:
        return "no"
    return "partly" if counts["changed"] + counts["new"] + counts["dropped"] else "yes"
