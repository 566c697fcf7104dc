"""A folder of reports: one run at a time, and from one published set to the next in one step.

Beside `reports/` a run keeps `.reports.lock` (who holds it) and `.reports.work/` (what it has made
so far). The next set is made whole in the work folder, of links to the files that stay as they are,
and exchanged with the published one; both are gone when the run ends. What a killed run leaves is
taken up by the next.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kukar_analysis import writing
from kukar_analysis.errors import HeldError, ReportError

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # renameat2(2)
_CANNOT_EXCHANGE = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Work:
    """The work folder of a run, and who began the run that this one takes up, if any."""

    target: Path
    path: Path
    takes_up: str | None

    @property
    def made(self) -> Path:
        """Where executed notebooks wait until all are there."""
        return self.path / "made"

    @contextmanager
    def next_set(self) -> Iterator[Path]:
        """Give a copy of the published set to change, and publish it when the block ends well."""
        copy = self.path / "set"
        shutil.rmtree(copy, ignore_errors=True)
        if self.target.exists():
            shutil.copytree(self.target, copy, copy_function=writing.linked, symlinks=True)
        else:
            copy.mkdir(parents=True)
        yield copy
        _exchange(copy, self.target, self.path / "old")


@contextmanager
def held(target: Path) -> Iterator[Work]:
    """Hold a folder for one run and give its work folder, which goes when the run ends well.

    Raises HeldError, naming who holds it and since when, where another run does; ReportError where
    the folder cannot be written.
    """
    target = target.resolve()
    lock_path = target.with_name(f".{target.name}.lock")
    path = target.with_name(f".{target.name}.work")
    holder = path / "holder.json"
    _check(target)
    lock = FileLock(lock_path, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        said = _who(holder) or "another run"
        raise HeldError(f"{target.name} is held by {said}: wait for it, or end it") from error
    try:
        _recover(target, path / "old")
        takes_up = _who(holder)
        path.mkdir(exist_ok=True)
        holder.write_text(json.dumps(_self()), encoding="utf-8")
        yield Work(target, path, takes_up)
        shutil.rmtree(path)
    finally:
        if not (path / "made").exists():  # nothing that a next run could take up
            shutil.rmtree(path, ignore_errors=True)
        lock_path.unlink(missing_ok=True)
        lock.release()


def _check(target: Path) -> None:
    """Let a folder that cannot be exchanged be known before anything is run."""
    if target.exists() and not target.is_dir():
        raise ReportError(f"{target} is a file; expected a folder: name another with --reports")
    if target.is_mount():
        raise ReportError(
            f"{target} is a drive of its own, which cannot be exchanged in one step: name a folder"
            " in it with --reports"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(target.parent, os.W_OK):
        raise ReportError(f"{target.parent} cannot be written to: name another with --reports")


def _self() -> dict[str, str | int]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"process": os.getpid(), "machine": socket.gethostname(), "since": now}


def _who(holder: Path) -> str | None:
    """Return who wrote the holder's file, in words; None where nobody did."""
    try:
        found = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(found["since"]).astimezone()
        return f"process {found['process']} on {found['machine']} since {since:%Y-%m-%d %H:%M %Z}"
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _exchange(new: Path, target: Path, old: Path) -> None:
    """Put a new folder into the place of the target, in one step where the system can."""
    shutil.rmtree(old, ignore_errors=True)
    if not target.exists():
        new.rename(target)
        return
    if _swapped(new, target):
        shutil.rmtree(new)
        return
    target.rename(old)  # for a moment neither is there; `_recover` puts back the old one
    new.rename(target)
    shutil.rmtree(old)


def _swapped(new: Path, target: Path) -> bool:
    """Exchange two folders in one step; False where the system or the file system cannot."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(new), os.fsencode(target)
    if libc.renameat2(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0:
        return True
    failed = ctypes.get_errno()
    if failed in _CANNOT_EXCHANGE:
        return False
    raise OSError(failed, os.strerror(failed), str(target))


def _recover(target: Path, old: Path) -> None:
    """Put back the set that a killed run had moved away."""
    if not target.exists() and old.exists():
        old.rename(target)
