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
from itertools import groupby
from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.errors import SourceError
from kukar_analysis.read import sums
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter import national, pages, remarks, scores
from kukar_analysis.read.letter.pages import Line, Page, pages_of
from kukar_analysis.read.source import Reading, Record, SourceList

_FIRST_PAGES = 2
"""Pages with text on which the addressee is looked for."""
_ADDRESS = 6
"""Lines of an address."""
_PARAGRAPH = 2.5
"""Distance in heights of a word from which on a line is no part of the address."""


def read(path: Path, name: str, year: int) -> Reading:
    """Return the question scores, means, national table and notes of a letter.

    `name` is the path below the raw folder, `year` that of the folder. Raises OSError where the
    file cannot be opened, and SourceError with everything that is wrong where nothing is kept.
    """
    found_pages = pages.read(path, name)
    lines = [line for page in found_pages for line in page.lines]
    noted = {i for i, line in enumerate(lines) if remarks.heading(line.text)}
    tabled = {i for i in range(len(lines)) if national.heading(lines, i)}
    found = scores.read(lines, (noted | tabled).__contains__)
    if found.sections and not scores.edition(found, year)[0]:
        bold = scores.read(lines, (noted | tabled).__contains__, any_title=True)
        found = bold if scores.edition(bold, year)[0] else found
    begun = {
        i
        for i, line in enumerate(lines)
        if scores.heading(lines, i) or all(scores.title(line.text))
    }
    table = national.read(lines, (noted | begun).__contains__, year)
    notes = remarks.read(lines, tabled | begun)

    edition, unfit = scores.edition(found, year) if found.sections else ("", [])
    index = _index(lines, year)
    said = found.problems + unfit
    if edition and not said:
        said += _sums(found, edition, index)
    region, unnamed = _region(found_pages, name) if found.sections or notes else ("", [])
    stated = {c: s.mean.text for c, s in found.sections.items() if s.mean}
    stated |= {"index": next(iter(index))} if len(index) == 1 else {}
    contrary = national.check(table, edition, region, year, {} if said else stated)
    if contrary:
        said.append(f"national table: {contrary}")
        table.problems.append("it contradicts the scores")

    reading = Reading([])
    cells = {"region": region, "year": str(year)}
    if found.sections and not said and region:
        _add_scores(found, edition, name, cells, reading)
    if table.records and not table.problems:
        heads = {h.column: (h.text, i) for i, h in enumerate(table.heads.row, 1) if h.column}
        reading.lists.append(SourceList(name, "letter", national.KIND, heads, table.records))
    if notes and region:
        head = " / ".join(dict.fromkeys(lines[i].text for i in sorted(noted)))
        _add_notes(notes, head, name, cells, reading)
    reading.notes += [
        f"{name}: page {page} states the index {text}" for text, page in index.items()
    ]
    _name_unread(found_pages, name, year, reading)
    wrong = [*said, *(p for p in table.problems if not contrary), *unnamed]
    if wrong:
        kept = " and ".join(sorted({_WHAT[each.kind] for each in reading.lists}))
        reading.problems.append(
            f"{name}: {f'only its {kept} were read' if kept else 'was not read'}:"
            f" {'; '.join(wrong)}. Compare with the print; what the reader cannot read, type into"
            f" the form of `kukar template letter {year}`"
        )
    elif not found.sections:
        reading.problems.append(
            f"{name}: holds no table of question scores that was recognised, expected a heading row"
            " with several of No, Indikator, Subindikator, Pertanyaan and Hasil Penilaian, Nilai or"
            " Skor; if the letter has one, add its headings to definitions/layouts.csv (kind"
            " letter)"
        )
    if not reading.lists:
        raise SourceError("; ".join(reading.problems))
    return reading


_WHAT = {
    "question_scores": "question scores",
    "component_scores": "means",
    "assessor_notes": "notes",
    national.KIND: "national table",
}


def _index(lines: Sequence[Line], year: int) -> dict[str, int]:
    """Return the index as printed, with its page; several if the letter contradicts itself.

    A line holds it that is nothing but a label and a number.
    """
    found: dict[str, int] = {}
    for line in lines:
        *before, last = (word.text for word in line.words)
        label = framework.normalise(re.sub(rf"\b{year}\b", "", " ".join(before)))
        if scores.NUMBER.fullmatch(last) and label.removesuffix("tahun") in labels(
            "letter", "index"
        ):
            found.setdefault(last, line.page)
    return found


def _sums(found: scores.Scores, edition: str, index: dict[str, int]) -> list[str]:
    """Return what does not add up in the sections and the index."""
    if len(index) > 1:
        ways = ", ".join(f"{text} (page {page})" for text, page in index.items())
        return [f"the index is stated in several ways: {ways}"]
    means = {c: s.mean.text for c, s in found.sections.items() if s.mean}
    where = {c: pages_of(s.pages) for c, s in found.sections.items()}
    where |= {"index": f"page {next(iter(index.values()))}"} if index else {}
    printed = {c: [each.text for each in s.scores] for c, s in found.sections.items()}
    return sums.differences(edition, printed, means, next(iter(index), None), where)


# The region that a letter is about


def _region(found_pages: Sequence[Page], name: str) -> tuple[str, list[str]]:
    """Return the region that the letter is addressed to or its file is named for."""
    fw = framework.load()
    addressed = fw.named_in("region", _address(found_pages))
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


def _address(found_pages: Sequence[Page]) -> str:
    """Return the address on the first pages with text; a regent or mayor stands for the region."""
    words: list[str] = []
    for page in [p for p in found_pages if p.lines][:_FIRST_PAGES]:
        left = 0
        before = page.lines[0]
        for line in page.lines:
            if line.middle - before.middle > _PARAGRAPH * line.height:
                left = 0
            plain = [framework.normalise(word.text) for word in line.words]
            if any("".join(plain[:n]) in labels("letter", "addressee") for n in (1, 2, 3)):
                left = _ADDRESS
            if left:
                left -= 1
                titles = {"kab": labels("letter", "regent"), "kota": labels("letter", "mayor")}
                for word, text in zip(plain, line.words, strict=True):
                    words.append(next((t for t, of in titles.items() if word in of), text.text))
                words.append("/ -")
            before = line
    return " ".join(words)


# Lists


def _add_scores(
    found: scores.Scores, edition: str, name: str, cells: dict[str, str], reading: Reading
) -> None:
    """Add the lists of question scores and of means; a section without a mean is noted."""
    lists: dict[str, list[Record]] = {"question_scores": [], "component_scores": []}
    on_page: Counter[tuple[str, int]] = Counter()

    def add(kind: str, page: int, more: dict[str, str]) -> None:
        on_page[kind, page] += 1
        said = cells | {"edition": edition} | more
        lists[kind].append(Record(on_page[kind, page], said, part=str(page)))

    for component, section in found.sections.items():
        own = {"component": component}
        codes, _ = section.paired(scores.asked(edition)[component])
        for number, (code, each) in enumerate(zip(codes, section.scores, strict=True), start=1):
            row = {"number": str(number), "code": code, "score": each.text, "source": "assessor"}
            add("question_scores", each.page, own | row)
        if section.mean:
            add("component_scores", section.mean.page, own | {"mean": section.mean.text})
        else:
            title = framework.load().components[component].name
            reading.notes.append(f"{name}: {title} states no mean, so its scores are not checked")
    columns = {"score": "score", "question": "code"}
    printed = found.heads.row if found.heads else ()
    label = next((s.label for s in found.sections.values() if s.mean), "")
    heads = {
        "question_scores": {
            columns[h.column]: (h.text, i) for i, h in enumerate(printed, 1) if h.column in columns
        },
        "component_scores": {"mean": (label, 1)},
    }
    reading.lists += [
        SourceList(name, "letter", kind, heads[kind], records)
        for kind, records in lists.items()
        if records
    ]


def _add_notes(
    notes: list[remarks.Note], head: str, name: str, cells: dict[str, str], reading: Reading
) -> None:
    records: list[Record] = []
    for page, on_page in groupby(notes, key=lambda note: note.page):
        for row, note in enumerate(on_page, start=1):
            said = {"kind": note.kind, "text": note.text, "pillar": remarks.pillar(note.text)}
            records.append(Record(row, cells | said, part=str(page)))
    reading.lists.append(SourceList(name, "letter", "assessor_notes", {"text": (head, 1)}, records))


def _name_unread(found_pages: Sequence[Page], name: str, year: int, reading: Reading) -> None:
    """Say which pages were not read, and which words nobody sees."""
    for fault, (one, several, helps) in pages.FAULTS.items():
        numbers = [page.number for page in found_pages if page.fault == fault]
        if numbers:
            are = f"{one} and was" if len(numbers) == 1 else f"{several} and were"
            them = helps.format(year=year, holds="it holds" if len(numbers) == 1 else "they hold")
            reading.problems.append(f"{name}: {pages_of(numbers)} {are} not read; {them}")
    for page in found_pages:
        figures = [text for text in page.unseen if re.search(r"\d", text)]
        if page.unseen:
            shown = f", figures among them ({', '.join(figures[:5])})" if figures else ""
            reading.problems.append(
                f"{name}: page {page.number} holds {len(page.unseen)} words that the print does not"
                f" show{shown}; they were not read: ask for a copy without them"
            )
