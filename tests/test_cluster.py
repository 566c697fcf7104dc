"""The same work on a dask cluster: a scheduler and workers of their own processes."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from reading import awaited, write_notebook

from kukar_analysis import paths
from kukar_analysis.errors import ReportError
from kukar_analysis.report import make, registry
from kukar_analysis.report.cache import Asked

pytestmark = pytest.mark.slow

DASK = Path(sys.executable).with_name("dask")
REPORTS = 6


def started(*arguments):
    return subprocess.Popen(
        [str(DASK), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def address():
    """Start a scheduler with two workers, one task each at a time; return where it listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = f"tcp://127.0.0.1:{port}"
    scheduler = started("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    workers = [started("worker", place, *options) for _ in range(2)]
    yield place
    for process in [*workers, scheduler]:
        process.kill()
        process.wait()


def tiny(folder, body):
    """Return reports of a notebook that takes a while."""
    write_notebook(folder, "kecil", body, "year, region")
    (index,) = registry.reports(years=[2023], regions=["64.02"], only=["02_indeks"])
    names = [f"2023/64.02/kecil-{i}" for i in range(REPORTS)]
    return [dataclasses.replace(index, name=name, notebook="kecil") for name in names]


def worker_of(kernel):
    """Return the dask worker above a kernel: kernel <- zygote <- worker."""
    return next(p for p in psutil.Process(kernel).parents() if "dask" in " ".join(p.cmdline()))


@pytest.mark.usefixtures("processed_env")
def test_a_worker_killed_in_the_middle_loses_nothing(address, processed, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    begun = tmp_path / "kernel"
    said = f"import os, pathlib, time\npathlib.Path({str(begun)!r}).write_text(str(os.getpid()))"
    reports = tiny(paths.NOTEBOOKS, f"{said}\ntime.sleep(1)")
    killed, errors = [], []
    with (
        make.cluster(address, None) as executor,
        closing(make.run(reports, tmp_path, Asked(processed=processed), executor)) as ended,
    ):
        assert isinstance(executor, Executor)
        for _, _, error in ended:
            errors.append(error)
            while not killed:
                try:  # a kernel that ended meanwhile, or has not written its number: the next one
                    worker = worker_of(int(begun.read_text()))
                    killed.extend([worker, *worker.children(recursive=True)])
                except (ValueError, StopIteration, psutil.NoSuchProcess):
                    time.sleep(0.05)
                    continue
                worker.send_signal(signal.SIGKILL)
    assert errors == [None] * REPORTS
    assert all((tmp_path / f"{report.name}.ipynb").exists() for report in reports)
    assert len(killed) >= 3, "a worker, its zygote and a kernel"
    _, left = psutil.wait_procs(killed, timeout=5)
    assert left == []


def test_a_cluster_of_this_machine_is_started_and_ended():
    with make.cluster("local", 1) as executor:
        worker = executor.submit(os.getpid).result()
        assert worker != os.getpid()
    awaited(lambda: not psutil.pid_exists(worker))


def test_a_scheduler_that_does_not_answer_or_no_dask_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = r"no dask scheduler answers at tcp://x:9 .*pip install"
    with pytest.raises(ReportError, match=said), make.cluster("tcp://x:9", None):
        pass
