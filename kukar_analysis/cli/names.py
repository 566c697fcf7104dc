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
from collections import Counter
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


def forget(raw: Path, days: int, today: date) -> tuple[list[str], list[str]]:
    """Replace survey files received `days` days ago or earlier by lists without persons.

    Returns the names of the files deleted, and why others were not. Raises KukarError, and deletes
    nothing, where an answer would change.
    """
    work = raw.resolve().with_name(f".{raw.resolve().name}.work")
    shutil.rmtree(work, ignore_errors=True)  # of a run that was broken off: it holds names
    try:
        trial = shutil.copytree(raw, work / "raw")
        for listed in originals(trial).values():
            (trial / listed).unlink()  # an earlier run was broken off behind it
        before = clean.clean(trial, work / "tables").tables
        lists, kept = _lists(trial, raw, before, days, today)
        written = {nameless(name): text for name, text in lists.items()}
        if (trial / SOURCES).exists():
            written[SOURCES] = _relisted(_sources(trial), lists, today)
        for folder in (trial, raw) if lists else ():
            for name, text in written.items():
                writing.write(folder / name, text)
            for name in lists:
                (folder / name).unlink()
            if folder == trial:
                after = clean.clean(trial, work / "tables").tables
                if not _answers(before).equals(_answers(after)):
                    named = ", ".join(lists)
                    raise KukarError(
                        f"{named}: not deleted: without names the answers would change"
                    )
        return list(lists), kept
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _lists(
    trial: Path, raw: Path, tables: dict[str, pd.DataFrame], days: int, today: date
) -> tuple[dict[str, str], list[str]]:
    """Return the lists of the surveys whose time has come, and why some of them cannot go."""
    rejected, files = set(tables["rejected"]["origin"]), tables["files"]
    received = _sources(trial).set_index("file")["received_on"].to_dict()
    taken = Counter(map(nameless, files["file"]))
    lists, kept = {}, []
    for name, kinds in zip(files["file"], files["kind"].str.split(" + ", regex=False), strict=True):
        path, instead = trial / name, nameless(name)
        day = received.get(name) or received.get(instead)
        try:
            since = date.fromisoformat(day) if day else date.fromtimestamp(path.stat().st_mtime)
        except ValueError as error:
            raise SourceError(f"{SOURCES}: {name}: {error}; expected 2023-05-15") from error
        is_old = (today - since).days >= days
        if "survey" not in kinds or path.name.startswith(NAMELESS) or not is_old:
            continue
        text, beside, why = _list(path, name, rejected), raw / instead, ""
        if len(kinds) > 1:
            why = "it holds other lists too; save the survey alone"
        elif taken[instead] > 1:
            why = "another file has its name but for the end; rename it"
        elif beside.exists() and beside.read_bytes() != text.encode():
            why = f"{instead} is there already; rename one of them"
        if why:
            kept.append(f"{name}: not deleted: {why}")
        else:
            lists[name] = text
    return lists, kept


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


def _answers(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the answers of a set of tables, wherever they stand."""
    found = tables["survey_responses"].drop(columns="origin")
    return found.sort_values(list(found), ignore_index=True)
