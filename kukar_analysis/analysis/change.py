"""Why the index moved: the change between two years, split into effects that add up exactly.

In fractions, each change weighed with the mean of both years (Bennet 1920): docs/metode.md.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import ordered, tell, tidy, told

_OWN_BAR = ("performance", "component_added", "component_dropped")
"""Kinds that have a bar of their own for each component."""
_WORK = ("performance", "reworded", "component_score")
"""Kinds that the office brought about; the others come of rules and forms."""
SEEN = 0.0005
"""An effect smaller than this is 0,000 to the reader, and is left out of figures and sentences."""


class Side(NamedTuple):
    """A region's year in percent and hundredths; questions of components with all on record."""

    weights: Mapping[str, int]
    scores: Mapping[str, int]
    questions: Mapping[str, Mapping[str, int]]

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
    """Return what moved a region's index between two years, by kind, component and question.

    `effect` adds up to the published improvement, or of years further apart to the difference of
    the finals; bar: what a row counts to in a figure. `not_split`: components are not on record.
    """
    compare.check_order(from_year, to_year)
    fw, years = framework.load(), (from_year, to_year)
    values = [compare.index_value(year, region) for year in years]
    moved = values[1].improvement if from_year == to_year - 1 else None
    sides, effects = [_side(region, year) for year in years], list[Effect]()
    finals = [Fraction(value.value or 0) * 100 for value in values]
    total = finals[1] - finals[0] if moved is None else Fraction(moved) * 100
    if moved is not None or all(value.known == "printed" for value in values):
        before, after = sides
        effects = [Effect("not_split", total)]
        if before and after:
            base = values[1].base if moved is not None else None
            edition = compare.edition_of(to_year, region)
            form = compare.form_of(edition.edition if edition else "")
            both = compare.components_between(region, *years).set_index("component")
            unparted = both["comparable"].map({"yes": "performance", "no": "replaced"})
            same = dict(form[["question", "continuity"]].values)
            effects = [*split(before, after, same, dict(unparted.fillna("component_score")))]
            rounding = (finals[1] - after.total) - (finals[0] - before.total)
            of_base = Fraction() if base is None else finals[0] - Fraction(base) * 100
            rest = total - sum((e.effect for e in effects), rounding + of_base)
            closing = {"rounding": rounding, "base": of_base, "unexplained": rest}
            effects += [Effect(kind, effect) for kind, effect in closing.items() if effect]
    made = ordered(pd.DataFrame(effects, columns=Effect._fields), "kind", fw.names["kind"])
    names, own = made["kind"].map(fw.names["kind"]), made["kind"].isin(_OWN_BAR)
    components = made["component"].map(fw.names["component"])
    cells = made["question"].fillna(made["component"]).fillna("").map(_origins(region, *years))
    made = made.assign(
        pillar=made["question"].map({id_: q.pillar for id_, q in fw.questions.items()}),
        bar=names.where(~own | made["component"].isna(), names + ": " + components),
        origin=cells,
        **{c: made[c].astype("float64") / 100 for c in ("from_score", "to_score", "effect")},
    )
    columns = "kind component pillar question from_score to_score effect bar origin"
    return tidy(made, columns, bar="str")


def change_sentences(region: str, from_year: int, to_year: int) -> list[str]:
    """Return how the index moved, why, and which components can be compared."""
    names, known = framework.load().names, framework.load().years()
    found = decompose_change(region, from_year, to_year).query("kind != 'not_split'")
    bars = found.groupby(["kind", "bar"], sort=False)["effect"].sum()
    kinds = bars[bars.abs() >= SEEN].groupby("kind", sort=False).sum()
    kinds, is_work = kinds.reset_index(), kinds.index.isin(_WORK)
    both = compare.components_between(region, from_year, to_year)
    both["name"] = both["component"].map(names["component"])
    fair = both[both["comparable"].isin(["yes", "partly"])].dropna(subset="change")
    unknown = both[both["comparable"] == "unknown"]
    reasons = unknown.groupby(unknown["reason"].str.replace(";.*", "", regex=True))["name"]
    said = tell(
        "change.moved change.why change.fair change.unfair change.absent",
        region=region,
        from_year=from_year,
        to_year=to_year,
        before=compare.index_value(from_year, region),
        after=compare.index_value(to_year, region),
        unknown=[str(y) for y in range(from_year + 1, to_year) if y not in known],
        caveat=compare.caveat(to_year, region),
        work=kinds[is_work],
        rules=kinds[~is_work],
        fair=fair.sort_values("change", ascending=False),
        unfair=both.loc[both["comparable"] == "no", "name"],
        absent=(both["comparable"] == "absent").any(),
    )
    return said + [told("change.unknown", names=own, reason=why) for why, own in reasons]


def split(
    before: Side, after: Side, continuity: Mapping[str, str], unparted: Mapping[str, str]
) -> Iterator[Effect]:
    """Yield the effects that add up to the difference of the two weighted sums.

    `continuity` tells of the questions of both forms whether they are the same; `unparted` is the
    kind of a component's change where its questions are not on record.
    """
    years = before, after
    weighed = [{c: (Fraction(w, 100), s.scores[c]) for c, w in s.weights.items()} for s in years]
    # Weights add up to 100 in both years, so a weight moves the index by how far its component lies
    # from the whole, not by the component's score.
    for component, what, moved, *scores in _effects((before.total + after.total) / 2, *weighed):
        forms = [s.questions.get(component, {}) for s in years]
        both = [q for q in forms[1] if q in forms[0]]
        if what != "moved" or not both:
            kind = unparted[component] if what == "moved" else f"component_{what}"
            kind = "weight" if what == "weight" else kind
            yield Effect(kind, moved, component, None, *scores)
            continue
        share = (weighed[0][component][0] + weighed[1][component][0]) / 2
        asked = [{q: (Fraction(1, len(f)), given) for q, given in f.items()} for f in forms]
        # A question that comes or goes moves the mean by how far it lies from those that stay.
        level = Fraction(sum(form[q] for form in forms for q in both), 2 * len(both))
        for q, how, effect, *marks in _effects(level, *asked):
            if how != "weight":  # theirs add up to nothing
                kind = f"questions_{how}"
                if how == "moved":
                    kind = "performance" if continuity[q] == "same" else "reworded"
                moved -= effect * share
                yield Effect(kind, effect * share, component, q, *marks)
        if moved:
            yield Effect("rounding", moved, component)


_Items = Mapping[str, tuple[Fraction, int]]  # weight and score of what a mean is made of


def _effects(
    level: Fraction, old: _Items, new: _Items
) -> Iterator[tuple[str, str, Fraction, int | None, int | None]]:
    """Yield what moved a weighted mean: moved, weight, added, dropped; with both scores."""
    for id_ in {**new, **old}:
        (was, w0), (now, w1) = (own.get(id_, (Fraction(), None))[::-1] for own in (old, new))
        if was is not None and now is not None:
            yield id_, "moved", (now - was) * (w0 + w1) / 2, was, now
            if w0 != w1:
                yield id_, "weight", (Fraction(was + now, 2) - level) * (w1 - w0), was, now
        elif was is None and now is not None:
            yield id_, "added", (now - level) * w1, was, now
        elif was is not None:
            yield id_, "dropped", (level - was) * w0, was, now


def _side(region: str, year: int) -> Side | None:
    fw, edition = framework.load(), compare.edition_of(year, region)
    stated = compare.scores(region).get((year, region), {})
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
