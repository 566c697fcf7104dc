"""The invented scores: what the assessors gave, and what the office claims of itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache

from kukar_analysis import framework, score

SEED = 20230001
REGION = "00.01"
PLACE = "Kabupaten Contoh"
EDITIONS = {2022: "2022-kppn-ikn", 2023: "2023-kppn-ikn"}
MARK = "DATA CONTOH"
"""What every sheet, page and list says of itself."""

_STEP = {2022: 25, 2023: 20}
"""Steps of the assessors' scores, in hundredths."""
_ABOUT = {
    2022: {"baseline": 3.0, "output": 2.5, "outcome": 2.6, "impact": 2.5, "quick_wins": 2.6},
    2023: {
        "baseline": 3.2,
        "output": 2.5,
        "outcome": 2.8,
        "impact": 2.7,
        "quick_wins": 3.0,
        "collaboration": 2.6,
    },
}
"""Where the scores of a component lie, before a pillar lifts or lowers them."""
_LIFT = {
    2022: {"governance": 0.0, "branding": 0.5, "economy": -0.7, "living": 0.4, "society": 0.3},
    2023: {"governance": 0.8, "branding": -0.1, "economy": -0.3, "living": 0.5, "society": 0.1},
}
_LIFT[2022]["environment"], _LIFT[2023]["environment"] = 0.4, -0.8
_OTHERS = {
    "00.02": {
        2022: (3.0, 2.25, 2.4, 2.25, 2.1),
        2023: (3.1, 2.3, 2.5, 2.35, 2.4, 1.8),
    },
    "00.03": {2023: (2.0, 1.6, 2.1, 1.9, 1.5, 1.0)},
    "00.04": {
        2022: (3.75, 3.1, 3.2, 3.0, 3.4),
        2023: (3.6, 3.3, 3.1, 3.05, 3.35, 3.2),
    },
}
"""Component scores of the other invented regions; 00.03 did not take part in 2022."""


@cache
def assessors(year: int) -> Mapping[str, float]:
    """Return the assessors' score of every question of a year, in the order of the letter."""
    fw = framework.load()
    dice = random.Random(f"{SEED} assessors {year}")
    found = {}
    for id_ in fw.edition_questions[EDITIONS[year]]:
        question = fw.questions[id_]
        about = _ABOUT[year][question.component] + _LIFT[year].get(question.pillar or "", 0.0)
        steps = round((about + dice.uniform(-0.8, 0.8)) * 100 / _STEP[year])
        found[id_] = min(max(steps * _STEP[year], 0), 400) / 100
    return found


@cache
def claimed(year: int) -> Mapping[str, float]:
    """Return what the office claims for every question: its view is kinder than the assessors'."""
    dice = random.Random(f"{SEED} claimed {year}")
    return {
        id_: min(round((given + dice.choice((0, 0, 0.25, 0.5, 0.75))) * 4) / 4, 4.0)
        for id_, given in assessors(year).items()
    }


@cache
def components(year: int, region: str = REGION) -> Mapping[str, float]:
    """Return the component scores of a region, in the order of the national table."""
    fw = framework.load()
    names = list(fw.weights[EDITIONS[year]])
    if region != REGION:
        return dict(zip(names, _OTHERS[region][year], strict=True))
    scores = assessors(year)
    return {
        name: float(
            score.component_score(s for q, s in scores.items() if fw.questions[q].component == name)
        )
        for name in names
    }


def participated(year: int, region: str) -> bool:
    """Whether a region took part in a year."""
    return region == REGION or year in _OTHERS[region]


def index(year: int, region: str) -> float:
    """Return the final score that the national table prints."""
    return float(score.index_of(components(year, region), EDITIONS[year]))


def improvement(year: int, region: str) -> float | None:
    """Return the index less last year's weighted sum, by the edition's own rule."""
    base = framework.load().editions[EDITIONS[year]].improvement_base
    if base is None or not participated(year - 1, region):
        return None
    last = score.weighted_sum(components(year - 1, region), EDITIONS[year - 1], rounding=base)
    return round(index(year, region) - float(last), 2)


def comma(value: float, decimals: int = 2) -> str:
    """Return a number as Indonesia writes it: 2,75."""
    return f"{value:.{decimals}f}".replace(".", ",")
