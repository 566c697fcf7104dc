"""The built site: its files, manifest and index, and its pages in a real browser."""

import dataclasses
import hashlib
import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pandas as pd
import pdfplumber
import pytest
from axe_playwright_python.sync_playwright import Axe
from making import bytes_of, publish_set
from nbformat import v4
from playwright.sync_api import sync_playwright
from reading import KUKAR, Page, tables_from

from kukar_analysis import framework, paths, show
from kukar_analysis.report import publish, registry, share
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
SUMMARY = "2023/64.02/00_ringkasan"
INDEX, PILLAR = "2023/64.02/02_indeks", "2023/64.02/03_pilar-governance"
WAITING = "2022/64.02/02_indeks"


def planted():
    """Return a notebook that shows texts which would like to be markup, and all kinds of number."""
    rows = [[f"Baris {i:02} {PLANTED if i == 3 else ''}", cell] for i, cell in enumerate(ROWS)]
    frame = pd.DataFrame(rows, columns=["Nama", "score"])
    shown = show.table(frame, f"Tabel {PLANTED}", mark="Baris 01 ")
    output = v4.new_output("execute_result", shown._repr_mimebundle_(), execution_count=1)
    cells = [v4.new_markdown_cell(text) for text in ("# Pertanyaan?", "## Kata langka")]
    return v4.new_notebook(cells=[*cells, v4.new_code_cell("x", outputs=[output])])


@pytest.fixture(scope="module")
def pairs(executed, processed, sample_processed, tmp_path_factory):
    """Return a function that gives a region's reports of 2023, each with its executed notebook."""
    folder = tmp_path_factory.mktemp("dibuat")

    def of(region, only):
        found = []
        with tables_from(sample_processed if region == SAMPLE else processed):
            for report in registry.reports(years=[2023], regions=[region], only=only):
                path = folder / f"{report.name.replace('/', '-')}.ipynb"
                nbformat.write(executed(report.notebook, **report.parameters), path)
                found.append((report, path))
        return found

    return of


def run_record(tables):
    return publish.record_of(tables) | {"made_at": MADE_AT.isoformat(), "commit": "abc123"}


@pytest.fixture(scope="module")
def site(pairs, processed, sample_processed, tmp_path_factory):
    """Publish the invented office, then Kukar, into one folder; only to be read."""
    folder = tmp_path_factory.mktemp("site") / "laporan"
    only = [f"2023/{SAMPLE}/{name}" for name in ("03_pilar-governance", "09_opd-diskominfo")]
    only += ["01_mutu_data", "05_quick_win", "06_sinergi_opd", "08_program"]
    with tables_from(sample_processed):
        found, made = pairs(SAMPLE, only), run_record(sample_processed)
        odd = {"name": PLANTED_PAGE, "year": 2021, "title": f"Mutu {PLANTED}", "waits": ()}
        nbformat.write(planted(), path := folder.with_name("odd.ipynb"))
        publish_set(folder, made, [*found, (dataclasses.replace(found[0][0], **odd), path)])
    with tables_from(processed):
        only = [INDEX, PILLAR, PILLAR.replace("governance", "economy"), "00_ringkasan"]
        only += ["04_antar_tahun", "07_ketahanan", "10_pembanding", "11_isi_indeks"]
        waiting = registry.reports(years=[2022], regions=[KUKAR], only=["02_indeks"])
        publish_set(folder, run_record(processed), pairs(KUKAR, only), waiting)
    return folder


@pytest.fixture(scope="module")
def kukar(processed, pairs):
    """Return the record of the real tables, and two of Kukar's reports with their notebooks."""
    with tables_from(processed):
        return run_record(processed), {pair[0].name: pair for pair in pairs(KUKAR, [INDEX, PILLAR])}


@pytest.fixture(scope="module")
def manifest(site):
    return json.loads((site / "manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def listed(manifest):
    """Return the published reports that have a page, as the manifest lists them."""
    return [entry for entry in manifest["reports"] if entry["page"]]


def words_of(source):
    source = source.read_text(encoding="utf-8") if isinstance(source, Path) else source
    return " ".join(Page(source).text.split())


# The files


def test_every_page_is_whole_takes_nothing_from_outside_and_every_link_leads_somewhere(site):
    sources = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    pages = {path: Page(source) for path, source in sources.items()}
    ids = {path: {attrs.get("id") for _, attrs in page.tags} for path, page in pages.items()}
    titles = [page.text.strip().split("\n")[0] for page in pages.values()]
    assert len(set(titles)) == len(pages) > 15
    for path, page in pages.items():
        assert page.all("html") == [{"lang": "id"}]
        assert len(page.all("h1")) == 1
        assert all(image["alt"] for image in page.all("img"))
        assert page.all("script") == [{}], "also where texts of data would like to be markup"
        assert page.all("link") == [{"rel": "icon", "href": "data:,"}]
        for link in [attrs["href"] for attrs in page.all("a")]:
            target, _, anchor = link.partition("#")
            whole = (path.parent / target).resolve() if target else path
            assert whole.is_file(), (path, link)
            assert not anchor or anchor in ids[whole], (path, link)
        (form,) = page.all("form")
        assert (path.parent / form["data-index"]).resolve().is_file()
        text = re.sub('"data:image/[^"]*"', "", sources[path])  # a drawing names its own standard
        assert re.findall(r"(?:url\(|@import|https?:|//\w+\.)[^\s\"]*", text) == []
        assert not re.search(r"kukar_analysis import|year: int|In \[", page.text)
        assert len(sources[path]) < 2_000_000


def test_no_published_file_holds_what_must_not_leave(site):
    assert share.leaks(site) == []


def test_the_manifest_fingerprints_every_raw_file_and_every_published_one(site, manifest, kukar):
    made, _ = kukar
    raw = [path for path in paths.RAW.glob("20*/**/*") if path.is_file()]
    on_disk = {
        path.relative_to(paths.RAW).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in raw
    }
    assert manifest["inputs"] == on_disk
    lines = "\n".join(f"{name} {sha}" for name, sha in sorted(on_disk.items()))
    made_from = hashlib.sha256(lines.encode()).hexdigest()[:12]
    assert {e["data"] for e in manifest["reports"] if e["region"] == KUKAR} == {made_from}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(site).items()}
    del found["manifest.json"]
    assert manifest["files"] == found
    for name in ("index", PILLAR):
        said = f"Dibuat 4 Desember 2023 14.05 WITA dari {len(on_disk)} berkas data. Catatan pembu"
        assert said in words_of(site / f"{name}.html")
    source = (site / f"{PILLAR}.html").read_text(encoding="utf-8")
    assert {"href": "03_pilar-governance.ipynb"} in Page(source).all("a")
    assert made["data"] == made_from


# The lists


def test_pages_lead_on_in_reading_order(listed):
    turns = site_pages.around(listed)
    assert set(turns) == {entry["name"] for entry in listed}
    for name, turn in turns.items():
        if after := turn["after"]:
            assert turns[after["name"]]["before"]["name"] == name
            assert after["name"].split("/")[:2] == name.split("/")[:2]  # of one region and year
    assert [*turns].index(SUMMARY) < [*turns].index(INDEX)
    assert turns[PILLAR]["after"]["name"] == PILLAR.replace("governance", "economy")


def test_the_manifest_and_the_index_say_what_became_of_each_report(site, manifest):
    found = {entry["name"]: entry for entry in manifest["reports"]}
    states = [(found[n]["status"], found[n]["page"]) for n in (INDEX, PILLAR, WAITING)]
    assert states == [("complete", True), ("incomplete", True), ("waiting", False)]
    assert found[PILLAR]["parameters"] == {"year": 2023, "region": "64.02", "pillar": "governance"}
    assert (found[INDEX]["index"], found[INDEX]["index_known"]) == ("2.82", "printed")
    assert (found[WAITING]["index"], found[WAITING]["index_known"]) == ("2.82", "implied")
    text = words_of(site / "index.html")
    for said in (
        "Kabupaten Kutai Kartanegara (64.02)",
        "2023: indeks 2,82",
        "2022: indeks 2,82 (hasil hitung balik, ±0,01)",
        "Indeks Smart City Kabupaten Kutai Kartanegara 2022 menunggu data",
        "Smart Governance Kabupaten Kutai Kartanegara 2023 belum lengkap",
        "Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat",
        "20232,820,0073 dari 130 Nasional, bersama 1 daerah lain 27 dari 58 KPPN & IKN",
        "2021tidak tercatat––",
    ):
        assert said in text
    assert text.index("2023: indeks 2,82") < text.index("2022: indeks 2,82")
    assert f'"{WAITING}.html"' not in (site / "index.html").read_text(encoding="utf-8")


def test_many_regions_have_a_page_each_that_a_telephone_can_open(site, kukar, listed):
    years = {2023: {}, 2024: {"index": None, "index_shown": "tidak tercatat"}}
    made = [
        entry | {"region": code, "region_name": f"Daerah {code}", "year": year} | figures
        for code in [*framework.load().regions][:130]
        for year, figures in years.items()
        for entry in listed[-1:]
    ]
    found = site_pages.lists(made, site, kukar[0])
    assert len(found) == 1 + 130
    assert max(len(text.encode()) for text in found.values()) < 300_000
    index = Page(found["index.html"])
    assert index.tables[0].column("Indeks") == ["2,82"] * 130, "of the last year that has one"
    assert {*found} == {a["href"] for a in index.all("a") if "daerah-" in a["href"]} | {
        "index.html"
    }
    assert site_pages.around(made)[made[0]["name"]]["home"] in found


@pytest.mark.usefixtures("processed_env")
def test_pages_that_are_not_asked_for_stay_and_lead_to_one_that_comes_between(tmp_path, kukar):
    def turns(name):
        found = Page((target / f"{name}.html").read_text(encoding="utf-8")).all("a")
        return {a["class"]: a["href"] for a in found if a.get("class") in ("before", "after")}

    made, pairs = kukar
    target = tmp_path / "laporan"
    publish_set(target, made, [pairs[PILLAR]])
    assert turns(PILLAR) == {}
    for path in (tmp_path / ".laporan.cache" / "made").iterdir():
        path.unlink()  # then it is made from the published notebook
    later = made | {"made_at": (MADE_AT + timedelta(days=1)).isoformat(), "data": "lain"}
    publish_set(target, later, [pairs[INDEX]])
    assert turns(PILLAR) == {"before": f"../../{INDEX}.html"}
    assert turns(INDEX) == {"after": f"../../{PILLAR}.html"}
    assert words_of(target / "index.html").count("dari data lama") == 1
    for name in (PILLAR, INDEX):
        assert ("Dari data lama." in words_of(target / f"{name}.html")) == (name == PILLAR)
    words = (target / site_pages.SEARCH).read_text(encoding="utf-8")
    assert all(f'"name":"{name}"' in words for name in (INDEX, PILLAR))


@pytest.mark.usefixtures("processed_env")
def test_a_failed_report_is_said_in_the_index(kukar, tmp_path):
    made, pairs = kukar
    for page, said in [(True, "gagal dibuat; halaman ini versi lama"), (False, "gagal dibuat")]:
        why = {"status": "failed", "error": "x", "page": page}
        failed = publish.entry_of(pairs[PILLAR][0], made, **why)
        source = site_pages.lists([failed], tmp_path, made)["index.html"]
        assert said in words_of(source)
        assert (f'href="{PILLAR}.html"' in source) == page


# In a browser


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM.exists():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def tab(browser, site):
    """Return a tab that may ask for nothing but the site's files, and says nothing wrong."""
    asked, wrong = [], []
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, base_url=f"{site.as_uri()}/"
    )
    made = context.new_page()
    made.on("request", lambda request: asked.append(request.url))
    made.on("console", lambda message: wrong.append(message.text))
    made.on("pageerror", lambda error: wrong.append(str(error)))
    yield made
    context.close()
    assert [url for url in asked if not url.startswith((f"{site.as_uri()}/", "data:"))] == []
    assert wrong == []


def column(tab, place):
    """Return the texts of a column of the first long table, of the rows that are shown."""
    rows = tab.query_selector(".tools + .table").query_selector_all("tbody tr")
    return [r.query_selector_all("th, td")[place].inner_text() for r in rows if r.is_visible()]


def printed(tab):
    """Return the pages of what the browser prints."""
    with pdfplumber.open(io.BytesIO(tab.pdf(prefer_css_page_size=True))) as pdf:
        return [(page.width, page.height, page.extract_text()) for page in pdf.pages]


def test_search_finds_pages_and_leads_to_the_section(tab, site):
    tab.goto("2023/00.01/08_program.html")
    tab.fill("#cari", "simulasi PERINGKAT")
    link = tab.wait_for_selector(".results a")
    found = [e.inner_text() for e in tab.query_selector_all(".results li")]
    assert "Ketahanan peringkat Kabupaten Kutai Kartanegara 2023" in found[0]
    assert "Peringkat pada simulasi · Kabupaten Kutai Kartanegara · 2023" in found[0]
    said = tab.inner_text(".results [role=status]")
    assert said == f"{len(found)} halaman memuat “simulasi PERINGKAT”."
    link.click()
    assert tab.url == f"{site.as_uri()}/2023/64.02/07_ketahanan.html#Peringkat-pada-simulasi"
    assert tab.is_visible("#Peringkat-pada-simulasi")


def test_a_page_that_was_sent_alone_says_that_search_needs_the_site(browser, site, tmp_path):
    (tmp_path / "alone.html").write_bytes((site / f"{PLANTED_PAGE}.html").read_bytes())
    tab = browser.new_page()
    tab.goto((tmp_path / "alone.html").as_uri())
    tab.click("thead button >> nth=1")
    assert column(tab, 1) == ROWS_UP
    tab.fill("#cari", "indeks")
    tab.wait_for_selector(".results [role=status]:not(:empty)")
    assert "pencarian.js tidak ada" in tab.inner_text(".results")
    tab.close()


def test_text_from_data_is_text_on_every_page_and_in_the_results(tab, site, listed):
    shown = " ".join(PLANTED.split())
    for name in ("index", PLANTED_PAGE):
        tab.goto(f"{name}.html")
        tab.fill("#cari", "kata langka")
        tab.wait_for_selector(".results a")
        assert shown in " ".join(tab.inner_text("body").split())
        assert shown in " ".join(tab.inner_text(".results a").split())
        assert tab.query_selector_all("img[src=x]") == []
        assert tab.evaluate("window.planted") is None
    source = (site / site_pages.SEARCH).read_bytes()
    assert source.isascii()
    assert b"<" not in source
    found = json.loads(source.removeprefix(b"window.KUKAR_INDEX = ").removesuffix(b";\n"))
    assert {one["name"]: one["title"] for one in found} == {e["name"]: e["title"] for e in listed}


def test_numbers_are_sorted_as_numbers_and_the_third_press_brings_the_order_back(tab):
    tab.goto(f"{PLANTED_PAGE}.html")
    head = tab.locator("thead th >> nth=1")
    down = [*ROWS_UP[-3::-1], *ROWS_UP[-2:]]
    for order, said in [(ROWS_UP, "ascending"), (down, "descending"), (ROWS, None)]:
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == said
        assert column(tab, 1) == order
        (own,) = tab.query_selector_all("tr.own")
        assert own.inner_text().split("\t")[0].startswith("Baris 01")


def test_paper_shows_a_filtered_and_sorted_table_whole_and_in_its_order(tab):
    tab.goto(f"{PLANTED_PAGE}.html")
    tab.click("thead button >> nth=1")
    tab.get_by_label("Saring baris").fill(",5 BARIS")
    text = "\n".join(text for _, _, text in printed(tab))
    places = [text.index(f"Baris {i:02}") for i in range(len(ROWS))]
    assert places == sorted(places)
    assert "Saring" not in text
    assert column(tab, 1) == ["12,5%", "1.234,5"]


def test_the_summary_is_one_sheet_of_a4(tab):
    tab.goto(f"{SUMMARY}.html")
    ((width, height, text),) = printed(tab)
    assert (round(width), round(height)) == (595, 842)
    assert "Catatan pembuatan" in text


def test_every_page_fits_the_screen_and_axe_finds_nothing_on_it(tab, listed):
    found, wide = [], []
    for name in ["index", *(entry["name"] for entry in listed)]:
        tab.goto(f"{name}.html")
        for width in (320, 1920, 360, 1280)[: 4 if name in ("index", PLANTED_PAGE) else 3]:
            tab.set_viewport_size({"width": width, "height": 740})
            if tab.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((name, width))
        tab.fill("#cari", "kabupaten")
        tab.wait_for_selector(".results a")
        for button in tab.query_selector_all("thead button")[:1]:
            button.click()
        for rule in Axe().run(tab).response["violations"]:
            found.append((name, rule["id"], rule["nodes"][0]["html"]))
    assert (found, wide) == ([], [])


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
