"""Proves the rows of scanned national tables: what does not prove itself is not kept.

A row is kept only where two readings say the same, its components give its final by its edition's
rule, its number runs on, its region is known, and no cell that was left blank holds ink. Whatever
else is said with a picture of its line.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from kukar_analysis import framework
from kukar_analysis.read import sums
from kukar_analysis.read.letter import national
from kukar_analysis.read.letter.national import National
from kukar_analysis.read.letter.pages import PageLine
from kukar_analysis.read.letter.parts import NUMBER, Head

DPI = 250  # of the pictures
_DARK = 0.6  # of the paper's light: what is darker is ink
_DASH = 0.35  # heights of a word that the ink of a dash is high at most


def proven(
    first: Sequence[National],
    second: Sequence[National],
    images: Mapping[int, Image.Image],
    name: str,
    year: int,
    own: Mapping[str, str],
) -> dict[str, bytes]:
    """Give the records of two readings' first what proves them, or their faults.

    `images` are the pages, `own` what the rest of the letter says of its region. Returns the
    pictures of lines at fault, by the name that the fault says.
    """
    others = [(row.line, r.cells) for t in second for row, r in zip(t.rows, t.records, strict=True)]
    pictures: dict[str, bytes] = {}
    for table in first:
        faults: list[list[str]] = []
        for i, (row, record) in enumerate(zip(table.rows, table.records, strict=True)):
            line, near = row.line, row.line.height / 2
            again = [
                cells
                for other, cells in others
                if other.page == line.page and abs(other.middle - line.middle) < near
            ]
            cells, said = agreed(record.cells, again[0] if len(again) == 1 else {})
            table.records[i] = replace(record, cells=cells, is_scanned=True)
            blank = [head for head in row.heads if head.column and not cells[head.column]]
            inked = [h.text for h in blank if _has_ink(images[line.page], h, line)]
            said += [f"di bawah {text} ada yang tercetak tetapi tidak terbaca" for text in inked]
            faults.append([*said, *([row.fault] if row.fault else []), *unproven(cells, year, own)])
        _numbered(table, faults)
        sure = (r.cells for r, said in zip(table.records, faults, strict=True) if not said)
        is_sure = any(national.differences(c, national.rules_of(c, year)) == [] for c in sure)
        if table.guess and not is_sure:
            faults = [[*said, f"judul kolom {table.guess} tidak dikenal"] for said in faults]
        for i, said in enumerate(faults):
            if said:
                record, line = table.records[i], table.rows[i].line
                file = f"{name.replace('/', '-')}-p{record.part}-r{record.row}.png"
                pictures[file] = _picture(images[line.page], line)
                fault = (
                    f"hasil pindaian tidak terbukti: {', '.join(said)}; lihat gambar scan/{file},"
                    f" lalu ketik barisnya ke formulir `kukar template letter {year}`"
                )
                table.records[i] = replace(record, fault=fault)
    return pictures


def _numbered(table: National, faults: list[list[str]]) -> None:
    """Add a fault where a running number has no neighbour; such a number is not taken."""
    numbers = [0, *(national.number(record.cells) for record in table.records), None]
    for i, (record, said) in enumerate(zip(table.records, faults, strict=True)):
        before, own, after = numbers[i : i + 3]
        if own is None or (before != own - 1 and after != own + 1):
            said.append(f"nomor urut {record.cells.get('number', '')!r} tidak bersambung")
            table.records[i] = replace(record, cells={**record.cells, "number": ""})


def agreed(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what two readings of a row say together, and where they differ."""
    cells = {column: text or other.get(column, "") for column, text in one.items()}
    faults = [] if other else ["barisnya terbaca satu kali saja"]
    for column, text in one.items():
        said = other.get(column, "")
        if column in national.TEXTS:
            differs = framework.normalise(text) != framework.normalise(said)
        else:
            differs = column != "number" and sums.unequal(text, said)  # its neighbours prove it
        if text and said and differs:
            faults.append(f"{column} terbaca {text} dan {said}")
    return cells, faults


def unproven(cells: Mapping[str, str], year: int, own: Mapping[str, str]) -> list[str]:
    """Return what is not certain of a row: its region, its rules, or its figures by them.

    `own` is what is known of a region by columns.
    """
    fw = framework.load()
    rules = national.rules_of(cells, year)
    regions = fw.match("region", cells.get("region", ""))
    if len(regions) != 1:
        return [f"daerah {cells.get('region', '')!r} tidak dikenal"]
    if rules not in fw.weights:
        return [f"kelompok {cells.get('group', '')!r} tidak dikenal"]
    figures = {c: cells.get(c, "") for c in (*fw.weights[rules], "index")}
    missing = [c for c, text in figures.items() if not NUMBER.fullmatch(text)]
    if missing:
        return [f"{', '.join(missing)} tidak terbaca"]
    means = {c: text for c, text in figures.items() if c != "index"}
    return sums.differences(rules, {}, means, figures["index"]) + [
        f"{column} di bagian lain surat ini {own[column]}"
        for column in own.keys() & figures.keys()
        if regions == [own["region"]] and sums.unequal(own[column], figures[column])
    ]


def _place(line: PageLine, heights: float) -> tuple[int, int]:
    """Return the top and bottom of a line in the picture, so many heights from its middle."""
    ends = (line.middle - heights * line.height, line.middle + heights * line.height)
    return int(ends[0] * DPI / 72), int(ends[1] * DPI / 72)


def _has_ink(image: Image.Image, head: Head, line: PageLine) -> bool:
    """Return whether more than a dash or a ruled line is printed under a heading."""
    top, bottom = _place(line, 0.4)
    left, right = (int(x * DPI / 72) for x in (head.x0, head.x1))
    cell = np.asarray(image.convert("L").crop((left, top, right, bottom)))
    dark = cell < _DARK * np.median(cell)
    dark = dark[:, dark.mean(0) < 0.9]
    rows = np.flatnonzero(dark.any(1))
    return bool(len(rows) and np.ptp(rows) > _DASH * line.height * DPI / 72)


def _picture(image: Image.Image, line: PageLine) -> bytes:
    top, bottom = _place(line, 1.2)
    cut = image.crop((0, max(0, top), image.width, bottom))
    held = io.BytesIO()
    cut.save(held, "PNG")
    return held.getvalue()
