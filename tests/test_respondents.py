"""Who answered a survey: a keyed hash that is the same for the same person and names nobody."""

import os
import re
import stat
import subprocess

import pytest

from kukar_analysis import paths, respondents
from kukar_analysis.errors import UsageError

SITI = {"person_name": "Siti Rekaan", "person_phone": "0812-3456-7890"}


@pytest.fixture
def key(tmp_path, monkeypatch):
    path = tmp_path / "kunci" / "key"
    monkeypatch.setenv(respondents.KEY_VARIABLE, str(path))
    return path


@pytest.mark.parametrize(
    ("written", "is_same"),
    [
        ({"person_name": "SITI  REKAAN", "person_phone": "+62 812 3456 7890"}, True),
        ({"person_name": "Siti Rekaan.", "person_phone": "(0812) 34567890"}, True),
        (SITI | {"person_email": "siti@contoh.id", "person_address": "Jalan Mawar 7"}, True),
        (SITI | {"person_number": "6402011234567890"}, True),
        ({"person_name": "Sita Rekaan", "person_phone": "0812-3456-7890"}, False),
        ({"person_name": "Siti Rekaan", "person_phone": "0812-3456-7891"}, False),
        ({"person_name": "Siti Rekaan"}, False),
        ({"person_phone": "0812-3456-7890"}, False),
    ],
)
def test_the_same_person_is_the_same_and_another_another(written, is_same):
    found = respondents.respondent(written)
    assert re.fullmatch("[0-9a-f]{16}", found)
    assert (found == respondents.respondent(SITI)) == is_same


def test_two_of_the_same_name_are_told_apart_by_whatever_else_is_told():
    told = [{}, {"person_email": "a@x.id"}, {"person_email": "b@x.id"}, {"person_address": "A 1"}]
    assert len({respondents.respondent({"person_name": "Siti"} | more) for more in told}) == 4


def test_a_person_of_whom_nothing_is_told_is_nobody_and_makes_no_key(key):
    assert respondents.respondent({"person_name": " - ", "person_phone": "-"}) is None
    assert not key.exists()


@pytest.mark.skipif(os.name != "posix", reason="file modes are those of POSIX")
def test_the_key_is_made_once_for_its_owner_alone(key, own_key, monkeypatch):
    first, content = respondents.respondent(SITI), key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert re.fullmatch(b"[0-9a-f]{64}", content)
    respondents._key.cache_clear()
    assert (respondents.respondent(SITI), key.read_bytes()) == (first, content)
    monkeypatch.setenv(respondents.KEY_VARIABLE, str(own_key))
    assert respondents.respondent(SITI) != first
    for mode, content, said in REFUSED:
        path = key.with_name(f"{mode}{len(content)}")
        path.write_bytes(content)
        path.chmod(mode)
        monkeypatch.setenv(respondents.KEY_VARIABLE, str(path))
        with pytest.raises(UsageError, match=said):
            respondents.respondent(SITI)


REFUSED = [
    (0o640, b"0" * 64, r"can be read by others; say: chmod 600 "),
    (0o604, b"0" * 64, r"can be read by others; say: chmod 600 "),
    (0o600, b"kunci", "is no key of ours; move it away"),
]
"""Keys that others may read, and one that is none."""


def test_without_the_variable_the_key_lies_beside_the_users_settings(monkeypatch, tmp_path):
    monkeypatch.delenv(respondents.KEY_VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert respondents.key_path() == tmp_path / "kukar" / "key"


def test_what_names_persons_in_the_raw_folder_never_enters_git_by_itself():
    kept = ["data/raw/SOURCES.csv", "data/sample/2023/contoh-survei-1.csv"]
    ignored = ["survei-x.csv", "opd/survei.xlsx", "surat-64.02.pdf"]
    ignored = [f"data/raw/2023/{name}" for name in ignored]
    asked = ["git", "-C", str(paths.ROOT), "check-ignore", "--no-index", *kept, *ignored]
    assert subprocess.run(asked, capture_output=True, text=True).stdout.split() == ignored
