"""Sentences of definitions/sentences.csv, and frames in type and order.

Filters of a sentence (a Jinja template): n (places) and signed write numbers, name (kind) an id's
name, each (sentence) tells of every row `r` of a frame, listed `a, b, dan c`, few at most five.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

from kukar_analysis import framework
from kukar_analysis.formats import listed, number

NAMED = 5
"""Names in a sentence; of more the number is told."""
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


def _name(id_: Any, kind: str) -> str:
    return framework.load().names[kind][str(id_)]


_JINJA = Environment(undefined=StrictUndefined)
_JINJA.filters |= {"n": number, "name": _name, "listed": lambda names: listed([*names])}
_JINJA.filters["few"] = lambda names: listed([*names], NAMED)
_JINJA.filters["ends"] = lambda r: f"{r.low} sampai {r.high}" if r.low < r.high else f"{r.low}"
_JINJA.filters["signed"] = lambda value, places=2: number(value, places, signed=True)
_JINJA.filters["each"] = lambda rows, sentence: [told(sentence, r=r) for r in rows.itertuples()]
_JINJA.tests["missing"] = pd.isna
