"""The command that begins a year: new-year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis.cli.common import Processed, Raw, app, read_from


@app.command("new-year")
def new_year(
    year: Annotated[int, typer.Argument(help="evaluation year that begins")],
    from_: Annotated[
        str | None,
        typer.Option("--from", help="the one edition to copy; default: all of the year before"),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", help="folder to write the forms to"),
    ] = None,
    raw: Raw = None,
    processed: Processed = None,
    status: Annotated[
        bool, typer.Option("--status", help="only list what of the year is not confirmed yet")
    ] = False,
) -> None:
    """Begin a year: its rules copied to be confirmed, its raw folder, and the forms to send out.

    Example: kukar new-year 2027 --from 2023-kppn-ikn
    """
    read_from(processed)
    if status:
        _status(year)
        return
    from kukar_analysis import framework, store
    from kukar_analysis.cli import new_year

    fw = framework.load()
    region = next(r.region for r in fw.reported_regions if r.role == "own")
    sources = new_year.sources_of(year, from_)
    begun = [new_year.copy_of(source, year) for source in sources]
    own = begun[0] if from_ else f"{year}-{new_year.group_of(region)}"
    folder = to or Path("formulir") / str(year)
    if own in begun:
        new_year.check_free(folder)
    added = new_year.copy(year, sources)
    for source, edition in zip(sources, begun, strict=True):
        typer.echo(f"edition {edition}: copied from {source}, and nothing of it confirmed yet")
        for line in new_year.to_ask(edition):
            typer.echo(f"  {line}")
    for path, first, last in added:
        numbers = f"line {first}" if first == last else f"lines {first}-{last}"
        typer.echo(f"  added {path}: {numbers}")
    begun_in = (raw or store.RAW) / str(year)
    for part in ("opd", "survei"):
        (begun_in / part).mkdir(parents=True, exist_ok=True)
    typer.echo(f"raw folder: {begun_in}")
    made = new_year.write_forms(year, own, region, folder) if own in begun else []
    if made:
        typer.echo(f"{len(made)} forms to send out, with {new_year.README}: {folder}")
    else:
        typer.echo(f"no forms: {_why_none(year, own, region)}")
    typer.echo(f"next: `kukar new-year {year} --status` lists what is to be confirmed")
    typer.echo("undo: delete the lines that were added, and the folders")


def _why_none(year: int, own: str, region: str) -> str:
    """Return why no forms were written: they are of the office's own edition alone."""
    from kukar_analysis import framework

    if own not in framework.load().editions:
        return (
            f"no national table on hand tells the group of {region}; run `kukar clean`,"
            f" then `kukar template {year} --opd all`"
        )
    if framework.load().edition_questions.get(own):
        return f"the office's edition {own} had begun before; `kukar template {year}` writes them"
    return f"the list of questions of {own} is not on record"


def _status(year: int) -> None:
    """List each fact of a year's editions that is not confirmed, and say what to do about it."""
    from kukar_analysis import framework
    from kukar_analysis.cli import new_year

    fw = framework.load()
    of_year = [e for e in fw.editions.values() if e.year == fw.year(year)]
    found = []
    for edition in of_year:
        facts = new_year.unconfirmed(edition.edition)
        if facts:
            typer.echo(f"{edition.edition}, copied from {edition.follows}:")
        for line in [*facts, *new_year.to_ask(edition.edition)]:
            typer.echo(f"  {line}")
        found += facts
    if not found:
        typer.echo(f"{year}: every fact of its editions is confirmed")
        return
    typer.echo(
        f"{len(found)} facts not confirmed. In {framework.DEFINITIONS}: correct each to the rule of"
        f" {year}, write its status (seen or inferred) and its citation (a line of citations.csv);"
        " a question that is gone loses its line, and `questions` in editions.csv counts them"
    )
