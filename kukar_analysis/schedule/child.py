"""Runs a command of `kukar` in a process of its own, its words into the log as they come.

A process of its own, because a run that crashes, hangs or eats all memory then ends alone: the
clockwork lives, records it and tells of it.
"""

from __future__ import annotations

import logging
import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

from kukar_analysis.paths import ROOT

LOG = logging.getLogger("kukar_analysis.schedule")


def kukar(arguments: Sequence[str], *, hours: float) -> int:
    """Run `kukar` with these arguments and return its exit code; a signal's is negative.

    After so many hours it is stopped, with all that it started.
    """
    LOG.info("begins: kukar %s", shlex.join(arguments))
    with subprocess.Popen(
        [sys.executable, "-m", "kukar_analysis", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        guard = threading.Timer(hours * 3600, _stop, [process, hours])
        guard.daemon = True
        guard.start()
        try:
            for line in process.stdout or ():
                LOG.info("  %s", line.rstrip())
            code = process.wait()
        except BaseException:
            _stop(process)
            raise
        finally:
            guard.cancel()
    LOG.log(logging.INFO if code == 0 else logging.WARNING, "ended with %d", code)
    return code


def _stop(process: subprocess.Popen[str], hours: float | None = None) -> None:
    if hours is not None:
        LOG.error("stopped after %g hours", hours)
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
