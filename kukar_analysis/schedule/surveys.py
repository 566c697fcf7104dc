"""Deletes who answered a survey, after the time the office sets; the answers stay.

The tables are made anew from the raw files each time, so a survey file that is merely deleted
would empty its table at the next `kukar clean`. Therefore each is replaced by a list of the same
answers with the hash in the place of names, numbers and addresses. A record that was rejected gave
no answer and may hold a name in any cell: it goes too, and is counted in the record of deletions.
Before a name is deleted, all is cleaned in a copy of the raw folder, and must give the same
answers; else nothing is deleted.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from kukar_analysis import clean, store
from kukar_analysis.errors import SourceError
from kukar_analysis.facts import WITA
from kukar_analysis.parse.survey import who
from kukar_analysis.read import table, workbook
from kukar_analysis.read.source import Record, SourceList
from kukar_analysis.received import SOURCES
from kukar_analysis.template.common import heading

PREFIX = "tanpa-nama-"
RECORD = "deleted-surveys.csv"
"""In the state folder: what was deleted, and when; never what it held."""
_STATEMENT = "statement_"
_KEPT = ("year", "region", "pillar", "sub_dimension", "programme")


@dataclass(frozen=True)
class Old:
    """A survey file whose time has come, and the list that takes its place."""

    name: str
    sha256: str
    replacement: str
    content: str
    dropped: int
    """Records that were rejected, and are not in the replacement."""


def delete(
    raw: Path, processed: Path, state: Path, days: int, now: datetime
) -> tuple[list[str], list[str]]:
    """Replace survey files older than `days` days by lists without persons.

    Returns the names of the files deleted, and why others were not, one line each. Raises
    MissingTableError where nothing was cleaned yet.
    """
    old, problems = _old(raw, processed, days, now)
    if not old:
        return [], problems
    with tempfile.TemporaryDirectory(prefix=".kukar-", dir=raw.parent) as name:
        trial = Path(name) / "raw"
        shutil.copytree(raw, trial)
        for file in old:
            (trial / file.replacement).write_text(file.content, encoding="utf-8", newline="")
            (trial / file.name).unlink()
        _relist(trial / SOURCES, old, trial)
        made = clean.clean(trial, Path(name) / "processed").tables["survey_responses"]
        if not _same(made, store.read("survey_responses", processed)):
            named = ", ".join(file.name for file in old)
            return [], [*problems, f"{named}: not deleted: the answers would change without names"]
        _exchange(raw, trial, old, state, now)
    return [file.name for file in old], problems


def _old(raw: Path, processed: Path, days: int, now: datetime) -> tuple[list[Old], list[str]]:
    """Return the survey files whose time has come, and why some of them cannot go yet."""
    received = _received(raw / SOURCES)
    rejected = set(store.read("rejected", processed)["origin"])
    found, problems = [], []
    for row in store.read("files", processed).to_dict("records"):
        name, path = row["file"], raw / row["file"]
        if row["kind"] != "survey" or Path(name).name.startswith(PREFIX) or not path.is_file():
            continue
        since = received.get(name) or datetime.fromtimestamp(path.stat().st_mtime, WITA).date()
        if (now.astimezone(WITA).date() - since).days < days:
            continue
        replacement = Path(name).with_name(f"{PREFIX}{Path(name).stem}.csv").as_posix()
        if hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            problems.append(f"{name}: not deleted: it changed since `kukar clean` made the tables")
            continue
        content, dropped = _answers(path, name, rejected)
        there = raw / replacement
        if there.exists() and there.read_text("utf-8") != content:
            problems.append(f"{name}: not deleted: {replacement} is there already; move it away")
            continue
        found.append(Old(name, row["sha256"], replacement, content, dropped))
    twice = {o.replacement for o in found if sum(o.replacement == p.replacement for p in found) > 1}
    problems += [
        f"{o.name}: not deleted: another file would be replaced by {o.replacement} too; rename one"
        for o in found
        if o.replacement in twice
    ]
    return [o for o in found if o.replacement not in twice], problems


def _received(path: Path) -> dict[str, date]:
    """Return when files were received, as SOURCES.csv says."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        days = {row["file"]: row.get("received_on") for row in csv.DictReader(file)}
    try:
        return {name: date.fromisoformat(day) for name, day in days.items() if day}
    except ValueError as error:
        raise SourceError(f"{path.name}: received_on: {error}; expected 2023-05-15") from error


def _answers(path: Path, name: str, rejected: set[str]) -> tuple[str, int]:
    """Return the list that takes a survey's place, and how many records are not in it.

    `rejected` are the origins of what was rejected.
    """
    read = table.read if path.suffix.lower() in table.SUFFIXES else workbook.read
    lists = read(path, name).lists
    records = [(part, record) for part in lists for record in part.records]
    sound = [record for part, record in records if rejected.isdisjoint(_places(part, record))]
    columns = [c for c in _KEPT if any(record.cells.get(c) for record in sound)]
    columns += dict.fromkeys(c for p in lists for c in p.headings if c.startswith(_STATEMENT))
    lines = [[heading("survey", "respondent"), *map(_heading, columns)]]
    lines += [[who(r.cells) or "", *(r.cells.get(c, "") for c in columns)] for r in sound]
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(lines)
    return written.getvalue(), len(records) - len(sound)


def _places(part: SourceList, record: Record) -> set[str]:
    """Return every origin that a fault of a record may have."""
    return {part.origin(record), *(part.origin(record, column) for column in part.headings)}


def _heading(column: str) -> str:
    if not column.startswith(_STATEMENT):
        return heading("survey", column)
    return heading("survey", "statement").replace("#", column.removeprefix(_STATEMENT))


def _relist(path: Path, old: list[Old], raw: Path) -> None:
    """Write the replacements into SOURCES.csv in the place of what they replace."""
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    instead = {o.name: o.replacement for o in old}
    for row in rows:
        if row["file"] in instead:
            row["file"] = instead[row["file"]]
            row["sha256"] = hashlib.sha256((raw / row["file"]).read_bytes()).hexdigest()
        if row.get("supersedes") in instead:
            row["supersedes"] = instead[row["supersedes"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _same(made: pd.DataFrame, before: pd.DataFrame) -> bool:
    """Whether two tables hold the same answers, wherever they stand."""
    columns = [column for column in before if column != "origin"]
    one, other = (t[columns].sort_values(columns, ignore_index=True) for t in (made, before))
    return bool(one.equals(other))


def _exchange(raw: Path, trial: Path, old: list[Old], state: Path, now: datetime) -> None:
    """Move the replacements into place, then delete, and record it.

    The names go last: where this is broken off both files are there, and nothing is lost.
    """
    for file in old:
        os.replace(trial / file.replacement, raw / file.replacement)
    if (trial / SOURCES).exists():
        os.replace(trial / SOURCES, raw / SOURCES)
    for file in old:
        (raw / file.name).unlink()
    record = state / RECORD
    is_new = not record.exists()
    with record.open("a", encoding="utf-8", newline="") as written:
        writer = csv.writer(written, lineterminator="\n")
        if is_new:
            writer.writerow(["file", "sha256", "deleted_at", "replaced_by", "records_dropped"])
        at = now.astimezone(WITA).isoformat(timespec="seconds")
        writer.writerows([o.name, o.sha256, at, o.replacement, o.dropped] for o in old)
