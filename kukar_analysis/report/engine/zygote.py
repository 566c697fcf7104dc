"""The process that kernels are forked from, in some 30 ms each; fork.py runs it by its path.

It never imports the package it lies in: a forked kernel must start as a plain one does, but for the
libraries that are there. When its starter's end of the socket is closed, the kernels go too.
"""

import atexit
import builtins
import contextlib
import ctypes
import fcntl
import gc
import importlib.util
import io
import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
import time
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

SET_PARENT_DEATH_SIGNAL, SET_CHILD_SUBREAPER = 1, 36  # of prctl(2)
LIBRARIES = """
ipykernel.kernelapp ipykernel.debugger IPython.core.magics IPython.core.pylabtools psutil stack_data
IPython.core.completerlib IPython.core.debugger IPython.core.oinspect IPython.extensions.storemagic
pdb sqlite3 faulthandler tornado.platform.asyncio zmq.utils.garbage
seaborn pandas.io.formats.html pandas.io.formats.string pandas.core.reshape.reshape
pandas.core.arrays.arrow.extension_types pyarrow.parquet pyarrow.dataset pyarrow.pandas_compat
"""
"""What kernels and notebooks import. Not matplotlib_inline: figures would come out as text."""
prctl = ctypes.CDLL(None).prctl


def main() -> None:
    """Import, report, then fork kernels until the socket closes."""
    del sys.path[0]  # this script's folder must not hide installed packages of the same names
    channel = socket.socket(fileno=int(sys.argv[1]))
    fcntl.fcntl(channel, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(channel, fcntl.F_GETFL)
    # SIGIO ends this process when the other side goes while it does not look
    fcntl.fcntl(channel, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([channel], [], [], 0)[0]:  # it went before: nothing is asked as early
        return
    # The class of the kernel's application takes its parent from here when it is imported.
    os.environ["JPY_PARENT_PID"] = str(os.getpid())
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    gc.disable()  # an import leaves nothing that is worth looking for
    report = preload(sys.argv[2:])
    gc.freeze()  # else the first collection in each kernel would copy every page
    gc.enable()
    prctl(SET_CHILD_SUBREAPER, 1)
    fcntl.fcntl(channel, fcntl.F_SETFL, flags)
    serve(channel, report)
    atexit._run_exitfuncs()
    os._exit(0)  # an interpreter with all these libraries takes long to end


def preload(modules: list[str]) -> dict[str, object]:
    """Import as a kernel would; return an error if no kernel can be forked afterwards."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # no kernel here is debugged
    # pandas shows wide tables whole only where there is a `kernel`
    builtins.get_ipython = lambda: SimpleNamespace(kernel=True)  # type: ignore[attr-defined]
    installed = [n for n in LIBRARIES.split() if importlib.util.find_spec(n.partition(".")[0])]
    for name in [*installed, *modules]:
        try:
            module, _, function = name.partition(":")
            imported = importlib.import_module(module)
            if function:
                getattr(imported, function)()
        except (Exception, SystemExit) as error:
            return {"error": f"{name} cannot be loaded: {type(error).__name__}: {error}"}
        if len(os.listdir("/proc/self/task")) > 1:  # it would not be there in a kernel
            return {"error": f"{name} starts a thread when imported"}
    del builtins.get_ipython, sys.modules["debugpy"]  # type: ignore[attr-defined]
    if "matplotlib" in sys.modules:  # loads fonts and writers, and touches nothing of pyplot
        figure = importlib.import_module("matplotlib.figure").Figure(figsize=(2, 2))
        figure.add_subplot(title="Aa 1").plot([0, 1], label="a")
        figure.legend()
        for kind in ("svg", "png"):
            figure.savefig(io.BytesIO(), format=kind, bbox_inches="tight")
    return {"ready": True}


def serve(channel: Any, report: dict[str, object]) -> None:
    """Report, fork kernels, tell what became of them; at the end, leave no process of theirs."""
    kernels: dict[int, tuple[int, int, str]] = {}  # by pidfd: process, pipe, folder
    with contextlib.suppress(ConnectionError):  # its starter may be gone by now
        channel.send(json.dumps(report).encode())
        while True:
            ready = select.select([channel, *kernels], [], [])[0]
            for ended in kernels.keys() & {*ready}:
                bury(ended, kernels)
            if channel not in ready:
                continue
            message, pipes, _, _ = socket.recv_fds(channel, 1 << 20, 8)
            if not message:
                break
            request = json.loads(message)
            try:
                pid = os.fork()
            except OSError as error:
                channel.send(json.dumps({"error": str(error)}).encode())
                os.close(pipes[0])
                continue
            if pid == 0:
                channel.close()
                for pidfd, (_, pipe, _) in kernels.items():
                    os.close(pidfd)
                    os.close(pipe)
                become_kernel(request, pipes[0])
            kernels[os.pidfd_open(pid)] = pid, pipes[0], request["folder"]
            channel.send(json.dumps({"pid": pid}).encode())
    for pidfd, (pid, _, folder) in list(kernels.items()):
        os.kill(pid, signal.SIGKILL)
        bury(pidfd, kernels)
        shutil.rmtree(folder, ignore_errors=True)  # its maker may have been killed


def bury(pidfd: int, kernels: dict[int, tuple[int, int, str]]) -> None:
    """Take leave of a kernel that ends: end what it had started, then tell its exit code."""
    pid, pipe, _ = kernels.pop(pidfd)
    os.close(pidfd)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    # Every kernel is the subreaper of what it started: here comes only what is of an ended one.
    living = {kernel for kernel, _, _ in kernels.values()}
    children = Path(f"/proc/self/task/{os.getpid()}/children")  # it has one thread
    while orphans := {int(child) for child in children.read_text().split()} - living:
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)
    with contextlib.suppress(OSError):  # whoever asked for the kernel may be gone
        os.write(pipe, str(code).encode())
    os.close(pipe)


def become_kernel(request: dict[str, Any], pipe: int) -> NoReturn:
    """In a forked process: run a kernel and end with its exit code, whatever happens."""
    code = 1
    try:
        detach(request)
        run_kernel(request["argv"], pipe)
        code = 0
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def detach(request: dict[str, Any]) -> None:
    """Give the process its own session, environment, folder and random numbers."""
    # nobody else ends the kernels of a zygote that is killed; if it was before, no signal comes
    prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != int(os.environ["JPY_PARENT_PID"]):
        os._exit(1)
    prctl(SET_CHILD_SUBREAPER, 1)
    os.setsid()
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    if numpy := sys.modules.get("numpy"):  # a fork copies its generator; `random` renews itself
        numpy.random.seed()
    if (matplotlib := sys.modules.get("matplotlib")) and "MPLBACKEND" in os.environ:
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def run_kernel(argv: list[str], pipe: int) -> None:
    """Run a kernel as `python -m ipykernel_launcher` does; write a line once it listens."""
    from ipykernel.kernelapp import IPKernelApp

    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *argv]
    app: Any = IPKernelApp.instance()
    log = app.log_connection_info

    def told() -> None:  # every socket is bound: whoever connects earlier waits 0.1 s to try again
        log()
        os.write(pipe, b"\n")
        os.close(pipe)

    app.log_connection_info = told
    app.initialize(argv)
    if widgets := sys.modules.get("ipywidgets"):  # imported where there was no kernel
        widgets.register_comm_target()
    app.start()
    # `close` joins a thread that may wait for one it has stopped: one of sixteen hung for seconds
    atexit.unregister(app.close)
    app.control_thread.join(0.5)
    threading._shutdown()  # type: ignore[attr-defined]  # waits for the threads of the notebook
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


if __name__ == "__main__":
    main()
