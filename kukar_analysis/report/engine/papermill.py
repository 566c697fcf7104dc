"""The papermill engine `warm`: forked kernels, and executed notebooks that tell the truth."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nbclient.exceptions import CellExecutionError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args
from traitlets import Dict, Float, Unicode, default

from kukar_analysis.report.engine import fork, libraries
from kukar_analysis.report.engine.manager import KernelManager
from kukar_analysis.report.engine.record import (
    ChangedParameterError,
    EndedKernelError,
    InterruptedRunError,
    Record,
    TimeLimitError,
)

INJECTED = "injected-parameters"
"""Tag of the cell in which papermill gives a notebook its parameters."""
SOON = 0.01
"""Seconds left where none are: 0 would mean no limit."""


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Executes the cells of one notebook within its limits, then asks what it was told to ask."""

    timeout = Float(None, allow_none=True, help="seconds for each cell; nbclient's are whole")
    total_timeout = Float(None, allow_none=True, help="seconds for the whole notebook")
    ask = Unicode(None, allow_none=True, help="expression to evaluate after the last cell")
    held = Dict(help="parameters that every cell must leave at these values")

    def __init__(self, nb_man: Record, **options: Any):
        super().__init__(nb_man, **options)
        self._interrupted = False
        own: Callable[..., float | None] | None = options.get("timeout_func")
        self._cell_limit = own or (lambda cell: self.timeout)
        if self.total_timeout is not None:
            self._deadline = time.monotonic() + self.total_timeout
            self.timeout_func = self._limit

    @default("kernel_manager_class")
    def _default_kernel_manager_class(self) -> type[KernelManager]:
        return KernelManager

    def execute(self, **options: Any) -> Any:
        """Run the notebook; a kernel that was killed is told with how it ended."""
        with _listed(self):
            return super().execute(**options)

    def papermill_execute_cells(self) -> None:
        """Run the cells up to one that raises; what breaks off otherwise is left to the engine."""
        for index, cell in enumerate(self.nb.cells):
            self.nb_man.cell_start(cell, index)
            if INJECTED in cell.metadata.get("tags", []):
                self.kc.expressions = {n: f"{n} == {value!r}" for n, value in self.held.items()}
            try:
                self.execute_cell(cell, index)
            except CellExecutionError as error:
                failed = self.nb.cells[index]
                self.nb_man.cell_exception(failed, cell_index=index, exception=error)
                self.nb_man.cell_complete(failed, cell_index=index)
                return
            except DeadKernelError as error:
                raise self._how_it_died() from error
            self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)
        if self.ask is not None:
            self.nb.metadata.papermill["asked"] = self._answer(self.ask)

    async def _check_raise_for_error(self, cell: Any, cell_index: int, exec_reply: Any) -> None:
        await super()._check_raise_for_error(cell, cell_index, exec_reply)
        for name, held in (
            (exec_reply or {}).get("content", {}).get("user_expressions") or {}
        ).items():
            if held.get("data", {}).get("text/plain") != "True":
                raise ChangedParameterError(name, self.held[name])

    def interrupt(self) -> None:
        """Kill the kernel, from any thread; the run then ends with InterruptedRunError."""
        self._interrupted = True
        process = self._process()
        if process is not None:
            process.kill()

    def _how_it_died(self) -> DeadKernelError:
        if self._interrupted:
            return InterruptedRunError("Kernel stopped: the run was interrupted")
        code = getattr(self._process(), "returncode", None)
        return DeadKernelError("Kernel died") if code is None else EndedKernelError(code)

    def _process(self) -> Any:
        return getattr(getattr(self.km, "provisioner", None), "process", None)

    def _answer(self, expression: str) -> str:
        """Return the text of an expression's value in the kernel; nothing of the run changes."""
        request = self.kc.execute(
            "", silent=True, store_history=False, user_expressions={"asked": expression}
        )
        value = self.wait_for_reply(request)["content"]["user_expressions"]["asked"]
        if value["status"] == "error":
            # papermill.execute imports the engines
            from papermill.exceptions import PapermillExecutionError

            raise PapermillExecutionError(
                cell_index=len(self.nb.cells),
                exec_count=None,
                source=expression,
                ename=value["ename"],
                evalue=value["evalue"],
                traceback=value["traceback"],
            )
        return str(value["data"]["text/plain"])

    def _limit(self, cell: Any) -> float:
        """Return the seconds that a cell may take, of its own and of what the notebook has left."""
        left = max(self._deadline - time.monotonic(), SOON)
        own = self._cell_limit(cell)
        return min(own, left) if own and own > 0 else left

    async def _async_handle_timeout(self, timeout: float, cell: Any = None) -> Any:
        if self.interrupt_on_timeout:
            return await super()._async_handle_timeout(timeout, cell)
        whole = self.total_timeout is not None and time.monotonic() >= self._deadline
        message = "Time limit of the notebook" if whole else "Time limit of a cell"
        seconds = self.total_timeout if whole else timeout
        raise TimeLimitError.of(message, seconds or 0, cell, whole=whole)

    async def _async_check_alive(self) -> None:
        self.nb_man.save_if_late()  # nbclient looks every second while a cell runs
        await super()._async_check_alive()


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Runs notebooks in forked kernels; elsewhere than on Linux in plain ones, and says so once.

    Keywords besides papermill's own: `total_timeout`, seconds for the whole notebook; `ask`,
    an expression that is evaluated in the kernel after the last cell; the text of its value is
    put into the notebook's metadata as `papermill.asked`. `held` names parameters with their
    values: the first cell after which one has another fails, with ChangedParameterError.
    """

    _said = False

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, Any] = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,
    ) -> Any:
        """Execute a notebook and return it; it is marked for what became of it in any case."""
        record = Record(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        record.notebook_start()
        try:
            with _ended_by_signals():
                cls.execute_managed_notebook(record, kernel_name, log_output=log_output, **options)
        except BaseException as error:
            record.break_off(error)
            raise
        finally:
            record.cleanup_pbar()
            record.notebook_complete()
        return record.nb

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Record,
        kernel_name: str,
        log_output: bool = False,
        stdout_file: Any = None,
        stderr_file: Any = None,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> Any:
        """Execute the cells; the keywords are papermill's and those of nbclient's client."""
        cls._prepare(nb_man.nb)
        own = remove_args(["input_path", "timeout", "startup_timeout"], **options)
        settings = merge_kwargs(
            own,
            timeout=execution_timeout or options.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
            log_output=log_output,
            stdout_file=stdout_file,
            stderr_file=stderr_file,
        )
        return Client(nb_man, **settings).execute()

    @classmethod
    def _prepare(cls, nb: Any) -> None:
        """See to it that kernels are forked from a process that has the notebook's libraries."""
        if fork.available():
            code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
            fork.zygote(libraries.imported(code))
        elif not cls._said:
            WarmEngine._said = True
            logger.warning("Kernels can be forked on Linux only; here each is started anew")


_running: set[Client] = set()


def interrupt() -> None:
    """Stop every notebook that runs in this process, in whatever thread.

    Each is marked, its kernel ends, and its thread gets InterruptedRunError: for a program that
    runs notebooks in threads and is told to stop in its main one.
    """
    for client in list(_running):
        client.interrupt()


@contextmanager
def _listed(client: Client) -> Iterator[None]:
    _running.add(client)
    try:
        yield
    finally:
        _running.discard(client)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end a run in the main thread, with the notebook marked.

    The handler kills the kernel itself, since its exception is lost where it is raised in a
    destructor or in a callback of C code: the run would go on waiting for its cell.
    """
    main = threading.current_thread() is threading.main_thread()
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    ours = {n: h for n, h in usual.items() if main and signal.getsignal(n) == h}
    heard: list[BaseException] = []

    def stop(number: int, frame: object) -> None:
        heard.append(KeyboardInterrupt() if number == signal.SIGINT else SystemExit(128 + number))
        interrupt()
        raise heard[-1]

    for number in ours:
        signal.signal(number, stop)
    try:
        yield
    except InterruptedRunError:
        if heard:
            raise heard[-1] from None
        raise
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
