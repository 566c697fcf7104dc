"""What is shown: a frame, a figure or a sentence, in Indonesian, safe, and the same in words."""

import datetime
import re
from decimal import Decimal
from urllib.parse import unquote

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import seaborn as sns
from reading import Page, table

import kukar_analysis as ka
from kukar_analysis import show
from kukar_analysis.errors import UsageError

pytestmark = pytest.mark.usefixtures("processed_env")

PLANTED = "<script>alert(\"x\")</script> & 'y' {{ 7 * 7 }} $\\frac{"
SCORES = pd.DataFrame({"component": ["outcome", "quick_wins", "collaboration"]}, index=[7, 3, 5])
SCORES = SCORES.assign(weight=[30, 20, 10], score=[3.2, np.nan, 2.675], effect=[0.1234, -0.02, 0.0])
SCORES["origin"] = ["2023/a.csv#l2", "2023/a.csv#l3", "2023/b.csv#l2"]


def source(shown):
    """Return the drawing of a figure as shown."""
    (image,) = Page(shown.html).all("img")
    return unquote(image["src"].split(",", 1)[1])


def words(shown):
    """Return the texts that a drawing holds, as matplotlib notes them beside their outlines."""
    return [word.strip() for word in re.findall("<!--(.*?)-->", source(shown))]


def test_a_frame_is_shown_by_the_definitions_of_its_columns_and_kept_as_it_was_given():
    shown = show.table(SCORES, "Komponen & bobot")
    assert table(shown).heads == ["Komponen", "Bobot", "Nilai", "Pengaruh pada indeks"]
    assert table(shown).rows == [
        ["Outcome", "30%", "3,20", "+0,123"],
        ["Quick Wins", "20%", "–", "−0,020"],
        ["Kolaborasi", "10%", "2,68", "0,000"],
    ]
    assert shown.frame is SCORES
    (box,) = Page(shown.html).all("div")  # which can be scrolled with the keyboard
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("region", "0", "Komponen & bobot")
    assert [h["scope"] for h in Page(shown.html).all("th")] == ["col"] * 4 + ["row"] * 3


def test_columns_are_chosen_and_ordered_and_get_other_headings():
    assert table(show.table(SCORES, "x", columns=["origin", "score"])).heads == ["Asal", "Nilai"]
    assert table(show.table(SCORES, "x", columns={"score": "Kita"})).heads[2] == "Kita"
    with pytest.raises(UsageError, match="'skor' is not in the frame; it has component, weight"):
        show.table(SCORES, "x", columns=["skor"])


def test_a_column_that_is_not_defined_goes_by_its_own_name_and_dtype():
    own = {
        "rasio": ([0.125, 2.0], "0,13", "2,00"),
        "jiwa": ([12345.0, np.nan], "12.345", "–"),
        "lulus": ([True, False], "ya", "tidak"),
        "harga": ([Decimal("1.125"), Decimal(2)], "1,125", "2"),
        "mulai": (pd.to_datetime(["2023-12-04", None]), "4 Desember 2023", "–"),
        "hari": ([datetime.date(2022, 12, 6), None], "6 Desember 2022", "–"),
        2023: (["a", "b"], "a", "b"),
    }
    made = table(show.table(pd.DataFrame({name: of[0] for name, of in own.items()}), "x"))
    assert made.heads == [*map(str, own)]
    assert made.rows == [[of[n] for of in own.values()] for n in (1, 2)]


WRITTEN = [
    ("budget", 1.5e9, "1.500.000.000"),
    ("share", 0.125, "13%"),
    ("target", 12.5, "12,5"),
    ("edition", "2023-kppn-ikn", "KPPN & IKN 2023"),
    ("likelihood", 3.0, "tinggi"),
    ("pillars", "living, economy", "Smart Living, Smart Economy"),
    ("date", "2022-12-06", "6 Desember 2022"),
    ("score", "tidak ikut", "tidak ikut"),
    ("component", "yang baru", "yang baru"),
]


def test_a_value_is_written_by_the_format_of_its_column():
    for column, value, said in WRITTEN:
        assert table(show.table(pd.DataFrame({column: [value]}), "x")).rows == [[said]]


def test_an_index_that_means_something_is_the_first_column():
    means = SCORES.groupby("component")["score"].mean()
    assert table(show.table(means, "x")).heads == ["Komponen", "Nilai"]
    assert table(show.table(SCORES[["score"]].describe(), "x")).column("")[:2] == ["count", "mean"]
    wide = SCORES.pivot_table(index="component", columns="weight", values=["score"])
    assert table(show.table(wide, "x")).heads == ["Komponen", "score 10", "score 30"]


def test_marked_rows_stand_out():
    which = SCORES.component == "quick_wins"
    for mark in ("quick_wins", "Quick Wins", which.to_numpy(), which.sort_index()):
        assert table(show.table(SCORES, "x", mark=mark)).own == [1]


def test_a_table_of_a_frame_with_origins_names_its_sources_in_words():
    listed = pd.DataFrame({"score": [1, 2], "origin": ["2023/tabel #2.csv#l2", "x/y.csv#l1"]})
    assert Page(show.table(listed, "x").html).text.endswith("Sumber: tabel #2.csv; y.csv.")
    real = ka.components(2023, "64.02")
    assert "Sumber: Surat Kominfo B-1384/DJAI" in show.table(real, "x").text
    assert "Sumber" not in show.table(real.drop(columns="origin"), "x").text
    many = pd.DataFrame({"origin": [f"2023/{n}.csv#l1" for n in range(8)]})
    assert show.sources(many) == "Sumber: 0.csv; 1.csv; 2.csv; 3.csv; 4.csv; dan 3 lainnya."


def test_text_from_data_never_becomes_markup():
    frame = pd.DataFrame({PLANTED: [PLANTED], "b": [PLANTED], "origin": [f"2023/{PLANTED}.csv#l1"]})
    made = Page(show.table(frame, PLANTED, note=PLANTED).html)
    assert made.text.count(PLANTED) == 5
    answers = [show.answer(PLANTED), show.items([PLANTED], PLANTED), show.empty(PLANTED, PLANTED)]
    pages = [made, *(Page(shown.html) for shown in answers)]
    assert all(PLANTED in page.text for page in pages)
    assert not [page for page in pages if page.all("script")]


def test_plain_text_says_the_same_as_the_page_in_lines_that_stand_under_each_other():
    shown = show.table(SCORES[["component", "score"]], "Komponen", note="Catatan")
    lines = ["Komponen    Nilai", "Outcome      3,20", "Quick Wins      –", "Kolaborasi   2,68"]
    assert repr(shown) == shown.text == "\n".join(["Komponen", *lines, "Catatan"])
    bundle = shown._repr_mimebundle_()
    assert bundle["text/plain"] == shown.text
    assert bundle["text/html"].endswith(shown.html)


@pytest.mark.parametrize(
    "missing",
    [
        "Lampiran 2023 belum ada.",
        ["Lampiran 2023 belum ada.", "", "Lampiran 2023 belum ada."],
        pd.DataFrame({"what": ["Lampiran"], "sentence": ["Lampiran 2023 belum ada."]}),
    ],
)
def test_what_is_missing_takes_the_place_of_whatever_would_be_shown(missing):
    none = SCORES.iloc[:0]
    for shown in (show.table(none, "Komponen", missing=missing), show.empty(missing, "Komponen")):
        assert shown.text == "Komponen\n\nLampiran 2023 belum ada."
        assert Page(shown.html).all("div") == [{"class": "empty-place"}]
    drawn = show.figure(show.axes(rows=0), "Terendah: –", alt="", missing=missing)
    for shown in (show.answer("Indeks 2,82", missing=missing), drawn):
        assert shown.text == "Lampiran 2023 belum ada."
    assert plt.get_fignums() == []
    assert show.table(none, "x", missing=missing).frame is none
    assert len(table(show.table(SCORES, "x", missing=missing)).rows) == 3


@pytest.mark.parametrize("missing", [None, "", [], pd.DataFrame({"sentence": []})])
def test_where_nothing_is_missing_the_thing_itself_is_shown(missing):
    shown = show.answer("Indeks **2,82** dari 4", "Lagi", missing=missing)
    html = '<div class="answer"><p>Indeks <strong>2,82</strong> dari 4</p><p>Lagi</p></div>'
    assert (shown.html, shown.text) == (html, "Indeks 2,82 dari 4\n\nLagi")
    assert show.table(SCORES.iloc[:0], "Temuan", missing=missing).text == "Temuan: tidak ada."
    assert show.items([], "Batas").html == ""
    assert show.items(["**a**", "b"], "Batas").text == "Batas\n- a\n- b"


def test_names_in_a_sentence_are_all_there_or_it_is_said_that_they_are_not():
    frame = pd.DataFrame({"label": ["A", "B", "C", "B"], "component": ["impact"] * 4})
    assert show.named(frame) == show.named(frame, most=3) == "A, B, dan C"
    assert show.named(frame, most=2) == "A, B, dan 1 lainnya"
    assert show.named(frame, "component") == show.named(frame["component"]) == "Impact"
    assert show.named(frame.iloc[:0]) == "–"
    said = "Outcome 3,20; Quick Wins –; Kolaborasi 2,68"
    assert show.listed(SCORES, "component", "score") == said


def drawn(**more):
    ax = show.axes(rows=len(SCORES))
    sns.barplot(SCORES, x="score", y="component", ax=ax)
    return show.figure(ax, "Yang tertinggi: Outcome.", alt="Outcome 3,20", **more)


def test_a_figure_says_its_finding_source_and_names_and_has_a_text_of_the_same():
    shown = drawn(source="Sumber: surat.")
    said = {"Yang tertinggi: Outcome.", "Quick Wins", "Nilai", "0,5", "Sumber: surat."}
    assert said <= {*words(shown)}
    (image,) = Page(shown.html).all("img")
    assert image["alt"] == shown.text == "Yang tertinggi: Outcome. Outcome 3,20."
    assert "Sumber: a.csv; b.csv." in words(drawn(source=SCORES))
    assert drawn().html == drawn().html
    assert "<dc:date>" not in source(drawn())
    assert plt.get_fignums() == []


def test_a_figure_of_whatever_kind_is_taken():
    grid = sns.relplot(SCORES, x="score", y="weight", col="component")
    plain = SCORES.plot(x="component", y="score", kind="bar")
    by_hand, (left, _) = plt.subplots(1, 2)
    for of in (grid, plain, by_hand, left):
        assert "Temuan" in words(show.figure(of, "Temuan", alt="x"))
    assert plt.get_fignums() == []
    with pytest.raises(UsageError, match="a DataFrame is no figure; expected Axes"):
        show.figure(SCORES, "Temuan", alt="x")


def test_ticks_are_written_as_readers_write_numbers():
    frame = pd.DataFrame({"year": [2022, 2023], "budget": [0, 40_000]})
    shown = words(show.figure(sns.lineplot(frame, x="year", y="budget"), "x", alt="x"))
    assert {"Tahun", "2022", "2023", "10.000", "Anggaran"} <= {*shown}
    assert "2022,5" not in shown


def test_a_waterfall_walks_from_the_first_value_to_the_last():
    effects = pd.DataFrame({"kind": ["performance", "weight"], "effect": [0.5, -0.25]})
    ax = show.waterfall(effects, 2.0, ends=("2022", "2023"))
    bars = [(bar.get_x(), bar.get_width(), bar.get_hatch()) for bar in ax.patches]
    assert bars == [(2.0, 0.5, None), (2.5, -0.25, "////")]
    said = {"2022", "Bobot yang berubah", "2023", "2,00", "+0,500", "−0,250", "2,25"}
    assert said <= {*words(show.figure(ax, "x", alt="x"))}


def test_a_risk_matrix_has_each_candidate_in_its_cell():
    frame = pd.DataFrame({"number": [1, 2, 3], "likelihood": [3, 1, None], "impact": [2, 1, 2]})
    ax = show.risk_matrix(frame)
    placed = {t.get_text(): t.xy for t in ax.texts if t.get_text().isdigit()}
    assert placed == {"1": (3, 2), "2": (1, 1)}
    assert "3 tinggi" in words(show.figure(ax, "x", alt="x"))


def test_rank_intervals_mark_the_region_that_is_asked_for():
    frame = pd.DataFrame({"region": ["64.01", "64.02"], "printed_rank": [2, 1], "of": 2})
    frame = frame.assign(low=[1, 1], high=[2, 1])
    shown = show.figure(show.rank_intervals(frame, "64.02"), "x", alt="x")
    assert {"Kabupaten Kutai Kartanegara", "1"} <= {*words(shown)}
    nobody = show.figure(show.rank_intervals(frame.iloc[:0], "64.02"), "x", alt="x")
    assert "Kabupaten Kutai Kartanegara" not in words(nobody)
