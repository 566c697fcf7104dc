"""The commands, in the order of a year; help.csv says what each is and takes."""

import json
import os
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import typer

from kukar_analysis import paths
from kukar_analysis.cli import clock
from kukar_analysis.cli.common import Folder, Numbers, Words, app, command, pairs
from kukar_analysis.errors import KukarError, MissingTableError, UsageError
from kukar_analysis.report import notebooks
from kukar_analysis.report.cache import MODULES, Asked, Cache, fingerprint, program

NAMED = 20
"""Things of one kind are named up to so many; beyond, only counted."""
_HERE = Path(__file__).parent
_FIRST = "notebooks/jelajah.ipynb"
_warn = partial(typer.echo, err=True)


def main() -> None:
    """Run `kukar`; an error meant for people is one line and an exit code, without a traceback."""
    for number in range(3):  # one that is closed: the next file opened would get its number
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    said, code = "", 1
    try:
        app()
    except KukarError as error:
        said, code = str(error), error.exit_code
    except OSError as error:
        said = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    except MemoryError:
        said = "there is too little memory: close other programs, or say --jobs 1"
    except KeyboardInterrupt:
        said = "stopped; what was published before is untouched"
    _warn(f"kukar: {said}")
    sys.exit(code)


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
        more = [f"dan {len(lines) - NAMED} lagi; yang ditolak ada di tabel rejected (notebook 01)"]
        for line in lines[:NAMED] + more * (len(lines) > NAMED):
            typer.echo(f"{label}: {line}", err=lines is problems)
    for name, table in made.tables.items():
        for column, values in table.select_dtypes("str").items():
            for kind in page.personal("\n".join(values.dropna().unique())):
                _warn(f"table {name}, column {column}: holds what looks like {kind}: look at it")
    for line in clean.totals(made):
        typer.echo(line)
    return not problems


@command("pillar programme scale answer skip statistic unit citation codes years")
def _map(file: Path, raw: Path = paths.RAW, **told: Words) -> None:
    from kukar_analysis.read import mapping

    ask = typer.prompt if sys.stdin.isatty() else None
    typer.echo(mapping.dialogue(file, raw, told, ask))


@command()
def _check(raw: Folder = None) -> bool:
    _belonging(raw)
    return all(_checked())


def _belonging(raw: Folder) -> None:
    """Raise TableError where the tables were edited, or are not of the raw files at hand."""
    from kukar_analysis.clean import received

    if raw:
        received.look(raw)  # a folder that is named has to be there
    received.check_tables(paths.processed_dir(), raw)


def _checked() -> tuple[bool, bool]:
    """Check, print a line a field and a rule; return whether figures agree and fields are whole."""
    from kukar_analysis import check, framework, store

    fw, tables = framework.load(), {name: store.read(name) for name in store.SCHEMAS}
    found, (fields, short) = check.check(tables), check.short_fields(tables)
    for line in fields:
        typer.echo(line, err=line in short)
    for rule, line in check.counted(found).items():
        typer.echo(line)
        own = found[found["rule"] == rule]
        for difference in check.differences(own):
            _warn(f"  differs: {difference}")
        unseen = own[~own["state"].isin(["agree", "differ"])]
        for figure in unseen.itertuples() if len(unseen) <= NAMED else ():
            typer.echo(f"  not checked: {figure.what}: {figure.where}")
    for e in fw.editions.values():
        if count := sum(fw.unconfirmed(e.edition).values()):
            said = f"edition {e.edition}: {count} facts copied from {e.follows} and not confirmed"
            typer.echo(f"{said}: filter `status` = unconfirmed in {framework.DEFINITIONS}")
    if not found["state"].isin(["agree", "differ"]).any():
        raise KukarError("nothing to check: no published figure is on record in these tables")
    return not check.differences(found), not short


@command()
def _list(
    years: Numbers = None, regions: Words = None, only: Words = None, parameters: Words = None
) -> bool:
    whole, found = _all_readable(only), _found(Asked(years, regions, only, parameters))
    for report in found:
        typer.echo(f"{report.name:36}  {report.status}")
        for sentence in report.waits:
            typer.echo(f"{'':36}  waits: {sentence}")
    states = Counter(report.status for report in found)
    typer.echo(", ".join(f"{states[s]} {s}" for s in ("complete", "incomplete", "waiting")))
    return whole


@command()
def _report(
    asked: Asked, pdf: bool = False, paper: str = "A4", put_back: str | None = None
) -> bool:
    if put_back:
        from kukar_analysis.report import publish

        publish.put_back(asked.reports, put_back, typer.echo)
        return True
    return _made(replace(asked, sheet=paper if pdf else None))


def _made(asked: Asked, *, of_year: bool = False) -> bool:
    """Make what is asked but for what stands published; return whether all of it is there.

    `of_year`: the tables are made and checked first.
    """
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
        done = _make(asked, cache) and done
    else:
        typer.echo(f"nothing to do: {stands} reports are as they would be made now")
    typer.echo(f"open {asked.reports / 'index.html'}")
    return done


def _make(asked: Asked, cache: Cache) -> bool:
    from kukar_analysis.report.engine import fork

    # what follows takes a second to import: meanwhile kernels get ready
    if fork.available() and not asked.cluster:
        fork.preload(MODULES, fingerprint(program()))
    fork.import_papermill()
    from kukar_analysis.report import make

    _belonging(None if asked.raw == paths.RAW else asked.raw)
    with make.cluster(asked.cluster, asked.jobs) as executor:
        typer.echo(f"executed notebooks and earlier sets: {cache.path}")
        return make.make(_found(asked), asked, say=typer.echo, warn=_warn, executor=executor)


def _all_readable(only: Words) -> bool:
    """Return whether all notebooks, or those asked for, can be read; say which cannot."""
    wrong = [f for name, f in notebooks.faults().items() if not only or name in only]
    for fault in wrong:
        _warn(f"kukar: {fault}")
    return not wrong


def _found(asked: Asked) -> list[Any]:
    from kukar_analysis.report import registry

    given = pairs("-p", asked.parameters or [], "as pillar=governance")
    return registry.reports(
        years=asked.years, regions=asked.regions, only=asked.only, parameters=given
    )


@command()
def _share(
    year: int,
    regions: Words = None,
    raw: Folder = None,
    reports: Path = paths.REPORTS,
    paper: str = "A4",
    draft: bool = False,
) -> bool:
    from kukar_analysis import framework
    from kukar_analysis.analysis.told import known_year
    from kukar_analysis.report import folder, publish, share

    _belonging(raw)
    fw, made_of = framework.load(), publish.record_of(paths.processed_dir())
    own = [r.region for r in fw.reported_regions if r.role == "own"]
    codes = [fw.region(code).region for code in regions or own]
    with folder.held(reports) as work:
        call = (known_year(year), codes, reports, work.path / "bundle", made_of)
        path, faults = share.share(*call, raw=raw or paths.RAW, sheet=paper, is_draft=draft)
    for fault in faults:
        _warn(f"draft because: {fault}")
    size, fits = path.stat().st_size / 1e6, path.stat().st_size <= share.LARGEST
    limit = f", too large to send: more than {share.LARGEST / 1e6:.0f} MB"
    typer.echo(f"{path}: {size:.1f} MB{'' if fits else limit}")
    return fits


@command()
def _what_if(
    year: int,
    region: str = "64.02",
    change: Words = None,
    target: str | None = None,
    step: str = "1",
    fixed: Words = None,
) -> bool:
    from kukar_analysis import framework
    from kukar_analysis.analysis import priorities, told

    if not change and target is None:
        raise typer.BadParameter("say what to change (--change), or what to reach (--target)")
    of = framework.load().year(year), framework.load().region(region).region
    if change:
        given = pairs("--change", change, "as collaboration=2.00")
        wanted = {n: float(told.points(v, f"score of {n}")) for n, v in given.items()}
        before, after = (priorities.what_if(*of, changes) for changes in ({}, wanted))
        for component, old in before.scores.items():
            if after.scores[component] != old:
                typer.echo(f"{component}: {old:.2f} -> {after.scores[component]:.2f}")
        typer.echo(f"index: {before.index} -> {after.index} ({after.index - before.index:+})")
    if target is None:
        return True
    goal = told.points(target, "target")
    how: dict[str, Any] = {"step": told.points(step, "step"), "fixed": fixed or []}
    way = priorities.shortest_way(*of, goal, **how)
    for said in priorities.target_sentences(*of, goal, **how):
        typer.echo(said.replace("**", ""))
    if way.index is None:
        return bool(way.alone["needed"].notna().any())
    if way.is_reached and way.steps:
        typer.echo(
            way.moves[["question", "from_score", "to_score", "steps"]].to_string(index=False)
        )
    return way.is_reached


@command()
def _lab(no_browser: bool = False, port: int | None = None) -> None:
    from jupyterlab.labapp import LabApp

    folder, known = paths.processed_dir(), os.environ.get("JUPYTER_CONFIG_PATH")
    if not (folder / "index_scores.parquet").exists():
        _warn(f"no tables in {folder} yet: run `kukar clean`, then run the cells")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(_HERE / "jupyter"), known])
    )
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # this Python's kernel before a user's own
    typer.echo(f"JupyterLab on {paths.ROOT / _FIRST}; Ctrl-C ends it")
    options = [f"--ServerApp.root_dir={paths.ROOT}", f"--LabApp.default_url=/lab/tree/{_FIRST}"]
    options += ["--no-browser"] * no_browser
    options += [] if port is None else [f"--ServerApp.port={port}"]
    LabApp.launch_instance(options)  # in this process, so that none is left behind


@command()
def _new_notebook(name: str, title: str | None = None, question: str | None = None) -> None:
    from kukar_analysis import framework, paths, store

    if not re.fullmatch(r"(?=.{1,40}$)[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise UsageError(
            f"name {name!r} cannot be used: expected up to 40 small letters and digits, words"
            " parted by _, as anggaran_desa; its number is given to it"
        )
    stems = sorted(path.stem for path in paths.NOTEBOOKS.glob("*.ipynb"))
    if twin := [stem for stem in stems if re.sub(r"^\d\d_", "", stem) == name]:
        raise UsageError(f"notebooks/{twin[0]}.ipynb is there already; choose another name")
    found = store.read("index_scores").sort_values("year")
    own = found[found["region"].map(framework.load().is_office)]
    if found.empty:
        raise UsageError("no index is on record yet: put a national table into data/raw and clean")
    year, region = (own if len(own) else found)[["year", "region"]].iloc[-1]
    title = title or name.replace("_", " ").capitalize()
    question = question or f"Halaman ini menjawab apa yang dikatakan data tentang {title}."
    text = (_HERE / "begun.ipynb").read_text(encoding="utf-8")
    said = {"2023": str(year), "64.02": region, "<title>": title, "<question>": question}
    for place, words in said.items():
        text = text.replace(place, json.dumps(words, ensure_ascii=False)[1:-1])
    last = max((int(stem[:2]) for stem in stems if re.match(r"\d\d_", stem)), default=-1)
    path = paths.NOTEBOOKS / f"{last + 1:02}_{name}.ipynb"
    paths.write(path, text)
    typer.echo(f"notebooks/{path.name}: runs as it is, for each region and year on record")
    typer.echo(
        f"next: open it with `kukar lab`; `kukar report --only {path.stem}` makes its pages, and"
        " `-p most=5` one with another value of a parameter of its own"
    )


@command()
def _status(
    raw: Folder = None, reports: Path = paths.REPORTS, regions: Words = None, as_json: bool = False
) -> bool:
    found = clock.standing_of(raw, reports, regions)
    machine = json.dumps(found, indent=1, ensure_ascii=False)
    typer.echo(machine if as_json else "\n".join(clock.lines(found)))
    return not found["wrong"]


@command(hidden=True, context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def _schedule() -> None:
    raise UsageError(
        "`kukar schedule` is gone: a clock calls `kukar run` every morning; docs/jadwal.md says"
        " how, and how to take out what it had installed"
    )


@command()
def _template(
    what: list[str],
    opd: Words = None,
    region: str = "64.02",
    to: Path = Path("formulir"),
    force: bool = False,
) -> None:
    from kukar_analysis import forms, framework, store

    fw, every, (kind, asked) = framework.load(), "all" in (opd or []), ["agency", *what][-2:]
    if len(what) > 2 or kind not in ("agency", "findings", "letter", "programmes", "survey"):
        raise UsageError("expected a year, or findings, letter, programmes or survey and a year")
    year, code, pillars_of = fw.year(asked), fw.region(region).region, {}
    agencies = [*fw.opd] if every else opd
    if kind == "agency":
        try:
            named = store.read("pillar_agencies", year=year, region=code).dropna(subset="opd")
            pillars_of = named.groupby("opd")["pillar"].agg(list).to_dict()
        except MissingTableError:
            _warn("note: no tables yet, so an agency gets all pillars (kukar clean)")
        if pillars_of and every:
            agencies = [*dict.fromkeys([*pillars_of, *forms.COORDINATORS])]
    if kind == "findings":
        made = forms.mend(year, code, to, agencies, force=force)
    else:
        made = forms.write(kind, year, code, to, agencies, pillars_of, force=force)
    for path in made[:NAMED]:
        typer.echo(str(path))
    typer.echo(f"{len(made)} forms written")


@command()
def _new_year(
    year: int, from_: str | None = None, to: Folder = None, raw: Path = paths.RAW
) -> None:
    from kukar_analysis.cli import years

    for line in years.begin(year, from_, to or Path("formulir", str(year)), raw / str(year)):
        typer.echo(line)


@command()
def _forget_names(raw: Path = paths.RAW) -> bool:
    from kukar_analysis import framework
    from kukar_analysis.cli import names
    from kukar_analysis.framework.facts import WITA
    from kukar_analysis.report import folder

    days = framework.load().terms["survey_names"].days
    with folder.held(paths.processed_dir()):
        deleted = names.forget(raw, days, datetime.now(WITA).date())
    for name in deleted:
        typer.echo(f"deleted {name}: its answers stay, without names")
    typer.echo(f"{len(deleted)} surveys were older than {days} days and named persons")
    return not deleted or _clean(raw)
