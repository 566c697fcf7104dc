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

from kukar_analysis import paths
from kukar_analysis.analysis import compare

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MARK = "KUKAR_DESK_OF_THIS_TEST"
"""Environment variable by which the processes that the desk started are known."""
OPEN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
"""The notebook in front."""
MENUS = ["Berkas", "Sunting", "Tampilan", "Jalankan", "Kernel", "Tab", "Pengaturan", "Bantuan"]
expect.set_options(timeout=60_000)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Copy the project, beside a home whose own kernel `python3` cannot start."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("kukar_analysis", "notebooks", "data/raw"):
        left_out = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(paths.ROOT / part, folder / part, ignore=left_out)
    for part in ("Makefile", ".gitattributes"):
        shutil.copy(paths.ROOT / part, folder / part)
    (folder / ".gitignore").write_text(".venv\nhome\nekspor\n.ipynb_checkpoints\n")
    (folder / ".venv").symlink_to(sys.prefix)
    named = "git -c user.name=Uji -c user.email=uji@example.invalid commit --quiet --message satu"
    for command in ("git init --quiet", "make --silent quiet", "git add .", named):
        subprocess.run(command.split(), cwd=folder, check=True)
    own = folder / "home/.local/share/jupyter/kernels/python3/kernel.json"
    own.parent.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "Milik sendiri", "language": "python"}
    own.write_text(json.dumps(spec))
    return folder


@contextlib.contextmanager
def open_lab(project, processed):
    """Start `kukar lab`; give its process, what it said first, and its address; press Ctrl-C."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    env |= {"HOME": str(project / "home"), "PYTHONPATH": str(project), MARK: str(project)}
    env.pop(paths.PROCESSED_VARIABLE, None)
    command = [sys.executable, "-m", "kukar_analysis", "lab", "--no-browser", "--port", "0"]
    keyboard, terminal = pty.openpty()  # at a terminal Ctrl-C may well ask whether one is sure
    process = subprocess.Popen(
        [*command, "--processed", str(processed)],
        cwd=project,
        env=env,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    os.close(terminal)
    said = ""
    try:
        while not (address := re.search(r"http://127\.0\.0\.1:\S+", said)):
            said += (line := process.stdout.readline())
            assert line, f"no address was printed: {said}"
        yield process, said, address[0]
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    finally:
        process.kill()  # does nothing to one that has ended
        os.close(keyboard)


def left_behind(project):
    found = set()
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if f"{MARK}={project}".encode() in path.read_bytes():
                found.add(int(path.parent.name))
    return found


@pytest.fixture(scope="module")
def lab(project, processed):
    with open_lab(project, processed) as (_, said, address):
        yield said, address


@pytest.fixture(scope="module")
def page(lab):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 2400})
        page.goto(lab[1])
        yield page
        browser.close()


def run_all(page):
    expect(page.locator(f"{OPEN} .jp-Toolbar-kernelName")).to_have_text("Python 3 (ipykernel)")
    status = page.locator(f"{OPEN} .jp-Notebook-ExecutionIndicator")
    expect(status).to_have_attribute("data-status", "idle")
    page.locator(".lm-MenuBar-itemLabel", has_text="Jalankan").click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile("^Menjalakan Semua Sel$")).click()


@pytest.fixture(scope="module")
def explored(page):
    """Run all cells of jelajah and wait until the first figure and the last cell stand."""
    run_all(page)
    expect(page.locator(f"{OPEN} figure.drawn img")).to_have_count(1)
    expect(page.locator(f"{OPEN} .items li").first).to_be_visible()
    return page


def chosen(page, label):
    row = page.locator(f"{OPEN} .widget-inline-hbox", has=page.get_by_text(label, exact=True))
    return row.locator("select, input")


def captioned(page, words):
    expect(page.locator(f"{OPEN} caption", has_text=words).first).to_be_visible()


def test_it_opens_the_exploring_notebook_in_indonesian_on_this_python_alone(lab, page):
    expect(page.locator(".jp-Notebook h1")).to_contain_text("Jelajah")
    assert page.locator(".lm-MenuBar-itemLabel").all_inner_texts() == MENUS
    assert "Would you like" not in page.inner_text("body")
    address, token = lab[1].split("/lab/")[0], lab[1].split("token=")[1]
    with urllib.request.urlopen(f"{address}/api/kernelspecs?token={token}") as answer:
        spec = json.load(answer)["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][1:3] == ["-m", "ipykernel_launcher"]
    assert spec["display_name"] != "Milik sendiri"


def test_tables_figures_and_peers_follow_the_region_that_is_searched(explored):
    captioned(explored, "Kabupaten Kutai Kartanegara, 2023")
    place = chosen(explored, "Daerah")
    place.fill("Kabupaten Mal")
    names = [option.get_attribute("value") for option in explored.locator("datalist option").all()]
    assert "Kabupaten Malang" in names
    place.fill("Kabupaten Malang")
    place.press("Enter")
    captioned(explored, "Kabupaten Malang, 2023")
    figure = explored.locator(f"{OPEN} figure.drawn img")
    expect(figure).to_have_attribute("alt", re.compile("Baseline 3,60"))
    assert figure.evaluate("image => image.complete && image.naturalWidth > 300")
    peers = chosen(explored, "Pembanding").locator("option:checked").all_inner_texts()
    peers = {name.replace("\xa0", " ") for name in peers}
    assert {"Kota Malang", "Kota Samarinda"} & peers == {"Kota Malang"}


def test_a_figure_is_traced_to_its_file_and_cell(explored):
    chosen(explored, "Angka").select_option(label="Komponen Kolaborasi")
    row = explored.locator(f"{OPEN} tr", has_text="baris 46, kolom 8").first
    expect(row).to_be_visible()
    assert "2023/tabel-nasional-peserta.csv" in row.inner_text()


def test_what_is_shown_is_exported_unrounded(explored, project, processed):
    with tables_from(processed):
        expected = compare.components(2023, MALANG)["group_mean"]
    chosen(explored, "Tampilan").select_option(label="Komponen terhadap kelompok")
    captioned(explored, "terhadap kelompok")
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


def test_without_tables_it_says_so_and_starts_and_ctrl_c_leaves_no_process(lab, project, tmp_path):
    assert "run `kukar clean`" not in lab[0]
    before = left_behind(project)
    with open_lab(project, tmp_path) as (process, said, address):
        assert "run `kukar clean`" in said
        base, token = address.split("/lab/")[0], address.split("token=")[1]
        url = f"{base}/api/kernels?token={token}"

        def answered():
            with contextlib.suppress(urllib.error.URLError):  # it does not listen yet
                return urllib.request.urlopen(urllib.request.Request(url, b"{}")).status

        assert awaited(answered) == 201
        started = left_behind(project) - before
        assert started > {process.pid}
    assert process.returncode == 0
    awaited(lambda: not started & left_behind(project))
