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
from kukar_analysis.formats import listed, number
from kukar_analysis.framework.facts import DIGITAL_PARTS, PROGRAMME_STATUS

Lack = Literal["target", "realisation", "zero_target"]
"""Why there is no percentage: what is not stated, or a target that is not above 0."""
NOT_STATED = "not_stated"
"""A status or a part of the digital transformation that a programme does not state."""
_DOUBTED_BELOW = "good"
"""A programme said to be done that does not reach this band is asked about (an own choice)."""
_TEXTS = ["pillar", "sub_dimension", "opd", "programme", "digital_part", "status", "band", "lacks"]
_TEXTS += ["doubt", "origin"]
PROGRAMMES = ["pillar", "sub_dimension", "opd", "programme", "is_quick_win", "digital_part"]
PROGRAMMES += ["status", "target", "realisation", "percent", "band", "exceeds", "lacks", "doubt"]
PROGRAMMES += ["budget", "origin"]


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


def programmes(year: int, region: str) -> pd.DataFrame:
    """Return the programmes of a year in the order of the pillars, each with its achievement.

    Columns: pillar, sub_dimension, opd, programme, is_quick_win, digital_part, status (null = not
    stated), target, realisation, percent (of the target; null where it cannot be counted), band
    (null likewise), exceeds (above 100), lacks (see Lack; null where there is a percentage), doubt
    (not_begun: said so, and yet a realisation above 0; done: said so, and yet below the band Baik;
    which of both is wrong is not known; else null), budget (rupiah), origin.
    """
    found = store.read("programmes", year=year, region=region)
    order = list(framework.load().pillars)
    found = found.sort_values("pillar", key=lambda p: p.map(order.index), kind="stable")
    amounts = found[["target", "realisation"]].to_numpy()
    exact = [achievement(*pair) for pair in amounts]
    enough = framework.load().achievement_bands[_DOUBTED_BELOW].lowest or 0
    begun = (found["status"] == "not_begun") & found["realisation"].gt(0)
    short = pd.Series([p is not None and p < enough for p in exact], found.index, dtype="bool")
    made = found.assign(
        percent=[None if p is None else float(p) for p in exact],
        band=[None if p is None else band(p) for p in exact],
        exceeds=[p is not None and p > 100 for p in exact],
        lacks=[lack(*pair) for pair in amounts],
        doubt=found["status"].where(begun | (found["status"].eq("done") & short)),
    )[PROGRAMMES]
    types = dict.fromkeys(_TEXTS, "str") | {"percent": "float64", "exceeds": "bool"}
    return made.astype(types).reset_index(drop=True)


def programme_counts(programmes: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return counts and budget of programmes by pillar or digital_part, last their sum.

    Columns: `by` (all in order; `not_stated` for those of which it is not known, if any; `total`),
    programmes, done, running, not_begun, not_stated, rated (with a percentage), one column a band,
    exceeding (100 percent), budget (rupiah, of those that state one), without_budget (how many
    state none). Null is a figure of which none of the programmes says anything. Empty without
    programmes.
    """
    parts = [*(framework.load().pillars if by == "pillar" else DIGITAL_PARTS)]
    own = programmes.assign(**{by: programmes[by].fillna(NOT_STATED)})
    parts += [NOT_STATED] * (NOT_STATED in own[by].tolist())
    rows = [{by: part, **_counts(own[own[by] == part])} for part in parts]
    made = pd.DataFrame([*rows, {by: "total", **_counts(own)}])
    return made if len(own) else made.iloc[:0]


def _counts(own: pd.DataFrame) -> dict[str, float]:
    stated, rated = own["status"].notna().sum(), own["band"].notna().sum()
    nothing = float("nan")
    bands = framework.load().achievement_bands
    of_status = {s: float((own["status"] == s).sum()) for s in PROGRAMME_STATUS}
    of_band = {b: float((own["band"] == b).sum()) for b in bands}
    of_band["exceeding"] = float(own["exceeds"].sum())
    return {
        "programmes": len(own),
        **(of_status if stated or own.empty else dict.fromkeys(of_status, nothing)),
        NOT_STATED: float(len(own) - stated),
        "rated": float(rated),
        **(of_band if rated or own.empty else dict.fromkeys(of_band, nothing)),
        "budget": own["budget"].sum(min_count=1),
        "without_budget": float(own["budget"].isna().sum()),
    }


def achievement_bands() -> pd.DataFrame:
    """Return the bands of achievement, the highest first.

    Columns: band, lowest and highest (percent, as printed), below (percent: a band ends below the
    lower bound of the one above it; null for the first), known (how), citation.
    """
    bands = framework.load().achievement_bands.values()
    rows = [(b.band, b.lowest, b.highest, b.status, b.citation) for b in bands]
    made = pd.DataFrame(rows, columns=["band", "lowest", "highest", "known", "citation"])
    made.insert(3, "below", made["lowest"].shift())
    return made


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
    found = programmes(year, region)
    if found["status"].isna().all() and found["band"].isna().all():
        return []
    counts = programme_counts(found, "digital_part").set_index("digital_part")
    total = counts.loc["total"]
    return [
        f"{_by_status(total, f'{framework.load().regions[region].name} {year}')} {_by_band(found)}"
        f" {_doubts(found)}",
        _budget(total, year),
        *_by_part(counts.drop(index=["total", NOT_STATED], errors="ignore")),
    ]


def _by_status(total: pd.Series, whose: str) -> str:
    names = framework.load().names["status"]
    said = [f"**{number(total[s], 0)} {names[s]}**" for s in PROGRAMME_STATUS if total[s] >= 0]
    said += [f"{number(total[NOT_STATED], 0)} tanpa status tercatat"] * bool(total[NOT_STATED])
    return f"Dari {number(total['programmes'], 0)} program {whose}, {listed(said)}."


def _by_band(found: pd.DataFrame) -> str:
    rated = found.dropna(subset="band")
    if rated.empty:
        return "Capaian terhadap target tidak dapat dihitung untuk satu program pun."
    bands = framework.load().achievement_bands.values()
    said = [f"{n} {b.name}" for b in bands if (n := int((rated["band"] == b.band).sum()))]
    reached = int((rated["percent"] >= 100).sum())
    return (
        f"Capaian terhadap target dapat dihitung untuk {len(rated)} program: {listed(said)};"
        f" {reached or 'tidak satu pun'} mencapai atau melampaui target."
    )


def _doubts(found: pd.DataFrame) -> str:
    """Say that it is the office's own, and of how many programmes two statements disagree."""
    bound = framework.load().achievement_bands[_DOUBTED_BELOW].lowest
    why = {
        "not_begun": "disebut belum dimulai padahal mencatat realisasi",
        "done": f"disebut selesai padahal capaiannya di bawah {bound}%",
    }
    said = [f"**{n} program** {why[d]}" for d in why if (n := int((found["doubt"] == d).sum()))]
    first = "Semua ini isian kantor sendiri, bukan nilai asesor"
    return f"{first}, dan belum pasti: {listed(said)}." if said else f"{first}."


def _budget(total: pd.Series, year: int) -> str:
    silent, said = int(total["without_budget"]), "Anggaran tidak tercatat."
    if pd.notna(total["budget"]):
        said = f"Anggaran yang tercatat berjumlah Rp{number(total['budget'], 0)}"
        said += f"; {silent} program tidak mencatatnya." if silent else "."
    if out := rejected(year):
        said += (
            f" Pada berkas {year} yang memuat daftar program, {out} baris data ditolak dan tidak"
            " terhitung di sini; sebabnya ada pada halaman mutu data."
        )
    return said


def _by_part(counts: pd.DataFrame) -> list[str]:
    """Say how many programmes of each part of the digital transformation are done."""
    names = framework.load().names["digital_part"]
    some = counts[counts["programmes"] > 0]
    if some.empty:
        return []
    said = [
        f"{names[str(part)]} {number(done, 0)} dari {number(of, 0)}"
        for part, done, of in some[["done", "programmes"]].itertuples()
    ]
    none = [names[str(part)] for part in counts.index.difference(some.index, sort=False)]
    rest = f" Tidak ada program tercatat untuk {listed(none)}." if none else ""
    return [f"Yang selesai menurut bagian transformasi digital: {listed(said)}.{rest}"]


def _exact(value: float) -> Fraction:
    """Return a float as the decimal number that it was read from."""
    return Fraction(Decimal(repr(float(value))))
