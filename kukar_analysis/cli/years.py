"""What comes once a year: a year begins, and old surveys no longer say who answered them."""

import csv
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from kukar_analysis import clean, forms, framework, paths
from kukar_analysis.clean.received import NAMELESS, SOURCES, nameless, originals
from kukar_analysis.errors import KukarError, SourceError, UsageError


def begin(year: int, asked: str | None, folder: Path, raw: Path) -> Iterator[str]:
    """Begin a year, as copied from the newest before it or from the one edition `asked`; say it.

    UsageError, before anything is written, for a year that cannot begin or a `folder` in use.
    """
    fw = framework.load()
    can, newest = fw.beginnable, max((y for y in fw.years() if y < year), default=0)
    if year not in can or (asked and fw.edition(asked).year >= year):
        raise UsageError(
            f"year {year} cannot be begun: editions are on record for {fw.years()[0]} to"
            f" {fw.years()[-1]}; expected a year from {can[0]} to {can[-1]}, and --from an earlier"
        )
    found = [e for e in fw.editions.values() if (e.edition == asked if asked else e.year == newest)]
    copies = {made: e for e in found if (made := f"{year}-{e.group}") not in fw.editions}
    if not copies:
        said = f"`kukar template {year}` writes its forms, `kukar check` counts what is unconfirmed"
        raise UsageError(f"{year} has its editions already: {said}")
    asks = [made for made, source in copies.items() if fw.asked(source.edition)]
    if asks and folder.exists() and (folder.is_file() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already; name another folder with --to")
    framework.add_year(year, [source.edition for source in copies.values()])
    for made, source in copies.items():
        yield f"edition {made}: copied from {source.edition}, and nothing of it confirmed yet"
        for gone in framework.retired(year) & {*fw.edition_questions.get(source.edition, ())}:
            said = f"not copied: {fw.questions[gone].label} ({gone}). {fw.retired[gone].reason}"
            yield f"{said}. If the form asks it, add its line to edition_questions.csv"
    for part in ("opd", "survei"):
        (raw / part).mkdir(parents=True, exist_ok=True)
    yield f"raw folder: {raw}"
    for edition in asks[:1]:
        where: dict[str, Any] = {"region": fw.offices[0], "folder": folder, "edition": edition}
        files = forms.write("agency", year, opd=fw.opd, **where)
        for kind in ["programmes", *["survey"] * (edition in framework.load().surveys)]:
            files += forms.write(kind, year, **where)
        text = Path(__file__).with_name("LIES-SAYA.txt").read_text(encoding="utf-8")
        paths.write(folder / "LIES-SAYA.txt", text.format(year=year))
        yield f"{len(files)} forms to send out, with LIES-SAYA.txt: {folder}"
    said = f"in {framework.DEFINITIONS} filter `status` = unconfirmed; correct each fact to the"
    yield f"next: {said} rule of {year}, and write its status (seen or inferred) and citation"


def forget_names(raw: Path, work: Path, days: int, today: date) -> list[str]:
    """Replace surveys received `days` days ago or earlier by lists of the answers kept of them.

    Returns the names of the files deleted. Raises KukarError, and deletes nothing, where a file
    holds another list too or an answer would not stay as it is. From the moment a list stands
    beside its survey it is read in its place, so a run that is broken off anywhere leaves every
    answer once, and the next one goes on. It is tried in `work`, of which nothing may be left.
    """
    trial = shutil.copytree(raw, work / "raw")
    for listed in originals(trial).values():
        (trial / listed).unlink()  # an earlier run was broken off behind it
    before, since = clean.clean(trial, work / "tables").tables, _received(trial)
    kinds = before["files"].set_index("file")["kind"]
    kinds = kinds[kinds.str.contains("survey") & ~kinds.index.str.contains(f"/{NAMELESS}")]
    lists = {}
    for name, kind in kinds.items():
        written = date.fromtimestamp((trial / name).stat().st_mtime)
        if (today - since.get(name, since.get(nameless(name), written))).days < days:
            continue
        if kind != "survey":
            raise KukarError(f"{name} holds other lists too: save the survey as its own file")
        lists[name] = forms.answers_alone(before["survey_responses"], name)
        beside = raw / nameless(name)
        if beside.exists() and beside.read_bytes() != lists[name].encode():
            raise KukarError(f"{beside} is there already, and no list of {name}: rename one")
    _replace(trial, lists)
    if lists and _answers(before) != _answers(clean.clean(trial, work / "tables").tables):
        said = "nothing deleted: an answer would change. Is there another of that name, but for"
        raise KukarError(f"{', '.join(lists)}: {said} its end, rename it; else report this")
    _replace(raw, lists)
    for name in lists:
        (raw / name).unlink()
    return [*lists]


def _replace(raw: Path, lists: dict[str, str]) -> None:
    """Write each list beside its survey, and SOURCES.csv that names it in the survey's place."""
    sources = raw / SOURCES
    said = before = sources.read_text(encoding="utf-8-sig") if sources.exists() else ""
    for name, text in lists.items():
        listed = paths.write(raw / nameless(name), text)
        said = said.replace(paths.sha256(raw / name), paths.sha256(listed))
        said = re.sub(rf"{re.escape(name)}(?![^,\"\n])", nameless(name), said)
    if said != before:
        paths.write(sources, said)


def _answers(tables: dict[str, pd.DataFrame]) -> dict[object, int]:
    rows = tables["survey_responses"].drop(columns="origin").astype(object).fillna("")
    return dict(rows.value_counts())


def _received(raw: Path) -> dict[str, date]:
    if not (raw / SOURCES).exists():
        return {}
    try:
        rows = csv.DictReader((raw / SOURCES).read_text(encoding="utf-8-sig").splitlines())
        told = [(row["file"], row.get("received_on")) for row in rows]
        return {name: date.fromisoformat(day) for name, day in told if day}
    except (ValueError, KeyError) as error:
        raise SourceError(f"{SOURCES}: {error}; expected received_on as 2023-05-15") from error
