"""Parts a letter by its headings: tables of question scores, national tables, notes.

The heading row of a table is found by several known headings side by side. A part goes on over
pages until the next one begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from kukar_analysis import framework
from kukar_analysis.framework.facts import NOTE_KINDS
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter.pages import SCORE_COLUMNS, PageLine, PageWord

SCORES, NATIONAL, NOTES = "scores", "national_table", "notes"
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_NEXT_LINE, _TALLEST = 1.9, 4
"""Distance of two lines of one heading at most, in heights of a word, and how many there are."""
_TOUCH = 1.0
"""Points by which headings that stand side by side may overlap in a scan."""
_COVERED = 0.6
"""Part of the words that belong to known headings; in a sentence that names some it is less."""
_FEWEST = 4
"""Components and index that make a heading row that of the national table."""
_TITLE, _TITLES = 8, 12
"""Words of a section's title at most; lines above a national table that may name its group."""


class Head(NamedTuple):
    """A heading as printed and where it stands; `column` is ours, or nothing if not known."""

    column: str
    text: str
    x0: float
    x1: float


Heads = tuple[Head, ...]
"""The headings of a table from left to right."""


@dataclass
class Part:
    """Lines below a heading; `what` is the component or the kind of notes, if it is known.

    `title` is what stands above a national table, or the heading of notes.
    """

    kind: str = ""
    what: str = ""
    heads: Heads = ()
    title: str = ""
    lines: list[PageLine] = field(default_factory=list)


def split(lines: Sequence[PageLine]) -> list[Part]:
    """Return the parts of a letter in their order; the first, without a kind, is its text.

    A bare name of a component inside a section may be the text of a cell: it begins a section only
    after the mean of the one before, or above headings.
    """
    parts = [Part()]
    component, skip = "", 0
    for i, line in enumerate(lines):
        if i < skip:
            continue
        last = parts[-1]
        named, is_marked = title(line.text)
        is_open = last.kind in (NATIONAL, NOTES) or (last.kind == SCORES and last.what != "")
        is_open = is_open and not any(mean(other) for other in last.lines if last.kind == SCORES)
        kind, heads, size = _heading(lines, i)
        if notes := note_kind(line.text):
            component = ""
            parts.append(Part(NOTES, notes, title=line.text))
        elif kind == NATIONAL:
            component = ""
            above = " ".join(other.text for other in lines[max(0, i - _TITLES) : i])
            parts.append(Part(NATIONAL, "", heads, above))
            skip = i + size
        elif named and (is_marked or not is_open or _heading(lines, i + 1)[0] == SCORES):
            component = named
            if last.kind != SCORES:
                parts.append(Part())
            elif last.what != named:
                parts.append(Part(SCORES, named, last.heads))
        elif kind == SCORES:
            parts.append(Part(SCORES, component, heads))
            skip = i + size
        else:
            last.lines.append(line)
    return parts


def note_kind(text: str) -> str:
    """Return the kind of notes that a line announces, or nothing."""
    bare = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d)\s*[.)]\s*", "", text.strip())
    if not bare[:1].isupper() or bare.endswith("."):
        return ""
    plain = framework.normalise(bare)
    return next((kind for kind in NOTE_KINDS if plain in labels("letter", kind)), "")


def title(text: str) -> tuple[str, bool]:
    """Return the component that a section's title names, and whether it is beyond doubt a title.

    `A. Baseline`, `Dimensi Baseline`, `1. Kondisi Awal (Baseline)`, `BASELINE (Bobot 10%)`.
    """
    if len(text.split()) > _TITLE or re.search(r"\d[.,]\d", text):
        return "", False
    is_marked = re.match(r"\s*([A-Z]|[IVX]+|\d)\s*[.)]|\s*dimensi\b", text, re.IGNORECASE)
    for said in (text, re.sub(r"\(.*?\)", " ", text)):
        words = re.findall(r"(?!\b(?:[A-Z]|[IVX]+)\b)\b[^\W\d_]+", said)
        bare = [w for w in words if framework.normalise(w) not in labels("letter", "title")]
        for name in (" ".join(words), " ".join(bare)):
            if len(ids := framework.load().match("component", name)) == 1:
                return ids[0], bool(is_marked)
    return "", False


def mean(line: PageLine) -> str:
    """Return the label of a line that says no more than that a mean follows, be it of a component.

    The number that follows may stand in the line, or beside it.
    """
    *before, last = (word.text for word in line.words)
    text = " ".join(before) if NUMBER.fullmatch(last) else line.text
    plain = framework.normalise(text)
    for label in sorted(labels("letter", "mean"), key=len, reverse=True):
        if plain.startswith(label):
            rest = plain.removeprefix(label)
            for word in labels("letter", "title"):
                rest = rest.removeprefix(word)
            is_mean = not rest or bool(framework.load().match("component", rest))
            return text.strip(" :=") if is_mean else ""
    return ""


# Headings of tables


def _heading(lines: Sequence[PageLine], start: int) -> tuple[str, Heads, int]:
    """Return what table the headings that begin in a line are of, and how many lines they take."""
    for kind in (NATIONAL, SCORES):
        heads, size = _best(lines, start, kind)
        found = columns_of(heads)
        if kind == NATIONAL:
            is_one = len(found & {*framework.load().components, "index"}) >= _FEWEST
        else:
            is_one = "score" in found and ("question" in found or len(found) > 2)
        # the line below may have as many alone: then this one is no part of them
        if is_one and (size == 1 or len(columns_of(_best(lines, start + 1, kind)[0])) < len(found)):
            return kind, heads, size
    return "", (), 0


def columns_of(heads: Heads) -> set[str]:
    """Return our columns that the headings have."""
    return {head.column for head in heads if head.column}


@framework.kept()
def _known(kind: str) -> dict[str, str]:
    """Return our columns of a table by normalised heading."""
    if kind == SCORES:
        return {label: c for c in SCORE_COLUMNS for label in labels("letter", c)}
    return {
        framework.normalise(text): layout.column
        for layout in framework.load().layouts
        if layout.kind == kind
        for text in layout.headings.split(" | ")
    }


def _best(lines: Sequence[PageLine], start: int, kind: str) -> tuple[Heads, int]:
    """Return the fewest lines that have the most headings, or more if all of them are known."""
    best, best_size = Heads(), 0
    for size in range(1, min(_TALLEST, len(lines) - start) + 1):
        block = lines[start : start + size]
        if size > 1:
            near = _NEXT_LINE * max(block[-2].height, block[-1].height)
            apart = block[-1].middle - block[-2].middle
            if block[-2].page != block[-1].page or apart > near:
                break
        row = _row(block, kind)
        known = sum(len(head.text.split()) for head in row if head.column)
        if known < _COVERED * sum(len(head.text.split()) for head in row):
            continue
        gain = len(columns_of(row)) - len(columns_of(best)) if best_size else 1
        if gain > 0 or (gain == 0 and all(head.column for head in row)):
            best, best_size = row, size
    return best, best_size


def _row(block: Sequence[PageLine], kind: str) -> Heads:
    """Stack what stands above each other and name the stacks."""
    known = _known(kind)
    phrases = [phrase for line in block for phrase in line.phrases()]
    pieces = [part for phrase in phrases for part in _parted(phrase, known)]
    stacks: list[list[tuple[PageWord, ...]]] = []
    for piece in sorted(pieces, key=lambda p: p[0].x0):
        if stacks and piece[0].x0 < max(p[-1].x1 for p in stacks[-1]) - _TOUCH:
            stacks[-1].append(piece)
        else:
            stacks.append([piece])
    row = []
    for stack in stacks:
        words = [w for p in sorted(stack, key=lambda p: p[0].middle) for w in p]
        text = " ".join(w.text for w in words)
        place = min(w.x0 for w in words), max(w.x1 for w in words)
        row.append(Head(known.get(_plain(text), ""), text, *place))
    return tuple(row)


def _parted(phrase: tuple[PageWord, ...], known: dict[str, str]) -> list[tuple[PageWord, ...]]:
    """Part a phrase into known headings, the longest first; as it is if that leaves a rest."""
    parts: list[tuple[PageWord, ...]] = []
    start = 0
    while start < len(phrase):
        ends = range(len(phrase), start, -1)
        named = (e for e in ends if _plain(" ".join(w.text for w in phrase[start:e])) in known)
        if not (end := next(named, 0)):
            return [phrase]
        parts.append(phrase[start:end])
        start = end
    return parts


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Normalise a heading without the weight or number that stands below it, as `(10%)`."""
    return framework.normalise(re.sub(r"\(?\b\d+\s?%\)?|\(\w{1,3}\)", "", text))
