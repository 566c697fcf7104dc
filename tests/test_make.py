"""Only what the cache lacks is run, and the new set is published whole or not at all."""

import dataclasses
import shutil
from contextlib import contextmanager

import pytest
from making import REGION, Small, bytes_of
from reading import kernels, tables_from

from kukar_analysis import paths
from kukar_analysis.errors import PrinterError, ReportError, UsageError
from kukar_analysis.report import cache, folder, make, page, paper, publish, workbook
from kukar_analysis.report.engine import fork

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
    assert made == {"made": 2, "failed": 0, "kept": 0, "waiting": 0, "done": True}
    return found


@pytest.fixture
def published(base, tmp_path, processed_env):
    """Return a copy of the two notebooks, their published reports, and the cache."""
    shutil.copytree(base.folder, tmp_path, dirs_exist_ok=True)
    with standing_in(tmp_path):
        yield Small(tmp_path, processed_env)


# What is made


def test_what_was_made_and_has_not_changed_is_not_made_again(published):
    before = bytes_of(published.target)
    made = published.make("satu", "dua")
    assert (made["made"], made["kept"], made["done"]) == (0, 2, True)
    assert bytes_of(published.target) == before
    assert published.left() == [".laporan.cache"]
    assert published.sets() == []
    assert published.standing() == 2
    assert published.standing(only=["satu"]) is None
    made = published.make("satu", "dua", force=True)
    assert (made["made"], made["kept"]) == (2, 0)


def test_a_changed_notebook_is_made_again_and_no_other_and_what_was_once_is_not_run(published):
    before = published.shown("dua")
    published.write("satu", "year + 1")
    assert published.standing() is None
    assert published.make("satu", "dua")["kept"] == 1
    assert published.made() == ["satu"]
    assert "2024" in published.shown("satu")
    assert published.shown("dua") == before
    published.write("satu", "year")
    published.make("satu", "dua")
    assert published.made() == []
    assert published.said[0] == "1 reports were made before and are taken from .laporan.cache"
    assert "2024" not in published.shown("satu")


@pytest.mark.parametrize("spoil", [b"", b"{}"])
def test_an_executed_notebook_that_is_not_as_it_was_made_is_run_again(published, spoil):
    for path in (published.cache / "made").glob("*.ipynb"):
        path.write_bytes(spoil)
    assert published.make("satu", "dua")["made"] == 2


def test_a_report_that_fails_keeps_its_page_and_is_made_next_time(published):
    before = published.shown("satu")
    published.write("satu", "year + 1", "1 / 0")
    made = published.make("satu", "dua")
    assert made == {"made": 0, "failed": 1, "kept": 1, "waiting": 0, "done": False}
    (line,) = published.warned
    assert line.startswith(f"[1/1] {REGION}/satu  failed: cell ")
    assert line.endswith("(1 / 0): ZeroDivisionError: division by zero")
    assert published.shown("satu") == before
    assert published.entries()["satu"]["status"] == "failed"
    (copy,) = (published.target / publish.FAILED).iterdir()
    assert copy.name == "2023_64.02_satu.ipynb"
    assert published.standing() is None
    published.write("satu", "year + 1")
    assert published.make("satu", "dua")["made"] == 1
    assert "2024" in published.shown("satu")
    assert not copy.exists()
    assert published.left() == [".laporan.cache"]


def test_a_report_that_cannot_be_made_into_a_page_fails_alone(published, monkeypatch):
    usual, before = page.read, published.shown("satu")

    def fails(notebook):
        return 1 / 0 if notebook.stem == "satu" else usual(notebook)

    monkeypatch.setattr(page, "read", fails)
    made = published.make("satu", "dua", force=True)
    assert (made["made"], made["failed"]) == (1, 1)
    (line,) = published.warned
    assert "satu  failed: its notebook cannot be made into a page: ZeroDivisionError" in line
    assert published.shown("satu") == before


def test_what_a_page_lacks_and_what_looks_like_persons_data_is_said_at_once(published):
    script = "from IPython.display import Javascript\nyear\nJavascript('1')"
    published.write("satu", script, "print('NIK 6402011234567890, Jl. Merdeka No. 5')")
    assert published.make("satu", "dua")["done"]
    lacks, *kinds = published.warned
    assert lacks.startswith("notebooks/satu.ipynb, cell ")
    assert "a script is left out; the notebook beside the page has it" in lacks
    said = f"{REGION}/satu: the page shows what looks like a "
    found = ("number of an identity card", "street address")
    assert kinds == [f"{said}{kind}: look at it" for kind in found]


# What changes while a run goes on, and runs that end before they are done


def test_a_notebook_that_changes_meanwhile_lets_nothing_be_published(published, monkeypatch):
    before = bytes_of(published.target)
    other = published.folder / "notebooks" / "dua.ipynb"
    published.write("satu", f"open({str(other)!r}, 'a').write(' ')\nyear + 1")
    with pytest.raises(ReportError, match="changed while reports were made, so nothing was"):
        published.make("satu")
    assert bytes_of(published.target) == before
    monkeypatch.setattr(make.run, "run", lambda *_, **__: None)
    with pytest.raises(ReportError, match=r"is not in \.laporan\.cache"):
        published.make("satu")  # what was made while it changed was not kept


@pytest.mark.parametrize("broken", ["write_lists", "keep"])
def test_a_run_that_breaks_off_goes_on_where_it_was(published, broken):
    published.write("satu", "year + 1")
    before = bytes_of(published.target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, broken, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            published.make("satu", "dua")
    assert (bytes_of(published.target) == before) == (broken == "write_lists")
    assert cache.faults(published.target) == []
    assert published.left() == [".laporan.cache"]
    assert published.make("satu", "dua")["done"]
    assert published.made() == []
    assert "2024" in published.shown("satu")


def test_where_kernels_cannot_be_forked_plain_ones_are_used_and_it_is_said(published, monkeypatch):
    monkeypatch.setattr(fork, "available", lambda: False)
    published.write("satu", "year + 1")
    assert published.make("satu", "dua")["made"] == 1
    assert "Linux only" in published.said[0]


# What stands published


@pytest.mark.parametrize("name", [f"{REGION}/satu.html", "index.html"])
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
    assert published.make("satu", "dua")["kept"] == 2
    assert cache.faults(published.target) == []
    after = bytes_of(published.target)
    assert (after.pop(f"diubah/{name}", None) == b"diubah orang") is not lost
    assert after.keys() == before.keys()
    assert all(after[n] == before[n] for n in before if n not in ("manifest.json", "index.html"))
    changed = f"{name} was changed after it was published: kept as diubah/{name}"
    assert published.warned == [changed] * (not lost)


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_file_that_somebody_saved_there_survives_and_is_said(published, monkeypatch, meanwhile):
    note, usual = published.target / REGION / "catatan.txt", folder._exchanged

    def saved(new, target):  # after the new set was written, before it takes the old one's place
        if new.name == "set":
            note.write_text("dari Bappeda")
        usual(new, target)

    if meanwhile:
        monkeypatch.setattr(folder, "_exchanged", saved)
    else:
        note.write_text("dari Bappeda")
    published.write("satu", "year + 1")
    assert published.make("satu", "dua")["done"]
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


def test_earlier_sets_share_nothing_are_bounded_and_put_back_by_one_command(published, monkeypatch):
    monkeypatch.setattr(publish, "KEPT", 2)
    for number in range(1, 4):
        published.write("satu", f"year + {number}")
        published.make("satu", "dua")
    assert [cache.faults(place) for place in published.sets()] == [[], []]
    own = {p.stat().st_ino for p in published.target.rglob("*") if p.is_file()}
    kept = [p for place in published.sets() for p in place.rglob("*") if p.is_file()]
    assert own.isdisjoint(p.stat().st_ino for p in kept)
    before = bytes_of(published.sets()[-1])
    (published.target / "catatan.txt").write_text("dari Bappeda")
    publish.put_back(published.target, "last", published.said.append)
    shown = bytes_of(published.target)
    assert shown.pop("catatan.txt") == b"dari Bappeda"
    assert shown == before
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


def test_an_annex_is_made_when_it_is_asked_for_and_goes_when_its_year_is_made_anew(
    published, monkeypatch
):
    annex = published.target / "2023" / "lampiran-2023.xlsx"
    assert published.make("satu", "dua", excel=True)["kept"] == 2
    assert annex.read_text().startswith("2023 ")
    monkeypatch.setattr(paper, "Printer", str)
    monkeypatch.setattr(paper, "page", lambda *_: None)
    monkeypatch.setattr(paper, "year", lambda *_: None)
    assert published.make("satu", "dua", sheet="A4")["kept"] == 2
    assert annex.exists()
    published.write("satu", "year + 1")
    published.make("satu", "dua")
    assert not annex.exists()
    with monkeypatch.context() as broken:  # undone before what `published` patches is
        broken.setattr(workbook, "write", lambda *_: {}["kolom"])
        assert published.make("satu", "dua", excel=True)["done"] is False
    assert published.warned == ["2023/lampiran-2023.xlsx  failed: KeyError: 'kolom'"]
    assert "2024" in published.shown("satu")


@pytest.fixture
def printing(monkeypatch):
    """Let printing write which sheet it was asked for: paper itself has its own tests."""
    monkeypatch.setattr(paper, "Printer", str)
    monkeypatch.setattr(paper, "year", lambda *_: None)
    monkeypatch.setattr(
        paper, "page", lambda sheet, place, name: (place / f"{name}.pdf").write_text(sheet)
    )


@pytest.mark.usefixtures("printing")
def test_pages_are_printed_when_that_is_asked_for_and_anew_where_they_or_the_sheet_change(
    published,
):
    def sheets():
        return {p.stem: p.read_text() for p in (published.target / REGION).glob("*.pdf")}

    def printed():
        return [s for s in published.said if s.startswith(REGION) and "laporan-" not in s]

    for sheet in ("A4", "F4", "A4"):
        assert published.make("satu", "dua", sheet=sheet)["kept"] == 2
        assert sheets() == {"satu": sheet, "dua": sheet}
        assert len(printed()) == 2
    assert published.standing(sheet="A4") == 2
    published.make("satu", "dua", sheet="A4")
    assert printed() == []
    published.write("satu", "year + 1")
    published.make("satu")
    assert sheets() == {"dua": "A4"}, "none of the page that was"
    published.make("satu", "dua", sheet="A4")
    assert printed() == [f"{REGION}/satu.pdf"]


def test_without_pango_pages_are_made_and_that_is_said(published, monkeypatch):
    def missing(sheet):
        raise PrinterError("pango is missing")

    monkeypatch.setattr(paper, "Printer", missing)
    made = published.make("satu", "dua", sheet="A4")
    assert (made["kept"], made["done"]) == (2, False)
    assert published.warned == ["kukar: no PDF was made: pango is missing"]
    assert published.standing(sheet="A4") is None
