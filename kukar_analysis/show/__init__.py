"""What shows: frame -> table, matplotlib figure -> page figure, sentence -> text.

    show.answer(f"Terkuat: {show.named(best)}.", missing=missing)
    show.table(frame, "Komponen 2023", mark="quick_wins")
    show.figure(ax, "Temuan sebagai judul", alt=show.listed(frame, "component", "score"))

Headings, formats and names of ids are those of definitions/columns.csv. Everything is escaped;
in sentences `**bold**` and nothing else is markup. In Lab a cell shows what it ends with.
"""

from kukar_analysis.formats import day as date
from kukar_analysis.formats import number
from kukar_analysis.show.drawings import rank_intervals, risk_matrix, waterfall
from kukar_analysis.show.figure import (
    BEFORE,
    INK,
    NOW,
    OTHERS,
    PALETTE,
    PAST_AND_NOW,
    axes,
    figure,
    style,
)
from kukar_analysis.show.table import sources, table
from kukar_analysis.show.words import Shown, answer, empty, items, listed, named, note

__all__ = [
    "BEFORE",
    "INK",
    "NOW",
    "OTHERS",
    "PALETTE",
    "PAST_AND_NOW",
    "Shown",
    "answer",
    "axes",
    "date",
    "empty",
    "figure",
    "items",
    "listed",
    "named",
    "note",
    "number",
    "rank_intervals",
    "risk_matrix",
    "sources",
    "style",
    "table",
    "waterfall",
]
