"""Reads lists saved as text: CSV and TXT, parted by semicolon, comma, tab or bar.

The kind of list is recognised by its headings (definitions/layouts.csv); nothing is guessed from
the values, and every cell stays the text that is printed.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.errors import SourceError

SUFFIXES = (".csv", ".txt")
_DELIMITERS = ";,\t|"


@dataclass(frozen=True)
class Record:
    """One line of a list. `cells` maps our column to the text as printed."""

    line: int
    cells: dict[str, str]
    printed: dict[str, str]
    fault: str | None = None


@dataclass(frozen=True)
class TableFile:
    """A list that was recognised. `headings` maps our column to (heading, column number)."""

    name: str
    kind: str
    headings: dict[str, tuple[str, int]]
    unused: list[str]
    records: list[Record]

    def origin(self, record: Record, column: str | None = None) -> str:
        """Return where a cell stands: `2023/table.csv#l37:c3`, or only its line."""
        place = f"{self.name}#l{record.line}"
        return f"{place}:c{self.headings[column][1]}" if column in self.headings else place


def read(path: Path, name: str) -> TableFile:
    """Read a list; `name` is its path under the raw folder, used in messages and origins.

    Raises OSError when it cannot be opened; SourceError when it is no text, empty, cut within a
    quoted cell, or of no known kind.
    """
    text = _text(path, name)
    rows = _rows(text, name)
    if not rows:
        raise SourceError(f"{name}: is empty; expected a line of headings and lines of values")
    (_, heads), lines = rows[0], rows[1:]
    heads = [h.strip() for h in heads]
    kind, headings = _recognised(name, heads)
    used = {head for head, _ in headings.values()}
    twice = [head for head in used if heads.count(head) > 1]
    if twice:
        raise SourceError(f"{name}: the heading {twice[0]!r} stands twice; keep one of the columns")
    return TableFile(
        name=name,
        kind=kind,
        headings=headings,
        unused=[h for h in heads if h and h not in used],
        records=[_record(line, cells, heads, headings) for line, cells in lines],
    )


def _text(path: Path, name: str) -> str:
    data = path.read_bytes()
    if b"\0" in data:
        raise SourceError(f"{name}: is no text file; save the list as CSV (UTF-8) and try again")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel's plain "CSV" on Indonesian Windows; every byte has a meaning there but five.
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise SourceError(
                f"{name}: byte {error.start + 1} is neither UTF-8 nor Windows-1252;"
                " save the list as CSV (UTF-8) and try again"
            ) from error


def _rows(text: str, name: str) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of every line that is not blank."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, start = [], 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise SourceError(
            f"{name} line {start}: {error}; the file may be cut, or a quotation mark is not closed"
        ) from error
    return rows


def _recognised(name: str, heads: list[str]) -> tuple[str, dict[str, tuple[str, int]]]:
    """Return the kind whose required headings are all there, the one with the most of them."""
    places = {framework.normalise(head): (head, i) for i, head in enumerate(heads, start=1)}
    layouts = framework.load().layouts
    found: dict[str, dict[str, tuple[str, int]]] = {kind: {} for kind in {x.kind for x in layouts}}
    lacking: dict[str, list[str]] = {kind: [] for kind in found}
    for layout in layouts:
        synonyms = [framework.normalise(h) for h in layout.headings.split(" | ")]
        place = next((places[s] for s in synonyms if s in places), None)
        if place:
            found[layout.kind][layout.column] = place
        elif layout.required == "yes":
            lacking[layout.kind].append(layout.headings.split(" | ")[0])
    whole = [kind for kind in sorted(found) if not lacking[kind]]
    if not whole:
        near = max(sorted(found), key=lambda kind: (len(found[kind]), -len(lacking[kind])))
        if not found[near]:
            raise SourceError(
                f"{name}: its first line holds no known heading ({', '.join(heads)[:60]}); a list"
                " begins with its line of headings (definitions/layouts.csv)"
            )
        raise SourceError(
            f"{name}: no known kind of list; nearest is {near}, which also needs"
            f" {', '.join(lacking[near])}. Correct the headings in a copy, or add the heading"
            " used here to definitions/layouts.csv"
        )
    kind = max(whole, key=lambda k: len(found[k]))
    return kind, found[kind]


def _record(
    line: int, cells: list[str], heads: list[str], headings: dict[str, tuple[str, int]]
) -> Record:
    fault = None
    needed = max(i for _, i in headings.values())  # an unused last column may be missing
    if len(cells) < needed or any(c.strip() for c in cells[len(heads) :]):
        fault = f"the line has {len(cells)} cells, the headings are {len(heads)}"
    cells = [c.strip() for c in cells] + [""] * (len(heads) - len(cells))
    return Record(
        line=line,
        cells={column: cells[i - 1] for column, (_, i) in headings.items()},
        printed=dict(zip(heads, cells, strict=False)),
        fault=fault,
    )
