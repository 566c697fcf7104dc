"""What would raise the index most, and the shortest way to a target.

All counts are whole: scores in hundredths, weights in percent, so that a target is reached after
the ministry's own rounding and not only nearly. What costs a step is known to the office alone;
without costs the shortest way is the one with the fewest steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.errors import UsageError

_FULL = score.HIGHEST * 100
STEPS = ["question", "component", "pillar", "from_score", "to_score", "steps", "cost"]


@dataclass(frozen=True)
class Way:
    """The way to a target: `moves` has a row a question raised; none where it is out of reach.

    Columns of moves: question, component, pillar, from_score, to_score (0 to 4), steps (how often
    it is raised by the step's size, the last one up to 4 at most), cost (null without costs).
    """

    target: Decimal
    index: Decimal
    moves: pd.DataFrame

    @property
    def is_reached(self) -> bool:
        """Whether the index after the moves is the target or more."""
        return self.index >= self.target

    @property
    def steps(self) -> int:
        """Return how many steps the way has."""
        return int(self.moves["steps"].sum())


@dataclass(frozen=True)
class Outlook:
    """Component scores, and the index that they give."""

    scores: dict[str, float]
    index: Decimal


def points(value: Any, what: str) -> Decimal:
    """Return a target or step of a notebook's parameter as hundredths; UsageError for none."""
    try:
        return Decimal(str(value).replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise UsageError(f"{what} {value!r} is no number, as 3.00") from error


def names(text: str) -> list[str]:
    """Return the ids of a text parameter, parted by blanks or commas."""
    return text.replace(",", " ").split()


def worth(edition: str) -> pd.DataFrame:
    """Return what a point on one question is worth in index points: weight / questions.

    Columns: component, weight (percent), questions (null where the list was not seen), per_point
    (index points, null likewise). Source: the arithmetic of score.py, before rounding.
    """
    fw = framework.load()
    asked = [fw.questions[q].component for q in fw.edition_questions.get(edition, {})]
    rows = [
        {
            "component": component,
            "weight": weight,
            "questions": asked.count(component) or None,
            "per_point": weight / 100 / asked.count(component) if component in asked else None,
        }
        for component, weight in fw.weights[fw.edition(edition).edition].items()
    ]
    made = pd.DataFrame(rows, columns=["component", "weight", "questions", "per_point"])
    return made.astype({"questions": "float64", "per_point": "float64"})


def rooms(year: int, region: str) -> pd.DataFrame:
    """Return of each scored question what raising it to 4 would add to the index.

    Columns: question, component, pillar, label, score (0 to 4), per_point (index points a point),
    gain (index points to 4: per_point times what is missing, before rounding), origin. The largest
    gain first. Empty where not all question scores of the year are on record.
    """
    columns = ["question", "component", "pillar", "label", "score", "per_point", "gain", "origin"]
    own, edition = compare.assessed(year, region), compare.edition_of(year, region)
    if edition is None or len(own) != edition.questions:
        return pd.DataFrame(columns=columns)
    own = compare.with_definitions(own)
    each = worth(edition.edition).set_index("component")["per_point"]
    own = own.assign(per_point=own["component"].map(each))
    own["gain"] = own["per_point"] * (score.HIGHEST - own["score"])
    return own.sort_values("gain", ascending=False, kind="stable", ignore_index=True)[columns]


def alone(year: int, region: str, target: Decimal) -> pd.DataFrame:
    """Return for each component the score with which it alone would bring the target.

    Columns: component, weight (percent), score, needed (0 to 4, the lowest that reaches the target
    after rounding; null where even 4 does not), rise (needed minus score). Empty where a component
    is not on record.
    """
    own, edition = _components(year, region)
    columns = ["component", "weight", "score", "needed", "rise"]
    rows: list[dict[str, Any]] = []
    for component, weight in framework.load().weights[edition].items() if edition else ():
        enough = [
            s / 100
            for s in range(score.hundredths(own[component]), _FULL + 1)
            if score.index_of({**own, component: s / 100}, edition) >= target
        ]
        needed = enough[0] if enough else None
        rise = None if needed is None else needed - own[component]
        row = (component, weight, own[component], needed, rise)
        rows.append(dict(zip(columns, row, strict=True)))
    return pd.DataFrame(rows, columns=columns).astype({"needed": "float64", "rise": "float64"})


def what_if(year: int, region: str, changes: Mapping[str, float]) -> Outlook:
    """Return components and index of a year after changes to components or questions.

    A changed question needs all question scores of its component on record. Raises UsageError for
    an id that is neither, or whose scores are not on record; ScoreError for a score off the scale.
    """
    own, edition = _components(year, region)
    if not edition:
        raise UsageError(f"the component scores of {region} in {year} are not on record")
    found = compare.assessed(year, region)
    asked = framework.load().edition_questions.get(edition, {})
    for id_ in changes:
        if id_ not in own and id_ not in asked:
            known = ", ".join(own)
            raise UsageError(
                f"{id_!r} is no component or question of {edition}; components: {known}"
            )
        if id_ not in own and id_ not in set(found["question"]):
            raise UsageError(f"the score of {id_} is not on record for {region} in {year}")
    made = dict(own)
    for component, rows in found.groupby("component"):
        listed = rows.set_index("question")["score"].to_dict()
        changed = {q: changes[q] for q in listed if q in changes}
        if changed:
            made[str(component)] = float(score.component_score([*(listed | changed).values()]))
    made |= {c: float(changes[c]) for c in own if c in changes}
    return Outlook(made, score.index_of(made, edition))


def shortest_way(
    year: int,
    region: str,
    target: Decimal,
    *,
    step: Decimal = Decimal(1),
    fixed: Iterable[str] = (),
    costs: Mapping[str, float] | None = None,
) -> Way | None:
    """Return the fewest steps, or the cheapest with `costs`, that bring the target after rounding.

    A step raises one question by `step` points, up to 4. `fixed` are components, pillars or
    questions that the office cannot move; with `costs` (per step, by question) only questions with
    a cost move. Of ways that are equally short one is returned: the lowest scores rise first.
    None where not all question scores of the year are on record. Raises UsageError for a step
    that is not above 0, or a name in `fixed` or `costs` that is not known.
    """
    free = rooms(year, region)
    edition = compare.edition_of(year, region)
    fixed, size = set(fixed), round(step * 100)
    _known(fixed | set(costs or ()))
    if size < 1:
        raise UsageError(f"a step of {step} moves nothing; expected at least 0.01")
    if free.empty or edition is None:
        return None
    sums = {c: int(round(own["score"] * 100).sum()) for c, own in free.groupby("component")}
    held = free["component"].isin(fixed) | free["pillar"].isin(fixed) | free["question"].isin(fixed)
    free = free[~held & (free["score"] < score.HIGHEST)]
    if costs is not None:
        free = free[free["question"].isin(costs)]
    if costs is None:
        taken = _fewest(free, sums, edition.edition, target, size)
    else:
        taken = _cheapest(free, sums, edition.edition, target, size, costs)
    moves = _moves(free, taken, size, costs)
    after = what_if(year, region, dict(zip(moves["question"], moves["to_score"], strict=True)))
    return Way(target, after.index, moves)


def _components(year: int, region: str) -> tuple[dict[str, float], str]:
    """Return the components of a region and its edition; nothing where one is not on record."""
    edition = compare.edition_of(year, region)
    profile = compare.component_profile(year, region)
    own = dict(zip(profile["component"], profile["score"], strict=True))
    if edition is None or set(own) != set(framework.load().weights[edition.edition]):
        return {}, ""
    return own, edition.edition


def _known(names: Iterable[str]) -> None:
    fw = framework.load()
    unknown = [n for n in names if n not in {**fw.components, **fw.pillars, **fw.questions}]
    if unknown:
        raise UsageError(
            f"{', '.join(sorted(unknown))} is no component, pillar or question; components:"
            f" {', '.join(fw.components)}; pillars: {', '.join(fw.pillars)}"
        )


def _rises(points: int, size: int) -> list[int]:
    """Return the steps in which a question rises by `points`; the last may be a smaller one."""
    return [size] * (points // size) + [points % size] * bool(points % size)


def _fewest(
    free: pd.DataFrame,
    sums: Mapping[str, int],
    edition: str,
    target: Decimal,
    size: int,
) -> dict[str, int]:
    """Return how many steps each question takes, the fewest in all.

    Questions of a component weigh the same, so k steps lift it most when its k largest steps are
    taken; how many steps each component takes is found by trying all (dynamic programming).
    """
    best = np.zeros(1, dtype="int64")
    chosen: list[np.ndarray] = []
    ladders = {c: _ladder(free[free["component"] == c], size) for c in sums}
    for component, ladder in ladders.items():
        terms = _terms(edition, component, sums[component], [rise for _, rise in ladder])
        total = len(best) + len(terms) - 1
        wide = np.full((len(terms), total), -1, dtype="int64")
        for k, term in enumerate(terms):
            wide[k, k : k + len(best)] = best + term
        chosen.append(wide.argmax(axis=0))
        best = wide.max(axis=0)
    needed = _threshold(edition, target)
    steps = int((best >= needed).argmax()) if best.max() >= needed else int(best.argmax())
    taken: dict[str, int] = {}
    for ladder, choice in zip(reversed(ladders.values()), reversed(chosen), strict=True):
        for question, _ in ladder[: choice[steps]]:
            taken[question] = taken.get(question, 0) + 1
        steps -= int(choice[steps])
    return taken


def _ladder(own: pd.DataFrame, size: int) -> list[tuple[str, int]]:
    """Return the steps of a component's questions, the largest first, then the lowest score's."""
    steps = [
        (question, rise, height)
        for question, points in zip(own["question"], round((4 - own["score"]) * 100), strict=True)
        for height, rise in enumerate(_rises(int(points), size))
    ]
    lowest = dict(zip(own["question"], own["score"], strict=True))
    steps.sort(key=lambda s: (-s[1], lowest[s[0]] * 100 + s[2] * size))
    return [(question, rise) for question, rise, _ in steps]


def _terms(edition: str, component: str, start: int, rises: list[int]) -> list[int]:
    """Return the component's part of the index after 0, 1, 2 ... steps, in ten-thousandths."""
    fw = framework.load()
    asked = sum(fw.questions[q].component == component for q in fw.edition_questions[edition])
    weight = fw.weights[edition][component]
    heights = np.cumsum([start, *rises])
    parts = [weight * score.half_up(int(height), asked) for height in heights]
    if fw.editions[edition].rounding == "each_term":
        return [100 * score.half_up(part, 100) for part in parts]
    return parts


def _threshold(edition: str, target: Decimal) -> int:
    """Return the least sum, in ten-thousandths, that is rounded to the target or more."""
    whole = int(target * 100) * 100
    return whole if framework.load().editions[edition].rounding == "each_term" else whole - 50


def _cheapest(
    free: pd.DataFrame,
    sums: Mapping[str, int],
    edition: str,
    target: Decimal,
    size: int,
    costs: Mapping[str, float],
) -> dict[str, int]:
    """Return how many steps each question takes, the cheapest in all (scipy's solver HiGHS).

    Unknown are of each question its steps x and rise r, of each component its rounded score S: half
    up, the largest whole number with 2 n S <= 2 sum + n. Where the edition rounds each weighted
    term, T is the same once more. Out of reach, every question takes all its steps.
    """
    fw = framework.load()
    points = (score.HIGHEST - free["score"]).mul(100).round().astype("int64").to_numpy()
    most = -(-points // size)
    parts, of = list(sums), free["component"].to_numpy()
    asked = [
        sum(fw.questions[q].component == c for q in fw.edition_questions[edition]) for c in parts
    ]
    weights = np.array([fw.weights[edition][c] for c in parts])
    n, k = len(free), len(parts)
    is_each_term = fw.editions[edition].rounding == "each_term"
    nothing, one = np.zeros((k, n)), np.eye(k)
    rows = [np.hstack([-size * np.eye(n), np.eye(n), np.zeros((n, 2 * k))])]  # r <= size x
    upper = [np.zeros(n)]
    summed = -2.0 * (np.array(parts)[:, None] == of[None, :])  # 2 n S - 2 sum of r <= 2 start + n
    rows.append(np.hstack([nothing, summed, 2 * np.diag(asked), np.zeros((k, k))]))
    upper.append(np.array([2 * sums[c] + m for c, m in zip(parts, asked, strict=True)]))
    rows.append(np.hstack([nothing, nothing, -2 * np.diag(weights), 200 * one]))
    upper.append(np.full(k, 100.0))  # 200 T <= 2 w S + 100
    total = np.hstack(
        [np.zeros(2 * n), weights * (not is_each_term), 100 * one.sum(0) * is_each_term]
    )
    found = optimize.milp(
        np.hstack([free["question"].map(costs).to_numpy(), np.zeros(n + 2 * k)]),
        integrality=np.hstack([np.ones(n), np.zeros(n), np.ones(2 * k)]),
        bounds=optimize.Bounds(0, np.hstack([most, points, np.full(2 * k, np.inf)])),
        constraints=[
            optimize.LinearConstraint(np.vstack(rows), ub=np.hstack(upper)),
            optimize.LinearConstraint(total[None, :], lb=_threshold(edition, target)),
        ],
    )
    steps = most if found.x is None else found.x[:n].round().astype("int64")
    return dict(zip(free["question"], map(int, steps), strict=True))


def _moves(
    free: pd.DataFrame, taken: Mapping[str, int], size: int, costs: Mapping[str, float] | None
) -> pd.DataFrame:
    moved = free[free["question"].isin([q for q, n in taken.items() if n])]
    steps = moved["question"].map(taken).astype("int64")
    after = (moved["score"] + steps * size / 100).clip(upper=score.HIGHEST).round(2)
    cost = moved["question"].map(costs or {}).astype("float64") * steps
    made = moved.rename(columns={"score": "from_score"})
    return made.assign(to_score=after, steps=steps, cost=cost)[STEPS].reset_index(drop=True)
