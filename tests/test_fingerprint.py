"""Fingerprints tell what a report is made from by content, and nothing else."""

import importlib.metadata
import os
import subprocess
import sys

import pytest
from reading import write_notebook

from kukar_analysis.report import fingerprint

SOURCES = {
    "__init__.py": "",
    "a.py": "import os\nfrom kukar_analysis import b\n",
    "b.py": "def late():\n    from kukar_analysis.deep.c import x\n",
    "deep/__init__.py": "from kukar_analysis import d",
    "deep/c.py": "x = 1\n",
    "deep/other.py": "",
    "d.py": "",
    "e.py": "import kukar_analysis.a, kukar_analysis.b\n",
    "report/__init__.py": "",
    "report/site.py": "",
    "report/page.py": "from kukar_analysis.report import record\n",
    "report/record.py": "",
    "report/templates/page.html": "<main>",
    "definitions/pillars.csv": "pillar\n",
}
PAGES = {
    "report/__init__.py",
    "report/site.py",
    "report/page.py",
    "report/record.py",
    "report/templates/page.html",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Put an invented package of the same name into the place of ours."""
    folder = tmp_path / "kukar_analysis"
    for name, text in SOURCES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    caches = (fingerprint._modules, fingerprint._imported_by, fingerprint._closure)
    for found in caches:
        found.cache_clear()
    monkeypatch.setattr(fingerprint, "PACKAGE", folder)
    yield folder
    for found in caches:
        found.cache_clear()


def used_by(folder, *cells):
    """Return the files of the package that a notebook of these cells is made with."""
    return set(fingerprint.program_of(write_notebook(folder, "n", *cells, asks=None)))


def test_a_file_is_told_by_its_content(tmp_path):
    path = tmp_path / "a"
    assert fingerprint.of_file(path) == ""
    path.write_bytes(b"isi")
    one = fingerprint.of_file(path)
    os.utime(path, (1, 1))
    assert fingerprint.of_file(path) == one == fingerprint.of_text("isi")
    path.write_bytes(b"isi ")
    assert fingerprint.of_file(path) != one
    assert fingerprint.of_file(path / "di bawah berkas") == ""
    assert fingerprint.of_file(tmp_path) == "", "a folder with the name of a notebook"


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_any_file_of_the_package_changes_the_program(package, name):
    before = fingerprint.program()
    (package / name).write_text(SOURCES[name] + "# lain\n")
    assert fingerprint.program() != before
    (package / name).write_text(SOURCES[name])
    assert fingerprint.program() == before
    (package / name).rename(package / f"{name}.lain")
    assert fingerprint.program() != before


def test_compiled_files_and_times_do_not_change_the_program(package):
    before = fingerprint.program()
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"x")
    for path in package.rglob("*.py"):
        os.utime(path, (1, 1))
    assert fingerprint.program() == before


def test_a_notebook_is_made_with_what_it_imports_and_all_that_these_import(package, tmp_path):
    own = {"a.py", "b.py", "deep/__init__.py", "deep/c.py", "d.py"}
    assert used_by(tmp_path, "from kukar_analysis import a") == own | PAGES
    assert used_by(tmp_path, "import kukar_analysis.a") == own | PAGES
    assert used_by(tmp_path, "1", "if True:\n    import kukar_analysis.a as x") == own | PAGES
    assert used_by(tmp_path, "import kukar_analysis.deep.other") == {
        "deep/__init__.py",
        "deep/other.py",
        "d.py",
        *PAGES,
    }
    assert used_by(tmp_path, "import os") == PAGES


@pytest.mark.parametrize(
    "cell",
    ["import kukar_analysis as ka", "from kukar_analysis import a, ranks", "%load_ext a", "!ls"],
)
def test_where_it_cannot_be_told_a_notebook_is_made_with_every_module(package, tmp_path, cell):
    every = {name for name in SOURCES if name.endswith((".py", ".html"))} - {"__init__.py"}
    assert fingerprint.imported_by(write_notebook(tmp_path, "n", cell)) is None
    assert used_by(tmp_path, cell) == every


def test_a_changed_file_changes_its_own_fingerprint_only(package, tmp_path):
    notebook = write_notebook(tmp_path, "n", "from kukar_analysis import a", asks=None)
    before = fingerprint.program_of(notebook)
    (package / "deep/c.py").write_text("x = 2\n")
    (package / "e.py").write_text("")
    after = fingerprint.program_of(notebook)
    assert {name for name in after if after[name] != before[name]} == {"deep/c.py"}


@pytest.fixture
def places(package, tmp_path):
    """Return invented folders of notebooks, tables and raw files, and a file of each kind."""
    folders = tmp_path / "notebooks", tmp_path / "processed", tmp_path / "raw"
    write_notebook(folders[0], "n", "1")
    for path in (folders[1] / "a.parquet", folders[2] / "SOURCES.csv"):
        path.parent.mkdir()
        path.write_text("a")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "metode.md").write_text("metode")
    return folders


@pytest.mark.parametrize(
    "name",
    [
        "kukar_analysis/d.py",
        "kukar_analysis/definitions/pillars.csv",
        "notebooks/n.ipynb",
        "processed/a.parquet",
        "raw/SOURCES.csv",
        "docs/metode.md",
    ],
)
def test_whatever_reports_can_depend_on_changes_the_whole(places, tmp_path, name):
    before = fingerprint.whole(*places)
    path = tmp_path / name
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    assert fingerprint.whole(*places) != before
    path.write_bytes(content)
    os.utime(path, (1, 1))
    assert fingerprint.whole(*places) == before
    path.rename(path.with_name(f"lain-{path.name}"))
    assert fingerprint.whole(*places) != before


def test_what_no_report_depends_on_does_not(places, tmp_path):
    before = fingerprint.whole(*places)
    for name in ("notebooks/catatan.txt", "processed/README.md", "raw/surat.pdf", "docs/lain.md"):
        (tmp_path / name).write_text("lain")
    assert fingerprint.whole(*places) == before


@pytest.mark.parametrize("library", ["pandas", "matplotlib", "nbconvert", "weasyprint"])
def test_another_version_of_a_library_changes_the_whole(places, monkeypatch, library):
    before, version = fingerprint.whole(*places), importlib.metadata.version
    monkeypatch.setattr(
        fingerprint.metadata, "version", lambda name: "0" if name == library else version(name)
    )
    assert fingerprint.whole(*places) != before


def test_versions_are_of_the_interpreter_the_package_and_what_makes_pages():
    found = fingerprint.versions()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["pandas"] == importlib.metadata.version("pandas")
    assert {"kukar", "seaborn", "nbconvert", "jinja2"} <= set(found)


def test_taking_fingerprints_needs_the_standard_library_only():
    code = (
        "import sys\nfrom kukar_analysis import paths\n"
        "from kukar_analysis.report import fingerprint, limits, state\n"
        "fingerprint.whole(paths.NOTEBOOKS, paths.processed_dir(), paths.RAW)\n"
        "state.nothing_to_do(paths.REPORTS, '', 'x')\n"
        "print(*{name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # what the interpreter itself loads at its start (.pth files) is not ours
    bare = [sys.executable, "-c", code.splitlines()[0] + "\n" + code.splitlines()[-1]]
    start = subprocess.run(bare, capture_output=True, text=True, check=True).stdout.split()
    assert set(ended.stdout.split()) - set(start) == {"kukar_analysis"}
