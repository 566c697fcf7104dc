"""The same work on a dask cluster, which this machine starts for itself."""

import dataclasses
import os
import sys
from contextlib import closing

import psutil
import pytest
from making import report
from reading import awaited, write_notebook

from kukar_analysis import paths
from kukar_analysis.errors import ReportError
from kukar_analysis.report import make
from kukar_analysis.report.cache import Asked

pytestmark = pytest.mark.slow

# a kernel is forked by a zygote, and that by the worker
KILLS = """
import pathlib, time, psutil
begun = pathlib.Path({begun!r})
if not begun.exists():
    *_, worker = family = [psutil.Process(), *psutil.Process().parents()[:2]]
    begun.write_text(" ".join(str(process.pid) for process in family))
    worker.kill()
    time.sleep(60)
year, region
"""


def test_a_worker_killed_in_the_middle_loses_nothing(processed_env, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    write_notebook(paths.NOTEBOOKS, "kecil", KILLS.format(begun=str(tmp_path / "begun")))
    found = [dataclasses.replace(report("kecil"), name=f"kecil-{n}") for n in range(6)]
    with make.cluster("local", 2) as executor:
        worker = executor.submit(os.getpid).result()
        ended = make.run(found, tmp_path, Asked(processed=processed_env), executor)
        with closing(ended):
            assert [error for _, _, error in ended] == [None] * len(found)
    assert all((tmp_path / f"{one.name}.ipynb").exists() for one in found)
    killed = [int(pid) for pid in (tmp_path / "begun").read_text().split()]
    awaited(lambda: not any(map(psutil.pid_exists, [*killed, worker])))


def test_a_scheduler_that_does_not_answer_or_no_dask_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = r"no dask scheduler answers at tcp://x:9 .*pip install"
    with pytest.raises(ReportError, match=said), make.cluster("tcp://x:9", None):
        pass
