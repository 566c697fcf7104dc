"""How a sheet of the annex looks: title, remarks, and an Excel table that prints on A4.

Everything from data is a value or a text: text never becomes a formula, an error or a link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table

from kukar_analysis import formats
from kukar_analysis.template import draw

COVER = "Sampul"
SAMPLE = "DATA CONTOH, bukan data daerah mana pun"
FONT = "Calibri"
HEAD = 4
"""Row of the headings; above it stand the way back, the title and the remarks."""
Kind = Literal["text", "code", "origin", "score", "signed", "amount", "date"]

_LOCALE = "[$-421]"
"""Indonesian, for whatever opens the file: LibreOffice takes its comma and months from it."""
_FORMATS = {
    "text": "General",
    "code": "@",
    "origin": "@",
    "score": f"{_LOCALE}0.00",
    "signed": f"{_LOCALE}+0.00;{_LOCALE}-0.00;{_LOCALE}0.00",
    "date": f"{_LOCALE}d mmmm yyyy",
}
_LONGEST = 32_767
"""Characters that Excel holds in a cell."""
_CUT = " … [dipotong: teks lengkap ada pada asalnya]"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character's number, as `_x0041_` for A."""
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = {"text": 45.0, "code": 40.0, "origin": 60.0}
_NARROWEST = 9.0
_ARROW = 3.0
"""Characters that the arrow of the filter takes in a heading."""
_READABLE = 110.0
"""Characters in a line of remarks that is still read with ease."""
_DARK = PatternFill("solid", start_color="1F3864")
_MARKED = PatternFill("solid", start_color="FFF2CC")
TITLE = Font(name=FONT, size=14, bold=True, color="1F3864")
_LINK = Font(name=FONT, underline="single", color="0563C1")
_HEADING = Font(name=FONT, bold=True, color="FFFFFF")
_RULE = Border(bottom=Side(style="hair", color="A6A6A6"))
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_RIGHT = Alignment(vertical="top", horizontal="right", indent=1)
_CENTRE = Alignment(vertical="center", horizontal="center", wrap_text=True)


class Measure(NamedTuple):
    """A number with the decimals it is published with."""

    value: float
    places: int


@dataclass(frozen=True)
class Column:
    """A column: its heading, and how its cells are shown."""

    heading: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Sheet:
    """A sheet of the annex. `marked` rows are of the regions that the annex is made for."""

    name: str
    title: str
    columns: list[Column]
    rows: list[list[Any]]
    missing: tuple[str, ...] = ()
    """what is not on record, and which file would fill the place"""
    notes: tuple[str, ...] = ()
    """how to read the rows"""
    marked: frozenset[int] = frozenset()
    files: frozenset[str] = frozenset()
    """the raw files that the rows came from"""


def add(book: Any, made: Sheet, running: str) -> None:
    """Add a sheet to a workbook; without rows it has remarks only. `running` heads the pages."""
    page = book.create_sheet(made.name)
    widths = [_width(column, i, made.rows) for i, column in enumerate(made.columns)]
    for number, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    link(page.cell(1, 1), f"← {COVER}", COVER)
    put(page.cell(2, 1), made.title).font = TITLE
    _remarks(page, made, widths)
    if made.rows:
        _table(page, made, widths)
        page.freeze_panes = page.cell(HEAD + 1, min(3, len(widths)))
        page.print_title_rows = f"{HEAD}:{HEAD}"
    for_paper(page, running)


def put(cell: Any, value: Any, kind: Kind = "text") -> Any:
    """Write a value and its format; nothing stays an empty cell. Returns the cell."""
    if isinstance(value, Measure):
        value, cell.number_format = value.value, _amount(value.places)
    elif not _is_nothing(value):
        cell.number_format = _format(value, kind)
    if _is_nothing(value):
        return cell
    if isinstance(value, str):
        text = plain(value)
        cell.value, cell.data_type = text, "s"
        cell.quotePrefix = text.startswith(_RISKY)
    else:
        cell.value = value
    return cell


def plain(text: str) -> str:
    """Return a text as a cell can hold it: what XML knows no sign for becomes `�`."""
    text = _ESCAPE.sub("_x005F_", _NOT_XML.sub("\ufffd", text))
    return text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT


def link(cell: Any, text: str, sheet: str) -> None:
    """Write a text that leads to another sheet of the workbook."""
    put(cell, text).font = _LINK
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")


def for_paper(page: Any, running: str) -> None:
    """Set a sheet up for A4 across, as wide as the page, with running title and page numbers."""
    page.sheet_view.showGridLines = False
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.orientation = page.ORIENTATION_LANDSCAPE
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    margins = page.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.8
    page.oddHeader.left.text = running
    page.oddFooter.left.text = "&A"
    page.oddFooter.right.text = "Halaman &P dari &N"


def without_warnings(name: str, content: bytes) -> bytes:
    """Tell Excel that codes such as 3.10 are text on purpose, in the XML of a sheet with a table.

    openpyxl cannot write that; the element stands just before the table's.
    """
    span = re.search(rb'<dimension ref="([A-Z0-9:]+)"', content)
    if not name.startswith("xl/worksheets/") or not span:
        return content
    said = b'<ignoredErrors><ignoredError sqref="%s" numberStoredAsText="1"/></ignoredErrors>'
    return content.replace(b"<tableParts", said % span[1] + b"<tableParts", 1)


def _table(page: Any, made: Sheet, widths: list[float]) -> None:
    for number, column in enumerate(made.columns, start=1):
        cell = put(page.cell(HEAD, number), column.heading)
        cell.font, cell.fill, cell.alignment = _HEADING, _DARK, _CENTRE
    inside = [width - _ARROW for width in widths]
    draw.fit_height(page, HEAD, [column.heading for column in made.columns], inside)
    for i, values in enumerate(made.rows):
        for number, (column, value) in enumerate(zip(made.columns, values, strict=True), start=1):
            cell = put(page.cell(HEAD + 1 + i, number), value, column.kind)
            cell.border = _RULE
            is_number = column.kind not in _WIDEST
            cell.alignment = _RIGHT if is_number else _WRAPPED
            if i in made.marked:
                cell.fill = _MARKED
        texts = [value if isinstance(value, str) else None for value in values]
        draw.fit_height(page, HEAD + 1 + i, texts, widths)
    last = f"{get_column_letter(len(made.columns))}{HEAD + len(made.rows)}"
    name = "Tabel_" + re.sub(r"\W", "_", made.name)
    page.add_table(Table(displayName=name, ref=f"A{HEAD}:{last}"))


def _remarks(page: Any, made: Sheet, widths: list[float]) -> None:
    """Write the remarks into one cell over as many columns as are read with ease."""
    remarks = (*made.missing, *(made.notes if made.rows else ())) or ("",)
    if not made.rows and not made.missing:
        remarks = ("Tidak tercatat bagi daerah laporan ini.",)
    text = "\n".join(remarks)
    put(page.cell(3, 1), text).alignment = _WRAPPED
    known = [*widths, *(_NARROWEST for _ in range(20))]
    over = next(i for i in range(1, len(known)) if sum(known[:i]) >= _READABLE)
    page.merge_cells(start_row=3, start_column=1, end_row=3, end_column=over)
    draw.fit_height(page, 3, [text], [sum(known[:over])])


def _width(column: Column, place: int, rows: list[list[Any]]) -> float:
    """Return the width in characters that fits a column's cells, between bounds."""
    word = max(len(part) for part in column.heading.split()) + _ARROW + 1
    longest = max((_length(row[place], column.kind) for row in rows), default=0)
    return max(_NARROWEST, word, min(longest + 2, _WIDEST.get(column.kind, 20.0)))


def _length(value: Any, kind: Kind) -> int:
    if isinstance(value, str):
        return max(len(part) for part in value.split("\n"))
    if kind == "date":
        return len("30 September 2023")
    if isinstance(value, Measure):
        value = value.value
    return 0 if _is_nothing(value) else len(formats.number(value, 2))


def _format(value: Any, kind: Kind) -> str:
    if kind != "amount" or isinstance(value, str):
        return _FORMATS["text" if kind == "amount" else kind]
    return _amount(0 if float(value).is_integer() else 2)


def _amount(places: int) -> str:
    return f"{_LOCALE}#,##0" + ("." + "0" * places if places else "")


def _is_nothing(value: Any) -> bool:
    return value is None or (not isinstance(value, str | date | datetime) and pd.isna(value))
