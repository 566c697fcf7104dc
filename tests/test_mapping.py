"""Forms of somebody else's: asked about once, written into MAPPINGS.csv, and read from then on."""

import json

import pytest
from cases import cases
from reading import write_book
from typer.testing import CliRunner

from kukar_analysis import clean, cli
from kukar_analysis.read import mapping

LIKERT = ["Sangat Tidak Setuju", "Tidak Setuju", "Netral", "Setuju", "Sangat Setuju"]
ASKED = [
    f"Layanan {word}"
    for word in ("mudah", "cepat", "jelas", "tepat", "adil", "ramah", "bersih", "murah", "aman")
]
PERSON = ["Timestamp", "Nama Lengkap Bapak/Ibu", "No. WA aktif", "Saran"]
SITI = ["1/10/2023", "Siti Rekaan", "081234567890", "Siti minta parkir"]
HEADS = "form,what,text,meaning,pillar,programme"


class Office:
    def __init__(self, folder):
        self.raw, self.tables = folder / "raw", folder / "tables"

    def arrives(self, name, **sheets):
        path = self.raw / "2023" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            (rows,) = sheets.values()
            path.write_text("".join(";".join(map(str, row)) + "\n" for row in rows))
        else:
            write_book(path, sheets)
        return f"2023/{name}"

    def map(self, name, *options):
        return CliRunner().invoke(cli.app, ["map", name, "--raw", str(self.raw), *options])

    def clean(self):
        return clean.clean(self.raw, self.tables)

    def answers(self):
        made = self.clean()
        assert made.problems == []
        found = made.tables["survey_responses"]
        return {p: own["answer"].tolist() for p, own in found.groupby("pillar", sort=False)}

    def mappings(self):
        return (self.raw / mapping.MAPPINGS).read_text()


def mapped(kind):
    """Return the cases of a kind: rows parted by ` // `, cells by `|`."""
    return [pytest.param(case, id=name) for name, case in cases("mapped").items() if kind in name]


def rows_of(case):
    return [line.split("|") for line in case["rows"].split(" // ")]


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def likert(*values):
    return [LIKERT[value] for value in values]


VALUES = [4, 0, 2, 3, 1, 4, 4, 2, 3]
SCALE = ("--scale", "0-4")
LIVING = [["Pilar", *ASKED], ["Smart Living", *VALUES]]


@pytest.mark.parametrize("case", mapped("survey"))
def test_an_export_of_an_unknown_form_is_read_once_it_is_mapped(office, case):
    rows, options = rows_of(case), json.loads(case["options"])
    name, is_new_word = office.arrives("survei.csv", rows=rows), "Mantap" in case["rows"]
    before = office.clean()
    if not is_new_word:  # words that nobody knows are no sign of a survey
        assert f'`kukar map "{name}"`' in before.problems[0]
    assert before.tables["survey_responses"].empty
    if options:
        assert office.map(name).exit_code != 0
    assert office.map(name, *options).output.endswith("jalankan `kukar clean`\n")
    assert office.answers() == {"living": [3.0] * 9 if is_new_word else VALUES}
    assert "sudah dikenal" in office.map(office.arrives("susulan lain.csv", rows=rows)).output


def test_nothing_of_a_person_is_written_or_kept(office):
    rows = [[*PERSON, "Pilar", *ASKED], [*SITI, "Smart Living", *likert(*VALUES)]]
    said = office.map(office.arrives("survei.csv", rows=rows)).output
    made = office.clean()
    kept = "".join(table.to_csv() for table in made.tables.values())
    everything = said + office.mappings() + kept + "".join(made.problems + made.notes)
    assert [text for text in ("Siti", "0812", "parkir") if text in everything] == []
    assert made.tables["survey_responses"]["respondent"].str.fullmatch("[0-9a-f]{16}").all()
    assert "survei-1,heading,Saran,,," in office.mappings()


def test_blocks_of_the_same_statements_are_read_each_with_its_pillar(office):
    block = ["Pilar", "Layanan", *(f"P{n}" for n in range(1, 10))]
    row = ["Smart Living", "A", *VALUES, "Smart Economy", "B", *VALUES[::-1]]
    name = office.arrives("survei.csv", rows=[[*PERSON, *block, *block], [*SITI, *row]])
    office.map(name, *SCALE)
    assert office.answers() == {"living": VALUES, "economy": VALUES[::-1]}
    made = office.clean().tables["survey_responses"]
    found = made.groupby("pillar")["programme"].unique().str[0].to_dict()
    assert found == {"economy": "B", "living": "A"}
    assert made["respondent"].nunique() == 1


@pytest.mark.parametrize("column", [[], ["Pilar"]], ids=["no column", "one column for both"])
def test_a_form_of_several_pillars_asks_for_each(office, column):
    heads = [*column, *(f"{a} ({x})" for x in "ab" for a in ASKED)]
    first = ["Smart Living"] * len(column)
    rows = [heads, [*first, *VALUES, *[""] * 9], [*first, *[""] * 9, *VALUES]]
    name = office.arrives("survei.csv", rows=rows)
    office.map(name, *SCALE, "--pillar", "living", "--pillar", "society")
    office.arrives("survei.csv", rows=[*rows, [*first, *["n/a"] * 18]])
    assert office.answers() == {"living": VALUES, "society": VALUES}
    assert any("baris tanpa satu jawaban pun dilewati: 2." in note for note in office.clean().notes)


def test_the_sheets_of_a_workbook_are_each_of_the_pillar_they_are_called_by(office):
    rows = [[*PERSON, *ASKED], [*SITI, *likert(*VALUES)]]
    sheets = {"Smart Living": rows, "Smart Economy": rows, "Catatan": [["a"], ["b"]]}
    office.map(office.arrives("survei.xlsx", **sheets))
    assert office.answers() == {"living": VALUES, "economy": VALUES}
    assert office.mappings().count("statement_1") == 1
    said = "lembarnya: 'Smart Living' survey, 'Smart Economy' survey, 'Catatan' tidak dibaca."
    assert f"2023/survei.xlsx: {said}" in office.clean().notes


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([*VALUES[:8], 7], "MAPPINGS.csv"),
        ([*VALUES[:8], "Siti Rekaan"], "MAPPINGS.csv"),
        (VALUES[:8], "barisnya 9 sel, judulnya 10"),
    ],
)
def test_an_answer_that_the_mapping_does_not_hold_is_rejected_unsaid(office, answers, reason):
    office.map(office.arrives("survei.csv", rows=LIVING), *SCALE)
    office.arrives("survei.csv", rows=[*LIVING, ["Smart Living", *answers]])
    made = office.clean()
    assert made.tables["survey_responses"]["answer"].tolist() == VALUES
    assert reason in made.problems[0]
    assert "Siti" not in made.tables["rejected"].to_csv()


def test_a_form_of_the_project_that_names_no_pillar_says_what_tells_it(office):
    own = ["NAMA", *(f"P{n}" for n in range(1, 10))]
    name = office.arrives("survei.csv", rows=[own, ["Siti", *VALUES]])
    (problem,) = office.clean().problems
    said = f'pilar yang dinilai tidak disebut (baris 2). `kukar map "{name}"` menanyakannya.'
    assert said in problem
    office.map(name, *SCALE, "--pillar", "living")
    assert office.answers() == {"living": VALUES}


@pytest.mark.parametrize("heads", [["Pilar", *ASKED, "Baru"], ["Pilar", *ASKED[:8], "Lain"]])
def test_headings_that_the_mapping_does_not_hold_are_asked_about(office, heads):
    office.map(office.arrives("a.csv", rows=LIVING), *SCALE)
    other = office.arrives("b.csv", rows=[heads, ["Smart Living", *VALUES, "x"][: len(heads)]])
    assert [f'`kukar map "{other}"`' in problem for problem in office.clean().problems] == [True]


@pytest.mark.parametrize("case", mapped("asked"))
def test_what_is_not_certain_is_asked_by_the_option_that_answers_it(office, case):
    ended = office.map(office.arrives("x.csv", rows=rows_of(case)))
    assert f"ulangi dengan {case['said']} ...:" in str(ended.exception)
    assert not (office.raw / mapping.MAPPINGS).exists()


@pytest.mark.parametrize("case", mapped("refused"))
def test_what_no_mapping_can_read_is_said(office, case):
    name, options = office.arrives("x.csv", rows=rows_of(case)), json.loads(case["options"])
    assert case["said"] in str(office.map(name, *options, "--pillar", "living").exception)


def test_every_answer_is_looked_at_before_a_scale_is_written(office):
    name = office.arrives("x.csv", rows=[*LIVING, *LIVING[1:] * 300, ["Living", *"abcdefghi"]])
    assert "di luar skala itu" in str(office.map(name, *SCALE).exception)


def test_at_the_keyboard_it_asks_what_is_not_certain(office, monkeypatch):
    name = office.arrives("x.csv", rows=[ASKED, VALUES])
    told = {"pilar": "living", "program": "Simpel", "skala": "0-4"}
    monkeypatch.setattr("typer.prompt", lambda asked: told[asked.split()[0]])
    monkeypatch.setattr("typer.testing._NamedTextIOWrapper.isatty", lambda _: True)
    assert "survei-1,heading,Layanan mudah,statement_1,living,Simpel" in office.map(name).output
    assert "Layanan mudah,statement_1,living,Simpel" in office.mappings()


HDI = ("--statistic", "hdi", "--unit", "indeks", "--citation", "bps-ipm")
PUBLISHED = "Indeks Pembangunan Manusia // Kabupaten/Kota|IPM| // |2022|2023* // (1)|(2)|(3) // "
PUBLISHED += "KALIMANTAN TIMUR|77.44|78.20 // Kab. Kutai Kartanegara|74.67|75.02 // "
PUBLISHED += "Mahakam Ulu|-|... // Catatan: angka sementara // Sumber: BPS"


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([["Daerah", "2022", "2023"], ["Kutai Kartanegara", "74.67", "75,02"]], ()),
        (rows_of({"rows": PUBLISHED}), ()),
        ([["Kode", "Nama", "2022", "2023"], ["6403", "KUTAI KARTANEGARA", 74.67, 75.02]], ()),
        ([["Kode", "2022", "2023"], ["6403", 74.67, 75.02]], ("--codes", "bps")),
    ],
    ids=["bare", "headings over two rows, notes below", "name and code", "codes alone"],
)
@pytest.mark.parametrize("name", ["ipm.csv", "ipm.xlsx"])
def test_a_statistic_as_published_is_read_once_the_office_has_named_it(office, name, rows, options):
    name = office.arrives(name, rows=rows)
    assert office.clean().tables["official_statistics"].empty
    assert "ditulis" in office.map(name, *HDI, *options).output
    made = office.clean()
    assert made.problems == []
    found = made.tables["official_statistics"]
    assert set(found["region"]) == {"64.02"}
    assert found.set_index("year")["value"].to_dict() == {2022: 74.67, 2023: 75.02}
    assert set(found["statistic"] + found["unit_of_measure"]) == {"hdiindeks"}


def test_a_table_of_another_measure_is_not_taken_for_the_one_that_was_named(office):
    rows = [["Daerah", "IPM"], ["", "2022"], ["Paser", 71.5]]
    office.map(office.arrives("a.csv", rows=rows), *HDI)
    office.arrives("b.csv", rows=[["Daerah", "Kemiskinan"], ["", "2022"], ["Paser", 9.1]])
    made = office.clean()
    assert made.tables["official_statistics"]["value"].tolist() == [71.5]
    assert ['`kukar map "2023/b.csv"`' in problem for problem in made.problems] == [True]


def test_a_year_that_is_not_printed_is_told_for_that_file_alone(office):
    name = office.arrives("ipm.csv", rows=[["Daerah", "IPM"], ["Paser", 71.5]])
    assert "ditulis" in office.map(name, *HDI, "--year", "2022").output
    assert office.clean().tables["official_statistics"]["year"].tolist() == [2022]
    office.arrives("ipm baru.csv", rows=[["Daerah", "IPM"], ["Paser", 72.5]])
    made = office.clean()
    assert made.tables["official_statistics"]["value"].tolist() == [71.5]
    assert "tahun angkanya tidak tertulis" in made.problems[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "kolomnya harus form,what,text,meaning,pillar,programme"),
        ("s,heading,x,statement_10,,", "meaning 'statement_10' tidak dikenal"),
        ("s,judul,x,,,", "what 'judul' tidak dikenal"),
        ("s,answer,x,5,,", "meaning '5' tidak dikenal"),
        ("s,heading,x,statement_1,hidup,", "pillar 'hidup' tidak dikenal"),
    ],
)
def test_a_line_that_is_wrong_is_said_and_its_form_is_not_read(office, line, said):
    office.arrives("a.csv", rows=[["DAERAH", "PILAR", "JUMLAH OPD"], ["Paser", "Living", 3]])
    (office.raw / mapping.MAPPINGS).write_text(f"{HEADS}\n{line}\n" if line else "a,b\nx,y\n")
    assert any(f"MAPPINGS.csv baris 2: {said}" in text for text in office.clean().problems)
    assert said in str(office.map("2023/a.csv").exception)


def test_a_file_saved_by_excel_with_semicolons_is_read_and_added_to(office):
    name = office.arrives("a.csv", rows=LIVING)
    (office.raw / mapping.MAPPINGS).write_text("\ufeff" + HEADS.replace(",", ";") + "\n")
    office.map(name, *SCALE)
    assert office.answers() == {"living": VALUES}
    assert "survei-1,heading,Pilar,pillar,," in office.mappings()
