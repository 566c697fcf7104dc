"""A folder that is written by one run at a time, and from one set to the next in one step.

Beside `reports/` a run keeps `.reports.lock` and `.reports.work/` (who holds it, and the next set);
both are gone when it ends, and what a killed run left is cleared by the next.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kukar_analysis import writing
from kukar_analysis.errors import HeldError, ReportError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # renameat2(2)


@dataclass
class Work:
    """The work folder of a run; `old` is the set that stood there before, after an exchange."""

    target: Path
    path: Path
    can_exchange: bool
    old: Path | None = None

    @contextmanager
    def next_set(self, *, empty: bool = False) -> Iterator[Path]:
        """Give a copy of the set to change, or an empty folder; it takes the set's place whole.

        Whoever takes it away again leaves the set that stands. Raises ReportError where a file of
        the set is open elsewhere and the system forbids it.
        """
        new = self.path / "set"
        shutil.rmtree(new, ignore_errors=True)
        if self.target.exists() and not empty:
            shutil.copytree(self.target, new, symlinks=True)
        else:
            new.mkdir(parents=True)
        if self.target.exists():
            new.chmod(self.target.stat().st_mode)
        yield new
        if not new.exists():
            return
        for place, _, files in os.walk(new, topdown=False):
            for path in [*(Path(place, name) for name in files), Path(place)]:
                _sync(path)
        try:
            self._exchange(new)
        except PermissionError as error:
            raise ReportError(
                f"{self.target.name} cannot be replaced, a file in it is open in another program"
                f" ({error.filename}): close it and run again; nothing was lost"
            ) from error
        _sync(self.target.parent)

    def _exchange(self, new: Path) -> None:
        if not self.target.exists():
            new.rename(self.target)
            return
        old = self.path / "old"
        shutil.rmtree(old, ignore_errors=True)
        if self.can_exchange:
            _exchanged(new, self.target)
            new.rename(old)
        else:
            self.target.rename(old)  # for a moment neither is there; the next run puts it back
            try:
                new.rename(self.target)
            except OSError:
                old.rename(self.target)
                raise
        self.old = old


@contextmanager
def held(target: Path) -> Iterator[Work]:
    """Hold a folder for one run and give its work folder, which goes when the run ends.

    Raises HeldError, naming who holds it and since when, where another run does; ReportError where
    the folder cannot be written or exchanged: before anything is done.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    faults = {
        f"{target} is a file; expected a folder": target.exists() and not target.is_dir(),
        f"{target} is a drive of its own, which cannot be exchanged": target.is_mount(),
        f"{target.parent} cannot be written to": not os.access(target.parent, os.W_OK),
    }
    if found := [fault for fault, is_so in faults.items() if is_so]:
        raise ReportError(f"{found[0]}: name another with --reports")
    lock, path = (target.with_name(f".{target.name}.{kind}") for kind in ("lock", "work"))
    known = path / "holder.json"

    def holder() -> str:
        return f"{target.name} is held by {writing.known(known).get('who', 'another run')}"

    with locked(lock, holder):
        try:
            if (path / "old").exists() and not target.exists():
                (path / "old").rename(target)  # a run was killed between its two steps
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir()
            since = f"{datetime.now(UTC).astimezone():%Y-%m-%d %H:%M %Z}"
            who = f"process {os.getpid()} on {socket.gethostname()} since {since}"
            writing.write(known, json.dumps({"process": os.getpid(), "who": who}))
            yield Work(target, path, _can_exchange(path))
        finally:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(path: Path, held_by: Callable[[], str]) -> Iterator[None]:
    """Hold a lock file, which is free again when this process ends, however it does.

    Raises HeldError, with what `held_by` says, where another process holds it.
    """
    lock = FileLock(path, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise HeldError(f"{held_by()}: wait for it, or end it") from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _can_exchange(path: Path) -> bool:
    """Whether two folders can change places in one step here; tried, since file systems differ."""
    one, other = path / "one", path / "other"
    one.mkdir()
    other.mkdir()
    try:
        _exchanged(one, other)
    except (OSError, AttributeError, TypeError):
        return False  # not on this file system, or with this system's library
    finally:
        one.rmdir()
        other.rmdir()
    return True


def _exchanged(new: Path, target: Path) -> None:
    libc, places = ctypes.CDLL(None, use_errno=True), (os.fsencode(new), os.fsencode(target))
    if libc.renameat2(_AT_FDCWD, places[0], _AT_FDCWD, places[1], _RENAME_EXCHANGE):
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed), str(target))


def _sync(path: Path) -> None:
    """Let a file or folder lie on the disk before it takes the place of one that does."""
    if path.is_symlink() or (os.name != "posix" and path.is_dir()):
        return
    # Windows flushes what is open for writing only
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
