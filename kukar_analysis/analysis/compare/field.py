"""The regions of an edition or a year, and whether all of them are there (check.fields)."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import check, framework, store
from kukar_analysis.analysis.compare.index import edition_of


def whole_field(year: int) -> pd.DataFrame:
    """Return for each edition of a year, and the nation, whether all its regions are on record.

    Columns: see check.fields; `whole` is the verdict, `missing` says in words what is missing.
    """
    names = ("index_scores", "files", "rejected")
    # the files and what was rejected are looked at whole: their year is that of their folder
    return check.fields({name: store.read(name) for name in names}, year)


def missing_of(year: int, edition: str | None = None) -> str:
    """Return what is missing of an edition's field, or of the nation's; empty where it is whole."""
    found = whole_field(year)
    own = found["edition"].isna() if edition is None else found["edition"] == edition
    return str(found.loc[own, "missing"].iloc[0]) if own.any() else ""


def missing_field(year: int, region: str) -> str:
    """Return what is missing of the field that a region was evaluated in; "" where it is whole."""
    edition = edition_of(year, region)
    return missing_of(year, edition.edition) if edition else ""


def participants(year: int, *, partial: bool = False) -> pd.DataFrame:
    """Return index_scores of the regions that took part and have a final, with their group.

    Columns: those of index_scores, plus group, province and province_code. Only of editions whose
    field is whole: a mean, rank or range of a part is none of the whole. `partial` gives all.
    """
    fw = framework.load()
    found = store.read("index_scores", year=year)
    found = found[found["participated"]].dropna(subset="index_published")
    if not partial:
        verdict = whole_field(year).query("whole")
        found = found[found["edition"].isin(verdict["edition"])]
    return found.assign(
        group=[fw.editions[e].group for e in found["edition"]],
        province=[fw.regions[r].province for r in found["region"]],
        province_code=[fw.regions[r].province_code for r in found["region"]],
    ).astype({"group": "str", "province": "str", "province_code": "str"})


def components(year: int, *, partial: bool = False) -> pd.DataFrame:
    """Return the component scores of all participants of a year, a row a region and component.

    Columns: year, region, region_name, province, group, edition, component, weight (percent),
    score (0 to 4), origin. Only of editions whose field is whole; `partial` gives all on record.
    """
    fw = framework.load()
    found = store.read("component_scores", year=year).dropna(subset="score")
    if not partial:
        found = found[found["edition"].isin(whole_field(year).query("whole")["edition"])]
    order = list(fw.components)
    found = found.assign(
        region_name=[fw.regions[r].name for r in found["region"]],
        province=[fw.regions[r].province for r in found["region"]],
        group=[fw.editions[e].group for e in found["edition"]],
        weight=[fw.weights[e].get(c, 0) for e, c in found[["edition", "component"]].values],
        place=[order.index(c) for c in found["component"]],
    )
    columns = ["year", "region", "region_name", "province", "group", "edition", "component"]
    columns += ["weight", "score", "origin"]
    typed = {"region_name": "str", "province": "str", "group": "str", "weight": "int64"}
    return found.sort_values(["region", "place"], ignore_index=True)[columns].astype(typed)
