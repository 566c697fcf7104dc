"""The sheets of all regions of a year: index, components, and official statistics."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.narrative.common import value_shown
from kukar_analysis.report.annex.sheet import Column, Measure, Sheet

NOT_WEIGHED = "tidak berlaku"
STAYED_AWAY = "tidak ikut"
_WHO = [Column("Kode", "code"), Column("Daerah"), Column("Daerah laporan ini")]
_GROUP = [Column("Kelompok"), Column("Keikutsertaan")]


def origins(found: pd.Series) -> str:
    """Return several places as one text: `2023/table.csv#l2:c3, c4; 2023/form.xlsx#Umum!G7`.

    What a place shares with the one before it, up to `#`, `!` or `:`, is not said again.
    """
    said, last = "", ("", "")
    for origin in found.drop_duplicates():
        file, place = places.file_of(origin), places.within(origin)
        at = max(place.rfind("!"), place.rfind(":")) + 1
        head, cell = place[:at], place[at:]
        if not said or file != last[0]:
            said += f"; {origin}" if said else origin
        else:
            said += f", {cell if head == last[1] else place}"
        last = file, head
    return said


def files_of(found: pd.DataFrame) -> frozenset[str]:
    """Return the raw files that rows came from."""
    return frozenset(map(places.file_of, found["origin"]))


def index(year: int, regions: list[str]) -> Sheet:
    """Return every region of the year's national tables, highest first, the absent ones last."""
    fw = framework.load()
    found = _national(year)
    rows = [
        [
            *_who(r.region, regions),
            fw.regions[r.region].province,
            *_group(r),
            r.index_published,
            r.improvement_published,
            r.origin,
        ]
        for r in found.itertuples(index=False)
    ]
    return Sheet(
        "Indeks",
        f"Indeks Smart City {year}: tabel nasional",
        [
            *_WHO,
            Column("Provinsi"),
            *_GROUP,
            Column("Nilai final", "score"),
            Column("Peningkatan", "signed"),
            Column("Asal", "origin"),
        ],
        rows,
        missing=(
            *(_standing(year, region) for region in regions),
            *_missing_groups(year),
        ),
        notes=("Angka seperti tercetak; urut menurut nilai final, yang tidak ikut di bawah.",),
        marked=_marked(found["region"], regions),
        files=files_of(found),
    )


def components(year: int, regions: list[str]) -> Sheet:
    """Return the component scores, a row a region and a column a component."""
    fw = framework.load()
    found = store.read("component_scores")
    found = found[found["year"] == year]
    shown = [c for c in fw.components if c in set(found["component"])]
    known = _national(year).set_index("region")
    order = list(known.index)
    own = {region: rows.set_index("component") for region, rows in found.groupby("region")}
    listed = sorted(own, key=lambda r: order.index(r) if r in order else len(order))
    rows = []
    for region in listed:
        edition = own[region]["edition"].iloc[0]
        group = _group(known.loc[region]) if region in order else [_group_name(edition), None]
        scores = [_component(c, edition, own[region]) for c in shown]
        rows.append([*_who(region, regions), *group, *scores, origins(own[region]["origin"])])
    return Sheet(
        "Komponen",
        f"Nilai komponen {year}",
        [
            *_WHO,
            *_GROUP,
            *(Column(fw.components[c].name, "score") for c in shown),
            Column("Asal", "origin"),
        ],
        rows,
        missing=(
            *(gap.waits_for for r in regions if (gap := gaps.index_gap(year, r))),
            *_missing_groups(year),
        ),
        notes=tuple(_weights(found)),
        marked=_marked(pd.Series(listed, dtype="str"), regions),
        files=files_of(found),
    )


def statistics(year: int, regions: list[str]) -> Sheet:
    """Return the official statistics of the year, of every region on record."""
    fw = framework.load()
    found = store.read("official_statistics")
    found = found[found["year"] == year]
    order = list(fw.statistics)
    found = found.sort_values(
        ["statistic", "region"],
        key=lambda c: c.map(order.index) if c.name == "statistic" else c,
    )
    rows = [
        [
            *_who(s.region, regions),
            fw.statistics[s.statistic].name,
            Measure(s.value, fw.statistics[s.statistic].decimals),
            s.unit_of_measure,
            fw.citations[s.citation].beside_figure,
            s.origin,
        ]
        for s in found.itertuples(index=False)
    ]
    return Sheet(
        "Statistik",
        f"Statistik resmi dan pers {year}",
        [
            *_WHO,
            Column("Statistik"),
            Column("Angka", "amount"),
            Column("Satuan"),
            Column("Sumber"),
            Column("Asal", "origin"),
        ],
        rows,
        missing=tuple(
            f"Statistik {fw.regions[r].name} {year} tidak tercatat. Akan terisi oleh"
            f" data/raw/{year}/statistik-{r}.csv."
            for r in regions
            if r not in set(found["region"])
        ),
        notes=("Bukan bagian nilai evaluasi; ditaruh sebagai latar.",),
        marked=_marked(found["region"], regions),
        files=files_of(found),
    )


def _national(year: int) -> pd.DataFrame:
    """Return index_scores of the year: highest first, then those that stayed away, by name."""
    found = store.read("index_scores")
    return found[found["year"] == year].sort_values(
        ["participated", "index_published", "region_name"], ascending=[False, False, True]
    )


def _who(region: str, regions: list[str]) -> list[Any]:
    return [region, framework.load().regions[region].name, "ya" if region in regions else None]


def _group(record: Any) -> list[str]:
    return [_group_name(record.edition), "ikut" if record.participated else STAYED_AWAY]


def _group_name(edition: str) -> str:
    fw = framework.load()
    return fw.groups[fw.editions[edition].group].name


def _component(component: str, edition: str, own: pd.DataFrame) -> Any:
    """Return a score as printed; a component that the edition does not weigh does not apply."""
    if component in own.index:
        return own.loc[component, "score"]
    return None if component in framework.load().weights[edition] else NOT_WEIGHED


def _standing(year: int, region: str) -> str:
    """Say a region's index and how it is known, and the file that is waited for."""
    name, value = framework.load().regions[region].name, compare.index_value(year, region)
    gap = gaps.index_gap(year, region)
    return f"{name}: {value_shown(value)}." + (f" {gap.waits_for}" if gap else "")


def _missing_groups(year: int) -> list[str]:
    return [missing] if (missing := compare.missing_of(year)) else []


def _weights(found: pd.DataFrame) -> list[str]:
    """Say the weights of every edition in the table."""
    fw = framework.load()
    said = []
    for edition in found["edition"].drop_duplicates():
        weights = [f"{fw.components[c].name} {w}%" for c, w in fw.weights[edition].items()]
        said.append(f"Bobot {_group_name(edition)}: {', '.join(weights)}.")
    return said


def _marked(found: pd.Series, regions: list[str]) -> frozenset[int]:
    return frozenset(i for i, region in enumerate(found) if region in regions)
