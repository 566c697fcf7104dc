"""Sentences, lists and empty places: text that stays text, and is safe in HTML.

`missing` is, here and everywhere in show/, what is not on record: nothing, a sentence, several, or
a frame with a column `sentence`. Where there is some, it takes the place of what was to be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pandas as pd
from jinja2 import DictLoader, Environment, StrictUndefined
from matplotlib.figure import Figure

from kukar_analysis import formats
from kukar_analysis.show.cells import column

Missing: TypeAlias = str | Iterable[str] | pd.DataFrame | None
_TEMPLATES = {
    "prose": """\
{% from "bold" import bold %}<div class="{{ kind }}">
{%- for sentence in sentences %}<p>{{ bold(sentence) }}</p>{% endfor %}</div>""",
    "items": """\
{% from "bold" import bold %}{% if heading %}<p><strong>{{ heading }}</strong></p>{% endif -%}
<ul class="items">{% for item in sentences %}<li>{{ bold(item) }}</li>{% endfor %}</ul>""",
    "bold": """\
{% macro bold(sentence) %}{% for text in sentence.split("**") %}
{%- if loop.index0 is odd %}<strong>{{ text }}</strong>{% else %}{{ text }}{% endif %}
{%- endfor %}{% endmacro %}""",
    "table": """\
<div class="table" role="region" tabindex="0" aria-label="{{ caption }}"><table>
<caption>{{ caption }}</caption>
<thead><tr>
{%- for c in columns -%}
<th scope="col"{% if c.numeric %} class="number"{% endif %}>{{ c.heading }}</th>
{%- endfor %}</tr></thead>
<tbody>
{%- for row in rows %}
<tr{% if marked[loop.index0] %} class="own"{% endif %}>
{%- for cell in row %}
{%- if loop.first %}<th scope="row">{{ cell }}</th>
{%- else %}<td{% if columns[loop.index0].numeric %} class="number"{% endif %}>{{ cell }}</td>
{%- endif %}{% endfor %}</tr>
{%- endfor %}
</tbody></table>
{%- for note in notes %}<p class="note">{{ note }}</p>{% endfor %}</div>""",
    "figure": """\
<figure class="drawn"><img alt="{{ alt }}" src="data:image/svg+xml;base64,{{ data }}"></figure>""",
}
_STYLE = """\
<style class="show">.jp-RenderedHTMLCommon {
.table { overflow-x: auto; }
.table :is(caption, th, td) { text-align: left; }
.table caption { font-weight: bold; }
.table .number { text-align: right; }
.table tbody tr:not(.own) th { font-weight: normal; }
.table .own td { font-weight: bold; }
.answer { border-left: .35em solid #0b3c6f; padding-left: 1em; font-size: 1.15em; }
.empty-place { border: 1px dashed #8a6d1d; padding: 0 1em; }
.drawn { margin: 0; max-width: 42rem; }
.drawn img { width: 100%; }
}</style>
"""
"""For Lab alone; a page has a style of its own, and leaves this out (report/page.py)."""
_ENVIRONMENT = Environment(
    loader=DictLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
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
        return {"text/html": _STYLE + self.html, "text/plain": self.text}

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
    names = list(dict.fromkeys(_texts(frame, column)))
    if most is not None and len(names) > most:
        names = [*names[:most], f"{len(names) - most} lainnya"]
    return formats.listed(names) or formats.NOTHING


def listed(frame: pd.DataFrame, label: str, value: str) -> str:
    """Return two columns in words: `A 3,20; B 2,80`."""
    return "; ".join(map(" ".join, zip(_texts(frame, label), _texts(frame, value), strict=True)))


def render(template: str, **values: Any) -> str:
    """Return a template of this module with its values, escaped."""
    return _ENVIRONMENT.get_template(template).render(**values)


def _texts(frame: pd.DataFrame | pd.Series, name: str) -> list[str]:
    return column(frame if isinstance(frame, pd.Series) else frame[name]).texts
