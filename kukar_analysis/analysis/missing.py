"""What is not on record of a region and year, which paper would fill it, and who has it."""

from __future__ import annotations

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, programmes, quick_wins

COLUMNS = ["table", "year", "region", "state", "paper", "holder", "sentence"]


def missing(table: str, year: int, region: str) -> pd.DataFrame:
    """Return what of a table is not on record for a region and year: no row, or one.

    `table` is one of definitions/papers.csv. Columns: table, year, region, state (absent: the
    region did not take part; form_unknown: the list of questions was never seen; nothing: no row is
    there; partly), paper (that would fill it; null where there is none to wait for), holder (who
    has it), sentence (for the empty place of a page).
    """
    found = _state(table, year, region)
    if found is None:
        return pd.DataFrame(columns=COLUMNS)
    state, said = found
    fw = framework.load()
    paper, name = fw.papers[table], fw.regions[region].name
    wanted = paper.paper.format(year=year, region=name)
    sentence = said or f"{wanted[0].upper()}{wanted[1:]} belum diterima dari {paper.holder}."
    if said and state in ("nothing", "partly"):
        sentence += f" Akan diisi setelah {wanted} diterima dari {paper.holder}."
    row = {
        "table": table,
        "year": year,
        "region": region,
        "state": state,
        "paper": wanted if state in ("nothing", "partly") else None,
        "holder": paper.holder if state in ("nothing", "partly") else None,
        "sentence": sentence,
    }
    return pd.DataFrame([row], columns=COLUMNS)


def _state(table: str, year: int, region: str) -> tuple[str, str] | None:
    """Return how a table is lacking, and what is said of it; None where nothing is missing."""
    name = framework.load().regions[region].name
    of_letter = table in ("index_scores", "component_scores", "question_scores", "assessor_notes")
    if of_letter and compare.index_value(year, region).known == "absent":
        said = (
            f"{name} tidak ikut evaluasi {year}. Angka 0 yang tercetak di semua kolom bukan nilai."
        )
        return "absent", said
    if table == "index_scores":
        there = compare.index_record(year, region) is not None
        return None if there else ("nothing", f"Indeks {name} {year} belum tercatat.")
    if table == "question_scores":
        return _questions(year, region, name)
    if table == "programmes":
        return _programmes(year, region)
    if table == "quick_win_aspects":
        return _candidates(year, region)
    own = store.read("question_scores" if table == "agency_forms" else table, region=region)
    own = own[own["year"] <= year] if table == "official_statistics" else own[own["year"] == year]
    if table == "agency_forms":
        own = own[own["source"] == "self"]
    if table == "pillar_agencies":
        own = own.dropna(subset="opd")
    return ("nothing", "") if own.empty else None


def _questions(year: int, region: str, name: str) -> tuple[str, str] | None:
    edition = compare.edition_of(year, region)
    scored = len(compare.assessed(year, region))
    asked = edition.questions if edition else None
    if edition and not asked:
        form = framework.load().names["edition"][edition.edition]
        return "form_unknown", f"Daftar butir edisi {form} belum pernah terlihat."
    if scored and scored == asked:
        return None
    said = f"Nilai per butir {name} {year} belum tercatat."
    if scored:
        said = f"Nilai per butir {name} {year} baru tercatat {scored}"
        said += f" dari {asked} butir." if asked else " butir."
    return "partly" if scored else "nothing", said


def _programmes(year: int, region: str) -> tuple[str, str] | None:
    found = programmes.programmes(year, region)
    lacking = int((found["status"].isna() | found["lacks"].notna()).sum())
    if found.empty or not lacking:
        return ("nothing", "") if found.empty else None
    said = f"Status, target, atau realisasi {lacking} dari {len(found)} program belum tercatat."
    return "partly", said


def _candidates(year: int, region: str) -> tuple[str, str] | None:
    found = quick_wins.candidates(year, region)
    lacking = int(found[list(quick_wins.criteria())].isna().any(axis=1).sum())
    if found.empty or not lacking:
        return ("nothing", "") if found.empty else None
    said = f"Nilai aspek atau tingkat risiko {lacking} dari {len(found)} calon belum tercatat."
    return "partly", said
