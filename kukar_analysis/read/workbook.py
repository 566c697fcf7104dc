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
from xml.parsers import expat

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kukar_analysis import framework, places
from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read import grid, marks
from kukar_analysis.read.grid import words
from kukar_analysis.read.marks import Marks, Styles
from kukar_analysis.read.source import Number, Reading, Unsure, letters

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
_MOST_ROWS = 10
"""Hidden rows that a message names."""
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"


@dataclass
class _Parts:
    """What calamine does not tell: of each sheet the marked cells, and what else is inside."""

    marks: dict[str, Marks] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


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
    reading = Reading(
        [], [f"{name}: {said}" for said in parts.problems], [f"{name}: {n}" for n in parts.notes]
    )
    named = grid.named(path.stem, "region", "opd", "pillar")
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ == SheetTypeEnum.WorkSheet:
                    said = parts.marks.get(sheet.name)
                    found = _grid(book, name, sheet.name, said)
                    _read_sheet(found, named, sheet.visible == SheetVisibleEnum.Visible, reading)
                    _name_hidden(found, said, reading)
                else:
                    reading.notes.append(f"{name} sheet {sheet.name!r}: holds no cells, as a chart")
    except python_calamine.PasswordError as error:
        raise _locked(name) from error
    except CalamineError as error:
        raise SourceError(
            f"{name}: is cut or damaged ({error}); open and save it in Excel, or ask for it again"
        ) from error
    if not any(found.records for found in reading.lists):
        why = [*reading.problems, *reading.notes] or [f"{name}: no sheet holds anything"]
        raise SourceError("; ".join(why))
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
        elif not is_guide:  # a form's own lists of choices are hidden
            reading.notes.append(f"{found.place}: is hidden and holds no list")
        return
    grid.read(found, named | grid.named(found.part or "", "pillar", "opd"), reading)


def _name_hidden(found: grid.Grid, said: Marks | None, reading: Reading) -> None:
    """Say what of a sheet that was read is not shown: rows are left out, columns are read."""
    is_read = any(r.part == found.part for each in reading.lists for r in each.records[:1])
    if said and said.hidden and is_read:
        numbers = sorted(said.hidden)
        shown = ", ".join(map(str, numbers[:_MOST_ROWS]))
        more = f" and {len(numbers) - _MOST_ROWS} more" if len(numbers) > _MOST_ROWS else ""
        reading.problems.append(
            f"{found.place}: {len(numbers)} hidden or filtered rows were not read ({shown}{more});"
            " show them if they count, or delete them"
        )
    if said and said.hidden_columns and is_read:
        reading.notes.append(f"{found.place}: has hidden columns; they were read like the others")


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
    place = name
    try:
        shown = marks.styles(texts["xl/styles.xml"]) if "xl/styles.xml" in texts else Styles()
        for sheet, part in _sheets(texts, name).items():
            place = f"{name} sheet {sheet!r}"
            if "worksheets/" in part:
                parts.marks[sheet] = marks.sheet(texts.get(part, b"<none/>"), shown)
    except (expat.ExpatError, ValueError) as error:
        raise SourceError(f"{place}: is damaged ({error}); ask for it again") from error
    for sheet, found in parts.marks.items():
        place = f"{name} sheet {sheet!r}"
        if not found.has_data:
            raise SourceError(f"{place}: is written in an unusual way; open and save it in Excel")
        if found.last * found.width > _CELLS:
            raise SourceError(
                f"{place}: reaches to row {found.last}, column {letters(found.width)}; delete the"
                " rows and columns that hold nothing, or copy the list alone into a new workbook"
            )
    _check_strings(texts, sum(found.shared for found in parts.marks.values()), name)
    if any(part.startswith("xl/comments") or "/comments/" in part for part in listed):
        parts.problems.append(
            "has comments on cells, which may say that a value does not hold; they were not read:"
            " look at them in Excel, correct the cells and delete the comments"
        )
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


def _check_strings(texts: dict[str, bytes], cells: int, name: str) -> None:
    """Refuse long texts that many cells share: each cell would hold a copy."""
    shared = texts.get("xl/sharedStrings.xml", b"")
    if len(shared) * cells > 8 * _UNPACKED:
        longest = max(map(len, re.split(rb"</(?:\w+:)?si>", shared)))
        if longest * cells > 8 * _UNPACKED:
            raise SourceError(
                f"{name}: holds a text of {longest >> 10} kB that many cells share; shorten it"
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


def _grid(book: CalamineWorkbook, name: str, sheet_name: str, found: Marks | None) -> grid.Grid:
    is_sure = found is not None
    sheet = book.get_sheet_by_name(sheet_name)
    merged = sheet.merged_cell_ranges or []
    rows = []
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        if values.count("") < len(values):
            cells = [v.strip() if isinstance(v, str) else _text(v, is_sure) for v in values]
            if any(cells):
                rows.append((number, cells))
    if found and found.cells:
        rows = _marked(dict(rows), found.cells)
    if found and found.hidden:
        rows = [(number, cells) for number, cells in rows if number not in found.hidden]
    return grid.Grid(
        name,
        "workbook",
        rows,
        sheet_name,
        [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in merged],
        struck=found.struck if found else frozenset(),
    )


def _marked(
    rows: dict[int, list[str]], marks: dict[tuple[int, int], str]
) -> list[tuple[int, list[str]]]:
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
