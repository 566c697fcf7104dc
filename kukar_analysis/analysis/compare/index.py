"""The index of a region and year: as printed, implied, or not on record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pandas as pd

from kukar_analysis import check, framework, store
from kukar_analysis.facts import Edition

MARGIN = Decimal("0.01")
"""How far an implied final may be from the one printed that year (domain: 19 of 32 differ)."""


@dataclass(frozen=True)
class IndexValue:
    """An index and how it is known: printed, implied by the next year's improvement, or not."""

    value: Decimal | None
    known: Literal["printed", "implied", "absent", "unknown"]
    """absent: did not take part. unknown: no table on record names the region."""


def index_record(year: int, region: str) -> pd.Series | None:
    """Return the region's line of index_scores, or None when no table names it."""
    found = store.read("index_scores", year=year, region=region)
    return None if found.empty else found.iloc[0]


def edition_of(year: int, region: str) -> Edition | None:
    """Return the edition a region was evaluated under, from the national table of the year."""
    record = index_record(year, region)
    return None if record is None else framework.load().edition(record["edition"])


def index_value(year: int, region: str) -> IndexValue:
    """Return the index of a year: as printed, or implied by the next year's line.

    The implied value is next year's printed final minus its printed improvement. It is that
    year's sum rounded once, so the final printed then may differ by 0.01 (docs/metode.md).
    """
    record = index_record(year, region)
    if record is not None and not pd.isna(record["index_published"]):
        return IndexValue(decimal(record["index_published"]), "printed")
    if record is not None:
        return IndexValue(None, "unknown" if record["participated"] else "absent")
    after = index_record(year + 1, region)
    if after is None or after[["index_published", "improvement_published"]].isna().any():
        return IndexValue(None, "unknown")
    implied = decimal(after["index_published"]) - decimal(after["improvement_published"])
    return IndexValue(implied, "implied")


def base_of_improvement(year: int, region: str) -> Decimal | None:
    """Return last year's sum as this year's edition rounds it; None where it is not public."""
    edition = edition_of(year, region)
    if edition is None:
        return None
    return check.previous_sum(region, edition.edition, store.read("index_scores"), scores())


def decimal(printed: float) -> Decimal:
    """Return a printed figure of two decimals, exactly."""
    return Decimal(str(round(printed, 2))).quantize(Decimal("0.01"))


def scores() -> dict[tuple[int, str], dict[str, float]]:
    """Return component scores on record, by (year, region)."""
    return check.component_scores(store.read("component_scores"))
