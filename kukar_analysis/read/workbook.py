"""Reads workbooks (xlsx, xlsm, xls, ods): each sheet as a grid of the texts it shows.

calamine gives the values last saved and never runs a macro or follows a link; what it leaves out
(errors, formulas never calculated, percentages) is looked up in the sheet's own XML. What a file
unpacks to is bounded before it is read.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.parsers import expat

import python_calamine
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kukar_analysis import formats, framework
from kukar_analysis.errors import UnfinishedError
from kukar_analysis.read import marks
from kukar_analysis.read.headings import GUIDE, Grid, words
from kukar_analysis.read.marks import Marks
from kukar_analysis.read.source import Number, Reading, Unsure, letters, refusal

_UNPACKED = 64 * 2**20
"""Bytes that the parts of a workbook may unpack to which are read here and by calamine."""
_CELLS = 2_000_000
"""Cells that a sheet may reach over; calamine holds every one, the empty ones too."""
_BOOK, _RELATIONS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_STRINGS, _ODS = "xl/sharedStrings.xml", "content.xml"
_LOOKED_INTO = re.compile(
    rf"{_BOOK}|{_RELATIONS}|{_STYLES}|{_STRINGS}|{_ODS}|xl/(worksheets|tables)/[^/]+\.xml"
)
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_WEB = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<div")
_INSIDE = {"vbaProject.bin": "macros", "externalLinks/": "links"}
"""What is worth knowing of a workbook, by a part of the name of what is inside."""


def grids(path: Path, name: str, reading: Reading) -> Iterator[Grid]:
    """Yield every sheet that holds cells; what is worth knowing of the file goes into `reading`.

    Raises OSError when the file cannot be opened; SourceError when it is no workbook, encrypted,
    cut, or unpacks to too much.
    """
    _is_workbook(path, name)
    marked = _marks(path, name, reading) if zipfile.is_zipfile(path) else {}
    if not marked:
        reading.say("no_marks", name)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ != SheetTypeEnum.WorkSheet:
                    reading.say("chart", f"{name} lembar {sheet.name!r}")
                    continue
                said = marked.get(sheet.name)
                found = _grid(book, name, sheet, said)
                yield found
                was_read = {x.records[0].part for x in reading.lists if x.records}
                if said and found.part in was_read:
                    if said.hidden:
                        shown = formats.listed([*map(str, sorted(said.hidden))], 10)
                        reading.say("hidden_rows", found.place, shown)
                    if said.hidden_columns:
                        reading.say("hidden_columns", found.place)
    except python_calamine.PasswordError as error:
        raise refusal("locked", name) from error
    except CalamineError as error:
        raise refusal("damaged", name, error) from error


def _is_workbook(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(4096)
        rest = file.read(_UNPACKED) if head.startswith(_OLE) else b""
    if not head.strip():
        raise refusal("empty_file", name)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_WEB):
        raise refusal("web_page", name)
    if head.startswith(_ZIP) and not zipfile.is_zipfile(path):
        raise UnfinishedError(name, "akhirnya tidak ada")
    if not head.startswith((_ZIP, _OLE)):
        raise refusal("no_workbook", name)
    if "EncryptedPackage".encode("utf-16-le") in head + rest:
        raise refusal("locked", name)
    if len(rest) == _UNPACKED:
        raise refusal("too_large", name, f"{_UNPACKED >> 20} MB")


def _marks(path: Path, name: str, reading: Reading) -> dict[str, Marks]:
    """Return what calamine does not tell of each sheet of an xlsx; refuse what knows no bounds."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.namelist()
            parts = _unpacked(archive, name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise refusal("damaged", name, error) from error
    for part, rule in _INSIDE.items():
        if any(part in each for each in listed):
            reading.say(rule, name)
    if any(part.startswith("xl/comments") or "/comments/" in part for part in listed):
        reading.say("comments", name)
    place, found = name, {}
    try:
        cells, has_percent = marks.opendocument(parts[_ODS]) if _ODS in parts else (0, False)
        if has_percent:
            raise refusal("percent", name)
        if cells > _CELLS:
            raise refusal("too_large", name, f"{cells} sel")
        shown = marks.styles(parts[_STYLES]) if _STYLES in parts else (set(), set())
        for sheet, part in _sheets(parts).items():
            place = f"{name} lembar {sheet!r}"
            if "worksheets/" in part:
                found[sheet] = said = marks.sheet(parts.get(part, b"<none/>"), *shown)
                if not said.has_data:
                    raise refusal("damaged", place)
                if said.last * said.width > _CELLS:
                    reached = f"sampai baris {said.last}, kolom {letters(said.width)}"
                    raise refusal("too_large", place, reached)
    except (expat.ExpatError, ValueError) as error:
        raise refusal("damaged", place, error) from error
    longest = max(map(len, parts.get(_STRINGS, b"").split(b"si>")))
    if longest * sum(each.shared for each in found.values()) > 8 * _UNPACKED:
        raise refusal("too_large", name, f"teks {longest >> 10} kB")  # each cell would hold a copy
    return found


def _unpacked(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Return the parts that are looked into; SourceError where all unpack to too much.

    A size that is declared may lie: no more is read than is allowed.
    """
    texts: dict[str, bytes] = {}
    left = _UNPACKED
    for part in filter(_LOOKED_INTO.fullmatch, archive.namelist()):
        with archive.open(part) as packed:
            texts[part] = packed.read(left + 1)
        left -= len(texts[part])
        if left < 0:
            raise refusal("too_large", name, f"lebih dari {_UNPACKED >> 20} MB")
    return texts


def _sheets(parts: dict[str, bytes]) -> dict[str, str]:
    if _BOOK not in parts or _RELATIONS not in parts:
        return {}
    targets = {
        said.get("Id"): said.get("Target", "") for _, said in marks.elements(parts[_RELATIONS])
    }
    found = {}
    for name, said in marks.elements(parts[_BOOK]):
        if name == "sheet":
            target = targets.get(next((v for k, v in said.items() if k.endswith(":id")), None), "")
            is_whole = target.startswith("/")
            found[said.get("name", "")] = target.removeprefix("/") if is_whole else f"xl/{target}"
    return found


def _grid(book: CalamineWorkbook, name: str, about: Any, said: Marks | None) -> Grid:
    sheet = book.get_sheet_by_name(about.name)
    rows: dict[int, list[str]] = {}
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        if values.count("") < len(values):
            cells = [v.strip() if isinstance(v, str) else _text(v, said) for v in values]
            if any(cells):
                rows[number] = cells
    for (row, column), text in said.cells.items() if said else ():
        cells = rows.setdefault(row, [])
        cells += [""] * (column - len(cells))
        cells[column - 1] = text
    unread = "" if about.visible == SheetVisibleEnum.Visible else "tersembunyi"
    return Grid(
        name,
        "workbook",
        [(number, rows[number]) for number in sorted(rows.keys() - (said.hidden if said else ()))],
        about.name,
        [(t[0] + 1, t[1] + 1, b[0] + 1, b[1] + 1) for t, b in sheet.merged_cell_ranges or ()],
        struck=said.struck if said else frozenset(),
        unread=GUIDE if framework.normalise(about.name) in words("furniture", "sheet") else unread,
    )


def _text(value: Any, said: Marks | None) -> str:
    """Return the text of a value that is no text; where `said`, percentages are told apart."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        text = f"{value:.15g}" if abs(value) < 1e15 else str(int(value))
        return Number(text) if said or not 0 < value <= 1 else Unsure(text)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, timedelta) else ""
