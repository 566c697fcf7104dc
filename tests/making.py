"""Makes small reports for tests, and copies of the project that a test may change."""

import dataclasses
import functools
import json
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from reading import write_notebook

from kukar_analysis import paths
from kukar_analysis.report import cache, folder, make, page, publish, registry

REGION = "2023/64.02"
HOLDS = """
import sys, time
from pathlib import Path
from kukar_analysis.report import folder
with folder.held(Path(sys.argv[1])) as work:
    print("held", flush=True)
    time.sleep(60)
"""


def report(notebook):
    """Return the report of Kukar's index, run with another notebook."""
    return dataclasses.replace(_index(), name=f"{REGION}/{notebook}", notebook=notebook)


@functools.cache
def _index():
    (found,) = registry.reports(years=[2023], regions=["64.02"], only=["02_indeks"])
    return found


def bytes_of(folder):
    """Return the content of every file under a folder, by its place in it."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def publish_set(target, record, notebooks, waiting=()):
    """Publish pairs of a report and its executed notebook, as a run does that made these."""
    kept, earlier = cache.Cache(target), publish.read(target)
    entries = dict(earlier["reports"])

    entries |= {report.name: publish.entry_of(report, record) for report in waiting}
    for report, notebook in notebooks:
        key = paths.of_text(report.name + notebook.read_text(encoding="utf-8"))[:32]
        found = page.read(notebook)
        kept.put(key, Path(shutil.copy(notebook, target.parent / f"{key}.ipynb")), found)
        own = {"page": True, "key": key, "question": found["question"]}
        entries[report.name] = publish.entry_of(report, record, **own)
    said: list[str] = []
    with folder.held(target) as work:
        new = work.begin(empty=True)
        with publish.written(entries, new, target, record, (".pdf", ".xlsx")):
            pass
        publish.publish(work, said.append)


@contextmanager
def held_by_another(folder):
    """Let another process hold a folder of reports; give that process."""
    command = [sys.executable, "-c", HOLDS, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@dataclasses.dataclass
class Small:
    """A folder of small notebooks, made into reports beside it."""

    folder: Path
    processed: Path
    said: list[str] = dataclasses.field(default_factory=list)
    warned: list[str] = dataclasses.field(default_factory=list)

    @property
    def target(self):
        return self.folder / "laporan"

    def write(self, name, *cells):
        return write_notebook(self.folder / "notebooks", name, *cells)

    def asked(self, **how):
        return cache.Asked(processed=self.processed, reports=self.target, **how)

    def make(self, *names, **how):
        """Make the reports of these notebooks, and return how many were made, failed and kept."""
        self.said.clear()
        self.warned.clear()
        lines = {"say": self.said.append, "warn": self.warned.append}
        done = make.make([*map(report, names)], self.asked(**how), **lines)
        counts = [int(word) for word in self.said[-1].split() if word.isdigit()]
        return dict(zip(("made", "failed", "kept", "waiting"), counts, strict=True), done=done)

    @property
    def cache(self):
        return self.folder / ".laporan.cache"

    def standing(self, **how):
        """Return how many reports stand for what is asked, where nothing is to be made."""
        return cache.Cache(self.target).standing(self.asked(**how))

    def sets(self):
        """Return the earlier sets that are kept, the newest last."""
        return sorted((self.cache / "sets").glob("*"))

    def shown(self, name):
        return (self.target / REGION / f"{name}.html").read_text(encoding="utf-8")

    def entries(self):
        manifest = json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))
        return {e["name"].removeprefix(f"{REGION}/"): e for e in manifest["reports"]}

    def left(self):
        """Return what a run left beside the published folder."""
        return sorted(p.name for p in self.folder.iterdir() if p.name.startswith(".laporan."))
