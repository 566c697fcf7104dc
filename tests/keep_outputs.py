"""Runs the notebooks and keeps the outputs that tests compare (`make notebooks`).

`python tests/keep_outputs.py` executes every notebook of notebooks/ on the tables of
data/processed and keeps the outputs of the cells tagged `nbval-check-output`.
"""

from __future__ import annotations

from kukar_analysis import paths
from kukar_analysis.new_notebook import COMPARED as TAG
from kukar_analysis.new_notebook import keep

__all__ = ["TAG", "keep"]

if __name__ == "__main__":
    for notebook in sorted(paths.NOTEBOOKS.glob("*.ipynb")):
        keep(notebook)
