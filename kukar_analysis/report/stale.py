"""Which reports are to be made again, and why: something that they were made from has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from kukar_analysis import framework, store, used
from kukar_analysis.paths import MANIFEST
from kukar_analysis.report import fingerprint, paper, publish, state
from kukar_analysis.report.registry import Report
from kukar_analysis.report.state import State, Uses

Seen = Mapping[str, list[str]]
"""What a notebook looked at, as `used.seen` tells it: tables and definitions."""


class Now:
    """The fingerprints of what is there now; each is taken once."""

    def __init__(self) -> None:
        self._versions = fingerprint.versions()
        self.programs: dict[str, dict[str, str]] = {}
        self.manifest = cache(lambda folder: fingerprint.of_file(folder / MANIFEST))
        self.rows = cache(_rows)
        self.definition = cache(_definition)
        self._notebook = cache(self._notebook_and_program)

    def uses(self, report: Report, seen: Seen) -> Uses:
        """Return what a report that looked at `seen` is made from now."""
        notebook, program = self._notebook(report.notebook)
        shown = publish.said(report), paper.letterhead(report.region)
        return Uses(
            notebook=notebook,
            entry=fingerprint.of_text(json.dumps(shown, default=str)),
            program=program,
            versions=self._versions,
            tables={noted: self.rows(noted) for noted in seen["tables"]},
            definitions={name: self.definition(name) for name in seen["definitions"]},
        )

    def _notebook_and_program(self, name: str) -> tuple[str, str]:
        path = store.NOTEBOOKS / f"{name}.ipynb"
        if not path.exists():
            return "", ""
        files = fingerprint.program_of(path)
        together = fingerprint.of_text(json.dumps(files))
        self.programs[together] = files
        return fingerprint.of_file(path), together


def _rows(noted: str) -> str:
    """Return the fingerprint of the rows of a noted table, in their order."""
    table, year, region = used.slice_of(noted)
    if table == used.IS_SAMPLE:
        return str(store.is_sample())
    found = store.read(table, year=year, region=region)
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr(list(found.dtypes.items())).encode())
    digest.update(pd.util.hash_pandas_object(found, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _definition(name: str) -> str:
    return fingerprint.of_text(repr(getattr(framework.load(), name, None)))


def reason(report: Report, known: State, folder: Path, now: Now) -> str | None:
    """Return why a report is to be made again; None where it stands as it would be made now."""
    before = known.uses.get(report.name)
    if before is None:
        return "not made yet, failed, or replaced by a correction"
    if now.manifest(folder) != known.documents.get(MANIFEST, ""):
        return "the manifest is not there as it was written"
    if not state.is_whole(known.files.get(report.name, {}), folder):
        return "its page or notebook is not there as it was written"
    return changed(report, before, known, now)


def changed(report: Report, before: Uses, known: State, now: Now) -> str | None:
    """Return what has changed since a report was made from `before`; None where nothing has."""
    seen = {"tables": list(before.tables), "definitions": list(before.definitions)}
    found = list(_differences(before, now.uses(report, seen), known, now))
    return "; ".join(found) or None


def _differences(before: Uses, after: Uses, known: State, now: Now) -> Iterator[str]:
    if before.notebook != after.notebook:
        yield "its notebook changed"
    if before.program != after.program:
        old, new = known.programs.get(before.program, {}), now.programs.get(after.program, {})
        yield f"the program changed: {_named(old, new)}"
    if before.versions != after.versions:
        yield f"versions changed: {_named(before.versions, after.versions)}"
    if before.definitions != after.definitions:
        yield f"definitions changed: {_named(before.definitions, after.definitions)}"
    if before.tables != after.tables:
        yield f"rows changed: {_named(before.tables, after.tables)}"
    if before.entry != after.entry:
        yield "its title, what it waits for, headline figures or letterhead changed"


def _named(before: Mapping[str, str], after: Mapping[str, str], most: int = 3) -> str:
    names = [n for n in sorted({*before, *after}) if before.get(n) != after.get(n)]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
