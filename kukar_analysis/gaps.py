"""What is not on record, and which file would fill the place."""

from __future__ import annotations

from dataclasses import dataclass

from kukar_analysis import compare, framework, store


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
    found = store.read("question_scores")
    found = found[(found["year"] == year) & (found["region"] == region)]
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
