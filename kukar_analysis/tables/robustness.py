"""Tables of how firm a rank is."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, framework
from kukar_analysis.analysis import robustness
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import listed, number
from kukar_analysis.tables.common import asked, columns, group_name, no_components, source

NEIGHBOURS = 5
"""How many regions are shown above and below the own one."""
_CHOICES = {
    "weights": "besar bobot",
    "edition": "bobot edisi yang dipakai",
    "aggregation": "cara merata-ratakan",
    "left_out": "komponen yang dihilangkan",
    "assessors": "pembulatan nilai asesor",
}


def choice_name(choice: str) -> str:
    """Return what a choice is called on a page."""
    return _CHOICES[choice]


def alternative_name(year: int, choice: str, alternative: str) -> str:
    """Return what a choice made otherwise is called on a page.

    Of another edition's weights it names the components of the year that they leave out.
    """
    fw = framework.load()
    if choice == "weights":
        return f"tiap bobot diundi ±{number(100 * robustness.WEIGHT_RANGE, 0)}%"
    if choice == "edition":
        editions = [fw.editions[e] for e in alternative.split()]
        said = listed([f"{fw.groups[e.group].name} {e.year}" for e in editions])
        own = [e.edition for e in fw.editions.values() if e.year == year]
        weighed = {c for e in own for c in fw.weights[e]} - set(fw.weights[editions[0].edition])
        without = listed([fw.components[c].name for c in fw.components if c in weighed])
        return f"bobot {said}" + (f", tanpa {without}" if without else "")
    if choice == "aggregation":
        return "rata-rata geometrik"
    if choice == "left_out":
        return f"tanpa {fw.components[alternative].name}"
    return "nilai asesor diundi di dalam pembulatannya"


def rank_firmness(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Rank of a region as printed and in the draws, with the Monte Carlo error of each figure."""
    year, code = asked(year, region)
    found = robustness.intervals(year, int(draws), int(seed))
    own = found[found["region"] == code]
    if own.empty:
        return no_draws(year, code)
    rows = [
        [
            "Nasional" if r.scope == "national" else group_name(year, code),
            f"{r.printed_rank} dari {r.of}",
            *(_with_error(getattr(r, n), getattr(r, f"{n}_error")) for n in _QUANTILES),
            *(_percent(getattr(r, n), getattr(r, f"{n}_error")) for n in _SHARES),
        ]
        for r in own.itertuples()
    ]
    labels = ["Di antara", "Tercetak", "Peringkat tengah", "Batas 5%", "Batas 95%"]
    labels += ["Sebaik tercetak", "Di paruh atas"]
    return display.table(
        f"Peringkat {framework.load().regions[code].name} {year} pada {number(draws, 0)} undian",
        columns(labels),
        rows,
        note="± = galat Monte Carlo (selang 95%): sejauh itu angka dapat berbeda bila undiannya"
        f" lain. Benih undian {seed}. Hitungan proyek ini. {source(year)}",
    )


def rank_neighbours(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Rank intervals of a region and of those printed just above and below it."""
    year, code = asked(year, region)
    near = robustness.around(robustness.intervals(year, int(draws), int(seed)), code)
    if near.empty:
        return no_draws(year, code)
    place = near.index[near["region"] == code][0]
    own = near.loc[place]
    near = near.iloc[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS + 1]
    rows = [
        [
            r.region_name,
            number(r.printed_rank, 0),
            number(r.median, 0),
            f"{r.low} sampai {r.high}",
            _percent(r.upper_half),
        ]
        for r in near.itertuples()
    ]
    heads = [Column("Daerah"), Column("Tercetak", True), Column("Peringkat tengah", True)]
    heads += [Column("90% undian", True), Column("Di paruh atas", True)]
    where = "nasional" if own["scope"] == "national" else f"di kelompok {group_name(year, code)}"
    return display.table(
        f"Peringkat {where} di sekitar {own['region_name']}, {year}",
        heads,
        rows,
        marked=[i for i, r in enumerate(near["region"]) if r == code],
        note="Rentang yang beririsan tidak mengatakan peringkatnya sama: semua daerah dihitung"
        f" dengan pilihan yang sama pada satu undian. {source(year)}",
    )


def rank_choices(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Rank of a region when a single choice is made otherwise."""
    year, code = asked(year, region)
    found = robustness.one_at_a_time(year, code, int(draws), int(seed))
    if found.empty:
        return no_draws(year, code)
    rows = [
        [
            alternative_name(year, r.choice, r.alternative),
            number(r.rank, 0),
            f"{r.low} sampai {r.high}" if r.low < r.high else "",
            number(r.average_shift, 1),
        ]
        for r in found.itertuples()
    ]
    of, scope = found["of"].iloc[0], found["scope"].iloc[0]
    where = f"dari {of} peserta" if scope == "national" else f"dari {of} di kelompoknya"
    return display.table(
        f"Peringkat {framework.load().regions[code].name} {year} ({where}) bila satu pilihan saja"
        " diubah",
        columns(["Pilihan yang diubah", "Peringkat", "90% undian", "Pergeseran rata-rata"]),
        rows,
        note="Pergeseran rata-rata: berapa peringkat daerah-daerah bergeser dari yang tercetak."
        " Bobot sebuah edisi dipakai untuk semua daerah; komponen yang tidak dinilai pada suatu"
        " daerah tidak diberi bobot, dan bobot lainnya dibagi lagi menurut perbandingannya."
        f" Pada rata-rata geometrik, nilai 0 membuat indeks 0. {source(year)}",
    )


def rank_importance(year: Any, region: Any, draws: Any, seed: Any) -> Shown:
    """Sobol indices of a region's rank: which choice moves it most."""
    year, code = asked(year, region)
    found = robustness.importance(year, code, int(draws), int(seed))
    if found.empty:
        return no_draws(year, code)
    rows = [
        [
            choice_name(r.choice),
            number(r.first),
            f"{number(r.first_low)} sampai {number(r.first_high)}",
            number(r.total),
            f"{number(r.total_low)} sampai {number(r.total_high)}",
        ]
        for r in found.sort_values("total", ascending=False).itertuples()
    ]
    return display.table(
        f"Bagian ragam peringkat {framework.load().regions[code].name} {year} menurut pilihan",
        columns(["Pilihan", "Sendiri", "Selang 95%", "Total", "Selang 95%"]),
        rows,
        note="Indeks Sobol. Sendiri: bagian ragam yang hilang bila pilihan itu dipastikan. Total:"
        " bersama interaksinya dengan pilihan lain. Selang dari 200 sampel ulang; angka sedikit di"
        f" bawah 0 adalah galat undian. Benih undian {seed}. {source(year)}",
    )


def no_draws(year: int, code: str) -> Shown:
    """Return the empty place of a region whose rank cannot be drawn, or never changes."""
    found = robustness.field(year)
    name = framework.load().regions[code].name
    if code in found.regions:
        return display.empty_place(
            f"Peringkat {name} sama pada semua undian.",
            "Tidak ada ragam yang dapat dibagi menurut pilihan.",
        )
    if name in found.incomplete:
        return display.empty_place(
            f"Nilai komponen {name} {year} tidak lengkap.",
            f"Akan terisi oleh tabel nasional {year} yang lengkap"
            f" (data/raw/{year}/tabel-nasional-<kelompok>.csv).",
        )
    return no_components(year, code)


_QUANTILES = ("median", "low", "high")
_SHARES = ("as_good", "upper_half")


def _with_error(value: float, error: float) -> str:
    return f"{number(value, 0)} (±{number(error, 0)})"


def _percent(share: float, error: float | None = None) -> str:
    said = f"{number(100 * share, 1)}%"
    return said if error is None else f"{said} (±{number(100 * error, 1)})"
