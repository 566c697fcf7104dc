"""Reads from a workbook's own XML what calamine does not tell, with a streaming parser.

Formula errors, formulas that were never calculated, percentages; what is hidden or struck through;
how far a sheet reaches. References may be missing, quotes single, names prefixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from kukar_analysis.read.source import UNCALCULATED

_PERCENT = {"9", "10"}
"""Numbers of Excel's own formats that show a percentage."""
_NO = (None, "0", "false")


@dataclass
class Styles:
    """Numbers of the cell styles that show a percentage, and of those struck through."""

    percent: set[str] = field(default_factory=set)
    struck: set[str] = field(default_factory=set)


@dataclass
class Marks:
    """What a sheet's XML says: `cells` by (row, column) from 1, and how far it reaches.

    `hidden` are rows that are not shown, `struck` rows with a text that is struck through; `shared`
    is the number of cells that take their text from the shared ones.
    """

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)
    hidden_columns: int = 0
    last: int = 0
    width: int = 1
    shared: int = 0
    has_data: bool = False


@lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    """Return the number of a column from its letters: A is 1, AB is 28."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _parser(start: Callable[[str, Mapping[str, str]], None]) -> expat.XMLParserType:
    """Return a parser that calls `start` for every element, and refuses a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start

    def refuse(*_: object) -> None:
        raise ValueError("a document type inside")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def styles(xml: bytes) -> Styles:
    """Return what the cell styles of a workbook show."""
    found = Styles()
    formats: set[str] = set(_PERCENT)
    fonts: list[bool] = []
    path: list[str] = []
    count = 0

    def start(name: str, said: Mapping[str, str]) -> None:
        nonlocal count
        name = name.rpartition(":")[2]
        if name == "numFmt" and "%" in re.sub(r'".*?"|\\.', "", said.get("formatCode", "")):
            formats.add(said.get("numFmtId", ""))
        elif name == "font" and path[-1:] == ["fonts"]:
            fonts.append(False)
        elif name == "strike" and "fonts" in path:
            fonts[-1] = said.get("val", "1") not in _NO
        elif name == "xf" and path[-1:] == ["cellXfs"]:
            if said.get("numFmtId") in formats:
                found.percent.add(str(count))
            font = int(said.get("fontId", 0))
            if font < len(fonts) and fonts[font]:
                found.struck.add(str(count))
            count += 1
        path.append(name)

    def end(_: str) -> None:
        path.pop()

    parser = _parser(start)
    parser.EndElementHandler = end
    parser.Parse(xml, True)
    return found


def sheet(xml: bytes, shown: Styles) -> Marks:
    """Return what the XML of a sheet says. A cell is looked at when the next thing begins."""
    found = Marks()
    row = place = 0
    said: Mapping[str, str] = {}
    value: list[str] = []
    has_formula = False
    looked_at = shown.percent | shown.struck

    def finish() -> None:
        text, kind, style = "".join(value).strip(), said.get("t", "n"), said.get("s")
        if kind == "e":
            found.cells[row, place] = text or "#VALUE!"
        elif has_formula and not text and kind == "n":
            found.cells[row, place] = UNCALCULATED
        elif text and kind == "n" and style in shown.percent:
            found.cells[row, place] = f"{float(text) * 100:.15g}%"
        if text and style in shown.struck:
            found.struck.add(row)
        value.clear()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, place, said, has_formula
        if ":" in name:
            name = name.rpartition(":")[2]
        parser.CharacterDataHandler = None
        if name in ("v", "t"):
            if has_formula or said.get("t") == "e" or said.get("s") in looked_at:
                parser.CharacterDataHandler = value.append
        elif name == "f":
            has_formula = True
        elif name == "c" or name == "row":
            if has_formula or value or said.get("t") == "e":
                finish()
            said, has_formula = {}, False
            if name == "row":
                row, place = int(attributes.get("r", row + 1)), 0
                found.last = max(found.last, row)
                if attributes.get("hidden") not in _NO:
                    found.hidden.add(row)
                return
            said = attributes
            at = said.get("r", "").rstrip("0123456789")
            place = _column(at) if at else place + 1
            if place > found.width:
                found.width = place
            found.shared += said.get("t") == "s"
        elif name == "col" and attributes.get("hidden") not in _NO:
            found.hidden_columns += 1
        elif name == "sheetData":
            found.has_data = True

    parser = _parser(start)
    parser.Parse(xml, True)
    if has_formula or value or said.get("t") == "e":
        finish()
    return found
