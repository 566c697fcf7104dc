"""Runs the shipped notebooks and keeps the outputs that tests compare (`make notebooks`).

`python tests/keep_outputs.py` executes them on the tables of data/processed and keeps the outputs
of the cells tagged `nbval-check-output`; those of an analyst's own are left as they are.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kukar_analysis import notebooks, paths, writing

TAG = "nbval-check-output"


def keep(path: Path) -> None:
    """Execute a notebook where it lies and write it back with the outputs to be compared.

    All else that a run leaves behind is stripped: other outputs, counts and times of execution,
    what the kernel says of itself, and this machine's paths. A second run changes no byte.
    """
    ran = nbformat.read(path, as_version=4)
    about = nbformat.from_dict(ran.metadata)
    NotebookClient(
        ran,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        extra_arguments=["--log-level=CRITICAL"],  # ipykernel warns of TCP at every start
    ).execute()
    for cell in ran.cells:
        if cell.cell_type == "code" and TAG not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    ran.metadata = about
    text = nbformat.writes(ran) + "\n"
    for place in (path.parent.resolve(), paths.ROOT):
        text = text.replace(str(place), ".")
    writing.write(path, text)


if __name__ == "__main__":
    own = {found.notebook for found in notebooks.own()}
    everything = [path for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")) if path.stem not in own]
    for notebook in [Path(name) for name in sys.argv[1:]] or everything:
        keep(notebook)
