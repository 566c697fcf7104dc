"""A file is there whole or not at all, and one that is linked elsewhere is never written into."""

import os

import pytest

from kukar_analysis import paths


def test_text_and_bytes_are_written_with_their_folders(tmp_path):
    assert paths.write(tmp_path / "a" / "b.txt", "nilai é\n").read_bytes() == b"nilai \xc3\xa9\n"
    assert paths.write(tmp_path / "a" / "b.txt", b"\r\n").read_bytes() == b"\r\n"


def broken_off(temporary):
    temporary.write_text("baru")
    raise FileNotFoundError


def test_a_failure_leaves_what_was_there_and_nothing_beside_it(tmp_path):
    path = paths.write(tmp_path / "a", "lama")
    with pytest.raises(FileNotFoundError), paths.replacing(path) as temporary:
        broken_off(temporary)
    assert path.read_text() == "lama"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_linked_elsewhere_stays_there_as_it_was(tmp_path):
    path = paths.write(tmp_path / "a", "lama")
    kept = tmp_path / "b"
    os.link(path, kept)
    paths.write(path, "baru")
    assert (path.read_text(), kept.read_text()) == ("baru", "lama")
