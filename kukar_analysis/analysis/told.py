"""What is asked and told: words checked, sentences, frames in type and order.

Filters of a sentence (a Jinja template in sentences.csv): n (places) and signed write numbers, name
(kind) an id's name, each (sentence) tells of every row `r` of a frame, listed `a, b, dan c`, few at
most five.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

from kukar_analysis import framework, store, suggest
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import listed, number
from kukar_analysis.framework.facts import Opd

NAMED = 5  # names in a sentence; of more the number is told
_TYPES = {"text": "str", "name": "str", "date": "str", "place": "str", "yesno": "bool"}
_TYPES["year"] = "int64"


def told(sentence: str, **figures: Any) -> str:
    """Return a sentence of the definitions with its figures."""
    return " ".join(_template(sentence).render(figures).split())


def tell(sentences: str, **figures: Any) -> list[str]:
    """Return those of several sentences that say something with these figures."""
    return [said for name in sentences.split() if (said := told(name, **figures))]


def tidy(rows: Any, columns: str, **types: str) -> pd.DataFrame:
    """Return rows, or those columns of a frame, typed also when empty, counted from 0.

    A type is what columns.csv says of the column, else a number, unless it is given here.
    """
    names, known = columns.split(), framework.load().columns
    made = rows[names] if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=names)
    kinds = {name: known[name].format.partition(":")[0] for name in names if name not in types}
    types = {name: _TYPES.get(kind, "float64") for name, kind in kinds.items()} | types
    return made.astype(types).reset_index(drop=True)


def ordered(found: pd.DataFrame, by: str, order: Iterable[str]) -> pd.DataFrame:
    """Return a frame sorted by a column of ids, in the order of their definitions."""
    places = {id_: place for place, id_ in enumerate(order)}
    return found.sort_values(by, key=lambda ids: ids.map(places), kind="stable")


@framework.kept()
def _template(sentence: str) -> Template:
    return _JINJA.from_string(framework.load().sentences[sentence].text)


_JINJA = Environment(undefined=StrictUndefined)
_JINJA.filters |= {"n": number, "listed": lambda names: listed([*names])}
_JINJA.filters["name"] = lambda id_, kind: framework.load().names[kind][str(id_)]
_JINJA.filters["few"] = lambda names: listed([*names], NAMED)
_JINJA.filters["ends"] = lambda r: f"{r.low} sampai {r.high}" if r.low < r.high else f"{r.low}"
_JINJA.filters["signed"] = lambda value, places=2: number(value, places, signed=True)
_JINJA.filters["each"] = lambda rows, sentence: [told(sentence, r=r) for r in rows.itertuples()]
_JINJA.tests["missing"] = pd.isna


def years() -> list[int]:
    """Return the years that have an edition or raw files, in order."""
    found = store.read("files")["file"].str.extract(r"^(20\d\d)/")[0].dropna()
    return sorted({*framework.load().years(), *found.astype(int)})


def known_year(asked: Any) -> int:
    """Return a year as it is typed; UsageError where nothing of that year is there."""
    known = years()
    if str(asked) not in map(str, known):
        raise UsageError(f"year {asked!r} has no files; known: {', '.join(map(str, known))}")
    return int(asked)


def points(value: Any, what: str) -> Decimal:
    """Return a target or step, typed as 3, 3.0 or "3,00", in hundredths; UsageError for none."""
    try:
        return Decimal(str(value).replace(",", ".")).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise UsageError(f"{what} {value!r} is no number, as 3.00") from error


_YEARS = ("year", "from_year", "to_year", "since")
_KNOWN: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(_YEARS, lambda value, _: known_year(value)),
    "region": lambda value, _: suggest.region(value).region,
    "pillar": lambda value, _: framework.load().pillar(value).pillar,
    "opd": lambda value, _: suggest.agency(value).opd,
    **dict.fromkeys(("target", "step"), points),
}
"""What a parameter of this name stands for; a region goes by its code or any name on record."""


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


def read_table(table: str, year: Any = None, region: Any = None) -> pd.DataFrame:
    """Return a table of data/processed, or its rows of a year and region; UsageError: unknown."""
    return store.read(table, year=year, region=region)


def region_name(region: str) -> str:
    """Return the name of a region, as `Kabupaten Kutai Kartanegara`."""
    return framework.load().regions[region].name


def pillar_name(pillar: str) -> str:
    """Return the name of a pillar, as `Smart Governance`."""
    return framework.load().pillars[pillar].name


def agency(opd: str) -> Opd:
    """Return an agency (OPD): `opd`, the short name that it has in all frames, and `name`."""
    return suggest.agency(opd)
