"""What a cell shows: text that stays text, and tables that a screen reader can follow."""

import pytest
from matplotlib.figure import Figure
from reading import Drawn, Page, table

from kukar_analysis import display
from kukar_analysis.display import Column

PLANTED = "<script>alert(\"x\")</script> & 'y' {{ 7 * 7 }} {% raw %} &amp; </td>"
COLUMNS = [Column("Daerah"), Column("Nilai", numeric=True)]
SHOWN = {
    "table": display.table(
        PLANTED, [Column(PLANTED), Column(PLANTED, True)], [[PLANTED, PLANTED]], note=PLANTED
    ),
    "prose": display.prose(PLANTED, f"sebelum **{PLANTED}** sesudah"),
    "items": display.items([PLANTED, PLANTED]),
    "empty place": display.empty_place(PLANTED, PLANTED),
    "figure": display.figure(Figure(), PLANTED),
}
TAGS = {
    "table": "div table caption thead tr th th tbody tr th td p",
    "prose": "div p p strong",
    "items": "ul li li",
    "empty place": "div p strong",
    "figure": "figure img",
}
TIMES = {"table": 6, "prose": 2, "items": 2, "empty place": 2, "figure": 0}


@pytest.mark.parametrize("kind", SHOWN)
def test_text_from_data_never_becomes_markup(kind):
    page = Page(SHOWN[kind].html)
    assert " ".join(tag for tag, _ in page.tags) == TAGS[kind]
    assert page.text.count(PLANTED) == TIMES[kind]


def test_an_alternative_text_stays_whole_in_its_attribute():
    (image,) = Page(SHOWN["figure"].html).all("img")
    assert image["alt"] == PLANTED
    assert set(image) == {"alt", "src"}


def test_a_table_has_a_caption_and_every_head_says_what_it_heads():
    shown = display.table("Judul", COLUMNS, [["A", "1,00"], ["B", "2,00"]], note="Catatan")
    assert table(shown).caption == "Judul"
    assert table(shown).records() == [
        {"Daerah": "A", "Nilai": "1,00"},
        {"Daerah": "B", "Nilai": "2,00"},
    ]
    scopes = [head["scope"] for head in Page(shown.html).all("th")]
    assert scopes == ["col", "col", "row", "row"]


def test_numbers_are_set_apart_and_marked_rows_stand_out():
    shown = display.table("Judul", COLUMNS, [["A", "1,00"], ["B", "2,00"]], marked=[1])
    classes = [attrs.get("class") for _, attrs in Page(shown.html).tags if attrs.get("class")]
    assert classes == ["table", "number", "number", "own", "number"]
    assert table(shown).own == [1]


def test_plain_text_says_the_same_as_the_page():
    shown = display.table("Judul", COLUMNS, [["A", "1,00"]], note="Catatan")
    assert repr(shown) == shown.text == "Judul\nDaerah | Nilai\nA | 1,00\nCatatan"
    assert shown._repr_mimebundle_() == {"text/html": shown.html, "text/plain": shown.text}


def test_stars_around_words_make_them_bold_and_are_not_shown():
    shown = display.prose("Indeks **2,82** dari 4", kind="answer")
    assert "<strong>2,82</strong>" in shown.html
    assert Page(shown.html).text == shown.text == "Indeks 2,82 dari 4"
    assert Page(shown.html).all("div") == [{"class": "answer"}]


def test_a_figure_carries_its_alternative_text_and_no_time_of_making():
    drawn = Drawn(display.figure(Figure(), "Kosong"))
    assert drawn.alt == "Kosong"
    assert "<dc:date>" not in drawn.source
    assert display.figure(Figure(), "Kosong") == display.figure(Figure(), "Kosong")


def test_a_dollar_in_any_word_of_a_figure_begins_no_formula():
    word = r"Pasar $\frac{UMKM $"
    drawn = Figure()
    axes = drawn.subplots()
    axes.barh([f"{word} {n}" for n in range(20)], range(20), label=f"{word} legend")
    axes.set(title=f"{word} title", xlabel=f"{word} axis")
    axes.annotate(f"{word} note", (1, 1))
    axes.legend()
    drawn.suptitle(f"{word} finding")
    words = Drawn(display.figure(drawn, "Pasar")).words
    said = ["0", "19", "legend", "title", "axis", "note", "finding"]
    assert {f"{word} {part}" for part in said} <= set(words)
