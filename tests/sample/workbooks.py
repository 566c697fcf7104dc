"""The agencies' workbooks, in four layouts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from kukar_analysis import forms, framework
from sample import books
from sample.agencies import RECAP, Answer, answers, asked, pillars_of
from sample.books import Formula, Value
from sample.figures import MARK, PLACE, REGION, comma

_TYPED = ("F", "G", "H", "I")
"""Columns of the project's own form that are filled in: answer, score, evidence, remark."""


def form(path: Path, year: int, opd: str, questions: Iterable[str], extra: Any = None) -> None:
    """Fill in the project's own form. `extra` is the id of a question that is not in it."""
    found = {a.question: a for a in answers(year, opd, questions, lambda s: f"{s:g}")}
    found = {q: _with_comma(a) for q, a in found.items()}
    with tempfile.TemporaryDirectory() as folder:
        carried = {opd: pillars_of(year, opd)}
        (blank,) = forms.write("agency", year, REGION, Path(folder), [opd], carried)
        book = load_workbook(blank)
    book.properties.creator = MARK
    for sheet in book:
        mark(sheet)
        for row in range(1, sheet.max_row + 1):
            answer = found.get(sheet.cell(row, 2).value)
            if answer:
                typed = (answer.answer, answer.score, answer.evidence, answer.remark)
                for column, value in zip(_TYPED, typed, strict=True):
                    sheet[f"{column}{row}"] = value
    if extra:
        sheet = book[framework.load().pillars[pillars_of(year, opd)[0]].name]
        line = (99, extra, None, None, None, "Ditambahkan sendiri", "3", "Laporan Contoh 99")
        books.rows(sheet, sheet.max_row + 1, [line])
    books.save(book, path)


def mark(sheet: Any) -> None:
    """Say in the first row that the sheet is invented."""
    title = sheet["A1"].value
    if sheet.sheet_state == "visible":
        sheet["A1"] = f"{MARK} – {title}" if title else MARK
    else:
        sheet.cell(1, sheet.max_column + 2).value = MARK


def _with_comma(answer: Answer) -> Answer:
    score = answer.score
    typed = score.replace(".", ",") if isinstance(score, str) else score
    return Answer(answer.question, answer.answer, typed, answer.evidence, answer.remark)


def own_layout(
    path: Path,
    year: int,
    opd: str,
    made: Sequence[Answer],
    paraf: bool = False,
    remark: str = "",
    below: Sequence[Value] = (),
) -> None:
    """Write an office's own layout: headings over two rows, sections, and a signature block.

    `paraf` adds a column that nobody reads; `remark` a line of text among the answers; `below` is
    a row under the signature.
    """
    fw = framework.load()
    book = books.new(f"Penilaian mandiri {opd}", year)
    sheet = book.create_sheet("Penilaian")
    caption = f"Perangkat Daerah : {fw.opd[opd].name}" if opd else "Formulir isian"
    first = ["No", "Uraian Butir", "Jawaban", "Penilaian Mandiri", None, "Keterangan"]
    second: list[Value] = [None, None, None, "Nilai", "Data Dukung", None]
    lines: list[list[Value]] = [
        [MARK],
        [f"PEMERINTAH {PLACE.upper()}"],
        [f"PENILAIAN MANDIRI SMART CITY TAHUN {year}"],
        [caption],
        ["Kabupaten/Kota", ":", PLACE],
        ["Tahun Evaluasi", ":", year],
        [],
        first + (["Paraf"] if paraf else []),
        second,
        [1, 2, 3, 4, 5, 6],
    ]
    for letter, (pillar, own) in zip("ABC", _by_pillar(made).items(), strict=False):
        lines.append([f"{letter}. {fw.pillars[pillar].name}"])
        for number, a in enumerate(own, start=1):
            label = fw.questions[a.question].label
            lines.append([number, label, a.answer, a.score, a.evidence, a.remark])
            if paraf:
                lines[-1].append("ada")
    lines += [[remark]] if remark else []
    lines += [*_signature(year, opd), *([below] if below else [])]
    books.rows(sheet, 1, lines)
    books.head(sheet, 8, 9, ("A8:A9", "B8:B9", "C8:C9", "D8:E8", "F8:F9"))
    books.save(book, path)


def _signature(year: int, opd: str) -> list[list[Value]]:
    """Return the block of an invented signatory."""
    head = f"Kepala {framework.load().opd[opd].name}" if opd else "Kepala Dinas"
    texts = (None, f"Kota Contoh, 15 Mei {year}", head, None, "Nama Contoh", "NIP. 000000")
    return [[None, None, None, None, text] for text in texts]


def _by_pillar(made: Iterable[Answer]) -> dict[str, list[Answer]]:
    parts: dict[str, list[Answer]] = {}
    for answer in made:
        pillar = framework.load().questions[answer.question].pillar or ""
        parts.setdefault(pillar, []).append(answer)
    return parts


def recap(path: Path, year: int) -> None:
    """Write the coordinator's recap: a row a question, the agencies in a column."""
    fw = framework.load()
    book = books.new("Rekapitulasi penilaian mandiri", year)
    sheet = book.create_sheet("Rekap")
    lines: list[list[Value]] = [
        [f"{MARK} – REKAPITULASI PENILAIAN MANDIRI SMART CITY {year}"],
        [None, "Dihimpun koordinator dari surat perangkat daerah"],
        ["DAERAH", PLACE],
        [],
        ["NO", "NAMA OPD", "PILAR", "INDIKATOR", "CAPAIAN", "SKOR", "EVIDEN", "KET"],
    ]
    for number, (opd, question) in enumerate(RECAP[year], start=1):
        (a,) = answers(year, "recap", [question], comma)
        facts = fw.questions[question]
        pillar = fw.pillars[facts.pillar or ""].name
        lines.append([number, opd, pillar, facts.label, a.answer, a.score, a.evidence, a.remark])
    books.rows(sheet, 1, lines)
    books.head(sheet, 5, 5, ())
    books.save(book, path)


def per_pillar(path: Path, year: int, opd: str, made: Sequence[Answer], old: bool = False) -> None:
    """Write a sheet a pillar, with codes for the questions and headings over three rows.

    Scores are formulas with the value that they showed. `old` adds a hidden sheet with last
    month's answers.
    """
    book = books.new(f"Isian {opd}", year)
    for pillar, own in _by_pillar(made).items():
        _pillar_sheet(book, pillar.capitalize(), year, opd, own)
        if old:
            _pillar_sheet(book, f"{pillar.capitalize()} lama", year, opd, own)
            book[f"{pillar.capitalize()} lama"].sheet_state = "hidden"
    books.save(book, path)


def _pillar_sheet(book: Any, name: str, year: int, opd: str, own: Sequence[Answer]) -> None:
    fw = framework.load()
    sheet = book.create_sheet(name)
    lines: list[list[Value]] = [
        [MARK],
        [f"ISIAN PILAR {name.upper()}"],
        ["INSTANSI", fw.opd[opd].name],
        ["KAB/KOTA", PLACE],
        ["TAHUN", year],
        ["KODE BUTIR", "KOMPONEN", "PENGISIAN", None, None, None],
        [None, None, "KONDISI SAAT INI", "PENILAIAN MANDIRI", None, "CATATAN"],
        [None, None, None, "NILAI", "DATA DUKUNG", None],
    ]
    for a in own:
        score = a.score
        if isinstance(score, float):
            score = Formula(f"=({score * 2:g}+0)/2", score)
        component = fw.components[fw.questions[a.question].component].name
        code = asked(year, a.question).code
        lines.append([code, component, a.answer, score, a.evidence, a.remark])
    books.rows(sheet, 1, lines)
    books.head(sheet, 6, 8, ("A6:A8", "B6:B8", "C6:F6", "C7:C8", "D7:E7", "F7:F8"))
