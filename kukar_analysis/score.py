"""The ministry's arithmetic, exact: scores in hundredths, weighted scores in ten-thousandths.

Binary fractions cannot round half up (2.675 is stored as 2.67499…), integers can. A component is
the plain mean of its questions, rounded to two decimals. The index is the weighted sum: editions of
2022 round each weighted term, then add (`each_term`); those of 2023 add, then round (`sum`). The
improvement of 2023 is measured from last year's sum under `sum`. Proof: docs/metode.md.
"""

import numbers
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from kukar_analysis import framework
from kukar_analysis.errors import ScoreError
from kukar_analysis.framework.facts import Rounding

if TYPE_CHECKING:
    import pandas as pd

LOWEST, HIGHEST = 0, 4  # the scale of every score (letters of 2022 and 2023)


def half_up(numerator: int, denominator: int) -> int:
    """Divide and round half up (5/2 is 3); neither number may be negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def hundredths(score: float | Decimal, what: str = "score") -> int:
    """Return a score in hundredths; ScoreError for no number from 0 to 4 of two decimals."""
    is_number = isinstance(score, numbers.Real | Decimal) and not isinstance(score, bool)
    scaled = float(score) * 100 if is_number else -1.0
    if not (100 * LOWEST <= scaled <= 100 * HIGHEST and abs(scaled - round(scaled)) <= 1e-3):
        scale = f"numbers from {LOWEST} to {HIGHEST} of two decimals, as a mean rounded half up"
        raise ScoreError(f"{what}: {score!r} is outside the scale, {scale}")
    return round(scaled)


def component_score(scores: Iterable[float]) -> Decimal:
    """Return the plain mean of question scores, rounded half up to two decimals."""
    counted = [hundredths(s, "question score") for s in scores]
    if not counted:
        raise ScoreError("a component without question scores has no mean")
    return Decimal(half_up(sum(counted), len(counted))).scaleb(-2)


def index_of(
    component_scores: Mapping[str, float], edition: str, *, rounding: Rounding | None = None
) -> Decimal:
    """Return the index (0 to 4, two decimals) of the component scores under an edition's rules.

    `rounding`: another rule than the edition's. Raises ScoreError for an unknown edition, a
    component too many or too few, or a score outside 0..4 or finer than two decimals.
    """
    fw = framework.load()
    if edition not in fw.editions:
        raise ScoreError(f"edition {edition!r} is not known; known: {', '.join(fw.editions)}")
    weights, scores = fw.weights[edition], dict(component_scores)
    faults = [f"lacks {c}" for c in weights if c not in scores]
    faults += [f"has no place for {c}" for c in scores if c not in weights]
    if faults:
        raise ScoreError(f"{edition} {' and '.join(faults)}; it weighs {', '.join(weights)}")
    terms = [w * hundredths(scores[c], c) for c, w in weights.items()]
    if (rounding or fw.editions[edition].rounding) == "each_term":
        terms = [100 * half_up(term, 100) for term in terms]
    return Decimal(half_up(sum(terms), 100)).scaleb(-2)


def differing(scores: "pd.DataFrame") -> "pd.DataFrame":
    """Return the office's own rows of question_scores on which its agencies do not agree.

    Until a line of definitions/settled.csv says whose counts, the question has no office score.
    """
    own, key = scores.query("source == 'self' and score.notna()"), ["year", "region", "question"]
    found = own[own.groupby(key)["score"].transform("nunique").gt(1)]
    settled = {(s.year, s.region, s.question) for s in framework.load().settled}
    return found.loc[[tuple(one) not in settled for one in found[key].values]]
