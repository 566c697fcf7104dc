"""Fixtures that several test files share; what is dear is made once for all workers."""

import dataclasses
import hashlib
import logging
import pickle
import sys

sys.modules.setdefault("rfc3987_syntax", None)  # a second for a check that no notebook has
import pandas as pd
import pytest
import running
from filelock import FileLock
from reading import tables_from

from kukar_analysis import clean, framework, paths, respondents, store
from kukar_analysis.framework.facts import FieldSize
from kukar_analysis.report import notebooks

LONG = ("site", "engine", "letter", "share", "notebooks", "cli", "new_year", "zygote", "workbook")
"""Files that take longest begin first, so that no worker waits for another at the end."""


def pytest_collection_modifyitems(items):
    places = {f"test_{name}": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def shared(tmp_path_factory, request):
    """Return a folder of this session that all its workers see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def once(shared):
    """Return a function that makes something in a folder, for whichever worker asks first.

    `once(name, make)` returns what `make(folder)` returned; the folder is only read from then on.
    """

    def once(name, make):
        folder, kept = shared / name, shared / f"{name}.pickle"
        with FileLock(shared / f"{name}.lock"):
            if not kept.exists():
                folder.mkdir(exist_ok=True)
                kept.write_bytes(pickle.dumps(make(folder)))
        return pickle.loads(kept.read_bytes())

    return once


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
def cleaned(once):
    return once("processed", lambda folder: clean.clean(paths.RAW, folder))


@pytest.fixture(scope="session")
def processed(cleaned, shared):
    """Return the folder of the tables made from the raw folder of the project; only read it."""
    return shared / "processed"


@pytest.fixture(scope="session")
def tables(processed):
    """Return every table of `processed` by name; copy one before changing it."""
    return {name: store.read(name, processed) for name in store.SCHEMAS}


@pytest.fixture
def with_definitions(monkeypatch):
    """Return a function that gives the loaded definitions other fields."""

    def change(**fields):
        changed = dataclasses.replace(framework.load(), **fields)
        monkeypatch.setattr(framework, "load", lambda: changed)

    return change


@pytest.fixture
def sized(with_definitions):
    """Return a function that says how many regions took part, by edition, for one test."""

    def say(participants):
        sizes = (FieldSize("assumed", "project", e, "real", n, n) for e, n in participants.items())
        with_definitions(field_sizes={size.edition: {"real": size} for size in sizes})

    return say


@pytest.fixture
def held(monkeypatch):
    """Return a function that lets the store hold these rows or frames alone, unwritten."""

    def hold(**rows):
        frames, now = {name: store.frame(name, []) for name in store.SCHEMAS}, object()
        for name, some in rows.items():
            made = some if isinstance(some, pd.DataFrame) else store.frame(name, some)
            frames[name] = store.validated(name, made)
        monkeypatch.setattr(store, "_newest", lambda table, _: frames[table])
        monkeypatch.setattr(paths, "stamp", lambda _: now)

    return hold


@pytest.fixture(scope="session")
def sample_cleaned(once):
    respondents.respondent({"person_name": "makes the key, which is said once"})
    return once("sample", lambda folder: clean.clean(paths.ROOT / "data" / "sample", folder))


@pytest.fixture(scope="session")
def sample_processed(sample_cleaned, shared):
    """Return the folder of the tables made from the invented office; only read it."""
    return shared / "sample"


@pytest.fixture
def processed_env(processed, monkeypatch):
    """Point notebooks, and whatever reads without a folder, to `processed`."""
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(processed))
    return processed


@pytest.fixture
def sample_env(sample_processed, monkeypatch):
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(sample_processed))
    return sample_processed


@pytest.fixture(scope="session")
def executed(once, request):
    """Return a function that runs a notebook with what it knows of some parameters, once.

    It is run on the tables of the invented office where the region is that one.
    """

    def run(notebook, **given):
        path = paths.NOTEBOOKS / f"{notebook}.ipynb"
        known = {n: given.get(n, v) for n, v in notebooks.read(path).parameters.items()}
        kind = "sample_processed" if known.get("region") == "00.01" else "processed"
        tables = request.getfixturevalue(kind)

        def make(folder):
            with tables_from(tables):
                return running.executed(path, known)

        return once(f"{notebook}-{hashlib.sha256(repr(known).encode()).hexdigest()}", make)

    return run


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
    def run(files):
        return clean.clean(raw_folder(files), tmp_path_factory.mktemp("out"))

    return run
