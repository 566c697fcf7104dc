"""The command line `kukar`, in the order of a year; help.csv says what each command is and takes.

Exit codes: 0 all done; 1 something named did not come out, the rest did; 2 wrong use; 3 another
run holds the folder. Commands import what they need themselves, so that `kukar --help` is quick.
"""

import csv
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from kukar_analysis import paths
from kukar_analysis.cli import clock
from kukar_analysis.errors import KukarError, UsageError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import MODULES, Asked, Cache, fingerprint, program

Folder = Path | None
Text = str | None
Words = list[str] | None
_NAMED = 20  # notes and problems that `clean` names; more are only counted
_HERE = Path(__file__).parent
FORMS = Path("formulir")
_warn = partial(typer.echo, err=True)
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
with _HERE.joinpath("help.csv").open(encoding="utf-8", newline="") as _file:
    _HELP = {line["name"]: line for line in csv.DictReader(_file)}


def main() -> None:
    """Run `kukar`; an error meant for people is one line and an exit code, without a traceback."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        os.set_inheritable(number, True)  # a stream was closed: kernels and the next file need it
    os.close(number)
    try:
        app()
    except KukarError as error:
        said, code = str(error), error.exit_code
    except OSError as error:
        said, code = f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), 1
    except MemoryError:
        said, code = "there is too little memory: close other programs, or say --jobs 1", 1
    _warn(f"kukar: {said}")
    sys.exit(code)


def command(names: str = "", **how: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function the command of its name; one that returns False ends with 1.

    `names` are options besides its parameters: fields of `asked` (all, without names), else texts
    that may be given several times. --processed holds for the notebooks' processes too.
    """

    def made(function: Callable[..., Any]) -> Callable[..., Any]:
        found = {**signature(function).parameters}
        fields = signature(Asked).parameters if "asked" in found else {}
        text = Parameter("text", Parameter.KEYWORD_ONLY, default=None, annotation=Words)
        found |= {n: fields.get(n, text.replace(name=n)) for n in names.split() or fields}
        found["processed"] = text.replace(name="processed", annotation=Folder)

        def called(processed: Folder, **told: Any) -> None:
            if processed:
                os.environ[paths.PROCESSED_VARIABLE] = str(processed.resolve())
            if fields:
                told["asked"] = Asked(**{n: told.pop(n) for n in fields if n in told})
            if function(**told) is False:
                raise typer.Exit(1)

        options = [_described(p) for name, p in found.items() if name in _HELP]
        called.__signature__ = Signature(options)  # type: ignore[attr-defined]
        name = function.__name__.strip("_").replace("_", "-")
        about = _HELP[f"kukar {name}"]
        app.command(name, help=f"{about['help']}\n\nExample: {about['example']}", **how)(called)
        return function

    return made


def _described(parameter: Parameter) -> Parameter:
    about, kind = _HELP[parameter.name], parameter.annotation
    how: dict[str, Any] = {"help": about["help"], "metavar": about["metavar"] or None}
    if parameter.default is Parameter.empty:
        told = typer.Argument(**how)
    else:
        flags = (about["flags"] or f"--{parameter.name.replace('_', '-')}").split()
        how["help"] += "; may be given several times" * (kind in (Words, list[int] | None))
        how["show_default"] = not isinstance(parameter.default, Path)
        told = typer.Option(*flags, min=json.loads(about["least"] or "null"), **how)
    return parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=Annotated[kind, told])


@command()
def _run(asked: Asked, pdf: bool = False, paper: str = "A4", notify: Words = None) -> bool:
    asked = replace(asked, sheet=paper if pdf else None)
    return clock.watched(asked, notify or [], lambda: _made(asked, of_year=True))


@command()
def _clean(raw: Path = paths.RAW) -> bool:
    from kukar_analysis import check, clean
    from kukar_analysis.report import folder, page

    with folder.held(paths.processed_dir()) as work:
        made = clean.clean(raw, work.begin())
        work.exchange()
    problems = [*made.problems, *check.short_fields(made.tables)[1]]
    for label, lines in (("catatan", made.notes), ("masalah", problems)):
        more = [f"dan {len(lines) - _NAMED} lagi; yang ditolak ada di tabel rejected (notebook 01)"]
        for line in lines[:_NAMED] + more * (len(lines) > _NAMED):
            typer.echo(f"{label}: {line}", err=lines is problems)
    for name, table in made.tables.items():
        for column, values in table.select_dtypes("str").items():
            for kind in page.personal("\n".join(values.dropna().unique())):
                _warn(f"table {name}, column {column}: holds what looks like {kind}: look at it")
    typer.echo("\n".join(clean.totals(made)))
    return not problems


@command("pillar programme scale answer skip statistic unit citation codes years")
def _map(file: Path, raw: Path = paths.RAW, **told: Words) -> None:
    from kukar_analysis.read import mapping

    typer.echo(mapping.dialogue(file, raw, told, typer.prompt if sys.stdin.isatty() else None))


@command("raw")
def _check(asked: Asked) -> bool:
    from kukar_analysis.clean import received

    received.check_tables(paths.processed_dir(), asked.raw)
    return all(_checked())


def _checked() -> tuple[bool, bool]:
    from kukar_analysis import check, framework, store

    fw, tables = framework.load(), {name: store.read(name) for name in store.SCHEMAS}
    found, (fields, short) = check.check(tables), check.short_fields(tables)
    if not found["state"].isin(["agree", "differ"]).any():
        raise KukarError("nothing to check: no published figure is on record in these tables")
    for line in fields:
        typer.echo(line, err=line in short)
    typer.echo("\n".join(check.counted(found).values()))
    for difference in check.differences(found):
        _warn(f"differs: {difference}")
    for e in fw.editions.values():
        if count := sum(fw.unconfirmed(e.edition).values()):
            typer.echo(f"edition {e.edition}: {count} facts copied from {e.follows} not confirmed")
    return not check.differences(found), not short


@command("years regions only parameters")
def _list(asked: Asked) -> bool:
    whole, found = _all_readable(asked.only), _found(asked)
    for report in found:
        typer.echo(f"{report.name:36}  {report.status}")
        for sentence in report.waits:
            typer.echo(f"{'':36}  waits: {sentence}")
    states = Counter(report.status for report in found)
    typer.echo(", ".join(f"{states[s]} {s}" for s in ("complete", "incomplete", "waiting")))
    return whole


@command()
def _report(asked: Asked, pdf: bool = False, paper: str = "A4", put_back: Text = None) -> bool:
    if put_back:
        from kukar_analysis.report import publish

        publish.put_back(asked.reports, put_back, typer.echo)
        return True
    return _made(replace(asked, sheet=paper if pdf else None))


def _made(asked: Asked, *, of_year: bool = False) -> bool:
    """Make what does not stand published, of a year after its tables; False where one lacks."""
    cache = Cache(asked.reports)
    stands = None if asked.force else cache.standing(asked, cleaned=of_year)
    if of_year and stands is None:
        cleaned, (agree, are_whole) = _clean(asked.raw), _checked()
        if not agree:
            raise KukarError("a published figure differs from its parts: no report was made")
        if done := _made(asked) and cleaned and are_whole:
            cache.note(cleaned=True)
        return done
    done = _all_readable(asked.only)
    if stands is None:
        from kukar_analysis.report.engine import fork

        # what follows takes a second to import: meanwhile kernels get ready
        if fork.available() and not asked.cluster:
            fork.preload(MODULES, fingerprint(program()))
        fork.import_papermill()
        from kukar_analysis.clean import received
        from kukar_analysis.report import make

        received.check_tables(asked.processed, asked.raw)
        typer.echo(f"executed notebooks and earlier sets: {cache.path}")
        with make.cluster(asked.cluster, asked.jobs) as executor:
            made = make.make(_found(asked), asked, say=typer.echo, warn=_warn, executor=executor)
        done = made and done
    else:
        typer.echo(f"nothing to do: {stands} reports are as they would be made now")
    typer.echo(f"open {asked.reports / 'index.html'}")
    return done


def _all_readable(only: Words) -> bool:
    wrong = [f for name, f in notebooks.read_all()[1].items() if not only or name in only]
    for fault in wrong:
        _warn(f"kukar: {fault}")
    return not wrong


def _found(asked: Asked) -> list[Any]:
    from kukar_analysis.report import registry

    given = dict(text.partition("=")[::2] for text in asked.parameters or ())
    which: dict[str, Any] = {"years": asked.years, "regions": asked.regions, "only": asked.only}
    return registry.reports(**which, parameters=given)


@command("regions raw reports")
def _share(year: int, asked: Asked, paper: str = "A4", draft: bool = False) -> bool:
    from kukar_analysis import framework
    from kukar_analysis.analysis import told
    from kukar_analysis.clean import received
    from kukar_analysis.report import folder, publish, share

    received.check_tables(asked.processed, asked.raw)
    fw, made_of = framework.load(), publish.record_of(asked.processed)
    codes = [fw.region(code).region for code in asked.regions or fw.offices]
    with folder.held(asked.reports) as work:
        call = (told.known_year(year), codes, asked.reports, work.path / "bundle", made_of)
        path, faults = share.share(*call, raw=asked.raw, sheet=paper, is_draft=draft)
    for fault in faults:
        _warn(f"draft because: {fault}")
    size, most = path.stat().st_size / 1e6, share.LARGEST / 1e6
    typer.echo(f"{path}: {size:.1f} MB" + f", too large to send: over {most:.0f}" * (size > most))
    return size <= most


@command("change fixed")
def _what_if(
    year: int, region: str = "64.02", target: Text = None, step: str = "1", **told: Words
) -> bool:
    import pandas as pd

    from kukar_analysis import framework
    from kukar_analysis.analysis import priorities
    from kukar_analysis.analysis.told import points

    of = framework.load().year(year), framework.load().region(region).region
    if not told["change"] and target is None:
        raise UsageError("say what to change (--change), or what to reach (--target)")
    if given := dict(text.partition("=")[::2] for text in told["change"] or ()):
        wanted = {n: float(points(v, f"score of {n}")) for n, v in given.items()}
        before, after = (priorities.what_if(*of, changes) for changes in ({}, wanted))
        typer.echo(pd.DataFrame({"before": before.scores, "after": after.scores}))
        typer.echo(f"index: {before.index} -> {after.index} ({after.index - before.index:+})")
    if target is None:
        return True
    goal = points(target, "target")
    how: dict[str, Any] = {"step": points(step, "step"), "fixed": told["fixed"] or []}
    way = priorities.shortest_way(*of, goal, **how)
    typer.echo("\n".join(priorities.target_sentences(*of, goal, **how)).replace("**", ""))
    if way.is_reached and way.steps:
        typer.echo(way.moves.drop(columns=["component", "pillar"]).to_string(index=False))
    return bool(way.alone["needed"].notna().any()) if way.index is None else way.is_reached


@command()
def _lab(no_browser: bool = False, port: int | None = None) -> None:
    from jupyterlab.labapp import LabApp

    if not (tables := paths.processed_dir() / "index_scores.parquet").exists():
        _warn(f"no tables in {tables.parent} yet: run `kukar clean`, then run the cells")
    first, known = "notebooks/jelajah.ipynb", os.environ.get("JUPYTER_CONFIG_PATH", "")
    os.environ["JUPYTER_CONFIG_PATH"] = f"{_HERE / 'jupyter'}{os.pathsep}{known}".rstrip(os.pathsep)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this Python's kernel before a user's own
    typer.echo(f"JupyterLab on {paths.ROOT / first}; Ctrl-C ends it")
    options = [f"--ServerApp.root_dir={paths.ROOT}", f"--LabApp.default_url=/lab/tree/{first}"]
    options += ["--no-browser"] * no_browser + [f"--ServerApp.port={port}"] * (port is not None)
    LabApp.launch_instance(options)  # in this process, so that none is left behind


@command()
def _new_notebook(name: str, title: Text = None, question: Text = None) -> None:
    path = notebooks.begin(name, title, question)
    typer.echo(f"notebooks/{path.name}: runs as it is, for each region and year on record")
    said = f"`kukar report --only {path.stem}` makes its pages, `-p most=5` one with another value"
    typer.echo(f"next: open it with `kukar lab`; {said} of a parameter of its own")


@command("raw reports regions")
def _status(asked: Asked, as_json: bool = False) -> bool:
    found = clock.standing_of(asked)
    machine = json.dumps(found, indent=1, ensure_ascii=False)
    typer.echo(machine if as_json else "\n".join(clock.lines(found)))
    return not found["wrong"]


@command(hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def _schedule() -> None:
    raise UsageError(_HELP["kukar schedule"]["example"])


@command()
def _template(
    what: list[str], opd: Words = None, region: str = "64.02", to: Path = FORMS, force: bool = False
) -> None:
    from kukar_analysis import forms, framework, store

    fw, (kind, asked) = framework.load(), ["agency", *what][-2:]
    if len(what) > 2 or kind not in forms.KINDS:
        raise UsageError(f"expected a year, or a form ({', '.join(forms.KINDS)}) and a year")
    year, code, pillars_of = fw.year(asked), fw.region(region).region, {}
    agencies = [*fw.opd] if opd == ["all"] else opd
    if kind == "agency" and opd:
        named = store.read("pillar_agencies", year=year, region=code).dropna(subset="opd")
        pillars_of = named.groupby("opd")["pillar"].agg(list).to_dict()
        if pillars_of and opd == ["all"]:
            agencies = [*pillars_of, *forms.COORDINATORS]
    if kind == "findings":
        made = forms.mend(year, code, to, agencies, force=force)
    else:
        made = forms.write(kind, year, code, to, agencies, pillars_of, force=force)
    typer.echo(f"{len(made)} forms written to {to}")


@command()
def _new_year(year: int, from_: Text = None, to: Folder = None, raw: Path = paths.RAW) -> None:
    from kukar_analysis.cli import years

    for line in years.begin(year, from_, to or FORMS / str(year), raw / str(year)):
        typer.echo(line)


@command()
def _forget_names(raw: Path = paths.RAW) -> bool:
    from kukar_analysis import framework
    from kukar_analysis.cli import years
    from kukar_analysis.framework.facts import WITA
    from kukar_analysis.report import folder

    days = framework.load().terms["survey_names"].days
    with folder.held(paths.processed_dir()) as work:
        deleted = years.forget_names(raw, work.path, days, datetime.now(WITA).date())
    for name in deleted:
        typer.echo(f"deleted {name}: its answers stay, without names")
    typer.echo(f"{len(deleted)} surveys were older than {days} days and named persons")
    return not deleted or _clean(raw)
