"""A folder that is written by one run at a time, and from one set to the next in one step.

A run keeps `.reports.lock` and `.reports.work/` beside it; the next clears what a killed one left.
"""

import ctypes
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kukar_analysis import paths
from kukar_analysis.errors import HeldError, ReportError


@dataclass
class Work:
    """The work folder of a run."""

    target: Path
    path: Path

    def begin(self, *, empty: bool = False) -> Path:
        """Return where the next set is written: a copy of the one that stands, or empty."""
        place = self.path / "set"
        if empty or not self.target.exists():
            place.mkdir()
            return place
        return Path(shutil.copytree(self.target, place, symlinks=True))

    def exchange(self) -> Path | None:
        """Let the next set take the place of the one that stands, whole; return where that is now.

        ReportError where it cannot, as while a file of it is open elsewhere.
        """
        new, old, stands = self.path / "set", self.path / "old", self.target.exists()
        if stands:
            shutil.copymode(self.target, new)
        for path in [*new.rglob("*"), new]:
            _sync(path)
        try:
            if stands and _exchanged(new, self.target):
                new.rename(old)
            else:
                if stands:  # for a moment neither is there; a run that comes later puts it back
                    self.target.rename(old)
                new.rename(self.target)
        except OSError as error:
            if old.exists() and not self.target.exists():
                old.rename(self.target)
            what = f"{self.target.name} cannot be replaced ({error}), nothing was lost: perhaps a"
            how = "file in it is open in another program; close it and run again"
            raise ReportError(f"{what} {how}") from error
        _sync(self.target.parent)
        return old if stands else None


@contextmanager
def held(target: Path) -> Iterator[Work]:
    """Hold a folder for one run and give its work folder, which goes when the run ends.

    HeldError, which names the holder, where another run does; ReportError where it is no place.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    faults = {
        f"{target} is a file; expected a folder": target.is_file(),
        f"{target} is a drive of its own, which cannot be exchanged": target.is_mount(),
        f"{target.parent} cannot be written to": not os.access(target.parent, os.W_OK),
    }
    for fault in (fault for fault, is_so in faults.items() if is_so):
        raise ReportError(f"{fault}: name another with --reports")
    lock, path = (target.with_name(f".{target.name}.{kind}") for kind in ("lock", "work"))
    holder = paths.known(path / "holder.json").get("who", "another run")
    with locked(lock, f"{target.name} is held by {holder}"):
        try:
            if (path / "old").exists() and not target.exists():
                (path / "old").rename(target)  # a run was killed between its two steps
            shutil.rmtree(path, ignore_errors=True)
            now = datetime.now(UTC).astimezone()
            who = f"process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%d %H:%M %Z}"
            paths.write(path / "holder.json", json.dumps({"who": who}))
            yield Work(target, path)
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(path: Path, held_by: str) -> Iterator[None]:
    """Hold a lock file while this process lives; HeldError(`held_by`) where another does."""
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise HeldError(f"{held_by}: wait for it, or end it") from error
    try:
        yield
    finally:
        if os.name == "posix":  # elsewhere releasing does it, and nobody may while it is held
            path.unlink(missing_ok=True)
        lock.release()


def _exchanged(new: Path, target: Path) -> bool:
    """Let two folders change places in one step; return whether this system can."""
    try:
        libc, places = ctypes.CDLL(None), (os.fsencode(new), os.fsencode(target))
        # AT_FDCWD twice, RENAME_EXCHANGE
        return bool(libc.renameat2(-100, places[0], -100, places[1], 2) == 0)
    except (OSError, AttributeError, TypeError):
        return False


def _sync(path: Path) -> None:
    """Let a file or folder lie on the disk before it takes the place of one that does."""
    is_posix = os.name == "posix"
    if path.is_file() or (is_posix and path.is_dir()):
        handle = os.open(path, os.O_RDONLY if is_posix else os.O_RDWR)  # as Windows wants it
        os.fsync(handle)
        os.close(handle)
