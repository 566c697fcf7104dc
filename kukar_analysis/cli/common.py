"""The app, the options that mean the same everywhere, and how a command ends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from kukar_analysis import paths

NAMED = 20
"""Things of one kind are named up to so many; beyond, only counted."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From the ministry's Smart City evaluation letters to checked tables and reports.",
)

_Folder = Path | None
_Words = list[str] | None
_Option = typer.Option
Raw = Annotated[_Folder, _Option("--raw", help="folder of year folders; default data/raw")]
Processed = Annotated[
    _Folder, _Option("--processed", help="folder of tables; default data/processed")
]
Reports = Annotated[_Folder, _Option("--reports", help="folder to publish to; default reports")]
Years = Annotated[
    list[int] | None, _Option("--year", help="evaluation year; may be given several times")
]
Regions = Annotated[
    _Words, _Option("--region", help="Kemendagri code, as 64.02; may be given several times")
]
Only = Annotated[_Words, _Option("--only", help="report or notebook, as `kukar list` names it")]
Parameter = Annotated[
    _Words,
    _Option("-p", "--parameter", help="only reports with this parameter: NAME=VALUE"),
]
Pdf = Annotated[
    bool, _Option("--pdf", help="print each page too, and a region's year as one document")
]
Paper = Annotated[str, _Option("--paper", help="sheet to print on: A4 or F4 (folio)")]
Jobs = Annotated[int | None, _Option("--jobs", min=1, help="reports side by side; default: cores")]


def read_from(processed: Path | None) -> None:
    """Read the tables from `processed` from here on, in the notebooks' processes too."""
    if processed:
        os.environ[paths.PROCESSED_VARIABLE] = str(processed.resolve())


def belonging(raw: Path | None, processed: Path | None) -> None:
    """Raise TableError where the tables were edited, or are not of the raw files at hand."""
    from kukar_analysis.clean import received

    if raw:
        received.look(raw)  # a folder that is named has to be there
    received.check_tables(processed or paths.processed_dir(), raw)


def pairs(option: str, given: list[str], example: str) -> dict[str, str]:
    """Return what was given as NAME=VALUE; BadParameter for all else."""
    found = dict(text.partition("=")[::2] for text in given)
    for name, value in found.items():
        if not (name and value):
            raise typer.BadParameter(f"{option} {name}: expected NAME=VALUE, {example}")
    return found


def end(all_done: bool) -> NoReturn:
    """End a command: 0 where all came out, 1 where something named did not."""
    raise typer.Exit(0 if all_done else 1)
