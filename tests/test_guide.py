"""The analysts' guide: every command in it is run, in its order, in a copy of the project."""

import re
import shlex
import shutil

import pytest
from copied import kukar, project, python

from kukar_analysis import store

GUIDE = (store.ROOT / "docs" / "panduan-analis.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", GUIDE, flags=re.M | re.S)
LINES = [line for kind, block in BLOCKS if not kind for line in block.splitlines()]
INSTALLS = ("make setup", "python -m venv", ".venv\\Scripts", "export ", "set ", "python -m pip")
"""What installs the program is tried by hand: it changes the machine, or needs a network."""
ELSEWHERE = ("kukar lab", "kukar run --notify")
"""One goes on until it is ended, one needs an address: test_desk.py and test_status.py try them."""
COMMANDS = [line for line in LINES if not line.startswith((*INSTALLS, *ELSEWHERE))]
ALARMS = {"kukar status": 1}
"""No letter of a later year came to this copy, and the status says so by its exit code."""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Return a copy of the project with its raw files, as an office has it."""
    folder = project(tmp_path_factory.mktemp("kantor"))
    shutil.copytree(store.RAW, folder / "data" / "raw")
    shutil.copytree(store.ROOT / "docs", folder / "docs")
    return folder


@pytest.fixture(scope="module")
def ran(office):
    """Run the commands as they stand, one after another; return how each ended."""
    assert all(line.startswith("kukar ") for line in COMMANDS), "who runs it?"
    return {line: kukar(office, *shlex.split(line)[1:]) for line in COMMANDS}


def test_every_command_of_the_guide_ends_well(ran):
    assert len(ran) >= 12
    ended = {line: (done.returncode, done.stderr) for line, done in ran.items()}
    failed = {line: end for line, end in ended.items() if end[0] != ALARMS.get(line, 0)}
    assert failed == {}


def test_what_the_guide_promises_is_there(ran, office):
    made = office / "reports" / "2023" / "64.02"
    assert (made / "02_indeks.html").is_file()
    assert (made / "02_indeks.pdf").is_file()
    assert (made / "13_anggaran_desa.html").is_file()
    assert (office / "reports" / "smart-city-2023.zip").is_file()
    assert (office / "formulir" / "2027" / "LIES-SAYA.txt").is_file()
    assert "agree" in ran["kukar check"].stdout
    assert "complete, " in ran["kukar list --year 2023"].stdout


def test_the_words_at_the_prompt_run(ran, office):
    blocks = [block for kind, block in BLOCKS if kind == "python"]
    assert len(blocks) >= 2
    script = office / "kata.py"
    script.write_text("".join(blocks), encoding="utf-8")
    done = python(office, script)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_command_that_the_text_names_is_one(ran, office):
    named = {words.split()[0] for words in re.findall(r"`kukar ([a-z][^`]*)`", GUIDE)}
    assert len(named) >= 8
    unknown = [name for name in sorted(named) if kukar(office, name, "--help").returncode]
    assert unknown == []


def test_every_picture_and_page_of_the_guide_is_there():
    linked = re.findall(r"\]\(((?!http)[^)]+)\)", GUIDE)
    assert len(linked) >= 5
    assert [path for path in linked if not (store.ROOT / "docs" / path).exists()] == []
