"""Why the index moved: the change between two years, split into effects that add up exactly.

Everything is counted in fractions, so the effects add up to the published improvement to the last
hundredth. The split is that of Bennet (1920, The Theory of Measurement of Changes in Cost of
Living): each change is weighed with the mean of both years, so that the two years, swapped, give
the same effects with the other sign. docs/metode.md has a worked case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal, get_args

import pandas as pd

from kukar_analysis import framework, score, store
from kukar_analysis.analysis.compare import (
    assessed,
    base_of_improvement,
    caveat,
    check_order,
    components_between,
    edition_of,
    improvement,
    index_value,
    scores,
)
from kukar_analysis.formats import listed, number
from kukar_analysis.framework.facts import Continuity

Kind = Literal[
    "base",
    "performance",
    "reworded",
    "questions_added",
    "questions_dropped",
    "replaced",
    "component_score",
    "weight",
    "component_added",
    "component_dropped",
    "rounding",
    "not_split",
    "unexplained",
]
"""What moved the index, in the order in which it is shown; docs/metode.md says each in words."""
COLUMNS = ["kind", "component", "pillar", "question", "from_score", "to_score", "effect", "bar"]
COLUMNS += ["origin"]
_OWN_BAR = ("performance", "component_added", "component_dropped")
"""Kinds that have a bar of their own for each component."""
SEEN = 0.0005
"""An effect smaller than this is 0,000 to the reader, and is left out of figures and sentences."""
_MEAN = Fraction(1, 2)


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


@dataclass(frozen=True)
class Effect:
    """What one thing moved the index by, in hundredths."""

    kind: Kind
    effect: Fraction
    component: str | None = None
    question: str | None = None
    from_score: int | None = None
    to_score: int | None = None


def decompose_change(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return what moved a region's index between two years; `effect` adds up to the improvement.

    Columns: kind (see Kind), component, pillar, question (null where the effect is of more than
    one), from_score, to_score (0 to 4), effect (index points), bar (in words: what it counts to in
    a figure), origin. The sum is the published
    improvement where the years follow each other, else the difference of the printed finals. One
    row `not_split` where the components of a year are not on record; empty where no change is.
    Raises UsageError where from_year is not before to_year.
    """
    check_order(from_year, to_year)
    total, base = _published(region, from_year, to_year)
    if total is None:
        return _frame([], {})
    origins = _origins(region, from_year, to_year)
    before, after = _side(region, from_year), _side(region, to_year)
    if before is None or after is None:
        return _frame([Effect("not_split", total)], origins)
    effects = list(split(before, after, *_kinds(region, from_year, to_year)))
    effects += _closing(region, (from_year, before), (to_year, after), base)
    rest = total - sum((e.effect for e in effects), Fraction())
    return _frame([*effects, Effect("unexplained", rest)] if rest else effects, origins)


def change_sentences(region: str, from_year: int, to_year: int) -> list[str]:
    """Return how the index moved, why, and which components can be compared."""
    fw = framework.load()
    both = components_between(region, from_year, to_year)
    said = [_moved(region, from_year, to_year), _why(region, from_year, to_year)]
    fair = both[both["comparable"].isin(["yes", "partly"])].dropna(subset="change")
    parts = [
        f"{fw.components[r.component].name} {number(r.change, signed=True)}"
        + " (sebagian sebanding)" * (r.comparable == "partly")
        for r in fair.sort_values("change", ascending=False).itertuples()
    ]
    said += [f"Komponen yang dapat dibandingkan: {listed(parts)}."] * bool(parts)
    unfair = [fw.components[c].name for c in both.loc[both["comparable"] == "no", "component"]]
    said += [f"Tidak sebanding antara kedua tahun: {listed(unfair)}."] * bool(unfair)
    if (both["comparable"] == "absent").any():
        said.append(
            f"{fw.regions[region].name} tidak ikut pada salah satu tahun, sehingga komponennya"
            " tidak dapat dibandingkan."
        )
    unknown = both[both["comparable"] == "unknown"]
    for reason, own in unknown.groupby(unknown["reason"].str.replace(";.*", "", regex=True)):
        names = listed([fw.components[c].name for c in own["component"]])
        said.append(f"Kesebandingan {names} belum diketahui: {reason}.")
    return [sentence for sentence in said if sentence]


def change_note(region: str, from_year: int, to_year: int) -> str:
    """Return how a change is split, and how new and dropped questions count by a plainer way."""
    said = (
        "Tiap perubahan ditimbang dengan rata-rata kedua tahun (cara Bennet), sehingga hasilnya"
        " sama dari tahun mana pun dibaca. Bobot dan komponen baru dihitung terhadap rata-rata"
        " indeks: bobot hanya menggerakkan indeks bila komponennya berbeda dari yang lain. Butir"
        " dihitung dari rata-rata yang tidak dibulatkan; bedanya dari rata-rata yang tercetak,"
        " dua desimal, ada pada Pembulatan."
    )
    found = decompose_change(region, from_year, to_year)
    weights = components_between(region, from_year, to_year).set_index("component")
    for kind, score_, weight, sign in (
        ("questions_added", "to_score", "to_weight", 1),
        ("questions_dropped", "from_score", "from_weight", -1),
    ):
        own = found[found["kind"] == kind]
        if own.empty:
            continue
        of = found[found["component"].isin(own["component"])].dropna(subset=["question", score_])
        kept = of.dropna(subset=["from_score", "to_score"]).groupby("component")[score_].mean()
        apart = of.groupby("component")[score_].mean() - kept
        plain = sign * (apart * weights[weight] / 100).sum()
        said += (
            f" {framework.load().names['kind'][kind]} diukur terhadap butir yang tetap pada kedua"
            f" tahun ({number(own['effect'].sum(), 3, signed=True)}); terhadap butir yang tetap"
            f" pada satu tahun saja pengaruhnya {number(plain, 3, signed=True)}."
        )
    return said


def _moved(region: str, from_year: int, to_year: int) -> str:
    """Return the index of both years and the published improvement, with its base if it tells."""
    before, after = (index_value(y, region) for y in (from_year, to_year))
    name = framework.load().regions[region].name
    said = f"Indeks {name}: **{before}** pada {from_year} dan **{after}** pada {to_year}."
    if from_year != to_year - 1:
        return " ".join([said, *_years_between(from_year, to_year)])
    moved = improvement(to_year, region)
    if moved is None:
        return said
    said += f" Peningkatan yang tercetak: **{number(moved, signed=True)}**"
    if before.known == after.known == "printed" and before.value and after.value:
        difference = after.value - before.value
        if difference != moved:
            said += (
                f"; selisih kedua nilai tercetak {number(difference, signed=True)}, karena"
                f" kementerian mengukur dari {number(base_of_improvement(to_year, region))}"
                f" (jumlah tertimbang {from_year} yang dibulatkan sekali)"
            )
    return f"{said}. {caveat(to_year, region)}".rstrip()


def _years_between(from_year: int, to_year: int) -> list[str]:
    """Return that the change took several years, and which of those are not on record."""
    known = framework.load().years()
    missing = [str(y) for y in range(from_year + 1, to_year) if y not in known]
    said = [f"Perubahan ini mencakup {to_year - from_year} tahun sekaligus."]
    if missing:
        said.append(f"Aturan dan nilai tahun {listed(missing)} tidak tercatat.")
    if str(to_year - 1) in missing:
        said.append(
            f"Peningkatan yang tercetak pada {to_year} diukur kementerian dari {to_year - 1},"
            " sehingga tidak dapat dicocokkan di sini."
        )
    return said


def _why(region: str, from_year: int, to_year: int) -> str:
    """Return what the change is made of: what the office did, and what the rules did."""
    found = decompose_change(region, from_year, to_year).query("kind != 'not_split'")
    bars = found.groupby(["kind", "bar"], sort=False)["effect"].sum()
    kinds = bars[bars.abs() >= SEEN].groupby("kind", sort=False).sum()
    names = framework.load().names["kind"]
    said = {k: f"{names[k].casefold()} {number(e, 3, signed=True)}" for k, e in kinds.items()}
    work = ("performance", "reworded", "component_score")
    done = [words for kind, words in said.items() if kind in work]
    rules = [words for kind, words in said.items() if kind not in work]
    parts = [f"**{listed(done)}**"] * bool(done)
    parts += [f"dari aturan dan formulir: {listed(rules)}"] * bool(rules)
    return f"Perubahan itu terdiri atas: {'; '.join(parts)}." if parts else ""


def split(
    before: Side,
    after: Side,
    continuity: Mapping[str, Continuity],
    unparted: Mapping[str, Kind],
) -> Iterator[Effect]:
    """Yield the effects that add up to the difference of the two weighted sums.

    `continuity` tells of the questions of both forms whether they are the same; `unparted` is the
    kind of a component's change where its questions are not on record.
    """
    middle = (before.total + after.total) * _MEAN
    for component in {**before.weights, **after.weights}:
        old, new = (s.weights.get(component, 0) for s in (before, after))
        was, is_ = (s.scores.get(component) for s in (before, after))
        kind: Kind = "weight"
        if was is None or is_ is None:
            kind = "component_added" if was is None else "component_dropped"
        else:
            weight = (old + new) * _MEAN / 100
            for part in _of_component(component, before, after, continuity, unparted):
                yield replace(part, effect=part.effect * weight)
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
    continuity: Mapping[str, Continuity],
    unparted: Mapping[str, Kind],
) -> Iterator[Effect]:
    """Yield what moved a component's score, in hundredths of the component."""
    old, new = before.questions.get(component), after.questions.get(component)
    moved = Fraction(after.scores[component] - before.scores[component])
    scored = before.scores[component], after.scores[component]
    both = [q for q in new or () if q in (old or ())]
    if not old or not new or not both:
        yield Effect(unparted[component], moved, component, None, *scored)
        return
    share = (Fraction(1, len(old)) + Fraction(1, len(new))) * _MEAN
    level = Fraction(sum(old[q] + new[q] for q in both), 2 * len(both))
    parts = []
    for q in both:
        kind: Kind = "performance" if continuity[q] == "same" else "reworded"
        parts.append(Effect(kind, (new[q] - old[q]) * share, component, q, old[q], new[q]))
    # A question that comes or goes moves the mean by how far it lies from those that stay.
    for q in new.keys() - old.keys():
        effect = (new[q] - level) / len(new)
        parts.append(Effect("questions_added", effect, component, q, None, new[q]))
    for q in old.keys() - new.keys():
        effect = -(old[q] - level) / len(old)
        parts.append(Effect("questions_dropped", effect, component, q, old[q], None))
    yield from sorted(parts, key=lambda part: list({**new, **old}).index(str(part.question)))
    rounded = moved - sum((part.effect for part in parts), Fraction())
    if rounded:
        yield Effect("rounding", rounded, component)


def _closing(
    region: str, before: tuple[int, Side], after: tuple[int, Side], base: Fraction | None
) -> Iterator[Effect]:
    """Yield the rounding of both finals, and the change of base where there is one."""
    finals = [_final(year, region) for year, _ in (before, after)]
    rounded = [final - side.total for final, (_, side) in zip(finals, (before, after), strict=True)]
    if rounded[1] != rounded[0]:
        yield Effect("rounding", rounded[1] - rounded[0])
    if base is not None and base != finals[0]:
        yield Effect("base", finals[0] - base)


def _published(
    region: str, from_year: int, to_year: int
) -> tuple[Fraction | None, Fraction | None]:
    """Return the change to explain, and last year's value that the ministry measured it from."""
    printed = improvement(to_year, region) if from_year == to_year - 1 else None
    if printed is not None:
        base = base_of_improvement(to_year, region)
        return Fraction(printed) * 100, None if base is None else Fraction(base) * 100
    before, after = (index_value(year, region) for year in (from_year, to_year))
    if before.known != "printed" or after.known != "printed":
        return None, None
    return _final(to_year, region) - _final(from_year, region), None


def _final(year: int, region: str) -> Fraction:
    return Fraction(index_value(year, region).value or 0) * 100


def _side(region: str, year: int) -> Side | None:
    """Return a year's components and questions; None where a component is not on record."""
    edition = edition_of(year, region)
    stated = scores().get((year, region), {})
    fw = framework.load()
    if edition is None or index_value(year, region).known != "printed":
        return None
    weights = fw.weights[edition.edition]
    if any(pd.isna(stated.get(component)) for component in weights):
        return None
    asked = fw.edition_questions.get(edition.edition, {})
    own = assessed(year, region)
    own = own[own["edition"] == edition.edition].set_index("question")["score"]
    questions = {}
    for component in weights:
        listed = [q for q in asked if fw.questions[q].component == component]
        is_known = listed and all(asked[q].status != "unconfirmed" for q in listed)
        if is_known and own.index.isin(listed).sum() == len(listed):
            questions[component] = {q: score.hundredths(own[q]) for q in listed}
    return Side(weights, {c: score.hundredths(stated[c]) for c in weights}, questions)


def _kinds(
    region: str, from_year: int, to_year: int
) -> tuple[dict[str, Continuity], dict[str, Kind]]:
    """Return what became of each question, and what a component's change is where none are known.

    Questions are compared only where the later edition follows the earlier one.
    """
    fw = framework.load()
    edition = edition_of(to_year, region)
    listed = fw.edition_questions.get(edition.edition, {}) if edition else {}
    continuity = {q.question: q.continuity for q in listed.values() if q.continuity}
    found = components_between(region, from_year, to_year)
    kinds: dict[str, Kind] = {"yes": "performance", "no": "replaced"}
    unparted = {r.component: kinds.get(r.comparable, "component_score") for r in found.itertuples()}
    return continuity, unparted


def _origins(region: str, from_year: int, to_year: int) -> dict[str, str]:
    """Return the cells behind each question, each component, and the finals (""), of both years."""
    found: dict[str, list[str]] = {}
    for year in (from_year, to_year):
        record = store.read("index_scores", year=year, region=region)
        stated = store.read("component_scores", year=year, region=region)
        pairs = [*assessed(year, region)[["question", "origin"]].values]
        pairs += [*stated[["component", "origin"]].values, *(("", o) for o in record["origin"])]
        for id_, origin in pairs:
            found.setdefault(id_, []).append(origin)
    return {id_: "; ".join(cells) for id_, cells in found.items()}


def _frame(effects: list[Effect], origins: Mapping[str, str]) -> pd.DataFrame:
    fw, order = framework.load(), get_args(Kind)
    rows = [
        (
            e.kind,
            e.component,
            fw.questions[e.question].pillar if e.question else None,
            e.question,
            None if e.from_score is None else e.from_score / 100,
            None if e.to_score is None else e.to_score / 100,
            float(e.effect / 100),
            fw.names["kind"][e.kind]
            + (
                f": {fw.components[e.component].name}" if e.component and e.kind in _OWN_BAR else ""
            ),
            origins.get(e.question or e.component or ""),
        )
        for e in sorted(effects, key=lambda e: order.index(e.kind))
    ]
    numbers = dict.fromkeys(["from_score", "to_score", "effect"], "float64")
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str") | numbers)
