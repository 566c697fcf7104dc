"""How a workbook that goes out looks: lists, instructions, drop-downs, protection, saving.

Forms and the annex are written here alike: a text stays a text, nothing of data is a formula.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

PAIR = (26.0, 110.0)  # widths of a sheet of topics and what is said of them
ANY = ".######"
"""Ends the format of a number with its own decimals, of which a whole one has none."""
_LONGEST, _CUT = 32_767, " … [dipotong: teks lengkap ada pada asalnya]"
"""Characters that Excel holds in a cell, and what stands at the end of a longer text."""
_LINE, _TALLEST = 15.0, 405.0
"""Height of a line in points, and that beyond which Excel shows no more of a row."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DARK, _OPEN, _PLAIN = (PatternFill("solid", start_color=c) for c in ("1F3864", "FFF8DC", "F2F2F2"))
BOLD, _WHITE = Font(bold=True), Font(bold=True, color="FFFFFF")
_TITLE, _LINK = Font(size=14, bold=True, color="1F3864"), Font(underline="single", color="0563C1")
_BOX = Border(*[Side(style="thin", color="A6A6A6")] * 4)
_TOP, _RIGHT = Alignment(None, "top", wrap_text=True), Alignment("right", "top")
_MIDDLE, FLAT = Alignment("center", "center", wrap_text=True), Alignment()
_TYPED: Any = {"protection": Protection(locked=False), "fill": _OPEN, "alignment": _TOP}
"""The look of a cell that people fill in."""


class Column(NamedTuple):
    """A column, or a caption above the list: its heading, and what is typed.

    `typed` as in facts.FormColumn; what is no `whole` number Excel keeps as text (`2.75`). `form`
    is the format of numbers that are not typed.
    """

    heading: str
    width: float = 0
    typed: str = "locked"
    prompt: str = ""
    options: tuple[str, ...] = ()
    form: str = "General"


def book(title: str, year: int) -> Any:
    """Return an empty workbook, in no person's name; UsageError for what is no year."""
    if not 2000 <= year <= 2099:
        raise UsageError(f"year {year} is no year of an evaluation, as 2023")
    made = Workbook()
    made.remove(made.active)
    made.properties.title, made.properties.creator = title, "kukar"
    made.properties.language, made.properties.created = "id-ID", datetime(year, 1, 1)
    return made


def sheet(
    made: Any, name: str, title: str, widths: Iterable[float], place: int | None = None
) -> Any:
    """Add a sheet with its title, its columns so many characters wide."""
    added = made.create_sheet(name, place)
    for number, width in enumerate(widths, start=1):
        added.column_dimensions[get_column_letter(number)].width = width
    put(added, 1, 1, title, font=_TITLE, alignment=FLAT)
    return added


def put(sheet: Any, row: int, column: int, value: Any, form: str = "General", **look: Any) -> None:
    """Write a value; a text stays text, whatever Excel would read in it. `link`: to a sheet."""
    cell, is_text = sheet.cell(row, column), isinstance(value, str)
    if is_text:
        text = _ILLEGAL.sub("\ufffd", value)
        value, form = text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT, "@"
    elif form.endswith(ANY) and value is not None and value % 1 == 0:
        form = form.removesuffix(ANY)
    cell.value, cell.number_format = value, form
    look.setdefault("alignment", _TOP if is_text else _RIGHT)
    if is_text:
        cell.data_type, cell.quotePrefix = "s", value.startswith(("=", "+", "-", "@", "\t", "\r"))
        width = sheet.column_dimensions[get_column_letter(column)].width - 1
        lines = sum(len(part) // width + 1 for part in value.split("\n"))
        if look["alignment"].wrap_text and lines > 1:
            tall = min(max(_LINE * lines, sheet.row_dimensions[row].height or 0), _TALLEST)
            fitted = sheet.row_dimensions[row] = RowDimension(sheet, index=row, ht=tall)
            # openpyxl marks every height as set by hand, and such a row never grows again
            fitted.__fields__ = ("ht",)
    if link := look.pop("link", ""):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{link}'!A1")
        look["font"] = _LINK
    for part, of in look.items():
        setattr(cell, part, of)


def pairs(sheet: Any, first: int, parts: Iterable[tuple[Column, str | None]]) -> None:
    """Write topics and what is said of them from row `first` on; what is not said can be typed."""
    for row, (topic, said) in enumerate(parts, start=first):
        put(sheet, row, 1, topic.heading, border=_BOX, font=BOLD, fill=_PLAIN)
        put(sheet, row, 2, said or None, "@", border=_BOX, **({} if said else _TYPED))
        if not said:
            _rule(sheet, f"B{row}", topic)


def table(
    sheet: Any, head: int, columns: Sequence[Column], rows: Sequence[Sequence[Any]], kept: int = 0
) -> None:
    """Write a list under headings in row `head`; `kept` columns stay in sight."""
    looks = []
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        put(sheet, head, number, column.heading, font=_WHITE, fill=_DARK, alignment=_MIDDLE)
        _rule(sheet, f"{letter}{head + 1}:{letter}{head + len(rows)}", column)
        form = {"locked": column.form, "whole": "#,##0"}.get(column.typed, "@")
        looks.append((form, {"border": _BOX} | (_TYPED if column.typed != "locked" else {})))
    for row, values in enumerate(rows, start=head + 1):
        for number, ((form, look), value) in enumerate(zip_longest(looks, values), start=1):
            put(sheet, row, number, value, form, **look)
    sheet.freeze_panes = f"{get_column_letter(min(kept, len(columns)) + 1)}{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"


def save(made: Any, path: Path, header: str = "", *, locked: bool = False) -> Path:
    """Write a workbook whole or not at all, the same bytes for the same content; return the path.

    Each sheet is as wide as A4 across, with its name and the page's number below. `locked`: without
    a password, and rows and columns can be resized. The time of creating stands for that of saving.
    """
    for page in made.worksheets:
        page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        setup, protection = page.page_setup, page.protection
        setup.paperSize, setup.orientation = page.PAPERSIZE_A4, page.ORIENTATION_LANDSCAPE
        setup.fitToWidth, setup.fitToHeight = 1, 0
        page.oddHeader.left.text = header or None
        page.oddFooter.left.text, page.oddFooter.right.text = "&A", "Halaman &P dari &N"
        protection.sheet, protection.formatColumns, protection.formatRows = locked, False, False
    saved, stamped, day = io.BytesIO(), io.BytesIO(), made.properties.created
    made.save(saved)
    made.properties.modified = day
    with zipfile.ZipFile(saved) as parts, zipfile.ZipFile(stamped, "w") as archive:
        for name in parts.namelist():
            is_core = name == "docProps/core.xml"
            content = tostring(made.properties.to_tree()) if is_core else parts.read(name)
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return paths.write(path, stamped.getvalue())


def _rule(sheet: Any, span: str, column: Column) -> None:
    """Lay the drop-down, the limits and the prompt of a column on a span of cells."""
    rule = DataValidation(
        allow_blank=True,
        errorTitle="Periksa isian",
        promptTitle="Cara mengisi",
        prompt=column.prompt or None,
    )
    if column.options:
        rule.type, rule.formula1 = "list", _source(sheet.parent, column.options)
        rule.error = "Pilih salah satu isian dari daftar."
    elif column.typed == "whole":
        rule.type, rule.operator, rule.formula1 = "whole", "greaterThanOrEqual", "0"
        rule.error = "Tulis bilangan bulat dengan angka saja, tanpa titik dan tanpa satuan."
    elif not column.prompt:
        return
    if column.typed == "suggested":
        rule.errorStyle = "warning"
        rule.error = f"Isian ini tidak ada dalam daftar. {column.prompt}"
    rule.showErrorMessage, rule.showInputMessage = rule.type is not None, bool(column.prompt)
    sheet.add_data_validation(rule)
    rule.add(span)


def _source(made: Any, options: tuple[str, ...]) -> str:
    """Return where a drop-down's words stand: in a column of the hidden sheet."""
    hidden = made["Daftar"] if "Daftar" in made.sheetnames else made.create_sheet("Daftar")
    hidden.sheet_state = "veryHidden"
    lists = [tuple(filter(None, column)) for column in hidden.iter_cols(values_only=True)]
    if options not in lists:
        lists = [*filter(None, lists), options]
        for row, option in enumerate(options, start=1):
            put(hidden, row, len(lists), option)
    letter = get_column_letter(lists.index(options) + 1)
    return f"Daftar!${letter}$1:${letter}${len(options)}"
