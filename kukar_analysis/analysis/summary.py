"""The one page for the head of Bappeda: what to do first, and how sure that is."""

from __future__ import annotations

from kukar_analysis import framework, score
from kukar_analysis.analysis import agencies, compare, programmes
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.analysis.missing import missing
from kukar_analysis.analysis.pillars import questions
from kukar_analysis.analysis.told import told

_NAMED = 4
"""Questions that are named among the first steps; of more that are equal the rest is counted."""


def first_steps(year: int, region: str) -> list[str]:
    """Say what to do first, each with the number that speaks for it."""
    costly = compare.components(year, region).query("effect < 0")
    worst = costly.nsmallest(1, "effect", keep="all")
    steps = [told("steps.component", c=c) for c in worst.itertuples()]
    rooms = questions(year, region).query("gain > 0").nlargest(2, "gain", keep="all")
    named = [told("steps.question", q=q) for q in rooms.head(_NAMED).itertuples()]
    steps += [told("steps.questions", named=named, rest=len(rooms) - _NAMED)] * bool(named)
    steps += _programmes(year, region)
    calls = agencies.agencies(year, region).dropna(subset="lacking_pillars")
    if len(calls):
        unusable = int((calls["state"] == "unusable").sum())
        steps.append(told("steps.agencies", n=len(calls), unusable=unusable))
    return steps or [told("steps.none")]


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


def _programmes(year: int, region: str) -> list[str]:
    """Say how many programmes are idle, and of how many the status is to be asked about first."""
    found = programmes.programmes(year, region)
    if found.empty:
        is_office = framework.load().is_office(region)
        return missing("programmes", year, region)["sentence"].tolist() if is_office else []
    idle = int(((found["status"] == "not_begun") & found["doubt"].isna()).sum())
    doubts = {doubt: int((found["doubt"] == doubt).sum()) for doubt in ("not_begun", "done")}
    said = [told("steps.idle", idle=idle, of=len(found))] * bool(idle)
    return said + [told("steps.doubted", of=len(found), **doubts)] * any(doubts.values())
