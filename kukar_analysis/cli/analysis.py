"""Commands that answer a question at once: what-if."""

from __future__ import annotations

from typing import Annotated

import typer

from kukar_analysis.cli.common import Processed, app, end, read_from
from kukar_analysis.errors import KukarError


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
    read_from(processed)
    if not change and target is None:
        raise typer.BadParameter("say what to change (--change), or what to reach (--target)")
    code = _region_of(year, region)
    if change:
        _changed(year, code, change)
    if target is not None:
        end(_way(year, code, target, step, fixed or []))


def _region_of(year: int, region: str) -> str:
    from kukar_analysis import framework

    framework.load().year(year)
    return framework.load().region(region).region


def _changed(year: int, region: str, changes: list[str]) -> None:
    """Say the index before and after, and each component that changed."""
    from kukar_analysis.analysis import priorities

    pairs = [text.partition("=") for text in changes]
    for name, equals, value in pairs:
        if not (name and equals and value):
            raise typer.BadParameter(f"--change {name}: expected NAME=SCORE, as collaboration=2.00")
    wanted = {n: float(priorities.points(v, f"score of {n}")) for n, _, v in pairs}
    before, after = (priorities.what_if(year, region, c) for c in ({}, wanted))
    for component, new in after.scores.items():
        old = before.scores[component]
        if new != old:
            typer.echo(f"{component}: {old:.2f} -> {new:.2f}")
    typer.echo(f"index: {before.index} -> {after.index} ({after.index - before.index:+})")


def _way(year: int, region: str, target: str, step: str, fixed: list[str]) -> bool:
    """Say the fewest steps to a target, or what each component would need, and whether any do."""
    from kukar_analysis.analysis import compare, priorities

    goal, size = priorities.points(target, "target"), priorities.points(step, "step")
    way = priorities.shortest_way(year, region, goal, step=size, fixed=fixed)
    if way is not None:
        for move in way.moves.itertuples() if way.is_reached else ():
            rise = f"{move.from_score:.2f} -> {move.to_score:.2f}"
            typer.echo(f"{move.question}: {rise} (steps: {move.steps})")
        if way.is_reached:
            typer.echo(f"steps of {size} in all: {way.steps}; index {way.index}")
        else:
            typer.echo(f"{goal} is out of reach: with all at 4 the index is {way.index}", err=True)
        return way.is_reached
    index, found = compare.index_value(year, region), priorities.alone(year, region, goal)
    found = found.dropna(subset="score")
    if found.empty:
        raise KukarError(f"the component scores of {region} in {year} are not on record")
    typer.echo(f"question scores of {region} in {year} are not on record; index {index.value}")
    for row in found.itertuples():
        needs = "not enough even at 4" if row.needed != row.needed else f"needs {row.needed:.2f}"
        typer.echo(f"{row.component} alone: {row.score:.2f}, {needs}")
    return bool(found["needed"].notna().any())
