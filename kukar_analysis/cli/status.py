"""Commands of the clock: status, and what took the place of schedule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kukar_analysis import paths
from kukar_analysis.cli.common import Processed, Raw, Regions, Reports, app, end, read_from

if TYPE_CHECKING:
    from kukar_analysis.cli.standing import Standing

_GONE = """\
`kukar schedule` is gone: a clock calls `kukar run` every morning, see docs/jadwal.md.
To take out what it had installed:
  systemd   systemctl --user disable --now kukar-schedule.timer, then delete kukar-schedule.service
            and kukar-schedule.timer in ~/.config/systemd/user
  cron      crontab -e: delete the lines from `# kukar-schedule: begin` to `# kukar-schedule: end`
  Windows   schtasks /Delete /TN Kukar /F
  CI        delete .github/workflows/kukar-schedule.yml
.kukar/ holds its settings, log and kept sets; nothing reads it any more."""


@app.command()
def status(
    raw: Raw = None,
    processed: Processed = None,
    reports: Reports = None,
    region: Regions = None,
    json_: Annotated[bool, typer.Option("--json", help="say it for a program")] = False,
) -> None:
    """Say what stands published, and what should have come and has not; then it ends with 1.

    Example: kukar status --json
    """
    found = standing_of(raw, processed, reports or paths.REPORTS, region)
    if json_:
        healthy = not (found.wrong or found.waited)
        typer.echo(json.dumps({"healthy": healthy, **vars(found)}, indent=1, ensure_ascii=False))
    else:
        for line in found.lines:
            typer.echo(line)
    end(not found.wrong)


def standing_of(
    raw: Path | None, processed: Path | None, reports: Path, regions: list[str] | None
) -> Standing:
    """Return how things stand now; without `regions` for the office's own."""
    from datetime import datetime

    from kukar_analysis.cli import standing
    from kukar_analysis.framework import load
    from kukar_analysis.framework.facts import WITA

    read_from(processed)
    own = [known.region for known in load().reported_regions if known.role == "own"]
    asked = [load().region(code).region for code in regions or own]
    today = datetime.now(WITA).date()
    return standing.look(raw, paths.processed_dir(), reports, asked, today)


@app.command(
    hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
def schedule() -> None:
    """Say what took its place, and how to take out what it had installed."""
    typer.echo(_GONE, err=True)
    raise typer.Exit(2)
