"""Who answered a survey: a keyed hash that is the same for the same person and names nobody."""

from __future__ import annotations

import os
import re
import stat
import subprocess

import pytest

from kukar_analysis import respondents, store
from kukar_analysis.errors import UsageError

SITI = {"person_name": "Siti Rekaan", "person_phone": "0812-3456-7890"}


@pytest.fixture
def key(tmp_path, monkeypatch):
    """Point to a key that is not there yet."""
    path = tmp_path / "kunci" / "key"
    monkeypatch.setenv(respondents.KEY_VARIABLE, str(path))
    return path


@pytest.mark.parametrize(
    "written",
    [
        {"person_name": "SITI  REKAAN", "person_phone": "+62 812 3456 7890"},
        {"person_name": "siti rekaan", "person_phone": "62812 3456 7890"},
        {"person_name": "Siti Rekaan.", "person_phone": "(0812) 34567890"},
        SITI | {"person_email": "siti@contoh.id", "person_address": "Jalan Mawar 7"},
        SITI | {"person_number": "6402011234567890"},
    ],
)
def test_the_same_person_written_otherwise_is_the_same(written):
    assert respondents.respondent(written) == respondents.respondent(SITI)


@pytest.mark.parametrize(
    "other",
    [
        {"person_name": "Sita Rekaan", "person_phone": "0812-3456-7890"},
        {"person_name": "Siti Rekaan", "person_phone": "0812-3456-7891"},
        {"person_name": "Siti Rekaan"},
        {"person_phone": "0812-3456-7890"},
    ],
)
def test_another_person_is_another(other):
    assert respondents.respondent(other) not in (respondents.respondent(SITI), None)


def test_two_of_the_same_name_are_told_apart_by_whatever_else_is_told():
    told = [{}, {"person_email": "a@x.id"}, {"person_email": "b@x.id"}, {"person_address": "A 1"}]
    named = [respondents.respondent({"person_name": "Siti"} | more) for more in told]
    assert len(set(named)) == 4


@pytest.mark.parametrize(
    "person", [{}, {"person_name": ""}, {"person_name": " - ", "person_phone": "-"}]
)
def test_a_person_of_whom_nothing_is_told_is_nobody(person):
    assert respondents.respondent(person) is None


def test_the_hash_holds_nothing_of_the_person():
    assert re.fullmatch("[0-9a-f]{16}", respondents.respondent(SITI))


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_the_key_is_made_once_for_its_owner_alone(key):
    first = respondents.respondent(SITI)
    content = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert re.fullmatch(b"[0-9a-f]{64}", content)
    respondents._key.cache_clear()
    assert respondents.respondent(SITI) == first
    assert key.read_bytes() == content


def test_nothing_is_made_for_who_tells_nothing(key):
    assert respondents.respondent({"person_name": ""}) is None
    assert not key.exists()


def test_another_key_gives_other_hashes(key, own_key, monkeypatch):
    first = respondents.respondent(SITI)
    monkeypatch.setenv(respondents.KEY_VARIABLE, str(own_key))
    assert respondents.respondent(SITI) != first


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_is_refused(key, mode):
    key.parent.mkdir()
    key.write_bytes(b"0" * 64)
    key.chmod(mode)
    with pytest.raises(UsageError, match=r"can be read by others; say: chmod 600 .*key"):
        respondents.respondent(SITI)


def test_a_file_that_is_no_key_is_refused(key):
    key.parent.mkdir()
    key.write_bytes(b"kunci")
    key.chmod(0o600)
    with pytest.raises(UsageError, match="is no key of ours; move it away"):
        respondents.respondent(SITI)


def test_without_the_variable_the_key_lies_beside_the_users_settings(monkeypatch, tmp_path):
    monkeypatch.delenv(respondents.KEY_VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert respondents.key_path() == tmp_path / "kukar" / "key"
    assert store.ROOT not in respondents.key_path().parents


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/raw/2023/survei-x.csv", True),
        ("data/raw/2023/opd/survei.xlsx", True),
        ("data/raw/2023/survei-living/hasil.xlsx", True),
        ("data/raw/2023/survey.csv", True),
        ("data/raw/2023/Hasil Kuesioner Living.xlsx", True),
        ("data/raw/2023/surat-64.02.pdf", True),
        ("data/raw/SOURCES.csv", False),
        ("data/sample/2023/contoh-survei-1.csv", False),
    ],
)
def test_what_names_persons_in_the_raw_folder_never_enters_git_by_itself(path, ignored):
    asked = ["git", "-C", str(store.ROOT), "check-ignore", "--quiet", "--no-index", path]
    assert subprocess.run(asked, check=False).returncode == (0 if ignored else 1)
