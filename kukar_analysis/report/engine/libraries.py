"""Which installed libraries a notebook imports, read from its cells without running them."""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path


def imported(sources: Iterable[str]) -> list[str]:
    """Return the modules that cells import outside functions and branches, each once, in order.

    Only what is installed as a package counts: a module that lies in a folder of its own, as one
    that is being worked on does, may change while kernels are forked, and they would not see it.
    A cell that is not plain Python (`%%bash`) is passed over.
    """
    return [name for name in dict.fromkeys(_names(sources)) if installed(name)]


def installed(name: str) -> bool:
    """Return whether a module belongs to a package in the interpreter's own folders."""
    spec = find_spec(name.partition(".")[0])
    if spec is None or spec.origin is None:
        return False
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return any(Path(spec.origin).is_relative_to(folder) for folder in folders)


def _names(sources: Iterable[str]) -> Iterator[str]:
    for source in sources:
        lines = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
        try:
            body = ast.parse("\n".join(lines)).body
        except SyntaxError:
            continue
        for node in body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
