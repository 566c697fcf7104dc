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
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import KukarError, PrinterError, ReportError
from kukar_analysis.report import folder, notebooks, page, paper, publish, site, workbook
from kukar_analysis.report.cache import MODULES, Asked, Cache, fingerprint, key_of, program, stamp
from kukar_analysis.report.engine import fork
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.registry import Report

# What a kernel is asked after the last cell: which rows were read, and what the parameters are.
_ASK = """__import__("json").dumps([
    __import__("kukar_analysis.paths", fromlist=["seen"]).seen(),
    {{name: repr(globals().get(name)) for name in {names!r}}},
])"""
_own_program = cache(lambda: fingerprint(program()))
_RETRIES = 2  # times that a task whose worker was lost goes to another
_PATIENCE = 10  # seconds to wait for a scheduler


def make(
    found: list[Report], asked: Asked, *, say: Say, warn: Say, executor: Executor | None = None
) -> bool:
    """Make the reports of `found` that the cache lacks, publish them, and say how many.

    Returns whether nothing is missing that could have been made. Raises HeldError where another run
    holds the folder; ReportError where what they are made of changed meanwhile: then nothing is
    published.
    """
    printer = None
    try:
        printer = paper.Printer(asked.sheet) if asked.sheet else None
    except PrinterError as error:
        warn(f"kukar: no PDF was made: {error}")
    with folder.held(asked.reports) as work:
        return _Making(found, asked, work, printer, say, warn).all(executor)


@dataclass
class _Making:
    """One run over a folder."""

    found: list[Report]
    asked: Asked
    work: folder.Work
    printer: paper.Printer | None
    say: Say
    warn: Say

    def __post_init__(self) -> None:
        self.cache, self.earlier = Cache(self.work.target), publish.read(self.work.target)
        self.inputs, made_of = stamp(self.asked.inputs()), self.asked.made_of()
        self.reports = [report for report in self.found if report.can_be_made]
        self.keys = {r.name: key_of(made_of, r.notebook, r.parameters) for r in self.reports}
        self.record = publish.record_of(self.asked.processed)
        self.staged, self.errors = self.work.path / "made", dict[str, str]()

    def all(self, executor: Executor | None) -> bool:
        """Run what is lacking, publish, and return whether all came out."""
        known = {n for n, key in self.keys.items() if not self.asked.force and self.cache.get(key)}
        if lacking := [report for report in self.reports if report.name not in known]:
            self.say(f"{len(known)} of {len(self.reports)} reports are in {self.cache.path.name}")
            self.run(lacking, executor)
        done = self.write(self.entries(), self.work.begin(empty=True)) and not self.errors
        publish.publish(self.work, self.cache, self.warn)
        self.cache.clear()
        if done := done and bool(self.printer) == bool(self.asked.sheet):
            state = self.asked.state()
            self.cache.note(state=state, reports=len(self.reports), cleaned=False)
        failed, waiting = len(self.errors), len(self.found) - len(self.reports)
        counts = f"{failed} failed, {len(known)} up to date, {waiting} waiting"
        self.say(f"{len(lacking) - failed} reports made, {counts}")
        return done

    def run(self, lacking: list[Report], executor: Executor | None) -> None:
        """Run reports and keep what was made, unless what they are made of has changed meanwhile.

        Says what became of each, what its page lacks, and what on it looks like personal data.
        """
        if not fork.available():
            self.say("kernels can be forked on Linux only; each is started anew here, and slower")
        with closing(run(lacking, self.staged, self.asked, executor)) as ended:
            for number, (report, seconds, error) in enumerate(ended, start=1):
                name, made = report.name, self.staged / f"{report.name}.ipynb"
                try:
                    found = {} if error else page.read(made)
                except Exception as failed:
                    error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
                if stamp(self.asked.inputs()) != self.inputs:
                    raise ReportError(
                        "tables, notebooks or program changed while reports were made, so nothing"
                        " was published: run it again"
                    )
                if error:
                    self.errors[name] = error
                    self.warn(f"[{number}/{len(lacking)}] {name}  failed: {error}")
                    continue
                self.say(f"[{number}/{len(lacking)}] {name}  {seconds:.1f} s")
                self.cache.put(self.keys[name], made, found | {"made": publish.said(self.record)})
                for what in found["left_out"]:
                    said = f"notebooks/{report.notebook}.ipynb, {what}"
                    self.warn(f"{said}; the notebook beside the page has it")
                for kind in found["personal"]:
                    self.warn(f"{name}: the page shows what looks like {kind}: look at it")

    def entries(self) -> dict[str, Entry]:
        """Return what the next manifest says of each report; of those not asked for as before."""
        entries: dict[str, Entry] = dict(self.earlier["reports"])
        for report in self.found:
            before, key = entries.get(report.name, {}), self.keys.get(report.name)
            own = publish.entry_of(report, self.record)
            if error := self.errors.get(report.name):  # a page that stands stays as it was made
                own = (before if before.get("page") else own) | {"status": "failed", "error": error}
            elif key:
                if (found := self.cache.get(key)) is None:
                    raise ReportError(f"{report.name} left {self.cache.path.name}: run it again")
                own |= {"page": True, "key": key, "question": found["question"], **found["made"]}
            entries[report.name] = own
        return entries

    def write(self, entries: dict[str, Entry], new: Path) -> bool:
        """Write the next set; return whether all documents that were asked for were made."""
        sheet, done = self.asked.sheet or self.earlier["sheet"], True
        for name in self.errors:
            if (made := self.staged / f"{name}.ipynb").exists():
                (new / publish.FAILED).mkdir(exist_ok=True)
                made.replace(new / publish.FAILED / f"{name.replace('/', '_')}.ipynb")
        kinds = (".pdf", ".xlsx") if sheet == self.earlier["sheet"] else (".xlsx",)
        places = (new, self.work.target, self.cache, self.record)
        with publish.written(entries, *places, carried=kinds, sheet=sheet):
            for name, call in self.documents(entries, new).items():
                try:
                    call()
                    self.say(name)
                except Exception as error:
                    if no_room(error):
                        raise
                    self.warn(f"{name}  failed: {in_a_line(error)}")
                    done = False
        return done

    def documents(self, entries: dict[str, Entry], new: Path) -> dict[str, Callable[[], object]]:
        """Return what makes each annex and print that was asked for."""
        asked = [report for report in self.reports if entries[report.name]["page"]]
        listed, record = [*entries.values()], self.record
        calls: dict[str, Callable[[], object]] = {}
        for year in dict.fromkeys(r.year for r in asked if self.asked.excel):
            regions = sorted({e["region"] for e in listed if e["year"] == year and e["page"]})
            own = (year, regions, new / site.annex_of(year), record, self.asked.raw)
            calls[site.annex_of(year)] = partial(workbook.write, *own)
        if self.printer:
            for name in (r.name for r in asked if not (new / f"{r.name}.pdf").exists()):
                calls[f"{name}.pdf"] = partial(paper.page, self.printer, new, name)
            for place in dict.fromkeys((r.year, r.region) for r in asked):
                whole = partial(paper.year, self.printer, new, *place, record, listed)
                calls[site.document_of(*place)] = whole
        return calls


@contextmanager
def cluster(address: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """Give the executor of a dask scheduler (`local`: one started here); None without an address.

    A worker needs the project, in the same version, and the folders of tables and reports under
    the same path. Raises ReportError where dask is not installed, or nobody answers.
    """
    if address is None:
        yield None
        return
    where: dict[str, Any] = {"address": address, "timeout": _PATIENCE}
    if address == "local":
        where = {"n_workers": jobs or os.cpu_count(), "threads_per_worker": 1}
        where |= {"dashboard_address": None}
    try:
        client = importlib.import_module("distributed").Client(**where)
    except (ImportError, OSError, ValueError) as error:
        raise ReportError(
            f"no dask scheduler answers at {address} ({error}): start one, `dask scheduler`, which"
            " pip install 'kukar-analysis[cluster]' brings"
        ) from error
    with client:
        yield client.get_executor(retries=_RETRIES, pure=False)


def run(
    reports: list[Report], folder: Path, asked: Asked, executor: Executor | None = None
) -> Generator[tuple[Report, float, str | None]]:
    """Execute the reports into `folder`/<name>.ipynb; yield each, its seconds and error, if any.

    One that fails, for whatever reason, leaves its executed copy, and the others go on. Whoever
    stops before the last closes it, which ends the kernels. Raises OSError where there is no room.
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
                if no_room(lost):
                    raise
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
    """Make a report of a notebook in `place`, and return its seconds and its error, if any.

    `asking` is the fingerprint of the program that asks. Raises OSError where there is no room.
    """
    started, error = time.monotonic(), None
    try:
        if _own_program() != asking:
            raise ReportError("the worker has another version of the program: install it there")
        os.environ[paths.PROCESSED_VARIABLE] = str(asked.processed)
        if fork.available():
            fork.preload(MODULES, asking)
        _run(report, place / f"{report.notebook}.ipynb", folder / f"{report.name}.ipynb", asked)
    except Exception as failed:
        if no_room(failed):
            raise
        error = in_a_line(failed)
    return time.monotonic() - started, error


def no_room(failed: BaseException) -> bool:
    """Return whether an error means that no other file can be written either."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
    return isinstance(failed, OSError) and failed.errno in full


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line: what it says where it is meant for people, else its kind too."""
    said = (str(getattr(failed, "evalue", failed)).strip().splitlines() or [""])[0]
    name = getattr(failed, "ename", type(failed).__name__)  # papermill's has those of the cell
    return said if isinstance(failed, KukarError) else f"{name}: {said}"


def _run(report: Report, path: Path, output: Path, asked: Asked) -> None:
    """Run a notebook. Raises ReportError, which names the cell, where it is not as it should be."""
    import papermill

    given, answers = report.parameters, list[str]()
    known = notebooks.read(path).parameters  # papermill would only warn
    for name, value in given.items():
        if name not in known or type(value).__name__ != known[name].kind:
            listed = ", ".join(f"{n}: {one.kind}" for n, one in known.items()) or "none"
            raise ReportError(f"no parameter {name} takes {value!r}; known: {listed}")
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
        if no_room(failed):
            raise
        place = "before the first cell"
        cells = json.loads(output.read_text(encoding="utf-8"))["cells"] if output.exists() else []
        for number, cell in enumerate(notebooks.as_written(cells), start=1):
            if cell["metadata"].get("papermill", {}).get("status") == "failed":
                first = "".join(cell["source"]).strip().partition("\n")[0]
                place = f"cell {number} ({first})"
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
            raise ReportError(
                f"it read no rows of {named}, only {', '.join(tables) or 'none'}: the page would be"
                " about something else; take year and region from the parameters"
            )
