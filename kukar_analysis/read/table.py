"""Reads lists saved as text: CSV and TXT, parted by semicolon, comma, tab or bar."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from kukar_analysis.read.headings import Grid, known_headings
from kukar_analysis.read.source import Reading, refusal

_DELIMITERS = ";,\t|"
_TITLES = 20  # lines in which the headings are looked for, to tell what parts the cells


def grids(path: Path, name: str, _: Reading) -> Iterator[Grid]:
    """Yield the list as a grid; `name` is its path under the raw folder.

    Raises OSError when it cannot be opened; SourceError when it is no text, empty or cut within a
    quoted cell.
    """
    text = _text(path.read_bytes(), name)
    lines = text.lstrip("\r\n").splitlines()[:_TITLES] or [""]
    heads = {d: max(known_headings(line.split(d)) for line in lines) for d in _DELIMITERS}
    # what parts the most known headings; of the first line where none does
    delimiter = max(_DELIMITERS, key=lambda d: (heads[d], lines[0].count(d)))
    rows, start = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise refusal("quotes", name, f"baris {start} ({error})") from error
    if not rows:
        raise refusal("empty_file", name)
    yield Grid(name, "text", rows, is_comma_parted=delimiter == ",")


def _text(data: bytes, name: str) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and len(data) % 2 == 0:
        return data.decode("utf-16", errors="replace")  # Excel's "Unicode text"
    for encoding in ("utf-8-sig", "cp1252") if b"\0" not in data else ():
        try:  # the second is Excel's plain "CSV" on Indonesian Windows
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refusal("not_text", name)
