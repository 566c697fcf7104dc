"""The project copied to another folder, where data may be added and code must not."""

import json
import os
import shutil
import subprocess
import sys

from kukar_analysis import paths

PARTS = ("kukar_analysis", "notebooks", "tests", "pyproject.toml")
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def project(folder):
    """Copy what a program, its notebooks and its tests are made of into a folder; return it."""
    for part in PARTS:
        source = paths.ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=_UNWANTED)
        else:
            shutil.copy(source, folder / part)
    return folder


_COMMANDS = """
import json, sys
from kukar_analysis import cli
from kukar_analysis.errors import KukarError
from typer.testing import CliRunner
ended = []
for command in json.loads(sys.argv[1]):
    done = CliRunner().invoke(cli.app, command)
    error = done.exception if isinstance(done.exception, (KukarError, OSError)) else None
    if done.exception and not (error or isinstance(done.exception, SystemExit)):
        raise done.exception
    said = {"out": done.stdout, "err": done.stderr + (f"kukar: {error}" if error else "")}
    ended.append({"code": getattr(error, "exit_code", done.exit_code), **said})
print("\\n" + json.dumps(ended))
"""


def python(folder, *arguments):
    """Run Python on a copied project, in its folder; return what ended."""
    elsewhere = {k: v for k, v in os.environ.items() if not k.startswith("KUKAR_PRO")}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**elsewhere, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


def run(folder, *commands):
    """Run commands on a copied project, one after another in one process, in its folder.

    Return how each ended: its exit code, and what went out as words and as errors.
    """
    ended = python(folder, "-c", _COMMANDS, json.dumps(commands))
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])
