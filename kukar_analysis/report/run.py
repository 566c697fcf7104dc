"""Runs reports side by side, in threads here or on other machines, and tells the truth of each."""

from __future__ import annotations

import ast
import errno
import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
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
from kukar_analysis.report.engine.lean import spare_imports
from kukar_analysis.report.limits import USUAL, Limits
from kukar_analysis.report.registry import Report

_TRIES = 2
"""A kernel that dies or does not start may have lacked memory for a moment; nothing else is tried
again."""
_SEEN = "__import__('json').dumps(__import__('kukar_analysis.used', fromlist=['seen']).seen())"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Where one output cannot be written for this reason, no other can be."""


@dataclass(frozen=True)
class Outcome:
    """What became of a report: its executed notebook, and the error where it failed."""

    report: Report
    notebook: Path
    seconds: float
    error: str | None = None


@dataclass(frozen=True)
class Task:
    """All that a worker needs to make one report."""

    name: str
    notebook: Path
    parameters: Mapping[str, Any]
    output: Path
    processed: Path
    modules: tuple[str, ...]
    """what kernels have imported before they start"""
    program: str
    """fingerprint of the package that asks; a worker that has another one refuses"""
    limits: Limits


def run(
    reports: list[Report],
    folder: Path,
    *,
    processed: Path,
    program: str,
    jobs: int | None = None,
    executor: Executor | None = None,
    limits: Limits = USUAL,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Execute the reports into `folder`/<name>.ipynb and return what became of each, in order.

    `done` is called as each one ends, in this thread. Notebooks run in kernels of their own, `jobs`
    at a time (default: cores) or as many as `executor` takes; one that fails, for whatever reason,
    leaves its executed copy, and the others go on. Raises OSError where `folder` cannot be written.
    """
    modules = tuple(f"kukar_analysis.{name}" for name in (*kukar_analysis.OFFERED, "show"))
    if executor is None and fork.available():
        fork.preload(modules, program)  # loads while papermill is imported here
    wrong, outcomes = faults(reports), {}
    spare_imports()
    # here, once: threads that import it at the same time meet it half made
    import_module("papermill")

    def ended(report: Report, seconds: float, error: str | None) -> None:
        outcome = Outcome(report, folder / f"{report.name}.ipynb", seconds, error)
        outcomes[report.name] = outcome
        done(outcome)

    with _stopping(executor or ThreadPoolExecutor(jobs or os.cpu_count() or 1)) as pool:
        waiting = {
            pool.submit(
                execute,
                Task(
                    report.name,
                    _source(report.notebook),
                    dict(report.parameters),
                    folder / f"{report.name}.ipynb",
                    processed.resolve(),
                    modules,
                    program,
                    limits,
                ),
            ): report
            for report in reports
            if report.name not in wrong
        }
        for report in reports:
            if report.name in wrong:
                ended(report, 0, wrong[report.name])
        for finished in as_completed(waiting):
            ended(waiting[finished], *_result(finished))
    return [outcomes[report.name] for report in reports]


def faults(reports: Iterable[Report]) -> dict[str, str]:
    """Return why reports cannot be run, by name.

    Their notebook cannot be read, or its parameters cell does not know a parameter, or has it in
    another type: papermill itself only warns of an unknown one and then runs the default.
    """
    known, found = cache(_parameters), {}
    for report in reports:
        try:
            types = known(report.notebook)
        except Exception as error:
            found[report.name] = f"notebooks/{report.notebook}.ipynb: {in_a_line(error)}"
            continue
        wrong = [
            f"unknown parameter {name!r}; known: {', '.join(types) or 'none'}"
            if name not in types
            else f"{name} = {value!r} is no {types[name]}"
            for name, value in report.parameters.items()
            if type(value).__name__ != types.get(name)
        ]
        if wrong:
            found[report.name] = "; ".join(wrong)
    return found


def execute(task: Task) -> tuple[float, str | None]:
    """Make a report, and return its seconds and its error, whatever goes wrong.

    Raises OSError where there is no room for any report.
    """
    started = time.monotonic()
    try:
        error = _made(task)
    except Exception as failed:
        if no_room(failed):
            raise
        error = in_a_line(failed)
    return time.monotonic() - started, error


def no_room(failed: BaseException) -> bool:
    """Return whether an error means that no other file can be written either."""
    return isinstance(failed, OSError) and failed.errno in _NO_ROOM


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line: what it says where it is meant for people, else its kind too."""
    said = _first_line(str(failed))
    return said if isinstance(failed, KukarError) else f"{type(failed).__name__}: {said}"


def _parameters(notebook: str) -> dict[str, str]:
    """Return the parameters of a notebook with the names of their types."""
    if not _source(notebook).exists():
        raise ReportError("is not there; restore it")
    found = notebooks.read(_source(notebook)).parameters
    return {name: parameter.kind for name, parameter in found.items()}


def _result(finished: Future[tuple[float, str | None]]) -> tuple[float, str | None]:
    """Return what became of a task; where its worker was lost, that it failed."""
    try:
        return finished.result()
    except OSError:
        raise
    except Exception as error:
        return 0, in_a_line(error)


@contextmanager
def _stopping(pool: Executor) -> Iterator[Executor]:
    """Give a pool that ends with its block; on an error or Ctrl-C at once, with its kernels."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        from kukar_analysis.report.engine import papermill

        papermill.interrupt()
        raise
    finally:
        pool.shutdown(wait=True)


@cache
def _hashes() -> Cache:
    """Return what knows the hashes of the program's files: each is read again when it changes."""
    return Cache(paths.REPORTS)


def _made(task: Task) -> str | None:
    """Run the notebook; return its error."""
    if _hashes().program() != task.program:
        return "the worker has another version of the program: install the same there"
    os.environ[paths.PROCESSED_VARIABLE] = str(task.processed)
    if fork.available():
        fork.preload(task.modules, task.program)
    task.output.parent.mkdir(parents=True, exist_ok=True)
    return _tried(task) or _beside(task.parameters, _finished(task))


def _tried(task: Task) -> str | None:
    """Run the notebook, a second time where that may help; return the error that stays."""
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    from kukar_analysis.report.engine.record import (
        ChangedParameterError,
        InterruptedRunError,
        TimeLimitError,
    )

    for attempt in range(1, _TRIES + 1):
        try:
            _run(task)
            return None
        except PapermillExecutionError as failed:
            place = f"cell {failed.cell_index + 1} ({_first_line(failed.source)})"
            return f"{place}: {failed.ename}: {_first_line(failed.evalue)}"
        except ChangedParameterError as failed:
            return f"{_broken_off(task.output)}: {failed}; a cell may only read it"
        except TimeLimitError as failed:
            return f"{_broken_off(task.output)}: it hangs: {failed.limit}"
        except (InterruptedRunError, CellTimeoutError) as failed:
            return f"{_broken_off(task.output)}: {in_a_line(failed)}"
        except OSError:
            raise
        except Exception as failed:
            # A dead kernel or one that does not start: nbclient and jupyter_client raise errors of
            # many kinds, and each must become a named failure of this report only.
            if attempt == _TRIES:
                said = f"{_broken_off(task.output)}: {in_a_line(failed)}"
                return f"{said} (at try {attempt} too)"
    raise AssertionError("a loop over no tries")


def _run(task: Task) -> None:
    spare_imports()
    import papermill

    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill.execute_notebook(
        _literal(task.notebook),
        _literal(task.output),
        parameters=dict(task.parameters),
        engine_name="warm",
        kernel_name="python3",
        progress_bar=False,
        execution_timeout=task.limits.cell,
        total_timeout=task.limits.report,
        ask=_SEEN,
        held=dict(task.parameters),
        # as in Lab, for modules beside the notebook; papermill's own `cwd` moves every thread
        resources={"metadata": {"path": str(task.notebook.parent)}},
        # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
        extra_arguments=["--log-level=CRITICAL"],
    )


def _finished(task: Task) -> list[str]:
    """Take what only this run can use out of an executed notebook; return the tables it read.

    This machine's paths, which papermill writes into it, are replaced by short names. Raises
    ReportError for a notebook that ended itself: papermill takes `sys.exit(0)` for its end.
    """
    import nbformat

    notebook = nbformat.read(task.output, as_version=4)
    asked = notebook.metadata.papermill.pop("asked", None)
    if asked is None:
        raise ReportError(f"{_broken_off(task.output)}: it ends the notebook before its last cell")
    found: list[str] = json.loads(ast.literal_eval(asked))
    notebook.metadata.papermill.input_path = f"notebooks/{task.notebook.name}"
    notebook.metadata.papermill.output_path = f"{task.name}.ipynb"
    nbformat.write(notebook, task.output)
    return found


def _beside(parameters: Mapping[str, Any], tables: list[str]) -> str | None:
    """Return what is wrong where a notebook did not look at what its parameters name."""
    region = parameters.get("region")
    years = [parameters[name] for name in ("year", "from_year", "to_year") if name in parameters]
    for year in years or [None]:
        if (year or region) and not used.tells_of(tables, year, region):
            named = " ".join(str(value) for value in (region, year) if value)
            return (
                f"it read no rows of {named}, only {', '.join(tables) or 'none'}: the page would be"
                " about something else; take year and region from the parameters"
            )
    return None


def _source(notebook: str) -> Path:
    return paths.NOTEBOOKS / f"{notebook}.ipynb"


def _literal(path: Path) -> str:
    """Return a path that papermill, which passes paths through str.format, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]


def _broken_off(output: Path) -> str:
    """Name the cell that an executed notebook marks as failed."""
    import nbformat

    cells = nbformat.read(output, as_version=4).cells if output.exists() else []
    for number, cell in enumerate(cells, start=1):
        if cell.metadata.get("papermill", {}).get("status") == "failed":
            return f"cell {number} ({_first_line(cell.source)})"
    return "before the first cell"
