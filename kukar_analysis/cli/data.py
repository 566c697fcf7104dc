"""Commands on what arrived: clean, check, and the forms that go out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis.cli.common import NAMED, Processed, Raw, app, belonging, end, read_from
from kukar_analysis.errors import KukarError


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
    for path in made[:NAMED]:
        typer.echo(str(path))
    typer.echo(f"{len(made)} forms written")


def clean_files(raw: Path | None, processed: Path | None) -> bool:
    """Clean, say what became of it, and return whether everything came out."""
    from kukar_analysis import check, clean, store
    from kukar_analysis.analysis import office
    from kukar_analysis.report import folder

    read_from(processed)
    with folder.held(store.processed_dir()) as work, work.next_set() as tables:
        made = clean.clean(raw or store.RAW, tables)
    for note in made.notes:
        typer.echo(f"note: {note}")
    _, short = check.short_fields(made.tables)
    for problem in [*made.problems, *short]:
        typer.echo(f"problem: {problem}", err=True)
    superseded = int((made.tables["rejected"]["rule"] == "superseded").sum())
    if superseded:
        typer.echo(f"{superseded} records superseded: what was published of them is out of date")
    for line in [*clean.totals(made), *office.summary()]:
        typer.echo(line)
    return not (made.problems or short)


def check_tables(processed: Path | None) -> tuple[bool, bool]:
    """Check, print a line a field and a rule; return whether figures agree and fields are whole."""
    from kukar_analysis import check, store
    from kukar_analysis.cli import new_year

    names = ("index_scores", "component_scores", "question_scores", "programmes", "files")
    tables = {name: store.read(name, processed) for name in (*names, "rejected")}
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
    for line in new_year.summary():
        typer.echo(line)
    if not any(rule.agree or rule.differ for rule in rules):
        raise KukarError("nothing to check: no published figure is on record in these tables")
    return not any(rule.differ for rule in rules), not short


def _template(
    what: list[str],
    opd: list[str],
    region: str,
    to: Path | None,
    processed: Path | None,
    force: bool,
) -> list[Path]:
    """Write the forms asked for and return their paths."""
    from kukar_analysis import forms, framework
    from kukar_analysis.errors import UsageError

    fw = framework.load()
    kind, year = ("form", what[0]) if len(what) == 1 else (what[0], what[1])
    if len(what) > 2 or kind not in ("form", "letter", "programmes", "survey"):
        raise UsageError("expected a year, or letter, programmes or survey and a year")
    number, code = fw.year(year), fw.region(region).region
    folder = to or Path("formulir")
    if kind == "letter":
        return [forms.letter(number, code, folder, force=force)]
    if kind == "survey":
        return [forms.survey(number, code, folder, force=force)]
    asked = list(fw.opd) if "all" in opd else opd
    if kind == "programmes":
        names: list[str | None] = [*asked] if asked else [None]
        return [forms.programmes(number, code, folder, opd=o, force=force) for o in names]
    carried = _pillars_of(number, code, processed)
    if "all" in opd and carried:
        asked = list(dict.fromkeys([*carried, *forms.COORDINATORS]))
    return forms.forms(number, code, folder, asked or None, carried, force=force)


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
