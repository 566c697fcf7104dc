"""The project copied to another folder, where data may be added and code must not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from kukar_analysis import paths

PARTS = ("kukar_analysis", "notebooks", "tests", "pyproject.toml")
_COPIED: dict = {}
"""The modules of each project as it was copied."""
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def project(folder):
    """Copy what a program, its notebooks and its tests are made of into a folder; return it."""
    for part in PARTS:
        source = paths.ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=_UNWANTED)
        else:
            shutil.copy(source, folder / part)
    _COPIED[folder] = code_of(folder)
    return folder


def changed_code(folder):
    """Return the modules of a copied project that are not as they were copied."""
    now, before = code_of(folder), _COPIED[folder]
    return [name for name in {*now, *before} if now.get(name) != before.get(name)]


def code_of(folder):
    """Return the bytes of every module of a project, by its path."""
    package = folder / "kukar_analysis"
    return {p.relative_to(package).as_posix(): p.read_bytes() for p in package.rglob("*.py")}


def python(folder, *arguments):
    """Run Python on a copied project, in its folder; return what ended."""
    elsewhere = {k: v for k, v in os.environ.items() if not k.startswith("KUKAR_PRO")}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**elsewhere, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


def kukar(folder, *arguments):
    """Run `kukar` on a copied project, in its folder; return what ended."""
    return python(folder, "-m", "kukar_analysis", *arguments)
