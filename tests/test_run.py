"""Reports run side by side, and each one's end is told as it was."""

import dataclasses
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import nbformat
import papermill
import psutil
import pytest
from making import report
from reading import ASKS, KUKAR, MALANG, kernels, tables_from, write_notebook

from kukar_analysis import paths
from kukar_analysis.report import make, notebooks, registry
from kukar_analysis.report.cache import MODULES, Asked
from kukar_analysis.report.engine import fork


@pytest.fixture
def started(tmp_path, processed_env, monkeypatch):
    """Return a function that starts reports of `notebooks`, and yields each end."""
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")

    def start(*reports, executor=None, **limits):
        asked = Asked(processed=processed_env, reports=tmp_path / "laporan", jobs=2, **limits)
        return closing(make.run([*reports], tmp_path / "made {2023}", asked, executor))

    with kernels():
        yield start


@pytest.fixture
def ran(started):
    """Return a function that runs reports: the error of each by its notebook, or none."""

    def make(*reports, **how):
        with started(*reports, **how) as ended:
            return {about.notebook: error for about, _, error in ended}

    return make


@pytest.fixture
def error_of(ran, tmp_path):
    """Return a function that runs a notebook of these cells: its error, an empty text for none."""

    def make(*cells, asks=ASKS, given=None, name="catatan", **how):
        if cells:
            write_notebook(tmp_path / "notebooks", name, *cells, asks=asks)
        given = given or {"year": 2023, "region": KUKAR}
        return ran(dataclasses.replace(report(name), parameters=given), **how)[name] or ""

    return make


def made(tmp_path, name):
    """Return an executed notebook, of which papermill formats the path."""
    return nbformat.read(tmp_path / f"made {{2023}}/2023/64.02/{name}.ipynb", as_version=4)


def kernels_left():
    """Return the processes below this one whose kernel still runs: children of the zygote."""
    zygote = psutil.Process(fork.preload().pid)
    return [p for p in zygote.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


def test_a_good_report_is_made_beside_failing_ones_and_each_end_is_told(ran, tmp_path):
    folder = tmp_path / "notebooks"
    reads = "from kukar_analysis import store\nstore.read('programmes', year=year, region=region)"
    write_notebook(folder, "baik", reads, "import punya_sendiri\ntype(year).__name__", asks=None)
    (folder / "punya_sendiri.py").write_text("nilai = 'dari sebelah, seperti di Lab'")
    cells = ["1 + 1", "# langkah kedua\nraise ValueError('satu\\ndua')", "'tidak sampai'"]
    write_notebook(folder, "gagal", *cells)
    write_notebook(folder, "mati", "import os  # mati\nos.kill(os.getpid(), 9)")
    write_notebook(folder, "keluar", "1 + 1", "raise SystemExit  # keluar", "'tidak sampai'")
    (folder / "gabung.ipynb").write_text('{"cells": [\n<<<<<<< HEAD\n')
    told = ran(*map(report, ("baik", "gagal", "mati", "keluar", "gabung", "tiada")))
    assert told.pop("baik") is None
    ends = {
        "gagal": "(# langkah kedua): ValueError: satu",
        "mati": "(import os  # mati): DeadKernelError: Kernel died: SIGKILL, perhaps out of memory",
        "keluar": "(raise SystemExit  # keluar): it ends the notebook before its last cell",
    }
    for name, end in ends.items():
        assert re.fullmatch(rf"cell \d+ {re.escape(end)}", told.pop(name))
    assert [error for error in told.values() if not error or "\n" in error] == []
    good, failed = made(tmp_path, "baik"), made(tmp_path, "gagal")
    assert good.cells[-1].outputs[0].data["text/plain"] == "'int'"
    about = (good.metadata.papermill.input_path, good.metadata.papermill.output_path)
    assert about == ("notebooks/baik.ipynb", "2023/64.02/baik.ipynb")
    assert all(str(tmp_path) not in json.dumps(one.metadata) for one in (good, failed))


def test_a_report_over_its_limits_is_ended_and_named(error_of):
    hears = "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
    said = "(import signal): CellTimeoutError: timed out: a cell may take 0.5 s"
    assert re.fullmatch(rf"cell \d+ {re.escape(said)}", error_of("1", hears, cell=0.5))
    error = error_of(*["import time\ntime.sleep(0.4)"] * 30, whole=2)
    assert error.endswith("timed out: the notebook may take 2 s")
    assert kernels_left() == []


READS = "from kukar_analysis import paths\npaths.note_table('index_scores', {})"


@pytest.mark.parametrize(
    ("reads", "cell", "said"),
    [
        ("year, '64.02'", "", "it read no rows of 35.07 2023, only index_scores 2023 64.02"),
        ("year, region", "", ""),
        ("year, region", "region = '64.02'", "the parameter region no longer is '35.07'; a cell"),
        ("year, region", "del region", "the parameter region no longer is '35.07'; a cell"),
        ("year, region", "year = 2022.0", "the parameter year no longer is 2023; a cell"),
    ],
)
def test_a_report_reads_rows_of_what_it_is_about_and_keeps_its_parameters(
    error_of, reads, cell, said
):
    cells = [READS.format(reads), "year = int(str(year))", cell]  # the same value
    error = error_of(*cells, asks=None, given={"year": 2023, "region": MALANG})
    assert error.startswith(said)
    assert bool(error) == bool(said)


def test_a_report_of_two_years_reads_rows_of_both(error_of, tmp_path):
    about = {"from_year": 2022, "to_year": 2023, "region": KUKAR}
    parameters = "from_year: int = 2020\nto_year: int = 2021\nregion: str = '00.00'"
    cells = [READS.format("to_year, region")]
    write_notebook(tmp_path / "notebooks", "dua", *cells, parameters=parameters, asks=None)
    said = f"it read no rows of {KUKAR} 2022, only index_scores 2023 {KUKAR}"
    assert error_of(name="dua", given=about).startswith(said)


def test_another_program_is_refused_and_a_full_disk_ends_the_run(error_of, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(papermill, "execute_notebook", full)
    with pytest.raises(OSError, match="No space left"):
        error_of("1")
    monkeypatch.setattr(make, "_own_program", lambda: "lain")
    assert error_of("1") == "the worker has another version of the program: install it there"


def test_a_report_with_an_unknown_parameter_fails_before_it_runs(error_of, tmp_path):
    said = "it has no parameter tahunn; known: year, region"
    assert error_of("year", given={"tahunn": 2023}) == said
    assert not (tmp_path / "made {2023}").exists()


def test_a_report_whose_worker_is_lost_fails_alone(ran, tmp_path):
    class Lost(ThreadPoolExecutor):
        def submit(self, execute, task, *more):
            return super().submit(execute, None if task.notebook == "lain" else task, *more)

    write_notebook(tmp_path / "notebooks", "baik", "1")
    with Lost(1) as pool:
        told = ran(report("lain"), report("baik"), executor=pool)
    assert told["lain"].startswith("AttributeError: ")
    assert told["baik"] is None


def test_a_run_that_breaks_off_ends_its_kernels_at_once(started, tmp_path):
    write_notebook(tmp_path / "notebooks", "macet", "import time\ntime.sleep(1000)")
    write_notebook(tmp_path / "notebooks", "baik", "year")
    with started(report("macet"), report("baik")) as ended:
        assert next(ended)[0].notebook == "baik"
    assert kernels_left() == []


@pytest.mark.usefixtures("processed_env")
def test_every_kind_of_report_fits_its_notebook(sample_processed):
    reports = registry.reports(years=[2023], regions=["64.02"])
    with tables_from(sample_processed):
        reports += registry.reports(years=[2023], regions=["00.01"])
    numbered = {path.stem for path in paths.NOTEBOOKS.glob("[0-9]*.ipynb")}
    assert {r.notebook for r in reports} == numbered
    known = {one.notebook: one.parameters for one in notebooks.read_all()[0]}
    for found in reports:
        own = {name: type(value) for name, value in known[found.notebook].items()}
        assert {n: type(v) for n, v in found.parameters.items()}.items() <= own.items()


def test_what_kernels_have_imported_before_they_start_is_there():
    assert fork.Zygote(MODULES, "here")._answer() == {"ready": True}
