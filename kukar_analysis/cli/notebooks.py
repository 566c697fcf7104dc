"""The command that begins an analysis: new-notebook."""

from typing import Annotated

import typer

from kukar_analysis.cli.common import Processed, app, read_from


@app.command("new-notebook")
def new_notebook(
    name: Annotated[str, typer.Argument(help="words parted by _, as anggaran_desa")],
    question: Annotated[
        str | None, typer.Option("--question", help="what it answers; its title, ending in ?")
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", help="what its pages are called in lists")
    ] = None,
    processed: Processed = None,
) -> None:
    """Write a notebook that runs as it is, is listed as a report, and waits for your analysis.

    Example: kukar new-notebook anggaran_desa --question "Berapa anggaran desa untuk Smart City?"
    """
    from kukar_analysis import new_notebook, paths

    read_from(processed)
    path = new_notebook.write(name, question, title)
    typer.echo(f"{path.relative_to(paths.ROOT)}: runs as it is, for each region and year on record")
    typer.echo(
        "next: open it with `kukar lab` and put your own cells in; `make notebooks` keeps their"
        f" outputs; `kukar report --only {path.stem}` makes its pages; name it in both READMEs"
    )
