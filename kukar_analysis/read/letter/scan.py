"""Reads scanned pages by rapidocr (extra `scan`): words with their places, as pages of text have.

A page is put upright first. Pages with a national table are read twice, at two sizes; proof.py
tells which rows are kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from kukar_analysis.read.letter.pages import PageWord
from kukar_analysis.read.letter.proof import DPI

INSTALL = "`pip install 'rapidocr>=3.10,<4' onnxruntime`"  # the extra `scan`
MOST = 40  # pages of a letter that are read
AGAIN = 0.8  # size of the second reading
_EDGE = 0.2  # heights of a box by which it stands out beyond its text
_SAMPLES = 12  # texts by which the right way up is told


def is_here() -> bool:
    """Return whether what reads scans is installed."""
    return _reader() is not None


@lru_cache(maxsize=1)
def _reader() -> Any:
    try:
        from rapidocr import RapidOCR
    except ModuleNotFoundError:
        return None
    return RapidOCR(params={"Global.log_level": "critical", "Global.max_side_len": 4000})


def upright(shown: Any) -> Image.Image:
    """Return the picture of a page that pypdfium2 has opened, turned as it is to be read."""
    return _upright(shown.render(scale=DPI / 72, grayscale=True, draw_annots=False).to_pil())


def _ask(image: Image.Image, *, find: bool, read: bool) -> Any:
    return _reader()(np.asarray(image.convert("RGB")), use_det=find, use_cls=False, use_rec=read)


def _upright(image: Image.Image, *, may_lie: bool = True) -> Image.Image:
    """Turn a page so that its texts run from left to right, to a tenth of a degree."""
    small = image.reduce(2)
    boxes = _ask(small, find=True, read=False).boxes
    if boxes is None:
        return image
    across, down = boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 0]
    if may_lie and np.hypot(*across.T).sum() < np.hypot(*down.T).sum():
        return _upright(image.rotate(90, expand=True), may_lie=False)
    long = across[np.hypot(*across.T) > 3 * np.hypot(*down.T)]
    if len(long):
        angle = float(np.median(np.degrees(np.arctan2(long[:, 1], long[:, 0]))))
        if abs(angle) > 0.1:
            return _turned(
                image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
            )
    return _turned(image)


def _turned(image: Image.Image) -> Image.Image:
    """Turn a page that stands on its head: its texts are read more surely the other way."""
    boxes = _ask(image.reduce(2), find=True, read=False).boxes
    if boxes is None:
        return image
    widest = sorted(boxes, key=lambda b: b[0, 0] - b[1, 0])[:_SAMPLES]
    cuts = [image.crop((*(2 * b.min(0)), *(2 * b.max(0)))) for b in widest]
    sure = [
        np.mean([_ask(cut.rotate(turn), find=False, read=True).scores[0] for cut in cuts])
        for turn in (0, 180)
    ]
    return image.rotate(180) if sure[1] > sure[0] else image


def words(image: Image.Image, number: int, size: float = 1.0) -> list[PageWord]:
    """Return the words of a page's picture, with places in points; `size` is that of the reading.

    The words of one text adjoin; where a figure touches a name they are parted.
    """
    asked = image.resize([int(side * size) for side in image.size])
    found = _ask(asked, find=True, read=True)
    made = []
    for box, text in zip(found.boxes if found.txts else (), found.txts or (), strict=True):
        (left, top), (right, bottom) = (
            (e * 72 / DPI / size).tolist() for e in (box.min(0), box.max(0))
        )
        edge = _EDGE * (bottom - top)
        left, top, right, bottom = left + edge, top + edge, right - edge, bottom - edge
        said = re.sub(r"(?<=\d)[\s|]*(?=[A-Z]{3})", " ", text.strip(" |"))
        for match in re.finditer(r"\S+\s?", said):
            x0, x1 = (left + (right - left) * at / len(said) for at in match.span())
            made.append(PageWord(number, match[0].strip(), x0, x1, top, bottom))
    return made
