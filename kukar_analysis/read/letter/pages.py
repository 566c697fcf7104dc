"""Opens a PDF and gives its pages as lines of words with their place; what repeats is left out."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect

from kukar_analysis import framework
from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read.grid import words as labels

MOST_PAGES = 300
_TAIL = 2048
"""Bytes at the end in which a whole PDF has its end mark."""
_DEEPEST = 4
"""Lines of a running header or footer."""
_OUTLINED = 50
"""Curves on a page without words from which on it is taken for text drawn as shapes."""
_FEW_WORDS = 30
"""Words that a stamp or a signature's footer adds to a scanned page at most."""
_LARGE = 0.5
"""Part of a page that a scan covers at least."""
_SAME_LINE = 0.3
"""Part of a word's height by which words of one line may lie apart."""

_HEADS = ("number", "indicator", "sub_indicator", "question", "score")

# pdfminer tells of every oddity of a font; nothing of it concerns the people who read messages
logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in points, from the left and the top of its page."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a page on the same height, from left to right."""

    page: int
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Return its words with blanks between them."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Return where it begins."""
        return self.words[0].x0

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return self.words[0].middle

    @property
    def height(self) -> float:
        """Return the height of its first word."""
        return self.words[0].bottom - self.words[0].top


@dataclass
class Page:
    """A page: its lines from the top, and the part of it (0 to 1) that a picture covers."""

    number: int
    lines: list[Line] = field(default_factory=list)
    pictured: float = 0.0

    @property
    def is_picture(self) -> bool:
        """Return whether it holds nothing to read but a picture, or little beside a large one."""
        few = sum(len(line.words) for line in self.lines) < _FEW_WORDS
        return self.pictured > 0 if not self.lines else few and self.pictured > _LARGE


def read(path: Path, name: str) -> list[Page]:
    """Return the pages without running headers, footers and page numbers.

    Raises OSError where the file cannot be opened, and SourceError where it is no whole PDF, has a
    password, too many pages, or no text at all.
    """
    _check(path, name)
    try:
        with pdfplumber.open(path) as pdf:
            if len(pdf.pages) > MOST_PAGES:
                raise SourceError(
                    f"{name}: has {len(pdf.pages)} pages, at most {MOST_PAGES} are read;"
                    " save the pages of the result letter alone and try again"
                )
            found = [_page(page) for page in pdf.pages]
    except (OSError, SourceError):
        raise
    except Exception as error:  # a damaged PDF ends in any of dozens of exceptions
        raise SourceError(_unreadable(name, error)) from error
    if not any(page.lines for page in found):
        raise SourceError(
            f"{name}: none of its {len(found)} pages holds text, expected a letter with text;"
            " if it was scanned, type what it holds into the form of `kukar template letter`"
        )
    return _without_furniture(found)


def _check(path: Path, name: str) -> None:
    """Raise SourceError where the first and last bytes are not those of a PDF."""
    with path.open("rb") as file:
        head = file.read(1024)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    again = "save or download it again"
    if not head:
        raise SourceError(f"{name}: is empty, expected a PDF; {again}")
    if b"%PDF-" not in head:
        raise SourceError(f"{name}: is no PDF, whatever its name says; {again} as PDF")
    if b"%%EOF" not in tail:
        raise UnfinishedError(name, "is cut, the end of a PDF is missing")


def _unreadable(name: str, error: BaseException) -> str:
    causes = (error, error.__cause__, error.__context__, *error.args)
    if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
        return f"{name}: is locked with a password; save a copy without one and put that here"
    return (
        f"{name}: cannot be read as a PDF ({type(error).__name__}); open it, print it to a new PDF"
        " and try that"
    )


def _page(page: Any) -> Page:
    """Return a page's words as lines, and let go of what pdfplumber keeps of it."""
    words = [Word(w["text"], w["x0"], w["x1"], w["top"], w["bottom"]) for w in page.extract_words()]
    areas = [image["width"] * image["height"] for image in page.images]
    pictured = max(areas, default=0.0) / (page.width * page.height)
    if not areas and len(page.curves) > _OUTLINED:
        pictured = 1.0
    number = page.page_number
    page.close()
    return Page(number, _lines(number, words), pictured)


def _lines(page: int, words: list[Word]) -> list[Line]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.middle):
        near = _SAME_LINE * (word.bottom - word.top)
        if rows and word.middle - rows[-1][0].middle <= near:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Line(page, tuple(sorted(row, key=lambda w: w.x0))) for row in rows]


def _without_furniture(pages: list[Page]) -> list[Page]:
    """Leave out the first and last lines that come again on half of the pages with text."""
    _trim(pages, lambda lines: lines[0], lambda lines: lines[1:])
    _trim(pages, lambda lines: lines[-1], lambda lines: lines[:-1])
    return pages


def _trim(
    pages: list[Page],
    edge: Callable[[list[Line]], Line],
    rest: Callable[[list[Line]], list[Line]],
) -> None:
    open_pages = [page for page in pages if page.lines]
    enough = max(2, (len(open_pages) + 1) // 2)
    for _ in range(_DEEPEST):
        keys = {p.number: _furniture(edge(p.lines)) for p in open_pages if p.lines}
        counts = Counter(key for key in keys.values() if key is not None)
        open_pages = [p for p in open_pages if counts.get(keys.get(p.number), 0) >= enough]
        for page in open_pages:
            page.lines = rest(page.lines)


def _furniture(line: Line) -> Hashable:
    """Return what a line is compared by: its text, or by how much its page number is off.

    None for a line of a table's headings, or with a figure: that is never furniture.
    """
    if re.search(r"\d[.,]\d", line.text):
        return None
    words = re.findall(r"\w+", line.text)
    numbers = [w for w in words if framework.normalise(w) not in labels("letter", "page")]
    if 1 <= len(numbers) <= 2 and all(w.isdecimal() for w in numbers):
        return int(numbers[0]) - line.page
    if all(word.isdecimal() or framework.normalise(word) in _heads() for word in words):
        return None
    return line.text


@framework.kept()
def _heads() -> str:
    """Return all headings of a letter's tables in one text."""
    found = [
        layout.headings
        for layout in framework.load().layouts
        if layout.kind == "national_table" or (layout.kind == "letter" and layout.column in _HEADS)
    ]
    return " ".join(framework.normalise(text) for each in found for text in each.split(" | "))
