"""A frame as a table: captioned, followed by its sources, safe to print and to read aloud."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis.origins import SAMPLE
from kukar_analysis.show.cells import Cells, cells
from kukar_analysis.show.words import Missing, Shown, empty, prose, render, stated

_MOST = 5
"""Sources that are named; more are counted."""


def table(
    frame: pd.DataFrame | pd.Series,
    caption: str,
    *,
    note: str = "",
    missing: Missing = None,
    mark: pd.Series | Sequence[bool] | str | int | None = None,
    columns: Sequence[Any] | Mapping[Any, str] | None = None,
) -> Shown:
    """Return a frame as a table; where it is empty, what is missing, or that there is nothing.

    `mark` says which rows stand out: booleans, a Series of them by its index, or a value or name of
    the first column. `columns`: a list chooses and orders, a mapping gives other headings.
    Where the frame has `origin`, the table ends with its sources, unless each row has its own.
    """
    flat = _flat(frame)
    if flat.empty:
        nothing = prose("prose", f"**{caption}:** tidak ada.")
        return replace(empty(missing, caption) if stated(missing) else nothing, frame=frame)
    shown = cells(flat, columns)
    rows = list(zip(*(c.texts for c in shown), strict=True))
    if mark is None or isinstance(mark, str | int):
        same = shown[0].values.eq(mark).fillna(False)
        marked = [is_ or text == mark for is_, text in zip(same, shown[0].texts, strict=True)]
    else:
        marked = pd.Series(mark, frame.index).fillna(False).tolist()
    cited = sources(flat) if "origin" in flat and "citation" not in flat else ""
    notes = [text for text in (note, cited) if text]
    html = render("table", caption=caption, columns=shown, rows=rows, marked=marked, notes=notes)
    return Shown(html, "\n".join([caption, *_aligned(shown, rows), *notes]), frame)


def sources(*frames: pd.DataFrame) -> str:
    """Return "Sumber: ..." for frames with a column origin: what SOURCES.csv cites for their files.

    A file without a line there, as those of the office itself, goes by its name. An origin of
    several cells has them joined by "; ".
    """
    origins = pd.concat([frame["origin"].astype("str") for frame in frames]).dropna()
    origins = origins.str.split("; ").explode()
    files = dict.fromkeys(places.file_of(origin) for origin in origins)
    path = (SAMPLE if store.is_sample() else store.RAW) / "SOURCES.csv"
    cited: dict[str, list[str]] = {}
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as lines:
            listed = csv.DictReader(lines)
            cited = {row["file"]: row.get("citation", "").split(" | ") for row in listed}
    known = framework.load().citations
    titles = {f: [known[c].title for c in cited.get(f, []) if c in known] for f in files}
    found = list(dict.fromkeys(t for f in files for t in titles[f] or [PurePosixPath(f).name]))
    more = f"; dan {len(found) - _MOST} lainnya" if len(found) > _MOST else ""
    return f"Sumber: {'; '.join(found[:_MOST])}{more}." if found else ""


def _flat(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """Return a frame whose index, where it means something, is a column, and its heads texts."""
    flat = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if isinstance(flat.columns, pd.MultiIndex):
        flat = flat.set_axis([" ".join(map(str, head)).strip() for head in flat.columns], axis=1)
    if flat.index.nlevels > 1 or flat.index.name or not pd.api.types.is_integer_dtype(flat.index):
        names = [" " * i if name is None else name for i, name in enumerate(flat.index.names)]
        flat = flat.reset_index(names=names, allow_duplicates=True)
    return flat


def _aligned(columns: list[Cells], rows: list[tuple[str, ...]]) -> list[str]:
    """Return heads and rows as lines of text, numbers to the right."""
    lines = [tuple(c.heading for c in columns), *rows]
    widths = [max(map(len, cell)) for cell in zip(*lines, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if c.numeric else text.ljust(width)
            for text, width, c in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in lines
    ]
