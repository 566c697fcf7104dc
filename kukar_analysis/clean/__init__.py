"""Raw files to typed tables: every record is kept, rejected with its reasons, or a duplicate.

What cleaning may do: turn printed text into numbers, ids and nulls; apply the corrections on
record. What it may not: fill in, derive, choose between two claims, or drop anything unsaid.
"""

import ctypes
import gc
import multiprocessing
import re
import shutil
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd

from kukar_analysis import formats, framework, paths, places, respondents, score, store
from kukar_analysis.clean import received
from kukar_analysis.clean.line import Line
from kukar_analysis.clean.records import parse
from kukar_analysis.errors import SourceError, UnfinishedError, own_fault
from kukar_analysis.read import READERS, mapping
from kukar_analysis.read.source import Reading, SourceList, refusal, told

MANY = 100  # files that all cores read, on Linux; fewer are read before others have begun
_COUNTS = ["rows_kept", "rows_rejected", "rows_duplicate"]
_UNREAD = {  # what is said of a file that no reader reads, by how its name ends
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar"), "archive"),
    **dict.fromkeys((".doc", ".docx", ".odt", ".rtf"), "document"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic", ".webp"), "picture"),
}
_SAID_WHOLE = ("unread", "unread_part", "unconfirmed", "unfinished", "number_gap")
"""Rules of which each reason says for itself what is wrong and what to do."""
_ABOUT = {
    "survey_responses": ["year", "region", "pillar", "programme", "statement"],
    "assessor_notes": ["year", "region", "kind", "text"],
}
"""What rows say the same of, where that is not the key of their table."""
_SUBJECTS = ("question", "programme", "component", "statistic")
_STATED = ("score", "answer", "evidence", "remark")  # none of them: a row left blank


@dataclass
class Cleaned:
    """What `clean` made. `problems` did not come out; `notes` are only worth knowing."""

    tables: dict[str, pd.DataFrame]
    problems: list[str]
    notes: list[str]


@dataclass
class _File:
    """A raw file as it was read; `faults` are rows of `rejected` for what of it could not be."""

    name: str
    sha256: str | None = None
    kind: str = "unread"
    found: Reading = field(default_factory=Reading)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def not_read(self, rule: str, message: str) -> None:
        """Add what of it could not be read, as the readers say it: the file and sheet, and why."""
        said = message.removeprefix(self.name).lstrip(": ")
        sheet = re.match(r"lembar '(.*?)': ", said)
        origin = f"{self.name}#{sheet[1]}" if sheet else self.name
        reason = said[sheet.end() :] if sheet else said
        self.faults.append({"file": self.name, "origin": origin, "rule": rule, "reason": reason})


def clean(raw: Path, processed: Path) -> Cleaned:
    """Read every file of the year folders of `raw` and write the tables to `processed`.

    A file that cannot be read is named and the others go on; UsageError where none is there.
    """
    gc.freeze()  # what is loaded by now is no garbage; looking through it is a tenth of the time
    had_key, editions = respondents.key_path().exists(), dict[tuple[int, str], str]()
    arrived = received.look(raw)
    before = {name: _state(path) for name, path in arrived.paths.items()}
    jobs = (partial(_read, confirmed=arrived.sha256), arrived.paths.keys(), arrived.paths.values())
    files = list[_File]()
    if len(arrived.paths) >= MANY and sys.platform == "linux":
        with suppress(BrokenExecutor, OSError), ProcessPoolExecutor(initializer=_begin) as pool:
            files = [*pool.map(*jobs)]
        for worker in [] if files else multiprocessing.active_children():  # others could not begin
            worker.kill()
    files = files or [*map(*jobs)]  # also where the system ended a worker
    for i, (name, path) in enumerate(arrived.paths.items()):
        if _state(path) != before[name]:
            files[i] = _File(name)
            files[i].not_read("unfinished", told("unfinished", name))
    lines = [
        Line(part, record, int(file.name[:4]), editions, file.sha256)
        for file in files
        for part in file.found.lists
        for record in part.records
    ]
    # National tables first: they tell to which edition a region belonged in a year.
    lines.sort(key=lambda line: line.file.kind != "national_table")
    for line in lines:
        try:
            line.rows = parse(line)
        except Exception as error:
            line.fault("unread", None, own_fault(error))
        told_by = (row for table, row in line.rows if table == "index_scores")
        editions |= {(row["year"], row["region"]): row["edition"] for row in told_by}
    _prove([line for line in lines if not line.faults], editions)
    _settle([line for line in lines if not line.faults], arrived.last_words())
    tables = _tables(files, lines)
    about = {"raw": str(raw.resolve()), "files": {file.name: file.sha256 for file in files}}
    store.write_all(tables, processed, about | {"confirmed": bool(arrived.sha256)})
    shutil.rmtree(processed / "scan", ignore_errors=True)
    for name, picture in (of for file in files for of in file.found.pictures.items()):
        paths.write(processed / "scan" / name, picture, paths.OWN)
    rejected, noted = tables["rejected"], [note for line in lines for note in line.notes]
    is_settled = rejected["rule"].isin(["correction", "superseded"])  # which ask for nothing
    arrived.problems += [problem for file in files for problem in file.found.problems]
    arrived.notes += [note for file in files for note in file.found.notes]
    arrived.problems += _by_file(rejected[~is_settled])
    arrived.notes += _by_file(rejected[is_settled])
    arrived.notes += _by_file(store.frame("rejected", noted))
    _compare(tables, arrived)
    arrived.notes += _open_scores(tables["question_scores"])
    if not had_key and tables["survey_responses"]["respondent"].notna().any():
        arrived.say("new_key", str(respondents.key_path()))
    return Cleaned(tables, arrived.problems, arrived.notes)


def _begin() -> None:
    """Let a worker leave Ctrl-C to whoever started it, and end with that process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _state(path: Path) -> tuple[int, int] | None:
    """Return size and time of a file, which change while it is written; its age says nothing."""
    with suppress(OSError):
        found = path.stat()
        return found.st_size, found.st_mtime_ns
    return None


def _read(name: str, path: Path, confirmed: Mapping[str, str]) -> _File:
    file, suffix = _File(name), path.suffix.lower()
    try:
        file.sha256 = sha256 = paths.sha256(path)
        if name == mapping.MAPPINGS:
            file.kind = "mapping"
            return file
        if confirmed.get(name, sha256) != sha256:
            file.not_read("unconfirmed", told("unconfirmed", name, sha256))
            return file
        if suffix not in READERS:
            raise refusal(_UNREAD.get(suffix, "no_reader"), name)
        found = READERS[suffix](path, name)
        if ".zip/" in name.lower() and any(part.kind == "survey" for part in found.lists):
            raise refusal("archive", name)  # what names persons lies where it can be deleted
        found.lists = _corrected(name, found.lists)
    except UnfinishedError as error:
        file.sha256 = None
        file.not_read("unfinished", str(error))
    except OSError as error:
        file.not_read("unread", told("not_opened", name, error.strerror))
    except Exception as error:
        file.not_read("unread", str(error) if isinstance(error, SourceError) else own_fault(error))
    else:
        file.kind, file.found = found.kind, found
        while found.problems:
            file.not_read("unread_part", found.problems.pop(0))
        if gaps := _missing_numbers(found.lists):
            file.not_read("number_gap", told("number_gap", name, formats.listed(gaps, 10)))
        if confirmed and name not in confirmed:
            found.say("unlisted", name)
    return file


def _missing_numbers(lists: list[SourceList]) -> list[str]:
    """Return the running numbers that lack; tables of a file may go on counting or begin anew."""
    records = (r for part in lists if part.kind == "national_table" for r in part.records)
    cells = [record.cells.get("number", "") for record in records]
    counts = Counter(int(c.rstrip(".)")) for c in cells if re.fullmatch(r"\d{1,4}[.)]?", c))
    numbers = range(max(counts, default=0), 0, -1)
    due = accumulate((counts[n] for n in numbers), max)  # times that one as high comes
    return [str(n) for n, m in zip(numbers, due, strict=True) for _ in range(m - counts[n])][::-1]


def _corrected(name: str, lists: list[SourceList]) -> list[SourceList]:
    """Apply the corrections on record; one that fits nothing, or not any more, is an error."""
    for c in (c for c in framework.load().corrections if c.file == name):
        wanted = dict(part.split("=", 1) for part in c.record.split(";")).items()
        hits = [(p, r) for p in lists for r in p.records if wanted <= p.printed(r).items()]
        found = [part.printed(record).get(c.column) for part, record in hits]
        if found != [c.expect]:
            there = ", ".join(map(repr, found)) or "tidak ada"
            detail = f"{c.record} dengan {c.column} {c.expect!r}, yang ada {there}"
            raise refusal("no_correction", name, detail)
        part, old = hits[0]
        column = next(k for k, (head, _) in part.headings.items() if head == c.column)
        new = old._replace(rule="correction", fault=c.reason)
        if c.action == "replace":
            new = old._replace(cells={**old.cells, column: c.value or ""})
        part.records[part.records.index(old)] = new
    return lists


def _prove(lines: list[Line], editions: dict[tuple[int, str], str]) -> None:
    """Fault scanned lines whose improvement does not follow from last year's scores."""
    fw = framework.load()
    scores: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for name, row in (of for line in lines for of in line.rows):
        if name == "component_scores" and row["score"] is not None:
            scores[row["year"], row["region"]][row["component"]] = row["score"]
    for line in (line for line in lines if line.record.is_scanned):
        row = line.rows[0][1]
        last = (row["year"] - 1, row["region"])
        weights = fw.weights.get(editions.get(last, ""))
        base = fw.editions[row["edition"]].improvement_base
        if base and row["participated"] and weights and weights.keys() <= scores[last].keys():
            own = {c: scores[last][c] for c in weights}
            before = score.index_of(own, editions[last], rounding=base)
            due = float(Decimal(str(row["index_published"])) - before)
            if row["improvement_published"] != due:
                said = f"hasil pindaian tidak terbukti: dari nilai {last[0]} seharusnya {due:.2f}"
                line.fault("cells", "improvement", said)


def _settle(lines: list[Line], supersedes: Mapping[str, set[str]]) -> None:
    """Fault the lines that are contradicted, and leave each row of the others standing once.

    Which of two is right is not known, so neither is kept, unless `supersedes` gives its file the
    last word. Two agencies that score a question differently are each right about themselves.
    """
    found = (claim for number, line in enumerate(lines) for claim in _claims(number, line))
    claims = pd.DataFrame(found, columns=["line", "row", "key", "content", "blank"])
    said = claims[claims.duplicated("key", keep=False) & ~claims["blank"].astype(bool)]
    differs = said[said.groupby("key")["content"].transform("nunique") > 1]
    out = set[int]()
    for _, claim in differs.groupby("key", sort=False):
        out |= _contradicted([*claim.itertuples(index=False, name=None)], lines, supersedes, out)
    # of what is kept the first stands, but an answer before a blank
    left = claims[~claims["line"].isin(out)].sort_values(["blank", "line", "row"])
    again = left.loc[left.duplicated("key"), ["line", "row"]].sort_values("row", ascending=False)
    for i, j in again.itertuples(index=False):
        del lines[i].rows[j]


def _claims(number: int, line: Line) -> Iterator[tuple[Any, ...]]:
    answers = tuple(row.get("answer") for _, row in line.rows)
    for j, (table, row) in enumerate(line.rows):
        schema = store.SCHEMAS[table]
        key = (table, *map(row.get, _ABOUT.get(table) or schema.unique))
        if table == "survey_responses":
            # a person may answer twice: only a form, or file, that says all the same is a copy
            place = (line.content, line.rows[0][1]["origin"].removeprefix(line.file.name))
            key += (row["respondent"] or place, answers)
        content = tuple(map((row | {"origin": None}).get, schema.columns))
        is_blank = row.get("source") == "self" and not any(row.get(c) is not None for c in _STATED)
        yield number, j, key, content, is_blank


def _contradicted(
    said: list[tuple[Any, ...]], lines: list[Line], later: Mapping[str, set[str]], out: set[int]
) -> set[int]:
    older = {old for i, *_ in said for old in later.get(lines[i].file.name, ())}
    last = [each for each in said if lines[each[0]].file.name not in older]
    agreed = len({content for *_, content, _ in last}) == 1
    losing = [each for each in said if not agreed or each[3] != last[0][3]]
    for i, j, _, content, _ in losing:
        if i in out:
            continue
        k, n, *_ = last[0] if agreed else next(each for each in said if each[3] != content)
        line, row, its = lines[i], lines[i].rows[j][1], lines[k].rows[n][1]
        changed = [c for c in row if c != "origin" and row[c] != its.get(c)]
        column = next((c for c in changed if c in line.file.headings), None)
        both = {c: ["(kosong)" if of[c] is None else of[c] for of in (row, its)] for c in changed}
        values = ", ".join(f"{line.heading(c)} {old} -> {new}" for c, (old, new) in both.items())
        place, names = lines[k].origin(column), line.fw.names
        if agreed:
            line.fault("superseded", column, f"digantikan {place}: {values}")
        else:
            of = next((c for c in _SUBJECTS if row.get(c)), "")
            on = f" pada {names.get(of, {}).get(row[of], row[of])}" if of else ""
            line.fault("conflict", column, f"bertentangan dengan {place}{on} ({values})")
    return {i for i, *_ in losing}


def _tables(files: list[_File], lines: list[Line]) -> dict[str, pd.DataFrame]:
    """Return the tables; a line is rejected by its faults, and a duplicate without a row left."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in store.SCHEMAS}
    for name, row in (of for line in lines if not line.faults for of in line.rows):
        rows[name].append(row)
    faulty = sorted((line for line in lines if line.faults), key=lambda line: not line.rows)
    rows["rejected"] = [fault for part in (files, faulty) for x in part for fault in x.faults]
    became = Counter(
        (x.file.name, "rows_rejected" if x.faults else "rows_kept" if x.rows else "rows_duplicate")
        for x in lines
    )
    for f in files:
        counts = {column: became[f.name, column] for column in _COUNTS}
        about = {"file": f.name, "kind": f.kind, "sha256": f.sha256}
        rows["files"].append(about | counts | {"rows_read": sum(counts.values())})
    return {name: store.frame(name, of) for name, of in rows.items()}


def _by_file(found: pd.DataFrame) -> Iterator[str]:
    """Yield a line a file and rule, whole files first: how often, where, and what to do."""
    rules, whole = framework.load().rules, found["rule"].isin(_SAID_WHOLE)
    for row in found[whole].itertuples():
        sheet = places.parted(row.origin).part
        yield f"{row.file}{f' lembar {sheet!r}' if sheet else ''}: {row.reason}"
    groups = [own for _, own in found[~whole].groupby(["file", "rule"], sort=False)]
    for own in sorted(groups, key=len, reverse=True):
        first, rule, origins = own.iloc[0], rules[own["rule"].iloc[0]], own["origin"].unique()
        where = "; ".join(places.in_words(places.within(origin)) for origin in origins[:3])
        where += f"; dan {len(origins) - 3} lagi" if len(origins) > 3 else ""
        cell = " ".join([*own["column"][:1].dropna(), *map(repr, own["value"][:1].dropna())])
        shown = [text for text in (cell, first["reason"]) if text and text != rule.name]
        example = f" {': '.join(shown)}." if shown else ""
        yield f"{first['file']}: {rule.name} ({where}).{example} {rule.advice or ''}".rstrip()


def _compare(tables: dict[str, pd.DataFrame], arrived: received.Received) -> None:
    files = tables["files"]
    first = files.groupby(files["sha256"].fillna(files["file"]))["file"].transform("first")
    for name, earlier, count in zip(files["file"], first, files["rows_duplicate"], strict=True):
        if name != earlier:
            arrived.say("copy", name, earlier)
        elif count:
            arrived.say("again", name, count)
    of_region = [made[["region", "origin"]] for made in tables.values() if "region" in made]
    found, regions = pd.concat(of_region).drop_duplicates("region"), framework.load().regions
    is_sample = found["region"].map({id_: region.is_sample for id_, region in regions.items()})
    if is_sample.nunique() > 1:
        invented = found["origin"][is_sample].map(places.file_of)
        arrived.say("mixed", formats.listed(sorted(invented.unique()), 3))


def _open_scores(scores: pd.DataFrame) -> Iterator[str]:
    """Yield a line a year where agencies score a question differently and nothing settles it."""
    open_ = score.differing(scores).fillna({"opd": "tanpa nama"})
    for (year, region), found in open_.groupby(["year", "region"]):
        question, asked = found["question"].iloc[0], found["question"].nunique()
        first = found[found["question"] == question]
        shown = zip(first["opd"], first["score"].map(formats.number), first["origin"], strict=True)
        said = "; ".join(f"{opd} {value} ({origin})" for opd, value, origin in shown)
        yield (
            f"{first['origin'].iloc[0]}: {asked} butir dinilai berbeda oleh OPD dan belum bernilai"
            f" kantor; yang pertama {framework.load().questions[question].label}: {said}. Kirim"
            " formulir -ralat, atau tambahkan di definitions/settled.csv:"
            f" {year},{region},{question},<OPD>,<alasan>,assumed,project"
        )


def totals(cleaned: Cleaned) -> Iterator[str]:
    """Yield what `kukar clean` says at its end: files, records, and where each went."""
    files = cleaned.tables["files"]
    kept, rejected, twice = files[_COUNTS].sum()
    unread = int((files["kind"] == "unread").sum())
    yield (
        f"{len(files)} berkas, {kept + rejected + twice} baris data dibaca"
        f" = {kept} disimpan + {rejected} ditolak + {twice} sudah ada"
        + (f"; {unread} berkas tidak terbaca" if unread else "")
    )
