"""The command that opens the analysts' desk: lab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis.cli.common import Processed, app, read_from

SETTINGS = Path(__file__).parent / "jupyter"
"""What JupyterLab is set to here unless a user chose otherwise: Indonesian, and no news."""
FIRST = "notebooks/jelajah.ipynb"


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
    from kukar_analysis import store

    read_from(processed)
    folder = store.processed_dir()
    if not (folder / "index_scores.parquet").exists():
        typer.echo(f"no tables in {folder} yet: run `kukar clean`, then run the cells", err=True)
    _prefer_this_environment()
    typer.echo(f"JupyterLab on {store.ROOT / FIRST}; Ctrl-C ends it")
    _serve(store.ROOT, no_browser, port)


def _prefer_this_environment() -> None:
    """Let the settings here be found, and this Python's kernel before a user's own of its name."""
    known = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(SETTINGS), *([known] if known else [])]
    )
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"


def _serve(root: Path, no_browser: bool, port: int | None) -> None:
    """Serve until Ctrl-C, in this process, so that none is left behind."""
    from jupyterlab.labapp import LabApp

    options = [
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        "--ServerApp.answer_yes=True",  # Ctrl-C asks nothing
        "--ServerApp.allow_root=True",  # the only user of a container; it serves this machine alone
        "--FileContentsManager.post_save_hook=kukar_analysis.outputs.saved",
        "--Application.log_level=WARN",  # the address is shown all the same
    ]
    options += ["--no-browser"] if no_browser else []
    options += [] if port is None else [f"--ServerApp.port={port}"]
    LabApp.launch_instance(options)
