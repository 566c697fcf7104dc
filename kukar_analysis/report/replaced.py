"""Published pages that a later paper ("ralat") touched: kept aside, and marked as replaced."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from kukar_analysis import store

FOLDER = "diganti"
"""Folder of the replaced pages, one a time of publishing."""


def corrections(processed: Path) -> list[str]:
    """Return what later papers changed, each with its place: the superseded records."""
    found = store.read("rejected", processed)
    found = found[found["rule"] == "superseded"]
    return [f"{r.origin}: {r.reason}" for r in found.itertuples()]


def touched(entry: dict[str, Any], new: list[str]) -> bool:
    """Whether a published report shows a year of which something was corrected."""
    years = {int(text[:4]) for text in new}
    return entry["page"] and not years.isdisjoint(
        {entry["year"], entry["parameters"].get("from_year")}
    )


def set_aside(folder: Path, staged: Path, entry: dict[str, Any], new: list[str]) -> Path | None:
    """Write the marked copy of a published page into `staged`; None where the page is gone.

    Returns its path under `staged`, which is also its place under `folder`. The copy lies two
    folders deeper, so its way to the site is longer; its notebook goes with it.
    """
    page = folder / f"{entry['name']}.html"
    if not page.exists():
        return None
    stamp = re.sub(r"\D", "", entry["made_at"])[:14]
    copy = staged / FOLDER / stamp / f"{entry['name']}.html"
    copy.parent.mkdir(parents=True, exist_ok=True)
    up = "../" * entry["name"].count("/")
    source = page.read_text(encoding="utf-8").replace(f'="{up}', f'="../../{up}')
    copy.write_text(marked(source, new), encoding="utf-8")
    notebook = page.with_suffix(".ipynb")
    if notebook.exists():
        shutil.copy(notebook, copy.with_suffix(".ipynb"))
    return copy.relative_to(staged)


def marked(page: str, new: list[str]) -> str:
    """Return a page with a banner that it is replaced, and by what."""
    items = Markup("").join(Markup("<li>{}</li>").format(escape(text)) for text in new)
    banner = Markup(
        '<aside class="replaced"><p><strong>Halaman ini sudah diganti.</strong> Data yang menjadi'
        " dasarnya diralat sesudah halaman ini terbit:</p><ul>{}</ul></aside>"
    ).format(items)
    return re.sub(r"(<main[^>]*>)", lambda m: m[1] + str(banner), page, count=1)
