"""Gives jupyter_client a forked kernel where it would have started one."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from papermill.log import logger

from kukar_analysis.report.engine import fork
from kukar_analysis.report.engine.forked import ForkedKernel

LAUNCHERS = (["-m", "ipykernel_launcher"], ["-Xfrozen_modules=off", "-m", "ipykernel_launcher"])
"""How a kernel of this interpreter is started; the second is for debuggers' sake alone."""
READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "MPLCONFIGDIR", "MATPLOTLIBRC")
"""Variables that Python or a preloaded library has read when it started, by their beginning."""
BIND_TIMEOUT = 60.0
"""Seconds for a forked kernel to open its sockets."""


class ForkProvisioner(LocalProvisioner):
    """Forks what is Python's own kernel, and starts anything else as it would be started."""

    process: Any = None  # a Popen or what serves as one

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Return the connection of a new kernel that listens."""
        argv = _arguments(cmd)
        cwd, env = str(kwargs.get("cwd") or os.getcwd()), kwargs["env"]
        if argv is None or kwargs.keys() - {"env", "cwd"} or not _as_at_start(env, cwd):
            return await super().launch_kernel(cmd, **kwargs)
        try:
            kernel = await _forked(argv, env, cwd)
        except fork.ZygoteError as error:
            logger.warning("Kernel not forked but started: %s", error)
            return await super().launch_kernel(cmd, **kwargs)
        _say_skipped(fork.zygote())
        self.process = kernel
        self.pid = self.pgid = kernel.pid
        self.cwd = Path(cwd)
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the end of the kernel and return its exit code."""
        if not isinstance(self.process, ForkedKernel):
            code: int | None = await super().wait()
            return code
        kernel = self.process
        await kernel.exited()
        kernel.close()
        self.process = None
        return kernel.returncode


def _arguments(cmd: list[str]) -> list[str] | None:
    """Return what follows the launcher of this interpreter's kernel; None for other commands."""
    for launcher in LAUNCHERS:
        rest = len(launcher) + 1
        if cmd[1:rest] == launcher and os.path.abspath(cmd[0]) == os.path.abspath(sys.executable):
            return cmd[rest:]
    return None


def _as_at_start(env: Mapping[str, str], cwd: str) -> bool:
    """Return whether the kernel would have read at its start what the zygote read at its own."""

    def read(variables: Mapping[str, str]) -> dict[str, str]:
        return {name: v for name, v in variables.items() if name.startswith(READ_AT_START)}

    here = fork.zygote().environment
    return read(env) == read(here) and not Path(cwd, "matplotlibrc").exists()


def _say_skipped(zygote: fork.Zygote) -> None:
    """Say once of a zygote what its kernels have to import by themselves."""
    if not zygote.said:
        zygote.said = True
        for name, reason in zygote.report().skipped.items():
            logger.warning("Not preloaded: %s (%s)", name, reason)


async def _forked(argv: list[str], env: Mapping[str, str], cwd: str) -> ForkedKernel:
    """Return a kernel that listens, or is dead already; a zygote that has died is replaced once."""
    listening, bound = os.pipe()
    try:
        try:
            kernel = fork.zygote().fork(argv, env, cwd, bound)
        except fork.ZygoteError:
            kernel = fork.zygote().fork(argv, env, cwd, bound)
    except BaseException:
        os.close(listening)
        raise
    finally:
        os.close(bound)
    loop, ready = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(listening, ready.set)  # the pipe ends: it listens, or has died
    try:
        await asyncio.wait_for(ready.wait(), BIND_TIMEOUT)
    except TimeoutError:
        kernel.kill()
        raise fork.ZygoteError(f"a forked kernel did not listen in {BIND_TIMEOUT:g} s") from None
    finally:
        loop.remove_reader(listening)
        os.close(listening)
    return kernel
