"""A kernel that another process forked, as what started it sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import subprocess


class ForkedKernel:
    """As much of `subprocess.Popen` as is needed for a process that is the zygote's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, status: int):
        self.pid = pid
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        return self._take(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; raises TimeoutExpired when the kernel runs on."""
        code = self._take(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return code

    async def exited(self) -> None:
        """Wait for the end without looking again and again."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        if self.poll() is None:
            loop.add_reader(self._status, ended.set)
            try:
                await ended.wait()
            finally:
                loop.remove_reader(self._status)

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def close(self) -> None:
        """Free what tells the exit code, once it is known or no longer of interest."""
        if self._status >= 0:
            self.poll()
            os.close(self._status)
            self._status = -1

    def _take(self, timeout: float | None) -> int | None:
        if self.returncode is None and self._readable(timeout):
            said = os.read(self._status, 16)
            if not said:  # the zygote was killed, and nobody ended what the kernel had started
                with contextlib.suppress(OSError):
                    os.killpg(self.pid, signal.SIGKILL)
            self.returncode = int(said) if said else -int(signal.SIGKILL)
        return self.returncode

    def _readable(self, timeout: float | None) -> bool:
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        return bool(poll.poll(None if timeout is None else timeout * 1000))
