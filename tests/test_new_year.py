"""A year begins with rules that are copied and to be confirmed, and needs data only."""

from __future__ import annotations

import contextlib
import functools
import shutil
from pathlib import Path

import copied
import openpyxl
import pypdfium2
import pytest
from reading import KUKAR, MALANG, Page
from typer.testing import CliRunner

import kukar_analysis as ka
from kukar_analysis import clean, framework, paths
from kukar_analysis.analysis import change, compare, missing
from kukar_analysis.cli import app, years
from kukar_analysis.errors import DefinitionError, UsageError

SOURCE = "2023-kppn-ikn"
SPBE = "outcome.governance.spbe"
ADDED = {"editions": 1, "weights": 6, "edition_questions": 116, "surveys": 1}
"""Lines of a copy of SOURCE from 2026 on: the question on SPBE is not copied."""
WHOLE = ADDED | {"editions": 2, "weights": 11}
"""Lines of a year: reguler has five weights, and no list of questions."""
NOTICE = "Edisi 2027 (KPPN & IKN) belum dikonfirmasi: aturan pembulatan, bobot, butir, dan aturan"
NOTICE += " survei disalin dari edisi 2024 (KPPN & IKN)"
SAMPLE = paths.ROOT / "data" / "sample"
NATIONAL = "contoh-tabel-nasional-kppn-ikn.csv"
HEADINGS = (SAMPLE / "2023" / NATIONAL).read_text(encoding="utf-8").splitlines()[1]
INVENTED = {
    # Outcome weighs 25 and Kolaborasi 5 in the edition of 2024 that is invented here.
    2024: [
        "1;Kabupaten Contoh;3,20;2,40;2,90;2,80;3,20;2,80;2,87;0,11;KPPN&IKN;ya",
        "2;Kabupaten Contoh Utara;3,10;2,40;2,60;2,40;2,40;1,80;2,49;0,09;KPPN&IKN;ya",
    ],
    2027: [
        "1;Kabupaten Contoh;3,40;2,60;3,00;2,80;3,20;2,80;2,95;0,02;KPPN&IKN;ya",
        "2;Kabupaten Contoh Utara;3,10;2,40;2,60;2,40;2,40;1,80;2,49;0,00;KPPN&IKN;ya",
    ],
}


@pytest.fixture
def definitions(tmp_path, monkeypatch):
    """Return a copy of the definitions that is loaded, to be added to."""
    folder = shutil.copytree(framework.DEFINITIONS, tmp_path / "definitions")
    monkeypatch.setattr(framework, "DEFINITIONS", folder)
    return folder


@pytest.fixture(scope="module")
def began(processed, tmp_path_factory):
    """Begin 2027 in a folder of its own; return the folder and how the command ended."""
    folder = tmp_path_factory.mktemp("kantor")
    shutil.copytree(framework.DEFINITIONS, folder / "definitions")
    with at_work(folder):
        return folder, kukar("new-year", "2027", "--raw", "raw", "--processed", str(processed))


@contextlib.contextmanager
def at_work(folder):
    """Use the definitions of a folder, and be there."""
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(framework, "DEFINITIONS", folder / "definitions")
        patch.setenv(paths.PROCESSED_VARIABLE, "")
        yield


@pytest.fixture
def begun(began):
    """Be in the folder where 2027 has begun; return it."""
    with at_work(began[0]):
        yield began[0]


def kukar(*arguments):
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Add to a copied project, by data alone, an invented edition of 2024, then 2027 as copied.

    Return its folder and how the commands ended that make tables, reports and the bundle.
    """
    folder = copied.project(tmp_path_factory.mktemp("contoh"))
    for path in {*(folder / "notebooks").iterdir()} - {*(folder / "notebooks").glob("0[24]*")}:
        path.unlink()  # whatever else an office has
    raw, definitions = folder / "data" / "raw", folder / "kukar_analysis" / "definitions"
    for year, lines in {2023: [], **INVENTED}.items():
        (raw / str(year)).mkdir(parents=True)
        text = "\n".join(["DATA CONTOH", HEADINGS, *lines]) + "\n"
        (raw / str(year) / NATIONAL).write_text(text, encoding="utf-8")
    shutil.copy(SAMPLE / "2023" / NATIONAL, raw / "2023" / NATIONAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(framework, "DEFINITIONS", definitions)
        years.copy(2024, [SOURCE])
        confirm(definitions)
        framework.forget()
        years.copy(2027, ["2024-kppn-ikn"])
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


def confirm(folder):
    """Correct the weights of 2024 and confirm all that was copied, as an analyst would."""
    outcome, collaboration = "2024-kppn-ikn,outcome,", "2024-kppn-ikn,collaboration,"
    for path in (folder / f"{name}.csv" for name in ADDED):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        own = [x.replace("unconfirmed,L23", "assumed,sample") for x in lines if x[:5] == "2024-"]
        text = "".join([*(x for x in lines if x[:5] != "2024-"), *own])
        text = text.replace(f"{outcome}20", f"{outcome}25")
        path.write_text(text.replace(f"{collaboration}10", f"{collaboration}5"), encoding="utf-8")


# The copy of an edition


def test_a_copy_adds_the_lines_it_names_and_changes_no_byte_beside_them(definitions):
    before = {p.name: p.read_bytes() for p in definitions.iterdir()}
    added = years.copy(2027, [SOURCE])
    assert {path.stem: last - first + 1 for path, first, last in added} == ADDED
    for path, first, last in added:
        found = path.read_bytes().splitlines(keepends=True)
        new = found[first - 1 : last]
        assert all(line.startswith(b"2027-kppn-ikn,") and b",unconfirmed," in line for line in new)
        rest = found[: first - 1] + found[last:]
        assert b"".join(rest) == before.pop(path.name)
    assert {p.name: p.read_bytes() for p in definitions.iterdir() if p.name in before} == before


def test_a_copied_edition_asks_and_weighs_as_its_source_and_none_of_it_is_confirmed(definitions):
    years.copy(2027, [SOURCE])
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


@pytest.mark.parametrize(
    "saved",
    [
        lambda content: content.replace(b"\n", b"\r\n"),
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: content.rstrip(b"\n"),
    ],
    ids=["with Excel's ends of lines", "with a mark at its head", "without a last end"],
)
def test_a_file_keeps_the_way_it_was_saved(definitions, saved):
    path = definitions / "weights.csv"
    path.write_bytes(saved(path.read_bytes()))
    before = path.read_bytes()
    years.copy(2027, [SOURCE])
    after = path.read_bytes()
    end = b"\r\n" if b"\r\n" in before else b"\n"
    assert after.startswith(before)
    assert all(line.endswith(end) for line in after.splitlines(keepends=True))
    assert len(framework.load().weights["2027-kppn-ikn"]) == 6


def test_what_contradicts_the_definitions_changes_no_file(definitions):
    years.copy(2027, [SOURCE])
    before = {p.name: p.read_bytes() for p in definitions.iterdir()}
    with pytest.raises(DefinitionError, match="2027-kppn-ikn stands 2 times"):
        years.copy(2027, [SOURCE])
    assert {p.name: p.read_bytes() for p in definitions.iterdir()} == before


def test_all_files_are_changed_or_none(definitions, monkeypatch):
    before = {p.name: p.read_bytes() for p in definitions.iterdir()}
    replace = Path.replace

    def full(self, target):
        if Path(target).name == "edition_questions.csv":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        years.copy(2027, [SOURCE])
    assert {p.name: p.read_bytes() for p in definitions.iterdir()} == before


def test_what_is_abolished_is_asked_about_from_its_year_on_and_not_copied(definitions):
    years.copy(2025, [SOURCE])
    fw = framework.load()
    assert SPBE in fw.edition_questions["2025-kppn-ikn"]
    assert fw.not_copied("2025-kppn-ikn") == []
    years.copy(2026, ["2025-kppn-ikn", "2023-reguler"])
    fw = framework.load()
    assert SPBE not in fw.edition_questions["2026-kppn-ikn"]
    assert fw.edition("2026-kppn-ikn").questions == 116
    assert [r.question for r in fw.not_copied("2026-kppn-ikn")] == [SPBE]
    assert fw.not_copied("2026-reguler") == []  # its questions were never seen
    (said,) = years.to_ask("2026-kppn-ikn")
    assert said.startswith(f"not copied: Nilai SPBE ({SPBE}). Indeks SPBE dicabut pada 2026")
    path = definitions / "editions.csv"
    path.write_text(path.read_text("utf-8").replace("116,unconfirmed", "116,seen"), "utf-8")
    framework.forget()
    assert years.to_ask("2026-kppn-ikn") == []  # the office has confirmed the edition


# Which editions are copied


@pytest.mark.parametrize(
    ("year", "asked", "sources"),
    [
        (2027, None, [SOURCE, "2023-reguler"]),
        (2027, "2023-reguler", ["2023-reguler"]),
        (2024, "2022-kppn-ikn", ["2022-kppn-ikn"]),
    ],
)
def test_all_editions_of_the_year_before_are_copied_or_the_one_asked_for(
    year, asked, sources, definitions, tmp_path, monkeypatch
):
    monkeypatch.setattr(years, "_write_forms", lambda *_: 38)
    said = list(years.begin(year, asked, tmp_path / "formulir", tmp_path / "raw"))
    begun = [line.split()[1].rstrip(":") for line in said if line.startswith("edition ")]
    assert begun == [f"{year}-{source[5:]}" for source in sources]
    assert {e for e in framework.load().editions if e.startswith(str(year))} == {*begun}


@pytest.mark.parametrize(
    ("year", "asked", "said"),
    [
        (2022, None, "year 2022 cannot be begun: editions are on record for 2022 to 20"),
        (20270, None, "year 20270 cannot be begun"),
        (2023, None, "2023 has its editions already .*new-year 2023 --status"),
        (2023, "2023-reguler", "year 2023 cannot be begun: .*and --from an earlier"),
        (2027, "2026-kppn", "edition '2026-kppn' is not known; known: 2022-kppn-ikn, "),
    ],
)
def test_a_year_that_cannot_begin_is_refused_with_what_to_do(year, asked, said, tmp_path):
    with pytest.raises(UsageError, match=said):
        list(years.begin(year, asked, tmp_path / "formulir", tmp_path / "raw"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("year", "advice"),
    [
        (2024, "begin the year: `kukar new-year 2024`"),
        (2019, "if the print says so, add it to definitions/editions.csv"),
    ],
)
def test_an_edition_that_is_not_known_names_the_command_that_begins_it(
    year, advice, raw_folder, tmp_path
):
    with pytest.raises(UsageError, match=advice):
        framework.load().edition(f"{year}-kppn-ikn")
    heads = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"
    line = "KAB. MALANG;3,00;3,00;3,00;3,00;3,00;3,00;3,00;KPPN&IKN"
    made = clean.clean(raw_folder({f"{year}/tabel.csv": f"{heads}\n{line}\n"}), tmp_path / "t")
    where = "`kukar new-year 2024`" if year == 2024 else "definitions/editions.csv"
    (reason,) = made.tables["rejected"]["reason"]
    assert reason == f"{year}-kppn-ikn belum tercatat: {where}"


# The command


def test_a_year_that_begins_says_each_line_and_folder_that_it_made(began):
    folder, ended = began
    assert ended.exit_code == 0, ended.output
    lines = ended.output.splitlines()
    said = "edition 2027-{0}: copied from 2023-{0}, and nothing of it confirmed yet"
    assert lines[0] == said.format("kppn-ikn")
    assert lines[1].startswith(f"  not copied: Nilai SPBE ({SPBE}). Indeks SPBE dicabut pada 2026")
    assert lines[2] == said.format("reguler")
    for line in lines[3:7]:
        file, _, numbers = line.removeprefix("  added ").partition(": lines ")
        first, last = map(int, numbers.split("-"))
        new = Path(file).read_text(encoding="utf-8").splitlines()[first - 1 : last]
        assert len(new) == WHOLE[Path(file).stem]
        assert all(x.startswith("2027-") for x in new)
    assert {p.name for p in (folder / "raw" / "2027").iterdir()} == {"opd", "survei"}


def test_the_forms_go_to_every_agency_and_say_that_their_questions_are_not_confirmed(begun):
    made = begun / "formulir" / "2027"
    forms = {path.name for path in made.glob("formulir-2027-*.xlsx")}
    assert len(forms) == len(framework.load().opd)
    others = {path.name for path in made.iterdir()} - forms
    assert others == {"LIES-SAYA.txt", "program-2027.xlsx", "survei-2027.xlsx"}
    guide = openpyxl.load_workbook(made / "formulir-2027-dinkes.xlsx").worksheets[0]
    said = dict(guide.iter_rows(max_col=2, values_only=True))
    assert said["Belum dikonfirmasi"].startswith("Edisi 2027 (KPPN & IKN) belum dikonfirmasi: ")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("2027",), "2027 has its editions already"),
        (
            ("2028", "--to", "formulir/2027"),
            "formulir/2027 is there already; name another folder with --to",
        ),
    ],
)
def test_a_year_is_begun_once_and_no_form_is_written_over(asked, said, begun):
    before = {path: path.read_bytes() for path in begun.rglob("*.*")}
    ended = kukar("new-year", *asked)
    assert said in str(ended.exception)
    assert (ended.exception.exit_code, ended.output) == (2, "")
    assert {path: path.read_bytes() for path in begun.rglob("*.*")} == before


@pytest.mark.usefixtures("definitions")
def test_the_other_editions_of_a_year_are_begun_where_one_is_there(tmp_path, monkeypatch):
    monkeypatch.setattr(years, "_write_forms", lambda *_: 38)
    begin = functools.partial(years.begin, folder=tmp_path / "f", raw=tmp_path / "raw")
    first, other = (list(begin(2027, asked)) for asked in ("2023-reguler", None))
    assert "no forms: no list of questions is on record of 2023-reguler" in first
    assert other[0].startswith(f"edition 2027-kppn-ikn: copied from {SOURCE}, and nothing of")
    assert "2027-reguler" not in " ".join(other)


def test_the_status_names_each_fact_that_is_not_confirmed_with_its_line(begun):
    *facts, last = kukar("new-year", "2027", "--status").output.splitlines()
    assert [x for x in facts if not x.startswith("  ")] == [
        f"2027-kppn-ikn, copied from {SOURCE}:",
        "2027-reguler, copied from 2023-reguler:",
    ]
    (asked,) = (x for x in facts if x.startswith("  not copied: "))
    assert f"({SPBE})" in asked
    facts = [x for x in facts if x.startswith("  ") and x != asked]
    assert last.startswith("130 facts not confirmed. In ")
    assert len(facts) == 130
    for fact in facts:
        place, said = fact.split(maxsplit=1)
        file, number = place.split(":")
        line = (begun / "definitions" / file).read_text("utf-8").splitlines()[int(number) - 1]
        assert "unconfirmed" in line
        assert said.split(",")[0].split(maxsplit=1)[1] in line
    for year in (2022, 2023):
        said = f"{year}: every fact of its editions is confirmed\n"
        assert kukar("new-year", str(year), "--status").output == said


def test_a_year_that_has_begun_is_listed_as_waiting_for_its_files(begun, processed):
    asked = ["--year", "2027", "--region", KUKAR, "--only", "02_indeks"]
    ended = kukar("list", *asked, "--processed", str(processed))
    assert ended.exit_code == 0, ended.output
    assert "waits: Indeks Kabupaten Kutai Kartanegara 2027 belum tercatat" in ended.output


# An edition needs data only, and no page of it is silent about what is not confirmed


def test_an_invented_edition_is_checked_with_its_own_weights_and_no_code(office):
    folder, ended = office
    assert [one["code"] for one in ended] == [0] * 6, ended
    said = ended[1]["out"]
    assert "finals 2024: 2 of 2 agree" in said
    assert "improvements 2024: 2 of 2 agree" in said
    assert "edition 2027-kppn-ikn: 124 facts copied from 2024-kppn-ikn and not confirmed" in said
    assert copied.changed_code(folder) == []


def page(folder, name):
    text = (folder / "reports" / f"{name}.html").read_text(encoding="utf-8")
    return " ".join(Page(text).text.split()), text


def test_an_invented_edition_has_its_reports(office):
    said, _ = page(office[0], "2024/00.01/02_indeks")
    assert "adalah 2,87 dari skala 4" in said
    assert "belum dikonfirmasi" not in said.split("Letak halaman")[-1]
    said, _ = page(office[0], "2024/00.01/04_antar_tahun-2023")
    assert "bobotnya berubah dari 20% menjadi 25%" in said
    assert "+0,11" in said


def test_every_page_and_the_index_say_before_all_else_what_is_not_confirmed(office):
    made = sorted((office[0] / "reports" / "2027" / "00.01").glob("*.html"))
    assert [path.stem[:2] for path in made] == ["02", "05"]
    for path in made:
        said, source = page(office[0], f"2027/00.01/{path.stem}")
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
    for sheet in book:
        head = sheet.oddHeader
        said = "".join(part.text or "" for part in (head.left, head.center, head.right))
        assert "aturan belum dikonfirmasi" in said, sheet.title
    assert NOTICE in message.read_text(encoding="utf-8")


@pytest.fixture
def in_office(office, monkeypatch):
    """Use the tables and definitions of the office."""
    monkeypatch.setattr(framework, "DEFINITIONS", office[0] / "kukar_analysis" / "definitions")
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(office[0] / "data" / "processed"))


@pytest.mark.usefixtures("in_office")
def test_years_that_are_not_on_record_between_two_are_named():
    years = " ".join(ka.say.change("00.01", 2024, 2027))
    assert "**2,87** pada 2024 dan **2,95** pada 2027" in years
    assert "Perubahan ini mencakup 3 tahun sekaligus." in years
    assert "Aturan dan nilai tahun 2025 dan 2026 tidak tercatat." in years
    assert "yang tercetak pada 2027 diukur kementerian dari 2026" in years
    neighbours = " ".join(ka.say.change("00.01", 2023, 2024))
    assert "sekaligus" not in neighbours
    assert "terdiri atas" in neighbours


@pytest.mark.usefixtures("in_office")
def test_questions_that_are_copied_are_not_said_to_be_the_same():
    reasons = ka.components_between("00.01", 2024, 2027)["reason"]
    assert len(reasons) == 6
    assert reasons.str.contains("tidak terlihat atau belum dikonfirmasi").all()
    assert "54 butir sama" in set(ka.components_between("00.01", 2023, 2024)["reason"])


@pytest.mark.usefixtures("in_office")
def test_limits_say_first_that_the_rules_are_not_confirmed():
    for year, is_said in ((2024, False), (2027, True)):
        limit = ka.limits(year, "00.01", "index")["sentence"][0]
        for said in (limit, ka.say.certainty(year, "00.01")[0]):
            assert ("dikonfirmasi" in said, said.startswith(NOTICE)) == (is_said, is_said)


@pytest.mark.usefixtures("processed_env")
def test_nothing_is_said_where_all_is_confirmed_and_parts_are_counted(definitions):
    assert missing.unconfirmed(KUKAR, 2022, 2023) == []
    years.copy(2027, [SOURCE])
    path = definitions / "weights.csv"
    text = path.read_text(encoding="utf-8")
    for component in ("baseline,10", "output,20"):
        text = text.replace(
            f"2027-kppn-ikn,{component},unconfirmed", f"2027-kppn-ikn,{component},seen"
        )
    path.write_text(text, encoding="utf-8")
    framework.forget()
    (said,) = missing.unconfirmed(KUKAR, 2027)
    assert "aturan pembulatan, 4 dari 6 bobot, butir, dan aturan survei disalin" in said


@pytest.mark.usefixtures("processed_env")
def test_a_change_is_not_put_down_to_questions_that_are_not_confirmed(definitions):
    assert len(compare.questions_between(MALANG, 2022, 2023)) > 0
    path = definitions / "edition_questions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [x.replace(",seen,", ",unconfirmed,") if x.startswith(SOURCE) else x for x in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    framework.forget()
    assert compare.questions_between(MALANG, 2022, 2023).empty
    found = change.decompose_change(MALANG, 2022, 2023)
    assert found["question"].isna().all()
    assert not {"performance", "reworded"} & set(found["kind"])
    assert round(found["effect"].sum(), 2) == 0.44
