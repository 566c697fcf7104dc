"""Deletes who answered old surveys: each is replaced by a list of the answers kept of it.

From the moment the list stands beside the survey it is read in its place (received.NAMELESS), so a
run that is broken off anywhere leaves every answer once, and the next one goes on.
"""

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

    Returns the names of the files deleted. Raises KukarError, and deletes nothing, where a file
    holds another list too or an answer would not stay as it is.
    """
    work = raw.resolve().with_name(f".{raw.resolve().name}.work")
    shutil.rmtree(work, ignore_errors=True)  # of a run that was broken off: it holds names
    try:
        trial = shutil.copytree(raw, work / "raw")
        for listed in originals(trial).values():
            (trial / listed).unlink()  # an earlier run was broken off behind it
        before, sources = clean.clean(trial, work / "tables").tables, _sources(trial)
        kinds = before["files"].set_index("file")["kind"]
        kinds = kinds[kinds.str.contains("survey") & ~kinds.index.str.contains(f"/{NAMELESS}")]
        old = [name for name in kinds.index if (today - _since(trial, name, sources)).days >= days]
        lists = {name: _list(before["survey_responses"], name) for name in old}
        for name, text in lists.items():
            if kinds[name] != "survey":
                raise KukarError(f"{name} holds other lists too: save the survey as its own file")
            beside = raw / nameless(name)
            if beside.exists() and beside.read_bytes() != text.encode():
                raise KukarError(f"{beside} is there already, and no list of {name}: rename one")
        if not old:
            return []
        _replace(trial, lists, sources)
        if _answers(before) != _answers(clean.clean(trial, work / "tables").tables):
            said = "nothing deleted: an answer would change. Is there another of that name, but for"
            raise KukarError(f"{', '.join(old)}: {said} its end, rename it; else report this")
        _replace(raw, lists, sources)
        for name in old:
            (raw / name).unlink()
        return old
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _replace(raw: Path, lists: dict[str, str], sources: pd.DataFrame) -> None:
    """Write each list beside its survey, and SOURCES.csv that names it in the survey's place."""
    instead = {name: nameless(name) for name in lists}
    written = {n: paths.sha256(paths.write(raw / instead[n], lists[n])) for n in lists}
    if len(sources):
        sha256 = sources["file"].map(written).fillna(sources["sha256"])
        made = sources.assign(sha256=sha256).replace({"file": instead, "supersedes": instead})
        paths.write(raw / SOURCES, made.to_csv(index=False, lineterminator="\n"))


def _answers(tables: dict[str, pd.DataFrame]) -> dict[object, int]:
    """Return how often each answer stands in the tables, wherever it stands."""
    rows = tables["survey_responses"].drop(columns="origin").astype(object).fillna("")
    return dict(rows.value_counts())


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
        pd.to_datetime(found["received_on"], format="%Y-%m-%d")
    except (ValueError, KeyError) as error:
        raise SourceError(f"{SOURCES}: {error}; expected received_on as 2023-05-15") from error
    return found


def _since(raw: Path, name: str, sources: pd.DataFrame) -> date:
    """Return when a file was received: as SOURCES.csv says, else when it was written."""
    stated = sources.loc[sources["file"].isin([name, nameless(name)]), "received_on"]
    written = str(date.fromtimestamp((raw / name).stat().st_mtime))
    return date.fromisoformat("".join(stated) or written)
