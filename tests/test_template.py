"""Forms that people fill in: what they hold, what can be typed, and that they are read back."""

from datetime import datetime

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from reading import KUKAR

from kukar_analysis import formats, forms, framework, paths
from kukar_analysis.errors import UsageError

FW = framework.load()
SAMPLE, NAME = "00.01", FW.regions[KUKAR].name
EDITION = "2023-kppn-ikn"
PILLARS = [pillar.name for pillar in FW.pillars.values()]
TYPED = ["answer", "score", "evidence", "remark"]
FORM = ["number", "question", "component", "code", "label", *TYPED]


def first(kind, *columns):
    return [forms.heading(kind, column) for column in columns]


def head_of(sheet):
    """Return the number of the row of headings, which is the one above the frozen pane."""
    return int(sheet.freeze_panes[1:]) - 1


def headings(sheet):
    return [cell.value for cell in sheet[head_of(sheet)]]


def records(sheet):
    """Return the lines of a sheet by heading."""
    rows = sheet.iter_rows(min_row=head_of(sheet) + 1, values_only=True)
    return [dict(zip(headings(sheet), row, strict=True)) for row in rows]


def open_columns(sheet):
    """Return the headings of the columns whose cells can be typed in, first and last line alike."""
    ends = head_of(sheet) + 1, sheet.max_row
    begin, end = ([not c.protection.locked for c in sheet[row]] for row in ends)
    assert begin == end
    return [head for head, is_open in zip(headings(sheet), begin, strict=True) if is_open]


def rule(sheet, head):
    """Return the rule on a column, after checking that it covers every line, or on a cell."""
    letter = get_column_letter(headings(sheet).index(head) + 1) if head != "B4" else ""
    whole = f"{letter}{head_of(sheet) + 1}:{letter}{sheet.max_row}" if letter else head
    (found,) = [r for r in sheet.data_validations.dataValidation if str(r.sqref) == whole]
    return found


def offered(book, sheet, head):
    """Return what a drop-down offers, from the hidden sheet."""
    found = rule(book[sheet], head)
    assert found.type == "list"
    of, _, span = found.formula1.partition("!")
    return [cell.value for (cell,) in book[of][span.replace("$", "")]]


def captions(sheet):
    rows = sheet.iter_rows(min_row=2, max_row=head_of(sheet) - 1, max_col=2, values_only=True)
    return {label: value for label, value in rows if label}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("forms")


@pytest.fixture(scope="module")
def written(folder):
    """Return every kind of form, by its file's name."""
    carried = {"Dinkes": ["living"], "Diskop UKM": ["society", "economy"]}
    paths = [
        *forms.write("agency", 2023, KUKAR, folder),
        *forms.write("agency", 2022, KUKAR, folder),
        *forms.write("agency", 2023, KUKAR, folder, [*carried, "Bappeda", "DPU"], carried),
        *forms.write("letter", 2023, KUKAR, folder),
        *forms.write("programmes", 2023, KUKAR, folder),
        *forms.write("programmes", 2023, KUKAR, folder, ["Diskop UKM"]),
        *forms.write("survey", 2023, KUKAR, folder),
    ]
    return {path.name: openpyxl.load_workbook(path) for path in paths}


def lists(book):
    """Return the sheets that hold a list."""
    return [sheet for sheet in book if sheet.title not in ("Petunjuk", "Daftar")]


SHEETS = {
    "formulir-2023.xlsx": [*PILLARS, "Umum"],
    "formulir-2022.xlsx": [*PILLARS, "Umum"],
    "formulir-2023-dinkes.xlsx": ["Smart Living"],
    "formulir-2023-diskop-ukm.xlsx": ["Smart Economy", "Smart Society"],
    "formulir-2023-bappeda.xlsx": [*PILLARS, "Umum"],
    "formulir-2023-dpu.xlsx": PILLARS,
}


def test_an_agency_gets_the_sheets_of_its_pillars(written):
    for name, sheets in SHEETS.items():
        assert [sheet.title for sheet in lists(written[name])] == sheets
        assert written[name].sheetnames[0] == written[name].active.title == "Petunjuk"


@pytest.mark.parametrize(("year", "count"), [(2022, 59), (2023, 63)])
def test_the_blank_form_asks_every_question_that_is_not_surveyed_once(written, year, count):
    asked = FW.asked(f"{year}-kppn-ikn")
    pillars = {p.name: p.pillar for p in FW.pillars.values()}
    sheets = lists(written[f"formulir-{year}.xlsx"])
    found = {s.title: [record["ID BUTIR"] for record in records(s)] for s in sheets}
    assert found == {
        title: [q.question for q in asked if q.pillar == pillars.get(title)] for title in found
    }
    assert sum(map(len, found.values())) == len(asked) == count


def test_the_lines_say_what_the_definitions_say_and_only_the_answers_are_open(written):
    book = written["formulir-2023-dinkes.xlsx"]
    sheet = book["Smart Living"]
    assert headings(sheet) == first("agency_form", *FORM)
    assert open_columns(sheet) == first("agency_form", *TYPED)
    for record in records(sheet):
        question = FW.questions[record["ID BUTIR"]]
        printed = FW.edition_questions[EDITION][question.question]
        component = FW.components[question.component].name
        expected = [printed.number, question.question, component, printed.code, question.label]
        assert list(record.values()) == [*expected, None, None, None, None]
    scale = ["0", "1", "2", "3", "4", "belum dijawab"]
    assert offered(book, sheet.title, "NILAI MANDIRI") == scale
    assert rule(sheet, "NILAI MANDIRI").errorStyle == "warning", "a decimal is not refused"


def test_the_captions_of_a_form_and_the_agency_is_chosen_where_it_is_blank(written):
    sheet = written["formulir-2023-dinkes.xlsx"]["Smart Living"]
    assert captions(sheet) == {"DAERAH": NAME, "TAHUN": "2023", "OPD": "Dinas Kesehatan"}
    own, blank = (written[f"program-2023{of}.xlsx"]["Program"] for of in ("-diskop-ukm", ""))
    assert captions(own)["OPD"] == "Dinas Koperasi dan UKM"
    assert ["OPD" in headings(sheet) for sheet in (own, blank)] == [False, True]
    assert "OPD" not in captions(blank)
    book = written["formulir-2023.xlsx"]
    for sheet in lists(book):
        assert captions(sheet)["OPD"] is None
        assert not sheet["B4"].protection.locked
        assert set(offered(book, sheet.title, "B4")) == {opd.name for opd in FW.opd.values()}
    assert book["Daftar"].sheet_state == "veryHidden"


def test_what_is_typed_stays_as_typed_all_else_is_locked_and_nobody_is_named(written):
    whole = first("programmes", "budget", "users")
    for name, book in written.items():
        of, year = book.properties, 2022 if "2022" in name else 2023
        assert (of.creator, of.lastModifiedBy) == ("kukar", None)
        assert of.created == of.modified == datetime(year, 1, 1)
        assert all(part.protection.sheet and not part.protection.formatRows for part in book)
        for sheet in lists(book):
            assert all(cell.protection.locked for cell in sheet[head_of(sheet)])
            for head in open_columns(sheet):
                cell = sheet.cell(head_of(sheet) + 1, headings(sheet).index(head) + 1)
                assert cell.number_format == ("#,##0" if head in whole else "@")
            for found in sheet.data_validations.dataValidation:  # Excel's limits
                assert max(len(found.prompt or ""), len(found.error or "")) <= 225


def test_the_letter_is_typed_as_it_is_printed(written):
    book = written["isian-surat-2023-64.02.xlsx"]
    table, parts, questions = lists(book)
    columns = ["number", "region", *FW.weights[EDITION], "index", "improvement", "group"]
    expected = first("national_table", *columns, "participated")
    assert headings(table) == open_columns(table) == expected
    assert [[*r.values()] for r in records(table)] == [[None] * len(expected)] * 150
    groups = offered(book, table.title, "KET")
    assert [FW.match("group", text) for text in groups] == [[g] for g in FW.groups]
    names = [FW.components[c].name for c in FW.weights[EDITION]]
    assert open_columns(parts) == first("component_scores", "mean")
    assert [[*r.values()] for r in records(parts)] == [[NAME, name, None] for name in names]
    assert open_columns(questions) == first("question_scores", "score")
    codes = [p.code for p in FW.edition_questions[EDITION].values()]
    assert [r["KODE"] for r in records(questions)] == codes
    assert FW.match("source", records(questions)[0]["SUMBER"]) == ["assessor"]


def test_the_programmes_drop_downs_are_names_that_the_reader_knows(written):
    book = written["program-2023.xlsx"]
    names = {"pillar": FW.pillars, "sub_dimension": FW.sub_dimensions, "opd": FW.opd}
    names |= {kind: framework.FIXED_NAMES[kind] for kind in ("status", "digital_part")}
    for column, ids in names.items():
        (head,) = first("programmes", column)
        found = [FW.match(column, text) for text in offered(book, "Program", head)]
        assert sorted(found) == sorted([id_] for id_ in ids)
    assert offered(book, "Program", "QUICK WIN") == ["ya", "tidak"]
    for head in first("programmes", "budget", "users"):
        assert rule(book["Program"], head).type == "whole"


def test_the_survey_has_a_column_for_each_statement_and_room_for_all_who_are_asked(written):
    book, facts = written["survei-2023.xlsx"], FW.surveys[EDITION]
    sheet = book["Survei"]
    people = ["pillar", "programme", "person_name", "person_phone", "person_address"]
    statements = [f"P{n}" for n in range(1, facts.statements + 1)]
    assert headings(sheet) == open_columns(sheet) == first("survey", *people) + statements
    for head in statements:
        assert offered(book, "Survei", head) == ["0", "1", "2", "3", "4"]
        assert rule(sheet, head).errorStyle in (None, "stop")
    assert len(records(sheet)) >= facts.respondents * len(PILLARS)
    assert captions(sheet) == {"DAERAH": NAME, "TAHUN": "2023"}
    guide = dict(book["Petunjuk"].iter_rows(min_row=3, max_col=2, values_only=True))
    assert guide["Smart Governance"].startswith("P1–P3 Layanan Publik; P4–P6 ")


def test_a_form_that_is_there_is_replaced_only_when_asked(tmp_path):
    asked = ("agency", 2023, KUKAR, tmp_path, ["DPU", "Dinas Kesehatan", "Dinkes"])
    other, path = forms.write(*asked)  # an agency gets one form
    path.write_text("filled in")
    other.unlink()
    with pytest.raises(UsageError, match=path.name):
        forms.write(*asked)
    assert (list(tmp_path.iterdir()), path.read_text()) == ([path], "filled in")
    assert path in forms.write(*asked, force=True)
    assert openpyxl.load_workbook(path).sheetnames[0] == "Petunjuk"


REFUSED = {
    "agency 2023 64.02 --opd Dinkes,Sihir": r"is not known.*opd\.csv",
    "letter 2021 64.02": r"edition_questions\.csv has none of 2021; .* known: 2022-.*2023-",
    "survey 2022 64.02": r"surveys\.csv has none of 2022; .* known: 2023",
    "letter 2023 64.02 --edition 2023-reguler": r"has none of 2023-reguler",
    "agency 2023 64.99": "region '64.99' is not known",
    "programmes 23 64.02": "is no year of an evaluation",
    "agency 2023 64.02 --opd DPU": "pillar 'smart' is not known",
}


@pytest.mark.parametrize("asked", REFUSED)
def test_what_is_not_on_record_is_refused_and_what_is_there_is_named(tmp_path, asked):
    kind, year, region, *more = asked.split()
    given = dict(zip(more[::2], more[1::2], strict=True))
    opd, edition = given.get("--opd", "").split(","), given.get("--edition")
    with pytest.raises(UsageError, match=REFUSED[asked]):
        forms.write(
            *(kind, int(year), region, tmp_path, filter(None, opd), {"DPU": ["smart"]}),
            edition=edition,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_forms_name_tells_its_agency():
    names = {opd: f"formulir-2023-{formats.slug(opd)}" for opd in FW.opd}
    assert {opd: FW.named_in("opd", name) for opd, name in names.items()} == {
        o: [o] for o in FW.opd
    }


@pytest.mark.usefixtures("sample_env")
def test_an_agency_gets_back_what_it_can_mend_and_what_returns_has_the_last_word(
    tmp_path, clean_files
):
    assert len(forms.mend(2023, SAMPLE, tmp_path / "all")) > 5  # one for each file that came
    (path,) = forms.mend(2023, SAMPLE, tmp_path, ["Dinkes"])
    assert path.name == "contoh-dinkes-susulan.xlsx"
    with pytest.raises(UsageError, match="there already"):
        forms.mend(2023, SAMPLE, tmp_path, ["Dinas Kesehatan"])
    book = openpyxl.load_workbook(path)
    sheet = book["Perbaikan"]
    bare, *_, asked = records(sheet)
    assert bare["ID BUTIR"] == "outcome.living.birth_attendance"
    assert bare["TEMUAN"].startswith("Jawaban tanpa data dukung: Minta OPD melampirkan")
    assert (bare["NILAI MANDIRI"], bare["DATA DUKUNG"]) == ("3,75", None)
    assert (asked["TEMUAN"][:14], asked["NILAI MANDIRI"]) == ("Belum dijawab:", "belum dijawab")
    assert open_columns(sheet) == first("agency_form", *TYPED), "the finding is not typed over"
    evidence = headings(sheet).index("DATA DUKUNG") + 1
    sheet.cell(head_of(sheet) + 1, evidence).value = "SK 12/2023"
    book.save(path)
    sent = paths.ROOT / "data" / "sample" / "2023" / "opd" / "contoh-dinkes.xlsx"
    came = {"2023/contoh-dinkes.xlsx": sent.read_bytes(), f"2023/{path.name}": path.read_bytes()}
    scores = clean_files(came).tables["question_scores"].set_index("question")
    mended = scores.loc["outcome.living.birth_attendance"]
    assert (mended["score"], mended["evidence"]) == (3.75, "SK 12/2023")
    assert mended["origin"].startswith(f"2023/{path.name}#Perbaikan")
