"""Sentences, lists and empty places: text that stays text, and is safe in HTML.

`missing` is, here and everywhere in show/, what is not on record: nothing, a sentence, several, or
a frame with a column `sentence`. Where there is some, it takes the place of what was to be shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from kukar_analysis import formats
from kukar_analysis.show.cells import column

Missing: TypeAlias = str | Iterable[str] | pd.DataFrame | None
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
)


@dataclass(frozen=True)
class Shown:
    """Something shown: HTML for Lab and the page, plain text for terminals and nbval.

    `frame` is the frame that a table was given, `figure` matplotlib's figure.
    """

    html: str
    text: str
    frame: pd.DataFrame | None = field(default=None, compare=False, repr=False)
    figure: Figure | None = field(default=None, compare=False, repr=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": render("lab") + self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def answer(*sentences: str, missing: Missing = None) -> Shown:
    """Return the answer of a page, or what is missing for one."""
    return empty(missing) if stated(missing) else prose("answer", *sentences)


def note(*sentences: str) -> Shown:
    """Return sentences between figures and tables."""
    return prose("prose", *sentences)


def items(sentences: Iterable[str], heading: str = "") -> Shown:
    """Return a bulleted list; nothing at all, heading included, where it has no items."""
    listed = list(sentences)
    if not listed:
        return Shown("", "")
    lines = [heading] * bool(heading) + [f"- {s}".replace("**", "") for s in listed]
    return Shown(render("items", sentences=listed, heading=heading), "\n".join(lines))


def empty(missing: Missing, what: str = "") -> Shown:
    """Return an empty place: what would stand there, and what it waits for."""
    return prose("empty-place", *[f"**{what}**"] * bool(what), *stated(missing))


def prose(kind: str, *sentences: str) -> Shown:
    """Return paragraphs in a box of a class of the page's style."""
    text = "\n\n".join(sentences).replace("**", "")
    return Shown(render("prose", kind=kind, sentences=sentences), text)


def stated(missing: Missing) -> list[str]:
    """Return the sentences of what is missing, each once; none where nothing is."""
    if isinstance(missing, pd.DataFrame):
        missing = missing["sentence"]
    found = [missing] if isinstance(missing, str) else [*(() if missing is None else missing)]
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def named(frame: pd.DataFrame | pd.Series, column: str = "label", most: int | None = None) -> str:
    """Return the names in a column as `A, B, dan C`; beyond `most`, `A, B, dan 3 lainnya`."""
    return formats.listed([*dict.fromkeys(_texts(frame, column))], most) or formats.NOTHING


def listed(frame: pd.DataFrame, label: str, value: str) -> str:
    """Return two columns in words: `A 3,20; B 2,80`."""
    return "; ".join(map(" ".join, zip(_texts(frame, label), _texts(frame, value), strict=True)))


def render(template: str, **values: Any) -> str:
    """Return a template with its values, escaped."""
    return _TEMPLATES.get_template(f"{template}.html").render(**values)


def _texts(frame: pd.DataFrame | pd.Series, name: str) -> list[str]:
    return column(frame if isinstance(frame, pd.Series) else frame[name]).texts
