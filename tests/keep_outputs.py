"""Runs the notebooks and keeps the outputs that tests compare (`make notebooks`).

`python tests/keep_outputs.py` executes every notebook of notebooks/ on the tables of
data/processed and keeps the outputs of the cells tagged `nbval-check-output`. All else that a run
leaves behind is stripped: other outputs, counts and times of execution, what the kernel says of
itself, and this machine's paths. A second run changes no byte.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kukar_analysis import store

TAG = "nbval-check-output"


def keep(path: Path) -> None:
    """Execute a notebook where it lies and write it back with the outputs to be compared."""
    before = nbformat.read(path, as_version=4)
    executed = nbformat.from_dict(before)
    NotebookClient(
        executed,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        extra_arguments=["--log-level=CRITICAL"],  # ipykernel warns of TCP at every start
    ).execute()
    for cell in executed.cells:
        if cell.cell_type == "code" and TAG not in cell.metadata.get("tags", []):
            cell.outputs, cell.execution_count = [], None
    executed.metadata = before.metadata
    text = nbformat.writes(executed) + "\n"
    for place in (path.parent.resolve(), store.ROOT):
        text = text.replace(str(place), ".")
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for notebook in sorted(store.NOTEBOOKS.glob("*.ipynb")):
        keep(notebook)
