"""Runs the shipped notebooks and keeps the outputs that tests compare (`make notebooks`).

`python tests/keep_outputs.py` executes them on the tables of data/processed and keeps the outputs
of the cells tagged `nbval-check-output`; those of an analyst's own are left as they are.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kukar_analysis import outputs, paths
from kukar_analysis.report import notebooks

TAG = outputs.COMPARED


def keep(path: Path) -> None:
    """Execute a notebook where it lies and write it back as git keeps it (outputs.py)."""
    ran, lies = nbformat.read(path, as_version=4), {"metadata": {"path": str(path.parent)}}
    quiet = ["--log-level=CRITICAL"]  # ipykernel warns of TCP at every start
    NotebookClient(ran, kernel_name="python3", resources=lies, extra_arguments=quiet).execute()
    paths.write(path, outputs.kept(nbformat.writes(ran).replace(str(path.parent.resolve()), ".")))


if __name__ == "__main__":
    own = {found.notebook for found in notebooks.own()}
    everything = [path for path in sorted(paths.NOTEBOOKS.glob("*.ipynb")) if path.stem not in own]
    for notebook in [Path(name) for name in sys.argv[1:]] or everything:
        keep(notebook)
