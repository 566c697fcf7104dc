"""What is done and what is not: status, target against realisation, and budget of programmes.

The bands (definitions/achievement_bands.csv) are of realisation against target in percent, counted
in fractions, so that 91 is 91; they are never put on the index of 0 to 4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import quality
from kukar_analysis.analysis.told import told
from kukar_analysis.formats import number
from kukar_analysis.framework.facts import DIGITAL_PARTS, PROGRAMME_STATUS

Lack = Literal["target", "realisation", "zero_target"]
"""Why there is no percentage: what is not stated, or a target that is not above 0."""
NOT_STATED = "not_stated"
"""A status or a part of the digital transformation that a programme does not state."""
_DOUBTED_BELOW = "good"
"""A programme said to be done that does not reach this band is asked about (an own choice)."""
_COLUMNS = ["pillar", "sub_dimension", "opd", "programme", "is_quick_win", "digital_part"]
_COLUMNS += ["status", "target", "realisation", "percent", "band", "exceeds", "lacks", "doubt"]
_COLUMNS += ["budget", "origin"]


def achievement(target: float, realisation: float) -> Fraction | None:
    """Return realisation / target in percent, exactly; None where there is none (`lack`).

    More is taken to be better: no table says which targets are to fall (docs/metode.md).
    """
    if lack(target, realisation):
        return None
    # of the decimal numbers that the floats were read from
    return 100 * Fraction(repr(float(realisation))) / Fraction(repr(float(target)))


def lack(target: float, realisation: float) -> Lack | None:
    """Return why there is no percentage of the target; None where there is one."""
    if pd.isna(target):
        return "target"
    if pd.isna(realisation):
        return "realisation"
    return None if target > 0 else "zero_target"


def band(percent: Fraction) -> str:
    """Return the band of a percentage: the highest whose lower bound is reached.

    The printed bounds leave gaps: 90.5 is below the band that begins at 91 (an own choice).
    """
    bands = framework.load().achievement_bands.values()
    return next(b.band for b in bands if b.lowest is None or percent >= b.lowest)


def programmes(year: int, region: str) -> pd.DataFrame:
    """Return the programmes of a year in the order of the pillars, each with its achievement.

    percent (of the target) and band are null where they cannot be counted, and lacks says why
    (Lack); exceeds: above 100. doubt: not_begun, and yet a realisation; done, and yet below the
    band Baik; which of both statements is wrong is not known. budget in rupiah.
    """
    found = store.read("programmes", year=year, region=region)
    order, bands = [*framework.load().pillars], framework.load().achievement_bands
    found = found.sort_values("pillar", key=lambda p: p.map(order.index), kind="stable")
    amounts = found[["target", "realisation"]].to_numpy()
    exact = [achievement(*pair) for pair in amounts]
    enough = bands[_DOUBTED_BELOW].lowest or 0
    begun = (found["status"] == "not_begun") & found["realisation"].gt(0)
    short = (found["status"] == "done") & np.array(
        [p is not None and p < enough for p in exact], bool
    )
    made = found.assign(
        percent=[None if p is None else float(p) for p in exact],
        band=[None if p is None else band(p) for p in exact],
        exceeds=[p is not None and p > 100 for p in exact],
        lacks=[lack(*pair) for pair in amounts],
        doubt=found["status"].where(begun | short),
    )
    types = dict.fromkeys(["band", "lacks", "doubt"], "str") | {"percent": "float64"}
    return made[_COLUMNS].astype(types | {"exceeds": "bool"}).reset_index(drop=True)


def programme_counts(programmes: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return counts and budget of programmes by pillar or digital_part, last their `total`.

    rated: with a percentage; then one column a band; exceeding: above 100 percent; without_budget:
    how many state none. Null is a figure of which none of the programmes says anything.
    """
    parts = [*(framework.load().pillars if by == "pillar" else DIGITAL_PARTS)]
    own = programmes.assign(**{by: programmes[by].fillna(NOT_STATED)})
    parts += [NOT_STATED] * (NOT_STATED in {*own[by]})
    groups = {**{part: own[own[by] == part] for part in parts}, "total": own}
    made = pd.DataFrame([{by: part, **_counts(group)} for part, group in groups.items()])
    return made if len(own) else made.iloc[:0]


def _counts(own: pd.DataFrame) -> dict[str, float]:
    stated, rated = own["status"].notna().sum(), own["band"].notna().sum()
    of_status = {s: (own["status"] == s).sum() for s in PROGRAMME_STATUS}
    of_band = {b: (own["band"] == b).sum() for b in framework.load().achievement_bands}
    of_band["exceeding"] = own["exceeds"].sum()
    silent = len(own) > 0
    found = {
        **(dict.fromkeys(of_status) if silent and not stated else of_status),
        NOT_STATED: len(own) - stated,
        "rated": rated,
        **(dict.fromkeys(of_band) if silent and not rated else of_band),
        "budget": own["budget"].sum(min_count=1),
        "without_budget": own["budget"].isna().sum(),
    }
    numbers = {k: float("nan") if n is None else float(n) for k, n in found.items()}
    return {"programmes": len(own), **numbers}


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


def programme_sentences(year: int, region: str) -> list[str]:
    """Say how many programmes are done, how far they are, and what the list does not say.

    Empty where no programme of the year has a status or a percentage.
    """
    found, fw = programmes(year, region), framework.load()
    if found["status"].isna().all() and found["band"].isna().all():
        return []
    counts = programme_counts(found, "digital_part").set_index("digital_part")
    total, parts = counts.loc["total"], counts.drop(index=["total", NOT_STATED], errors="ignore")
    of_status = [f"**{total[s]:.0f} {fw.names['status'][s]}**" for s in PROGRAMME_STATUS]
    nameless = f"{total[NOT_STATED]:.0f} tanpa status tercatat"
    bands, rated = fw.achievement_bands, found.dropna(subset="band")
    first = told(
        "programmes.first",
        region=region,
        year=year,
        of=len(found),
        status=of_status * int(found["status"].notna().any())
        + [nameless] * bool(total[NOT_STATED]),
        rated=len(rated),
        bands=[f"{n} {b.name}" for b in bands.values() if (n := rated["band"].eq(b.band).sum())],
        reached=int((rated["percent"] >= 100).sum()),
        not_begun=(found["doubt"] == "not_begun").sum(),
        done=(found["doubt"] == "done").sum(),
        bound=bands[_DOUBTED_BELOW].lowest,
    )
    figures = {"year": year, "budget": total["budget"], "rejected": rejected(year)}
    said = [first, told("programmes.budget", without=total["without_budget"], **figures)]
    names, some = fw.names["digital_part"], parts["programmes"] > 0
    done = [
        f"{names[str(part)]} {number(n, 0)} dari {of:.0f}"
        for part, n, of in parts.loc[some, ["done", "programmes"]].itertuples()
    ]
    none_of = [names[str(part)] for part in parts.index[~some]]
    return said + [told("programmes.parts", parts=done, none_of=none_of)] * bool(done)
