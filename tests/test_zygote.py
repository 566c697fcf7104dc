"""Kernels are forked from one process, and whatever is killed, none is left."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import DeadKernelError
from reading import awaited, kernels, notebook

from kukar_analysis.report.engine import fork

PARENT = "import os\nos.getppid()"


@pytest.fixture(autouse=True)
def no_zygote():
    """Let every test start from nothing, and leave nothing."""
    fork.end()
    with kernels():
        yield
    fork.end()


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Return a function that writes a module which kernels can import."""
    folder = tmp_path / "modules"
    folder.mkdir()
    monkeypatch.setattr(fork, "OWN", folder)
    return lambda name, source: (folder / f"{name}.py").write_text(source)


def run(path, *cells, **options):
    """Run cells with the engine; return the texts of their values."""
    nbformat.write(notebook(*cells), path)
    executed = papermill.execute_notebook(
        path, path.with_suffix(".out.ipynb"), engine_name="warm", progress_bar=False, **options
    )
    return [o.data["text/plain"] for c in executed.cells for o in c.outputs if "data" in o]


def gone(pids):
    """Return whether processes have ended, or only wait for who took them over to notice."""
    living = set()
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            living.add(psutil.Process(pid).status())
    return living <= {psutil.STATUS_ZOMBIE}


def test_a_kernel_starts_with_the_libraries_and_leads_a_session_of_its_own(tmp_path):
    cell = (
        "import os, sys\nsorted({'pandas', 'seaborn', 'kukar_analysis'} & {*sys.modules}),"
        " 'OMP_NUM_THREADS' in os.environ, os.getsid(0) == os.getpgid(0) == os.getpid()"
    )
    shown = run(tmp_path / "a.ipynb", PARENT, cell)
    assert shown == [str(fork.preload().pid), "(['pandas', 'seaborn'], False, True)"]


THREAD = "import threading, time\nthreading.Thread(target=time.sleep, args=[5]).start()"
RAISES = "cannot be loaded: ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("1 / 0", f"unfit {RAISES}"),
        ("def load():\n    1 / 0", f"unfit:load {RAISES}"),
        (THREAD, "unfit starts a thread when imported"),
        ("", "kernels can be forked on Linux only"),
    ],
)
def test_where_nothing_can_be_forked_plain_kernels_run_and_that_is_said(
    tmp_path, module, monkeypatch, caplog, source, said
):
    if source:
        module("unfit", source)
        fork.preload(said.split()[:1])
    else:
        monkeypatch.setattr(fork, "available", lambda: False)
    assert run(tmp_path / "a.ipynb", PARENT) == [str(os.getpid())]
    assert f"Kernel not forked but started: {said}" in caplog.text


MUTE = """
from ipykernel import iostream, kernelbase
iostream.IOPubThread._send_welcome_message = lambda *_: None
say = kernelbase.Kernel._publish_status
kernelbase.Kernel._publish_status = lambda s, what, *m: what == "starting" or say(s, what, *m)
"""


def test_a_kernel_that_does_not_greet_is_asked(tmp_path, module):
    module("mute", MUTE)
    fork.preload(["mute"])
    assert run(tmp_path / "a.ipynb", PARENT, start_timeout=20) == [str(fork.preload().pid)]


RUNNER = """
import sys, papermill
papermill.execute_notebook(sys.argv[1], None, engine_name="warm", progress_bar=False)
"""
FAMILY = """
import os, subprocess, sys, time, multiprocessing
shell = subprocess.Popen("sleep 1000 & sleep 1000", shell=True)
daemon = subprocess.run(
    [sys.executable, "-c", "import subprocess; print(subprocess.Popen("
     "['sleep', '1000'], start_new_session=True, stdout=-3, stderr=-3).pid)"],
    capture_output=True, text=True).stdout
worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=[1000])
worker.start()
import psutil
while len(family := psutil.Process().children(recursive=True)) < 5:
    time.sleep(0.02)
family = [os.getpid(), *[p.pid for p in family], int(daemon)]
open({path!r} + ".new", "w").write(" ".join(map(str, dict.fromkeys(family))))
os.rename({path!r} + ".new", {path!r})
time.sleep(1000)
"""


@pytest.mark.parametrize(
    "victim", ["runner", *(pytest.param(v, marks=pytest.mark.slow) for v in ("zygote", "kernel"))]
)
def test_whatever_is_killed_no_kernel_is_left_nor_what_it_started(tmp_path, victim):
    told, source = tmp_path / "pids", tmp_path / "n.ipynb"
    nbformat.write(notebook(FAMILY.format(path=str(told))), source)
    command = [sys.executable, "-W", "ignore", "-c", RUNNER, source]
    runner = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    left = []
    try:
        awaited(lambda: told.exists() or runner.poll() is not None)
        kernel, *family = map(int, told.read_text().split())
        zygote = psutil.Process(kernel).ppid()
        left = [kernel, zygote, *family]
        if victim == "zygote":
            # What left the kernel's process group has no one any more who knows whose it was.
            family = [pid for pid in family if os.getpgid(pid) == kernel]
        os.kill({"runner": runner.pid, "zygote": zygote, "kernel": kernel}[victim], signal.SIGKILL)
        if victim == "runner":
            runner.wait()
            family.append(zygote)
        awaited(lambda: gone([kernel, *family]))
        assert runner.wait(60) == (-signal.SIGKILL if victim == "runner" else 1)
    finally:
        runner.kill()
        runner.wait()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_after_a_killed_zygote_the_next_notebook_gets_a_new_one(tmp_path):
    killed = fork.preload((), "1").pid
    with pytest.raises(DeadKernelError):
        run(tmp_path / "a.ipynb", "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(1000)")
    assert run(tmp_path / "b.ipynb", PARENT) == [str(fork.preload().pid)]
    assert fork.preload().pid != killed


def test_a_zygote_whose_starter_is_gone_before_it_listens_loads_nothing(tmp_path):
    (tmp_path / "ipykernel").mkdir()  # what is loaded first
    (tmp_path / "ipykernel" / "__init__.py").write_text("open('loaded', 'w').close()")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    with theirs:
        number, env = theirs.fileno(), {**os.environ, "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, str(fork.SCRIPT), str(number)]
        ended = subprocess.run(command, pass_fds=[number], cwd=tmp_path, env=env)
    assert ended.returncode == 0
    assert not (tmp_path / "loaded").exists()
