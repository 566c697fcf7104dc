"""A set of reports: pages, notebooks, documents, index, search and `manifest.json`.

A new set is written into an empty folder and takes the place of the published one in one step
(folder.py). Its manifest has the sha256 of every file; what is not in it as it says belongs to
somebody else, and is carried into the next set.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kukar_analysis import framework, writing
from kukar_analysis.analysis.missing import unconfirmed
from kukar_analysis.errors import UsageError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import folder, page, site
from kukar_analysis.report.cache import Cache, faults
from kukar_analysis.report.record import RunRecord
from kukar_analysis.report.registry import Report

FAILED, CHANGED = "gagal", "diubah"
"""Folders of the executed copies of failing notebooks, and of published files that were changed."""
KEPT = 3
"""Earlier sets that are kept."""
BUNDLE = "smart-city-"
"""How a bundle for sharing begins, which lies in the folder and is carried without a word."""
LONGEST = 4000
"""Characters of a section that are searched; what is longer is a table's later rows."""

Entry = dict[str, Any]
Say = Callable[[str], None]
Words = dict[str, list[dict[str, str]]]
"""The sections of pages, by name."""


def read(published: Path) -> dict[str, Any]:
    """Return the manifest of a folder, its `reports` by name; empty where none can be believed.

    Besides: `files` (sha256 by place in the folder), `corrections`, `made_at`, `sheet`.
    """
    found = writing.known(published / MANIFEST)
    try:
        reports = {entry["name"]: entry for entry in found["reports"]}
        own = {part: found[part] for part in ("files", "corrections", "made_at")}
    except (KeyError, TypeError):
        reports, own = {}, {"files": {}, "corrections": [], "made_at": ""}
    return {"reports": reports, "sheet": found.get("sheet"), **own}


def entry_of(report: Report, record: RunRecord, status: str, **more: Any) -> Entry:
    """Return what the manifest says of a report."""
    before = report.parameters.get("from_year")
    years = [report.year] if before is None else [report.year, int(before)]
    own = {name: getattr(report, name) for name in ("name", "title", "notebook", "year", "region")}
    own |= {"parameters": dict(report.parameters), "waits_for": list(report.waits)}
    own["region_name"] = framework.load().regions[report.region].name
    own["unconfirmed"] = unconfirmed(report.region, *years)
    own |= {"question": "", "status": status, "page": False, "corrected": []}
    return own | site.headline(report.year, report.region) | record.said() | more


def marked(entry: Entry, new: list[str]) -> Entry:
    """Return an entry that says which corrections of its years came after it was made."""
    years = {entry["year"], entry["parameters"].get("from_year")}
    found = [text for text in new if int(text[:4]) in years and entry["page"]]
    own = {"status": "replaced", "corrected": [*entry["corrected"], *found]}
    return entry | own if found else entry


def write_pages(
    entries: Mapping[str, Entry], new: Path, old: Path, cache: Cache, *, draft: bool = False
) -> Words:
    """Write the pages with their notebooks into `new`; return the words of each.

    Made from the cache, or from the notebook in the published set `old` where it has left the
    cache. An entry whose notebook is in neither loses its page.
    """
    around, words = site.around(entries.values()), {}
    for name, entry in entries.items():
        if not entry["page"]:
            continue
        known = cache.get(entry["key"])
        notebook = cache.notebook(entry["key"]) if known else old / f"{name}.ipynb"
        if not notebook.exists():
            entry["page"] = False
            continue
        found = known or page.read(notebook)
        text = site.render(entry, found, around[name], draft=draft)
        _copied(notebook, new / f"{name}.ipynb")
        (new / f"{name}.html").write_text(text, encoding="utf-8")
        words[name] = found["sections"]
    return words


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
            _copied(old / name, new / name)


def write_lists(
    entries: Iterable[Entry], words: Words, new: Path, record: RunRecord, **more: Any
) -> None:
    """Write what tells of all reports: search index, index, and the manifest of all files."""
    listed = sorted(entries, key=lambda e: str(e["name"]))
    (new / site.SEARCH).write_text(_search(site.ordered(listed), words), encoding="utf-8")
    index = site.index(listed, new, record, draft=bool(more.get("draft")))
    (new / "index.html").write_text(index, encoding="utf-8")
    made = record.said() | {"inputs": record.inputs, "corrections": record.corrections}
    made |= {"reports": listed, "files": _hashes(new)} | more
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    (new / MANIFEST).write_text(text, encoding="utf-8")


def _search(entries: Iterable[site.Entry], words: Words) -> str:
    """Return the search index, a script, since file:// may fetch nothing; no text can end it."""
    lines = []
    for entry in (entry for entry in entries if entry["page"]):
        own = words[entry["name"]]
        parts = [[part["anchor"], part["heading"], part["text"][:LONGEST]] for part in own]
        line = {name: entry[name] for name in ("name", "title", "year")}
        line |= {"region": entry["region_name"], "sections": parts}
        lines.append(json.dumps(line, separators=(",", ":")).replace("<", "\\u003c"))
    return "window.KUKAR_INDEX = [\n" + ",\n".join(lines) + "\n];\n"


@contextmanager
def next_set(work: folder.Work, cache: Cache, say: Say) -> Iterator[Path]:
    """Give an empty folder for the next set, which takes the place of the published one.

    Unless it says the same, the time of the index apart. Files that somebody else put into the
    published set, or changed there, are carried over and said; the set itself is kept.
    """
    target, now, carried = work.target, read(work.target), dict[str, str]()
    stood = target.exists() and any(target.iterdir())
    with work.next_set(empty=True) as new:
        yield new
        one, other = (
            (found["reports"], found["corrections"], {**found["files"], "index.html": ""})
            for found in (read(new), now)
        )
        if one == other and not faults(target):
            shutil.rmtree(new)
        else:
            _carry(target, new, now["files"], cache, carried, say)
    if work.old:
        _carry(work.old, target, now["files"], cache, carried, say)
        place = _keep(work.old, now["made_at"], cache)
        if stood and not now["files"]:
            said = f"the manifest of {target.name} could not be read: all that stood there is kept"
            say(f"{said} in {place.relative_to(target.parent)}")


def _carry(
    old: Path, new: Path, files: Mapping[str, str], cache: Cache, carried: dict[str, str], say: Say
) -> None:
    """Copy into the new set what somebody else put into the old one, or changed there; say so."""
    for path in _files(old) if files else []:  # of an unreadable manifest: all is kept by `_keep`
        name, found = path.relative_to(old).as_posix(), cache.hash(path)
        if name == MANIFEST or found in (files.get(name), carried.get(name)):
            continue
        carried[name] = found
        is_new = name not in files
        place = name if is_new and not (new / name).exists() else f"{CHANGED}/{name}"
        if (new / place).exists():
            place = f"{CHANGED}/{found[:8]}/{name}"
        _copied(path, new / place)
        what = "is not of this program" if is_new else "was changed after it was published"
        if not name.startswith(BUNDLE):
            say(f"{name} {what}: kept as {place}")


def _keep(old: Path, made_at: str, cache: Cache) -> Path:
    stamp = "".join(c for c in made_at if c.isdigit())[:14] or "tanpa-manifest"
    taken = [p.name for p in cache.sets.glob(f"{stamp}*")]
    place = cache.sets / (f"{stamp}-{len(taken) + 1}" if taken else stamp)
    place.parent.mkdir(parents=True, exist_ok=True)
    old.rename(place)
    place.touch()
    for earliest in _kept(cache)[:-KEPT]:
        shutil.rmtree(earliest)
    return place


def put_back(target: Path, name: str, say: Say) -> None:
    """Publish an earlier set again (`last`: the one before); the one that stands is kept.

    Raises UsageError for a set that is not kept, or no longer as its manifest says.
    """
    with folder.held(target) as work:
        cache = Cache(target)
        known = {place.name: place for place in _kept(cache)}
        chosen = known.get(name) or ([None, *known.values()][-1] if name == "last" else None)
        if chosen is None:
            raise UsageError(
                f"no earlier set {name!r} of {target.name} is kept; kept, the newest last:"
                f" {', '.join(known) or 'none'}"
            )
        if wrong := faults(chosen):
            raise UsageError(f"set {chosen.name} is not as it was published: {wrong[0]}")
        with next_set(work, cache, say) as new:
            shutil.copytree(chosen, new, dirs_exist_ok=True)
        cache.close()
        say(f"{target.name} shows again the set of {chosen.name}; the next run publishes anew")


def _kept(cache: Cache) -> list[Path]:
    return sorted(cache.sets.glob("*"), key=lambda place: place.stat().st_mtime)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): writing.sha256(path) for path in _files(folder)}


def _copied(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
