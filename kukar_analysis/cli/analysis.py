"""Commands that answer for a year: what-if, and share, the year's bundle."""

from __future__ import annotations

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
    pairs,
    read_from,
)


@app.command("what-if")
def what_if(
    year: Annotated[int, typer.Argument(help="evaluation year")],
    region: Annotated[str, typer.Option("--region", help="Kemendagri code, as 64.02")] = "64.02",
    change: Annotated[
        list[str] | None,
        typer.Option("--change", help="COMPONENT=SCORE or QUESTION=SCORE; several times"),
    ] = None,
    target: Annotated[str | None, typer.Option("--target", help="index to reach, as 3.00")] = None,
    step: Annotated[str, typer.Option("--step", help="points that one question rises by")] = "1",
    fixed: Annotated[
        list[str] | None,
        typer.Option("--fixed", help="component, pillar or question that cannot be moved"),
    ] = None,
    processed: Processed = None,
) -> None:
    """Compute the index after changes, or the fewest steps to a target.

    Example: kukar what-if 2023 --change collaboration=2.00 --target 3.00
    """
    from kukar_analysis import framework
    from kukar_analysis.analysis import priorities

    read_from(processed)
    if not change and target is None:
        raise typer.BadParameter("say what to change (--change), or what to reach (--target)")
    number, code = framework.load().year(year), framework.load().region(region).region
    if change:
        given = pairs("--change", change, "as collaboration=2.00")
        wanted = {n: float(priorities.points(v, f"score of {n}")) for n, v in given.items()}
        before, after = (priorities.what_if(number, code, c) for c in ({}, wanted))
        for component, old in before.scores.items():
            if after.scores[component] != old:
                typer.echo(f"{component}: {old:.2f} -> {after.scores[component]:.2f}")
        typer.echo(f"index: {before.index} -> {after.index} ({after.index - before.index:+})")
    if target is None:
        return
    goal, size = priorities.points(target, "target"), priorities.points(step, "step")
    way = priorities.shortest_way(number, code, goal, step=size, fixed=fixed or [])
    for said in priorities.target_sentences(number, code, goal, step=size, fixed=fixed or []):
        typer.echo(said.replace("**", ""))
    if way is None:
        end(bool(priorities.alone(number, code, goal)["needed"].notna().any()))
    for move in way.moves.itertuples() if way.is_reached else ():
        rise = f"{move.from_score:.2f} -> {move.to_score:.2f}"
        typer.echo(f"{move.question}: {rise} (steps: {move.steps})")
    end(way.is_reached)


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
    from kukar_analysis import framework, paths
    from kukar_analysis.analysis import quality
    from kukar_analysis.report import folder, record
    from kukar_analysis.report import share as bundles

    read_from(processed)
    belonging(raw, processed)
    fw, target = framework.load(), reports or paths.REPORTS
    codes = [fw.region(r).region for r in region or []]
    codes = codes or [r.region for r in fw.reported_regions if r.role == "own"]
    made_of = record.run_record(paths.processed_dir())
    with folder.held(target) as work:
        path, faults = bundles.share(
            quality.year(year),
            codes,
            target,
            work.path / "bundle",
            made_of,
            raw=raw or paths.RAW,
            sheet=paper,
            is_draft=draft,
        )
    for fault in faults:
        typer.echo(f"draft because: {fault}", err=True)
    size = path.stat().st_size
    fits = size <= bundles.LARGEST
    limit = "" if fits else f", too large to send: more than {bundles.LARGEST / 1e6:.0f} MB"
    typer.echo(f"{path}: {size / 1e6:.1f} MB{limit}")
    end(fits)
