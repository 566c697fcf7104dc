"""The shipped notebooks keep the law of design; every notebook runs, and says what it said."""

from __future__ import annotations

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

from kukar_analysis import framework, store
from kukar_analysis.report import notebooks

NOTEBOOKS = sorted(store.NOTEBOOKS.glob("*.ipynb"))
SHIPPED = [path for path in NOTEBOOKS if notebooks.read(path).is_shipped]
OWN = [path for path in NOTEBOOKS if path not in SHIPPED]
DESK = "jelajah"
QUALITY = ("01_mutu_data", "09_opd")
"""The pages on which paths and commands have their place."""
LONGEST, WIDEST = 25, 120
DEMO = (2023, "00.01")
CASES = [(2023, "64.02"), (2022, "64.02"), (2023, "35.07"), (2023, STAYED_AWAY), DEMO]
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
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found += [name] if WRITES.fullmatch(name) else []
    return found


def faults(notebook, name=""):
    """Return where a notebook breaks the law, a word each."""
    cells, first = code(notebook), notebook.cells[0]
    titles = re.findall(
        r"^# .+", "\n".join(c.source for c in notebook.cells if c not in cells), re.M
    )
    found = ["title"] if len(titles) != 1 or not first.source.startswith("# ") else []
    found += [] if first.source.partition("\n")[2].strip() else ["what the page answers"]
    given = tagged(notebook, "parameters")
    if given != cells[:1]:
        return [*found, "parameters"]
    rest = "\n".join(cell.source for cell in cells[1:])
    lines = cells[0].source.splitlines()
    for line, set_ in zip(lines, ast.parse(cells[0].source).body, strict=True):
        typed = isinstance(set_, ast.AnnAssign)
        same = typed and type(ast.literal_eval(set_.value)).__name__ == set_.annotation.id
        used = typed and re.search(rf"\b{set_.target.id}\b", rest)
        found += [] if same and used and re.search(r"  # \w{3}", line) else [f"parameter: {line}"]
    importing = [c for c in cells if re.search(r"^(import|from) ", c.source, re.M)]
    found += ["imports"] if importing != cells[1:2] else []
    for place, cell in enumerate(notebook.cells, start=1):
        lines = cell.source.splitlines()
        found += [f"cell {place}: too long"] if cell in cells and len(lines) > LONGEST else []
        wide = cell in cells and any(len(line) > WIDEST for line in lines)
        found += [f"cell {place}: too wide"] if wide else []
    if name != DESK:
        found += [f"does: {what}" for cell in cells for what in offences(cell.source)]
        shows = [c for c in cells[2:] if re.search(r"\b(show\.\w+|display)\(", c.source)]
        answers = shows and "show.answer(" in shows[0].source
        found += [] if answers else ["the answer does not come first"]
        found += [] if tagged(notebook, keep_outputs.TAG) else ["no output is compared"]
    for cell in cells:
        kept = cell in tagged(notebook, keep_outputs.TAG)
        if bool(cell.outputs) and not kept:
            found.append(f"output: {cell.source[:40]}")
    known = {"kernelspec", "language_info", notebooks.KEY}
    return found + [f"metadata: {key}" for key in set(notebook.metadata) - known]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_notebook_keeps_the_law(path):
    assert faults(nbformat.read(path, as_version=4), path.stem) == []


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
    if name not in (*QUALITY, DESK) and case != DEMO:
        assert "data/raw" not in shown
    if case == CASES[0]:  # the parameters as they are committed
        before = nbformat.read(store.NOTEBOOKS / f"{name}.ipynb", as_version=4)
        kept, now = ([said(cell) for cell in tagged(n, keep_outputs.TAG)] for n in (before, made))
        assert now == kept, "run `make notebooks`"


def said(cell):
    return [output.data["text/plain"] for output in cell.outputs]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_an_analysts_own_notebook_runs(path, executed):
    assert executed(path.stem).cells


def nbval(tables, *paths):
    """Run nbval, which compares the outputs that are kept; return its exit code and words."""
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "nbval", "--nbval-lax", *paths]
    environment = {**os.environ, store.PROCESSED_VARIABLE: str(tables)}
    ended = subprocess.run(command, cwd=store.ROOT, env=environment, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
def test_nbval_finds_that_every_notebook_still_says_what_is_kept(processed):
    ended, words = nbval(processed, *SHIPPED)
    assert ended == 0, words
    assert (
        f"{sum(len(code(nbformat.read(path, as_version=4))) for path in SHIPPED)} passed" in words
    )


def test_nbval_notices_a_changed_number_in_the_tables(tables, tmp_path):
    scores = tables["component_scores"].copy()
    mine = (scores["region"] == "64.02") & (scores["component"] == "collaboration")
    scores.loc[mine, "score"] = 1.30
    store.write_all({**tables, "component_scores": scores}, tmp_path)
    ended, words = nbval(tmp_path, store.NOTEBOOKS / "02_indeks.ipynb")
    assert ended == 1, words
    assert {"1,20", "1,30"} <= set(re.findall(r"\d,\d\d", words))
