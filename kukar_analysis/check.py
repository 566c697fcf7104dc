"""Recomputes what was published, and says what agrees, what differs and what cannot be recomputed.

A figure differs when the sum of its printed parts is not the printed figure. A figure without all
its parts is counted, never guessed. Nothing here rounds but by the ministry's own rules (score.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from kukar_analysis import framework, score
from kukar_analysis.facts import Rounding

Scores = Mapping[tuple[int, str], dict[str, float]]
"""Component scores by (year, region); a component that is not stated is NaN."""


@dataclass
class Rule:
    """What became of one kind of published figure."""

    name: str
    agree: int = 0
    differ: list[str] = field(default_factory=list)
    not_recomputable: list[str] = field(default_factory=list)
    """printed, but a part of it is not on record"""
    not_printed: list[str] = field(default_factory=list)
    """on record otherwise, but nothing printed to compare with"""

    @property
    def line(self) -> str:
        """One line: `finals 2023: 130 of 130 agree`."""
        of = self.agree + len(self.differ)
        said = f"{self.name}: {self.agree} of {of} agree"
        if self.differ:
            said += f"; {len(self.differ)} differ"
        if self.not_recomputable:
            said += f"; {len(self.not_recomputable)} more are printed and cannot be recomputed"
        if self.not_printed:
            said += f"; {len(self.not_printed)} have nothing printed to compare with"
        return said

    def compare(self, what: str, published: float, computed: Decimal, origin: str) -> None:
        """Count a figure as agreeing, or name both values and where the printed one stands."""
        printed = Decimal(str(round(published, 2))).quantize(Decimal("0.01"))
        if printed == computed:
            self.agree += 1
        else:
            self.differ.append(f"{what}: printed {printed}, computed {computed} ({origin})")


def check(tables: Mapping[str, pd.DataFrame]) -> list[Rule]:
    """Return one Rule for every kind of published figure in the tables, in the order of years.

    Needs component_scores, index_scores, question_scores and programmes (store.SCHEMAS).
    """
    index_scores = tables["index_scores"]
    scores = component_scores(tables["component_scores"])
    years = sorted(index_scores["year"].unique())
    rules = [_finals(index_scores[index_scores["year"] == year], scores) for year in years]
    for year in years:
        printed = index_scores[index_scores["year"] == year].dropna(subset="improvement_published")
        if len(printed):
            rules.append(_improvements(printed, index_scores, scores))
    rules.append(_component_means(tables["question_scores"], tables["component_scores"]))
    rules.append(_quick_wins(tables["programmes"]))
    return rules


def component_scores(table: pd.DataFrame) -> dict[tuple[int, str], dict[str, float]]:
    """Return the table component_scores as scores by component, by (year, region)."""
    scores: dict[tuple[int, str], dict[str, float]] = {}
    for row in table.itertuples():
        scores.setdefault((row.year, row.region), {})[row.component] = row.score
    return scores


def previous_sum(region: str, edition: str, before: pd.DataFrame, scores: Scores) -> Decimal | None:
    """Return last year's weighted sum that an edition measures its improvement from.

    `before` is index_scores of other years. None where last year's components are not all public.
    """
    rules = framework.load().edition(edition)
    base: Rounding | None = rules.improvement_base
    last = before[(before["region"] == region) & (before["year"] == rules.year - 1)]
    if base is None or last.empty or not last["participated"].all():
        return None
    last_edition, key = str(last["edition"].iloc[0]), (rules.year - 1, region)
    if not _complete(scores.get(key, {}), last_edition):
        return None
    return score.weighted_sum(scores[key], last_edition, rounding=base)


def _complete(scores: dict[str, float], edition: str) -> bool:
    weights = framework.load().weights[edition]
    return all(not pd.isna(scores.get(component)) for component in weights)


def _finals(published: pd.DataFrame, scores: Scores) -> Rule:
    year = int(published["year"].iloc[0])
    rule = Rule(f"finals {year}")
    for row in published[published["participated"]].itertuples():
        own = scores.get((row.year, row.region), {})
        what = f"{row.region_name} {year} final"
        if pd.isna(row.index_published):
            rule.not_printed.append(f"{what}: not stated ({row.origin})")
            continue
        if not _complete(own, row.edition):
            rule.not_recomputable.append(f"{what}: a component is not stated ({row.origin})")
            continue
        computed = score.index_of(own, row.edition)
        rule.compare(what, row.index_published, computed, row.origin)
    return rule


def _improvements(printed: pd.DataFrame, index_scores: pd.DataFrame, scores: Scores) -> Rule:
    year = int(printed["year"].iloc[0])
    rule = Rule(f"improvements {year}")
    for row in printed.itertuples():
        base = previous_sum(row.region, row.edition, index_scores, scores)
        own = scores.get((row.year, row.region), {})
        if base is None or not _complete(own, row.edition):
            rule.not_recomputable.append(
                f"{row.region_name} {year}: its components of {year - 1} are not public"
            )
            continue
        computed = score.index_of(own, row.edition) - base
        what = f"{row.region_name} {year} improvement"
        rule.compare(what, row.improvement_published, computed, row.origin)
    return rule


def _component_means(question_scores: pd.DataFrame, component_scores: pd.DataFrame) -> Rule:
    """Compare the means of the assessors' question scores with the printed component scores."""
    fw = framework.load()
    rule = Rule("component means")
    printed = {(r.year, r.region, r.component): r for r in component_scores.itertuples()}
    assessed = question_scores[question_scores["source"] == "assessor"]
    for (year, region, edition), own in assessed.groupby(["year", "region", "edition"], sort=True):
        for component in fw.weights[edition]:
            answered = own.loc[own["component"] == component, "score"].dropna()
            listed = [q for q in fw.edition_questions[edition] if q.startswith(f"{component}.")]
            what = f"{fw.regions[region].name} {year} {component}"
            mean = printed.get((year, region, component))
            if mean is None or pd.isna(mean.score):
                rule.not_printed.append(f"{what}: no printed mean is on record")
            elif len(answered) < len(listed):
                have = f"{len(answered)} of {len(listed)} question scores"
                rule.not_recomputable.append(f"{what}: only {have} are on record")
            else:
                rule.compare(what, mean.score, score.component_score(answered), mean.origin)
    return rule


def _quick_wins(programmes: pd.DataFrame) -> Rule:
    """Compare the quick wins that arrived with those on record in the definitions."""
    rule = Rule("quick wins on record")
    found = {
        (row.year, row.region, row.pillar): (row.programme, row.opd, row.origin)
        for row in programmes[programmes["is_quick_win"]].itertuples()
    }
    for win in framework.load().quick_wins:
        programme, opd, origin = found.get((win.year, win.region, win.pillar), (None, None, ""))
        opd = None if pd.isna(opd) else opd
        if programme is None:
            rule.not_printed.append(f"quick win {win.year} {win.pillar}: no file names it")
        elif (programme, opd) == (win.programme, win.opd):
            rule.agree += 1
        else:
            rule.differ.append(
                f"quick win {win.year} {win.pillar}: {programme} ({opd}) at {origin},"
                f" definitions say {win.programme} ({win.opd})"
            )
    return rule
