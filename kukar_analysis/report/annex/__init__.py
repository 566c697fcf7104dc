"""The Excel annex of a year: every table behind the reports, with where each figure stands.

Bappeda's staff filter it and copy from it, so cells hold numbers, texts and dates; the front
sheet says how to read them, where they are from, and which run made them.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from kukar_analysis import framework, store
from kukar_analysis.analysis import quality
from kukar_analysis.errors import UsageError
from kukar_analysis.report.annex import assessment, cover, files, national, office
from kukar_analysis.report.annex.sheet import add, without_warnings
from kukar_analysis.report.record import RunRecord
from kukar_analysis.template import draw

_NATIONAL = (national.index, national.components)
_OWN = (
    assessment.questions,
    assessment.answers,
    assessment.assessor_notes,
    office.survey,
    office.programmes,
    office.quick_wins,
    office.agencies,
)


def write(
    year: int,
    regions: list[str],
    path: Path,
    record: RunRecord,
    *,
    raw: Path = store.RAW,
    is_draft: bool = False,
) -> Path:
    """Write the annex of a year for the regions, whole or not at all, and return its path.

    The tables are those that `store.read` reads; `raw` is the folder of the SOURCES.csv that names
    the documents behind them. The same tables and record give the same bytes. A draft is marked on
    every page. Raises UsageError for a year or region that is not known, and where none is given.
    """
    year, codes = quality.year(year), [framework.load().region(r).region for r in regions]
    if not codes:
        raise UsageError("no region is given; the annex is made for one at least, as 64.02")
    sheets = [make(year, codes) for make in (*_NATIONAL, *_OWN, national.statistics)]
    used = frozenset[str]().union(*(sheet.files for sheet in sheets))
    listed = files.register(raw, record.inputs)
    sheets.append(files.sheet(listed, used))
    names = ", ".join(framework.load().regions[code].name for code in codes)
    book = draw.book(f"Lampiran evaluasi Smart City {year}: {names}", year)
    book.properties.created = record.made_at.astimezone(UTC).replace(tzinfo=None)
    running = cover.running(year, codes, is_draft)
    for sheet in sheets:
        add(book, sheet, running)
    cover.add(book, year, codes, sheets, files.sources(listed, used), record, is_draft)
    return draw.save(book, path, finish=without_warnings)
