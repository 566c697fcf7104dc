"""Kernels are forked from one process, and whatever is killed, none is left."""

import asyncio
import concurrent.futures
import contextlib
import os
import signal
import subprocess
import sys
import time

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import v4
from reading import kernels

from kukar_analysis.report.engine import fork, provisioner

BASE = ("pandas", "seaborn", "matplotlib.pyplot")


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
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = v4.new_notebook(
        cells=[v4.new_code_cell(source) for source in cells], metadata={"kernelspec": kernel}
    )
    nbformat.write(made, path)
    executed = papermill.execute_notebook(
        path, path.with_suffix(".out.ipynb"), engine_name="warm", progress_bar=False, **options
    )
    return [o.data["text/plain"] for c in executed.cells for o in c.outputs if "data" in o]


def awaited(condition):
    """Return what a condition gives once it holds; fails after 20 s."""
    until = time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < until, "did not come about"
        time.sleep(0.02)
    return found


def gone(pids):
    return all(not psutil.pid_exists(pid) or zombie(pid) for pid in pids)


def zombie(pid):
    """Return whether a process has ended and only waits to be reaped by whoever took it over."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_a_zygote_has_one_thread_and_imports_all_it_is_to():
    assert fork.preload().report() == fork.Report(threads=1, skipped={})


def test_a_kernel_starts_with_the_modules_of_a_plain_one_and_those_preloaded(tmp_path):
    cell = "import sys\nsorted(m for m in sys.modules if m in ('pandas', 'kukar_analysis'))"
    assert run(tmp_path / "a.ipynb", cell) == ["['pandas']"]
    threads = (
        "len(open('/proc/self/environ').read()) and 'OMP_NUM_THREADS' in __import__('os').environ"
    )
    assert run(tmp_path / "b.ipynb", threads) == ["False"]


def test_what_cannot_or_must_not_be_preloaded_is_named_and_works_in_the_kernel(tmp_path, module):
    module("good", "")
    module("broken", "1 / 0")
    module("loud", "print('halo')")
    module("curious", "from IPython import get_ipython\nshell = get_ipython()")
    module("late", "from IPython import get_ipython\ndef shell(): return get_ipython()")
    module("busy", "import threading, time\nthreading.Thread(target=time.sleep, args=[5]).start()")
    names = ["good", "broken", "loud", "curious", "late", "busy", "tidak_ada"]
    report = fork.preload(names).report()
    assert report.threads == 1
    assert report.skipped == {
        "broken": "ZeroDivisionError: division by zero",
        "loud": "prints when imported: halo",
        "curious": "curious asks for the shell when imported",
        "busy": "starts a thread when imported",
        "tidak_ada": "ModuleNotFoundError: No module named 'tidak_ada'",
    }
    shown = run(
        tmp_path / "a.ipynb",
        f"import sys\nsorted(set({names}) & set(sys.modules))",
        "import curious, late\ncurious.shell is late.shell() is get_ipython()",
    )
    assert shown == ["['good', 'late']", "True"]


def test_a_skipped_module_is_said_by_the_engine_too(tmp_path, module, caplog):
    module("broken", "1 / 0")
    fork.preload(["broken"])
    run(tmp_path / "a.ipynb", "1")
    run(tmp_path / "b.ipynb", "1")
    said = [r.getMessage() for r in caplog.records if "broken" in r.getMessage()]
    assert said == ["Not preloaded: broken (ZeroDivisionError: division by zero)"]


def test_a_zygote_is_kept_until_other_modules_or_another_stamp_are_asked_for():
    first = fork.preload(["json"], "1")
    assert fork.preload(["json"], "1") is first
    assert fork.zygote(["uuid"]) is first
    second = fork.preload(["json"], "2")
    assert second.pid != first.pid
    assert fork.preload(["json", "csv"], "2").pid != second.pid
    awaited(lambda: not first.alive() and not second.alive())


def test_without_a_choice_the_libraries_of_all_notebooks_are_gathered(tmp_path):
    run(tmp_path / "a.ipynb", "import openpyxl")
    first = fork.zygote()
    run(tmp_path / "b.ipynb", "import openpyxl")
    assert fork.zygote() is first
    run(tmp_path / "c.ipynb", "import rapidfuzz")
    assert {"openpyxl", "rapidfuzz", *BASE} <= set(fork.zygote().modules)


def test_a_zygote_that_is_no_longer_asked_ends_after_its_last_kernel(tmp_path):
    old = fork.preload((), "1")
    read, write = os.pipe()
    kernel = old.fork(["-f", str(tmp_path / "c.json")], dict(os.environ), str(tmp_path), write)
    os.close(write)
    os.read(read, 1)
    os.close(read)
    new = fork.preload((), "2")
    new.report()
    assert old.alive()
    assert kernel.poll() is None
    kernel.kill()
    assert kernel.wait(10) == -signal.SIGKILL
    kernel.close()
    awaited(lambda: not old.alive())


RUNNER = """
import os, sys, threading, time, papermill
papermill.execute_notebook(sys.argv[1], None, engine_name="warm", progress_bar=False,
    parameters={})
"""
COPY = """
from kukar_analysis.report.engine import fork
fork.preload().report()
copy = os.fork()
if copy == 0:
    time.sleep(1000)
open({path!r} + "copy", "w").write(str(copy))
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
time.sleep(0.3)
family = [p.pid for p in psutil.Process().children(recursive=True)] + [int(daemon), os.getpid()]
open({path!r} + ".new", "w").write(" ".join(map(str, set(family))))
os.rename({path!r} + ".new", {path!r})
time.sleep(1000)
"""


@contextlib.contextmanager
def runner(tmp_path, *, copied=False):
    """Run a notebook whose kernel has children, in a process of its own; tell their ids."""
    told = tmp_path / "pids"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cells = [v4.new_code_cell(FAMILY.format(path=str(told)))]
    nbformat.write(
        v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "n.ipynb"
    )
    head, tail = RUNNER.split("\npapermill", 1)
    middle = COPY.format(path=str(told)) if copied else ""
    process = subprocess.Popen(
        [sys.executable, "-c", f"{head}{middle}\npapermill{tail}", tmp_path / "n.ipynb"],
        stderr=subprocess.DEVNULL,
    )
    pids = []
    try:
        awaited(lambda: told.exists() or process.poll() is not None)
        pids = [int(pid) for pid in told.read_text().split()]
        assert len(pids) >= 5
        yield process, pids
    finally:
        process.kill()
        process.wait()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def the_zygote(process):
    running = [p for p in psutil.Process(process.pid).children() if not zombie(p.pid)]
    (found,) = [p.pid for p in running if "zygote.py" in str(p.cmdline())]
    return found


@pytest.mark.parametrize("copied", [False, True])
def test_a_killed_runner_leaves_no_kernel_and_nothing_that_a_kernel_started(tmp_path, copied):
    with runner(tmp_path, copied=copied) as (process, pids):
        zygote = the_zygote(process)
        process.kill()
        process.wait()
        try:
            awaited(lambda: gone([zygote, *pids]))
        finally:
            if copied:
                os.kill(int((tmp_path / "pidscopy").read_text()), signal.SIGKILL)


@pytest.mark.parametrize("seconds", [0, 0.5])
def test_a_killed_runner_leaves_no_zygote_that_is_still_importing(module, seconds):
    module("lambat", "import time\ntime.sleep(30)")
    code = (
        "import time\nfrom kukar_analysis.report.engine import fork\n"
        "print(fork.preload(['lambat']).pid, flush=True)\ntime.sleep(30)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        zygote = int(process.stdout.readline())
        time.sleep(seconds)
        process.kill()
        process.wait()
        awaited(lambda: gone([zygote]))


def test_a_killed_zygote_leaves_no_kernel_and_fails_the_notebook_only(tmp_path):
    with runner(tmp_path) as (process, pids):
        # What left the kernel's process group has no one any more who knows whose it was.
        group = [pid for pid in pids if os.getpgid(pid) in pids and os.getsid(pid) != pid]
        kernel = [pid for pid in pids if psutil.Process(pid).ppid() == the_zygote(process)]
        os.kill(the_zygote(process), signal.SIGKILL)
        awaited(lambda: gone([*group, *kernel]))
        assert process.wait(20) == 1


def test_a_killed_zygote_takes_kernels_with_it_in_which_no_python_runs(tmp_path):
    told = tmp_path / "told"
    # A C function that keeps the interpreter's lock: no thread of the kernel can look around.
    line = f"import ctypes; open({str(told)!r}, 'w').close(); ctypes.PyDLL(None).sleep(1000)"
    zygote = fork.preload()
    read, write = os.pipe()
    argv = ["-f", str(tmp_path / "c.json"), f"--IPKernelApp.exec_lines={line}"]
    kernel = zygote.fork(argv, dict(os.environ), str(tmp_path), write)
    os.close(write)
    awaited(told.exists)
    os.close(read)
    os.kill(zygote.pid, signal.SIGKILL)
    awaited(lambda: gone([kernel.pid]))
    assert kernel.wait(5) == -signal.SIGKILL
    kernel.close()


DIES_WITH_ZYGOTE = "import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(1000)"


def test_after_a_killed_zygote_the_next_notebook_gets_a_new_one(tmp_path):
    fork.preload((), "1").report()
    killed = fork.zygote().pid
    with pytest.raises(DeadKernelError):
        run(tmp_path / "a.ipynb", DIES_WITH_ZYGOTE)
    shown = run(tmp_path / "b.ipynb", "import os\nos.getppid()")
    assert shown == [str(fork.zygote().pid)]
    assert fork.zygote().pid != killed


def test_a_killed_kernel_takes_its_children_with_it_and_no_other_kernel(tmp_path):
    with runner(tmp_path) as (process, pids):
        (kernel,) = [p for p in pids if psutil.Process(p).ppid() == the_zygote(process)]
        os.kill(kernel, signal.SIGKILL)
        awaited(lambda: gone(pids))
        assert process.wait(20) == 1


LEAVES = """
import pathlib, subprocess, sys, time
pid = subprocess.run([sys.executable, "-c", "import subprocess; print(subprocess.Popen("
    "['sleep', '1000'], start_new_session=True, stdout=-3, stderr=-3).pid)"],
    capture_output=True, text=True).stdout
pathlib.Path({path!r}).write_text(pid)
while not pathlib.Path({path!r} + ".end").exists():
    time.sleep(0.02)
"""


def test_a_kernel_that_ends_takes_what_it_left_behind_and_nothing_of_another(tmp_path):
    told = tmp_path / "pid"
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(run, tmp_path / "a.ipynb", LEAVES.format(path=str(told)))
        pid = int(awaited(lambda: told.exists() and told.read_text()))
        run(tmp_path / "b.ipynb", "1")
        assert not gone([pid])
        (tmp_path / "pid.end").touch()
        first.result()
    awaited(lambda: gone([pid]))


DEAF = (
    "import os, signal, time\nopen({path!r}, 'w').write(str(os.getpid()))\n"
    "for number in (signal.SIGINT, signal.SIGTERM): signal.signal(number, signal.SIG_IGN)\n"
    "while True:\n    time.sleep(1)"
)


def test_a_cell_that_hears_no_signal_is_killed_after_its_time(tmp_path):
    told = tmp_path / "pid"
    with pytest.raises(CellTimeoutError):
        run(tmp_path / "a.ipynb", DEAF.format(path=str(told)), execution_timeout=1)
    assert gone([int(told.read_text())])


def test_a_kernel_is_a_child_of_the_zygote_with_a_session_of_its_own(tmp_path):
    cell = "import os\n[os.getppid(), os.getsid(0) == os.getpgid(0) == os.getpid()]"
    shown = run(tmp_path / "a.ipynb", cell)
    assert shown == [f"[{fork.zygote().pid}, True]"]


def test_what_python_reads_at_its_start_is_not_got_from_a_fork(tmp_path, monkeypatch):
    fork.preload()
    monkeypatch.setenv("LC_ALL", "C")
    cell = "import os\nos.getppid()"
    assert run(tmp_path / "a.ipynb", cell) == [str(os.getpid())]
    monkeypatch.delenv("LC_ALL")
    assert run(tmp_path / "b.ipynb", cell) == [str(fork.zygote().pid)]
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9")
    assert run(tmp_path / "c.ipynb", cell, cwd=tmp_path) == [str(os.getpid())]


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], ["-f", "x"]),
        ([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher"], []),
        ([sys.executable, "-W", "error", "-m", "ipykernel_launcher"], None),
        ([sys.executable, "-m", "bash_kernel"], None),
        (["/usr/bin/python3", "-m", "ipykernel_launcher"], None),
        (["R", "--slave"], None),
    ],
)
def test_only_a_kernel_of_this_interpreter_is_forked(command, arguments):
    assert provisioner._arguments(command) == arguments


def test_a_zygote_that_cannot_start_leaves_plain_kernels_and_says_why(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(fork, "SCRIPT", tmp_path / "tidak_ada.py")
    cell = "import os\nos.getppid()"
    assert run(tmp_path / "a.ipynb", cell) == [str(os.getpid())]
    assert "Kernel not forked but started: the zygote died" in caplog.text


def test_a_zygote_that_dies_just_when_it_is_asked_is_replaced(tmp_path, monkeypatch):
    killed = fork.preload()
    killed.report()
    os.kill(killed.pid, signal.SIGKILL)
    awaited(lambda: not killed.alive())
    alive, just_before = fork.Zygote.alive, iter([True])
    monkeypatch.setattr(fork.Zygote, "alive", lambda self: next(just_before, alive(self)))
    argv = ["-f", str(tmp_path / "c.json"), "--log-level=CRITICAL"]
    kernel = asyncio.run(provisioner._forked(argv, dict(os.environ), str(tmp_path)))
    assert psutil.Process(kernel.pid).ppid() == fork.zygote().pid != killed.pid
    kernel.kill()
    kernel.wait(5)
    kernel.close()


def test_ending_closes_the_kernels_that_still_run(tmp_path):
    zygote = fork.preload()
    read, write = os.pipe()
    kernel = zygote.fork(["-f", str(tmp_path / "c.json")], dict(os.environ), str(tmp_path), write)
    os.close(write)
    fork.end()
    os.close(read)
    assert not zygote.alive()
    assert kernel.wait(5) == -signal.SIGKILL
    kernel.close()


LIGHT = """
import sys
before = set(sys.modules)
from kukar_analysis.report.engine import fork, lean
print(sorted({m.partition(".")[0] for m in set(sys.modules) - before}
    - set(sys.stdlib_module_names)))
lean.spare_imports()
import papermill
print("lark" in sys.modules)
"""


def test_the_zygote_can_be_started_before_anything_else_is_imported():
    said = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert said.stdout.split("\n") == ["['kukar_analysis']", "False", ""]
