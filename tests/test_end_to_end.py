"""From raw files to pages that say the printed numbers, as a user runs it."""

import shutil
import subprocess
import sys

import pytest
from making import bytes_of
from reading import Page, number, printed, raw

from kukar_analysis import paths, store

KUKARS_INDEX = "2023/64.02/02_indeks"
MALANGS_GOVERNANCE = "2023/35.07/03_pilar-governance"


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run the year for two reports in an empty folder, and return the folder and what it said."""
    folder = tmp_path_factory.mktemp("kantor")
    shutil.copytree(paths.RAW, folder / "raw")
    return folder, run(folder)


def run(folder, *how):
    """Run the year, by Python with these options, and return what ended."""
    places = ["--raw", "raw", "--processed", "tables", "--reports", "laporan"]
    asked = ["--year", "2023", "--region", "64.02", "--region", "35.07"]
    asked += ["--only", KUKARS_INDEX, "--only", MALANGS_GOVERNANCE]
    command = [sys.executable, *how, "-m", "kukar_analysis", "run", *places, *asked]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def page(ran, name):
    return Page((ran[0] / "laporan" / f"{name}.html").read_text(encoding="utf-8"))


def test_the_year_is_cleaned_checked_and_reported_and_nothing_else_is_written(ran):
    folder, ended = ran
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert any(line.startswith("12 berkas, ") for line in lines)
    assert "finals 2023: 130 of 130 agree" in lines
    assert "2 reports made, 0 failed, 0 up to date, 0 waiting" in lines
    assert lines[-1].endswith("index.html")
    found = sorted(path.name for path in folder.iterdir())
    assert found == [".laporan.cache", "laporan", "raw", "tables"]
    assert bytes_of(folder / "raw") == bytes_of(paths.RAW)
    pages = {f"{n}.{k}" for n in (KUKARS_INDEX, MALANGS_GOVERNANCE) for k in ("html", "ipynb")}
    own = {"index.html", "manifest.json", "pencarian.js"}
    assert {*bytes_of(folder / "laporan")} == pages | own
    tables = {f"{table}.parquet" for table in store.SCHEMAS}
    assert {*bytes_of(folder / "tables")} == tables | {store.MADE_FROM, "last_run.json"}


def test_kukars_page_says_2_82_and_the_73rd_of_130_and_its_components_as_printed(ran):
    found = page(ran, KUKARS_INDEX)
    assert "adalah 2,82 dari skala 4: peringkat 73 dari 130 daerah peserta" in found.text
    assert "bersama Kabupaten Solok" in found.text
    assert "2,82 hasil hitung balik, ±0,01" in found.text
    assert "menghasilkan 3,00, bukan 2,82" in found.text
    (line,) = [r for r in raw("2023/tabel-nasional-peserta.csv") if r["NO"] == "36"]
    (components,) = [t for t in found.tables if t.caption.startswith("Komponen")]
    heads = ["BASELINE", "OUTPUT", "OUTCOME", "IMPACT", "QUICK WINS", "PROGRAM KOLABORASI"]
    shown = [number(text) for text in components.column("Nilai")[:-1]]
    assert shown == [printed(line[head]) for head in heads]
    assert components.rows[-1][3] == "2,824"


def test_malangs_page_shows_every_governance_question_as_it_is_printed(ran):
    found = page(ran, MALANGS_GOVERNANCE)
    (questions,) = [t for t in found.tables if t.caption.startswith("Butir Smart Governance,")]
    lines = [r for r in raw("2023/nilai-butir-kab-malang.csv") if r["BLOK"] == "Governance"]
    shown = [number(text) for text in questions.column("Nilai")]
    assert shown == [printed(line["NILAI"]) for line in lines]
    assert len(shown) == 16
    (image,) = found.all("img")
    assert all(text in image["alt"] for text in questions.column("Butir"))


def test_nothing_to_do_is_said_without_pandas_and_what_is_gone_is_put_right(ran):
    again = run(ran[0], "-X", "importtime")
    assert again.returncode == 0
    assert again.stdout.startswith("nothing to do: 2 reports are as they would be made now\n")
    lines = again.stderr.splitlines()
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}
    assert {"typer", "kukar_analysis"} <= imported
    assert imported.isdisjoint({"pandas", "numpy", "pyarrow", "papermill", "nbformat"})
    gone = ran[0] / "laporan" / f"{KUKARS_INDEX}.html"
    before = gone.read_bytes()
    gone.unlink()
    assert "0 reports made, 0 failed, 2 up to date" in run(ran[0]).stdout
    assert gone.read_bytes() == before
