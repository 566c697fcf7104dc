"""How firm a ranking is: what it is under other reasonable choices, and which choice matters.

Uncertainty and sensitivity analysis after the OECD/JRC Handbook on Constructing Composite
Indicators (2008, part 1, step 7) and Saisana, Saltelli and Tarantola (2005, J. R. Statist. Soc. A
168, 307-323). The ministry's formula is fixed; this asks how much a rank hangs on it. Five choices
vary together, and what was printed is one value of each:

- weights: each component's weight times a factor between 0.75 and 1.25, the same for both groups,
  then shared out to 100 % again. A factor, not a Dirichlet draw: the range can be said in words
  and no weight comes near 0; COINr's documentation uses the same 25 %;
- edition: every region by its own edition's weights, or all by those of another edition;
- aggregation: arithmetic mean, or geometric, under which one 0 makes the index 0;
- left_out: no component left out, or one of them;
- assessors: each score moved within what whole-number marks may hide.

Of edition, aggregation and left_out, half of the draws are as printed and the alternatives share
the other half. Indices are rounded half up to two decimals, as the ministry prints them, so equal
ones share a rank. Everything is drawn from one seed.
"""

from kukar_analysis.analysis.robustness.model import CHOICES, Choices, Field, field
from kukar_analysis.analysis.robustness.ranks import (
    cases_sentence,
    rank_cases,
    rank_choices,
    rank_importance,
    rank_intervals,
    rank_missing,
    rank_sentence,
)

__all__ = [
    "CHOICES",
    "Choices",
    "Field",
    "cases_sentence",
    "field",
    "rank_cases",
    "rank_choices",
    "rank_importance",
    "rank_intervals",
    "rank_missing",
    "rank_sentence",
]
