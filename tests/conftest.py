"""Fixtures that several test files share."""

from __future__ import annotations

import pytest

from kukar_analysis import clean, store


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """What `clean` returns for the raw folder of the project, and where it wrote: done once."""
    folder = tmp_path_factory.mktemp("processed")
    return clean.clean(store.RAW, folder), folder


@pytest.fixture(scope="session")
def cleaned(made):
    """What `clean` returned for the raw folder of the project."""
    return made[0]


@pytest.fixture(scope="session")
def processed(made):
    """The folder of the tables made from the raw folder of the project; only to be read."""
    return made[1]


@pytest.fixture(scope="session")
def tables(processed):
    """Every table of `processed`, by name; copy before changing one."""
    return {name: store.read(name, processed) for name in store.SCHEMAS}


@pytest.fixture
def processed_env(processed, monkeypatch):
    """Point notebooks, and whatever reads without a folder, to `processed`."""
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(processed))
    return processed


@pytest.fixture
def raw_folder(tmp_path):
    """A function that writes files, {"2023/table.csv": text or bytes}, and returns their folder."""

    def write(files):
        folder = tmp_path / "raw"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write
