"""Reads workbooks (xlsx, xlsm, xls, ods): each sheet as a grid of the texts it shows.

calamine gives the values last saved and never runs a macro or follows a link. It leaves formula
errors, formulas that were never calculated and percent formats out, so those are looked up in the
sheet's own XML. What a file unpacks to is bounded before it is read.
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

from kukar_analysis import framework
from kukar_analysis.errors import SourceError, UnfinishedError
from kukar_analysis.read import marks
from kukar_analysis.read.headings import GUIDE, Grid, words
from kukar_analysis.read.marks import Marks
from kukar_analysis.read.source import Number, Reading, Unsure, letters

_UNPACKED = 64 * 2**20
"""Bytes that the parts of a workbook may unpack to, pictures not counted."""
_CELLS = 2_000_000
"""Cells that a sheet may reach over; calamine holds every one, the empty ones too."""
_DENSEST = 1032
"""Bytes that one byte of a zip can unpack to at most."""
_PICTURE = re.compile(r"\.(png|jpe?g|gif|emf|wmf|bmp|tiff?|bin)$", re.IGNORECASE)
"""Parts that calamine never unpacks; every other large one is unpacked to see how large it is."""
_BOOK, _RELATIONS, _STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
_STRINGS, _ODS = "xl/sharedStrings.xml", "content.xml"
_LOOKED_INTO = re.compile(
    rf"{_BOOK}|{_RELATIONS}|{_STYLES}|{_STRINGS}|{_ODS}|xl/worksheets/[^/]+\.xml"
)
_MOST_ROWS = 10
"""Hidden rows that a message names."""
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK"
_INSIDE = {
    "vbaProject.bin": "has macros; they were not run, the values are those saved last",
    "externalLinks/": "has links to other files; the values are those saved last: if in doubt, ask"
    " for a copy with values only",
}
"""What is worth knowing of a workbook, by a part of the name of what is inside."""
_COMMENTS = (
    "has comments on cells, which may say that a value does not hold; they were not read: look at"
    " them in Excel, correct the cells and delete the comments"
)


def grids(path: Path, name: str, reading: Reading) -> Iterator[Grid]:
    """Yield every sheet that holds cells; what is worth knowing of the file goes into `reading`.

    Raises OSError when the file cannot be opened; SourceError when it is no workbook, encrypted,
    cut, or unpacks to too much.
    """
    _is_workbook(path, name)
    marked = _marks(path, name, reading) if zipfile.is_zipfile(path) else {}
    if not marked:
        reading.notes.append(
            f"{name}: formula errors cannot be told from blanks in this format; save it as .xlsx to"
            " be sure"
        )
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for sheet in book.sheets_metadata:
                if sheet.typ != SheetTypeEnum.WorkSheet:
                    chart = f"{name} sheet {sheet.name!r}: holds no cells, as a chart"
                    reading.notes.append(chart)
                    continue
                found = _grid(book, name, sheet, marked.get(sheet.name))
                yield found
                if any(r.part == found.part for each in reading.lists for r in each.records[:1]):
                    _name_hidden(found.place, marked.get(sheet.name, Marks()), reading)
    except python_calamine.PasswordError as error:
        raise _locked(name) from error
    except CalamineError as error:
        raise SourceError(
            f"{name}: is cut or damaged ({error}); open and save it in Excel, or ask for it again"
        ) from error


def _name_hidden(place: str, said: Marks, reading: Reading) -> None:
    """Say what of a sheet that was read is not shown: rows are left out, columns are read."""
    if said.hidden:
        shown = ", ".join(map(str, sorted(said.hidden)[:_MOST_ROWS]))
        more = len(said.hidden) - _MOST_ROWS
        reading.problems.append(
            f"{place}: {len(said.hidden)} hidden or filtered rows were not read"
            f" ({shown}{f' and {more} more' if more > 0 else ''}); show them if they count, or"
            " delete them"
        )
    if said.hidden_columns:
        reading.notes.append(f"{place}: has hidden columns; they were read like the others")


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
    if head.startswith(_ZIP) and not zipfile.is_zipfile(path):
        raise UnfinishedError(name, "is cut or damaged, the end of a workbook is missing")
    if not head.startswith((_ZIP, _OLE)):
        raise SourceError(f"{name}: is no workbook; save it in Excel as .xlsx, or text as .csv")
    if "EncryptedPackage".encode("utf-16-le") in head + rest:
        raise _locked(name)
    if len(rest) == _UNPACKED:
        raise SourceError(f"{name}: is larger than {_UNPACKED >> 20} MB; send only the form")


def _locked(name: str) -> SourceError:
    return SourceError(f"{name}: is locked with a password; save a copy without one")


def _marks(path: Path, name: str, reading: Reading) -> dict[str, Marks]:
    """Return what calamine does not tell of each sheet of an xlsx; refuse what knows no bounds."""
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.namelist()
            parts = _unpacked(archive, name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise SourceError(f"{name}: is cut or damaged ({error}); ask for it again") from error
    for part, said in _INSIDE.items():
        if any(part in each for each in listed):
            reading.notes.append(f"{name}: {said}")
    if any(part.startswith("xl/comments") or "/comments/" in part for part in listed):
        reading.problems.append(f"{name}: {_COMMENTS}")
    place, found = name, {}
    try:
        _check_ods(parts.get(_ODS), name)
        shown = marks.styles(parts[_STYLES]) if _STYLES in parts else marks.Styles()
        for sheet, part in _sheets(parts).items():
            place = f"{name} sheet {sheet!r}"
            if "worksheets/" in part:
                found[sheet] = marks.sheet(parts.get(part, b"<none/>"), shown)
                _check_reach(found[sheet], place)
    except (expat.ExpatError, ValueError) as error:
        raise SourceError(f"{place}: is damaged ({error}); ask for it again") from error
    longest = max(map(len, parts.get(_STRINGS, b"").split(b"si>")))
    if longest * sum(each.shared for each in found.values()) > 8 * _UNPACKED:
        raise SourceError(  # each cell would hold a copy
            f"{name}: holds a text of {longest >> 10} kB that many cells share; shorten it"
        )
    return found


def _unpacked(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    """Return the parts that are looked into; SourceError where all unpack to too much.

    A size that is declared may lie: no more is read than is allowed.
    """
    texts: dict[str, bytes] = {}
    left = _UNPACKED
    for member in archive.infolist():
        part = member.filename
        is_large = member.compress_size * _DENSEST > _UNPACKED and not _PICTURE.search(part)
        if is_large or _LOOKED_INTO.fullmatch(part):
            with archive.open(member) as packed:
                texts[part] = packed.read(left + 1)
            left -= len(texts[part])
            if left < 0:
                raise SourceError(
                    f"{name}: unpacks to more than {_UNPACKED >> 20} MB, which no form or list"
                    " needs; copy the list alone into a new workbook"
                )
    return texts


def _sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the part that holds each sheet of an xlsx, by the sheet's name."""
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


def _check_reach(found: Marks, place: str) -> None:
    if not found.has_data:
        raise SourceError(f"{place}: is written in an unusual way; open and save it in Excel")
    if found.last * found.width > _CELLS:
        raise SourceError(
            f"{place}: reaches to row {found.last}, column {letters(found.width)}; delete the"
            " rows and columns that hold nothing, or copy the list alone into a new workbook"
        )


def _check_ods(xml: bytes | None, name: str) -> None:
    cells, has_percent = marks.opendocument(xml) if xml else (0, False)
    if has_percent:
        raise SourceError(
            f"{name}: holds percentages, which cannot be told for certain in this format; save it"
            " as .xlsx"
        )
    if cells > _CELLS:
        raise SourceError(f"{name}: repeats cells without measure; copy the list into a new file")


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
    hidden = said.hidden if said else set()
    is_shown = about.visible == SheetVisibleEnum.Visible
    unread = "" if is_shown else "is hidden"
    if framework.normalise(about.name) in words("furniture", "sheet"):
        unread = GUIDE
    return Grid(
        name,
        "workbook",
        [(number, rows[number]) for number in sorted(rows.keys() - hidden)],
        about.name,
        [(t[0] + 1, t[1] + 1, b[0] + 1, b[1] + 1) for t, b in sheet.merged_cell_ranges or ()],
        struck=said.struck if said else frozenset(),
        unread=unread,
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
