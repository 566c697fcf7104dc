"""How a run breaks off otherwise than by an exception of a cell."""

from __future__ import annotations

import signal

from nbclient.exceptions import CellTimeoutError, DeadKernelError


class TimeLimitError(CellTimeoutError):
    """A cell ran longer than it may, or the notebook than its cells may together."""

    def __init__(self, seconds: float, *, whole: bool):
        self.limit = f"{'the notebook' if whole else 'a cell'} may take {seconds:g} s"
        super().__init__(f"timed out: {self.limit}")


class EndedKernelError(DeadKernelError):
    """A kernel ended while a cell ran, with this exit code, negative for a signal."""

    def __init__(self, code: int):
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        # nobody sends SIGKILL more often than a system that is out of memory
        super().__init__(f"Kernel died: {how}{', perhaps out of memory' * (code == -9)}")


class InterruptedRunError(DeadKernelError):
    """The run was stopped from outside, and its kernel with it."""


class ChangedParameterError(Exception):
    """A cell gave a parameter another value: what the notebook says is no longer about it."""
