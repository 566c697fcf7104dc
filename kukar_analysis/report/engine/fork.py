"""Starts the process that kernels are forked from, and asks it for kernels.

Imports the standard library only, so that it can be started before papermill is imported: both
then load at the same time.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis.report.engine.forked import ForkedKernel
from kukar_analysis.report.engine.libraries import installed

SCRIPT = Path(__file__).with_name("zygote.py")
BASE = (
    "pandas",
    "pandas.io.formats.html",
    "pandas.io.formats.string",
    "pandas.core.reshape.reshape",
    "pyarrow.parquet",
    "pyarrow.dataset",
    "pyarrow.pandas_compat",
    "matplotlib.pyplot",
    "seaborn",
)
"""What is imported in any case where it is installed, with what these import when first used."""
ALONE = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""Variables of the zygote, not of its kernels: helper threads of linear algebra and of Arrow's
allocator do not live through a fork, and a debugger's advice is for whoever debugs."""
PERSONAL = ("PYTHON", "IPYTHON", "MPL", "MATPLOTLIBRC", "PANDAS_")
"""Variables, by their beginning, with which whoever runs notebooks could change their figures."""
OWN = Path(__file__).parents[3]
"""The folder of the package that this engine lies in: its kernels must find the same one."""
START_TIMEOUT = 60.0
"""Seconds until a process that does not report is given up."""


class ZygoteError(Exception):
    """No kernel can be forked: the zygote is gone, does not start or refuses."""


@dataclass(frozen=True)
class Report:
    """What a zygote says when it is ready: its threads, and what it did not import, and why."""

    threads: int
    skipped: dict[str, str]


def available() -> bool:
    """Return whether kernels can be forked here: macOS and Windows cannot do so safely."""
    return sys.platform == "linux"


def surroundings() -> dict[str, str]:
    """Return this process's environment without what is personal to whoever runs it.

    No user site-packages, no variable that Python or a library reads when it starts, and an empty
    matplotlibrc in place of the user's; its cache of fonts stays.
    """
    kept = {n: value for n, value in os.environ.items() if not n.startswith(PERSONAL)}
    kept |= {"PYTHONNOUSERSITE": "1", "MATPLOTLIBRC": os.devnull}
    if str(OWN) not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        kept["PYTHONPATH"] = str(OWN)
    if cache := os.environ.get("MPLCONFIGDIR"):  # holds both; its cache alone is taken over
        kept["XDG_CACHE_HOME"] = cache
    return kept


class Zygote:
    """One zygote, as its starter sees it; starting does not wait for it to be ready."""

    def __init__(self, modules: Sequence[str], stamp: str):
        self.modules, self.stamp = tuple(modules), stamp
        self._lock = threading.Lock()
        self._report: Report | None = None
        self.said = False  # whether its user has been told what was skipped
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(START_TIMEOUT)
        self.environment = surroundings()
        task = json.dumps({"modules": self.modules, "skipped": {}})
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(SCRIPT), str(theirs.fileno()), task],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=SCRIPT.anchor,  # matplotlib would read a matplotlibrc where this process stands
                env=self.environment | ALONE,
            )

    @property
    def pid(self) -> int:
        """The zygote's process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Return whether the zygote still runs."""
        return self._process.poll() is None

    def report(self) -> Report:
        """Wait until the libraries are imported; raises ZygoteError where it never comes to it."""
        with self._lock:
            return self._wait()

    def fork(
        self, argv: Sequence[str], env: Mapping[str, str], cwd: str, bound: int
    ) -> ForkedKernel:
        """Return a new kernel that got these arguments; it closes `bound` once it listens.

        Output that is not captured by the kernel goes where that of this process goes. Raises
        ZygoteError.
        """
        status, theirs = os.pipe()
        null = os.open(os.devnull, os.O_RDONLY)
        request = {"argv": list(argv), "env": {**env, "JPY_PARENT_PID": str(self.pid)}, "cwd": cwd}
        try:
            with self._lock:
                self._wait()
                self._send(request, [null, 1, 2, bound, theirs])
                reply = self._receive()
            if "pid" not in reply:
                raise ZygoteError(f"the zygote cannot fork: {reply['error']}")
        except ZygoteError:
            os.close(status)
            raise
        finally:
            os.close(null)
            os.close(theirs)
        return ForkedKernel(int(str(reply["pid"])), status)

    def retire(self) -> None:
        """Let the zygote end after its last kernel; it forks no more."""
        with self._lock, contextlib.suppress(ZygoteError):
            self._send({"end": True}, [])

    def end(self) -> None:
        """End the zygote and its kernels, and wait for it."""
        self._socket.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """In a forked copy of the starter: it is not our child, and must not live by our socket."""
        self._socket.close()
        self._process.returncode = 0

    def _wait(self) -> Report:
        if self._report is None:
            said = self._receive()
            self._report = Report(said["threads"], said["skipped"])  # type: ignore[arg-type]
        return self._report

    def _send(self, request: Mapping[str, object], files: list[int]) -> None:
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))]
        try:
            self._socket.sendmsg([json.dumps(request).encode()], ancillary if files else [])
        except OSError as error:  # gone, or an environment that is too large for a message
            raise ZygoteError(f"the zygote cannot be asked: {error}") from error

    def _receive(self) -> dict[str, object]:
        try:
            message = self._socket.recv(1 << 20)
        except OSError as error:
            self._process.kill()  # an answer that came later would be taken for that of another
            raise ZygoteError(f"the zygote does not answer: {error}") from error
        if not message:
            raise ZygoteError("the zygote died")
        answer: dict[str, object] = json.loads(message)
        return answer


class _Keeper:
    """Keeps one zygote for the process; which one follows from what was asked for last."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._zygote: Zygote | None = None
        self._chosen = False
        self._retired: list[Zygote] = []
        self._hooked = False

    def choose(self, modules: Iterable[str], stamp: str) -> Zygote:
        with self._lock:
            self._chosen = True
            return self._keep(modules, stamp)

    def serve(self, modules: Iterable[str]) -> Zygote:
        """Return the chosen zygote, or one that has these modules and all asked for before."""
        with self._lock:
            if self._zygote is None:
                return self._keep(modules, "")
            more = () if self._chosen else modules
            return self._keep((*self._zygote.modules, *more), self._zygote.stamp)

    def end(self) -> None:
        with self._lock:
            for zygote in (*self._retired, self._zygote):
                if zygote is not None:
                    zygote.end()
            self._retired, self._zygote, self._chosen = [], None, False

    def forget(self) -> None:
        """In a forked copy of this process: start from nothing."""
        for zygote in (*self._retired, self._zygote):
            if zygote is not None:
                zygote.forget()
        self._lock = threading.RLock()  # another thread may have held it
        self._retired, self._zygote, self._chosen = [], None, False

    def _keep(self, modules: Iterable[str], stamp: str) -> Zygote:
        wanted = tuple(dict.fromkeys([*filter(installed, BASE), *modules]))
        kept = self._zygote
        if kept and kept.alive() and (kept.modules, kept.stamp) == (wanted, stamp):
            return kept
        if not self._hooked:
            self._hooked = True
            atexit.register(self.end)
            os.register_at_fork(after_in_child=self.forget)
        self._retired = [old for old in self._retired if not self._ended(old)]
        if kept:
            kept.retire()
            self._retired.append(kept)
        self._zygote = Zygote(wanted, stamp)
        return self._zygote

    @staticmethod
    def _ended(zygote: Zygote) -> bool:
        if zygote.alive():
            return False
        zygote.end()
        return True


_keeper = _Keeper()


def preload(modules: Sequence[str] = (), stamp: str = "") -> Zygote:
    """Start a zygote with these modules and return it at once, without waiting for the imports.

    All notebooks run from it until another is asked for. `stamp` stands for the content of the
    modules: a zygote does not see later edits, so the caller names another stamp after them. One
    that has the same modules and stamp is kept; an older one ends after its last kernel. Modules
    that cannot be imported, or must not be before a fork, are named in `Zygote.report()`.
    """
    return _keeper.choose(modules, stamp)


def zygote(modules: Iterable[str] = ()) -> Zygote:
    """Return the zygote that was asked for by `preload`, or else one that has these modules."""
    return _keeper.serve(modules)


def end() -> None:
    """End every zygote of this process, and its kernels; also done at exit."""
    _keeper.end()
