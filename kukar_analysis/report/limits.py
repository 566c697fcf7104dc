"""How long a report may take. Standard library only, as the command line imports it."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """Seconds that a cell and a whole report may take.

    Unless told otherwise a hundred times what the slowest takes: only one that hangs is ended.
    """

    cell: float = 300.0
    report: float = 900.0


USUAL = Limits()
