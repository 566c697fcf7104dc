"""What is asked of a run, and executed notebooks under the fingerprint of all they depend on.

They lie in `.reports.cache/` beside `reports/`, with the sets that were published earlier; what is
there is not run. Standard library only: a run with nothing to do is over at once. A hash is taken
again only where size, time or inode of a file have changed (`memo.json`).
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import paths, writing

PACKAGE = Path(kukar_analysis.__file__).parent
LARGEST, UNUSED_DAYS = 500_000_000, 30
"""Bytes and days that executed notebooks are kept which are not of the published set."""
MODULES = tuple(
    f"kukar_analysis.{name}"
    for name in (*(f"analysis.{module}" for module in kukar_analysis.OFFERED), "show")
)
"""What kernels have imported before they start."""
_LIBRARIES = (
    "babel ipykernel jinja2 matplotlib nbconvert numpy pandas papermill pyarrow seaborn weasyprint"
)
"""Libraries of which another version may give another page."""
_OWN = "last_run.json"
"""File that the program writes beside the tables and no page shows."""
_RACY = 2_000_000_000
"""Nanoseconds within which a second change may leave a file's time as it was."""
CELL, WHOLE = 300.0, 900.0
"""Seconds that a cell and a report may take: a hundred times what the slowest takes."""


@dataclass(frozen=True)
class Asked:
    """Which reports are made, from where, to where, on what, and how."""

    years: list[int] | None = None
    regions: list[str] | None = None
    only: list[str] | None = None
    parameters: list[str] | None = None
    sheet: str | None = None
    """the paper that pages are printed on too"""
    excel: bool = False
    """whether the annexes of their years are made too"""
    raw: Path = paths.RAW
    processed: Path = field(default_factory=paths.processed_dir)
    reports: Path = paths.REPORTS
    jobs: int | None = None
    force: bool = False
    cluster: str | None = None
    """where a dask scheduler listens, if not in threads of this process"""
    cell: float = CELL
    whole: float = WHOLE

    @property
    def words(self) -> str:
        """Return what is asked as one text: the same words ask for the same reports."""
        asked = (self.years, self.regions, self.only, self.parameters, self.sheet, self.excel)
        return json.dumps(asked)


@dataclass(frozen=True)
class MadeOf:
    """Fingerprints of all that reports can depend on: of the program, of it all, of notebooks."""

    program: str
    common: str
    notebooks: Mapping[str, str]

    @property
    def whole(self) -> str:
        """Return one fingerprint of it all."""
        return of_text(json.dumps([self.common, self.notebooks], sort_keys=True))

    def key(self, notebook: str, parameters: Mapping[str, Any]) -> str:
        """Return the key of a report."""
        own = [self.common, self.notebooks.get(notebook), dict(parameters)]
        return of_text(json.dumps(own, sort_keys=True))[:32]


class Cache:
    """The cache beside a folder of reports."""

    def __init__(self, target: Path) -> None:
        self.target = target.resolve()
        self.path = self.target.with_name(f".{self.target.name}.cache")
        self.sets = self.path / "sets"
        self._memo: dict[str, list[Any]] = writing.known(self.path / "memo.json")
        self._pages: dict[str, dict[str, Any]] = {}

    def hash(self, path: Path) -> str:
        """Return the sha256 of a file; of one that cannot be read, an empty text."""
        try:
            found = path.stat()
            stamp = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
            known = self._memo.get(str(path), [])
            if known[:-1] == stamp:
                return str(known[-1])
            made = writing.sha256(path)
        except OSError:
            return ""
        if max(found.st_mtime_ns, found.st_ctime_ns) < time.time_ns() - _RACY:
            self._memo[str(path)] = [*stamp, made]
        return made

    def made_of(self, processed: Path, raw: Path) -> MadeOf:
        """Return the fingerprints of everything that reports can depend on now."""
        notebooks, data, raw = (p.resolve() for p in (paths.NOTEBOOKS, paths.RAW.parent, raw))
        written = {processed.resolve(), data / "processed", self.target}
        others = [p for p in _files(notebooks) if p.parent != notebooks or p.suffix != ".ipynb"]
        for folder in [data] if raw.is_relative_to(data) else [data, raw]:
            others += _files(folder, written)
        others += [p for p in _files(processed) if p.name != _OWN]
        program, own = self.program(), {p.stem: self.hash(p) for p in notebooks.glob("*.ipynb")}
        return MadeOf(program, of_text(f"{program} {self._of(others)} {_versions()}"), own)

    def program(self) -> str:
        """Return the fingerprint of the package, and of the method that stands in documents."""
        return self._of([*_files(PACKAGE), paths.ROOT / "docs" / "metode.md"])

    def _of(self, found: Iterable[Path]) -> str:
        return of_text("\n".join(f"{os.path.relpath(p, paths.ROOT)} {self.hash(p)}" for p in found))

    def notebook(self, key: str) -> Path:
        """Return where the executed notebook of a key lies."""
        return self.path / "made" / f"{key}.ipynb"

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the page of an executed notebook; None where it is not there as it was made."""
        notebook = self.notebook(key)
        if key not in self._pages:
            found = writing.known(notebook.with_suffix(".json"))
            if "page" not in found or found.get("sha256") != self.hash(notebook):
                return None
            os.utime(notebook.with_suffix(".json"))
            self._pages[key] = found["page"]
        return self._pages[key]

    def put(self, key: str, notebook: Path, page: Mapping[str, Any]) -> None:
        """Keep an executed notebook and its page; a killed run leaves both whole or neither."""
        kept = self.notebook(key)
        kept.parent.mkdir(parents=True, exist_ok=True)
        notebook.replace(kept)
        text = json.dumps({"sha256": self.hash(kept), "page": page}, ensure_ascii=False)
        writing.write(kept.with_suffix(".json"), text, writing.OWN)

    def standing(self, words: str, whole: str, *, cleaned: bool = False) -> int | None:
        """Return how many reports stand for what is asked, where not one of them is to be made.

        `words` is how it was asked, `whole` the fingerprint of everything now; `cleaned`: only if
        the tables are known to be what cleaning makes of the raw files.
        """
        found = writing.known(self.path / "asked.json")
        now = [words, whole, self.hash(self.target / paths.MANIFEST)]
        stands = found.get("asked") == now and found.get("cleaned", False) >= cleaned
        return found["reports"] if stands and not faults(self.target) else None

    def stands(self, words: str, whole: str, reports: int) -> None:
        """Note that what was asked stands published."""
        now = [words, whole, self.hash(self.target / paths.MANIFEST)]
        text = json.dumps({"asked": now, "reports": reports})
        writing.write(self.path / "asked.json", text, writing.OWN)

    def stands_cleaned(self) -> None:
        """Note that what stands published was cleaned and checked from these raw files."""
        found = writing.known(self.path / "asked.json") | {"cleaned": True}
        writing.write(self.path / "asked.json", json.dumps(found), writing.OWN)

    def close(self) -> None:
        """Keep the hashes of files that are still there; clear what is not used.

        Kept are the notebooks of the published set, and of the others the newest, up to the bounds.
        """
        memo = {name: known for name, known in self._memo.items() if os.path.exists(name)}
        writing.write(self.path / "memo.json", json.dumps(memo), writing.OWN)
        reports = writing.known(self.target / paths.MANIFEST).get("reports", [])
        used, size, first = {r.get("key") for r in reports}, 0, time.time() - UNUSED_DAYS * 86400
        made = sorted((self.path / "made").glob("*.json"), key=os.path.getmtime, reverse=True)
        for page in (page for page in made if page.stem not in used):
            size += sum(p.stat().st_size for p in (page, self.notebook(page.stem)) if p.exists())
            if size > LARGEST or page.stat().st_mtime < first:
                page.unlink()
        for notebook in (self.path / "made").glob("*.ipynb"):
            if not notebook.with_suffix(".json").exists():
                notebook.unlink()


def of_text(text: str) -> str:
    """Return the fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def faults(folder: Path) -> list[str]:
    """Return what of a published set is not as its manifest says, in the reader's words."""
    files = writing.known(folder / paths.MANIFEST).get("files")
    if not isinstance(files, dict):
        return [f"{folder.name}/{paths.MANIFEST} tidak terbaca"]
    known = Cache(folder)
    return [
        f"{name} {'berubah sesudah terbit' if now else 'hilang dari terbitan'}"
        for name, sha256 in files.items()
        if (now := known.hash(folder / name)) != sha256
    ]


@lru_cache(1)
def _versions() -> str:
    return "\n".join([sys.version, *(f"{n} {metadata.version(n)}" for n in _LIBRARIES.split())])


def _files(folder: Path, without: Iterable[Path] = ()) -> Iterator[Path]:
    """Yield the files under a folder in order, none that is hidden, none in `without`."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name[0] != "." and name != "__pycache__" and Path(place, name) not in without
        )
        yield from (Path(place, name) for name in sorted(names) if name[0] != ".")
