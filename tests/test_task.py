"""One report is tried again only where that can help, and ends within its limits."""

import dataclasses
import json
from typing import NamedTuple

import nbformat
import psutil
import pytest
from nbclient.exceptions import DeadKernelError
from reading import ASKS, KUKAR, MALANG, kernels, write_notebook

from kukar_analysis.report import run as task
from kukar_analysis.report.cache import Cache
from kukar_analysis.report.engine import fork
from kukar_analysis.report.limits import USUAL, Limits


class Done(NamedTuple):
    seconds: float
    error: str | None


@pytest.fixture
def run(tmp_path, processed_env):
    """Return a function that makes a report of these cells, and says how often each try began."""

    def made(*cells, asks=ASKS, **options):
        count = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')"
        notebook = write_notebook(tmp_path, "catatan", count, *cells, asks=asks)
        asked = task.Task(
            name="2023/64.02/catatan",
            notebook=notebook,
            parameters={"year": 2023, "region": "64.02"},
            output=tmp_path / "made" / "catatan.ipynb",
            processed=processed_env,
            modules=("kukar_analysis.used",),
            program=Cache(tmp_path).program(),
            limits=USUAL,
        )
        (tmp_path / "tries").write_text("")
        with kernels():
            seconds, error = task.execute(dataclasses.replace(asked, **options))
        return Done(seconds, error), len((tmp_path / "tries").read_text())

    return made


def kernels_left():
    """Return the processes below this one whose kernel still runs: children of the zygote."""
    zygote = psutil.Process(fork.zygote().pid)
    return [p for p in zygote.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


def test_a_good_report_names_no_path_of_this_machine(run, tmp_path):
    reads = "from kukar_analysis import store\nstore.read('programmes', year=year, region=region)"
    done, tries = run(reads, asks=None)
    assert (done.error, tries) == (None, 1)
    assert done.seconds > 0
    made = nbformat.read(tmp_path / "made" / "catatan.ipynb", as_version=4)
    assert made.metadata.papermill.input_path == "notebooks/catatan.ipynb"
    assert made.metadata.papermill.output_path == "2023/64.02/catatan.ipynb"
    assert "asked" not in made.metadata.papermill
    assert str(tmp_path) not in json.dumps(made.metadata)


def test_a_kernel_that_dies_once_is_tried_a_second_time(run, tmp_path):
    once = str(tmp_path / "sekali")
    done, tries = run(
        f"import os, pathlib\nif not pathlib.Path({once!r}).exists():\n"
        f"    pathlib.Path({once!r}).touch()\n    os.kill(os.getpid(), 9)",
        "'sampai'",
    )
    assert (done.error, tries) == (None, 2)
    made = nbformat.read(tmp_path / "made" / "catatan.ipynb", as_version=4)
    assert made.cells[-1].outputs[0].data["text/plain"] == "'sampai'"
    assert "exception" not in made.metadata.papermill or not made.metadata.papermill.exception


def test_a_kernel_that_dies_twice_is_a_failure_that_says_so(run):
    done, tries = run("import os  # mati\nos.kill(os.getpid(), 9)")
    assert tries == 2
    assert done.error.endswith(
        "(import os  # mati): EndedKernelError: Kernel died: SIGKILL, perhaps out of memory"
        " (at try 2 too)"
    )
    assert done.error.startswith("cell ")


def test_a_kernel_that_does_not_start_is_tried_a_second_time(run, monkeypatch):
    begun, execute = [], task._run

    def first_fails(asked):
        begun.append(asked.name)
        if len(begun) == 1:
            raise RuntimeError("Kernel didn't respond in 60 seconds")
        execute(asked)

    monkeypatch.setattr(task, "_run", first_fails)
    done, tries = run("1")
    assert (done.error, len(begun), tries) == (None, 2, 1)


def test_a_cell_that_raises_is_not_tried_again(run):
    done, tries = run("1 + 1", "# langkah\nraise ValueError('satu\\ndua')")
    assert tries == 1
    assert done.error.startswith("cell ")
    assert done.error.endswith("(# langkah): ValueError: satu")


def test_a_cell_over_its_limit_is_ended_named_and_not_tried_again(run):
    done, tries = run("1", "while True: pass", limits=Limits(0.5, 60))
    assert tries == 1
    assert done.error.startswith("cell ")
    assert done.error.endswith("(while True: pass): it hangs: a cell may take 0.5 s")
    assert done.seconds < 20
    assert kernels_left() == []


def test_a_report_over_its_limit_is_ended_named_and_not_tried_again(run):
    slow = [f"import time\ntime.sleep(0.4)  # {n}" for n in range(30)]
    done, tries = run(*slow, limits=Limits(60, 2))
    assert tries == 1
    assert done.error.endswith("(import time): it hangs: the notebook may take 2 s")
    assert done.seconds < 20
    assert kernels_left() == []


def test_a_cell_that_holds_off_interrupts_is_ended_too(run):
    deaf = (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass"
    )
    done, _ = run(deaf, limits=Limits(0.5, 60))
    assert done.error.endswith("(import signal): it hangs: a cell may take 0.5 s")
    assert kernels_left() == []


@pytest.mark.parametrize(
    "cell",
    ["region = '64.02'", "for region in ['35.07', '64.02']: pass", "del region", "year = 2022.0"],
)
def test_a_cell_that_changes_a_parameter_is_named(run, cell):
    changed = {"year": 2023, "region": MALANG}
    done, tries = run("year + 1", cell, "raise ValueError", parameters=changed)
    name = "year" if "year" in cell else "region"
    assert tries == 1
    assert done.error.startswith("cell ")
    assert f"({cell}): the parameter {name} no longer is {changed[name]!r}" in done.error


def test_a_parameter_that_gets_its_own_value_again_is_as_it_was(run):
    done, _ = run("year = int(str(year))\nregion = region.strip()")
    assert done.error is None


READS = "used.note_table('index_scores', {}, {})"


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (["year, '64.02'"], "it read no rows of 35.07 2023, only index_scores 2023 64.02"),
        (["2022, region"], "it read no rows of 35.07 2023, only index_scores 2022 35.07"),
        (["year, None", "year, '64.02'"], "it read no rows of 35.07 2023, only index_scores 2023"),
        ([], "it read no rows of 35.07 2023, only none"),
        (["year, None", "year, '64.02'", "year, region"], None),
        (["None, region", "2022, region"], None),
        (["year, None"], None),
    ],
)
def test_a_report_reads_rows_of_what_it_is_about(run, read, said):
    cells = ["from kukar_analysis import used", *(READS.format(*r.split(", ")) for r in read)]
    done, _ = run(*cells, asks=None, parameters={"year": 2023, "region": MALANG})
    assert (done.error or "").startswith(said or "")
    assert (done.error is None) == (said is None)


def test_a_report_of_two_years_reads_rows_of_both(run, tmp_path):
    about = {"from_year": 2022, "to_year": 2023, "region": KUKAR}
    parameters = "from_year: int = 2020\nto_year: int = 2021\nregion: str = '00.00'"
    imports, reads = "from kukar_analysis import used", READS.format("to_year", "region")
    notebook = write_notebook(
        tmp_path / "dua", "a", imports, reads, parameters=parameters, asks=None
    )
    done, _ = run(notebook=notebook, parameters=about)
    assert done.error.startswith(f"it read no rows of {KUKAR} 2022, only index_scores 2023 {KUKAR}")


@pytest.mark.parametrize("ends", ["import sys\nsys.exit(0)", "raise SystemExit"])
def test_a_notebook_that_ends_itself_is_a_failure_that_names_the_cell(run, ends):
    done, _ = run("1 + 1", ends, "'tidak sampai'")
    assert done.error.startswith("cell ")


def test_a_module_beside_the_notebook_is_found_as_in_lab(run, tmp_path, monkeypatch):
    (tmp_path / "punya_sendiri.py").write_text("nilai = 'dari sebelah'")
    monkeypatch.chdir("/")
    done, _ = run("import punya_sendiri\nassert punya_sendiri.nilai == 'dari sebelah'")
    assert done.error is None


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied"), RecursionError("deep")]
)
def test_whatever_goes_wrong_is_a_failure_of_the_report_alone(run, monkeypatch, error):
    def fails(asked):
        raise error

    monkeypatch.setattr(task, "_finished", fails)
    done, _ = run("1")
    assert done.error.startswith(f"{type(error).__name__}: ")


def test_what_was_stopped_from_outside_is_not_tried_again(run, monkeypatch):
    from kukar_analysis.report.engine.record import InterruptedRunError

    begun = []

    def stopped(asked):
        begun.append(asked)
        raise InterruptedRunError("Kernel stopped: the run was interrupted")

    monkeypatch.setattr(task, "_run", stopped)
    done, _ = run("1")
    assert done.error == (
        "before the first cell: InterruptedRunError: Kernel stopped: the run was interrupted"
    )
    assert len(begun) == 1


def test_an_output_that_cannot_be_written_ends_the_run_and_is_not_tried_again(run, monkeypatch):
    begun = []

    def full(asked):
        begun.append(asked)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(task, "_run", full)
    with pytest.raises(OSError, match="No space left"):
        run("1")
    assert len(begun) == 1


def test_errors_without_words_are_named_by_their_kind(run, monkeypatch):
    def dead(asked):
        raise DeadKernelError

    monkeypatch.setattr(task, "_run", dead)
    done, _ = run("1")
    assert done.error == "before the first cell: DeadKernelError:  (at try 2 too)"


def test_a_report_may_take_a_hundred_times_what_the_slowest_takes():
    assert Limits() == USUAL == (300.0, 900.0)
