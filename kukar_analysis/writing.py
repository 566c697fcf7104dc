"""How files come to be: each appears whole or not at all. Standard library only."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; what is left there when the block ends goes."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; it takes its place when the block ends well.

    A file that was there is never written into: it may be linked from elsewhere.
    """
    with staged(path) as temporary:
        yield temporary
        temporary.replace(path)


OWN = 0o660
"""Mode of a file that may concern persons: for its owner and group alone."""


def write(path: Path, content: str | bytes, mode: int | None = None) -> Path:
    """Write a file, text as UTF-8, with the folders it lies in, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        if mode is not None:
            temporary.touch(mode)
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def linked(source: str, copy: str) -> str:
    """Link a file to another place, or copy it where links are not to be had; return the place."""
    try:
        os.link(source, copy, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, copy)
    return copy


def sha256(path: Path) -> str:
    """Return the fingerprint of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
