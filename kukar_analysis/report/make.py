"""Makes the reports that are asked for: runs what the cache lacks, and publishes the set whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kukar_analysis.errors import PrinterError, ReportError
from kukar_analysis.report import folder, page, paper, publish, run, site, workbook
from kukar_analysis.report.cache import Cache, MadeOf, faults
from kukar_analysis.report.engine import fork
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.record import run_record
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import Outcome, in_a_line, no_room
from kukar_analysis.report.way import Asked


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
        self.outcomes: list[Outcome] = []
        if taken := len(known - self.kept):
            self.say(f"{taken} reports were made before and are taken from {self.cache.path.name}")

    def all(self) -> bool:
        """Run what is lacking, publish, and return whether all came out."""
        if self.lacking and not fork.available():
            self.say("kernels can be forked on Linux only; each is started anew here, and slower")
        if self.lacking:
            staged = self.work.path / "made"
            call = (self.lacking, staged, self.asked, self.made_of.program, self.executor)
            run.run(*call, done=self._ended)
        if self._made_of() != self.made_of:
            raise ReportError(
                "tables, notebooks or program changed while reports were made, so nothing was"
                " published: run it again"
            )
        failed = sum(outcome.error is not None for outcome in self.outcomes)
        all_done = self._publish() and not failed
        if all_done:
            self.cache.stands(self.asked.words, self.made_of.whole, len(self.reports))
        made, waiting = len(self.reports) - len(self.kept), len(self.found) - len(self.reports)
        self.say(
            f"{made - failed} reports made, {failed} failed, {len(self.kept)} up to date,"
            f" {waiting} waiting"
        )
        return all_done

    def _made_of(self) -> MadeOf:
        return self.cache.made_of(self.asked.processed, self.asked.raw)

    def _ended(self, outcome: Outcome) -> None:
        """Put an executed notebook with its page into the cache, and say what became of it.

        Not where anything has changed since the run began: it may have been made from what was.
        """
        report = outcome.report
        if not outcome.error:
            try:
                found = page.read(outcome.notebook)
            except Exception as failed:
                error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
                outcome = replace(outcome, error=error)
            else:
                for what in found["left_out"]:
                    said = f"notebooks/{report.notebook}.ipynb, {what}"
                    self.warn(f"{said}; the notebook beside the page has it")
                for kind in found["personal"]:
                    self.warn(f"{report.name}: the page shows what looks like {kind}: look at it")
                if self._made_of() == self.made_of:
                    self.cache.put(self.keys[report.name], outcome.notebook, found)
        self.outcomes.append(outcome)
        name = f"[{len(self.outcomes)}/{len(self.lacking)}] {report.name}"
        if outcome.error:
            self.warn(f"{name}  failed: {outcome.error}")
        else:
            self.say(f"{name}  {outcome.seconds:.1f} s")

    def _publish(self) -> bool:
        """Publish the next set; return whether all documents that were asked for were made."""
        target, files, carried = self.work.target, self.earlier["files"], dict[str, str]()
        entries, stood = self._entries(), target.exists() and any(target.iterdir())
        sheet = self.asked.sheet or self.earlier["sheet"]
        with self.work.next_set(empty=True) as new:
            words = publish.write_pages(entries, new, target, self.cache)
            for outcome in self.outcomes:
                if outcome.error and outcome.notebook.exists():
                    copy = new / publish.FAILED / f"{outcome.report.name.replace('/', '_')}.ipynb"
                    copy.parent.mkdir(exist_ok=True)
                    outcome.notebook.replace(copy)
            kinds = (".pdf", ".xlsx") if sheet == self.earlier["sheet"] else (".xlsx",)
            publish.carry_documents(files, target, new, kinds)
            documents = self._documents(entries, new)
            publish.write_lists(entries.values(), words, new, self.record, sheet=sheet)
            self.work.is_same = publish.is_same(new, self.earlier) and not faults(target)
            if not self.work.is_same:
                publish.carry_foreign(target, new, files, self.cache, carried, self.warn)
        if self.work.old:
            publish.carry_foreign(self.work.old, target, files, self.cache, carried, self.warn)
            place = publish.keep(self.work.old, self.earlier["made_at"], self.cache)
            if stood and not files:
                self.warn(
                    f"the manifest of {target.name} could not be read: all that stood there is kept"
                    f" in {place.relative_to(target.parent)}"
                )
        return documents

    def _entries(self) -> dict[str, Entry]:
        """Return what the next manifest says of each report; of those not asked for as before."""
        new = [text for text in self.record.corrections if text not in self.earlier["corrections"]]
        earlier: dict[str, Entry] = self.earlier["reports"]
        entries = {name: publish.marked(entry, new) for name, entry in earlier.items()}
        errors = {o.report.name: o.error for o in self.outcomes if o.error}
        for report in self.found:
            name, before = report.name, earlier.get(report.name, {})
            status, own = report.status, dict[str, Any]()
            if name in errors:
                status, own = "failed", {"error": errors[name]}
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

    def _documents(self, entries: dict[str, Entry], new: Path) -> bool:
        """Make annexes and prints that were asked for; return whether all came out."""
        asked = [report for report in self.reports if entries[report.name]["page"]]
        done = []
        for year in dict.fromkeys(r.year for r in asked if self.asked.excel):
            own = [e for e in entries.values() if e["year"] == year and e["page"]]
            regions, annex = sorted({e["region"] for e in own}), site.annex_of(year)
            raw = self.asked.raw
            done.append(
                self._each(annex, workbook.write, year, regions, new / annex, self.record, raw)
            )
        try:
            printer = paper.Printer(self.asked.sheet) if self.asked.sheet else None
        except PrinterError as error:
            self.warn(f"kukar: no PDF was made: {error}")
            return False
        for name in [f"{report.name}.pdf" for report in asked if printer]:
            if not (new / name).exists():
                done.append(self._each(name, paper.page, printer, new, name.removesuffix(".pdf")))
        for year, region in dict.fromkeys((r.year, r.region) for r in asked if printer):
            call = (printer, new, year, region, self.record, [*entries.values()])
            done.append(self._each(site.document_of(year, region), paper.year, *call))
        return all(done)

    def _each(self, name: str, do: Callable[..., object], *arguments: Any) -> bool:
        """Make one document; where it fails say so, and let the others be."""
        try:
            do(*arguments)
        except Exception as error:
            if no_room(error):
                raise
            self.warn(f"{name}  failed: {in_a_line(error)}")
            return False
        self.say(name)
        return True
