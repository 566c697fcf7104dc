"""How an index is shown; see analysis/compare."""

from __future__ import annotations

from kukar_analysis.analysis import compare
from kukar_analysis.analysis.compare import improvement

__all__ = ["improvement"]


def value_shown(value: compare.IndexValue) -> str:
    """Return an index as printed, as implied with its margin, or why there is none."""
    return str(value)
