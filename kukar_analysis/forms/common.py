"""What several forms share: names, editions, headings, and what is said of the cells to type in."""

from __future__ import annotations

from collections.abc import Collection

from kukar_analysis import framework
from kukar_analysis.errors import DefinitionError, UsageError
from kukar_analysis.forms.draw import Caption, Column, Entry

UNANSWERED = "belum dijawab"
SCORE = Entry(
    prompt="Pilih 0 sampai 4. Angka desimal, seperti 2,75, boleh diketik: pilih Ya (Yes) bila Excel"
    f" bertanya. Pilih “{UNANSWERED}” bila nilainya belum ada.",
    options=("0", "1", "2", "3", "4", UNANSWERED),
    strict=False,
)
"""How a score is typed; the parts between the whole numbers are not refused."""
QUESTION_LISTS = "definitions/edition_questions.csv"
"""Where the lists of questions are on record."""
YES_NO = ("ya", "tidak")
OPEN_CELLS = (
    "Sel yang diisi",
    "Hanya sel berwarna kuning muda yang diisi. Sel lain dikunci tanpa kata sandi; bila baris tidak"
    " cukup, buka kuncinya lalu salin baris terakhir. Mohon tidak mengubah judul kolom.",
)
"""What the instructions of a list say of its cells."""


def heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by: the first on record, which the reader knows.

    Raises DefinitionError when the column has none, as a component that is new.
    """
    for layout in framework.load().layouts:
        if (layout.kind, layout.column) == (kind, column):
            return layout.headings.split(" | ")[0]
    raise DefinitionError(f"layouts.csv: {kind} has no heading for {column}; add a line")


def headings(kind: str) -> dict[str, str]:
    """Return the first heading of every column of a kind of list."""
    return {x.column: heading(kind, x.column) for x in framework.load().layouts if x.kind == kind}


def of_kind(kind: str, *named: tuple[str, float], entry: Entry | None = None) -> list[Column]:
    """Return columns of a kind of list, each (name, width), with what is typed in all of them."""
    return [Column(heading(kind, name), width, entry) for name, width in named]


def edition_of(year: int, asked: str | None, known: Collection[str], what: str, where: str) -> str:
    """Return the edition asked for, or the only one of the year among the `known` ones.

    Raises UsageError when there is none or more than one, naming what there is.
    """
    fw = framework.load()
    if asked is not None and fw.edition(asked).year != year:
        raise UsageError(f"edition {asked} is of {fw.edition(asked).year}, not of {year}")
    of_year = [e for e in known if fw.editions[e].year == year and asked in (None, e)]
    if not of_year:
        others = ", ".join(sorted(f"{fw.editions[e].year} ({e})" for e in known))
        raise UsageError(f"no {what} of {asked or year} is on record; known: {others} ({where})")
    if len(of_year) > 1:
        raise UsageError(f"{year} has several editions with a {what}: name {' or '.join(of_year)}")
    return of_year[0]


def agency_names() -> tuple[str, ...]:
    """Return the long names of all agencies, as a drop-down shows them."""
    return tuple(sorted(opd.name for opd in framework.load().opd.values()))


def place_captions(region_name: str, year: int) -> list[Caption]:
    """Return the captions that say where and when."""
    return [
        Caption(heading("caption", "region"), region_name),
        Caption(heading("caption", "year"), str(year)),
    ]
