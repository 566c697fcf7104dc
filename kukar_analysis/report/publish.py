"""A set of reports: pages, notebooks, documents, index, search and `manifest.json`.

What is not as the manifest says belongs to somebody else, and is carried into the next set.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import framework, paths, store
from kukar_analysis.analysis.missing import unconfirmed
from kukar_analysis.errors import UsageError
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import folder, page, site
from kukar_analysis.report.cache import Cache, faults, hashes
from kukar_analysis.report.registry import Report

CHANGED = "diubah"  # folder of published files that somebody changed
KEPT = 3  # earlier sets that are kept
BUNDLE = "smart-city-"  # how a bundle begins, which lies in the folder and is carried unsaid
# characters that are searched of a section, and of all; what is longer is a table's later rows
LONGEST, SEARCHED = 4000, 3_000_000

Entry = dict[str, Any]
Say = Callable[[str], None]


def record_of(processed: Path) -> dict[str, Any]:
    """Return what makes a set that begins now: program, time, and its raw files' fingerprints.

    corrections: what later papers changed.
    """
    files = store.read("files", processed).dropna(subset="sha256").set_index("file")["sha256"]
    superseded = store.read("rejected", processed).query("rule == 'superseded'")
    git = ["git", "-C", str(paths.ROOT), "describe", "--always", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run([*git, "--dirty=+"], capture_output=True, text=True, check=True)
        commit = told.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = "tidak diketahui"  # a copy without git, as from a USB stick
    listed = "\n".join(f"{name} {sha}" for name, sha in sorted(files.items()))
    return {
        "version": kukar_analysis.__version__,
        "commit": commit,
        "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "data": paths.of_text(listed)[:12],
        "inputs": files.to_dict(),
        "corrections": [*(superseded["origin"] + ": " + superseded["reason"])],
    }


def said(record: site.Record) -> Entry:
    """Return what a page says of the record of its making."""
    parts = ("version", "commit", "made_at", "data")
    return {part: record[part] for part in parts} | {"inputs": len(record["inputs"])}


def entry_of(report: Report, record: site.Record, **more: Any) -> Entry:
    """Return what the manifest says of a report."""
    parameters, head = dict(report.parameters), site.headline(report.year, report.region)
    years = {report.year, int(parameters.get("from_year", report.year))}
    own = {part: getattr(report, part) for part in ("name", "title", "notebook", "year", "region")}
    own |= {"parameters": parameters, "waits_for": [*report.waits], "status": report.status}
    own |= {"region_name": framework.load().regions[report.region].name}
    own |= {"unconfirmed": unconfirmed(report.region, *sorted(years, reverse=True))}
    return own | {"question": "", "page": False} | head | said(record) | more


def read(published: Path) -> dict[str, Any]:
    """Return the manifest of a folder, its `reports` by name; empty where none can be believed."""
    found = paths.known(published / MANIFEST)
    empty: dict[str, Any] = {"files": {}, "sheet": None, "reports": {}}
    try:
        return empty | found | {"reports": {entry["name"]: entry for entry in found["reports"]}}
    except (KeyError, TypeError):
        return empty


@contextmanager
def written(
    entries: dict[str, Entry], new: Path, old: Path, record: Entry, carried: Sequence[str] = ()
) -> Iterator[None]:
    """Write pages and notebooks into `new`, and after the block search, index and manifest.

    A notebook comes from the cache of `old`, or from `old`; without either there is no page.
    Documents that end in `carried` stay where their page, or all of their folder, is as before.
    """
    cache, draft = Cache(old), bool(record.get("draft"))
    regions, template = framework.load().regions, site.ENVIRONMENT.get_template("page.html")
    around, words = site.around(entries.values()), dict[str, list[dict[str, str]]]()
    for name, entry in entries.items():
        found = cache.get(entry["key"]) if entry["page"] else None
        notebook = cache.notebook(entry["key"]) if found else old / f"{name}.ipynb"
        if entry["page"] and not notebook.exists():
            entry.update(page=False, status="failed", error="its executed notebook is gone")
        if not entry["page"]:
            continue
        found = found or page.read(notebook)
        _copy(notebook, new / f"{name}.ipynb")
        text = template.render(
            entry=entry,
            title=entry["title"],
            page=found,
            turn=around[name],
            up="../" * name.count("/"),
            sample=regions[entry["region"]].is_sample,
            record=entry,
            is_old=entry["data"] != record["data"],
            draft=draft,
        )
        paths.write(new / f"{name}.html", text)
        words[name] = found["sections"]
    before = read(old)["files"]
    documents = [n for n in before if n.endswith(tuple(carried)) and (old / n).exists()]
    after = hashes(new) if documents else {}
    for name in documents:
        own = Path(name).with_suffix(".html").as_posix()
        place = own if own in before else f"{Path(name).parent.as_posix()}/"
        was, now = (
            {f for f in files.items() if f[0].startswith(place) and f[0].endswith(".html")}
            for files in (before, after)
        )
        if was and was == now:
            _copy(old / name, new / name)
    yield
    listed = sorted(entries.values(), key=lambda entry: str(entry["name"]))
    longest = min(LONGEST, SEARCHED // (1 + sum(map(len, words.values()))))
    index = []
    for one in (entry for entry in site.ordered(listed) if entry["page"]):
        parts = [[p["anchor"], p["heading"], p["text"][:longest]] for p in words[one["name"]]]
        line = {part: one[part] for part in ("name", "title", "year")}
        index.append(line | {"region": one["region_name"], "sections": parts})
    # a script, since file:// may fetch nothing; no text can end it
    text = json.dumps(index, separators=(",", ":")).replace("<", "\\u003c")
    lists = site.lists(listed, new, record, draft=draft)
    for name, content in {**lists, site.SEARCH: f"window.KUKAR_INDEX = {text};\n"}.items():
        paths.write(new / name, content)
    made = {**record, "reports": listed, "files": hashes(new)}
    paths.write(new / MANIFEST, json.dumps(made, indent=1, ensure_ascii=False) + "\n")


def publish(work: folder.Work, say: Say) -> None:
    """Let the next set take the place of the published one, unless only the lists' time differs.

    Files that somebody else put there, or changed, are carried over and said; the set is kept.
    """
    target, new = work.target, work.path / "set"
    now, planned, stands = read(target), read(new), hashes(target)
    own = now["files"]
    one, other = (
        (found["reports"], [file for file in found["files"].items() if "/" in file[0]])
        for found in (now, planned)
    )
    if one == other and own and own.items() <= stands.items():
        return

    def carry(found: Iterable[tuple[str, str]], old: Path, new: Path) -> None:
        for name, sha in sorted(found):
            is_new = name not in own
            free = is_new and not (new / name).exists()
            place = name if free else f"{CHANGED}/{sha[:8]}/{name}"
            _copy(old / name, new / place)
            what = "is not of this program" if is_new else "was changed after it was published"
            if not name.startswith(BUNDLE):
                say(f"{name} {what}: kept as {place}")

    ours = {*own.items(), *planned["files"].items(), (MANIFEST, stands.get(MANIFEST, ""))}
    carry(stands.items() - ours, target, new)
    if (old := work.exchange()) is None:
        return
    carry(hashes(old).items() - ours - stands.items(), old, target)  # what was saved meanwhile
    place = Cache(target).sets / f"{datetime.now(UTC).astimezone():%Y%m%d-%H%M%S-%f}"
    place.parent.mkdir(parents=True, exist_ok=True)
    old.rename(place)
    for earliest in sorted(place.parent.iterdir())[:-KEPT]:
        shutil.rmtree(earliest)


def put_back(target: Path, name: str, say: Say) -> None:
    """Publish an earlier set again (`last`: the one before); the one that stands is kept.

    Raises UsageError for a set that is not kept, or no longer as its manifest says.
    """
    with folder.held(target) as work:
        kept = sorted(Cache(target).sets.glob("*"))
        known = {place.name: place for place in kept}
        known |= {"last": kept[-1]} if kept else {}
        wrong = faults(known[name]) if name in known else [f"kept: {', '.join(known) or 'none'}"]
        if wrong:
            raise UsageError(f"set {name!r} of {target.name} cannot be put back: {wrong[0]}")
        shutil.copytree(known[name], work.begin(empty=True), dirs_exist_ok=True)
        publish(work, say)
    say(f"{target.name} shows again the set of {known[name].name}; the next run publishes anew")


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(path, target)
