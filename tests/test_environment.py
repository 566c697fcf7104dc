"""environment.yml and the two locks are what pyproject.toml says, and they install."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
import yaml

from kukar_analysis import paths

PROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((paths.ROOT / "environment.yml").read_text(encoding="utf-8"))
MORE = PROJECT["optional-dependencies"]
LOCKS = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + MORE["dev"] + MORE["cluster"],
}


def text_of(lock):
    return (paths.ROOT / lock).read_text(encoding="utf-8")


def locked(lock):
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", text_of(lock), flags=re.M))


def named(entries):
    return {re.match(r"[A-Za-z0-9._-]+", e)[0].lower().replace("_", "-") for e in entries}


def test_conda_brings_the_five_packages_asked_for_in_the_locks_versions_and_the_lock():
    (pip_section,) = [part["pip"] for part in CONDA["dependencies"] if isinstance(part, dict)]
    assert pip_section == ["-r requirements.lock"]
    pinned = dict(d.split("=") for d in CONDA["dependencies"] if isinstance(d, str) and "=" in d)
    assert f"python>={pinned.pop('python')}" >= f"python{PROJECT['requires-python']}"
    assert pinned.keys() == {"jupyterlab", "pandas", "seaborn", "papermill", "nbval"}
    assert pinned.items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize(("lock", "asked"), LOCKS.items())
def test_a_lock_holds_every_dependency_with_hashes_and_names_no_host(lock, asked):
    text = text_of(lock)
    assert sorted(named(asked) - set(locked(lock))) == []
    blocks = re.split(r"\n(?=[a-z0-9])", text[text.index("\n", text.index("make lock")) + 1 :])
    assert [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "//" not in text
    user, developer = (locked(lock) for lock in LOCKS)
    assert user.items() <= developer.items()
    assert {"distributed", "mypy", "nbval", "playwright", "pytest", "ruff"}.isdisjoint(user)


def pip(*arguments):
    command = [sys.executable, "-m", "pip", *arguments, "--disable-pip-version-check"]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.slow
def test_the_environment_that_make_dev_made_is_the_whole_lock_and_fits_together():
    makefile = (paths.ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(f"--require-hashes -r {lock}" in makefile for lock in LOCKS)
    lock = str(paths.ROOT / "requirements-dev.lock")
    missing = pip("install", "--dry-run", "--no-index", "--quiet", "-r", lock)
    assert missing.returncode == 0, missing.stderr
    fits = pip("check")
    assert fits.returncode == 0, fits.stdout


@pytest.mark.slow
def test_the_package_installed_without_its_source_has_all_that_it_needs(tmp_path):
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(tmp_path / "there")]
    installed = pip("install", *options, str(paths.ROOT))
    assert installed.returncode == 0, installed.stderr
    source = paths.ROOT / "kukar_analysis"
    data = {p.relative_to(source) for p in source.rglob("*") if p.is_file()}
    data = {path for path in data if "__pycache__" not in path.parts}
    there = tmp_path / "there" / "kukar_analysis"
    assert sorted(map(str, (path for path in data if not (there / path).is_file()))) == []
    modules = "kukar_analysis, kukar_analysis.cli, kukar_analysis.report.publish"
    code = f"import {modules}; print(kukar_analysis.__file__)"
    used = subprocess.run(
        [sys.executable, "-P", "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "there")},
    )
    assert str(tmp_path) in used.stdout, used.stderr
