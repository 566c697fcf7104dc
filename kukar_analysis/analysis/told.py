"""Sentences of definitions/sentences.csv, filled in: the package gives figures, they the words.

A sentence is a Jinja template. Filters: n (places) and signed write numbers, name (kind) the name
of an id, listed `a, b, dan c`, few at most five of them, ends a range; `is missing`: null.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, Template

from kukar_analysis import framework
from kukar_analysis.formats import listed, number

NAMED = 5
"""Names in a sentence; of more the number is told."""


def told(sentence: str, **figures: Any) -> str:
    """Return a sentence of the definitions with its figures."""
    return " ".join(_template(sentence).render(figures).split())


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
_JINJA.tests["missing"] = pd.isna
