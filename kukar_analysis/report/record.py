"""The record of a run: what made a set of reports, and from which files."""

import hashlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kukar_analysis
from kukar_analysis import formats, paths, store
from kukar_analysis.framework.facts import WITA


@dataclass(frozen=True)
class RunRecord:
    """What made a set of reports: shown in every page's footer and kept in the manifest.

    inputs: sha256 by raw file; corrections: what later papers changed, each with its place.
    """

    version: str
    commit: str
    made_at: datetime
    inputs: dict[str, str]
    corrections: list[str]

    @property
    def data(self) -> str:
        """The fingerprint of all inputs together."""
        listed = "\n".join(f"{name} {sha}" for name, sha in sorted(self.inputs.items()))
        return hashlib.sha256(listed.encode()).hexdigest()[:12]

    @property
    def shown_time(self) -> str:
        """The time as `4 Desember 2023 14.05 WITA`."""
        return shown(self.made_at)

    def said(self) -> dict[str, Any]:
        """Return what each page says of it."""
        made = {"version": self.version, "commit": self.commit, "data": self.data}
        return made | {"made_at": self.made_at.isoformat(), "inputs": len(self.inputs)}


def shown(moment: datetime) -> str:
    """Return a time as `4 Desember 2023 14.05 WITA`."""
    return f"{formats.moment(moment.astimezone(WITA))} WITA"


def run_record(processed: Path) -> RunRecord:
    """Return the record of a run that begins now, from the tables of `processed`."""
    files = store.read("files", processed).dropna(subset="sha256").set_index("file")["sha256"]
    superseded = store.read("rejected", processed).query("rule == 'superseded'")
    corrections = [*(superseded["origin"] + ": " + superseded["reason"])]
    git = ["git", "-C", str(paths.ROOT), "describe", "--always", "--abbrev=12", "--exclude=*"]
    try:
        told = subprocess.run([*git, "--dirty=+"], capture_output=True, text=True, check=True)
        commit = told.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        commit = "tidak diketahui"  # a copy without git, as from a USB stick
    now = datetime.now(UTC).replace(microsecond=0)
    return RunRecord(kukar_analysis.__version__, commit, now, files.to_dict(), corrections)
