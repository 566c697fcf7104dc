"""Reads from a workbook's own XML what calamine does not tell, with a streaming parser.

Formula errors, formulas that were never calculated, percentages; what is hidden or struck through;
how far a sheet reaches. References may be missing, quotes single, names prefixed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from kukar_analysis.read.source import UNCALCULATED

_NO = (None, "0", "false")
_CHUNK = 2**20


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
        raise ValueError("DOCTYPE")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def elements(xml: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the elements of a part in order: name without prefix, attributes."""
    found: list[tuple[str, Mapping[str, str]]] = []
    parser = _parser(lambda name, said: found.append((name.rpartition(":")[2], said)))
    for at in range(0, len(xml) + 1, _CHUNK):
        parser.Parse(xml[at : at + _CHUNK], at + _CHUNK > len(xml))
        yield from found
        found.clear()


def styles(xml: bytes) -> tuple[set[str], set[str]]:
    """Return the numbers of the cell styles that show a percentage, and of those struck through."""
    percent, struck = set[str](), set[str]()
    formats = {"9", "10"}  # Excel's own that show a percentage
    is_struck: list[bool] = []  # by number of the font
    section, count = "", 0
    for name, said in elements(xml):
        if name in ("numFmts", "fonts", "fills", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            section = name
        elif name == "numFmt" and "%" in re.sub(r'".*?"|\\.', "", said.get("formatCode", "")):
            formats.add(said.get("numFmtId", ""))
        elif (section, name) == ("fonts", "font"):
            is_struck.append(False)
        elif (section, name) == ("fonts", "strike"):
            is_struck[-1] = said.get("val", "1") not in _NO
        elif (section, name) == ("cellXfs", "xf"):
            percent |= {str(count)} if said.get("numFmtId") in formats else set()
            struck |= {str(count)} if any(is_struck[int(said.get("fontId", 0)) :][:1]) else set()
            count += 1
    return percent, struck


def sheet(xml: bytes, percent: set[str], struck: set[str]) -> Marks:
    """Return what the XML of a sheet says. A cell is looked at when the next thing begins."""
    found = Marks()
    row = place = 0
    said: Mapping[str, str] = {}
    value: list[str] = []
    has_formula = False
    looked_at = percent | struck

    def finish() -> None:
        text, kind, style = "".join(value).strip(), said.get("t", "n"), said.get("s")
        if kind == "e":
            found.cells[row, place] = text or "#VALUE!"
        elif has_formula and not text and kind == "n":
            found.cells[row, place] = UNCALCULATED
        elif text and kind == "n" and style in percent:
            found.cells[row, place] = f"{float(text) * 100:.15g}%"
        if text and style in struck:
            found.struck.add(row)
        value.clear()

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, place, said, has_formula
        name = name.rpartition(":")[2] if ":" in name else name
        parser.CharacterDataHandler = None
        if name in ("v", "t"):
            if has_formula or said.get("t") == "e" or said.get("s") in looked_at:
                parser.CharacterDataHandler = value.append
        elif name == "f":
            has_formula = True
        elif name in ("c", "row"):
            if has_formula or value or said.get("t") == "e":
                finish()
            said, has_formula = attributes if name == "c" else {}, False
            if name == "row":
                row, place = int(attributes.get("r", row + 1)), 0
                found.last = max(found.last, row)
                if attributes.get("hidden") not in _NO:
                    found.hidden.add(row)
                return
            at = said.get("r", "").rstrip("0123456789")
            place = _column(at) if at else place + 1
            found.width = max(found.width, place)
            found.shared += said.get("t") == "s"
        elif name == "col" and attributes.get("hidden") not in _NO:
            found.hidden_columns += 1
        elif name == "sheetData":
            found.has_data = True

    parser = _parser(start)
    parser.Parse(xml, True)
    start("row", {"r": str(row)})  # ends the last cell
    return found


def opendocument(xml: bytes) -> tuple[int, bool]:
    """Return how many filled cells the content of an ods unfolds to, and if one is a percentage."""
    cells, has_percent, rows = 0, False, 1
    for name, said in elements(xml):
        plain = {key.rpartition(":")[2]: text for key, text in said.items()}
        if name == "table-row":
            rows = int(plain.get("number-rows-repeated", 1))
        elif name == "table-cell" and "value-type" in plain:
            cells += rows * int(plain.get("number-columns-repeated", 1))
            has_percent |= plain["value-type"] == "percentage"
    return cells, has_percent
