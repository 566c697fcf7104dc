"""The command of the yearly clockwork: schedule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kukar_analysis.cli.common import app

if TYPE_CHECKING:
    from kukar_analysis.schedule.clockwork import Clockwork

_WORDS = ("systemd", "cron", "windows", "ci", "run", "example")


@app.command()
def schedule(
    what: Annotated[
        str | None, typer.Argument(metavar=f"[{'|'.join(_WORDS)}]", help="which clockwork, or run")
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="write the clockwork's files to this folder")
    ] = None,
    install: Annotated[
        bool, typer.Option("--install", help="hand the clockwork's files to this machine")
    ] = False,
    state: Annotated[
        Path | None, typer.Option("--state", help="folder of kukar.toml, log and status; .kukar")
    ] = None,
    now: Annotated[
        bool, typer.Option("--now", help="with run: do every job whose files are there")
    ] = False,
) -> None:
    """Let this machine make the reports by itself, or do now what is due (run).

    Without a word: what this machine has, what comes next, and how the last calls went. `run` is
    what every clockwork calls; `example` prints the settings, kukar.toml. Missed runs are made up.

    Example: kukar schedule cron --install
    """
    from kukar_analysis.errors import UsageError
    from kukar_analysis.schedule.settings import EXAMPLE, STATE

    folder = (state or STATE).absolute()
    if what is not None and what not in _WORDS:
        raise UsageError(f"schedule {what!r} is not known; known: {', '.join(_WORDS)}")
    if (write or install) and what in (None, "run", "example"):
        raise UsageError("--write and --install need a clockwork: systemd, cron, windows or ci")
    if now and what != "run":
        raise UsageError("--now belongs to `kukar schedule run`")
    if what is None:
        _tell(folder)
    elif what == "example":
        typer.echo(EXAMPLE, nl=False)
    elif what == "run":
        _run(folder, anyway=now)
    else:
        _hand_out(_clockwork(what, folder), write, install=install)


def _run(state: Path, *, anyway: bool) -> None:
    """Do what is due, say in a line what became of it, and end with its exit code."""
    from kukar_analysis.schedule import settings, tick

    made = tick.tick(settings.load(state), anyway=anyway)
    for problem in made.problems:
        typer.echo(f"problem: {problem}", err=True)
    if made.exit_code:
        typer.echo(f"kukar: {made.result}; see {state / 'schedule.log'}", err=True)
    else:
        typer.echo(f"{made.result}; next {made.next_due:%Y-%m-%d %H:%M} WITA")
    raise typer.Exit(made.exit_code)


def _tell(state: Path) -> None:
    from datetime import datetime

    from kukar_analysis.facts import WITA
    from kukar_analysis.framework import load
    from kukar_analysis.schedule import due, machine, status

    now = datetime.now(WITA)
    for line in machine.advice():
        typer.echo(line)
    for job in load().calendar.values():
        at = due.following(job, now).at
        typer.echo(f"next {job.job}: {at:%Y-%m-%d %H:%M} WITA ({at.astimezone():%H:%M %Z} here)")
    for line in machine.history(status.read(state)):
        typer.echo(line)


def _clockwork(what: str, state: Path) -> Clockwork:
    from datetime import datetime

    from kukar_analysis.framework import load
    from kukar_analysis.schedule import ci, cron, systemd, windows
    from kukar_analysis.schedule.clockwork import Call

    calendar = load().calendar.values()
    if what == "ci":
        return ci.clockwork(calendar)
    if what == "cron":
        return cron.clockwork(Call(state), calendar, datetime.now().astimezone())
    if what == "systemd":
        return systemd.clockwork(Call(state), calendar)
    return windows.clockwork(Call(state), calendar)


def _hand_out(clockwork: Clockwork, folder: Path | None, *, install: bool) -> None:
    """Show the files, write them, or hand them in."""
    from kukar_analysis.schedule.clockwork import write

    if folder:
        for path in write(clockwork.files, folder):
            typer.echo(str(path))
    if install:
        for line in clockwork.install():
            typer.echo(line)
    if not folder and not install:
        for name, content in clockwork.files.items():
            encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
            typer.echo(f"# {name}\n{content.decode(encoding)}")
