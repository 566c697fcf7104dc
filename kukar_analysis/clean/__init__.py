"""Raw files to typed tables: every record is kept, rejected with its reasons, or a duplicate.

What cleaning may do: turn printed text into numbers, ids and nulls; apply the corrections on
record. What it may not: fill in, derive, choose between two claims, or drop anything unsaid.
"""

from __future__ import annotations

import gc
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from kukar_analysis import framework, respondents, score, store, writing
from kukar_analysis.clean import received
from kukar_analysis.clean.claims import Parsed, Settled, settle
from kukar_analysis.clean.received import SOURCES
from kukar_analysis.clean.records import Line, Rows, parse
from kukar_analysis.errors import SourceError, TableError, UnfinishedError, own_fault
from kukar_analysis.read import READERS
from kukar_analysis.read.source import SourceList

_UNFIT = (TableError, ValueError, TypeError, OverflowError)
"""Errors of rows that fit no table, a fault of the program."""
_COUNTS = ("rows_read", "rows_kept", "rows_rejected", "rows_duplicate")
_Files = dict[str, dict[str, Any]]
"""Rows of the table `files` without their counts, by file."""


@dataclass
class Cleaned:
    """What `clean` made. `problems` did not come out; `notes` are only worth knowing."""

    tables: dict[str, pd.DataFrame]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    """Lines of scanned pages to be typed in, by file name below `scan/`."""
    unread: list[dict[str, Any]] = field(default_factory=list)
    """Rows of `rejected` for files, or parts of them, that could not be read."""

    def not_read(self, file: str, rule: str, message: str) -> None:
        """Name what could not be read, in the problems and in the table `rejected`."""
        self.problems.append(message)
        place, _, reason = message.removeprefix(file).partition(": ")
        sheet = place.removeprefix(" sheet ").strip("'") if " sheet " in place else ""
        origin = f"{file}#{sheet}" if sheet else file
        self.unread.append({"file": file, "origin": origin, "rule": rule, "reason": reason})


def clean(raw: Path, processed: Path) -> Cleaned:
    """Read every file of the year folders of `raw` and write the tables to `processed`.

    A file that cannot be read is named in `problems` and the others go on, whatever the error.
    Raises UsageError when the folder holds nothing to read.
    """
    gc.freeze()  # what is loaded by now is no garbage; looking through it is a tenth of the time
    had_key = respondents.key_path().exists()
    arrived = received.look(raw)
    # one list for both, so that things are said in the order they are found
    cleaned = Cleaned({}, arrived.problems, arrived.notes)
    files: _Files = {}
    lines: list[Line] = []
    twins: list[Line] = []  # respondents without a name, in a file that is another's copy
    editions: dict[tuple[int, str], str] = {}
    contents = set()
    for name, (entry, lists) in _read_all(arrived, cleaned).items():
        files[name], year = entry, int(name[:4])
        is_copy = (year, entry["sha256"]) in contents
        for part in lists:
            contents.add((year, entry["sha256"]))
            own = twins if is_copy and part.kind == "survey" else lines
            own += [Line(part, record, year, editions) for record in part.records]
    for name, path in received.mappings(raw).items():
        files[name] = {"file": name, "kind": "mapping", "sha256": writing.sha256(path)}
    for name in sorted(arrived.sha256.keys() - arrived.paths.keys()):
        cleaned.problems.append(f"{name}: {SOURCES} lists it, but it is not there")
    # National tables first: they tell to which edition a region belonged in a year.
    lines.sort(key=lambda line: line.file.kind != "national_table")
    parsed, rejected = _parsed(lines, editions)
    parsed, unproven = _proven(parsed, editions)
    rejected += unproven
    settled = settle(parsed, arrived.last_words())
    settled.rejected += rejected
    settled.duplicates += twins
    _say_twice(cleaned, files, settled.duplicates)

    def write() -> None:
        cleaned.tables = _tables(files, lines + twins, settled, cleaned.unread)
        made_from = {name: entry["sha256"] for name, entry in files.items()}
        confirmed = bool(arrived.sha256)
        store.write_all(cleaned.tables, processed, raw, made_from, confirmed=confirmed)

    try:
        write()
    except _UNFIT:
        _leave_out_unfit(settled)
        write()
    shutil.rmtree(processed / "scan", ignore_errors=True)
    for file, picture in cleaned.pictures.items():
        writing.write(processed / "scan" / file, picture, writing.OWN)
    _say(cleaned, settled.rejected, lines)
    _not_mixed(cleaned)
    if not had_key and cleaned.tables["survey_responses"]["respondent"].notna().any():
        cleaned.notes.append(
            f"a new key for respondents was made ({respondents.key_path()}): their hashes match"
            " none of an earlier key; keep the file"
        )
    return cleaned


def _read_all(
    arrived: received.Received, cleaned: Cleaned
) -> dict[str, tuple[dict[str, Any], list[SourceList]]]:
    """Read every file; one that changes meanwhile is still being written, and waits."""
    before = {name: _state(path) for name, path in arrived.paths.items()}
    read = {name: _read(name, path, arrived, cleaned) for name, path in arrived.paths.items()}
    for name, path in arrived.paths.items():
        if _state(path) != before[name]:
            said = f"{name}: is still being written, nothing of it is kept: it waits for the next"
            cleaned.not_read(name, "unfinished", f"{said} run")
            read[name] = {"file": name, "kind": "unread", "sha256": None}, []
    return read


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file, which change while it is written; its age says nothing."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _read(
    name: str, path: Path, arrived: received.Received, cleaned: Cleaned
) -> tuple[dict[str, Any], list[SourceList]]:
    """Read one file; what fails is named in `problems` and counted as kind `unread`."""
    entry: dict[str, Any] = {"file": name, "kind": "unread", "sha256": None}
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"{name}: is no file; a folder or device stands where a file should")
        entry["sha256"] = writing.sha256(path)
        unlike = arrived.unlike(name, entry["sha256"])
        if unlike:
            cleaned.not_read(name, "unconfirmed", unlike)
            return entry, []
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            known = ", ".join(READERS)
            raise SourceError(f"{name}: there is no reader for {path.suffix or 'it'}, only {known}")
        found = reader(path, name)
        corrected = [_corrected(part) for part in found.lists]
    except Exception as error:
        rule, said = "unread", f"{name}: {own_fault(error)}"
        if isinstance(error, OSError):
            why = f"cannot be opened ({error.strerror}); check that it is a file you may read"
            said = f"{name}: {why}"
        elif isinstance(error, UnfinishedError):
            rule, said, entry["sha256"] = "unfinished", str(error), None
        elif isinstance(error, SourceError):
            said = str(error)
        cleaned.not_read(name, rule, said)
        return entry, []
    for problem in found.problems:
        cleaned.not_read(name, "unread_part", problem)
    gaps = missing_numbers(corrected)
    if gaps:
        said = f"nomor urut {', '.join(gaps)} tidak ada; lengkapi baris itu dari tabel asli"
        cleaned.not_read(name, "number_gap", f"{name}: {said}")
    cleaned.notes += found.notes
    cleaned.pictures |= found.pictures
    return entry | {"kind": found.kind}, corrected


def missing_numbers(lists: list[SourceList]) -> list[str]:
    """Return the running numbers that the national tables of a file lack, as `12 sampai 14`.

    Several tables may go on counting or begin anew: a number is lacking where more of them hold a
    higher one.
    """
    counts: Counter[int] = Counter()
    for found in lists:
        if found.kind == "national_table":
            cells = [record.cells.get("number", "") for record in found.records]
            counts.update({int(c.rstrip(".)")) for c in cells if re.fullmatch(r"\d{1,4}[.)]?", c)})
    most, lacking = 0, []
    for number in range(max(counts, default=0), 0, -1):
        most = max(most, counts[number])
        if counts[number] < most:
            lacking.append(number)
    runs = groupby(enumerate(reversed(lacking)), key=lambda of: of[1] - of[0])
    ends = [[number for _, number in run] for _, run in runs]
    return [f"{r[0]} sampai {r[-1]}" if len(r) > 1 else f"{r[0]}" for r in ends]


def _parsed(
    lines: list[Line], editions: dict[tuple[int, str], str]
) -> tuple[list[Parsed], list[Line]]:
    """Return records with their rows, and those rejected; `editions` learns what tables tell.

    An error that nobody foresaw rejects its record alone.
    """
    parsed, rejected = [], []
    for line in lines:
        rows: Rows = []
        try:
            rows = parse(line)
        except Exception as error:
            line.fault("unread", own_fault(error))
        if line.faults:
            rejected.append(line)
            continue
        parsed.append((line, rows))
        for written, row in rows:
            if written == "index_scores":
                editions[row["year"], row["region"]] = row["edition"]
    return parsed, rejected


def _proven(
    parsed: list[Parsed], editions: dict[tuple[int, str], str]
) -> tuple[list[Parsed], list[Line]]:
    """Part from the rest the scanned lines whose improvement is not that from last year's parts."""
    fw = framework.load()
    scores: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for name, row in (of for _, rows in parsed for of in rows):
        if name == "component_scores" and row["score"] is not None:
            scores[row["year"], row["region"]][row["component"]] = row["score"]
    kept, unproven = [], []
    for line, rows in parsed:
        row = rows[0][1]
        last = (row["year"] - 1, row["region"]) if line.record.is_scanned else (0, "")
        weights, base = fw.weights.get(editions.get(last, ""), {}), None
        if weights and weights.keys() <= scores[last].keys():
            base = fw.edition(row["edition"]).improvement_base
        if base and row["participated"]:
            before = score.weighted_sum(
                {c: scores[last][c] for c in weights}, editions[last], rounding=base
            )
            due = float(Decimal(str(row["index_published"])) - before)
            if row["improvement_published"] != due:
                said = f"hasil pindaian tidak terbukti: dari nilai {last[0]} seharusnya {due:.2f}"
                line.fault("cells", said, "improvement")
                unproven.append(line)
                continue
        kept.append((line, rows))
    return kept, unproven


def _corrected(file: SourceList) -> SourceList:
    """Apply the corrections on record; one that fits nothing, or not any more, is an error."""
    records = list(file.records)
    for c in framework.load().corrections:
        if c.file != file.name:
            continue
        wanted = dict(part.split("=", 1) for part in c.record.split(";"))
        hits = [i for i, r in enumerate(records) if wanted.items() <= file.printed(r).items()]
        found = [file.printed(records[i]).get(c.column) for i in hits]
        if found != [c.expect]:
            raise SourceError(
                f"{file.name}: the correction of {c.record} expects one line with {c.column}"
                f" {c.expect}, found {found or 'no line'}; not read. The source may have been"
                " mended: remove or update the line in definitions/corrections.csv"
            )
        own = records[hits[0]]
        column = next(k for k, (head, _) in file.headings.items() if head == c.column)
        records[hits[0]] = (
            replace(own, fault=f"dropped: {c.reason}")
            if c.action == "drop"
            else replace(own, cells={**own.cells, column: c.value or ""})
        )
    return replace(file, records=records)


def _tables(
    files: _Files, lines: list[Line], settled: Settled, unread: list[dict[str, Any]]
) -> dict[str, pd.DataFrame]:
    rows = _by_table(settled.kept)
    rows["rejected"] = unread + [fault for line in settled.rejected for fault in line.faults]
    ledger = lines, [line for line, _ in settled.kept], settled.rejected, settled.duplicates
    counts = [Counter(line.file.name for line in part) for part in ledger]
    for name, entry in files.items():
        counted = zip(_COUNTS, counts, strict=True)
        rows["files"].append(entry | {column: count[name] for column, count in counted})
    return {name: store.frame(name, found) for name, found in rows.items()}


def _by_table(kept: list[Parsed]) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in store.SCHEMAS}
    for _, found in kept:
        for name, row in found:
            rows[name].append(row)
    return rows


def _leave_out_unfit(settled: Settled) -> None:
    """Reject the records of the files whose rows fit no table, a fault of the program."""
    files: dict[str, list[Parsed]] = defaultdict(list)
    for line, rows in settled.kept:
        files[line.file.name].append((line, rows))
    settled.kept = []
    for own in files.values():
        try:
            for name, found in _by_table(own).items():
                store.validated(name, store.frame(name, found))
            settled.kept += own
        except _UNFIT as error:
            for line, _ in own:
                line.fault("unread", own_fault(error))
                settled.rejected.append(line)


def _say_twice(cleaned: Cleaned, files: _Files, duplicates: list[Line]) -> None:
    """Note the files that came twice, and the records that say again what others say."""
    first: dict[str, str] = {}
    same = set()
    for name, entry in files.items():
        earlier = first.setdefault(entry["sha256"] or name, name)
        if earlier != name:
            cleaned.notes.append(f"{name}: is the same file as {earlier}")
            same |= {name, earlier}
    for name, count in Counter(line.file.name for line in duplicates).items():
        if name not in same:
            cleaned.notes.append(f"{name}: {count} records say again what is said elsewhere")


def _say(cleaned: Cleaned, rejected: list[Line], lines: list[Line]) -> None:
    """Add to the problems what was rejected; corrections and superseded claims are notes."""
    said: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for line in rejected:
        for f in line.faults:
            place = (f["file"], line.record.part if line.file.medium == "workbook" else None)
            shown = "(blank)" if f["value"] is None else repr(f["value"])
            cell = "" if line.may_name_a_person else f" {shown}"
            what = f"{f['column']}{cell}: " if f["column"] else ""
            said[(*place, what, f["rule"], f["reason"])].append(f["origin"])
    for (_, _, what, rule, reason), origins in said.items():
        more = f" (and {len(origins) - 1} more)" if len(origins) > 1 else ""
        quiet = rule in ("correction", "superseded")
        into = cleaned.notes if quiet else cleaned.problems
        into.append(f"{origins[0]}{more}: {what}{reason}")
    cleaned.notes += dict.fromkeys(note for line in lines for note in line.notes)


def _not_mixed(cleaned: Cleaned) -> None:
    """Name files of the invented office that lie among real ones."""
    parts = [made[["region", "origin"]] for made in cleaned.tables.values() if "region" in made]
    found = pd.concat(parts).drop_duplicates("region")
    invented = {id_ for id_, region in framework.load().regions.items() if region.is_sample}
    is_sample = found["region"].isin(invented)
    if is_sample.any() and not is_sample.all():
        origins = ", ".join(sorted(found["origin"][is_sample])[:3])
        cleaned.problems.append(f"invented data lies among real data: {origins}; keep them apart")


def totals(cleaned: Cleaned) -> Iterator[str]:
    """Yield what `kukar clean` says at its end: files, records, and where each went."""
    files = cleaned.tables["files"]
    read, kept, rejected, twice = files[list(_COUNTS)].sum()
    made = ", ".join(f"{name} {len(t)}" for name, t in cleaned.tables.items() if name != "files")
    unread = int((files["kind"] == "unread").sum())
    yield f"rows written: {made}"
    yield (
        f"{len(files)} files, {read} records read"
        f" = {kept} kept + {rejected} rejected + {twice} duplicate"
        + (f"; {unread} files not read" if unread else "")
    )
