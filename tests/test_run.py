"""Reports run side by side, and each one's end is told as it was."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest
from reading import kernels, tables_from, write_notebook

from kukar_analysis import paths, store
from kukar_analysis.report import registry, run
from kukar_analysis.report.cache import Cache

CELLS = {
    "baik": [
        "type(year), type(region), year, region",
        "import os, pathlib\npathlib.Path(os.environ['KUKAR_PROCESSED']).name",
    ],
    "gagal": ["1 + 1", "# langkah kedua\nraise ValueError('satu\\ndua')", "'tidak sampai'"],
    "mati": ["1 + 1", "import os  # mati\nos.kill(os.getpid(), 9)", "'tidak sampai'"],
}


def report(notebook, **parameters):
    """Return the report of Kukar's index, run with another notebook and more parameters."""
    (index,) = registry.reports(years=[2023], regions=["64.02"], only=["02_indeks"])
    return dataclasses.replace(
        index,
        name=f"2023/64.02/{notebook}",
        notebook=notebook,
        parameters={**index.parameters, **parameters},
    )


def ran_of(reports, folder, **options):
    return run.run(reports, folder, program=Cache(folder).program(), **options)


@dataclasses.dataclass
class Ran:
    outcomes: dict
    told: list
    folder: object

    def copy(self, name):
        return nbformat.read(self.outcomes[name].notebook, as_version=4)

    def shown(self, name):
        cells = [c for c in self.copy(name).cells if c.cell_type == "code"]
        return [o.data["text/plain"] for c in cells for o in c.outputs if "data" in o]


@pytest.fixture(scope="module")
def ran(processed, tmp_path_factory):
    """Run a good, a failing and a killed notebook side by side."""
    folder = tmp_path_factory.mktemp("ran") / "laporan {2023}"  # papermill formats its paths
    told = []
    with tables_from(processed), pytest.MonkeyPatch.context() as patch, kernels():
        patch.setattr(paths, "NOTEBOOKS", folder.parent / "notebooks")
        for name, cells in CELLS.items():
            write_notebook(paths.NOTEBOOKS, name, *cells)
        reports = [report(name) for name in CELLS]
        outcomes = ran_of(reports, folder, processed=processed, done=told.append)
    assert [outcome.report for outcome in outcomes] == reports
    return Ran({o.report.notebook: o for o in outcomes}, told, folder)


def test_a_good_report_is_made_beside_failing_ones(ran):
    assert ran.outcomes["baik"].error is None
    assert ran.outcomes["baik"].seconds > 0
    assert ran.outcomes["baik"].notebook == ran.folder / "2023/64.02/baik.ipynb"


def test_a_notebook_gets_its_parameters_in_their_types_and_the_folder_of_tables(ran, processed):
    assert ran.shown("baik") == ["(int, str, 2023, '64.02')", repr(processed.name)]


def test_an_executed_notebook_names_no_path_of_this_machine(ran):
    made = ran.copy("baik").metadata.papermill
    assert made.input_path == "notebooks/baik.ipynb"
    assert made.output_path == "2023/64.02/baik.ipynb"
    text = ran.outcomes["baik"].notebook.read_text(encoding="utf-8")
    assert str(ran.folder.parent) not in text
    assert str(store.ROOT) not in text


def test_a_failing_notebook_leaves_its_copy_and_names_the_cell_and_the_error(ran):
    error = ran.outcomes["gagal"].error
    assert error.startswith("cell ")
    assert error.endswith("(# langkah kedua): ValueError: satu")
    failed = [c for c in ran.copy("gagal").cells if c.source.startswith("# langkah kedua")]
    assert failed[0].outputs[0].ename == "ValueError"
    assert ran.shown("gagal") == ["2"]


def test_a_killed_kernel_is_a_failure_that_names_its_cell(ran):
    error = ran.outcomes["mati"].error
    place, name = error.split(" (import os  # mati): ")
    assert name.startswith("EndedKernelError: Kernel died: SIGKILL")
    cell = ran.copy("mati").cells[int(place.removeprefix("cell ")) - 1]
    assert cell.source.startswith("import os  # mati")
    assert ran.shown("mati") == ["2"]


def test_each_end_is_told_once_as_it_comes(ran):
    assert sorted(o.report.notebook for o in ran.told) == sorted(CELLS)
    assert all(ran.outcomes[o.report.notebook] is o for o in ran.told)


@pytest.fixture
def notebooks(tmp_path, monkeypatch, processed_env):
    """Point the runner to a folder with one notebook."""
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    write_notebook(paths.NOTEBOOKS, "baik", "year")
    return processed_env


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"tahunn": 2023}, "unknown parameter 'tahunn'; known: year, region"),
        ({"year": "2023"}, "year = '2023' is no int"),
        ({"region": 64.02}, "region = 64.02 is no str"),
        ({"year": True}, "year = True is no int"),
    ],
)
def test_a_report_with_an_unknown_or_mistyped_parameter_fails_before_it_runs(
    notebooks, tmp_path, parameters, said
):
    (failed,) = ran_of([report("baik", **parameters)], tmp_path / "staged", processed=notebooks)
    assert said in failed.error
    assert not (tmp_path / "staged").exists()


@pytest.mark.usefixtures("notebooks")
def test_all_faulty_parameters_are_named_at_once():
    (said,) = run.faults([report("baik", a=1, year="x")]).values()
    assert all(word in said for word in ("'a'", "year = 'x'"))


CONFLICT = (
    '{"cells": [\n<<<<<<< HEAD\n {"cell_type": "code"},\n=======\n>>>>>>> b\n], "metadata": {}}'
)
NO_CELLS = '{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.mark.parametrize("text", [None, "", "[1]", CONFLICT, NO_CELLS, "\x00", "[" * 100_000])
def test_a_notebook_that_cannot_be_run_fails_by_name_and_the_others_are_made(
    notebooks, tmp_path, text
):
    if text is not None:
        (paths.NOTEBOOKS / "rusak.ipynb").write_text(text)
    asked = [report("rusak"), report("baik")]
    with kernels():
        broken, good = ran_of(asked, tmp_path / "staged", processed=notebooks)
    assert broken.error.startswith("notebooks/rusak.ipynb: ")
    assert "\n" not in broken.error
    assert good.error is None


def test_a_report_whose_worker_is_lost_fails_alone(notebooks, tmp_path):
    class Lost(ThreadPoolExecutor):
        def submit(self, execute, task):
            return super().submit(execute, None if task.name.endswith("lain") else task)

    write_notebook(paths.NOTEBOOKS, "lain", "1")
    asked = [report("lain"), report("baik")]
    with kernels(), Lost(1) as pool:
        lost, good = ran_of(asked, tmp_path, processed=notebooks, executor=pool)
    assert lost.error.startswith("AttributeError: ")
    assert good.error is None


@pytest.mark.usefixtures("processed_env")
def test_every_kind_of_report_fits_its_notebook(sample_processed):
    reports = registry.reports(years=[2023], regions=["64.02"])
    with tables_from(sample_processed):
        reports += registry.reports(years=[2023], regions=["00.01"])
    numbered = {path.stem for path in store.NOTEBOOKS.glob("[0-9]*.ipynb")}
    assert {r.notebook for r in reports} == numbered
    assert run.faults(reports) == {}
