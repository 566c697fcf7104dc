"""Finds the heading row of a table in lines of words, by several known headings side by side."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kukar_analysis import framework
from kukar_analysis.read.letter.pages import Line, Word

_NEXT_LINE = 1.9
"""Distance of two lines of one heading at most, in heights of a word."""
_TALLEST = 4
_COVERED = 0.6
"""Part of the words that belong to known headings; in a sentence that names some it is less."""


@dataclass(frozen=True)
class Head:
    """A heading as printed and where it stands; `column` is ours, or nothing if not known."""

    column: str
    text: str
    x0: float
    x1: float


@dataclass(frozen=True)
class Heads:
    """The headings of a table from left to right, and how many lines they take."""

    row: tuple[Head, ...]
    lines: int

    @property
    def columns(self) -> set[str]:
        """Return our columns that it has."""
        return {head.column for head in self.row if head.column}

    def named(self, head: Head, column: str) -> Heads:
        """Return them with a heading known as a column of ours; one not printed is added."""
        row = [h for h in self.row if h != head] + [replace(head, column=column)]
        return Heads(tuple(sorted(row, key=lambda h: h.x0)), self.lines)


def heading(
    lines: Sequence[Line],
    start: int,
    columns: Mapping[str, str],
    enough: Callable[[set[str]], bool],
) -> Heads | None:
    """Return the headings that begin in line `start`, or None.

    `columns` maps a normalised heading to our column; `enough` says whether those found make the
    table. The fewest lines that have the most headings are taken, or more if every word of them
    belongs to a known heading.
    """
    here = _best(lines, start, columns)
    if here is None or not enough(here.columns):
        return None
    below = _best(lines, start + 1, columns) if here.lines > 1 else None
    return None if below and len(below.columns) >= len(here.columns) else here


def _best(lines: Sequence[Line], start: int, columns: Mapping[str, str]) -> Heads | None:
    best: Heads | None = None
    for size in range(1, min(_TALLEST, len(lines) - start) + 1):
        block = lines[start : start + size]
        if size > 1 and not _adjoin(block[-2], block[-1]):
            break
        row = _row(block, columns)
        known = sum(len(head.text.split()) for head in row if head.column)
        if known < _COVERED * sum(len(head.text.split()) for head in row):
            continue
        found = Heads(row, size)
        gain = len(found.columns) - len(best.columns) if best else 1
        if gain > 0 or (gain == 0 and all(head.column for head in row)):
            best = found
    return best


def _adjoin(above: Line, below: Line) -> bool:
    near = _NEXT_LINE * max(above.height, below.height)
    return above.page == below.page and below.middle - above.middle <= near


def _row(block: Sequence[Line], columns: Mapping[str, str]) -> tuple[Head, ...]:
    """Stack what stands above each other and name the stacks."""
    pieces = [
        part for line in block for phrase in line.phrases() for part in _parted(phrase, columns)
    ]
    stacks: list[list[tuple[Word, ...]]] = []
    for piece in sorted(pieces, key=lambda p: p[0].x0):
        if stacks and piece[0].x0 <= max(p[-1].x1 for p in stacks[-1]):
            stacks[-1].append(piece)
        else:
            stacks.append([piece])
    row = []
    for stack in stacks:
        words = [w for p in sorted(stack, key=lambda p: p[0].middle) for w in p]
        text = " ".join(w.text for w in words)
        column = columns.get(_plain(text), "")
        row.append(Head(column, text, min(w.x0 for w in words), max(w.x1 for w in words)))
    return tuple(row)


def _parted(phrase: tuple[Word, ...], columns: Mapping[str, str]) -> list[tuple[Word, ...]]:
    """Part a phrase into known headings, the longest first; as it is if that leaves a rest."""
    parts: list[tuple[Word, ...]] = []
    start = 0
    while start < len(phrase):
        for end in range(len(phrase), start, -1):
            if _plain(" ".join(w.text for w in phrase[start:end])) in columns:
                break
        else:
            return [phrase]
        parts.append(phrase[start:end])
        start = end
    return parts


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Normalise a heading without the weight or number that stands below it, as `(10%)`."""
    return framework.normalise(re.sub(r"\(?\b\d+\s?%\)?|\(\w{1,3}\)", "", text))
