"""What is asked of a run, and how: one record from the command line to the workers.

Standard library only: a run with nothing to do needs no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from kukar_analysis import paths

CELL, WHOLE = 300.0, 900.0
"""Seconds that a cell and a report may take: a hundred times what the slowest takes."""


@dataclass(frozen=True)
class Asked:
    """Which reports are made, from where, to where, on what, and how."""

    years: list[int] | None = None
    regions: list[str] | None = None
    only: list[str] | None = None
    parameters: list[str] | None = None
    sheet: str | None = None
    """the paper that pages are printed on too"""
    excel: bool = False
    """whether the annexes of their years are made too"""
    raw: Path = paths.RAW
    processed: Path = field(default_factory=paths.processed_dir)
    reports: Path = paths.REPORTS
    jobs: int | None = None
    force: bool = False
    cluster: str | None = None
    """where a dask scheduler listens, if not in threads of this process"""
    cell: float = CELL
    whole: float = WHOLE

    @property
    def words(self) -> str:
        """Return what is asked as one text: the same words ask for the same reports."""
        asked = (self.years, self.regions, self.only, self.parameters, self.sheet, self.excel)
        return json.dumps(asked)
