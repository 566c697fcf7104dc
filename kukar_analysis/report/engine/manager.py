"""Manager and client of a kernel, without the waits that nobody needs."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from queue import Empty
from types import MappingProxyType
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Float, Type, default

from kukar_analysis.report.engine import fork
from kukar_analysis.report.engine.forked import ForkedKernel

PROVISIONER = "kukar-fork"
"""The name under which pyproject.toml registers the provisioner."""
POLL = 0.02
"""Seconds between two looks at a plain kernel that is about to end."""
LONGEST_SOCKET = 90
"""Bytes a folder's path may have so that the paths of sockets in it stay below 108."""


class ReadyClient(AsyncKernelClient):
    """Takes a kernel for ready when it has answered, not after a silence of 0.2 s."""

    expressions: Mapping[str, str] = MappingProxyType({})
    """What is evaluated after each piece of code; the values come with its reply."""

    def execute(self, code: str, *arguments: Any, **options: Any) -> str:
        """Ask the kernel to run code, and for the values of `expressions` after it."""
        options.setdefault("user_expressions", dict(self.expressions))
        request: str = super().execute(code, *arguments, **options)
        return request

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the first sign on iopub, then for the end of a request of our own.

        Raises RuntimeError when the kernel dies or has not answered after `timeout` seconds.
        """
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        greeted = False
        while True:
            # ipykernel greets each subscriber; what it sends from then on reaches us.
            greeted = greeted or await self._hears()
            if await self._answers(self.kernel_info()):
                return
            if not await self._async_is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > until:
                raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    wait_for_ready = _async_wait_for_ready

    async def _hears(self) -> bool:
        try:
            await self.iopub_channel.get_msg(timeout=0.2)
        except Empty:
            return False
        return True

    async def _answers(self, request: str) -> bool:
        """Return whether the reply to `request` and the idle state after it arrive."""
        try:
            reply = await self.shell_channel.get_msg(timeout=1)
            if reply["msg_type"] != "kernel_info_reply":
                return False
            self._handle_kernel_info_reply(reply)
            while True:
                message = await self.iopub_channel.get_msg(timeout=0.2)
                if (
                    message["content"].get("execution_state") == "idle"
                    and message["parent_header"].get("msg_id") == request
                ):
                    return True
        except Empty:
            return False


class KernelManager(AsyncKernelManager):
    """Forks kernels where that can be done, hermetic ones, and lets no kernel listen on a port.

    What whoever runs them has in a profile of IPython, in start-up files, in variables or as a
    kernel of their own named python3 does not reach them.

    Ports are chosen before the kernel binds them, so two kernels that start at once can meet on
    one; sockets in a folder of their own cannot, and no other user of the machine reaches them.
    """

    # 1 s after the request to end comes SIGTERM, after another SIGKILL: a kernel that wants to
    # end has done so long before, and one of ipykernel's own ends hangs where nothing wakes it.
    shutdown_wait_time = Float(2.0, config=True)
    client_factory = Type(ReadyClient, klass=AsyncKernelClient, config=True)
    _remove_folder: weakref.finalize[Any, KernelManager] | None = None

    @default("kernel_spec_manager")
    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        if self.kernel_name == NATIVE_KERNEL_NAME:
            return KernelSpecManager(kernel_dirs=[])  # this interpreter's own, and no other
        return super()._kernel_spec_manager_default()

    async def _async_pre_start_kernel(self, **kwargs: Any) -> tuple[list[str], dict[str, Any]]:
        spec = self.kernel_spec
        if fork.available() and spec is not None:
            spec.metadata.setdefault("kernel_provisioner", {"provisioner_name": PROVISIONER})
        if self._remove_folder is None:
            self._use_folder()
        kwargs.setdefault("env", fork.surroundings() | {"IPYTHONDIR": self._profiles})
        return await super()._async_pre_start_kernel(**kwargs)

    def _use_folder(self) -> None:
        temporary = tempfile.gettempdir()
        short = temporary if len(os.fsencode(temporary)) < LONGEST_SOCKET - 20 else "/tmp"
        folder = tempfile.mkdtemp(prefix="kernel-", dir=short)
        self._remove_folder = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._profiles = str(Path(folder, "ipython"))
        self.connection_file = str(Path(folder, "connection.json"))
        if os.name == "posix":
            self.transport, self.ip = "ipc", str(Path(folder, "k"))

    async def _async_wait(self, pollinterval: float = 0.1) -> None:
        kernel = getattr(self.provisioner, "process", None)
        if isinstance(kernel, ForkedKernel):
            await kernel.exited()
        else:
            await super()._async_wait(min(pollinterval, POLL))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if self._remove_folder is not None and not restart:
            self._remove_folder()

    cleanup_resources = _async_cleanup_resources
