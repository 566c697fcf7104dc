"""What a report's key depends on."""

import pytest

from kukar_analysis import paths, used
from kukar_analysis.report import cache
from kukar_analysis.report.cache import Cache


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Lay out an office in small: a package, notebooks, raw files, tables."""
    for name in (
        "paket/score.py",
        "paket/definitions/regions.csv",
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


def keys(places):
    found = Cache(places / "reports").made_of(places / "data" / "processed", paths.RAW)
    return {name: found.key(name, {"year": 2023}) for name in ("satu", "dua")}


def test_a_changed_notebook_changes_its_own_key_only(places):
    before = keys(places)
    (places / "notebooks" / "satu.ipynb").write_text("lain")
    assert keys(places)["satu"] != before["satu"]
    assert keys(places)["dua"] == before["dua"]
    found = Cache(places / "reports").made_of(places / "data" / "processed", paths.RAW)
    assert len({found.key("dua", {"year": y}) for y in (2022, 2023, "2023")}) == 3


@pytest.mark.parametrize(
    "name",
    [
        "paket/score.py",
        "paket/definitions/regions.csv",
        "docs/metode.md",
        "data/processed/index_scores.parquet",
        "data/raw/SOURCES.csv",
        "data/raw/2023/surat.pdf",
        "data/tambahan.csv",
        "notebooks/bantu.py",
        "notebooks/arsip/lama.ipynb",
    ],
)
@pytest.mark.parametrize("change", ["content", "gone", "name"])
def test_whatever_else_changes_changes_every_key(places, name, change):
    before = keys(places)
    path = places / name
    if change == "content":
        path.write_text("ini")  # as long as before
    elif change == "gone":
        path.unlink()
    else:
        path.rename(path.with_name("x" + path.name))
    after = keys(places)
    assert all(after[name] != before[name] for name in before)


def test_another_version_of_a_library_changes_every_key(places, monkeypatch):
    before, real = keys(places), cache.metadata.version
    other = lambda name: "0.1" if name == "nbconvert" else real(name)  # noqa: E731
    monkeypatch.setattr(cache.metadata, "version", other)
    cache._versions.cache_clear()
    after = keys(places)
    cache._versions.cache_clear()
    assert all(after[name] != before[name] for name in before)


def test_what_the_program_writes_and_what_is_hidden_changes_nothing(places):
    before = keys(places)
    for name in (
        "paket/__pycache__/score.pyc",
        "notebooks/.ipynb_checkpoints/satu-checkpoint.ipynb",
        "data/processed/last_run.json",
        "data/.processed.work/set/x.parquet",
        "reports/index.html",
    ):
        (places / name).parent.mkdir(parents=True, exist_ok=True)
        (places / name).write_text("isi")
    assert keys(places) == before


def test_a_hash_is_taken_again_only_where_a_file_has_changed(places, monkeypatch):
    path = places / "data" / "tambahan.csv"
    first = Cache(places / "reports")
    before = first.hash(path)
    path.write_text("ini")
    assert first.hash(path) != before, "within the same moment"
    monkeypatch.setattr(cache, "_RACY", -(10**12))  # as if all were written long ago
    now = first.hash(path)
    first.close()
    with monkeypatch.context() as patch:
        patch.setattr(cache.writing, "sha256", lambda path: pytest.fail("read again"))
        assert Cache(places / "reports").hash(path) == now
    (places / ".reports.cache" / "memo.json").write_text("{")
    assert Cache(places / "reports").hash(path) == now


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
