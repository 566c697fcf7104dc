"""Notebooks that say themselves what they are for, so that the registry needs no entry for them.

Their metadata holds `"kukar": {"title": "Anggaran desa", "for": "region-year"}`; `kukar
new-notebook` writes it. Standard library only: a run with nothing to do needs no more.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis import paths

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
    """Return the notebooks of a folder that say what they are for, in their order."""
    return [about for about in _read(folder).values() if isinstance(about, Described)]


def faults(folder: Path | None = None) -> dict[str, str]:
    """Return what is wrong with notebooks that cannot be read or understood, in a line each."""
    return {name: about for name, about in _read(folder).items() if isinstance(about, str)}


def _read(folder: Path | None) -> dict[str, Described | str | None]:
    """Return what each notebook is for, by its name: None where it does not say, else a fault."""
    paths_ = sorted((folder or paths.NOTEBOOKS).glob("*.ipynb"))
    return {path.stem: _about(path) for path in paths_}


def _about(path: Path) -> Described | str | None:
    try:
        about = json.loads(path.read_text(encoding="utf-8"))["metadata"].get(KEY)
    except Exception as error:
        # whatever somebody left unfinished (a merge, a copy) must not stop all others
        why = str(error).partition("\n")[0]
        return f"notebooks/{path.name}: is no notebook ({why}); restore it or take it away"
    if about is None:
        return None
    title = about.get("title") if isinstance(about, dict) else None
    if not isinstance(title, str) or not title or about.get("for") != REGION_YEAR:
        return (
            f"notebooks/{path.name}: its metadata {KEY!r} is not understood; expected"
            f' {{"title": "Anggaran desa", "for": "{REGION_YEAR}"}}'
        )
    return Described(path.stem, title)
