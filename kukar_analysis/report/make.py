"""Makes the reports that are asked for: only what has changed, and the new set in one step."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kukar_analysis import store, writing
from kukar_analysis.errors import PrinterError, ReportError
from kukar_analysis.report import (
    fingerprint,
    folder,
    paper,
    publish,
    record,
    run,
    search,
    site,
    stale,
    state,
    workbook,
)
from kukar_analysis.report.engine import fork
from kukar_analysis.report.limits import USUAL, Limits
from kukar_analysis.report.registry import Report
from kukar_analysis.report.run import Outcome
from kukar_analysis.report.state import State, Uses
from kukar_analysis.report.task import in_a_line, no_room

Say = Callable[[str], None]


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

    def whole(self) -> str:
        """Return the fingerprint of everything that reports can depend on."""
        return fingerprint.whole(store.NOTEBOOKS, self.processed, self.raw)


@dataclass(frozen=True)
class Made:
    """What came of it: counts of reports, and whether all that was asked for is there."""

    made: int
    failed: int
    kept: int
    waiting: int
    printed: bool

    @property
    def all_done(self) -> bool:
        """Whether nothing is missing that could have been made."""
        return not self.failed and self.printed


def make(found: list[Report], asked: str, target: Path, way: Way, *, say: Say, warn: Say) -> Made:
    """Make the reports of `found` that are stale, and publish them in `target`.

    `asked` is the words they were asked in, `say` and `warn` take lines of progress. Raises
    HeldError where another run holds the folder; ReportError where what the reports are made from
    changed meanwhile: then nothing is published.
    """
    if way.sheet:
        paper.check(way.sheet)
    with folder.held(target) as work:
        if work.takes_up:
            say(f"going on with what {work.takes_up} made, which ended before it was done")
        return _Making(found, asked, way, work, say, warn).all()


class _Making:
    """One run over a folder."""

    def __init__(
        self,
        found: list[Report],
        asked: str,
        way: Way,
        work: folder.Work,
        say: Say,
        warn: Say,
    ) -> None:
        self.way, self.work, self.asked = way, work, asked
        self.say, self.warn = say, warn
        self.whole = way.whole()
        self.record = record.run_record(way.processed)
        self.before, self.now = state.read(work.target), stale.Now()
        self.waiting = [report for report in found if not report.can_be_made]
        made = [report for report in found if report.can_be_made]
        why = {r.name: self._reason(r) for r in made}
        self.kept = [report for report in made if why[report.name] is None]
        self.stale = [report for report in made if why[report.name]]
        self.uses: dict[str, Uses] = {}
        self.sheets = dict(self.before.sheets)

    def all(self) -> Made:
        """Run what is stale and publish; return what came of it."""
        outcomes = self._taken_up()
        done = {outcome.report.name for outcome in outcomes}
        outcomes += self._run([r for r in self.stale if r.name not in done], len(outcomes))
        if self.way.whole() != self.whole:
            raise ReportError(
                "tables, notebooks or program changed while reports were made, so nothing was"
                " published: run it again"
            )
        with self.work.next_set() as published:
            outcomes, printed = self._publish(outcomes, published)
            failed = sum(outcome.error is not None for outcome in outcomes)
            state.write(self._state(published, complete=not failed and printed), published)
        return Made(len(outcomes) - failed, failed, len(self.kept), len(self.waiting), printed)

    def _reason(self, report: Report) -> str | None:
        if self.way.force:
            return "forced"
        try:
            return stale.reason(report, self.before, self.work.target, self.now)
        except Exception as error:
            return f"cannot be compared with what it was made from: {in_a_line(error)}"

    def _taken_up(self) -> list[Outcome]:
        """Return what a run that was killed had made already, where nothing has changed since."""
        found = []
        for report in [] if self.way.force else self.stale:
            notebook = self.work.made / f"{report.name}.ipynb"
            try:
                noted = json.loads(self._note(report).read_text(encoding="utf-8"))
                uses = Uses(**noted["uses"])
                if noted["notebook"] != fingerprint.of_file(notebook):
                    continue
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if stale.changed(report, uses, self.before, self.now) is None:
                self.uses[report.name] = uses
                found.append(Outcome(report, notebook, 0.0))
        return found

    def _run(self, reports: list[Report], already: int) -> list[Outcome]:
        count, of = already, already + len(reports)

        def done(outcome: Outcome) -> None:
            nonlocal count
            count += 1
            name = outcome.report.name
            if outcome.error:
                self.warn(f"[{count}/{of}] {name}  failed: {outcome.error}")
                return
            self._each(name, self._keep, outcome)
            self.say(f"[{count}/{of}] {name}  {outcome.seconds:.1f} s")

        if already:
            self.say(f"{already} reports were made before")
        if not reports:
            return []
        if not fork.available():
            self.say(
                "kernels can be forked on Linux only; here each is started anew, which is slower"
            )
        return run.run(
            reports,
            self.work.made,
            processed=self.way.processed,
            jobs=self.way.jobs,
            executor=self.way.executor,
            limits=self.way.limits,
            done=done,
        )

    def _note(self, report: Report) -> Path:
        return self.work.made / f"{report.name}.json"

    def _keep(self, outcome: Outcome) -> None:
        """Note what an executed notebook was made from: beside it, a killed run leaves it whole.

        Not where anything has changed since the run began: it may have been made from what was.
        """
        uses = self.now.uses(outcome.report, outcome.seen or {"tables": [], "definitions": []})
        if self.way.whole() != self.whole:
            return
        self.uses[outcome.report.name] = uses
        noted = {"notebook": fingerprint.of_file(outcome.notebook), "uses": asdict(uses)}
        writing.write(self._note(outcome.report), json.dumps(noted))

    def _each(self, name: str, do: Callable[..., object], *arguments: Any) -> bool:
        """Do something for one report or document; where it fails say so, and let the others be."""
        try:
            do(*arguments)
        except Exception as error:
            if no_room(error):
                raise
            self.warn(f"{name}  failed: {in_a_line(error)}")
            return False
        return True

    def _publish(self, outcomes: list[Outcome], published: Path) -> tuple[list[Outcome], bool]:
        """Publish into the next set, documents included.

        Returns what became of the reports, and whether all documents were made.
        """
        with tempfile.TemporaryDirectory(prefix="staged-", dir=self.work.path) as name:
            staged = Path(name)
            linked = [_linked(outcome, staged) for outcome in outcomes]
            ended = publish.publish(linked, self.waiting, published, staged, self.record, self.kept)
        for was, now in zip(outcomes, ended, strict=True):
            if now.error and not was.error:
                self.uses.pop(now.report.name, None)
                self.warn(f"{now.report.name}  failed: {now.error}")
        left_out = [
            f"notebooks/{o.report.notebook}.ipynb, {what}" for o in ended for what in o.left_out
        ]
        for line in dict.fromkeys(left_out):
            self.warn(f"{line}; the notebook beside the page has it")
        made = [outcome.report for outcome in ended if not outcome.error]
        for report in made:
            paper.forget(published, report.name)
            self.sheets.pop(report.name, None)
        for year in {r.year for r in made}:
            (published / site.annex_of(year)).unlink(missing_ok=True)  # it says what was
        years = dict.fromkeys(r.year for r in [*made, *self.kept] if self.way.excel)
        annexes = [self._each(site.annex_of(y), self._annex, y, published) for y in years]
        printed = self._print(made, self.way.sheet, published) if self.way.sheet else True
        publish.relist(published, self.record)
        return ended, all(annexes) and printed

    def _annex(self, year: int, published: Path) -> None:
        regions, target = publish.regions_of(published, year), published / site.annex_of(year)
        workbook.write(year, regions, target, self.record, raw=self.way.raw)

    def _print(self, made: list[Report], sheet: str, published: Path) -> bool:
        """Print the pages made now or not printed on this sheet yet, and their years.

        False where pango is missing, or one could not be printed.
        """
        try:
            printer = paper.Printer(sheet)
        except PrinterError as error:
            self.warn(f"kukar: no PDF was made: {error}")
            return False
        asked, stamp = [*made, *self.kept], paper.stamp(sheet)
        missing = [r for r in asked if self.sheets.get(r.name) != stamp]
        whole = True
        for count, report in enumerate(missing, start=1):
            name = f"[{count}/{len(missing)}] {report.name}.pdf"
            if self._each(name, paper.page, printer, published, report.name):
                self.sheets[report.name] = stamp
                self.say(name)
            else:
                whole = False
        for year, region in dict.fromkeys((report.year, report.region) for report in asked):
            name = site.document_of(year, region)
            if self._each(name, paper.year, printer, published, year, region, self.record):
                self.say(name)
            else:
                whole = False
        return whole

    def _state(self, published: Path, *, complete: bool) -> State:
        """Return the record of the next set.

        What failed, is marked as replaced, or was not as it was written has none, and so is made
        when it is asked for next.
        """
        gone = {r.name for r in self.stale} | publish.marked_in(published)
        earlier = {n: u for n, u in self.before.uses.items() if n not in gone and self._stands(n)}
        uses = earlier | self.uses
        files = {
            name: state.of_files((f"{name}.html", f"{name}.ipynb", f"{name}.pdf"), published)
            for name in uses
        }
        years = {name.split("/")[0] for name in uses}
        documents = ["index.html", publish.MANIFEST, search.FILE]
        documents += [site.annex_of(int(year)) for year in years]
        documents += [p.relative_to(published).as_posix() for p in published.glob("*/*/*.pdf")]
        programs = self.before.programs | self.now.programs
        same = self.before.whole == self.whole and self.before.sheets == self.sheets
        asked = self.before.asked if same else {}
        names = [report.name for report in [*self.kept, *self.stale]]
        return State(
            whole=self.whole,
            uses=uses,
            files=files,
            documents=state.of_files(documents, published),
            sheets=self.sheets,
            asked=asked | ({self.asked: names} if complete else {}),
            programs={u.program: programs.get(u.program, {}) for u in uses.values()},
        )

    def _stands(self, name: str) -> bool:
        return state.is_whole(self.before.files.get(name, {}), self.work.target)


def _linked(outcome: Outcome, staged: Path) -> Outcome:
    """Return an outcome whose notebook is a link to the one made, which stays for a next run."""
    if not outcome.notebook.exists():
        return outcome
    copy = staged / f"{outcome.report.name}.ipynb"
    copy.parent.mkdir(parents=True, exist_ok=True)
    os.link(outcome.notebook, copy)
    return replace(outcome, notebook=copy)
