"""Makes the reports that are asked for: runs what the cache lacks, and publishes the set whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kukar_analysis.errors import PrinterError, ReportError
from kukar_analysis.report import folder, page, paper, publish, run, site, workbook
from kukar_analysis.report.cache import Cache, faults
from kukar_analysis.report.engine import fork
from kukar_analysis.report.limits import USUAL, Limits
from kukar_analysis.report.publish import Entry, Say
from kukar_analysis.report.record import run_record
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import Outcome, in_a_line, no_room


@dataclass(frozen=True)
class Way:
    """How reports are made."""

    processed: Path
    raw: Path
    jobs: int | None = None
    executor: Executor | None = None
    """where they are run, if not in threads of this process"""
    sheet: str | None = None
    """the paper that pages are printed on too"""
    excel: bool = False
    """whether the annexes of their years are made too"""
    force: bool = False
    limits: Limits = USUAL


@dataclass(frozen=True)
class Made:
    """What came of it: counts of reports, and whether all that was asked for is there."""

    made: int
    failed: int
    kept: int
    waiting: int
    documents: bool

    @property
    def all_done(self) -> bool:
        """Whether nothing is missing that could have been made."""
        return not self.failed and self.documents


def make(found: list[Report], asked: str, target: Path, way: Way, *, say: Say, warn: Say) -> Made:
    """Make the reports of `found` that the cache lacks, and publish them in `target`.

    `asked` is the words they were asked in, `say` and `warn` take lines of progress. Raises
    HeldError where another run holds the folder; ReportError where what the reports are made from
    changed meanwhile: then nothing is published.
    """
    if way.sheet:
        paper.check(way.sheet)
    with folder.held(target) as work:
        return _Making(found, asked, way, work, say, warn).all()


def reason(entry: Entry | None, parts: dict[str, str]) -> str:
    """Return why a report that the cache lacks is to be made."""
    before = (entry or {}).get("parts")
    if not before:
        return "not made yet, or it failed"
    changed = [name for name in parts if parts[name] != before.get(name)]
    return f"changed: {', '.join(changed)}" if changed else "it has left the cache"


class _Making:
    """One run over a folder."""

    def __init__(
        self, found: list[Report], asked: str, way: Way, work: folder.Work, say: Say, warn: Say
    ) -> None:
        self.way, self.work, self.asked = way, work, asked
        self.say, self.warn = say, warn
        self.cache, self.earlier = Cache(work.target), publish.read(work.target)
        self.made_of = self.cache.made_of(way.processed, way.raw)
        self.record = run_record(way.processed)
        self.waiting = [report for report in found if not report.can_be_made]
        self.reports = [report for report in found if report.can_be_made]
        self.keys = {r.name: self.made_of.key(r.notebook, r.parameters) for r in self.reports}
        self.kept: list[Report] = []
        self.outcomes: list[Outcome] = []

    def all(self) -> Made:
        """Run what is lacking and publish; return what came of it."""
        try:
            self._run()
            if self._changed():
                raise ReportError(
                    "tables, notebooks or program changed while reports were made, so nothing was"
                    " published: run it again"
                )
            documents = self._publish()
        finally:
            self.cache.close()
        failed = sum(outcome.error is not None for outcome in self.outcomes)
        made = Made(
            len(self.reports) - len(self.kept) - failed,
            failed,
            len(self.kept),
            len(self.waiting),
            documents,
        )
        if made.all_done:
            self.cache.stands(self.asked, self.made_of.whole, len(self.reports))
        self.cache.close(entry["key"] for entry in self._entries_now() if entry["page"])
        return made

    def _entries_now(self) -> list[Entry]:
        return list(publish.read(self.work.target).entries.values())

    def _changed(self) -> bool:
        return self.cache.made_of(self.way.processed, self.way.raw) != self.made_of

    def _run(self) -> None:
        """Run the reports that the cache lacks; each goes there as it ends."""
        known = [
            r for r in self.reports if not self.way.force and self.cache.get(self.keys[r.name])
        ]
        lacking = [report for report in self.reports if report not in known]
        for report in known:
            entry = self.earlier.entries.get(report.name, {})
            if entry.get("page") and entry["key"] == self.keys[report.name]:
                self.kept.append(report)
        if taken := len(known) - len(self.kept):
            self.say(f"{taken} reports were made before and are taken from {self.cache.path.name}")
        if not lacking:
            return
        if not fork.available():
            self.say(
                "kernels can be forked on Linux only; here each is started anew, which is slower"
            )

        def done(outcome: Outcome) -> None:
            ended = self._cached(outcome)
            self.outcomes.append(ended)
            name = f"[{len(self.outcomes)}/{len(lacking)}] {ended.report.name}"
            if ended.error:
                self.warn(f"{name}  failed: {ended.error}")
            else:
                self.say(f"{name}  {ended.seconds:.1f} s")

        run.run(
            lacking,
            self.work.path / "made",
            processed=self.way.processed,
            program=self.made_of.common["the program"],
            jobs=self.way.jobs,
            executor=self.way.executor,
            limits=self.way.limits,
            done=done,
        )

    def _cached(self, outcome: Outcome) -> Outcome:
        """Put an executed notebook with its page into the cache, and say what the page lacks.

        Not where anything has changed since the run began: it may have been made from what was.
        """
        if outcome.error:
            return outcome
        name = f"notebooks/{outcome.report.notebook}.ipynb"
        try:
            found = page.read(outcome.notebook)
        except Exception as failed:
            error = f"its notebook cannot be made into a page: {in_a_line(failed)}"
            return replace(outcome, error=error)
        for what in found.left_out:
            self.warn(f"{name}, {what}; the notebook beside the page has it")
        for kind in found.personal:
            self.warn(f"{outcome.report.name}: the page shows what looks like {kind}: look at it")
        if not self._changed():
            self.cache.put(self.keys[outcome.report.name], outcome.notebook, asdict(found))
        return outcome

    def _publish(self) -> bool:
        """Publish the next set; return whether all documents that were asked for were made."""
        target = self.work.target
        entries = self._entries()
        foreign = publish.Foreign(target, self.earlier, self.cache, self.warn)
        with self.work.next_set(empty=True) as new:
            words = publish.write_pages(entries, new, target, self.cache)
            for outcome in self.outcomes:
                if outcome.error and outcome.notebook.exists():
                    copy = new / publish.failed_copy(outcome.report.name)
                    copy.parent.mkdir(exist_ok=True)
                    outcome.notebook.replace(copy)
            publish.carry_documents(self.earlier, entries, target, new)
            documents = self._documents(entries, new)
            publish.write_lists(entries.values(), words, new, self.record)
            self.work.is_same = publish.is_same(new, self.earlier) and not faults(
                target, self.cache
            )
            if not self.work.is_same:
                foreign.carry(target, new)
        if self.work.old:
            foreign.carry(self.work.old, target)
            place = publish.keep(self.work.old, self.earlier, self.cache)
            if not foreign.whole:
                self.warn(
                    f"the manifest of {target.name} could not be read: all that stood there is kept"
                    f" in {place.relative_to(target.parent)}"
                )
        return documents

    def _entries(self) -> dict[str, Entry]:
        """Return what the next manifest says of each report; of those not asked for as before."""
        new = [text for text in self.record.corrections if text not in self.earlier.corrections]
        earlier = self.earlier.entries
        entries = {name: publish.marked(entry, new) for name, entry in earlier.items()}
        for report in self.waiting:
            entries[report.name] = publish.entry_of(report, self.record, "waiting")
        failed = {o.report.name: o.error for o in self.outcomes if o.error}
        for report in self.reports:
            name, before = report.name, earlier.get(report.name, {})
            if name in failed:
                made = publish.entry_of(report, self.record, "failed", error=failed[name])
                kept = ("page", "key", "question", "sheet", *self.record.said())
                entries[name] = made | {
                    k: before[k] for k in kept if before.get("page") and k in before
                }
                continue
            key = self.keys[name]
            found = self.cache.get(key)
            if found is None:
                raise ReportError(f"{name} is not in {self.cache.path.name}: run it again")
            own = {
                "page": True,
                "key": key,
                "parts": self.made_of.parts(report.notebook, report.parameters),
                "question": found["question"],
            }
            made = publish.entry_of(report, self.record, report.status, **own)
            if report in self.kept:  # the same again: of the run that made it
                made |= {
                    k: before[k] for k in ("made_at", "version", "commit", "sheet") if k in before
                }
            entries[name] = made
        return entries

    def _documents(self, entries: dict[str, Entry], new: Path) -> bool:
        """Make annexes and prints that were asked for; return whether all came out."""
        asked = [report for report in self.reports if entries[report.name]["page"]]
        whole = True
        for year in dict.fromkeys(r.year for r in asked if self.way.excel):
            regions = sorted(
                {e["region"] for e in entries.values() if e["year"] == year and e["page"]}
            )
            annex = site.annex_of(year)
            whole &= self._each(
                annex, workbook.write, year, regions, new / annex, self.record, raw=self.way.raw
            )
        if not self.way.sheet:
            return whole
        try:
            printer = paper.Printer(self.way.sheet)
        except PrinterError as error:
            self.warn(f"kukar: no PDF was made: {error}")
            return False
        for report in asked:
            entry, sheet = entries[report.name], self.way.sheet
            if entry.get("sheet") == sheet and (new / f"{report.name}.pdf").exists():
                continue
            if self._each(f"{report.name}.pdf", paper.page, printer, new, report.name, tell=True):
                entry["sheet"] = sheet
            else:
                whole = False
        listed = list(entries.values())
        for year, region in dict.fromkeys((report.year, report.region) for report in asked):
            name = site.document_of(year, region)
            arguments = (printer, new, year, region, self.record, listed)
            whole &= self._each(name, paper.year, *arguments, tell=True)
        return whole

    def _each(
        self, name: str, do: Callable[..., object], *arguments: Any, tell: bool = False, **more: Any
    ) -> bool:
        """Make one document; where it fails say so, and let the others be."""
        try:
            do(*arguments, **more)
        except Exception as error:
            if no_room(error):
                raise
            self.warn(f"{name}  failed: {in_a_line(error)}")
            return False
        if tell:
            self.say(name)
        return True
