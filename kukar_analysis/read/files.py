"""Reads workbooks (xlsx, xlsm, xls) and lists saved as text as grids of the texts they show.

calamine gives the values last saved. What it leaves out (errors, formulas never calculated,
percentages, what is hidden or struck through) stands in the sheet's XML, which is bounded first.
"""

import codecs
import csv
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml
from xml.parsers import expat

import python_calamine
from openpyxl.utils import column_index_from_string, get_column_letter
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kukar_analysis import framework, places
from kukar_analysis.errors import UnfinishedError
from kukar_analysis.read.lists import GUIDE, Grid, known_headings, words
from kukar_analysis.read.source import UNCALCULATED, Number, Reading, Unsure, refusal, told

_LARGEST, _WIDEST = 64 * 2**20, 1000  # bytes of a file, and cells of a row, that are looked at
_UNPACKED, _TAGS = 64 * 2**20, 8 * 2**20  # bytes and tags of a workbook's parts that are looked at
_CELLS = 2_000_000  # that a sheet may reach over, as calamine holds every one
_DELIMITERS = ";,\t|"
_TITLES = 20  # lines in which the headings are looked for, to tell what parts the cells
_BOOK, _RELATIONS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_PARTS = rf"{_BOOK}|{_RELATIONS}|{_STYLES}|xl/sharedStrings.xml|xl/(worksheets|tables)/[^/]+\.xml"
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, LookupError, ValueError)
_WEB = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<div")


@dataclass
class Marks:
    """What a sheet's XML says: `cells` by (row, column) from 1, and how far it reaches."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    hidden_columns: int = 0
    last: int = 0
    width: int = 1


def grids(path: Path, name: str, reading: Reading) -> Iterator[Grid]:
    """Yield the sheets of a workbook, or the list of a text; what else is worth saying is said.

    Raises OSError, and SourceError when it is empty, cut, encrypted, too large or no such file.
    """
    if path.stat().st_size > _LARGEST:
        raise refusal("too_large", name, f"{_LARGEST >> 20} MB")
    reader = _list if path.suffix.lower() in places.TEXTS else _workbook
    for found in reader(path, name, reading):
        widest = max((len(cells) for _, cells in found.rows), default=0)
        if widest <= _WIDEST:
            yield found
        else:
            reading.say("too_large", found.place, f"barisnya sampai {widest} sel")


def _list(path: Path, name: str, _: Reading) -> Iterator[Grid]:
    text = _decoded(path.read_bytes(), name)
    lines = text.lstrip("\r\n").splitlines()[:_TITLES] or [""]
    heads = {d: max(known_headings(line.split(d)) for line in lines) for d in _DELIMITERS}
    # what parts the most known headings; of the first line where none does
    delimiter = max(_DELIMITERS, key=lambda d: (heads[d], lines[0].count(d)))
    rows, start = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise refusal("quotes", name, f"baris {start} ({error})") from error
    if not rows:
        raise refusal("empty_file", name)
    yield Grid(name, "text", rows, is_comma_parted=delimiter == ",")


def _decoded(data: bytes, name: str) -> str:
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))  # "Unicode text" of Excel
    # cp1252 is Excel's plain "CSV" on Indonesian Windows
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp1252") * (b"\0" not in data):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refusal("not_text", name)


def _workbook(path: Path, name: str, reading: Reading) -> Iterator[Grid]:
    data = path.read_bytes()
    is_zip = zipfile.is_zipfile(io.BytesIO(data))
    start = data[:4096].removeprefix(codecs.BOM_UTF8).strip().lower()
    refused = {
        "empty_file": not start,
        "web_page": start.startswith(_WEB),
        "no_workbook": not data.startswith((_ZIP, _OLE)),
        "locked": data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data,
    }
    for rule in (rule for rule, is_so in refused.items() if is_so):
        raise refusal(rule, name)
    if data.startswith(_ZIP) and not is_zip:
        raise UnfinishedError(told("unfinished", name, "akhirnya tidak ada"))
    marked = _marks(data, name, reading) if is_zip else {}
    if not marked:
        reading.say("no_marks", name)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    yield _grid(book, name, sheet, marked.get(sheet.name))
                else:
                    reading.say("chart", f"{name} lembar {sheet.name!r}")
    except CalamineError as error:
        is_locked = isinstance(error, python_calamine.PasswordError)
        raise refusal("locked" if is_locked else "damaged", name, error) from error


def _marks(data: bytes, name: str, reading: Reading) -> dict[str, Marks]:
    """Return what calamine does not tell of each sheet of an xlsx; refuse what knows no bounds."""
    parts: dict[str, bytes] = {}
    left, place, found = _UNPACKED, name, dict[str, Marks]()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.namelist()
            for part in (part for part in listed if re.fullmatch(_PARTS, part)):
                with archive.open(part) as packed:  # a size that is declared may lie
                    parts[part] = packed.read(left + 1)
                left -= len(parts[part])
                if left < 0:
                    raise refusal("too_large", name, f"lebih dari {_UNPACKED >> 20} MB")
        if sum(xml.count(b"<") for xml in parts.values()) > _TAGS:
            raise refusal("too_large", name, f"lebih dari {_TAGS} tanda")
        if any(re.search(r"(xl|/)/?comments", part) for part in listed):
            reading.say("comments", name)
        looked_at = _styles(parts.get(_STYLES, b"<none/>"))
        for sheet, part in _sheets(parts).items():
            place = f"{name} lembar {sheet!r}"
            if "worksheets/" in part:
                found[sheet] = said = _sheet(parts[part], *looked_at)
                if said.last * said.width > _CELLS:
                    reached = f"sampai baris {said.last}, kolom {get_column_letter(said.width)}"
                    raise refusal("too_large", place, reached)
    except (*_BROKEN, Xml.ParseError, expat.ExpatError) as error:
        raise refusal("damaged", place, error) from error
    return found


def _is_on(about: Mapping[str, str], attribute: str, default: str = "0") -> bool:
    return about.get(attribute, default) not in ("0", "false")


@lru_cache(1)  # filled forms of one template have it in common
def _styles(xml: bytes) -> tuple[set[str], set[str]]:
    root, shown = Xml.fromstring(xml), {"9", "10"}  # Excel's own that show a percentage
    for own in root.iterfind("{*}numFmts/{*}numFmt"):
        if "%" in re.sub(r'".*?"|\\.', "", own.get("formatCode", "")):
            shown.add(own.get("numFmtId", ""))
    strikes = [font.find("{*}strike") for font in root.iterfind("{*}fonts/{*}font")]
    fonts = [mark is not None and _is_on(mark.attrib, "val", "1") for mark in strikes]
    styles = [(str(n), style) for n, style in enumerate(root.iterfind("{*}cellXfs/{*}xf"))]
    struck = {n for n, style in styles if any(fonts[int(style.get("fontId", 0)) :][:1])}
    return {n for n, style in styles if style.get("numFmtId") in shown}, struck


def _sheets(parts: Mapping[str, bytes]) -> dict[str, str]:
    targets = {r.get("Id"): r.get("Target", "") for r in Xml.fromstring(parts[_RELATIONS])}
    found = {}
    for sheet in Xml.fromstring(parts[_BOOK]).iterfind("{*}sheets/{*}sheet"):
        of = next((text for key, text in sheet.items() if key.endswith("}id")), None)
        found[sheet.get("name", "")] = posixpath.join("/xl", targets.get(of, "")).lstrip("/")
    return found


def _sheet(xml: bytes, percent: set[str], struck: set[str]) -> Marks:
    found, row, column, cell, said = Marks(), 0, 0, dict[str, str](), list[str]()
    reader, looked_at = expat.ParserCreate(), percent | struck

    def begins(tag: str, about: dict[str, str]) -> None:
        nonlocal row, column, cell
        name = "" if tag in {"v", "is", "t"} else tag.rpartition(":")[2]
        if name == "c":
            at = about.get("r", "").rstrip("0123456789")
            column, cell = column_index_from_string(at) if at else column + 1, about
            found.width = max(found.width, column)
        elif name == "row":
            row, column = int(about.get("r", row + 1)), 0
            found.last = max(found.last, row)
            found.hidden += [row] * _is_on(about, "hidden")
        elif name == "col":
            found.hidden_columns += _is_on(about, "hidden")
        elif name == "f":
            cell["f"] = "is there"
        if name == "f" or (name == "c" and (about.get("t") == "e" or about.get("s") in looked_at)):
            reader.CharacterDataHandler, reader.EndElementHandler = said.append, ends

    def ends(tag: str) -> None:
        name, kind, style = tag.rpartition(":")[2], cell.get("t", "n"), cell.get("s")
        text = "".join(said).strip()
        if name in ("f", "c"):
            said.clear()
        if name == "c":
            reader.CharacterDataHandler = reader.EndElementHandler = None
            if kind == "e":
                found.cells[row, column] = text or "#VALUE!"
            elif "f" in cell and not text and kind == "n":
                found.cells[row, column] = UNCALCULATED
            elif text and kind == "n" and style in percent:
                found.cells[row, column] = f"{float(text) * 100:.15g}%"
            if text and style in struck:
                found.struck.add(row)

    reader.StartElementHandler = begins
    reader.Parse(xml, True)
    return found


def _grid(book: CalamineWorkbook, name: str, about: Any, said: Marks | None) -> Grid:
    rows: dict[int, list[str]] = {}
    sheet = book.get_sheet_by_name(about.name)
    for number, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        if row.count("") < len(row):
            rows[number] = [v.strip() if isinstance(v, str) else _text(v, said) for v in row]
    marks = said or Marks()
    for (at, column), text in marks.cells.items():
        cells = rows.setdefault(at, [])
        cells += [""] * (column - len(cells))
        cells[column - 1] = text
    merged: dict[tuple[int, int], tuple[int, str]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        text = rows[top + 1][left] if top + 1 in rows else ""
        merged |= {(row, left): (top + 1, text) for row in range(top + 2, bottom + 2)}
    is_hidden = about.visible != SheetVisibleEnum.Visible
    is_guide = framework.normalise(about.name) in words("furniture", "sheet")
    return Grid(
        name,
        "workbook",
        [(n, rows[n]) for n in sorted(rows.keys() - {*marks.hidden}) if any(rows[n])],
        about.name,
        struck=marks.struck,
        unread=GUIDE if is_guide else "tersembunyi" if is_hidden else "",
        hidden=marks.hidden,
        hidden_columns=marks.hidden_columns,
        merged=merged,
    )


def _text(value: Any, said: Marks | None) -> str:
    """Return the text of a value that is no text; where `said`, percentages are told apart."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        text = f"{value:.15g}" if abs(value) < 1e15 else str(int(value))
        return Number(text) if said or not 0 < value <= 1 else Unsure(text)
    return str(value) if isinstance(value, timedelta) else value.isoformat()  # a date or time
