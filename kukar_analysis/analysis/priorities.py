"""What each question may add, what to do first, and the shortest way to a target.

Counted in whole hundredths and percents, so that a target is reached after the ministry's rounding.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import agencies, compare, programmes
from kukar_analysis.analysis.told import tell, tidy, told
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import number

ONE, _FULL = Decimal(1), score.HIGHEST * 100
_HAIR = 1e-6
"""What a step from a score of 1 costs besides: of equal ways the lowest scores rise first."""
_QUESTIONS = "component pillar sub_dimension question code label score last_score change continuity"
_QUESTIONS += " per_point gain origin"
_Row = tuple[str, str, str, str | None, float | None, str | None, str | None, float | None]
"""kind, step, reason, who, gain, origin, raised, to"""


def questions(year: int, region: str, since: int | None = None) -> pd.DataFrame:
    """Return the assessors' score of each question, in the order of the form.

    last_score: of the year `since` (the last one), null unless the question is the same. per_point:
    index points a point; gain: to 4, before rounding, null where not all scores are on record.
    """
    since = year - 1 if since is None else since
    compare.check_order(since, year)
    before, edition = (compare.edition_of(y, region) for y in (since, year))
    own = compare.assessed(year, region)
    forms = pd.concat([compare.form_of(e) for e in [*own["edition"].unique()] or [""]])
    own = own.merge(forms.drop(columns="component"), on=["edition", "question"])
    own = own.sort_values("place", ignore_index=True)
    last = compare.assessed(since, region).set_index("question")["score"]
    is_same = own["continuity"].eq("same") & own["status"].ne("unconfirmed")
    last = own["question"].map(last).where(is_same & compare.follows(before, edition))
    each = _worth(edition.edition if edition else "")["per_point"]
    is_whole = edition is not None and len(own) == edition.questions
    own = own.assign(
        last_score=last,
        change=own["score"] - last.astype("float64"),
        per_point=own["component"].map(each).astype("float64"),
        gain=lambda f: f["per_point"] * (score.HIGHEST - f["score"]) if is_whole else float("nan"),
    )
    return tidy(own, _QUESTIONS)


def _worth(edition: str) -> pd.DataFrame:
    made = pd.Series(framework.load().weights.get(edition, {}), name="weight", dtype="int64")
    made = made.rename_axis("component").reset_index()
    counts = compare.form_of(edition)["component"].value_counts()
    made["questions"] = made["component"].map(counts).astype("float64")
    return made.assign(per_point=made["weight"] / 100 / made["questions"]).set_index("component")


def means(scores: pd.DataFrame, by: str | list[str]) -> pd.DataFrame:
    """Return the plain mean of scores by columns, rounded as the ministry rounds, and how many."""
    keys = [by] if isinstance(by, str) else by
    grouped = scores.dropna(subset=["score", *keys]).groupby(keys, sort=False)["score"]
    values = grouped.agg(lambda own: float(score.component_score(own))).astype("float64")
    return pd.concat([grouped.size().rename("questions"), values], axis=1).reset_index()


@store.kept
def next_steps(year: int, region: str, most: int = 2) -> pd.DataFrame:
    """Return what to do first in a region, the components first, then by what it would give.

    kind: component (a weakness is to reach the mean of its group), question (the `most` largest
    gains up to 4, and all as large), programme, agency; who: agencies; gain: what the index would
    rise by, unrounded; raised: the component or question, and its score `to`; null: unknown.
    """
    rows = [*_of_scores(year, region, most), *_of_office(year, region)]
    due = framework.load().names["due"]
    made = [(*row, due[row[0]]) for row in rows]
    return tidy(made, "kind step reason who gain origin raised to due", raised="str", to="float64")


def together(year: int, region: str) -> str:
    """Say what the largest steps give together, and its place in the printed table; "" for none."""
    first = next_steps(year, region).nlargest(2, "gain", keep="all").dropna(subset="gain")
    if first.empty or not compare.all_scores(year, region)[1]:
        return ""
    index = what_if(year, region, dict(first[["raised", "to"]].values)).index
    places = compare.ranks(year, region, index)
    return told("together", several=len(first) > 1, year=year, index=index, places=places)


def _of_scores(year: int, region: str, most: int) -> Iterator[_Row]:
    names, action = framework.load().names["component"], framework.load().names["action"]
    below = compare.components(year, region).query("side == 'weakness'").sort_values("effect")
    for c in below.itertuples():
        step = f"Naikkan {names[c.component]} ke rata-rata kelompok ({number(c.group_mean)})"
        asked = (compare.form_of(c.edition)["component"] == c.component).sum()
        how = action.get(c.component, "").format(asked=asked or "").replace("  ", " ")
        step += f": {how}" * bool(how)
        reason = f"nilainya {number(c.score)}, peringkat {c.rank} dari {c.of}"
        mean = score.half_up(round(c.group_mean * 10**8), 10**6) / 100  # as it is shown
        yield "component", step, reason, None, -c.effect, c.origin, c.component, mean
    answered = agencies.agency_questions(year, region).query("state == 'answered'")
    by = answered.groupby("question")["opd"].agg(lambda opd: ", ".join(sorted({*opd})))
    rooms = questions(year, region).query("gain > 0")
    for q in rooms.nlargest(most, "gain", keep="all").itertuples():
        step, reason = f"Naikkan butir {q.label} sampai 4", f"nilainya {number(q.score)}"
        yield "question", step, reason, by.get(q.question), q.gain, q.origin, q.question, 4.0


def _of_office(year: int, region: str) -> Iterator[_Row]:
    every, doubts = programmes.programmes(year, region), framework.load().names["doubt"]
    idle = every[(every["status"] == "not_begun") & every["doubt"].isna()]
    found = [(idle, "Mulai program yang belum dimulai", "")]
    found += [(every[every["doubt"] == d], "Pastikan status program", w) for d, w in doubts.items()]
    for some, step, why in found:
        if len(some):
            reason = f"{len(some)} dari {len(every)} program {why}".strip()
            who = ", ".join(sorted({*some["opd"].dropna()})) or None
            yield "programme", step, reason, who, None, "; ".join(some["origin"]), None, None
    silent = agencies.agencies(year, region).dropna(subset="lacking_pillars")
    unusable = (silent["state"] == "unusable").sum()
    why = f"; berkas {unusable} di antaranya tidak dapat dipakai" if unusable else ""
    if len(silent):
        step, who = f"Minta jawaban {len(silent)} perangkat daerah", ", ".join(silent["opd"])
        yield "agency", step, f"pilarnya belum dijawab{why}", who, None, None, None, None


@dataclass(frozen=True)
class Outlook:
    """Component scores, and the index that they give."""

    scores: dict[str, float]
    index: Decimal


@dataclass(frozen=True)
class ShortestWay:
    """The way to a target: `moves` has a row a question raised, and how many `steps` it takes.

    index: after the moves; None where not all question scores are on record. alone: per_point of
    each component, and the score that alone brings the target (needed; null where 4 does not).
    """

    target: Decimal
    index: Decimal | None
    moves: pd.DataFrame
    alone: pd.DataFrame

    @property
    def is_reached(self) -> bool:
        """Whether the index after the moves is the target or more."""
        return self.index is not None and self.index >= self.target

    @property
    def steps(self) -> int:
        """Return how many steps the way has."""
        return int(self.moves["steps"].sum())


def what_if(year: int, region: str, changes: Mapping[str, float]) -> Outlook:
    """Return components and index after changes; UsageError: unknown id, ScoreError: off scale."""
    own, edition = compare.all_scores(year, region)
    if not edition:
        raise UsageError(f"the component scores of {region} in {year} are not on record")
    found = compare.assessed(year, region).set_index("question")[["component", "score"]]
    if unknown := [c for c in changes if c not in own and c not in found.index]:
        raise UsageError(
            f"{', '.join(unknown)} is no component or question of {edition} whose score is on"
            f" record for {region}; components: {', '.join(own)}"
        )
    raised = pd.Series(changes, dtype="float64").reindex(found.index)
    found["score"] = raised.fillna(found["score"])
    for component in found.loc[raised.notna(), "component"].unique():
        scores = found.loc[found["component"] == component, "score"]
        own[component] = float(score.component_score(scores))
    own |= {c: float(changes[c]) for c in own if c in changes}
    return Outlook(own, score.index_of(own, edition))


def shortest_way(
    year: int, region: str, target: Decimal, *, step: Decimal = ONE, fixed: Iterable[str] = ()
) -> ShortestWay:
    """Return the fewest steps (each `step` points on one question, up to 4) that bring the target.

    `fixed`: components, pillars or questions that cannot move. Of equally short ways the one that
    leads highest, then where the lowest scores rise first. UsageError: no step, an unknown name.
    """
    found, edition = questions(year, region).dropna(subset="gain"), compare.edition_of(year, region)
    fw, fixed, size = framework.load(), set(fixed), round(step * 100)
    if unknown := sorted(fixed - {*fw.components, *fw.pillars, *fw.questions}):
        raise UsageError(
            f"{', '.join(unknown)} is no component, pillar or question; components:"
            f" {', '.join(fw.components)}; pillars: {', '.join(fw.pillars)}"
        )
    if size < 1:
        raise UsageError(f"a step of {step} moves nothing; expected at least 0.01")
    known = edition.edition if edition and len(found) else None
    held = found[["component", "pillar", "question"]].isin(fixed).any(axis=1)
    raised = _raised(found, held, known, target, size) if known else Counter[str]()
    moves = found.rename(columns={"score": "from_score"})
    moves["steps"] = [raised[question] for question in moves["question"]]
    moves["to_score"] = moves["from_score"] + moves["steps"] * size / 100
    moves["to_score"] = moves["to_score"].clip(upper=score.HIGHEST).round(2)
    moves = moves[moves["steps"] > 0].sort_values("gain", ascending=False, kind="stable")
    moves = tidy(moves, "question component pillar from_score to_score steps", steps="int64")
    after = dict(moves[["question", "to_score"]].values)
    index = what_if(year, region, after).index if known else None
    return ShortestWay(target, index, moves, _alone(year, region, target))


def _raised(
    found: pd.DataFrame, held: pd.Series, edition: str, target: Decimal, size: int
) -> Counter[str]:
    """Return how often each question is raised, in steps of `size` hundredths."""
    marks = found.assign(hundredths=(found["score"] * 100).round().astype("int64"))
    each_term = framework.load().editions[edition].rounding == "each_term"
    ladders, best, taken, worth = [], np.zeros(1), [], _worth(edition)
    for component, own in marks.groupby("component"):
        # the steps that raise the sum most come first, of equal ones those from the lowest score:
        # any first n of them are the best n, and a question's own stay in their order
        steps = sorted(
            (-min(size, _FULL - at), at, question)
            for question, mark in own.loc[~held, ["question", "hundredths"]].values
            for at in range(mark, _FULL, size)
        )
        rises, heights = (np.cumsum([0, *(s[i] for s in steps)]) for i in (0, 1))
        sums = own["hundredths"].sum() - rises
        # the component's part of the index at each sum of its scores, in ten-thousandths
        weight, asked = worth.loc[component, ["weight", "questions"]].astype(int)
        parts = [int(weight) * score.half_up(int(total), int(asked)) for total in sums]
        parts = [100 * score.half_up(part, 100) for part in parts] if each_term else parts
        values = np.array(parts) - heights / 100 * _HAIR
        wide = np.full(len(best) + len(steps), -np.inf)
        count = np.zeros(len(wide), dtype="int64")
        for n, value in enumerate(values):  # n steps here, the others in the components before
            here = slice(n, n + len(best))
            better = best + value > wide[here]
            wide[here][better], count[here][better] = (best + value)[better], n
        best = wide
        ladders.append([question for *_, question in steps])
        taken.append(count)
    # the least sum that is rounded to the target or more
    least = int(target * 100) * 100 - (0 if each_term else 50)
    enough = np.flatnonzero(np.ceil(best - _HAIR / 10) >= least)
    left, raised = int(enough[0]) if len(enough) else len(best) - 1, Counter[str]()
    for ladder, count in zip(ladders[::-1], taken[::-1], strict=True):
        raised.update(ladder[: count[left]])
        left -= int(count[left])
    return raised


def _alone(year: int, region: str, target: Decimal) -> pd.DataFrame:
    edition, (own, _) = compare.edition_of(year, region), compare.all_scores(year, region)
    named = edition.edition if edition else ""
    enough = {
        component: rise / 100
        for component, value in own.items()
        for rise in range(_FULL, score.hundredths(value) - 1, -1)
        if score.index_of({**own, component: rise / 100}, named) >= target
    }
    made = _worth(named).reset_index()
    for column, known in (("score", own), ("needed", enough)):
        made[column] = made["component"].map(known).astype("float64")
    made["rise"] = made["needed"] - made["score"]
    return tidy(made, "component weight questions per_point score needed rise", weight="int64")


def target_sentences(
    year: int, region: str, target: Decimal, *, step: Decimal = ONE, fixed: Iterable[str] = ()
) -> list[str]:
    """Return how far a target is, the shortest way, and what single components could do."""
    index = compare.index_value(year, region)
    way = shortest_way(year, region, target, step=step, fixed=fixed)
    single = way.alone.dropna(subset="needed").sort_values("rise", kind="stable")
    by = way.moves.groupby("component")["steps"].sum().sort_values(ascending=False)
    which = "target.way" if way.is_reached else "target.far"
    which = f"target.short {which * (way.index is not None)} target.alone"
    if index.known != "printed" or index.value is None:
        which = "target.unknown"
    elif index.value >= target:
        which = "target.reached"
    is_set = target == compare.target(year, region)
    return tell(
        which,
        year=year,
        region=region,
        target=target,
        goal=told("target.goal", target=target, is_set=is_set),
        index=index,
        way=way,
        step=step,
        parts=by.reset_index(),
        single=single,
    )
