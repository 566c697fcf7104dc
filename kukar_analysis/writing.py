"""How files come to be, whole or not at all, and are known again. Standard library only."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OWN = 0o660
"""Mode of a file that may concern persons: for its owner and group alone."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; it takes its place when the block ends well.

    A file that was there is never written into: it may be linked from elsewhere.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write(path: Path, content: str | bytes, mode: int | None = None) -> Path:
    """Write a file, text as UTF-8, with the folders it lies in, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        if mode is not None:
            temporary.touch(mode)
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def known(path: Path) -> dict[str, Any]:
    """Return what a record in JSON holds; nothing where there is none to believe."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


def sha256(path: Path) -> str:
    """Return the fingerprint of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
