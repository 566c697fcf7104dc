"""Which rows of which tables were read in this process.

The runner asks a kernel for it after the last cell: a page of one region and year must have asked
for that region and year.
"""

from __future__ import annotations

from collections.abc import Iterable

_TABLES: set[str] = set()


def note_table(table: str, year: int | None = None, region: str | None = None) -> None:
    """Note rows of a table: all of them, or those of a year, a region or both."""
    _TABLES.add(" ".join([table, "*" if year is None else str(int(year)), region or "*"]))


def seen() -> list[str]:
    """Return what was read in this process, as `name year region`; * stands for all."""
    return sorted(_TABLES)


def tells_of(tables: Iterable[str], year: int | None, region: str | None) -> bool:
    """Return whether noted tables hold rows of this year and region; None stands for any.

    A region has to be asked for by its name where any is: whoever names another one alone shows
    that one. A table of all regions, which the cells choose from, will do where none is named.
    """
    slices = [tuple(noted.split(" ", 2)[1:]) for noted in tables]
    wanted = ("*" if year is None else str(year), region or "*")
    own = [
        s for s in slices if all("*" in (w, of) or w == of for w, of in zip(wanted, s, strict=True))
    ]
    named = {of for _, of in slices if of != "*"}
    return bool(own) and (region is None or not named or region in {of for _, of in own})
