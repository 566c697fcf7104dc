"""How a form looks: sheets of a list, the sheet of instructions, drop-downs, protection, saving."""

import io
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

GUIDE, LISTS = "Petunjuk", "Daftar"
"""The sheet of instructions, and the hidden one of drop-downs too long for a cell's own rule."""
_LONGEST_INLINE = 255
"""Characters that Excel allows in a drop-down that stands in the cell's own rule."""
_LINE, _TALLEST = 15.0, 405.0
"""Height of a line of text in points, and that beyond which Excel shows no more of a row."""
_DARK, _OPEN, _PLAIN = (PatternFill("solid", start_color=c) for c in ("1F3864", "FFF8DC", "F2F2F2"))
_TITLE = Font(size=14, bold=True, color="1F3864")
_BOLD, _WHITE = Font(bold=True), Font(bold=True, color="FFFFFF")
_THIN = Side(style="thin", color="A6A6A6")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_TOP = Alignment(vertical="top", wrap_text=True)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


class Column(NamedTuple):
    """A column, or a caption above the list: its heading, and what is typed.

    `typed` as in facts.FormColumn; what is no `whole` number Excel keeps as text (`2.75`).
    """

    heading: str
    width: float = 0
    typed: str = "locked"
    prompt: str = ""
    options: tuple[str, ...] = ()


def book(title: str, year: int) -> Any:
    """Return an empty workbook that names no person; UsageError for what is no year."""
    if not 2000 <= year <= 2099:
        raise UsageError(f"year {year} is no year of an evaluation, as 2023")
    made = Workbook()
    made.remove(made.active)
    made.properties.title = title
    made.properties.creator = "kukar"
    made.properties.language = "id-ID"
    made.properties.created = datetime(year, 1, 1)
    return made


def guide(made: Any, title: str, parts: Iterable[tuple[str, str | None]]) -> None:
    """Add the instructions: topic and text; a text that is None is left for the office to type."""
    widths = (26.0, 110.0)
    sheet = _sheet(made, GUIDE, title, widths)
    for row, texts in enumerate(parts, start=3):
        topic, said = (_put(sheet, row, n, text, _TOP) for n, text in enumerate(texts, start=1))
        topic.font, topic.fill = _BOLD, _PLAIN
        if texts[1] is None:
            _open(said)
        _fit_height(sheet, row, texts, widths, least=1)


def list_sheet(
    made: Any,
    name: str,
    title: str,
    captions: Mapping[Column, str],
    columns: Sequence[Column],
    rows: Sequence[Sequence[str | int | None]],
) -> None:
    """Add a sheet: title, captions with what they say, headings, and a line for each of `rows`.

    What a caption or column asks to be typed can be; all else is locked.
    """
    widths = [column.width for column in columns]
    sheet, head = _sheet(made, name, title, widths), len(captions) + 3
    for row, (caption, said) in enumerate(captions.items(), start=2):
        label, value = _put(sheet, row, 1, caption.heading), _put(sheet, row, 2, said or None)
        label.font, label.fill = _BOLD, _PLAIN
        if not said:
            _open(value)
            _rule(made, sheet, value.coordinate, caption)
    for number, column in enumerate(columns, start=1):
        cell = _put(sheet, head, number, column.heading, _MIDDLE)
        cell.font, cell.fill = _WHITE, _DARK
        letter = get_column_letter(number)
        _rule(made, sheet, f"{letter}{head + 1}:{letter}{head + len(rows)}", column)
    _fit_height(sheet, head, [column.heading for column in columns], widths)
    for row, values in enumerate(rows, start=head + 1):
        for number, (column, text) in enumerate(zip(columns, values, strict=True), start=1):
            cell = _put(sheet, row, number, text, _TOP)
            if column.typed != "locked":
                _open(cell, is_whole=column.typed == "whole")
        if any(values):
            _fit_height(sheet, row, values, widths)
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"


def save(made: Any, path: Path) -> Path:
    """Write a workbook whole or not at all, the same bytes for the same content; return the path.

    The day of the form's year takes the place of the time of saving.
    """
    if LISTS in made.sheetnames:
        made.move_sheet(LISTS, len(made.sheetnames))
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


def _fit_height(sheet: Any, row: int, texts: Any, widths: Any, least: int = 2) -> None:
    """Make a row as high as its wrapped text; it still grows with what is typed into it."""
    lines = [
        sum(max(1, math.ceil(len(part) / (width - 1))) for part in str(text or "").split("\n"))
        for text, width in zip(texts, widths, strict=True)
    ]
    dimension = RowDimension(sheet, index=row, ht=min(max(least, *lines) * _LINE + 3, _TALLEST))
    # openpyxl marks every height as set by hand, and such a row never grows again
    dimension.__fields__ = ("ht",)
    sheet.row_dimensions[row] = dimension


def _sheet(made: Any, name: str, title: str, widths: Sequence[float]) -> Any:
    """Add a sheet with its title, locked without a password, its columns so many characters wide.

    Rows and columns can be resized.
    """
    sheet = made.create_sheet(name)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    if title:
        _put(sheet, 1, 1, title, box=None).font = _TITLE
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    for_paper(sheet)
    return sheet


def _put(sheet: Any, row: int, column: int, value: Any, place: Any = None, box: Any = _BOX) -> Any:
    """Write a value; a text stays one, though it begin as a formula does."""
    cell = sheet.cell(row, column)
    cell.value = value
    if box:
        cell.border = box
    if place:
        cell.alignment = place
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
    return cell


def _open(cell: Any, is_whole: bool = False) -> None:
    cell.protection = Protection(locked=False)
    cell.fill = _OPEN
    cell.number_format = "#,##0" if is_whole else "@"


def _rule(made: Any, sheet: Any, span: str, column: Column) -> None:
    """Lay the drop-down, the limits and the prompt of a column on a span of cells."""
    rule = DataValidation(allow_blank=True)
    if column.options:
        rule.type, rule.formula1 = "list", _source(made, column.options)
        rule.error = "Pilih salah satu isian dari daftar."
    elif column.typed == "whole":
        rule.type, rule.operator, rule.formula1 = "whole", "greaterThanOrEqual", "0"
        rule.error = "Tulis bilangan bulat dengan angka saja, tanpa titik dan tanpa satuan."
    elif not column.prompt:
        return
    rule.errorTitle, rule.showErrorMessage = "Isian tidak dikenal", rule.type is not None
    if column.typed == "suggested":
        rule.errorStyle, rule.errorTitle = "warning", "Periksa isian"
        rule.error = f"Isian ini tidak ada dalam daftar. {column.prompt}"
    if column.prompt:
        rule.promptTitle, rule.prompt, rule.showInputMessage = "Cara mengisi", column.prompt, True
    sheet.add_data_validation(rule)
    rule.add(span)


def _source(made: Any, options: tuple[str, ...]) -> str:
    """Return what a drop-down offers: the words, or the place of a list that is too long."""
    inline = ",".join(options)
    if len(inline) <= _LONGEST_INLINE and not any("," in option for option in options):
        return f'"{inline}"'
    sheet = made[LISTS] if LISTS in made.sheetnames else _sheet(made, LISTS, "", ())
    sheet.sheet_state = "veryHidden"
    lists = [tuple(filter(None, column)) for column in sheet.iter_cols(values_only=True)]
    if options not in lists:
        lists = [*filter(None, lists), options]
        for row, option in enumerate(options, start=1):
            _put(sheet, row, len(lists), option, box=None)
    letter = get_column_letter(lists.index(options) + 1)
    return f"{LISTS}!${letter}$1:${letter}${len(options)}"


def for_paper(sheet: Any) -> None:
    """Set a sheet up for A4 across, as wide as the page, with its name and the page's number."""
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&A", "Halaman &P dari &N"
