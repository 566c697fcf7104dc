"""How a function becomes a command of the app, with what help.csv says of it."""

import csv
import json
import os
from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from kukar_analysis import paths

Folder = Path | None
Words = list[str] | None
Numbers = list[int] | None
_F = TypeVar("_F", bound=Callable[..., Any])

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="From the ministry's Smart City evaluation letters to checked tables and reports.",
)
with Path(__file__).with_name("help.csv").open(encoding="utf-8", newline="") as _file:
    _HELP = {line["name"]: line for line in csv.DictReader(_file)}


def command(words: str = "", **how: Any) -> Callable[[_F], _F]:
    """Make a function the command of its name.

    A parameter without a default is an argument; of a record `asked` the fields are options;
    `words` names more of them, to be given several times. All take --processed, where tables are
    from here on, in the notebooks' processes too. One that returns False ends with 1.
    """

    def made(function: _F) -> _F:
        own = dict(signature(function, eval_str=True).parameters)
        record = own["asked"].annotation if "asked" in own else dict
        fields = signature(record, eval_str=True).parameters if "asked" in own else {}
        found = own | dict(fields)
        for more, kind in {**dict.fromkeys(words.split(), Words), "processed": Folder}.items():
            found[more] = Parameter(more, Parameter.KEYWORD_ONLY, default=None, annotation=kind)

        def called(processed: Folder, **told: Any) -> None:
            if processed:
                os.environ[paths.PROCESSED_VARIABLE] = str(processed.resolve())
            if fields:
                told["asked"] = record(**{name: told.pop(name) for name in fields if name in told})
            if function(**told) is False:
                raise typer.Exit(1)

        options = [_described(p) for name, p in found.items() if name in _HELP]
        called.__signature__ = Signature(options)  # type: ignore[attr-defined]
        name = function.__name__.strip("_").replace("_", "-")
        about = _HELP[f"kukar {name}"]
        said = f"{about['help']}\n\nExample: {about['example']}"
        app.command(name, help=said, **how)(called)
        return function

    return made


def _described(parameter: Parameter) -> Parameter:
    about, kind = _HELP[parameter.name], parameter.annotation
    how: dict[str, Any] = {"help": about["help"], "metavar": about["metavar"] or None}
    if parameter.default is Parameter.empty:
        told = typer.Argument(**how)
    else:
        flags = (about["flags"] or f"--{parameter.name.replace('_', '-')}").split()
        how["help"] += "; may be given several times" * (kind in (Words, Numbers))
        how["show_default"] = not isinstance(parameter.default, Path)
        told = typer.Option(*flags, min=json.loads(about["least"] or "null"), **how)
    return parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=Annotated[kind, told])


def pairs(option: str, given: Iterable[str], example: str) -> dict[str, str]:
    """Return what was given as NAME=VALUE; BadParameter for all else."""
    found = dict(text.partition("=")[::2] for text in given)
    for name, value in found.items():
        if not (name and value):
            raise typer.BadParameter(f"{option} {name}: expected NAME=VALUE, {example}")
    return found
