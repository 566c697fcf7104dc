"""Runs reports side by side, in threads here or on other machines, and tells the truth of each."""

from __future__ import annotations

import ast
import errno
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from kukar_analysis import paths, used
from kukar_analysis.errors import KukarError, ReportError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import MODULES, Asked, Cache
from kukar_analysis.report.engine import fork
from kukar_analysis.report.registry import Report

_ASK = """__import__("json").dumps([
    __import__("kukar_analysis.used", fromlist=["seen"]).seen(),
    {{name: repr(globals().get(name)) for name in {names!r}}},
])"""
"""What a kernel is asked after the last cell: which rows were read, and what the parameters are."""
_RETRIES, _PATIENCE = 2, 10
"""Times that a task whose worker was lost goes to another; seconds to wait for a scheduler."""

Done = Callable[[Report, float, str | None], None]
"""Takes what became of a report: its seconds, and its error where it failed."""


@contextmanager
def cluster(address: str | None, jobs: int | None) -> Iterator[Executor | None]:
    """Give the executor of a dask scheduler (`local`: one started here); None without an address.

    A worker needs the project, in the same version, and the folders of tables and reports under
    the same path. Raises ReportError where dask is not installed, or nobody answers.
    """
    if address is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster

        own = {"n_workers": jobs or os.cpu_count(), "threads_per_worker": 1}
        started = LocalCluster(**own, dashboard_address=None) if address == "local" else None
        client = Client(started or address, timeout=_PATIENCE)
    except ImportError as error:
        said = "--cluster needs dask.distributed: pip install 'kukar-analysis[cluster]'"
        raise ReportError(said) from error
    except (OSError, ValueError) as error:
        said = f"no dask scheduler answers at {address} ({error}): start one, `dask scheduler`"
        raise ReportError(said) from error
    with client:
        yield client.get_executor(retries=_RETRIES, pure=False)
    if started:
        started.close()


def run(
    reports: list[Report],
    folder: Path,
    asked: Asked,
    program: str,
    executor: Executor | None,
    done: Done,
) -> None:
    """Execute the reports into `folder`/<name>.ipynb; `done` is called as each one ends.

    Notebooks run in kernels of their own, as many at a time as is asked (default: cores) or as
    `executor` takes; one that fails, for whatever reason, leaves its executed copy, and the others
    go on. Raises OSError where there is no room.
    """
    asked = replace(asked, processed=asked.processed.resolve(), reports=asked.reports.resolve())
    if executor is None and fork.available():
        fork.preload(MODULES, program)  # loads while papermill is imported here
    fork.import_papermill()  # once: threads that import it at the same time meet it half made
    pool = executor or ThreadPoolExecutor(asked.jobs or os.cpu_count() or 1)
    try:
        call = (paths.NOTEBOOKS, folder, asked, program)
        waiting = {pool.submit(execute, report, *call): report for report in reports}
        for finished in as_completed(waiting):
            try:
                became = finished.result()
            except OSError:
                raise
            except Exception as lost:  # its worker was
                became = 0.0, in_a_line(lost)
            done(waiting[finished], *became)
    except BaseException:  # Ctrl-C too: the kernels end at once, and with them their threads
        fork.over.set()
        pool.shutdown(wait=False, cancel_futures=True)
        fork.end()
        raise
    finally:
        pool.shutdown(wait=True)
        fork.over.clear()


def execute(
    report: Report, place: Path, folder: Path, asked: Asked, program: str
) -> tuple[float, str | None]:
    """Make a report, and return its seconds and its error, whatever goes wrong.

    `place` is where notebooks lie, `program` the fingerprint of the package that asks. Raises
    OSError where there is no room for any report.
    """
    started, error = time.monotonic(), None
    try:
        if _known(asked.reports).program() != program:
            raise ReportError("the worker has another version of the program: install it there")
        os.environ[paths.PROCESSED_VARIABLE] = str(asked.processed)
        if fork.available():
            fork.preload(MODULES, program)
        path = place / f"{report.notebook}.ipynb"
        _check_parameters(report, path)
        _check_answer(report, _run(report, path, folder / f"{report.name}.ipynb", asked))
    except Exception as failed:
        if no_room(failed):
            raise
        error = in_a_line(failed)
    return time.monotonic() - started, error


@cache
def _known(reports: Path) -> Cache:
    return Cache(reports)


def no_room(failed: BaseException) -> bool:
    """Return whether an error means that no other file can be written either."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
    return isinstance(failed, OSError) and failed.errno in full


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line: what it says where it is meant for people, else its kind too."""
    said = _first_line(str(failed))
    return said if isinstance(failed, KukarError) else f"{type(failed).__name__}: {said}"


def _check_parameters(report: Report, path: Path) -> None:
    """Raise ReportError where a notebook has no such parameter: papermill would only warn."""
    try:
        known = {n: one.kind for n, one in notebooks.read(path).parameters.items()}
    except Exception as error:
        said = f"notebooks/{path.name}: {in_a_line(error)}; restore it"
        raise ReportError(said) from error
    for name, value in report.parameters.items():
        if type(value).__name__ != known.get(name):
            listed = ", ".join(f"{n}: {kind}" for n, kind in known.items()) or "none"
            raise ReportError(f"no parameter {name} takes {value!r}; known: {listed}")


def _run(report: Report, path: Path, output: Path, asked: Asked) -> str:
    """Run a notebook and return its answer. Raises ReportError, which names the cell."""
    import papermill
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    output.parent.mkdir(parents=True, exist_ok=True)
    answers: list[str] = []
    error = early = "it ends the notebook before its last cell"
    try:
        papermill.execute_notebook(
            # papermill passes paths through str.format
            *(str(place).replace("{", "{{").replace("}", "}}") for place in (path, output)),
            parameters=dict(report.parameters),
            engine_name="warm",
            kernel_name="python3",
            progress_bar=False,
            execution_timeout=asked.cell,
            total_timeout=asked.whole,
            # as in Lab, for modules beside the notebook; papermill's own `cwd` moves every thread
            resources={"metadata": {"path": str(path.parent)}},
            # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
            extra_arguments=["--log-level=CRITICAL"],
            ask=_ASK.format(names=[*report.parameters]),
            answered=answers.append,
            # not the paths of this machine
            about={"input_path": f"notebooks/{path.name}", "output_path": f"{report.name}.ipynb"},
        )
    except PapermillExecutionError as failed:
        error = f"{failed.ename}: {_first_line(failed.evalue)}"
    except CellTimeoutError as failed:
        error = f"it hangs: {str(failed).removeprefix('timed out: ')}"
    except OSError:
        raise
    except Exception as failed:  # of many kinds for a kernel that died or did not start
        error = in_a_line(failed)
    if answers and error == early:
        return answers[0]
    cells = json.loads(output.read_text(encoding="utf-8"))["cells"] if output.exists() else []
    place = "before the first cell"
    for number, cell in enumerate(cells, start=1):
        if cell["metadata"].get("papermill", {}).get("status") == "failed":
            place = f"cell {number} ({_first_line(''.join(cell['source']))})"
    raise ReportError(f"{place}: {error}")


def _check_answer(report: Report, answer: str) -> None:
    """Raise ReportError where a parameter changed, or no row was read of what they name."""
    tables, values = json.loads(ast.literal_eval(answer))
    given = report.parameters
    for name, value in given.items():
        if values[name] != repr(value):
            raise ReportError(f"the parameter {name} no longer is {value!r}; a cell only reads it")
    region = given.get("region")
    years = [given[name] for name in ("year", "from_year", "to_year") if name in given]
    for year in years or [None]:
        if (year or region) and not used.tells_of(tables, year, region):
            named = " ".join(str(value) for value in (region, year) if value)
            raise ReportError(
                f"it read no rows of {named}, only {', '.join(tables) or 'none'}: the page would be"
                " about something else; take year and region from the parameters"
            )


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]
