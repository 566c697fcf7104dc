"""One report as plain data, and the making of it: in a thread here, or on another machine."""

from __future__ import annotations

import ast
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis import store, used
from kukar_analysis.engine import fork
from kukar_analysis.engine.lean import spare_imports
from kukar_analysis.report import fingerprint
from kukar_analysis.report.limits import Limits

_TRIES = 2
"""A kernel that dies or does not start may have lacked memory for a moment; nothing else is tried
again."""
_SEEN = "__import__('kukar_analysis.used', fromlist=['seen']).seen()"


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


@dataclass(frozen=True)
class Done:
    """What became of a task; `seen` is what its notebook looked at (`used.seen`)."""

    seconds: float
    error: str | None = None
    seen: Mapping[str, list[str]] | None = None


def execute(task: Task) -> Done:
    """Make a report, and return what became of it.

    Raises OSError where the output cannot be written: no other report could be, either.
    """
    if fingerprint.program() != task.program:
        return Done(0, "the worker has another version of the program: install the same there")
    started = time.monotonic()
    set_environment(task.processed)
    if fork.available():
        fork.preload(task.modules, task.program)
    task.output.parent.mkdir(parents=True, exist_ok=True)
    error = _tried(task)
    seen = None if error else _finished(task)
    return Done(time.monotonic() - started, error, seen)


def set_environment(processed: Path) -> None:
    """Let kernels that start in this process read a folder's tables, and note what they look at."""
    os.environ[store.PROCESSED_VARIABLE] = str(processed)
    os.environ[used.WATCH_VARIABLE] = "1"


def _tried(task: Task) -> str | None:
    """Run the notebook, a second time where that may help; return the error that stays."""
    from nbclient.exceptions import CellTimeoutError
    from papermill.exceptions import PapermillExecutionError

    from kukar_analysis.engine.record import InterruptedRunError, TimeLimitError

    for attempt in range(1, _TRIES + 1):
        try:
            _run(task)
            return None
        except PapermillExecutionError as failed:
            place = f"cell {failed.cell_index + 1} ({_first_line(failed.source)})"
            return f"{place}: {failed.ename}: {_first_line(failed.evalue)}"
        except TimeLimitError as failed:
            return f"{_broken_off(task.output)}: it hangs: {failed.limit}"
        except (InterruptedRunError, CellTimeoutError) as failed:
            return _said(task, failed)
        except OSError:
            raise
        except Exception as failed:
            # A dead kernel or one that does not start: nbclient and jupyter_client raise errors of
            # many kinds, and each must become a named failure of this report only.
            if attempt == _TRIES:
                return f"{_said(task, failed)} (at try {attempt} too)"
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
        # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
        extra_arguments=["--log-level=CRITICAL"],
    )


def _finished(task: Task) -> Mapping[str, list[str]]:
    """Take what only this run can use out of an executed notebook, and return what it looked at.

    This machine's paths, which papermill writes into it, are replaced by short names.
    """
    import nbformat

    notebook = nbformat.read(task.output, as_version=4)
    found: Mapping[str, list[str]] = ast.literal_eval(notebook.metadata.papermill.pop("asked"))
    notebook.metadata.papermill.input_path = f"notebooks/{task.notebook.name}"
    notebook.metadata.papermill.output_path = f"{task.name}.ipynb"
    nbformat.write(notebook, task.output)
    return found


def _literal(path: Path) -> str:
    """Return a path that papermill, which passes paths through str.format, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _said(task: Task, failed: BaseException) -> str:
    return f"{_broken_off(task.output)}: {type(failed).__name__}: {_first_line(str(failed))}"


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
