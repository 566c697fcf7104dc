"""One module a kind of document: from a raw file to records of text with their origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from kukar_analysis.read import letter, table, typed, workbook
from kukar_analysis.read.source import Reading

__all__ = ["READERS"]


def _workbook(path: Path, name: str) -> Reading:
    found = workbook.read(path, name)
    typed.check(found, name, int(name[:4]))
    return found


def _letter(path: Path, name: str) -> Reading:
    return letter.read(path, name, int(name[:4]))


READERS: Mapping[str, Callable[[Path, str], Reading]] = {
    **dict.fromkeys(table.SUFFIXES, table.read),
    **dict.fromkeys(workbook.SUFFIXES, _workbook),
    ".pdf": _letter,
}
"""What reads a file, by how its name ends: (path, name under the raw folder) -> Reading."""
