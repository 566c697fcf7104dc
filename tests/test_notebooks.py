"""Notebooks are thin, all built alike, and still say what they said."""

import ast
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keep_outputs
import nbformat
import papermill
import pytest
from reading import KUKAR, kernels, write_notebook

from kukar_analysis import store

NOTEBOOKS = sorted(store.NOTEBOOKS.glob("*.ipynb"))
INDEX = store.NOTEBOOKS / "02_indeks.ipynb"
EXPLORING = store.NOTEBOOKS / "jelajah.ipynb"
"""For a person in JupyterLab: no report is made of it, and it differs where a test says so."""
REPORTS = [path for path in NOTEBOOKS if path != EXPLORING]
OTHERS = [path for path in NOTEBOOKS if path != INDEX]
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.comprehension,
    ast.With,
    ast.Try,
)
WRITES = re.compile(r"open|exec|eval|(to_|write|save|dump|mkdir|unlink|rename|replace|touch).*")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(params=REPORTS, ids=lambda path: path.stem)
def report(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture
def exploring():
    return nbformat.read(EXPLORING, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def offences(source):
    """Return what a cell does that belongs into the package: defining, looping, writing."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, FORBIDDEN):
            found.append(type(node).__name__)
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            found += [name] if WRITES.fullmatch(name) else []
    return found


def test_there_are_notebooks_and_each_begins_with_its_number():
    assert [path.stem[:3] for path in REPORTS] == [f"{i:02}_" for i in range(len(REPORTS))]


def test_the_first_cell_is_the_one_title_and_it_asks_a_question(notebook):
    titles = [
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    assert len(titles) == 1
    assert notebook.cells[0].source.startswith(titles[0])
    assert titles[0].endswith("?")


def test_the_parameters_are_typed_literals_with_a_word_of_help_and_are_used(notebook):
    (cell,) = tagged(notebook, "parameters")
    assert cell is code(notebook)[0]
    rest = "\n".join(other.source for other in code(notebook)[1:])
    statements = ast.parse(cell.source).body
    for line, statement in zip(cell.source.splitlines(), statements, strict=True):
        assert isinstance(statement, ast.AnnAssign)
        assert type(ast.literal_eval(statement.value)).__name__ == statement.annotation.id
        assert re.search(r"  # \w{3}", line)
        assert re.search(rf"\b{statement.target.id}\b", rest)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_papermill_sees_every_parameter_with_its_type_and_help(path):
    (cell,) = tagged(nbformat.read(path, as_version=4), "parameters")
    seen = papermill.inspect_notebook(str(path))
    assert list(seen) == [s.target.id for s in ast.parse(cell.source).body]
    assert all(p["help"] and p["inferred_type_name"] != "None" for p in seen.values())


def test_imports_stand_in_one_cell(notebook):
    importing = [
        cell
        for cell in code(notebook)
        if any(isinstance(s, ast.Import | ast.ImportFrom) for s in ast.walk(ast.parse(cell.source)))
    ]
    assert importing == [code(notebook)[1]]
    (statement,) = ast.parse(importing[0].source).body
    assert statement.module == "kukar_analysis"
    assert [cell.cell_type for cell in notebook.cells[:4]] == ["markdown", *["code"] * 3]


def test_the_answer_comes_right_after_the_imports(report):
    answer = report.cells[3]
    assert answer.source.startswith("narrative.")
    assert keep_outputs.TAG in answer.metadata.tags


def calls(notebook):
    """Return the statement of every cell after the imports, each one call into the package."""
    imported = {alias.name for alias in ast.parse(code(notebook)[1].source).body[0].names}
    found = []
    for cell in code(notebook)[2:]:
        (statement,) = ast.parse(cell.source).body
        call = statement.value
        assert isinstance(call, ast.Call)
        assert call.func.value.id in imported
        assert all(isinstance(a, ast.Name | ast.Constant) for a in call.args)
        found.append(statement)
    return found


def test_every_other_cell_is_one_call_into_the_package(report):
    assert all(isinstance(statement, ast.Expr) for statement in calls(report))


def test_where_one_explores_the_one_name_given_is_the_choice_that_all_cells_follow(exploring):
    given, *rest = calls(exploring)
    assert isinstance(given, ast.Assign)
    assert ast.unparse(given) == "choice = explore.Choice(year, region, pillar, peers)"
    assert all(isinstance(statement, ast.Expr) for statement in rest)
    followed = [ast.unparse(statement) for statement in rest[:-1]]
    assert followed == [f"explore.{part}(choice)" for part in ("figures", "trace", "export")]


def test_where_one_explores_no_output_is_kept_for_widgets_need_their_kernel(exploring):
    assert all(not cell.outputs and cell.execution_count is None for cell in code(exploring))
    assert set(exploring.metadata) == {"kernelspec", "language_info"}


def test_nothing_is_defined_looped_or_written(notebook):
    assert [offences(cell.source) for cell in code(notebook)] == [[] for _ in code(notebook)]


@pytest.mark.parametrize(
    "source",
    [
        "def f(): pass",
        "class A: pass",
        "for i in x: i",
        "[i for i in x]",
        "open('a')",
        "frame.to_csv('a')",
        "path.write_text('a')",
        "figure.savefig('a')",
    ],
)
def test_what_belongs_into_the_package_is_seen(source):
    assert offences(source) != []


def test_the_last_section_is_about_limits(notebook):
    heads = [
        line
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("#")
    ]
    assert heads[-1].startswith("## Batas")
    assert "limits" in notebook.cells[-1].source
    assert notebook.cells[-2].source.startswith("## Batas")


def test_outputs_are_kept_for_the_cells_that_are_compared_and_for_no_other(report):
    compared = tagged(report, keep_outputs.TAG)
    assert len(compared) >= 2
    for cell in code(report):
        assert bool(cell.outputs) == (cell in compared)
        assert (cell.execution_count is None) == (cell not in compared)
        assert {output.output_type for output in cell.outputs} <= {"execute_result"}
        assert set(cell.metadata) <= {"tags"}
    assert set(report.metadata) - {"kukar"} == {"kernelspec", "language_info"}
    assert set(report.metadata.language_info) == {"name"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_path_of_a_machine_stands_in_a_notebook(path):
    text = path.read_text(encoding="utf-8")
    for place in (store.ROOT, Path.home(), Path(tempfile.gettempdir())):
        assert f"{place}{os.sep}" not in text


def test_keeping_outputs_keeps_what_is_compared_and_twice_changes_no_byte(tmp_path):
    path = write_notebook(tmp_path, "karangan", "import os\nos.getcwd()", "1 + 1", asks=None)
    made = nbformat.read(path, as_version=4)
    made.cells[2].metadata.tags = [keep_outputs.TAG]
    nbformat.write(made, path)
    with kernels():
        keep_outputs.keep(path)
        once = path.read_bytes()
        keep_outputs.keep(path)
    assert path.read_bytes() == once
    kept = nbformat.read(path, as_version=4)
    assert [len(cell.outputs) for cell in code(kept)] == [0, 1, 0]
    assert kept.cells[2].outputs[0].data["text/plain"] == "'.'"
    assert kept.metadata == made.metadata


def nbval(tables, *notebooks):
    """Run nbval, which compares the outputs that are kept; return its exit code and words."""
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", *notebooks]
    ended = subprocess.run(
        command,
        cwd=store.ROOT,
        env={**os.environ, store.PROCESSED_VARIABLE: str(tables)},
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def compared(processed, tables, tmp_path_factory):
    """Compare all notebooks with the tables, and the index's answers with a changed table."""
    changed = tmp_path_factory.mktemp("changed")
    scores = tables["component_scores"].copy()
    mine = (scores["region"] == KUKAR) & (scores["component"] == "collaboration")
    scores.loc[mine, "score"] = 1.30
    store.write_all({**tables, "component_scores": scores}, changed)
    answers = nbformat.read(INDEX, as_version=4)
    answers.cells = [*answers.cells[:3], *tagged(answers, keep_outputs.TAG)]
    nbformat.write(answers, changed / INDEX.name)
    with ThreadPoolExecutor(2) as pool:
        jobs = [(processed, *OTHERS), (processed, INDEX), (changed, changed / INDEX.name)]
        return list(pool.map(lambda job: nbval(*job), jobs))


def test_every_notebook_runs_and_still_says_what_is_kept(compared):
    for (ended, said), notebooks in zip(compared, [OTHERS, [INDEX]], strict=False):
        assert ended == 0, said
        cells = sum(len(code(nbformat.read(path, as_version=4))) for path in notebooks)
        assert f"{cells} passed" in said


def test_a_changed_number_in_the_tables_is_noticed(compared):
    ended, said = compared[-1]
    assert ended == 1
    assert "1,20" in said
    assert "1,30" in said
    assert re.search(r"5 failed, \d+ passed", said)
