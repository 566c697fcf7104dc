"""Writes workbooks that are the same bytes each time, with formulas as a spreadsheet saves them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.xml.functions import tostring


@dataclass(frozen=True)
class Formula:
    """A formula and what it showed when the file was last saved; None = never calculated."""

    text: str
    shown: float | str | None


Value = str | int | float | datetime | Formula | None


def new(title: str, year: int) -> Any:
    """Return a workbook without sheets, of the first day of its year."""
    made = Workbook()
    made.remove(made.active)
    made.properties.title = title
    made.properties.creator = "DATA CONTOH"
    made.properties.created = datetime(year, 1, 1)
    return made


def rows(sheet: Any, first: int, lines: Iterable[Sequence[Value]]) -> int:
    """Write lines from row `first` on, and return the row below the last."""
    row = first
    for line in lines:
        for column, value in enumerate(line, start=1):
            put(sheet, row, column, value)
        row += 1
    return row


def put(sheet: Any, row: int, column: int, value: Value) -> None:
    """Write a value; what a formula showed is written when the file is saved."""
    cell = sheet.cell(row, column)
    if isinstance(value, Formula):
        cell.value = value.text
        shown = sheet.parent.__dict__.setdefault("shown", {})
        shown[sheet.title, cell.coordinate] = value.shown
    else:
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"


def head(sheet: Any, first: int, last: int, spans: Iterable[str]) -> None:
    """Make the rows of headings bold, and merge what stands over several cells."""
    for line in sheet.iter_rows(min_row=first, max_row=last):
        for cell in line:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    for span in spans:
        sheet.merge_cells(span)


def save(made: Any, path: Path) -> None:
    """Write a workbook with fixed dates and the values that its formulas showed.

    Nothing is compressed: how a file is compressed differs from one zlib to the next.
    """
    buffer = io.BytesIO()
    made.save(buffer)
    day = made.properties.created
    made.properties.modified = day
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = made.__dict__.get("shown", {})
    parts = {f"xl/worksheets/sheet{n}.xml": s for n, s in enumerate(made.sheetnames, start=1)}
    with zipfile.ZipFile(buffer) as saved, zipfile.ZipFile(path, "w") as archive:
        for name in saved.namelist():
            content = saved.read(name)
            if name == "docProps/core.xml":
                content = tostring(made.properties.to_tree())
            elif name in parts:
                own = {cell: value for (s, cell), value in shown.items() if s == parts[name]}
                content = _shown(content, own)
            info = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            archive.writestr(info, content)


def _shown(xml: bytes, values: Mapping[str, float | str | None]) -> bytes:
    """Give formulas the values that they showed; openpyxl writes none."""
    for cell, value in values.items():
        kind = ' t="e"' if isinstance(value, str) else ""
        found = f"<v>{value}</v>" if value is not None else ""
        pattern = rf'<c r="{cell}"([^>]*)><f>(.*?)</f>(?:<v\s*/>|<v></v>)?</c>'
        xml, count = re.subn(
            pattern.encode(),
            lambda m, kind=kind, found=found, cell=cell: (
                f'<c r="{cell}"'.encode()
                + m[1]
                + kind.encode()
                + b"><f>"
                + m[2]
                + b"</f>"
                + found.encode()
                + b"</c>"
            ),
            xml,
        )
        if count != 1:
            raise ValueError(f"{cell}: no formula is there")
    return xml
