"""Reads back what is shown, and writes what is invented for tests."""

import csv
import gc
import re
import time
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import nbformat
import openpyxl
import pytest
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Script
from nbformat import v4

from kukar_analysis import paths, store

PILLARS = ("governance", "branding", "economy", "living", "society", "environment")
KUKAR, MALANG, SURABAYA = "64.02", "35.07", "35.78"
STAYED_AWAY = "12.11"
"""Kabupaten Dairi took part in 2022 and not in 2023."""
IN_NO_TABLE = "31.01"
"""Kepulauan Seribu: no national table names it."""


def number(text):
    """Return `−1.234,50` or `20%` as a Decimal; `–` and nothing as None."""
    if text in ("–", ""):
        return None
    return Decimal(re.sub(r"[.%+]", "", text).replace(",", ".").replace("−", "-"))


@dataclass
class Table:
    """A table as shown: heads and rows of texts, and which rows are marked."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    own: list[int]

    def column(self, head):
        place = self.heads.index(head)
        return [row[place] for row in self.rows]


class Page:
    """A page or a part of one: tags in their order, tables, and the text outside style."""

    def __init__(self, source):
        soup = BeautifulSoup(source, "html.parser", multi_valued_attributes=None)
        self.tags = [(tag.name, tag.attrs) for tag in soup.find_all(True)]
        self.tables = [self._table(found) for found in soup.find_all("table")]
        strings = [s for s in soup.find_all(string=True) if type(s) in (NavigableString, Script)]
        self.text = "".join(strings)
        opened, closed = (
            Counter(re.findall(f"<{end}([a-z][a-z0-9]*)[ >]", source)) for end in ("", "/")
        )
        assert set(opened - closed) <= {"meta", "link", "br", "img", "hr", "input"}

    @staticmethod
    def _table(found):
        lines = [*found.tbody.find_all("tr")] if found.tbody else []
        heads = [cell for cell in found.find_all(["th", "td"]) if not cell.find_parent("tbody")]
        return Table(
            found.caption.get_text() if found.caption else "",
            [cell.get_text() for cell in heads],
            [[cell.get_text() for cell in line.find_all(["th", "td"])] for line in lines],
            [place for place, line in enumerate(lines) if line.get("class") == "own"],
        )

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def table(shown):
    (found,) = Page(shown.html).tables
    return found


def raw(name):
    """Return the lines of a raw list of the project as dictionaries of printed texts."""
    with (paths.RAW / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def printed(text):
    """Return a printed cell as a Decimal; the lists of 2022 print points, those of 2023 commas."""
    return Decimal(text.replace(",", "."))


def cell(origin):
    """Return what stands at an origin, as `2023/table.csv#l37:c3`."""
    name, line, column = re.fullmatch(r"(.+)#l(\d+):c(\d+)", origin).groups()
    with (paths.RAW / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[int(line) - 1][int(column) - 1]


def write_tables(folder, **rows):
    """Write invented tables; a table without rows is empty. Returns the folder."""
    store.write_all({name: store.frame(name, rows.get(name, [])) for name in store.SCHEMAS}, folder)
    return folder


@contextmanager
def tables_from(folder):
    """Let whatever reads without a folder read from this one, for fixtures of a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(paths.PROCESSED_VARIABLE, str(folder))
        yield


PARAMETERS = 'year: int = 2021  # tahun\nregion: str = "00.00"  # kode'
ASKS = "from kukar_analysis import paths\npaths.note_table('index_scores', year, region)"
"""Stands for a cell that reads rows, without the second that reading takes."""


def write_notebook(folder, name, *cells, parameters=PARAMETERS, asks=ASKS):
    """Write a small notebook: a title, the parameters, a cell that reads rows, and these cells."""
    made = notebook(*([asks] if asks else []), *cells)
    given = v4.new_code_cell(parameters, id="p", metadata={"tags": ["parameters"]})
    made.cells[:0] = [v4.new_markdown_cell("# Judul", id="judul"), given]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(made, path)
    return path


def notebook(*cells):
    made = [v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def awaited(condition):
    """Return what a condition gives once it holds; fails after two minutes."""
    until = time.monotonic() + 120
    while not (found := condition()):
        assert time.monotonic() < until, "did not come about"
        time.sleep(0.02)
    return found


@contextmanager
def kernels():
    """Let nbclient leave the event loops of its threads to the garbage collector, unwarned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


def write_book(path, sheets, change=None):
    """Write a workbook of sheets, {title: rows}, which `change` may alter; return its path."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    book.save(path)
    return path


def counts(cleaned):
    """Return (read, kept, rejected, duplicate) by file."""
    columns = ["file", "rows_read", "rows_kept", "rows_rejected", "rows_duplicate"]
    return {f: tuple(n) for f, *n in cleaned.tables["files"][columns].itertuples(index=False)}
