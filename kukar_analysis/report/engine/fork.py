"""Starts the process that kernels are forked from; standard library only, to be there first."""

import asyncio
import contextlib
import importlib
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
ALONE = {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
ALONE |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""Variables of the zygote alone: helper threads do not live through a fork."""
PERSONAL = ("PYTHON", "IPYTHON", "MPL", "MATPLOTLIBRC", "PANDAS_")
"""Beginnings of variables with which whoever runs notebooks could change their figures."""
OWN = Path(__file__).parents[3]  # the folder of this package: kernels must find the same one
TIMEOUT = 60.0  # seconds until a process that does not answer is given up


class ZygoteError(Exception):
    """Why no kernel can be forked."""


def available() -> bool:
    """Return whether kernels can be forked here: macOS and Windows cannot do so safely."""
    return sys.platform == "linux"


def import_papermill() -> None:
    """Import papermill without what it loads for nothing, which takes longer than all the rest.

    `rfc3987_syntax` and `isoduration` check what no notebook's schema has, pyarrow reads from HDFS:
    they are done without where they are not installed, which is what None looks like.
    """
    spared = {"rfc3987_syntax", "isoduration", "pyarrow"} - sys.modules.keys()
    sys.modules |= dict.fromkeys(spared)  # type: ignore[arg-type]
    importlib.import_module("papermill")
    for name in spared:
        del sys.modules[name]


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

    def __init__(self, pid: int, status: int, zygote: "Zygote"):
        self.pid, self._status, self.zygote = pid, status, zygote
        self.returncode: int | None = None
        self._listens = False
        os.set_blocking(status, False)

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
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

    wait = poll  # it has ended when jupyter_client waits

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

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the kernel if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    send_signal = kill


class Zygote:
    """One zygote, as its starter sees it; it ends with its kernels when nobody holds it."""

    def __init__(self, modules: tuple[str, ...], stamp: str):
        self.key, self._lock, self._report = (modules, stamp), threading.Lock(), dict[str, Any]()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(TIMEOUT)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(theirs.fileno()), *modules],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=SCRIPT.anchor,  # matplotlib would read a matplotlibrc where this process stands
                env=surroundings() | ALONE,
            )
        self.pid, self.ended = self._process.pid, self._process.poll
        ends = (self._socket.close, self._process.wait)
        self.end = weakref.finalize(self, lambda: [end() for end in ends])
        os.register_at_fork(after_in_child=self._socket.close)  # no copy may keep it alive

    def fork(self, argv: list[str], env: dict[str, str], cwd: str, folder: str) -> ForkedKernel:
        """Return a new kernel; `folder` goes should this process be killed. Raises ZygoteError."""
        if Path(cwd, "matplotlibrc").exists():  # a plain kernel would read it
            raise ZygoteError(f"{cwd} has a matplotlibrc")
        env = {**env, "JPY_PARENT_PID": str(self.pid)}
        message = json.dumps({"argv": argv, "env": env, "cwd": cwd, "folder": folder}).encode()
        status, theirs = os.pipe()
        try:
            with self._lock:
                said = self._report = self._report or self._answer()
                if "error" not in said:
                    socket.send_fds(self._socket, [message], [theirs])
                    said = self._answer()
            if "error" in said:
                raise ZygoteError(said["error"])
        except (OSError, ZygoteError) as error:  # gone, or variables too large for a message
            os.close(status)
            raise ZygoteError(str(error)) from error
        finally:
            os.close(theirs)
        return ForkedKernel(said["pid"], status, self)

    def _answer(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._socket.recv(1 << 20) or '{"error": "the zygote died"}'))
        except OSError:
            self._process.kill()  # an answer that came later would be taken for that of another
            raise


_lock = threading.Lock()
_kept: Zygote | None = None
over = threading.Event()
"""Set while a run that broke off ends: no kernel is started then, forked or plain."""


def preload(modules: Sequence[str] | None = None, stamp: str = "") -> Zygote:
    """Return the zygote that has the libraries and these modules, whose content `stamp` stands for.

    Without modules the one that was asked for last. All notebooks run from it; nobody waits for it.
    """
    global _kept
    if over.is_set():
        raise ZygoteError("the run was broken off")
    if not available():
        raise ZygoteError("kernels can be forked on Linux only")
    with _lock:
        known = _kept.key if _kept else ((), "")
        key = known if modules is None else (tuple(modules), stamp)
        if _kept is None or key != known or _kept.ended() is not None:
            _kept = Zygote(*key)
        return _kept


def end() -> None:
    """End the zygote and its kernels; also done at exit."""
    global _kept
    if _kept:
        _kept.end()
    _kept = None
