"""What `ka` and `ka.say` offer, imported when it is asked for: pandas alone takes half a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from importlib import import_module

PACKAGE = __name__.partition(".")[0]


def offered(
    by_name: Mapping[str, str], name: str, instead: str | None = None, besides: Iterable[str] = ()
) -> object:
    """Return a function that is offered as `module:function`, which checks what it is given.

    AttributeError says what took the place of a name (`instead`), or which come near.
    """
    if name not in by_name:
        known = [*by_name, *besides]
        near = get_close_matches(name, known, 3, 0.5)
        said = f"{'nearest' if near else 'known'}: {', '.join(near or known)}"
        said = f"it became {instead}" if instead else said
        raise AttributeError(f"{PACKAGE} has no {name!r}; {said}", name=name)
    module, _, function = by_name[name].partition(":")
    checked = import_module(f"{PACKAGE}.analysis.asked").checked
    found: object = checked(getattr(import_module(f"{PACKAGE}.{module}"), function))
    return found
