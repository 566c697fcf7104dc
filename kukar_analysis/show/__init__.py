"""What shows: frame -> table, matplotlib figure -> page figure, sentence -> text.

    show.answer(f"Terkuat: {show.named(best)}.", missing=missing)
    show.table(frame, "Komponen 2023", mark="quick_wins")
    show.figure(ax, "Temuan sebagai judul", alt=show.listed(frame, "component", "score"))

Headings, formats and names of ids are those of definitions/columns.csv. Everything is escaped;
in sentences `**bold**` and nothing else is markup. In Lab a cell shows what it ends with.
"""

from kukar_analysis.formats import number
from kukar_analysis.show.drawings import rank_intervals, risk_matrix, waterfall
from kukar_analysis.show.figure import BEFORE, INK, NOW, OTHERS, PAST_AND_NOW, axes, figure
from kukar_analysis.show.words import answer, empty, items, listed, named, note, sources, table

__all__ = ["BEFORE", "INK", "NOW", "OTHERS", "PAST_AND_NOW", "answer", "axes", "empty", "figure"]
__all__ += ["items", "listed", "named", "note", "number", "rank_intervals", "risk_matrix"]
__all__ += ["sources", "table", "waterfall"]
