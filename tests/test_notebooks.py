"""The shipped notebooks keep the law of design; every notebook runs, and says what it said."""

import ast
import os
import re
import subprocess
import sys

import keep_outputs
import nbformat
import pytest
import running
from reading import STAYED_AWAY

from kukar_analysis import framework, paths, store
from kukar_analysis.report import notebooks

NOTEBOOKS = sorted(paths.NOTEBOOKS.glob("*.ipynb"))
SHIPPED = [path for path in NOTEBOOKS if notebooks.read(path).is_shipped]
OWN = [path for path in NOTEBOOKS if path not in SHIPPED]
DESK = "jelajah"
QUALITY = ("01_mutu_data", "09_opd")
"""The pages on which paths and commands have their place."""
LONGEST, WIDEST = 25, 120
DEMO = (2023, "00.01")
CASES = [(2023, "64.02"), (2022, "64.02"), (2023, "35.07"), (2023, STAYED_AWAY), DEMO]
VALUELESS = re.compile(r"(?<![^\s(])–(?![^\s.,;)])")
"""A dash that stands for a value, in a figure's finding or what it shows."""
WRITES = re.compile(
    r"open|exec|eval|to_(csv|excel|parquet|json|html|pickle|feather|sql|markdown|latex)|savefig"
    r"|write(_\w+)?|dump|mkdir|unlink|touch|save(_\w+)?"
)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def offences(source):
    """Return what a cell does that belongs into the package, or nowhere: defining, writing."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield f"does: {node.name}"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield from [f"does: {name}"] * bool(WRITES.fullmatch(name))


def faults(notebook, name):
    """Yield where a notebook breaks the law, a word each."""
    cells, (first, *others) = code(notebook), notebook.cells
    told = "\n".join(cell.source for cell in others if cell not in cells)
    if not re.match(r"# .+\n+\S", first.source) or re.search(r"^# ", told, re.M):
        yield "title, and what the page answers"
    kept, rest = tagged(notebook, keep_outputs.TAG), "\n".join(c.source for c in cells[1:])
    if tagged(notebook, "parameters") != cells[:1]:
        yield "parameters"
    lines = cells[0].source.splitlines()
    for line, set_ in zip(lines, ast.parse(cells[0].source).body, strict=True):
        typed = isinstance(set_, ast.AnnAssign)
        same = typed and type(ast.literal_eval(set_.value)).__name__ == set_.annotation.id
        used = typed and re.search(rf"\b{set_.target.id}\b", rest)
        if not (same and used and re.search(r"  # \w{3}", line)):
            yield f"parameter: {line}"
    if [c for c in cells if re.search(r"^(import|from) ", c.source, re.M)] != cells[1:2]:
        yield "imports"
    for cell in cells:
        lines = cell.source.splitlines()
        if len(lines) > LONGEST or max(map(len, lines)) > WIDEST:
            yield f"too long or wide: {lines[0]}"
        if cell.outputs and cell not in kept:
            yield f"output: {lines[0]}"
    if name != DESK:
        yield from (what for cell in cells for what in offences(cell.source))
        shows = [c for c in cells[2:] if re.search(r"\b(show\.\w+|display)\(", c.source)]
        if not shows or "show.answer(" not in shows[0].source:
            yield "the answer does not come first"
        if not kept:
            yield "no output is compared"
    known = {"kernelspec", "language_info", notebooks.KEY}
    yield from (f"metadata: {key}" for key in set(notebook.metadata) - known)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_notebook_keeps_the_law(path):
    assert [*faults(nbformat.read(path, as_version=4), path.stem)] == []


def strange(text):
    """Return what should not stand before a reader: leftovers of Python, ids in place of names."""
    fw = framework.load()
    ids = {*fw.components, *fw.pillars, *fw.sub_dimensions, *fw.editions}
    ids = {id_ for id_ in ids if "_" in id_ or "-" in id_} | {*fw.pillars} - {"living", "society"}
    words = ["nan", "NaN", "NaT", "None", "<NA>", "Traceback", r"\w+Error", "inf", *ids]
    return re.findall(rf"(?<![\w.-])(?:{'|'.join(words)})(?![\w.-])", text)


@pytest.mark.parametrize(
    "case", [*CASES, pytest.param((2023, "51.03"), marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("name", [path.stem for path in SHIPPED])
def test_a_shipped_notebook_runs_for_whatever_region_and_still_says_what_is_kept(
    name, case, executed
):
    (year, region), draws = case, {} if case == CASES[0] else {"draws": 200}
    made = executed(name, year=year, region=region, from_year=year - 1, to_year=year, **draws)
    shown = running.words(made)
    assert strange(shown) == []
    empty = [alt for alt in re.findall(r'alt="([^"]*)"', html_of(made)) if VALUELESS.search(alt)]
    assert empty == []
    if name not in (*QUALITY, DESK) and case != DEMO:
        assert "data/raw" not in shown
    if case == CASES[0]:  # the parameters as they are committed
        before = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", as_version=4)
        kept, now = ([said(cell) for cell in tagged(n, keep_outputs.TAG)] for n in (before, made))
        assert now == kept, "run `make notebooks`"


def html_of(notebook):
    shown = [o.data for cell in notebook.cells for o in cell.get("outputs", ())]
    return "".join(data.get("text/html", "") for data in shown)


def said(cell):
    return [output.data["text/plain"] for output in cell.outputs]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_an_analysts_own_notebook_runs(path, executed):
    assert executed(path.stem).cells


def nbval(tables, *asked):
    """Run nbval, which compares the outputs that are kept; return its exit code and words."""
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "nbval", "--nbval-lax", *asked]
    environment = {**os.environ, paths.PROCESSED_VARIABLE: str(tables)}
    ended = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
def test_nbval_finds_that_every_notebook_still_says_what_is_kept(processed):
    ended, words = nbval(processed, *SHIPPED)
    assert ended == 0, words
    cells = sum(len(code(nbformat.read(path, as_version=4))) for path in SHIPPED)
    assert f"{cells} passed" in words


def test_nbval_notices_a_changed_number_in_the_tables(tables, tmp_path):
    scores = tables["component_scores"].copy()
    mine = (scores["region"] == "64.02") & (scores["component"] == "collaboration")
    scores.loc[mine, "score"] = 1.30
    store.write_all({**tables, "component_scores": scores}, tmp_path)
    ended, words = nbval(tmp_path, paths.NOTEBOOKS / "02_indeks.ipynb")
    assert ended == 1, words
    assert {"1,20", "1,30"} <= set(re.findall(r"\d,\d\d", words))
