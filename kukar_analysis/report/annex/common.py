"""What the sheets of the annex's own regions share: their rows, names, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis.gaps import Gap
from kukar_analysis.report.annex.national import files_of
from kukar_analysis.report.annex.sheet import Column, Sheet

REGION, ORIGIN = Column("Daerah"), Column("Asal", "origin")
PILLAR = [Column("Pilar"), Column("Subdimensi")]


def sheet_of(
    name: str,
    title: str,
    found: pd.DataFrame,
    columns: list[Column],
    row: Callable[[Any], list[Any]],
    *,
    missing: Iterable[str],
    notes: Iterable[str] = (),
    read: frozenset[str] | None = None,
) -> Sheet:
    """Return a sheet with a row a record; `read` names the files where `found` has no origins."""
    rows = [row(record) for record in found.itertuples(index=False)]
    files = files_of(found) if read is None else read
    return Sheet(name, title, columns, rows, tuple(missing), tuple(notes), files=files)


def rows_of(table: str, year: int, regions: list[str]) -> pd.DataFrame:
    """Return a table's rows of one year, region by region."""
    found = store.read(table, year=year)
    found = found[found["region"].isin(regions)]
    return found.sort_values("region", key=lambda r: r.map(regions.index), kind="stable")


def offices(regions: list[str]) -> list[str]:
    """Return the regions whose office's own papers are read; of others only figures are known."""
    return [r for r in regions if framework.load().is_office(r)]


def missing_of(
    found: pd.DataFrame, year: int, regions: list[str], what: str, file: str
) -> list[str]:
    """Say of which offices nothing is on record, and which file would fill the place."""
    fw = framework.load()
    return [
        f"{what} {fw.regions[r].name} {year} tidak tercatat. Akan terisi oleh"
        f" {file.format(year=year, region=r)}."
        for r in offices(regions)
        if r not in set(found["region"])
    ]


def said_of(found: Iterable[Gap | None]) -> list[str]:
    """Return what the gaps wait for, as a sentence each."""
    return [gap.waits_for for gap in found if gap]


def region_name(record: Any) -> str:
    """Return the name of a record's region."""
    return framework.load().regions[record.region].name


def pillar_names(record: Any) -> list[str | None]:
    """Return the names of a record's pillar and sub-dimension, each where it has one."""
    fw = framework.load()
    return [
        named(fw.pillars, record.pillar),
        named(fw.sub_dimensions, record.sub_dimension),
    ]


def named(known: dict[str, Any], id_: Any) -> str | None:
    """Return the name behind an id; none where there is no id."""
    return None if pd.isna(id_) else known[id_].name
