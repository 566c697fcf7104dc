"""`kukar lab` in a real browser: Indonesian, the right kernel, and a notebook that follows.

The desk stands in a copy of the project under git, so that nothing is saved into the one here.
"""

import contextlib
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect, sync_playwright
from reading import MALANG, awaited, tables_from

from kukar_analysis import store
from kukar_analysis.analysis import compare

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MARK = "KUKAR_DESK_OF_THIS_TEST"
"""Environment variable by which the processes that the desk started are known."""
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason="needs Debian's chromium: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy the project, beside a home whose own kernel `python3` cannot start."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("kukar_analysis", "notebooks", "data/raw"):
        left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(store.ROOT / part, folder / part, ignore=left_out)
    for part in ("Makefile", ".gitattributes"):
        shutil.copy(store.ROOT / part, folder / part)
    (folder / ".gitignore").write_text(".venv\nhome\nekspor\n.ipynb_checkpoints\n")
    (folder / ".venv").symlink_to(sys.prefix)
    named = "git -c user.name=Uji -c user.email=uji@example.invalid commit --quiet --message satu"
    for command in ("git init --quiet", "make --silent quiet", "git add .", named):
        subprocess.run(command.split(), cwd=folder, check=True)
    own = folder / "home" / ".local" / "share" / "jupyter" / "kernels" / "python3"
    own.mkdir(parents=True)
    spec = {"argv": ["false", "{connection_file}"], "display_name": "Milik sendiri"}
    (own / "kernel.json").write_text(json.dumps({**spec, "language": "python"}))
    return folder


def open_lab(project, *options):
    """Start `kukar lab`; return its process, what it said first, and its address."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    env |= {"HOME": str(project / "home"), "PYTHONPATH": str(project), MARK: str(project)}
    env.pop(store.PROCESSED_VARIABLE, None)
    command = [sys.executable, "-m", "kukar_analysis", "lab", "--no-browser", "--port", "0"]
    keyboard, terminal = pty.openpty()  # at a terminal Ctrl-C may well ask whether one is sure
    process = subprocess.Popen(
        [*command, *options],
        cwd=project,
        env=env,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(terminal)
    process.keyboard = keyboard
    said = ""
    for line in process.stdout:
        said += line
        address = re.search(r"http://127\.0\.0\.1:\S+", line)
        if address:
            return process, said, address[0]
    process.kill()
    raise AssertionError(f"no address was printed: {said}")


def close(process):
    """Press Ctrl-C once, as a terminal does; return the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.communicate(timeout=60)
    finally:
        process.kill()  # does nothing to one that has ended
        os.close(process.keyboard)
    return process.returncode


def left_behind(project):
    """Return the processes that still run and were started by the desk."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={project}".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.fixture(scope="module")
def lab(project, processed):
    process, said, address = open_lab(project, "--processed", str(processed))
    yield said, address
    close(process)


@pytest.fixture(scope="module")
def page(lab):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 2400})
        page.goto(lab[1])
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE)
        yield page
        browser.close()


OPEN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
"""The notebook in front."""


def ready(page):
    """Wait for the kernel of the notebook in front."""
    expect(page.locator(f"{OPEN} .jp-Toolbar-kernelName")).to_have_text("Python 3 (ipykernel)")
    status = page.locator(f"{OPEN} .jp-Notebook-ExecutionIndicator")
    expect(status).to_have_attribute("data-status", "idle")


def run_all(page):
    """Run all cells of the notebook in front."""
    page.locator(".lm-MenuBar-itemLabel", has_text="Jalankan").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Menjalakan Semua Sel$")).click()


@pytest.fixture(scope="module")
def explored(page):
    """Run all cells of jelajah and wait until the first figure and the last cell stand."""
    ready(page)
    run_all(page)
    expect(page.locator(f"{OPEN} figure.drawn img")).to_have_count(1)
    expect(page.locator(f"{OPEN} .items li").first).to_be_visible()
    return page


def chosen(page, label):
    """Return the widget of a label: a list to choose from, or a field to type into."""
    row = page.locator(f"{OPEN} .widget-inline-hbox", has=page.get_by_text(label, exact=True))
    return row.locator("select, input")


def test_it_opens_the_exploring_notebook_in_indonesian_on_this_python_alone(lab, page, project):
    labels = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert labels == [
        *("Berkas", "Sunting", "Tampilan", "Jalankan", "Kernel", "Tab", "Pengaturan", "Bantuan")
    ]
    expect(page.locator(".jp-Notebook h1")).to_contain_text("Jelajah")
    assert "Would you like" not in page.inner_text("body")
    assert (project / "home/.local/share/jupyter/kernels/python3").is_dir()
    address, token = lab[1].split("/lab/")[0], lab[1].split("token=")[1]
    with urllib.request.urlopen(f"{address}/api/kernelspecs?token={token}") as answer:
        spec = json.load(answer)["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][1:3] == ["-m", "ipykernel_launcher"]
    assert spec["display_name"] != "Milik sendiri"


def test_tables_figures_and_peers_follow_the_region_that_is_searched(explored):
    caption = explored.locator(
        f"{OPEN} caption", has_text="Kabupaten Kutai Kartanegara, 2023"
    ).first
    expect(caption).to_be_visible()
    place = chosen(explored, "Daerah")
    place.fill("Kabupaten Mal")
    names = [option.get_attribute("value") for option in explored.locator("datalist option").all()]
    assert "Kabupaten Malang" in names
    place.fill("Kabupaten Malang")
    place.press("Enter")
    caption = explored.locator(f"{OPEN} caption", has_text="Kabupaten Malang, 2023").first
    expect(caption).to_be_visible()
    figure = explored.locator(f"{OPEN} figure.drawn img")
    expect(figure).to_have_attribute("alt", re.compile("Baseline 3,60"))
    assert figure.evaluate("image => image.complete && image.naturalWidth > 300")
    peers = chosen(explored, "Pembanding").locator("option:checked").all_inner_texts()
    peers = [name.replace("\xa0", " ") for name in peers]
    assert "Kota Malang" in peers
    assert "Kota Samarinda" not in peers


def test_a_figure_is_traced_to_its_file_and_cell(explored):
    chosen(explored, "Angka").select_option(label="Komponen Kolaborasi")
    row = explored.locator(f"{OPEN} tr", has_text="baris 46, kolom 8")
    expect(row.first).to_be_visible()
    assert "2023/tabel-nasional-peserta.csv" in row.first.inner_text()


def test_what_is_shown_is_exported_unrounded(explored, project, processed):
    with tables_from(processed):
        expected = compare.components(2023, MALANG)["group_mean"]
    chosen(explored, "Tampilan").select_option(label="Komponen terhadap kelompok")
    expect(explored.locator(f"{OPEN} caption", has_text="terhadap kelompok")).to_be_visible()
    explored.locator(f"{OPEN} .jupyter-button", has_text="Simpan").click()
    expect(explored.locator(f"{OPEN} .widget-html", has_text="Ditulis")).to_be_visible()
    stem = project / "notebooks/ekspor/2023-35.07-komponen-terhadap-kelompok"
    for found in (pd.read_excel(f"{stem}.xlsx", engine="calamine"), pd.read_csv(f"{stem}.csv")):
        assert found["group_mean"].tolist() == pytest.approx(expected.tolist(), rel=1e-15)
    assert Path(f"{stem}.png").stat().st_size > 10_000


def test_a_notebook_that_was_run_and_saved_is_no_change_to_git(explored, project):
    path = project / "notebooks/jelajah.ipynb"
    before = path.stat().st_mtime_ns
    explored.locator(f'{OPEN} .jp-Toolbar [data-jp-item-name="save"]').click()
    awaited(lambda: path.stat().st_mtime_ns > before)
    # without locks: saving refreshes the index, and must not meet one that looks
    status = ["git", "--no-optional-locks", "-C", project, "status", "--porcelain"]
    awaited(lambda: not subprocess.run(status, capture_output=True, check=True).stdout)
    assert "execute_result" in path.read_text(encoding="utf-8")


def test_a_notebook_of_the_reports_runs_with_another_parameter(explored, lab):
    explored.goto(lab[1].replace("jelajah", "02_indeks") + "&reset")  # jelajah is not reopened
    expect(explored.locator(f"{OPEN} h1")).to_be_visible()
    ready(explored)
    explored.locator(f"{OPEN} .cm-line", has_text='region: str = "64.02"').click()
    expect(explored.locator(f"{OPEN} .cm-editor.cm-focused")).to_be_visible()
    explored.keyboard.press("Home")
    explored.keyboard.press("Shift+End")
    explored.keyboard.type('region: str = "35.07"')
    expect(explored.locator(f"{OPEN} .cm-line", has_text='str = "35.07"')).to_be_visible()
    run_all(explored)
    answer = explored.locator(f"{OPEN} .jp-OutputArea .answer", has_text="Kabupaten Malang")
    expect(answer.first).to_be_visible()


def test_without_tables_it_says_so_and_starts_and_ctrl_c_leaves_no_process(lab, project, tmp_path):
    process, said, address = open_lab(project, "--processed", str(tmp_path))
    assert "run `kukar clean`" in said
    assert "run `kukar clean`" not in lab[0]
    base, token = address.split("/lab/")[0], address.split("token=")[1]
    others = set(left_behind(project)) - {process.pid}
    kernel = urllib.request.Request(f"{base}/api/kernels?token={token}", data=b"{}", method="POST")

    def answered():
        with contextlib.suppress(urllib.error.URLError):  # it does not listen yet
            return urllib.request.urlopen(kernel).status

    try:
        assert awaited(answered) == 201
        started = set(left_behind(project)) - others
    finally:
        code = close(process)
    assert (code, len(started) > 1) == (0, True)
    awaited(lambda: not started & set(left_behind(project)))
