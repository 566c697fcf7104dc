"""Reads the ministry's result letter: a PDF with text, pictures, or both.

What is read is held against the definitions: the sections, the number of scores and their codes
tell the edition, and scores, means and index must add up. Question scores, national table and notes
stand each for itself: one that cannot be read, or does not add up, is named and left out; what
contradicts another part of the letter takes both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pypdfium2

from kukar_analysis import framework
from kukar_analysis.errors import SourceError
from kukar_analysis.read import sums
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter import national, pages, proof, remarks, scan, scores
from kukar_analysis.read.letter.national import National
from kukar_analysis.read.letter.pages import LetterPage, PageLine, pages_of
from kukar_analysis.read.letter.parts import NATIONAL, NOTES, NUMBER, SCORES, Heads, Part, split
from kukar_analysis.read.letter.scores import ScoreSection
from kukar_analysis.read.source import Reading, Record, SourceList

_ADDRESS = 6  # lines of an address at most
_PARAGRAPH = 2.5  # heights of a word from which on a line is no part of the address
_WHAT = {
    "question_scores": "question scores",
    "component_scores": "means",
    "assessor_notes": "notes",
    NATIONAL: "national table",
}


def read(path: Path, name: str, year: int) -> Reading:
    """Return the question scores, means, national table and notes of a letter.

    `name` is the path below the raw folder, `year` that of the folder. Raises OSError where the
    file cannot be opened, and SourceError with everything that is wrong where nothing is kept.
    """
    found = pages.read(path, name)
    lines = [line for page in found for line in page.lines]
    parts = split(lines)
    sections, said = scores.read(parts)
    tables = national.read(parts, year)
    notes = remarks.read(parts)
    index = _index(lines, year)
    edition = ""
    if sections:
        edition, unfit = scores.edition(sections, year)
        said += unfit
    if edition and not said:
        said += _sums(sections, edition, index)
    region, unnamed = _region(found, name) if sections or notes else ("", [])
    stated = {c: s.mean.text for c, s in sections.items() if s.mean}
    stated |= {"index": next(iter(index))} if len(index) == 1 else {}
    checked = (national.check(t, edition, region, year, {} if said else stated) for t in tables)
    contrary = ", ".join(filter(None, checked))
    said += [f"national table: {contrary}"] if contrary else []
    wrong = [problem for table in tables for problem in table.problems if not contrary]

    reading = Reading([])
    own = {"region": region, "year": str(year)}
    if sections and not said and region:
        heads = next(part.heads for part in parts if part.kind == SCORES)
        _add_scores(sections, heads, own | {"edition": edition}, name, reading)
    known = {"region": region} | ({} if said else stated)
    scanned = _scanned(path, found, name, year, known, reading)
    for table in [*([] if wrong or contrary else tables), *scanned]:
        places = {h.column: (h.text, i) for i, h in enumerate(table.heads, 1) if h.column}
        reading.lists.append(SourceList(name, "letter", NATIONAL, places, table.records))
    if notes and region:
        head = " / ".join(dict.fromkeys(part.title for part in parts if part.kind == NOTES))
        cells = [
            (n.page, own | {"kind": n.kind, "text": n.text, "pillar": remarks.pillar(n.text)})
            for n in notes
        ]
        _add(reading, name, "assessor_notes", {"text": (head, 1)}, cells)
    reading.notes += [f"{name}: page {page} states the index {i}" for i, page in index.items()]
    _name_unread(found, name, year, reading)
    if wrong := [*said, *wrong, *unnamed]:
        kept = " and ".join(sorted({_WHAT[each.kind] for each in reading.lists}))
        reading.problems.append(
            f"{name}: {f'only its {kept} were read' if kept else 'was not read'}:"
            f" {'; '.join(wrong)}. Compare with the print; what the reader cannot read, type into"
            f" the form of `kukar template letter {year}`"
        )
    elif not sections:
        reading.problems.append(
            f"{name}: holds no table of question scores that was recognised, expected a heading row"
            " with several of No, Indikator, Subindikator, Pertanyaan and Hasil Penilaian, Nilai or"
            " Skor; if the letter has one, add its headings to definitions/layouts.csv (kind"
            " letter)"
        )
    if not reading.lists:
        raise SourceError("; ".join(reading.problems))
    return reading


def _scanned(
    path: Path,
    found: Sequence[LetterPage],
    name: str,
    year: int,
    own: dict[str, str],
    reading: Reading,
) -> list[National]:
    """Return the national tables of scanned pages, of which the reader then says no fault."""
    numbers = [page.number for page in found if page.fault == "picture"][: scan.MOST]
    if not numbers or not scan.is_here():
        return []
    with pypdfium2.PdfDocument(path) as shown:
        images = {number: scan.upright(shown[number - 1]) for number in numbers}

    lines = [x for n in numbers for x in pages.lines_of(scan.words(images[n], n))]
    headed = [part for part in split(lines) if part.kind == NATIONAL and part.lines]
    first = national.read(headed, year)
    held = sorted({row.line.page for table in first for row in table.rows})
    lines = [x for n in held for x in pages.lines_of(scan.words(images[n], n, scan.AGAIN))]
    second = national.read([_again(part, lines) for part in headed], year)
    reading.pictures |= proof.proven(first, second, images, name, year, own)
    for page in found:
        page.fault = "" if page.number in held else page.fault
    return [table for table in first if table.records]


def _again(part: Part, lines: Sequence[PageLine]) -> Part:
    """Return what another reading gives below the headings of a part."""
    first, last = part.lines[0], part.lines[-1]
    begin, end = (first.page, first.middle - first.height), (last.page, last.middle + last.height)
    return replace(part, lines=[x for x in lines if begin < (x.page, x.middle) < end])


def _index(lines: Sequence[PageLine], year: int) -> dict[str, int]:
    """Return the index as printed, with its page; several if the letter contradicts itself.

    A line holds it that is nothing but a label and a number.
    """
    found: dict[str, int] = {}
    for line in lines:
        *before, last = (word.text for word in line.words)
        label = framework.normalise(re.sub(rf"\b{year}\b", "", " ".join(before)))
        is_label = label.removesuffix("tahun") in labels("letter", "index")
        if NUMBER.fullmatch(last) and is_label:
            found.setdefault(last, line.page)
    return found


def _sums(sections: dict[str, ScoreSection], edition: str, index: dict[str, int]) -> list[str]:
    """Return what does not add up in the sections and the index."""
    if len(index) > 1:
        ways = ", ".join(f"{text} (page {page})" for text, page in index.items())
        return [f"the index is stated in several ways: {ways}"]
    means = {c: s.mean.text for c, s in sections.items() if s.mean}
    where = {c: s.pages for c, s in sections.items()}
    where["index"] = pages_of(list(index.values())) if index else ""
    printed = {c: [each.text for each in s.scores] for c, s in sections.items()}
    return sums.differences(edition, printed, means, next(iter(index), None), where)


def _region(found: Sequence[LetterPage], name: str) -> tuple[str, list[str]]:
    """Return the region that the letter is addressed to or its file is named for."""
    fw = framework.load()
    addressed = fw.named_in("region", _address(found))
    named = fw.named_in("region", Path(name).stem)
    example = f"name the region's code in the file's name, as `{Path(name).parent}/surat-64.02.pdf`"
    if len(addressed) == 1 and len(named) == 1 and addressed != named:
        return "", [
            f"it is addressed to {fw.regions[addressed[0]].name}, but its file is named for"
            f" {fw.regions[named[0]].name}; {example}"
        ]
    for codes in (addressed, named):
        if len(codes) == 1:
            return codes[0], []
    names = ", ".join(fw.regions[code].name for code in sorted({*addressed, *named})) or "none"
    return "", [f"the region is not certain, found {names}; {example}"]


def _address(found: Sequence[LetterPage]) -> str:
    """Return the address on the first two pages with text; a regent or mayor is the region's."""
    lines = [line for page in [p for p in found if p.lines][:2] for line in page.lines]
    said: list[str] = []
    for i, line in enumerate(lines):
        first = [framework.normalise(" ".join(line.text.split()[:n])) for n in (1, 2, 3)]
        if {*first} & {*labels("letter", "addressee")}:
            said.append(line.text)
            for above, below in pairwise(lines[i : i + _ADDRESS]):
                if below.middle - above.middle > _PARAGRAPH * below.height:
                    break
                said.append(below.text)

    def titled(match: re.Match[str]) -> str:
        word = framework.normalise(match[0])
        if word in labels("letter", "mayor"):
            return "kota"
        return "kab" if word in labels("letter", "regent") else match[0]

    return re.sub(r"\w+", titled, " / - ".join(said))


def _add(
    reading: Reading,
    name: str,
    kind: str,
    heads: dict[str, tuple[str, int]],
    cells: Sequence[tuple[int, dict[str, str]]],
) -> None:
    """Add a list of records, (page, cells), counted by page."""
    on_page: Counter[int] = Counter()
    records = []
    for page, said in cells:
        on_page[page] += 1
        records.append(Record(on_page[page], said, part=str(page)))
    reading.lists.append(SourceList(name, "letter", kind, heads, records))


def _add_scores(
    sections: dict[str, ScoreSection],
    heads: Heads,
    own: dict[str, str],
    name: str,
    reading: Reading,
) -> None:
    """Add the lists of question scores and of means; a section without a mean is noted."""
    asked: list[tuple[int, dict[str, str]]] = []
    means: list[tuple[int, dict[str, str]]] = []
    for component, section in sections.items():
        cells = own | {"component": component}
        codes = [code.text for code in section.codes] or [""] * len(section.scores)
        for number, (code, each) in enumerate(zip(codes, section.scores, strict=True), start=1):
            row = {"number": str(number), "code": code, "score": each.text, "source": "assessor"}
            asked.append((each.page, cells | row))
        if section.mean:
            means.append((section.mean.page, cells | {"mean": section.mean.text}))
        else:
            title = framework.load().components[component].name
            reading.notes.append(f"{name}: {title} states no mean, so its scores are not checked")
    columns = {"score": "score", "question": "code"}
    places = {columns[h.column]: (h.text, i) for i, h in enumerate(heads, 1) if h.column in columns}
    _add(reading, name, "question_scores", places, asked)
    if means:
        label = next(s.label for s in sections.values() if s.mean)
        _add(reading, name, "component_scores", {"mean": (label, 1)}, means)


def _name_unread(found: Sequence[LetterPage], name: str, year: int, reading: Reading) -> None:
    """Say which pages were not read, and which words nobody sees."""
    extra = "" if scan.is_here() else f"; a table of regions is read with {scan.INSTALL}"
    for fault, (one, several, helps) in pages.FAULTS.items():
        numbers = [page.number for page in found if page.fault == fault]
        if numbers:
            are = f"{one} and was" if len(numbers) == 1 else f"{several} and were"
            them = helps.format(year=year, holds="it holds" if len(numbers) == 1 else "they hold")
            them += extra if fault == "picture" else ""
            reading.problems.append(f"{name}: {pages_of(numbers)} {are} not read; {them}")
    for page in found:
        figures = [text for text in page.unseen if re.search(r"\d", text)]
        shown = f", figures among them ({', '.join(figures[:5])})" if figures else ""
        if page.unseen:
            reading.problems.append(
                f"{name}: page {page.number} holds {len(page.unseen)} words that the print does not"
                f" show{shown}; they were not read: ask for a copy without them"
            )
