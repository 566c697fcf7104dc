"""What lies in the raw folder: the files of the year folders, and what SOURCES.csv says of them."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from kukar_analysis import store
from kukar_analysis.errors import TableError, UsageError
from kukar_analysis.read import READERS

SOURCES = "SOURCES.csv"
_LATER = re.compile(
    r"(.+?)[-_ ]+\(?(?:ralat|revisi|rev|perbaikan|susulan)\)?(?:[-_ ]*(\d+))?", re.IGNORECASE
)
"""A file that says by its name that it has the last word: `surat-64.02-ralat.pdf`."""


NAMELESS = "tanpa-nama-"
"""A list that begins so holds a survey's answers without who gave them (`kukar forget-names`)."""


@dataclass
class Received:
    """The files by their path under the raw folder, and what is on record of them.

    `problems` need something done; `notes` are only worth knowing.
    """

    paths: dict[str, Path]
    sha256: dict[str, str] = field(default_factory=dict)
    """on record, by file"""
    supersedes: dict[str, str] = field(default_factory=dict)
    """the earlier file, by the one that is on record as having the last word"""
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def unlike(self, name: str, sha256: str) -> str:
        """Return why a file must stay out: it is not the one on record. Empty where it is.

        One that is not on record at all is read, and noted.
        """
        if self.sha256 and name not in self.sha256:
            self.notes.append(f"{name}: read, but {SOURCES} has no line for it")
        if self.sha256.get(name, sha256) == sha256:
            return ""
        return (
            f"{name}: is not the file that {SOURCES} names, so nothing of it is kept: restore it,"
            f" or, if this one was received, write in its line the sha256 {sha256}"
        )

    def miss(self) -> None:
        """Say which files are on record and not there."""
        for name in sorted(set(self.sha256) - set(self.paths)):
            self.problems.append(f"{name}: {SOURCES} lists it, but it is not there")

    def last_words(self) -> dict[str, set[str]]:
        """Return which files each file has the last word over, by its name or by SOURCES.csv."""
        direct = self._named_later()
        for name, earlier in self.supersedes.items():
            if name in self.paths and earlier not in self.paths:
                self.problems.append(f"{SOURCES}: {name} supersedes {earlier}, which is not there")
            direct[name].add(earlier)
        found = {}
        for name in self.paths:
            reached, new = set[str](), direct[name]
            while new:
                reached |= new
                new = {n for earlier in new for n in direct.get(earlier, ())} - reached
            found[name] = reached
        return found

    def _named_later(self) -> defaultdict[str, set[str]]:
        """Return the earlier files of each file whose name says that it is a later one."""
        ranks = {}
        for name in self.paths:
            stem = name.rsplit(".", 1)[0].casefold()
            later = _LATER.fullmatch(stem)
            ranks[name] = (later[1], int(later[2] or 1)) if later else (stem, 0)
        direct: defaultdict[str, set[str]] = defaultdict(set)
        for name, (base, rank) in ranks.items():
            direct[name] = {n for n, (b, r) in ranks.items() if b == base and r < rank}
            if rank and not direct[name]:
                self.notes.append(f"{name}: no earlier file of that name is there to supersede")
        return direct


def check_tables(processed: Path, raw: Path | None = None) -> None:
    """Raise TableError where tables are not as written, or not of the raw files at hand.

    The raw folder is the one they were made from, unless another is named; where it is not there,
    as on a machine that was handed the tables alone, there is nothing to compare.
    """
    record = store.check_written(processed)
    folder = raw or Path(record.get("raw") or "")
    if not record.get("files") or not (raw or record.get("raw")) or not folder.is_dir():
        return
    known = record["files"]
    # what could not be read, as a file half copied, is not in the tables however it is by now
    unread = {name for name, sha256 in known.items() if sha256 is None}
    now = {n: _sha256(path) for n, path in look(folder).paths.items() if n not in unread}
    known = {name: sha256 for name, sha256 in known.items() if name not in unread}
    changed = sorted(dict(now.items() ^ known.items()))
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise TableError(
            f"the tables do not belong to the raw files at hand ({changed[0]}{more} is new, changed"
            " or gone): run `kukar clean` anew"
        )


def _sha256(path: Path) -> str | None:
    """Return a file's fingerprint; None where it cannot be read, as `files` records it."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def look(raw: Path) -> Received:
    """Return what lies in the raw folder. Raises UsageError when there is nothing to read."""
    if not raw.is_dir():
        raise UsageError(f"{raw} is no folder; expected one with a folder a year, as {raw}/2023")
    years = sorted(p for p in raw.iterdir() if p.is_dir() and re.fullmatch(r"20\d\d", p.name))
    if not years:
        raise UsageError(f"{raw} has no year folder; expected folders as {raw}/2023")
    received = Received({})
    for path in sorted(set(raw.iterdir()) - set(years)):
        if not _is_hidden(Path(path.name)) and path.name != SOURCES:
            received.problems.append(f"{path.name}: not read; move it into the folder of its year")
    paths = {
        path.relative_to(raw).as_posix(): path
        for year in years
        for path in sorted(year.rglob("*"))
        if not path.is_dir() or path.is_symlink() or path.suffix.lower() in READERS
    }
    for name in [name for name in paths if not name.isprintable()]:
        received.problems.append(f"{name!a}: its name holds unreadable signs; rename the file")
        del paths[name]
    for name, listed in originals(raw).items():
        received.problems.append(
            f"{name}: not read, {listed} stands in its place: `kukar forget-names` deletes"
            " it; rename it if it is another"
        )
        paths.pop(name, None)
    received.paths = {n: path for n, path in paths.items() if not _is_hidden(Path(n))}
    hidden = sorted(set(paths) - set(received.paths))
    if hidden:
        received.notes.append(f"hidden files not read: {', '.join(hidden)}")
    if not received.paths:
        raise UsageError(f"{raw}: the year folders hold no file; nothing was written")
    _read_sources(raw / SOURCES, received)
    return received


def nameless(name: str) -> str:
    """Return the name of the list that takes a survey's place when its names are deleted."""
    return Path(name).with_name(f"{NAMELESS}{Path(name).stem}.csv").as_posix()


def originals(raw: Path) -> dict[str, str]:
    """Return the surveys that still lie beside the list that took their place, with that list."""
    names = {path.relative_to(raw).as_posix() for path in raw.glob("20*/**/*") if path.is_file()}
    return {name: nameless(name) for name in sorted(names) if nameless(name) in names}


def _is_hidden(path: Path) -> bool:
    """Whether a file is the system's or Excel's own (`~$…` while a workbook is open)."""
    return any(part.startswith((".", "~$")) for part in path.parts)


def _read_sources(path: Path, received: Received) -> None:
    """Add what SOURCES.csv says; nothing where there is none."""
    if not path.exists():
        received.notes.append(f"no {SOURCES}: where the files came from is not recorded")
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        received.sha256 = {row["file"]: row["sha256"] for row in rows}
        received.supersedes = {r["file"]: r["supersedes"] for r in rows if r.get("supersedes")}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        received.problems.append(f"{SOURCES}: cannot be read ({error})")
    except KeyError as error:
        received.problems.append(f"{SOURCES}: has no column {error}; it needs file and sha256")
