"""Runs reports through papermill, side by side, and tells the truth about each."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

from kukar_analysis import store
from kukar_analysis.errors import ReportError
from kukar_analysis.report.registry import Report


@dataclass(frozen=True)
class Outcome:
    """What became of a report: its executed notebook, and the error where it failed."""

    report: Report
    notebook: Path
    seconds: float
    error: str | None = None


def check_parameters(reports: Iterable[Report]) -> None:
    """Compare each report's parameters with its notebook's parameters cell.

    Papermill itself only warns of an unknown parameter and then runs the default. Raises
    ReportError naming every parameter that is unknown or of another type.
    """
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
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Execute the reports into `folder`/<name>.ipynb and return what became of each, in order.

    `done` is called as each one ends. Notebooks run in kernels of their own; a failing one leaves
    its executed copy, and the others go on.
    """
    check_parameters(reports)
    os.environ[store.PROCESSED_VARIABLE] = str(processed.resolve())
    logging.getLogger("papermill").setLevel(logging.ERROR)
    outcomes = {}
    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        waiting = [pool.submit(_execute, report, folder) for report in reports]
        for finished in as_completed(waiting):
            outcome = finished.result()
            outcomes[outcome.report.name] = outcome
            done(outcome)
    return [outcomes[report.name] for report in reports]


def _source(report: Report) -> Path:
    path = store.NOTEBOOKS / f"{report.notebook}.ipynb"
    if not path.exists():
        raise ReportError(f"{report.name}: notebooks/{path.name} is not there; restore it")
    return path


def _execute(report: Report, folder: Path) -> Outcome:
    output = folder / f"{report.name}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    started, error = time.monotonic(), None
    try:
        papermill.execute_notebook(
            _literal(_source(report)),
            _literal(output),
            parameters=dict(report.parameters),
            kernel_name="python3",
            progress_bar=False,
            # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
            extra_arguments=["--log-level=CRITICAL"],
        )
        _forget_paths(output, report)
    except PapermillExecutionError as failed:
        error = f"cell {failed.cell_index + 1} ({_first_line(failed.source)}): {failed.ename}: " + (
            _first_line(failed.evalue)
        )
    except Exception as failed:
        # A dead or hanging kernel: nbclient and jupyter_client raise errors of many kinds, and
        # each must become a named failure of this report, not the end of the others.
        error = f"{_last_started(output)}: {type(failed).__name__}: {_first_line(str(failed))}"
    return Outcome(report, output, time.monotonic() - started, error)


def _forget_paths(output: Path, report: Report) -> None:
    """Replace this machine's paths, which papermill writes into the notebook, by short names."""
    notebook = nbformat.read(output, as_version=4)
    notebook.metadata.papermill.input_path = f"notebooks/{report.notebook}.ipynb"
    notebook.metadata.papermill.output_path = f"{report.name}.ipynb"
    nbformat.write(notebook, output)


def _literal(path: Path) -> str:
    """Return a path that papermill, which passes paths through str.format, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]


def _last_started(output: Path) -> str:
    """Name the cell in which an executed notebook broke off."""
    if not output.exists():
        return "before the first cell"
    cells = nbformat.read(output, as_version=4).cells
    started = [
        (i, cell)
        for i, cell in enumerate(cells, start=1)
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
    if not started:
        return "before the first cell"
    number, cell = started[-1]
    return f"cell {number} ({_first_line(cell.source)})"
