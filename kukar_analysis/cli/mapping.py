"""`kukar map`: what a form means that came from elsewhere, said once."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from kukar_analysis import paths
from kukar_analysis.cli.common import Raw, Years, app
from kukar_analysis.errors import SourceError, UsageError

_Several = list[str] | None


def is_asked() -> bool:
    """Whether somebody sits at the keyboard and can be asked."""
    return sys.stdin.isatty()


def _option(name: str, help_: str) -> object:
    return typer.Option(f"--{name}", help=f"{help_}; may be given several times")


@app.command("map")
def map_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a file, or its path under --raw")],
    raw: Raw = None,
    pillar: Annotated[_Several, _option("pillar", "pillar of a block of statements")] = None,
    programme: Annotated[_Several, _option("programme", "what it is about, - for none")] = None,
    scale: Annotated[_Several, _option("scale", "the form's scale: 0-4 or 1-5")] = None,
    answer: Annotated[_Several, _option("answer", "an answer's meaning: 'Mantap=4'")] = None,
    skip: Annotated[_Several, _option("skip", "heading that is no statement")] = None,
    statistic: Annotated[_Several, _option("statistic", "statistic of a table, - for none")] = None,
    unit: Annotated[_Several, _option("unit", "its unit of measure")] = None,
    citation: Annotated[_Several, _option("citation", "its source")] = None,
    codes: Annotated[_Several, _option("codes", "whose region codes: bps, kemendagri")] = None,
    year: Years = None,
) -> None:
    """Say what the headings and answers of an unknown form mean; from then on it is read.

    Example: kukar map data/raw/2023/survei.csv --pillar living --scale 0-4
    """
    from kukar_analysis.read import grids, mapping
    from kukar_analysis.read.source import Reading

    folder = raw or paths.RAW
    path = file if file.exists() else folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(f"{file}: taruh berkasnya dulu di folder tahunnya, mis. data/raw/2023")
    name = path.resolve().relative_to(folder.resolve()).as_posix()
    told = {
        o: iter(given) for o, given in context.params.items() if isinstance(given, list | tuple)
    }

    def tell(option: str, question: str, known: Iterable[str]) -> str:
        among = list(known)
        said = next(told.get(option, iter(())), None)
        if said is None and is_asked():
            said = typer.prompt(f"{question}{f' ({among[0]}, ...)' if among else ''}")
        elif said is None and option == "programme":
            return "-"
        elif said is None:
            shown = f" ({' | '.join(among[:40])})" if among else ""
            raise UsageError(f"{name}: ulangi dengan --{option} ...: {question}{shown}")
        said = str(said)
        if among and said not in among:
            raise UsageError(f"--{option} {said!r} tidak dikenal: {', '.join(among[:40])}")
        return said

    forms, faults = mapping.load(folder)
    if faults:
        raise SourceError("; ".join(faults))
    meant = dict(text.rpartition("=")[::2] for text in answer or ())
    lines: list[dict[str, str]] = []
    found = [g for g in grids(path, name, Reading([])) if g.rows and not g.unread]
    unknown = [g for g in found if not mapping.is_known(g)]
    for grid in [g for g in unknown if mapping.guess(g)] or unknown[:1]:
        if not mapping.read(grid, forms, Reading([])):
            lines += mapping.propose(grid, tell, meant, {*forms})
            known, faults = mapping.parsed(mapping.as_text(lines))
            if faults:
                raise UsageError("; ".join(faults))
            forms |= known
    if not lines:
        typer.echo(f"{name}: sudah dikenal; `kukar clean` membacanya")
        return
    typer.echo(mapping.as_text(lines), nl=False)
    if is_asked() and not typer.confirm(f"Tulis ke {mapping.MAPPINGS}?", default=True):
        typer.echo(f"tidak ditulis; tempelkan sendiri baris di atas ke {mapping.MAPPINGS}")
        return
    mapping.add(folder, lines)
    typer.echo(f"{len(lines)} baris ditulis ke {mapping.MAPPINGS}; jalankan `kukar clean`")
