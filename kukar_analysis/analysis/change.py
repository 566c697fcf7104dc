"""Why the index moved: the change between two years, split into effects that add up exactly.

Counted in fractions, after Bennet (1920, The Theory of Measurement of Changes in Cost of Living):
each change is weighed with the mean of both years, so that the two years, swapped, give the same
effects with the other sign. docs/metode.md has a worked case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import told
from kukar_analysis.formats import number

KINDS = ["base", "performance", "reworded", "questions_added", "questions_dropped", "replaced"]
KINDS += ["component_score", "weight", "component_added", "component_dropped", "rounding"]
KINDS += ["not_split", "unexplained"]
"""What moved the index, in the order in which it is shown; docs/metode.md says each in words."""
_OWN_BAR = ("performance", "component_added", "component_dropped")
"""Kinds that have a bar of their own for each component."""
_WORK = ("performance", "reworded", "component_score")
"""Kinds that the office brought about; the others come of rules and forms."""
SEEN = 0.0005
"""An effect smaller than this is 0,000 to the reader, and is left out of figures and sentences."""


@dataclass(frozen=True)
class Side:
    """One year of a region: weights in percent, scores in hundredths.

    `questions` holds a component's question scores only where all of them are on record.
    """

    weights: Mapping[str, int]
    scores: Mapping[str, int]
    questions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def total(self) -> Fraction:
        """Return the weighted sum in hundredths of the index, not rounded."""
        return sum((Fraction(w * self.scores[c], 100) for c, w in self.weights.items()), Fraction())


class Effect(NamedTuple):
    """What one thing moved the index by, in hundredths; scores likewise."""

    kind: str
    effect: Fraction
    component: str | None = None
    question: str | None = None
    from_score: int | None = None
    to_score: int | None = None


def decompose_change(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return what moved a region's index between two years; `effect` adds up to the change.

    That is the published improvement where the years follow each other, else the difference of the
    printed finals. bar: what a row counts to in a figure. question is null where the effect is of
    more than one. One row `not_split` where a year's components are not on record; empty without a
    change.
    """
    compare.check_order(from_year, to_year)
    fw, years, effects = framework.load(), (from_year, to_year), []
    values = [compare.index_value(year, region) for year in years]
    finals = [Fraction(value.value or 0) * 100 for value in values]
    moved = compare.improvement(to_year, region) if from_year == to_year - 1 else None
    base = compare.base_of_improvement(to_year, region) if moved is not None else None
    is_known = moved is not None or all(value.known == "printed" for value in values)
    total = finals[1] - finals[0] if moved is None else Fraction(moved) * 100
    before, after = (_side(region, year) for year in years)
    if is_known and before and after:
        edition = compare.edition_of(to_year, region)
        listed = fw.edition_questions.get(edition.edition if edition else "", {})
        continuity = {id_: q.continuity for id_, q in listed.items() if q.continuity}
        both = compare.components_between(region, from_year, to_year).set_index("component")
        unparted = both["comparable"].map({"yes": "performance", "no": "replaced"})
        unparted = dict(unparted.fillna("component_score"))
        effects = [*split(before, after, continuity, unparted)]
        rounding = (finals[1] - after.total) - (finals[0] - before.total)
        of_base = Fraction() if base is None else finals[0] - Fraction(base) * 100
        rest = total - sum((e.effect for e in effects), rounding + of_base)
        closing = {"rounding": rounding, "base": of_base, "unexplained": rest}
        effects += [Effect(kind, effect) for kind, effect in closing.items() if effect]
    elif is_known:
        effects = [Effect("not_split", total)]
    made = pd.DataFrame(effects, columns=Effect._fields)
    made = made.sort_values("kind", key=lambda kinds: kinds.map(KINDS.index), kind="stable")
    names, own = made["kind"].map(fw.names["kind"]), made["kind"].isin(_OWN_BAR)
    components = made["component"].map(fw.names["component"])
    pillars = {id_: question.pillar for id_, question in fw.questions.items()}
    cells = made["question"].fillna(made["component"]).fillna("").map(_origins(region, *years))
    made = made.assign(
        pillar=made["question"].map(pillars),
        bar=names.where(~own | made["component"].isna(), names + ": " + components),
        origin=cells,
        **{c: made[c].astype("float64") / 100 for c in ("from_score", "to_score", "effect")},
    )
    columns = ["kind", "component", "pillar", "question", "from_score", "to_score", "effect"]
    texts = dict.fromkeys([*columns[:4], "bar", "origin"], "str")
    return made[[*columns, "bar", "origin"]].astype(texts).reset_index(drop=True)


def change_sentences(region: str, from_year: int, to_year: int) -> list[str]:
    """Return how the index moved, why, and which components can be compared."""
    names = framework.load().names
    both = compare.components_between(region, from_year, to_year)
    both["name"] = both["component"].map(names["component"])
    before, after = (compare.index_value(year, region) for year in (from_year, to_year))
    known = framework.load().years()
    figures: dict[str, Any] = {"region": region, "from_year": from_year, "to_year": to_year}
    figures |= {"before": before, "after": after, "years": to_year - from_year}
    figures["caveat"] = compare.caveat(to_year, region)
    figures["moved"] = compare.improvement(to_year, region)
    if before.known == after.known == "printed" and before.value and after.value:
        figures["difference"] = after.value - before.value
    figures["base"] = compare.base_of_improvement(to_year, region)
    figures["unknown"] = [str(y) for y in range(from_year + 1, to_year) if y not in known]
    said = [told("change.moved", **figures)]
    found = decompose_change(region, from_year, to_year).query("kind != 'not_split'")
    bars = found.groupby(["kind", "bar"], sort=False)["effect"].sum()
    kinds = bars[bars.abs() >= SEEN].groupby("kind", sort=False).sum()
    parts: dict[bool, list[str]] = {True: [], False: []}
    for kind, effect in kinds.items():
        words = f"{names['kind'][str(kind)].casefold()} {number(effect, 3, signed=True)}"
        parts[kind in _WORK].append(words)
    said += [told("change.why", work=parts[True], rules=parts[False])] * bool(len(kinds))
    fair = both[both["comparable"].isin(["yes", "partly"])].dropna(subset="change")
    moved = [
        f"{r.name} {number(r.change, signed=True)}"
        + " (sebagian sebanding)" * (r.comparable == "partly")
        for r in fair.sort_values("change", ascending=False).itertuples()
    ]
    said += [told("change.fair", parts=moved)] * bool(moved)
    unfair = both.loc[both["comparable"] == "no", "name"]
    said += [told("change.unfair", names=unfair)] * bool(len(unfair))
    said += [told("change.absent", region=region)] * ("absent" in {*both["comparable"]})
    unknown = both[both["comparable"] == "unknown"]
    reasons = unknown["reason"].str.replace(";.*", "", regex=True)
    for reason, own in unknown.groupby(reasons):
        said.append(told("change.unknown", names=own["name"], reason=reason))
    return said


def change_note(region: str, from_year: int, to_year: int) -> str:
    """Return how a change is split, and how new and dropped questions count by a plainer way."""
    said = [told("change.note")]
    found = decompose_change(region, from_year, to_year)
    weights = compare.components_between(region, from_year, to_year).set_index("component")
    for kind, side, sign in (("questions_added", "to", 1), ("questions_dropped", "from", -1)):
        own = found[found["kind"] == kind]
        of = found[found["component"].isin(own["component"])]
        of = of.dropna(subset=["question", f"{side}_score"])
        both = of.dropna(subset=["from_score", "to_score"])
        means = [part.groupby("component")[f"{side}_score"].mean() for part in (of, both)]
        plain = sign * ((means[0] - means[1]) * weights[f"{side}_weight"] / 100).sum()
        if len(own):
            said.append(told("change.plain", kind=kind, effect=own["effect"].sum(), plain=plain))
    return " ".join(said)


def split(
    before: Side, after: Side, continuity: Mapping[str, str], unparted: Mapping[str, str]
) -> Iterator[Effect]:
    """Yield the effects that add up to the difference of the two weighted sums.

    `continuity` tells of the questions of both forms whether they are the same; `unparted` is the
    kind of a component's change where its questions are not on record.
    """
    middle = (before.total + after.total) / 2
    for component in {**before.weights, **after.weights}:
        old, new = (s.weights.get(component, 0) for s in (before, after))
        was, is_ = (s.scores.get(component) for s in (before, after))
        kind = "weight"
        if was is None or is_ is None:
            kind = "component_added" if was is None else "component_dropped"
        else:
            for part in _of_component(component, before, after, continuity, unparted):
                yield part._replace(effect=part.effect * Fraction(old + new, 200))
        if old != new:
            # Weights add up to 100 in both years, so a weight moves the index by how far its
            # component lies from the whole, not by the component's score.
            stated = [s for s in (was, is_) if s is not None]
            lies = Fraction(sum(stated), len(stated)) - middle
            yield Effect(kind, lies * (new - old) / 100, component, None, was, is_)


def _of_component(
    component: str,
    before: Side,
    after: Side,
    continuity: Mapping[str, str],
    unparted: Mapping[str, str],
) -> Iterator[Effect]:
    """Yield what moved a component's score, in hundredths of the component."""
    old, new = (side.questions.get(component, {}) for side in (before, after))
    scored = before.scores[component], after.scores[component]
    moved, both = Fraction(scored[1] - scored[0]), [q for q in new if q in old]
    if not both:
        yield Effect(unparted[component], moved, component, None, *scored)
        return
    share = (Fraction(1, len(old)) + Fraction(1, len(new))) / 2
    # A question that comes or goes moves the mean by how far it lies from those that stay.
    level, rest = Fraction(sum(old[q] + new[q] for q in both), 2 * len(both)), moved
    for q in {**new, **old}:
        was, is_ = old.get(q), new.get(q)
        if was is None or is_ is None:
            kind = "questions_added" if was is None else "questions_dropped"
            effect = ((is_ or 0) - level) / len(new) if was is None else (level - was) / len(old)
        else:
            kind = "performance" if continuity[q] == "same" else "reworded"
            effect = (is_ - was) * share
        rest -= effect
        yield Effect(kind, effect, component, q, was, is_)
    if rest:
        yield Effect("rounding", rest, component)


def _side(region: str, year: int) -> Side | None:
    fw, edition = framework.load(), compare.edition_of(year, region)
    stated = compare.scores().get((year, region), {})
    if edition is None or compare.index_value(year, region).known != "printed":
        return None
    weights, asked = fw.weights[edition.edition], fw.edition_questions.get(edition.edition, {})
    if any(pd.isna(stated.get(component)) for component in weights):
        return None
    own = compare.assessed(year, region).query("edition == @edition.edition")
    own = own.set_index("question")["score"].map(score.hundredths)
    questions = {}
    for component in weights:
        form = [q for q in asked if fw.questions[q].component == component]
        if all(q in own.index and asked[q].status != "unconfirmed" for q in form):
            questions[component] = {q: own[q] for q in form}
    return Side(weights, {c: score.hundredths(stated[c]) for c in weights}, questions)


def _origins(region: str, *years: int) -> dict[str, str]:
    cells = []
    for year in years:
        for table, id_ in (("question", "question"), ("component", "component"), ("index", "")):
            found = store.read(f"{table}_scores", year=year, region=region)
            found = compare.assessed(year, region) if table == "question" else found
            cells.append(pd.DataFrame({"id": found[id_] if id_ else "", "origin": found["origin"]}))
    return dict(pd.concat(cells).groupby("id")["origin"].agg("; ".join))
