"""The analysts' desk: lab opens it, new-notebook begins an analysis."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis import paths
from kukar_analysis.cli.common import Processed, app, read_from
from kukar_analysis.errors import UsageError

SETTINGS = Path(__file__).parent / "jupyter"
"""What JupyterLab is set to here unless a user chose otherwise: Indonesian, and no news."""
BEGUN = Path(__file__).with_name("begun.ipynb")
"""The notebook that a new one begins as."""
_FIRST = "notebooks/jelajah.ipynb"


@app.command()
def lab(
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="print the address, open no browser")
    ] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="port; 0 = any free one")
    ] = None,
    processed: Processed = None,
) -> None:
    """Open JupyterLab in Indonesian on the notebooks; Ctrl-C ends it.

    Example: kukar lab --port 8890
    """
    from jupyterlab.labapp import LabApp

    read_from(processed)
    folder = paths.processed_dir()
    if not (folder / "index_scores.parquet").exists():
        typer.echo(f"no tables in {folder} yet: run `kukar clean`, then run the cells", err=True)
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(SETTINGS), known]))
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this Python's kernel before a user's own
    typer.echo(f"JupyterLab on {paths.ROOT / _FIRST}; Ctrl-C ends it")
    options = [
        f"--ServerApp.root_dir={paths.ROOT}",
        f"--LabApp.default_url=/lab/tree/{_FIRST}",
        "--ServerApp.answer_yes=True",  # Ctrl-C asks nothing
        "--ServerApp.allow_root=True",  # the only user of a container; it serves this machine alone
        "--FileContentsManager.post_save_hook=kukar_analysis.outputs.saved",
        "--Application.log_level=WARN",  # the address is shown all the same
    ]
    options += ["--no-browser"] * no_browser
    options += [] if port is None else [f"--ServerApp.port={port}"]
    LabApp.launch_instance(options)  # in this process, so that none is left behind


@app.command("new-notebook")
def new_notebook(
    name: Annotated[str, typer.Argument(help="words parted by _, as anggaran_desa")],
    title: Annotated[
        str | None, typer.Option("--title", help="its heading, and what its pages are called")
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", help="what it answers, under its heading")
    ] = None,
    processed: Processed = None,
) -> None:
    """Write a notebook that runs as it is, is listed as a report, and waits for your analysis.

    Example: kukar new-notebook anggaran_desa --title "Anggaran desa untuk Smart City"
    """
    read_from(processed)
    path = begin(name, title, question)
    typer.echo(f"{path.relative_to(paths.ROOT)}: runs as it is, for each region and year on record")
    typer.echo(
        f"next: open it with `kukar lab`; `kukar report --only {path.stem}` makes its pages, and"
        " `-p most=5` one with another value of a parameter of its own"
    )


def begin(name: str, title: str | None = None, question: str | None = None) -> Path:
    """Write notebooks/NN_<name>.ipynb, which runs as it is, and return its path.

    Raises UsageError for a name, title or question that cannot be used, MissingTableError without
    tables: it begins with the office's newest year on record.
    """
    import nbformat

    from kukar_analysis import framework, store, writing

    if not re.fullmatch(r"(?=.{1,40}$)[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise UsageError(
            f"name {name!r} cannot be used: expected up to 40 small letters and digits, words"
            " parted by _, as anggaran_desa; its number is given to it"
        )
    stems = [path.stem for path in paths.NOTEBOOKS.glob("*.ipynb")]
    if twin := [stem for stem in stems if re.sub(r"^\d\d_", "", stem) == name]:
        raise UsageError(f"notebooks/{twin[0]}.ipynb is there already; choose another name")
    title = title or name.replace("_", " ").capitalize()
    question = question or f"Halaman ini menjawab apa yang dikatakan data tentang {title}."
    for text in (title, question):
        if not text.strip() or not text.isprintable():
            raise UsageError(f"{text!r} cannot be used: expected one line")
    found = store.read("index_scores").sort_values("year")
    own = [r.region for r in framework.load().reported_regions if r.role == "own"]
    found = found[found["region"].isin(own)] if found["region"].isin(own).any() else found
    if found.empty:
        raise UsageError("no index is on record yet: put a national table into data/raw and clean")
    made, (year, region) = nbformat.read(BEGUN, 4), found[["year", "region"]].iloc[-1]
    made.cells[0].source = f"# {title.strip()}\n\n{question.strip()}"
    given = made.cells[1].source.replace("2023", str(year)).replace("64.02", region)
    made.cells[1].source = given
    numbers = [int(stem[:2]) for stem in stems if re.match(r"\d\d_", stem)]
    path = paths.NOTEBOOKS / f"{max(numbers, default=-1) + 1:02}_{name}.ipynb"
    return writing.write(path, nbformat.writes(made) + "\n")
