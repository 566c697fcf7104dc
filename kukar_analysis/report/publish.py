"""A set of reports: pages, notebooks, documents, index, search and `manifest.json`.

A new set is written into an empty folder and takes the place of the published one in one step
(folder.py). Its manifest has the sha256 of every file; what is not in it as it says belongs to
somebody else, and is carried into the next set.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kukar_analysis import framework, writing
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.errors import UsageError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import folder, page, site
from kukar_analysis.report.cache import Cache, faults
from kukar_analysis.report.page import Page, Section
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


@dataclass(frozen=True)
class Manifest:
    """What stands published; all of it empty where that cannot be believed."""

    entries: dict[str, Entry] = field(default_factory=dict)
    """reports by name"""
    files: dict[str, str] = field(default_factory=dict)
    """sha256 by place in the folder"""
    corrections: list[str] = field(default_factory=list)
    made_at: str = ""


def read(published: Path) -> Manifest:
    """Return the manifest that stands in a folder."""
    try:
        found = json.loads((published / MANIFEST).read_text(encoding="utf-8"))
        entries = {entry["name"]: entry for entry in found["reports"]}
        return Manifest(entries, found["files"], found["corrections"], found["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return Manifest()


def entry_of(report: Report, record: RunRecord, status: str, **more: Any) -> Entry:
    """Return what the manifest says of a report."""
    before = report.parameters.get("from_year")
    years = [report.year] if before is None else [report.year, int(before)]
    made = {
        "name": report.name,
        "title": report.title,
        "notebook": report.notebook,
        "parameters": dict(report.parameters),
        "year": report.year,
        "region": report.region,
        "region_name": framework.load().regions[report.region].name,
        **site.headline(report.year, report.region),
        "waits_for": list(report.waits),
        "unconfirmed": unconfirmed(report.region, *years),
        "question": "",
        "status": status,
        "page": False,
        "corrected": [],
    }
    return made | record.said() | more


def marked(entry: Entry, new: list[str]) -> Entry:
    """Return an entry that says which corrections of its years came after it was made."""
    years = {entry["year"], entry["parameters"].get("from_year")}
    found = [text for text in new if int(text[:4]) in years]
    if not (entry["page"] and found):
        return entry
    return entry | {"status": "replaced", "corrected": [*entry["corrected"], *found]}


def write_pages(
    entries: Mapping[str, Entry], new: Path, old: Path, cache: Cache, *, draft: bool = False
) -> dict[str, tuple[Section, ...]]:
    """Write the pages with their notebooks into `new`; return the words of each.

    Made from the cache, or from the notebook in the published set `old` where it has left the
    cache. An entry whose notebook is in neither loses its page.
    """
    around, words = site.around(entries.values()), {}
    for name, entry in entries.items():
        if not entry["page"]:
            continue
        known, notebook = cache.get(entry["key"]), cache.notebook(entry["key"])
        if known is None:
            notebook = old / f"{name}.ipynb"
        if not notebook.exists():
            entry["page"] = False
            continue
        found = Page.of(known) if known else page.read(notebook)
        target = new / f"{name}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(site.render(entry, found, around[name], draft=draft), encoding="utf-8")
        shutil.copy(notebook, target.with_suffix(".ipynb"))
        words[name] = found.sections
    return words


def failed_copy(name: str) -> str:
    """Return where the executed copy of a failed report stands in the set."""
    return f"{FAILED}/{name.replace('/', '_')}.ipynb"


def carry_documents(earlier: Manifest, entries: Mapping[str, Entry], old: Path, new: Path) -> None:
    """Take over the prints and annexes of pages that are as they were."""

    def pages(of: Mapping[str, Entry], start: str) -> dict[str, str]:
        return {n: e["key"] for n, e in of.items() if e["page"] and n.startswith(start)}

    for name in earlier.files:
        path = Path(name)
        if not (old / name).exists() or path.suffix not in (".pdf", ".xlsx"):
            continue
        own = path.with_suffix("").as_posix()
        start = own if own in earlier.entries else f"{path.parent.as_posix()}/"
        if pages(entries, start) == pages(earlier.entries, start) != {}:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / name, new / name)
    for copy in (failed_copy(n) for n, e in entries.items() if e["status"] == "failed"):
        if copy in earlier.files and (old / copy).exists() and not (new / copy).exists():
            (new / FAILED).mkdir(exist_ok=True)
            shutil.copy2(old / copy, new / copy)


def write_lists(
    entries: Iterable[Entry],
    words: Mapping[str, tuple[Section, ...]],
    new: Path,
    record: RunRecord,
    *,
    draft: bool = False,
) -> None:
    """Write what tells of all reports: search index, index, and the manifest of all files."""
    listed = sorted(entries, key=lambda e: str(e["name"]))
    (new / site.SEARCH).write_text(_search(site.ordered(listed), words), encoding="utf-8")
    (new / "index.html").write_text(site.index(listed, new, record, draft=draft), encoding="utf-8")
    found = sorted(p for p in new.rglob("*") if p.is_file())
    made = {
        "version": record.version,
        "commit": record.commit,
        "made_at": record.made_at.isoformat(),
        "inputs": record.inputs,
        "corrections": record.corrections,
        "reports": listed,
        "files": {p.relative_to(new).as_posix(): writing.sha256(p) for p in found},
    }
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    (new / MANIFEST).write_text(text, encoding="utf-8")


def _search(entries: Iterable[site.Entry], words: Mapping[str, tuple[Section, ...]]) -> str:
    """Return the search index, a script, since file:// may fetch nothing: a page a line.

    All but plain ASCII is written as an escape, `<` too, so that no text can end the script.
    """
    listed = [
        {
            "name": entry["name"],
            "title": entry["title"],
            "year": entry["year"],
            "region": entry["region_name"],
            "sections": [[s.anchor, s.heading, s.text[:LONGEST]] for s in words[entry["name"]]],
        }
        for entry in entries
        if entry["page"]
    ]
    lines = (json.dumps(one, separators=(",", ":")).replace("<", "\\u003c") for one in listed)
    return "window.KUKAR_INDEX = [\n" + ",\n".join(lines) + "\n];\n"


def is_same(new: Path, earlier: Manifest) -> bool:
    """Whether a new set says what the published one does, the time of the index apart."""
    made = read(new)
    parts = [
        (m.entries, m.corrections, {n: h for n, h in m.files.items() if n != "index.html"})
        for m in (made, earlier)
    ]
    return parts[0] == parts[1]


class Foreign:
    """The files in a published set that somebody else put there, or changed."""

    def __init__(self, published: Path, earlier: Manifest, cache: Cache, say: Say) -> None:
        self.earlier, self.cache, self.say = earlier, cache, say
        self._carried: dict[str, str] = {}
        self.whole = not published.exists() or bool(earlier.files) or not any(published.iterdir())

    def carry(self, old: Path, new: Path) -> None:
        """Copy them into the new set, and say so: once before the exchange, and once after it.

        Nothing of a folder whose manifest cannot be believed, as one of another version: it is
        kept whole beside (`keep`).
        """
        for path in sorted(p for p in old.rglob("*") if p.is_file()) if self.whole else []:
            name = path.relative_to(old).as_posix()
            found = self.cache.hash(path)
            if name == MANIFEST or found in (self.earlier.files.get(name), self._carried.get(name)):
                continue
            self._carried[name] = found
            is_new = name not in self.earlier.files
            place = name if is_new and not (new / name).exists() else f"{CHANGED}/{name}"
            if (new / place).exists():
                place = f"{CHANGED}/{found[:8]}/{name}"
            (new / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, new / place)
            what = "is not of this program" if is_new else "was changed after it was published"
            if not name.startswith(BUNDLE):
                self.say(f"{name} {what}: kept as {place}")


def keep(old: Path, earlier: Manifest, cache: Cache) -> Path:
    """Keep a set that was exchanged, and clear those before the newest few; return its place."""
    stamp = "".join(c for c in earlier.made_at if c.isdigit())[:14] or "tanpa-manifest"
    taken = [p.name for p in cache.sets.glob(f"{stamp}*")]
    place = cache.sets / (f"{stamp}-{len(taken) + 1}" if taken else stamp)
    place.parent.mkdir(parents=True, exist_ok=True)
    old.rename(place)
    place.touch()
    for earliest in sorted(cache.sets.iterdir(), key=lambda p: p.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(earliest)
    return place


def put_back(target: Path, name: str, say: Say) -> None:
    """Publish an earlier set again (`last`: the one before); the one that stands is kept.

    Raises UsageError for a set that is not kept, or no longer as its manifest says.
    """
    with folder.held(target) as work:
        cache = Cache(target)
        known = sorted(cache.sets.glob("*"), key=lambda p: p.stat().st_mtime)
        if not known or (name != "last" and name not in [p.name for p in known]):
            raise UsageError(
                f"no earlier set {name!r} of {target.name} is kept; kept, the newest last:"
                f" {', '.join(p.name for p in known) or 'none'}"
            )
        chosen, now = known[-1] if name == "last" else cache.sets / name, read(target)
        wrong = faults(chosen, cache)
        if wrong:
            raise UsageError(f"set {chosen.name} is not as it was published: {wrong[0]}")
        foreign = Foreign(target, now, cache, say)
        with work.next_set(empty=True) as new:
            shutil.copytree(chosen, new, dirs_exist_ok=True)
            foreign.carry(work.target, new)
        if work.old:
            foreign.carry(work.old, work.target)
            keep(work.old, now, cache)
        cache.close()
        say(f"{target.name} shows again the set of {chosen.name}; the next run publishes anew")
