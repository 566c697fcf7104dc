"""Keeps the last published sets, to go back to one or to show what was said when."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from kukar_analysis import writing
from kukar_analysis.facts import WITA
from kukar_analysis.paths import MANIFEST


def keep(reports: Path, archive: Path, number: int, now: datetime) -> list[str]:
    """Keep the set that is published now and return the names of all kept, the newest last.

    A set that is kept already is not kept twice. Files are linked where the disk can, for what is
    published is replaced and never written into, and copied where it cannot. A set appears whole
    or not at all; the oldest beyond `number` go.
    """
    kept = sorted(p.name for p in archive.glob("20*") if p.is_dir())
    manifest = reports / MANIFEST
    if number and manifest.exists() and not (kept and _same(archive / kept[-1], manifest)):
        name = f"{now.astimezone(WITA):%Y-%m-%dT%H%M%S}"
        _copy(reports, archive / name)
        kept.append(name)
    for name in kept[: max(len(kept) - number, 0)]:
        shutil.rmtree(archive / name)
    return kept[-number:] if number else []


def _same(kept: Path, manifest: Path) -> bool:
    there = kept / MANIFEST
    return there.exists() and there.read_bytes() == manifest.read_bytes()


def _copy(reports: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)  # of a run that was broken off
    shutil.copytree(
        reports,
        temporary,
        copy_function=writing.linked,
        ignore=shutil.ignore_patterns(".*", "*.lock"),
    )
    temporary.replace(target)
