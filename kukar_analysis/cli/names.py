"""Deletes who answered old surveys (forget-names); the answers stay.

Tables are made anew from the raw files each time, so a survey is replaced by a list of the same
answers with the hash in the place of names and numbers. A record that was rejected gave no answer
and may hold a name in any cell: it goes too. First all is done and cleaned in a copy of the raw
folder, which must give the same answers.

From the moment the list stands beside the survey it is read in its place (received.NAMELESS), so a
run that is broken off anywhere leaves every answer once, and the next one goes on.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import shutil
from datetime import date
from pathlib import Path

import pandas as pd

from kukar_analysis import clean, writing
from kukar_analysis.clean.received import NAMELESS, SOURCES, nameless, originals
from kukar_analysis.clean.survey import who
from kukar_analysis.errors import KukarError, SourceError
from kukar_analysis.forms import heading
from kukar_analysis.read import READERS

_KEPT = ("year", "region", "pillar", "sub_dimension", "programme")


def forget(raw: Path, days: int, today: date) -> list[str]:
    """Replace survey files received `days` days ago or earlier by lists without persons.

    Returns the names of the files deleted. Raises KukarError, and deletes nothing, where a table
    would not hold the same without them.
    """
    work = raw.resolve().with_name(f".{raw.resolve().name}.work")
    shutil.rmtree(work, ignore_errors=True)  # of a run that was broken off: it holds names
    try:
        trial = shutil.copytree(raw, work / "raw")
        for listed in originals(trial).values():
            (trial / listed).unlink()  # an earlier run was broken off behind it
        before = clean.clean(trial, work / "tables").tables
        sources = _sources(trial)
        lists = {
            name: _list(trial / name, name, set(before["rejected"]["origin"]))
            for name, kind in before["files"][["file", "kind"]].to_numpy()
            if "survey" in kind.split(" + ") and not Path(name).name.startswith(NAMELESS)
            if (today - _since(trial / name, name, sources)).days >= days
        }
        for name, text in lists.items():
            beside = raw / nameless(name)
            if beside.exists() and beside.read_bytes() != text.encode():
                raise KukarError(f"{beside} is there already, and no list of {name}: rename one")
        written = {nameless(name): text for name, text in lists.items()}
        if len(sources):
            written[SOURCES] = _relisted(sources, lists, today)
        for folder in (trial, raw) if lists else ():
            for name, text in written.items():
                writing.write(folder / name, text)
            for name in lists:
                (folder / name).unlink()
            if folder == trial:
                _check_same(before, clean.clean(trial, work / "tables").tables, list(lists))
        return list(lists)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check_same(
    before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame], names: list[str]
) -> None:
    """Raise KukarError where a table does not hold the same rows, wherever they stand."""
    for table in before.keys() - {"files", "rejected"}:
        one, other = (found[table].drop(columns="origin") for found in (before, after))
        one, other = (t.sort_values(list(t), ignore_index=True) for t in (one, other))
        if not one.equals(other):
            raise KukarError(
                f"{', '.join(names)}: nothing deleted: {table} would change. A file holds other"
                " lists too, or two have one name but for its end: save the survey alone, rename"
            )


def _since(path: Path, name: str, sources: pd.DataFrame) -> date:
    """Return when a file was received: as SOURCES.csv says, else when it was written."""
    days = sources.loc[sources["file"].isin([name, nameless(name)]), "received_on"]
    try:
        return date.fromisoformat("".join(days) or str(date.fromtimestamp(path.stat().st_mtime)))
    except ValueError as error:
        raise SourceError(f"{SOURCES}: {name}: {error}; expected 2023-05-15") from error


def _list(path: Path, name: str, rejected: set[str]) -> str:
    """Return the list that takes a survey's place; `rejected` are origins of what was rejected."""
    lists = READERS[path.suffix.lower()](path, name).lists
    sound = [
        record.cells
        for part in lists
        for record in part.records
        if rejected.isdisjoint(part.origin(record, column) for column in ("", *part.headings))
    ]
    columns = [c for c in _KEPT if any(cells.get(c) for cells in sound)]
    columns += dict.fromkeys(c for p in lists for c in p.headings if c.startswith("statement_"))
    parted = [re.sub(r"_(\d+)$", r" \1", c).partition(" ") for c in ("respondent", *columns)]
    heads = [heading("survey", column).replace("#", number) for column, _, number in parted]
    lines = [[who(cells) or "", *(cells.get(c, "") for c in columns)] for cells in sound]
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows([heads, *lines])
    return written.getvalue()


def _sources(raw: Path) -> pd.DataFrame:
    """Return SOURCES.csv as it is, with what is asked of it; no line where there is none."""
    asked = ["file", "sha256", "received_on", "covers", "supersedes"]
    if not (raw / SOURCES).exists():
        return pd.DataFrame(columns=asked)
    try:
        found = pd.read_csv(raw / SOURCES, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except ValueError as error:
        raise SourceError(f"{SOURCES}: cannot be read ({error})") from error
    return found.assign(**{column: "" for column in asked if column not in found})


def _relisted(made: pd.DataFrame, lists: dict[str, str], today: date) -> str:
    """Return SOURCES.csv with each list in the place of its survey, and when the names went."""
    for name, text in lists.items():
        gone = made["file"] == name
        made.loc[gone, "sha256"] = hashlib.sha256(text.encode()).hexdigest()
        made.loc[gone, "covers"] += f" (nama dihapus {today})"
    instead = {name: nameless(name) for name in lists}
    made[["file", "supersedes"]] = made[["file", "supersedes"]].replace(instead)
    return str(made.to_csv(index=False, lineterminator="\n"))
