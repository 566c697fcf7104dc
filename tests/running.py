"""Runs notebooks in this process: a kernel each would take minutes."""

import contextlib
import html
import re

import nbformat
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import v4

from kukar_analysis import paths


def executed(path, given):
    """Return a notebook with its outputs, run with these parameters where it knows them."""
    made, shell = nbformat.read(path, as_version=4), InteractiveShell.instance()
    with contextlib.chdir(paths.NOTEBOOKS):  # as in Lab, and in a report
        for place, cell in enumerate(made.cells, start=1):
            if cell.cell_type == "code":
                cell.outputs = _outputs(shell, cell, f"{path.stem}, cell {place}")
            if "parameters" in cell.metadata.get("tags", []):
                shell.push({name: given[name] for name in given if name in shell.user_ns})
    InteractiveShell.clear_instance()
    return made


def _outputs(shell, cell, place):
    results = []
    shell.display_trap.hook = results.append
    with capture_output() as said:
        ended = shell.run_cell(cell.source, store_history=False)
    assert ended.success, f"{place}: {ended.error_in_exec or ended.error_before_exec}"
    shown = [output.data for output in said.outputs]
    shown += [shell.display_formatter.format(one)[0] for one in results if one is not None]
    return [v4.new_output("execute_result", data, execution_count=1) for data in shown]


def words(notebook):
    """Return the words of the outputs of a notebook, of their HTML where they have some."""
    shown = [o.data for c in notebook.cells for o in c.get("outputs", ())]
    pages = [re.sub(r"(?s)<style.*?</style>|<[^>]*>", " ", d.get("text/html", "")) for d in shown]
    return "\n".join(
        html.unescape(page) or data.get("text/plain", "")
        for page, data in zip(pages, shown, strict=True)
    )
