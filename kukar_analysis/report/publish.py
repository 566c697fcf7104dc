"""A set of reports: pages, notebooks, documents, index, search and `manifest.json`.

The manifest has the sha256 of every file; what is not in it as it says belongs to somebody else,
and is carried into the next set.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kukar_analysis import framework, paths
from kukar_analysis.analysis.missing import unconfirmed
from kukar_analysis.errors import UsageError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import folder, page, site
from kukar_analysis.report.cache import Cache, faults
from kukar_analysis.report.record import RunRecord
from kukar_analysis.report.registry import Report

FAILED = "gagal"  # folder of the executed copies of failing notebooks
CHANGED = "diubah"  # folder of published files that somebody changed
KEPT = 3  # earlier sets that are kept
BUNDLE = "smart-city-"  # how a bundle begins, which lies in the folder and is carried unsaid
# characters that are searched of a section, and of all; what is longer is a table's later rows
LONGEST, SEARCHED = 4000, 3_000_000

Entry = dict[str, Any]
Say = Callable[[str], None]


def read(published: Path) -> dict[str, Any]:
    """Return the manifest of a folder, its `reports` by name; empty where none can be believed."""
    found = paths.known(published / MANIFEST)
    empty: dict[str, Any] = {"files": {}, "corrections": [], "sheet": None, "reports": {}}
    try:
        return empty | found | {"reports": {entry["name"]: entry for entry in found["reports"]}}
    except (KeyError, TypeError):
        return empty


def entry_of(report: Report, record: RunRecord, status: str, **more: Any) -> Entry:
    """Return what the manifest says of a report."""
    region, parameters = framework.load().regions[report.region], dict(report.parameters)
    years = {report.year, int(parameters.get("from_year", report.year))}
    own = {part: getattr(report, part) for part in ("name", "title", "notebook", "year", "region")}
    own |= {"parameters": parameters, "waits_for": list(report.waits), "region_name": region.name}
    own |= {"unconfirmed": unconfirmed(report.region, *sorted(years, reverse=True))}
    own |= {"question": "", "status": status, "page": False, "corrected": []}
    return own | site.headline(report.year, report.region) | record.said() | more


@contextmanager
def written(
    entries: Mapping[str, Entry], new: Path, old: Path, cache: Cache, record: RunRecord, **more: Any
) -> Iterator[None]:
    """Write pages and notebooks into `new`, and after the block search, index and manifest.

    From the cache, or the notebook in the published set `old` where it has left the cache; an entry
    whose notebook is in neither loses its page. `more`: draft, and what else the manifest says.
    """
    around, lines = site.around(entries.values()), list[str]()
    words: dict[str, list[dict[str, str]]] = {}
    for name, entry in entries.items():
        found = cache.get(entry["key"]) if entry["page"] else None
        notebook = cache.notebook(entry["key"]) if found else old / f"{name}.ipynb"
        entry["page"] = entry["page"] and notebook.exists()
        if entry["page"]:
            found = found or page.read(notebook)
            _copy(notebook, new / f"{name}.ipynb")
            text = site.render(entry, found, around[name], draft=bool(more.get("draft")))
            (new / f"{name}.html").write_text(text, encoding="utf-8")
            words[name] = found["sections"]
    yield
    listed = sorted(entries.values(), key=lambda entry: str(entry["name"]))
    longest = min(LONGEST, SEARCHED // (1 + sum(map(len, words.values()))))
    for shown in (shown for shown in site.ordered(listed) if shown["page"]):
        parts = [[p["anchor"], p["heading"], p["text"][:longest]] for p in words[shown["name"]]]
        line = {part: shown[part] for part in ("name", "title", "year")}
        line |= {"region": shown["region_name"], "sections": parts}
        lines.append(json.dumps(line, separators=(",", ":")).replace("<", "\\u003c"))
    # a script, since file:// may fetch nothing; no text can end it
    search = "window.KUKAR_INDEX = [\n" + ",\n".join(lines) + "\n];\n"
    (new / site.SEARCH).write_text(search, encoding="utf-8")
    for name, text in site.lists(listed, new, record, draft=bool(more.get("draft"))).items():
        (new / name).write_text(text, encoding="utf-8")
    made = record.said() | {"inputs": record.inputs, "corrections": record.corrections}
    made |= {"reports": listed, "files": _hashes(new)} | more
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    (new / MANIFEST).write_text(text, encoding="utf-8")


def carry_documents(
    files: Mapping[str, str], old: Path, new: Path, kinds: tuple[str, ...] = (".pdf", ".xlsx")
) -> None:
    """Take over the prints and annexes of pages that are as they were; `files`: as published."""
    now = _hashes(new)
    for name in (n for n in files if n.endswith(kinds) and (old / n).exists()):
        own = Path(name).with_suffix(".html").as_posix()
        start = own if own in files else f"{Path(name).parent.as_posix()}/"
        before, after = (
            {n: sha for n, sha in of.items() if n.startswith(start) and n.endswith(".html")}
            for of in (files, now)
        )
        if before == after != {}:
            _copy(old / name, new / name)


def publish(work: folder.Work, cache: Cache, say: Say) -> None:
    """Let the next set take the place of the published one, unless it says the same.

    The time of the lists apart. Files that somebody else put into the published set, or changed
    there, are carried over and said; the set itself is kept.
    """
    target, carried, new = work.target, dict[str, str](), read(work.path / "set")
    now = read(target)
    own = now["files"]

    def carry(old: Path, new: Path) -> None:
        for name, sha in _hashes(old).items():
            if not own or name == MANIFEST or sha in (own.get(name), carried.get(name)):
                continue  # of an unreadable manifest all is kept
            carried[name], is_new = sha, name not in own
            free = is_new and not (new / name).exists()
            place = name if free else f"{CHANGED}/{sha[:8]}/{name}"
            _copy(old / name, new / place)
            what = "is not of this program" if is_new else "was changed after it was published"
            if not name.startswith(BUNDLE):
                say(f"{name} {what}: kept as {place}")

    one, other = (
        (found["reports"], found["corrections"], [f for f in found["files"].items() if "/" in f[0]])
        for found in (new, now)
    )
    if one == other and not faults(target):
        return
    carry(target, work.path / "set")
    work.exchange()
    if work.old is None:
        return
    carry(work.old, target)  # what was saved there meanwhile
    place = cache.path / "sets" / f"{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S-%f}"
    place.parent.mkdir(parents=True, exist_ok=True)
    work.old.rename(place)
    for earliest in _kept(cache)[:-KEPT]:
        shutil.rmtree(earliest)
    if not own and any(place.iterdir()):
        said = f"the manifest of {target.name} could not be read: all that stood there is kept"
        say(f"{said} in {place.relative_to(target.parent)}")


def put_back(target: Path, name: str, say: Say) -> None:
    """Publish an earlier set again (`last`: the one before); the one that stands is kept.

    Raises UsageError for a set that is not kept, or no longer as its manifest says.
    """
    with folder.held(target) as work:
        cache = Cache(target)
        known = {place.name: place for place in _kept(cache)}
        chosen = known.get(name) or ([None, *known.values()][-1] if name == "last" else None)
        wrong = [f"it is not kept; kept: {', '.join(known) or 'none'}"]
        wrong = faults(chosen) if chosen else wrong
        if chosen is None or wrong:
            raise UsageError(f"set {name!r} of {target.name} cannot be put back: {wrong[0]}")
        shutil.copytree(chosen, work.begin(empty=True), dirs_exist_ok=True)
        publish(work, cache, say)
    say(f"{target.name} shows again the set of {chosen.name}; the next run publishes anew")


def _kept(cache: Cache) -> list[Path]:
    """Return the earlier sets, called by when they were replaced."""
    return sorted((cache.path / "sets").glob("*"))


def _hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): paths.sha256(path) for path in files}


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
