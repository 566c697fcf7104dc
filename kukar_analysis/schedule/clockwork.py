"""What tells a machine to call `kukar schedule run`: the files it reads, and how to hand them in.

Each kind of clockwork has a module that returns a Clockwork. All call the same command, which
decides by itself what is due, so a clockwork may call too often but never too seldom.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis import writing
from kukar_analysis.errors import ScheduleError, UsageError
from kukar_analysis.paths import ROOT


@dataclass(frozen=True)
class Call:
    """What a clockwork runs, and where: the program of this environment, on a state folder."""

    state: Path
    python: str = sys.executable
    root: Path = ROOT

    def __post_init__(self) -> None:
        for path in (self.python, str(self.root), str(self.state)):
            if not path.isprintable():
                raise UsageError(f"{path!a} holds signs that no clockwork takes; rename the folder")

    @property
    def arguments(self) -> list[str]:
        """Return what follows the interpreter."""
        return ["-m", "kukar_analysis", "schedule", "run", "--state", str(self.state)]


@dataclass(frozen=True)
class Clockwork:
    """The files of a kind of clockwork by name; `install` hands them in and says what it did."""

    files: Mapping[str, bytes]
    install: Callable[[], list[str]]


def write(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write files into a folder, each whole or not at all, and return their paths."""
    return [writing.write(folder / name, content) for name, content in files.items()]


def hand_in(*command: str, given: str | None = None) -> str:
    """Run a command of the machine and return what it says; ScheduleError where it refuses."""
    try:
        ended = subprocess.run(command, input=given, capture_output=True, encoding="utf-8")
    except FileNotFoundError as error:
        raise ScheduleError(f"{command[0]} is not on this machine; see `kukar schedule`") from error
    if ended.returncode:
        said = (ended.stderr or ended.stdout).strip().replace("\n", "; ")
        raise ScheduleError(f"`{' '.join(command)}` ended with {ended.returncode}: {said}")
    return ended.stdout
