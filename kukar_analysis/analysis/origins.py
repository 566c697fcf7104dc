"""From a figure back to the cells it came from, and what stands in them now.

The raw files are read again by the readers that `kukar clean` uses, so a cell is found where its
origin says, in a list as in a workbook or a letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from kukar_analysis import framework, places, store, writing
from kukar_analysis.analysis import compare
from kukar_analysis.errors import SourceError, UsageError
from kukar_analysis.read import READERS
from kukar_analysis.read.source import Record, SourceList

State = Literal["found", "changed", "no_file", "unreadable", "no_cell"]
"""found: read again. changed: read again, but the file is not the one that was cleaned.
no_file: not in the raw folder. unreadable: cannot be read any more. no_cell: holds no such cell."""
COLUMNS = ["role", "name", "table", "year", "region", "value", "origin", "file", "place"]
COLUMNS += ["heading", "raw", "state"]
SAMPLE = store.ROOT / "data" / "sample"
_WHOLE = {"index": "Indeks", "improvement": "Peningkatan", "rank": "Peringkat"}
_TABLES = ("index_scores", "component_scores", "question_scores", "official_statistics")
_Places = Mapping[str, list[tuple[SourceList, Record]]]
"""The records of a file by the origin of each of their cells."""


@dataclass(frozen=True)
class _Stated:
    """A value of a table. `columns` are those of a raw list in which it may stand."""

    role: Literal["stated", "part"]
    name: str
    table: str
    row: Any
    value: float
    columns: tuple[str, ...]


def trace(year: int, region: str, figure: str, *, raw: Path | None = None) -> pd.DataFrame:
    """Return the cells that a figure came from, with what stands in them now.

    `figure` is index, improvement, rank, a component, a pillar, a question or a statistic. Columns:
    role (stated: the cell states it; part: it is made from this one), name (in Indonesian), table,
    year, region, value (null = nothing stated), origin, file, place, heading, raw (text of the
    cell; null where it cannot be read), state (see State). Empty where the figure is not on record.
    Raises UsageError for a year, region or figure that is not known.
    """
    code, year = framework.load().region(region).region, _known_year(year)
    folder = raw or (SAMPLE if store.is_sample() else store.RAW)
    rows = []
    for each in _figure(year, code, figure):
        row = each.row
        cell = _again(row.origin, each.columns, folder)
        head = (each.role, each.name, each.table, row.year, row.region, each.value)
        rows.append((*head, *cell))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"value": "float64", "raw": "object"})


def figures(year: int, region: str) -> dict[str, str]:
    """Return what can be traced of a region in a year, by id: its name in Indonesian."""
    fw = framework.load()
    code, year = fw.region(region).region, _known_year(year)
    named = _WHOLE | {c.component: f"Komponen {c.name}" for c in fw.components.values()}
    named |= {p.pillar: f"Pilar {p.name}" for p in fw.pillars.values()}
    known = {id_: name for id_, name in named.items() if any(_figure(year, code, id_))}
    known |= {q: f"Butir {_label(q)}" for q in _rows("question_scores", year, code)["question"]}
    stated = _rows("official_statistics", year, code)["statistic"]
    return known | {s: f"Statistik {fw.statistics[s].name}" for s in stated}


def _known_year(year: int) -> int:
    """Return a year of which a table holds something; UsageError names those."""
    years = {int(y) for table in _TABLES for y in store.read(table)["year"].unique()}
    if str(year) not in map(str, years):
        raise UsageError(
            f"year {year!r} is in no table; known: {', '.join(map(str, sorted(years)))}"
        )
    return int(year)


def _figure(year: int, code: str, figure: str) -> Iterator[_Stated]:
    """Yield what states a figure, then what it is made from."""
    fw = framework.load()
    if figure in _WHOLE:
        yield from _whole(year, code, figure)
    elif figure in fw.components:
        yield from _components(year, code, "stated", figure)
        yield from _questions(year, code, "part", component=figure)
    elif figure in fw.pillars:
        yield from _questions(year, code, "part", pillar=figure)
    elif figure in fw.questions:
        yield from _questions(year, code, "stated", question=figure)
    elif figure in fw.statistics:
        for row in _rows("official_statistics", year, code, statistic=figure).itertuples():
            name = fw.statistics[figure].name
            yield _Stated("stated", name, "official_statistics", row, row.value, ("value",))
    else:
        known = [*_WHOLE, *fw.components, *fw.pillars]
        raise UsageError(
            f"figure {figure!r} is not known; known: {', '.join(known)}, and the ids of questions"
            " and statistics (definitions/questions.csv, statistics.csv)"
        )


def _whole(year: int, code: str, figure: str) -> Iterator[_Stated]:
    """Yield the index, its improvement or its rank, and what each is made from."""
    value = compare.index_value(year, code)
    if figure == "improvement":
        record = compare.index_record(year, code)
        if record is not None and pd.notna(record["improvement_published"]):
            yield from _national(year, code, "stated", "improvement")
            yield from _national(year, code, "part", "index")
            yield from _components(year - 1, code, "part")
    elif figure == "rank":
        everyone = compare.participants(year) if value.known == "printed" else pd.DataFrame()
        for row in everyone.itertuples():
            name = f"Indeks {row.region_name}"
            yield _Stated("part", name, "index_scores", row, row.index_published, ("index",))
    elif value.known == "implied":
        yield from _national(year + 1, code, "part", "index")
        yield from _national(year + 1, code, "part", "improvement")
    else:
        yield from _national(year, code, "stated", "index")
        yield from _components(year, code, "part")


def _national(
    year: int, code: str, role: Literal["stated", "part"], column: str
) -> Iterator[_Stated]:
    """Yield a value of the region's line in the national table."""
    for row in _rows("index_scores", year, code).itertuples():
        value = getattr(row, f"{column}_published")
        yield _Stated(role, f"{_WHOLE[column]} {year}", "index_scores", row, value, (column,))


def _components(
    year: int, code: str, role: Literal["stated", "part"], component: str | None = None
) -> Iterator[_Stated]:
    names = framework.load().components
    for row in _rows("component_scores", year, code, component=component).itertuples():
        columns = (row.component, "mean")
        name = f"{names[row.component].name} {year}"
        yield _Stated(role, name, "component_scores", row, row.score, columns)


def _questions(
    year: int, code: str, role: Literal["stated", "part"], **where: str
) -> Iterator[_Stated]:
    """Yield question scores; what a figure is made from are the assessors' alone."""
    found = _rows("question_scores", year, code, **where)
    if role == "part":
        found = found[found["source"] == "assessor"].dropna(subset="score")
    for row in found.itertuples():
        own = "mandiri" if pd.isna(row.opd) else f"mandiri, {row.opd}"
        who = "asesor" if row.source == "assessor" else own
        name = f"{_label(row.question)} ({who})"
        yield _Stated(role, name, "question_scores", row, row.score, ("score",))


def _label(question: str) -> str:
    fw = framework.load()
    asked = fw.questions[question]
    of = fw.components[asked.component].abbreviation
    of += f" {fw.pillars[asked.pillar].name}" if asked.pillar else ""
    return f"{of}: {asked.label}"


def _rows(table: str, year: int, code: str, **where: str | None) -> pd.DataFrame:
    found = store.read(table, year=year, region=code)
    for column, value in where.items():
        found = found if value is None else found[found[column] == value]
    return found


def _again(
    origin: str, columns: tuple[str, ...], folder: Path
) -> tuple[str, str, str, str | None, str | None, State]:
    """Return origin, file, place, heading and text of a cell as the file has it now, and how."""
    file, place = places.file_of(origin), places.within(origin)
    path = folder / file
    try:
        sha256, records = _read_again(path, file, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return origin, file, place, None, None, "no_file"
    except (OSError, SourceError):
        return origin, file, place, None, None, "unreadable"
    for part, record in records.get(origin, []):
        for column in columns:
            if column in part.headings:
                origin = part.origin(record, column)
                heading, text = part.headings[column][0], str(record.cells.get(column, ""))
                state: State = "found" if sha256 == _cleaned_as(file) else "changed"
                return origin, file, places.within(origin), heading, text, state
    return origin, file, place, None, None, "no_cell"


@framework.kept(64)
def _read_again(path: Path, file: str, mtime_ns: int) -> tuple[str, _Places]:
    """Return the fingerprint of a file as it is at that time, and its records by their places."""
    sha256 = writing.sha256(path)
    records: dict[str, list[tuple[SourceList, Record]]] = defaultdict(list)
    for part in READERS[path.suffix.lower()](path, file).lists:
        for record in part.records:
            for origin in {part.origin(record, column) for column in (*part.headings, None)}:
                records[origin].append((part, record))
    return sha256, records


def _cleaned_as(file: str) -> str | None:
    """Return the fingerprint of a file when it was cleaned."""
    found = store.read("files")
    found = found.loc[found["file"] == file, "sha256"]
    return None if found.empty else found.iloc[0]
