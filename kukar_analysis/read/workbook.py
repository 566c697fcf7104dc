"""Reads workbooks (xlsx, xlsm, xls, ods): each visible sheet as a grid of the texts it shows.

calamine gives the values last saved and never runs a macro or follows a link. It leaves formula
errors, formulas that were never calculated and percent formats out, so those are looked up in the
sheet's own XML. What a file unpacks to is bounded before it is read.
"""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kukar_analysis import framework, places
from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read import grid
from kukar_analysis.read.grid import words
from kukar_analysis.read.source import UNCALCULATED, Number, Reading, Unsure, letters

SUFFIXES = places.WORKBOOKS
_UNPACKED = 64 * 2**20
"""Bytes that the parts of a workbook may unpack to, pictures not counted."""
_CELLS = 2_000_000
"""Cells that a sheet may reach over; calamine holds every one, the empty ones too."""
_DENSEST = 1032
"""Bytes that one byte of a zip can unpack to at most."""
_PICTURE = re.compile(r"\.(png|jpe?g|gif|emf|wmf|bmp|tiff?|bin)$", re.IGNORECASE)
"""Parts that calamine never unpacks; every other large one is unpacked to see how large it is."""
_LOOKED_INTO = re.compile(
    r"^xl/(workbook\.xml|_rels/workbook\.xml\.rels|styles\.xml|sharedStrings\.xml|worksheets/[^/]+\.xml)$|^content\.xml$"
)
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_TYPED = re.compile(rb'\bt="(?!n")')
"""A cell of another type than number."""

_Cells = dict[tuple[int, int], str]
"""Cells by (row, column), both from 1."""


@dataclass
class _Parts:
    """What calamine does not tell: of each sheet the marked cells, and what else is inside."""

    marks: dict[str, _Cells] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: Path, name: str) -> Reading:
    """Read every visible sheet that holds a list; the others are named.

    Raises OSError when the file cannot be opened; SourceError when it is no workbook, encrypted,
    cut, unpacks to too much, or no sheet holds known headings.
    """
    _is_workbook(path, name)
    parts = _zipped_parts(path, name) if zipfile.is_zipfile(path) else _Parts()
    if not parts.marks:
        parts.notes.append(
            "formula errors cannot be told from blanks in this format; save it as .xlsx to be sure"
        )
    reading = Reading([], notes=[f"{name}: {note}" for note in parts.notes])
    named = grid.named(path.stem, "region", "opd", "pillar")
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    found = _grid(book, name, sheet.name, parts.marks.get(sheet.name))
                    _read_sheet(found, named, sheet.visible == SheetVisibleEnum.Visible, reading)
    except python_calamine.PasswordError as error:
        raise _locked(name) from error
    except CalamineError as error:
        raise SourceError(
            f"{name}: is cut or damaged ({error}); open and save it in Excel, or ask for it again"
        ) from error
    if not any(found.records for found in reading.lists):
        raise SourceError(
            "; ".join(reading.problems or reading.notes or [f"{name}: no sheet holds anything"])
        )
    return reading


def _read_sheet(found: grid.Grid, named: dict[str, str], visible: bool, reading: Reading) -> None:
    is_guide = framework.normalise(found.part or "") in words("furniture", "sheet")
    if not found.rows:
        return
    if is_guide or not visible:
        if isinstance(grid.recognise(found), grid.Found):
            why = "is named as a guide" if visible else "is hidden"
            reading.problems.append(
                f"{found.place}: {why} and was not read; show or rename it if it counts, or delete"
                " it"
            )
        return
    grid.read(found, named | grid.named(found.part or "", "pillar", "opd"), reading)


def _is_workbook(path: Path, name: str) -> None:
    """Raise SourceError for what is no workbook, whatever its name says."""
    with path.open("rb") as file:
        head = file.read(4096)
        rest = file.read(_UNPACKED) if head.startswith(_OLE) else b""
    if not head.strip():
        raise SourceError(f"{name}: is empty; ask for it again")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<div")):
        raise SourceError(
            f"{name}: is a web page with a workbook's name; open it in Excel, save as .xlsx"
        )
    if head.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in head + rest:
            raise _locked(name)
        if len(rest) == _UNPACKED:
            raise SourceError(f"{name}: is larger than {_UNPACKED >> 20} MB; send only the form")
    elif head.startswith(_ZIP) and not zipfile.is_zipfile(path):
        raise UnfinishedError(name, "is cut or damaged, the end of a workbook is missing")
    elif not head.startswith(_ZIP):
        raise SourceError(f"{name}: is no workbook; save it in Excel as .xlsx, or text as .csv")


def _locked(name: str) -> SourceError:
    return SourceError(f"{name}: is locked with a password; save a copy without one")


def _zipped_parts(path: Path, name: str) -> _Parts:
    """Read the parts of an xlsx or ods within bounds, for what calamine does not tell."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
        texts: dict[str, bytes] = {}
        left = _UNPACKED
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for member in members:
                is_large = member.compress_size * _DENSEST > _UNPACKED
                wanted = not _PICTURE.search(member.filename) if is_large else True
                if left >= 0 and wanted and (is_large or _LOOKED_INTO.search(member.filename)):
                    texts[member.filename] = _unpacked(data, member, left)
                    left -= len(texts[member.filename])
    except (zipfile.BadZipFile, zlib.error, struct.error) as error:
        raise SourceError(f"{name}: is cut or damaged ({error}); ask for it again") from error
    if left < 0:
        raise SourceError(
            f"{name}: unpacks to more than {_UNPACKED >> 20} MB, which no form or list needs; copy"
            " the list alone into a new workbook"
        )
    listed = [m.filename for m in members]
    parts = _Parts()
    if any(part.endswith("vbaProject.bin") for part in listed):
        parts.notes.append("has macros; they were not run, the values are those saved last")
    if any("externalLinks/" in part for part in listed):
        parts.notes.append(
            "has links to other files; the values are those saved last: if in doubt, ask for a"
            " copy with values only"
        )
    if "content.xml" in texts:
        _check_ods(texts["content.xml"], name)
    _check_strings(texts, name)
    percent = _percent_styles(texts.get("xl/styles.xml", b""))
    for sheet, part in _sheets(texts, name).items():
        xml = texts.get(part, b"")
        if "worksheets/" in part and b"<sheetData" not in xml:
            raise SourceError(
                f"{name} sheet {sheet!r}: is written in an unusual way; open and save it in Excel"
            )
        _check_extent(xml, f"{name} sheet {sheet!r}")
        parts.marks[sheet] = _marks(xml, percent)
    return parts


def _unpacked(data: mmap.mmap, member: zipfile.ZipInfo, most: int) -> bytes:
    """Return what a part unpacks to, or one byte more than allowed: the size declared may lie.

    zipfile would do, at six times the time.
    """
    if member.flag_bits & 1:
        raise zipfile.BadZipFile("a part is encrypted")
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    start = member.header_offset + 30 + name + extra
    packed = data[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        return packed
    return zlib.decompressobj(-15).decompress(packed, most + 1)


def _sheets(texts: dict[str, bytes], name: str) -> dict[str, str]:
    """Return the part that holds each sheet of an xlsx, by the sheet's name."""
    book, rels = (texts.get(f"xl/{p}") for p in ("workbook.xml", "_rels/workbook.xml.rels"))
    if not book or not rels:
        return {}
    if b"<!DOCTYPE" in book or b"<!DOCTYPE" in rels:
        raise SourceError(f"{name}: is damaged (a document type inside); ask for it again")
    try:
        targets = {r.get("Id"): r.get("Target", "") for r in ElementTree.fromstring(rels)}
        sheets = [e for e in ElementTree.fromstring(book).iter() if e.tag.endswith("}sheet")]
    except ElementTree.ParseError as error:
        raise SourceError(f"{name}: is damaged ({error}); ask for it again") from error
    found = {}
    for sheet in sheets:
        rel = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
        target = targets.get(rel, "")
        found[sheet.get("name", "")] = (
            target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        )
    return found


def _check_strings(texts: dict[str, bytes], name: str) -> None:
    """Refuse long texts that many cells share: each cell would hold a copy."""
    shared = texts.get("xl/sharedStrings.xml", b"")
    cells = sum(xml.count(b't="s"') for part, xml in texts.items() if "worksheets/" in part)
    if len(shared) * cells > 8 * _UNPACKED:
        longest = max(map(len, re.split(rb"</si>|</x:si>", shared)))
        if longest * cells > 8 * _UNPACKED:
            raise SourceError(
                f"{name}: holds a text of {longest >> 10} kB that many cells share; shorten it"
            )


def _check_extent(xml: bytes, place: str) -> None:
    rows = re.findall(rb'<row\b[^<>]{0,400}?\br="(\d+)"', xml)
    last = max([int(r) for r in rows] + [xml.count(b"<row")])
    if last * _column(b"ZZ") <= _CELLS and not re.search(rb' r="[A-Z]{3}', xml):
        return  # no need to look at every cell
    columns = set(re.findall(rb'<c\b[^<>]{0,400}?\br="([A-Z]{1,3})\d', xml))
    width = max(map(_column, columns), default=1)
    if last * width > _CELLS:
        raise SourceError(
            f"{place}: reaches to row {last}, column {letters(width)}; delete the rows and columns"
            " that hold nothing, or copy the list alone into a new workbook"
        )


def _check_ods(xml: bytes, name: str) -> None:
    """Refuse an ods whose cells are said to be repeated without measure."""
    cells = re.findall(rb"<table:table-cell\b[^>]*>", xml)
    filled = [c for c in cells if b"office:value" in c]
    if any(b'"percentage"' in c for c in filled):
        raise SourceError(
            f"{name}: holds percentages, which cannot be told for certain in this format; save it"
            " as .xlsx"
        )
    wide = [int(n) for c in filled for n in re.findall(rb'columns-repeated="(\d+)"', c)]
    rows = re.findall(
        rb'<table:table-row\b[^>]*rows-repeated="(\d+)"[^>]*>'
        rb"(?:(?!</table:table-row>).)*?office:value",
        xml,
        re.DOTALL,
    )
    if max([1, *wide]) * max([1, *map(int, rows)]) * max(1, len(filled)) > _CELLS:
        raise SourceError(f"{name}: repeats cells without measure; copy the list into a new file")


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - ord("A") + 1
    return number


def _percent_styles(styles: bytes) -> set[bytes]:
    """Return the style numbers whose cells show a percentage."""
    own = {
        m[1]
        for m in re.finditer(
            rb'<numFmt\b[^<>]{0,200}?numFmtId="(\d+)"[^<>]{0,200}?formatCode="([^"]*)"', styles
        )
        if b"%" in re.sub(rb"&quot;.*?&quot;|\\.", b"", m[2])
    }
    formats = re.search(rb"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    used = re.findall(rb"<xf\b[^>]*", formats[0]) if formats else []
    ids = [re.search(rb'numFmtId="(\d+)"', xf) for xf in used]
    percent = {b"9", b"10", *own}
    return {str(i).encode() for i, found in enumerate(ids) if found and found[1] in percent}


def _marks(xml: bytes, percent: set[bytes]) -> _Cells:
    """Return the cells whose text calamine does not give as a reader sees it."""
    styled = percent and re.search(rb' s="(?:%s)"' % b"|".join(percent), xml)
    if not (styled or b't="e"' in xml or re.search(rb"<f[ >/]", xml)):
        return {}
    marks: _Cells = {}
    for cell in xml.split(b"<c ")[1:]:
        attributes, _, inner = cell.partition(b">")
        inner = inner.partition(b"</c>")[0]
        placed = _PLACE.search(attributes)
        if not placed:
            continue
        place = (int(placed[2]), _column(placed[1]))
        value = re.search(rb"<v\b[^>]*>([^<]*)</v>", inner)
        style = re.search(rb'\bs="(\d+)"', attributes)
        is_text = _TYPED.search(attributes)  # a formula may well give an empty text
        if re.search(rb'\bt="e"', attributes):
            marks[place] = value[1].decode() if value else "#VALUE!"
        elif re.search(rb"<f[ >/]", inner) and not (value and value[1]) and not is_text:
            marks[place] = UNCALCULATED
        elif style and style[1] in percent and value and not is_text:
            marks[place] = f"{float(value[1]) * 100:.15g}%"
    return marks


def _grid(book: CalamineWorkbook, name: str, sheet_name: str, marks: _Cells | None) -> grid.Grid:
    is_sure = marks is not None
    sheet = book.get_sheet_by_name(sheet_name)
    merged = sheet.merged_cell_ranges or []
    rows = []
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        if values.count("") < len(values):
            cells = [v.strip() if isinstance(v, str) else _text(v, is_sure) for v in values]
            if any(cells):
                rows.append((number, cells))
    if marks:
        rows = _marked(dict(rows), marks)
    return grid.Grid(
        name,
        "workbook",
        rows,
        sheet_name,
        [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged],
    )


def _marked(rows: dict[int, list[str]], marks: _Cells) -> list[tuple[int, list[str]]]:
    for (row, column), text in marks.items():
        cells = rows.setdefault(row, [])
        cells += [""] * (column - len(cells))
        cells[column - 1] = text
    return sorted(rows.items())


def _text(value: Any, is_sure: bool) -> str:
    """Return the text of a value that is no text; `is_sure`: percentages are told apart."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        text = f"{value:.15g}" if abs(value) < 1e15 else str(int(value))
        return Number(text) if is_sure or not 0 < value <= 1 else Unsure(text)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""
