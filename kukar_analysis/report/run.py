"""Runs reports side by side, in threads here or on other machines, and tells the truth of each."""

from __future__ import annotations

import ast
import errno
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import paths, used
from kukar_analysis.errors import KukarError, ReportError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import Cache
from kukar_analysis.report.engine import fork
from kukar_analysis.report.registry import Report
from kukar_analysis.report.way import Asked

_ASKS = """__import__("json").dumps([
    __import__("kukar_analysis.used", fromlist=["seen"]).seen(),
    {{name: repr(globals().get(name)) for name in {names!r}}},
])"""
"""The cell that is added to each notebook: which rows were read, and what the parameters are."""
_MODULES = tuple(f"kukar_analysis.{name}" for name in (*kukar_analysis.OFFERED, "show"))
"""What kernels have imported before they start."""
_stopped = threading.Event()
"""Set while a run that broke off ends: a kernel that was killed then is not tried again."""


@dataclass(frozen=True)
class Outcome:
    """What became of a report: its executed notebook, and the error where it failed."""

    report: Report
    notebook: Path
    seconds: float
    error: str | None = None


def run(
    reports: list[Report],
    folder: Path,
    asked: Asked,
    program: str,
    executor: Executor | None = None,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Execute the reports into `folder`/<name>.ipynb and return what became of each, in order.

    `done` is called as each one ends, in this thread. Notebooks run in kernels of their own, as
    many at a time as is asked (default: cores) or as `executor` takes; one that fails, for whatever
    reason, leaves its executed copy, and the others go on. Raises OSError where there is no room.
    """
    asked = replace(asked, processed=asked.processed.resolve(), reports=asked.reports.resolve())
    if executor is None and fork.available():
        fork.preload(_MODULES, program)  # loads while papermill is imported here
    fork.spare_imports()
    # here, once: threads that import it at the same time meet it half made
    import_module("papermill")
    outcomes: dict[str, Outcome] = {}
    pool = executor or ThreadPoolExecutor(asked.jobs or os.cpu_count() or 1)
    try:
        waiting = {
            pool.submit(execute, r, paths.NOTEBOOKS, folder, asked, program): r for r in reports
        }
        for finished in as_completed(waiting):
            report, (seconds, error) = waiting[finished], _result(finished)
            made = Outcome(report, folder / f"{report.name}.ipynb", seconds, error)
            outcomes[report.name] = made
            done(made)
    except BaseException:  # Ctrl-C too: the kernels end at once, and with them their threads
        _stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
        fork.end()
        raise
    finally:
        pool.shutdown(wait=True)
        _stopped.clear()
    return [outcomes[report.name] for report in reports]


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
            fork.preload(_MODULES, program)
        path = place / f"{report.notebook}.ipynb"
        _check_parameters(report, path)
        tables = _run(report, path, folder / f"{report.name}.ipynb", asked)
        _check_read(report.parameters, tables)
    except Exception as failed:
        if no_room(failed):
            raise
        error = in_a_line(failed)
    return time.monotonic() - started, error


@cache
def _known(reports: Path) -> Cache:
    """Return what knows the hashes of the program's files: each is read again when it changes."""
    return Cache(reports)


def no_room(failed: BaseException) -> bool:
    """Return whether an error means that no other file can be written either."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
    return isinstance(failed, OSError) and failed.errno in full


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line: what it says where it is meant for people, else its kind too."""
    said = _first_line(str(failed))
    return said if isinstance(failed, KukarError) else f"{type(failed).__name__}: {said}"


def _result(finished: Future[tuple[float, str | None]]) -> tuple[float, str | None]:
    """Return what became of a task; where its worker was lost, that it failed."""
    try:
        return finished.result()
    except OSError:
        raise
    except Exception as error:
        return 0, in_a_line(error)


def _check_parameters(report: Report, path: Path) -> None:
    """Raise ReportError where a notebook cannot be read, or has no such parameter.

    Papermill itself only warns of an unknown one, and then runs the default.
    """
    try:
        known = {n: one.kind for n, one in notebooks.read(path).parameters.items()}
    except Exception as error:
        said = f"notebooks/{path.name}: {in_a_line(error)}; restore it"
        raise ReportError(said) from error
    for name, value in report.parameters.items():
        if type(value).__name__ != known.get(name):
            listed = ", ".join(f"{n}: {kind}" for n, kind in known.items()) or "none"
            raise ReportError(f"no parameter {name} takes {value!r}; known: {listed}")


def _run(report: Report, path: Path, output: Path, asked: Asked) -> list[str]:
    """Run a notebook, a second time where its kernel died or did not start: for want of memory.

    Returns the rows that it read. Raises ReportError, which names the cell.
    """
    import nbformat
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    notebook = nbformat.v4.upgrade(nbformat.read(path, as_version=4))
    asks = _ASKS.format(names=[*report.parameters])
    notebook.cells.append(nbformat.v4.new_code_cell(asks, id="asks"))
    output.parent.mkdir(parents=True, exist_ok=True)
    source = output.with_suffix(".asked.ipynb")
    nbformat.write(notebook, source)
    error, again = "", True
    while again:
        again = False
        try:
            _papermill(source, output, path.parent, report.parameters, asked)
        except PapermillExecutionError as failed:
            error = f"{failed.ename}: {_first_line(failed.evalue)}"
        except CellTimeoutError as failed:
            error = f"it hangs: {str(failed).removeprefix('timed out: ')}"
        except OSError:
            raise
        except Exception as failed:
            # nbclient and jupyter_client raise errors of many kinds for a kernel that died
            again = not error and not _stopped.is_set()
            error = in_a_line(failed) + " (at try 2 too)" * bool(error)
        else:
            error = ""
    answer, place = _own(report, output)
    if error or answer is None:
        raise ReportError(f"{place}: {error or 'it ends the notebook before its last cell'}")
    tables, values = json.loads(answer)
    for name, value in report.parameters.items():
        if values[name] != repr(value):
            raise ReportError(f"the parameter {name} no longer is {value!r}; a cell only reads it")
    return [*tables]


def _papermill(
    source: Path, output: Path, place: Path, parameters: Mapping[str, Any], asked: Asked
) -> None:
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill.execute_notebook(
        # papermill passes paths through str.format
        *(str(path).replace("{", "{{").replace("}", "}}") for path in (source, output)),
        parameters=dict(parameters),
        engine_name="warm",
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=asked.cell,
        total_timeout=asked.whole,
        # as in Lab, for modules beside the notebook; papermill's own `cwd` moves every thread
        resources={"metadata": {"path": str(place)}},
        # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
        extra_arguments=["--log-level=CRITICAL"],
    )


def _own(report: Report, output: Path) -> tuple[str | None, str]:
    """Leave in an executed notebook only what is its own; return the answer, and what failed.

    The answer is that of the cell that was added, None where it was not run. This machine's paths,
    which papermill writes into it, are replaced by short names.
    """
    import nbformat

    place = "before the first cell"
    if not output.exists():
        return None, place
    notebook = nbformat.read(output, as_version=4)
    added = next(cell for cell in reversed(notebook.cells) if cell.id == "asks")
    notebook.cells.remove(added)
    about = notebook.metadata.papermill
    about.input_path, about.output_path = (
        f"notebooks/{report.notebook}.ipynb",
        f"{report.name}.ipynb",
    )
    nbformat.write(notebook, output)
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.metadata.get("papermill", {}).get("status") == "failed":
            place = f"cell {number} ({_first_line(cell.source)})"
    answers = [out.data["text/plain"] for out in added.outputs if "data" in out]
    return (ast.literal_eval(answers[0]) if answers else None), place


def _check_read(parameters: Mapping[str, Any], tables: list[str]) -> None:
    """Raise ReportError where a notebook did not look at what its parameters name."""
    region = parameters.get("region")
    years = [parameters[name] for name in ("year", "from_year", "to_year") if name in parameters]
    for year in years or [None]:
        if (year or region) and not used.tells_of(tables, year, region):
            named = " ".join(str(value) for value in (region, year) if value)
            raise ReportError(
                f"it read no rows of {named}, only {', '.join(tables) or 'none'}: the page would be"
                " about something else; take year and region from the parameters"
            )


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]
