"""Papermill's own tests, run twice: as they are, and with the engine in the place of its own.

    python bench/papermill_suite.py

Fetches papermill's source at the version of requirements.lock (a network is needed) and prints
which tests differ between the two runs, each with the line that says why. The tests of cloud
stores stay out: they need the clouds' libraries and run no notebook.
"""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLOUDS = ("abs", "adl", "s3")
PLUGIN = "warm_plugin"
PLUGIN_SOURCE = """
from papermill.engines import papermill_engines
from kukar_analysis.report.engine.papermill import WarmEngine

for name in (None, "nbclient"):
    papermill_engines.register(name, WarmEngine)
"""


def main() -> None:
    """Fetch, run twice, compare."""
    with tempfile.TemporaryDirectory() as name:
        source = fetch(locked("papermill"), Path(name))
        (source / f"{PLUGIN}.py").write_text(PLUGIN_SOURCE, encoding="utf-8")
        plain, warm = tested(source, "plain", None), tested(source, "warm", PLUGIN)
    for label, results in (("as it is", plain), ("with the engine", warm)):
        passed = sum(said == "passed" for said in results.values())
        print(f"{label}: {passed} of {len(results)} passed")
    differing = [test for test in plain | warm if kind(plain, test) != kind(warm, test)]
    for test in differing:
        print(f"{test}\n  as it is: {plain.get(test)}\n  with the engine: {warm.get(test)}")
    print(f"{len(differing)} tests differ")


def locked(package: str) -> str:
    """Return the version of a package in requirements.lock."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(rf"^{package}==([\w.]+)", lock, re.MULTILINE)
    if found is None:
        raise SystemExit(f"requirements.lock names no {package}")
    return found[1]


def fetch(version: str, folder: Path) -> Path:
    """Return the folder of papermill's source, which holds its tests."""
    download = [sys.executable, "-m", "pip", "-q", "download", "--no-deps", "-d", folder]
    subprocess.run([*download, "--no-binary", "papermill", f"papermill=={version}"], check=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / f"papermill-{version}"


def tested(source: Path, label: str, plugin: str | None) -> dict[str, str]:
    """Return what became of each test: passed, skipped, or the first line of its failure."""
    report = source / f"{label}.xml"
    options = ["-q", "-p", "no:cacheprovider", "-W", "ignore", f"--junitxml={report}"]
    options += [f"--ignore=papermill/tests/test_{cloud}.py" for cloud in CLOUDS]
    if plugin:
        options += ["-p", plugin]
    subprocess.run(
        [sys.executable, "-m", "pytest", *options, "papermill"],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(source)},
        capture_output=True,
    )
    return dict(outcome(case) for case in ET.parse(report).iter("testcase"))


def outcome(case: ET.Element) -> tuple[str, str]:
    """Return the name of a test and what became of it."""
    name = f"{case.get('classname')}::{case.get('name')}"
    for child in case:
        if child.tag == "skipped":
            return name, "skipped"
        if child.tag in ("failure", "error"):
            return name, (child.get("message") or "").strip().partition("\n")[0]
    return name, "passed"


def kind(results: dict[str, str], test: str) -> str:
    """Return passed, skipped, failed or absent."""
    said = results.get(test, "absent")
    return said if said in ("passed", "skipped", "absent") else "failed"


if __name__ == "__main__":
    main()
