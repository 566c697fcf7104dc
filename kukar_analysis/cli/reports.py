"""Commands that make pages: list, report, and the whole year in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
    pairs,
    read_from,
)
from kukar_analysis.cli.data import check_tables, clean_files
from kukar_analysis.errors import KukarError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import CELL, MODULES, WHOLE, Asked, Cache

if TYPE_CHECKING:
    from kukar_analysis.report.registry import Report

Force = Annotated[bool, typer.Option("--force", help="make again also what has not changed")]
Excel = Annotated[bool, typer.Option("--excel", help="make the Excel annex of each year too")]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="dask scheduler to run on, as tcp://host:8786, or `local`"),
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
PutBack = Annotated[
    str | None,
    typer.Option(
        "--put-back", metavar="SET", help="publish an earlier set again: its name, or last"
    ),
]


@app.command("list")
def list_(
    year: Years = None,
    region: Regions = None,
    only: Only = None,
    parameter: Parameter = None,
    processed: Processed = None,
) -> None:
    """Show every report, whether it is complete, and what an incomplete one waits for.

    Example: kukar list --year 2023 --region 64.02
    """
    read_from(processed)
    whole = _all_readable(only)
    found = _found(Asked(year, region, only, parameter))
    width = max((len(report.name) for report in found), default=0)
    for report in found:
        typer.echo(f"{report.name:{width}}  {report.status}")
        for sentence in report.waits:
            typer.echo(f"{'':{width}}  waits: {sentence}")
    states = [report.status for report in found]
    kinds = ("complete", "incomplete", "waiting")
    typer.echo(", ".join(f"{states.count(kind)} {kind}" for kind in kinds))
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
    cell_timeout: CellTimeout = CELL,
    timeout: Timeout = WHOLE,
    put_back: PutBack = None,
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
    read_from(processed)
    which = (year, region, only, parameter, paper if pdf else None, excel)
    places = (raw or paths.RAW, paths.processed_dir(), reports or paths.REPORTS)
    end(_report(Asked(*which, *places, jobs, force, cluster, cell_timeout, timeout)))


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
    cell_timeout: CellTimeout = CELL,
    timeout: Timeout = WHOLE,
    notify: Notify = None,
) -> None:
    """Do the year: clean, check and report. Nothing is published when a check fails.

    A clock may call it every morning (docs/jadwal.md): what has not changed costs nothing.
    Example: kukar run --notify @/etc/kukar-notify
    """
    read_from(processed)
    which = (year, region, only, parameter, paper if pdf else None, excel)
    places = (raw or paths.RAW, paths.processed_dir(), reports or paths.REPORTS)
    asked = Asked(*which, *places, jobs, force, cluster, cell_timeout, timeout)

    def whole_year() -> bool:
        if _nothing_to_do(asked, of_run=True):
            return _all_readable(asked.only)
        cleaned = clean_files(raw, processed)
        _say_personal()
        agree, whole = check_tables(processed)
        if not agree:
            raise KukarError("a published figure differs from its parts: no report was made")
        done = _report(asked) and cleaned and whole
        if done:
            Cache(asked.reports).stands_cleaned()
        return done

    addresses = clock.addresses(notify or [])
    done, error = clock.watched(asked.processed, whole_year)
    if addresses:
        wrong = clock.standing_of(raw, processed, asked.reports, region).wrong
        unsent = clock.tell(asked.processed, addresses, wrong)
        for line in unsent:
            _warn(f"kukar: {line}")
        done = done and not unsent
    if error:
        raise error
    end(done)


def _say_personal() -> None:
    """Say at once which columns of the tables look to hold what names or reaches a person."""
    from kukar_analysis import store
    from kukar_analysis.report.page import personal

    for table in store.SCHEMAS:
        for column, values in store.read(table).select_dtypes("str").items():
            for kind in personal("\n".join(values.dropna().unique())):
                _warn(f"table {table}, column {column}: holds what looks like {kind}: look at it")


def _nothing_to_do(asked: Asked, *, of_run: bool = False) -> bool:
    """Return, and say, whether all that is asked stands published as it would be made now."""
    cache = Cache(asked.reports)
    whole = cache.made_of(asked.processed, asked.raw).whole
    stands = None if asked.force else cache.standing(asked.words, whole, cleaned=of_run)
    if stands is not None:
        typer.echo(f"nothing to do: {stands} reports are as they would be made now")
        typer.echo(f"open {asked.reports / 'index.html'}")
    return stands is not None


def _report(asked: Asked) -> bool:
    """Make what is stale, say what became of each report, and return whether all were made."""
    readable = _all_readable(asked.only)
    if _nothing_to_do(asked):
        return readable
    from kukar_analysis.report.engine import fork

    # what follows takes a second to import: meanwhile kernels get ready
    if fork.available() and not asked.cluster:
        fork.preload(MODULES, Cache(asked.reports).program())
    fork.import_papermill()
    from kukar_analysis.report import make
    from kukar_analysis.report.run import cluster

    belonging(None if asked.raw == paths.RAW else asked.raw, asked.processed)
    with cluster(asked.cluster, asked.jobs) as executor:
        typer.echo(f"executed notebooks and earlier sets: {Cache(asked.reports).path}")
        found = _found(asked)
        done = make.make(found, asked, say=typer.echo, warn=_warn, executor=executor)
    typer.echo(f"open {asked.reports / 'index.html'}")
    return done and readable


def _all_readable(only: list[str] | None) -> bool:
    """Return whether all notebooks, or those asked for, can be read; say which cannot."""
    faults = notebooks.faults()
    wrong = [fault for name, fault in faults.items() if not only or name in only]
    for fault in wrong:
        _warn(f"kukar: {fault}")
    return not wrong


def _warn(line: str) -> None:
    typer.echo(line, err=True)


def _found(asked: Asked) -> list[Report]:
    """Return the reports asked for."""
    from kukar_analysis.report import registry

    given = pairs("-p", asked.parameters or [], "as pillar=governance")
    return registry.reports(
        years=asked.years, regions=asked.regions, only=asked.only, parameters=given
    )
