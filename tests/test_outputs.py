"""What a run leaves in a notebook is nothing to git, where the filter is on and where it is not."""

import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat import v4

from kukar_analysis import outputs, paths
from kukar_analysis.report import notebooks

CELLS = ("n: int = 2", "import os\nprint(os.getcwd())\nn", "[n] * n\n")


def notebook(*tagged):
    """Return an invented notebook whose cells at these places are compared, as git has it."""
    cells = [v4.new_markdown_cell("# Judul", id="j")]
    for place, source in enumerate(CELLS):
        tags = ["parameters"] * (place == 0) + [outputs.COMPARED] * (place in tagged)
        cells.append(v4.new_code_cell(source, id=f"c{place}", metadata={"tags": tags}))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}, "kukar": {"title": "Coba"}}
    return outputs.kept(v4.writes(v4.new_notebook(cells=cells, metadata=about)))


def run(path, again=False):
    """Leave in a notebook all that Lab and papermill leave, without the second that a kernel takes.

    What outputs the two leave is held by tests/test_engine.py.
    """
    ran = nbformat.read(path, as_version=4)
    ran.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    ran.metadata.language_info |= {"version": "3.11", "file_extension": ".py"}
    ran.metadata.papermill = {"start_time": f"2026-01-0{1 + again}", "exception": None}
    ran.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for number, cell in enumerate(ran.cells[1:], start=1):
        cell.execution_count = number + 10 * again
        cell.metadata |= {"papermill": {"status": "completed"}, "editable": True, "slideshow": {}}
    result = {"data": {"text/plain": "[2, 2]"}, "execution_count": ran.cells[3].execution_count}
    ran.cells[3].outputs = [v4.new_output("execute_result", **result)]
    ran.cells[2].outputs = [v4.new_output("stream", text=f"{path.parent}\n")]
    nbformat.write(ran, path)


def git(folder, *asked):
    """Run git in a folder and return what it says."""
    named = ["-c", "user.name=Uji", "-c", "user.email=uji@example.invalid"]
    ended = subprocess.run(["git", *named, *asked], cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def clone(tmp_path):
    """Return a clone that holds one notebook, after `make setup`."""
    origin, clone = tmp_path / "asal", tmp_path / "salinan"
    for name in ("__init__.py", "offered.csv", "outputs.py"):
        (origin / "kukar_analysis").mkdir(parents=True, exist_ok=True)
        shutil.copy(paths.ROOT / "kukar_analysis" / name, origin / "kukar_analysis" / name)
    for name in ("Makefile", ".gitattributes"):
        shutil.copy(paths.ROOT / name, origin / name)
    (origin / "notebooks").mkdir()
    (origin / "notebooks/00_coba.ipynb").write_text(notebook(2), encoding="utf-8")
    (origin / ".gitignore").write_text(".venv\n")
    git(origin, "init", "--quiet")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "satu")
    git(tmp_path, "clone", "--quiet", str(origin), "salinan")
    (clone / ".venv").symlink_to(sys.prefix)
    subprocess.run(["make", "--silent", "quiet"], cwd=clone, check=True)
    return clone


def test_a_notebook_that_was_run_and_saved_is_no_change_and_what_was_typed_is_one(clone):
    path = clone / "notebooks/00_coba.ipynb"
    run(path)
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message", "dengan keluaran")
    kept = json.loads(git(clone, "show", "HEAD:notebooks/00_coba.ipynb"))["cells"]
    assert [cell.get("execution_count") for cell in kept] == [None, None, None, 3]
    assert kept[3]["outputs"][0]["data"]["text/plain"] == ["[2, 2]"]
    run(path, again=True)
    outputs.saved(str(path))
    assert "papermill" in path.read_text()
    assert git(clone, "status", "--porcelain") == ""
    path.write_text(path.read_text().replace("[n] * n", "[n, n, n]"))
    new = clone / "notebooks/01_sendiri.ipynb"
    new.write_text(notebook())
    for saved in (path, new, clone / "tiada/x.ipynb"):  # not as it was, not tracked, not there
        outputs.saved(str(saved))
    said = " M notebooks/00_coba.ipynb\n?? notebooks/01_sendiri.ipynb\n"
    assert git(clone, "status", "--porcelain") == said


def test_without_the_environment_the_filter_takes_nothing_away_and_fails_nothing(clone):
    (clone / ".venv").unlink()
    run(clone / "notebooks/00_coba.ipynb")
    assert git(clone, "add", "--verbose", ".") == "add 'notebooks/00_coba.ipynb'\n"
    assert "papermill" in git(clone, "show", ":notebooks/00_coba.ipynb")


def test_the_notebooks_here_and_what_is_no_notebook_are_as_git_is_to_keep_them():
    texts = ["", "<<<<<<< HEAD\n{}", "[]", '{"cells": 1}', '{"cells": [{}], "metadata": {}}']
    shipped = (p for p in paths.NOTEBOOKS.glob("*.ipynb") if notebooks.read(p).is_shipped)
    texts += [notebook(1, 2), *(path.read_text("utf-8") for path in shipped)]
    assert len(texts) > 15
    assert [text for text in texts if outputs.kept(text) != text] == []
