"""Where things lie, the table schemas, and the only reader and writer of data/processed.

The codebook (data/processed/README.md) is made from the schemas: `make docs`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from kukar_analysis import framework, used, writing
from kukar_analysis.errors import MissingTableError, TableError, UsageError
from kukar_analysis.framework.facts import DIGITAL_PARTS, NOTE_KINDS, PROGRAMME_STATUS, SOURCES
from kukar_analysis.paths import NOTEBOOKS as NOTEBOOKS
from kukar_analysis.paths import PROCESSED_VARIABLE as PROCESSED_VARIABLE
from kukar_analysis.paths import RAW as RAW
from kukar_analysis.paths import REPORTS as REPORTS
from kukar_analysis.paths import ROOT as ROOT
from kukar_analysis.paths import processed_dir as processed_dir

_TEXT = pd.StringDtype(na_value=np.nan)


def _defined(name: str) -> pa.Check:
    """Check for ids of definitions: of those on record when a table is checked."""

    def known(values: pd.Series) -> pd.Series:
        return values.isin(list(getattr(framework.load(), name)))

    return pa.Check(known, error=f"defined in definitions/{name}.csv")


def _text(description: str, among: Sequence[str] | str = (), *, null: bool = False) -> pa.Column:
    """Return a column of texts, of those in `among` only: a list, or the name of definitions."""
    check = _defined(among) if isinstance(among, str) else pa.Check.isin(among)
    return pa.Column(_TEXT, [check] if among else [], nullable=null, description=description)


def _whole(description: str, least: int = 0) -> pa.Column:
    return pa.Column("int64", pa.Check.ge(least), description=description)


def _number(
    description: str, low: float | None = None, high: float | None = None, *, null: bool = True
) -> pa.Column:
    checks = [pa.Check.ge(low)] if low is not None else []
    checks += [pa.Check.le(high)] if high is not None else []
    return pa.Column("float64", checks, nullable=null, description=description)


def _yes_no(description: str) -> pa.Column:
    return pa.Column("bool", description=description)


_COLUMNS: dict[str, pa.Column] = {
    "year": _whole("evaluation year", 2000),
    "region": _text("Kemendagri code, as 64.02", "regions"),
    "edition": _text("rules of the year and group", "editions"),
    "component": _text("what the index weighs", "components"),
    "pillar": _text("one of the six pillars", "pillars"),
    "any_pillar": _text("pillar; null = of none", "pillars", null=True),
    "sub_dimension": _text("part of a pillar, where one is printed", "sub_dimensions", null=True),
    "opd": _text("agency, by its short name", "opd", null=True),
    "score": _number("score, 0 to 4, two decimals; null = not stated", 0, 4),
    "origin": _text("file and cell it came from: `2023/table.csv#l37:c3`"),
    "any_edition": _text("rules; null = not known yet", "editions", null=True),
    "source": _text("who scored", SOURCES),
    "question": _text("lasting id of the question", "questions"),
    "answer": _text("the answer as given", null=True),
    "evidence": _text("data dukung", null=True),
    "remark": _text("remark", null=True),
    "region_name": _text("name of the region"),
    "participated": _yes_no("took part; false = printed as 0 in every column"),
    "index_published": _number("final as printed, 0 to 4", 0, 4),
    "improvement_published": _number("index minus last year's; null = '-'", -4, 4),
    "text": _text("the note"),
    "respondent": _text("keyed hash of who answered", null=True),
    "statement": _whole("number of the statement within the pillar's form", 1),
    "programme": _text("name"),
    "is_quick_win": _yes_no("named as a quick win"),
    "digital_part": _text("part of the digital transformation", DIGITAL_PARTS, null=True),
    "status": _text("progress", PROGRAMME_STATUS, null=True),
    "target": _number("target"),
    "realisation": _number("realisation, in the target's unit"),
    "budget": _number("budget, rupiah", 0),
    "users": _number("users", 0),
    "likelihood": _number("risk likelihood, 1 to 3", 1, 3),
    "impact": _number("risk impact, 1 to 3", 1, 3),
    "aspect": _text("aspect", "aspects"),
    "agencies": _whole("number of agencies the line stands for", 1),
    "statistic": _text("id of the statistic", "statistics"),
    "unit_of_measure": _text("unit of measure"),
    "citation": _text("source", "citations"),
    "file": _text("file under the raw folder"),
    "column": _text("heading of the cell, where it is one cell", null=True),
    "rule": _text("rule that it breaks", "rules"),
    "reason": _text("what was expected, and what to do"),
    "sha256": _text("fingerprint of the file; null = unreadable", null=True),
    "rows_read": _whole("records found"),
    "rows_kept": _whole("records whose rows are in a table"),
    "rows_rejected": _whole("records in `rejected`"),
    "rows_duplicate": _whole("records that say again what another says"),
}
"""Columns that mean the same in every table that has them."""


def _table(description: str, key: str, columns: str, **own: pa.Column) -> Any:
    """Return a schema: `columns` are of `_COLUMNS`, but where the table has its own."""
    found = {name.removeprefix("any_"): own.get(name) or _COLUMNS[name] for name in columns.split()}
    return pa.DataFrameSchema(
        found, description=description, unique=key.split() or None, strict=True, ordered=True
    )


SCHEMAS: dict[str, Any] = {
    "question_scores": _table(
        "One score of one question; null = asked, but no score given. An office's own answer stands"
        " once for each agency that was asked.",
        "year region source question opd",
        "year region any_edition source question component any_pillar sub_dimension opd answer"
        " score evidence remark origin",
    ),
    "component_scores": _table(
        "One published component score of one region. No row = the component does not apply to"
        " the group; null = the region did not take part, or the print states nothing.",
        "year region component",
        "year region edition component score origin",
    ),
    "index_scores": _table(
        "One region's line in a national table.",
        "year region",
        "year region region_name edition participated index_published improvement_published origin",
    ),
    "assessor_notes": _table(
        "One note of the assessors. Who wrote it is not stored.",
        "origin",
        "year region kind any_pillar text origin",
        kind=_text("what it is about", NOTE_KINDS),
    ),
    "survey_responses": _table(
        "One answer of one respondent to one statement; null = left blank. Who answered is a keyed"
        " hash; null = the export names nobody.",
        "origin",
        "year region any_pillar sub_dimension programme respondent statement answer origin",
        programme=_text("service or quick win asked about", null=True),
        answer=_number("answer, 0 to 4", 0, 4),
    ),
    "programmes": _table(
        "One programme or quick win.",
        "year region pillar programme",
        "year region pillar sub_dimension opd programme is_quick_win digital_part status target"
        " realisation budget users likelihood impact origin",
    ),
    "quick_win_aspects": _table(
        "One score of a quick win on one of its ten aspects.",
        "year region programme aspect",
        "year region programme aspect score origin",
    ),
    "pillar_agencies": _table(
        "Agencies that carry a pillar: named ones, or only how many.",
        "year region pillar opd",
        "year region pillar opd agencies origin",
        opd=_text("agency; null = only a number is known", "opd", null=True),
    ),
    "official_statistics": _table(
        "One value of one official or press statistic.",
        "year region statistic",
        "year region statistic value unit_of_measure citation origin",
        value=_number("value", null=False),
    ),
    "rejected": _table(
        "One reason why a record was not kept; a record may have several. Files, and parts of"
        " files, that could not be read stand here too, with the file as their origin.",
        "",
        "file origin column value rule reason",
        value=_text("what stands there", null=True),
    ),
    "files": _table(
        "One raw file and what became of its records: read = kept + rejected + duplicate."
        " A record is a line of a list; in the kind `unread` nothing could be counted.",
        "file",
        "file kind sha256 rows_read rows_kept rows_rejected rows_duplicate",
        kind=_text("what it was read as"),
    ),
}
"""The tables of data/processed. Names and columns are relied on from outside."""


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as the table's frame: all its columns in order and type, missing cells null.

    Values are checked when the table is written.
    """
    types = {name: column.dtype.type for name, column in SCHEMAS[table].columns.items()}
    cells = {
        name: pd.Series([row.get(name) for row in rows]).astype(t) for name, t in types.items()
    }
    return pd.DataFrame(cells)


def read(
    table: str,
    processed: Path | None = None,
    *,
    year: int | None = None,
    region: str | None = None,
) -> pd.DataFrame:
    """Read a table of data/processed. Columns and meaning: data/processed/README.md.

    With `year` and `region` only their rows; in files and rejected those of the year's folder.
    Raises MissingTableError when `kukar clean` has not written it, TableError when it does not
    fit its schema.
    """
    if table not in SCHEMAS:
        raise UsageError(f"table {table!r} is not known; known: {', '.join(SCHEMAS)}")
    used.note_table(table, year, region)
    found = _newest(table, processed or processed_dir())
    if year is not None:
        by_file = "year" not in found
        found = found[
            found["file"].str.startswith(f"{year}/") if by_file else found["year"] == year
        ]
    if region is not None:
        found = found[found["region"] == region]
    # pandas copies on write, so a shallow copy keeps callers from changing each other's tables
    return found.copy(deep=False)


def _newest(table: str, processed: Path) -> pd.DataFrame:
    path = processed / f"{table}.parquet"
    try:
        written = path.stat()
    except FileNotFoundError as error:
        said = f"table {table} is not there yet ({path.name}): run `kukar clean`"
        raise MissingTableError(said) from error
    return _read(table, path, written.st_mtime_ns, written.st_ino)


@framework.kept(32)
def _read(table: str, path: Path, mtime_ns: int, inode: int) -> pd.DataFrame:
    """Read a table as it was written at that time: an analysis asks for the same ones often."""
    try:
        found = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise TableError(f"table {table} cannot be read ({error}): run `kukar clean`") from error
    return validated(table, found)


def is_sample() -> bool:
    """Whether the tables are of the invented office: its data never lies among real data."""
    names = ("index_scores", "question_scores", "programmes")
    found = [_newest(name, processed_dir())["region"].unique() for name in names]
    regions = {region for part in found for region in part}
    return any(framework.load().regions[region].is_sample for region in regions)


MADE_FROM = "made_from.json"
"""What the set of tables records of itself: its own fingerprints, and those of what it is from."""


def write_all(
    tables: dict[str, pd.DataFrame],
    processed: Path,
    raw: Path | None = None,
    files: dict[str, str | None] | None = None,
    *,
    confirmed: bool = False,
) -> None:
    """Write the tables; each appears whole or not at all, and none before all are checked.

    `files` are the fingerprints of the raw files they are made from, `confirmed` whether there was
    a SOURCES.csv to compare them with. Raises TableError with every failure of a table at once
    where it does not fit its schema.
    """
    checked = {name: validated(name, table) for name, table in tables.items()}
    processed.mkdir(parents=True, exist_ok=True)
    finals = {name: processed / f"{name}.parquet" for name in checked}
    with ExitStack() as stack:
        places = {name: stack.enter_context(writing.staged(path)) for name, path in finals.items()}
        for name, temporary in places.items():
            temporary.touch(writing.OWN)
            checked[name].to_parquet(temporary, index=False)
        for name, temporary in places.items():
            temporary.replace(finals[name])
        known = made_from(processed)
        written = {name: writing.sha256(path) for name, path in finals.items()}
        record = known | {"tables": known.get("tables", {}) | written, "program": program()}
        if raw:  # tables that are written alone belong to what the others do
            record |= {"raw": str(raw.resolve()), "files": files, "confirmed": confirmed}
        writing.write(processed / MADE_FROM, json.dumps(record, indent=1))


def made_from(processed: Path) -> dict[str, Any]:
    """Return what a set of tables records of itself; empty where it records nothing readable."""
    return writing.known(processed / MADE_FROM)


def is_confirmed() -> bool:
    """Whether the raw files behind the tables were compared with a SOURCES.csv."""
    return made_from(processed_dir()).get("confirmed") is True


def check_written(processed: Path) -> dict[str, Any]:
    """Return the record of a set of tables that are as `kukar clean` wrote them.

    Raises TableError where one was changed since, or the program or definitions were.
    """
    record = made_from(processed)
    if not record and not any(processed.glob("*.parquet")):
        raise MissingTableError(f"no tables are there yet ({processed.name}): run `kukar clean`")
    for name, sha256 in record.get("tables", {}).items():
        path = processed / f"{name}.parquet"
        if not path.exists() or writing.sha256(path) != sha256:
            raise TableError(f"table {name} is not as it was written: run `kukar clean` anew")
    if record.get("program") != program():
        raise TableError(
            "the tables were made by another version of the program or its definitions:"
            " run `kukar clean` anew"
        )
    return record


def program() -> str:
    """Return the fingerprint of all that makes tables: readers, rules and definitions."""
    package = Path(__file__).parent
    parts = ("*.py", "framework/*.py", "read/**/*.py", "clean/*.py", "definitions/*.csv")
    digest = hashlib.sha256()
    for path in sorted(p for part in parts for p in package.glob(part)):
        digest.update(f"{path.relative_to(package).as_posix()} {writing.sha256(path)}\n".encode())
    return digest.hexdigest()


def validated(table: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return a table that fits its schema; TableError with its failures where it does not."""
    try:
        checked: pd.DataFrame = SCHEMAS[table].validate(found, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
        first = cases.head(5)[["column", "check", "failure_case", "index"]]
        listed = "; ".join(
            f"{c} {k}: {v!r} in row {i}" for c, k, v, i in first.itertuples(index=False)
        )
        raise TableError(f"table {table} has {len(cases)} faults: {listed}") from errors
    return checked
