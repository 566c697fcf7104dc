"""What the office collects itself: agency forms, programmes, quick wins' aspects, surveys."""

from __future__ import annotations

import ast

import pytest

from kukar_analysis import framework, store
from kukar_analysis.clean.records import Line, parse
from kukar_analysis.read.source import Number, Record, SourceList

HDI = "outcome.economy.hdi"
LABEL = "Indeks Pembangunan Manusia"
SIGNS = ("√", "✓", "½", "★", "²", "...", "?")
"""Signs that are no letter or digit: texts as any other, and not nothing."""


def line_of(kind, cells, year=2023, name="{}/isian.xlsx", editions=None):
    """Return a record of a sheet with a column for each cell, headed by our name of it."""
    headings = {column: (column.upper(), i) for i, column in enumerate(cells, start=1)}
    record = Record(2, {c: t for c, t in cells.items() if t is not None}, part="Isian")
    file = SourceList(name.format(year), "workbook", kind, headings, [record])
    return Line(file, record, year, editions or {})


def rows_of(line):
    found = parse(line)
    assert line.faults == []
    return [row for _, row in found]


def fault_of(line):
    """Return (rule, heading, value, reason) of the one fault of a record."""
    assert parse(line) == []
    (fault,) = line.faults
    return fault["rule"], fault["column"], fault["value"], fault["reason"]


def form(year=2023, **cells):
    return line_of("agency_form", {"question": HDI, "score": "3", "opd": "Dinkes"} | cells, year)


def kept(column, **cells):
    (row,) = rows_of(form(**cells))
    return row[column]


# Which question


@pytest.mark.parametrize(
    "cells",
    [
        {"question": HDI},
        {"question": f" {HDI.upper()}"},
        {"question": "", "label": LABEL},
        {"question": None, "label": f"{LABEL}."},
        {"question": None, "code": "3.10.2"},
        {"question": HDI, "label": "Capaian pembangunan manusia"},
        {"question": "12", "label": LABEL},
        {"question": HDI, "code": "3.10.2", "pillar": "Smart Ekonomi", "component": "Outcome"},
    ],
    ids=lambda cells: " ".join(cells),
)
def test_a_question_is_known_by_its_id_its_label_or_its_code(cells):
    assert kept("question", **cells) == HDI
    assert kept("component", **cells) == "outcome"
    assert kept("pillar", **cells) == "economy"


def test_an_id_that_is_none_is_said_where_the_label_tells_the_question():
    line = form(question="outcome.ekonomi.ipm", label=LABEL)
    assert rows_of(line)[0]["question"] == HDI
    assert line.notes == [
        "2023/isian.xlsx#Isian!A2: 'outcome.ekonomi.ipm' is no question; taken by its label or code"
        f" for {HDI}"
    ]


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"code": "2.1.1", "block": "Kelembagaan"}, "output.council"),
        ({"code": "2.1.1", "block": "anggaran"}, "output.apbd_budget"),
        ({"label": "Program pilar berjalan tahun ini", "pillar": "living"}, "outcome.living.pro"),
    ],
)
def test_what_fits_several_questions_is_told_by_the_block_or_pillar(cells, found):
    assert kept("question", question="", **cells).startswith(found)


@pytest.mark.parametrize(
    ("cells", "rule", "column", "reason"),
    [
        ({"code": "2.1.1"}, "ambiguous", "CODE", "could be output."),
        ({"label": "Program pilar berjalan tahun ini"}, "ambiguous", "LABEL", "could be outcome."),
        ({"code": "9.9.9"}, "question", "CODE", "is no question of 2023-kppn-ikn; add it to"),
        ({"label": "Indeks Pembangunan Manusiaa"}, "question", "LABEL", "is no question of 2023-"),
        ({"code": ""}, "question", None, "no question is named; write its id, its code or its"),
        (
            {"question": HDI, "label": "Persentase penduduk miskin"},
            "ambiguous",
            "QUESTION",
            f"could be {HDI}, outcome.economy.poverty; write the id",
        ),
        (
            {"question": HDI, "code": "3.10.1"},
            "question",
            "CODE",
            f"{HDI} has the code 3.10.2 in 2023-kppn-ikn",
        ),
        (
            {"question": HDI, "pillar": "Smart Living"},
            "question",
            "PILLAR",
            f"{HDI} is of economy, not Smart Living",
        ),
        (
            {"question": HDI, "component": "Output"},
            "question",
            "COMPONENT",
            f"{HDI} is of outcome, not Output",
        ),
    ],
)
def test_a_question_that_is_not_certain_is_rejected(cells, rule, column, reason):
    said = fault_of(form(**{"question": ""} | cells))
    assert said[:2] == (rule, column)
    assert said[3].startswith(reason)


def test_an_unknown_label_comes_with_the_nearest_and_the_line_that_accepts_it():
    reason = fault_of(form(question="", label="Indeks Pembangunan Manusiaa"))[3]
    assert f"nearest: {LABEL} (9" in reason
    assert reason.endswith(f"question,Indeks Pembangunan Manusiaa,{HDI},assumed,project")


# Which agencies


@pytest.mark.parametrize(
    ("cell", "agencies"),
    [
        ("Dinkes", ["Dinkes"]),
        ("Dinas Kesehatan", ["Dinkes"]),
        ("Dinas Kesehatan, Dinas Sosial", ["Dinkes", "Dinsos"]),
        ("Dinkes dan Dinsos", ["Dinkes", "Dinsos"]),
        ("Dinkes; Dinsos / Bappeda & Setda", ["Dinkes", "Dinsos", "Bappeda", "Setda"]),
        ("Dinas Kesehatan\nDinas Sosial", ["Dinkes", "Dinsos"]),
        ("1. Dinkes\n2. Dinsos", ["Dinkes", "Dinsos"]),
        ("Dinas Komunikasi dan Informatika", ["Diskominfo"]),
        (
            "Dinas Komunikasi dan Informatika, Dinas Perindustrian dan Perdagangan dan Dinkes",
            ["Diskominfo", "Disperindag", "Dinkes"],
        ),
        ("Dinas Kesehatan Kab. Kutai Kartanegara", ["Dinkes"]),
        ("Dinkes, Dinas Kesehatan", ["Dinkes"]),
        ("-", [None]),
        ("belum ada", [None]),
        (None, [None]),
    ],
)
def test_a_cell_may_name_several_agencies_whose_names_hold_commas_and_dan(cell, agencies):
    rows = rows_of(form(opd=cell))
    assert [row["opd"] for row in rows] == agencies
    assert len({(row["question"], row["score"], row["origin"]) for row in rows}) == 1


def test_a_form_that_names_no_agency_is_kept_and_it_is_said():
    line = form(opd=None)
    rows_of(line)
    assert line.notes == [
        "2023/isian.xlsx: does not say which agency answers (in a column, above the list, or in the"
        " file's name)"
    ]


@pytest.mark.parametrize(
    ("cell", "rule", "reason"),
    [
        ("DKP", "ambiguous", "could be Dinas Kelautan dan Perikanan or Dinas Ketahanan Pangan; wr"),
        ("Dinkes, DKP", "ambiguous", "DKP could be Dinas Kelautan dan Perikanan or Dinas Ket"),
        ("Dinas Keshatan", "name", "opd 'Dinas Keshatan' is not known; nearest: Dinas Kesehatan ("),
        ("Dinkes dan Dinas Anu", "name", "opd 'Dinas Anu' is not known; "),
        ("Dinas Kesehatan Kab. Malang", "name", "opd 'Dinas Kesehatan Kab. Malang' is not known"),
    ],
)
def test_an_agency_that_is_not_certain_rejects_the_record(cell, rule, reason):
    said = fault_of(form(opd=cell))
    assert said[:3] == (rule, "OPD", cell)
    assert said[3].startswith(reason)


# The answer and its score


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("2,75", 2.75),
        ("2.5", 2.5),
        (Number("2.75"), 2.75),
        (Number("2.675"), 2.68),
        (Number("2.665"), 2.67),
        (Number("3.333333333"), 3.33),
        ("", None),
        ("-", None),
        ("–", None),
        ("n/a", None),
        ("Belum ada", None),
        ("NIHIL", None),
        ("--", None),
        ("−", None),
        ("— —", None),
    ],
)
def test_a_score_is_a_number_of_two_decimals_or_nothing(text, score):
    assert kept("score", score=text) == score


def test_a_number_of_more_decimals_is_rounded_half_up_and_said():
    line = form(score=Number("2.675"))
    assert rows_of(line)[0]["score"] == 2.68
    assert line.notes == ["2023/isian.xlsx#Isian!B2: 2.675 is kept with two decimals, 2.68"]


@pytest.mark.parametrize(
    ("text", "rule", "reason"),
    [
        ("2.675", "score", "expected a number from 0 to 4 with two decimals, or - where"),
        ("2,675", "score", "expected a number from 0 to 4"),
        ("tiga", "score", "expected a number from 0 to 4"),
        ("3 (tiga)", "score", "expected a number from 0 to 4"),
        (Number("5"), "scale", "is outside 0 to 4"),
        ("4,5", "scale", "is outside 0 to 4"),
        ("2023-04-03", "score", "is a date: Excel took a typed range or fraction for one"),
        ("#REF!", "formula", "is a formula's error; type the value instead"),
        ("=?", "formula", "was never calculated; open and save it in Excel"),
        *((sign, "score", "expected a number from 0 to 4") for sign in SIGNS),
    ],
)
def test_a_score_that_is_none_rejects_the_record(text, rule, reason):
    said = fault_of(form(score=text))
    assert said[:3] == (rule, "SCORE", text)
    assert said[3].startswith(reason)


@pytest.mark.parametrize(
    "band",
    ["76%-100%", "0% - 5%", "70-80", "76 s.d. 100%", "<50%", "76%", "CC - B", "25 sampai 50"],
)
def test_a_range_where_the_score_should_stand_is_kept_as_the_answer_without_a_score(band):
    assert (kept("answer", score=band), kept("score", score=band)) == (band, None)
    assert kept("answer", score=band, answer="tercapai") == f"tercapai; {band}"


@pytest.mark.parametrize(
    ("answer", "found"),
    [("ada", "ada"), ("", None), ("-", None), ("N/A", None), ("Belum diisi", None)],
)
def test_an_answer_in_words_is_kept_and_the_words_for_nothing_are_nothing(answer, found):
    assert kept("answer", answer=answer) == found


@pytest.mark.parametrize(
    ("evidence", "found"),
    [("tautan", "tautan"), ("belum ada", None), ("‒", None), *((sign, sign) for sign in SIGNS)],
)
def test_evidence_that_is_not_there_is_nothing(evidence, found):
    assert kept("evidence", evidence=evidence) == found


def test_a_row_left_blank_is_asked_and_not_answered():
    (row,) = rows_of(form(score="", answer="", evidence="", remark=""))
    assert [row[c] for c in ("answer", "score", "evidence", "remark")] == [None] * 4
    assert (row["source"], row["opd"], row["question"]) == ("self", "Dinkes", HDI)


# Year, region, edition


def test_a_form_is_of_its_folders_year_and_of_the_offices_own_region():
    (row,) = rows_of(form(2022))
    assert (row["year"], row["region"], row["edition"]) == (2022, "64.02", "2022-kppn-ikn")


def test_a_form_of_a_year_whose_rules_are_not_known_has_no_edition():
    (row,) = rows_of(form(2024))
    assert (row["edition"], row["question"], row["score"]) == (None, HDI, 3.0)


def test_a_form_may_name_another_region():
    assert kept("region", region="Kabupaten Contoh") == "00.01"


def test_a_form_of_another_year_than_its_folder_is_rejected():
    rule, column, value, reason = fault_of(dated("2022"))
    assert (rule, column, value) == ("year", "YEAR", "2022")
    assert reason.startswith("the form is of 2022, but lies in the folder of 2023; move it, or ask")
    assert rows_of(dated("2023"))[0]["year"] == 2023


def dated(text):
    return line_of("agency_form", {"question": HDI, "score": "3", "opd": "Dinkes", "year": text})


# Programmes


def programme(**cells):
    return line_of("programmes", {"pillar": "living", "programme": "A", "status": ""} | cells)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Rp 1.250.000", 1_250_000),
        ("Rp1.250.000,-", 1_250_000),
        ("rp. 1.250.000,50", 1_250_000.5),
        ("1.250.000,50", 1_250_000.5),
        ("1.250.000", 1_250_000),
        ("Rp 1.250", 1250),
        ("1.250,5", 1250.5),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1250000", 1_250_000),
        ("0", 0),
        (Number("1250000"), 1_250_000),
        (Number("1.25"), 1.25),
        (Number("1.125"), 1.125),
        ("", None),
        ("-", None),
        ("nihil", None),
    ],
)
def test_a_budget_may_be_written(text, amount):
    assert rows_of(programme(budget=text))[0]["budget"] == amount


@pytest.mark.parametrize(("text", "amount"), [("75%", 75), ("12,5 %", 12.5), ("300", 300)])
def test_a_target_may_be_written(text, amount):
    assert rows_of(programme(target=text))[0]["target"] == amount


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("budget", "1.250", "could be read in two ways; write it without a thousands mark"),
        ("target", "1.250", "could be read in two ways"),
        ("target", "Rp 1.250", "could be read in two ways"),
        ("budget", "1,250", "could be read in two ways"),
        ("budget", "1,250,00", "is no number"),
        ("budget", "1,2 M", "is no number"),
        ("users", "ribuan", "is no number"),
        ("realisation", "80 dari 100", "is no number"),
        *(("target", sign, "is no number") for sign in SIGNS),
    ],
)
def test_an_amount_that_is_not_certain_is_rejected(column, text, reason):
    rule, heading, value, said = fault_of(programme(**{column: text}))
    assert (rule, heading, value) == ("number", column.upper(), text)
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("column", "text", "found"),
    [
        ("status", "Selesai", "done"),
        ("status", "sedang berjalan", "running"),
        ("status", "BELUM", "not_begun"),
        ("status", "", None),
        ("digital_part", "Infrastruktur Digital", "infrastructure"),
        ("digital_part", "pasar", "market"),
        ("likelihood", "rendah", 1.0),
        ("likelihood", "Tinggi", 3.0),
        ("impact", "2", 2.0),
        ("impact", "", None),
        ("is_quick_win", "Ya", True),
        ("is_quick_win", "tidak", False),
        ("is_quick_win", "", False),
        ("sub_dimension", "Health", "health"),
        ("programme", "  Puskesmas   Digital ", "Puskesmas Digital"),
        ("opd", "Dinas Kesehatan", "Dinkes"),
        ("region", None, "64.02"),
    ],
)
def test_a_programme_is_kept_in_words_that_are_known(column, text, found):
    assert rows_of(programme(**{column: text}))[0][column] == found


@pytest.mark.parametrize(
    ("cells", "rule", "column"),
    [
        ({"status": "hampir"}, "name", "STATUS"),
        ({"digital_part": "langit"}, "name", "DIGITAL_PART"),
        ({"likelihood": "4"}, "risk", "LIKELIHOOD"),
        ({"impact": "besar"}, "risk", "IMPACT"),
        ({"is_quick_win": "mungkin"}, "is_quick_win", "IS_QUICK_WIN"),
        ({"sub_dimension": "Industry"}, "sub_dimension", "SUB_DIMENSION"),
        ({"opd": "Dinkes dan Dinsos"}, "opd", "OPD"),
        ({"programme": ""}, "needed", "PROGRAMME"),
        ({"pillar": ""}, "needed", "PILLAR"),
        ({"budget": "#N/A"}, "formula", "BUDGET"),
    ],
)
def test_a_programme_that_is_not_certain_is_rejected(cells, rule, column):
    assert fault_of(programme(**cells))[:2] == (rule, column)


def aspect(**cells):
    given = {"programme": "A", "aspect": "Daya tarik", "score": "3"}
    return line_of("quick_win_aspects", given | cells)


@pytest.mark.parametrize(("text", "found"), [("3,5", 3.5), ("", None), ("n/a", None), ("0", 0.0)])
def test_an_aspect_of_a_quick_win_is_scored_or_not(text, found):
    (row,) = rows_of(aspect(score=text))
    assert (row["aspect"], row["score"], row["region"]) == ("appeal", found, "64.02")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"aspect": "Warna"}, "name"),
        ({"score": "5"}, "scale"),
        ({"score": "★★★"}, "score"),
        ({"programme": "-"}, "needed"),
    ],
)
def test_an_aspect_that_is_not_certain_is_rejected(cells, rule):
    assert fault_of(aspect(**cells))[0] == rule


# Surveys

ANSWERS = {f"statement_{n}": str(n % 5) for n in range(1, 10)}


def survey(**cells):
    given = {
        "pillar": "Smart Living",
        "person_name": "Siti Rekaan",
        "person_phone": "0812-3456-789",
    }
    return line_of("survey", given | ANSWERS | cells)


def test_a_respondent_gives_a_row_for_each_statement_of_its_part_in_order():
    rows = rows_of(survey(programme="Puskesmas Digital"))
    assert [row["statement"] for row in rows] == list(range(1, 10))
    assert [row["answer"] for row in rows] == [1.0, 2.0, 3.0, 4.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    assert [row["sub_dimension"] for row in rows] == ["harmony"] * 3 + ["health"] * 3 + [
        "mobility"
    ] * 3
    assert {row["programme"] for row in rows} == {"Puskesmas Digital"}
    assert len({row["respondent"] for row in rows}) == 1


def test_a_form_of_one_part_says_so_and_a_statement_beyond_the_form_is_of_no_part():
    assert {r["sub_dimension"] for r in rows_of(survey(sub_dimension="Health"))} == {"health"}
    assert rows_of(survey(statement_10="3"))[-1]["sub_dimension"] is None


@pytest.mark.parametrize(("text", "answer"), [("", None), ("0", 0.0), ("4", 4.0), ("-", None)])
def test_an_answer_left_blank_is_null_and_zero_is_zero(text, answer):
    assert rows_of(survey(statement_2=text))[1]["answer"] == answer


@pytest.mark.parametrize("text", ["5", "-1", "2,5", "setuju", "10", *SIGNS])
def test_an_answer_off_the_scale_rejects_the_respondent(text):
    said = fault_of(survey(statement_2=text))
    # the cell is not repeated: in a shifted line it may be a name or a telephone number
    assert said == ("answer", "STATEMENT_2", None, "expected 0, 1, 2, 3 or 4")


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"pillar": ""}, "needed"),
        ({"pillar": "Smart City"}, "name"),
        ({"sub_dimension": "Industry"}, "sub_dimension"),
    ],
)
def test_a_survey_of_nothing_known_is_rejected(cells, rule):
    assert fault_of(survey(**cells))[0] == rule


PERSON = {
    "NAMA": "Siti Rekaan",
    "NO HP": "081234567890",
    "EMAIL": "siti@contoh.id",
    "NIK": "6402011234567890",
    "ALAMAT": "Jalan Mawar 7",
}


@pytest.mark.parametrize("last", ["4;3", "5;3"], ids=["kept", "rejected"])
def test_what_names_a_person_is_in_no_table_and_no_message(clean_files, last):
    heads, cells = ";".join(PERSON), ";".join(PERSON.values())
    content = f"{heads};PILAR;P1;P2\n{cells};Smart Living;{last}\n{cells};Smart Living;{last};x\n"
    made = clean_files({"2023/survei-living.csv": content})
    assert made.tables["files"]["rows_read"].tolist() == [2]
    shown = [made.problems, made.notes, *(t.to_csv() for t in made.tables.values())]
    assert [v for v in PERSON.values() if any(v in str(part) for part in shown)] == []
    hashes = made.tables["survey_responses"]["respondent"]
    assert len(hashes) == (2 if last == "4;3" else 0)
    assert hashes.str.fullmatch("[0-9a-f]{16}").all()


def test_every_rule_of_parsing_settling_and_cleaning_is_explained_to_the_office():
    package = store.ROOT / "kukar_analysis"
    used = set()
    for path in package.glob("clean/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "attr", "")
            place = {"fault": 0, "not_read": 1}.get(name)
            if place is not None:
                used |= {
                    n.value
                    for n in ast.walk(node.args[place])
                    if isinstance(n, ast.Constant) and isinstance(n.value, str)
                }
    assert len(used) > 15
    assert used - set(framework.load().rules) == set()
