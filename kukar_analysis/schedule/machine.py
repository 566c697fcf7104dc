"""What this machine has that could call the clockwork, and how the last calls went."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kukar_analysis.schedule.status import Status

KINDS = ("systemd", "cron", "windows", "ci")
_SYSTEMD = Path("/run/systemd/system")
"""Is there while systemd runs the machine."""


def advice() -> Iterator[str]:
    """Yield which clockwork fits this machine, and why."""
    found = list(_found())
    for kind, why in found:
        yield f"{kind}: {why}"
    if found:
        kind = found[0][0]
        yield f"take {kind}: `kukar schedule {kind}` shows what it writes, --install hands it in"
    else:
        yield (
            "no clockwork is here (neither systemd, cron nor Windows): install cron, or let"
            " another machine, or CI (`kukar schedule ci`), call `kukar schedule run`"
        )


def _found() -> Iterator[tuple[str, str]]:
    if os.name == "nt":
        yield "windows", "the Task Scheduler starts missed runs when the machine is on again"
    if _SYSTEMD.is_dir():
        yield "systemd", "runs here; its timer keeps WITA by itself and makes missed runs up"
    if shutil.which("crontab"):
        yield "cron", "is installed; it is asked every hour, so that missed runs are made up"


def history(status: Status) -> Iterator[str]:
    """Yield what the record says of the last look and of each job."""
    if status.checked_at is None:
        yield "nothing was ever looked for: no clockwork has called `kukar schedule run` yet"
        return
    yield f"last look: {status.checked_at:%Y-%m-%d %H:%M} WITA, {status.result}"
    for name, job in status.jobs.items():
        if job.ended_at:
            yield (
                f"{name}: {job.year} ended {job.ended_at:%Y-%m-%d %H:%M} WITA with"
                f" {job.exit_code} after {job.seconds:.0f} s"
            )
        if job.reason:
            yield f"{name}: {job.slot:%Y-%m-%d %H:%M} WITA: {job.reason}"
    yield from (f"problem: {problem}" for problem in status.problems)
