"""The words that an analyst types, checked: what `import kukar_analysis as ka` offers goes by it.

A year or region that is not known is an error that names the nearest; a region goes by its code or
any name on record. Inside the package the modules call each other without.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pandas as pd

from kukar_analysis import framework, store, suggest
from kukar_analysis.analysis import compare, priorities, quality
from kukar_analysis.framework.facts import Opd


def read_table(table: str, year: Any = None, region: Any = None) -> pd.DataFrame:
    """Return a table of data/processed, as "programmes"; with year and region only their rows.

    Columns: data/processed/README.md. Raises UsageError for a table, year or region not known.
    """
    return store.read(table, year=year, region=region)


_KNOWN: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(
        ("year", "from_year", "to_year", "since"), lambda value, _: quality.year(value)
    ),
    "region": lambda value, _: suggest.region(value).region,
    "pillar": lambda value, _: framework.load().pillar(value).pillar,
    "opd": lambda value, _: suggest.agency(value).opd,
    **dict.fromkeys(("target", "step"), priorities.points),
}
"""What a parameter of this name stands for; points may be typed as 3, 3.0 or "3,00"."""


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises UsageError where a word it is given is not known."""
    takes = inspect.signature(function)

    @functools.wraps(function)
    def asked(*args: Any, **options: Any) -> Any:
        given = takes.bind(*args, **options)
        for name, value in given.arguments.items():
            if name in _KNOWN and value is not None:
                given.arguments[name] = _KNOWN[name](value, name)
        return function(*given.args, **given.kwargs)

    return asked


def region_name(region: str) -> str:
    """Return the name of a region, as `Kabupaten Kutai Kartanegara`."""
    return framework.load().regions[region].name


def pillar_name(pillar: str) -> str:
    """Return the name of a pillar, as `Smart Governance`."""
    return framework.load().pillars[pillar].name


def agency(opd: str) -> Opd:
    """Return an agency (OPD): `opd`, the short name that it has in all frames, and `name`."""
    return suggest.agency(opd)


def group_name(year: int, region: str) -> str:
    """Return the name of the group that a region was evaluated in; empty where not on record."""
    edition = compare.edition_of(year, region)
    return framework.load().groups[edition.group].name if edition else ""
