"""One run at a time on a folder, and from one published set to the next in one step."""

import os
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from making import bytes_of, held_by_another

from kukar_analysis.errors import HeldError, ReportError
from kukar_analysis.report import folder

FILES = [f"2023/64.02/{letter}.html" for letter in "abcdef"] + ["index.html"]


def write_set(place, number, files=FILES):
    """Write a set whose every file carries its number; as publishing does, in another's place."""
    for name in files:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(str(number))


def number_of(place):
    """Return the number of a whole set."""
    found = bytes_of(place)
    assert sorted(found) == sorted(FILES)
    (number,) = set(found.values())
    return int(number)


@pytest.fixture
def target(tmp_path):
    """Return a published folder of set 0."""
    write_set(tmp_path / "laporan", 0)
    return tmp_path / "laporan"


def left(target):
    """Return what stands beside the published folder."""
    return sorted(p.name for p in target.parent.iterdir() if p != target)


def test_a_second_process_is_told_who_holds_the_folder_and_one_that_was_killed_is_taken_over(
    target,
):
    with held_by_another(target) as holder:
        with pytest.raises(HeldError) as refused, folder.held(target):
            pass
        assert refused.value.exit_code == 3
        said = (
            rf"laporan is held by process {holder.pid} on {os.uname().nodename} since"
            r" \S+ \S+ \S+: wait for it, or end it"
        )
        assert re.fullmatch(said, str(refused.value))
        assert holder.poll() is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert left(target) == [".laporan.lock", ".laporan.work"]
    with folder.held(target) as work:
        (work.path / "holder.json").write_text('{"who": ')
        said = "laporan is held by another run: wait"
        with pytest.raises(HeldError, match=said), folder.held(target):
            pass
    assert left(target) == []


def test_the_next_set_takes_the_place_of_the_last_and_what_it_dropped_is_gone(target):
    target.chmod(0o2775)
    with folder.held(target) as work:
        copy = work.begin()
        assert number_of(copy) == 0
        write_set(copy, 1, ["index.html", "baru"])
        (copy / "2023" / "64.02" / "a.html").unlink()
        assert number_of(target) == 0
        work.exchange()
    found = bytes_of(target)
    assert set(found) == {*FILES, "baru"} - {"2023/64.02/a.html"}
    assert (found["baru"], found["index.html"]) == (b"1", b"1")
    assert left(target) == []
    assert target.stat().st_mode & 0o7777 == 0o2775


def test_a_set_that_breaks_off_leaves_the_published_one_to_the_byte(target):
    with pytest.raises(ZeroDivisionError), folder.held(target) as work:
        write_set(work.begin(), 1, (name if name < "i" else 1 / 0 for name in FILES))
    assert number_of(target) == 0
    assert left(target) == []


def test_whoever_opens_the_folder_sees_one_set_while_60_are_exchanged(target):
    found, over = [], threading.Event()

    def look():
        """Read the published folder again and again, by its own handle."""
        while not over.is_set():
            place = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
            with suppress(FileNotFoundError):  # where this set is being put away already
                files = [os.open(name, os.O_RDONLY, dir_fd=place) for name in FILES]
                found.append([int(os.read(file, 9)) for file in files])
                for file in files:
                    os.close(file)
            os.close(place)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        for number in range(1, 61):
            with folder.held(target) as work:
                write_set(work.begin(), number)
                work.exchange()
        over.set()
        looking.result()
    assert number_of(target) == 60
    assert [numbers for numbers in found if len({*numbers}) > 1] == []
    assert found == sorted(found)
    assert len({numbers[0] for numbers in found}) > 5


def test_a_file_that_is_open_elsewhere_is_one_line_and_nothing_is_lost(target, monkeypatch):
    """As Windows and a share answer where Excel has a file of the set open."""
    rename = folder.Path.rename

    def moved(old, new):
        if old.name == "set":
            raise PermissionError(13, "Permission denied", str(target))
        return rename(old, new)

    monkeypatch.setattr(folder, "_exchanged", lambda *places: False)
    monkeypatch.setattr(folder.Path, "rename", moved)
    with folder.held(target) as work:
        write_set(work.begin(), 1)
        with pytest.raises(ReportError, match="open in another program") as said:
            work.exchange()
    assert "\n" not in str(said.value)
    assert number_of(target) == 0


PUBLISHES = """
import os, signal, sys
from pathlib import Path
from kukar_analysis.report import folder
class Libc:
    def renameat2(self, *_):
        return -1
folder.ctypes.CDLL = lambda *_: Libc()
killed_at, renames, rename = int(sys.argv[2]), 0, Path.rename
def counted(self, to):
    global renames
    renames += 1
    if renames == killed_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, to)
Path.rename = counted
with folder.held(Path(sys.argv[1])) as work:
    for path in [p for p in work.begin().rglob("*") if p.is_file()]:
        path.unlink()
        path.write_text("1")
    work.exchange()
"""


@pytest.mark.parametrize("killed_at", [1, 2, 3], ids=["before", "between the renames", "not"])
def test_where_folders_cannot_be_exchanged_two_renames_do_and_a_kill_loses_no_set(
    target, killed_at
):
    command = [sys.executable, "-c", PUBLISHES, str(target), str(killed_at)]
    assert subprocess.run(command).returncode == (0 if killed_at == 3 else -signal.SIGKILL)
    assert target.exists() is (killed_at != 2)
    with folder.held(target):
        assert number_of(target) == (killed_at == 3)
    assert left(target) == []


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "laporan").write_text("berkas")
    said = "laporan is a file; expected a folder"
    with pytest.raises(ReportError, match=said), folder.held(tmp_path / "laporan"):
        pass
    assert left(tmp_path / "laporan") == []
