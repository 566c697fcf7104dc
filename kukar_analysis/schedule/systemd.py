"""systemd: a timer of the user, in the office's own time zone, that makes missed runs up."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from kukar_analysis.facts import WITA, ScheduledJob
from kukar_analysis.schedule import due
from kukar_analysis.schedule.clockwork import Call, Clockwork, hand_in, write

NAME = "kukar-schedule"
_SERVICE = """\
# Written by `kukar schedule systemd`.
[Unit]
Description=Kukar: laporan evaluasi Smart City
Documentation=file:{guide}

[Service]
Type=exec
WorkingDirectory={root}
ExecStart={command}
# passwords of notices, one NAME=value a line; the file may be missing
EnvironmentFile=-{secrets}
# 3: another run holds the reports; it is asked again
RestartForceExitStatus=3
RestartSec=15min
Nice=10
NoNewPrivileges=true
LockPersonality=true
RestrictRealtime=true
SystemCallArchitectures=native
"""
_TIMER = """\
# Written by `kukar schedule systemd` from kukar_analysis/definitions/calendar.csv.
[Unit]
Description=Kukar: kapan laporan evaluasi Smart City dibuat

[Timer]
{times}
# a run that was missed is made up when the machine is on again
Persistent=true

[Install]
WantedBy=timers.target
"""


def clockwork(call: Call, calendar: Iterable[ScheduledJob]) -> Clockwork:
    """Return the service and the timer of a user."""
    # through env: as an argument, unlike as a program, the interpreter may lie in any folder
    words = ["/usr/bin/env", call.python, *call.arguments]
    service = _SERVICE.format(
        guide=_path(call.root / "docs" / "panduan-analis.md").replace(" ", "\\x20"),
        root=_path(call.root),
        command=" ".join(map(_quoted, words)),
        secrets=_path(call.state / "secrets.env"),
    )
    times = "\n".join(f"OnCalendar={time}" for job in calendar for time in times_of(job))
    files = {
        f"{NAME}.service": service.encode(),
        f"{NAME}.timer": _TIMER.format(times=times).encode(),
    }
    return Clockwork(files, partial(_install, files))


def times_of(job: ScheduledJob) -> list[str]:
    """Return the job's times as systemd writes them, one a month: `Mon *-08-01..31 06:00:00 …`."""
    day_of_week = f"{job.weekday[:3].title()} " if job.weekday else ""
    return [
        f"{day_of_week}*-{month:02}-{first:02}..{last:02} {job.time}:00 {WITA.key}"
        for month, first, last in due.spans(job, WITA)
    ]


def _install(files: dict[str, bytes]) -> list[str]:
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    paths = write(files, settings / "systemd" / "user")
    hand_in("systemctl", "--user", "daemon-reload")
    hand_in("systemctl", "--user", "enable", "--now", f"{NAME}.timer")
    return [
        *(f"written: {path}" for path in paths),
        "so that it runs while nobody is logged in: loginctl enable-linger",
        f"to end it: systemctl --user disable --now {NAME}.timer",
    ]


def _path(path: Path) -> str:
    """Return a path as a unit's setting: % begins a specifier there."""
    return str(path).replace("%", "%%")


def _quoted(word: str) -> str:
    """Return a word of a command line: $ begins a variable too, and spaces need quotes."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'
