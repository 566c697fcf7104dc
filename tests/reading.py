"""Reads back what is shown, and writes what is invented for tests."""

from __future__ import annotations

import base64
import csv
import gc
import html
import re
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import nbformat
import openpyxl
import pytest
from nbformat import v4

from kukar_analysis import store

PILLARS = ("governance", "branding", "economy", "living", "society", "environment")
KUKAR, MALANG, SURABAYA = "64.02", "35.07", "35.78"
STAYED_AWAY = "12.11"
"""Kabupaten Dairi took part in 2022 and not in 2023."""
IN_NO_TABLE = "31.01"
"""Kepulauan Seribu: no national table names it."""
LOOKS_LIKE_A_SCORE = re.compile(r"\d,\d\d")
_VOID = {"meta", "link", "br", "img", "hr", "input"}


def number(text):
    """Return `−1.234,50` or `20%` as a Decimal; `–` and nothing as None."""
    if text in ("–", ""):
        return None
    return Decimal(re.sub(r"[.%+]", "", text).replace(",", ".").replace("−", "-"))


def numbers(text):
    """Return the numbers of a sentence that have two decimals, in their order."""
    return [number(found) for found in re.findall(r"[+−]?\b\d+,\d\d\b", text)]


@dataclass
class Table:
    """A table as shown: heads and rows of texts, and what the rows' tags said."""

    caption: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    own: list[int] = field(default_factory=list)

    def column(self, head):
        place = self.heads.index(head)
        return [row[place] for row in self.rows]

    def records(self):
        return [dict(zip(self.heads, row, strict=True)) for row in self.rows]


class Page(HTMLParser):
    """A page or a part of one: tags in their order, tables, and the text outside style."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: list[Table] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and "tbody" in self._open:
            if dict(attrs).get("class") == "own":
                self.tables[-1].own.append(len(self.tables[-1].rows))
            self.tables[-1].rows.append([])
        elif tag in ("th", "td"):
            self._cells().append("")

    def handle_startendtag(self, tag, attrs):
        assert tag in _VOID
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.text += data
        if self._open and self._open[-1] in ("th", "td"):
            self._cells()[-1] += data
        elif self._open and self._open[-1] == "caption":
            self.tables[-1].caption += data

    def _cells(self):
        return self.tables[-1].rows[-1] if "tbody" in self._open else self.tables[-1].heads

    def all(self, tag):
        """Return the attributes of every such tag."""
        return [attrs for name, attrs in self.tags if name == tag]


def table(shown):
    """Return the one table of something shown."""
    (found,) = Page(shown.html).tables
    return found


class Drawn:
    """A figure as shown: its words, and where its marks stand on an axis of scores."""

    def __init__(self, shown):
        (image,) = Page(shown.html).all("img")
        kind, data = image["src"].split(",", 1)
        assert kind == "data:image/svg+xml;base64"
        self.alt = image["alt"]
        self.source = base64.b64decode(data).decode()
        self.root = ElementTree.fromstring(self.source)
        self.words = [html.unescape(w.strip()) for w in re.findall("<!--(.*?)-->", self.source)]

    def part(self, name):
        (found,) = [e for e in self.root.iter() if e.get("id") == name]
        return found

    def marks(self, name):
        """Return the values at which a scatter's marks stand, read off the ticks 0 to 4."""
        return [self._score(float(e.get("x"))) for e in self.part(name).iter() if e.get("x")]

    def spans(self, name):
        """Return the two ends of every horizontal line, as values."""
        lines = [_ends(e.get("d")) for e in self.part(name).iter() if e.get("d")]
        return [tuple(self._score(x) for x in line) for line in lines]

    def _score(self, x):
        first, last = (
            _ends(next(e.get("d") for e in self.part(f"xtick_{n}").iter() if e.get("d")))[0]
            for n in (1, 5)
        )
        return round(4 * (x - first) / (last - first), 3)


def _ends(path):
    return [float(x) for x in re.findall(r"[ML] ([-\d.]+) ", path)]


def raw(name):
    """Return the lines of a raw list of the project as dictionaries of printed texts."""
    with (store.RAW / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def printed(text):
    """Return a printed cell as a Decimal; the lists of 2022 print points, those of 2023 commas."""
    return Decimal(text.replace(",", "."))


def cell(origin):
    """Return what stands at an origin, as `2023/table.csv#l37:c3`."""
    name, line, column = re.fullmatch(r"(.+)#l(\d+):c(\d+)", origin).groups()
    with (store.RAW / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[int(line) - 1][int(column) - 1]


def write_tables(folder, **rows):
    """Write invented tables; a table without rows is empty. Returns the folder."""
    store.write_all({name: store.frame(name, rows.get(name, [])) for name in store.SCHEMAS}, folder)
    return folder


@contextmanager
def tables_from(folder):
    """Let whatever reads without a folder read from this one, for fixtures of a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.PROCESSED_VARIABLE, str(folder))
        yield


PARAMETERS = 'year: int = 2021  # tahun\nregion: str = "00.00"  # kode'
ASKS = "from kukar_analysis import used\nused.note_table('index_scores', year, region)"
"""Stands for a cell that reads rows, without the second that reading takes."""


def write_notebook(folder, name, *cells, parameters=PARAMETERS, asks=ASKS):
    """Write a small notebook: a title, the parameters, a cell that reads rows, and these cells."""
    made = [v4.new_markdown_cell("# Judul", id="judul")]
    made.append(v4.new_code_cell(parameters, id="p", metadata={"tags": ["parameters"]}))
    cells = [asks, *cells] if asks else cells
    made += [v4.new_code_cell(source, id=f"c{i}") for i, source in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
    return path


def notebook(*cells):
    """Return a notebook of these code cells."""
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
