"""What is due: a pure function of the time, the calendar, what arrived, and what was done last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import get_args

from kukar_analysis.facts import WITA, ScheduledJob, Weekday
from kukar_analysis.schedule.arrivals import Arrived
from kukar_analysis.schedule.status import JobStatus

ATTEMPTS = 3
"""Runs of the year on the same files before a failing one is left to people."""
_YEAR = 400
"""Days looked back and ahead: every job comes round within them."""
WEEKDAYS = get_args(Weekday)
"""In the order of `date.weekday`."""


@dataclass(frozen=True)
class Slot:
    """A time at which a job is looked for, and the evaluation year that it is about."""

    at: datetime
    year: int


@dataclass(frozen=True)
class Open:
    """A slot that came and was not looked after yet, and how many before it were missed."""

    slot: Slot
    missed: int


def slots(job: ScheduledJob, start: date, days: int, step: int = 1) -> Iterator[Slot]:
    """Yield the job's slots on `days` days from `start`, backwards with the step -1."""
    for count in range(days):
        day = start + timedelta(days=count * step)
        if is_open(job, day) and job.weekday in (None, WEEKDAYS[day.weekday()]):
            yield Slot(datetime.combine(day, time.fromisoformat(job.time), WITA), _year(job, day))


def is_open(job: ScheduledJob, day: date) -> bool:
    """Whether a day lies between the job's first and last; they may span the new year."""
    at = f"{day:%m-%d}"
    if job.first <= job.last:
        return job.first <= at <= job.last
    return at >= job.first or at <= job.last


def spans(job: ScheduledJob, zone: tzinfo) -> list[tuple[int, int, int]]:
    """Return the job's days as months of a machine's zone: (month, first day, last day).

    06:00 WITA of the first day may be the day before there. Leap years are in it too.
    """
    moments = [
        datetime.combine(day, time.fromisoformat(job.time), WITA).astimezone(zone)
        for day in (date(2023, 1, 1) + timedelta(days=n) for n in range(365 + 366))
        if is_open(job, day)
    ]
    found: list[tuple[int, int, int]] = []
    for month, day in sorted({(moment.month, moment.day) for moment in moments}):
        if found and (found[-1][0], found[-1][2] + 1) == (month, day):
            found[-1] = (month, found[-1][1], day)
        else:
            found.append((month, day, day))
    return found


def _year(job: ScheduledJob, day: date) -> int:
    return day.year - (job.first > job.last and f"{day:%m-%d}" <= job.last)


def following(job: ScheduledJob, now: datetime) -> Slot:
    """Return the job's next slot."""
    today = now.astimezone(WITA).date()
    return next(slot for slot in slots(job, today, _YEAR) if slot.at > now)


def open_slot(
    job: ScheduledJob, now: datetime, before: JobStatus | None, *, anyway: bool = False
) -> Open | None:
    """Return the latest slot that came and was not looked after; None where there is none.

    Where nothing was ever done, only a slot of days that are still open counts: a machine set
    up in September does not begin with last year. A record that lies ahead is of a wrong clock.
    `anyway` returns one that is now, of the year that runs.
    """
    today = now.astimezone(WITA).date()
    if anyway:
        return Open(Slot(now.astimezone(WITA), _year(job, today)), 0)
    past = [slot for slot in slots(job, today, _YEAR, -1) if slot.at <= now]
    if not past:
        return None
    handled = before.slot if before and before.slot <= now else None
    if handled is None:
        return Open(past[0], 0) if is_open(job, today) else None
    missed = [slot for slot in past if slot.at > handled]
    return Open(missed[0], len(missed) - 1) if missed else None


def waits_for(
    job: ScheduledJob,
    slot: Slot,
    before: JobStatus | None,
    arrived: Arrived,
    *,
    anyway: bool = False,
) -> str | None:
    """Return why an open slot needs no run: what has not arrived, or that nothing is new.

    `anyway` asks only whether what is needed has arrived.
    """
    if job.job == "completeness":
        return None if arrived.files else f"no file of {slot.year} has arrived yet"
    if not arrived.letter:
        return f"no letter of {slot.year} has arrived yet"
    if anyway or before is None or before.year != slot.year or before.inputs != arrived.inputs:
        return None
    if before.exit_code == 0:
        return f"nothing of {slot.year} is new since {before.ended_at:%Y-%m-%d %H:%M} WITA"
    if before.attempts >= ATTEMPTS:
        return (
            f"{slot.year} did not come out in {before.attempts} runs; mend what the log names,"
            " then `kukar schedule run --now`"
        )
    return None
