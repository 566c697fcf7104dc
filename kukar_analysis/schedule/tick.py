"""What a clockwork calls: decides what is due, does it, and records and tells what became of it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from kukar_analysis.errors import KukarError
from kukar_analysis.facts import WITA, ScheduledJob
from kukar_analysis.framework import load
from kukar_analysis.paths import MANIFEST, processed_dir
from kukar_analysis.schedule import arrivals, child, due, keep, log, notices, status
from kukar_analysis.schedule.child import LOG
from kukar_analysis.schedule.settings import Settings
from kukar_analysis.schedule.status import JobStatus, Status

SETS = "sets"
_LOCK = "schedule.lock"
_HELD = 3
_T = TypeVar("_T")


def tick(settings: Settings, now: datetime | None = None, *, anyway: bool = False) -> Status:
    """Do what is due and return the record that is written to `status.json`.

    `anyway` does every job whose files are there, due or not. Where another run holds the state
    folder or the reports, nothing is done or recorded as done: the next call does it.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    now = (now or datetime.now(WITA)).astimezone(WITA)
    try:
        with FileLock(settings.state / _LOCK, timeout=0), log.to(settings.state):
            return _locked(settings, now, anyway)
    except Timeout:
        return Status(now, "held", _HELD, problems=("another scheduled run is still at work",))


def worst(codes: list[int]) -> int:
    """Return the exit code of several runs: wrong use, then a failure or crash, then held."""
    if 2 in codes:
        return 2
    return 1 if set(codes) - {0, _HELD} else max(codes, default=0)


@dataclass
class _Look:
    """One look of the clockwork: what it knows, and what becomes of it on the way."""

    settings: Settings
    now: datetime
    anyway: bool
    jobs: dict[str, JobStatus]
    problems: list[str]
    codes: list[int] = field(default_factory=list)
    """Exit codes of the jobs that ran."""

    def after(self, job: ScheduledJob) -> None:
        """Look after a job: run it where it is due, and note why where it is not."""
        before = self.jobs.get(job.job)
        found = due.open_slot(job, self.now, before, anyway=self.anyway)
        if found is None:
            return
        arrived = arrivals.look(self.settings.raw_folder, found.slot.year)
        reason = due.waits_for(job, found.slot, before, arrived, anyway=self.anyway)
        if reason:
            LOG.info("%s: %s", job.job, reason)
            known = before or JobStatus(found.slot.at)
            self.jobs[job.job] = replace(known, slot=found.slot.at, reason=reason)
            return
        made = _run(job, found, arrived.inputs, before, self.settings)
        self.codes.append(made.exit_code or 0)
        if made.exit_code != _HELD:
            self.jobs[job.job] = made
            self.problems += _tell(job, made, self.problems, self.settings)

    def attempt(self, what: str, work: Callable[[], _T]) -> _T | None:
        """Do what must not take the record of a run with it; its fault becomes a problem."""
        try:
            return work()
        except (KukarError, OSError) as error:
            self.problems.append(f"{what}: {error}")
            return None


def _locked(settings: Settings, now: datetime, anyway: bool) -> Status:
    before, problems = _before(settings.state, now)
    look = _Look(settings, now, anyway, dict(before.jobs), problems)
    calendar = load().calendar.values()
    for job in calendar:
        look.attempt(job.job, partial(look.after, job))
    sets = before.sets
    if look.codes:
        archive = settings.state / SETS
        kept = partial(keep.keep, settings.reports_folder, archive, settings.sets, now)
        sets = tuple(look.attempt("keeping the published set", kept) or sets)
    looked = _old_surveys(look, before.surveys_looked_at)
    code = worst([*look.codes, *([1] if problems else [])])
    for problem in problems:
        LOG.error("%s", problem)
    made = Status(
        checked_at=now,
        result=_result(code, bool(look.codes)),
        exit_code=code,
        healthy=not problems and all(not job.exit_code for job in look.jobs.values()),
        next_due=min(due.following(job, now).at for job in calendar),
        problems=tuple(problems),
        sets=sets,
        surveys_looked_at=looked,
        jobs=look.jobs,
    )
    status.write(settings.state, made)
    return made


def _result(code: int, ran: bool) -> str:
    if code == 0:
        return "done" if ran else "nothing_due"
    return "held" if code == _HELD else "failed"


def _before(state: Path, now: datetime) -> tuple[Status, list[str]]:
    """Return the record of the last call; one that cannot be believed is put aside and named."""
    try:
        return status.read(state), []
    except status.BrokenStatusError as error:
        aside = state / f"{status.FILE}.broken-{now:%Y%m%d%H%M%S}"
        (state / status.FILE).replace(aside)
        return Status(), [f"{status.FILE} could not be read ({error}); it is {aside.name} now"]


def _run(
    job: ScheduledJob, found: due.Open, inputs: str, before: JobStatus | None, settings: Settings
) -> JobStatus:
    """Run a job's commands and return what became of them."""
    year = found.slot.year
    LOG.info("%s of %d is due; missed before: %d", job.job, year, found.missed)
    began, clock = datetime.now(WITA), time.monotonic()
    codes = []
    for command in _commands(job, year, settings):
        codes.append(child.kukar(command, hours=settings.timeout_hours))
        if codes[-1] not in (0, 1):
            break
    code, ended = worst(codes), datetime.now(WITA)
    same = before is not None and (before.year, before.inputs) == (year, inputs)
    return JobStatus(
        slot=found.slot.at,
        year=year,
        began_at=began,
        ended_at=ended,
        seconds=round(time.monotonic() - clock, 1),
        exit_code=code,
        attempts=before.attempts + 1 if same and before else 1,
        inputs=inputs,
        missed=found.missed,
        counts=_counts(settings.reports_folder, year),
        last_success=ended if code == 0 else before.last_success if before else None,
    )


def _commands(job: ScheduledJob, year: int, settings: Settings) -> list[list[str]]:
    """Return the commands of a job, as they would be typed after `kukar`."""
    tables = _option("--processed", settings.processed)
    raw = _option("--raw", settings.raw)
    made = [*tables, *_option("--reports", settings.reports), "--year", str(year)]
    for region in settings.regions:
        made += ["--region", region]
    if job.job == "completeness":
        return [["clean", *raw, *tables], ["report", *made, "--only", "01_mutu_data"]]
    for name in settings.only:
        made += ["--only", name]
    return [["run", *raw, *made, *(["--pdf"] if settings.pdf else [])]]


def _option(name: str, folder: Path | None) -> list[str]:
    return [name, str(folder)] if folder else []


def _counts(reports: Path, year: int) -> dict[str, int]:
    """Return how many reports of a year are published, by what became of them."""
    try:
        listed = json.loads((reports / MANIFEST).read_text(encoding="utf-8"))["reports"]
    except FileNotFoundError:
        return {}  # nothing was ever published: the run's exit code says why
    return dict(Counter(entry["status"] for entry in listed if entry["year"] == year))


def _tell(job: ScheduledJob, made: JobStatus, problems: list[str], settings: Settings) -> list[str]:
    """Send the notice of a run, where one is wanted; return what did not go out."""
    if settings.when == "failure" and made.exit_code == 0 and not problems:
        return []
    wanted = ("year", "exit_code", "seconds", "missed", "counts", "attempts")
    facts = {name: value for name, value in asdict(made).items() if name in wanted}
    facts |= {"job": job.job, "problems": list(problems)}
    place = f"{settings.state.name}/{log.FILE}"  # a whole path would name whose computer it is
    return notices.send(notices.of(facts, job.name, place), settings)


def _old_surveys(look: _Look, looked_at: str | None) -> str | None:
    """Delete who answered old surveys, once a day, where the office set a time.

    Returns the day of the last look.
    """
    settings, today = look.settings, f"{look.now:%Y-%m-%d}"
    days = settings.delete_surveys_after_days
    if days is None or looked_at == today:
        return looked_at
    from kukar_analysis.schedule import surveys

    tables = settings.processed or processed_dir()
    work = partial(
        surveys.delete, settings.raw_folder, tables, settings.state, days=days, now=look.now
    )
    deleted, kept = look.attempt("deleting old surveys", work) or ([], [])
    look.problems += kept
    for name in deleted:
        LOG.info("deleted %s: its answers stay, without names", name)
    if deleted:
        folders = _option("--raw", settings.raw) + _option("--processed", settings.processed)
        child.kukar(["clean", *folders], hours=settings.timeout_hours)
    return today
