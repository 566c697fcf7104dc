"""Where things lie, how files come to be, which tables were read. Standard library only."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
MANIFEST = "manifest.json"  # of a folder of reports: what is there
PROCESSED_VARIABLE = "KUKAR_PROCESSED"  # points notebooks to another folder than data/processed
OWN = 0o660  # mode of a file that may concern persons: for its owner and group alone
_READ: set[str] = set()


def processed_dir() -> Path:
    """Return the folder that tables are read from and written to."""
    return Path(os.environ.get(PROCESSED_VARIABLE) or ROOT / "data" / "processed")


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
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def sha256(path: Path) -> str:
    """Return the fingerprint of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_text(text: str) -> str:
    """Return the fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def stamp(found: Iterable[Path]) -> str:
    """Return one fingerprint of how files look from outside, which costs no reading."""
    stats = [(str(path), path.stat()) for path in found]
    return of_text(str([(n, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for n, s in stats]))


def note_table(table: str, year: int | None = None, region: str | None = None) -> None:
    """Note that rows of a table are read: all of them, or those of a year, a region or both."""
    _READ.add(f"{table} {'*' if year is None else int(year)} {region or '*'}")


def seen() -> list[str]:
    """Return what was read in this process, as `table year region`; * stands for all."""
    return sorted(_READ)


def tells_of(tables: Iterable[str], year: int | None, region: str | None) -> bool:
    """Return whether noted tables hold rows of this year and region; None stands for any.

    A table of all regions will do where no region is named: whoever names another shows that one.
    """
    noted = [one.split(" ")[1:] for one in tables]
    named = {r for _, r in noted} - {"*"}
    years, regions = ("*", str(year)), ("*", region)
    own = any((year is None or y in years) and (region is None or r in regions) for y, r in noted)
    return own and (region is None or not named or region in named)
