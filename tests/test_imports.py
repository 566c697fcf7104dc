"""A module imports only from what stands before it, and importing costs little."""

import ast
import graphlib
import subprocess
import sys

import pytest

from kukar_analysis import paths

PACKAGE = "kukar_analysis"
_WAY = """
errors paths outputs places framework formats score suggest respondents store
read clean check analysis show forms report cli __main__
"""
PARTS = _WAY.split()
"""The folders and modules of the package in the way of the data; within one, no circle."""
ALONE = {"errors", "paths", "places", "outputs", "framework.facts", "formats"}
"""Modules that need no other."""
RECOMPUTES = {"check": {"errors", "framework", "places", "score"}}
"""Checking must not lean on what made the tables it checks."""


def sources():
    """Return the text of every module by its name inside the package."""
    folder = paths.ROOT / PACKAGE
    parts = {path: path.relative_to(folder).with_suffix("").parts for path in folder.rglob("*.py")}
    names = {path: ".".join(p for p in own if p != "__init__") for path, own in parts.items()}
    return {name: path.read_text(encoding="utf-8") for path, name in names.items() if name}


def imported(source, known):
    """Return the modules of the package that a source imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module if node.level == 0 else f"{PACKAGE}.(relative)"
            names = [f"{base}.{alias.name}" for alias in node.names]
            found |= {n if n.removeprefix(f"{PACKAGE}.") in known else base for n in names}
    return {n.removeprefix(f"{PACKAGE}.") for n in found if n.startswith(f"{PACKAGE}.")}


def faults(modules):
    """Return `module -> imported` for every import of what does not stand before the module."""
    found = []
    for name, source in modules.items():
        own = name.split(".")[0]
        before = {*PARTS[: PARTS.index(own)], own}
        allowed = set() if name in ALONE else RECOMPUTES.get(name, before)
        others = imported(source, modules)
        found += [f"{name} -> {other}" for other in others if other.split(".")[0] not in allowed]
    return sorted(found)


def order(modules):
    """Return the modules, each after those that it imports; CycleError where there is a circle."""
    graph = {name: imported(source, modules) - {name} for name, source in modules.items()}
    return [*graphlib.TopologicalSorter(graph).static_order()]


def test_a_module_imports_only_from_what_stands_before_it():
    modules = sources()
    assert faults(modules) == []
    assert len(order(modules)) >= len(modules) > 20


def test_a_wrong_direction_and_a_circle_would_be_seen_in_every_way_of_importing():
    invented = {
        "framework": "",
        "places": "from kukar_analysis import framework",
        "show.words": "def late():\n    from kukar_analysis.show import table",
        "show.table": "from . import figure\nfrom kukar_analysis.show.words import columns",
        "analysis": "if False:\n    import kukar_analysis.report.registry",
    }
    wrong = ["analysis -> report.registry", "places -> framework", "show.table -> (relative)"]
    assert faults(invented) == wrong
    with pytest.raises(graphlib.CycleError):
        order({name: invented[name] for name in ("show.words", "show.table")})


def test_importing_the_package_does_no_work_and_the_command_line_loads_no_pandas():
    for module, alone in ((PACKAGE, {PACKAGE}), (f"{PACKAGE}.cli", None)):
        command = [sys.executable, "-c", f"import {module}, sys\nprint(*sys.modules)"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        loaded = set(ran.stdout.split())
        own = {name for name in loaded if name.startswith(PACKAGE)}
        assert own == alone or (alone is None and module in own)
        assert loaded.isdisjoint({"pandas", "numpy", "matplotlib", "papermill", "nbconvert"})
