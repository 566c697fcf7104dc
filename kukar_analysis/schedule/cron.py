"""cron: an hourly line, because cron loses the runs of a machine that was off."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from datetime import datetime
from functools import partial

from kukar_analysis.facts import WITA, ScheduledJob
from kukar_analysis.schedule import due
from kukar_analysis.schedule.clockwork import Call, Clockwork, hand_in

_BEGIN, _END = "# kukar-schedule: begin", "# kukar-schedule: end"
_BLOCK = re.compile(rf"^{_BEGIN}\n.*?^{_END}\n", re.MULTILINE | re.DOTALL)
_MINUTE = 5


def clockwork(call: Call, calendar: Iterable[ScheduledJob], now: datetime) -> Clockwork:
    """Return the lines of a crontab; `install` puts them into the user's, in place of earlier ones.

    `now` is a time of the machine's own zone: cron knows no other.
    """
    times = "".join(f"# {_said(job, now)}\n" for job in calendar)
    block = (
        f"{_BEGIN}\n"
        "# Asks every hour what is due and mostly finds nothing, in a fraction of a second: a run\n"
        "# that was missed while the machine was off is made up by the next line.\n"
        f"{times}"
        "# Passwords of notices go above this block, as NAME=value. What goes wrong is mailed by\n"
        "# cron; everything is in schedule.log of the state folder.\n"
        f"{line(call)}\n"
        f"{_END}\n"
    )
    return Clockwork({"kukar.crontab": block.encode()}, partial(_install, block))


def line(call: Call) -> str:
    """Return the line of a crontab: a % would end the command there, so it is escaped."""
    command = shlex.join([call.python, *call.arguments])
    shell = f"cd {shlex.quote(str(call.root))} && {command} >/dev/null"
    return f"{_MINUTE} * * * * {shell}".replace("%", r"\%")


def utc_times(job: ScheduledJob, zone: datetime) -> list[str]:
    """Return the job's times as the five fields of a cron that runs in the zone of `zone`.

    A weekday and a day of the month together would mean either of the two to cron, so a weekly
    job is asked for in whole months; where that is once too often, nothing is due.
    """
    at = due.following(job, zone).at.astimezone(zone.tzinfo)
    spans = due.spans(job, zone.tzinfo or WITA)
    if job.weekday:
        months = ",".join(str(month) for month in sorted({month for month, _, _ in spans}))
        return [f"{at.minute} {at.hour} * {months} {at.isoweekday() % 7}"]
    return [f"{at.minute} {at.hour} {first}-{last} {month} *" for month, first, last in spans]


def _said(job: ScheduledJob, now: datetime) -> str:
    at = due.following(job, now).at
    here = at.astimezone(now.tzinfo)
    days = f"{job.weekday}s" if job.weekday else "daily"
    return (
        f"{job.job}: {days} {job.first} to {job.last}, {job.time} WITA; next {at:%Y-%m-%d %H:%M}"
        f" WITA, which is {here:%Y-%m-%d %H:%M %Z} here"
    )


def _install(block: str) -> list[str]:
    table = _BLOCK.sub("", _present())
    gap = "\n" if table and not table.endswith("\n") else ""
    hand_in("crontab", "-", given=table + gap + block)
    return [
        "written into the crontab; see it with: crontab -l",
        f"to end it, delete the lines from `{_BEGIN}` on: crontab -e",
    ]


def _present() -> str:
    """Return the user's crontab; nothing where there is none yet."""
    from kukar_analysis.errors import ScheduleError

    try:
        return hand_in("crontab", "-l")
    except ScheduleError as error:
        if "no crontab for" in str(error):
            return ""
        raise
