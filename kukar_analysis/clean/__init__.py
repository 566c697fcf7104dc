"""Raw files to typed tables: every record is kept, rejected with its reasons, or a duplicate.

What cleaning may do: turn printed text into numbers, ids and nulls; apply the corrections on
record. What it may not: fill in, derive, choose between two claims, or drop anything unsaid.
"""

from __future__ import annotations

import gc
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, respondents, score, store, writing
from kukar_analysis.clean import received
from kukar_analysis.clean.claims import Parsed, Settled, settle
from kukar_analysis.clean.received import SOURCES
from kukar_analysis.clean.records import Line, parse
from kukar_analysis.errors import SourceError, TableError, UnfinishedError, own_fault
from kukar_analysis.read import READERS
from kukar_analysis.read.source import SourceList

_UNFIT = (TableError, ValueError, TypeError, OverflowError)
"""Errors of rows that fit no table, a fault of the program."""
_COUNTS = ("rows_read", "rows_kept", "rows_rejected", "rows_duplicate")


@dataclass
class Cleaned:
    """What `clean` made. `problems` did not come out; `notes` are only worth knowing."""

    tables: dict[str, pd.DataFrame]
    problems: list[str]
    notes: list[str]
    pictures: dict[str, bytes] = field(default_factory=dict)
    """Lines of scanned pages to be typed in, by file name below `scan/`."""


@dataclass
class _File:
    """A raw file as it was read; `faults` are rows of `rejected` for what of it could not be."""

    name: str
    sha256: str | None = None
    kind: str = "unread"
    lists: list[SourceList] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def not_read(self, rule: str, message: str) -> None:
        """Add what of it could not be read, as the readers say it: the file and sheet, and why."""
        said = message.removeprefix(self.name).lstrip(": ")
        sheet = re.match(r"sheet '(.*?)': ", said)
        origin = f"{self.name}#{sheet[1]}" if sheet else self.name
        reason = said[sheet.end() :] if sheet else said
        self.faults.append({"file": self.name, "origin": origin, "rule": rule, "reason": reason})


def clean(raw: Path, processed: Path) -> Cleaned:
    """Read every file of the year folders of `raw` and write the tables to `processed`.

    A file that cannot be read is named in `problems` and the others go on, whatever the error.
    Raises UsageError when the folder holds nothing to read.
    """
    gc.freeze()  # what is loaded by now is no garbage; looking through it is a tenth of the time
    had_key = respondents.key_path().exists()
    arrived = received.look(raw)
    cleaned = Cleaned({}, arrived.problems, arrived.notes)
    files = _read_all(arrived)
    lines: list[Line] = []
    twins: list[Line] = []  # respondents without a name, in a file that is another's copy
    editions: dict[tuple[int, str], str] = {}
    contents = set()
    for file in files:
        year, content = int(file.name[:4]), (file.name[:4], file.sha256)
        for part in file.lists:
            own = twins if content in contents and part.kind == "survey" else lines
            own += [Line(part, record, year, editions) for record in part.records]
        contents |= {content} if file.lists else set()
    for name, path in received.mappings(raw).items():
        files.append(_File(name, writing.sha256(path), "mapping"))
    # National tables first: they tell to which edition a region belonged in a year.
    lines.sort(key=lambda line: line.file.kind != "national_table")
    parsed, rejected = _parsed(lines, editions)
    parsed, unproven = _proven(parsed, editions)
    rejected += unproven
    settled = settle(parsed, arrived.last_words())
    settled.rejected += rejected
    settled.duplicates += twins

    def write() -> None:
        cleaned.tables = _tables(files, [*lines, *twins], settled)
        made_from = {file.name: file.sha256 for file in files}
        confirmed = bool(arrived.sha256)
        store.write_all(cleaned.tables, processed, raw, made_from, confirmed=confirmed)

    try:
        write()
    except _UNFIT:
        _leave_out_unfit(settled)
        write()
    cleaned.pictures = {n: picture for file in files for n, picture in file.pictures.items()}
    shutil.rmtree(processed / "scan", ignore_errors=True)
    for name, picture in cleaned.pictures.items():
        writing.write(processed / "scan" / name, picture, writing.OWN)
    _say(cleaned)
    cleaned.notes += dict.fromkeys(note for line in lines for note in line.notes)
    cleaned.notes += _open_scores(cleaned.tables["question_scores"])
    for name in sorted(arrived.sha256.keys() - arrived.paths.keys()):
        cleaned.problems.append(f"{name}: {SOURCES} lists it, but it is not there")
    if not had_key and cleaned.tables["survey_responses"]["respondent"].notna().any():
        cleaned.notes.append(
            f"a new key for respondents was made ({respondents.key_path()}): their hashes match"
            " none of an earlier key; keep the file"
        )
    return cleaned


def _read_all(arrived: received.Received) -> list[_File]:
    """Read every file; one that changes meanwhile is still being written, and waits."""
    before = {name: _state(path) for name, path in arrived.paths.items()}
    files = [_read(name, path, arrived) for name, path in arrived.paths.items()]
    for i, file in enumerate(files):
        if _state(arrived.paths[file.name]) != before[file.name]:
            files[i] = _File(file.name)
            said = "is still being written, nothing of it is kept: it waits for the next run"
            files[i].not_read("unfinished", said)
    return files


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file, which change while it is written; its age says nothing."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _read(name: str, path: Path, arrived: received.Received) -> _File:
    """Read one file, whatever comes; what fails is of the kind `unread`."""
    file = _File(name)
    try:
        if path.exists() and not path.is_file():
            raise SourceError("is no file; a folder or device stands where a file should")
        file.sha256 = sha256 = writing.sha256(path)
        if arrived.sha256.get(name, sha256) != sha256:
            said = (
                f"is not the file that {SOURCES} names, so nothing of it is kept: restore it, or,"
            )
            said += f" if this one was received, write in its line the sha256 {sha256}"
            file.not_read("unconfirmed", said)
            return file
        if arrived.sha256 and name not in arrived.sha256:
            arrived.notes.append(f"{name}: read, but {SOURCES} has no line for it")
        reader = READERS.get(path.suffix.lower())
        if reader is None:
            known = ", ".join(READERS)
            raise SourceError(f"there is no reader for {path.suffix or 'it'}, only {known}")
        found = reader(path, name)
        file.lists = _corrected(name, found.lists)
    except UnfinishedError as error:
        file.sha256 = None
        file.not_read("unfinished", str(error))
    except Exception as error:
        said = str(error) if isinstance(error, SourceError) else own_fault(error)
        if isinstance(error, OSError):
            said = f"cannot be opened ({error.strerror}); check that it is a file you may read"
        file.not_read("unread", said)
    else:
        file.kind = found.kind
        for problem in found.problems:
            file.not_read("unread_part", problem)
        if gaps := missing_numbers(file.lists):
            said = f"nomor urut {', '.join(gaps)} tidak ada; lengkapi baris itu dari tabel asli"
            file.not_read("number_gap", said)
        arrived.notes += found.notes
        file.pictures = found.pictures
    return file


def missing_numbers(lists: list[SourceList]) -> list[str]:
    """Return the running numbers that the national tables of a file lack, as `12 sampai 14`.

    Several tables may go on counting or begin anew: a number is lacking where more of them hold a
    higher one.
    """
    tables = [found.records for found in lists if found.kind == "national_table"]
    cells = [record.cells.get("number", "") for records in tables for record in records]
    counts = Counter(int(c.rstrip(".)")) for c in cells if re.fullmatch(r"\d{1,4}[.)]?", c))
    most, runs = 0, list[list[int]]()
    for number in range(max(counts, default=0), 0, -1):
        most = max(most, counts[number])
        if counts[number] < most:
            if not runs or runs[0][0] != number + 1:
                runs.insert(0, [number, number])
            runs[0][0] = number
    return [f"{first} sampai {last}" if first < last else f"{first}" for first, last in runs]


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


def _corrected(name: str, lists: list[SourceList]) -> list[SourceList]:
    """Apply the corrections on record; one that fits nothing, or not any more, is an error."""
    for c in (c for c in framework.load().corrections if c.file == name):
        wanted = dict(part.split("=", 1) for part in c.record.split(";")).items()
        hits = [(p, r) for p in lists for r in p.records if wanted <= p.printed(r).items()]
        found = [part.printed(record).get(c.column) for part, record in hits]
        if found != [c.expect]:
            raise SourceError(
                f"the correction of {c.record} expects one line with {c.column} {c.expect}, found"
                f" {found or 'no line'}; not read. The source may have been mended: remove or"
                " update the line in definitions/corrections.csv"
            )
        part, old = hits[0]
        column = next(k for k, (head, _) in part.headings.items() if head == c.column)
        new = replace(old, fault=f"dropped: {c.reason}")
        if c.action == "replace":
            new = replace(old, cells={**old.cells, column: c.value or ""})
        part.records[part.records.index(old)] = new
    return lists


def _parsed(
    lines: list[Line], editions: dict[tuple[int, str], str]
) -> tuple[list[Parsed], list[Line]]:
    """Return records with their rows, and those rejected; `editions` learns what tables tell.

    An error that nobody foresaw rejects its record alone.
    """
    parsed: list[Parsed] = []
    for line in lines:
        try:
            parsed.append((line, parse(line)))
        except Exception as error:
            line.fault("unread", own_fault(error))
            continue
        for table, row in parsed[-1][1]:
            if table == "index_scores":
                editions[row["year"], row["region"]] = row["edition"]
    return [p for p in parsed if not p[0].faults], [line for line in lines if line.faults]


def _tables(files: list[_File], lines: list[Line], settled: Settled) -> dict[str, pd.DataFrame]:
    rows = _by_table(settled.kept)
    rows["rejected"] = [
        fault for part in (files, settled.rejected) for x in part for fault in x.faults
    ]
    ledger = lines, [line for line, _ in settled.kept], settled.rejected, settled.duplicates
    counts = [Counter(line.file.name for line in part) for part in ledger]
    rows["files"] = [
        {"file": f.name, "kind": f.kind, "sha256": f.sha256}
        | {column: count[f.name] for column, count in zip(_COUNTS, counts, strict=True)}
        for f in files
    ]
    return {name: store.frame(name, found) for name, found in rows.items()}


def _by_table(kept: Iterable[Parsed]) -> dict[str, list[dict[str, Any]]]:
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


def _say(cleaned: Cleaned) -> None:
    """Say what was rejected, once where it is the same, what came twice, and what is mixed."""
    files, rejected = cleaned.tables["files"], cleaned.tables["rejected"]
    same = ["file", "part", "column", "value", "rule", "reason"]
    parts = rejected.assign(part=[places.parted(o).part for o in rejected["origin"]])
    for (*_, column, value, rule, reason), own in parts.groupby(same, sort=False, dropna=False):
        more = f" (and {len(own) - 1} more)" if len(own) > 1 else ""
        what = " ".join([column] * pd.notna(column) + [repr(value)] * pd.notna(value))
        is_settled = rule in ("correction", "superseded")
        into = cleaned.notes if is_settled else cleaned.problems
        into.append(f"{own['origin'].iloc[0]}{more}: {what and f'{what}: '}{reason}")
    first = files.groupby(files["sha256"].fillna(files["file"]))["file"].transform("first")
    copies = files["file"] != first
    whose = zip(files["file"][copies], first[copies], strict=True)
    cleaned.notes += [f"{copy}: is the same file as {earlier}" for copy, earlier in whose]
    again = files[~(copies | files["file"].isin(first[copies])) & files["rows_duplicate"].gt(0)]
    cleaned.notes += [
        f"{name}: {count} records say again what is said elsewhere"
        for name, count in zip(again["file"], again["rows_duplicate"], strict=True)
    ]
    of_region = [made[["region", "origin"]] for made in cleaned.tables.values() if "region" in made]
    found = pd.concat(of_region).drop_duplicates("region")
    invented = {id_ for id_, region in framework.load().regions.items() if region.is_sample}
    is_sample = found["region"].isin(invented)
    if is_sample.any() and not is_sample.all():
        origins = ", ".join(sorted(found["origin"][is_sample])[:3])
        cleaned.problems.append(f"invented data lies among real data: {origins}; keep them apart")


def _open_scores(scores: pd.DataFrame) -> Iterator[str]:
    """Yield a line a year where agencies score a question differently and nothing settles it."""
    open_ = score.differing(scores).fillna({"opd": "tanpa nama"})
    for (year, region), found in open_.groupby(["year", "region"]):
        for question in found["question"].unique()[:1]:
            first = found[found["question"] == question]
            said = "; ".join(f"{r.opd} {r.score} ({r.origin})" for r in first.itertuples())
            yield (
                f"{first['origin'].iloc[0]}: {found['question'].nunique()} butir dinilai berbeda"
                f" oleh OPD dan belum bernilai kantor; yang pertama {question}: {said}. Kirim"
                " formulir -ralat, atau tambahkan di definitions/settled.csv:"
                f" {year},{region},{question},<OPD>,<alasan>,assumed,project"
            )


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
