"""environment.yml and requirements.lock are what pyproject.toml says, and they install."""

import os
import re
import subprocess
import tomllib
import venv

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


def test_condas_pip_section_installs_into_an_empty_environment(tmp_path):
    venv.create(tmp_path / "empty", with_pip=True)
    scripts = tmp_path / "empty" / ("Scripts" if os.name == "nt" else "bin")
    (requirements := tmp_path / "pip-section.txt").write_text("\n".join(pip_section()))
    # as conda does it: the section in a file of its own, run from the folder of environment.yml
    listed = requirements.read_text().replace("-r ", f"-r {store.ROOT.as_posix()}/")
    requirements.write_text(listed)
    quiet = ["--quiet", "--disable-pip-version-check"]

    def python(*arguments):
        command = [str(scripts / "python"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)

    installed = python("-m", "pip", "install", *quiet, "-r", str(requirements))
    assert installed.returncode == 0, installed.stderr
    package = ["--no-deps", "--no-build-isolation", str(store.ROOT)]
    assert python("-m", "pip", "install", *quiet, *package).returncode == 0
    assert python("-m", "pip", "check").returncode == 0
    used = python("-c", "import kukar_analysis.cli, kukar_analysis.report.publish")
    assert used.returncode == 0, used.stderr
