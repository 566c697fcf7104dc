"""A page shows what a notebook shows, nothing that runs or loads, and says what it lacks."""

import base64
import re

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from reading import Page

from kukar_analysis import paths, show
from kukar_analysis.report import page

PIXEL = base64.b64encode(bytes.fromhex("89504e470d0a1a0a0000000d49484452")).decode()
DRAWING = '<svg onload="x()" viewBox="0 0 9 9"><title>Titik</title><circle r="1"/></svg>'
FRAME = pd.DataFrame({"Nama": ["a", "b"], "Nilai": [1.5, 2.5]})
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that makes a page of Markdown and outputs, and returns it."""
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "foto.png").write_bytes(base64.b64decode(PIXEL))
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)

    def make(*outputs, markdown="", more=(("## Batas: yang tidak dikatakan\n\nakhir", None),)):
        first = v4.new_markdown_cell(f"# Judul\n\n{markdown}")
        first.attachments = {"a.png": {"image/png": PIXEL}}
        cells = [first, v4.new_code_cell("hitung()\nlagi()", outputs=[*outputs])]
        for heading, source in more:
            cells.append(v4.new_markdown_cell(heading))
            cells += [v4.new_code_cell("x", outputs=[html(source)])] if source else []
        path = tmp_path / "92_karangan.ipynb"
        nbformat.write(v4.new_notebook(cells=cells), path)
        return page.read(path)

    return make


def shown(data):
    return v4.new_output("display_data", data)


def html(source):
    return shown({"text/html": source, "text/plain": "teks"})


def test_a_frame_markdown_and_pictures_are_shown_and_nothing_is_missed(read):
    found = read(
        html(FRAME._repr_html_()),
        shown({"text/markdown": "**tebal** dan <u>garis</u>"}),
        shown({"image/png": PIXEL, "text/latex": "$x$"}),
        shown({"image/svg+xml": DRAWING}),
        html(f"<div>{DRAWING}</div>"),
        shown(show.table(FRAME, "Tabel kita")._repr_mimebundle_()),
        markdown="![Foto](img/foto.png) ![Lampir](attachment:a.png)",
    )
    seen = Page(found["body"])
    assert [t.column("Nilai") for t in seen.tables] == [["1.5", "2.5"], ["1,50", "2,50"]]
    assert "<strong>tebal</strong>" in found["body"]
    images = seen.all("img")
    untold = ["Gambar tanpa keterangan"] * 2
    assert [i["alt"] for i in images] == ["Foto", "Lampir", *untold, "Titik"]
    assert all(image["src"].startswith("data:image/") for image in images)
    assert found["left_out"] == []


def test_the_style_of_a_styler_is_kept_and_one_that_loads_is_left_out(read):
    styled = FRAME.style.highlight_max(subset="Nilai", color="gold").to_html()
    found = read(html(styled), html("<style>p {background: url(http://x)}</style><b>halo</b>"))
    (rules,) = re.findall(r"<style[^>]*>(.*?)</style>", found["body"], re.DOTALL)
    assert "background-color: gold" in rules
    (cell,) = re.findall(r"#(T_\w+_row1_col1)\b", rules)
    assert f'id="{cell}"' in found["body"]
    assert "http" not in found["body"]
    assert "gold" not in " ".join(s["text"] for s in found["sections"])
    assert found["left_out"] == ["cell 2 (hitung()): <style> is left out"]


def test_what_runs_or_loads_is_left_out_and_said_with_its_cell(read):
    found = read(
        html("<script>alert(1)</script><b onclick='x()'>halo</b>"),
        html("<iframe src='http://x'></iframe><img src='http://x/a.png' alt='jauh'>"),
        html("<a href='javascript:x()'>tautan</a><!--[if IE]><script>1</script>-->"),
        html("<style>a{} </style ><style>b::after{content:'\\3c/style><script>1'}</style>"),
        shown({"application/javascript": "1", "text/plain": "Js"}),
        shown({WIDGET: {}, "text/plain": "IntSlider(value=3)"}),
        shown({"text/plain": "x" * (page.LARGEST + 1)}),
        markdown="<script>2</script>\n\n<img src=x onerror=3>\n\n![F](tiada.png) teks",
    )
    body = found["body"]
    assert not re.search(r"<script|<iframe|\son\w+=|javascript:|http|<!--|IntSlider|Js|xxx", body)
    assert "<b>halo</b>" in body
    assert "jauh" in body
    assert found["left_out"] == [
        "cell 1 (# Judul): <script> is left out",
        "cell 1 (# Judul): the picture tiada.png is not there",
        "cell 1 (# Judul): the picture x is not there",
        "cell 2 (hitung()): <iframe> is left out",
        "cell 2 (hitung()): <script> is left out",
        "cell 2 (hitung()): <style> is left out",
        "cell 2 (hitung()): a link to javascript:x() leads nowhere on the page",
        "cell 2 (hitung()): an output of 5 MB is left out",
        "cell 2 (hitung()): an output of application/javascript is left out",
        f"cell 2 (hitung()): an output of {WIDGET} is left out",
        "cell 2 (hitung()): the picture http://x/a.png is not there",
    ]


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        (r"Rumus $$\frac{a}{b}$$", True),
        ("rumus $x^2$ di sini", True),
        ("US$5 dan US$6", False),
        ("harga $5 dan $6 saja", False),
        (r"harga \$5", False),
    ],
)
def test_a_formula_without_a_picture_is_said(text, is_formula, read):
    said = ["cell 2 (hitung()): a formula stands there as it was typed"] * is_formula
    assert bool(read(markdown=text)["left_out"]) == is_formula
    assert read(shown({"text/markdown": text}))["left_out"] == said
    assert read(html(text))["left_out"] == []  # HTML holds none
    assert read(shown({"text/latex": "$x$", "text/plain": "x"}))["left_out"]


def test_anchors_lead_to_their_headings_and_dead_ones_are_said(read):
    places = "[a](#Batas:-yang-tidak-dikatakan) [b](#lama) [c](lain.ipynb) [d](#sini)"
    found = read(html('<p id="isi"><a id="sini">x</a></p>'), markdown=places)
    for part in (
        '<a href="#Batas:-yang-tidak-dikatakan">a</a>',
        '<h2 id="Batas:-yang-tidak-dikatakan">',
        '<a href="#sini">d</a>',
        '<a id="sini">',
    ):
        assert part in found["body"]
    assert found["left_out"] == [
        "cell 1 (# Judul): a link to #lama leads nowhere on the page",
        "cell 1 (# Judul): a link to lain.ipynb leads nowhere on the page",
    ]


def test_headings_and_wide_tables_have_names_of_their_own(read):
    heads = ["Isi", "Nilai & bobot", "Nilai & bobot"]
    captioned = html("<table><caption>Kita</caption><tr><td>1</td></tr></table>")
    plain = html("<table><tr><td>1</td></tr></table>")
    found = read(captioned, plain, more=[(f"## {head}\n\nisi", None) for head in heads])
    assert found["question"] == "Judul"
    anchors = ["Isi", "Nilai-&-bobot", "Nilai-&-bobot-2"]
    named = [(section["anchor"], section["heading"]) for section in found["sections"][1:]]
    assert named == [*zip(anchors, heads, strict=True)]
    regions = [a for a in Page(found["body"]).all("div") if a.get("role") == "region"]
    assert [a["aria-label"] for a in regions] == ["Kita", "Tabel 2"]
    assert {a["tabindex"] for a in regions} == {"0"}


def test_what_a_page_waits_for_is_said_once_before_its_last_section(read):
    waiting = "Surat belum diterima."
    sections = [
        ("## Nilai", show.empty(waiting, "Tabel nilai").html),
        ("## Potensi", show.empty(waiting).html),
        ("## Program", f"<p>Tiga program.</p>{show.empty(waiting, 'Tabel program').html}"),
        ("## Kosong", ""),
        ("## Keterbatasan\n\nakhir", ""),
    ]
    found = read(html(show.answer(missing="Belum dapat dinilai.").html), more=sections)
    soup = BeautifulSoup(found["body"], "html.parser")
    heads = [head.get_text() for head in soup("h2")]
    assert heads == ["Program", "Belum tersedia di halaman ini", "Keterbatasan"]
    assert [box.get_text() for box in soup.select(".empty-place")] == ["Belum dapat dinilai."]
    said = [item.get_text() for item in soup.select("ul.items li")]
    assert said == [f"Nilai, Potensi, dan Tabel program: {waiting}"]
