"""Fingerprints of what reports are made from. Standard library only: nothing to do is said at once.

`whole` tells whether anything at all has changed; `program_of` and `versions` what a notebook's
own code is. The rows and definitions that a report looked at are compared in stale.py.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import kukar_analysis

PACKAGE = Path(kukar_analysis.__file__).parent
PAGE_MODULES = ("kukar_analysis.report.site", "kukar_analysis.report.page")
"""What makes a page of an executed notebook; with the templates it is part of every report."""
_LIBRARIES = (
    "babel", "ipykernel", "jinja2", "matplotlib", "nbconvert", "numpy", "pandas", "papermill",
    "pyarrow", "seaborn",
)  # fmt: skip
"""Libraries of which another version may give another page."""


def of_bytes(content: bytes) -> str:
    """Return the fingerprint of a content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def of_file(path: Path) -> str:
    """Return the fingerprint of a file's content; of one that cannot be read, an empty text."""
    try:
        return of_bytes(path.read_bytes())
    except OSError:
        return ""


def of_text(text: str) -> str:
    """Return the fingerprint of a text."""
    return of_bytes(text.encode())


def versions() -> dict[str, str]:
    """Return the versions that matter, by name."""
    found = {name: metadata.version(name) for name in _LIBRARIES}
    return {"python": sys.version.split()[0], "kukar": kukar_analysis.__version__} | found


def program() -> str:
    """Return the fingerprint of the package: code, definitions, templates, and their places."""
    kept = (p for p in sorted(PACKAGE.rglob("*")) if p.is_file() and p.suffix != ".pyc")
    return _listed(PACKAGE, kept)


def whole(notebooks: Path, processed: Path, raw: Path) -> str:
    """Return the fingerprint of everything that reports can depend on."""
    parts = [
        program(),
        _listed(notebooks, sorted(notebooks.glob("*.ipynb"))),
        _listed(processed, sorted(processed.glob("*.parquet"))),
        of_file(raw / "SOURCES.csv"),
        # on paper only
        of_file(PACKAGE.parent / "docs" / "metode.md"),
        metadata.version("weasyprint"),
        json.dumps(versions(), sort_keys=True),
    ]
    return of_text("\n".join(parts))


def _listed(folder: Path, paths: Iterable[Path]) -> str:
    return of_text("\n".join(f"{p.relative_to(folder).as_posix()} {of_file(p)}" for p in paths))


def program_of(notebook: Path) -> dict[str, str]:
    """Return the fingerprints of the package's files that a notebook's report is made with.

    By path under the package: the modules it imports and all that these import, those that make
    the page, and the templates.
    """
    imported = imported_by(notebook)
    known = set(_modules()) if imported is None else imported
    used = _closure(frozenset(known | set(PAGE_MODULES)))
    templates = sorted(PACKAGE.joinpath("report", "templates").iterdir())
    files = [_modules()[name] for name in sorted(used)] + templates
    return {path.relative_to(PACKAGE).as_posix(): of_file(path) for path in files}


def imported_by(notebook: Path) -> set[str] | None:
    """Return the package's modules that a notebook imports itself.

    None where that cannot be told: it cannot be read, has magics, or takes words from the
    package's root.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        tree = ast.parse("\n".join(code))
    except Exception:  # its report fails by name when it is made
        return None
    return None if _takes_from_root(tree) else set(_imports(tree))


def _takes_from_root(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and PACKAGE.name in (alias.name for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE.name:
            names = {f"{PACKAGE.name}.{alias.name}" for alias in node.names}
            if not names <= set(_modules()):
                return True
    return False


@cache
def _modules() -> dict[str, Path]:
    """Return the package's modules with their files; the root, which imports on demand, is not."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    del found[PACKAGE.name]
    return found


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the package's modules that a piece of code imports, wherever in it."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        yield from (name for name in names if name in _modules())


@cache
def _imported_by(module: str) -> frozenset[str]:
    found = set(_imports(ast.parse(_modules()[module].read_text(encoding="utf-8"))))
    parts = module.split(".")
    # importing a.b.c runs a.b first
    found |= {".".join(parts[:n]) for n in range(2, len(parts))}
    return frozenset(found)


@cache
def _closure(modules: frozenset[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting += _imported_by(module)
    return frozenset(found)
