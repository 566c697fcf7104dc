"""Reads the ministry's result letter: a PDF with text, pictures, or both.

What is read is held against the definitions: the sections, the number of scores and their codes
tell the edition, and scores, means and index must add up. A letter that does not is refused whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.errors import SourceError
from kukar_analysis.read import sums
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter import addressee, fit, national, pages, remarks, scores, titles
from kukar_analysis.read.letter.national import National
from kukar_analysis.read.letter.pages import Line, Page
from kukar_analysis.read.letter.scores import Tables
from kukar_analysis.read.source import Reading, Record, SourceList

_MOST_LINES = 10
"""Lines of the national table that a message names."""


@dataclass(frozen=True)
class _Found:
    """What the pages of a letter hold, before it is held against the definitions."""

    tables: Tables
    table: National
    notes: list[remarks.Note]
    note_heads: list[str]
    index: dict[str, int]
    """The index as printed, with its page; several if the letter contradicts itself."""


def read(path: Path, name: str, year: int) -> Reading:
    """Return the question scores, means, national table and notes of a letter.

    `name` is the path below the raw folder, `year` that of the folder. Raises OSError where the
    file cannot be opened, and SourceError with everything that is wrong where it is no readable
    PDF, fits no edition of the year, does not add up, or names no region.
    """
    found_pages = pages.read(path, name)
    found = _find(found_pages, year)
    reading = Reading([])
    _name_pictures(found_pages, name, year, reading)
    problems = found.tables.problems + found.table.problems
    if not found.tables.sections and not problems:
        if not found.table.records:
            raise SourceError(_nothing(name))
        reading.problems.append(_nothing(name))
    edition, region = "", ""
    if found.tables.sections:
        edition, unfit = fit.edition(found.tables, year)
        problems += unfit
        fit.drop_foreign_codes(found.tables.sections, edition)
    if found.tables.sections or found.notes:
        region, unnamed = addressee.region(found_pages, name)
        problems += unnamed
    if not problems:
        problems = _sums(found, edition, region, year)
    if problems:
        raise SourceError(
            f"{name}: was not read: {'; '.join(problems)}. Compare with the print; what the reader"
            f" cannot read, type into the form of `kukar template letter {year}`"
        )
    cells = {"region": region, "year": str(year)}
    _add_scores(found.tables, name, cells | {"edition": edition}, reading)
    if found.table.records and found.table.heads:
        heads = {h.column: (h.text, i) for i, h in enumerate(found.table.heads.row, 1) if h.column}
        reading.lists.append(SourceList(name, "letter", national.KIND, heads, found.table.records))
    _add_notes(found, name, cells, reading)
    for text, page in found.index.items():
        reading.notes.append(f"{name}: page {page} states the index {text}")
    return reading


def _nothing(name: str) -> str:
    return (
        f"{name}: holds no table of question scores that was recognised, expected a heading row"
        " with several of No, Indikator, Subindikator, Pertanyaan and Hasil Penilaian, Nilai or"
        " Skor; if the letter has one, add its headings to definitions/layouts.csv (kind letter)"
    )


def _find(found_pages: Sequence[Page], year: int) -> _Found:
    lines = [line for page in found_pages for line in page.lines]
    noted = {i for i, line in enumerate(lines) if remarks.heading(line.text)}
    tabled = {i for i in range(len(lines)) if national.heading(lines, i)}
    tables = scores.read(lines, (noted | tabled).__contains__)
    if tables.sections and not fit.edition(tables, year)[0]:
        bold = scores.read(lines, (noted | tabled).__contains__, any_title=True)
        tables = bold if fit.edition(bold, year)[0] else tables
    begun = {
        i
        for i, line in enumerate(lines)
        if scores.heading(lines, i) or all(titles.section(line.text))
    }
    table = national.read(lines, (noted | begun).__contains__, year)
    notes = remarks.read(lines, tabled | begun)
    index: dict[str, int] = {}
    for line in lines:
        text = _index(line, year)
        if text:
            index.setdefault(text, line.page)
    note_heads = list(dict.fromkeys(lines[i].text for i in sorted(noted)))
    return _Found(tables, table, notes, note_heads, index)


def _index(line: Line, year: int) -> str | None:
    """Return the index if the line holds nothing but a label and a number, else None."""
    last = line.words[-1].text
    label = re.sub(rf"\b{year}\b", "", " ".join(word.text for word in line.words[:-1]))
    plain = framework.normalise(label).removesuffix("tahun")
    if scores.NUMBER.fullmatch(last) and plain in labels("letter", "index"):
        return last
    return None


# Sums


def _sums(found: _Found, edition: str, region: str, year: int) -> list[str]:
    """Return what does not add up in the sections, the index and the national table."""
    sections = found.tables.sections
    problems: list[str] = []
    if len(found.index) > 1:
        ways = ", ".join(f"{text} (page {page})" for text, page in found.index.items())
        problems.append(f"the index is stated in several ways: {ways}")
    means = {c: s.mean.text for c, s in sections.items() if s.mean}
    index = next(iter(found.index), None)
    if sections:
        where = {c: fit.pages_of(s.pages) for c, s in sections.items()}
        where["index"] = f"page {found.index[index]}" if index else ""
        printed = {c: [row.score.text for row in s.rows] for c, s in sections.items()}
        problems += sums.differences(edition, printed, means, index, where)
    stated = means | ({"index": index} if index else {})
    off = [
        line
        for record in found.table.records
        for line in _row_sums(record, edition, region, year, stated)
    ]
    more = f" and {len(off) - _MOST_LINES} more lines" if len(off) > _MOST_LINES else ""
    if off:
        problems.append(f"national table: {', '.join(off[:_MOST_LINES])}{more}")
    return problems


def _row_sums(
    record: Record, edition: str, region: str, year: int, stated: dict[str, str]
) -> list[str]:
    """Return what does not add up in a line of the national table, if its rules are known.

    `edition` and `stated` (means and index by column) are those of the letter's own region.
    """
    fw = framework.load()
    cells = record.cells
    is_own = fw.match("region", cells["region"]) == [region]
    groups = fw.match("group", cells.get("group", ""))
    rules = f"{year}-{groups[0]}" if len(groups) == 1 else edition if is_own else ""
    off = []
    if is_own:
        off = [
            f"{column} is {cells[column] or 'blank'}, elsewhere in the letter {text}"
            for column, text in stated.items()
            if column in cells and _number(cells[column]) != _number(text)
        ]
    index = cells.get("index", "")
    if rules in fw.weights and _number(index) is not None:
        means = {c: cells[c] for c in fw.weights[rules] if _number(cells.get(c, "")) is not None}
        if any(_number(text) for text in means.values()):
            off += sums.differences(rules, {}, means, index)
    return [f"page {record.part}, {cells['region']}: {line}" for line in off]


def _number(text: str) -> float | None:
    return float(text.replace(",", ".")) if scores.NUMBER.fullmatch(text) else None


# Lists


def _add_scores(tables: Tables, name: str, cells: dict[str, str], reading: Reading) -> None:
    """Add the lists of question scores and of means; a section without a mean is noted."""
    rows: list[Record] = []
    means: list[Record] = []
    on_page: Counter[int] = Counter()
    for section in tables.sections.values():
        own = cells | {"component": section.component}
        for number, row in enumerate(section.rows, start=1):
            on_page[row.score.page] += 1
            place = {"number": str(number), "code": row.code, "score": row.score.text}
            printed = own | place | {"source": "assessor"}
            part = str(row.score.page)
            rows.append(Record(on_page[row.score.page], printed, part=part))
        if section.mean:
            part = str(section.mean.page)
            row_number = sum(1 for r in means if r.part == part) + 1
            means.append(Record(row_number, own | {"mean": section.mean.text}, part=part))
        else:
            title = framework.load().components[section.component].name
            reading.notes.append(f"{name}: {title} states no mean, so its scores are not checked")
    if rows and tables.heads:
        columns = {"score": "score", "question": "code"}
        heads = {
            columns[h.column]: (h.text, i)
            for i, h in enumerate(tables.heads.row, start=1)
            if h.column in columns
        }
        reading.lists.append(SourceList(name, "letter", "question_scores", heads, rows))
    if means:
        label = next(s.mean_label for s in tables.sections.values() if s.mean)
        reading.lists.append(
            SourceList(name, "letter", "component_scores", {"mean": (label, 1)}, means)
        )


def _add_notes(found: _Found, name: str, cells: dict[str, str], reading: Reading) -> None:
    records: list[Record] = []
    for page, notes in groupby(found.notes, key=lambda note: note.page):
        for row, note in enumerate(notes, start=1):
            said = {"kind": note.kind, "text": note.text, "pillar": remarks.pillar(note.text)}
            records.append(Record(row, cells | said, part=str(page)))
    if records:
        heads = {"text": (" / ".join(found.note_heads), 1)}
        reading.lists.append(SourceList(name, "letter", "assessor_notes", heads, records))


def _name_pictures(found_pages: Sequence[Page], name: str, year: int, reading: Reading) -> None:
    numbers = [page.number for page in found_pages if page.is_picture]
    are, them = (
        ("is a picture and was", "it holds")
        if len(numbers) == 1
        else (
            "are pictures and were",
            "they hold",
        )
    )
    if numbers:
        reading.problems.append(
            f"{name}: {fit.pages_of(numbers)} {are} not read; type what {them} into the form of"
            f" `kukar template letter {year}`"
        )
