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
        typer.Option("--from", help="edition to copy; default: the newest of the office's group"),
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
    from kukar_analysis import framework, new_year, store

    region = next(r.region for r in framework.load().reported_regions if r.role == "own")
    folder = to or Path("formulir") / str(year)
    copied = new_year.source_of(year, region, from_)
    edition = f"{year}-{framework.load().edition(copied).group}"
    new_year.check_free(folder)
    added = new_year.copy(year, copied)
    typer.echo(f"edition {edition}: copied from {copied}, and nothing of it confirmed yet")
    for lines in added:
        typer.echo(f"  added {lines}")
    typer.echo(f"raw folder: {new_year.lay_out(year, raw or store.RAW)}")
    made = new_year.forms(year, edition, region, folder)
    if made:
        typer.echo(f"{len(made)} forms to send out, with {new_year.README}: {folder}")
    else:
        typer.echo(f"no forms: the list of questions of {copied} is not on record")
    typer.echo(f"next: `kukar new-year {year} --status` lists what is to be confirmed")
    typer.echo("undo: delete the lines that were added, and both folders")


def _status(year: int) -> None:
    """List each fact of a year's editions that is not confirmed, and say what to do about it."""
    from kukar_analysis import framework, new_year

    fw = framework.load()
    of_year = [e for e in fw.editions.values() if e.year == fw.year(year)]
    found = []
    for edition in of_year:
        facts = new_year.unconfirmed(edition.edition)
        if facts:
            typer.echo(f"{edition.edition}, copied from {edition.follows}:")
        for fact in facts:
            typer.echo(f"  {fact}")
        found += facts
    if not found:
        typer.echo(f"{year}: every fact of its editions is confirmed")
        return
    typer.echo(
        f"{len(found)} facts not confirmed. In {framework.DEFINITIONS}: correct each to the rule of"
        f" {year}, write its status (seen or inferred) and its citation (a line of citations.csv);"
        " a question that is gone loses its line, and `questions` in editions.csv counts them"
    )
