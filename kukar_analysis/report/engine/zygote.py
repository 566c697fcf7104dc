"""The process that kernels are forked from; fork.py runs it by its path.

It imports libraries once and forks a kernel for each request, which costs some 30 ms instead of a
second. Until the imports it has nothing but the standard library, and never the package it lies
in: a forked kernel must start as a plain one does, but for the libraries that are there already.

Whoever started it holds the other end of a socket pair. A request is JSON with the file
descriptors of the kernel; a closed socket means that the other side is gone, and then the kernels
go too.
"""

from __future__ import annotations

import atexit
import builtins
import contextlib
import ctypes
import fcntl
import gc
import importlib
import importlib.util
import io
import json
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36
"""Options of prctl(2), which Python does not wrap."""
INLINE = "module://matplotlib_inline.backend_inline"
"""What a plain kernel puts into MPLBACKEND before anything imports matplotlib."""
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.magics",
    "psutil",
    "stack_data",
)
"""What every kernel imports by itself while it starts."""
ASK_THE_SHELL = ("pandas", "matplotlib")
"""Packages that ask for the shell when imported and are given the answer of a kernel."""
WIDGETS = "ipywidgets"
"""Asks too (seaborn imports it), to register with the kernel; done for it in each kernel."""
prctl = ctypes.CDLL(None).prctl


class Kernel:
    """Stands for the shell: pandas shows wide tables whole only where there is a `kernel`."""

    kernel = True


def main() -> None:
    """Import, report, then fork kernels until the socket closes."""
    # The folder of this script must not hide installed packages of the same names.
    del sys.path[0]
    channel, task = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    # The class of the kernel's application takes its parent from here when it is imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ["MPLBACKEND"] = INLINE
    with ending_with(channel):
        for name in KERNEL:
            importlib.import_module(name)
        skipped, unfit = preload(task["modules"])
        skipped |= task["skipped"]
        if unfit:
            again(task["modules"], skipped, unfit)
        if "matplotlib" in sys.modules:
            draw()
    gc.collect()
    gc.freeze()  # else the first collection in each kernel would copy every page
    prctl(SET_CHILD_SUBREAPER, 1)
    channel.send(json.dumps({"threads": threads(), "skipped": skipped}).encode())
    Zygote(channel).serve()


@contextlib.contextmanager
def ending_with(channel: socket.socket) -> Iterator[None]:
    """End this process as soon as the other side is gone: it does not look while it imports."""
    flags = fcntl.fcntl(channel, fcntl.F_GETFL)
    fcntl.fcntl(channel, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(channel, fcntl.F_SETFL, flags | os.O_ASYNC)  # SIGIO then ends it
    if select.select([channel], [], [], 0)[0]:
        sys.exit()
    yield
    fcntl.fcntl(channel, fcntl.F_SETFL, flags & ~os.O_ASYNC)


def preload(modules: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Import modules; return why some were not, and why some must not be before a fork.

    Unfit is what prints when imported, asks for the shell or leaves a thread: in a kernel forked
    afterwards the text would be missing from the cell, the library would take itself to be
    outside a notebook, the thread would not be there.
    """
    skipped, unfit = {}, {}
    for name in modules:
        said, running = io.StringIO(), threads()
        with (
            listening() as asked,
            contextlib.redirect_stdout(said),
            contextlib.redirect_stderr(said),
        ):
            try:
                importlib.import_module(name)
            except (Exception, SystemExit) as error:
                skipped[name] = f"{type(error).__name__}: {error}"
        if said.getvalue():
            unfit[name] = f"prints when imported: {said.getvalue().strip()}"
        elif asked:
            unfit[name] = f"{', '.join(sorted(asked))} asks for the shell when imported"
        elif threads() > running:
            unfit[name] = "starts a thread when imported"
    return skipped, unfit


@contextlib.contextmanager
def listening() -> Iterator[set[str]]:
    """Collect who asks for the shell; those who are known to ask are told it is a kernel."""
    import IPython

    asked: set[str] = set()
    real, open_ = IPython.core.getipython.get_ipython, [True]

    def get_ipython() -> Any:
        if not open_:  # a module kept this function: it serves the kernel now
            return real()
        asker = sys._getframe(1).f_globals.get("__name__", "").partition(".")[0]
        if asker in ASK_THE_SHELL:
            return Kernel()
        if asker != WIDGETS:
            asked.add(asker)
        return None

    places: list[Any] = [builtins, IPython, IPython.core.getipython]
    for place in places:
        place.get_ipython = get_ipython
    try:
        yield asked
    finally:
        open_.clear()
        del builtins.get_ipython  # type: ignore[attr-defined]
        for place in places[1:]:
            place.get_ipython = real


def again(modules: list[str], skipped: dict[str, str], unfit: dict[str, str]) -> NoReturn:
    """Start this process anew without the modules that are unfit; an import cannot be undone."""
    left = [name for name in modules if name not in unfit]
    task = json.dumps({"modules": left, "skipped": skipped | unfit})
    os.execv(sys.executable, [sys.executable, __file__, sys.argv[1], task])


def draw() -> None:
    """Draw a figure off-screen: loads fonts and writers, and touches nothing of pyplot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 2))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], label="a")
    axes.set_title("Aa 1")
    axes.legend()
    for kind in ("png", "svg"):
        figure.savefig(io.BytesIO(), format=kind, bbox_inches="tight")


def threads() -> int:
    """Return how many threads this process has, those of C libraries too."""
    return len(os.listdir("/proc/self/task"))


class Zygote:
    """Forks kernels, tells what became of them, and leaves no process of theirs behind."""

    def __init__(self, channel: socket.socket):
        self._channel = channel
        self._kernels: dict[int, int] = {}  # process id -> where its exit code is to be written
        self._ending = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # a handler must be set for it to wake

    def serve(self) -> None:
        """Serve until the other side is gone, or has said that no more requests will come."""
        while not (self._ending and not self._kernels):
            waiting: list[Any] = [self._channel, self._woken]
            readable, _, _ = select.select(waiting, [], [])
            if self._woken in readable:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._woken, 4096)
                self._reap()
            if self._channel in readable and not self._take_request():
                break
        self._end_all()

    def _take_request(self) -> bool:
        try:
            message, files, _, _ = socket.recv_fds(self._channel, 1 << 20, 8)
        except ConnectionError:
            return False
        if not message:
            return False
        request = json.loads(message)
        if request.get("end"):
            self._ending = True
            return True
        *own, status = files
        try:
            pid = os.fork()
        except OSError as error:
            os.close(status)
            reply: dict[str, Any] = {"error": str(error)}
        else:
            if pid == 0:
                self._let_go(status)
                become_kernel(request, own)
            self._kernels[pid] = status
            reply = {"pid": pid}
        for file in own:
            os.close(file)
        with contextlib.suppress(ConnectionError):  # gone meanwhile: the next read says so
            self._channel.send(json.dumps(reply).encode())
        return True

    def _let_go(self, status: int) -> None:
        """In a new kernel: undo what belongs to the zygote alone."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._channel.close()
        for file in (status, self._woken, self._wake, *self._kernels.values()):
            os.close(file)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._kernels:
                self._forget(pid, os.waitstatus_to_exitcode(status))

    def _forget(self, pid: int, code: int) -> None:
        """End what an ended kernel had started, then tell its exit code."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self._end_orphans()
        file = self._kernels.pop(pid)
        with contextlib.suppress(OSError):  # whoever asked for the kernel may be gone
            os.write(file, str(code).encode())
        os.close(file)

    def _end_orphans(self) -> None:
        """Kill children that are no kernels.

        Every kernel is its own descendants' subreaper, also of those that left its process group.
        They become children of this process only when it ends, so none is of a living kernel.
        """
        import psutil  # type: ignore[import-untyped]

        while True:
            orphans = [p.pid for p in psutil.Process().children() if p.pid not in self._kernels]
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError, ChildProcessError):
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)
            if not orphans:
                return

    def _end_all(self) -> None:
        for pid in list(self._kernels):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.kill(pid, signal.SIGKILL)  # it may not lead its group yet
            _, status = os.waitpid(pid, 0)
            self._forget(pid, os.waitstatus_to_exitcode(status))


def become_kernel(request: dict[str, Any], files: list[int]) -> NoReturn:
    """In a forked process: run a kernel and end with its exit code, whatever happens."""
    code = 1
    try:
        detach(request, files[:3])
        run_kernel(request["argv"], files[3])
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def detach(request: dict[str, Any], streams: list[int]) -> None:
    """Give the process its own session, streams, environment, folder and random numbers."""
    # Should the zygote be killed, nobody else would end its kernels. It may have gone between
    # the fork and this line; then the signal never comes.
    prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(os.environ["JPY_PARENT_PID"]):
        os._exit(1)
    prctl(SET_CHILD_SUBREAPER, 1)
    os.setsid()
    for target, file in enumerate(streams):
        os.dup2(file, target)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    if "numpy" in sys.modules:  # its global generator is copied by a fork; `random` renews itself
        sys.modules["numpy"].random.seed()
    backend = os.environ.get("MPLBACKEND")
    if backend and "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["backend"] = backend


def run_kernel(argv: list[str], bound: int) -> None:
    """Run a kernel as `python -m ipykernel_launcher` does; close `bound` once it listens."""
    from ipykernel.kernelapp import IPKernelApp

    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *argv]
    app: Any = IPKernelApp.instance()
    write: Callable[..., None] = app.write_connection_file

    def told(**options: Any) -> None:
        """Tell that every socket is bound: whoever connects earlier waits 0.1 s to try again."""
        write(**options)
        os.close(bound)

    app.write_connection_file = told
    app.initialize(argv)
    if WIDGETS in sys.modules:
        sys.modules[WIDGETS].register_comm_target()
    app.start()
    # `close` stops the thread that sends output and then joins one that may be waiting for it:
    # one kernel of sixteen hung for seconds. The end of the process closes every socket.
    atexit.unregister(app.close)
    app.control_thread.join(0.5)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads of the notebook
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()


if __name__ == "__main__":
    main()
