"""Makes the reports that are asked for: runs what the cache lacks, and publishes the set whole.

Reports run side by side, in threads here or on other machines; each one's end is told as it was.
"""

import ast
import errno
import importlib
import json
import logging
import os
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import KukarError, PrinterError, ReportError
from kukar_analysis.report import folder, notebooks, page, paper, publish, site
from kukar_analysis.report.cache import MODULES, Asked, Cache, fingerprint, key_of, program
from kukar_analysis.report.engine import fork
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.registry import Report

_FILES = 256  # that a kernel, or the run with several, may have open
# What a kernel is asked after the last cell: which rows were read, and what the parameters are.
_ASK = """__import__("json").dumps([
    __import__("kukar_analysis.paths", fromlist=["seen"]).seen(),
    {{name: repr(globals().get(name)) for name in {names!r}}},
])"""
_own_program = cache(lambda: fingerprint(program()))


def make(
    found: list[Report], asked: Asked, *, say: Say, warn: Say, executor: Executor | None = None
) -> bool:
    """Make the reports that the cache lacks, publish all, and return whether nothing is missing.

    HeldError where another run holds the folder; ReportError, and nothing is published, where what
    they are made of changed meanwhile, or with too few open files, where kernels hang.
    """
    if fork.available():
        import resource  # not on Windows

        if (files := resource.getrlimit(resource.RLIMIT_NOFILE)[0]) < _FILES:
            said = f"only {files} files may be open at once, expected {_FILES} at least"
            raise ReportError(f"{said}: say `ulimit -n 1024` first")
    with folder.held(asked.reports) as work:
        return _Making(found, asked, work, say, warn).all(executor)


class _Making:
    """One run over a folder."""

    def __init__(self, found: list[Report], asked: Asked, work: folder.Work, say: Say, warn: Say):
        self.found, self.asked, self.work, self.say, self.warn = found, asked, work, say, warn
        self.cache, self.earlier = Cache(work.target), publish.read(work.target)
        self.inputs, made_of = paths.stamp(asked.inputs()), asked.made_of()
        self.record = publish.record_of(asked.processed)
        self.reports = [report for report in found if report.can_be_made]
        self.keys = {r.name: key_of(made_of, r.notebook, r.parameters) for r in self.reports}
        cached = {n: self.cache.get(k) for n, k in self.keys.items() if not asked.force}
        self.made = {name: found["made"] for name, found in cached.items() if found}
        self.errors, self.printer, self.is_whole = dict[str, str](), None, True
        try:
            self.printer = paper.Printer(asked.sheet) if asked.sheet else None
        except PrinterError as error:
            self.is_whole = False
            warn(f"kukar: no PDF was made: {error}")

    def all(self, executor: Executor | None) -> bool:
        """Run what is lacking, publish, and return whether all came out."""
        known, count = len(self.made), len(self.reports)
        if lacking := [report for report in self.reports if report.name not in self.made]:
            self.say(f"{known} of {count} reports are in {self.cache.path.name}")
            self.run(lacking, executor)
        self.write(self.work.begin(empty=True))
        publish.publish(self.work, self.warn)
        self.cache.clear()
        if self.is_whole and not self.errors:
            self.cache.note(state=self.asked.state(), reports=count, cleaned=False)
        failed, waiting = len(self.errors), len(self.found) - count
        made = f"{len(lacking) - failed} reports made, {failed} failed"
        self.say(f"{made}, {known} up to date, {waiting} waiting")
        return self.is_whole and not self.errors

    def run(self, lacking: list[Report], executor: Executor | None) -> None:
        """Run reports, keep them, and say what became of each and what its page lacks."""
        if not fork.available():
            self.say("kernels can be forked on Linux only; each is started anew here, and slower")
        staged = self.work.path / "made"
        with closing(run(lacking, staged, self.asked, executor)) as ended:
            for number, (report, seconds, error) in enumerate(ended, start=1):
                name, made = report.name, staged / f"{report.name}.ipynb"
                try:
                    found = {} if error else page.read(made)
                except Exception as failed:
                    error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
                if paths.stamp(self.asked.inputs()) != self.inputs:
                    what = "tables, notebooks or program changed while reports were made"
                    raise ReportError(f"{what}, so nothing was published: run it again")
                if error:
                    self.errors[name] = error
                    self.warn(f"[{number}/{len(lacking)}] {name}  failed: {error}")
                    continue
                own = {"page": True, "key": self.keys[name], "question": found["question"]}
                self.made[name] = own | publish.said(self.record)
                self.cache.put(self.keys[name], made, found | {"made": self.made[name]})
                self.say(f"[{number}/{len(lacking)}] {name}  {seconds:.1f} s")
                for what in found["left_out"]:
                    said = f"notebooks/{report.notebook}.ipynb, {what}"
                    self.warn(f"{said}; the notebook beside the page has it")
                for kind in found["personal"]:
                    self.warn(f"{name}: the page shows what looks like {kind}: look at it")

    def write(self, new: Path) -> None:
        """Write the next set: what is not asked for stays, and so does the page of what failed."""
        entries: dict[str, Entry] = dict(self.earlier["reports"])
        for report in self.found:
            before = entries.get(report.name, {})
            own = publish.entry_of(report, self.record) | self.made.get(report.name, {})
            if error := self.errors.get(report.name):
                own = (before if before.get("page") else own) | {"status": "failed", "error": error}
            entries[report.name] = own
        record = self.record | {"sheet": self.asked.sheet or self.earlier["sheet"]}
        kinds = [".xlsx", *[".pdf"] * (record["sheet"] == self.earlier["sheet"])]
        with publish.written(entries, new, self.work.target, record, kinds):
            self.print(entries, new)
        for name in (name for name in self.made if not entries[name]["page"]):
            self.errors[name] = entries[name]["error"]
            self.warn(f"{name}  failed: {self.errors[name]}")

    def print(self, entries: dict[str, Entry], new: Path) -> None:
        """Make each annex and PDF that was asked for."""
        listed, record = [entry for entry in entries.values() if entry["page"]], self.record
        asked = [report for report in self.reports if entries[report.name]["page"]]
        for year in dict.fromkeys(r.year for r in asked if self.asked.excel):
            from kukar_analysis.report import workbook  # half a second of seaborn and openpyxl

            own = [entry for entry in site.ordered(listed) if entry["year"] == year]
            regions = [*dict.fromkeys(entry["region"] for entry in own)]
            annex, raw = site.annex_of(year), self.asked.raw
            self.attempt(annex, workbook.write, year, regions, new / annex, record, raw)
        if self.printer:
            for name in (r.name for r in asked if not (new / f"{r.name}.pdf").exists()):
                self.attempt(f"{name}.pdf", paper.page, self.printer, new, name)
            for place in dict.fromkeys((r.year, r.region) for r in asked):
                how = (self.printer, new, *place, record, listed)
                self.attempt(site.document_of(*place), paper.year, *how)

    def attempt(self, name: str, write: Callable[..., object], *how: Any) -> None:
        """Make a document; one that fails is named, and the others are made."""
        try:
            write(*how)
            self.say(name)
        except Exception as error:
            self.warn(f"{name}  failed: {in_a_line(error)}")
            self.is_whole = False


@contextmanager
def cluster(address: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """Give the executor of a dask scheduler (`local`: one started here); None without an address.

    A worker needs the same program, and the tables under the same path.
    """
    if address is None:
        yield None
        return
    where: dict[str, Any] = {"n_workers": jobs or os.cpu_count(), "threads_per_worker": 1}
    if address != "local":
        where = {"address": address, "timeout": 10}
    try:
        client = importlib.import_module("distributed").Client(**where)
    except (ImportError, OSError, ValueError) as error:
        how = "start one, `dask scheduler`, which pip install 'kukar-analysis[cluster]' brings"
        raise ReportError(f"no dask scheduler answers at {address} ({error}): {how}") from error
    with client:  # a task whose worker was lost goes to another, twice at most
        yield client.get_executor(retries=2, pure=False)


def run(
    reports: list[Report], folder: Path, asked: Asked, executor: Executor | None = None
) -> Generator[tuple[Report, float, str | None]]:
    """Execute the reports into `folder`/<name>.ipynb; yield each, its seconds and error, if any.

    Whoever stops before the last closes it, which ends the kernels.
    """
    fork.import_papermill()  # once: threads that import it at the same time meet it half made
    pool = executor or ThreadPoolExecutor(asked.jobs or os.cpu_count() or 1)
    asked = replace(asked, processed=asked.processed.resolve())
    call = (paths.NOTEBOOKS, folder, asked, fingerprint(program()))
    try:
        waiting = {pool.submit(execute, report, *call): report for report in reports}
        for finished in as_completed(waiting):
            try:
                became = finished.result()
            except Exception as lost:  # its worker was
                became = 0.0, in_a_line(lost)
            yield waiting[finished], *became
    except BaseException:  # Ctrl-C too: the kernels end at once, and with them their threads
        fork.over.set()
        pool.shutdown(wait=False, cancel_futures=True)
        fork.end()
        raise
    finally:
        pool.shutdown(wait=True)
        fork.over.clear()


def execute(
    report: Report, place: Path, folder: Path, asked: Asked, asking: str
) -> tuple[float, str | None]:
    """Make a report of a notebook in `place`, for the program of this fingerprint (`asking`)."""
    started, error = time.monotonic(), None
    try:
        if _own_program() != asking:
            raise ReportError("the worker has another version of the program: install it there")
        os.environ[paths.PROCESSED_VARIABLE] = str(asked.processed)
        if fork.available():
            fork.preload(MODULES, asking)
        _run(report, place / f"{report.notebook}.ipynb", folder / f"{report.name}.ipynb", asked)
    except Exception as failed:
        error = in_a_line(failed)
    return time.monotonic() - started, error


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line; raise it where no other file can be written either."""
    if isinstance(failed, OSError) and failed.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
        raise failed
    said = (str(getattr(failed, "evalue", failed)).strip().splitlines() or [""])[0]
    name = getattr(failed, "ename", type(failed).__name__)  # papermill's has those of the cell
    return said if isinstance(failed, KukarError) else f"{name}: {said}"


def _run(report: Report, path: Path, output: Path, asked: Asked) -> None:
    """Run a notebook. Raises ReportError, which names the cell, where it is not as it should be."""
    import papermill

    given, answers = report.parameters, list[str]()
    known = notebooks.read(path).parameters
    if unknown := [name for name in given if name not in known]:  # papermill would only warn
        raise ReportError(f"it has no parameter {unknown[0]}; known: {', '.join(known) or 'none'}")
    logging.getLogger("papermill").setLevel(logging.ERROR)
    output.parent.mkdir(parents=True, exist_ok=True)
    try:
        papermill.execute_notebook(
            # papermill passes paths through str.format
            *(str(place).replace("{", "{{").replace("}", "}}") for place in (path, output)),
            parameters=dict(given),
            engine_name="warm",
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=asked.cell,
            total_timeout=asked.whole,
            # as in Lab, for modules beside the notebook; papermill's own `cwd` moves every thread
            resources={"metadata": {"path": str(path.parent)}},
            # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
            extra_arguments=["--log-level=CRITICAL"],
            ask=_ASK.format(names=[*given]),
            answered=answers.append,
            # not the paths of this machine
            about={"input_path": f"notebooks/{path.name}", "output_path": f"{report.name}.ipynb"},
        )
        if not answers:
            raise ReportError("it ends the notebook before its last cell")
    except Exception as failed:
        place = "before the first cell"
        cells = json.loads(output.read_text(encoding="utf-8"))["cells"] if output.exists() else []
        for number, cell in enumerate(notebooks.as_written(cells), start=1):
            if cell["metadata"].get("papermill", {}).get("status") == "failed":
                place = f"cell {number} ({''.join(cell['source']).strip().splitlines()[0]})"
        raise ReportError(f"{place}: {in_a_line(failed)}") from failed
    tables, values = json.loads(ast.literal_eval(answers[0]))
    for name, value in given.items():
        if values[name] != repr(value):
            raise ReportError(f"the parameter {name} no longer is {value!r}; a cell only reads it")
    years = [given[name] for name in ("year", "from_year", "to_year") if name in given]
    region = given.get("region")
    for year in years or [None]:
        if (year or region) and not paths.tells_of(tables, year, region):
            named = " ".join(str(value) for value in (region, year) if value)
            said = f"it read no rows of {named}, only {', '.join(tables) or 'none'}"
            raise ReportError(f"{said}: take year and region from the parameters")
