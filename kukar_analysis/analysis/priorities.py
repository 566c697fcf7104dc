"""What would raise the index most, and the shortest way to a target.

All counts are whole: scores in hundredths, weights in percent, so that a target is reached after
the ministry's own rounding and not only nearly. What costs a step is known to the office alone:
the shortest way is the one with the fewest steps.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.pillars import questions, worth
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed, number

_FULL = score.HIGHEST * 100
_HAIR = 1e-6
"""What a step from a score of 1 costs besides: of equal ways the lowest scores rise first."""
STEPS = ["question", "component", "pillar", "from_score", "to_score", "steps"]


@dataclass(frozen=True)
class Way:
    """The way to a target: `moves` has a row a question raised; none where it is out of reach.

    Columns of moves: question, component, pillar, from_score, to_score (0 to 4), steps (how often
    it is raised by the step's size, the last one up to 4 at most).
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


def alone(year: int, region: str, target: Decimal) -> pd.DataFrame:
    """Return for each component what a step is worth, and the score that alone brings the target.

    Columns: component, weight (percent), questions (null where the list was not seen), per_point
    (index points of a point on one question), score, needed (0 to 4, the lowest that reaches the
    target after rounding; null where even 4 does not), rise (needed minus score). The last three
    are null where a component is not on record; empty where no table names the region.
    """
    found = compare.edition_of(year, region)
    made, (own, edition) = worth(found.edition if found else ""), _components(year, region)
    enough = {
        component: rise / 100
        for component, value in own.items()
        for rise in range(_FULL, score.hundredths(value) - 1, -1)
        if score.index_of({**own, component: rise / 100}, edition) >= target
    }
    made["score"] = made["component"].map(own).astype("float64")
    made["needed"] = made["component"].map(enough).astype("float64")
    return made.assign(rise=made["needed"] - made["score"])


def what_if(year: int, region: str, changes: Mapping[str, float]) -> Outlook:
    """Return components and index of a year after changes to components or questions.

    A changed question needs all question scores of its component on record. Raises UsageError for
    an id that is neither, or whose scores are not on record; ScoreError for a score off the scale.
    """
    own, edition = _components(year, region)
    if not edition:
        raise UsageError(f"the component scores of {region} in {year} are not on record")
    found = compare.assessed(year, region).set_index("question")[["component", "score"]]
    asked = framework.load().edition_questions.get(edition, {})
    for id_ in changes:
        if id_ not in own and id_ not in asked:
            known = ", ".join(own)
            raise UsageError(
                f"{id_!r} is no component or question of {edition}; components: {known}"
            )
        if id_ not in own and id_ not in found.index:
            raise UsageError(f"the score of {id_} is not on record for {region} in {year}")
    wanted = pd.Series(changes, dtype="float64").reindex(found.index)
    changed = found.assign(score=wanted.fillna(found["score"]))
    for component in found.loc[wanted.notna(), "component"].unique():
        scores = changed.loc[changed["component"] == component, "score"]
        own[component] = float(score.component_score(scores))
    own |= {c: float(changes[c]) for c in own if c in changes}
    return Outlook(own, score.index_of(own, edition))


def shortest_way(
    year: int,
    region: str,
    target: Decimal,
    *,
    step: Decimal = Decimal(1),
    fixed: Iterable[str] = (),
) -> Way | None:
    """Return the fewest steps that bring the target after rounding.

    A step raises one question by `step` points, up to 4. `fixed` are components, pillars or
    questions that the office cannot move. Of ways that are equally short the one that leads highest
    is returned, and of those one in which the lowest scores rise first. None where not all question
    scores of the year are on record. Raises UsageError for a step that is not above 0, or a name in
    `fixed` that is not known.
    """
    found, edition = questions(year, region).dropna(subset="gain"), compare.edition_of(year, region)
    fixed, size = set(fixed), round(step * 100)
    _known(fixed)
    if size < 1:
        raise UsageError(f"a step of {step} moves nothing; expected at least 0.01")
    if found.empty or edition is None:
        return None
    held = found[["component", "pillar", "question"]].isin(fixed).any(axis=1)
    free = found[~held & (found["score"] < score.HIGHEST)]
    ladders, best, taken = [], np.zeros(1), []
    for component, own in found.groupby("component"):
        sums = (own["score"] * 100).round().astype("int64").sum()
        steps = _ladder(free[free["component"] == component], size)
        terms = _terms(edition.edition, str(component), sums + np.cumsum([0, *steps["rise"]]))
        values = terms - np.cumsum([0, *steps["height"]]) * _HAIR
        wide = np.full(len(best) + len(steps), -np.inf)
        count = np.zeros(len(wide), dtype="int64")
        for n, value in enumerate(values):  # n steps here, the others in the components before
            here = slice(n, n + len(best))
            better = best + value > wide[here]
            wide[here][better], count[here][better] = (best + value)[better], n
        best = wide
        ladders.append(steps)
        taken.append(count)
    enough = np.flatnonzero(np.ceil(best - _HAIR / 10) >= _threshold(edition.edition, target))
    left, rises = int(enough[0]) if len(enough) else len(best) - 1, Counter[str]()
    for steps, count in zip(ladders[::-1], taken[::-1], strict=True):
        rises.update(steps["question"].head(int(count[left])))
        left -= int(count[left])
    moved = found[found["question"].isin(rises)].sort_values("gain", ascending=False, kind="stable")
    moved = moved.rename(columns={"score": "from_score"})
    moved["steps"] = moved["question"].map(rises).astype("int64")
    after = moved["from_score"] + moved["steps"] * size / 100
    moved["to_score"] = after.clip(upper=score.HIGHEST).round(2)
    made = what_if(year, region, moved.set_index("question")["to_score"].to_dict())
    return Way(target, made.index, moved[STEPS].reset_index(drop=True))


def target_sentences(
    year: int,
    region: str,
    target: Decimal,
    *,
    step: Decimal = Decimal(1),
    fixed: Iterable[str] = (),
) -> list[str]:
    """Return how far a target is, and the shortest way, or what single components could do."""
    index, name = compare.index_value(year, region), framework.load().regions[region].name
    what = "sasaran" if target == compare.target(year, region) else "contoh sasaran"
    goal = f"{what} **{number(target)}**" + " (bukan sasaran yang ditetapkan)" * (" " in what)
    if index.known != "printed" or index.value is None:
        return [f"Jalan ke {goal} tidak dapat dihitung: indeks {name} {year} tidak tercatat."]
    if index.value >= target:
        return [f"Indeks {name} {year}, {index}, sudah mencapai {goal}."]
    short = f"Menuju {goal}, indeks {year} masih kurang {number(target - index.value)}."
    way = shortest_way(year, region, target, step=step, fixed=fixed)
    if way is None:
        return [short, *_by_component(year, region, target)]
    if not way.is_reached:
        return [
            f"{short} Nilai itu **tidak tercapai** dengan butir yang boleh bergerak: bila semuanya"
            f" mencapai 4, indeks menjadi {number(way.index)}."
        ]
    by = way.moves.groupby("component")["steps"].sum().sort_values(ascending=False)
    said = [f"{framework.load().components[str(c)].name} ({n})" for c, n in by.items()]
    return [
        short,
        f"Jalan terpendek: **{way.steps} langkah** sebesar {number(step)} poin pada"
        f" {len(way.moves)} butir, yaitu {listed(said)}; indeks menjadi {number(way.index)}"
        " sesudah dibulatkan. Langkah yang mungkin dan biayanya hanya diketahui kantor.",
    ]


def _by_component(year: int, region: str, target: Decimal) -> list[str]:
    """Return what single components could do, beside the one that costs most against the group."""
    names = framework.load().names["component"]
    found = alone(year, region, target).dropna(subset="score")
    if found.empty:
        return ["Nilai salah satu komponennya tidak tercatat."]
    able = found.dropna(subset="needed").sort_values("rise", kind="stable").set_index("component")
    parts = [
        f"{names[r.Index]} {number(r.score)} menjadi {number(r.needed)}"
        f" ({number(r.rise, signed=True)})"
        for r in able.itertuples()
    ]
    if not parts:
        return ["Tidak ada satu komponen yang sendirian cukup, walau mencapai 4."]
    said = [f"Satu komponen saja sudah cukup bila naik sejauh ini: {listed(parts)}."]
    effects = compare.components(year, region).set_index("component")["effect"]
    worst = str(effects.idxmin()) if effects.min() < 0 else ""
    if worst in able.index and able.loc[worst, "rise"] > able["rise"].min():
        said.append(
            f"{names[worst]} paling mengurangi indeks terhadap rata-rata kelompoknya, tetapi"
            f" sendirian perlu naik {number(able.loc[worst, 'rise'], signed=True)}, lebih dari"
            f" {names[able.index[0]]} ({number(able['rise'].min(), signed=True)}). Halaman-halaman"
            " ini mendahulukan komponen menurut pengaruhnya terhadap rata-rata kelompok, bukan"
            " menurut jarak ke suatu sasaran."
        )
    return said


def _components(year: int, region: str) -> tuple[dict[str, float], str]:
    """Return the components of a region and its edition; nothing where one is not on record."""
    edition = compare.edition_of(year, region)
    found = compare.components(year, region)
    own = dict(zip(found["component"], found["score"], strict=True))
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


def _ladder(own: pd.DataFrame, size: int) -> pd.DataFrame:
    """Return the steps of a component, those that raise its sum most first: any first n are best.

    Columns: question, rise (hundredths), height (the score that the step begins at, which is the
    lowest of those that rise as much).
    """
    scores = zip(own["question"], (own["score"] * 100).round().astype("int64"), strict=True)
    heap = [(-min(size, _FULL - at), at, question) for question, at in scores]
    heapq.heapify(heap)
    steps = []
    while heap:
        less, at, question = heap[0]
        steps.append((question, -less, at / 100))
        if at - less < _FULL:
            heapq.heapreplace(heap, (-min(size, _FULL - at + less), at - less, question))
        else:
            heapq.heappop(heap)
    return pd.DataFrame(steps, columns=["question", "rise", "height"])


def _terms(edition: str, component: str, sums: Iterable[int]) -> np.ndarray:
    """Return a component's part of the index at each sum of its scores, in ten-thousandths."""
    fw = framework.load()
    asked = int((compare.form_of(edition)["component"] == component).sum())
    weight = fw.weights[edition][component]
    parts = [weight * score.half_up(int(total), asked) for total in sums]
    if fw.editions[edition].rounding == "each_term":
        parts = [100 * score.half_up(part, 100) for part in parts]
    return np.array(parts)


def _threshold(edition: str, target: Decimal) -> int:
    """Return the least sum, in ten-thousandths, that is rounded to the target or more."""
    whole = int(target * 100) * 100
    return whole if framework.load().editions[edition].rounding == "each_term" else whole - 50
