"""Makes the reports that are asked for: runs what the cache lacks, and publishes the set whole."""

import time
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kukar_analysis.errors import PrinterError, ReportError
from kukar_analysis.report import folder, page, paper, publish, run, site, workbook
from kukar_analysis.report.cache import Asked, Cache, key_of, stamp
from kukar_analysis.report.engine import fork
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.record import run_record
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import in_a_line, no_room

_LOOKS = 1.0  # seconds after which it is looked again whether what reports are made of has changed


def make(
    found: list[Report], asked: Asked, *, say: Say, warn: Say, executor: Executor | None = None
) -> bool:
    """Make the reports of `found` that the cache lacks, publish them, and say how many.

    Returns whether nothing is missing that could have been made. Raises HeldError where another run
    holds the folder; ReportError where what they are made of changed meanwhile: then nothing is
    published.
    """
    printer = None
    try:
        printer = paper.Printer(asked.sheet) if asked.sheet else None
    except PrinterError as error:
        warn(f"kukar: no PDF was made: {error}")
    with folder.held(asked.reports) as work:
        return _Making(found, asked, work, printer, say, warn).all(executor)


@dataclass
class _Making:
    """One run over a folder."""

    found: list[Report]
    asked: Asked
    work: folder.Work
    printer: paper.Printer | None
    say: Say
    warn: Say

    def __post_init__(self) -> None:
        self.cache, self.earlier = Cache(self.work.target), publish.read(self.work.target)
        self.inputs, made_of = stamp(self.asked.inputs()), self.asked.made_of()
        self.reports = [report for report in self.found if report.can_be_made]
        self.keys = {r.name: key_of(made_of, r.notebook, r.parameters) for r in self.reports}
        self.record, self.staged = run_record(self.asked.processed), self.work.path / "made"
        self.errors: dict[str, str | None] = {}

    def all(self, executor: Executor | None) -> bool:
        """Run what is lacking, publish, and return whether all came out."""
        known = {n for n, key in self.keys.items() if not self.asked.force and self.cache.get(key)}
        if lacking := [report for report in self.reports if report.name not in known]:
            self.say(f"{len(known)} of {len(self.reports)} reports are in {self.cache.path.name}")
            self.run(lacking, executor)
        done = self.write(self.entries(), self.work.begin(empty=True))
        publish.publish(self.work, self.cache, self.warn)
        self.cache.clear()
        failed = sum(error is not None for error in self.errors.values())
        done = done and not failed and bool(self.printer) == bool(self.asked.sheet)
        if done:
            state = self.asked.state()
            self.cache.note(state=state, reports=len(self.reports), cleaned=False)
        made, waiting = len(lacking) - failed, len(self.found) - len(self.reports)
        counts = f"{failed} failed, {len(known)} up to date, {waiting} waiting"
        self.say(f"{made} reports made, {counts}")
        return done

    def run(self, lacking: list[Report], executor: Executor | None) -> None:
        """Run reports and keep what was made, unless what they are made of has changed meanwhile.

        Says what became of each, what its page lacks, and what on it looks like personal data.
        """
        if not fork.available():
            self.say("kernels can be forked on Linux only; each is started anew here, and slower")
        looked, pages = time.monotonic(), dict[str, dict[str, Any]]()
        with closing(run.run(lacking, self.staged, self.asked, executor)) as ended:
            for report, seconds, error in ended:
                try:
                    found = {} if error else page.read(self.staged / f"{report.name}.ipynb")
                except Exception as failed:
                    error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
                self.errors[report.name] = error
                name = f"[{len(self.errors)}/{len(lacking)}] {report.name}"
                if error:
                    self.warn(f"{name}  failed: {error}")
                else:
                    self.say(f"{name}  {seconds:.1f} s")
                    pages[report.name] = found | {"made": self.record.said()}
                    for what in found["left_out"]:
                        said = f"notebooks/{report.notebook}.ipynb, {what}"
                        self.warn(f"{said}; the notebook beside the page has it")
                    for kind in found["personal"]:
                        self.warn(
                            f"{report.name}: the page shows what looks like {kind}: look at it"
                        )
                if time.monotonic() < looked + _LOOKS and len(self.errors) < len(lacking):
                    continue
                if stamp(self.asked.inputs()) != self.inputs:
                    raise ReportError(
                        "tables, notebooks or program changed while reports were made, so nothing"
                        " was published: run it again"
                    )
                for one, found in pages.items():
                    self.cache.put(self.keys[one], self.staged / f"{one}.ipynb", found)
                looked, pages = time.monotonic(), {}

    def entries(self) -> dict[str, Entry]:
        """Return what the next manifest says of each report; of those not asked for as before."""
        earlier, record = self.earlier["reports"], self.record
        new = [text for text in record.corrections if text not in self.earlier["corrections"]]
        entries: dict[str, Entry] = dict(earlier)
        for name, entry in earlier.items():
            years = {entry["year"], entry["parameters"].get("from_year")}
            if texts := [text for text in new if int(text[:4]) in years and entry["page"]]:
                corrected = [*entry["corrected"], *texts]
                entries[name] = entry | {"status": "replaced", "corrected": corrected}
        for report in self.found:
            status, own = report.status, dict[str, Any]()
            if error := self.errors.get(report.name):
                status, own, before = "failed", {"error": error}, earlier.get(report.name, {})
                if before.get("page"):  # it stays, and says what made it
                    kept = ("page", "key", "question", *record.said())
                    own |= {part: before[part] for part in kept}
            elif report.can_be_made:
                key = self.keys[report.name]
                if (found := self.cache.get(key)) is None:
                    raise ReportError(f"{report.name} left {self.cache.path.name}: run it again")
                own = {"page": True, "key": key, "question": found["question"], **found["made"]}
            entries[report.name] = publish.entry_of(report, record, status, **own)
        return entries

    def write(self, entries: dict[str, Entry], new: Path) -> bool:
        """Write the next set; return whether all documents that were asked for were made."""
        sheet, done = self.asked.sheet or self.earlier["sheet"], True
        for name, error in self.errors.items():
            if error and (made := self.staged / f"{name}.ipynb").exists():
                (new / publish.FAILED).mkdir(exist_ok=True)
                made.replace(new / publish.FAILED / f"{name.replace('/', '_')}.ipynb")
        target, record = self.work.target, self.record
        with publish.written(entries, new, target, self.cache, record, sheet=sheet):
            kinds = (".pdf", ".xlsx") if sheet == self.earlier["sheet"] else (".xlsx",)
            publish.carry_documents(self.earlier["files"], target, new, kinds)
            for name, call in self.documents(entries, new).items():
                try:
                    call()
                    self.say(name)
                except Exception as error:
                    if no_room(error):
                        raise
                    self.warn(f"{name}  failed: {in_a_line(error)}")
                    done = False
        return done

    def documents(self, entries: dict[str, Entry], new: Path) -> dict[str, Callable[[], object]]:
        """Return what makes each annex and print that was asked for."""
        asked = [report for report in self.reports if entries[report.name]["page"]]
        listed, record = [*entries.values()], self.record
        calls: dict[str, Callable[[], object]] = {}
        for year in dict.fromkeys(r.year for r in asked if self.asked.excel):
            regions = sorted({e["region"] for e in listed if e["year"] == year and e["page"]})
            own = (year, regions, new / site.annex_of(year), record, self.asked.raw)
            calls[site.annex_of(year)] = partial(workbook.write, *own)
        if self.printer:
            for name in (r.name for r in asked if not (new / f"{r.name}.pdf").exists()):
                calls[f"{name}.pdf"] = partial(paper.page, self.printer, new, name)
            for place in dict.fromkeys((r.year, r.region) for r in asked):
                whole = partial(paper.year, self.printer, new, *place, record, listed)
                calls[site.document_of(*place)] = whole
        return calls
