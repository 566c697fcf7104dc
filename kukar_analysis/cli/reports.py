"""Commands that make pages: list, report, and the whole year in one."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

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
    end,
    read_from,
)
from kukar_analysis.cli.data import check_tables, clean_files
from kukar_analysis.errors import KukarError, PrinterError

if TYPE_CHECKING:
    from kukar_analysis.report import publish
    from kukar_analysis.report.registry import Report


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
    found = _asked(year, region, only, parameter, processed)
    width = max(len(report.name) for report in found)
    for report in found:
        typer.echo(f"{report.name:{width}}  {report.status}")
        for gap in report.gaps:
            typer.echo(f"{'':{width}}  waits for {gap.file}: {gap.what}")
    typer.echo(_counted(found))


@app.command()
def report(
    year: Years = None,
    region: Regions = None,
    only: Only = None,
    parameter: Parameter = None,
    processed: Processed = None,
    reports: Reports = None,
    jobs: Jobs = None,
    pdf: Pdf = False,
    paper: Paper = "A4",
) -> None:
    """Run the notebooks and publish them as pages, with an index and a record of the run.

    Example: kukar report --year 2023 --region 64.02 -p pillar=governance --pdf
    """
    found = _asked(year, region, only, parameter, processed)
    end(_report(found, processed, reports, jobs, paper if pdf else None))


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
    pdf: Pdf = False,
    paper: Paper = "A4",
) -> None:
    """Do the year: clean, check and report. Nothing is published when a check fails.

    Example: kukar run
    """
    whole = clean_files(raw, processed)
    if not check_tables(processed):
        raise KukarError("a published figure differs from its parts: no report was made")
    found = _asked(year, region, only, parameter, processed)
    end(_report(found, processed, reports, jobs, paper if pdf else None, raw) and whole)


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


def _report(
    found: list[Report],
    processed: Path | None,
    reports: Path | None,
    jobs: int | None,
    sheet: str | None,
    raw: Path | None = None,
) -> bool:
    """Run and publish, say what became of each report, and return whether all were made.

    `sheet` is the paper that the pages are printed on too, if any.
    """
    from kukar_analysis import store
    from kukar_analysis.report import paper, publish, run

    if sheet:
        paper.check(sheet)
    folder = reports or store.REPORTS
    folder.mkdir(parents=True, exist_ok=True)
    made = [report for report in found if report.can_be_made]
    record = publish.run_record(processed or store.processed_dir())
    count = 0

    def done(outcome: run.Outcome) -> None:
        nonlocal count
        count += 1
        said = f"failed: {outcome.error}" if outcome.error else f"{outcome.seconds:.1f} s"
        typer.echo(f"[{count}/{len(made)}] {outcome.report.name}  {said}", err=bool(outcome.error))

    waiting = [report for report in found if not report.can_be_made]
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=folder) as name:
        staged = Path(name)
        outcomes = run.run(
            made, staged, processed=processed or store.processed_dir(), jobs=jobs, done=done
        )
        index = publish.publish(outcomes, waiting, folder, staged, record)
    made_of = [outcome.report for outcome in outcomes if not outcome.error]
    whole = _documents(made_of, folder, record, sheet, raw)
    failed = sum(outcome.error is not None for outcome in outcomes)
    typer.echo(f"{len(made) - failed} reports made, {failed} failed, {len(waiting)} waiting")
    typer.echo(f"open {index}")
    return failed == 0 and whole


def _documents(
    made: list[Report],
    folder: Path,
    record: publish.RunRecord,
    sheet: str | None,
    raw: Path | None,
) -> bool:
    """Make the annex of each year, and on paper what is asked for; return whether all came out.

    A PDF whose page was made anew is put away unless it is made anew too.
    """
    from kukar_analysis import store
    from kukar_analysis.report import annex, paper, publish, site

    for report in made:
        paper.forget(folder, report.name)
    for year in dict.fromkeys(report.year for report in made):
        regions = publish.regions_of(folder, year)
        annex.write(year, regions, folder / site.annex_of(year), record, raw=raw or store.RAW)
    whole = _print(made, folder, record, sheet) if sheet else True
    publish.relist(folder, record)
    return whole


def _print(made: list[Report], folder: Path, record: publish.RunRecord, sheet: str) -> bool:
    """Print the pages made and their years; False where pango is missing."""
    from kukar_analysis.report import paper

    try:
        printer = paper.Printer(sheet)
    except PrinterError as error:
        typer.echo(f"kukar: no PDF was made: {error}", err=True)
        return False
    for count, report in enumerate(made, start=1):
        typer.echo(f"[{count}/{len(made)}] {paper.page(printer, folder, report.name)}")
    for year, region in dict.fromkeys((report.year, report.region) for report in made):
        typer.echo(str(paper.year(printer, folder, year, region, record)))
    return True


def _counted(found: list[Report]) -> str:
    states = [report.status for report in found]
    kinds = ("complete", "incomplete", "waiting")
    return ", ".join(f"{states.count(kind)} {kind}" for kind in kinds)
