"""A new notebook that begins as all others do, and the outputs that notebooks keep in git.

It asks a question, answers it first and ends with its limits; it runs as it is, and says itself
what it is for (notebooks.py). What is particular to it is left to the analyst.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import v4

from kukar_analysis import framework, paths, store, writing
from kukar_analysis.errors import ReportError, UsageError
from kukar_analysis.notebooks import KEY, REGION_YEAR

COMPARED = "nbval-check-output"
"""Tag of the cells whose outputs are kept in git and compared by tests."""
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 40
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def write(
    name: str, question: str | None = None, title: str | None = None, folder: Path | None = None
) -> Path:
    """Write notebooks/NN_<name>.ipynb with the outputs that are kept, and return its path.

    `question` is its title and ends with a question mark; `title` names its reports. Both are made
    of the name where they are not given. Raises UsageError for a name, question or title that
    cannot be used, MissingTableError without tables.
    """
    words = name.replace("_", " ")
    question = question or f"Apa yang dikatakan data tentang {words}?"
    title = title or words.capitalize()
    folder = folder or paths.NOTEBOOKS
    path = _free_path(name, folder)
    for said, text, ending in (("question", question, "?"), ("title", title, "")):
        if not text.strip().endswith(ending) or not text.isprintable():
            expected = f"expected one line{' that ends with ?' if ending else ''}"
            raise UsageError(f"{said} {text!r} cannot be used: {expected}")
    year, region = _newest()
    made = v4.new_notebook(
        cells=_cells(path.stem[:2], question.strip(), year, region),
        metadata={**_METADATA, KEY: {"title": title.strip(), "for": REGION_YEAR}},
    )
    return writing.write(path, executed(made, folder))


def keep(path: Path) -> None:
    """Execute a notebook where it lies and write it back with the outputs to be compared."""
    writing.write(path, executed(nbformat.read(path, as_version=4), path.parent))


def executed(notebook: Any, folder: Path) -> str:
    """Execute a notebook in a folder and return its text with the outputs to be compared.

    All else that a run leaves behind is stripped: other outputs, counts and times of execution,
    what the kernel says of itself, and this machine's paths. A second run changes no byte. Raises
    ReportError where a cell fails.
    """
    ran = nbformat.from_dict(notebook)
    client = NotebookClient(
        ran,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        extra_arguments=["--log-level=CRITICAL"],  # ipykernel warns of TCP at every start
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise ReportError(f"the notebook does not run: {error.ename}: {error.evalue}") from error
    for cell in ran.cells:
        if cell.cell_type == "code" and COMPARED not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    ran.metadata = notebook.metadata
    text: str = nbformat.writes(ran) + "\n"
    for place in (folder.resolve(), paths.ROOT):
        text = text.replace(str(place), ".")
    return text


def _free_path(name: str, folder: Path) -> Path:
    """Return where a notebook of this name goes: after the last number."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise UsageError(
            f"name {name!r} cannot be used: expected up to {_LONGEST} small letters and digits,"
            " words parted by _, as anggaran_desa; its number is given to it"
        )
    stems = [path.stem for path in folder.glob("*.ipynb")]
    twin = [stem for stem in stems if re.sub(r"^\d\d_", "", stem) == name]
    if twin:
        raise UsageError(f"notebooks/{twin[0]}.ipynb is there already; choose another name")
    numbers = [int(stem[:2]) for stem in stems if re.match(r"\d\d_", stem)]
    return folder / f"{max(numbers, default=-1) + 1:02}_{name}.ipynb"


def _newest() -> tuple[int, str]:
    """Return the newest year and the region to begin with: the office's own, where it is known."""
    found = store.read("index_scores")
    own = [r.region for r in framework.load().reported_regions if r.role == "own"]
    named = found[found["region"].isin(own)]
    if found.empty:
        raise UsageError("no index is on record yet: put a national table into data/raw and clean")
    newest = (found if named.empty else named).sort_values("year").iloc[-1]
    return int(newest["year"]), str(newest["region"])


def _cells(number: str, question: str, year: int, region: str) -> list[Any]:
    """Return the cells of a notebook that is whole and says little: the analyst fills it."""
    compared = {"tags": [COMPARED]}
    contents: list[tuple[str, dict[str, Any]]] = [
        (f"# {question}\n\nJawaban singkat di bawah; sesudahnya angka yang mendasarinya.", {}),
        (
            f"year: int = {year}  # tahun evaluasi\n"
            f'region: str = "{region}"  # kode Kemendagri daerah',
            {"tags": ["parameters"]},
        ),
        ("from kukar_analysis import narrative, plots, tables", {}),
        ("narrative.index(year, region)", compared),
        ("## Angka yang mendasarinya", {}),
        ("tables.components(year, region)", compared),
        ("plots.components(year, region)", {}),
        ("## Batas: yang tidak dikatakan angka ini", {}),
        ('narrative.limits_of(year, region, "index")', {}),
    ]
    cells = []
    for place, (text, metadata) in enumerate(contents):
        of = {"id": f"{number}-{place:02}", "metadata": metadata}
        is_prose = text.startswith("#")
        cells.append(v4.new_markdown_cell(text, **of) if is_prose else v4.new_code_cell(text, **of))
    return cells
