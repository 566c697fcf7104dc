"""Reads the assessors' notes from lines of words; the names of persons are left behind here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kukar_analysis import framework
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter.pages import PageLine
from kukar_analysis.read.letter.parts import NOTES, Part

_LETTERED = re.compile(r"(?:[a-z]{1,4}|\d{1,2})[.)]\s+(.*)|[-•▪●◦*]\s+(.*)")
_DATED = re.compile(r"[A-Z][\w .]*,\s+(\d{1,2}\s+)?[A-Z]?[a-z]+\s+20\d\d")  # begins a signature
_INDENT = 6.0  # points by which a note's parts stand further in
_PARAGRAPH = 1.7  # heights of a word to the line above from which on a line begins a paragraph
_INSTITUTION = 0.7  # part of the words with a capital in the rest of a person's institution
_SMALL = {"dan", "dari", "di", "of", "the", "and", "for", "pada"}


@dataclass
class Note:
    """A note and where it begins; the names of persons are removed from its text."""

    kind: str
    page: int
    indent: float
    text: str


def read(parts: Sequence[Part]) -> list[Note]:
    """Return the notes of a letter, without the names of who wrote them."""
    persons: list[str] = []
    notes = [note for p in parts if p.kind == NOTES for note in _notes(p.what, p.lines, persons)]
    for note in notes:
        for name in (name for name in persons if len(name.split()) > 1):
            note.text = re.sub(re.escape(name), "asesor", note.text, flags=re.IGNORECASE)
        note.text = note.text.strip()
    return [note for note in notes if note.text]


def _notes(kind: str, lines: Sequence[PageLine], persons: list[str]) -> list[Note]:
    """Return the notes below one heading, up to the closing, and add the persons named there."""
    notes: list[Note] = []
    note: Note | None = None
    marker: float | None = None
    is_named = False  # an institution may follow
    for i, line in enumerate(lines):
        if _closes(line, lines[i - 1] if i else None, note):
            break
        text = line.text.rstrip()
        marked = _LETTERED.fullmatch(text)
        is_inner = marker is not None and line.x0 > marker + _INDENT
        name, colon, rest = re.sub(r"^\d{1,2}[.)]\s+", "", text).partition(":")
        if not is_inner and _is_person(name, colon, is_numbered=text[0].isdecimal()):
            persons.append(name.split(",")[0].strip())
            note, marker, is_named, text = None, None, not colon, rest.strip()
        elif is_named and not marked and (text.endswith(":") or _capitals(text) >= _INSTITUTION):
            is_named, text = not text.endswith(":"), ""
        else:
            is_named = False
            if marked and not is_inner:
                note, marker, text = None, line.x0, marked[1] or marked[2] or ""
        if note and text:
            note.text += f" {text}"
        elif text:
            note = Note(kind, line.page, line.x0, text)
            notes.append(note)
    return notes


def _is_person(name: str, colon: str, *, is_numbered: bool) -> bool:
    """Return whether a line names a person: capitals throughout, with a comma or a colon."""
    fw = framework.load()
    if fw.match("pillar", name) or fw.match("component", name) or len(name.split()) < 2:
        return False
    if colon:
        return ("," in name or is_numbered) and _capitals(name) >= 0.6
    return is_numbered and _capitals(name) >= (0.8 if "," in name else 1.0)


def _capitals(text: str) -> float:
    """Return the part of the words that begin with a capital."""
    words = [w for w in re.findall(r"[^\W\d_]+", text) if w not in _SMALL]
    return sum(w[0].isupper() for w in words) / len(words) if words else 0.0


def _closes(line: PageLine, before: PageLine | None, note: Note | None) -> bool:
    """Return whether a line begins the closing: place and date, a closing word, a signature."""
    text = line.text.strip()
    words = {*labels("letter", "closing"), *labels("furniture", "signature")}
    if _DATED.fullmatch(text) or framework.normalise(text) in words:
        return True
    near = _PARAGRAPH * line.height
    is_close = before and before.page == line.page and line.middle - before.middle <= near
    is_outer = not is_close or note is None or line.x0 < note.indent - 1
    first = [framework.normalise(" ".join(text.split()[:n])) for n in (1, 2, 3)]
    return is_outer and text[:1].isupper() and any(f in words for f in first)


def pillar(text: str) -> str:
    """Return the pillar if a note names exactly one as `Smart X`, else nothing."""
    smart = re.findall(r"\bsmart\s+(?:e-)?[^\W\d_]+", text, flags=re.IGNORECASE)
    named = {id_ for words in smart for id_ in framework.load().match("pillar", words)}
    return named.pop() if len(named) == 1 else ""
