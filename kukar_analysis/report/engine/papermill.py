"""The papermill engine `warm`: forked kernels, and executed notebooks that tell the truth."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import v4
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets import Float

from kukar_analysis.report.engine import fork

FOREVER, SOON = float("inf"), 0.01
"""Seconds left where there is no limit, and where none are: 0 would mean no limit."""


class GreetedClient(AsyncKernelClient):
    """Takes a forked kernel for ready when it greets, not after a silence of 0.2 s."""

    parent: Any

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for what ipykernel sends to each new subscriber; it listens to all else already."""
        if not isinstance(self.parent.provisioner.process, fork.ForkedKernel):
            await super()._async_wait_for_ready(timeout)
            return
        until = time.monotonic() + (FOREVER if timeout is None else timeout)
        while time.monotonic() < until:
            try:
                await self.iopub_channel.get_msg(timeout=0.2)
                return
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before it answered") from None
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Executes the cells of one notebook within its limits.

    What whoever runs it has in a profile of IPython, in start-up files, in variables or as a kernel
    of their own named python3 does not reach its kernel, which listens in a folder of its own, not
    on ports: two kernels that start at once can meet on one, and other users can reach it.
    """

    timeout, total_timeout = Float(None, allow_none=True), Float(None, allow_none=True)

    def __init__(self, nb_man: Any, **options: Any):
        super().__init__(nb_man, **options)
        self._deadline = time.monotonic() + (self.total_timeout or FOREVER)
        self.timeout_func = lambda cell: self._limit()

    def execute(self, **options: Any) -> Any:
        """Run the notebook in a kernel of its own."""
        # the paths of sockets may have 107 bytes
        place = None if len(os.fsencode(tempfile.gettempdir())) < 70 else "/tmp"
        with tempfile.TemporaryDirectory("", "kernel-", place, ignore_cleanup_errors=True) as name:
            self.km = self._manager(Path(name))
            env = fork.surroundings() | {"IPYTHONDIR": str(Path(name, "ipython"))}
            return super().execute(env=env, **options)

    def papermill_execute_cells(self) -> None:
        """Run the cells up to one that fails, and mark it however it failed.

        Papermill marks all as completed where a kernel was killed, or a limit passed.
        """
        for index, cell in enumerate(self.nb.cells):
            self.nb_man.cell_start(cell, index)
            try:
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                self._mark(cell, error, error.ename, error.evalue)
                return
            except BaseException as error:
                told = self._told(error)
                self._mark(cell, told, type(told).__name__, str(told))
                raise told from error
            finally:
                self.nb_man.cell_complete(cell, cell_index=index)

    def _mark(self, cell: Any, error: BaseException, name: str, said: str) -> None:
        """Mark a cell as failed; what the kernel has not shown of the error is added."""
        outputs = cell.get("outputs")  # a text has none
        shown = [(o.get("ename"), o.get("evalue")) for o in outputs or ()]
        if outputs is not None and (name, said) not in shown:
            lines = [f"{name}: {said}"]
            outputs.append(v4.new_output("error", ename=name, evalue=said, traceback=lines))
        self.nb_man.cell_exception(cell, exception=error)

    def _manager(self, folder: Path) -> Any:
        manager = self.create_kernel_manager()
        if manager.kernel_name == NATIVE_KERNEL_NAME:  # this interpreter's own, and no other
            manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[])
        provisioner = {"provisioner_name": "kukar-fork"}  # as pyproject.toml calls it
        manager.kernel_spec.metadata.setdefault("kernel_provisioner", provisioner)
        manager.client_factory = GreetedClient
        manager.connection_file = str(folder / "connection.json")
        if os.name == "posix":
            manager.transport, manager.ip = "ipc", str(folder / "k")
        return manager

    def _limit(self) -> float | None:
        """Return the seconds that a cell may take, of its own and of what the notebook has left."""
        left = min(self.timeout or FOREVER, max(self._deadline - time.monotonic(), SOON))
        return None if left == FOREVER else left

    def _told(self, error: BaseException) -> BaseException:
        """Return an error that tells more: which limit was passed, how the kernel ended."""
        if isinstance(error, CellTimeoutError) and (self.timeout or self.total_timeout):
            whole = time.monotonic() >= self._deadline
            limit = (self.total_timeout if whole else self.timeout) or 0
            what = "the notebook" if whole else "a cell"
            return CellTimeoutError(f"timed out: {what} may take {limit:g} s")
        if not isinstance(error, DeadKernelError):
            return error
        if (code := getattr(self.km.provisioner.process, "returncode", None)) is None:
            return error
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        # nobody sends SIGKILL more often than a system that is out of memory
        return DeadKernelError(f"Kernel died: {how}{', perhaps out of memory' * (code == -9)}")


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Runs notebooks in forked kernels; `total_timeout`: seconds for the whole notebook."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute the cells; the keywords are papermill's and those of nbclient's client."""
        options.pop("input_path", None)
        limits = [options.pop(name, None) for name in ("execution_timeout", "timeout")]
        options["startup_timeout"] = options.pop("start_timeout", 60)
        options |= {"timeout": limits[0] or limits[1], "kernel_name": kernel_name, "log": logger}
        # The file is written at the start and at the end: each time it is the whole of it.
        path, nb_man.output_path = nb_man.output_path, None
        try:
            Client(nb_man, **options).execute()
        except BaseException:
            nb_man.nb.metadata.papermill["exception"] = True
            nb_man.PENDING = None  # else what never ran would be marked as completed
            raise
        finally:
            nb_man.output_path = path
