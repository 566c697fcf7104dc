"""`make bench`: the project's own reports, pages included.

In a copy of the project: `kukar report` for all reports of the real tables, fresh, with nothing
changed and with one definition changed, beside papermill's command for the same notebooks one
after another (which makes no pages). How time grows with their number: many.py.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import yaml

from kukar_analysis import paths
from kukar_analysis.clean import clean
from kukar_analysis.report import registry

PARTS = ("kukar_analysis", "notebooks", "docs")
CHANGED = "kukar_analysis/definitions/columns.csv"


def copied(folder: Path) -> Path:
    """Return a copy of the project with its tables."""
    for part in PARTS:
        skip = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(paths.ROOT / part, folder / part, ignore=skip)
    (folder / "data").mkdir()
    clean(paths.RAW, folder / "data" / "processed")
    return folder


def timed(command: Sequence[str], project: Path) -> tuple[float, str]:
    """Return (seconds, what it printed) of a command that is run in the copy."""
    environment = os.environ | {"PYTHONPATH": str(project)}
    environment.pop(paths.PROCESSED_VARIABLE, None)
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True)
    spent = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{command}: {done.stderr}")
    return spent, done.stdout


def report(project: Path, command: str = "report") -> tuple[float, str]:
    """Return (seconds, the line that counts) of `kukar report`, or `run`, which cleans before."""
    kukar = [sys.executable, "-m", "kukar_analysis", command, "--reports", "reports"]
    spent, said = timed(kukar, project)
    return spent, said.splitlines()[-2]


def by_command(project: Path) -> float:
    """Return the seconds of papermill's command for the same notebooks, one after another."""
    total = 0.0
    made = [found for found in registry.reports() if found.can_be_made]
    for found in made:
        arguments = project / "parameters.yaml"
        arguments.write_text(yaml.safe_dump(dict(found.parameters)))
        source, out = project / "notebooks" / f"{found.notebook}.ipynb", project / "out.ipynb"
        command = [sys.executable, "-m", "papermill", str(source), str(out), "-f", str(arguments)]
        total += timed(command, project)[0]
    return total


def real_set(project: Path) -> None:
    """Print the four ways to the project's own reports."""
    fresh = report(project)
    nothing = report(project)
    changed = project / CHANGED
    changed.write_text(changed.read_text(encoding="utf-8").replace("Sumbangan", "Iuran"))
    shutil.copytree(paths.RAW, project / "data" / "raw")
    definition = report(project, "run")
    command = by_command(project)
    print(f"papermill's command, one after another, no pages: {command:.1f} s")
    for name, (spent, said) in {
        "fresh": fresh, "nothing changed": nothing, "a definition changed": definition
    }.items():  # fmt: skip
        print(f"{name:21} {spent:6.1f} s, {command / spent:6.1f} times faster ({said})")


def main() -> None:
    """Print the four ways."""
    with tempfile.TemporaryDirectory() as name:
        project = copied(Path(name))
        real_set(project)


if __name__ == "__main__":
    main()
