"""Commands that make pages: list, report, and the whole year in one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from kukar_analysis import paths
from kukar_analysis.cli import clock
from kukar_analysis.cli.common import (
    Jobs,
    Only,
    Paper,
    Parameter,
    Pdf,
    Processed,
    Raw,
    Regions,
    Reports,
    Years,
    app,
    belonging,
    end,
    read_from,
)
from kukar_analysis.cli.data import check_tables, clean_files
from kukar_analysis.errors import KukarError
from kukar_analysis.report import notebooks
from kukar_analysis.report.engine.lean import spare_imports
from kukar_analysis.report.limits import USUAL, Limits

if TYPE_CHECKING:
    from kukar_analysis.report.registry import Report

Force = Annotated[bool, typer.Option("--force", help="make again also what has not changed")]
Excel = Annotated[
    bool, typer.Option("--excel", help="make the Excel annex of each year too, as `share` does")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", help="dask scheduler to run on, as tcp://host:8786, or `local` for one here"
    ),
]
CellTimeout = Annotated[
    float, typer.Option("--cell-timeout", min=0.1, help="seconds that a cell may take")
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, help="seconds that a report may take")
]
Notify = Annotated[
    list[str] | None,
    typer.Option(
        "--notify",
        metavar="URL",
        help="tell this address of apprise's what is wrong, once, and again when it changes;"
        " @FILE holds addresses, and so may KUKAR_NOTIFY; may be given several times",
    ),
]


@app.command("list")
def list_(
    year: Years = None,
    region: Regions = None,
    only: Only = None,
    parameter: Parameter = None,
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    why: Annotated[
        bool, typer.Option("--why", help="say also what `kukar report` would make, and why")
    ] = False,
) -> None:
    """Show every report, whether it is complete, and what an incomplete one waits for.

    Example: kukar list --year 2023 --region 64.02 --why
    """
    whole = _all_readable(only)
    found = _asked(year, region, only, parameter, processed)
    reasons = _reasons(found, raw or paths.RAW, reports or paths.REPORTS) if why else {}
    width = max(len(report.name) for report in found)
    for report in found:
        typer.echo(f"{report.name:{width}}  {report.status}")
        for sentence in report.waits:
            typer.echo(f"{'':{width}}  waits: {sentence}")
        if report.name in reasons:
            reason = reasons[report.name]
            typer.echo(f"{'':{width}}  {f'to be made: {reason}' if reason else 'up to date'}")
    states = [report.status for report in found]
    kinds = ("complete", "incomplete", "waiting")
    typer.echo(", ".join(f"{states.count(kind)} {kind}" for kind in kinds))
    if why:
        stale = sum(reason is not None for reason in reasons.values())
        typer.echo(f"{stale} to be made, {len(reasons) - stale} up to date")
    end(whole)


@app.command()
def report(
    year: Years = None,
    region: Regions = None,
    only: Only = None,
    parameter: Parameter = None,
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    jobs: Jobs = None,
    force: Force = False,
    pdf: Pdf = False,
    paper: Paper = "A4",
    excel: Excel = False,
    cluster: Cluster = None,
    cell_timeout: CellTimeout = USUAL.cell,
    timeout: Timeout = USUAL.report,
    put_back: Annotated[
        str | None,
        typer.Option(
            "--put-back", metavar="SET", help="publish an earlier set again: its name, or last"
        ),
    ] = None,
) -> None:
    """Run the notebooks and publish them as pages, with an index and a record of the run.

    Only what has changed is made again; the cache `.reports.cache` beside the folder holds the
    rest, and the sets published before, which --put-back publishes again. Example:
    kukar report --year 2023 --region 64.02 -p pillar=governance --pdf
    """
    if put_back:
        from kukar_analysis.report import publish

        publish.put_back(reports or paths.REPORTS, put_back, typer.echo)
        return
    asked = _Asked(year, region, only, parameter, paper if pdf else None, excel)
    folders = _Folders(raw, processed, reports)
    end(_report(asked, folders, _Run(jobs, force, cluster, Limits(cell_timeout, timeout))))


@app.command()
def run(
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    year: Years = None,
    region: Regions = None,
    only: Only = None,
    parameter: Parameter = None,
    jobs: Jobs = None,
    force: Force = False,
    pdf: Pdf = False,
    paper: Paper = "A4",
    excel: Excel = False,
    cluster: Cluster = None,
    cell_timeout: CellTimeout = USUAL.cell,
    timeout: Timeout = USUAL.report,
    notify: Notify = None,
) -> None:
    """Do the year: clean, check and report. Nothing is published when a check fails.

    A clock may call it every morning (docs/jadwal.md): what has not changed costs nothing.
    Example: kukar run --notify @/etc/kukar-notify
    """
    asked = _Asked(year, region, only, parameter, paper if pdf else None, excel)
    how = _Run(jobs, force, cluster, Limits(cell_timeout, timeout))

    def whole_year() -> bool:
        cleaned = clean_files(raw, processed)
        _personal(processed)
        agree, whole = check_tables(processed)
        if not agree:
            raise KukarError("a published figure differs from its parts: no report was made")
        return _report(asked, _Folders(raw, processed, reports), how) and cleaned and whole

    read_from(processed)
    tables, addresses = paths.processed_dir(), clock.addresses(notify or [])
    done, error = clock.watched(tables, whole_year)
    if addresses:
        wrong = clock.standing_of(raw, processed, reports or paths.REPORTS, region).wrong
        unsent = clock.tell(tables, addresses, wrong)
        for line in unsent:
            _warn(f"kukar: {line}")
        done = done and not unsent
    if error:
        raise error
    end(done)


def _personal(processed: Path | None) -> None:
    """Say at once which columns of the tables look to hold what names or reaches a person."""
    from kukar_analysis import store
    from kukar_analysis.report.page import personal

    for table in store.SCHEMAS:
        for column, values in store.read(table, processed).select_dtypes("str").items():
            for kind in personal("\n".join(values.dropna().unique())):
                _warn(f"table {table}, column {column}: holds what looks like {kind}: look at it")


class _Asked(NamedTuple):
    """Which reports, and on which paper."""

    years: list[int] | None
    regions: list[str] | None
    only: list[str] | None
    parameters: list[str] | None
    sheet: str | None
    excel: bool

    @property
    def words(self) -> str:
        """Return what is asked as one text: the same words ask for the same reports."""
        return json.dumps(self)


class _Folders(NamedTuple):
    """Where from and where to."""

    raw: Path | None
    processed: Path | None
    reports: Path | None


class _Run(NamedTuple):
    """How reports are run."""

    jobs: int | None
    force: bool
    cluster: str | None
    limits: Limits


def _report(asked: _Asked, folders: _Folders, how: _Run) -> bool:
    """Make what is stale, say what became of each report, and return whether all were made."""
    from kukar_analysis.report.cache import Cache

    read_from(folders.processed)
    readable = _all_readable(asked.only)
    target, raw = folders.reports or paths.REPORTS, folders.raw or paths.RAW
    cache = Cache(target)
    made_of = cache.made_of(paths.processed_dir(), raw)
    stands = None if how.force else cache.standing(asked.words, made_of.whole)
    if stands is not None:
        typer.echo(f"nothing to do: {stands} reports are as they would be made now")
        typer.echo(f"open {target / 'index.html'}")
        return readable
    spare_imports()
    # what follows takes a second to import
    from kukar_analysis.report import cluster, make

    belonging(folders.raw, folders.processed)
    found = _asked(*asked[:4], folders.processed)
    with cluster.executor(how.cluster, how.jobs) as executor:
        way = make.Way(
            paths.processed_dir(),
            raw,
            how.jobs,
            executor,
            asked.sheet,
            asked.excel,
            how.force,
            how.limits,
        )
        made = make.make(found, asked.words, target, way, say=typer.echo, warn=_warn)
    typer.echo(
        f"{made.made} reports made, {made.failed} failed, {made.kept} up to date,"
        f" {made.waiting} waiting"
    )
    typer.echo(f"executed notebooks and earlier sets: {cache.path}")
    typer.echo(f"open {target / 'index.html'}")
    return made.all_done and readable


def _all_readable(only: list[str] | None) -> bool:
    """Return whether all notebooks, or those asked for, can be read; say which cannot."""
    faults = notebooks.faults()
    wrong = [fault for name, fault in faults.items() if not only or name in only]
    for fault in wrong:
        _warn(f"kukar: {fault}")
    return not wrong


def _warn(line: str) -> None:
    typer.echo(line, err=True)


def _asked(
    years: list[int] | None,
    regions: list[str] | None,
    only: list[str] | None,
    parameters: list[str] | None,
    processed: Path | None,
) -> list[Report]:
    """Return the reports asked for; the tables are read from `processed` from here on."""
    from kukar_analysis.report import registry

    read_from(processed)
    pairs = [text.partition("=") for text in parameters or []]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise typer.BadParameter(f"-p {name}: expected NAME=VALUE, as pillar=governance")
    return registry.reports(
        years=years,
        regions=regions,
        only=only,
        parameters={name: value for name, _, value in pairs},
    )


def _reasons(found: list[Report], raw: Path, target: Path) -> dict[str, str | None]:
    """Return why each report would be made, by name; None where the cache has it."""
    spare_imports()
    from kukar_analysis.report import make, publish
    from kukar_analysis.report.cache import Cache

    cache, entries = Cache(target), publish.read(target).entries
    made_of = cache.made_of(paths.processed_dir(), raw)
    return {
        r.name: None
        if cache.get(made_of.key(r.notebook, r.parameters))
        else make.reason(entries.get(r.name), made_of.parts(r.notebook, r.parameters))
        for r in found
        if r.can_be_made
    }
