"""One report as plain data, and the making of it: in a thread here, or on another machine."""

from __future__ import annotations

import ast
import errno
import json
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis import store, used
from kukar_analysis.errors import KukarError, ReportError
from kukar_analysis.report import fingerprint
from kukar_analysis.report.engine import fork
from kukar_analysis.report.engine.lean import spare_imports
from kukar_analysis.report.limits import Limits

_TRIES = 2
"""A kernel that dies or does not start may have lacked memory for a moment; nothing else is tried
again."""
_SEEN = "__import__('json').dumps(__import__('kukar_analysis.used', fromlist=['seen']).seen())"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
"""Where one output cannot be written for this reason, no other can be."""


Seen = Mapping[str, list[str]]
"""What a notebook looked at: tables and definitions, as `used.seen` tells it."""


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
    seen: Seen | None = None


def execute(task: Task) -> Done:
    """Make a report, and return what became of it, whatever goes wrong.

    Raises OSError where there is no room for any report.
    """
    started = time.monotonic()
    try:
        error, seen = _made(task)
    except Exception as failed:
        if no_room(failed):
            raise
        error, seen = in_a_line(failed), None
    return Done(time.monotonic() - started, error, None if error else seen)


def no_room(failed: BaseException) -> bool:
    """Return whether an error means that no other file can be written either."""
    return isinstance(failed, OSError) and failed.errno in _NO_ROOM


def in_a_line(failed: BaseException) -> str:
    """Return an error as one line: what it says where it is meant for people, else its kind too."""
    said = _first_line(str(failed))
    return said if isinstance(failed, KukarError) else f"{type(failed).__name__}: {said}"


def _made(task: Task) -> tuple[str | None, Seen | None]:
    """Run the notebook; return its error, or what it looked at."""
    if fingerprint.program() != task.program:
        return "the worker has another version of the program: install the same there", None
    set_environment(task.processed)
    if fork.available():
        fork.preload(task.modules, task.program)
    task.output.parent.mkdir(parents=True, exist_ok=True)
    error = _tried(task)
    if error:
        return error, None
    seen = _finished(task)
    return _beside(task.parameters, seen["tables"]), seen


def set_environment(processed: Path) -> None:
    """Let kernels that start in this process read a folder's tables, and note what they look at."""
    os.environ[store.PROCESSED_VARIABLE] = str(processed)
    os.environ[used.WATCH_VARIABLE] = "1"


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
        held=dict(task.parameters),
        # as in Lab, for modules beside the notebook; papermill's own `cwd` moves every thread
        resources={"metadata": {"path": str(task.notebook.parent)}},
        # ipykernel warns of TCP at every start; a kernel that dies raises an error of its own
        extra_arguments=["--log-level=CRITICAL"],
    )


def _finished(task: Task) -> Seen:
    """Take what only this run can use out of an executed notebook, and return what it looked at.

    This machine's paths, which papermill writes into it, are replaced by short names. Raises
    ReportError for a notebook that ended itself: papermill takes `sys.exit(0)` for its end.
    """
    import nbformat

    notebook = nbformat.read(task.output, as_version=4)
    asked = notebook.metadata.papermill.pop("asked", None)
    if asked is None:
        raise ReportError(f"{_broken_off(task.output)}: it ends the notebook before its last cell")
    found: Seen = json.loads(ast.literal_eval(asked))
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


def _literal(path: Path) -> str:
    """Return a path that papermill, which passes paths through str.format, leaves as it is."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _said(task: Task, failed: BaseException) -> str:
    return f"{_broken_off(task.output)}: {in_a_line(failed)}"


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
