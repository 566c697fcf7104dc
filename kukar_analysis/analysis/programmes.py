"""What is done and what is not: status, target against realisation, and budget of programmes.

The five bands (definitions/achievement_bands.csv) are of realisation against target in percent;
they are never put on the index of 0 to 4. Percentages are counted in fractions, so that 91 is 91.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import quality
from kukar_analysis.facts import DIGITAL_PARTS, PROGRAMME_STATUS

By = Literal["pillar", "digital_part"]
Lack = Literal["target", "realisation", "zero_target"]
"""Why there is no percentage: what is not stated, or a target that is not above 0."""
NOT_STATED = "not_stated"
"""Column of the programmes that state no status."""
PROGRESS = ["pillar", "sub_dimension", "opd", "programme", "is_quick_win", "digital_part", "status"]
PROGRESS += ["target", "realisation", "percent", "band", "exceeds", "lacks", "budget", "origin"]


def achievement(target: float, realisation: float) -> Fraction | None:
    """Return realisation / target in percent, exactly; None where it cannot be counted.

    That is where one of both is not stated, or the target is not above 0. More is taken to be
    better: the table does not say which targets are to fall (docs/metode.md).
    """
    return None if lack(target, realisation) else 100 * _exact(realisation) / _exact(target)


def lack(target: float, realisation: float) -> Lack | None:
    """Return why there is no percentage of the target; None where there is one."""
    if pd.isna(target):
        return "target"
    if pd.isna(realisation):
        return "realisation"
    return None if target > 0 else "zero_target"


def band(percent: Fraction) -> str:
    """Return the band of a percentage: the highest whose lower bound is reached.

    The printed bounds are whole percents with gaps between them. Here a band begins where its
    lower bound is reached, so that 90.5 is below the band that begins at 91 (an own choice).
    """
    bands = framework.load().achievement_bands.values()
    return next(b.band for b in bands if b.lowest is None or percent >= b.lowest)


def progress(year: int, region: str) -> pd.DataFrame:
    """Return the programmes of a year in the order of the pillars, each with its achievement.

    Columns: pillar, sub_dimension, opd, programme, is_quick_win, digital_part, status (null = not
    stated), target, realisation, percent (of the target; null where it cannot be counted), band
    (null likewise), exceeds (above 100), lacks (see Lack; null where there is a percentage), budget
    (rupiah), origin.
    """
    found = store.read("programmes", year=year, region=region)
    order = list(framework.load().pillars)
    found = found.sort_values("pillar", key=lambda p: p.map(order.index), kind="stable")
    amounts = found[["target", "realisation"]].to_numpy()
    exact = [achievement(*pair) for pair in amounts]
    known = pd.DataFrame(
        {
            "percent": [None if p is None else float(p) for p in exact],
            "band": [None if p is None else band(p) for p in exact],
            "exceeds": [p is not None and p > 100 for p in exact],
            "lacks": [lack(*pair) for pair in amounts],
        },
        index=found.index,
    )
    types = {"percent": "float64", "band": "str", "exceeds": "bool", "lacks": "str"}
    made = found.join(known.astype(types))
    return made[PROGRESS].reset_index(drop=True)


def summary(progress: pd.DataFrame, by: By) -> pd.DataFrame:
    """Return counts and budget of programmes by pillar or by part of the digital transformation.

    Columns: `by` (all of them in order; last a null for those of which it is not stated, where
    there are any), programmes, done, running, not_begun, not_stated, rated (with a percentage), one
    column a band, exceeds, budget (rupiah, of those that state one; null where none does),
    without_budget (how many state none).
    """
    known = list(framework.load().pillars) if by == "pillar" else list(DIGITAL_PARTS)
    parts: list[str | None] = [*known, None] if progress[by].isna().any() else [*known]
    rows = []
    for part in parts:
        own = progress[progress[by].isna() if part is None else progress[by] == part]
        rows.append({by: part, **counts(own)})
    return pd.DataFrame(rows).astype({"budget": "float64"})


def counts(progress: pd.DataFrame) -> dict[str, int | float | None]:
    """Return the figures of `summary` for some programmes together."""
    status, bands = progress["status"], progress["band"]
    return {
        "programmes": len(progress),
        **{s: int((status == s).sum()) for s in PROGRAMME_STATUS},
        NOT_STATED: int(status.isna().sum()),
        "rated": int(bands.notna().sum()),
        **{b: int((bands == b).sum()) for b in framework.load().achievement_bands},
        "exceeds": int(progress["exceeds"].sum()),
        "budget": progress["budget"].sum() if progress["budget"].notna().any() else None,
        "without_budget": int(progress["budget"].isna().sum()),
    }


def pressing(progress: pd.DataFrame) -> pd.DataFrame:
    """Return the programmes not begun or in the lowest band, the least achieved of a pillar first.

    Columns: those of `progress`. A programme whose status is not stated is here for its band only.
    """
    lowest = list(framework.load().achievement_bands)[-1]
    found = progress[(progress["status"] == "not_begun") | (progress["band"] == lowest)]
    order = list(framework.load().pillars)
    return found.sort_values(
        ["pillar", "percent"],
        key=lambda column: column.map(order.index) if column.name == "pillar" else column,
        na_position="first",
    )


def contradictions(progress: pd.DataFrame) -> pd.DataFrame:
    """Return the programmes said to be not begun that have a realisation above 0.

    Columns: those of `progress`. They are listed, not mended: which of both is wrong is not known.
    """
    return progress[(progress["status"] == "not_begun") & progress["realisation"].gt(0)]


def rejected(year: int) -> int:
    """Return how many records were rejected in a year's files that hold lists of programmes.

    Such a file may hold other lists too; its rejected records are counted whatever they list.
    """
    files = store.read("files", year=year).set_index("file")["kind"]
    lists = files.index[files.str.contains("programmes|quick_wins")]
    found = quality.rejected(year)["origin"]
    found = found[found.map(places.file_of).isin(lists)]
    # of a record with several faults each cell has a line
    return int(found.map(places.record_of).nunique())


def _exact(value: float) -> Fraction:
    """Return a float as the decimal number that it was read from."""
    return Fraction(Decimal(repr(float(value))))
