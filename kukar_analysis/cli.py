"""The command line: `kukar`. Each command says what it did in a line or two.

Exit codes: 0 all done; 1 something named did not come out, the rest did; 2 wrong use.
Modules are imported inside the commands, so that `kukar --help` is quick.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kukar_analysis.errors import KukarError

if TYPE_CHECKING:
    from kukar_analysis.report.registry import Report

_NAMED = 20
"""Figures that cannot be recomputed are named up to so many a rule; beyond, only counted."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From the ministry's Smart City evaluation letters to checked tables and reports.",
)

Raw = Annotated[Path | None, typer.Option("--raw", help="folder of year folders; default data/raw")]
Processed = Annotated[
    Path | None, typer.Option("--processed", help="folder of tables; default data/processed")
]
Reports = Annotated[
    Path | None, typer.Option("--reports", help="folder to publish to; default reports")
]
Years = Annotated[
    list[int] | None, typer.Option("--year", help="evaluation year; may be given several times")
]
Regions = Annotated[
    list[str] | None,
    typer.Option("--region", help="Kemendagri code, as 64.02; may be given several times"),
]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="report or notebook, as `kukar list` names it")
]
Parameter = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", help="only reports with this parameter: NAME=VALUE"),
]
Jobs = Annotated[
    int | None, typer.Option("--jobs", min=1, help="reports side by side; default: cores")
]


@app.command()
def clean(raw: Raw = None, processed: Processed = None) -> None:
    """Read the raw files into checked tables; nothing is lost on the way.

    Example: kukar clean --raw data/raw --processed data/processed
    """
    _end(_clean(raw, processed))


@app.command()
def check(processed: Processed = None) -> None:
    """Recompute every published figure from its parts; a figure that differs fails the command.

    Example: kukar check
    """
    _end(_check(processed))


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
) -> None:
    """Run the notebooks and publish them as pages, with an index and a record of the run.

    Example: kukar report --year 2023 --region 64.02 -p pillar=governance
    """
    _end(_report(_asked(year, region, only, parameter, processed), processed, reports, jobs))


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
) -> None:
    """Do the year: clean, check and report. Nothing is published when a check fails.

    Example: kukar run
    """
    whole = _clean(raw, processed)
    if not _check(processed):
        raise KukarError("a published figure differs from its parts: no report was made")
    found = _asked(year, region, only, parameter, processed)
    _end(_report(found, processed, reports, jobs) and whole)


@app.command()
def template(
    what: Annotated[
        list[str],
        typer.Argument(metavar="[letter|programmes|survey] YEAR", help="which form, which year"),
    ],
    opd: Annotated[
        list[str] | None, typer.Option("--opd", help="agency, or all; may be given several times")
    ] = None,
    region: Annotated[str, typer.Option("--region", help="Kemendagri code, as 64.02")] = "64.02",
    to: Annotated[Path | None, typer.Option("--to", help="folder to write the forms to")] = None,
    processed: Processed = None,
    force: Annotated[bool, typer.Option("--force", help="write over forms that are there")] = False,
) -> None:
    """Write the Excel forms: for agencies, or to type in a letter, programmes or a survey.

    Example: kukar template 2023 --opd all
    """
    made = _template(what, opd or [], region, to, processed, force)
    for path in made[:_NAMED]:
        typer.echo(str(path))
    typer.echo(f"{len(made)} forms written")


def main() -> None:
    """Run `kukar`; an error meant for people is one line and an exit code, without a traceback."""
    try:
        app()
    except KukarError as error:
        _fail(str(error), error.exit_code)
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 1)
    except KeyboardInterrupt:
        _fail("stopped; what was published before is untouched", 1)


def _clean(raw: Path | None, processed: Path | None) -> bool:
    """Clean, say what became of it, and return whether everything came out."""
    from kukar_analysis import clean, quality, store

    _read_from(processed)
    made = clean.clean(raw or store.RAW, store.processed_dir())
    for note in made.notes:
        typer.echo(f"note: {note}")
    for problem in made.problems:
        typer.echo(f"problem: {problem}", err=True)
    superseded = int((made.tables["rejected"]["rule"] == "superseded").sum())
    if superseded:
        typer.echo(f"{superseded} records superseded: what was published of them is out of date")
    for line in [*clean.totals(made), *quality.summary()]:
        typer.echo(line)
    return not made.problems


def _read_from(processed: Path | None) -> None:
    """Read the tables from `processed` from here on, in the notebooks' processes too."""
    from kukar_analysis import store

    if processed:
        os.environ[store.PROCESSED_VARIABLE] = str(processed.resolve())


def _check(processed: Path | None) -> bool:
    """Check, print a line a rule, and return whether every figure agrees."""
    from kukar_analysis import check, store

    names = ("index_scores", "component_scores", "question_scores", "programmes")
    rules = check.check({name: store.read(name, processed) for name in names})
    for rule in rules:
        typer.echo(rule.line)
        for difference in rule.differ:
            typer.echo(f"  differs: {difference}", err=True)
        unseen = [*rule.not_recomputable, *rule.not_printed]
        for reason in unseen if len(unseen) <= _NAMED else []:
            typer.echo(f"  not checked: {reason}")
    if not any(rule.agree or rule.differ for rule in rules):
        raise KukarError("nothing to check: no published figure is on record in these tables")
    return not any(rule.differ for rule in rules)


def _template(
    what: list[str],
    opd: list[str],
    region: str,
    to: Path | None,
    processed: Path | None,
    force: bool,
) -> list[Path]:
    """Write the forms asked for and return their paths."""
    from kukar_analysis import framework, template
    from kukar_analysis.errors import UsageError

    fw = framework.load()
    kind, year = ("form", what[0]) if len(what) == 1 else (what[0], what[1])
    if len(what) > 2 or kind not in ("form", "letter", "programmes", "survey"):
        raise UsageError("expected a year, or letter, programmes or survey and a year")
    number, code = fw.year(year), fw.region(region).region
    folder = to or Path("formulir")
    if kind == "letter":
        return [template.letter(number, code, folder, force=force)]
    if kind == "survey":
        return [template.survey(number, code, folder, force=force)]
    asked = list(fw.opd) if "all" in opd else opd
    if kind == "programmes":
        names: list[str | None] = [*asked] if asked else [None]
        return [template.programmes(number, code, folder, opd=o, force=force) for o in names]
    carried = _pillars_of(number, code, processed)
    if "all" in opd and carried:
        asked = list(dict.fromkeys([*carried, *template.COORDINATORS]))
    return template.forms(number, code, folder, asked or None, carried, force=force)


def _pillars_of(year: int, region: str, processed: Path | None) -> dict[str, list[str]]:
    """Return the pillars of each agency that is named as carrying one; none without tables."""
    from kukar_analysis import store
    from kukar_analysis.errors import MissingTableError

    try:
        found = store.read("pillar_agencies", processed).dropna(subset="opd")
    except MissingTableError:
        typer.echo("note: no tables yet, so every agency gets all pillars (kukar clean)", err=True)
        return {}
    found = found[(found["year"] == year) & (found["region"] == region)]
    return {opd: list(own["pillar"]) for opd, own in found.groupby("opd")}


def _asked(
    years: list[int] | None,
    regions: list[str] | None,
    only: list[str] | None,
    parameters: list[str] | None,
    processed: Path | None,
) -> list[Report]:
    """Return the reports asked for; the tables are read from `processed` from here on."""
    from kukar_analysis.report import registry

    _read_from(processed)
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
    found: list[Report], processed: Path | None, reports: Path | None, jobs: int | None
) -> bool:
    """Run and publish, say what became of each report, and return whether all were made."""
    from kukar_analysis import store
    from kukar_analysis.report import publish, run

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
    failed = sum(outcome.error is not None for outcome in outcomes)
    typer.echo(f"{len(made) - failed} reports made, {failed} failed, {len(waiting)} waiting")
    typer.echo(f"open {index}")
    return failed == 0


def _counted(found: list[Report]) -> str:
    states = [report.status for report in found]
    kinds = ("complete", "incomplete", "waiting")
    return ", ".join(f"{states.count(kind)} {kind}" for kind in kinds)


def _end(all_done: bool) -> None:
    raise typer.Exit(0 if all_done else 1)


def _fail(message: str, code: int) -> None:
    typer.echo(f"kukar: {message}", err=True)
    sys.exit(code)
