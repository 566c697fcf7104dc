"""README, codebook, method and changelog are true to the code."""

import re
import runpy
import subprocess
import tomllib

import pytest
import typer.main

import kukar_analysis
from kukar_analysis import check, framework, paths
from kukar_analysis.cli import app
from kukar_analysis.report import notebooks, registry

READMES = ("README.md", "README.id.md")
COMMANDS = sorted(n for n, c in typer.main.get_command(app).commands.items() if not c.hidden)


def text_of(name):
    return (paths.ROOT / name).read_text(encoding="utf-8")


def test_pages_made_from_the_code_are_current():
    made = runpy.run_path(paths.ROOT / "docs" / "pages.py")
    for name in made["PAGES"]:
        assert text_of(name) == made["page"](name), "run `make docs`"


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_names_what_there_is_and_all_of_it(readme):
    text, package = text_of(readme), paths.ROOT / "kukar_analysis"
    layout = re.findall(r"^([a-z_]+/[\w./]*)", text, flags=re.M)
    linked = re.findall(r"\]\(((?!http)[^)]+)\)", text)
    assert len(layout) >= 20
    assert len(linked) >= 5
    assert [path for path in layout + linked if not (paths.ROOT / path).exists()] == []
    modules = [p.name for p in package.glob("*.py") if not p.name.startswith("__")]
    folders = [f"{p.name}/" for p in package.iterdir() if p.is_dir() and p.name != "__pycache__"]
    assert [name for name in modules + folders if f"kukar_analysis/{name}" not in text] == []
    assert sorted(set(re.findall(r"^\| `kukar ([a-z-]+)`", text, re.M))) == COMMANDS
    targets = re.findall(r"^make (\w+)", text, flags=re.M)
    assert targets == ["report", "test", "demo", "bench"]
    assert all(re.search(rf"^{target}:", text_of("Makefile"), re.M) for target in targets)
    own = {found.notebook for found in notebooks.own()}  # an analyst's, which nothing names
    named = {path.stem for path in paths.NOTEBOOKS.glob("*.ipynb")} - own
    assert [stem for stem in sorted(named) if stem not in text] == []


def test_both_readmes_have_the_same_parts_and_figures():
    english, indonesian = (text_of(name) for name in READMES)
    for said in (r"^(?:#+|\d\.) ", r"\d+"):
        found = [re.findall(said, t.replace(",", "."), re.M) for t in (english, indonesian)]
        assert sorted(found[0]) == sorted(found[1])


@pytest.mark.usefixtures("processed_env")
def test_the_figures_of_the_readme_are_those_of_the_tables_the_checks_and_the_registry(tables):
    files = tables["files"]
    said = check.counted(check.check(tables))
    checked = {"finals of 2022": "finals 2022", "finals of 2023": "finals 2023"}
    checked |= {"improvements": "improvements 2023", "component means": "component means"}
    agree = {words: said[rule].split(": ")[1].split(" agree")[0] for words, rule in checked.items()}
    more = said["improvements 2023"].split("; ")[1].split(" ")[0]
    added = {one.notebook for one in notebooks.own()}
    states = [report.status for report in registry.reports() if report.notebook not in added]
    incomplete, waiting = states.count("incomplete"), states.count("waiting")
    text = " ".join(text_of("README.md").split())
    for expected in (
        f"{len(files)} files with {files['rows_read'].sum()} records",
        f"{files['rows_kept'].sum()} records are kept, {files['rows_rejected'].sum()} is rejected",
        f"{files['rows_duplicate'].sum()} are duplicates",
        f"{len(tables['question_scores'])} question scores",
        f"{len(tables['component_scores'])} component scores",
        f"{len(tables['index_scores'])} index lines",
        f"{len(tables['programmes'])} quick wins",
        f"{len(tables['pillar_agencies'])} agency counts",
        f"{len(tables['official_statistics'])} statistics",
        *(f"{words} {n}" for words, n in agree.items()),
        f"({more} more",
        f"{len(states) - waiting} reports are made, {incomplete} of them incomplete,"
        f" and {waiting} more",
    ):
        assert expected in text


def test_the_weights_of_the_method_are_those_of_the_definitions():
    rows = re.findall(r"^\| (\d{4}-[a-z-]+)[^|]*\|(.+)\|$", text_of("docs/metode.md"), re.M)
    fw = framework.load()
    assert [name for name, _ in rows] == list(fw.editions)
    for name, cells in rows:
        printed = [cell.strip() for cell in cells.split("|")]
        assert printed == [str(fw.weights[name].get(component, "–")) for component in fw.components]


def test_one_version_everywhere():
    project = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[(.+?)\]", text_of("CHANGELOG.md"), re.M)[1]
    assert project == newest == kukar_analysis.__version__


def test_no_file_names_a_machine_path_or_a_package_registry():
    parts = ("py" + "pi.org", "python" + "hosted", "deb" + "ian.org", "npm" + "js.org")
    forbidden = [*parts, "/ro" + "ot/", "/ho" + "me/", str(paths.ROOT) + "/"]
    command = ["git", "-C", str(paths.ROOT), "ls-files", "-co", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    files = [paths.ROOT / name for name in listed.splitlines()]
    contents = {path: path.read_bytes() for path in files if path.is_file()}
    found = [
        (n, word) for n, text in contents.items() for word in forbidden if word.encode() in text
    ]
    assert found == []
