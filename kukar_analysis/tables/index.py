"""Tables of the index of one region and year."""

from __future__ import annotations

from typing import Any

from kukar_analysis import display, formats, framework
from kukar_analysis.analysis import compare
from kukar_analysis.display import Column, Shown
from kukar_analysis.formats import number
from kukar_analysis.tables.common import (
    NOT_ON_RECORD,
    asked,
    columns,
    group_name,
    no_components,
    source,
)


def components(year: int, region: Any) -> Shown:
    """Components of a region: weight, score, contribution, and the group's mean beside it."""
    year, code = asked(year, region)
    fw = framework.load()
    profile = compare.component_profile(year, code)
    if profile.empty:
        return no_components(year, code)
    group = group_name(year, code)
    rows = [
        [
            fw.components[r.component].name,
            f"{r.weight}%",
            number(r.score),
            number(r.contribution, 3),
            number(r.group_mean),
            number(r.gap, signed=True),
            number(r.effect, 3, signed=True),
        ]
        for r in profile.itertuples()
    ]
    total = profile[["contribution", "effect"]].sum(min_count=1)
    rows.append(
        [
            "Jumlah",
            f"{profile['weight'].sum()}%",
            "",
            number(total["contribution"], 3),
            "",
            "",
            number(total["effect"], 3, signed=True),
        ]
    )
    labels = [
        "Komponen",
        "Bobot",
        "Nilai",
        "Sumbangan",
        f"Rata-rata {group}",
        "Selisih",
        "Menambah atau mengurangi indeks",
    ]
    return display.table(
        f"Komponen {fw.regions[code].name} {year}",
        columns(labels),
        rows,
        marked=[len(rows) - 1],
        note="Sumbangan = bobot × nilai, sebelum dibulatkan. Kolom terakhir = bobot × selisih:"
        f" berapa komponen itu menambah atau mengurangi indeks dibanding rata-rata peserta {group}."
        f" {source(year)}",
    )


def gaps(year: int, region: Any) -> Shown:
    """Each component and the index against last year, the group, the best and the target."""
    year, code = asked(year, region)
    fw = framework.load()
    found = compare.component_gaps(year, code)
    if found.empty:
        return no_components(year, code)
    of = found.set_index(["component", "against"])
    wanted = ["last_year", "group", "best", "target"]
    listed = [c for c in (*fw.components, "index") if c in of.index.get_level_values(0)]
    rows = []
    for component in listed:
        own = of.loc[component].reindex(wanted)
        holders = own.loc["best", "holders"]
        rows.append(
            [
                "Indeks" if component == "index" else fw.components[component].name,
                *(number(gap, signed=True) for gap in own["gap"]),
                _first(holders.split(", ")) if isinstance(holders, str) else formats.NOTHING,
            ]
        )
    against = [f"{year - 1}", f"Rata-rata {group_name(year, code)}", "Terbaik", "Sasaran"]
    return display.table(
        f"Kekuatan dan kelemahan {fw.regions[code].name} {year}: selisih terhadap ...",
        [*columns(["Komponen", *against]), Column("Terbaik di kelompok")],
        rows,
        marked=[i for i, component in enumerate(listed) if component == "index"],
        note=f"Selisih = nilai {fw.regions[code].name} dikurangi pembanding. {NOT_ON_RECORD}"
        f" Terhadap {year - 1} hanya bila komponennya sebanding; sasaran hanya bila tercatat"
        f" (definitions/targets.csv). {source(year)}",
    )


def _first(holders: list[str]) -> str:
    """Name who holds the best score; of many the first two."""
    more = [f"{len(holders) - 2} lainnya"] if len(holders) > 3 else holders[2:]
    return formats.listed([*holders[:2], *more])


def ranks(year: int, region: Any) -> Shown:
    """Rank of a region nationally, in its group and in its province."""
    year, code = asked(year, region)
    found = compare.ranks(year, code)
    if found.empty:
        return no_components(year, code)
    rows = [
        [
            r.name,
            number(r.rank, 0),
            number(r.of, 0),
            r.tied if isinstance(r.tied, str) else "tidak ada",
        ]
        for r in found.drop(columns="scope").itertuples(index=False)
    ]
    return display.table(
        f"Peringkat {framework.load().regions[code].name} {year} menurut nilai final",
        [
            Column("Di antara"),
            Column("Peringkat", True),
            Column("Dari", True),
            Column("Berbagi peringkat dengan"),
        ],
        rows,
        note="Peringkat dihitung proyek ini dari nilai final yang tercetak."
        f"{_no_field(year, 'Peringkat nasional dan provinsi tidak dapat dihitung')}"
        f" {source(year)}",
    )


def neighbours(year: int, region: Any) -> Shown:
    """Index and components of the regions of the same province, highest first."""
    year, code = asked(year, region)
    fw = framework.load()
    province = fw.regions[code].province_code
    peers = compare.participants(year)
    peers = peers[peers["province_code"] == province].sort_values(
        ["index_published", "region_name"], ascending=[False, True]
    )
    if peers.empty:
        return no_components(year, code)
    rows = [
        [
            p.region_name,
            fw.groups[p.group].name,
            number(p.index_published),
            number(p.improvement_published, signed=True),
        ]
        for p in peers.itertuples()
    ]
    return display.table(
        f"Peserta dari {fw.regions[code].province}, {year}",
        [
            Column("Daerah"),
            Column("Kelompok"),
            Column("Nilai final", True),
            Column("Peningkatan", True),
        ],
        rows,
        marked=[i for i, p in enumerate(peers["region"]) if p == code],
        note=f"{NOT_ON_RECORD} Daerah lain di provinsi ini tidak tercetak sebagai peserta."
        f"{_no_field(year, 'Daftar ini belum lengkap')} {source(year)}",
    )


def origins(year: int, region: Any) -> Shown:
    """Where each figure of the index stands: file and cell, and the document behind it."""
    year, code = asked(year, region)
    fw = framework.load()
    record = compare.index_record(year, code)
    if record is None:
        return no_components(year, code)
    profile = compare.component_profile(year, code)
    rows = [
        [fw.components[r.component].name, number(r.score), r.origin] for r in profile.itertuples()
    ]
    rows.append(["Nilai final", number(record["index_published"]), record["origin"]])
    return display.table(
        "Asal angka",
        [Column("Angka"), Column("Nilai", True), Column("Berkas, baris (l), dan kolom (c)")],
        rows,
        note=f"Berkas ada di bawah data/raw; data/raw/SOURCES.csv mencatat asalnya. {source(year)}",
    )


def _no_field(year: int, consequence: str) -> str:
    missing = compare.missing_of(year)
    return f" {consequence}: {missing}" if missing else ""
