"""The yearly Smart City evaluation of Kabupaten Kutai Kartanegara, from letters to answers.

Regions go by their Kemendagri code as text ("64.02" is Kukar), scores from 0 to 4. The tables are
written by `kukar clean`; what is not on record is null or an empty frame, never filled in.

    >>> import kukar_analysis as ka
    >>> ka.indices("Kukar")[["year", "index", "known"]]
       year  index    known
    0  2022   2.82  implied
    1  2023   2.82  printed
    >>> ka.ranks(2023, "64.02")[["scope", "rank", "of"]]
          scope  rank   of
    0  national    73  130
    1     group    27   58
    2  province     5    7
    >>> ka.trace(2023, "64.02", "collaboration")[["value", "place", "heading", "raw"]]
       value   place             heading  raw
    0    1.2  l37:c8  PROGRAM KOLABORASI  1,2

`help(ka.ranks)` says what a function returns; a word that is not known is answered with those that
come near. `show` makes a frame a table, a figure with its finding, a sentence; `say` has sentences
that branch, as say.standing(2023, "Kukar"); `framework`.load() the regions, pillars and questions.
"""

import csv
import textwrap
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from types import ModuleType

__version__ = "0.5.0"
with open(f"{__path__[0]}/offered.csv", encoding="utf-8", newline="") as _file:
    _LINES = [*csv.DictReader(_file)]
"""Functions by the name that is typed, of `ka` or `say`; `gone`: what a name of before became."""
OFFERED = tuple(dict.fromkeys(line["module"] for line in _LINES if line["of"] == "ka"))
"""The modules of analysis/ that offer something."""
_MODULES = ("framework", "say", "show")


def _named(of: str) -> dict[str, dict[str, str]]:
    return {line["name"]: line for line in _LINES if line["of"] == of}


def _help(of: str) -> str:
    subjects: dict[str, list[str]] = {}
    for name, line in _named(of).items():
        said = f"{name} ({line['says']})" if line["says"] else name
        subjects.setdefault(line["subject"], []).append(said)
    each = (f"{subject:12}{', '.join(names)}" for subject, names in subjects.items())
    return "\n".join(textwrap.fill(said, 100, subsequent_indent=" " * 12) for said in each)


def _offered(of: str, name: str) -> object:
    """Return a function that checks what it is given, imported now: pandas takes half a second.

    AttributeError says what took the place of a name, or which come near.
    """
    known, gone = _named(of), _named("gone")
    if name not in known:
        near = ", ".join(get_close_matches(name, [*known, *_MODULES], 3, 0.5))
        said = f"it became {gone[name]['says']}" if name in gone else f"nearest: {near or 'none'}"
        raise AttributeError(f"{__name__} has no {name!r}; {said}", name=name)
    module, function = known[name]["module"], known[name]["function"]
    checked = import_module(f"{__name__}.analysis.told").checked
    return checked(getattr(import_module(f"{__name__}.analysis.{module}"), function))


def __getattr__(name: str) -> object:
    if name in ("framework", "show"):
        return import_module(f"{__name__}.{name}")
    return _offered("ka", name)


def __dir__() -> list[str]:
    return [*__all__, "__all__", "__doc__", "__name__", "__version__"]


__doc__ = f"{__doc__}\n{_help('ka')}\n"
__all__ = sorted([*_MODULES, *_named("ka")])
say = ModuleType(
    f"{__name__}.say",
    f"""Sentences that branch, as `ka.say.standing(2023, "Kukar")`: each stands beside its frame.

They take year and region as the frames do, and return a text or a list of texts; "" or an empty
list where there is nothing to say.

{_help("say")}
""",
)
vars(say).update(__getattr__=partial(_offered, "say"), __all__=sorted(_named("say")))
vars(say).update(__dir__=lambda: [*say.__all__, "__doc__", "__name__"])
