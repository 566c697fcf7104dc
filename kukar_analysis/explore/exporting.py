"""What is shown, as files: a PNG a figure, a CSV a table, or one workbook."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from matplotlib.figure import Figure
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from kukar_analysis import display, formats, store, writing
from kukar_analysis.display import Cells, Shown
from kukar_analysis.explore import showing, tracing
from kukar_analysis.explore.choosing import Choice
from kukar_analysis.report.annex.sheet import Measure, put
from kukar_analysis.template import draw

FOLDER = "ekspor"
_DOTS = 200
"""Dots an inch: sharp on paper."""
_NUMBER = re.compile(r"([+−]?)([\d.]+)(?:,(\d+))?(%?)")
_RISKY = ("=", "+", "-", "@")
_BOLD = Font(bold=True)


def export(choice: Choice) -> widgets.Widget:
    """Return a button a kind of file, the folder, and where the files went."""
    folder = widgets.Text(FOLDER, description="Folder", style={"description_width": "7em"})
    said = widgets.HTML()
    buttons = []
    for label, write in (("PNG", png), ("CSV", table_files), ("XLSX", workbook)):
        button = widgets.Button(description=label, icon="download", layout={"width": "7em"})
        button.on_click(_writing(choice, folder, said, write))
        buttons.append(button)
    return widgets.VBox([widgets.HBox([folder, *buttons], layout={"flex_flow": "row wrap"}), said])


def _writing(
    choice: Choice,
    folder: widgets.Text,
    said: widgets.HTML,
    write: Callable[[list[Shown], Path, str], list[Path]],
) -> Callable[[Any], None]:
    def clicked(_: Any) -> None:
        to = Path(folder.value.strip() or FOLDER).expanduser()
        try:
            made = write([*showing.shown(choice), tracing.cells(choice)], to, stem(choice))
        except OSError as error:
            message = f"Tidak dapat menulis ke {to}: {error.strerror or error}"
        else:
            names = formats.listed([path.name for path in made])
            message = f"{len(made)} berkas ditulis ke {_named(to)}: {names}" if made else _NOTHING
        said.value = showing.html([display.prose(message)])

    return clicked


_NOTHING = "Tidak ada yang dapat ditulis: bagian ini tidak tercatat."


def _named(folder: Path) -> str:
    """Return a folder as it is known in the project, or whole where it lies elsewhere."""
    whole = folder.resolve()
    return str(whole.relative_to(store.ROOT) if whole.is_relative_to(store.ROOT) else whole)


def stem(choice: Choice) -> str:
    """Return how the names of the files begin: `2023-64.02-pilar-governance`."""
    of = {"Pilar": f"-{choice.pillar}", "Antar tahun": f"-dari-{choice.before}"}
    return f"{choice.year}-{choice.region}-{formats.slug(choice.view)}{of.get(choice.view, '')}"


def png(parts: list[Shown], folder: Path, name: str) -> list[Path]:
    """Write each figure; return the paths."""
    drawn = [part.content for part in parts if isinstance(part.content, Figure)]
    made = []
    for number, figure in enumerate(drawn, start=1):
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=_DOTS)
        made.append(writing.write(folder / f"{name}-{number}.png", buffer.getvalue()))
    return made


def table_files(parts: list[Shown], folder: Path, name: str) -> list[Path]:
    """Write each table as CSV that an Indonesian Excel opens by itself; return the paths."""
    made = []
    for number, cells in enumerate(_tables(parts), start=1):
        text = io.StringIO()
        writer = csv.writer(text, delimiter=";")
        writer.writerow([column.label for column in cells.columns])
        for row in cells.rows:
            writer.writerow(
                _plain(cell) if column.numeric else _harmless(cell)
                for column, cell in zip(cells.columns, row, strict=True)
            )
        content = text.getvalue().encode("utf-8-sig")
        made.append(writing.write(folder / f"{name}-{number}.csv", content))
    return made


def workbook(parts: list[Shown], folder: Path, name: str) -> list[Path]:
    """Write all tables into one workbook, a sheet each, numbers as numbers; return its path."""
    found = _tables(parts)
    if not found:
        return []
    book = Workbook()
    book.remove(book.active)
    book.properties.created = datetime(int(name[:4]), 12, 31)
    for number, cells in enumerate(found, start=1):
        _sheet(
            book.create_sheet(f"{number} {re.sub(r'[^0-9A-Za-z ]', ' ', cells.caption)}"[:31]),
            cells,
        )
    return [draw.save(book, folder / f"{name}.xlsx")]


def _tables(parts: list[Shown]) -> list[Cells]:
    return [part.content for part in parts if isinstance(part.content, Cells)]


def _sheet(page: Any, cells: Cells) -> None:
    put(page["A1"], cells.caption).font = _BOLD
    for number, column in enumerate(cells.columns, start=1):
        head = put(page.cell(3, number), column.label)
        head.font, head.alignment = _BOLD, Alignment(wrap_text=True, vertical="top")
        texts = [row[number - 1] for row in cells.rows]
        longest = max([len(column.label) // 2, *map(len, texts)], default=8)
        page.column_dimensions[get_column_letter(number)].width = min(max(9, longest + 2), 60)
        for row, text in enumerate(texts, start=4):
            _fill(page.cell(row, number), text, column.numeric)
    page.freeze_panes = "B4"
    note = put(page.cell(5 + len(cells.rows), 1), cells.note)
    note.font = Font(italic=True, size=9)


def _fill(cell: Any, text: str, numeric: bool) -> None:
    """Write a cell: a number as shown where it is one, nothing where nothing is on record."""
    found = _NUMBER.fullmatch(text) if numeric else None
    if not found:
        put(cell, None if text == formats.NOTHING else text)
        return
    decimals = len(found[3] or "")
    put(cell, Measure(float(_plain(text).rstrip("%").replace(",", ".")), decimals))
    if found[4]:
        cell.number_format = f'0{"." + "0" * decimals if decimals else ""}"%"'


def _plain(text: str) -> str:
    """Return a shown number without thousands marks and with a minus that spreadsheets know."""
    if text == formats.NOTHING:
        return ""
    found = _NUMBER.fullmatch(text)
    if not found:
        return _harmless(text)
    sign = "-" if found[1] == "−" else ""
    whole = found[2].replace(".", "")
    return f"{sign}{whole}{',' + found[3] if found[3] else ''}{found[4]}"


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text
