"""environment.yml and requirements.lock are what pyproject.toml says, and they install."""

import os
import re
import subprocess
import sys
import tomllib

import yaml

from kukar_analysis import store

PROJECT = tomllib.loads((store.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((store.ROOT / "environment.yml").read_text(encoding="utf-8"))
LOCK = (store.ROOT / "requirements.lock").read_text(encoding="utf-8")


def pip_section():
    (section,) = [part["pip"] for part in CONDA["dependencies"] if isinstance(part, dict)]
    return section


def test_condas_python_lies_within_what_the_project_takes():
    (pinned,) = [d for d in CONDA["dependencies"] if isinstance(d, str) and "python" in d]
    wanted = tuple(int(n) for n in re.fullmatch(r"python=(\d+)\.(\d+)", pinned).groups())
    least = tuple(
        int(n) for n in re.fullmatch(r">=(\d+)\.(\d+)", PROJECT["requires-python"]).groups()
    )
    assert wanted >= least
    assert "pip" in CONDA["dependencies"]


def test_condas_pip_section_is_the_lock():
    assert pip_section() == ["-r requirements.lock"]


def test_the_lock_holds_every_dependency_with_hashes_and_names_no_host():
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", LOCK, flags=re.M))
    asked = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    names = {re.match(r"[A-Za-z0-9._-]+", entry)[0].lower().replace("_", "-") for entry in asked}
    assert sorted(names - set(locked)) == []
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK[LOCK.index("\n", LOCK.index("make lock")) + 1 :])
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "//" not in LOCK


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check"]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_environment_that_make_setup_made_is_the_whole_lock_and_fits_together():
    setup = (store.ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in setup
    lock = str(store.ROOT / "requirements.lock")
    missing = pip("install", "--dry-run", "--no-index", "--quiet", "-r", lock)
    assert missing.returncode == 0, missing.stderr
    fits = pip("check")
    assert fits.returncode == 0, fits.stdout


def test_the_package_installed_without_its_source_has_all_that_it_needs(tmp_path):
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(tmp_path / "there")]
    installed = pip("install", *options, str(store.ROOT))
    assert installed.returncode == 0, installed.stderr
    source = store.ROOT / "kukar_analysis"
    data = {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
    data = {path for path in data if "__pycache__" not in path.parts}
    there = tmp_path / "there" / "kukar_analysis"
    assert sorted(map(str, (path for path in data if not (there / path).is_file()))) == []
    modules = "kukar_analysis, kukar_analysis.cli, kukar_analysis.report.publish"
    code = f"import {modules}; print(kukar_analysis.__file__)"
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "there")}
    used = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert used.returncode == 0, used.stderr
    assert str(tmp_path) in used.stdout
