"""Notebooks that say themselves what they are for, so that the registry needs no entry for them.

Their metadata holds `"kukar": {"title": "Anggaran desa", "for": "region-year"}`; `kukar
new-notebook` writes it. Standard library only: a run with nothing to do needs no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis import paths
from kukar_analysis.errors import ReportError

KEY = "kukar"
"""The part of a notebook's metadata that says what it is for."""
REGION_YEAR = "region-year"
"""For each region and year whose index is on record; its parameters are year and region."""


@dataclass(frozen=True)
class Described:
    """A notebook by its name without ending, and the title of its reports before place and year."""

    notebook: str
    title: str


def described(folder: Path | None = None) -> list[Described]:
    """Return the notebooks of a folder that say what they are for, in their order.

    Raises ReportError for one that cannot be read, or says what is not understood.
    """
    found = []
    for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb")):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get(KEY)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReportError(f"notebooks/{path.name}: is no notebook; restore it") from error
        if about is None:
            continue
        title = about.get("title") if isinstance(about, dict) else None
        if not isinstance(title, str) or not title or about.get("for") != REGION_YEAR:
            raise ReportError(
                f"notebooks/{path.name}: its metadata {KEY!r} is not understood; expected"
                f' {{"title": "Anggaran desa", "for": "{REGION_YEAR}"}}'
            )
        found.append(Described(path.stem, title))
    return found
