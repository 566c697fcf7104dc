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

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed, number

_FULL = score.HIGHEST * 100
_TIE = 1e-6
"""The part of a cost below which two ways cost the same."""
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


def worth(year: int, region: str) -> pd.DataFrame:
    """Return what a point on one question of the region's form is worth in index points.

    Columns: component, weight (percent), questions (null where the list was not seen), per_point
    (weight / questions, null likewise). Source: the arithmetic of score.py, before rounding. Empty
    where no table names the region.
    """
    fw = framework.load()
    edition = compare.edition_of(year, region)
    asked = fw.edition_questions.get(edition.edition, {}) if edition else {}
    questions = pd.Series([fw.questions[q].component for q in asked], dtype="str").value_counts()
    weights = fw.weights[edition.edition] if edition else {}
    made = pd.DataFrame(list(weights.items()), columns=["component", "weight"])
    made["questions"] = made["component"].map(questions).astype("float64")
    made["per_point"] = made["weight"].astype("float64") / 100 / made["questions"]
    return made.astype({"component": "str", "weight": "int64"})


def rooms(year: int, region: str) -> pd.DataFrame:
    """Return of each scored question what raising it to 4 would add to the index.

    Columns: question, component, pillar, label, score (0 to 4), per_point (index points a point),
    gain (index points to 4: per_point times what is missing, before rounding), origin. The largest
    gain first. Empty where not all question scores of the year are on record.
    """
    texts = dict.fromkeys(["question", "component", "pillar", "label", "origin"], "str")
    typed = {**texts, **dict.fromkeys(["score", "per_point", "gain"], "float64")}
    columns = ["question", "component", "pillar", "label", "score", "per_point", "gain", "origin"]
    own, edition = compare.assessed(year, region), compare.edition_of(year, region)
    if edition is None or len(own) != edition.questions:
        return pd.DataFrame(columns=columns).astype(typed)
    own = compare.with_definitions(own)
    each = worth(year, region).set_index("component")["per_point"]
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
    typed = {"component": "str", "weight": "int64"}
    typed |= dict.fromkeys(["score", "needed", "rise"], "float64")
    return pd.DataFrame(rows, columns=columns).astype(typed)


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
    each = dict.fromkeys(free["question"], 1.0) if costs is None else costs
    taken = _steps(free, sums, edition.edition, target, size, each)
    if taken is None:
        missing = ((score.HIGHEST - free["score"]) * 100).round().astype("int64")
        taken = dict(zip(free["question"], -(-missing // size), strict=True))
    moves = _moves(free, taken, size, costs)
    after = what_if(year, region, dict(zip(moves["question"], moves["to_score"], strict=True)))
    return Way(target, after.index, moves)


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
    found = alone(year, region, target)
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
    effects = compare.component_profile(year, region).set_index("component")["effect"]
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


def _steps(
    free: pd.DataFrame,
    sums: Mapping[str, int],
    edition: str,
    target: Decimal,
    size: int,
    costs: Mapping[str, float],
) -> dict[str, int] | None:
    """Return how many steps each question takes, the cheapest in all; None out of reach.

    Dynamic programming, exact: in each component the least cost of every rise of its questions'
    sum, then over the components the least cost of every index.
    """
    parts, rises = [], []
    for component, start in sums.items():
        least, ladder = _ladder(free[free["component"] == component], size, costs)
        parts.append((_terms(edition, component, start, len(least)), least, ladder))
    unit = int(np.gcd.reduce(np.concatenate([term for term, _, _ in parts]))) or 1
    best = np.zeros(1)
    for term, least, _ in parts:
        wide = np.full(len(best) + term[-1] // unit, np.inf)
        rise = np.zeros(len(wide), dtype="int64")
        for same in np.split(np.arange(len(term)), np.flatnonzero(np.diff(term)) + 1):
            at = same[least[same].argmin()]
            here = slice(term[at] // unit, term[at] // unit + len(best))
            better = best + least[at] < wide[here]
            wide[here][better], rise[here][better] = (best + least[at])[better], at
        best = wide
        rises.append(rise)
    enough = best[-(-_threshold(edition, target) // unit) :]
    if not np.isfinite(enough).any():
        return None
    # of ways that cost the same, the one that leads highest
    index = len(best) - 1 - int((enough <= enough.min() * (1 + _TIE))[::-1].argmax())
    taken: dict[str, int] = {}
    for (term, _, ladder), rise in zip(parts[::-1], rises[::-1], strict=True):
        risen = int(rise[index])
        index -= term[risen] // unit
        for question, missing, counts in ladder[::-1]:
            taken[question] = int(counts[risen])
            risen -= min(taken[question] * size, missing)
    return taken


def _ladder(
    own: pd.DataFrame, size: int, costs: Mapping[str, float]
) -> tuple[np.ndarray, list[tuple[str, int, np.ndarray]]]:
    """Return the least cost of every rise of a component's sum, in hundredths, and how it is made.

    Of each question: its id, what is missing to 4, and how many steps it takes at every rise. A
    step from a low score is cheaper by a hair, so that of equal ways the lowest scores rise first.
    """
    least, ladder = np.zeros(1), []
    for question, own_score in own[["question", "score"]].values:
        missing = round((score.HIGHEST - own_score) * 100)
        counts = range(-(-missing // size) + 1)
        options = np.full((len(counts), len(least) + missing), np.inf)
        for n in counts:
            rise = min(n * size, missing)
            heights = n * own_score + size / 100 * n * (n - 1) / 2
            cost = costs[question] * (n + heights * _TIE / 1000)
            options[n, rise : rise + len(least)] = least + cost
        ladder.append((question, missing, options.argmin(axis=0)))
        least = options.min(axis=0)
    return least, ladder


def _terms(edition: str, component: str, start: int, rises: int) -> np.ndarray:
    """Return the component's part of the index after every rise, in ten-thousandths."""
    fw = framework.load()
    asked = sum(fw.questions[q].component == component for q in fw.edition_questions[edition])
    weight = fw.weights[edition][component]
    parts = [weight * score.half_up(start + rise, asked) for rise in range(rises)]
    if fw.editions[edition].rounding == "each_term":
        parts = [100 * score.half_up(part, 100) for part in parts]
    return np.array(parts)


def _threshold(edition: str, target: Decimal) -> int:
    """Return the least sum, in ten-thousandths, that is rounded to the target or more."""
    whole = int(target * 100) * 100
    return whole if framework.load().editions[edition].rounding == "each_term" else whole - 50


def _moves(
    free: pd.DataFrame, taken: Mapping[str, int], size: int, costs: Mapping[str, float] | None
) -> pd.DataFrame:
    moved = free[free["question"].isin([q for q, n in taken.items() if n])]
    steps = moved["question"].map(taken).astype("int64")
    after = (moved["score"] + steps * size / 100).clip(upper=score.HIGHEST).round(2)
    cost = moved["question"].map(costs or {}).astype("float64") * steps
    made = moved.rename(columns={"score": "from_score"})
    return made.assign(to_score=after, steps=steps, cost=cost)[STEPS].reset_index(drop=True)
