"""The figures and tables of a choice, in tabs; the tab that is open follows the choice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from kukar_analysis import display, framework, narrative, plots, show, tables
from kukar_analysis.analysis import missing, pillars
from kukar_analysis.display import Shown
from kukar_analysis.errors import KukarError
from kukar_analysis.explore import choosing, peers
from kukar_analysis.explore.choosing import Choice

FOLLOWED = ["year", "before", "region", "pillar", "peers", "view"]
STYLE = """<style>
.kukar { line-height: 1.45; font-size: var(--jp-ui-font-size1); }
.kukar figure { margin: 1em 0; } .kukar img { max-width: 100%; background: white; }
.kukar table { border-collapse: collapse; } .kukar .table { overflow-x: auto; margin: 1em 0; }
.kukar caption { text-align: left; font-weight: 600; padding: 0.3em 0; }
.kukar th, .kukar td { padding: 0.25em 0.7em; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--jp-border-color2); }
.kukar .number { text-align: right; font-variant-numeric: tabular-nums; }
.kukar .own { background: var(--jp-layout-color2); font-weight: 600; }
.kukar .note { color: var(--jp-ui-font-color2); max-width: 60em; margin: 0.4em 0; }
.kukar .answer, .kukar .prose { max-width: 60em; }
.kukar .empty-place { max-width: 60em; border-left: 4px solid #b35900; padding: 0.1em 1em; }
</style>"""


def _index(c: Choice) -> list[Shown]:
    return [
        narrative.index(c.year, c.region),
        plots.components(c.year, c.region),
        tables.components(c.year, c.region),
    ]


def _rank(c: Choice) -> list[Shown]:
    return [
        plots.distribution(c.year, c.region),
        tables.ranks(c.year, c.region),
        tables.neighbours(c.year, c.region),
    ]


def _pillar(c: Choice) -> list[Shown]:
    questions = pillars.pillar_questions(c.year, c.region, c.pillar)
    lacking = missing.missing("question_scores", c.year, c.region)
    figures = pillars.statistics(c.year, c.region, c.pillar)
    name = framework.load().pillars[c.pillar].name
    made = [
        show.table(questions, f"Butir {name} {c.year}", missing=lacking),
        show.table(figures, f"Angka resmi dan angka pers sampai {c.year}"),
    ]
    return [Shown(part.html, part.text) for part in made]


def _years(c: Choice) -> list[Shown]:
    if c.before is None:
        waits = "Tahun pertama yang tercatat tidak punya pembanding."
        return [display.empty_place(f"Tidak ada tahun sebelum {c.year}.", waits)]
    asked = c.region, c.before, c.year
    return [
        narrative.years(*asked),
        plots.waterfall(*asked),
        tables.change_effects(*asked),
        plots.components_between(*asked),
        tables.components_between(*asked),
    ]


def _peers(c: Choice) -> list[Shown]:
    asked = c.year, c.region, c.peers
    return [peers.figure(*asked), peers.table(*asked)]


VIEWS: dict[str, Callable[[Choice], list[Shown]]] = {
    "Indeks": _index,
    "Peringkat": _rank,
    "Pilar": _pillar,
    "Antar tahun": _years,
    "Pembanding": _peers,
}


def shown(choice: Choice) -> list[Shown]:
    """Return what the open tab shows; a reason where it cannot be made, as without tables."""
    try:
        return [part for part in VIEWS[choice.view](choice) if part.html]
    except KukarError as error:
        return [display.empty_place("Belum dapat ditampilkan.", str(error))]


def html(parts: list[Shown]) -> str:
    """Return shown parts as the HTML of one widget."""
    return f'<div class="kukar">{"".join(part.html for part in parts)}</div>'


def figures(choice: Choice) -> widgets.Widget:
    """Return the drop-downs and the tabs whose figures and tables follow them."""
    places = {view: widgets.HTML() for view in VIEWS}
    tabs = widgets.Tab(list(places.values()), titles=list(VIEWS))
    tabs.selected_index = list(VIEWS).index(choice.view)

    def follow(_: Any = None) -> None:
        places[choice.view].value = html(shown(choice))

    def opened(change: Any) -> None:
        choice.view = list(VIEWS)[change["new"]]

    choice.observe(follow, FOLLOWED)
    tabs.observe(opened, "selected_index")
    follow()
    return widgets.VBox([widgets.HTML(STYLE), choosing.panel(choice), tabs])
