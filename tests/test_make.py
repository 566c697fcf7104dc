"""Only what the cache lacks is run, and the new set is published whole or not at all."""

import dataclasses
import shutil
from contextlib import contextmanager

import psutil
import pytest
from making import REGION, Small, bytes_of, report
from reading import kernels, tables_from

from kukar_analysis import paths
from kukar_analysis.errors import PrinterError, ReportError, UsageError
from kukar_analysis.report import cache, folder, make, page, paper, publish, workbook
from kukar_analysis.report.engine import fork
from kukar_analysis.report.limits import Limits

RALAT = "2023/surat.pdf#p1:r1: superseded by 2023/surat-ralat.pdf#p1:r1: score 2.6 -> 2.8"


@contextmanager
def standing_in(place):
    """Read notebooks from this folder, and write a short annex: the real one takes a second."""

    def short(year, regions, path, made, raw):
        path.write_text(f"{year} {regions} {made.data}")

    with pytest.MonkeyPatch.context() as patch, kernels():
        patch.setattr(paths, "NOTEBOOKS", place / "notebooks")
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
    """Return a copy of the two notebooks, their published reports, and the cache."""
    shutil.copytree(base.folder, tmp_path, dirs_exist_ok=True)
    with standing_in(tmp_path):
        yield Small(tmp_path, processed_env)


@pytest.fixture
def small(published):
    """Return the two notebooks, of which no report has been made."""
    shutil.rmtree(published.target)
    shutil.rmtree(published.cache)
    return published


# What is made


def test_what_was_made_and_has_not_changed_is_not_made_again(published):
    before = bytes_of(published.target)
    made = published.make("satu", "dua")
    assert (made.made, made.kept, made.all_done) == (0, 2, True)
    assert published.made() == []
    assert bytes_of(published.target) == before
    assert published.left() == [".laporan.cache"]
    assert published.sets() == []
    assert published.standing() == 2
    assert published.standing("satu saja") is None


def test_a_changed_notebook_is_made_again_and_no_other(published):
    before = published.shown("dua")
    published.write("satu", "year + 1")
    assert published.standing() is None
    assert published.make("satu", "dua").kept == 1
    assert published.made() == ["satu"]
    assert "2024" in published.shown("satu")
    assert published.shown("dua") == before
    assert published.make(report("satu", region="35.07"), "dua").kept == 1
    assert published.made() == ["satu"], "other parameters make it again too"


def test_force_makes_what_has_not_changed(published):
    made = published.make("satu", "dua", force=True)
    assert (made.made, made.kept) == (2, 0)
    assert published.made() == ["dua", "satu"]


def test_a_notebook_that_is_as_it_was_once_is_not_run_again(published):
    for cell in ("year + 1", "year"):
        published.write("satu", cell)
        published.make("satu", "dua")
    assert published.made() == []
    assert any("were made before and are taken from .laporan.cache" in s for s in published.said)
    assert "2024" not in published.shown("satu")


@pytest.mark.parametrize("spoil", [b"", b"{}"])
def test_an_executed_notebook_that_is_not_as_it_was_made_is_run_again(published, spoil):
    for path in (published.cache / "made").glob("*.ipynb"):
        path.write_bytes(spoil)
    assert published.make("satu", "dua").made == 2


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
    copy = published.target / publish.failed_copy(f"{REGION}/satu")
    assert copy.exists()
    assert published.standing() is None
    published.make("dua", asked="dua", force=True)
    assert copy.exists(), "it stays while its report fails"
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").made == 1
    assert "2024" in published.shown("satu")
    assert not copy.exists()
    assert published.left() == [".laporan.cache"]


def test_a_report_that_cannot_be_made_into_a_page_fails_alone(published, monkeypatch):
    usual, before = page.read, published.shown("satu")

    def fails(notebook):
        return 1 / 0 if notebook.stem == "satu" else usual(notebook)

    monkeypatch.setattr(page, "read", fails)
    made = published.make("satu", "dua", force=True)
    assert (made.made, made.failed) == (1, 1)
    (line,) = published.warned
    assert "satu  failed: its notebook cannot be made into a page: ZeroDivisionError" in line
    assert published.shown("satu") == before


def test_an_unreadable_notebook_fails_alone_and_is_named(published):
    path = published.folder / "notebooks" / "satu.ipynb"
    path.write_text("<<<<<<< HEAD\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    published.write("dua", "region + region")
    made = published.make("satu", "dua")
    assert (made.made, made.failed) == (1, 1)
    (line,) = published.warned
    assert line.startswith(f"[1/2] {REGION}/satu  failed: notebooks/satu.ipynb: JSONDecodeError: ")
    assert published.made() == ["dua"]


def test_what_a_page_lacks_and_what_looks_like_persons_data_is_said_at_once(published):
    script = "from IPython.display import Javascript\nyear\nJavascript('1')"
    published.write("satu", script, "print('NIK 6402011234567890, Jl. Merdeka No. 5')")
    assert published.make("satu", "dua").all_done
    lacks, *kinds = published.warned
    assert lacks.startswith("notebooks/satu.ipynb, cell ")
    assert "a script is left out; the notebook beside the page has it" in lacks
    said = f"{REGION}/satu: the page shows what looks like a "
    assert kinds == [
        f"{said}number of an identity card: look at it",
        f"{said}street address: look at it",
    ]


# What changes while a run goes on, and runs that end before they are done


def test_a_notebook_that_changes_meanwhile_lets_nothing_be_published(published):
    before = bytes_of(published.target)
    other = published.folder / "notebooks" / "dua.ipynb"
    published.write("satu", f"open({str(other)!r}, 'a').write(' ')\nyear + 1")
    with pytest.raises(ReportError, match="changed while reports were made, so nothing was"):
        published.make("satu")
    assert bytes_of(published.target) == before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make.run, "run", lambda *_, **__: None)
        with pytest.raises(ReportError, match=r"is not in \.laporan\.cache"):
            published.make("satu")  # what was made while it changed was not kept


@pytest.mark.parametrize("broken", ["write_lists", "keep"])
def test_a_run_that_breaks_off_goes_on_where_it_was(small, broken):
    small.make("satu")
    before = bytes_of(small.target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, broken, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            small.make("satu", "dua")
    assert (bytes_of(small.target) == before) == (broken == "write_lists")
    assert cache.faults(small.target) == []
    assert small.left() == [".laporan.cache"]
    assert small.make("satu", "dua").all_done
    assert small.made() == []
    assert set(small.entries()) == {"satu", "dua"}


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
    busy = [p for p in psutil.Process().children(recursive=True) if p.cpu_percent(0.1) > 50]
    assert busy == []


def test_where_kernels_cannot_be_forked_plain_ones_are_used_and_it_is_said_once(small, monkeypatch):
    monkeypatch.setattr(fork, "available", lambda: False)
    made = small.make("satu", "dua")
    assert (made.made, made.failed) == (2, 0)
    assert [line for line in small.said if "Linux only" in line] == [small.said[0]]


# What stands published


@pytest.mark.parametrize("name", [f"{REGION}/satu.html", f"{REGION}/satu.ipynb", "index.html"])
@pytest.mark.parametrize("lost", [True, False], ids=["gone", "changed"])
def test_a_published_file_that_is_changed_or_gone_is_put_right_from_the_cache(
    published, name, lost
):
    path, before = published.target / name, bytes_of(published.target)
    path.unlink()
    if not lost:
        path.write_bytes(b"diubah orang")
    assert published.standing() is None
    said = "hilang dari terbitan" if lost else "berubah sesudah terbit"
    assert cache.faults(published.target) == [f"{name} {said}"]
    assert published.make("satu", "dua").kept == 2
    assert cache.faults(published.target) == []
    after = bytes_of(published.target)
    assert (after.pop(f"diubah/{name}", None) == b"diubah orang") is not lost
    assert after.keys() == before.keys()
    assert all(after[n] == before[n] for n in before if n not in ("manifest.json", "index.html"))
    assert published.warned == [
        f"{name} was changed after it was published: kept as diubah/{name}"
    ] * (not lost)


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_file_that_somebody_saved_there_survives_and_is_said(published, monkeypatch, meanwhile):
    note, usual = published.target / REGION / "catatan.txt", folder._flush
    if meanwhile:  # after the new set was written, before it takes the place of the old one

        def saved(new):
            note.write_text("dari Bappeda")
            usual(new)

        monkeypatch.setattr(folder, "_flush", saved)
    else:
        note.write_text("dari Bappeda")
    published.write("satu", "year + 1")
    assert published.make("satu", "dua").all_done
    assert note.read_text() == "dari Bappeda"
    (line,) = published.warned
    assert line == f"{REGION}/catatan.txt is not of this program: kept as {REGION}/catatan.txt"
    assert cache.faults(published.target) == []


def test_a_set_without_a_manifest_is_kept_whole(published):
    (published.target / "manifest.json").write_text("{")
    published.make("satu", "dua")
    (place,) = published.sets()
    assert (place / REGION / "satu.html").exists()
    assert ".laporan.cache/sets" in published.warned[-1]
    assert set(published.entries()) == {"satu", "dua"}
    assert cache.faults(published.target) == []


def test_earlier_sets_share_nothing_are_bounded_and_put_back_by_one_command(published):
    for number in range(1, 6):
        published.write("satu", f"year + {number}")
        published.make("satu", "dua")
    assert len(published.sets()) == publish.KEPT
    assert [cache.faults(place) for place in published.sets()] == [[]] * publish.KEPT
    own = {p.stat().st_ino for p in published.target.rglob("*") if p.is_file()}
    kept = [p for place in published.sets() for p in place.rglob("*") if p.is_file()]
    assert own.isdisjoint(p.stat().st_ino for p in kept)
    before = bytes_of(published.sets()[-1])
    (published.target / "catatan.txt").write_text("dari Bappeda")
    publish.put_back(published.target, "last", published.said.append)
    shown = bytes_of(published.target)
    assert shown.pop("catatan.txt") == b"dari Bappeda"
    assert shown == before
    assert "2027" in published.shown("satu")
    assert published.standing() is None
    with pytest.raises(UsageError, match="no earlier set 'lain' of laporan is kept; kept, the"):
        publish.put_back(published.target, "lain", published.said.append)
    next(iter(published.sets()[-1].rglob("*.html"))).unlink()
    with pytest.raises(UsageError, match=r"is not as it was published: .* hilang"):
        publish.put_back(published.target, "last", published.said.append)


def test_what_is_not_used_any_more_is_cleared_within_a_bound(published, monkeypatch):
    made = published.cache / "made"
    published.write("satu", "year + 1")
    published.make("satu", "dua")
    assert len(list(made.glob("*.ipynb"))) == 3, "the one before may come again"
    monkeypatch.setattr(cache, "LARGEST", 0)
    (made / "lain.ipynb").write_text("half a run")
    published.write("satu", "year + 2")
    published.make("satu", "dua")
    assert {p.stem for p in made.iterdir()} == {e["key"] for e in published.entries().values()}


def test_a_page_of_a_corrected_year_says_so_until_it_is_made_again(published, monkeypatch):
    found = dataclasses.replace(make.run_record(published.processed), corrections=[RALAT])
    monkeypatch.setattr(make, "run_record", lambda processed: found)
    published.write("satu", "year + 1")
    published.make("satu")
    assert "Halaman ini sudah diganti" in published.shown("dua")
    assert published.entries()["dua"]["status"] == "replaced"
    assert "Halaman ini sudah diganti" not in published.shown("satu")
    published.make("satu", "dua")
    assert "Halaman ini sudah diganti" not in published.shown("dua")
    assert published.entries()["dua"]["status"] == "complete"


# Documents


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


def test_an_annex_that_cannot_be_made_is_named_and_the_pages_are_published(small):
    def fails(*arguments, **options):
        raise KeyError("kolom")

    with pytest.MonkeyPatch.context() as patch:  # undone before what `small` puts in its place
        patch.setattr(workbook, "write", fails)
        made = small.make("satu", "dua", excel=True)
    assert (made.made, made.failed, made.all_done) == (2, 0, False)
    assert small.warned == ["2023/lampiran-2023.xlsx  failed: KeyError: 'kolom'"]
    assert "2023" in small.shown("satu")


@pytest.fixture
def printing(monkeypatch):
    """Let printing write which sheet it was asked for: paper itself has its own tests."""

    class Printer:
        def __init__(self, sheet):
            self.sheet = sheet

    def printed(printer, place, name):
        (place / f"{name}.pdf").write_text(printer.sheet)

    monkeypatch.setattr(paper, "Printer", Printer)
    monkeypatch.setattr(paper, "page", printed)
    monkeypatch.setattr(paper, "year", lambda printer, *_: None)


def sheets(small):
    return {p.stem: p.read_text() for p in (small.target / REGION).glob("*.pdf")}


@pytest.mark.usefixtures("printing")
def test_pages_are_printed_when_that_is_asked_for_and_anew_where_they_or_the_sheet_change(
    published,
):
    def printed():
        return [s for s in published.said if s.startswith(REGION) and "laporan-" not in s]

    assert sheets(published) == {}
    for sheet in ("A4", "F4", "A4"):
        assert published.make("satu", "dua", asked=sheet, sheet=sheet).kept == 2
        assert sheets(published) == {"satu": sheet, "dua": sheet}
        assert len(printed()) == 2
    assert published.standing("A4") == 2
    published.make("satu", "dua", asked="A4", sheet="A4")
    assert printed() == []
    published.write("satu", "year + 1")
    published.make("satu", asked="satu")
    assert sheets(published) == {"dua": "A4"}, "none of the page that was"
    published.make("satu", "dua", asked="A4", sheet="A4")
    assert printed() == [f"{REGION}/satu.pdf"]
    assert sheets(published) == {"dua": "A4", "satu": "A4"}


def test_without_pango_pages_are_made_and_that_is_said(published, monkeypatch):
    def missing(sheet):
        raise PrinterError("pango is missing")

    monkeypatch.setattr(paper, "Printer", missing)
    made = published.make("satu", "dua", asked="A4", sheet="A4")
    assert (made.kept, made.documents, made.all_done) == (2, False, False)
    assert published.warned == ["kukar: no PDF was made: pango is missing"]
    assert published.standing("A4") is None
