"""The index that the site is searched with: a script file, since file:// may fetch nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kukar_analysis.report import page
from kukar_analysis.report.page import Section

FILE = "pencarian.js"
LONGEST = 4000
"""Characters of a section that are searched; what is longer is a table's later rows."""
_BEGIN, _END = "window.KUKAR_INDEX = ", ";\n"


def script(entries: Iterable[Mapping[str, Any]], texts: Mapping[str, Iterable[Section]]) -> str:
    """Return the file: each page with its name, title, year, region and sections.

    All but plain ASCII is written as an escape, `<` too, so that no text can end the script.
    """
    listed = [
        {
            "name": entry["name"],
            "title": entry["title"],
            "year": entry["year"],
            "region": entry["region_name"],
            "sections": [[s.anchor, s.heading, s.text[:LONGEST]] for s in texts[entry["name"]]],
        }
        for entry in entries
    ]
    lines = (json.dumps(one, separators=(",", ":")).replace("<", "\\u003c") for one in listed)
    return f"{_BEGIN}[\n" + ",\n".join(lines) + f"\n]{_END}"


def texts(folder: Path, names: Iterable[str]) -> dict[str, tuple[Section, ...]]:
    """Return the sections of published pages: from the index there, else from the page itself."""
    known = _published(folder)
    return {
        name: known.get(name)
        or page.sections((folder / f"{name}.html").read_text(encoding="utf-8"))
        for name in names
    }


def _published(folder: Path) -> dict[str, tuple[Section, ...]]:
    """Return what the index of a folder holds; nothing where there is none or it was cut."""
    try:
        source = (folder / FILE).read_text(encoding="utf-8")
        listed = json.loads(source.removeprefix(_BEGIN).removesuffix(_END))
        return {p["name"]: tuple(Section(*part) for part in p["sections"]) for p in listed}
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return {}
