"""What an analysis read: which rows of which tables, and which definitions.

The runner asks a kernel for it after the last cell; a report is made again only when something of
it has changed (report/stale.py). Noting costs next to nothing, so it is always done.
"""

from __future__ import annotations

from collections.abc import Iterable

WATCH_VARIABLE = "KUKAR_WATCH"
"""Environment variable that lets definitions be watched; noting each look costs cleaning time."""
IS_SAMPLE = "is_sample"
"""Noted like a table: the one fact whether the tables are of the invented office."""
_TABLES: set[str] = set()
_DEFINITIONS: set[str] = set()


def note_table(table: str, year: int | None = None, region: str | None = None) -> None:
    """Note rows of a table: all of them, or those of a year, a region or both."""
    _TABLES.add(" ".join([table, "*" if year is None else str(int(year)), region or "*"]))


def note_definition(name: str) -> None:
    """Note a field of the definitions."""
    _DEFINITIONS.add(name)


def seen() -> dict[str, list[str]]:
    """Return what was read in this process: tables (`name year region`, `*` = all), definitions."""
    return {"tables": sorted(_TABLES), "definitions": sorted(_DEFINITIONS)}


def slice_of(noted: str) -> tuple[str, int | None, str | None]:
    """Return table, year and region of a noted table."""
    table, year, region = noted.split(" ", 2)
    return table, None if year == "*" else int(year), None if region == "*" else region


def tells_of(tables: Iterable[str], year: int | None, region: str | None) -> bool:
    """Return whether noted tables hold rows of this year and region; None stands for any.

    A region has to be asked for by its name where any is: whoever names another one alone shows
    that one. A table of all regions, which the cells choose from, will do where none is named.
    """
    slices = [slice_of(noted)[1:] for noted in tables if not noted.startswith(IS_SAMPLE)]
    wanted = (year, region)
    own = [
        s
        for s in slices
        if all(w in (None, of) or of is None for w, of in zip(wanted, s, strict=True))
    ]
    named = {of for _, of in slices if of}
    return bool(own) and (region is None or not named or region in {of for _, of in own})
