"""What a report's key depends on."""

import pytest

from kukar_analysis import paths
from kukar_analysis.report import cache
from kukar_analysis.report.cache import Asked, key_of

OTHERS = ["paket/score.py", "paket/definitions/regions.csv", "docs/metode.md"]
OTHERS += ["data/raw/SOURCES.csv", "data/raw/2023/surat.pdf", "data/tambahan.csv"]
OTHERS += ["notebooks/bantu.py", "notebooks/arsip/lama.ipynb"]
OTHERS += ["data/processed/index_scores.parquet"]


def write(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("isi")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Lay out an office in small: a package, notebooks, raw files, tables."""
    write(tmp_path, *OTHERS, "notebooks/satu.ipynb", "notebooks/dua.ipynb")
    monkeypatch.setattr(cache, "PACKAGE", tmp_path / "paket")
    for name, place in {"ROOT": "", "RAW": "data/raw", "NOTEBOOKS": "notebooks"}.items():
        monkeypatch.setattr(paths, name, tmp_path / place)
    return tmp_path


@pytest.fixture
def now(places):
    """Return a function that gives the key of each notebook, and how the inputs look."""
    asked = Asked(raw=paths.RAW, processed=places / "data/processed", reports=places / "reports")

    def found(year=2023):
        made_of = asked.made_of()
        keys = {name: key_of(made_of, name, {"year": year}) for name in ("satu", "dua")}
        return keys, paths.stamp(asked.inputs())

    return found


def test_a_changed_notebook_changes_its_own_key_only(places, now):
    before, looked = now()
    (places / "notebooks" / "satu.ipynb").write_text("ini")  # as long as before
    after, looks = now()
    assert (after["satu"] != before["satu"], after["dua"] == before["dua"]) == (True, True)
    assert looks != looked
    assert len({now(year)[0]["dua"] for year in (2022, 2023, "2023")}) == 3


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("change", ["content", "gone", "name"])
def test_whatever_else_changes_changes_every_key(places, now, name, change):
    (before, looked), path = now(), places / name
    if change == "content":
        path.write_text("ini")
    elif change == "gone":
        path.unlink()
    else:
        path.rename(path.with_name("x" + path.name))
    after, looks = now()
    assert looks != looked
    assert all(after[name] != before[name] for name in before)


@pytest.mark.usefixtures("places")
def test_another_version_of_a_library_changes_every_key(now, monkeypatch):
    (before, _), real = now(), cache.metadata.version
    other = lambda name: "0.1" if name == "nbconvert" else real(name)  # noqa: E731
    monkeypatch.setattr(cache.metadata, "version", other)
    assert all(key != before[name] for name, key in now()[0].items())


def test_what_the_program_writes_and_what_is_hidden_changes_nothing(places, now):
    before = now()
    write(places, "paket/__pycache__/score.pyc", "notebooks/.ipynb_checkpoints/satu.ipynb")
    write(places, "data/processed/last_run.json", "data/.processed.work/x.parquet")
    write(places, "reports/index.html")
    assert now() == before


def test_a_page_tells_of_the_region_and_year_that_was_asked_for():
    own = [["a 2023 35.07"], ["a * 35.07"], ["a 2023 *"]]
    others = [["a 2023 64.02"], ["a 2022 35.07"], ["a 2023 *", "a 2023 64.02"], []]
    tells = [paths.tells_of(noted, 2023, "35.07") for noted in own + others]
    assert tells == [True] * len(own) + [False] * len(others)
