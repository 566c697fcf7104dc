"""The log of scheduled runs: `schedule.log` of the state folder, in the office's time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from kukar_analysis.facts import WITA
from kukar_analysis.schedule.child import LOG

FILE = "schedule.log"
_BYTES, _OLDER = 1_000_000, 5


class _InWita(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return datetime.fromtimestamp(record.created, WITA).strftime("%Y-%m-%d %H:%M:%S WITA")


@contextmanager
def to(state: Path) -> Iterator[None]:
    """Write what is logged to the log of `state`: 1 MB, and five older ones."""
    handler = RotatingFileHandler(
        state / FILE, maxBytes=_BYTES, backupCount=_OLDER, encoding="utf-8"
    )
    handler.setFormatter(_InWita("%(asctime)s %(levelname)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        handler.close()
