"""The record of a folder is believed only where it stands whole, in this version."""

import json
import os

import pytest

from kukar_analysis.report import fingerprint, state
from kukar_analysis.report.state import State, Uses

PAGE, INDEX = "2023/64.02/a.html", "index.html"


@pytest.fixture
def folder(tmp_path):
    """Return a published folder of one page, an index, and their record."""
    (tmp_path / PAGE).parent.mkdir(parents=True)
    (tmp_path / PAGE).write_text("halaman")
    (tmp_path / INDEX).write_text("daftar")
    state.write(record(tmp_path), tmp_path)
    return tmp_path


def record(folder):
    uses = Uses("n", "e", "p", {"python": "3"}, {"programmes * *": "t"}, {"pillars": "d"})
    return State(
        whole="semua",
        uses={"a": uses},
        files={"a": state.of_files([PAGE, "2023/64.02/a.pdf"], folder)},
        documents=state.of_files([INDEX], folder),
        asked={"kata": ["a"], "tidak ada": []},
        sheets={"a": "A4"},
        programs={"p": {"clean.py": "c"}},
    )


def test_what_is_written_is_read_back(folder):
    assert state.read(folder) == record(folder)
    assert list(record(folder).files["a"]) == [PAGE], "of what is not there nothing is noted"


def test_a_record_cut_anywhere_counts_as_none(folder):
    path = folder / state.FILE
    text = path.read_text(encoding="utf-8")
    for length in range(len(text)):
        path.write_text(text[:length], encoding="utf-8")
        assert state.read(folder) == State(), length


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found | {"format": 2},
        lambda found: found | {"format": "1"},
        lambda found: {k: v for k, v in found.items() if k != "format"},
        lambda found: {k: v for k, v in found.items() if k != "uses"},
        lambda found: found | {"uses": {"a": {"notebook": "n"}}},
        lambda found: found | {"uses": {"a": found["uses"]["a"] | {"new": 1}}},
        lambda found: found | {"uses": []},
        lambda found: found | {"new": 1},
        lambda found: [found],
        lambda found: None,
    ],
)
def test_a_record_of_another_version_counts_as_none(folder, change):
    path = folder / state.FILE
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    assert state.read(folder) == State()


def test_no_record_is_none(tmp_path):
    assert state.read(tmp_path) == State()
    assert state.read(tmp_path / "tidak ada") == State()


def test_a_record_in_another_coding_counts_as_none(folder):
    (folder / state.FILE).write_bytes(b"\xff\xfe{}")
    assert state.read(folder) == State()


def test_writing_leaves_what_is_linked_to_as_it_was(folder):
    old = folder / "lama.json"
    os.link(folder / state.FILE, old)
    state.write(State(whole="lain"), folder)
    assert state.read(folder).whole == "lain"
    assert json.loads(old.read_text())["whole"] == "semua"
    assert not list(folder.glob("*.tmp"))
    assert not list(folder.glob(".*.tmp"))


def test_files_are_whole_where_each_stands_as_it_was_written(folder):
    files = {PAGE: fingerprint.of_bytes(b"halaman"), INDEX: fingerprint.of_bytes(b"daftar")}
    assert state.is_whole(files, folder)
    (folder / INDEX).write_text("dafta")
    assert not state.is_whole(files, folder)
    (folder / INDEX).unlink()
    assert not state.is_whole(files, folder)
    assert not state.is_whole({}, folder), "of nothing nobody can tell"


def test_nothing_is_to_be_done_where_all_that_was_asked_stands(folder):
    assert state.nothing_to_do(folder, "kata", "semua") == 1


@pytest.mark.parametrize(
    ("asked", "whole"), [("kata lain", "semua"), ("kata", "lain"), ("kata", ""), ("", "semua")]
)
def test_other_words_or_anything_changed_is_looked_at(folder, asked, whole):
    assert state.nothing_to_do(folder, asked, whole) is None


def test_an_empty_record_never_stands_for_an_empty_fingerprint(tmp_path):
    state.write(State(asked={"kata": []}, documents={"a": fingerprint.of_bytes(b"a")}), tmp_path)
    (tmp_path / "a").write_bytes(b"a")
    assert state.nothing_to_do(tmp_path, "kata", "") is None


@pytest.mark.parametrize("name", [PAGE, INDEX, state.FILE])
def test_a_file_that_is_cut_is_looked_at(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1])
    assert state.nothing_to_do(folder, "kata", "semua") is None
    (folder / name).write_bytes(content)
    assert state.nothing_to_do(folder, "kata", "semua") == 1
    (folder / name).unlink()
    assert state.nothing_to_do(folder, "kata", "semua") is None


def test_a_report_of_which_no_file_is_known_is_looked_at(folder):
    found = record(folder)
    found.files.clear()
    state.write(found, folder)
    assert state.nothing_to_do(folder, "kata", "semua") is None
