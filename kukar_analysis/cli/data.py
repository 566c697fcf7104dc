"""Commands on what arrived and goes out: clean, check, forget-names, template, new-year."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis import paths
from kukar_analysis.cli.common import NAMED, Processed, Raw, app, belonging, end, read_from
from kukar_analysis.errors import KukarError, MissingTableError, UsageError


@app.command()
def clean(raw: Raw = None, processed: Processed = None) -> None:
    """Read the raw files into checked tables; nothing is lost on the way.

    Example: kukar clean --raw data/raw --processed data/processed
    """
    end(clean_files(raw, processed))


@app.command()
def check(raw: Raw = None, processed: Processed = None) -> None:
    """Recompute every published figure, and count every field; what differs or is short fails.

    Example: kukar check
    """
    belonging(raw, processed)
    end(all(check_tables(processed)))


def clean_files(raw: Path | None, processed: Path | None) -> bool:
    """Clean, say what became of it, and return whether everything came out."""
    from kukar_analysis import check, clean
    from kukar_analysis.report import folder

    read_from(processed)
    with folder.held(paths.processed_dir()) as work, work.next_set() as tables:
        made = clean.clean(raw or paths.RAW, tables)
    problems = [*made.problems, *check.short_fields(made.tables)[1]]
    for label, said, err in (("catatan", made.notes, False), ("masalah", problems, True)):
        for line in said[:NAMED]:
            typer.echo(f"{label}: {line}", err=err)
        if len(said) > NAMED:
            more = f"{len(said) - NAMED} lagi; yang ditolak ada di tabel rejected (notebook 01)"
            typer.echo(f"{label}: dan {more}", err=err)
    superseded = int((made.tables["rejected"]["rule"] == "superseded").sum())
    if superseded:
        typer.echo(f"{superseded} baris data diralat: terbitan yang memuatnya perlu dibuat ulang")
    for line in clean.totals(made):
        typer.echo(line)
    return not problems


def check_tables(processed: Path | None) -> tuple[bool, bool]:
    """Check, print a line a field and a rule; return whether figures agree and fields are whole."""
    from kukar_analysis import check, store
    from kukar_analysis.cli import years

    tables = {name: store.read(name, processed) for name in store.SCHEMAS}
    rules = check.check(tables)
    fields, short = check.short_fields(tables)
    for line in fields:
        typer.echo(line, err=line in short)
    for rule in rules:
        typer.echo(rule.line)
        for difference in rule.differ:
            typer.echo(f"  differs: {difference}", err=True)
        unseen = [*rule.not_recomputable, *rule.not_printed]
        for reason in unseen if len(unseen) <= NAMED else []:
            typer.echo(f"  not checked: {reason}")
    for line in years.summary():
        typer.echo(line)
    if not any(rule.agree or rule.differ for rule in rules):
        raise KukarError("nothing to check: no published figure is on record in these tables")
    return not any(rule.differ for rule in rules), not short


@app.command("forget-names")
def forget_names(raw: Raw = None, processed: Processed = None) -> None:
    """Delete the names in surveys older than definitions/terms.csv states; no answer is lost.

    Backups are not reached: delete them too. Example: kukar forget-names --raw data/raw
    """
    from kukar_analysis import framework
    from kukar_analysis.cli import names
    from kukar_analysis.framework.facts import WITA
    from kukar_analysis.report import folder

    days = framework.load().terms["survey_names"].days
    with folder.held(processed or paths.processed_dir()):
        deleted = names.forget(raw or paths.RAW, days, datetime.now(WITA).date())
    for name in deleted:
        typer.echo(f"deleted {name}: its answers stay, without names")
    typer.echo(f"{len(deleted)} surveys were older than {days} days and named persons")
    end(not deleted or clean_files(raw, processed))


@app.command()
def template(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[findings|letter|programmes|survey] YEAR", help="which form, which year"
        ),
    ],
    opd: Annotated[
        list[str] | None, typer.Option("--opd", help="agency, or all; may be given several times")
    ] = None,
    region: Annotated[str, typer.Option("--region", help="Kemendagri code, as 64.02")] = "64.02",
    to: Annotated[Path, typer.Option("--to", help="folder to write the forms to")] = Path(
        "formulir"
    ),
    processed: Processed = None,
    force: Annotated[bool, typer.Option("--force", help="write over forms that are there")] = False,
) -> None:
    """Write the Excel forms: for agencies, or to type in a letter, programmes or a survey.

    `findings` gives each agency back what of its answers it can still mend.
    Example: kukar template 2023 --opd all
    """
    from kukar_analysis import forms, framework

    fw = framework.load()
    kind, year = ("agency", what[0]) if len(what) == 1 else (what[0], what[1])
    if len(what) > 2 or kind not in ("agency", "findings", "letter", "programmes", "survey"):
        raise UsageError("expected a year, or findings, letter, programmes or survey and a year")
    number, code = fw.year(year), fw.region(region).region
    asked, carried = list(fw.opd) if "all" in (opd or []) else opd, {}
    if kind == "agency":
        carried = _pillars_of(number, code, processed)
        if "all" in (opd or []) and carried:
            asked = list(dict.fromkeys([*carried, *forms.COORDINATORS]))
    if kind == "findings":
        read_from(processed)
        made = forms.mend(number, code, to, asked, force=force)
    else:
        made = forms.write(kind, number, code, to, asked, carried, force=force)
    for path in made[:NAMED]:
        typer.echo(str(path))
    typer.echo(f"{len(made)} forms written")


def _pillars_of(year: int, region: str, processed: Path | None) -> dict[str, list[str]]:
    """Return the pillars of each agency that is named as carrying one; none without tables."""
    from kukar_analysis import store

    try:
        found = store.read("pillar_agencies", processed, year=year, region=region)
    except MissingTableError:
        typer.echo("note: no tables yet, so every agency gets all pillars (kukar clean)", err=True)
        return {}
    named = found.dropna(subset="opd").groupby("opd")["pillar"]
    return {str(opd): list(pillars) for opd, pillars in named}


@app.command("new-year")
def new_year(
    year: Annotated[int, typer.Argument(help="evaluation year that begins")],
    from_: Annotated[
        str | None,
        typer.Option("--from", help="the one edition to copy; default: all of the year before"),
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="folder to write the forms to")] = None,
    raw: Raw = None,
    processed: Processed = None,
    status: Annotated[
        bool, typer.Option("--status", help="only list what of the year is not confirmed yet")
    ] = False,
) -> None:
    """Begin a year: its rules copied to be confirmed, its raw folder, and the forms to send out.

    Example: kukar new-year 2027 --from 2023-kppn-ikn
    """
    from kukar_analysis.cli import years

    read_from(processed)
    places = (to or Path("formulir") / str(year), (raw or paths.RAW) / str(year))
    for line in years.unconfirmed(year) if status else years.begin(year, from_, *places):
        typer.echo(line)
