"""Reports run side by side, and each one's end is told as it was."""

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
import pytest
from making import report
from reading import ASKS, KUKAR, MALANG, kernels, tables_from, write_notebook

from kukar_analysis import paths, store
from kukar_analysis.report import notebooks, registry, run, way
from kukar_analysis.report.cache import Cache
from kukar_analysis.report.engine import fork


def ran_of(reports, folder, processed, **options):
    program = Cache(folder).program()
    with kernels():
        return run.run(reports, folder, way.Asked(processed=processed), program, **options)


@pytest.fixture
def ran(tmp_path, processed_env):
    """Return a function that makes a report of these cells: its error, and how often it was run."""

    def make(*cells, name="catatan", asks=ASKS, given=None, program=None, limits=()):
        count = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')"
        if cells:
            write_notebook(tmp_path, name, count, *cells, asks=asks)
        asked = way.Asked(processed=processed_env, reports=tmp_path / "laporan", **dict(limits))
        about = dataclasses.replace(
            report(name), parameters=given or {"year": 2023, "region": KUKAR}
        )
        (tmp_path / "tries").write_text("")
        program = program or Cache(tmp_path).program()
        with kernels():
            _, error = run.execute(about, tmp_path, tmp_path / "made", asked, program)
        return error or "", len((tmp_path / "tries").read_text())

    return make


def kernels_left():
    """Return the processes below this one whose kernel still runs: children of the zygote."""
    zygote = psutil.Process(fork.zygote().pid)
    return [p for p in zygote.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


# One report


def test_a_good_report_names_no_path_of_this_machine_and_holds_only_its_own_cells(ran, tmp_path):
    reads = "from kukar_analysis import store\nstore.read('programmes', year=year, region=region)"
    assert ran(reads, asks=None) == ("", 1)
    found = nbformat.read(tmp_path / "made/2023/64.02/catatan.ipynb", as_version=4)
    assert found.metadata.papermill.input_path == "notebooks/catatan.ipynb"
    assert found.metadata.papermill.output_path == "2023/64.02/catatan.ipynb"
    assert found.cells[-1].source == reads
    assert str(tmp_path) not in json.dumps(found.metadata)


def test_a_kernel_that_dies_once_is_tried_a_second_time(ran, tmp_path):
    once = str(tmp_path / "sekali")
    dies = f"import os, pathlib\nif not pathlib.Path({once!r}).exists():\n"
    dies += f"    pathlib.Path({once!r}).touch()\n    os.kill(os.getpid(), 9)"
    assert ran(dies, "'sampai'") == ("", 2)
    found = nbformat.read(tmp_path / "made/2023/64.02/catatan.ipynb", as_version=4)
    assert found.cells[-1].outputs[0].data["text/plain"] == "'sampai'"
    error, tries = ran("import os  # mati\nos.kill(os.getpid(), 9)")
    assert tries == 2
    said = "Kernel died: SIGKILL, perhaps out of memory (at try 2 too)"
    assert error.endswith(f"(import os  # mati): DeadKernelError: {said}")
    assert error.startswith("cell ")


LIMITS = [
    (["while True: pass"], {"cell": 0.5}, "(while True: pass): it hangs: a cell may take 0.5 s"),
    (["import time\ntime.sleep(0.4)"] * 30, {"whole": 2}, "it hangs: the notebook may take 2 s"),
    (
        ["import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"],
        {"cell": 0.5},
        "(import signal): it hangs: a cell may take 0.5 s",
    ),
]


@pytest.mark.parametrize(("cells", "limits", "said"), LIMITS)
def test_a_report_over_its_limits_is_ended_named_and_not_tried_again(ran, cells, limits, said):
    error, tries = ran("1", *cells, limits=limits)
    assert (tries, error.startswith("cell "), error.endswith(said)) == (1, True, True)
    assert kernels_left() == []


@pytest.mark.parametrize("cell", ["region = '64.02'", "del region", "year = 2022.0"])
def test_a_changed_parameter_is_a_failure(ran, cell):
    given = {"year": 2023, "region": MALANG}
    error, tries = ran("year + 1", cell, given=given)
    name = "year" if "year" in cell else "region"
    assert tries == 1
    assert error == f"the parameter {name} no longer is {given[name]!r}; a cell only reads it"
    assert ran("year = int(str(year))\nregion = region.strip()") == ("", 1)


READS = "used.note_table('index_scores', {}, {})"


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (["year, '64.02'"], "it read no rows of 35.07 2023, only index_scores 2023 64.02"),
        (["2022, region"], "it read no rows of 35.07 2023, only index_scores 2022 35.07"),
        ([], "it read no rows of 35.07 2023, only none"),
        (["year, None", "year, '64.02'", "year, region"], ""),
    ],
)
def test_a_report_reads_rows_of_what_it_is_about(ran, read, said):
    cells = ["from kukar_analysis import used", *(READS.format(*r.split(", ")) for r in read)]
    error, _ = ran(*cells, asks=None, given={"year": 2023, "region": MALANG})
    assert error.startswith(said)
    assert bool(error) == bool(said)


def test_a_report_of_two_years_reads_rows_of_both(ran, tmp_path):
    about = {"from_year": 2022, "to_year": 2023, "region": KUKAR}
    parameters = "from_year: int = 2020\nto_year: int = 2021\nregion: str = '00.00'"
    cells = ["from kukar_analysis import used", READS.format("to_year", "region")]
    write_notebook(tmp_path, "dua", *cells, parameters=parameters, asks=None)
    error, _ = ran(name="dua", given=about)
    assert error.startswith(f"it read no rows of {KUKAR} 2022, only index_scores 2023 {KUKAR}")


@pytest.mark.parametrize("ends", ["import sys\nsys.exit(0)", "raise SystemExit"])
def test_a_notebook_that_ends_itself_is_a_failure_that_names_the_cell(ran, ends):
    error, _ = ran("1 + 1", ends, "'tidak sampai'")
    assert error.startswith("cell ")
    assert error.endswith("it ends the notebook before its last cell")


def test_a_module_beside_the_notebook_is_found_as_in_lab(ran, tmp_path, monkeypatch):
    (tmp_path / "punya_sendiri.py").write_text("nilai = 'dari sebelah'")
    monkeypatch.chdir("/")
    assert ran("import punya_sendiri\nassert punya_sendiri.nilai == 'dari sebelah'")[0] == ""


def test_another_program_is_refused_and_a_full_disk_ends_the_run(ran, monkeypatch):
    said = "the worker has another version of the program: install it there"
    assert ran("1", program="lain") == (said, 0)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run, "_papermill", full)
    with pytest.raises(OSError, match="No space left"):
        ran("1")


# Side by side

CELLS = {
    "baik": [
        "type(year), type(region), year, region",
        "import os, pathlib\npathlib.Path(os.environ['KUKAR_PROCESSED']).name",
    ],
    "gagal": ["1 + 1", "# langkah kedua\nraise ValueError('satu\\ndua')", "'tidak sampai'"],
}


def test_a_good_report_is_made_beside_a_failing_one_and_each_end_is_told(
    processed_env, tmp_path, monkeypatch
):
    folder, told = tmp_path / "laporan {2023}", []  # papermill formats its paths
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    for name, cells in CELLS.items():
        write_notebook(paths.NOTEBOOKS, name, *cells)
    reports = [report(name) for name in CELLS]
    good, failed = ran_of(reports, folder, processed_env, done=told.append)
    assert [good.report, failed.report] == reports
    assert {id(one) for one in told} == {id(good), id(failed)}
    assert (good.error, good.notebook) == (None, folder / "2023/64.02/baik.ipynb")
    assert failed.error.startswith("cell ")
    assert failed.error.endswith("(# langkah kedua): ValueError: satu")
    shown = [
        [o.data["text/plain"] for c in made.cells for o in c.get("outputs", []) if "data" in o]
        for made in (nbformat.read(one.notebook, as_version=4) for one in (good, failed))
    ]
    assert shown == [["(int, str, 2023, '64.02')", repr(processed_env.name)], ["2"]]
    for one in (good, failed):
        assert str(tmp_path) not in one.notebook.read_text(encoding="utf-8")


@pytest.fixture
def notebook(tmp_path, monkeypatch, processed_env):
    """Point the runner to a folder with one notebook."""
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    write_notebook(paths.NOTEBOOKS, "baik", "year")
    return processed_env


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"tahunn": 2023}, "no parameter tahunn takes 2023; known: year: int, region: str"),
        ({"year": "2023"}, "no parameter year takes '2023'; known: year: int, region: str"),
        ({"year": True}, "no parameter year takes True; known: year: int, region: str"),
    ],
)
def test_a_report_with_an_unknown_or_mistyped_parameter_fails_before_it_runs(
    notebook, tmp_path, parameters, said
):
    (failed,) = ran_of([report("baik", **parameters)], tmp_path / "staged", notebook)
    assert failed.error == said
    assert not (tmp_path / "staged").exists()


CONFLICT = '{"cells": [\n<<<<<<< HEAD\n {"cell_type": "code"},\n>>>>>>> b\n], "metadata": {}}'


@pytest.mark.parametrize("text", [None, "", "[1]", CONFLICT, "[" * 100_000])
def test_a_notebook_that_cannot_be_read_fails_by_name_and_the_others_are_made(
    notebook, tmp_path, text
):
    if text is not None:
        (paths.NOTEBOOKS / "rusak.ipynb").write_text(text)
    broken, good = ran_of([report("rusak"), report("baik")], tmp_path / "staged", notebook)
    assert broken.error.startswith("notebooks/rusak.ipynb: ")
    assert "\n" not in broken.error
    assert good.error is None


def test_a_report_whose_worker_is_lost_fails_alone(notebook, tmp_path):
    class Lost(ThreadPoolExecutor):
        def submit(self, execute, task, *more):
            return super().submit(execute, None if task.notebook == "lain" else task, *more)

    write_notebook(paths.NOTEBOOKS, "lain", "1")
    with Lost(1) as pool:
        asked = [report("lain"), report("baik")]
        lost, good = ran_of(asked, tmp_path, notebook, executor=pool)
    assert lost.error.startswith("AttributeError: ")
    assert good.error is None


def test_a_run_that_breaks_off_ends_its_kernels_at_once(notebook, tmp_path):
    hangs = "import time\ntime.sleep(1000)"
    write_notebook(paths.NOTEBOOKS, "macet", hangs)

    def broken(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ran_of([report("macet"), report("baik")], tmp_path, notebook, done=broken)
    assert kernels_left() == []


@pytest.mark.usefixtures("processed_env")
def test_every_kind_of_report_fits_its_notebook(sample_processed):
    reports = registry.reports(years=[2023], regions=["64.02"])
    with tables_from(sample_processed):
        reports += registry.reports(years=[2023], regions=["00.01"])
    numbered = {path.stem for path in store.NOTEBOOKS.glob("[0-9]*.ipynb")}
    assert {r.notebook for r in reports} == numbered
    for found in reports:
        known = notebooks.parameters(found.notebook)
        assert {n: type(v).__name__ for n, v in found.parameters.items()}.items() <= {
            n: p.kind for n, p in known.items()
        }.items()
