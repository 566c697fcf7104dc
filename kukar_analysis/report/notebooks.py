"""What the notebooks are: their titles, their parameters, and which ones an analyst added.

Any notebook whose cell tagged `parameters` has year and region is a report of each region and year.
The shipped ones, which the registry knows itself, say so in their metadata. Standard library only.
"""

import ast
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

KEY = "kukar"  # the part of a notebook's metadata that says whether it is shipped
_READERS: dict[type, Callable[[str], Any]] = {str: str, int: int, float: float}
_READERS[bool] = lambda text: {"true": True, "false": False}[text.lower()]
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def as_written(cells: Sequence[Any]) -> list[Any]:
    """Return the cells of an executed notebook that are its own, not added by papermill."""
    return [cell for cell in cells if _ADDED.isdisjoint(cell["metadata"].get("tags", []))]


def value(name: str, text: str, default: Any) -> Any:
    """Return a value that was given as text; UsageError where it is not of the default's type."""
    kind = type(default)
    try:
        return _READERS[kind](text)
    except (ValueError, KeyError) as error:
        raise UsageError(f"{name} = {text} is no {kind.__name__}, as {default!r} is") from error


@dataclass(frozen=True)
class Notebook:
    """A notebook by its name without ending; `parameters` with the value that each has at first."""

    notebook: str
    title: str
    parameters: Mapping[str, Any]
    is_shipped: bool


def own(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks that an analyst added and that are reports, in their order."""
    added = [one for one in read_all(folder)[0] if not one.is_shipped]
    return [one for one in added if {*one.parameters} >= {"year", "region"}]


def read_all(folder: Path | None = None) -> tuple[list[Notebook], dict[str, str]]:
    """Return the notebooks in their order, and by name what is wrong with those that are none."""
    found, faults = [], {}
    for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb")):
        try:
            found.append(read(path))
        except Exception as error:  # what somebody left unfinished must not stop all others
            why = f"is no notebook ({type(error).__name__}); restore it or take it away"
            faults[path.stem] = f"notebooks/{path.name}: {why}"
    return found, faults


def read(path: Path) -> Notebook:
    """Return what a notebook is. Raises whatever reading says of a file that is none."""
    found = json.loads(path.read_text(encoding="utf-8"))
    about = found["metadata"].get(KEY) or {}
    cells = [(cell["metadata"].get("tags", []), "".join(cell["source"])) for cell in found["cells"]]
    titles = [text.splitlines()[0].lstrip("# ") for _, text in cells if text.startswith("# ")]
    given, made = [text for tags, text in cells if "parameters" in tags], {}
    for line in ast.parse(given[0]).body if given else []:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
            name = ast.unparse(line).partition("=")[0].partition(":")[0].strip()
            made[name] = ast.literal_eval(line.value)
    return Notebook(path.stem, [*titles, path.stem][0], made, bool(about.get("shipped")))


def begin(name: str, title: str | None, question: str | None) -> Path:
    """Write a notebook that runs as it is, under the next number; UsageError where it cannot."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        said = "expected up to 40 small letters, digits and _, as anggaran_desa; it gets its number"
        raise UsageError(f"name {name!r} cannot be used: {said}")
    numbered = {p.stem[3:]: int(p.stem[:2]) for p in paths.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")}
    if name in numbered:
        there = f"notebooks/{numbered[name]:02}_{name}.ipynb"
        raise UsageError(f"{there} is there already; choose another name")
    path = paths.NOTEBOOKS / f"{max(numbered.values(), default=-1) + 1:02}_{name}.ipynb"
    made = json.loads(Path(__file__).with_name("begun.ipynb").read_text(encoding="utf-8"))
    title = title or name.replace("_", " ").capitalize()
    question = question or f"Halaman ini menjawab apa yang dikatakan data tentang {title}."
    made["cells"][0]["source"] = [f"# {title}\n", "\n", question]
    return paths.write(path, json.dumps(made, indent=1, ensure_ascii=False) + "\n")
