"""Deletes who answered old surveys (forget-names); the answers stay.

Tables are made anew from the raw files each time, so a survey is replaced by a list of the same
answers with the hash in the place of names and numbers. A record that was rejected gave no answer
and may hold a name in any cell: it goes too. Before a name is deleted all is cleaned in a copy of
the raw folder, with and without names, and must give the same answers.

From the moment the list stands beside the survey it is read in its place (received.NAMELESS), so a
run that is broken off anywhere leaves every answer once, and the next one goes on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from kukar_analysis import paths, writing
from kukar_analysis.cli.common import Processed, Raw, app, end
from kukar_analysis.errors import KukarError, SourceError

if TYPE_CHECKING:
    import pandas as pd

    from kukar_analysis.read.source import Record, SourceList

_STATEMENT = "statement_"
_KEPT = ("year", "region", "pillar", "sub_dimension", "programme")


@app.command("forget-names")
def forget_names(raw: Raw = None, processed: Processed = None) -> None:
    """Delete the names in surveys older than definitions/terms.csv states; no answer is lost.

    Backups are not reached: delete them too. Example: kukar forget-names --raw data/raw
    """
    from kukar_analysis.cli.data import clean_files
    from kukar_analysis.framework import load
    from kukar_analysis.framework.facts import WITA
    from kukar_analysis.report import folder

    days = load().terms["survey_names"].days
    with folder.held(processed or paths.processed_dir()):
        deleted, kept = forget(raw or paths.RAW, days, datetime.now(WITA).date())
    for name in deleted:
        typer.echo(f"deleted {name}: its answers stay, without names")
    for problem in kept:
        typer.echo(f"problem: {problem}", err=True)
    typer.echo(f"{len(deleted)} surveys were older than {days} days and named persons")
    end((not deleted or clean_files(raw, processed)) and not kept)


@dataclass(frozen=True)
class _Old:
    """A survey file whose time has come, and the list that takes its place."""

    name: str
    replacement: str
    content: str


def forget(raw: Path, days: int, today: date) -> tuple[list[str], list[str]]:
    """Replace survey files received more than `days` days ago by lists without persons.

    Returns the names of the files deleted, and why others were not. Raises KukarError, and deletes
    nothing, where an answer would change.
    """
    from kukar_analysis import clean
    from kukar_analysis.clean.received import SOURCES, originals

    work = raw.resolve().with_name(f".{raw.resolve().name}.work")
    shutil.rmtree(work, ignore_errors=True)  # of a run that was broken off: it holds names
    try:
        trial = shutil.copytree(raw, work / "raw")
        for listed in originals(trial).values():
            (trial / listed).unlink()  # an earlier run was broken off behind it
        before = clean.clean(trial, work / "before").tables
        found, kept = _old(trial, before, days, today)
        old = [file for file in found if _is_free(raw / file.replacement, file.content)]
        kept += [
            f"{file.name}: not deleted: {file.replacement} is there already; rename one of them"
            for file in found
            if file not in old
        ]
        if not old:
            return [], kept
        sources = _relisted(trial / SOURCES, old, today)
        for file in old:
            writing.write(trial / file.replacement, file.content)
            (trial / file.name).unlink()
        if sources:
            writing.write(trial / SOURCES, sources)
        after = clean.clean(trial, work / "after").tables
        if not _same(before["survey_responses"], after["survey_responses"]):
            named = ", ".join(file.name for file in old)
            raise KukarError(f"{named}: not deleted: the answers would change without names")
        for file in old:
            writing.write(raw / file.replacement, file.content)
        if sources:
            writing.write(raw / SOURCES, sources)
        for file in old:
            (raw / file.name).unlink()
        return [file.name for file in old], kept
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _is_free(path: Path, content: str) -> bool:
    """Whether a list may be written there: nothing is, or this list of a run broken off."""
    return not path.exists() or path.read_bytes() == content.encode()


def _old(
    raw: Path, tables: dict[str, pd.DataFrame], days: int, today: date
) -> tuple[list[_Old], list[str]]:
    """Return the survey files whose time has come, and why some of them cannot go."""
    from kukar_analysis.clean.received import NAMELESS, SOURCES, nameless

    received = _received(raw / SOURCES)
    rejected = set(tables["rejected"]["origin"])
    taken = Counter(map(nameless, tables["files"]["file"]))
    found, kept = [], []
    for name, kind in zip(tables["files"]["file"], tables["files"]["kind"], strict=True):
        path, replacement = raw / name, nameless(name)
        kinds = kind.split(" + ")
        if "survey" not in kinds or path.name.startswith(NAMELESS):
            continue
        written = date.fromtimestamp(path.stat().st_mtime)
        since = received.get(name) or received.get(replacement) or written
        if (today - since).days < days:
            continue
        if len(kinds) > 1:
            kept.append(f"{name}: not deleted: it holds other lists too; save the survey alone")
        elif taken[replacement] > 1:
            kept.append(
                f"{name}: not deleted: another file has its name but for the end; rename it"
            )
        else:
            found.append(_Old(name, replacement, _answers(path, name, rejected)))
    return found, kept


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


def _answers(path: Path, name: str, rejected: set[str]) -> str:
    """Return the list that takes a survey's place; `rejected` are origins of what was rejected."""
    from kukar_analysis.clean.survey import who
    from kukar_analysis.forms import heading
    from kukar_analysis.read import READERS

    lists = READERS[path.suffix.lower()](path, name).lists
    records = [(part, record) for part in lists for record in part.records]
    sound = [record for part, record in records if rejected.isdisjoint(_places(part, record))]
    columns = [c for c in _KEPT if any(record.cells.get(c) for record in sound)]
    columns += dict.fromkeys(c for p in lists for c in p.headings if c.startswith(_STATEMENT))
    statement = heading("survey", "statement")
    heads = [
        statement.replace("#", column.removeprefix(_STATEMENT))
        if column.startswith(_STATEMENT)
        else heading("survey", column)
        for column in ["respondent", *columns]
    ]
    lines = [[who(r.cells) or "", *(r.cells.get(c, "") for c in columns)] for r in sound]
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows([heads, *lines])
    return written.getvalue()


def _places(part: SourceList, record: Record) -> set[str]:
    """Return every origin that a fault of a record may have."""
    return {part.origin(record), *(part.origin(record, column) for column in part.headings)}


def _relisted(path: Path, old: list[_Old], today: date) -> str | None:
    """Return SOURCES.csv with each list in the place of its survey, and when the names went."""
    if not path.exists():
        return None
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), list(reader.fieldnames or ())
    instead = {o.name: o for o in old}
    for row in rows:
        if row.get("supersedes") in instead:
            row["supersedes"] = instead[row["supersedes"]].replacement
        if file_ := instead.get(row["file"]):
            row["file"] = file_.replacement
            row["sha256"] = hashlib.sha256(file_.content.encode()).hexdigest()
            if row.get("covers"):
                row["covers"] += f" (nama dihapus {today})"
    written = io.StringIO()
    writer: csv.DictWriter[Any] = csv.DictWriter(written, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


def _same(before: pd.DataFrame, after: pd.DataFrame) -> bool:
    """Whether two tables hold the same answers, wherever they stand."""
    columns = [column for column in before if column != "origin"]
    one, other = (t[columns].sort_values(columns, ignore_index=True) for t in (before, after))
    return bool(one.equals(other))
