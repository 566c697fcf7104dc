"""Opens a PDF and gives its pages as lines of words; those not seen or covered are only said."""

import logging
import re
from collections.abc import Iterable
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
from pdfminer.pdftypes import resolve1
from pdfminer.psparser import LIT
from pdfplumber.utils.geometry import get_bbox_overlap, obj_to_bbox

from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read.source import told

MOST_PAGES = 300
_MOST_DRAWN = 2 * 2**20  # bytes of drawing instructions; a million takes some 4 seconds
_FEW_WORDS, _LARGE = 30, 0.5  # a scan covers so much of its page, and a stamp adds so few words
_MANY = 0.3  # part of the signs that are sideways or no letters: the page is not read
_TWICE = 0.95  # part of the signs that differ in place; fewer do where bold is printed twice
_APART, _SAME_LINE = 0.45, 0.3  # heights of a word: a wide gap (a blank is 0.25), and one line
_FAINT = 24  # steps of grey, of 255, that the eye tells
_LETTERLESS = re.compile(r"\(cid:|[\ufffd\ue000-\uf8ff]")
_HARMLESS = [LIT("Link"), LIT("Popup"), LIT("Widget")]
INSTALL = "`pip install 'rapidocr>=3.10,<4' onnxruntime`"  # the extra `scan`
_FORM = "ketik ke formulir `kukar template letter {year}`"
FAULTS = {
    "picture": f"tidak dibaca, berupa gambar: {_FORM} (tabel nasional terbaca dengan {INSTALL})",
    "sideways": "tidak dibaca, terbaring: putar di program PDF, lalu cetak ke PDF baru",
    "letterless": f"tidak dibaca, hurufnya tidak tersimpan: minta PDF baru, atau {_FORM}",
    "unseen": "memuat kata yang tidak tampak di cetakan, tidak dibaca: minta salinan tanpanya",
    "covered": "memuat kata di bawah anotasi, tidak dibaca: tanyakan yang berlaku, minta salinan",
}
"""What is wrong with a page, and what helps."""
# pdfminer tells of every oddity of a font; nothing of it concerns the people who read messages
logging.getLogger("pdfminer").setLevel(logging.ERROR)


class PageWord(NamedTuple):
    """A word and its place in points, from the left and the top."""

    page: int
    text: str
    x0: float
    x1: float
    middle: float
    height: float


class PageLine(NamedTuple):
    """Words of a page on one height, from left to right, the first of them `at`."""

    words: tuple[PageWord, ...]
    at: PageWord
    text: str

    def phrases(self) -> list[tuple[PageWord, ...]]:
        """Return its words parted at wide gaps."""
        gaps = [b.x0 - a.x1 > _APART * b.height for a, b in pairwise(self.words)]
        ends = [0, *(i for i, is_wide in enumerate(gaps, 1) if is_wide), len(self.words)]
        return [self.words[a:b] for a, b in pairwise(ends)]


class LetterPage(NamedTuple):
    """A page: its lines from the top, and what is wrong with it (`FAULTS`)."""

    number: int
    lines: list[PageLine]
    faults: list[str]


def read(path: Path, name: str) -> list[LetterPage]:
    """Return the pages of a PDF; OSError where it cannot be opened.

    Raises SourceError where it is no whole PDF, has a password, too much or nothing on it.
    """
    whole = path.read_bytes()
    if b"%PDF-" not in whole[:1024]:
        raise SourceError(f"{name}: kosong atau bukan PDF, apa pun namanya; simpan lagi")
    if b"%%EOF" not in whole[-2048:]:
        raise UnfinishedError(told("unfinished", name, "akhir PDF-nya tidak ada"))
    try:
        with pdfplumber.open(path) as pdf, pypdfium2.PdfDocument(path) as shown:
            drawn = accumulate(_instructions(page.page_obj) for page in pdf.pages)
            if len(pdf.pages) > MOST_PAGES or any(size > _MOST_DRAWN for size in drawn):
                said = "halaman atau gambarnya lebih banyak daripada surat"
                raise SourceError(f"{name}: {said}; cetak ke PDF baru")
            found = [_page(page, shown[i]) for i, page in enumerate(pdf.pages)]
    except (OSError, SourceError):
        raise
    except Exception as error:  # a damaged PDF ends in any of dozens of exceptions
        said = f"{name}: bersandi, atau bukan PDF ({type(error).__name__}); cetak ke PDF baru"
        raise SourceError(said) from error
    if not any(page.lines or page.faults for page in found):
        raise SourceError(f"{name}: {len(found)} halaman, tidak satu pun memuat teks atau gambar")
    return found


def lines_of(words: Iterable[PageWord]) -> list[PageLine]:
    """Return the words of a page as lines from the top."""
    rows: list[list[PageWord]] = []
    for word in sorted(words, key=lambda w: w.middle):
        if not rows or word.middle - rows[-1][0].middle > _SAME_LINE * word.height:
            rows.append([])
        rows[-1].append(word)
    ordered = [tuple(sorted(row, key=lambda w: w.x0)) for row in rows]
    return [PageLine(row, row[0], " ".join(word.text for word in row)) for row in ordered]


def _instructions(page: Any) -> int:
    # with what it keeps apart to draw several times
    kept = resolve1((resolve1(page.resources) or {}).get("XObject")) or {}
    forms = [form for form in map(resolve1, kept.values()) if form.get("Subtype") is LIT("Form")]
    return sum(len(resolve1(stream).get_data()) for stream in (*page.contents, *forms))


def _page(page: Any, shown: Any) -> LetterPage:
    signs = [char for char in page.chars if char["text"].strip()]
    pictured = max((i["width"] * i["height"] for i in page.images), default=0.0)
    pictured /= page.width * page.height
    sideways = sum(c["matrix"][0] <= abs(c["matrix"][1]) for c in signs)
    letterless = sum(bool(_LETTERLESS.match(c["text"])) for c in signs)
    if max(sideways, letterless) > _MANY * len(signs):
        fault = "sideways" if sideways >= letterless else "letterless"
        return LetterPage(page.page_number, [], [fault])
    places = {(c["text"], round(c["x0"]), round(c["top"])) for c in signs}
    once = page.dedupe_chars() if len(places) < _TWICE * len(signs) else page
    marks = [obj_to_bbox(a) for a in page.annots if a["data"].get("Subtype") not in _HARMLESS]
    boxes = [(word["text"], obj_to_bbox(word)) for word in once.extract_words()]
    bare = [(t, box) for t, box in boxes if not any(get_bbox_overlap(box, m) for m in marks)]
    words = [
        PageWord(page.page_number, text, x0, x1, (top + bottom) / 2, bottom - top)
        for text, (x0, top, x1, bottom) in bare
    ]
    seen = _seen(page, shown, words) if words else []
    faults = {
        "picture": (pictured > _LARGE and len(seen) < _FEW_WORDS)
        or (not seen and bool(page.images or page.curves)),
        "unseen": len(seen) < len(words),
        "covered": len(bare) < len(boxes),
    }
    page.close()  # lets go of what pdfplumber keeps of it
    return LetterPage(page.page_number, lines_of(seen), [f for f, is_so in faults.items() if is_so])


def _seen(page: Any, shown: Any, words: list[PageWord]) -> list[PageWord]:
    # not white on white, covered, off the page, or behind a scan
    left, top, *_ = page.cropbox
    image = shown.render(scale=2, grayscale=True, draw_annots=False).to_numpy()
    texts = shown.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
    modes = [(pdfium.FPDFTextObj_GetTextRenderMode(text), text.get_bounds()) for text in texts]

    def is_seen(word: PageWord) -> bool:
        x, y = (word.x0 + word.x1) / 2, float(page.height) - word.middle
        if any(m in (3, 7) and a <= x <= b and c <= y <= d for m, (a, c, b, d) in modes):
            return False
        above, half = word.middle - top, word.height / 2
        ends = (above - half, above + half, word.x0 - left, word.x1 - left)
        y0, y1, x0, x1 = (max(0, int(2 * end)) for end in ends)
        ink = image[y0 : y1 + 1, x0 : x1 + 1]
        return bool(ink.size and np.ptp(ink) >= _FAINT)

    return [word for word in words if is_seen(word)]
