"""The table schemas (schemas.csv), and the only reader and writer of data/processed."""

import csv
import hashlib
import json
from collections.abc import Callable
from functools import wraps
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from kukar_analysis import framework, paths
from kukar_analysis.errors import TableError, UsageError
from kukar_analysis.framework.facts import FIXED_NAMES, NOTE_KINDS

_TYPES: dict[str, Any] = {
    "text": pd.StringDtype(na_value=np.nan), "whole": "int64", "number": "float64",
    "yes_no": "bool",
}  # fmt: skip
_FIXED = {**FIXED_NAMES, "note_kind": NOTE_KINDS}
_F = TypeVar("_F", bound=Callable[..., Any])


def _schema(about: dict[str, str], *lines: dict[str, str]) -> Any:
    columns, key = {}, [line["column"] for line in lines if line["key"]] or None
    for line in lines:
        ends = (("low", pa.Check.ge), ("high", pa.Check.le))
        checks = [check(int(line[end])) for end, check in ends if line[end]]
        if among := line["among"]:
            checks.append(pa.Check.isin(_FIXED[among]) if among in _FIXED else _defined(among))
        kind, null, said = _TYPES[line["type"]], line["null"] == "yes", line["description"]
        column = pa.Column(kind, checks, nullable=null, description=said, metadata=line)
        columns[line["column"]] = column
    said = about["description"]
    return pa.DataFrameSchema(columns, description=said, unique=key, strict=True, ordered=True)


def _defined(name: str) -> pa.Check:
    said = f"defined in definitions/{name}.csv"
    return pa.Check(lambda values: values.isin([*getattr(framework.load(), name)]), error=said)


with Path(__file__).with_name("schemas.csv").open(encoding="utf-8", newline="") as _file:
    _tables = groupby(csv.DictReader(_file), key=lambda line: line["table"])
    SCHEMAS = {table: _schema(*lines) for table, lines in _tables}
"""The tables of data/processed. Names and columns are relied on from outside."""
MADE_FROM = "made_from.json"  # what a set of tables records of itself: fingerprints, `confirmed`


def frame(table: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as the table's frame: all its columns in order and type, missing cells null."""
    types = SCHEMAS[table].dtypes.items()
    return pd.DataFrame({n: pd.Series([r.get(n) for r in rows]).astype(t.type) for n, t in types})


def read(
    table: str, processed: Path | None = None, *, year: int | None = None, region: str | None = None
) -> pd.DataFrame:
    """Read a table of data/processed (README.md there): of a year or region only their rows.

    Raises TableError where it is not written yet, or was changed since and breaks its schema.
    """
    if table not in SCHEMAS:
        raise UsageError(f"table {table!r} is not known; known: {', '.join(SCHEMAS)}")
    paths.note_table(table, year, region)
    found = _newest(table, processed or paths.processed_dir())
    if year is not None:
        is_own = found["year"] == year if "year" in found else found["file"].str[:5] == f"{year}/"
        found = found[is_own]
    if region is not None:
        found = found[found["region"] == region]
    return found.copy()  # a shallow one would hand out its arrays


def kept(function: _F) -> _F:
    """Remember what a function derives from the tables as they stand, and from the definitions.

    A frame that it returns may be changed, as those of `read`; nothing else may.
    """
    derived = framework.kept(64)(lambda stamp, *args, **more: function(*args, **more))

    @wraps(function)
    def remembering(*args: Any, **more: Any) -> Any:
        found = derived(paths.stamp(paths.processed_dir().glob("*.parquet")), *args, **more)
        return found.copy() if isinstance(found, pd.DataFrame) else found

    return remembering  # type: ignore[return-value]


def _newest(table: str, processed: Path) -> pd.DataFrame:
    path = processed / f"{table}.parquet"
    if not path.exists():
        raise TableError(f"table {table} is not there yet ({path.name}): run `kukar clean`")
    return _read(table, path, paths.stamp([path]))


@framework.kept(32)
def _read(table: str, path: Path, stamp: str) -> pd.DataFrame:
    """Read a table as it stands there (`stamp`): an analysis asks for the same ones often."""
    try:
        found = pd.read_parquet(path, use_threads=False)  # in a new process threads cost more
    except (OSError, ValueError) as error:
        raise TableError(f"table {table} cannot be read ({error}): run `kukar clean`") from error
    record = paths.known(path.with_name(MADE_FROM))  # what is as it was written was checked then
    own = (record.get("program"), record.get("tables", {}).get(table))
    return found if own == (_first_program(), paths.sha256(path)) else validated(table, found)


def validated(table: str, found: pd.DataFrame) -> pd.DataFrame:
    """Return a table that fits its schema; TableError with its failures where it does not."""
    try:
        checked: pd.DataFrame = SCHEMAS[table].validate(found, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases[["column", "check", "failure_case", "index"]]
        said = [f"{c} {k}: {v!r} in row {i}" for c, k, v, i in cases.head(5).to_numpy()]
        raise TableError(f"table {table} has {len(cases)} faults: {'; '.join(said)}") from errors
    return checked


def is_sample() -> bool:
    """Whether the tables are of the invented office: its data never lies among real data."""
    names, known = ("index_scores", "question_scores", "programmes"), framework.load().regions
    regions = {r for name in names for r in _newest(name, paths.processed_dir())["region"].unique()}
    return any(known[region].is_sample for region in regions)


def write_all(
    tables: dict[str, pd.DataFrame], processed: Path, about: dict[str, Any] | None = None
) -> None:
    """Write the tables, none before all are checked (TableError); each appears whole or not at all.

    `about`: the raw folder, fingerprints of its files, and whether a SOURCES.csv confirmed them.
    """
    checked = {name: validated(name, table) for name, table in tables.items()}
    processed.mkdir(parents=True, exist_ok=True)
    record = {"tables": {}, **paths.known(processed / MADE_FROM), "program": program()}
    record |= about or {}
    for name, table in checked.items():
        path = processed / f"{name}.parquet"
        with paths.replacing(path) as temporary:
            temporary.touch(paths.OWN)
            table.to_parquet(temporary, index=False)
        record["tables"][name] = paths.sha256(path)
    paths.write(processed / MADE_FROM, json.dumps(record, indent=1))


def check_written(processed: Path) -> dict[str, Any]:
    """Return the record of tables; TableError where they, program or definitions changed since."""
    record = paths.known(processed / MADE_FROM)
    if not record and not any(processed.glob("*.parquet")):
        raise TableError(f"no tables are there yet ({processed.name}): run `kukar clean`")
    for name, sha256 in record.get("tables", {}).items():
        path = processed / f"{name}.parquet"
        if not path.exists() or paths.sha256(path) != sha256:
            raise TableError(f"table {name} is not as it was written: run `kukar clean` anew")
    if record.get("program") != program():
        raise TableError("the program or its definitions changed since: run `kukar clean` anew")
    return record


def program() -> str:
    """Return the fingerprint of all that makes tables: readers, rules and definitions."""
    package, digest = Path(__file__).parent, hashlib.sha256()
    parts = ("*.py", "*.csv", "framework/*.py", "read/**/*.py", "clean/*.py", "definitions/*.csv")
    for path in sorted(p for part in parts for p in package.glob(part)):
        digest.update(f"{path.relative_to(package).as_posix()} {paths.sha256(path)}\n".encode())
    return digest.hexdigest()


_first_program = framework.kept(1)(program)  # as when this process first read
