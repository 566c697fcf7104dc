"""The built site in a real browser: from a folder and from a server, on real figures and tables.

Notebooks are executed here without a kernel: their cells are run one after another, and what the
last expression shows becomes the output. So the markup is what readers get, at a tenth of the time.
"""

import ast
import dataclasses
import functools
import http.server
import io
import json
import shutil
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pandas as pd
import pdfplumber
import pytest
from axe_playwright_python.sync_playwright import Axe
from making import publish_set
from nbformat import v4
from playwright.sync_api import sync_playwright
from reading import KUKAR, PILLARS, Page, number, tables_from

from kukar_analysis import show, store
from kukar_analysis.report import page as pages
from kukar_analysis.report import record, registry
from kukar_analysis.report import site as site_pages

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--disable-component-update", "--no-first-run"]
SAMPLE = "00.01"
MADE_AT = datetime(2023, 12, 4, 6, 5, tzinfo=UTC)
PLANTED = (
    "</script><script>window.planted = 1</script> <img src=x onerror=planted=1> \u2028 {{ 7 }}"
)
ROWS = ["2,82", "−0,03", "1.234,5", "–", "12,5%", "+0,44", "Rp2.500", "0,00", "tidak ikut"]
ROWS += ["3 dari 9", "−1,20", "0,3", "7"]
ROWS_UP = ["−1,20", "−0,03", "0,00", "0,3", "+0,44", "2,82", "3 dari 9", "7", "12,5%", "1.234,5"]
ROWS_UP += ["Rp2.500", "–", "tidak ikut"]
PLANTED_PAGE = "2021/00.01/01_mutu_data"
LONG_PAGE = "2023/00.01/08_program"
SUMMARY = "2023/64.02/00_ringkasan"

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="needs Debian's chromium: apt-get install chromium"
)


def executed(report, folder):
    """Write the executed notebook of a report, made without a kernel."""
    notebook = nbformat.read(store.NOTEBOOKS / f"{report.notebook}.ipynb", as_version=4)
    names = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            *before, last = ast.parse(cell.source).body
            exec(compile(ast.Module(before, []), "cell", "exec"), names)
            if isinstance(last, ast.Expr):
                cell.outputs = [
                    output(eval(compile(ast.Expression(last.value), "cell", "eval"), names))
                ]
            else:
                exec(compile(ast.Module([last], []), "cell", "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= report.parameters
    return written(notebook, report, folder)


def planted(report, folder):
    """Write a notebook that shows texts which would like to be markup, and every kind of number."""
    rows = [[f"Baris {i:02} {PLANTED if i == 3 else ''}", cell] for i, cell in enumerate(ROWS)]
    frame = pd.DataFrame(rows, columns=["Nama", "score"])
    shown = show.table(frame, f"Tabel {PLANTED}", mark=frame.index == 1)
    code = v4.new_code_cell("x")
    code.outputs = [output(shown)]
    cells = [v4.new_markdown_cell("# Pertanyaan?"), v4.new_markdown_cell("## Kata langka"), code]
    return written(v4.new_notebook(cells=cells), report, folder)


def output(shown):
    return v4.new_output("execute_result", shown._repr_mimebundle_(), execution_count=1)


def written(notebook, report, folder):
    path = folder / f"{report.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def publish_reports(folder, processed, reports, write):
    made = dataclasses.replace(record.run_record(processed), made_at=MADE_AT, commit="abc")
    with tempfile.TemporaryDirectory() as staged:
        publish_set(folder, made, [(report, write(report, Path(staged))) for report in reports])


@pytest.fixture(scope="module")
def site(processed, sample_processed, tmp_path_factory):
    """Publish the invented office, then Kukar, into one folder; only to be read."""
    folder = tmp_path_factory.mktemp("site") / "laporan"
    with tables_from(sample_processed):
        wanted = ["01_mutu_data", "03_pilar", "05_quick_win", "06_sinergi_opd", "08_program"]
        wanted += ["09_opd"]
        found = registry.reports(years=[2023], regions=[SAMPLE], only=wanted)
        found = [r for r in found if r.notebook != "09_opd"] + [
            r for r in found if r.parameters.get("opd") in ("Bappeda", "Diskominfo", "Dinkes")
        ]
        publish_reports(folder, sample_processed, found, executed)
        odd = dataclasses.replace(
            found[0], name=PLANTED_PAGE, year=2021, title=f"Mutu {PLANTED}", waits=()
        )
        publish_reports(folder, sample_processed, [odd], planted)
    with tables_from(processed):
        only = ["00_ringkasan", "02_indeks", "03_pilar", "04_antar_tahun", "07_ketahanan"]
        found = registry.reports(years=[2023], regions=[KUKAR], only=only)
        publish_reports(folder, processed, found, executed)
    return folder


@pytest.fixture(scope="module")
def listed(site):
    """Return the published reports as the manifest lists them."""
    return json.loads((site / "manifest.json").read_text(encoding="utf-8"))["reports"]


@pytest.fixture(scope="module")
def server(site):
    """Serve the site on this machine and return its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    serve = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}/"
        made.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(params=["folder", "server"])
def base(request, site, server):
    """Return the address of the site: of the folder, and of the server."""
    return f"{site.as_uri()}/" if request.param == "folder" else server


@pytest.fixture
def folder_base(site):
    return f"{site.as_uri()}/"


@pytest.fixture
def tab(browser, site, server):
    """Return a tab that may ask for nothing but the site's files, and says nothing wrong."""
    asked, wrong = [], []
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.on("request", lambda request: asked.append(request.url))
    made.on("console", lambda message: wrong.append(message.text))
    made.on("pageerror", lambda error: wrong.append(str(error)))
    yield made
    context.close()
    inside = (f"{site.as_uri()}/", server, "data:")
    assert [url for url in asked if not url.startswith(inside)] == []
    assert wrong == []


def visible(tab, selector):
    return [e for e in tab.query_selector_all(selector) if e.is_visible()]


def column(tab, place):
    """Return the texts of a column of the first long table, of the rows that are shown."""
    rows = tab.query_selector(".tools + .table").query_selector_all("tbody tr")
    return [r.query_selector_all("th, td")[place].inner_text() for r in rows if r.is_visible()]


def printed(tab):
    """Return the pages of what the browser prints."""
    with pdfplumber.open(io.BytesIO(tab.pdf(prefer_css_page_size=True))) as pdf:
        return [(page.width, page.height, page.extract_text()) for page in pdf.pages]


# The way through the site


def test_every_page_is_reached_from_the_index_and_no_link_is_broken(tab, base, listed):
    waiting, seen = [f"{base}index.html"], set()
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = tab.goto(address)
        assert answer.ok, address
        for link in tab.eval_on_selector_all("a", "all => all.map(a => a.href)"):
            assert link.startswith(base)
            target = link.partition("#")[0]
            if target.endswith(".html") and target not in seen | set(waiting):
                waiting.append(target)
    assert seen == {f"{base}index.html"} | {f"{base}{e['name']}.html" for e in listed}


def test_anchors_in_other_pages_are_there(site):
    found = {path: Page(path.read_text("utf-8")) for path in site.rglob("*.html")}
    ids = {path: {attrs.get("id") for _, attrs in page.tags} for path, page in found.items()}
    for path, page in found.items():
        for link in [attrs["href"] for attrs in page.all("a")]:
            target, _, anchor = link.partition("#")
            whole = (path.parent / target).resolve() if target else path
            assert whole.is_file(), (path, link)
            assert not anchor or anchor in ids[whole], (path, link)


def test_next_leads_through_all_pages_in_reading_order_and_previous_back(tab, base, listed):
    def place(entry):
        parts = entry["parameters"]
        pillar = PILLARS.index(parts["pillar"]) if "pillar" in parts else -1
        where = entry["region"] != KUKAR, -entry["year"]
        return *where, entry["notebook"], pillar, entry["title"]

    order = [f"{base}{entry['name']}.html" for entry in sorted(listed, key=place)]
    tab.goto(order[0])
    walked = [tab.url]
    while tab.query_selector(".turn .after"):
        tab.click(".turn .after")
        walked.append(tab.url)
    assert walked == order
    while tab.query_selector(".turn .before"):
        tab.click(".turn .before")
        walked.append(tab.url)
    assert walked[len(order) :] == order[-2::-1]


def test_the_index_shows_the_headline_figures_and_what_is_not_on_record(tab, folder_base):
    tab.goto(f"{folder_base}index.html")
    (kukar,) = [
        t
        for t in tab.query_selector_all("table")
        if "Kutai" in t.query_selector("caption").inner_text()
    ]
    text = " ".join(kukar.inner_text().split())
    assert (
        "2023 2,82 0,00 73 dari 130 Nasional, bersama 1 daerah lain 27 dari 58 KPPN & IKN" in text
    )
    sample = " ".join(tab.query_selector_all("table")[1].inner_text().split())
    assert "2021 tidak tercatat – –" in sample


def test_agencies_are_folded_until_asked_for(tab, folder_base):
    tab.goto(f"{folder_base}index.html")
    assert not tab.is_visible(".agencies li >> nth=0")
    tab.focus(".agencies summary")
    tab.keyboard.press("Enter")
    assert len(visible(tab, ".agencies li")) == 3


# Search


def test_search_finds_pages_and_leads_to_the_section(tab, base):
    tab.goto(f"{base}{LONG_PAGE}.html")
    tab.fill("#cari", "simulasi PERINGKAT")
    link = tab.wait_for_selector(".results a")
    found = [e.inner_text() for e in tab.query_selector_all(".results li")]
    assert "Ketahanan peringkat Kabupaten Kutai Kartanegara 2023" in found[0]
    assert "Peringkat pada simulasi · Kabupaten Kutai Kartanegara · 2023" in found[0]
    assert {m.inner_text().lower() for m in tab.query_selector_all("mark")} >= {"peringkat"}
    said = tab.inner_text(".results [role=status]")
    assert said == f"{len(found)} halaman memuat “simulasi PERINGKAT”."
    link.click()
    assert tab.url == f"{base}2023/64.02/07_ketahanan.html#peringkat-pada-simulasi"
    assert tab.is_visible("#peringkat-pada-simulasi")


def test_search_says_when_nothing_is_found_and_closes_with_escape(tab, folder_base):
    tab.goto(f"{folder_base}index.html")
    assert not tab.is_visible(".results")
    tab.fill("#cari", "zzyzx")
    tab.wait_for_selector(".results [role=status]:not(:empty)")
    assert tab.inner_text(".results [role=status]") == "0 halaman memuat “zzyzx”."
    tab.keyboard.press("Escape")
    assert not tab.is_visible(".results")
    assert tab.evaluate("document.activeElement.id") == "cari"


def test_every_page_can_be_found_by_its_title_also_those_of_earlier_runs(tab, folder_base, listed):
    tab.goto(f"{folder_base}index.html")
    for entry in listed:
        tab.fill("#cari", entry["title"].split("</")[0])
        link = tab.wait_for_selector(f".results a[href*='{entry['name']}']")
        assert link.text_content() == entry["title"]


def test_a_page_that_was_sent_alone_sorts_and_says_that_search_needs_the_site(
    browser, site, tmp_path
):
    shutil.copy(site / f"{PLANTED_PAGE}.html", tmp_path / "alone.html")
    tab = browser.new_page()
    tab.goto((tmp_path / "alone.html").as_uri())
    tab.click("thead button >> nth=1")
    assert column(tab, 1) == ROWS_UP
    tab.fill("#cari", "indeks")
    tab.wait_for_selector(".results [role=status]:not(:empty)")
    assert "pencarian.js tidak ada" in tab.inner_text(".results")
    tab.close()


def test_text_from_data_is_text_on_every_page_and_in_the_results(tab, base):
    shown = " ".join(PLANTED.split())
    for name in ("index", PLANTED_PAGE):
        tab.goto(f"{base}{name}.html")
        tab.fill("#cari", "kata langka")
        tab.wait_for_selector(".results a")
        assert shown in " ".join(tab.inner_text("body").split())
        assert shown in " ".join(tab.inner_text(".results a").split())
        assert len(tab.query_selector_all("script:not([src])")) == 1
        assert tab.query_selector_all("img[src=x]") == []
        assert tab.evaluate("window.planted") is None


def test_no_text_can_end_the_search_index(site, listed):
    source = (site / site_pages.SEARCH).read_bytes()
    assert source.isascii()
    assert b"<" not in source
    found = json.loads(source.removeprefix(b"window.KUKAR_INDEX = ").removesuffix(b";\n"))
    assert {one["name"]: one["title"] for one in found} == {e["name"]: e["title"] for e in listed}
    (one,) = [one for one in found if one["name"] == PLANTED_PAGE]
    assert PLANTED.split()[0] in one["sections"][1][2]


# Long tables


def test_numbers_are_sorted_as_numbers_and_the_third_press_brings_the_order_back(tab, base):
    tab.goto(f"{base}{PLANTED_PAGE}.html")
    caption = tab.inner_text("caption")
    head = tab.locator("thead th >> nth=1")
    for order, said in [(ROWS_UP, "ascending"), (None, "descending"), (ROWS, None)]:
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == said
        found = column(tab, 1)
        assert found == (order or [*ROWS_UP[-3::-1], *ROWS_UP[-2:]])
        (own,) = tab.query_selector_all("tr.own")
        assert own.inner_text().split("\t")[0].startswith("Baris 01")
    assert tab.inner_text("caption") == caption


def test_a_real_table_is_sorted_by_any_of_its_columns(tab, folder_base):
    tab.goto(f"{folder_base}{LONG_PAGE}.html")
    before = column(tab, 0)
    heads = tab.query_selector_all(".tools + .table >> nth=0 >> thead th")
    for place in range(len(heads)):
        tab.locator(".tools + .table >> nth=0 >> thead button").nth(place).click()
        found = column(tab, place)
        if "number" in (heads[place].get_attribute("class") or ""):
            figures = [number(text) for text in found if text != "–"]
            assert figures == sorted(figures)
        else:
            assert found == sorted(found, key=lambda text: (text == "–", text.casefold()))
        assert sorted(column(tab, 0)) == sorted(before)
        assert len(tab.query_selector_all(".tools + .table >> nth=0 >> [aria-sort]")) == 1


def test_the_filter_counts_the_rows_it_leaves(tab, base):
    tab.goto(f"{base}{PLANTED_PAGE}.html")
    assert tab.inner_text(".tools output") == "13 baris"
    tab.get_by_label("Saring baris").fill(",5 BARIS")
    assert column(tab, 1) == ["1.234,5", "12,5%"]
    assert tab.inner_text(".tools output") == "2 dari 13 baris"
    tab.get_by_label("Saring baris").fill("")
    assert column(tab, 1) == ROWS
    assert tab.inner_text(".tools output") == "13 baris"


def test_short_tables_are_left_alone(tab, folder_base):
    tab.goto(f"{folder_base}{SUMMARY}.html")
    assert len(tab.query_selector_all("table")) > 0
    assert tab.query_selector_all(".tools, thead button") == []


# Paper


def test_paper_shows_a_filtered_and_sorted_table_whole_and_in_its_order(tab, folder_base):
    tab.goto(f"{folder_base}{PLANTED_PAGE}.html")
    tab.click("thead button >> nth=1")
    tab.get_by_label("Saring baris").fill(",5 BARIS")
    text = "\n".join(text for _, _, text in printed(tab))
    places = [text.index(f"Baris {i:02}") for i in range(len(ROWS))]
    assert places == sorted(places)
    assert "Saring" not in text
    assert column(tab, 1) == ["12,5%", "1.234,5"]
    tab.click("thead button >> nth=1")
    assert column(tab, 1) == ["1.234,5", "12,5%"]


def test_paper_has_no_menus_and_repeats_heads(tab, base):
    tab.goto(f"{base}{LONG_PAGE}.html")
    tab.emulate_media(media="print")
    for part in ("header", ".way", ".toc", ".turn", ".top", ".tools", ".skip", ".results"):
        assert visible(tab, part) == [], part
    assert tab.is_visible("h1")
    assert tab.is_visible("footer")
    assert tab.eval_on_selector("footer a", "a => getComputedStyle(a).textDecorationLine") == "none"
    sheets = [text for _, _, text in printed(tab)]
    heads = [text for text in sheets if "Anggaran" in text and "Realisasi" in text]
    assert len(heads) > 1


def test_the_summary_is_one_sheet_of_a4(tab, folder_base):
    tab.goto(f"{folder_base}{SUMMARY}.html")
    ((width, height, text),) = printed(tab)
    assert (round(width), round(height)) == (595, 842)
    assert "sidik jari" in text


def test_folded_agencies_stand_open_on_paper(tab, folder_base):
    tab.goto(f"{folder_base}index.html")
    text = "\n".join(text for _, _, text in printed(tab))
    assert "Dinas Kesehatan" in text
    assert not tab.is_visible(".agencies li >> nth=0")


def test_no_table_is_wider_than_the_sheet(tab, folder_base, listed):
    tab.set_viewport_size({"width": 672, "height": 900})  # A4 less its margins
    tab.emulate_media(media="print")
    for entry in listed:
        tab.goto(f"{folder_base}{entry['name']}.html")
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        tables = "all => all.map(t => t.getBoundingClientRect().right)"
        assert max(tab.eval_on_selector_all("table", tables), default=0) <= 673, entry["name"]


# Every screen, every reader


@pytest.mark.parametrize("width", [320, 360, 1920])
def test_no_page_is_wider_than_the_screen(tab, folder_base, listed, width):
    tab.set_viewport_size({"width": width, "height": 740})
    for name in ["index", *(entry["name"] for entry in listed)]:
        tab.goto(f"{folder_base}{name}.html")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_wide_table_scrolls_by_itself_and_is_a_stop_for_the_keyboard(tab, folder_base):
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.goto(f"{folder_base}{LONG_PAGE}.html")
    region = tab.locator(".table").last
    region.focus()
    assert region.get_attribute("aria-label")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth && e === document.activeElement")
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(500)  # it glides
    assert region.evaluate("e => e.scrollLeft") > 0


def test_contents_stand_open_beside_a_wide_page_and_folded_on_a_telephone(tab, folder_base):
    tab.goto(f"{folder_base}{LONG_PAGE}.html")
    tab.set_viewport_size({"width": 1920, "height": 900})
    tab.wait_for_selector(".toc a")
    headings = [h.inner_text() for h in tab.query_selector_all("main h2")]
    assert [a.inner_text() for a in tab.query_selector_all(".toc a")] == headings
    tab.set_viewport_size({"width": 360, "height": 740})
    tab.wait_for_selector(".toc a", state="hidden")
    tab.click(".toc summary")
    assert tab.is_visible(".toc a >> nth=0")


def test_the_keyboard_alone_is_enough(tab, folder_base):
    tab.goto(f"{folder_base}{PLANTED_PAGE}.html")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) == "solid"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    stops = []
    for _ in range(4):
        tab.keyboard.press("Tab")
        assert tab.evaluate(outline) == "solid"
        stops.append(tab.evaluate("document.activeElement.tagName"))
    assert stops == ["INPUT", "BUTTON", "BUTTON", "A"]
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Space")
    assert column(tab, 1) == ROWS_UP


@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_any_page(tab, folder_base, listed, width):
    tab.set_viewport_size({"width": width, "height": 740})
    axe, found = Axe(), []
    for name in ["index", *(entry["name"] for entry in listed)]:
        tab.goto(f"{folder_base}{name}.html")
        tab.fill("#cari", "kabupaten")
        tab.wait_for_selector(".results a")
        for button in tab.query_selector_all("thead button")[:1]:
            button.click()
        for rule in axe.run(tab).response["violations"]:
            found.append((name, rule["id"], rule["nodes"][0]["html"]))
    assert found == []


def test_axe_would_see_a_fault(tab, folder_base):
    tab.goto(f"{folder_base}{SUMMARY}.html")
    tab.evaluate("document.querySelector('h1').style.color = '#ccc'")
    tab.evaluate("document.documentElement.removeAttribute('lang')")
    rules = {rule["id"] for rule in Axe().run(tab).response["violations"]}
    assert rules >= {"color-contrast", "html-has-lang"}


def test_targets_are_large_enough_to_touch(tab, folder_base):
    tab.set_viewport_size({"width": 360, "height": 740})
    small = "all => all.filter(e => e.getClientRects().length).map(e => [e.innerText,"
    small += " e.getBoundingClientRect()]).filter(([, r]) => r.height < 24 || r.width < 24)"
    for name in ("index", LONG_PAGE):
        tab.goto(f"{folder_base}{name}.html")
        parts = "button, input, summary, nav a, .reports a, .row a, header a, .top a"
        assert tab.eval_on_selector_all(parts, small) == []


def test_without_scripts_everything_can_be_read(browser, site):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((site / f"{PLANTED_PAGE}.html").as_uri())
    assert [e.inner_text() for e in tab.query_selector_all("tbody td")] == ROWS
    assert not tab.is_visible("form.search")
    assert tab.is_visible(".toc summary")
    tab.goto((site / f"{SUMMARY}.html").as_uri())
    assert tab.is_visible(".turn a >> nth=0")
    context.close()


def test_titles_differ_and_a_page_weighs_less_than_two_megabytes(site):
    found = list(site.rglob("*.html"))
    titles = [Page(path.read_text("utf-8")).text.strip().split("\n")[0] for path in found]
    assert len(set(titles)) == len(found) > 15
    assert max(path.stat().st_size for path in found) < 2_000_000


# What a page is made of


def test_headings_get_the_same_anchors_whatever_stands_around_them(tmp_path):
    cells = ["# Apa?", "## Isi", "## Nilai & bobot", "## Nilai & bobot", "## …"]
    made = v4.new_notebook(cells=[v4.new_markdown_cell(text) for text in cells])
    nbformat.write(made, tmp_path / "x.ipynb")
    found = pages.read(tmp_path / "x.ipynb")
    assert found.question == "Apa?"
    anchors = [(section.anchor, section.heading) for section in found.sections]
    assert anchors[1:] == [
        ("isi-2", "Isi"),
        ("nilai-bobot", "Nilai & bobot"),
        ("nilai-bobot-2", "Nilai & bobot"),
        ("bagian", "…"),
    ]
    assert pages.sections(f"<main>{found.body}</main>") == found.sections
