"""The command that begins an analysis: new-notebook."""

from typing import Annotated

import typer

from kukar_analysis.cli.common import Processed, app, read_from


@app.command("new-notebook")
def new_notebook(
    name: Annotated[str, typer.Argument(help="words parted by _, as anggaran_desa")],
    title: Annotated[
        str | None, typer.Option("--title", help="its heading, and what its pages are called")
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", help="what it answers, under its heading")
    ] = None,
    processed: Processed = None,
) -> None:
    """Write a notebook that runs as it is, is listed as a report, and waits for your analysis.

    Example: kukar new-notebook anggaran_desa --title "Anggaran desa untuk Smart City"
    """
    from kukar_analysis import paths
    from kukar_analysis.cli import new_notebook

    read_from(processed)
    path = new_notebook.write(name, title, question)
    typer.echo(f"{path.relative_to(paths.ROOT)}: runs as it is, for each region and year on record")
    typer.echo(
        f"next: open it with `kukar lab`; `kukar report --only {path.stem}` makes its pages, and"
        " `-p most=5` one with another value of a parameter of its own"
    )
