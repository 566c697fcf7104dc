"""Reads national tables on scanned pages by rapidocr (extra `scan`); what proves itself is kept.

Upright pages are read at two sizes. A row is kept where both say the same, its components give its
final, its number runs on, its region is known and no blank cell holds ink; else its line is shown.
"""

import io
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image

from kukar_analysis import framework
from kukar_analysis.read import source
from kukar_analysis.read.letter import tables
from kukar_analysis.read.letter.pages import PageWord, lines_of
from kukar_analysis.read.letter.tables import TEXTS, Head, National, Row

DPI = 250
Tables = Sequence[National]
Pages = Mapping[int, Image.Image]
_MOST, _AGAIN = 40, 0.8  # pages of a letter that are read; size of the second reading
_EDGE, _SAMPLES = 0.2, 12  # heights of a box beyond its text; texts that tell which way is up
_DARK, _DASH = 0.6, 0.35  # ink, of the paper's light; heights of a word that a dash is high at most


def is_here() -> bool:
    """Return whether what reads scans is installed."""
    return all(map(find_spec, ("rapidocr", "onnxruntime")))


def read(
    path: Path, numbers: Sequence[int], name: str, year: int, own: Mapping[str, str]
) -> tuple[list[National], dict[str, bytes]]:
    """Return the national tables of scanned pages, and pictures of lines that are not kept."""
    with pypdfium2.PdfDocument(path) as shown:
        images = {number: _upright(shown[number - 1]) for number in numbers[:_MOST]}

    def tables_of(numbers: Sequence[int], size: float) -> list[National]:
        lines = [x for n in numbers for x in lines_of(_words(images[n], n, size))]
        return tables.national(tables.split(lines), year)[0]

    found = tables_of([*images], 1.0)
    held = sorted({row.at.page for table in found for row in table.rows})
    return found, prove(found, tables_of(held, _AGAIN), images, name, year, own)


@lru_cache(maxsize=1)
def _reader() -> Any:
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", "Global.max_side_len": 4000})


def _ask(image: Image.Image, *, find: bool = True, read: bool = True) -> Any:
    return _reader()(np.asarray(image.convert("RGB")), use_det=find, use_cls=False, use_rec=read)


def _upright(page: Any) -> Image.Image:
    # its texts run from left to right then, to a tenth of a degree
    image: Image.Image = page.render(scale=DPI / 72, grayscale=True, draw_annots=False).to_pil()
    boxes = _ask(image.reduce(2), read=False).boxes
    if boxes is None:
        return image
    sides = np.stack([boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 0]])
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    x, y = sides[lengths.argmax(0), np.arange(len(boxes))].T
    angles = ((np.degrees(np.arctan2(y, x)) + 45) % 180 - 45)[lengths.max(0) > 3 * lengths.min(0)]
    angle = float(np.median(angles)) if len(angles) else 0.0
    if abs(angle) > 0.1:
        image = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        boxes = _ask(image.reduce(2), read=False).boxes
    # on its head: its texts are read more surely the other way
    widest = sorted([] if boxes is None else boxes, key=lambda box: box[0, 0] - box[1, 0])
    cuts = [image.crop((*(2 * b.min(0)), *(2 * b.max(0)))) for b in widest[:_SAMPLES]]
    sure = [sum(_ask(c.rotate(turn), find=False).scores[0] for c in cuts) for turn in (0, 180)]
    return image.rotate(180) if sure[1] > sure[0] else image


def _words(image: Image.Image, number: int, size: float) -> list[PageWord]:
    found = _ask(image.resize([int(side * size) for side in image.size]))
    made = []
    for box, text in zip(found.boxes if found.txts else (), found.txts or (), strict=True):
        scaled = box * 72 / DPI / size
        edge = _EDGE * np.ptp(scaled[:, 1])
        left, top = (scaled.min(0) + edge).tolist()
        right, bottom = (scaled.max(0) - edge).tolist()
        said = re.sub(r"(?<=\d)[\s|]*(?=[A-Z]{3})", " ", text.strip(" |"))
        for match in re.finditer(r"\S+\s?", said):
            x0, x1 = (left + (right - left) * at / len(said) for at in match.span())
            place = (x0, x1, (top + bottom) / 2, bottom - top)
            made.append(PageWord(number, match[0].strip(), *place))
    return made


def prove(
    first: Tables, second: Tables, images: Pages, name: str, year: int, own: Mapping[str, str]
) -> dict[str, bytes]:
    """Add what speaks against the rows of the first of two readings; return their pictures."""
    pictures: dict[str, bytes] = {}
    for table in first:
        for row in table.rows:
            _agree(row, [other for again in second for other in again.rows])
            blank = [head for head in row.heads if row.cells.get(head.column) == ""]
            inked = [head.text for head in blank if _has_ink(images[row.at.page], head, row.at)]
            row.faults += [f"di bawah {text} ada yang tercetak, tidak terbaca" for text in inked]
        texts = [row.cells.get("number", "").rstrip(".") for row in table.rows]
        numbers = [0, *(int(text) if text.isdecimal() else -9 for text in texts), -9]
        tables.check(table, "", year, own, is_scan=True)
        for i, row in enumerate(table.rows):
            row.is_scanned = True
            if not 0 < numbers[i + 1] in (numbers[i] + 1, numbers[i + 2] - 1):
                row.faults.append(f"nomor urut {texts[i]!r} tidak bersambung")
                row.cells["number"] = ""
            if row.faults:
                file = f"{name.replace('/', '-')}-p{row.at.page}-y{row.at.middle:.0f}.png"
                held, image = io.BytesIO(), images[row.at.page]
                _cut(image, row.at, 1.2, 0, image.width * 72 / DPI).save(held, "PNG")
                pictures[file] = held.getvalue()
                said = f"hasil pindaian tidak terbukti: {', '.join(row.faults)}; lihat gambar"
                asked = f"ketik barisnya ke formulir `kukar template letter {year}`"
                row.faults = [f"{said} scan/{file}, lalu {asked}"]
    return pictures


def _agree(row: Row, others: Sequence[Row]) -> None:
    near = [r for r in others if abs(r.at.middle - row.at.middle) < row.at.height / 2]
    again = [r.cells for r in near if r.at.page == row.at.page]
    if len(again) != 1:
        row.faults.append("barisnya terbaca satu kali saja")
    for column, text in row.cells.items():
        said = again[0].get(column, "") if len(again) == 1 else ""
        differs = source.unequal(text, said)
        if column in TEXTS:
            differs = framework.normalise(text) != framework.normalise(said)
        if text and said and differs and column != "number":  # its neighbours prove it
            row.faults.append(f"{column} terbaca {text} dan {said}")
        row.cells[column] = text or said


def _cut(image: Image.Image, at: PageWord, heights: float, x0: float, x1: float) -> Image.Image:
    ends = (x0, at.middle - heights * at.height, x1, at.middle + heights * at.height)
    left, top, right, bottom = (max(0, int(end * DPI / 72)) for end in ends)
    return image.crop((left, top, right, bottom))


def _has_ink(image: Image.Image, head: Head, at: PageWord) -> bool:
    cell = np.asarray(_cut(image, at, 0.4, head.x0, head.x1).convert("L"))
    dark = cell < _DARK * np.median(cell)
    dark = dark[:, dark.mean(0) < 0.9]
    rows = np.flatnonzero(dark.any(1))
    return bool(len(rows) and np.ptp(rows) > _DASH * at.height * DPI / 72)
