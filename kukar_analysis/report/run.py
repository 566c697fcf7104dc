"""Runs reports side by side, in threads here or on other machines, and tells the truth of each."""

import ast
import errno
import importlib
import json
import logging
import os
import time
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import KukarError, ReportError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import MODULES, Asked, fingerprint, program
from kukar_analysis.report.engine import fork
from kukar_analysis.report.registry import Report

Ended = tuple[Report, float, str | None]  # with its seconds, and its error where it failed
# What a kernel is asked after the last cell: which rows were read, and what the parameters are.
_ASK = """__import__("json").dumps([
    __import__("kukar_analysis.paths", fromlist=["seen"]).seen(),
    {{name: repr(globals().get(name)) for name in {names!r}}},
])"""
_own_program = cache(lambda: fingerprint(program()))
_RETRIES = 2  # times that a task whose worker was lost goes to another
_PATIENCE = 10  # seconds to wait for a scheduler


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
) -> Generator[Ended]:
    """Execute the reports into `folder`/<name>.ipynb, and yield each as it ends.

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
