"""What is not on record, and which file would fill the place."""

from __future__ import annotations

from dataclasses import dataclass

from kukar_analysis import framework, store
from kukar_analysis.analysis import compare, programmes, quick_wins


@dataclass(frozen=True)
class Gap:
    """Something a report needs that is not on record."""

    what: str
    """in Indonesian, for the reader of a page"""
    file: str
    """the raw file that would fill it; its headings are in definitions/layouts.csv"""

    @property
    def waits_for(self) -> str:
        """Return the sentence that a page shows in the empty place."""
        return f"Tempat ini akan terisi oleh {self.what} ({self.file})."


def index_gap(year: int, region: str) -> Gap | None:
    """Return what the index of a year waits for, or None when the national table names it."""
    if compare.index_record(year, region) is not None:
        return None
    name = framework.load().regions[region].name
    return Gap(
        f"tabel nasional {year} yang memuat {name}",
        f"data/raw/{year}/tabel-nasional-<kelompok>.csv",
    )


def questions_gap(year: int, region: str) -> Gap | None:
    """Return what the question scores of a year wait for.

    None when all are on record, or when the region did not take part.
    """
    if compare.index_value(year, region).known == "absent":
        return None
    edition = compare.edition_of(year, region)
    found = store.read("question_scores", year=year, region=region)
    assessed = found[found["source"] == "assessor"].dropna(subset="score")
    if edition and edition.questions and len(assessed) == edition.questions:
        return None
    name = framework.load().regions[region].name
    if edition and not edition.questions:
        return Gap(
            f"daftar butir edisi {edition.edition}, yang belum pernah terlihat, lalu nilai per"
            f" butir {name} {year}",
            "kukar_analysis/definitions/edition_questions.csv",
        )
    what = f"nilai per butir {name} {year} dari lampiran surat hasil evaluasi"
    if len(assessed):
        of = f" dari {edition.questions}" if edition and edition.questions else ""
        what += f"; baru {len(assessed)}{of} butir tercatat"
    return Gap(what, f"data/raw/{year}/nilai-butir-{region}.csv")


def agencies_gap(year: int, region: str) -> Gap | None:
    """Return what the agencies of a year wait for; None where they are named."""
    found = store.read("pillar_agencies", year=year, region=region)
    if found["opd"].notna().any():
        return None
    name = framework.load().regions[region].name
    return Gap(f"nama OPD {name} per pilar {year}", f"data/raw/{year}/opd-per-pilar-{region}.csv")


def programmes_gap(year: int, region: str) -> Gap | None:
    """Return what the programmes of a year wait for; None when each has a status and percentage."""
    found = programmes.programmes(year, region)
    name = framework.load().regions[region].name
    if found.empty:
        return Gap(f"daftar program {name} {year}", _programme_list(year))
    lacking = int((found["status"].isna() | found["lacks"].notna()).sum())
    if not lacking:
        return None
    what = f"status, target, dan realisasi {lacking} dari {len(found)} program {name} {year}"
    return Gap(what, _programme_list(year))


def candidates_gap(year: int, region: str) -> Gap | None:
    """Return what the ranking of quick wins waits for; None when each has all scores and a risk."""
    found = quick_wins.candidates(year, region)
    name = framework.load().regions[region].name
    if found.empty:
        return Gap(f"calon quick win {name} {year} dan nilai aspeknya", _programme_list(year))
    lacking = int(found[list(quick_wins.criteria())].isna().any(axis=1).sum())
    if not lacking:
        return None
    what = f"nilai aspek dan tingkat risiko {lacking} dari {len(found)} calon quick win {name}"
    return Gap(f"{what} {year}", _programme_list(year))


def _programme_list(year: int) -> str:
    """Return the form for programmes and quick wins, as `kukar template` names it."""
    return f"data/raw/{year}/program-{year}.xlsx"
