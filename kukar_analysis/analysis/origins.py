"""From a figure back to the cells it came from, and what stands in them now.

The raw files are read again by the readers of `kukar clean`, lists, workbooks and letters alike.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from kukar_analysis import framework, paths, places, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import known_year, tidy
from kukar_analysis.errors import SourceError, UsageError
from kukar_analysis.read import READERS
from kukar_analysis.read.source import Record, SourceList

SAMPLE = paths.ROOT / "data" / "sample"
_WHOLE = {"index": "Indeks", "improvement": "Peningkatan", "rank": "Peringkat"}
_TABLES = ("index_scores", "component_scores", "question_scores", "official_statistics")
_TRACED = "role name table year region value origin file place heading raw state"


def trace(year: int, region: str, figure: str, *, raw: Path | None = None) -> pd.DataFrame:
    """Return the cells that a figure came from, with what stands in them now (raw).

    `figure` is index, improvement, rank, a component, pillar, question or statistic. role: stated,
    or part of it. state: found, changed (since it was cleaned), no_file, unreadable, no_cell.
    """
    code, year = framework.load().region(region).region, known_year(year)
    folder = raw or (SAMPLE if store.is_sample() else paths.RAW)
    found = pd.concat([*_figure(year, code, figure)], ignore_index=True)
    cells = [_again(o, c.split(), folder) for o, c in found[["origin", "columns"]].values]
    names = ["origin", "file", "place", "heading", "raw", "state"]
    again = pd.DataFrame(cells, found.index, names)
    return tidy(found.drop(columns="origin").join(again), _TRACED, role="str", table="str")


def figures(year: int, region: str) -> dict[str, str]:
    """Return what can be traced of a region in a year, by id: its name in Indonesian."""
    fw = framework.load()
    code, year = fw.region(region).region, known_year(year)
    named = _WHOLE | {c.component: f"Komponen {c.name}" for c in fw.components.values()}
    named |= {p.pillar: f"Pilar {p.name}" for p in fw.pillars.values()}
    known = {id_: name for id_, name in named.items() if any(map(len, _figure(year, code, id_)))}
    asked, stated = (store.read(table, year=year, region=code) for table in _TABLES[2:])
    known |= {question: f"Butir {_label(question)}" for question in asked["question"]}
    return known | {s: f"Statistik {fw.statistics[s].name}" for s in stated["statistic"]}


def _figure(year: int, code: str, figure: str) -> Iterator[pd.DataFrame]:
    """Yield what states a figure, then what it is made from, and in which columns of a list."""
    fw = framework.load()
    index, components, questions, statistics = (
        store.read(table, year=year, region=code) for table in _TABLES
    )
    assessed, known = compare.assessed(year, code), compare.index_value(year, code).known
    if figure == "rank":
        every = compare.participants(year) if known == "printed" else index[:0]
        yield _cells(every, "index", "part").assign(name="Indeks " + every["region_name"])
    elif figure == "improvement":
        own = index.dropna(subset="improvement_published")
        before = store.read("component_scores", year=year - 1, region=code)
        yield _cells(own, "improvement", "stated")
        yield _cells(own, "index", "part")
        yield _cells(before[: None if len(own) else 0], "component", "part")
    elif figure == "index":
        later = store.read("index_scores", year=year + 1, region=code)
        for of in ("index", "improvement") if known == "implied" else ():
            yield _cells(later, of, "part")
        if known != "implied":
            yield _cells(index, "index", "stated")
            yield _cells(components, "component", "part")
    elif figure in {**fw.components, **fw.pillars}:
        of = "component" if figure in fw.components else "pillar"
        yield _cells(components[components["component"] == figure], "component", "stated")
        yield _cells(assessed[assessed[of] == figure], "question", "part")
    elif figure in fw.questions:
        yield _cells(questions[questions["question"] == figure], "question", "stated")
    elif figure in fw.statistics:
        yield _cells(statistics[statistics["statistic"] == figure], "statistic", "stated")
    else:
        words = [*_WHOLE, *fw.components, *fw.pillars]
        raise UsageError(
            f"figure {figure!r} is not known; known: {', '.join(words)}, and the ids of questions"
            " and statistics (definitions/questions.csv, statistics.csv)"
        )


def _cells(found: pd.DataFrame, of: str, role: str) -> pd.DataFrame:
    names, year = framework.load().names, found["year"].astype("str")
    table, value, columns = "index_scores", f"{of}_published", of
    if of == "component":
        table, value, columns = "component_scores", "score", found[of] + " mean"
        said = found[of].map(names[of]) + " " + year
    elif of == "question":
        table, value, columns = "question_scores", "score", "score"
        who = ("mandiri, " + found["opd"]).fillna("mandiri")
        said = found[of].map(_label) + " (" + who.where(found["source"] == "self", "asesor") + ")"
    elif of == "statistic":
        table, value, columns = "official_statistics", "value", "value"
        said = found[of].map(names[of])
    else:
        said = f"{_WHOLE[of]} " + year
    return found.assign(name=said, table=table, role=role, value=found[value], columns=columns)


def _label(question: str) -> str:
    fw, asked = framework.load(), framework.load().questions[question]
    pillar = f" {fw.pillars[asked.pillar].name}" if asked.pillar else ""
    return f"{fw.components[asked.component].abbreviation}{pillar}: {asked.label}"


def _again(origin: str, columns: list[str], folder: Path) -> tuple[str | None, ...]:
    """Return origin, file, place, heading and text of a cell as the file has it now, and how."""
    file, state = places.file_of(origin), "no_cell"
    try:
        path = folder / file
        sha256, records = _read_again(path, file, paths.stamp([path]))
        for part, record in records.get(origin, []):
            for column in (c for c in columns if c in part.headings):
                origin, text = part.origin(record, column), str(record.cells.get(column, ""))
                cleaned = store.read("files").set_index("file")["sha256"]
                state = "found" if cleaned.get(file) == sha256 else "changed"
                return origin, file, places.within(origin), part.headings[column][0], text, state
    except FileNotFoundError:
        state = "no_file"
    except (OSError, SourceError):
        state = "unreadable"
    return origin, file, places.within(origin), None, None, state


@framework.kept(64)
def _read_again(
    path: Path, file: str, stamp: str
) -> tuple[str, dict[str, list[tuple[SourceList, Record]]]]:
    sha256, records = paths.sha256(path), defaultdict(list)
    for part in READERS[path.suffix.lower()](path, file).lists:
        for record in part.records:
            for origin in {part.origin(record, column) for column in (*part.headings, None)}:
                records[origin].append((part, record))
    return sha256, records
