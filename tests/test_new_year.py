"""A year begins with rules that are copied and to be confirmed, and needs data only."""

import contextlib
import itertools
import shutil
from pathlib import Path

import copied
import openpyxl
import pypdfium2
import pytest
from making import bytes_of
from reading import MALANG, Page
from typer.testing import CliRunner

import kukar_analysis as ka
from kukar_analysis import framework, paths
from kukar_analysis.analysis import change, priorities
from kukar_analysis.cli import app, years
from kukar_analysis.errors import UsageError

SOURCE = "2023-kppn-ikn"
SPBE = "outcome.governance.spbe"
ADDED = {"editions": 1, "weights": 6, "edition_questions": 116, "surveys": 1}
"""Lines of a copy of SOURCE from 2026 on: the question on SPBE is not copied."""
NOTICE = "Edisi 2027 (KPPN & IKN) belum dikonfirmasi: aturan pembulatan, bobot, butir, dan aturan"
NOTICE += " survei disalin dari edisi 2024 (KPPN & IKN)"
SAMPLE = paths.ROOT / "data" / "sample"
NATIONAL = "contoh-tabel-nasional-kppn-ikn.csv"
HEADINGS = (SAMPLE / "2023" / NATIONAL).read_text(encoding="utf-8").splitlines()[1]
OTHER = "2;Kabupaten Contoh Utara;3,10;2,40;2,60;2,40;2,40;1,80;2,49;{};KPPN&IKN;ya"
INVENTED = {
    # Outcome weighs 25 and Kolaborasi 5 in the edition of 2024 that is invented here.
    2024: ["1;Kabupaten Contoh;3,20;2,40;2,90;2,80;3,20;2,80;2,87;0,11;KPPN&IKN;ya", "0,09"],
    2027: ["1;Kabupaten Contoh;3,40;2,60;3,00;2,80;3,20;2,80;2,95;0,02;KPPN&IKN;ya", "0,00"],
}


def kukar(*arguments):
    return CliRunner().invoke(app, arguments)


def edit(path, *changes):
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    framework.forget()


@contextlib.contextmanager
def at_work(folder):
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(framework, "DEFINITIONS", folder / "definitions")
        patch.setenv(paths.PROCESSED_VARIABLE, "")
        yield


@pytest.fixture
def definitions(tmp_path):
    """Return a copy of the definitions that is loaded, to be added to."""
    shutil.copytree(framework.DEFINITIONS, tmp_path / "definitions")
    with at_work(tmp_path):
        yield tmp_path / "definitions"


@pytest.fixture(scope="module")
def began(processed, tmp_path_factory):
    """Begin 2027 in a folder of its own; return the folder and how the command ended."""
    folder = tmp_path_factory.mktemp("kantor")
    shutil.copytree(framework.DEFINITIONS, folder / "definitions")
    with at_work(folder):
        return folder, kukar("new-year", "2027", "--raw", "raw", "--processed", str(processed))


@pytest.fixture
def begun(began):
    with at_work(began[0]):
        yield began[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Add to a copied project, by data alone, an invented edition of 2024, then 2027 as copied.

    Return its folder and how the commands ended that make tables, reports and the bundle.
    """
    folder = copied.project(tmp_path_factory.mktemp("contoh"))
    for path in {*(folder / "notebooks").iterdir()} - {*(folder / "notebooks").glob("0[24]*")}:
        path.unlink()  # whatever else an office has
    raw, definitions = folder / "data" / "raw", folder / "kukar_analysis" / "definitions"
    shutil.copytree(SAMPLE / "2023", raw / "2023", ignore=lambda _, names: {*names} - {NATIONAL})
    for year, (own, improvement) in INVENTED.items():
        (raw / str(year)).mkdir()
        text = "\n".join(["DATA CONTOH", HEADINGS, own, OTHER.format(improvement)]) + "\n"
        (raw / str(year) / NATIONAL).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(framework, "DEFINITIONS", definitions)
        framework.add_year(2024, [SOURCE])
        for name in ADDED:  # as an analyst confirms what was copied, and corrects two weights
            edit(definitions / f"{name}.csv", ("unconfirmed,L23", "assumed,sample"))
        outcome, collaboration = "2024-kppn-ikn,outcome,", "2024-kppn-ikn,collaboration,"
        weights = (f"{outcome}20", f"{outcome}25"), (f"{collaboration}10", f"{collaboration}5")
        edit(definitions / "weights.csv", *weights)
        framework.add_year(2027, ["2024-kppn-ikn"])
    asked = ["report", "--region", "00.01", "--only", "02_indeks"]
    return folder, copied.run(
        folder,
        ["clean"],
        ["check"],
        ["new-notebook", "karangan"],
        [*asked, "--year", "2024", "--only", "04_antar_tahun"],
        [*asked, "--year", "2027", "--only", "05_karangan"],
        ["share", "2027", "--region", "00.01"],
    )


SAVED = {
    "with Excel's ends of lines": lambda content: content.replace(b"\n", b"\r\n"),
    "with a mark at its head": lambda content: b"\xef\xbb\xbf" + content,
    "without an end": lambda content: content.rstrip(b"\n"),
}


@pytest.mark.parametrize("saved", SAVED)
def test_a_copy_adds_lines_that_are_to_be_confirmed_below_those_that_stand(definitions, saved):
    for name in ADDED:
        path = definitions / f"{name}.csv"
        path.write_bytes(SAVED[saved](path.read_bytes()))
    before = bytes_of(definitions)
    framework.add_year(2027, [SOURCE])
    now = {name: of for name, of in bytes_of(definitions).items() if of != before[name]}
    added = {Path(n).stem: now[n].removeprefix(before[n].rstrip()).split(b"\n")[1:-1] for n in now}
    assert {name: len(lines) for name, lines in added.items()} == ADDED
    for line in itertools.chain(*added.values()):
        assert line.startswith(b"2027-kppn-ikn,")
        assert b",unconfirmed," in line


def test_a_copied_edition_asks_and_weighs_as_its_source_and_none_of_it_is_confirmed(definitions):
    framework.add_year(2027, [SOURCE])
    fw = framework.load()
    made, source = fw.edition("2027-kppn-ikn"), fw.edition(SOURCE)
    assert (made.year, made.group, made.follows) == (2027, "kppn-ikn", SOURCE)
    assert (made.rounding, made.improvement_base) == (source.rounding, source.improvement_base)
    assert fw.weights[made.edition] == fw.weights[SOURCE]
    asked = [q for q in fw.edition_questions[SOURCE] if q != SPBE]
    assert list(fw.edition_questions[made.edition]) == asked
    assert {q.continuity for q in fw.edition_questions[made.edition].values()} == {"same"}
    assert fw.surveys[made.edition].respondents == 50
    assert fw.unconfirmed(made.edition) == ADDED
    assert fw.unconfirmed(SOURCE) == {}


def test_all_files_are_changed_or_none(definitions, monkeypatch):
    before, write = bytes_of(definitions), Path.write_bytes

    def full(self, content):
        if self.parent == definitions and "weights" in self.name:
            raise OSError(28, "No space left on device")
        return write(self, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        framework.add_year(2028, [SOURCE])
    assert bytes_of(definitions) == before


@pytest.mark.parametrize(
    ("year", "asked", "copies"),
    [
        (2027, None, [SOURCE, "2023-reguler"]),
        (2027, "2023-reguler", ["2023-reguler"]),
        (2024, "2022-kppn-ikn", ["2022-kppn-ikn"]),
    ],
)
@pytest.mark.usefixtures("definitions")
def test_all_editions_of_the_year_before_are_copied_or_the_one_asked_for(
    year, asked, copies, monkeypatch
):
    monkeypatch.setattr(years.forms, "write", lambda *_, **__: [])
    said = list(years.begin(year, asked, Path("formulir"), Path("raw")))
    begun = [line.split()[1].rstrip(":") for line in said if line.startswith("edition ")]
    assert begun == [f"{year}-{source[5:]}" for source in copies]
    assert {e for e in framework.load().editions if e.startswith(str(year))} == {*begun}
    assert any(line.startswith("0 forms") for line in said) == (
        asked != "2023-reguler"
    )  # its questions were never seen
    if asked == "2023-reguler":  # the other editions of the year are begun later
        (other, *_) = years.begin(year, None, Path("formulir"), Path("raw"))
        assert other.startswith(f"edition 2027-kppn-ikn: copied from {SOURCE}, and nothing of")


@pytest.mark.parametrize(
    ("year", "asked", "said"),
    [
        (2022, None, "year 2022 cannot be begun: editions are on record for 2022 to 20"),
        (20270, None, "year 20270 cannot be begun"),
        (2023, None, "2023 has its editions already: `kukar template 2023` writes its forms"),
        (2023, "2023-reguler", "year 2023 cannot be begun: .*and --from an earlier"),
        (2027, "2026-kppn", "edition '2026-kppn' is not known; known: 2022-kppn-ikn, "),
    ],
)
def test_a_year_that_cannot_begin_is_refused_with_what_to_do(year, asked, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        list(years.begin(year, asked, tmp_path / "formulir", tmp_path / "raw"))
    assert list(tmp_path.iterdir()) == []


def test_a_year_that_begins_has_its_folders_and_forms_that_say_what_is_not_confirmed(began):
    folder, ended = began
    assert ended.exit_code == 0, ended.output
    lines = ended.output.splitlines()
    said = "edition 2027-{0}: copied from 2023-{0}, and nothing of it confirmed yet"
    assert {said.format("kppn-ikn"), said.format("reguler")} < {*lines}
    assert lines[1].startswith(f"not copied: Nilai SPBE ({SPBE}). Indeks SPBE dicabut pada 2026")
    assert {p.name for p in (folder / "raw" / "2027").iterdir()} == {"opd", "survei"}
    made = folder / "formulir" / "2027"
    forms = {path.name for path in made.glob("formulir-2027-*.xlsx")}
    assert len(forms) == len(framework.load().opd)
    guide = openpyxl.load_workbook(made / "formulir-2027-dinkes.xlsx").worksheets[0]
    said = dict(guide.iter_rows(max_col=2, values_only=True))
    assert said["Belum dikonfirmasi"].startswith("Edisi 2027 (KPPN & IKN) belum dikonfirmasi: ")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["2027"], "2027 has its editions already"),
        (["2028", "--to", "formulir/2027"], "is there already; name another folder with --to"),
    ],
)
def test_a_year_is_begun_once_and_no_form_is_written_over(asked, said, begun):
    before = bytes_of(begun)
    ended = kukar("new-year", *asked)
    assert said in str(ended.exception)
    assert (ended.exception.exit_code, ended.output) == (2, "")
    assert bytes_of(begun) == before


def page(folder, name):
    text = (folder / "reports" / f"{name}.html").read_text(encoding="utf-8")
    return " ".join(Page(text).text.split()), text


def test_an_invented_edition_is_checked_and_has_its_reports_with_no_code(office):
    folder, ended = office
    assert [one["code"] for one in ended] == [0] * 6, ended
    said = ended[1]["out"]
    assert "finals 2024: 2 of 2 agree" in said
    assert "improvements 2024: 2 of 2 agree" in said
    assert "edition 2027-kppn-ikn: 124 facts copied from 2024-kppn-ikn not confirmed" in said
    said, _ = page(folder, "2024/00.01/02_indeks")
    assert "adalah 2,87 dari skala 4" in said
    assert "belum dikonfirmasi" not in said.split("Letak halaman")[-1]
    said, _ = page(folder, "2024/00.01/04_antar_tahun-2023")
    assert "bobotnya berubah dari 20% menjadi 25%" in said
    assert "+0,11" in said


def test_every_page_and_the_index_say_before_all_else_what_is_not_confirmed(office):
    for stem in ("02_indeks", "05_karangan"):
        said, source = page(office[0], f"2027/00.01/{stem}")
        assert NOTICE in said.split("Letak halaman")[-1]
        assert source.index('<p class="unconfirmed">') < source.index("<h1")
    assert NOTICE in page(office[0], "index")[0]


def test_every_sheet_of_a_bundles_paper_and_annex_and_its_message_say_it(office, tmp_path):
    shutil.unpack_archive(office[0] / "reports" / "smart-city-2027.zip", tmp_path)
    ((paper,), (annex,), (message,)) = (tmp_path.rglob(f"*{x}") for x in ("pdf", "xlsx", "txt"))
    document = pypdfium2.PdfDocument(paper)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    document.close()
    assert len(texts) > 3
    assert all("ATURAN BELUM DIKONFIRMASI" in text for text in texts)
    book = openpyxl.load_workbook(annex)
    cover = [cell.value for row in book["Isi"].iter_rows(max_row=8) for cell in row]
    assert any(str(text).startswith(NOTICE) for text in cover)
    assert all("ATURAN BELUM DIKONFIRMASI" in str(sheet.oddHeader) for sheet in book)
    assert NOTICE in message.read_text(encoding="utf-8")


def test_between_years_nothing_is_said_that_a_copied_rule_does_not_bear(office, monkeypatch):
    monkeypatch.setattr(framework, "DEFINITIONS", office[0] / "kukar_analysis" / "definitions")
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(office[0] / "data" / "processed"))
    said = " ".join(ka.say.change("00.01", 2024, 2027))
    assert "**2,87** pada 2024 dan **2,95** pada 2027" in said
    assert "Perubahan ini mencakup 3 tahun sekaligus." in said
    assert "Aturan dan nilai tahun 2025 dan 2026 tidak tercatat." in said
    assert "yang tercetak pada 2027 diukur kementerian dari 2026" in said
    assert "sekaligus" not in " ".join(ka.say.change("00.01", 2023, 2024))
    reasons = ka.components_between("00.01", 2024, 2027)["reason"]
    assert reasons.str.contains("tidak terlihat atau belum dikonfirmasi").tolist() == [True] * 6
    for year, is_said in ((2024, False), (2027, True)):
        said = ka.say.certainty(year, "00.01")[0]
        assert ("dikonfirmasi" in said, said.startswith(NOTICE)) == (is_said, is_said)


def test_a_change_is_not_put_down_to_questions_that_are_not_confirmed(
    definitions, processed, monkeypatch
):
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(processed))
    assert priorities.questions(2023, MALANG)["last_score"].notna().any()
    path = definitions / "edition_questions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [x.replace(",seen,", ",unconfirmed,") if x.startswith(SOURCE) else x for x in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    framework.forget()
    assert priorities.questions(2023, MALANG)["last_score"].isna().all()
    found = change.decompose_change(MALANG, 2022, 2023)
    assert found["question"].isna().all()
    assert not {"performance", "reworded"} & set(found["kind"])
    assert round(found["effect"].sum(), 2) == 0.44
