"""How firm a rank is, and which choice moves it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import display, framework, tables
from kukar_analysis.analysis import compare, gaps, robustness
from kukar_analysis.display import Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.narrative.common import stayed_away


def rank_firmness(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Answer how firm the rank is, which choice moves it most, and what that does not say."""
    fw = framework.load()
    year, place, draws, seed = fw.year(year), fw.region(region), int(draws), int(seed)
    found = robustness.intervals(year, draws, seed)
    if place.region not in set(found["region"]):
        return _no_rank(year, place.region)
    paragraphs = [_interval(found, place.region, year, draws)]
    paragraphs += _matters(year, place.region, draws, seed)
    return display.prose(*paragraphs, _caveats(year), kind="answer")


def _no_rank(year: int, code: str) -> Shown:
    if compare.index_value(year, code).known == "absent":
        return stayed_away(year, code)
    gap = gaps.index_gap(year, code)
    name = framework.load().regions[code].name
    why = gap.waits_for if gap else "Nilai final atau nilai komponennya tidak lengkap pada tabel."
    return display.prose(
        f"**Ketahanan peringkat {name} {year} tidak dapat dihitung.** {why}", kind="answer"
    )


def _interval(found: pd.DataFrame, code: str, year: int, draws: int) -> str:
    """Say the interval in the widest scope, and in the group where that is another."""
    own = found[found["region"] == code]
    r, name = own.iloc[0], own["region_name"].iloc[0]
    every = robustness.around(found, code)
    usual = (every["high"] - every["low"]).quantile(0.5, interpolation="lower")
    where = "daerah peserta" if r["scope"] == "national" else "peserta kelompoknya"
    printed = f"tercetak {r['printed_rank']} dari {r['of']} {where}"
    if not own["mean_shift"].any():
        return (
            f"**Peringkat {name} {year} tidak berubah oleh pilihan mana pun yang dicoba**:"
            f" {printed}, dan sama pada semua {number(draws, 0)} undian cara hitung."
        )
    error = own[["median_error", "low_error", "high_error"]].to_numpy()[0].max()
    exact = f"paling banyak ±{error}" if error else "kurang dari satu"
    reads = "lebih tepat dibaca sebagai rentang" if r["low"] < r["high"] else "hampir tidak berubah"
    said = (
        f"**Peringkat {name} {year} {reads}: {_range(r)}** ({printed}). Itulah peringkatnya pada"
        f" sedikitnya 90% dari {number(draws, 0)} undian cara hitung lain yang wajar; peringkat"
        f" tengahnya {r['median']}. Galat Monte Carlo ketiga angka itu {exact} peringkat."
        f" Peringkat {r['printed_rank']} atau lebih baik muncul pada {_percent(r, 'as_good')}"
        f" undian, dan paruh atas pada {_percent(r, 'upper_half')}. Rentang itu selebar"
        f" {r['high'] - r['low']} peringkat; separuh dari semua peserta berentang {usual} atau"
        " kurang."
    )
    if len(own) > 1:
        g = own.iloc[1]
        said += (
            f" Di kelompoknya: tercetak {g['printed_rank']} dari {g['of']}, rentangnya {_range(g)}."
        )
    return said


def _matters(year: int, code: str, draws: int, seed: int) -> list[str]:
    """Say which choice explains most of the variance, and how far one choice alone moves."""
    found = robustness.importance(year, code, draws, seed).sort_values("total", ascending=False)
    if found.empty:
        return []
    first, second = (row for _, row in found.head(2).iterrows())
    said = f"Pilihan yang paling menentukan: **{_choice(first)}**, lalu {_choice(second)}."
    if first["total_low"] <= second["total_high"]:
        said = f"Dua pilihan paling menentukan, dan urutannya belum pasti: {_choice(first)}"
        said += f" dan {_choice(second)}."
    return [f"{said} Bila hanya satu pilihan yang diubah, {_alone(year, code, draws, seed)}."]


def _alone(year: int, code: str, draws: int, seed: int) -> str:
    """Say the best and the worst rank that one choice alone gives, and which choices give it."""
    found = robustness.one_at_a_time(year, code, draws, seed)
    best, worst = found["rank"].min(), found["rank"].max()
    if best == worst:
        return f"peringkat tengahnya tetap {best}"
    by = {
        rank: " atau ".join(
            tables.alternative_name(year, r.choice, r.alternative)
            for r in found[found["rank"] == rank].itertuples()
        )
        for rank in (best, worst)
    }
    return f"peringkat terbaiknya {best} ({by[best]}) dan terburuknya {worst} ({by[worst]})"


def _caveats(year: int) -> str:
    """Say what the interval is not, and whom it leaves out."""
    said = (
        "Ini bukan selang kepercayaan atas penilaian kementerian. Nilai komponen diterima apa"
        " adanya, dan pilihan yang dicoba beserta peluangnya ditetapkan proyek ini: rentang lain"
        " memberi hasil lain."
    )
    missing, incomplete = compare.missing_of(year), robustness.field(year).incomplete
    if missing:
        said += f" Peringkat nasional tidak dapat dihitung: {missing}"
    if incomplete:
        said += (
            f" Tidak ikut dihitung, karena nilai komponennya tidak lengkap: {listed(incomplete)}."
        )
    return said


def _range(row: pd.Series) -> str:
    return f"{row['low']} sampai {row['high']}" if row["low"] < row["high"] else f"{row['low']}"


def _percent(row: pd.Series, share: str) -> str:
    return f"{number(100 * row[share], 1)}% (±{number(100 * row[f'{share}_error'], 1)})"


def _choice(row: pd.Series) -> str:
    ends = f"{number(row['total_low'])} sampai {number(row['total_high'])}"
    name = tables.choice_name(row["choice"])
    return f"{name} (indeks Sobol total {number(row['total'])}, selang 95% {ends})"
