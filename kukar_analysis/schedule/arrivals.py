"""What has arrived for a year: its files, and whether a letter is among them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from kukar_analysis.errors import SourceError
from kukar_analysis.framework import DEFINITIONS

_OF_A_LETTER = {"letter", "national_table", "question_scores", "component_scores"}
"""Kinds of list that only a letter brings, sent as PDF or typed into the form for one."""


@dataclass(frozen=True)
class Arrived:
    """The files of a year, one that is a letter's, and the fingerprint of what a run would read."""

    files: int
    letter: str | None
    inputs: str


def look(raw: Path, year: int) -> Arrived:
    """Return what lies in the folder of a year; nothing where there is no folder.

    The fingerprint is of the year's files and of the definitions: a spelling that is added mends
    a run as a file does.
    """
    folder = raw / str(year)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_seen(path, raw)]
    letter = next((path.name for path in files if _is_letter(path, raw)), None)
    whole = hashlib.sha256()
    for path in [*files, *sorted(DEFINITIONS.glob("*.csv"))]:
        with path.open("rb") as file:
            whole.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}".encode())
    return Arrived(len(files), letter, whole.hexdigest()[:16])


def _is_seen(path: Path, raw: Path) -> bool:
    """Whether it is no file of the system's or Excel's own, which `kukar clean` passes over."""
    return not any(part.startswith((".", "~$")) for part in path.relative_to(raw).parts)


def _is_letter(path: Path, raw: Path) -> bool:
    """Whether a file is a letter's. A PDF is, read or not: the run says what is wrong with it."""
    from kukar_analysis.read import table, workbook

    suffix = path.suffix.lower()
    if suffix not in (*table.SUFFIXES, *workbook.SUFFIXES):
        return suffix == ".pdf"
    reader = table.read if suffix in table.SUFFIXES else workbook.read
    try:
        kind = reader(path, path.relative_to(raw).as_posix()).kind
    except (SourceError, OSError):
        return False  # `kukar clean` names what cannot be read; here it is only no letter
    return not _OF_A_LETTER.isdisjoint(kind.split(" + "))
