"""Pages, manifest and index: complete, from nowhere else, and never half made."""

import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from reading import KUKAR, Page, kernels, tables_from

import kukar_analysis
from kukar_analysis import store
from kukar_analysis.report import publish, registry, run, search
from kukar_analysis.report import site as site_pages

INDEX, PILLAR = "2023/64.02/02_indeks", "2023/64.02/03_pilar-governance"
MADE_AT = datetime(2023, 12, 4, 6, 5, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("processed_env")


@dataclasses.dataclass
class Executed:
    """Reports that were run once; `outcome` stages a copy, since publishing moves it."""

    reports: dict
    folder: Path

    def outcome(self, name, staged, error=None):
        notebook = staged / f"{name}.ipynb"
        notebook.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / f"{name}.ipynb", notebook)
        return run.Outcome(self.reports[name], notebook, 1.0, error)

    def publish(self, folder, record, *names, waiting=(), failed=None):
        with tempfile.TemporaryDirectory(dir=folder) as staged:
            outcomes = [self.outcome(name, Path(staged)) for name in names]
            outcomes += [self.outcome(n, Path(staged), e) for n, e in (failed or {}).items()]
            return publish.publish(outcomes, list(waiting), folder, Path(staged), record)


@pytest.fixture(scope="module")
def executed(processed, tmp_path_factory):
    """Run the index and one pillar of Kukar with the real notebooks."""
    folder = tmp_path_factory.mktemp("executed")
    with tables_from(processed), kernels():
        reports = registry.reports(years=[2023], regions=[KUKAR], only=[INDEX, PILLAR])
        outcomes = run.run(reports, folder, processed=processed)
    assert [outcome.error for outcome in outcomes] == [None, None]
    return Executed({report.name: report for report in reports}, folder)


@pytest.fixture(scope="module")
def record(processed):
    return dataclasses.replace(
        publish.run_record(processed), made_at=MADE_AT, commit="abc123def456"
    )


@pytest.fixture(scope="module")
def site(executed, record, processed, tmp_path_factory):
    """Publish both reports and one that waits, and return the folder; only to be read."""
    folder = tmp_path_factory.mktemp("site")
    with tables_from(processed):
        waiting = registry.reports(years=[2022], regions=[KUKAR], only=["02_indeks"])
        executed.publish(folder, record, INDEX, PILLAR, waiting=waiting)
    return folder


@pytest.fixture
def folder(tmp_path, executed, record):
    """Publish both reports into a folder of the test's own."""
    executed.publish(tmp_path, record, INDEX, PILLAR)
    return tmp_path


@pytest.fixture(params=[f"{INDEX}.html", f"{PILLAR}.html", "index.html"])
def page(request, site):
    return site / request.param


def read(path):
    return Page(path.read_text(encoding="utf-8"))


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def entries(folder):
    return {entry["name"]: entry for entry in manifest(folder)["reports"]}


def bytes_of(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


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


def test_a_page_shows_no_code(page):
    text = read(page).text
    for code in ("kukar_analysis import", "narrative.", "tables.", "plots.", "year: int", "In ["):
        assert code not in text


def test_no_published_file_names_a_path_of_this_machine(site, executed, processed):
    places = [store.ROOT, Path.home(), Path(tempfile.gettempdir()), executed.folder, processed]
    places.append(Path(sys.prefix))
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


def test_the_manifest_fingerprints_every_raw_file(site):
    on_disk = {
        path.relative_to(store.RAW).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in store.RAW.glob("20*/**/*")
        if path.is_file()
    }
    assert manifest(site)["inputs"] == on_disk
    assert len(on_disk) == 12
    lines = "\n".join(f"{name} {sha}" for name, sha in sorted(on_disk.items()))
    fingerprint = hashlib.sha256(lines.encode()).hexdigest()[:12]
    assert {entry["data"] for entry in entries(site).values()} == {fingerprint}


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
    listed = [
        entry | {"region": code, "region_name": f"Daerah {code}", "year": year} | figures
        for code in codes
        for year, figures in {
            2023: {},
            2024: {"index": None, "index_shown": "tidak tercatat"},
        }.items()
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
    assert {*overview.column("Peningkatan")} == {"0,00"}
    hrefs = {a["href"] for a in page.all("a") if "href" in a}
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert {href[1:] for href in hrefs if href.startswith("#daerah-")} <= ids


def test_a_second_run_with_fewer_reports_keeps_the_others(folder, executed, record):
    later = dataclasses.replace(record, made_at=MADE_AT + timedelta(days=1), inputs={"a": "b"})
    before = bytes_of(folder)
    executed.publish(folder, later, INDEX)
    found = entries(folder)
    assert found[PILLAR]["made_at"] == MADE_AT.isoformat()
    assert found[INDEX]["made_at"] == later.made_at.isoformat()
    assert found[PILLAR]["page"]
    assert bytes_of(folder)[Path(f"{PILLAR}.html")] == before[Path(f"{PILLAR}.html")]
    assert bytes_of(folder)[Path(f"{INDEX}.html")] != before[Path(f"{INDEX}.html")]
    text = " ".join(read(folder / "index.html").text.split())
    assert text.count("dari data lama") == 1
    assert "Kutai Kartanegara 2023 belum lengkap dari data lama" in text


def test_the_same_run_published_twice_is_the_same_bytes(folder, executed, record):
    before = bytes_of(folder)
    executed.publish(folder, record, INDEX, PILLAR)
    assert bytes_of(folder) == before


@pytest.mark.parametrize(
    "spoil",
    [lambda text: text[: len(text) // 2], lambda text: "[]", lambda text: ""],
    ids=["cut in half", "another content", "empty"],
)
def test_a_manifest_that_is_cut_is_not_believed(folder, executed, record, spoil):
    path = folder / "manifest.json"
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    executed.publish(folder, record, INDEX)
    assert list(entries(folder)) == [INDEX]
    links = [attrs.get("href") for attrs in read(folder / "index.html").all("a")]
    assert [link for link in links if link.endswith("02_indeks.html")] == [f"{INDEX}.html"]


def test_a_failed_report_keeps_its_earlier_page_and_the_index_says_so(folder, executed, record):
    before = bytes_of(folder)[Path(f"{PILLAR}.html")]
    executed.publish(folder, record, INDEX, failed={PILLAR: "cell 4 (x): ValueError: y"})
    entry = entries(folder)[PILLAR]
    assert (entry["status"], entry["page"]) == ("failed", True)
    assert entry["error"] == "cell 4 (x): ValueError: y"
    assert bytes_of(folder)[Path(f"{PILLAR}.html")] == before
    text = " ".join(read(folder / "index.html").text.split())
    assert "gagal dibuat; halaman ini versi lama" in text
    (copy,) = (folder / "gagal").iterdir()
    assert copy.name == f"{PILLAR.replace('/', '_')}.ipynb"
    executed.publish(folder, record, PILLAR)
    assert not copy.exists()
    assert entries(folder)[PILLAR]["status"] == "incomplete"


def test_a_report_that_failed_the_first_time_has_no_page(tmp_path, executed, record):
    executed.publish(tmp_path, record, failed={PILLAR: "cell 4 (x): ValueError: y"})
    assert not (tmp_path / f"{PILLAR}.html").exists()
    assert entries(tmp_path)[PILLAR]["page"] is False
    links = [attrs.get("href") for attrs in read(tmp_path / "index.html").all("a")]
    assert f"{PILLAR}.html" not in links


def test_publishing_that_breaks_off_leaves_everything_as_it_was(
    folder, executed, record, monkeypatch
):
    before, render = bytes_of(folder), site_pages.render

    def break_at_the_second(entry, *others):
        if entry["name"] == PILLAR:
            raise OSError("disk full")
        return render(entry, *others)

    monkeypatch.setattr(site_pages, "render", break_at_the_second)
    later = dataclasses.replace(record, made_at=MADE_AT + timedelta(days=1))
    with pytest.raises(OSError, match="disk full"):
        executed.publish(folder, later, INDEX, PILLAR)
    assert bytes_of(folder) == before


def test_text_from_data_never_becomes_markup_on_a_page(tmp_path, executed, record):
    planted = "<script>alert(1)</script> & {{ 7 }}"
    (report,) = [r for r in executed.reports.values() if r.name == INDEX]
    fake = dataclasses.replace(report, title=planted)
    twin = Executed({INDEX: fake}, executed.folder)
    twin.publish(tmp_path, dataclasses.replace(record, commit=planted), INDEX)
    # title, kicker and way on the page; title alone in the index; the commit on both
    for name, times in [(f"{INDEX}.html", 4), ("index.html", 2)]:
        found = read(tmp_path / name)
        assert found.all("script") == [{}]
        assert found.text.count(planted) == times


def test_a_record_names_this_version_and_the_files_that_were_read(processed):
    made = publish.run_record(processed)
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


def git(folder, *arguments):
    who = ["-c", "user.name=Uji", "-c", "user.email=uji@contoh.id"]
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def test_the_commit_is_marked_where_files_differ_from_it(processed, tmp_path, monkeypatch):
    monkeypatch.setattr(store, "ROOT", tmp_path)
    assert publish.run_record(processed).commit == "tidak diketahui"
    git(tmp_path, "init")
    (tmp_path / "a").write_text("a")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-m", "a")
    clean = publish.run_record(processed).commit
    assert re.fullmatch("[0-9a-f]{12}", clean)
    (tmp_path / "a").write_text("b")
    assert publish.run_record(processed).commit == f"{clean}+"


# Corrected papers

RALAT = "2023/surat.pdf#p1:r1: superseded by 2023/surat-ralat.pdf#p1:r1: score 2.6 -> 2.8"


def test_a_correction_marks_the_pages_of_its_year_and_keeps_them(folder, executed, record):
    later = dataclasses.replace(
        record, corrections=[RALAT], made_at=MADE_AT + timedelta(days=9), inputs={"a": "b"}
    )
    executed.publish(folder, later, INDEX)
    entries = {e["name"]: e for e in json.loads((folder / "manifest.json").read_text())["reports"]}
    (aside,) = entries[INDEX]["replaced"]
    kept = (folder / aside).read_text(encoding="utf-8")
    assert "Halaman ini sudah diganti" in kept
    assert "score 2.6 -&gt; 2.8" in kept
    assert "Halaman ini sudah diganti" not in (folder / f"{INDEX}.html").read_text("utf-8")
    # not made again this time, so it says itself that it is out of date
    assert "Halaman ini sudah diganti" in (folder / f"{PILLAR}.html").read_text("utf-8")
    assert entries[PILLAR]["status"] == "replaced"
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert index.count("sudah diganti oleh ralat") == 1
    assert aside in index
    kept_page = read(folder / aside)
    for link in [attrs["href"].partition("#")[0] for attrs in kept_page.all("a")]:
        assert not link or ((folder / aside).parent / link).resolve().is_file(), link


def test_pages_of_earlier_runs_lead_to_a_page_that_comes_between_them(tmp_path, executed, record):
    def turns(name):
        found = read(tmp_path / f"{name}.html").all("a")
        return {a["class"]: a["href"] for a in found if a.get("class") in ("before", "after")}

    executed.publish(tmp_path, record, PILLAR)
    assert turns(PILLAR) == {}
    source = (tmp_path / f"{PILLAR}.html").read_text(encoding="utf-8")
    executed.publish(tmp_path, record, INDEX)
    assert turns(PILLAR) == {"before": f"../../{INDEX}.html"}
    assert turns(INDEX) == {"after": f"../../{PILLAR}.html"}
    changed = (tmp_path / f"{PILLAR}.html").read_text(encoding="utf-8").splitlines()
    assert len(set(source.splitlines()) ^ set(changed)) == 1


def test_the_search_index_holds_pages_of_earlier_runs_and_is_made_anew_when_lost(
    folder, executed, record
):
    before = (folder / search.FILE).read_bytes()
    for spoil in (b"", before[:1000], b"window.KUKAR_INDEX = {};\n"):
        (folder / search.FILE).write_bytes(spoil)
        executed.publish(folder, record, INDEX)
        assert (folder / search.FILE).read_bytes() == before
    (folder / search.FILE).unlink()
    executed.publish(folder, record, INDEX)
    assert (folder / search.FILE).read_bytes() == before


def test_a_manifest_of_an_earlier_version_is_still_read(folder, executed, record):
    path = folder / "manifest.json"
    listed = manifest(folder)
    for entry in listed["reports"]:
        for later in ("question", "index_shown", "change", "ranks"):
            del entry[later]
    path.write_text(json.dumps(listed), encoding="utf-8")
    executed.publish(folder, record, INDEX)
    assert f"{PILLAR}.html" in [a.get("href") for a in read(folder / "index.html").all("a")]


def test_a_correction_of_another_year_or_known_before_marks_nothing(folder, executed, record):
    other = RALAT.replace("2023/", "2021/")
    for _ in range(2):
        executed.publish(folder, dataclasses.replace(record, corrections=[other]), INDEX)
    assert not (folder / "diganti").exists()
    assert "diganti" not in (folder / f"{PILLAR}.html").read_text("utf-8")
