"""The index of a region and year: as printed, implied, or not on record."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import pandas as pd

from kukar_analysis import check, framework, store
from kukar_analysis.formats import number
from kukar_analysis.framework.facts import Edition

MARGIN = Decimal("0.01")
"""How far an implied final may be from the one printed that year (domain: 19 of 32 differ)."""


@dataclass(frozen=True)
class IndexValue:
    """An index and how it is known: printed, implied by the next year's improvement, or not."""

    value: Decimal | None
    known: Literal["printed", "implied", "absent", "unknown"]
    """absent: did not take part. unknown: no table on record names the region."""

    def __str__(self) -> str:
        if self.value is None:
            return "tidak ikut" if self.known == "absent" else "tidak tercatat"
        margin = f" hasil hitung balik, ±{number(MARGIN)}" * (self.known == "implied")
        return f"{number(self.value)}{margin}"


def indices(region: str | None = None) -> pd.DataFrame:
    """Return the index of every region, or of one, in every year, and how it is known.

    Columns: year, region, region_name, province, group (null where its table is not on record),
    index (0 to 4), known (printed, implied, absent, unknown), improvement (as printed), origin. An
    implied index is next year's printed final minus its printed improvement: that year's sum
    rounded once, so the final printed then may differ by 0.01 (docs/metode.md).
    """
    fw = framework.load()
    found = store.read("index_scores", region=region)
    found = found.rename(
        columns={"index_published": "index", "improvement_published": "improvement"}
    )
    found["group"] = [fw.editions[e].group for e in found["edition"]]
    found["known"] = "printed"
    unprinted = found["index"].isna()
    found.loc[unprinted, "known"] = found["participated"].map({True: "unknown", False: "absent"})
    implied = found.dropna(subset=["index", "improvement"]).assign(
        year=lambda f: f["year"] - 1,
        index=lambda f: (f["index"] - f["improvement"]).round(2),
        improvement=float("nan"),
        group=None,
        known="implied",
    )
    every = pd.concat([found, implied]).drop_duplicates(["year", "region"])
    every["province"] = [fw.regions[r].province for r in every["region"]]
    columns = ["year", "region", "region_name", "province", "group", "index", "known"]
    columns += ["improvement", "origin"]
    typed = {"group": "str", "province": "str", "known": "str"}
    return every.sort_values(["year", "region"], ignore_index=True)[columns].astype(typed)


def index_record(year: int, region: str) -> pd.Series | None:
    """Return the region's line of index_scores, or None when no table names it."""
    found = store.read("index_scores", year=year, region=region)
    return None if found.empty else found.iloc[0]


def edition_of(year: int, region: str) -> Edition | None:
    """Return the edition a region was evaluated under, from the national table of the year."""
    record = index_record(year, region)
    return None if record is None else framework.load().edition(record["edition"])


def index_value(year: int, region: str) -> IndexValue:
    """Return the index of a year and how it is known: see `indices`."""
    found = indices(region).query("year == @year")
    if found.empty:
        return IndexValue(None, "unknown")
    value, known = found[["index", "known"]].iloc[0]
    return IndexValue(None if pd.isna(value) else decimal(value), known)


def improvement(year: int, region: str) -> Decimal | None:
    """Return the improvement as printed, or None where none is stated."""
    record = index_record(year, region)
    if record is None or pd.isna(record["improvement_published"]):
        return None
    return decimal(record["improvement_published"])


def caveat(year: int, region: str) -> str:
    """Return what to say beside an improvement of 0 that cannot be computed again; "" for others.

    It stands wherever the improvement of the year, or the index that it implies, is shown.
    """
    if improvement(year, region) != 0 or base_of_improvement(year, region) is not None:
        return ""
    return (
        f"Peningkatan 0,00 yang tercetak pada {year} bisa juga berarti tidak diisi; bila demikian,"
        f" indeks {year - 1} tidak diketahui."
    )


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
