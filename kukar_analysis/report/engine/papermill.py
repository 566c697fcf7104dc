"""The papermill engine `warm`: forked kernels, and executed notebooks that tell the truth."""

import os
import signal
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import v4
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from traitlets import Float

from kukar_analysis.report.engine import fork

FOREVER, SOON = float("inf"), 0.01  # seconds left without a limit, and past one
OWN = [sys.executable, "-m", "ipykernel_launcher"]


class ForkProvisioner(LocalProvisioner):
    """Forks what is Python's own kernel; starts anything else as it would be, and says so."""

    parent: Any
    process: Any = None  # a Popen or what serves as one

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Return the connection of a new kernel; one that is forked listens or is dead already."""
        cwd = str(kwargs.get("cwd") or os.getcwd())
        folder = str(Path(self.parent.connection_file).parent)
        try:
            if cmd[:3] != OWN:
                raise fork.ZygoteError(f"{' '.join(cmd[:3])} is no kernel of this Python")
            kernel = fork.preload().fork(cmd[3:], kwargs["env"], cwd, folder)
            if not await kernel.heard(fork.TIMEOUT):
                kernel.kill()
                raise fork.ZygoteError(f"it did not listen in {fork.TIMEOUT:g} s")
        except fork.ZygoteError as reason:
            if fork.over.is_set():
                raise
            logger.warning("Kernel not forked but started: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = kernel, kernel.pid, kernel.pid, Path(cwd)
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the end of a forked kernel: the manager would look every 0.1 s only."""
        if isinstance(self.process, fork.ForkedKernel):
            await self.process.heard(1, ended=True)


class GreetedClient(AsyncKernelClient):
    """Takes a forked kernel for ready when it greets, not after a silence of 0.2 s."""

    parent: Any

    def start_channels(self, *channels: bool, **named: bool) -> None:
        """Listen to no heart, since the process is watched, and to nothing that people answer."""
        super().start_channels(stdin=False, hb=False)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for what ipykernel sends to each new subscriber; it listens to all else already."""
        if not isinstance(self.parent.provisioner.process, fork.ForkedKernel):
            await super()._async_wait_for_ready(timeout)
            return
        until = time.monotonic() + (timeout or FOREVER)
        while not await self.iopub_channel.socket.poll(200):
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before it answered")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")
            # one of thousands does not greet: ipykernel misses who subscribes while it sends
            self.kernel_info()  # what it says of this will do

    wait_for_ready = _async_wait_for_ready


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """Executes one notebook, in a kernel that nothing of whoever runs it reaches.

    It listens in a folder, not on ports: two can meet on one, and other users can reach it.
    """

    timeout = Float(None, allow_none=True)

    def __init__(self, nb_man: Any, options: dict[str, Any]):
        own = ("total_timeout", "ask", "answered")
        self.total, self.ask, self.answered = (options.pop(name, None) for name in own)
        super().__init__(nb_man, **options)
        self._deadline = time.monotonic() + (self.total or FOREVER)
        self.timeout_func = lambda cell: self._left()

    def execute(self, **options: Any) -> Any:
        """Run the notebook in a kernel of its own."""
        # the paths of sockets may have 107 bytes
        place = None if len(os.fsencode(tempfile.gettempdir())) < 70 else "/tmp"
        with tempfile.TemporaryDirectory("", "kernel-", place, ignore_cleanup_errors=True) as name:
            self.km = self._manager(Path(name))
            env = fork.surroundings() | {"IPYTHONDIR": str(Path(name, "ipython"))}
            return super().execute(env=env, **options)

    def papermill_execute_cells(self) -> None:
        """Run the cells up to one that fails, mark it however it failed, and ask after the last."""
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
        if self.ask:
            asked = {"silent": True, "user_expressions": {"ask": self.ask}}
            answer = self.wait_for_reply(self.kc.execute("", **asked))
            self.answered(answer["content"]["user_expressions"]["ask"]["data"]["text/plain"])

    def _mark(self, cell: Any, error: BaseException, name: str, said: str) -> None:
        """Mark a cell as failed; what the kernel has not shown of the error is added."""
        shown = [(o.get("ename"), o.get("evalue")) for o in cell.get("outputs", ())]
        if cell.cell_type == "code" and (name, said) not in shown:
            own = {"ename": name, "evalue": said, "traceback": [f"{name}: {said}"]}
            cell.outputs.append(v4.new_output("error", **own))
        self.nb_man.cell_exception(cell, exception=error)

    def _manager(self, folder: Path) -> Any:
        manager = self.create_kernel_manager()
        if manager.kernel_name == NATIVE_KERNEL_NAME:  # this interpreter's own, and no other
            argv, name = [*OWN, "-f", "{connection_file}"], "Python 3 (ipykernel)"
            manager._kernel_spec = KernelSpec(argv=argv, display_name=name, language="python")
        manager.kernel_id = str(uuid.uuid4())
        about = {"kernel_id": manager.kernel_id, "kernel_spec": manager.kernel_spec}
        manager.provisioner = ForkProvisioner(**about, parent=manager)
        manager.client_factory = GreetedClient
        # then SIGTERM and SIGKILL: one of ipykernel's own ends hangs where nothing wakes it
        manager.shutdown_wait_time = 2.0
        manager.connection_file = str(folder / "connection.json")
        if os.name == "posix":
            manager.transport, manager.ip = "ipc", str(folder / "k")
        return manager

    def _left(self) -> float | None:
        left = min(self.timeout or FOREVER, max(self._deadline - time.monotonic(), SOON))
        return None if left == FOREVER else left

    def _told(self, error: BaseException) -> BaseException:
        if isinstance(error, CellTimeoutError) and (self.timeout or self.total):
            whole = time.monotonic() >= self._deadline
            what, limit = ("the notebook", self.total) if whole else ("a cell", self.timeout)
            return CellTimeoutError(f"timed out: {what} may take {limit or 0:g} s")
        code = getattr(self.km.provisioner.process, "returncode", None)
        if not isinstance(error, DeadKernelError) or code is None:
            return error
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        # nobody sends SIGKILL more often than a system that is out of memory
        return DeadKernelError(f"Kernel died: {how}{', perhaps out of memory' * (code == -9)}")


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Runs notebooks in forked kernels.

    Options besides papermill's and nbclient's: `total_timeout`, seconds for the whole notebook;
    `ask`, an expression that is evaluated after the last cell, and `answered`, which is called with
    the text of its value; `about`, what the metadata say in place of paths.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Execute the cells; papermill marks all as completed where a kernel died, or hung."""
        options.pop("input_path", None)
        limits = [options.pop(name, None) for name in ("execution_timeout", "timeout")]
        options["startup_timeout"] = options.pop("start_timeout", 60)
        options |= {"timeout": limits[0] or limits[1], "kernel_name": kernel_name, "log": logger}
        nb_man.nb.metadata.papermill |= options.pop("about", {})
        # written at the start; at the end papermill does it, but where an error is raised
        path, nb_man.output_path = nb_man.output_path, None
        try:
            Client(nb_man, options).execute()
        except BaseException:
            nb_man.output_path = path
            nb_man.nb.metadata.papermill["exception"] = True
            nb_man.PENDING = None  # else what never ran would be marked as completed
            raise
