"""What the notebooks are: their titles, their parameters, and which ones an analyst added.

Any notebook whose cell tagged `parameters` has year and region is a report of each region and year.
The shipped ones, which the registry knows itself, say so in their metadata. Standard library only.
"""

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

KEY = "kukar"  # the part of a notebook's metadata that says whether it is shipped
_READERS: dict[str, Callable[[str], Any]] = {"str": str, "int": int, "float": float}
_ADDED = {"injected-parameters", "papermill-error-cell-tag"}


def as_written(cells: Sequence[Any]) -> list[Any]:
    """Return the cells of an executed notebook that are its own, not added by papermill."""
    return [cell for cell in cells if _ADDED.isdisjoint(cell["metadata"].get("tags", []))]


@dataclass(frozen=True)
class Parameter:
    """A parameter: the name of its type, and the value it has where none is given."""

    kind: str
    default: Any

    def read(self, name: str, text: str) -> Any:
        """Return a value that was given as text; UsageError where it is of another type."""
        truth = {"true": True, "false": False}
        try:
            return truth[text.lower()] if self.kind == "bool" else _READERS[self.kind](text)
        except (ValueError, KeyError) as error:
            said = f"{name} = {text} is no {self.kind}, as {self.default!r} is"
            raise UsageError(said) from error


@dataclass(frozen=True)
class Notebook:
    """A notebook by its name without ending; `title` names its reports before place and year."""

    notebook: str
    title: str
    parameters: Mapping[str, Parameter]
    is_shipped: bool


def readable(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks in their order, but those that cannot be read (`faults`)."""
    return [one for one in _all(folder).values() if isinstance(one, Notebook)]


def own(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks that an analyst added and that are reports, in their order."""
    added = [one for one in readable(folder) if not one.is_shipped]
    return [one for one in added if {*one.parameters} >= {"year", "region"}]


def faults(folder: Path | None = None) -> dict[str, str]:
    """Return what is wrong with notebooks that cannot be read, in a line each, by name."""
    return {name: about for name, about in _all(folder).items() if isinstance(about, str)}


def read(path: Path) -> Notebook:
    """Return what a notebook is. Raises whatever reading says of a file that is none."""
    found = json.loads(path.read_text(encoding="utf-8"))
    about = found["metadata"].get(KEY) or {}
    cells = [(cell["metadata"].get("tags", []), "".join(cell["source"])) for cell in found["cells"]]
    titles = [text.splitlines()[0].lstrip("# ") for _, text in cells if text.startswith("# ")]
    given = [text for tags, text in cells if "parameters" in tags]
    made = {}
    for line in ast.parse(given[0]).body if given else []:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
            value = ast.literal_eval(line.value)
            name, _, kind = ast.unparse(line).partition("=")[0].partition(":")
            made[name.strip()] = Parameter(kind.strip() or type(value).__name__, value)
    return Notebook(path.stem, [*titles, path.stem][0], made, bool(about.get("shipped")))


def _all(folder: Path | None) -> dict[str, Notebook | str]:
    found: dict[str, Notebook | str] = {}
    for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb")):
        try:
            found[path.stem] = read(path)
        except Exception as error:  # what somebody left unfinished must not stop all others
            why = f"{type(error).__name__}: {error}".partition("\n")[0]
            said = f"notebooks/{path.name}: is no notebook ({why}); restore it or take it away"
            found[path.stem] = said
    return found
