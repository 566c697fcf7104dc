"""A new notebook runs, is a report and touches nothing else; its parameters can be given."""

import json
import shutil

import copied
import nbformat
import pytest
from reading import PARAMETERS, Page, write_notebook
from typer.testing import CliRunner

from kukar_analysis import paths
from kukar_analysis.cli import app
from kukar_analysis.errors import UsageError
from kukar_analysis.report import notebooks

NAME, TITLE = "anggaran_desa", "Anggaran desa untuk Smart City"


@pytest.fixture(scope="module")
def begun(processed, tmp_path_factory):
    """Begin notebooks in a copied project and make reports of one; return how each ended."""
    folder = copied.project(tmp_path_factory.mktemp("kantor"))
    shutil.copytree(paths.RAW, folder / "data" / "raw")
    shutil.copytree(processed, folder / "data" / "processed")
    number = 1 + max(int(path.stem[:2]) for path in paths.NOTEBOOKS.glob("[0-9]*.ipynb"))
    path = folder / f"notebooks/{number}_{NAME}.ipynb"
    asked = ["report", "--year", "2023", "--region", "35.07", "--only", path.stem]
    begin = ["new-notebook", NAME, "--title", TITLE]
    return folder, path, copied.run(folder, begin, asked, [*asked, "-p", "most=1"], begin)


def test_one_file_is_added_and_the_next_steps_are_said(begun):
    _, path, (ended, *_, again) = begun
    assert (ended["code"], ended["err"]) == (0, "")
    first, then = ended["out"].splitlines()
    assert first.startswith(f"notebooks/{path.name}: runs as it is")
    for step in ("kukar lab", f"kukar report --only {path.stem}", "-p most=5"):
        assert f"`{step}`" in then
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    assert made.cells[0].source.startswith(f"# {TITLE}\n\n")
    assert not notebooks.read(path).is_shipped  # so test_notebooks.py asks only that it runs
    said = f"kukar: notebooks/{path.name} is there already; choose another name"
    assert again == {"code": 2, "out": "", "err": said}


def test_it_is_a_report_and_another_value_of_a_parameter_is_another(begun):
    folder, path, (_, *made, _) = begun
    assert [(ended["code"], ended["err"]) for ended in made] == [(0, "")] * 2, made
    name = f"2023/35.07/{path.stem}"
    listed = json.loads((folder / "reports" / "manifest.json").read_text("utf-8"))["reports"]
    found = {entry["name"]: entry for entry in listed}
    assert set(found) == {name, f"{name}-most-1"}
    assert found[f"{name}-most-1"]["parameters"] == {"year": 2023, "region": "35.07", "most": 1}
    said = [Page((folder / "reports" / f"{n}.html").read_text("utf-8")).text for n in found]
    answer = "Nilai tertinggi Kabupaten Malang 2023: Baseline"
    assert [f"{answer}." in text for text in said] == [False, True]
    assert "most = 1" in said[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)
    return tmp_path


def refusal(*asked):
    return CliRunner().invoke(app, ["new-notebook", *asked]).exception


@pytest.mark.parametrize("name", ["", "Anggaran", "a b", "10_x", "_x", "../x", "á", "a" * 41])
def test_a_name_that_cannot_be_used_is_refused_in_one_line(name, folder):
    refused = refusal(name)
    assert isinstance(refused, UsageError)
    assert "cannot be used: expected " in str(refused)
    assert list(folder.iterdir()) == []


def test_a_notebook_with_year_and_region_is_a_report_called_by_its_title(tmp_path):
    given = f'{PARAMETERS}\nnearest: int = 10  # tetangga\nshare: float = 0.5\nnames = ["a"]'
    write_notebook(tmp_path, "92_karangan", parameters=given)
    write_notebook(tmp_path, "93_tanpa", parameters="tahun: int = 2023  # tahun")
    shipped = nbformat.read(write_notebook(tmp_path, "94_bawaan"), as_version=4)
    shipped.metadata[notebooks.KEY] = {"shipped": True}
    nbformat.write(shipped, tmp_path / "94_bawaan.ipynb")
    (found,) = notebooks.own(tmp_path)
    assert (found.notebook, found.title) == ("92_karangan", "Judul")
    own = {"nearest": 10, "share": 0.5, "names": ["a"]}
    assert found.parameters == {"year": 2021, "region": "00.00", **own}


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("7", 7.0), ("0012", "0012"), ("true", True)]
)
def test_a_value_is_read_by_the_type_of_its_parameters_default(text, value):
    read = notebooks.value("x", text, value)
    assert (read, type(read)) == (value, type(value))
    for other in {int: ["7.5", "tujuh"], bool: ["1"]}.get(type(value), []):
        with pytest.raises(UsageError, match=f"x = {other} is no {type(value).__name__}"):
            notebooks.value("x", other, value)


@pytest.mark.parametrize("text", ["", "[]", '{"metadata": 1}', "[" * 100_000, "\xff"])
def test_what_is_no_notebook_is_named_and_the_others_are_found(text, tmp_path):
    (tmp_path / "10_rusak.ipynb").write_text(text, encoding="latin-1")
    write_notebook(tmp_path, "11_utuh")
    assert [found.notebook for found in notebooks.own(tmp_path)] == ["11_utuh"]
    ((name, fault),) = notebooks.read_all(tmp_path)[1].items()
    assert (name, fault[:42]) == ("10_rusak", "notebooks/10_rusak.ipynb: is no notebook (")
