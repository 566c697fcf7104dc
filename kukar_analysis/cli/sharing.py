"""The command that makes a year's bundle: share."""

from typing import Annotated

import typer

from kukar_analysis.cli.common import (
    Paper,
    Processed,
    Raw,
    Regions,
    Reports,
    app,
    belonging,
    end,
    read_from,
)


@app.command()
def share(
    year: Annotated[int, typer.Argument(help="evaluation year")],
    region: Regions = None,
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    paper: Paper = "A4",
    draft: Annotated[
        bool, typer.Option("--draft", help="make it although a check fails, marked on every page")
    ] = False,
) -> None:
    """Make one zip of a year for Bappeda: pages, PDF, Excel annex, and a covering message.

    Example: kukar share 2023 --region 64.02
    """
    from kukar_analysis import framework, store
    from kukar_analysis.analysis import quality
    from kukar_analysis.report import folder, record
    from kukar_analysis.report import share as bundles

    read_from(processed)
    belonging(raw, processed)
    fw = framework.load()
    codes = [fw.region(r).region for r in region or []]
    codes = codes or [r.region for r in fw.reported_regions if r.role == "own"]
    target = reports or store.REPORTS
    with folder.held(target) as work:
        made = bundles.share(
            quality.year(year),
            codes,
            target,
            work.path / "bundle",
            record.run_record(processed or store.processed_dir()),
            raw=raw or store.RAW,
            sheet=paper,
            is_draft=draft,
        )
    for fault in made.faults:
        typer.echo(f"draft because: {fault}", err=True)
    typer.echo(f"{made.path}: {made.size / 1e6:.1f} MB")
    if made.size > bundles.LARGEST:
        typer.echo(f"larger than {bundles.LARGEST / 1e6:.0f} MB: too large to send", err=True)
    end(made.size <= bundles.LARGEST)
