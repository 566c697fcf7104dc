"""A page shows what a notebook shows, nothing that runs or loads, and says what it lacks."""

from __future__ import annotations

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


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Return a function that makes a page of Markdown and outputs, and returns it."""
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "foto.png").write_bytes(base64.b64decode(PIXEL))
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)

    def make(*outputs, markdown="", attachments=None):
        cell = v4.new_markdown_cell(f"# Judul\n\n{markdown}")
        if attachments:
            cell.attachments = attachments
        code = v4.new_code_cell("hitung()\nlagi()", outputs=[*outputs])
        last = v4.new_markdown_cell("## Batas: yang tidak dikatakan\n\nakhir")
        path = tmp_path / "92_karangan.ipynb"
        nbformat.write(v4.new_notebook(cells=[cell, code, last]), path)
        return page.read(path)

    return make


def shown(**data):
    return v4.new_output("display_data", {k.replace("_", "/", 1): v for k, v in data.items()})


def html(source):
    return shown(text_html=source, text_plain="teks")


def test_a_frame_markdown_and_pictures_are_shown_and_nothing_is_missed(read):
    found = read(
        html(FRAME._repr_html_()),
        shown(text_markdown="**tebal** dan <u>garis</u>"),
        shown(image_png=PIXEL),
        v4.new_output("display_data", {"image/svg+xml": DRAWING}),
        html(f"<div>{DRAWING}</div>"),
        v4.new_output("execute_result", show.table(FRAME, "Tabel kita")._repr_mimebundle_()),
        markdown="![Foto](img/foto.png) ![Lampir](attachment:a.png)",
        attachments={"a.png": {"image/png": PIXEL}},
    )
    seen = Page(found["body"])
    assert [t.column("Nilai") for t in seen.tables] == [["1.5", "2.5"], ["1,50", "2,50"]]
    assert "<strong>tebal</strong>" in found["body"]
    images = seen.all("img")
    assert len(images) == 5
    assert all(image["src"].startswith("data:image/") for image in images)
    assert [i["alt"] for i in images][:2] == ["Foto", "Lampir"]
    assert "Titik" in [i["alt"] for i in images]
    assert found["left_out"] == []


def test_the_style_of_a_styler_is_kept_and_one_that_loads_is_left_out(read):
    styled = FRAME.style.highlight_max(subset="Nilai", color="gold").to_html()
    harsh = "<style>p {background: url(http://x)}</style><b>halo</b>"
    found = read(html(styled), html(harsh))
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
        v4.new_output("display_data", {"application/javascript": "1", "text/plain": "Js"}),
        v4.new_output(
            "display_data",
            {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider(value=3)"},
        ),
        markdown="<script>2</script>\n\n<img src=x onerror=3>\n\n![F](attachment:tiada.png) teks",
    )
    assert not re.search(r"<script|<iframe|\son\w+=|javascript:|http|<!--", found["body"])
    assert "<b>halo</b>" in found["body"]
    assert "jauh" in found["body"]
    assert "IntSlider" not in found["body"]
    assert "Js" not in found["body"]
    assert found["left_out"] == [
        "cell 1 (# Judul): a script is left out",
        "cell 1 (# Judul): the picture tiada.png is not there",
        "cell 1 (# Judul): the picture x is not there",
        "cell 2 (hitung()): <iframe> is left out",
        "cell 2 (hitung()): <style> is left out",
        "cell 2 (hitung()): a link to javascript:x() leads nowhere on a page",
        "cell 2 (hitung()): a script is left out",
        "cell 2 (hitung()): a widget is left out",
        "cell 2 (hitung()): the picture http://x/a.png is not there",
    ]


def test_of_a_progress_the_last_line_is_kept_and_what_is_too_large_is_left_out_and_told(read):
    steps = [v4.new_output("stream", name="stderr", text=f"\rproses {i}%") for i in range(100)]
    small = v4.new_output("stream", name="stdout", text="selesai\n")
    found = read(*steps, small, shown(text_plain="x" * (page.LARGEST + 1)))
    assert re.findall(r"proses \d+%", found["body"]) == ["proses 99%"]
    assert "selesai" in found["body"]
    assert len(found["body"]) < 5000
    assert "Keluaran sebesar 5 MB tidak dimuat di halaman ini" in found["body"]
    assert found["left_out"] == ["cell 2 (hitung()): an output of 5 MB is left out"]


@pytest.mark.parametrize(
    ("text", "is_formula"),
    [
        (r"Rumus $$\frac{a}{b}$$", True),
        ("rumus $x^2$ di sini", True),
        ("Rp5.000 sampai Rp6.000", False),
        ("US$5 dan US$6", False),
        ("harga $5 dan $6 saja", False),
        (r"harga \$5", False),
    ],
)
def test_a_raw_formula_is_said(text, is_formula, read):
    assert bool(read(markdown=text)["left_out"]) == is_formula
    assert bool(read(shown(text_markdown=text))["left_out"]) == is_formula
    assert read(html(text))["left_out"] == []  # HTML holds none


def test_a_formula_that_has_a_picture_is_shown_by_it(read):
    found = read(shown(text_latex="$x$", image_png=PIXEL))
    assert found["left_out"] == []
    assert "data:image/png" in found["body"]
    assert read(shown(text_latex="$x$", text_plain="x"))["left_out"] == [
        "cell 2 (hitung()): a formula stands there as it was typed",
    ]


def test_anchors_lead_to_their_headings_and_dead_ones_are_said(read):
    places = "[a](#Batas:-yang-tidak-dikatakan) [b](#Batas:-yang%20tidak) [c](lain.ipynb)"
    found = read(html('<p id="isi"><a id="sini">x</a></p>'), markdown=f"{places} [d](#sini)")
    assert '<a href="#batas-yang-tidak-dikatakan">a</a>' in found["body"]
    assert '<h2 id="batas-yang-tidak-dikatakan">' in found["body"]
    assert '<a href="#sini">d</a>' in found["body"]
    assert '<a id="sini">' in found["body"]
    assert 'id="isi"' not in found["body"]  # the page's own
    assert found["left_out"] == [
        "cell 1 (# Judul): a link to #Batas:-yang tidak leads nowhere on the page",
        "cell 1 (# Judul): a link to lain.ipynb leads nowhere on a page",
    ]


def test_a_table_wider_than_the_screen_can_be_scrolled_and_has_a_name(read):
    captioned = "<table><caption>Kita</caption><tr><td>1</td></tr></table>"
    found = read(html(captioned), html(captioned), html("<table><tr><td>1</td></tr></table>"))
    regions = [a for a in Page(found["body"]).all("div") if a.get("role") == "region"]
    assert [a["aria-label"] for a in regions] == ["Kita", "Kita (2)", "Tabel"]
    assert {a["tabindex"] for a in regions} == {"0"}


def test_headings_get_the_same_anchors_whatever_stands_around_them(tmp_path):
    cells = ["# Apa?", "## Isi", "## Nilai & bobot", "## Nilai & bobot", "## …"]
    made = v4.new_notebook(cells=[v4.new_markdown_cell(f"{text}\n\nisi") for text in cells])
    nbformat.write(made, tmp_path / "x.ipynb")
    found = page.read(tmp_path / "x.ipynb")
    assert found["question"] == "Apa?"
    assert [(section["anchor"], section["heading"]) for section in found["sections"][1:]] == [
        ("isi-2", "Isi"),
        ("nilai-bobot", "Nilai & bobot"),
        ("nilai-bobot-2", "Nilai & bobot"),
        ("bagian", "…"),
    ]


def test_what_a_page_waits_for_is_said_once_before_its_last_section(tmp_path):
    waiting = "Surat belum diterima."
    sections = [
        ("# Judul", show.answer(missing="Belum dapat dinilai.").html),
        ("## Nilai", show.empty(waiting, "Tabel nilai").html),
        ("## Potensi", show.empty(waiting).html),
        ("## Program", f"<p>Tiga program.</p>{show.empty(waiting, 'Tabel program').html}"),
        ("## Kosong", ""),
        ("## Keterbatasan\n\nakhir", ""),
    ]
    cells = []
    for heading, source in sections:
        cells += [v4.new_markdown_cell(heading), v4.new_code_cell("x", outputs=[html(source)])]
    nbformat.write(v4.new_notebook(cells=cells), path := tmp_path / "92_karangan.ipynb")
    soup = BeautifulSoup(page.read(path)["body"], "html.parser")
    heads = [head.get_text() for head in soup("h2")]
    assert heads == ["Program", "Belum tersedia di halaman ini", "Keterbatasan"]
    assert [box.get_text() for box in soup.select(".empty-place")] == ["Belum dapat dinilai."]
    said = [item.get_text() for item in soup.select("ul.items li")]
    assert said == [f"Nilai, Potensi, dan Tabel program: {waiting}"]
