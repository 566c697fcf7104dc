"""Runs reports side by side, and tells the truth about each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import kukar_analysis
from kukar_analysis import store
from kukar_analysis.errors import ReportError
from kukar_analysis.report import fingerprint, notebooks
from kukar_analysis.report.engine import fork
from kukar_analysis.report.engine.lean import spare_imports
from kukar_analysis.report.limits import USUAL, Limits
from kukar_analysis.report.registry import Report
from kukar_analysis.report.task import Done, Task, execute, in_a_line


@dataclass(frozen=True)
class Outcome:
    """What became of a report: its executed notebook, and the error where it failed."""

    report: Report
    notebook: Path
    seconds: float
    error: str | None = None
    seen: Mapping[str, list[str]] | None = None
    left_out: tuple[str, ...] = ()
    """what of the notebook its page does not show"""


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


def _parameters(notebook: str) -> dict[str, str]:
    """Return the parameters of a notebook with the names of their types."""
    if not _source(notebook).exists():
        raise ReportError("is not there; restore it")
    found = notebooks.read(_source(notebook)).parameters
    return {name: parameter.kind for name, parameter in found.items()}


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
    at a time (default: cores) or as many as `executor` takes; one that fails, for whatever reason,
    leaves its executed copy, and the others go on. Raises OSError where `folder` cannot be written.
    """
    program = fingerprint.program()
    modules = tuple(sorted(_modules_of(reports)))
    if executor is None and fork.available():
        fork.preload(modules, program)  # loads while papermill is imported here
    wrong = faults(reports)
    spare_imports()
    # here, once: threads that import it at the same time meet it half made
    import_module("papermill")
    tasks = [
        Task(
            name=report.name,
            notebook=_source(report.notebook),
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

    def ended(report: Report, made: Done) -> None:
        notebook = folder / f"{report.name}.ipynb"
        outcome = Outcome(report, notebook, made.seconds, made.error, made.seen)
        outcomes[report.name] = outcome
        done(outcome)

    with _stopping(executor or ThreadPoolExecutor(jobs or os.cpu_count() or 1)) as pool:
        waiting = {
            pool.submit(execute, task): report
            for task, report in zip(tasks, reports, strict=True)
            if report.name not in wrong
        }
        for report in reports:
            if report.name in wrong:
                ended(report, Done(0, wrong[report.name]))
        for finished in as_completed(waiting):
            ended(waiting[finished], _result(finished))
    return [outcomes[report.name] for report in reports]


def _result(finished: Future[Done]) -> Done:
    """Return what became of a task; where its worker was lost, that it failed."""
    try:
        return finished.result()
    except OSError:
        raise
    except Exception as error:
        return Done(0, in_a_line(error))


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


def _modules_of(reports: Iterable[Report]) -> set[str]:
    """Return the package's modules that the reports' notebooks use: those imported, or all of `ka`.

    Kernels have them before they start; a notebook that takes nothing of the package needs none.
    """
    offered = {f"kukar_analysis.{name}" for name in (*kukar_analysis.OFFERED, "show")}
    found: set[str] = set()
    for path in {_source(report.notebook) for report in reports}:
        imported = fingerprint.imported_by(path)
        found |= offered if imported is None else imported
    return found


def _source(notebook: str) -> Path:
    return store.NOTEBOOKS / f"{notebook}.ipynb"
