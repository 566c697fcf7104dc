"""Gives jupyter_client a forked kernel where it would have started one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.log import logger

from kukar_analysis.report.engine import fork


class ForkProvisioner(LocalProvisioner):
    """Forks what is Python's own kernel; starts anything else as it would be started, and says so.

    One that does not end gets SIGTERM after a second and SIGKILL after another: who wants to end
    has done so long before, and one of ipykernel's own ends hangs where nothing wakes it.
    """

    parent: Any
    process: Any = None  # a Popen or what serves as one

    def get_shutdown_wait_time(self, recommended: float = 5.0) -> float:
        """Return the seconds that a kernel has to end."""
        return min(recommended, 2.0)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Return the connection of a new kernel; one that is forked listens or is dead already."""
        cwd = str(kwargs.get("cwd") or os.getcwd())
        folder = str(Path(self.parent.connection_file).parent)
        try:
            own = [os.path.abspath(sys.executable), "-m", "ipykernel_launcher"]
            if [os.path.abspath(cmd[0]), *cmd[1:3]] != own:
                raise fork.ZygoteError(f"{' '.join(cmd[:3])} is no kernel of this Python")
            kernel = fork.zygote().fork(cmd[3:], kwargs["env"], cwd, folder)
            if not await kernel.heard(fork.TIMEOUT):
                kernel.kill()
                raise fork.ZygoteError(f"it did not listen in {fork.TIMEOUT:g} s")
        except fork.ZygoteError as reason:
            logger.warning("Kernel not forked but started: %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = kernel, kernel.pid, kernel.pid, Path(cwd)
        return self.connection_info

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the end of a forked kernel: the manager would look every 0.1 s only."""
        if isinstance(self.process, fork.ForkedKernel):
            await self.process.heard(1, ended=True)
