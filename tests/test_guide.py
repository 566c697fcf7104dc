"""The analysts' guide: every command in it can be typed, and is run in a copy of the project."""

import re
import shlex
import shutil

import copied
import pytest
import typer.main

from kukar_analysis import cli, paths

GUIDE = (paths.ROOT / "docs" / "panduan-analis.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", GUIDE, flags=re.M | re.S)
LINES = [line for kind, block in BLOCKS if not kind for line in block.splitlines()]
INSTALLS = ("make setup", "python -m venv", ".venv\\Scripts", "export ", "set ", "python -m pip")
"""What installs the program is tried by hand: it changes the machine, or needs a network."""
ELSEWHERE = ("kukar lab", "kukar run --notify")
"""One goes on until it is ended, one needs an address: test_desk.py and test_status.py try them."""
COMMANDS = [shlex.split(line) for line in LINES if not line.startswith(INSTALLS)]
RUN = [line[1:] for line in COMMANDS if not " ".join(line).startswith(ELSEWHERE)]
ALARMS = {"status": 1}
"""No letter of a later year came to this copy, and the status says so by its exit code."""


def test_every_command_of_the_guide_can_be_typed():
    known = typer.main.get_command(cli.app).commands
    for program, name, *arguments in COMMANDS:
        assert program == "kukar"
        assert known[name].make_context(name, arguments)
    named = {words.split()[0] for words in re.findall(r"`kukar ([a-z][^`]*)`", GUIDE)}
    assert named <= set(known)
    assert len(named) >= 8


@pytest.mark.slow
def test_every_command_and_word_of_the_guide_does_what_it_promises(tmp_path):
    office = copied.project(tmp_path)
    shutil.copytree(paths.RAW, office / "data" / "raw")
    shutil.copytree(paths.ROOT / "docs", office / "docs")
    ended = [copied.run(office, command)[0] for command in RUN]  # as typed: a process each
    assert len(ended) >= 12
    for command, end in zip(RUN, ended, strict=True):
        assert (end["code"], end["err"]) == (ALARMS.get(command[0], 0), ""), command
    assert (office / "reports" / "2023" / "64.02" / "02_indeks.pdf").is_file()
    assert (office / "reports" / "smart-city-2023.zip").is_file()
    assert (office / "formulir" / "2027" / "LIES-SAYA.txt").is_file()
    blocks = [block for kind, block in BLOCKS if kind == "python"]
    assert len(blocks) >= 2
    (office / "kata.py").write_text("".join(blocks), encoding="utf-8")
    done = copied.python(office, "kata.py")
    assert (done.returncode, done.stderr) == (0, "")
