"""Figures of one pillar."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import pillars
from kukar_analysis.display import Shown
from kukar_analysis.formats import number
from kukar_analysis.plots.common import LAST, NOW, OTHERS, OWN, new, score_axis, shown


def pillar_questions(year: int, region: Any, pillar: str) -> Shown:
    """Every question of a pillar, with last year's score where the question is the same."""
    fw = framework.load()
    place, name = fw.region(region), fw.pillar(pillar).name
    questions = pillars.questions(fw.year(year), place.region, pillar)
    if questions.empty:
        return display.nothing()
    names = [
        f"{fw.components[q.component].abbreviation}: {q.label}" for q in questions.itertuples()
    ]
    figure, axes = new(len(names) * 0.31 + 1.5)
    rows = range(len(names))
    last = questions["last_score"]
    axes.hlines(
        rows, last.fillna(questions["score"]), questions["score"], color=OTHERS, linewidth=2
    )
    if last.notna().any():
        axes.scatter(last, rows, label=str(year - 1), zorder=3, **LAST)
    axes.scatter(questions["score"], rows, label=str(year), **NOW)
    for row, value in zip(rows, questions["score"], strict=True):
        axes.annotate(
            number(value), (4.12, row), va="center", color=OWN, fontsize=8.5, annotation_clip=False
        )
    score_axis(axes, names)
    low = questions[questions["score"] == questions["score"].min()]
    where = low["label"].iloc[0] if len(low) == 1 else f"{len(low)} butir"
    finding = f"{name}: nilai terendah pada {where} ({number(low['score'].iloc[0])})"
    alt = f"Nilai {len(names)} butir {name} {place.name} {year}: " + "; ".join(
        f"{q.label} {number(q.score)}" for q in questions.itertuples()
    )
    return shown(figure, axes, finding, f"{place.name}, {year}. {tables.source(year)}", alt)
