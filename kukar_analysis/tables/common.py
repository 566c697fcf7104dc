"""What all tables share: parameters, sources, and the empty places where nothing is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from kukar_analysis import display, framework, store
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import NOTHING

NOT_ON_RECORD = f"{NOTHING} = tidak tercatat."


def asked(year: Any, region: Any) -> tuple[int, str]:
    """Return a notebook's parameters as a known year and a region code."""
    fw = framework.load()
    return fw.year(year), fw.region(region).region


def columns(labels: list[str]) -> list[Column]:
    """Return columns of which all but the first are numbers."""
    return [Column(label, numeric=i > 0) for i, label in enumerate(labels)]


def percent(weight: float) -> str:
    """Return a weight as `20%`."""
    return NOTHING if pd.isna(weight) else f"{weight:.0f}%"


def group_name(year: int, code: str) -> str:
    """Return the name of the group a region was evaluated in."""
    edition = compare.edition_of(year, code)
    return framework.load().groups[edition.group].name if edition else NOTHING


def source(*years: int) -> str:
    """Name the documents that the editions of the years cite: those seen, where some were.

    Of a year whose editions are copied and not confirmed, it is said that they are.
    """
    fw = framework.load()
    cited, copied = set[str](), list[str]()
    for year in dict.fromkeys(years):
        of_year = [e for e in fw.editions.values() if e.year == year and e.status != "unconfirmed"]
        seen = [e for e in of_year if e.status == "seen"]
        cited |= {e.citation for e in seen or of_year}
        if not of_year and year in fw.years():
            copied.append(f"aturan {year} yang disalin dari edisi sebelumnya, belum dikonfirmasi")
    titles = "; ".join([*(fw.citations[c].title for c in sorted(cited)), *copied])
    if store.is_sample():
        return f"Sumber: {fw.citations['sample'].title}; aturan penilaian menurut {titles}."
    return f"Sumber: {titles}."


def no_components(year: int, code: str) -> Shown:
    """Return the empty place of a region's components: not on record, or did not take part."""
    edition = compare.edition_of(year, code)
    missing = compare.missing_of(year, edition.edition) if edition else ""
    if missing and compare.index_value(year, code).known == "printed":
        return display.empty_place("Belum dapat dihitung.", missing)
    gap = gaps.index_gap(year, code)
    if gap:
        return display.empty_place("Nilai komponen tidak tercatat.", gap.waits_for)
    name = framework.load().regions[code].name
    return display.empty_place(
        f"{name} tidak ikut evaluasi {year}.",
        "Angka 0 yang tercetak di semua kolom bukan nilai.",
    )


def no_questions(year: int, code: str) -> Shown:
    """Return the empty place of a region's question scores."""
    if compare.index_value(year, code).known == "absent":
        return no_components(year, code)
    gap = gaps.questions_gap(year, code)
    waits = gap.waits_for if gap else "Formulir tahun ini tidak memuat butir untuk pilar ini."
    return display.empty_place("Nilai per butir tidak tercatat.", waits)


def table_or_place(
    found: pd.DataFrame,
    caption: str,
    columns: list[Column],
    row: Callable[[Any], list[str]],
    *,
    note: str,
    empty: str,
    file: str,
) -> Shown:
    """Return a table of the rows found, or the empty place and the file that would fill it."""
    if found.empty:
        return display.empty_place(empty, f"Akan terisi oleh {file}.")
    rows = [row(record) for record in found.itertuples(index=False)]
    return display.table(caption, columns, rows, note=note)
