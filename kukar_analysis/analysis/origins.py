"""From a figure back to the cells it came from, and what stands in them now.

The raw files are read again by the readers of `kukar clean`, lists, workbooks and letters alike.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pandas as pd

from kukar_analysis import framework, places, store, writing
from kukar_analysis.analysis import compare
from kukar_analysis.errors import SourceError, UsageError
from kukar_analysis.read import READERS
from kukar_analysis.read.source import Record, SourceList

COLUMNS = ["role", "name", "table", "year", "region", "value", "origin", "file", "place"]
COLUMNS += ["heading", "raw", "state"]
SAMPLE = store.ROOT / "data" / "sample"
_WHOLE = {"index": "Indeks", "improvement": "Peningkatan", "rank": "Peringkat"}
_TABLES = ("index_scores", "component_scores", "question_scores", "official_statistics")


def trace(year: int, region: str, figure: str, *, raw: Path | None = None) -> pd.DataFrame:
    """Return the cells that a figure came from, with what stands in them now.

    `figure` is index, improvement, rank, a component, pillar, question or statistic. role: stated,
    or part (it is made from this one). raw: text of the cell. state: found; changed (the file is
    not the one that was cleaned); no_file, unreadable, no_cell. Raises UsageError for an unknown
    word.
    """
    code, year = framework.load().region(region).region, _known_year(year)
    folder = raw or (SAMPLE if store.is_sample() else store.RAW)
    found = _figure(year, code, figure)
    cells = [
        _again(origin, columns.split(), folder)
        for origin, columns in found[["origin", "columns"]].values
    ]
    again = pd.DataFrame(cells, found.index, ["origin", "file", "place", "heading", "raw", "state"])
    made = found.drop(columns="origin").join(again)[COLUMNS]
    return made.astype({"value": "float64", "raw": "object"}).reset_index(drop=True)


def figures(year: int, region: str) -> dict[str, str]:
    """Return what can be traced of a region in a year, by id: its name in Indonesian."""
    fw = framework.load()
    code, year = fw.region(region).region, _known_year(year)
    named = _WHOLE | {c.component: f"Komponen {c.name}" for c in fw.components.values()}
    named |= {p.pillar: f"Pilar {p.name}" for p in fw.pillars.values()}
    known = {id_: name for id_, name in named.items() if len(_figure(year, code, id_))}
    asked, stated = (store.read(table, year=year, region=code) for table in _TABLES[2:])
    known |= {question: f"Butir {_label(question)}" for question in asked["question"]}
    return known | {s: f"Statistik {fw.statistics[s].name}" for s in stated["statistic"]}


def _known_year(year: int) -> int:
    years = sorted({int(y) for table in _TABLES for y in store.read(table)["year"].unique()})
    if str(year) not in map(str, years):
        raise UsageError(f"year {year!r} is in no table; known: {', '.join(map(str, years))}")
    return int(year)


def _figure(year: int, code: str, figure: str) -> pd.DataFrame:
    """Return what states a figure, then what it is made from, and in which columns of a list."""
    fw = framework.load()
    if figure in _WHOLE:
        return _whole(year, code, figure)
    if figure in fw.components:
        stated, parts = _components(year, code, "stated"), _questions(year, code, "part")
        return pd.concat([stated, parts], ignore_index=True).query("component == @figure")
    if figure in fw.pillars:
        return _questions(year, code, "part").query("pillar == @figure")
    if figure in fw.questions:
        return _questions(year, code, "stated").query("question == @figure")
    if figure in fw.statistics:
        found = store.read("official_statistics", year=year, region=code)
        found = _stated(found, "official_statistics", "stated", "value", "value")
        return found.assign(name=fw.statistics[figure].name).query("statistic == @figure")
    known = [*_WHOLE, *fw.components, *fw.pillars]
    raise UsageError(
        f"figure {figure!r} is not known; known: {', '.join(known)}, and the ids of questions"
        " and statistics (definitions/questions.csv, statistics.csv)"
    )


def _whole(year: int, code: str, figure: str) -> pd.DataFrame:
    known = compare.index_value(year, code).known
    if figure == "rank":
        every = compare.participants(year)
        every = every if known == "printed" else every.iloc[:0]
        return _national(every, "part", "index").assign(name="Indeks " + every["region_name"])
    own = store.read("index_scores", year=year, region=code)
    if figure == "improvement":
        own = own.dropna(subset="improvement_published")
        parts = [_national(own, "stated", figure), _national(own, "part", "index")]
        parts += [_components(year - 1, code, "part")] if len(own) else []
    elif known == "implied":
        later = store.read("index_scores", year=year + 1, region=code)
        parts = [_national(later, "part", of) for of in ("index", "improvement")]
    else:
        parts = [_national(own, "stated", "index"), _components(year, code, "part")]
    return pd.concat(parts, ignore_index=True)


def _stated(
    found: pd.DataFrame, table: str, role: str, value: str, columns: str | pd.Series
) -> pd.DataFrame:
    return found.assign(table=table, role=role, value=found[value], columns=columns)


def _national(found: pd.DataFrame, role: str, column: str) -> pd.DataFrame:
    names = f"{_WHOLE[column]} " + found["year"].astype("str")
    return _stated(found.assign(name=names), "index_scores", role, f"{column}_published", column)


def _components(year: int, code: str, role: str) -> pd.DataFrame:
    found = store.read("component_scores", year=year, region=code)
    names = found["component"].map(framework.load().names["component"]) + f" {year}"
    columns = found["component"] + " mean"
    return _stated(found.assign(name=names), "component_scores", role, "score", columns)


def _questions(year: int, code: str, role: str) -> pd.DataFrame:
    """Return question scores; what a figure is made from are the assessors' alone."""
    found = store.read("question_scores", year=year, region=code)
    found = compare.assessed(year, code) if role == "part" else found
    who = ("mandiri, " + found["opd"]).fillna("mandiri").where(found["source"] == "self", "asesor")
    names = found["question"].map(_label) + " (" + who + ")"
    return _stated(found.assign(name=names), "question_scores", role, "score", "score")


def _label(question: str) -> str:
    fw, asked = framework.load(), framework.load().questions[question]
    pillar = f" {fw.pillars[asked.pillar].name}" if asked.pillar else ""
    return f"{fw.components[asked.component].abbreviation}{pillar}: {asked.label}"


def _again(origin: str, columns: list[str], folder: Path) -> tuple[str | None, ...]:
    """Return origin, file, place, heading and text of a cell as the file has it now, and how."""
    file, place = places.file_of(origin), places.within(origin)
    path, unread = folder / file, (origin, file, place, None, None)
    try:
        sha256, records = _read_again(path, file, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return (*unread, "no_file")
    except (OSError, SourceError):
        return (*unread, "unreadable")
    for part, record in records.get(origin, []):
        for column in columns:
            if column in part.headings:
                origin, text = part.origin(record, column), str(record.cells.get(column, ""))
                cleaned = store.read("files").set_index("file")["sha256"]
                state = "found" if cleaned.get(file) == sha256 else "changed"
                return origin, file, places.within(origin), part.headings[column][0], text, state
    return (*unread, "no_cell")


@framework.kept(64)
def _read_again(
    path: Path, file: str, mtime_ns: int
) -> tuple[str, dict[str, list[tuple[SourceList, Record]]]]:
    """Return the fingerprint of a file as it is at that time, and its records by their places."""
    sha256, records = writing.sha256(path), defaultdict(list)
    for part in READERS[path.suffix.lower()](path, file).lists:
        for record in part.records:
            for origin in {part.origin(record, column) for column in (*part.headings, None)}:
                records[origin].append((part, record))
    return sha256, records
