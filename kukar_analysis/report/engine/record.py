"""What an executed notebook says about its own run."""

from __future__ import annotations

import html
import signal
from datetime import timedelta
from typing import Any, cast

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4
from papermill.engines import NotebookExecutionManager

SAVE_EVERY = timedelta(seconds=2)
"""The whole file is written each time, so not after each cell."""


class TimeLimitError(CellTimeoutError):
    """A cell ran longer than it may, or the notebook than its cells may together."""

    seconds: float
    whole: bool
    """Whether it was the time of the whole notebook."""

    @classmethod
    def of(cls, message: str, seconds: float, cell: Any, *, whole: bool) -> TimeLimitError:
        """Return the error of a cell that was running when `seconds` were over."""
        shown = int(seconds) if float(seconds).is_integer() else round(seconds, 1)
        error = cast("TimeLimitError", cls.error_from_timeout_and_cell(message, shown, cell))  # type: ignore[arg-type]
        error.seconds, error.whole = seconds, whole
        return error

    @property
    def limit(self) -> str:
        """What was exceeded, in English."""
        return f"{'the notebook' if self.whole else 'a cell'} may take {self.seconds:g} s"


class EndedKernelError(DeadKernelError):
    """A kernel ended while a cell ran; `code` is its exit code, negative for a signal."""

    def __init__(self, code: int):
        super().__init__(f"Kernel died: {ending(code)[1]}")
        self.code = code


def ending(code: int) -> tuple[str, str]:
    """Return how a process with this exit code ended, in Indonesian and in English."""
    names = {int(number): number.name for number in signal.Signals}
    if -code not in names:
        return f"kode keluar {code}", f"exit code {code}"
    name = names[-code]
    if name == "SIGKILL":  # nobody sends it more often than a system that is out of memory
        return f"{name}, mungkin memori habis", f"{name}, perhaps out of memory"
    return name, name


class ChangedParameterError(Exception):
    """A cell gave a parameter another value: what the notebook says is no longer about it."""

    def __init__(self, name: str, value: object):
        super().__init__(f"the parameter {name} no longer is {value!r}")
        self.name, self.value = name, value


class InterruptedRunError(DeadKernelError):
    """The run was stopped from outside, and its kernel with it."""


class Record(NotebookExecutionManager):  # type: ignore[misc]
    """Marks a notebook for what became of it, and saves it neither too often nor too late.

    Papermill itself knows cells that raise. Where a run broke off otherwise (a killed kernel, a
    time limit, an interrupt) it marks every cell as completed, also those that never ran.
    """

    def __init__(self, nb: Any, **options: Any):
        super().__init__(nb, **options)
        self._every = SAVE_EVERY
        if self.autosave_cell_every:  # whoever asks for more gets more
            self._every = min(SAVE_EVERY, timedelta(seconds=self.autosave_cell_every))
        self._broken: BaseException | None = None
        self._saved = False
        self._late = False

    def save(self, **kwargs: Any) -> None:
        """Write the notebook at its start, its end and after a failure, else every 2 s at most."""
        urgent = not self._saved or self.end_time or self.nb.metadata.papermill.get("exception")
        self._late = not urgent and self.now() - self.last_save_time < self._every
        if not self._late:
            super().save(**kwargs)
            self._saved = True

    def save_if_late(self) -> None:
        """Write what was put off, once it is due; called again and again while a cell runs."""
        if self._late:
            self.save()

    def break_off(self, error: BaseException) -> None:
        """Mark the running cell, if there is one, and the notebook as failed by `error`."""
        self._broken = error
        self.nb.metadata.papermill["exception"] = True
        for index, cell in enumerate(self.nb.cells):
            if cell.metadata.papermill["status"] == self.RUNNING:
                self.cell_exception(cell, cell_index=index, exception=error)
                self.cell_complete(cell, cell_index=index)

    def notebook_complete(self, **kwargs: Any) -> None:
        """Close the record; of a run that broke off, what did not run stays pending."""
        if self._broken is None:
            super().notebook_complete(**kwargs)
            return
        pending = [c for c in self.nb.cells if c.metadata.papermill["status"] == self.PENDING]
        super().notebook_complete(**kwargs)
        for cell in pending:
            cell.metadata.papermill["status"] = self.PENDING
        self._insert_banners(self._broken)
        self.save()

    def _insert_banners(self, error: BaseException) -> None:
        """Say at the top, and before the cell, what happened, in the look of papermill's own."""
        # papermill.execute imports the engines, and they this module
        from papermill.execute import ERROR_STYLE

        said = [html.escape(text) for text in cause(error)]
        failed = [i for i, c in enumerate(self.nb.cells) if self._failed(c)]
        where = "", ""
        if failed:
            count = self.nb.cells[failed[0]].get("execution_count")
            name = f"In [{count}]" if count else f"{failed[0] + 1}"
            link = f'<a href="#papermill-error-cell">{name}</a>'
            where = f" di sel '{link}'", f" in cell '{link}'"
            anchor = (
                f'<span id="papermill-error-cell" {ERROR_STYLE}>Terhenti di sel ini: {said[0]}.'
                f"<br>Stopped in this cell: {said[1]}.</span>"
            )
            self.nb.cells.insert(failed[0], _banner(anchor))
        top = (
            f"<span {ERROR_STYLE}>Notebook ini tidak selesai dijalankan; terhenti{where[0]}: "
            f"{said[0]}.<br>This notebook did not run to its end; it stopped{where[1]}: "
            f"{said[1]}.</span>"
        )
        self.nb.cells.insert(0, _banner(top))

    def _failed(self, cell: Any) -> bool:
        return bool(cell.metadata.papermill["status"] == self.FAILED)


def cause(error: BaseException) -> tuple[str, str]:
    """Return what ended a run, in Indonesian and in English."""
    if isinstance(error, TimeLimitError):
        whole = "seluruh notebook" if error.whole else "satu sel"
        return f"waktu habis sesudah {error.seconds:g} s (batas {whole})", (
            f"timed out after {error.seconds:g} s ({error.limit})"
        )
    if isinstance(error, CellTimeoutError):
        return "waktu habis", "timed out"
    if isinstance(error, (InterruptedRunError, KeyboardInterrupt, SystemExit)):
        return "dihentikan dari luar", "interrupted"
    if isinstance(error, ChangedParameterError):
        return f"parameter {error.name} tidak lagi {error.value!r}", str(error)
    if isinstance(error, EndedKernelError):
        indonesian, english = ending(error.code)
        return f"kernel mati ({indonesian})", f"kernel died ({english})"
    if isinstance(error, DeadKernelError):
        return "kernel mati", "kernel died"
    said = f"{type(error).__name__}: {error}"
    return said, said


def _banner(text: str) -> Any:
    from papermill.execute import ERROR_MARKER_TAG

    return v4.new_markdown_cell(text, metadata={"tags": [ERROR_MARKER_TAG]})
