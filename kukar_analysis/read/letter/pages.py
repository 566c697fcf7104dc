"""Opens a PDF and gives its pages as lines of the words that the print shows, with their place.

What repeats on the pages is left out. A page that cannot be read says why (`FAULTS`); words that
nobody sees are not read, and words under an annotation are marked: either is said.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdftypes import resolve1

from kukar_analysis import framework
from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read.grid import words as labels

MOST_PAGES = 300
_MOST_DRAWN = 2 * 2**20
"""Bytes of drawing instructions of all pages; reading takes some 4 seconds for each million."""
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
_MANY = 0.3
"""Part of a page's signs that are sideways, or no letters, from which on the page is not read."""
_TWICE = 0.95
"""Part of a page's signs that differ in place; fewer do where signs are printed twice."""
_SAME_LINE = 0.3
"""Part of a word's height by which words of one line may lie apart."""
_FAINT = 24
"""Steps of grey, of 255, by which what the eye sees differs from its ground at least."""
_HARMLESS = ("Link", "Popup", "Widget")
_FORM = "type what {holds} into the form of `kukar template letter {year}`"
SCORE_COLUMNS = ("number", "indicator", "sub_indicator", "code", "question", "score")
FAULTS = {
    "picture": ("is a picture", "are pictures", _FORM),
    "sideways": (
        "lies on its side",
        "lie on their side",
        "turn it in a PDF program, print it to a new PDF and send that",
    ),
    "letterless": (
        "has a font that does not tell its letters",
        "have a font that does not tell its letters",
        f"ask for the document it was made from, saved as PDF anew, or {_FORM}",
    ),
}
"""What a page is, what several are, and what helps."""

# pdfminer tells of every oddity of a font; nothing of it concerns the people who read messages
logging.getLogger("pdfminer").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in points, from the left and the top; `over` is what lies over it."""

    page: int
    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    over: str = ""

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Return how high it is."""
        return self.bottom - self.top

    @property
    def place(self) -> tuple[int, float]:
        """Return its page and its height there, by which words follow each other."""
        return self.page, self.middle


@dataclass(frozen=True, slots=True)
class Line:
    """Words of a page on the same height, from left to right."""

    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        """Return the number of its page."""
        return self.words[0].page

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
        return self.words[0].height

    def phrases(self, apart: float = 0.45) -> list[tuple[Word, ...]]:
        """Return its words parted where a gap is wider than `apart` heights; a blank is 0.25."""
        parts: list[list[Word]] = []
        for word in self.words:
            if parts and word.x0 - parts[-1][-1].x1 <= apart * word.height:
                parts[-1].append(word)
            else:
                parts.append([word])
        return [tuple(part) for part in parts]


@dataclass
class Page:
    """A page: its lines from the top, why it was not read, and the words that nobody sees."""

    number: int
    lines: list[Line] = field(default_factory=list)
    fault: str = ""
    unseen: list[str] = field(default_factory=list)


def read(path: Path, name: str) -> list[Page]:
    """Return the pages without running headers, footers and page numbers.

    Raises OSError where the file cannot be opened, and SourceError where it is no whole PDF, has a
    password, too many pages or instructions, or no text at all.
    """
    _check(path, name)
    try:
        with pdfplumber.open(path) as pdf, pypdfium2.PdfDocument(path) as shown:
            if len(pdf.pages) > MOST_PAGES:
                raise SourceError(
                    f"{name}: has {len(pdf.pages)} pages, at most {MOST_PAGES} are read;"
                    " save the pages of the result letter alone and try again"
                )
            left = _MOST_DRAWN
            for page in pdf.pages:
                left -= sum(map(_drawn, page.page_obj.contents), _forms(page.page_obj.resources))
                if left < 0:
                    raise SourceError(
                        f"{name}: page {page.page_number} is drawn with more instructions than a"
                        " letter has, which would take minutes; print it to a new PDF and send that"
                    )
            found = [_page(page, shown[i]) for i, page in enumerate(pdf.pages)]
    except (OSError, SourceError):
        raise
    except Exception as error:  # a damaged PDF ends in any of dozens of exceptions
        raise SourceError(_unreadable(name, error)) from error
    if not any(page.lines or page.fault not in ("", "picture") for page in found):
        raise SourceError(
            f"{name}: none of its {len(found)} pages holds text, expected a letter with text;"
            " if it was scanned, type what it holds into the form of `kukar template letter`"
        )
    _trim(found, 0)
    _trim(found, -1)
    return found


def pages_of(numbers: Sequence[int]) -> str:
    """Return page numbers as people write them: `page 3`, `pages 1-11 and 34`."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    *most, last = [f"{s[0]}-{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans]
    listed = f"{', '.join(most)} and {last}" if most else last
    return f"{'page' if len(numbers) == 1 else 'pages'} {listed}"


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


def _drawn(stream: Any) -> int:
    return len(resolve1(stream).get_data())


def _forms(resources: Any) -> int:
    """Return the bytes of instructions that a page keeps apart to draw them several times."""
    kept = resolve1((resolve1(resources) or {}).get("XObject")) or {}
    forms = [form for form in map(resolve1, kept.values()) if _kind(form) == "Form"]
    return sum(map(_drawn, forms))


def _kind(form: Any) -> str:
    return str(getattr(form.get("Subtype"), "name", ""))


def _page(page: Any, shown: Any) -> Page:
    """Return a page's words as lines, and let go of what pdfplumber keeps of it."""
    signs = [char for char in page.chars if char["text"].strip()]
    places = {(c["text"], round(c["x0"]), round(c["top"])) for c in signs}
    # bold may be made by printing each sign twice
    once = page.dedupe_chars() if len(places) < _TWICE * len(signs) else page
    found = Page(page.page_number)
    areas = [image["width"] * image["height"] for image in page.images]
    pictured = max(areas, default=0.0) / (page.width * page.height)
    if not areas and not signs and len(page.curves) > _OUTLINED:
        pictured = 1.0
    if sum(c["matrix"][0] <= abs(c["matrix"][1]) for c in signs) > _MANY * len(signs):
        found.fault = "sideways"
    elif sum(map(_is_no_letter, signs)) > _MANY * len(signs):
        found.fault = "letterless"
    else:
        keys = ("text", "x0", "x1", "top", "bottom")
        words = [Word(found.number, *(w[key] for key in keys)) for w in once.extract_words()]
        seen = _seen(page, shown, words) if words else []
        found.unseen = [w.text for w, is_seen in zip(words, seen, strict=True) if not is_seen]
        marks = [a for a in page.annots if _kind(a["data"]) not in _HARMLESS]
        words = [_under(w, marks) for w, is_seen in zip(words, seen, strict=True) if is_seen]
        if (pictured > _LARGE and len(words) < _FEW_WORDS) or (pictured and not words):
            found.fault = "picture"
        found.lines = _lines(words)
    page.close()
    return found


def _is_no_letter(char: dict[str, Any]) -> bool:
    return bool(re.match(r"\(cid:|[\ufffd\ue000-\uf8ff]", char["text"]))


def _seen(page: Any, shown: Any, words: list[Word]) -> list[bool]:
    """Return of each word whether the page as printed differs from its ground where it stands.

    White on white, covered, outside the page, or behind a scan to be searched in.
    """
    left, top, *_ = page.cropbox
    image = shown.render(scale=2, grayscale=True, draw_annots=False).to_numpy()
    hidden = [
        (x0, float(page.height) - y1, x1, float(page.height) - y0)
        for form in shown.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
        if pdfium.FPDFTextObj_GetTextRenderMode(form) in (3, 7)
        for x0, y0, x1, y1 in [tuple(map(float, form.get_bounds()))]
    ]

    def is_seen(word: Word) -> bool:
        x = slice(max(0, int(2 * (word.x0 - left))), max(0, int(2 * (word.x1 - left)) + 1))
        y = slice(max(0, int(2 * (word.top - top))), max(0, int(2 * (word.bottom - top)) + 1))
        ink = image[y, x]
        middle = (word.x0 + word.x1) / 2
        is_hidden = (x0 <= middle <= x1 and y0 <= word.middle <= y1 for x0, y0, x1, y1 in hidden)
        return bool(ink.size and np.ptp(ink) >= _FAINT) and not any(is_hidden)

    return [is_seen(word) for word in words]


def _under(word: Word, marks: list[dict[str, Any]]) -> Word:
    """Mark a word that an annotation lies over: it may strike it out or state another."""
    over = [
        _kind(mark["data"]) or "?"
        for mark in marks
        if mark["x0"] < word.x1
        and word.x0 < mark["x1"]
        and mark["top"] < word.bottom
        and word.top < mark["bottom"]
    ]
    return replace(word, over=over[0]) if over else word


def _lines(words: list[Word]) -> list[Line]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.middle):
        if rows and word.middle - rows[-1][0].middle <= _SAME_LINE * word.height:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [Line(tuple(sorted(row, key=lambda w: w.x0))) for row in rows]


def _trim(pages: list[Page], edge: int) -> None:
    """Leave out the first (0) or last (-1) lines that come again on half of the pages with text."""
    edged = [page for page in pages if page.lines]
    enough = max(2, (len(edged) + 1) // 2)
    for _ in range(_DEEPEST):
        keys = {p.number: _furniture(p.lines[edge]) for p in edged if p.lines}
        counts = Counter(key for key in keys.values() if key is not None)
        edged = [page for page in edged if counts.get(keys.get(page.number), 0) >= enough]
        for page in edged:
            del page.lines[edge]


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
    heads = "".join(
        framework.normalise(layout.headings)
        for layout in framework.load().layouts
        if layout.kind == "national_table"
        or (layout.kind == "letter" and layout.column in SCORE_COLUMNS)
    )
    if all(word.isdecimal() or framework.normalise(word) in heads for word in words):
        return None
    return line.text
