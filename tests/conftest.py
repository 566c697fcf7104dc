"""Fixtures that several test files share."""

from __future__ import annotations

import dataclasses
import logging

import pytest

from kukar_analysis import clean, framework, respondents, store
from kukar_analysis.framework.facts import FieldSize


@pytest.fixture(scope="session", autouse=True)
def own_key(tmp_path_factory):
    """Let no test make or use the key of whoever runs them; return where theirs lies."""
    path = tmp_path_factory.mktemp("key") / "key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(respondents.KEY_VARIABLE, str(path))
        yield path


@pytest.fixture(autouse=True)
def papermill_speaks():
    """Let papermill warn: the runner, which says all itself, keeps it quiet in its process."""
    logging.getLogger("papermill").setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Clean the raw folder of the project once; return what `clean` returned and where it wrote."""
    folder = tmp_path_factory.mktemp("processed")
    return clean.clean(store.RAW, folder), folder


@pytest.fixture(scope="session")
def cleaned(made):
    """Return what `clean` returned for the raw folder of the project."""
    return made[0]


@pytest.fixture(scope="session")
def processed(made):
    """Return the folder of the tables made from the raw folder of the project; only read it."""
    return made[1]


@pytest.fixture(scope="session")
def tables(processed):
    """Return every table of `processed` by name; copy one before changing it."""
    return {name: store.read(name, processed) for name in store.SCHEMAS}


@pytest.fixture
def with_definitions(monkeypatch):
    """Return a function that gives the loaded definitions other fields, for one test."""

    def change(**fields):
        changed = dataclasses.replace(framework.load(), **fields)
        monkeypatch.setattr(framework, "load", lambda: changed)

    return change


@pytest.fixture
def sized(with_definitions):
    """Return a function that says how many regions took part, by edition, for one test."""

    def say(participants):
        with_definitions(
            field_sizes={
                (edition, "real"): FieldSize("assumed", "project", edition, "real", count, count)
                for edition, count in participants.items()
            }
        )

    return say


@pytest.fixture
def processed_env(processed, monkeypatch):
    """Point notebooks, and whatever reads without a folder, to `processed`."""
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(processed))
    return processed


@pytest.fixture(scope="session")
def sample_processed(tmp_path_factory):
    """Return the folder of the tables made from the invented office of data/sample."""
    folder = tmp_path_factory.mktemp("sample_processed")
    clean.clean(store.ROOT / "data" / "sample", folder)
    return folder


@pytest.fixture
def sample_env(sample_processed, monkeypatch):
    """Point notebooks, and whatever reads without a folder, to the invented office's tables."""
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(sample_processed))
    return sample_processed


@pytest.fixture(scope="session")
def raw_folder(tmp_path_factory):
    """Return a function that writes files, {"2023/x.csv": text or bytes}, into a new raw folder."""

    def write(files):
        folder = tmp_path_factory.mktemp("raw")
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture(scope="session")
def clean_files(raw_folder, tmp_path_factory):
    """Return a function that writes files like `raw_folder`, cleans them and returns `Cleaned`."""

    def run(files):
        return clean.clean(raw_folder(files), tmp_path_factory.mktemp("out"))

    return run
