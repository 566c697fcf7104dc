"""A new notebook begins as the others do, runs as it is, and says itself what it is for."""

from __future__ import annotations

import json
import os
import shutil

import nbformat
import pytest
from copied import changed_code, kukar, project, python
from reading import KUKAR, kernels, write_notebook

from kukar_analysis import new_notebook, notebooks, paths
from kukar_analysis.errors import MissingTableError, ReportError, UsageError

QUESTION = "Berapa anggaran desa untuk Smart City?"
NAME = "anggaran_desa"


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Begin a notebook in a copied project whose tables are made; return it and what was said."""
    folder = project(tmp_path_factory.mktemp("kantor"))
    shutil.copytree(paths.RAW, folder / "data" / "raw")
    ended = kukar(folder, "clean")
    assert ended.returncode == 0, ended.stderr
    ended = kukar(folder, "new-notebook", NAME, "--question", QUESTION, "--title", "Anggaran desa")
    return folder, ended


def number_of(folder):
    """Return the number that the next notebook of a folder gets."""
    return f"{sum(path.stem[0].isdigit() for path in folder.glob('*.ipynb')):02}"


def test_a_notebook_is_begun_and_the_next_steps_are_said(begun):
    folder, ended = begun
    stem = f"{number_of(paths.NOTEBOOKS)}_{NAME}"
    assert (ended.returncode, ended.stderr) == (0, "")
    first, then = ended.stdout.splitlines()
    assert first.startswith(f"notebooks/{stem}.ipynb: runs as it is")
    for step in ("kukar lab", "make notebooks", f"kukar report --only {stem}"):
        assert f"`{step}`" in then
    made = nbformat.read(folder / "notebooks" / f"{stem}.ipynb", as_version=4)
    nbformat.validate(made)
    assert made.cells[0].source.splitlines()[0] == f"# {QUESTION}"
    assert made.metadata.kukar == {"title": "Anggaran desa", "for": "region-year"}
    assert KUKAR in made.cells[1].source
    assert {p.name for p in (folder / "notebooks").iterdir()} == {
        *(p.name for p in paths.NOTEBOOKS.glob("*.ipynb")),
        f"{stem}.ipynb",
    }
    assert changed_code(folder) == []


def test_the_checks_of_all_notebooks_hold_for_it_and_its_outputs_are_what_a_run_gives(begun):
    folder, _ = begun
    mine = next((folder / "notebooks").glob(f"*_{NAME}.ipynb"))
    # the tests that run every notebook, and those that are about one of them, say nothing of mine
    others = "not (runs_and_still or changed_number or keeping_outputs)"
    ended = python(
        *(folder, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "-k", others),
        "tests/test_notebooks.py",
    )
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert ended.stdout.count(f"[{mine.stem}] PASSED") >= 8
    ended = python(folder, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", mine)
    assert ended.returncode == 0, ended.stdout[-3000:]
    assert "6 passed" in ended.stdout
    assert python(folder, "-m", "ruff", "check", "notebooks").returncode == 0
    assert python(folder, "-m", "ruff", "format", "--check", "notebooks").returncode == 0


def test_it_is_made_for_another_region_and_year(begun):
    folder, _ = begun
    mine = next((folder / "notebooks").glob(f"*_{NAME}.ipynb"))
    ran = ["-m", "papermill", mine, "-", "-p", "year", "2022", "-p", "region", "35.07"]
    ended = python(folder, *ran, "--no-progress-bar")
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "Indeks Smart City Kabupaten Malang 2022 adalah" in ended.stdout


def test_a_second_one_gets_the_next_number_and_a_name_that_is_there_is_refused(begun):
    folder, _ = begun
    first = next((folder / "notebooks").glob(f"*_{NAME}.ipynb"))
    before = first.read_bytes()
    ended = kukar(folder, "new-notebook", NAME)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"kukar: notebooks/{first.name} is there already; choose another name\n"
    )
    assert first.read_bytes() == before
    ended = kukar(folder, "new-notebook", "kerja_sama")
    assert ended.returncode == 0, ended.stderr
    (second,) = (folder / "notebooks").glob("*_kerja_sama.ipynb")
    assert int(second.stem[:2]) == int(first.stem[:2]) + 1
    made = nbformat.read(second, as_version=4)
    assert made.cells[0].source.startswith("# Apa yang dikatakan data tentang kerja sama?\n")
    assert made.metadata.kukar.title == "Kerja sama"
    second.unlink()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Anggaran",
        "anggaran desa",
        "10_anggaran",
        "_x",
        "x__y",
        "x_",
        "../x",
        "anggarán",
        "a" * 41,
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_one_that_can(name, tmp_path):
    with pytest.raises(
        UsageError, match=r"cannot be used: expected .* as anggaran_desa"
    ) as refused:
        new_notebook.write(name, folder=tmp_path)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    ("question", "title", "said"),
    [
        ("Berapa", None, "question 'Berapa' cannot be used: expected one line that ends with ?"),
        ("Satu\n# Dua?", None, "question .* expected one line that ends with ?"),
        (None, "Dua\nbaris", "title 'Dua.*baris' cannot be used: expected one line$"),
    ],
)
def test_a_question_asks_and_a_title_is_one_line(question, title, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        new_notebook.write(NAME, question, title, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_tables_nothing_is_written_and_it_is_said_what_makes_them(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path))
    with pytest.raises(MissingTableError, match="run `kukar clean`"):
        new_notebook.write(NAME, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_that_does_not_run_is_left_as_it_was(tmp_path):
    path = write_notebook(tmp_path, "rusak", "raise ValueError('karangan')")
    before = path.read_bytes()
    with kernels(), pytest.raises(ReportError, match="does not run: ValueError: karangan"):
        new_notebook.keep(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {path.name: before}


# What a notebook says of itself


def described(folder, about):
    path = folder / "10_karangan.ipynb"
    path.write_text(json.dumps({"cells": [], "metadata": about}), encoding="utf-8")
    return notebooks.described(folder) or [*notebooks.faults(folder).values()]


def test_only_notebooks_that_say_what_they_are_for_are_found(tmp_path):
    assert described(tmp_path, {"kernelspec": {}}) == []
    found = described(tmp_path, {"kukar": {"title": "Karangan", "for": "region-year"}})
    assert found == [notebooks.Described("10_karangan", "Karangan")]


@pytest.mark.parametrize(
    "about",
    [
        {},
        "region-year",
        {"title": "", "for": "region-year"},
        {"title": "A"},
        {"title": 1, "for": "x"},
    ],
)
def test_what_is_not_understood_is_named_with_what_is(about, tmp_path):
    (fault,) = described(tmp_path, {"kukar": about})
    assert fault.startswith("notebooks/10_karangan.ipynb: its metadata 'kukar' is not understood")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"metadata": 1}', "[" * 100_000, "\xff"])
def test_what_is_no_notebook_is_named_and_the_others_are_found(text, tmp_path):
    (tmp_path / "10_rusak.ipynb").write_text(text, encoding="latin-1")
    about = {"cells": [], "metadata": {"kukar": {"title": "Utuh", "for": "region-year"}}}
    (tmp_path / "11_utuh.ipynb").write_text(json.dumps(about), encoding="utf-8")
    assert notebooks.described(tmp_path) == [notebooks.Described("11_utuh", "Utuh")]
    ((name, fault),) = notebooks.faults(tmp_path).items()
    assert (name, fault[:42]) == ("10_rusak", "notebooks/10_rusak.ipynb: is no notebook (")


def test_none_is_found_where_there_is_no_folder(tmp_path):
    assert notebooks.described(tmp_path / "tidak_ada") == []
    assert not os.listdir(tmp_path)
