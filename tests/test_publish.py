"""Pages, manifest and index: complete, from nowhere else, and safe whatever the data say."""

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from making import bytes_of, publish_set
from reading import KUKAR, Page, kernels, tables_from

import kukar_analysis
from kukar_analysis import store
from kukar_analysis.report import cache, publish, registry, run
from kukar_analysis.report import record as records
from kukar_analysis.report import site as site_pages

INDEX, PILLAR = "2023/64.02/02_indeks", "2023/64.02/03_pilar-governance"
MADE_AT = datetime(2023, 12, 4, 6, 5, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.fixture(scope="module")
def executed(processed, tmp_path_factory):
    """Run the index and one pillar of Kukar with the real notebooks."""
    place = tmp_path_factory.mktemp("executed")
    with tables_from(processed), kernels():
        reports = registry.reports(years=[2023], regions=[KUKAR], only=[INDEX, PILLAR])
        program = cache.Cache(place).program()
        outcomes = run.run(reports, place, processed=processed, program=program)
    assert [outcome.error for outcome in outcomes] == [None, None]
    return {outcome.report.name: (outcome.report, outcome.notebook) for outcome in outcomes}


@pytest.fixture(scope="module")
def record(processed):
    found = records.run_record(processed)
    return dataclasses.replace(found, made_at=MADE_AT, commit="abc123def456")


@pytest.fixture(scope="module")
def site(executed, record, processed, tmp_path_factory):
    """Publish both reports and one that waits, and return the folder; only to be read."""
    target = tmp_path_factory.mktemp("site") / "laporan"
    with tables_from(processed):
        waiting = registry.reports(years=[2022], regions=[KUKAR], only=["02_indeks"])
        publish_set(target, record, list(executed.values()), waiting)
    return target


@pytest.fixture(params=[f"{INDEX}.html", f"{PILLAR}.html", "index.html"])
def page(request, site):
    return site / request.param


def read(path):
    return Page(path.read_text(encoding="utf-8"))


def manifest(target):
    return json.loads((target / "manifest.json").read_text(encoding="utf-8"))


def entries(target):
    return {entry["name"]: entry for entry in manifest(target)["reports"]}


def test_a_page_says_its_language_and_has_one_heading_of_the_first_rank(page):
    found = read(page)
    assert found.all("html") == [{"lang": "id"}]
    assert len(found.all("h1")) == 1
    assert {"charset": "utf-8"} in found.all("meta")
    assert all(image["alt"] for image in found.all("img"))


def test_a_page_takes_nothing_from_outside_and_every_link_leads_to_a_file(page):
    found = read(page)
    links = [attrs[name] for _, attrs in found.tags for name in ("href", "src") if name in attrs]
    assert links
    for link in links:
        if link.startswith("#"):
            assert link[1:] in {attrs.get("id") for _, attrs in found.tags}
        elif not link.startswith("data:"):
            target, _, anchor = link.partition("#")
            assert (page.parent / target).resolve().is_file(), link
            assert not anchor or f'id="{anchor}"' in (page.parent / target).read_text("utf-8")
    assert found.all("script") == [{}]
    assert found.all("link") == [{"rel": "icon", "href": "data:,"}]
    (form,) = found.all("form")
    assert (page.parent / form["data-index"]).resolve().is_file()
    source = page.read_text(encoding="utf-8")
    assert re.findall(r"(?:url\(|@import|https?:|//\w+\.)[^\s\"]*", source) == []
    for code in ("kukar_analysis import", "year: int", "In ["):
        assert code not in found.text


def test_no_published_file_names_a_path_of_this_machine(site, executed, processed):
    places = [store.ROOT, Path.home(), Path(tempfile.gettempdir()), processed, Path(sys.prefix)]
    for path, content in bytes_of(site).items():
        for place in places:
            assert f"{place}{os.sep}".encode() not in content, (path, place)


def test_the_footer_says_what_made_the_page(page, record):
    footer = " ".join(read(page).text.split())
    footer = footer[footer.index("Dibuat ") :]
    assert f"kukar-analysis {kukar_analysis.__version__}" in footer
    assert "komit abc123def456" in footer
    assert "4 Desember 2023 14.05 WITA" in footer
    assert f"{len(record.inputs)} berkas data" in footer
    assert f"sidik jari {record.data}" in footer


def test_a_report_says_its_parameters_and_leads_to_its_notebook(site):
    found = read(site / f"{PILLAR}.html")
    text = " ".join(found.text.split())
    assert "Parameter: year = 2023, region = 64.02, pillar = governance." in text
    assert {"href": "03_pilar-governance.ipynb"} in found.all("a")
    assert "Smart Governance Kabupaten Kutai Kartanegara 2023" in text


def test_the_manifest_fingerprints_every_raw_file_and_every_published_one(site):
    def sha256(path):
        return hashlib.sha256(path.read_bytes()).hexdigest()

    raw = [path for path in store.RAW.glob("20*/**/*") if path.is_file()]
    on_disk = {path.relative_to(store.RAW).as_posix(): sha256(path) for path in raw}
    assert manifest(site)["inputs"] == on_disk
    assert len(on_disk) == 12
    lines = "\n".join(f"{name} {sha}" for name, sha in sorted(on_disk.items()))
    made_from = hashlib.sha256(lines.encode()).hexdigest()[:12]
    assert {entry["data"] for entry in entries(site).values()} == {made_from}
    found = {name: hashlib.sha256(content).hexdigest() for name, content in bytes_of(site).items()}
    del found["manifest.json"]
    assert manifest(site)["files"] == found


def test_the_manifest_says_what_became_of_each_report(site):
    found = entries(site)
    assert {name: (e["status"], e["page"]) for name, e in found.items()} == {
        INDEX: ("complete", True),
        PILLAR: ("incomplete", True),
        "2022/64.02/02_indeks": ("waiting", False),
    }
    assert found[PILLAR]["parameters"] == {"year": 2023, "region": "64.02", "pillar": "governance"}
    assert (found[INDEX]["index"], found[INDEX]["index_known"]) == ("2.82", "printed")
    waiting = found["2022/64.02/02_indeks"]
    assert (waiting["index"], waiting["index_known"]) == ("2.82", "implied")
    (waits_for,) = found[PILLAR]["waits_for"]
    assert waits_for.startswith("Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat")
    assert {e["made_at"] for e in found.values()} == {"2023-12-04T06:05:00+00:00"}


def test_the_index_lists_every_report_and_what_is_waited_for(site):
    found = read(site / "index.html")
    links = [attrs.get("href") for attrs in found.all("a")]
    assert f"{INDEX}.html" in links
    assert f"{PILLAR}.html" in links
    assert "2022/64.02/02_indeks.html" not in links
    text = " ".join(found.text.split())
    assert "Kabupaten Kutai Kartanegara (64.02)" in text
    assert "2023: indeks 2,82" in text
    assert "2022: indeks 2,82 (hasil hitung balik, ±0,01)" in text
    assert text.index("2023: indeks") < text.index("2022: indeks")
    assert "Indeks Smart City Kabupaten Kutai Kartanegara 2022 menunggu data" in text
    assert "Smart Governance Kabupaten Kutai Kartanegara 2023 belum lengkap" in text
    assert "Nilai per butir Kabupaten Kutai Kartanegara 2023 belum tercatat" in text
    assert "data/raw" not in text


@pytest.mark.parametrize("count", [3, 4])
def test_many_regions_are_listed_above_with_their_last_index_on_record(site, record, count):
    made = [entry for entry in manifest(site)["reports"] if entry["page"]]
    codes = ["64.02", "35.07", "64.72", "64.74"][:count]
    years = {2023: {}, 2024: {"index": None, "index_shown": "tidak tercatat"}}
    listed = [
        entry | {"region": code, "region_name": f"Daerah {code}", "year": year} | figures
        for code in codes
        for year, figures in years.items()
        for entry in made
    ]
    page = Page(site_pages.index(listed, site, record))
    found = [table for table in page.tables if table.caption.startswith("Semua daerah")]
    if count == 3:
        assert found == []
        return
    (overview,) = found
    assert overview.caption == "Semua daerah (4), tahun terakhir yang indeksnya tercatat"
    assert overview.heads == ["Daerah", "Tahun", "Indeks", "Peningkatan", "Peringkat"]
    text = " ".join(page.text.split())
    for code in codes:
        assert f"Daerah {code}20232,820,0073 dari 130 Nasional" in text
    assert {*overview.column("Tahun")} == {"2023"}
    assert {*overview.column("Indeks")} == {"2,82"}
    hrefs = {a["href"] for a in page.all("a") if "href" in a}
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert {href[1:] for href in hrefs if href.startswith("#daerah-")} <= ids


def test_pages_that_are_not_asked_for_stay_and_lead_to_one_that_comes_between(
    tmp_path, executed, record
):
    def turns(name):
        found = read(target / f"{name}.html").all("a")
        return {a["class"]: a["href"] for a in found if a.get("class") in ("before", "after")}

    target = tmp_path / "laporan"
    publish_set(target, record, [executed[PILLAR]])
    assert turns(PILLAR) == {}
    source = (target / f"{PILLAR}.html").read_text(encoding="utf-8")
    later = dataclasses.replace(record, made_at=MADE_AT + timedelta(days=1), inputs={"a": "b"})
    for path in (tmp_path / ".laporan.cache" / "made").iterdir():
        path.unlink()  # then it is made from the published notebook
    publish_set(target, later, [executed[INDEX]])
    assert turns(PILLAR) == {"before": f"../../{INDEX}.html"}
    assert turns(INDEX) == {"after": f"../../{PILLAR}.html"}
    assert entries(target)[PILLAR]["made_at"] == MADE_AT.isoformat()
    changed = (target / f"{PILLAR}.html").read_text(encoding="utf-8").splitlines()
    assert len(set(source.splitlines()) ^ set(changed)) == 1
    text = " ".join(read(target / "index.html").text.split())
    assert text.count("dari data lama") == 1
    assert "Kutai Kartanegara 2023 belum lengkap dari data lama" in text
    words = (target / site_pages.SEARCH).read_text(encoding="utf-8")
    assert all(f'"name":"{name}"' in words for name in (INDEX, PILLAR))


def test_a_failed_report_is_said_in_the_index(site, executed, record, tmp_path):
    report, _ = executed[PILLAR]
    for page, said in [(True, "gagal dibuat; halaman ini versi lama"), (False, "gagal dibuat")]:
        failed = publish.entry_of(report, record, "failed", error="x", page=page)
        found = Page(site_pages.index([failed], tmp_path, record))
        assert said in " ".join(found.text.split())
        assert (f"{PILLAR}.html" in [a.get("href") for a in found.all("a")]) == page


def test_text_from_data_never_becomes_markup_on_a_page(tmp_path, executed, record):
    planted, target = "<script>alert(1)</script> & {{ 7 }}", tmp_path / "laporan"
    report, notebook = executed[INDEX]
    fake = dataclasses.replace(report, title=planted)
    publish_set(target, dataclasses.replace(record, commit=planted), [(fake, notebook)])
    # title, kicker and way on the page; title alone in the index; the commit on both
    for name, times in [(f"{INDEX}.html", 4), ("index.html", 2)]:
        found = read(target / name)
        assert found.all("script") == [{}]
        assert found.text.count(planted) == times


def test_a_record_names_this_version_and_the_files_that_were_read(processed):
    made = records.run_record(processed)
    assert made.version == kukar_analysis.__version__
    assert made.made_at.tzinfo is UTC
    assert abs(datetime.now(UTC) - made.made_at) < timedelta(minutes=1)
    raw = [path for path in store.RAW.glob("2*/**/*") if path.is_file()]
    assert set(made.inputs) == {path.relative_to(store.RAW).as_posix() for path in raw}


def test_the_fingerprint_changes_with_any_file_and_not_with_their_order(record):
    reversed_inputs = dict(reversed(record.inputs.items()))
    assert dataclasses.replace(record, inputs=reversed_inputs).data == record.data
    for name in record.inputs:
        changed = {**record.inputs, name: "0" * 64}
        assert dataclasses.replace(record, inputs=changed).data != record.data


def test_the_commit_is_marked_where_files_differ_from_it(processed, tmp_path, monkeypatch):
    def git(*arguments):
        who = ["-c", "user.name=Uji", "-c", "user.email=uji@contoh.id"]
        subprocess.run(["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True)

    monkeypatch.setattr(store, "ROOT", tmp_path)
    assert records.run_record(processed).commit == "tidak diketahui"
    git("init")
    (tmp_path / "a").write_text("a")
    git("add", "a")
    git("commit", "-m", "a")
    commit = records.run_record(processed).commit
    assert re.fullmatch("[0-9a-f]{12}", commit)
    (tmp_path / "a").write_text("b")
    assert records.run_record(processed).commit == f"{commit}+"
