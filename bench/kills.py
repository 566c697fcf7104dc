"""`python bench/kills.py`: a run killed fifty times, and what is left each time.

In a copy of the project whose notebooks are short: ten reports are made again and again, each
set with a number of its own, and the runner is killed (SIGKILL, it alone) at moments that are
spread over the whole run. After each kill the published folder must be the old set or the new one,
whole; no process of the run may be left after two seconds; and a run that goes on must take up
every report that was made. Ends with 1 where one of these does not hold. The moments follow from
the seed, which is printed: `python bench/kills.py SEED [KILLS]`.
"""

import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat import v4
from own_reports import copied

from kukar_analysis.report import cache, publish

KILLS, PATIENCE = 50, 2.0
MARKER = "KUKAR_KILLS"
NOTEBOOKS = ("00_ringkasan", "02_indeks", "03_pilar", "04_antar_tahun", "05_quick_win")
ASKED = ["--year", "2023", "--region", "64.02", "--jobs", "2"]
ASKED += [word for name in NOTEBOOKS for word in ("--only", name)]
NUMBER = re.compile(r"himpunan-(\d{4})")


@dataclass
class Office:
    """The copied project, and what was seen of its runs."""

    project: Path
    number: int = 0
    """of the set that the notebooks make now"""
    standing: int | None = None
    """number of the published set"""
    whole: float = 0.0
    """seconds that a run takes that nobody kills"""
    taken_up: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.target, self.work = self.project / "reports", self.project / ".reports.work"

    def said(self, run: int | str) -> Path:
        """Return where a run's words go; the name is also the mark of its processes."""
        return self.project / f"run-{run}"

    def next_number(self) -> None:
        """Let every notebook make another page than before."""
        self.number += 1
        for path in sorted((self.project / "notebooks").glob("[0-9]*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            own = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
            reads = (
                "from kukar_analysis import paths\npaths.note_table('index_scores', None, region)"
            )
            body = f"import time\n{reads}\ntime.sleep(0.1)\n'himpunan-{self.number:04}'"
            title = v4.new_markdown_cell("# Judul", id="judul")
            notebook.cells = [title, *own, v4.new_code_cell(body, id="isi")]
            nbformat.write(notebook, path)

    def start(self, said: Path) -> subprocess.Popen[bytes]:
        """Start a run whose processes bear a mark of their own."""
        own = {"PYTHONPATH": str(self.project), MARKER: said.name}
        environment = {k: v for k, v in os.environ.items() if k != "KUKAR_PROCESSED"} | own
        command = [sys.executable, "-m", "kukar_analysis", "report", *ASKED]
        with said.open("wb") as file:
            return subprocess.Popen(
                command, cwd=self.project, env=environment, stdout=file, stderr=file
            )

    def made(self) -> int:
        """Return how many reports of this number are in the cache, and not published yet."""
        if self.standing == self.number:
            return 0
        found, count = cache.Cache(self.target), 0
        for page in (found.path / "made").glob("*.json"):
            shown = NUMBER.findall(json.dumps(found.get(page.stem)))
            count += {int(n) for n in shown} == {self.number}
        return count

    def phase(self, pid: int, begun: float) -> str:
        """Return what a killed run was doing, by what it left."""
        holder = self.work / "holder.json"
        mine = holder.exists() and f"process {pid} on" in holder.read_text(encoding="utf-8")
        if self.read() == self.number or (mine and self.publishes(begun)):
            return "publishing"
        return "running" if mine else "importing"

    def publishes(self, begun: float) -> bool:
        """Return whether the run that began then makes the next set, or has made it."""
        with contextlib.suppress(FileNotFoundError):
            return (self.work / "set").stat().st_ctime > begun
        return False

    def read(self) -> int | None:
        """Return the number of the published set; note what is mixed or not as it was written."""
        if not self.target.exists():
            return None
        told = len(self.faults)
        self.faults += [f"set {self.number}: {fault}" for fault in cache.faults(self.target)]
        entries = publish.read(self.target)["reports"]
        pages = {
            name: (self.target / f"{name}.html").read_text(encoding="utf-8") for name in entries
        }
        numbers = {int(n) for page in pages.values() for n in NUMBER.findall(page)}
        listed = {name for name, entry in entries.items() if entry["page"]}
        index = (self.target / "index.html").read_text(encoding="utf-8")
        linked = set(re.findall(r'href="(\d{4}/[^"#]+)\.html"', index))
        if len(numbers) != 1 or not listed == linked == set(pages):
            self.faults.append(f"set {self.number}: mixed: {numbers}, {listed ^ set(pages)}")
        return None if len(self.faults) > told else numbers.pop()

    def check(self, mark: str) -> str:
        """Look at what a run left; return whether the old set stands or the new one."""
        until = time.monotonic() + PATIENCE
        while (left := marked(mark)) and time.monotonic() < until:
            time.sleep(0.05)
        if left:
            self.faults.append(f"{mark}: left running: {left}")
        told, found = len(self.faults), self.read()
        if found not in (self.standing, self.number) and len(self.faults) == told:
            self.faults.append(f"{mark}: set {found} stands, not {self.standing} or {self.number}")
        kind = "new" if found == self.number else "old"
        self.standing = found
        return kind

    def check_taken_up(self, said: Path, made: int) -> None:
        """Compare what a run says it takes up with what was made."""
        text = said.read_text(encoding="utf-8")
        found = re.search(r"^(\d+) of \d+ reports are in ", text, re.MULTILINE)
        if found:
            self.taken_up.append(int(found[1]))
        if (found or "[" in text) and made != (int(found[1]) if found else 0):
            self.faults.append(f"{said.name}: {made} were made before, it says {text!r}")


def awaited(run: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    """Wait until something holds, or the run has ended."""
    while run.poll() is None and not holds():
        time.sleep(0.005)


def marked(mark: str) -> list[str]:
    """Return the processes of a run that still live."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == mark:
                found.append(f"{process.pid} {' '.join(process.cmdline())[:80]}")
        except (psutil.Error, OSError):
            continue
    return found


def kill(office: Office, rng: random.Random, kills: int) -> tuple[Counter[tuple[str, str]], int]:
    """Kill runs; return how often in which phase with which set standing, and how many ended."""
    seen, runs = Counter[tuple[str, str]](), 0
    while sum(seen.values()) < kills:
        runs += 1
        if office.standing == office.number or rng.random() < 0.5:
            office.next_number()
        made, said, since = office.made(), office.said(runs), time.time()
        run = office.start(said)
        until = time.monotonic() + rng.uniform(0, office.whole)
        if rng.random() < 0.4:  # publishing takes a short part of a run; see to it that it is met
            awaited(run, lambda since=since: office.publishes(since))
            until = time.monotonic() + rng.uniform(0, 1.5)
        awaited(run, lambda until=until: time.monotonic() > until)
        if run.poll() is None:
            run.kill()
            run.wait()
            seen[office.phase(run.pid, since), office.check(said.name)] += 1
        else:
            office.check(said.name)
        office.check_taken_up(said, made)
    return seen, runs - kills


def last(office: Office) -> None:
    """Kill a run when three reports are made, and let the next go on to its end."""
    office.next_number()
    killed, said = office.said("killed"), office.said("last")
    run = office.start(killed)
    awaited(run, lambda: office.made() >= 3)
    run.kill()
    run.wait()
    office.check(killed.name)
    made, ended = office.made(), office.start(said).wait()
    office.check_taken_up(said, made)
    if ended or office.check(said.name) != "new" or list(office.project.glob(".reports.[lw]*")):
        office.faults.append(f"the last run: exit code {ended}, {said.read_text()}")


def main(seed: int, kills: int) -> int:
    """Kill, check, and print what was seen; return 1 where anything was lost or mixed."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        office = Office(copied(Path(name)))
        office.next_number()
        said, started = office.said("first"), time.monotonic()
        if office.start(said).wait():
            raise SystemExit(said.read_text())
        office.whole = time.monotonic() - started
        office.check(said.name)
        print(f"seed {seed}: {kills} kills, spread over a run of {office.whole:.1f} s")
        seen, ended = kill(office, random.Random(seed), kills)
        last(office)
    print(f"{'killed while':14}{'old set':>8}{'new set':>8}")
    for phase in ("importing", "running", "publishing"):
        print(f"{phase:14}{seen[phase, 'old']:8}{seen[phase, 'new']:8}")
    print(f"{ended} more runs ended before their moment; {time.monotonic() - begun:.0f} s in all")
    print(f"reports taken up by the next run: {', '.join(map(str, office.taken_up))}")
    print("\n".join(f"FAULT {fault}" for fault in office.faults) or "nothing was lost or mixed")
    return 1 if office.faults else 0


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    seed, kills = [*words, *[random.randrange(10_000), KILLS][len(words) :]]
    sys.exit(main(seed, kills))
