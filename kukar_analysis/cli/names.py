"""Deletes who answered old surveys: each is replaced by a list of the answers kept of it.

From the moment the list stands beside the survey it is read in its place (received.NAMELESS), so a
run that is broken off anywhere leaves every answer once, and the next one goes on.
"""

import hashlib
import shutil
from datetime import date
from pathlib import Path

import pandas as pd

from kukar_analysis import clean, paths, places
from kukar_analysis.clean.received import NAMELESS, SOURCES, nameless, originals
from kukar_analysis.errors import KukarError, SourceError
from kukar_analysis.forms import heading

_OF_RECORD = ["year", "region", "pillar", "sub_dimension", "programme", "respondent"]


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
        before, sources = clean.clean(trial, work / "tables").tables, _sources(trial)
        surveys = before["files"].query("kind.str.contains('survey')")["file"]
        surveys = surveys[~surveys.str.contains(f"/{NAMELESS}")]
        old = [name for name in surveys if (today - _since(trial, name, sources)).days >= days]
        lists = {name: _list(before["survey_responses"], name) for name in old}
        for name, text in lists.items():
            beside = raw / nameless(name)
            if beside.exists() and beside.read_bytes() != text.encode():
                raise KukarError(f"{beside} is there already, and no list of {name}: rename one")
        _replace(trial, lists, sources)
        if old and (table := _differs(before, clean.clean(trial, work / "tables").tables)):
            raise KukarError(
                f"{', '.join(old)}: nothing deleted: {table} would change. A file holds other lists"
                " too, or two have one name but for its end: save the survey alone, rename"
            )
        _replace(raw, lists, sources)
        return old
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(raw: Path, lists: dict[str, str], sources: pd.DataFrame) -> None:
    """Write each list, SOURCES.csv that names it in its survey's place, and delete the survey."""
    for name, text in lists.items():
        paths.write(raw / nameless(name), text)
    if len(sources) and lists:
        hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in lists.items()}
        sha256 = sources["file"].map(hashes).fillna(sources["sha256"])
        instead = {name: nameless(name) for name in lists}
        made = sources.assign(sha256=sha256).replace({"file": instead, "supersedes": instead})
        paths.write(raw / SOURCES, made.to_csv(index=False, lineterminator="\n"))
    for name in lists:
        (raw / name).unlink()


def _differs(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> str | None:
    """Return a table that does not hold the same rows, wherever they stand."""
    for table in before.keys() - {"files", "rejected"}:
        rows = [
            tables[table].drop(columns="origin").value_counts(dropna=False)
            for tables in (before, after)
        ]
        if not rows[0].sort_index().equals(rows[1].sort_index()):
            return table
    return None


def _list(answers: pd.DataFrame, name: str) -> str:
    """Return the list that takes a survey's place, a line a record, as `kukar clean` reads it."""
    answers = answers[answers["origin"].map(places.file_of) == name]
    record = answers["origin"].map(places.record_of)
    parts = answers.groupby(record)["sub_dimension"]
    part = parts.transform("first").where(parts.transform("nunique") == 1)  # else by their numbers
    rows = answers.assign(record=record, sub_dimension=part).astype({"answer": "Int64"})
    rows[_OF_RECORD] = rows[_OF_RECORD].astype(object).fillna("")
    made = rows.set_index(["record", *_OF_RECORD, "statement"])["answer"].unstack()
    statement = heading("survey", "statement")
    made = made if len(made) else made.reindex(columns=[1])  # a heading, so that it is read
    made = made.rename(columns=lambda number: statement.replace("#", str(number)))
    heads = [heading("survey", column) for column in _OF_RECORD]
    return str(made.droplevel("record").to_csv(sep=";", index_label=heads, lineterminator="\n"))


def _sources(raw: Path) -> pd.DataFrame:
    """Return SOURCES.csv as it is; no line where there is none."""
    if not (raw / SOURCES).exists():
        return pd.DataFrame(columns=["file", "sha256", "received_on"])
    try:
        found = pd.read_csv(raw / SOURCES, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        pd.to_datetime(found.get("received_on", []), format="%Y-%m-%d")
    except ValueError as error:
        raise SourceError(f"{SOURCES}: {error}; expected days as 2023-05-15") from error
    return found


def _since(raw: Path, name: str, sources: pd.DataFrame) -> date:
    """Return when a file was received: as SOURCES.csv says, else when it was written."""
    own = sources[sources["file"].isin([name, nameless(name)])]
    written = str(date.fromtimestamp((raw / name).stat().st_mtime))
    return date.fromisoformat("".join(own.get("received_on", [])) or written)
