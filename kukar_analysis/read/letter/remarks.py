"""Finds the assessors' notes in lines of words; the names of persons are left behind here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kukar_analysis import framework
from kukar_analysis.framework.facts import NOTE_KINDS
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter.pages import Line

_NUMBERED = re.compile(r"\d{1,2}[.)]\s+(.*)")
_LETTERED = re.compile(r"(?:[a-z]{1,4}|\d{1,2})[.)]\s+(.*)|[-•▪●◦*]\s+(.*)")
_DATED = re.compile(r"[A-Z][\w .]*,\s+(\d{1,2}\s+)?[A-Z]?[a-z]+\s+20\d\d")
"""Place and date, which begin a signature block."""
_INDENT = 6.0
"""Points by which a note's parts stand further in."""
_PARAGRAPH = 1.7
"""Distance in heights of a word from which on a line begins a paragraph."""
_PERSON = 0.7
"""Part of the words that begin with a capital in the rest of a person's institution."""
_SMALL = {"dan", "dari", "di", "of", "the", "and", "for", "pada"}
"""Words that are written small in names of institutions too."""


@dataclass
class Note:
    """A note and where it begins; the names of persons are removed from its text."""

    kind: str
    page: int
    indent: float
    text: str


@dataclass
class _State:
    """What is being read: the kind of notes, the open note, where its mark stands, who writes."""

    kind: str = ""
    note: Note | None = None
    marker: float | None = None
    open_person: bool = False
    notes: list[Note] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)

    def begin(self, line: Line, text: str) -> None:
        """Begin a note."""
        self.note = Note(self.kind, line.page, line.x0, text)
        self.notes.append(self.note)


def heading(text: str) -> str:
    """Return the kind of notes that a line announces, or nothing."""
    bare = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d)\s*[.)]\s*", "", text.strip())
    if not bare[:1].isupper() or bare.endswith("."):
        return ""
    plain = framework.normalise(bare)
    return next((kind for kind in NOTE_KINDS if plain in labels("letter", kind)), "")


def read(lines: Sequence[Line], ends: set[int]) -> list[Note]:
    """Return the notes of a letter, without the names of who wrote them.

    `ends` are the places of lines that begin another part of the letter.
    """
    state = _State()
    for i, line in enumerate(lines):
        if kind := heading(line.text):
            state = _State(kind, notes=state.notes, persons=state.persons)
        elif i in ends or (state.kind and _closes(line, lines[i - 1] if i else None, state)):
            state.kind = ""
        elif state.kind:
            _take(state, line)
    for note in state.notes:
        for name in (name for name in state.persons if len(name.split()) > 1):
            note.text = re.sub(re.escape(name), "asesor", note.text, flags=re.IGNORECASE)
        note.text = note.text.strip()
    return [note for note in state.notes if note.text]


def _take(state: _State, line: Line) -> None:
    """Add a line as a person, the beginning of a note, or its continuation."""
    text = line.text
    numbered = _NUMBERED.fullmatch(text)
    said = numbered[1] if numbered else text
    is_inner = state.marker is not None and line.x0 > state.marker + _INDENT
    if not is_inner and _is_person(said, bool(numbered)):
        name, colon, rest = said.partition(":")
        state.persons.append(name.split(",")[0].strip())
        state.note = state.marker = None
        state.open_person = not colon
        if rest.strip():
            state.begin(line, rest.strip())
        return
    marked = _LETTERED.fullmatch(text)
    ends = text.rstrip().endswith(":")
    if state.open_person and not marked and (ends or _capitals(text) >= _PERSON):
        state.open_person = not ends
        return
    state.open_person = False
    if marked and not is_inner:
        state.marker = line.x0
        state.begin(line, marked[1] or marked[2] or "")
    elif state.note:
        state.note.text += f" {text}"
    else:
        state.begin(line, text)


def _is_person(text: str, is_numbered: bool) -> bool:
    """Return whether a line names a person: capitals throughout, with a comma or a colon."""
    name, colon, _ = text.partition(":")
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


def _closes(line: Line, before: Line | None, state: _State) -> bool:
    """Return whether a line begins the closing: place and date, a closing word, a signature."""
    text = line.text.strip()
    words = {*labels("letter", "closing"), *labels("furniture", "signature")}
    if _DATED.fullmatch(text) or framework.normalise(text) in words:
        return True
    is_apart = (
        before is None
        or before.page != line.page
        or line.middle - before.middle > _PARAGRAPH * line.height
    )
    is_outer = is_apart or state.note is None or line.x0 < state.note.indent - 1
    first = [framework.normalise(" ".join(text.split()[:n])) for n in (1, 2, 3)]
    return is_outer and text[:1].isupper() and any(f in words for f in first)


def pillar(text: str) -> str:
    """Return the pillar if a note names exactly one as `Smart X`, else nothing."""
    smart = re.findall(r"\bsmart\s+(?:e-)?[^\W\d_]+", text, flags=re.IGNORECASE)
    named = {id_ for words in smart for id_ in framework.load().match("pillar", words)}
    return named.pop() if len(named) == 1 else ""
