"""What a report's key depends on, and that nothing to do is said at once, without pandas."""

import json
import subprocess
import sys

import pytest
from making import REGION, Project, ended

from kukar_analysis import paths, used
from kukar_analysis.report import cache, make
from kukar_analysis.report.cache import Cache


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Lay out an office in small: a package, notebooks, raw files, tables."""
    for name in (
        "paket/score.py",
        "paket/definitions/regions.csv",
        "paket/report/templates/page.html",
        "notebooks/satu.ipynb",
        "notebooks/dua.ipynb",
        "notebooks/bantu.py",
        "notebooks/arsip/lama.ipynb",
        "data/raw/SOURCES.csv",
        "data/raw/2023/surat.pdf",
        "data/tambahan.csv",
        "data/processed/index_scores.parquet",
        "docs/metode.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("isi")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path / "paket")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "RAW", tmp_path / "data" / "raw")
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path / "notebooks")
    return tmp_path


def made_of(places):
    return Cache(places / "reports").made_of(places / "data" / "processed", paths.RAW)


def keys(places):
    found = made_of(places)
    return {name: found.key(name, {"year": 2023}) for name in ("satu", "dua")}


def test_a_changed_notebook_changes_its_own_key_only(places):
    before = keys(places)
    (places / "notebooks" / "satu.ipynb").write_text("lain")
    assert keys(places)["satu"] != before["satu"]
    assert keys(places)["dua"] == before["dua"]
    found = made_of(places)
    assert found.key("dua", {"year": 2022}) != before["dua"]
    assert found.key("dua", {"year": "2023"}) != before["dua"]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("paket/score.py", "the program"),
        ("paket/definitions/regions.csv", "the program"),
        ("paket/report/templates/page.html", "the program"),
        ("docs/metode.md", "the program"),
        ("data/processed/index_scores.parquet", "the tables"),
        ("data/raw/SOURCES.csv", "another file under notebooks or data"),
        ("data/raw/2023/surat.pdf", "another file under notebooks or data"),
        ("data/tambahan.csv", "another file under notebooks or data"),
        ("notebooks/bantu.py", "another file under notebooks or data"),
        ("notebooks/arsip/lama.ipynb", "another file under notebooks or data"),
    ],
)
@pytest.mark.parametrize("change", ["content", "gone", "name"])
def test_whatever_else_changes_changes_every_key(places, name, part, change):
    before, parts = keys(places), made_of(places).parts("satu", {})
    path = places / name
    if change == "content":
        path.write_text("ini")  # as long as before
    elif change == "gone":
        path.unlink()
    else:
        path.rename(path.with_name("x" + path.name))
    assert all(keys(places)[name] != before[name] for name in before)
    after = made_of(places).parts("satu", {})
    assert [name for name in parts if parts[name] != after[name]] == [part]


@pytest.mark.parametrize("library", ["pandas", "matplotlib", "nbconvert", "weasyprint"])
def test_another_version_of_a_library_changes_every_key(places, monkeypatch, library):
    before, real = keys(places), cache.metadata.version
    other = lambda name: "0.1" if name == library else real(name)  # noqa: E731
    monkeypatch.setattr(cache.metadata, "version", other)
    cache._versions.cache_clear()
    after = keys(places)
    cache._versions.cache_clear()
    assert all(after[name] != before[name] for name in before)


def test_what_the_program_writes_and_what_is_hidden_changes_nothing(places):
    before = made_of(places)
    for name in (
        "paket/__pycache__/score.pyc",
        "notebooks/.ipynb_checkpoints/satu-checkpoint.ipynb",
        "data/processed/last_run.json",
        "data/.processed.work/set/x.parquet",
        "reports/index.html",
    ):
        (places / name).parent.mkdir(parents=True, exist_ok=True)
        (places / name).write_text("isi")
    assert made_of(places) == before


def test_a_hash_is_taken_again_only_where_a_file_has_changed(places, monkeypatch):
    monkeypatch.setattr(cache, "_RACY", -(10**12))  # as if all were written long ago
    first = Cache(places / "reports")
    found = first.made_of(places / "data" / "processed", paths.RAW)
    first.close()
    again = Cache(places / "reports")
    monkeypatch.setattr(cache.hashlib, "sha256", lambda content: pytest.fail("read again"))
    assert again.hash(places / "data" / "tambahan.csv") == first.hash(
        places / "data" / "tambahan.csv"
    )
    monkeypatch.undo()
    (places / "reports").parent.joinpath(".reports.cache", "memo.json").write_text("{")
    monkeypatch.setattr(cache, "PACKAGE", places / "paket")
    assert Cache(places / "reports").hash(places / "data" / "tambahan.csv") == again.hash(
        places / "data" / "tambahan.csv"
    )
    assert found.whole


def test_a_change_within_the_same_moment_is_seen(places):
    known, path = Cache(places / "reports"), places / "data" / "tambahan.csv"
    before = known.hash(path)
    path.write_text("ini")
    assert known.hash(path) != before


def test_why_a_report_would_be_made_is_said(places):
    parts = made_of(places).parts("satu", {})
    assert make.reason(None, parts) == "not made yet, or it failed"
    assert make.reason({"parts": parts}, parts) == "it has left the cache"
    (places / "notebooks" / "satu.ipynb").write_text("lain")
    (places / "data" / "tambahan.csv").write_text("lain")
    said = "changed: its notebook, another file under notebooks or data"
    assert make.reason({"parts": parts}, made_of(places).parts("satu", {})) == said


# What an analysis read


@pytest.mark.parametrize(
    ("noted", "tells"),
    [
        ([("a", 2023, "35.07")], True),
        ([("a", None, "35.07")], True),
        ([("a", 2023, None)], True),
        ([("a", 2023, "64.02")], False),
        ([("a", 2022, "35.07")], False),
        ([("a", 2023, None), ("a", 2023, "64.02")], False),
        ([], False),
    ],
)
def test_a_page_tells_of_the_region_and_year_that_was_asked_for(monkeypatch, noted, tells):
    monkeypatch.setattr(used, "_TABLES", set())
    for one in noted:
        used.note_table(*one)
    assert used.tells_of(used.seen(), 2023, "35.07") is tells


# The project itself

NAMES = ["02_indeks", "03_pilar-governance"]
ASKED = ["--year", "2023", "--region", "64.02"]
ASKED += [word for name in NAMES for word in ("--only", f"{REGION}/{name}")]


@pytest.fixture(scope="module")
def project(processed, tmp_path_factory):
    """Copy the project and make two of Kukar's reports there."""
    found = Project.of(tmp_path_factory.mktemp("proyek") / "asal", processed)
    code, out, err = found.run("report", *ASKED)
    assert (code, err) == (0, "")
    assert "2 reports made, 0 failed, 0 up to date, 0 waiting" in out
    return found


def test_nothing_to_do_is_said_without_pandas_and_papermill(project):
    asked = ["-X", "importtime", "-m", "kukar_analysis", "report", *ASKED]
    ((code, out, err),) = ended([project.start(*asked)])
    assert code == 0
    assert out.startswith("nothing to do: 2 reports are as they would be made now\n")
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in err.splitlines()}
    assert {"typer", "kukar_analysis"} <= imported
    assert imported.isdisjoint({"pandas", "numpy", "pyarrow", "papermill", "nbformat", "filelock"})


def test_a_file_beside_and_a_definition_let_all_be_made_again_and_status_sees_what_is_gone(
    project,
):
    assert "0 to be made, 2 up to date" in project.run("list", *ASKED, "--why")[1]
    (project.folder / "data" / "tambahan.csv").write_text("a\n1\n")
    code, out, _ = project.run("list", *ASKED, "--why")
    assert code == 0
    assert out.count("to be made: changed: another file under notebooks or data") == 2
    (project.folder / "data" / "tambahan.csv").unlink()
    page = project.folder / "reports" / REGION / "02_indeks.html"
    page.unlink()
    found = json.loads(project.run("status", "--json")[1])
    said = f"{REGION}/02_indeks.html hilang dari terbitan: jalankan `kukar run`"
    assert said in found["wrong"]
    code, out, err = project.run("report", *ASKED)
    assert (code, err) == (0, "")
    assert "0 reports made, 0 failed, 2 up to date" in out
    assert page.exists()


def test_taking_fingerprints_needs_the_standard_library_only():
    script = (
        "import sys\nbefore = set(sys.modules)\n"
        "from kukar_analysis.report import cache, limits\n"
        "new = {n.partition('.')[0] for n in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == ["kukar_analysis"], done.stderr
