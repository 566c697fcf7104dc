"""Values of a frame as texts, by the formats of definitions/columns.csv.

    text                as it is
    number:2            2,82 with so many decimals; signed:3 with its sign; plain: its own decimals
    percent:0           20 is 20%; share:0 takes 0.2 for it
    year  date  yesno   2023, 6 Desember 2022, ya or tidak; place: l37:c3 is baris 37, kolom 3
    name:pillar         the Indonesian name of an id, or of several joined by ", "

Null is `–`. A column that is not defined goes by its own name and dtype.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import formats, framework, places
from kukar_analysis.errors import UsageError

_NUMBERS = ("number", "signed", "plain", "percent", "share")
_BY_DTYPE = {"boolean": "yesno", "integer": "number:0", "mixed-integer-float": "plain"}
_BY_DTYPE |= {"decimal": "plain", "date": "date", "datetime": "date", "datetime64": "date"}
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Cells:
    """A column as it is shown: its heading, values and cells, and whether these are numbers."""

    heading: str
    values: pd.Series
    texts: list[str]
    numeric: bool
    format: str


def cells(frame: pd.DataFrame, columns: Sequence[Any] | Mapping[Any, str] | None) -> list[Cells]:
    """Return the columns of a frame that are shown: see `show.table`."""
    if lacking := [c for c in columns or () if c not in frame.columns]:
        said = f"column {lacking[0]!r} is not in the frame"
        raise UsageError(f"{said}; it has {', '.join(map(str, frame))}")
    if columns is not None and not isinstance(columns, Mapping):
        return [column(frame[name]) for name in columns]
    hidden = {name for name, defined in framework.load().columns.items() if defined.hidden}
    headings, shown = columns or {}, [name not in hidden for name in frame.columns]
    return [column(values, headings.get(name)) for name, values in frame.loc[:, shown].items()]


def column(values: pd.Series, heading: str | None = None) -> Cells:
    """Return one column as it is shown."""
    defined = framework.load().columns.get(str(values.name))
    as_ = defined.format if defined else _by_dtype(values)
    if heading is None:
        heading = defined.heading if defined else str(values.name)
        heading += f" ({defined.unit})" if defined and defined.unit else ""
    numeric = as_.partition(":")[0] in _NUMBERS
    return Cells(heading, values, [text(value, as_) for value in values], numeric, as_)


def text(value: Any, as_: str) -> str:
    """Return a value by its format; a text where a number is expected stays a text."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return formats.NOTHING
    kind, _, detail = as_.partition(":")
    if kind == "name":
        names = framework.load().names.get(detail, {})
        id_ = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
        return names.get(id_) or ", ".join(names.get(part, part) for part in id_.split(", "))
    if kind == "date" and (not isinstance(value, str) or _ISO.fullmatch(value)):
        return formats.day(value)
    if kind == "place":
        return places.in_words(str(value))
    if kind == "text" or isinstance(value, str):
        return str(value)
    if kind == "yesno":
        return "ya" if value else "tidak"
    if kind == "year":
        return f"{value:.0f}"
    if kind == "plain":
        own = -int(Decimal(str(value)).normalize().as_tuple().exponent)
        return formats.number(value, min(max(own, 0), 6))
    value = value * 100 if kind == "share" else value
    made = formats.number(value, int(detail), signed=kind == "signed")
    return made + "%" * (kind in ("percent", "share"))


def _by_dtype(values: pd.Series) -> str:
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind == "floating":  # decimals only where it has some
        return "number:0" if (values.dropna() % 1 == 0).all() else "number:2"
    return _BY_DTYPE.get(kind, "text")
