"""What the notebooks are: their titles, their parameters, and which ones an analyst added.

Any notebook with a cell tagged `parameters` that has year and region is a report of each region
and year; nothing else has to name it. The shipped ones, which the registry knows itself, say so
in their metadata: `"kukar": {"shipped": true}`. Standard library only: a run with nothing to do
needs no more.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kukar_analysis import paths
from kukar_analysis.errors import UsageError

KEY = "kukar"
"""The part of a notebook's metadata that says whether it is shipped, and how its reports are
called where that is not its title."""
_PLACE = {"year", "region"}


@dataclass(frozen=True)
class Parameter:
    """A parameter: the name of its type, and the value it has where none is given."""

    kind: str
    default: Any

    def read(self, name: str, text: str) -> Any:
        """Return a value that was given as text; UsageError where it is of another type."""
        if self.kind == "str":
            return text
        try:
            value = ast.literal_eval(text.capitalize() if self.kind == "bool" else text)
        except (ValueError, SyntaxError):
            value = text
        value = float(value) if self.kind == "float" and type(value) is int else value
        if type(value).__name__ != self.kind:
            raise UsageError(f"{name} = {text} is no {self.kind}, as {self.default!r} is")
        return value


@dataclass(frozen=True)
class Notebook:
    """A notebook by its name without ending; `title` names its reports before place and year."""

    notebook: str
    title: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    is_shipped: bool = False


def own(folder: Path | None = None) -> list[Notebook]:
    """Return the notebooks that an analyst added and that are reports, in their order."""
    found = [about for about in _all(folder).values() if isinstance(about, Notebook)]
    return [about for about in found if not about.is_shipped and set(about.parameters) >= _PLACE]


def faults(folder: Path | None = None) -> dict[str, str]:
    """Return what is wrong with notebooks that cannot be read, in a line each."""
    return {name: about for name, about in _all(folder).items() if isinstance(about, str)}


def read(path: Path) -> Notebook:
    """Return what a notebook is. Raises whatever reading says of a file that is none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    about, cells = content["metadata"].get(KEY), content["cells"]
    about = about if isinstance(about, dict) else {}
    sources = [(cell, "".join(cell["source"])) for cell in cells]
    heads = [s.lstrip("# ").splitlines()[0] for _, s in sources if s.startswith("# ")]
    given = [s for cell, s in sources if "parameters" in cell["metadata"].get("tags", [])]
    return Notebook(
        path.stem,
        str(about.get("title") or [*heads, path.stem][0]),
        _parameters(given[0]) if given else {},
        bool(about.get("shipped")),
    )


def _all(folder: Path | None) -> dict[str, Notebook | str]:
    return {path.stem: _read(path) for path in sorted((folder or paths.NOTEBOOKS).glob("*.ipynb"))}


def _read(path: Path) -> Notebook | str:
    try:
        return read(path)
    except Exception as error:
        # whatever somebody left unfinished (a merge, a copy) must not stop all others
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        return f"notebooks/{path.name}: is no notebook ({why}); restore it or take it away"


def _parameters(source: str) -> dict[str, Parameter]:
    """Return what a cell assigns, `name: type = literal` or `name = literal`."""
    found = {}
    for line in ast.parse(source).body:
        if not isinstance(line, ast.Assign | ast.AnnAssign) or line.value is None:
            continue
        target = line.target if isinstance(line, ast.AnnAssign) else line.targets[0]
        value = ast.literal_eval(line.value)
        kind = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else None
        found[ast.unparse(target)] = Parameter(kind or type(value).__name__, value)
    return found
