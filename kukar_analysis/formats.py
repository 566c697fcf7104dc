"""Numbers, dates and lists as Indonesian readers expect them; all rounding for the eye."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import babel.dates
import babel.numbers

_LOCALE = "id_ID"
NOTHING = "–"  # where a value is not on record; never 0


def number(value: Any, places: int = 2, *, signed: bool = False) -> str:
    """Return `2,82`, or signed `+0,44`, half up from its digits: 2.675 is 2,68; nothing is `–`."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value))).normalize()
    # A float that a sum or mean has left a hair off its decimal value is put back first.
    exact = round(exact, 9).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    text = babel.numbers.format_decimal(abs(exact), pattern, locale=_LOCALE)
    return f"−{text}" if exact < 0 else f"+{text}" if signed and exact else text


def day(when: date | datetime | str) -> str:
    """Return a date as `6 Desember 2022`."""
    when = date.fromisoformat(when) if isinstance(when, str) else when
    return babel.dates.format_date(when, "d MMMM yyyy", locale=_LOCALE)


def slug(name: str) -> str:
    """Return a name as part of a file's name: `Diskop UKM` is `diskop-ukm`."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Return `a`, `a dan b`, or `a, b, dan c`; beyond `most` names `a, b, dan 3 lainnya`."""
    if most is not None and len(names) > most:
        names = [*names[:most], f"{len(names) - most} lainnya"]
    return " dan ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])}, dan {names[-1]}"
