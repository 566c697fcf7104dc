"""The mover of files: executed notebooks become the site of the folder that Bappeda opens.

A published file appears whole or not at all: everything is made in a staging folder beside the
others and moved into place file by file, pages first, then search index, manifest and index. The
manifest is the record of what is there; the order of the pages and the index are made from it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kukar_analysis import framework
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import page, replaced, search, site
from kukar_analysis.report.page import Page, Section
from kukar_analysis.report.record import RunRecord, run_record
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import Outcome
from kukar_analysis.report.task import in_a_line

__all__ = ["FAILED", "MANIFEST", "RunRecord", "publish", "run_record"]

FAILED = "gagal"
"""Folder of the executed copies of failing notebooks."""
_UNSAID: dict[str, Any] = {
    "question": "",
    "index_shown": None,
    "change": None,
    "ranks": [],
    "replaced": [],
    "unconfirmed": [],
}
"""What manifests of earlier versions do not say of a report."""

Moves = dict[Path, Path]
"""Where each file goes, and where it lies now."""


@dataclass(frozen=True)
class _Manifest:
    """What is published already: the reports by name, and the corrections known then."""

    entries: dict[str, dict[str, Any]]
    corrections: list[str]


def publish(
    outcomes: list[Outcome],
    waiting: list[Report],
    folder: Path,
    staged: Path,
    record: RunRecord,
    kept: Iterable[Report] = (),
) -> list[Outcome]:
    """Render the executed notebooks of `staged`, and move all into `folder`.

    Returns what became of each: one that cannot be made into a page has failed.

    Reports of earlier runs that were not asked for this time stay, with their own run record;
    only their way to the pages before and after them is kept right. `kept` would be made the same
    again: they stay too, as reports of this run's data.
    """
    earlier = _earlier(folder)
    around = site.around(earlier.entries.values())
    kept = list(kept)
    outcomes, read = _read(outcomes, staged)
    entries, moves = _set_aside(earlier, folder, staged, record, {report.name for report in kept})
    for report in waiting:
        entries[report.name] = _entry(report, record, "waiting")
    for report in kept:
        entries[report.name]["data"] = record.data
    for outcome in outcomes:
        name = outcome.report.name
        if outcome.error:
            entries[name] = _failed(outcome, entries.get(name, {}), record)
            if outcome.notebook.exists():
                moves[_failed_copy(folder, name)] = outcome.notebook
            continue
        moves[folder / f"{name}.ipynb"] = outcome.notebook
        entries[name] = _entry(outcome.report, record, outcome.report.status) | {
            "page": True,
            "question": read[name].question,
            "replaced": entries.get(name, _UNSAID)["replaced"],
        }
    moves |= _pages(entries, read, around, folder, staged, moves, record)
    texts = {name: found.sections for name, found in read.items()}
    moves |= lists([entries[name] for name in sorted(entries)], texts, folder, staged, record)
    for target, source in moves.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    for name in read:
        _failed_copy(folder, name).unlink(missing_ok=True)
    return outcomes


def _read(outcomes: list[Outcome], staged: Path) -> tuple[list[Outcome], dict[str, Page]]:
    """Read executed notebooks as pages; one that cannot be read becomes a failure.

    Bodies are put into `staged`, where the pages will lie: one at a time is held in memory.
    """
    found: list[Outcome] = []
    pages: dict[str, Page] = {}
    for outcome in outcomes:
        name, error = outcome.report.name, outcome.error
        if not error:
            try:
                read = page.read(outcome.notebook)
                (staged / f"{name}.html").write_text(read.body, encoding="utf-8")
                pages[name] = replace(read, body="")
            except Exception as failed:
                error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
        left_out = pages[name].left_out if name in pages else ()
        found.append(replace(outcome, error=error, left_out=left_out))
    return found, pages


def _pages(
    entries: dict[str, dict[str, Any]],
    read: dict[str, Page],
    before: dict[str, site.Around],
    folder: Path,
    staged: Path,
    moves: Moves,
    record: RunRecord,
) -> Moves:
    """Write the pages made now, and those of earlier runs that stand between others than before.

    Returns what is to be moved into place.
    """
    found = {}
    for name, around in site.around(entries.values()).items():
        target = folder / f"{name}.html"
        published = moves.get(target, target)
        if name in read:
            body = (staged / f"{name}.html").read_text(encoding="utf-8")
            source = site.render(entries[name], replace(read[name], body=body), around, record)
        elif around != before.get(name) and published.exists():
            source = site.turned(published.read_text(encoding="utf-8"), name, around)
        else:
            continue
        found[target] = staged / f"{name}.html"
        found[target].parent.mkdir(parents=True, exist_ok=True)
        found[target].write_text(source, encoding="utf-8")
    return found


def lists(
    listed: list[dict[str, Any]],
    texts: dict[str, tuple[Section, ...]],
    folder: Path,
    staged: Path,
    record: RunRecord,
) -> Moves:
    """Write what tells of all reports: search index, manifest and index, in this order."""
    made = {
        "version": record.version,
        "commit": record.commit,
        "made_at": record.made_at.isoformat(),
        "inputs": record.inputs,
        "corrections": record.corrections,
        "reports": listed,
    }
    pages = [e for e in site.ordered(listed) if e["page"]]
    old = search.texts(folder, [e["name"] for e in pages if e["name"] not in texts])
    written = {
        search.FILE: search.script(pages, texts | old),
        MANIFEST: json.dumps(made, indent=1, ensure_ascii=False) + "\n",
        "index.html": site.index(listed, folder, record),
    }
    for name, text in written.items():
        (staged / name).write_text(text, encoding="utf-8")
    return {folder / name: staged / name for name in written}


def regions_of(folder: Path, year: int) -> list[str]:
    """Return the regions of which a page of a year is published."""
    entries = _earlier(folder).entries.values()
    return sorted({e["region"] for e in entries if e["year"] == year and e["page"]})


def marked_in(folder: Path) -> set[str]:
    """Return the reports whose page is marked as replaced by a correction."""
    return {name for name, e in _earlier(folder).entries.items() if e["status"] == "replaced"}


def relist(folder: Path, record: RunRecord) -> None:
    """Write index and search anew, after documents beside the pages were made or put away."""
    entries = _earlier(folder).entries
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=folder) as name:
        listed = [entries[name] for name in sorted(entries)]
        for target, source in lists(listed, {}, folder, Path(name), record).items():
            source.replace(target)


def _set_aside(
    earlier: _Manifest, folder: Path, staged: Path, record: RunRecord, kept: set[str]
) -> tuple[dict[str, dict[str, Any]], Moves]:
    """Keep a marked copy of the pages that a new correction touches, and mark them where they are.

    Not of those that are kept: nothing that they show was corrected.
    Returns the entries of the manifest, and what is to be moved into place.
    """
    new = [text for text in record.corrections if text not in earlier.corrections]
    moves: Moves = {}
    for entry in earlier.entries.values():
        if not new or entry["name"] in kept or not replaced.touched(entry, new):
            continue
        aside = replaced.set_aside(folder, staged, entry, new)
        if aside:
            entry["replaced"] = [*entry["replaced"], aside.as_posix()]
            entry["status"] = "replaced"
            name = f"{entry['name']}.html"
            source = (folder / name).read_text(encoding="utf-8")
            (staged / "marked" / name).parent.mkdir(parents=True, exist_ok=True)
            (staged / "marked" / name).write_text(replaced.marked(source, new), encoding="utf-8")
            moves |= {folder / name: staged / "marked" / name, folder / aside: staged / aside}
            if (notebook := aside.with_suffix(".ipynb")) and (staged / notebook).exists():
                moves[folder / notebook] = staged / notebook
    return earlier.entries, moves


def _failed(outcome: Outcome, earlier: dict[str, Any], record: RunRecord) -> dict[str, Any]:
    """Return the entry of a report that failed; an earlier page of it stays."""
    return _entry(outcome.report, record, "failed") | {
        "error": outcome.error,
        "page": bool(earlier.get("page")),
        "question": earlier.get("question", ""),
        "replaced": earlier.get("replaced", []),
    }


def _failed_copy(folder: Path, name: str) -> Path:
    return folder / FAILED / f"{name.replace('/', '_')}.ipynb"


def said(report: Report) -> dict[str, Any]:
    """Return what the manifest and the page say of a report whoever makes it, and when."""
    return {
        "name": report.name,
        "title": report.title,
        "notebook": report.notebook,
        "parameters": dict(report.parameters),
        "year": report.year,
        "region": report.region,
        "region_name": framework.load().regions[report.region].name,
        **site.headline(report.year, report.region),
        "waits_for": list(report.waits),
        "unconfirmed": unconfirmed(report.region, *_years(report)),
    }


def _years(report: Report) -> list[int]:
    """Return the years that a report is about: its own, and the one it compares with."""
    before = report.parameters.get("from_year")
    return [report.year] if before is None else [report.year, int(before)]


def _entry(report: Report, record: RunRecord, status: str) -> dict[str, Any]:
    return said(report) | {
        "question": "",
        "status": status,
        "page": False,
        "replaced": [],
        "version": record.version,
        "commit": record.commit,
        "made_at": record.made_at.isoformat(),
        "data": record.data,
    }


def _earlier(folder: Path) -> _Manifest:
    """Return the manifest that stands there; an empty one where it cannot be believed."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        entries = {entry["name"]: _UNSAID | entry for entry in manifest["reports"]}
        return _Manifest(entries, manifest.get("corrections", []))
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return _Manifest({}, [])
