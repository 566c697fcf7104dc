"""Executed notebooks to pages, and the folder that Bappeda opens.

A published file appears whole or not at all: everything is made in a staging folder beside the
others and moved into place file by file, pages first, manifest and index last. The manifest is
the record of what is there; the index page is made from it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert import HTMLExporter

import kukar_analysis
from kukar_analysis import compare, formats, framework, store
from kukar_analysis.report import replaced
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import Outcome

WITA = timezone(timedelta(hours=8), "WITA")
"""Central Indonesian time, which the office keeps."""
MANIFEST = "manifest.json"
FAILED = "gagal"
"""Folder of the executed copies of failing notebooks."""

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class RunRecord:
    """What made a set of reports: shown in every page's footer and kept in the manifest."""

    version: str
    commit: str
    made_at: datetime
    inputs: dict[str, str]
    """sha256 by raw file"""
    corrections: list[str]
    """what later papers changed ("ralat"), each with its place"""

    @property
    def data(self) -> str:
        """Return the fingerprint of all inputs together."""
        listed = "\n".join(f"{name} {sha}" for name, sha in sorted(self.inputs.items()))
        return hashlib.sha256(listed.encode()).hexdigest()[:12]

    @property
    def shown_time(self) -> str:
        """Return the time as `4 Desember 2023 14.05 WITA`."""
        return f"{formats.moment(self.made_at.astimezone(WITA))} WITA"


@dataclass(frozen=True)
class _Manifest:
    """What is published already: the reports by name, and the corrections known then."""

    entries: dict[str, dict[str, Any]]
    corrections: list[str]


def run_record(processed: Path) -> RunRecord:
    """Return the record of a run that begins now, from the tables of `processed`."""
    files = store.read("files", processed).dropna(subset="sha256")
    return RunRecord(
        version=kukar_analysis.__version__,
        commit=_commit(),
        made_at=datetime.now(UTC).replace(microsecond=0),
        inputs=dict(zip(files["file"], files["sha256"], strict=True)),
        corrections=replaced.corrections(processed),
    )


def publish(
    outcomes: list[Outcome], waiting: list[Report], folder: Path, staged: Path, record: RunRecord
) -> Path:
    """Render the executed notebooks of `staged`, move all into `folder`, and return its index.

    Reports of earlier runs that were not asked for this time stay, with their own run record.
    """
    entries, moves = _set_aside(_earlier(folder), folder, staged, record)
    for report in waiting:
        entries[report.name] = _entry(report, record, "waiting")
    for outcome in outcomes:
        name = outcome.report.name
        copy = folder / FAILED / f"{name.replace('/', '_')}.ipynb"
        if outcome.error:
            if outcome.notebook.exists():
                moves.append((outcome.notebook, copy))
            earlier = entries.get(name, {})
            entry = _entry(outcome.report, record, "failed") | {"error": outcome.error}
            entry["page"] = bool(earlier.get("page"))
            entry["replaced"] = earlier.get("replaced", [])
            entries[name] = entry
            continue
        page = staged / f"{name}.html"
        page.write_text(_page(outcome, record), encoding="utf-8")
        moves += [(page, folder / f"{name}.html"), (outcome.notebook, folder / f"{name}.ipynb")]
        aside = entries.get(name, {}).get("replaced", [])
        entry = _entry(outcome.report, record, outcome.report.status)
        entries[name] = entry | {"page": True, "replaced": aside}
        copy.unlink(missing_ok=True)
    manifest, index = staged / MANIFEST, staged / "index.html"
    listed = [entries[name] for name in sorted(entries)]
    made = {
        "version": record.version,
        "commit": record.commit,
        "made_at": record.made_at.isoformat(),
        "inputs": record.inputs,
        "corrections": record.corrections,
        "reports": listed,
    }
    manifest.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    index.write_text(_index(listed, record), encoding="utf-8")
    for source, target in [*moves, (manifest, folder / MANIFEST), (index, folder / "index.html")]:
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
    return folder / "index.html"


def _set_aside(
    earlier: _Manifest, folder: Path, staged: Path, record: RunRecord
) -> tuple[dict[str, dict[str, Any]], list[tuple[Path, Path]]]:
    """Keep a marked copy of the pages that a new correction touches, and mark them where they are.

    Returns the entries of the manifest, and what is to be moved into place.
    """
    new = [text for text in record.corrections if text not in earlier.corrections]
    moves = []
    for entry in earlier.entries.values():
        if not new or not replaced.touched(entry, new):
            continue
        aside = replaced.set_aside(folder, staged, entry, new)
        if aside:
            entry["replaced"] = [*entry.get("replaced", []), aside.as_posix()]
            entry["status"] = "replaced"
            page = f"{entry['name']}.html"
            (staged / "marked" / page).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(staged / aside, staged / "marked" / page)
            moves += [(staged / "marked" / page, folder / page), (staged / aside, folder / aside)]
    return earlier.entries, moves


def _entry(report: Report, record: RunRecord, status: str) -> dict[str, Any]:
    value = compare.index_value(report.year, report.region)
    return {
        "name": report.name,
        "title": report.title,
        "notebook": report.notebook,
        "parameters": dict(report.parameters),
        "year": report.year,
        "region": report.region,
        "region_name": framework.load().regions[report.region].name,
        "index": str(value.value) if value.value is not None else None,
        "index_known": value.known,
        "status": status,
        "waits_for": [f"{g.what} ({g.file})" for g in report.gaps],
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
        entries = {entry["name"]: entry for entry in manifest["reports"]}
        return _Manifest(entries, manifest.get("corrections", []))
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return _Manifest({}, [])


def _page(outcome: Outcome, record: RunRecord) -> str:
    notebook = nbformat.read(outcome.notebook, as_version=4)
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_anchor_links=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(notebook)
    report = outcome.report
    return _ENVIRONMENT.get_template("page.html").render(
        title=report.title,
        body=body,
        up="../" * report.name.count("/"),
        notebook=f"{report.name.rsplit('/', 1)[-1]}.ipynb",
        parameters=report.parameters,
        sample=framework.load().regions[report.region].is_sample,
        record=record,
    )


def _index(entries: list[dict[str, Any]], record: RunRecord) -> str:
    """Return the index page: by region, then year, newest first, pillars in their order."""
    fw = framework.load()
    regions = [r.region for r in fw.reported_regions]
    regions += sorted({e["region"] for e in entries} - set(regions))
    pillars = [None, *fw.pillars]

    def place(entry: dict[str, Any]) -> tuple[Any, ...]:
        pillar = pillars.index(entry["parameters"].get("pillar"))
        return regions.index(entry["region"]), -entry["year"], entry["notebook"], pillar

    by_region: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for entry in sorted(entries, key=place):
        by_region.setdefault(entry["region"], {}).setdefault(entry["year"], []).append(entry)
    return _ENVIRONMENT.get_template("index.html").render(
        title="Evaluasi Smart City: laporan",
        regions=by_region,
        reasons={r.region: r.reason for r in fw.reported_regions},
        number=lambda text: formats.number(float(text)),
        up="",
        sample=any(fw.regions[e["region"]].is_sample for e in entries),
        record=record,
    )


def _commit() -> str:
    """Return the commit of the program, marked where files differ from it."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+" if _git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return "tidak diketahui"  # a copy without git, as from a USB stick


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(store.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
