"""What is asked of a run, and executed notebooks under the fingerprint of all they depend on.

Standard library only: a run with nothing to do is over at once.
"""

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import paths

PACKAGE = Path(kukar_analysis.__file__).parent
LARGEST = 500_000_000  # bytes of executed notebooks that are kept besides the published set's
# what kernels have imported, and called, before they start
MODULES = ("kukar_analysis.show", *(f"kukar_analysis.analysis.{m}" for m in kukar_analysis.OFFERED))
MODULES += ("kukar_analysis.framework:load",)
# of which another version may give another page
_LIBRARIES = (
    "babel ipykernel jinja2 matplotlib nbconvert numpy pandas papermill pyarrow seaborn weasyprint"
)


@dataclass(frozen=True)
class Asked:
    """Which reports are made, on which paper and with annexes or not, from where, to where, how."""

    years: list[int] | None = None
    regions: list[str] | None = None
    only: list[str] | None = None
    parameters: list[str] | None = None
    sheet: str | None = None
    excel: bool = False
    raw: Path = paths.RAW
    processed: Path = field(default_factory=paths.processed_dir)
    reports: Path = paths.REPORTS
    jobs: int | None = None
    force: bool = False
    cluster: str | None = None
    cell: float = 300.0  # seconds, and those of a whole report
    whole: float = 900.0

    def inputs(self) -> list[Path]:
        """Return every file that a report can depend on: of program, notebooks, data and tables."""
        data, raw, processed = (p.resolve() for p in (paths.RAW.parent, self.raw, self.processed))
        found = [*program(), *_files(paths.NOTEBOOKS.resolve())]
        for folder in [data] if raw.is_relative_to(data) else [data, raw]:
            found += _files(folder, {processed, data / "processed", self.reports.resolve()})
        return [*found, *(p for p in _files(processed) if p.name != "last_run.json")]  # on no page

    def made_of(self) -> dict[str, str]:
        """Return the fingerprints of what reports depend on: of notebooks, of all else as ""."""
        inputs, notebooks = self.inputs(), paths.NOTEBOOKS.resolve()
        own = [p for p in inputs if p.parent == notebooks and p.suffix == ".ipynb"]
        versions = [f"{name} {metadata.version(name)}" for name in _LIBRARIES.split()]
        others = fingerprint(path for path in inputs if path not in own)
        of_all = paths.of_text(f"{others} {sys.version} {versions}")
        return {"": of_all, **{p.stem: paths.sha256(p) for p in own}}

    def state(self) -> list[Any]:
        """Return what is asked, and how the inputs and what stands published look from outside."""
        which = (self.years, self.regions, self.only, self.parameters, self.sheet, self.excel)
        return [[*which], paths.stamp([*self.inputs(), *_files(self.reports)])]


class Cache:
    """The cache beside a folder of reports."""

    def __init__(self, target: Path) -> None:
        self.target = target.resolve()
        self.path = self.target.with_name(f".{self.target.name}.cache")
        self.sets = self.path / "sets"  # earlier ones, called by when they were replaced

    def notebook(self, key: str) -> Path:
        """Return where the executed notebook of a key lies; its page lies beside it."""
        return self.path / "made" / f"{key}.ipynb"

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the page of an executed notebook; None where it is not there as it was made."""
        notebook = self.notebook(key)
        found = paths.known(notebook.with_suffix(".json"))
        whole = notebook.exists() and found.get("sha256") == paths.sha256(notebook)
        return found["page"] if whole else None

    def put(self, key: str, notebook: Path, page: Mapping[str, Any]) -> None:
        """Keep an executed notebook and its page; a killed run leaves both whole or neither."""
        kept = self.notebook(key)
        kept.parent.mkdir(parents=True, exist_ok=True)
        notebook.replace(kept)
        text = json.dumps({"sha256": paths.sha256(kept), "page": page}, ensure_ascii=False)
        paths.write(kept.with_suffix(".json"), text, paths.OWN)

    def standing(self, asked: Asked, *, cleaned: bool = False) -> int | None:
        """Return how many reports stand as asked, if none (`cleaned`: nor tables) is to be made."""
        known = paths.known(self.path / "asked.json")
        stands = known.get("state") == asked.state() and known.get("cleaned", False) >= cleaned
        return known["reports"] if stands else None

    def note(self, **known: Any) -> None:
        """Note for `standing` that what was asked stands: state, number of reports, cleaned."""
        path = self.path / "asked.json"
        paths.write(path, json.dumps(paths.known(path) | known), paths.OWN)

    def clear(self) -> None:
        """Clear what is not of the published set, the oldest first, down to the bound."""
        reports = paths.known(self.target / paths.MANIFEST).get("reports", [])
        used, size = {entry.get("key") for entry in reports}, 0
        made = [path for path in (self.path / "made").glob("*.*") if path.stem not in used]
        for path in sorted(made, key=os.path.getmtime, reverse=True):
            size += path.stat().st_size
            if size > LARGEST or not path.with_suffix(".json").exists():
                path.unlink()


def key_of(made_of: Mapping[str, str], notebook: str, parameters: Mapping[str, Any]) -> str:
    """Return the key of a report; `made_of` as Asked gives it."""
    own = [made_of[""], made_of.get(notebook), dict(parameters)]
    return paths.of_text(json.dumps(own, sort_keys=True))[:32]


def faults(folder: Path) -> list[str]:
    """Return what of a published set is not as its manifest says, in the reader's words."""
    files = paths.known(folder / paths.MANIFEST).get("files")
    if not isinstance(files, dict):
        return [f"{folder.name}/{paths.MANIFEST} tidak terbaca"]
    changed = files.items() - hashes(folder).items()
    return [f"{name} hilang atau berubah sesudah terbit" for name, _ in sorted(changed)]


def hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of every file in a folder, by its place."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): paths.sha256(path) for path in files}


def fingerprint(found: Iterable[Path]) -> str:
    """Return one fingerprint of files, by their places and contents."""
    return paths.of_text(str([(os.path.relpath(p, paths.ROOT), paths.sha256(p)) for p in found]))


def program() -> list[Path]:
    """Return the files of the package, and the method that stands in documents."""
    return [*_files(PACKAGE), *(paths.ROOT / "docs").glob("metode.md")]


def _files(folder: Path, without: Collection[Path] = ()) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        shown = [n for n in sorted(folders) if n[0] != "." and n != "__pycache__"]
        folders[:] = [name for name in shown if Path(place, name) not in without]
        files = [Path(place, name) for name in sorted(names) if name[0] != "."]
        yield from (path for path in files if path.exists())
