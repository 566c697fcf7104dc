"""Starts the process that kernels are forked from, and asks it for kernels.

Standard library only, so that it can be started before papermill is imported: both then load at
the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("zygote.py")
ALONE = {"JE_ARROW_MALLOC_CONF": "background_thread:false", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
ALONE |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Variables of the zygote, not of its kernels: helper threads do not live through a fork."""
PERSONAL = ("PYTHON", "IPYTHON", "MPL", "MATPLOTLIBRC", "PANDAS_")
"""Beginnings of variables with which whoever runs notebooks could change their figures."""
OWN = Path(__file__).parents[3]
"""The folder of the package that this engine lies in: its kernels must find the same one."""
TIMEOUT = 60.0
"""Seconds until a process that does not answer is given up."""


class ZygoteError(Exception):
    """No kernel can be forked, and why."""


def available() -> bool:
    """Return whether kernels can be forked here: macOS and Windows cannot do so safely."""
    return sys.platform == "linux"


def spare_imports() -> None:
    """Keep `rfc3987_syntax` from being imported; call before the first import of papermill.

    Its grammar takes 0.9 s, more than all the rest of papermill, for a check that no notebook's
    schema has; jsonschema does without where it is not installed, which is what None looks like.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def surroundings() -> dict[str, str]:
    """Return this process's environment without what is personal to whoever runs it."""
    kept = {n: value for n, value in os.environ.items() if not n.startswith(PERSONAL)}
    kept |= {"PYTHONNOUSERSITE": "1", "MATPLOTLIBRC": os.devnull}
    if str(OWN) not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        kept["PYTHONPATH"] = str(OWN)
    if cache := os.environ.get("MPLCONFIGDIR"):  # holds both; its cache alone is taken over
        kept["XDG_CACHE_HOME"] = cache
    return kept


class ForkedKernel:
    """As much of `subprocess.Popen` as is needed for a process that is the zygote's child."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, status: int, zygote: Zygote):
        self.pid, self._status, self.zygote = pid, status, zygote
        self.returncode: int | None = None
        self._listens = False
        os.set_blocking(status, False)

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        while self.returncode is None:
            try:
                said = os.read(self._status, 16)
            except BlockingIOError:
                break
            if not said:  # the zygote was killed, and nobody ended what the kernel had started
                with contextlib.suppress(OSError):
                    os.killpg(self.pid, signal.SIGKILL)
            self._listens = self._listens or said == b"\n"
            if said != b"\n":
                self.returncode = int(said or -signal.SIGKILL)
                os.close(self._status)
        return self.returncode

    wait = poll  # jupyter_client waits when it knows that the process has ended

    async def heard(self, timeout: float, *, ended: bool = False) -> bool:
        """Wait until the kernel listens or has `ended`; return whether that came about in time."""
        if self.poll() is None and (ended or not self._listens):  # it may have said so before
            loop, event = asyncio.get_running_loop(), asyncio.Event()
            loop.add_reader(self._status, event.set)
            try:
                await asyncio.wait_for(event.wait(), timeout)
            except TimeoutError:
                return False
            finally:
                loop.remove_reader(self._status)
        return True

    def send_signal(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the kernel if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    kill = send_signal


class Zygote:
    """One zygote, as its starter sees it; starting does not wait for it to be ready.

    It ends with its kernels when `end` is called, or when nobody and no kernel holds it any more.
    """

    def __init__(self, modules: tuple[str, ...], stamp: str):
        self.key = modules, stamp
        self._lock, self._report = threading.Lock(), dict[str, Any]()
        self.environment = surroundings()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(TIMEOUT)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(theirs.fileno()), *modules],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=SCRIPT.anchor,  # matplotlib would read a matplotlibrc where this process stands
                env=self.environment | ALONE,
            )
        self.pid, self.ended = self._process.pid, self._process.poll
        self.end = weakref.finalize(self, _end, self._socket, self._process)
        os.register_at_fork(after_in_child=self._socket.close)  # no copy may keep it alive

    def fork(self, argv: list[str], env: dict[str, str], cwd: str, folder: str) -> ForkedKernel:
        """Return a new kernel; `folder` is removed should this process be killed before it ends.

        Raises ZygoteError, also where a plain kernel would read a matplotlibrc that lies there.
        """
        if Path(cwd, "matplotlibrc").exists():
            raise ZygoteError(f"{cwd} has a matplotlibrc")
        env = {**env, "JPY_PARENT_PID": str(self.pid)}
        message = json.dumps({"argv": argv, "env": env, "cwd": cwd, "folder": folder}).encode()
        status, theirs = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        try:
            with self._lock:
                said = self._report = self._report or self._answer()
                if "error" not in said:
                    socket.send_fds(self._socket, [message], [null, 1, 2, theirs])
                    said = self._answer()
            if "error" in said:
                raise ZygoteError(said["error"])
        except (OSError, ZygoteError) as error:  # gone, or variables too large for a message
            os.close(status)
            raise ZygoteError(str(error)) from error
        finally:
            os.close(null)
            os.close(theirs)
        return ForkedKernel(said["pid"], status, self)

    def _answer(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._socket.recv(1 << 20) or '{"error": "the zygote died"}'))
        except OSError:
            self._process.kill()  # an answer that came later would be taken for that of another
            raise


def _end(ours: socket.socket, process: subprocess.Popen[bytes]) -> None:
    ours.close()
    process.wait()


_lock = threading.RLock()
_kept: Zygote | None = None


def preload(modules: Sequence[str] = (), stamp: str = "") -> Zygote:
    """Return the zygote that has the libraries and these modules, without waiting for the imports.

    All notebooks run from it until another is asked for; `stamp` stands for the modules' content.
    """
    global _kept
    if not available():
        raise ZygoteError("kernels can be forked on Linux only")
    with _lock:
        key = tuple(modules), stamp
        if _kept is None or _kept.key != key or _kept.ended() is not None:
            _kept = Zygote(*key)
        return _kept


def zygote() -> Zygote:
    """Return the zygote that was asked for last, or one that has the libraries alone."""
    with _lock:
        return preload(*_kept.key) if _kept else preload()


def end() -> None:
    """End the zygote and its kernels; also done at exit."""
    global _kept
    if _kept:
        _kept.end()
    _kept = None
