"""Where things lie. Standard library only: a run with nothing to do needs no more."""

import os
from pathlib import Path

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
MANIFEST = "manifest.json"
"""File of a folder of reports that says what is there."""
PROCESSED_VARIABLE = "KUKAR_PROCESSED"
"""Environment variable that points notebooks to another folder than data/processed."""


def processed_dir() -> Path:
    """Return the folder that tables are read from and written to."""
    return Path(os.environ.get(PROCESSED_VARIABLE) or ROOT / "data" / "processed")
