"""What `import kukar_analysis as ka` offers at a prompt, with the words that are typed checked.

Inside the package the functions are called by themselves: what they are given is known there.
"""

from __future__ import annotations

import functools
import importlib
import inspect
from collections.abc import Callable
from typing import Any

from kukar_analysis import framework
from kukar_analysis.analysis import priorities

_FUNCTIONS = {
    "compare": [
        "component_gaps",
        "component_profile",
        "components_between",
        "decompose_change",
        "index_value",
        "participants",
        "questions_between",
        "ranks",
        "under_other_group",
        "whole_field",
    ],
    "priorities": ["alone", "rooms", "shortest_way", "what_if"],
}
_CHECKED_THEMSELVES = {
    "read_table": ("store", "read"),
    "figures": ("analysis.origins", "figures"),
    "trace": ("analysis.origins", "trace"),
}
_POINTS = ("target", "step")


@functools.cache
def named(name: str) -> Any:
    """Return a function that the package offers by this name."""
    module, own = _CHECKED_THEMSELVES.get(name, (None, name))
    if module:
        return getattr(importlib.import_module(f"kukar_analysis.{module}"), own)
    (module,) = (module for module, names in _FUNCTIONS.items() if name in names)
    return checked(getattr(importlib.import_module(f"kukar_analysis.analysis.{module}"), name))


def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that raises UsageError where a year or region is not known.

    Numbers that are points may be typed as 3 or 3.0; the function gets the exact decimal.
    """
    takes = inspect.signature(function)

    @functools.wraps(function)
    def wrapper(*args: Any, **options: Any) -> Any:
        given = takes.bind(*args, **options)
        for name, value in given.arguments.items():
            given.arguments[name] = _known(name, value)
        return function(*given.args, **given.kwargs)

    return wrapper


def _known(name: str, value: Any) -> Any:
    fw = framework.load()
    if name in ("year", "from_year", "to_year"):
        return fw.year(value)
    if name == "region":
        return fw.region(value).region
    return priorities.points(value, name) if name in _POINTS else value
