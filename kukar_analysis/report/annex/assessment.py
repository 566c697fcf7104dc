"""The sheets of the assessment: the assessors' scores and notes, and the agencies' own answers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare, gaps
from kukar_analysis.report.annex.common import (
    ORIGIN,
    PILLAR,
    REGION,
    missing_of,
    named,
    offices,
    pillar_names,
    region_name,
    rows_of,
    said_of,
    sheet_of,
)
from kukar_analysis.report.annex.national import STAYED_AWAY
from kukar_analysis.report.annex.sheet import Column, Sheet

_QUESTION = [REGION, Column("Kode butir", "code"), Column("Butir"), Column("Komponen"), *PILLAR]


def questions(year: int, regions: list[str]) -> Sheet:
    """Return the assessors' score of every question."""
    found = _questions(year, regions, "assessor")
    return sheet_of(
        "Nilai butir",
        f"Nilai asesor per butir {year}",
        found,
        [*_QUESTION, Column("Nilai asesor", "score"), Column("Keterangan"), ORIGIN],
        lambda q: [*_question(q), q.score, q.remark, q.origin],
        missing=_question_gaps(year, regions),
    )


def answers(year: int, regions: list[str]) -> Sheet:
    """Return the agencies' own answers, with the assessors' score of the question beside them."""
    found = _questions(year, offices(regions), "self")
    file = "formulir OPD di data/raw/{year}/opd/"
    scores = _questions(year, regions, "assessor").set_index(["region", "question"])["score"]
    scores = scores[~scores.index.duplicated(keep=False)]
    return sheet_of(
        "Jawaban OPD",
        f"Jawaban dan penilaian mandiri OPD {year}",
        found,
        [
            *_QUESTION,
            Column("OPD"),
            Column("Jawaban"),
            Column("Nilai mandiri", "score"),
            Column("Nilai asesor", "score"),
            Column("Data dukung"),
            Column("Keterangan"),
            ORIGIN,
        ],
        lambda q: [
            *_question(q),
            q.opd,
            q.answer,
            q.score,
            scores.get((q.region, q.question)),
            q.evidence,
            q.remark,
            q.origin,
        ],
        missing=missing_of(found, year, regions, "Jawaban OPD", file),
        notes=[
            "Satu baris satu butir dari satu OPD; butir yang ditanyakan tetapi tidak dijawab"
            " kosong. Nilai asesor berlaku bagi butirnya, bukan bagi OPD-nya.",
        ],
    )


def assessor_notes(year: int, regions: list[str]) -> Sheet:
    """Return what the assessors wrote."""
    fw = framework.load()
    found = rows_of("assessor_notes", year, offices(regions))
    file = "surat hasil evaluasi di data/raw/{year}/"
    return sheet_of(
        "Catatan asesor",
        f"Catatan asesor {year}",
        found,
        [REGION, Column("Isi"), Column("Pilar"), Column("Catatan"), ORIGIN],
        lambda n: [
            region_name(n),
            fw.names["kind"][n.kind],
            named(fw.pillars, n.pillar),
            n.text,
            n.origin,
        ],
        missing=missing_of(found, year, regions, "Catatan asesor", file),
    )


def _questions(year: int, regions: list[str], source: str) -> pd.DataFrame:
    """Return the question scores of a source, with their printed code, in the form's order."""
    fw = framework.load()
    found = rows_of("question_scores", year, regions)
    found = found[found["source"] == source]
    printed = [
        fw.edition_questions.get(edition, {}).get(question)
        for edition, question in zip(found["edition"], found["question"], strict=True)
    ]
    order, components = list(fw.questions), list(fw.components)
    found = found.assign(
        code=[p.code if p else None for p in printed],
        place=[
            (regions.index(r), components.index(c), p.number if p else len(order), order.index(q))
            for r, c, p, q in zip(
                found["region"], found["component"], printed, found["question"], strict=True
            )
        ],
    )
    return found.sort_values(["place", "opd"], kind="stable")


def _question_gaps(year: int, regions: list[str]) -> list[str]:
    absent = [r for r in regions if compare.index_value(year, r).known == "absent"]
    names = framework.load().regions
    return [
        *said_of(gaps.questions_gap(year, r) for r in regions),
        *(f"{names[r].name} {STAYED_AWAY} evaluasi {year}." for r in absent),
    ]


def _question(q: Any) -> list[Any]:
    fw = framework.load()
    label, component = fw.questions[q.question].label, fw.components[q.component].name
    return [region_name(q), q.code, label, component, *pillar_names(q)]
