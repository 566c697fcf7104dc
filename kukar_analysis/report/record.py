"""The record of a run: what made a set of reports, and from which files."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import formats, store
from kukar_analysis.framework.facts import WITA


@dataclass(frozen=True)
class RunRecord:
    """What made a set of reports: shown in every page's footer and kept in the manifest."""

    version: str
    commit: str
    made_at: datetime
    inputs: dict[str, str]
    """sha256 by raw file"""
    corrections: list[str]
    """what later papers changed ("ralat"), each with its place"""

    @property
    def data(self) -> str:
        """Return the fingerprint of all inputs together."""
        listed = "\n".join(f"{name} {sha}" for name, sha in sorted(self.inputs.items()))
        return hashlib.sha256(listed.encode()).hexdigest()[:12]

    @property
    def shown_time(self) -> str:
        """Return the time as `4 Desember 2023 14.05 WITA`."""
        return shown(self.made_at)

    def said(self) -> dict[str, Any]:
        """Return what each page says of it."""
        return {
            "version": self.version,
            "commit": self.commit,
            "made_at": self.made_at.isoformat(),
            "data": self.data,
            "inputs": len(self.inputs),
        }


def shown(moment: datetime) -> str:
    """Return a time as `4 Desember 2023 14.05 WITA`."""
    return f"{formats.moment(moment.astimezone(WITA))} WITA"


def run_record(processed: Path) -> RunRecord:
    """Return the record of a run that begins now, from the tables of `processed`."""
    files = store.read("files", processed).dropna(subset="sha256")
    rejected = store.read("rejected", processed)
    superseded = rejected[rejected["rule"] == "superseded"]
    return RunRecord(
        version=kukar_analysis.__version__,
        commit=_commit(),
        made_at=datetime.now(UTC).replace(microsecond=0),
        inputs=dict(zip(files["file"], files["sha256"], strict=True)),
        corrections=[f"{r.origin}: {r.reason}" for r in superseded.itertuples()],
    )


def _commit() -> str:
    """Return the commit of the program, marked where files differ from it."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit}+" if _git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return "tidak diketahui"  # a copy without git, as from a USB stick


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(store.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
