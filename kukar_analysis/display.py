"""What a notebook cell shows: one class, and the templates that make text into safe HTML.

Every text that comes from data or definitions is escaped by the templates (autoescape), so it can
never become markup. `text/plain` says the same in words, for a terminal and for nbval.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from jinja2 import DictLoader, Environment, StrictUndefined
from matplotlib.figure import Figure
from matplotlib.text import Text

_TEMPLATES = {
    "table": """\
<div class="table"><table>
<caption>{{ caption }}</caption>
<thead><tr>
{%- for c in columns -%}
<th scope="col"{% if c.numeric %} class="number"{% endif %}>{{ c.label }}</th>
{%- endfor %}</tr></thead>
<tbody>
{%- for row in rows %}
<tr{% if loop.index0 in marked %} class="own"{% endif %}>
{%- for cell in row %}
{%- if loop.first %}<th scope="row">{{ cell }}</th>
{%- else %}<td{% if columns[loop.index0].numeric %} class="number"{% endif %}>{{ cell }}</td>
{%- endif %}{% endfor %}</tr>
{%- endfor %}
</tbody></table>
{%- if note %}<p class="note">{{ note }}</p>{% endif %}</div>""",
    "prose": """\
<div class="{{ kind }}">
{%- for paragraph in paragraphs %}<p>{% for text in paragraph.split("**") %}
{%- if loop.index0 is odd %}<strong>{{ text }}</strong>{% else %}{{ text }}{% endif %}
{%- endfor %}</p>{% endfor %}</div>""",
    "items": """\
<ul class="{{ kind }}">{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>""",
    "figure": """\
<figure><img alt="{{ alt }}" src="data:image/svg+xml;base64,{{ data }}"></figure>""",
}
_ENVIRONMENT = Environment(
    loader=DictLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True)
class Column:
    """A column of a shown table."""

    label: str
    numeric: bool = False


@dataclass(frozen=True)
class Cells:
    """What a shown table holds, for whoever exports it."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    note: str


@dataclass(frozen=True)
class Shown:
    """Something to show: HTML for the page, plain text for everything else.

    `content` is what a table or figure was made from; words have none.
    """

    html: str
    text: str
    content: Cells | Figure | None = field(default=None, compare=False, repr=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text or "<nothing to show: the table beside it says what is not on record>"


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    *,
    note: str = "",
    marked: Sequence[int] = (),
) -> Shown:
    """Return a table of formatted cells; the first names its row, `marked` rows stand out."""
    html = _render(
        "table", caption=caption, columns=columns, rows=rows, note=note, marked=set(marked)
    )
    lines = [caption, " | ".join(c.label for c in columns)]
    lines += [" | ".join(row) for row in rows]
    text = "\n".join(lines + ([note] if note else []))
    return Shown(html, text, Cells(caption, columns, rows, note))


def prose(*paragraphs: str, kind: str = "prose") -> Shown:
    """Return paragraphs; `**` around words makes them bold, all else is text."""
    text = "\n\n".join(paragraphs).replace("**", "")
    return Shown(_render("prose", paragraphs=paragraphs, kind=kind), text)


def items(texts: Sequence[str], kind: str = "items") -> Shown:
    """Return a bulleted list."""
    return Shown(_render("items", items=texts, kind=kind), "\n".join(f"- {t}" for t in texts))


def empty_place(what: str, waits_for: str) -> Shown:
    """Return what stands where something is not on record, and what would fill the place."""
    return prose(f"**{what}** {waits_for}", kind="empty-place")


def nothing() -> Shown:
    """Return what a figure is where its table already shows the empty place."""
    return Shown("", "")


def figure(drawn: Figure, alt: str) -> Shown:
    """Return a figure as SVG, the same bytes for the same figure, with its alternative text.

    Its words come from data, so that `$` in them is a sign and begins no formula.
    """
    buffer = io.BytesIO()
    for text in drawn.findobj(Text):
        text.set_parse_math(False)
    with mpl.rc_context({"text.parse_math": False}):  # ticks are made while it is drawn
        drawn.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    data = base64.b64encode(buffer.getvalue()).decode()
    return Shown(_render("figure", alt=alt, data=data), alt, drawn)


def _render(template: str, **values: Any) -> str:
    return _ENVIRONMENT.get_template(template).render(**values)
