"""Raw files to typed tables: every record is kept, rejected with its reasons, or a duplicate.

What cleaning may do: turn printed text into numbers, ids and nulls; apply the corrections on
record. What it may not: fill in, derive, choose between two claims, or drop anything unsaid.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from kukar_analysis import framework, store
from kukar_analysis.errors import SourceError, UsageError
from kukar_analysis.parse import Line, Rows, parse
from kukar_analysis.read import table

SOURCES = "SOURCES.csv"


@dataclass
class Cleaned:
    """What `clean` made. `problems` did not come out; `notes` are only worth knowing."""

    tables: dict[str, pd.DataFrame]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def clean(raw: Path, processed: Path) -> Cleaned:
    """Read every file of the year folders of `raw` and write the tables to `processed`.

    A file that cannot be read is named in `problems` and the others go on.
    """
    cleaned = Cleaned({})
    paths = _discover(raw, cleaned)
    sources = _sources(raw, cleaned)
    lines: list[Line] = []
    editions: dict[tuple[int, str], str] = {}
    files: dict[str, dict[str, Any]] = {}
    for name, path in paths.items():
        entry, found = _read(name, path, cleaned)
        files[name] = entry
        _compare_with_sources(entry, sources, cleaned)
        if found:
            year = int(name[:4])
            lines += [Line(found, record, year, editions) for record in found.records]
    for name in sorted(set(sources) - set(files)):
        cleaned.problems.append(f"{name}: {SOURCES} lists it, but it is not there")

    # National tables first: they tell to which edition a region belonged in a year.
    lines.sort(key=lambda line: line.file.kind != "national_table")
    parsed: dict[tuple[Any, ...], list[tuple[Line, Rows]]] = defaultdict(list)
    rejected: list[Line] = []
    for line in lines:
        rows = parse(line)
        if line.faults:
            rejected.append(line)
            continue
        first_table, first_row = rows[0]
        key = (first_table, *(first_row.get(k) for k in store.SCHEMAS[first_table].unique))
        parsed[key].append((line, rows))
        if first_table == "index_scores":
            editions[first_row["year"], first_row["region"]] = first_row["edition"]

    kept, duplicates = _settle(parsed, rejected)
    cleaned.tables = _tables(files, lines, kept, duplicates, rejected)
    _say(cleaned, rejected)
    store.write_all(cleaned.tables, processed)
    return cleaned


def _discover(raw: Path, cleaned: Cleaned) -> dict[str, Path]:
    """Return the files of the year folders, by their path under `raw`."""
    if not raw.is_dir():
        raise UsageError(f"{raw} is no folder; expected one with a folder a year, as {raw}/2023")
    years = sorted(p for p in raw.iterdir() if p.is_dir() and re.fullmatch(r"20\d\d", p.name))
    if not years:
        raise UsageError(f"{raw} has no year folder; expected folders as {raw}/2023")
    for path in sorted(set(raw.iterdir()) - set(years)):
        if not _is_hidden(Path(path.name)) and path.name != SOURCES:
            cleaned.problems.append(f"{path.name}: not read; move it into the folder of its year")
    paths = {
        path.relative_to(raw).as_posix(): path
        for year in years
        for path in sorted(year.rglob("*"))
        if not path.is_dir()
    }
    shown = {name: path for name, path in paths.items() if not _is_hidden(Path(name))}
    if len(shown) < len(paths):
        cleaned.notes.append(f"hidden files not read: {', '.join(sorted(set(paths) - set(shown)))}")
    if not shown:
        raise UsageError(f"{raw}: the year folders hold no file; nothing was written")
    return shown


def _is_hidden(path: Path) -> bool:
    """Whether a file is the system's or Excel's own (`~$…` while a workbook is open)."""
    return any(part.startswith((".", "~$")) for part in path.parts)


def _sources(raw: Path, cleaned: Cleaned) -> dict[str, str]:
    """Return sha256 by file from SOURCES.csv; empty where there is none."""
    path = raw / SOURCES
    if not path.exists():
        cleaned.notes.append(f"no {SOURCES}: where the files came from is not recorded")
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row["file"]: row["sha256"] for row in csv.DictReader(file, strict=True)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        cleaned.problems.append(f"{SOURCES}: cannot be read ({error})")
    except KeyError as error:
        cleaned.problems.append(f"{SOURCES}: has no column {error}; it needs file and sha256")
    return {}


def _read(name: str, path: Path, cleaned: Cleaned) -> tuple[dict[str, Any], table.TableFile | None]:
    """Read one file; what fails is named in `problems` and counted as kind `unread`."""
    entry = {"file": name, "kind": "unread", "sha256": None}
    try:
        with path.open("rb") as file:
            entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        if path.suffix.lower() not in table.SUFFIXES:
            known = ", ".join(table.SUFFIXES)
            raise SourceError(f"{name}: there is no reader for {path.suffix or 'it'}, only {known}")
        found = _corrected(table.read(path, name))
        entry["kind"] = found.kind
    except OSError as error:
        cleaned.problems.append(
            f"{name}: cannot be opened ({error.strerror}); check that it is a file you may read"
        )
        return entry, None
    except SourceError as error:
        cleaned.problems.append(str(error))
        return entry, None
    if found.unused:
        cleaned.notes.append(f"{name}: columns not used: {', '.join(found.unused)}")
    if not found.records:
        cleaned.problems.append(f"{name}: has headings but no lines")
    return entry, found


def _compare_with_sources(entry: dict[str, Any], sources: dict[str, str], cleaned: Cleaned) -> None:
    name, sha256 = entry["file"], entry["sha256"]
    if not sources or sha256 is None:
        return
    if name not in sources:
        cleaned.notes.append(f"{name}: read, but {SOURCES} has no line for it")
    elif sources[name] != sha256:
        cleaned.problems.append(
            f"{name}: differs from the sha256 in {SOURCES}; raw files are never edited: restore it,"
            " or record what was received anew"
        )


def _corrected(file: table.TableFile) -> table.TableFile:
    """Apply the corrections on record; one that fits nothing, or not any more, is an error."""
    for c in framework.load().corrections:
        if c.file != file.name:
            continue
        wanted = dict(part.split("=", 1) for part in c.record.split(";"))
        hits = [r for r in file.records if wanted.items() <= r.printed.items()]
        found = [r.printed.get(c.column) for r in hits]
        if found != [c.expect]:
            raise SourceError(
                f"{file.name}: the correction of {c.record} expects one line with {c.column}"
                f" {c.expect}, found {found or 'no line'}; not read. The source may have been"
                " mended: remove or update the line in definitions/corrections.csv"
            )
        (record,) = hits
        if c.action == "drop":
            mended = table.Record(record.line, record.cells, record.printed, f"dropped: {c.reason}")
        else:
            column = next(k for k, (head, _) in file.headings.items() if head == c.column)
            mended = table.Record(
                record.line, record.cells | {column: c.value or ""}, record.printed
            )
        file.records[file.records.index(record)] = mended
    return file


def _settle(
    parsed: dict[tuple[Any, ...], list[tuple[Line, Rows]]], rejected: list[Line]
) -> tuple[list[tuple[Line, Rows]], list[Line]]:
    """Part records that claim the same: said again is a duplicate, said otherwise is rejected.

    Of two contradicting claims neither is kept: which one is right is not known.
    """
    kept, duplicates = [], []
    for claims in parsed.values():
        contents = [[(t, {**row, "origin": None}) for t, row in rows] for _, rows in claims]
        if all(content == contents[0] for content in contents):
            kept.append(claims[0])
            duplicates += [line for line, _ in claims[1:]]
            continue
        for line, _ in claims:
            others = ", ".join(o.origin() for o, _ in claims if o is not line)
            line.fault("conflict", f"contradicts {others}; keep one, or add a correction")
            rejected.append(line)
    return kept, duplicates


def _tables(
    files: dict[str, dict[str, Any]],
    lines: list[Line],
    kept: list[tuple[Line, Rows]],
    duplicates: list[Line],
    rejected: list[Line],
) -> dict[str, pd.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in store.SCHEMAS}
    for _, found in kept:
        for name, row in found:
            rows[name].append(row)
    rows["rejected"] = [fault for line in rejected for fault in line.faults]
    counts = {
        "rows_read": Counter(line.file.name for line in lines),
        "rows_kept": Counter(line.file.name for line, _ in kept),
        "rows_rejected": Counter(line.file.name for line in rejected),
        "rows_duplicate": Counter(line.file.name for line in duplicates),
    }
    for name, entry in files.items():
        rows["files"].append(entry | {column: count[name] for column, count in counts.items()})
    return {name: store.frame(name, found) for name, found in rows.items()}


def _say(cleaned: Cleaned, rejected: list[Line]) -> None:
    """Add to the problems what was rejected, but for the corrections on record."""
    for line in rejected:
        for fault in line.faults:
            value = "(blank)" if fault["value"] is None else repr(fault["value"])
            what = f"{fault['column']} {value}: " if fault["column"] else ""
            said = f"{fault['origin']}: {what}{fault['reason']}"
            (cleaned.notes if fault["rule"] == "correction" else cleaned.problems).append(said)


def totals(cleaned: Cleaned) -> Iterator[str]:
    """Yield what `kukar clean` says at its end: files, records, and where each went."""
    files = cleaned.tables["files"]
    read, kept, rejected, twice = (
        int(files[f"rows_{what}"].sum()) for what in ("read", "kept", "rejected", "duplicate")
    )
    yield (
        f"{len(files)} files, {read} records read"
        f" = {kept} kept + {rejected} rejected + {twice} duplicate"
    )
    made = ", ".join(f"{name} {len(t)}" for name, t in cleaned.tables.items() if name != "files")
    yield f"rows written: {made}"
