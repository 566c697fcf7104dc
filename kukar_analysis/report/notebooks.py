"""What the notebooks are: their titles, their parameters, and which ones an analyst added.

Any notebook with a cell tagged `parameters` that has year and region is a report of each region
and year; nothing else has to name it. The shipped ones, which the registry knows itself, say so
in their metadata: `"kukar": {"shipped": true}`. Standard library only.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

KEY = "kukar"
"""The part of a notebook's metadata that says whether it is shipped, and how its reports are
called where that is not its title."""
_READERS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
}


@dataclass(frozen=True)
class Parameter:
    """A parameter: the name of its type, and the value it has where none is given."""

    kind: str
    default: Any

    def read(self, name: str, text: str) -> Any:
        """Return a value that was given as text; UsageError where it is of another type."""
        try:
            return _READERS[self.kind](text)
        except (ValueError, KeyError) as error:
            said = f"{name} = {text} is no {self.kind}, as {self.default!r} is"
            raise UsageError(said) from error


@dataclass(frozen=True)
class Notebook:
    """A notebook by its name without ending; `title` names its reports before place and year."""

    notebook: str
    title: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    is_shipped: bool = False


def readable(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks in their order, but those that cannot be read (`faults`)."""
    return [one for one in _all(folder).values() if isinstance(one, Notebook)]


def own(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks that an analyst added and that are reports, in their order."""
    reports = [one for one in readable(folder) if {*one.parameters} >= {"year", "region"}]
    return [one for one in reports if not one.is_shipped]


def faults(folder: Path | None = None) -> dict[str, str]:
    """Return what is wrong with notebooks that cannot be read, in a line each."""
    return {name: about for name, about in _all(folder).items() if isinstance(about, str)}


def read(path: Path) -> Notebook:
    """Return what a notebook is. Raises whatever reading says of a file that is none."""
    found = json.loads(path.read_text(encoding="utf-8"))
    about = found["metadata"].get(KEY) or {}
    sources = [(cell, "".join(cell["source"])) for cell in found["cells"]]
    heads = [s.splitlines()[0].lstrip("# ") for _, s in sources if s.startswith("# ")]
    given = [s for cell, s in sources if "parameters" in cell["metadata"].get("tags", [])]
    made = {}
    for line in ast.parse(given[0]).body if given else []:
        if isinstance(line, ast.Assign | ast.AnnAssign) and line.value is not None:
            target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
            value = ast.literal_eval(line.value)
            kind = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
            made[ast.unparse(target)] = Parameter(kind or type(value).__name__, value)
    title = str(about.get("title") or [*heads, path.stem][0])
    return Notebook(path.stem, title, made, bool(about.get("shipped")))


def _all(folder: Path | None) -> dict[str, Notebook | str]:
    found: dict[str, Notebook | str] = {}
    for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb")):
        try:
            found[path.stem] = read(path)
        except Exception as error:
            # whatever somebody left unfinished (a merge, a copy) must not stop all others
            why = f"{type(error).__name__}: {error}".partition("\n")[0]
            said = f"notebooks/{path.name}: is no notebook ({why}); restore it or take it away"
            found[path.stem] = said
    return found
