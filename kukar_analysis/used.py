"""Which rows of which tables were read in this process.

The runner asks a kernel for it after the last cell: a page of one region and year must have asked
for that region and year.
"""

from collections.abc import Iterable

_TABLES: set[str] = set()


def note_table(table: str, year: int | None = None, region: str | None = None) -> None:
    """Note rows of a table: all of them, or those of a year, a region or both."""
    _TABLES.add(f"{table} {'*' if year is None else int(year)} {region or '*'}")


def seen() -> list[str]:
    """Return what was read in this process, as `name year region`; * stands for all."""
    return sorted(_TABLES)


def tells_of(tables: Iterable[str], year: int | None, region: str | None) -> bool:
    """Return whether noted tables hold rows of this year and region; None stands for any.

    A region has to be asked for by its name where any is: whoever names another one alone shows
    that one. A table of all regions, which the cells choose from, will do where none is named.
    """
    noted = [one.split(" ")[1:] for one in tables]
    named = {r for _, r in noted} - {"*"}
    years, regions = ("*", str(year)), ("*", region)
    own = any((year is None or y in years) and (region is None or r in regions) for y, r in noted)
    return own and (region is None or not named or region in named)
