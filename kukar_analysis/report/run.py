"""Runs reports side by side, and tells the truth about each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis import store
from kukar_analysis.engine import fork
from kukar_analysis.engine.lean import spare_imports
from kukar_analysis.errors import ReportError
from kukar_analysis.report import fingerprint
from kukar_analysis.report.limits import USUAL, Limits
from kukar_analysis.report.registry import Report
from kukar_analysis.report.task import Task, execute


@dataclass(frozen=True)
class Outcome:
    """What became of a report: its executed notebook, and the error where it failed."""

    report: Report
    notebook: Path
    seconds: float
    error: str | None = None
    seen: Mapping[str, list[str]] | None = None


def check_parameters(reports: Iterable[Report]) -> None:
    """Compare each report's parameters with its notebook's parameters cell.

    Papermill itself only warns of an unknown parameter and then runs the default. Raises
    ReportError naming every parameter that is unknown or of another type.
    """
    spare_imports()
    import papermill

    faults = []
    known: dict[str, dict[str, str]] = {}
    for report in reports:
        if report.notebook not in known:
            inspected = papermill.inspect_notebook(str(_source(report)))
            known[report.notebook] = {n: p["inferred_type_name"] for n, p in inspected.items()}
        types = known[report.notebook]
        for name, value in report.parameters.items():
            if name not in types:
                listed = ", ".join(types) or "none"
                faults.append(f"{report.name}: unknown parameter {name!r}; known: {listed}")
            elif type(value).__name__ != types[name]:
                faults.append(f"{report.name}: {name} = {value!r} is no {types[name]}")
    if faults:
        raise ReportError("; ".join(faults))


def run(
    reports: list[Report],
    folder: Path,
    *,
    processed: Path,
    jobs: int | None = None,
    executor: Executor | None = None,
    limits: Limits = USUAL,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Execute the reports into `folder`/<name>.ipynb and return what became of each, in order.

    `done` is called as each one ends, in this thread. Notebooks run in kernels of their own, `jobs`
    at a time (default: cores) or as many as `executor` takes; a failing one leaves its executed
    copy, and the others go on. Raises OSError where `folder` cannot be written.
    """
    program = fingerprint.program()
    modules = tuple(sorted(_modules_of(reports)))
    if executor is None and fork.available():
        fork.preload(modules, program)  # loads while papermill is imported here
    check_parameters(reports)
    tasks = [
        Task(
            name=report.name,
            notebook=_source(report),
            parameters=dict(report.parameters),
            output=folder / f"{report.name}.ipynb",
            processed=processed.resolve(),
            modules=modules,
            program=program,
            limits=limits,
        )
        for report in reports
    ]
    outcomes = {}
    with _stopping(executor or ThreadPoolExecutor(jobs or os.cpu_count() or 1)) as pool:
        waiting = {
            pool.submit(execute, task): report for task, report in zip(tasks, reports, strict=True)
        }
        for finished in as_completed(waiting):
            report, made = waiting[finished], finished.result()
            notebook = folder / f"{report.name}.ipynb"
            outcome = Outcome(report, notebook, made.seconds, made.error, made.seen)
            outcomes[report.name] = outcome
            done(outcome)
    return [outcomes[report.name] for report in reports]


@contextmanager
def _stopping(pool: Executor) -> Iterator[Executor]:
    """Give a pool that ends with its block; on an error or Ctrl-C at once, with its kernels."""
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        from kukar_analysis.engine import papermill

        papermill.interrupt()
        raise
    finally:
        pool.shutdown(wait=True)


def _modules_of(reports: Iterable[Report]) -> set[str]:
    """Return the package's modules that the reports' notebooks import, where that can be told."""
    paths = {_source(report) for report in reports}
    return {module for path in paths for module in fingerprint.imported_by(path) or ()}


def _source(report: Report) -> Path:
    path = store.NOTEBOOKS / f"{report.notebook}.ipynb"
    if not path.exists():
        raise ReportError(f"{report.name}: notebooks/{path.name} is not there; restore it")
    return path
