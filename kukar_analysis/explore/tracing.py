"""From a figure to its cells, on the screen."""

from __future__ import annotations

import re
from typing import Any

import ipywidgets as widgets
import pandas as pd

from kukar_analysis import display, formats
from kukar_analysis.analysis import gaps, origins
from kukar_analysis.display import Column, Shown
from kukar_analysis.errors import KukarError
from kukar_analysis.explore.choosing import Choice
from kukar_analysis.explore.showing import html

_STATES = {
    "found": "",
    "changed": " (berkas berubah sejak `kukar clean` terakhir)",
    "no_file": "berkas tidak ada di folder mentah",
    "unreadable": "berkas tidak dapat dibaca lagi",
    "no_cell": "sel itu tidak ada lagi di berkas",
}
_PLACES = (
    (r"l(\d+):c(\d+)", "baris {0}, kolom {1}"),
    (r"l(\d+)", "baris {0}"),
    (r"(.+)!([A-Z]+\d+)", "lembar {0}, sel {1}"),
    (r"p(\d+):r(\d+)", "halaman {0}, nilai ke-{1}"),
)


def trace(choice: Choice) -> widgets.Widget:
    """Return the drop-down of figures, and the cells of the one that is chosen."""
    pick = widgets.Dropdown(
        description="Angka", layout={"width": "40em"}, style={"description_width": "7em"}
    )
    place = widgets.HTML()

    def offer(_: Any = None) -> None:
        known = origins.figures(choice.year, choice.region)
        kept = choice.figure if choice.figure in known else next(iter(known), "")
        pick.options = [(name, id_) for id_, name in known.items()] or [("tidak tercatat", "")]
        pick.value = kept
        choice.figure = kept
        follow()

    def follow(_: Any = None) -> None:
        place.value = html([cells(choice)])

    def picked(change: Any) -> None:
        choice.figure = change["new"] or ""

    offer()
    pick.observe(picked, "value")
    choice.observe(follow, "figure")
    choice.observe(offer, ["year", "region"])
    return widgets.VBox([pick, place])


def cells(choice: Choice) -> Shown:
    """Show where a figure came from: file, place, and what stands there now."""
    try:
        named = origins.figures(choice.year, choice.region).get(choice.figure)
        found = origins.trace(choice.year, choice.region, choice.figure) if named else None
    except KukarError as error:
        return display.empty_place("Belum dapat ditelusuri.", str(error))
    if named is None or found is None:
        gap = gaps.index_gap(choice.year, choice.region)
        return display.empty_place("Angka ini tidak tercatat.", gap.waits_for if gap else "")
    heads = ["Angka", "Nilai", "Asal", "Letak", "Judul kolom", "Isi sel sekarang"]
    return display.table(
        f"Asal angka: {named}, {choice.year}",
        [Column(head, numeric=head == "Nilai") for head in heads],
        [_row(cell) for cell in found.itertuples()],
        marked=[i for i, role in enumerate(found["role"]) if role == "stated"],
        note=_note(found),
    )


def _row(cell: Any) -> list[str]:
    stated = cell.heading if isinstance(cell.heading, str) else formats.NOTHING
    raw = (cell.raw if isinstance(cell.raw, str) else "") + _STATES[cell.state]
    decimals = len(f"{cell.value:.10g}".partition(".")[2])
    is_score = cell.table != "official_statistics"
    value = formats.number(cell.value, 2 if is_score else decimals)
    return [cell.name, value, cell.origin, in_words(cell.place), stated, raw or "(kosong)"]


def in_words(place: str) -> str:
    """Return a place in words: `l37:c3` is baris 37, kolom 3."""
    for pattern, words in _PLACES:
        found = re.fullmatch(pattern, place)
        if found:
            return words.format(*found.groups())
    return place


def _note(found: pd.DataFrame) -> str:
    where = "Berkas ada di bawah folder mentah (data/raw) dan dibaca ulang saat ini."
    stated = int((found["role"] == "stated").sum())
    if not stated:
        return f"Angka ini tidak tercetak; dihitung dari {len(found)} sel di atas. {where}"
    if stated == len(found):
        return where
    return f"Baris tebal: sel yang menyatakan angka itu; lainnya: bagian pembentuknya. {where}"
