"""Makes the reports that are asked for: runs what the cache lacks, and publishes the set whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kukar_analysis.errors import PrinterError, ReportError
from kukar_analysis.report import folder, page, paper, publish, run, site, workbook
from kukar_analysis.report.cache import Asked, Cache, MadeOf
from kukar_analysis.report.engine import fork
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.record import run_record
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import in_a_line, no_room


def make(
    found: list[Report], asked: Asked, *, say: Say, warn: Say, executor: Executor | None = None
) -> bool:
    """Make the reports of `found` that the cache lacks, publish them, and say how many.

    Returns whether nothing is missing that could have been made; `say` and `warn` take lines of
    progress. Raises HeldError where another run holds the folder; ReportError where what the
    reports are made from changed meanwhile: then nothing is published.
    """
    if asked.sheet:
        paper.check(asked.sheet)
    with folder.held(asked.reports) as work:
        making = _Making(found, asked, work, say, warn, executor)
        try:
            return making.all()
        finally:
            making.cache.close()


@dataclass
class _Making:
    """One run over a folder."""

    found: list[Report]
    asked: Asked
    work: folder.Work
    say: Say
    warn: Say
    executor: Executor | None

    def __post_init__(self) -> None:
        self.cache, self.earlier = Cache(self.work.target), publish.read(self.work.target)
        self.made_of, self.record = self._made_of(), run_record(self.asked.processed)
        self.reports = [report for report in self.found if report.can_be_made]
        self.keys = {r.name: self.made_of.key(r.notebook, r.parameters) for r in self.reports}
        known = {n for n, key in self.keys.items() if not self.asked.force and self.cache.get(key)}
        self.lacking = [report for report in self.reports if report.name not in known]
        stood = {n: e["key"] for n, e in self.earlier["reports"].items() if e["page"]}
        self.kept = {name for name in known if stood.get(name) == self.keys[name]}
        self.errors: dict[str, str | None] = {}
        self.staged = self.work.path / "made"
        if taken := len(known - self.kept):
            self.say(f"{taken} reports were made before and are taken from {self.cache.path.name}")

    def _made_of(self) -> MadeOf:
        return self.cache.made_of(self.asked.processed, self.asked.raw)

    def all(self) -> bool:
        """Run what is lacking, publish, and return whether all came out."""
        if self.lacking and not fork.available():
            self.say("kernels can be forked on Linux only; each is started anew here, and slower")
        if self.lacking:
            call = (self.staged, self.asked, self.made_of.program, self.executor)
            run.run(self.lacking, *call, self._ended)
        if self._made_of() != self.made_of:
            raise ReportError(
                "tables, notebooks or program changed while reports were made, so nothing was"
                " published: run it again"
            )
        entries = self._entries()
        with publish.next_set(self.work, self.cache, self.warn) as new:
            all_done = self._write(entries, new)
        failed = sum(error is not None for error in self.errors.values())
        all_done = all_done and not failed
        if all_done:
            self.cache.stands(self.asked.words, self.made_of.whole, len(self.reports))
        made, waiting = len(self.reports) - len(self.kept), len(self.found) - len(self.reports)
        self.say(
            f"{made - failed} reports made, {failed} failed, {len(self.kept)} up to date,"
            f" {waiting} waiting"
        )
        return all_done

    def _ended(self, report: Report, seconds: float, error: str | None) -> None:
        """Put an executed notebook with its page into the cache, and say what became of it.

        Not where anything has changed since the run began: it may have been made from what was.
        """
        notebook = self.staged / f"{report.name}.ipynb"
        if not error:
            try:
                found = page.read(notebook)
            except Exception as failed:
                error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
            else:
                for what in found["left_out"]:
                    said = f"notebooks/{report.notebook}.ipynb, {what}"
                    self.warn(f"{said}; the notebook beside the page has it")
                for kind in found["personal"]:
                    self.warn(f"{report.name}: the page shows what looks like {kind}: look at it")
                if self._made_of() == self.made_of:
                    self.cache.put(self.keys[report.name], notebook, found)
        self.errors[report.name] = error
        name = f"[{len(self.errors)}/{len(self.lacking)}] {report.name}"
        if error:
            self.warn(f"{name}  failed: {error}")
        else:
            self.say(f"{name}  {seconds:.1f} s")

    def _entries(self) -> dict[str, Entry]:
        """Return what the next manifest says of each report; of those not asked for as before."""
        new = [text for text in self.record.corrections if text not in self.earlier["corrections"]]
        earlier: dict[str, Entry] = self.earlier["reports"]
        entries = {name: publish.marked(entry, new) for name, entry in earlier.items()}
        for report in self.found:
            name, before = report.name, earlier.get(report.name, {})
            status, own = report.status, dict[str, Any]()
            if error := self.errors.get(name):
                status, own = "failed", {"error": error}
                if before.get("page"):  # it stays, and says what made it
                    kept = ("page", "key", "question", *self.record.said())
                    own |= {part: before[part] for part in kept}
            elif report.can_be_made:
                found = self.cache.get(self.keys[name])
                if found is None:
                    raise ReportError(f"{name} is not in {self.cache.path.name}: run it again")
                own = {"page": True, "key": self.keys[name], "question": found["question"]}
                if name in self.kept:  # the same again: of the run that made it
                    own |= {part: before[part] for part in ("made_at", "version", "commit")}
            entries[name] = publish.entry_of(report, self.record, status, **own)
        return entries

    def _write(self, entries: dict[str, Entry], new: Path) -> bool:
        """Write the next set; return whether all documents that were asked for were made."""
        target, earlier = self.work.target, self.earlier
        sheet = self.asked.sheet or earlier["sheet"]
        words = publish.write_pages(entries, new, target, self.cache)
        for name, error in self.errors.items():
            if error and (made := self.staged / f"{name}.ipynb").exists():
                copy = new / publish.FAILED / f"{name.replace('/', '_')}.ipynb"
                copy.parent.mkdir(exist_ok=True)
                made.replace(copy)
        kinds = (".pdf", ".xlsx") if sheet == earlier["sheet"] else (".xlsx",)
        publish.carry_documents(earlier["files"], target, new, kinds)
        documents = self._documents(entries, new)
        publish.write_lists(entries.values(), words, new, self.record, sheet=sheet)
        return documents

    def _documents(self, entries: dict[str, Entry], new: Path) -> bool:
        """Make annexes and prints that were asked for; return whether all came out."""
        asked = [report for report in self.reports if entries[report.name]["page"]]
        listed, record, done = [*entries.values()], self.record, True
        calls: dict[str, Callable[[], object]] = {}
        for year in dict.fromkeys(r.year for r in asked if self.asked.excel):
            regions = sorted({e["region"] for e in listed if e["year"] == year and e["page"]})
            annex = site.annex_of(year)
            own = (year, regions, new / annex, record, self.asked.raw)
            calls[annex] = partial(workbook.write, *own)
        try:
            printer = paper.Printer(self.asked.sheet) if self.asked.sheet else None
        except PrinterError as error:
            self.warn(f"kukar: no PDF was made: {error}")
            printer, done = None, False
        if printer:
            for name in (report.name for report in asked):
                if not (new / f"{name}.pdf").exists():
                    calls[f"{name}.pdf"] = partial(paper.page, printer, new, name)
            for year, region in dict.fromkeys((r.year, r.region) for r in asked):
                document = partial(paper.year, printer, new, year, region, record, listed)
                calls[site.document_of(year, region)] = document
        for name, call in calls.items():
            try:
                call()
            except Exception as error:
                if no_room(error):
                    raise
                self.warn(f"{name}  failed: {in_a_line(error)}")
                done = False
            else:
                self.say(name)
        return done
