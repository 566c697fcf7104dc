"""What stands published, and what should have come and has not, in the reader's words.

A line of `wrong` is an alarm; `waited` is expected and may still come; `accepted` has not come, and
the office knows why (definitions/accepted.csv).
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kukar_analysis import framework, store
from kukar_analysis.analysis import agencies
from kukar_analysis.clean.received import check_tables
from kukar_analysis.cli import last_run
from kukar_analysis.errors import KukarError
from kukar_analysis.formats import day, listed, moment
from kukar_analysis.framework.facts import WITA, ExpectedKind
from kukar_analysis.paths import MANIFEST

_NAMED = 5
"""Files or agencies of one line that are named; of more only the number is said."""


@dataclass
class Standing:
    """What was found; the lines of a kind stand with the worst first."""

    published: dict[str, Any] | None = None
    """made_at, version, commit, inputs (sha256 by raw file), reports (number by status)"""
    wrong: list[str] = field(default_factory=list)
    waited: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """Return all of it, the worst first."""
        parts = {"Salah": self.wrong, "Ditunggu": self.waited, "Diketahui": self.accepted}
        said = [f"{part}: {line}" for part, lines in parts.items() for line in lines]
        if self.published:
            made = datetime.fromisoformat(self.published["made_at"]).astimezone(WITA)
            counts = ", ".join(f"{n} {state}" for state, n in self.published["reports"].items())
            years = Counter(name[:4] for name in self.published["inputs"])
            files = ", ".join(f"{year} ({n})" for year, n in sorted(years.items()))
            said.append(f"Terbit: sejak {moment(made)} WITA; laporan: {counts}")
            said.append(f"Dibuat dari: berkas {files}; program {self.published['version']}")
        return said


def look(
    raw: Path | None, processed: Path, reports: Path, regions: list[str], today: date
) -> Standing:
    """Return how things stand today for these regions, by their codes."""
    found = Standing()
    found.wrong += last_run.faults(processed)
    try:
        check_tables(processed, raw)
        tables = store.made_from(processed).get("files", {})
    except KukarError as error:
        found.wrong.append(f"tabel tidak dapat dipakai ({error})")
        tables = None
    entries = _published(reports, tables, found)
    if tables is None:
        return found
    unread = store.read("files", processed).query("kind == 'unread'")["file"]
    reasons = store.read("rejected", processed).drop_duplicates("file").set_index("file")["reason"]
    found.wrong += [f"berkas {name} belum terbaca: {reasons.get(name, '')}" for name in unread]
    for region in regions:
        shown = {e["year"] for e in entries if e["page"] and e["region"] == region}
        _letters(region, today, shown if found.published else None, found)
        _agencies(region, today, found)
    return found


def _published(
    reports: Path, tables: dict[str, str | None] | None, found: Standing
) -> list[dict[str, Any]]:
    """Say what stands published, what failed, and whether it is of the files in the tables."""
    try:
        manifest = json.loads((reports / MANIFEST).read_text(encoding="utf-8"))
        entries: list[dict[str, Any]] = manifest["reports"]
        found.published = {key: manifest[key] for key in ("made_at", "version", "commit", "inputs")}
        found.published["reports"] = dict(Counter(entry["status"] for entry in entries))
    except FileNotFoundError:
        found.wrong.append(f"belum ada laporan yang terbit di {reports.name}: jalankan `kukar run`")
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        found.wrong.append(f"{MANIFEST} tidak terbaca ({error}): jalankan `kukar run`")
        return []
    read = {name: sha256 for name, sha256 in (tables or {}).items() if sha256}
    changed = sorted(dict(read.items() ^ manifest["inputs"].items())) if tables else []
    if changed:
        found.wrong.append(
            f"terbitan dibuat dari berkas lain; sesudahnya baru, berubah, atau hilang:"
            f" {_some(changed)}: jalankan `kukar run`"
        )
    failed = [entry for entry in entries if entry["status"] == "failed"]
    found.wrong += [f"laporan {e['name']} gagal dibuat: {e.get('error')}" for e in failed]
    return entries


def _letters(region: str, today: date, shown: set[int] | None, found: Standing) -> None:
    """Say which letters have not come, and of which no report stands published.

    Of every year from the first that has an edition: a national table with the region's line, or
    scores of the assessors, is its letter.
    """
    fw = framework.load()
    place = fw.regions[region].name
    due = fw.calendar["letter"]
    index = store.read("index_scores", region=region)
    scores = store.read("question_scores", region=region).query("source == 'assessor'")
    come = {*index["year"], *scores["year"]}
    for year in range(fw.years()[0], today.year + 1):
        if year in come:
            if shown is not None and year not in shown:
                found.wrong.append(f"{year} {place} belum terbit: jalankan `kukar run`")
            continue
        first = date.fromisoformat(f"{year}-{due.first}")
        alarm, last = (_after(first, ending) for ending in (due.alarm_from, due.last))
        said = (
            f"surat hasil evaluasi {year} {place} belum ada (ditunggu sejak {day(first)}, dapat"
            f" datang sampai {day(last)}): bila ada, taruh di data/raw/{year}"
        )
        if today >= first:
            _sort("letter", year, region, said, alarm, today, found)


def _agencies(region: str, today: date, found: Standing) -> None:
    """Say which agencies have not answered, in the months in which answers are collected."""
    due, year = framework.load().calendar["agencies"], today.year
    first = date.fromisoformat(f"{year}-{due.first}")
    alarm, last = (_after(first, ending) for ending in (due.alarm_from, due.last))
    if not first <= today <= last:
        return
    pairs = agencies.agency_pillars(year, region)
    silent = list(pairs.query("expected and answered == 0")["opd"].unique())
    if not silent and len(pairs):
        return
    lacking = f"OPD belum menjawab semua pilarnya: {_some(silent)}"
    missing = lacking if silent else "belum satu pun OPD menjawab"
    said = f"{year} {framework.load().regions[region].name}: {missing} (sampai {day(last)})"
    _sort("agencies", year, region, said, alarm, today, found)


def _sort(
    what: ExpectedKind, year: int, region: str, said: str, alarm: date, today: date, to: Standing
) -> None:
    """Put what has not come where it belongs: accepted, an alarm, or still waited for."""
    for known in framework.load().accepted:
        is_over = known.until is not None and today > date.fromisoformat(known.until)
        if (known.what, known.year, known.region) == (what, year, region) and not is_over:
            to.accepted.append(f"{said}. {known.reason}")
            return
    (to.wrong if today >= alarm else to.waited).append(said)


def _after(first: date, ending: str) -> date:
    """Return the first such day, as 02-01, not before another."""
    found = date.fromisoformat(f"{first.year}-{ending}")
    return found if found >= first else found.replace(year=first.year + 1)


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return listed([*names[:_NAMED], *([f"{more} lagi"] if more > 0 else [])])
