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
from typing import Any, NamedTuple

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
_DEEPEST = 4
"""Lines of a running header or footer."""
_OUTLINED = 50
"""Curves on a page without words from which on it is taken for text drawn as shapes."""
_FEW_WORDS, _LARGE = 30, 0.5
"""Words that a stamp adds to a scanned page at most; part of the page that the scan covers."""
_MANY = 0.3
"""Part of a page's signs that are sideways, or no letters, from which on the page is not read."""
_TWICE = 0.95
"""Part of a page's signs that differ in place; fewer do where bold is made by printing twice."""
_SAME_LINE = 0.3
"""Part of a word's height by which words of one line may lie apart."""
_FAINT = 24
"""Steps of grey, of 255, by which what the eye sees differs from its ground at least."""
SCORE_COLUMNS = ("number", "indicator", "sub_indicator", "code", "question", "score")
_HARMLESS = ("Link", "Popup", "Widget")
_FORM = "type what {holds} into the form of `kukar template letter {year}`"
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
class PageWord:
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
    def place(self) -> tuple[int, float]:
        """Return its page and its height there, by which words follow each other."""
        return self.page, self.middle


class PageLine(NamedTuple):
    """Words of a page on the same height, from left to right; its place is that of the first."""

    words: tuple[PageWord, ...]
    page: int
    text: str
    x0: float
    middle: float
    height: float

    def phrases(self, apart: float = 0.45) -> list[tuple[PageWord, ...]]:
        """Return its words parted where a gap is wider than `apart` heights; a blank is 0.25."""
        parts: list[list[PageWord]] = []
        for word in self.words:
            height = word.bottom - word.top
            if parts and word.x0 - parts[-1][-1].x1 <= apart * height:
                parts[-1].append(word)
            else:
                parts.append([word])
        return [tuple(part) for part in parts]


@dataclass
class LetterPage:
    """A page: its lines from the top, why it was not read, and the words that nobody sees."""

    number: int
    lines: list[PageLine] = field(default_factory=list)
    fault: str = ""
    unseen: list[str] = field(default_factory=list)


def read(path: Path, name: str) -> list[LetterPage]:
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
                left -= _instructions(page.page_obj)
                if left < 0:
                    raise SourceError(
                        f"{name}: page {page.page_number} is drawn with more instructions than a"
                        " letter has, which would take minutes; print it to a new PDF and send that"
                    )
            found = [_page(page, shown[i]) for i, page in enumerate(pdf.pages)]
    except (OSError, SourceError):
        raise
    except Exception as error:  # a damaged PDF ends in any of dozens of exceptions
        causes = (error, error.__cause__, error.__context__, *error.args)
        is_locked = any(isinstance(cause, PDFPasswordIncorrect) for cause in causes)
        raise SourceError(
            f"{name}: is locked with a password; save a copy without one and put that here"
            if is_locked
            else f"{name}: cannot be read as a PDF ({type(error).__name__}); open it, print it to a"
            " new PDF and try that"
        ) from error
    if not any(page.lines or page.fault for page in found):
        raise SourceError(f"{name}: none of its {len(found)} pages holds text or a picture")
    _trim(found)
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


def lines_of(words: Sequence[PageWord]) -> list[PageLine]:
    """Return the words of a page as lines from the top."""
    rows: list[list[PageWord]] = []
    for word in sorted(words, key=lambda w: w.middle):
        near = _SAME_LINE * (word.bottom - word.top)
        if rows and word.middle - rows[-1][0].middle <= near:
            rows[-1].append(word)
        else:
            rows.append([word])
    ordered = [tuple(sorted(row, key=lambda w: w.x0)) for row in rows]
    return [
        PageLine(r, r[0].page, " ".join(w.text for w in r), r[0].x0, r[0].middle, h)
        for r in ordered
        for h in (r[0].bottom - r[0].top,)
    ]


def _check(path: Path, name: str) -> None:
    """Raise SourceError where the first and last bytes are not those of a PDF."""
    with path.open("rb") as file:
        head = file.read(1024)
        file.seek(max(0, file.seek(0, 2) - 2048))
        tail = file.read()
    again = "save or download it again"
    if not head:
        raise SourceError(f"{name}: is empty, expected a PDF; {again}")
    if b"%PDF-" not in head:
        raise SourceError(f"{name}: is no PDF, whatever its name says; {again} as PDF")
    if b"%%EOF" not in tail:
        raise UnfinishedError(name, "is cut, the end of a PDF is missing")


def _instructions(page: Any) -> int:
    """Return the bytes by which a page is drawn, with what it keeps apart to draw several times."""
    kept = resolve1((resolve1(page.resources) or {}).get("XObject")) or {}
    forms = [form for form in map(resolve1, kept.values()) if _kind(form) == "Form"]
    return sum(len(resolve1(stream).get_data()) for stream in (*page.contents, *forms))


def _kind(form: Any) -> str:
    return str(getattr(form.get("Subtype"), "name", ""))


def _page(page: Any, shown: Any) -> LetterPage:
    """Return a page's words as lines, and let go of what pdfplumber keeps of it."""
    found = LetterPage(page.page_number)
    signs = [char for char in page.chars if char["text"].strip()]
    places = {(c["text"], round(c["x0"]), round(c["top"])) for c in signs}
    areas = [image["width"] * image["height"] for image in page.images]
    pictured = max(areas, default=0.0) / (page.width * page.height)
    if not areas and not signs and len(page.curves) > _OUTLINED:
        pictured = 1.0
    letterless = re.compile(r"\(cid:|[\ufffd\ue000-\uf8ff]")
    if sum(c["matrix"][0] <= abs(c["matrix"][1]) for c in signs) > _MANY * len(signs):
        found.fault = "sideways"
    elif sum(bool(letterless.match(c["text"])) for c in signs) > _MANY * len(signs):
        found.fault = "letterless"
    else:
        once = page.dedupe_chars() if len(places) < _TWICE * len(signs) else page
        keys = ("text", "x0", "x1", "top", "bottom")
        words = [PageWord(found.number, *(w[key] for key in keys)) for w in once.extract_words()]
        seen = _seen(page, shown, words) if words else []
        found.unseen = [w.text for w, is_seen in zip(words, seen, strict=True) if not is_seen]
        marks = [a for a in page.annots if _kind(a["data"]) not in _HARMLESS]
        words = [_under(w, marks) for w, is_seen in zip(words, seen, strict=True) if is_seen]
        if (pictured > _LARGE and len(words) < _FEW_WORDS) or (pictured and not words):
            found.fault = "picture"
        found.lines = lines_of(words)
    page.close()
    return found


def _seen(page: Any, shown: Any, words: list[PageWord]) -> list[bool]:
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

    def is_seen(word: PageWord) -> bool:
        x = slice(max(0, int(2 * (word.x0 - left))), max(0, int(2 * (word.x1 - left)) + 1))
        y = slice(max(0, int(2 * (word.top - top))), max(0, int(2 * (word.bottom - top)) + 1))
        ink = image[y, x]
        middle = (word.x0 + word.x1) / 2
        is_hidden = (x0 <= middle <= x1 and y0 <= word.middle <= y1 for x0, y0, x1, y1 in hidden)
        return bool(ink.size and np.ptp(ink) >= _FAINT) and not any(is_hidden)

    return [is_seen(word) for word in words]


def _under(word: PageWord, marks: list[dict[str, Any]]) -> PageWord:
    """Mark a word that an annotation lies over: it may strike it out or state another."""
    for mark in marks:
        is_beside = mark["x0"] >= word.x1 or word.x0 >= mark["x1"]
        if not is_beside and mark["top"] < word.bottom and word.top < mark["bottom"]:
            return replace(word, over=_kind(mark["data"]) or "?")
    return word


def _trim(pages: list[LetterPage]) -> None:
    """Leave out the first and last lines that come again on half of the pages with text."""
    for edge in (0, -1):
        edged = [page for page in pages if page.lines]
        enough = max(2, (len(edged) + 1) // 2)
        for _ in range(_DEEPEST):
            keys = {p.number: _furniture(p.lines[edge]) for p in edged if p.lines}
            counts = Counter(key for key in keys.values() if key is not None)
            edged = [page for page in edged if counts.get(keys.get(page.number), 0) >= enough]
            for page in edged:
                del page.lines[edge]


def _furniture(line: PageLine) -> Hashable:
    """Return what a line is compared by: its text, or by how much its page number is off.

    None for a line of a table's headings, or with a figure: that is never furniture.
    """
    words = re.findall(r"\w+", line.text)
    numbers = [w for w in words if framework.normalise(w) not in labels("letter", "page")]
    if re.search(r"\d[.,]\d", line.text):
        return None
    if 1 <= len(numbers) <= 2 and all(w.isdecimal() for w in numbers):
        return int(numbers[0]) - line.page
    heads = "".join(
        framework.normalise(layout.headings)
        for layout in framework.load().layouts
        if layout.kind == "national_table"
        or (layout.kind == "letter" and layout.column in SCORE_COLUMNS)
    )
    is_heading = all(word.isdecimal() or framework.normalise(word) in heads for word in words)
    return None if is_heading else line.text
