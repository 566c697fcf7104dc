"""Only what has changed is made, and the new set is published whole or not at all."""

import dataclasses
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from making import REGION, Small, bytes_of, report
from reading import kernels, tables_from

from kukar_analysis import store
from kukar_analysis.errors import ReportError
from kukar_analysis.report import fingerprint, make, publish, record, state, workbook
from kukar_analysis.report.engine import fork
from kukar_analysis.report.limits import Limits

RALAT = "2023/surat.pdf#p1:r1: superseded by 2023/surat-ralat.pdf#p1:r1: score 2.6 -> 2.8"


@contextmanager
def standing_in(folder):
    """Read notebooks from this folder, and write a short annex: the real one takes a second."""

    def short(year, regions, path, made, raw):
        path.with_suffix(".tmp").write_text(f"{year} {regions} {made.data}")
        path.with_suffix(".tmp").replace(path)

    with pytest.MonkeyPatch.context() as patch, kernels():
        patch.setattr(store, "NOTEBOOKS", folder / "notebooks")
        patch.setattr(workbook, "write", short)
        yield


@pytest.fixture(scope="module")
def base(processed, tmp_path_factory):
    """Make the reports of two small notebooks once; only copied."""
    found = Small(tmp_path_factory.mktemp("base"), processed)
    found.write("satu", "year")
    found.write("dua", "region")
    with tables_from(processed), standing_in(found.folder):
        made = found.make("satu", "dua")
    assert (made.made, made.failed, made.kept, made.waiting, made.all_done) == (2, 0, 0, 0, True)
    return found


@pytest.fixture
def published(base, tmp_path, processed_env):
    """Return a copy of the two notebooks and their published reports."""
    shutil.copytree(base.folder, tmp_path, dirs_exist_ok=True)
    with standing_in(tmp_path):
        yield Small(tmp_path, processed_env)


@pytest.fixture
def small(published):
    """Return the two notebooks, of which no report has been made."""
    shutil.rmtree(published.target)
    return published


def inodes_of(folder):
    """Return every file's inode with an open handle, so that what was linked can be read later."""
    return {path: path.open("rb") for path in folder.rglob("*") if path.is_file()}


# What is made


def test_what_was_made_and_has_not_changed_is_not_made_again(published):
    before = bytes_of(published.target)
    made = published.make("satu", "dua")
    assert (made.made, made.kept, made.all_done) == (0, 2, True)
    assert published.made() == []
    after = bytes_of(published.target)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"index.html", "manifest.json", state.FILE}
    assert after.keys() == before.keys()
    assert published.left() == []


def test_a_changed_notebook_is_made_again_and_no_other(published):
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").kept == 1
    assert published.made() == ["satu"]
    assert "2024" in published.shown("satu")


def test_other_parameters_make_a_report_again(published):
    assert published.make(report("satu", region="35.07"), "dua").kept == 1
    assert published.made() == ["satu"]


def test_force_makes_what_has_not_changed(published):
    made = published.make("satu", "dua", force=True)
    assert (made.made, made.kept) == (2, 0)
    assert published.made() == ["dua", "satu"]


def test_rows_that_a_notebook_read_make_it_again_when_they_change_and_others_do_not(
    small, tables, tmp_path
):
    small.processed = tmp_path / "tables"
    shutil.copytree(os.environ[store.PROCESSED_VARIABLE], small.processed)
    look = "from kukar_analysis import store\nlen(store.read('programmes', year=2022))"
    small.write("satu", look)
    small.make("satu", "dua", asked="a")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.PROCESSED_VARIABLE, str(small.processed))
        scores = tables["component_scores"].copy()
        scores.loc[0, "score"] = 3.99
        store.write_all({"component_scores": scores}, small.processed)
        assert small.make("satu", "dua").kept == 2
        programmes = tables["programmes"].copy()
        programmes.loc[programmes["year"] == 2022, "budget"] = 1.0
        store.write_all({"programmes": programmes}, small.processed)
        assert small.make("satu", "dua").kept == 1
        assert small.made() == ["satu"]


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[: len(content) // 2], lambda content: b"", lambda content: b"{}"],
    ids=["cut", "empty", "another content"],
)
@pytest.mark.parametrize("name", [f"{REGION}/satu.html", f"{REGION}/satu.ipynb"])
def test_a_page_or_notebook_that_is_cut_is_made_again(published, name, spoil):
    path = published.target / name
    whole = path.read_bytes()
    path.write_bytes(spoil(whole))
    assert published.make("satu", "dua").kept == 1
    assert published.made() == ["satu"]
    assert len(path.read_bytes()) > len(whole) / 2


@pytest.mark.parametrize("spoil", [b"", b'{"format": 1, "uses"', b'{"format": 2}', b"[]"])
def test_a_record_that_cannot_be_believed_makes_everything_again(published, spoil):
    (published.target / state.FILE).write_bytes(spoil)
    assert published.make("satu", "dua").made == 2
    assert published.make("satu", "dua").kept == 2


def test_a_manifest_that_is_cut_makes_everything_again(published):
    path = published.target / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])
    assert published.make("satu", "dua").made == 2
    assert set(published.entries()) == {"satu", "dua"}
    assert published.make("satu", "dua").kept == 2


def test_a_page_that_is_cut_while_others_are_made_is_made_when_it_is_asked_for(published):
    path = published.target / REGION / "dua.html"
    path.write_bytes(path.read_bytes()[:100])
    published.write("satu", "year + 1")
    published.make("satu", asked="satu")
    assert published.make("dua", asked="dua").made == 1
    assert "64.02" in published.shown("dua")


def test_a_lost_index_is_written_anew_and_nothing_made(published):
    (published.target / "index.html").unlink()
    assert published.make("satu", "dua").kept == 2
    assert (published.target / "index.html").is_file()


def test_a_report_that_fails_keeps_its_page_and_is_made_next_time(published):
    before = published.shown("satu")
    published.write("satu", "year + 1", "1 / 0")
    made = published.make("satu", "dua")
    assert (made.made, made.failed, made.kept, made.all_done) == (0, 1, 1, False)
    (line,) = published.warned
    assert line.startswith(f"[1/1] {REGION}/satu  failed: cell ")
    assert line.endswith("(1 / 0): ZeroDivisionError: division by zero")
    assert published.shown("satu") == before
    assert published.entries()["satu"]["status"] == "failed"
    assert published.state.asked == {}, "the words are asked again: one is missing"
    assert published.make("satu", "dua").failed == 1
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").made == 1
    assert "2024" in published.shown("satu")
    assert published.left() == []


@pytest.mark.parametrize("spoil", ["unlink", "touch"])
def test_a_report_that_cannot_be_made_into_a_page_fails_alone(published, monkeypatch, spoil):
    usual = make.run.run

    def spoiled(reports, folder, **options):
        outcomes = usual(reports, folder, **options)
        (lost,) = [o.notebook for o in outcomes if o.report.notebook == "satu"]
        lost.unlink()
        if spoil == "touch":
            lost.touch()
        return outcomes

    monkeypatch.setattr(make.run, "run", spoiled)
    before = published.shown("satu")
    made = published.make("satu", "dua", force=True)
    assert (made.made, made.failed, made.all_done) == (1, 1, False)
    (line,) = published.warned
    assert line.startswith(f"{REGION}/satu  failed: its notebook cannot be made into a page: ")
    assert published.shown("satu") == before
    assert published.entries()["satu"]["status"] == "failed"
    assert published.entries()["dua"]["status"] == "complete"
    monkeypatch.setattr(make.run, "run", usual)
    assert published.make("satu", "dua").made == 1


def test_an_annex_that_cannot_be_made_is_named_and_the_pages_are_published(small):
    def fails(*arguments, **options):
        raise KeyError("kolom")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook, "write", fails)
        made = small.make("satu", "dua", excel=True)
    assert (made.made, made.failed, made.all_done) == (2, 0, False)
    assert small.warned == ["2023/lampiran-2023.xlsx  failed: KeyError: 'kolom'"]
    assert "2023" in small.shown("satu")


def test_an_annex_is_made_when_it_is_asked_for_and_goes_when_its_year_is_made_anew(published):
    annex = published.target / "2023" / "lampiran-2023.xlsx"
    assert not annex.exists()
    assert published.make("satu", "dua", excel=True).kept == 2
    assert annex.read_text().startswith("2023 ")
    assert published.make("satu", "dua").kept == 2
    assert annex.exists()
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").made == 1
    assert not annex.exists()


def test_what_a_page_does_not_show_of_its_notebook_is_said_in_a_line(published):
    published.write("satu", "from IPython.display import Javascript\nyear\nJavascript('1')")
    assert published.make("satu", "dua").all_done
    (line,) = published.warned
    assert line.startswith("notebooks/satu.ipynb, cell ")
    assert "a script is left out; the notebook beside the page has it" in line


def test_an_unreadable_notebook_fails_alone_and_is_named(published):
    path = published.folder / "notebooks" / "satu.ipynb"
    path.write_text("<<<<<<< HEAD\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    published.write("dua", "region + region")
    made = published.make("satu", "dua")
    assert (made.made, made.failed) == (1, 1)
    (line,) = published.warned
    assert line.startswith(f"[1/2] {REGION}/satu  failed: notebooks/satu.ipynb: JSONDecodeError: ")
    assert published.made() == ["dua"]


def test_the_words_that_are_asked_are_the_key(published):
    def fresh(words):
        whole = make.Way(published.processed, store.RAW).whole()
        return state.nothing_to_do(published.target, words, whole)

    assert (fresh("semua"), fresh("satu saja")) == (2, None)
    published.make("satu", asked="satu saja")
    assert (fresh("semua"), fresh("satu saja")) == (2, 1)
    published.write("tiga", "year")
    assert fresh("semua") is None
    published.make("satu", asked="satu saja")
    assert (fresh("semua"), fresh("satu saja")) == (None, 1)


# Kept reports, and those that a correction replaced


@pytest.fixture
def corrected(published, monkeypatch):
    """Let a correction of the year arrive with the next run, after both reports were made."""
    found = dataclasses.replace(
        record.run_record(published.processed),
        corrections=[RALAT],
        made_at=datetime.now(UTC) + timedelta(days=9),
        inputs={"a": "b"},
    )
    monkeypatch.setattr(record, "run_record", lambda processed: found)
    return found


def test_a_correction_that_a_report_does_not_show_leaves_it_as_it_is(published, corrected):
    before = published.shown("dua")
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").kept == 1
    entries = published.entries()
    assert len(entries["satu"]["replaced"]) == 1
    assert (entries["dua"]["replaced"], entries["dua"]["data"]) == ([], corrected.data)
    assert published.shown("dua") == before
    assert "Halaman ini sudah diganti" not in published.shown("satu")


@pytest.mark.usefixtures("corrected")
def test_a_report_that_is_marked_as_replaced_is_made_when_it_is_asked_for(published):
    published.write("satu", "year + 1")
    published.make("satu", asked="satu")
    assert "Halaman ini sudah diganti" in published.shown("dua")
    assert published.make("satu", "dua").made == 1
    assert published.made() == ["dua"]
    assert "Halaman ini sudah diganti" not in published.shown("dua")
    assert published.entries()["dua"]["status"] == "complete"
    assert published.make("satu", "dua").kept == 2


# What changes while a run goes on, and runs that end before they are done


def test_a_notebook_that_changes_meanwhile_lets_nothing_be_published(published):
    before = bytes_of(published.target)
    other = published.folder / "notebooks" / "dua.ipynb"
    published.write("satu", f"open({str(other)!r}, 'a').write(' ')\nyear + 1")
    with pytest.raises(ReportError, match="changed while reports were made, so nothing was"):
        published.make("satu")
    assert bytes_of(published.target) == before


def test_what_was_made_before_something_changed_is_taken_up_by_the_next_run(small):
    pause = "import time\nwhile not __import__('os').path.exists({!r}):\n    time.sleep(0.05)"
    go = small.folder / "lanjut"
    small.write("dua", pause.format(str(go)))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(small.make, "satu", "dua")
        note = small.folder / ".laporan.work" / "made" / REGION / "satu.json"
        deadline = time.monotonic() + 30
        while not note.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        small.write("dua", "region")
        go.touch()
        with pytest.raises(ReportError):
            running.result()
    assert not small.target.exists()
    assert small.make("satu", "dua").made == 2
    assert small.said[0].startswith(f"going on with what process {os.getpid()} on ")
    assert "1 reports were made before" in small.said
    assert small.made() == ["dua"]
    assert small.left() == []


def test_what_was_made_while_it_changed_is_not_taken_up(small):
    source = small.folder / "notebooks" / "satu.ipynb"
    changed = "nbformat.read(p, 4); n.cells[-1].source = 'year + 7'; nbformat.write(n, p)"
    small.write("satu", f"import nbformat\np = {str(source)!r}\nn = {changed}\nyear")
    with pytest.raises(ReportError):
        small.make("satu")
    assert "year + 7" in source.read_text(encoding="utf-8")
    assert small.make("satu").made == 1
    assert small.made() == ["satu"]
    assert "2030" in small.shown("satu")


def test_what_a_killed_run_made_is_taken_up_only_as_it_was_made(small, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(publish, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.make("satu", "dua")
    small.write("satu", "year + 1")
    kept = small.folder / ".laporan.work" / "made" / REGION / "dua.ipynb"
    with kept.open("a", encoding="utf-8") as file:
        file.write(" ")
    assert small.make("satu", "dua").made == 2
    assert small.made() == ["dua", "satu"], "one has changed, the other is not as it was made"
    assert "2024" in small.shown("satu")


def test_what_a_killed_run_made_is_not_taken_up_by_a_forced_one(small, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(publish, "publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.make("satu", "dua")
    assert small.make("satu", "dua", force=True).made == 2
    assert small.made() == ["dua", "satu"]


def test_publishing_that_breaks_off_leaves_the_published_files_as_they_were(published, monkeypatch):
    opened = inodes_of(published.target)
    before = bytes_of(published.target)
    published.write("satu", "year + 1")
    with monkeypatch.context() as patch:
        patch.setattr(publish, "relist", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            published.make("satu", "dua")
    assert bytes_of(published.target) == before
    assert published.make("satu", "dua").made == 1
    for path, file in opened.items():  # links to the files of the set that was, now gone
        with file:
            assert file.read() == before[path.relative_to(published.target).as_posix()]


def test_the_record_of_the_old_set_is_not_written_to(published, monkeypatch):
    path = published.target / state.FILE
    before = path.read_bytes()

    def stopped(*_):
        raise OSError(28, "No space left on device", "laporan")

    monkeypatch.setattr("kukar_analysis.report.folder._exchange", stopped)
    published.write("satu", "year + 1")
    with pytest.raises(OSError, match="No space left"):
        published.make("satu", "dua")
    assert path.read_bytes() == before


# Limits


def test_a_notebook_that_hangs_is_named_with_cell_and_limit_and_the_others_are_made(small):
    small.write("macet", "1", "while True: pass  # macet")
    small.write("lama", "import time", *(["time.sleep(0.7)"] * 40))
    made = small.make("macet", "satu", "lama", "dua", limits=Limits(1, 4))
    assert (made.made, made.failed) == (2, 2)
    said = {line.split()[1].rpartition("/")[2]: line for line in small.warned}
    assert said["macet"].endswith("(while True: pass  # macet): it hangs: a cell may take 1 s")
    assert said["lama"].endswith("(time.sleep(0.7)): it hangs: the notebook may take 4 s")
    assert all(line.count("\n") == 0 for line in small.warned)
    assert small.made() == ["dua", "satu"]
    kernels = [p for p in psutil.Process().children(recursive=True) if p.cpu_percent(0.1) > 50]
    assert kernels == []


# Paper


@pytest.fixture
def printing(monkeypatch):
    """Let printing write which sheet and page it was asked for: paper itself has its own tests."""
    from kukar_analysis.report import paper

    class Printer:
        def __init__(self, sheet):
            self.sheet = sheet

    def page(printer, folder, name):
        target = paper.page_of(folder, name)
        temporary = target.with_suffix(".tmp")
        temporary.write_text(f"{printer.sheet} {fingerprint.of_file(folder / f'{name}.html')}")
        temporary.replace(target)  # what stands there is a link to the published one

    monkeypatch.setattr(paper, "Printer", Printer)
    monkeypatch.setattr(paper, "page", page)
    monkeypatch.setattr(paper, "year", lambda printer, folder, *_: None)
    return paper


def sheets(small):
    return {p.stem: p.read_text().split()[0] for p in (small.target / REGION).glob("*.pdf")}


@pytest.mark.usefixtures("printing")
def test_what_was_made_without_paper_is_printed_when_it_is_asked_for(published):
    assert sheets(published) == {}
    assert published.make("satu", "dua", asked="A4", sheet="A4").kept == 2
    assert sheets(published) == {"satu": "A4", "dua": "A4"}
    published.make("satu", "dua", asked="A4", sheet="A4")
    assert not any(".pdf" in line and line.startswith("[") for line in published.said)


@pytest.mark.usefixtures("printing")
def test_another_sheet_is_printed_anew_and_the_first_again_after_it(published):
    for sheet in ("A4", "F4", "A4"):
        assert sheet not in published.state.asked
        assert published.make("satu", "dua", asked=sheet, sheet=sheet).kept == 2
        assert sheets(published) == {"satu": sheet, "dua": sheet}
        assert sheet in published.state.asked


@pytest.mark.usefixtures("printing")
def test_a_printer_that_prints_otherwise_prints_anew(published, monkeypatch):
    published.make("satu", "dua", asked="A4", sheet="A4")
    real = fingerprint.metadata.version
    monkeypatch.setattr(
        fingerprint.metadata, "version", lambda name: "0.1" if name == "weasyprint" else real(name)
    )
    published.make("satu", "dua", asked="A4", sheet="A4")
    assert len([line for line in published.said if line.startswith("[")]) == 2


@pytest.mark.usefixtures("printing")
def test_a_page_made_anew_without_paper_has_no_print_of_the_old_one(published):
    published.make("satu", "dua", asked="A4", sheet="A4")
    published.make("satu", asked="satu", force=True)
    assert sheets(published) == {"dua": "A4"}
    assert list(published.state.asked) == ["satu"]
    published.make("satu", "dua", asked="A4", sheet="A4")
    printed = [line for line in published.said if line.startswith("[")]
    assert printed == [f"[1/1] {REGION}/satu.pdf"]
    assert sheets(published) == {"dua": "A4", "satu": "A4"}


def test_without_pango_pages_are_made_and_that_is_said(published, monkeypatch):
    from kukar_analysis.errors import PrinterError
    from kukar_analysis.report import paper

    def missing(sheet):
        raise PrinterError("pango is missing")

    monkeypatch.setattr(paper, "Printer", missing)
    made = published.make("satu", "dua", asked="A4", sheet="A4")
    assert (made.kept, made.printed, made.all_done) == (2, False, False)
    assert published.warned == ["kukar: no PDF was made: pango is missing"]
    assert "A4" not in published.state.asked


def test_where_kernels_cannot_be_forked_plain_ones_are_used_and_it_is_said_once(small, monkeypatch):
    monkeypatch.setattr(fork, "available", lambda: False)
    monkeypatch.setattr(fork, "preload", None)
    made = small.make("satu", "dua")
    assert (made.made, made.failed) == (2, 0)
    assert [line for line in small.said if "Linux only" in line] == [small.said[0]]
