"""Only what the cache lacks is run, and the new set is published whole or not at all."""

import shutil
from contextlib import contextmanager

import nbformat
import pytest
from making import REGION, Small, bytes_of
from nbformat import v4
from reading import kernels, tables_from

from kukar_analysis import paths
from kukar_analysis.errors import PrinterError, ReportError, UsageError
from kukar_analysis.report import cache, folder, make, page, paper, publish, workbook
from kukar_analysis.report.engine import fork


@contextmanager
def standing_in(place):
    """Read notebooks from this folder, and write a short annex: the real one takes a second."""

    def short(year, regions, path, made, raw):
        path.write_text(f"{year} {regions} {made['data']}")

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
    assert made == {"made": 2, "failed": 0, "kept": 0, "waiting": 0, "done": True}, found.warned
    return found


@pytest.fixture
def published(base, tmp_path, processed_env):
    """Return a copy of the two notebooks, their published reports, and the cache."""
    shutil.copytree(base.folder, tmp_path, dirs_exist_ok=True)
    with standing_in(tmp_path):
        yield Small(tmp_path, processed_env)


@pytest.fixture
def quick(published, monkeypatch):
    """Let cells show their source and no kernel run: for what is published, not how it is made."""

    def run(reports, staged, asked, executor):
        for found in reports:
            made = nbformat.read(paths.NOTEBOOKS / f"{found.notebook}.ipynb", as_version=4)
            for cell in (cell for cell in made.cells if cell.cell_type == "code"):
                cell.outputs = [v4.new_output("stream", text=cell.source)]
            (staged / REGION).mkdir(parents=True, exist_ok=True)
            nbformat.write(made, staged / f"{found.name}.ipynb")
            yield found, 0.1, None

    monkeypatch.setattr(make, "run", run)
    return published


# What is made


def test_what_was_made_and_has_not_changed_is_not_made_again(published):
    before = bytes_of(published.target)
    made = published.make("satu", "dua")
    assert (made["made"], made["kept"], made["done"]) == (0, 2, True)
    assert bytes_of(published.target) == before
    assert published.left() == [".laporan.cache"]
    assert published.sets() == []
    assert (published.standing(), published.standing(only=["satu"])) == (2, None)
    asked, known = published.asked(), cache.Cache(published.target)
    assert known.standing(asked, cleaned=True) is None
    known.note(cleaned=True)
    assert known.standing(asked, cleaned=True) == 2


def test_a_changed_notebook_is_made_again_and_no_other_and_what_was_once_is_not_run(quick):
    before = quick.shown("dua")
    quick.write("satu", "year + 1")
    assert quick.standing() is None
    assert quick.make("satu", "dua")["kept"] == 1
    assert quick.said[:2] == ["1 of 2 reports are in .laporan.cache", f"[1/1] {REGION}/satu  0.1 s"]
    assert "year + 1" in quick.shown("satu")
    assert quick.shown("dua") == before
    quick.write("satu", "year")
    assert quick.make("satu", "dua")["made"] == 0
    assert "year + 1" not in quick.shown("satu")
    assert quick.make("satu", "dua", force=True)["made"] == 2
    for path in (quick.cache / "made").glob("*.ipynb"):
        path.write_text("{}")
    assert quick.make("satu", "dua")["made"] == 2, "what is not as it was made is run again"


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
    assert published.standing() is None
    published.write("satu", "year + 1")
    assert published.make("satu", "dua")["made"] == 1
    assert "2024" in published.shown("satu")
    assert published.left() == [".laporan.cache"]


def test_a_report_that_cannot_be_made_into_a_page_fails_alone(quick, monkeypatch):
    usual, before = page.read, quick.shown("satu")
    fails = lambda path: 1 / 0 if path.stem == "satu" else usual(path)  # noqa: E731
    monkeypatch.setattr(page, "read", fails)
    made = quick.make("satu", "dua", force=True)
    assert (made["made"], made["failed"]) == (1, 1)
    (line,) = quick.warned
    assert "satu  failed: its notebook cannot be made into a page: ZeroDivisionError" in line
    assert quick.shown("satu") == before


def test_a_report_whose_notebook_is_lost_before_it_is_published_is_named(quick, monkeypatch):
    shutil.rmtree(quick.target)
    monkeypatch.setattr(cache.Cache, "get", lambda self, key: None)
    made = quick.make("satu")
    assert (made["done"], made["failed"], made["made"]) == (False, 1, 0)
    assert f"{REGION}/satu  failed: its executed notebook is gone" in quick.warned[-1]


def test_what_a_page_lacks_and_what_looks_like_persons_data_is_said_at_once(published, monkeypatch):
    monkeypatch.setattr(fork, "available", lambda: False)
    script = "from IPython.display import Javascript\nyear\nJavascript('1')"
    published.write("satu", script, "print('NIK 6402011234567890, Jl. Merdeka No. 5')")
    assert published.make("satu", "dua")["done"]
    assert "Linux only" in published.said[1], "plain kernels are used"
    lacks, *kinds = published.warned
    assert lacks.startswith("notebooks/satu.ipynb, cell ")
    assert lacks.endswith("is left out; the notebook beside the page has it")
    said = f"{REGION}/satu: the page shows what looks like a "
    found = ("number of an identity card", "street address")
    assert kinds == [f"{said}{kind}: look at it" for kind in found]


# What changes while a run goes on, and runs that end before they are done


def test_a_notebook_that_changes_meanwhile_lets_nothing_be_published_or_kept(published):
    before = bytes_of(published.target)
    other = published.folder / "notebooks" / "dua.ipynb"
    published.write("satu", f"open({str(other)!r}, 'a').write(' ')\nyear + 1")
    with pytest.raises(ReportError, match="changed while reports were made, so nothing was"):
        published.make("satu")
    assert bytes_of(published.target) == before
    assert len([*(published.cache / "made").glob("*.ipynb")]) == 2


@pytest.mark.parametrize("broken", [(publish, "_copy"), (cache.Cache, "clear")])
def test_a_run_that_breaks_off_goes_on_where_it_was(quick, broken):
    quick.write("satu", "year + 1")
    before = bytes_of(quick.target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*broken, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            quick.make("satu", "dua")
    assert (bytes_of(quick.target) == before) == (broken[0] is publish)
    assert cache.faults(quick.target) == []
    assert quick.left() == [".laporan.cache"]
    assert quick.make("satu", "dua")["made"] == 0
    assert "year + 1" in quick.shown("satu")


# What stands published


@pytest.mark.parametrize(("name", "lost"), [(f"{REGION}/satu.html", False), ("index.html", True)])
def test_a_published_file_that_is_changed_or_gone_is_put_right_from_the_cache(quick, name, lost):
    path, before = quick.target / name, bytes_of(quick.target)
    path.unlink()
    if not lost:
        path.write_bytes(b"diubah orang")
    assert quick.standing() is None
    assert cache.faults(quick.target) == [f"{name} hilang atau berubah sesudah terbit"]
    assert quick.make("satu", "dua")["kept"] == 2
    assert cache.faults(quick.target) == []
    after = bytes_of(quick.target)
    assert all(after[n] == before[n] for n in before if n not in ("manifest.json", "index.html"))
    kept = [n for n in after if n not in before]
    assert [(n.startswith("diubah/"), after[n]) for n in kept] == [(True, b"diubah orang")][lost:]
    said = f"{name} was changed after it was published: kept as "
    assert quick.warned == [f"{said}{n}" for n in kept]


@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_file_that_somebody_saved_there_survives_and_is_said(quick, monkeypatch, meanwhile):
    name, usual = f"{REGION}/catatan.txt", folder.Work.exchange

    def saved(work):  # after the new set was written, before it takes the old one's place
        (quick.target / name).write_text("dari Bappeda")
        return usual(work)

    if meanwhile:
        monkeypatch.setattr(folder.Work, "exchange", saved)
    else:
        (quick.target / name).write_text("dari Bappeda")
    quick.write("satu", "year + 1")
    assert quick.make("satu", "dua")["done"]
    assert (quick.target / name).read_text() == "dari Bappeda"
    assert quick.warned == [f"{name} is not of this program: kept as {name}"]
    assert cache.faults(quick.target) == []


def test_a_folder_without_a_manifest_keeps_what_is_not_as_it_is_made(quick):
    (quick.target / "manifest.json").write_text("{")
    (quick.target / "surat.txt").write_text("dari Bappeda")
    before = quick.shown("satu")
    quick.write("satu", "year + 1")
    quick.make("satu", "dua")
    (place,) = quick.sets()
    assert (place / REGION / "satu.html").read_text(encoding="utf-8") == before
    assert (quick.target / "surat.txt").read_text() == "dari Bappeda"
    (page,) = (quick.target / "diubah").rglob("satu.html")
    assert page.read_text(encoding="utf-8") == before
    assert quick.warned[-1] == "surat.txt is not of this program: kept as surat.txt"
    assert set(quick.entries()) == {"satu", "dua"}
    assert cache.faults(quick.target) == []


def test_earlier_sets_share_nothing_are_bounded_and_put_back_by_one_command(quick, monkeypatch):
    monkeypatch.setattr(publish, "KEPT", 2)
    for number in range(1, 4):
        quick.write("satu", f"year + {number}")
        quick.make("satu", "dua")
    assert [cache.faults(place) for place in quick.sets()] == [[], []]
    own = {p.stat().st_ino for p in quick.target.rglob("*") if p.is_file()}
    kept = [p for place in quick.sets() for p in place.rglob("*") if p.is_file()]
    assert own.isdisjoint(p.stat().st_ino for p in kept)
    before = bytes_of(quick.sets()[-1])
    (quick.target / "catatan.txt").write_text("dari Bappeda")
    publish.put_back(quick.target, "last", quick.said.append)
    shown = bytes_of(quick.target)
    assert shown.pop("catatan.txt") == b"dari Bappeda"
    assert shown == before
    assert quick.standing() is None
    with pytest.raises(UsageError, match=r"set 'lain' of laporan cannot be put back: kept: 20"):
        publish.put_back(quick.target, "lain", quick.said.append)
    next(iter(quick.sets()[-1].rglob("*.html"))).unlink()
    with pytest.raises(UsageError, match=r"cannot be put back: .*html hilang"):
        publish.put_back(quick.target, "last", quick.said.append)


def test_what_is_not_used_any_more_is_cleared_within_a_bound(quick, monkeypatch):
    made = quick.cache / "made"
    quick.write("satu", "year + 1")
    quick.make("satu", "dua")
    assert len(list(made.glob("*.ipynb"))) == 3, "the one before may come again"
    monkeypatch.setattr(cache, "LARGEST", 0)
    (made / "lain.ipynb").write_text("half a run")
    quick.write("satu", "year + 2")
    quick.make("satu", "dua")
    assert {p.stem for p in made.iterdir()} == {e["key"] for e in quick.entries().values()}


# Documents


@pytest.fixture
def printing(monkeypatch):
    """Let printing write which sheet it was asked for: paper itself has its own tests."""
    monkeypatch.setattr(paper, "Printer", str)
    monkeypatch.setattr(paper, "year", lambda *_: None)
    write = lambda sheet, place, name: (place / f"{name}.pdf").write_text(sheet)  # noqa: E731
    monkeypatch.setattr(paper, "page", write)


@pytest.mark.usefixtures("printing")
def test_an_annex_is_made_when_it_is_asked_for_and_goes_when_its_year_is_made_anew(quick):
    annex = quick.target / "2023" / "lampiran-2023.xlsx"
    assert quick.make("satu", "dua", excel=True)["kept"] == 2
    assert annex.read_text().startswith("2023 ")
    quick.make("satu", "dua", sheet="A4")
    assert annex.exists()
    quick.write("satu", "year + 1")
    quick.make("satu", "dua")
    assert not annex.exists()
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(workbook, "write", lambda *_: {}["kolom"])
        assert quick.make("satu", "dua", excel=True)["done"] is False
    assert quick.warned == ["2023/lampiran-2023.xlsx  failed: KeyError: 'kolom'"]


@pytest.mark.usefixtures("printing")
def test_pages_are_printed_when_that_is_asked_for_and_anew_where_they_or_the_sheet_change(quick):
    def printed():
        return [s for s in quick.said if s.startswith(REGION) and "laporan-" not in s]

    for sheet in ("A4", "F4", "A4"):
        assert quick.make("satu", "dua", sheet=sheet)["kept"] == 2
        assert {p.read_text() for p in (quick.target / REGION).glob("*.pdf")} == {sheet}
        assert len(printed()) == 2
    assert quick.standing(sheet="A4") == 2
    quick.write("satu", "year + 1")
    quick.make("satu")
    assert [p.stem for p in (quick.target / REGION).glob("*.pdf")] == ["dua"]
    quick.make("satu", "dua", sheet="A4")
    assert printed() == [f"{REGION}/satu.pdf"]


def test_without_pango_pages_are_made_and_that_is_said(quick, monkeypatch):
    def missing(sheet):
        raise PrinterError("pango is missing")

    monkeypatch.setattr(paper, "Printer", missing)
    made = quick.make("satu", "dua", sheet="A4")
    assert (made["kept"], made["done"], quick.standing(sheet="A4")) == (2, False, None)
    assert quick.warned == ["kukar: no PDF was made: pango is missing"]


@pytest.mark.skipif(not fork.available(), reason="limits of open files are of Linux")
def test_too_few_open_files_are_said_before_anything_is_done(quick, monkeypatch):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (24, 24))
    with pytest.raises(ReportError, match="only 24 files may be open"):
        quick.make("satu")
