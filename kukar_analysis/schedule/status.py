"""The record that monitors read: `status.json` of the state folder.

schema      1
checked_at  when the last look was, WITA
result      done, nothing_due, failed or held
exit_code   of that look: 0, 1, 2 or 3
healthy     whether every job's last run, and this look, came out: what a monitor watches
next_due    when a job is looked for next
problems    what did not come out of the last look, one line each
sets        the published sets that are kept, the newest last
surveys_looked_at   day on which old surveys were looked for; null = never
jobs        for each job of the calendar that was looked at:
    slot          the time of the calendar that was looked after last
    reason        why it did not run then; null = it ran
    year, began_at, ended_at, seconds, exit_code   its last run; null = none yet
    attempts      runs so far on the same files
    inputs        fingerprint of those files
    missed        slots before that run which no machine looked after
    counts        reports of the year by what became of them
    last_success  when a run last ended with 0
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from kukar_analysis import writing

FILE = "status.json"
_SCHEMA = 1
_TIMES = ("checked_at", "next_due", "slot", "began_at", "ended_at", "last_success")


@dataclass(frozen=True)
class JobStatus:
    """What is known of a job; the fields are those of `jobs` in the schema above."""

    slot: datetime
    reason: str | None = None
    year: int | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    exit_code: int | None = None
    attempts: int = 0
    inputs: str | None = None
    missed: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    last_success: datetime | None = None


@dataclass(frozen=True)
class Status:
    """What the last look found; the fields are those of the schema above."""

    checked_at: datetime | None = None
    result: str = "nothing_due"
    exit_code: int = 0
    healthy: bool = True
    next_due: datetime | None = None
    problems: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    surveys_looked_at: str | None = None
    jobs: Mapping[str, JobStatus] = field(default_factory=dict)


class BrokenStatusError(ValueError):
    """The record is there and cannot be believed."""


def read(state: Path) -> Status:
    """Read the record; an empty one where there is none. Raises BrokenStatusError."""
    try:
        given = json.loads((state / FILE).read_text(encoding="utf-8"), object_hook=_timed)
    except FileNotFoundError:
        return Status()
    except ValueError as error:
        raise BrokenStatusError(str(error)) from error
    if not isinstance(given, dict) or given.pop("schema", None) != _SCHEMA:
        raise BrokenStatusError(f"its schema is not {_SCHEMA}")
    try:
        given["jobs"] = {name: JobStatus(**job) for name, job in given["jobs"].items()}
        given |= {name: tuple(given[name]) for name in ("problems", "sets")}
        return Status(**given)
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenStatusError(str(error)) from error


def write(state: Path, status: Status) -> None:
    """Write the record; it appears whole or not at all."""
    text = json.dumps({"schema": _SCHEMA, **_plain(status)}, indent=1, default=_plain)
    writing.write(state / FILE, text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return {f.name: getattr(value, f.name) for f in fields(value)}


def _timed(given: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key in _TIMES and value else value
        for key, value in given.items()
    }
