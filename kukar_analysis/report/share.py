"""A year's bundle for Bappeda: one zip with pages, PDF, Excel annex and a covering message.

What is in it was published before (`kukar report`); nothing is computed here. A bundle with a fault
is made as a draft only, marked on every page; one with something that must not leave the office is
not made at all.
"""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis import check, formats, framework, store, writing
from kukar_analysis.errors import ShareError
from kukar_analysis.report import leaks, paper, publish, site, workbook
from kukar_analysis.report.cache import Cache
from kukar_analysis.report.record import RunRecord

LARGEST = 15_000_000
"""Bytes of a bundle that still goes through WhatsApp on a slow line (issue: 15 MB)."""
_TABLES = ("index_scores", "component_scores", "question_scores", "programmes")


@dataclass(frozen=True)
class Bundle:
    """The zip that was made, its size in bytes, and the faults it has as a draft."""

    path: Path
    size: int
    faults: list[str]


def share(
    year: int,
    regions: list[str],
    folder: Path,
    staged: Path,
    record: RunRecord,
    *,
    raw: Path,
    sheet: str = "A4",
    is_draft: bool = False,
) -> Bundle:
    """Bundle the published pages of a year and return what was made, in `folder`.

    `staged` is a folder of the run's own, in which it is put together.

    Raises ShareError where nothing of the year is published, where a check fails and no draft is
    asked for, or where a file holds what must not leave the office; PrinterError without pango.
    """
    entries = _published(year, regions, folder)
    faults = _faults(entries, record)
    if faults and not is_draft:
        listed = "; ".join(faults[:3]) + (f" and {len(faults) - 3} more" if len(faults) > 3 else "")
        raise ShareError(f"{listed}: mend it and run `kukar run`, or share it as a --draft")
    printer = paper.Printer(sheet)
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    pages = {e["name"]: e | {"corrected": []} for e in entries}
    words = publish.write_pages(pages, staged, folder, Cache(folder), draft=is_draft)
    for region in dict.fromkeys(e["region"] for e in entries):
        paper.year(printer, staged, year, region, record, entries, is_draft=is_draft)
    annex = staged / site.annex_of(year)
    workbook.write(year, regions, annex, record, raw=raw, is_draft=is_draft)
    message = _message(year, entries, record, sheet, is_draft)
    (staged / "pesan.txt").write_text(message, encoding="utf-8")
    publish.write_lists(pages.values(), words, staged, record, draft=is_draft)
    found = leaks.find(staged, leaks.respondents_of(raw) | leaks.officers())
    if found:
        raise ShareError(
            f"{len(found)} things must not leave the office: {'; '.join(found[:10])};"
            " take them out of the raw files, make the pages anew (`kukar run`) and share again"
        )
    target = folder / f"{publish.BUNDLE}{year}{'-draf' if is_draft else ''}.zip"
    _zip(staged, target, record)
    return Bundle(target, target.stat().st_size, faults)


def _published(year: int, regions: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return the manifest's entries of the year that have a page."""
    found = [
        entry
        for entry in publish.read(folder).entries.values()
        if entry["year"] == year and entry["region"] in regions and entry["page"]
    ]
    if not found:
        names = ", ".join(regions)
        raise ShareError(f"no page of {year} {names} is published in {folder.name}: `kukar report`")
    return found


def _faults(entries: list[dict[str, Any]], record: RunRecord) -> list[str]:
    """Return why the bundle would be a draft: figures that differ, pages failed or of old data."""
    rules = check.check({name: store.read(name) for name in _TABLES})
    faults = [difference for rule in rules for difference in rule.differ]
    faults += [f"{e['name']} is {e['status']}" for e in entries if e["status"] in _NOT_FIT]
    return faults + [
        f"{e['name']} was made from other data" for e in entries if e["data"] != record.data
    ]


_NOT_FIT = ("failed", "replaced")
"""States of a page that is not what the tables say now."""


def _message(
    year: int, entries: list[dict[str, Any]], record: RunRecord, sheet: str, is_draft: bool
) -> str:
    """Return the covering message: the figures of each region, and what the zip holds."""
    fw = framework.load()
    regions = [fw.regions[code] for code in dict.fromkeys(e["region"] for e in entries)]
    said = []
    for region in regions:
        found = site.headline(year, region.region)
        change = found["change"]
        ranks = [f"{r['rank']} dari {r['of']} ({r['name']})" for r in found["ranks"][:1]]
        said.append(
            {
                "name": region.name,
                "document": site.document_of(year, region.region),
                "index": found["index_shown"] if found["index"] else None,
                "change": formats.number(float(change), signed=True) if change else None,
                "rank": ranks[0] if ranks else None,
                "caveat": found["caveat"],
            }
        )
    return site.ENVIRONMENT.get_template("message.txt").render(
        year=year,
        regions=said,
        paper=sheet,
        annex=site.annex_of(year),
        record=record,
        draft=is_draft,
        sample=any(region.is_sample for region in regions),
        unconfirmed=list(dict.fromkeys(said for e in entries for said in e["unconfirmed"])),
    )


def _zip(staged: Path, target: Path, record: RunRecord) -> None:
    """Write the zip, whole or not at all; the same files give the same bytes."""
    when = record.made_at.timetuple()[:6]
    with (
        writing.replacing(target) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for path in sorted(p for p in staged.rglob("*") if p.is_file()):
            name = f"{target.stem}/{path.relative_to(staged).as_posix()}"
            archive.writestr(zipfile.ZipInfo(name, when), path.read_bytes(), zipfile.ZIP_DEFLATED)
