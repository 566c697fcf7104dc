"""What the office collects itself: agency forms, programmes, quick wins' aspects, surveys."""

import ast
import json

import pytest
from cases import cases

from kukar_analysis import framework, paths
from kukar_analysis.clean.line import Line
from kukar_analysis.clean.records import parse
from kukar_analysis.read.source import Number, Record, SourceList

HDI = "outcome.economy.hdi"
LABEL = "Indeks Pembangunan Manusia"
ANSWERS = {f"statement_{n}": str(n % 5) for n in range(1, 10)}
GIVEN = {
    "agency_form": {"question": HDI, "score": "3", "opd": "Dinkes"},
    "programmes": {"pillar": "living", "programme": "A", "status": ""},
    "quick_win_aspects": {"programme": "A", "aspect": "Daya tarik", "score": "3"},
    "survey": {"pillar": "Smart Living", "person_name": "Siti", "person_phone": "0812"} | ANSWERS,
}


def line_of(kind, year=2023, /, **cells):
    """Return a record of a sheet with a column for each cell, headed by our name of it."""
    cells = GIVEN[kind] | cells
    headings = {column: (column.upper(), i) for i, column in enumerate(cells, start=1)}
    record = Record(2, cells, part="Isian")
    file = SourceList(f"{year}/isian.xlsx", "workbook", kind, headings, [record])
    return Line(file, record, year, {})


def rows_of(line):
    found = parse(line)
    assert line.faults == []
    return [row for _, row in found]


def cells_of(case):
    """Return the cells of a case; `#` before one says that it holds a number."""
    given = dict(part.split("=", 1) for part in case["cells"].split("|"))
    signs = {c: t for c, t in given.items() if t[:1] == "#" and t[1:2].isdigit()}
    return given | {column: Number(text[1:]) for column, text in signs.items()}


def said(case):
    return f"{case['case']} {case['kind']} {case['cells']}"


@pytest.mark.parametrize("case", cases("kept").values(), ids=said)
def test_a_record_is_kept_with(case):
    rows, found = rows_of(line_of(case["kind"], **cells_of(case))), json.loads(case["found"])
    assert [row[case["column"]] for row in rows] == (found if isinstance(found, list) else [found])
    assert {row["year"] for row in rows} == {2023}


@pytest.mark.parametrize("case", cases("refused").values(), ids=said)
def test_a_record_is_refused_where_it_is_not_certain(case):
    line = line_of(case["kind"], **cells_of(case))
    assert parse(line) == []
    (fault,) = line.faults
    assert (fault["rule"], fault["column"] or "") == (case["rule"], case["heading"])
    # of a survey no cell is repeated: in a shifted line it may be a name or a telephone number
    own = line.record.cells.get(case["heading"].lower()) if case["kind"] != "survey" else None
    assert fault["value"] == (own or None)
    assert fault["reason"].startswith(case["reason"])


@pytest.mark.parametrize(
    ("cells", "rule", "place", "reason"),
    [
        (
            {"question": "outcome.ekonomi.ipm", "label": LABEL},
            *("by_label", "#Isian!A2", f"dibaca sebagai {HDI}"),
        ),
        ({"opd": ""}, "no_agency", "#Isian!2", "OPD penjawab tidak disebut"),
        ({"score": Number("2.675")}, "rounded", "#Isian!B2", "menjadi 2.68"),
    ],
)
def test_what_is_taken_otherwise_than_it_stands_is_said(cells, rule, place, reason):
    line = line_of("agency_form", **cells)
    assert rows_of(line)[0]["question"] == HDI
    (note,) = line.notes
    assert (note["rule"], note["origin"]) == (rule, f"2023/isian.xlsx{place}")
    assert note["reason"].startswith(reason)


@pytest.mark.parametrize(("year", "edition"), [(2022, "2022-kppn-ikn"), (2024, None)])
def test_a_form_is_of_its_folders_year_and_of_the_offices_own_region(year, edition):
    (row,) = rows_of(line_of("agency_form", year))
    assert (row["year"], row["region"], row["edition"]) == (year, "64.02", edition)
    assert (row["component"], row["score"]) == ("outcome", 3.0)


def test_a_respondent_gives_a_row_for_each_statement_of_its_part_in_order():
    rows = rows_of(line_of("survey", programme="Puskesmas Digital"))
    assert [row["statement"] for row in rows] == list(range(1, 10))
    parts = ["harmony"] * 3 + ["health"] * 3 + ["mobility"] * 3
    assert [row["sub_dimension"] for row in rows] == parts
    assert {row["programme"] for row in rows} == {"Puskesmas Digital"}
    assert len({row["respondent"] for row in rows}) == 1


PERSON = "Siti Rekaan;081234567890;siti@contoh.id;6402011234567890;Jalan Mawar 7"


@pytest.mark.parametrize("last", ["4;3", "5;3"], ids=["kept", "rejected"])
def test_what_names_a_person_is_in_no_table_and_no_message(clean_files, last):
    lines = f"{PERSON};Smart Living;{last}\n{PERSON};Smart Living;{last};x\n"
    heads = "NAMA;NO HP;EMAIL;NIK;ALAMAT;PILAR;P1;P2"
    made = clean_files({"2023/survei-living.csv": f"{heads}\n{lines}"})
    assert made.tables["files"]["rows_read"].tolist() == [2]
    shown = f"{made.problems}{made.notes}{[t.to_csv() for t in made.tables.values()]}"
    assert [part for part in PERSON.split(";") if part in shown] == []
    hashes = made.tables["survey_responses"]["respondent"]
    assert len(hashes) == (2 if last == "4;3" else 0)
    assert hashes.str.fullmatch("[0-9a-f]{16}").all()


SAYING = ("fault", "note", "not_read", "say", "told", "refusal")


def test_every_rule_that_the_program_says_is_explained_to_the_office():
    package, used = paths.ROOT / "kukar_analysis", set()
    for path in [*package.glob("clean/*.py"), *package.glob("read/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            function = getattr(node, "func", None)
            if getattr(function, "attr", getattr(function, "id", "")) in SAYING:
                said = (n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant))
                used |= {text for text in said if isinstance(text, str)}
    assert len(used) > 60
    assert used - {""} - set(framework.load().rules) == set()
