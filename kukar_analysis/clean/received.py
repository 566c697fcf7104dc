"""What lies in the raw folder: the files of the year folders, and what SOURCES.csv says of them."""

import csv
import re
import shutil
import tempfile
import weakref
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kukar_analysis import paths, store
from kukar_analysis.errors import TableError, UsageError
from kukar_analysis.read import mapping
from kukar_analysis.read.source import Reading

SOURCES = "SOURCES.csv"
NAMELESS = "tanpa-nama-"
"""A list that begins so holds a survey's answers without who gave them (`kukar forget-names`)."""
_LATER = re.compile(
    r"(.+?)[-_ ]+\(?(?:ralat|revisi|rev|perbaikan|susulan)\)?(?:[-_ ]*(\d+))?", re.IGNORECASE
)
"""A file that says by its name that it has the last word: `surat-64.02-ralat.pdf`."""
_SYSTEM = re.compile(
    r"\.|~\$|(__macosx|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r|@eadir|\$recycle\.bin)$",
    re.IGNORECASE,
)
"""How a file or folder is called that the system, or Excel while a workbook is open, made."""
_MOST, _LARGEST = 500, 200_000_000  # files of an archive that is looked into, and their bytes


@dataclass
class Received(Reading):
    """The files by path under the raw folder, unpacked ones too while this lives, and their record.

    `supersedes` is the earlier file by the one that has the last word.
    """

    paths: dict[str, Path] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    supersedes: dict[str, str] = field(default_factory=dict)

    def last_words(self) -> dict[str, set[str]]:
        """Return which files each file has the last word over, by its name or by SOURCES.csv."""
        ranks = {}
        for name in self.paths:
            stem = name.rsplit(".", 1)[0].casefold()
            later = _LATER.fullmatch(stem)
            ranks[name] = (later[1], int(later[2] or 1)) if later else (stem, 0)
        over = {
            name: {o for o, (stem, n) in ranks.items() if rank and stem == own and n < rank}
            for name, (own, rank) in ranks.items()
        }
        for name, earlier in self.supersedes.items():
            if name in self.paths and earlier not in self.paths:
                self.say("not_there", earlier, f"digantikan {name}")
            over.setdefault(name, set()).add(earlier)
        before: dict[str, set[str]] = {}
        while over != before:  # until what a superseded file superseded is there too
            before = over
            over = {n: o.union(*(before.get(e, ()) for e in o)) for n, o in before.items()}
        return over


def look(raw: Path) -> Received:
    """Return what lies in the year folders of a raw folder; UsageError where that is nothing."""
    years = {p for p in raw.glob("20[0-9][0-9]") if p.is_dir()}
    if not years:
        raise UsageError(f"{raw}: expected a folder with a folder a year, as {raw}/2023")
    received, instead = Received([], [*mapping.load(raw)[1]]), originals(raw)
    for path in sorted({*raw.iterdir()} - years):
        if not _SYSTEM.match(path.name) and path.name not in (SOURCES, mapping.MAPPINGS):
            received.say("misplaced", path.name)
    for path in (path for year in sorted(years) for path in sorted(year.rglob("*"))):
        name = path.relative_to(raw).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if not name.isprintable():
            received.say("bad_name", ascii(name))
        elif name in instead:
            received.say("instead", name, instead[name])
        elif not any(_SYSTEM.match(part) for part in name.split("/")):
            received.paths |= _unpacked(raw, name, received) or {name: path}
    if not received.paths:
        raise UsageError(f"{raw}: the year folders hold no file; nothing was written")
    if (raw / mapping.MAPPINGS).exists():
        received.paths[mapping.MAPPINGS] = raw / mapping.MAPPINGS
    _read_sources(raw / SOURCES, received)
    return received


def _unpacked(raw: Path, name: str, received: Received) -> dict[str, Path]:
    """Return the files of a zip archive; none of another file, or one not to be looked into."""
    if not name.lower().endswith(".zip"):
        return {}
    try:
        with zipfile.ZipFile(raw / name) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            size = sum(part.file_size for part in parts)  # more is not unpacked, if it lies
            if len(parts) > _MOST or size > _LARGEST:
                return {}
            place = tempfile.mkdtemp()
            weakref.finalize(received, shutil.rmtree, place)
            found = [Path(archive.extract(part, Path(place, name))) for part in parts]
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return {}  # broken or with a password: named as what has to be unpacked
    if (raw / mapping.MAPPINGS).exists():
        shutil.copy(raw / mapping.MAPPINGS, place)
    names = {path.relative_to(place).as_posix(): path for path in found}
    return {n: p for n, p in names.items() if not any(map(_SYSTEM.match, n.split("/")))}


def check_tables(processed: Path, raw: Path = paths.RAW) -> None:
    """Raise TableError where tables are not as written, or not of the raw files they were made of.

    A machine that was handed the tables alone has nothing to compare.
    """
    record = store.check_written(processed)
    folder = Path(record.get("raw") or raw) if raw == paths.RAW else raw
    if not record.get("files") or (raw == paths.RAW and not folder.is_dir()):
        return
    # what could not be read, as a file half copied, is not in the tables however it is by now
    known = {name: sha256 for name, sha256 in record["files"].items() if sha256 is not None}
    now: dict[str, str | None] = {}
    found = look(folder)
    for name, path in found.paths.items():
        if name in known or name not in record["files"]:
            now[name] = None
            with suppress(OSError):
                now[name] = paths.sha256(path)
    if changed := sorted(dict(now.items() ^ known.items())):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        said = f"({changed[0]}{more} is new, changed or gone): run `kukar clean` anew"
        raise TableError(f"the tables do not belong to the raw files at hand {said}")


def nameless(name: str) -> str:
    """Return the name of the list that takes a survey's place when its names are deleted."""
    return Path(name).with_name(f"{NAMELESS}{Path(name).stem}.csv").as_posix()


def originals(raw: Path) -> dict[str, str]:
    """Return the surveys that still lie beside the list that took their place, with that list."""
    names = {path.relative_to(raw).as_posix() for path in raw.glob("20*/**/*") if path.is_file()}
    return {name: nameless(name) for name in sorted(names) if nameless(name) in names}


def _read_sources(path: Path, received: Received) -> None:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
        received.sha256 = {row["file"]: row["sha256"] for row in rows}
        received.supersedes = {r["file"]: r["supersedes"] for r in rows if r.get("supersedes")}
    except FileNotFoundError:
        received.say("no_sources", f"{path.parent.name}/")
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        received.say("sources", SOURCES, error)
    for name in sorted(received.sha256.keys() - received.paths.keys()):
        received.say("not_there", name)
