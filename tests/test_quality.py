"""What arrived, what is missing, and what is found in it: each finding alone, and none."""

import pandas as pd
import pytest

from kukar_analysis import clean, framework, paths
from kukar_analysis.analysis import agencies, programmes, quality

REGION = "64.02"
KUKAR = "KAB. KUTAI KARTANEGARA"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
ASKED = 50
PARTS = ("Industry", "Welfare", "Transaction")
OWN = "Smart Economy"
AGENCIES = f"DAERAH;PILAR;OPD\n{KUKAR};{OWN};Bappeda\n"
CARRIED = AGENCIES + f"{KUKAR};Smart Living;Dinkes\n{KUKAR};Smart Living;Bappeda\n"
STATISTICS = (
    "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI\n"
    f"2022;{KUKAR};Persentase penduduk miskin;7.96;persen;bps-kaltim\n"
)
FORM = (
    "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD\n"
    f"{POVERTY};5%-10%;;laporan;Bappeda\n{HDI};ada;3;laporan;Bappeda\n"
)
PROGRAMMES = "PROGRAM;PILAR;SUBDIMENSI;STATUS;PENGGUNA;OPD\n" + "".join(
    f"Program {part};{OWN};{part};berjalan;100;Bappeda\n" for part in PARTS
)
HEADS = "NAMA;PILAR;PROGRAM;" + ";".join(f"P{n}" for n in range(1, 10))
SURVEYED = "".join(
    f"Warga {n};{OWN};Program Industry;" + ";".join("432143214") + "\n" for n in range(ASKED)
)
FORM_FILE, SURVEY, LIST = "2023/opd/bappeda.csv", "2023/survei.csv", "2023/program.csv"
OFFICE = {
    "2023/opd-per-pilar.csv": AGENCIES,
    "2023/statistik.csv": STATISTICS,
    FORM_FILE: FORM,
    LIST: PROGRAMMES,
    SURVEY: f"{HEADS}\n{SURVEYED}",
}
"""An office in which nothing is to be found."""


@pytest.fixture
def papers(raw_folder, tmp_path, monkeypatch):
    """Return a function that cleans the office with some files changed, and points to it."""

    def run(**changed):
        files = {name: text for name, text in (OFFICE | changed).items() if text}
        clean.clean(raw_folder(files), tmp_path / "tables")
        monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path / "tables"))

    return run


@pytest.fixture(scope="module")
def office(clean_files):
    """Return the tables of the office in which nothing is to be found."""
    made = clean_files(OFFICE)
    assert made.problems == []
    return made.tables


@pytest.fixture
def found(office, held):
    """Return a function that gives the findings where cells of the office's tables are others."""

    def look(table=None, where="index == index", **cells):
        tables = {name: frame.copy() for name, frame in office.items()}
        if table:
            rows = tables[table].query(where).index
            assert len(rows)
            for column, value in cells.items():
                tables[table].loc[rows, column] = value
            if not cells:
                tables[table] = tables[table].drop(index=rows).reset_index(drop=True)
        held(**tables)
        return quality.findings(2023, REGION)

    return look


def test_in_a_clean_office_nothing_is_found_and_the_frame_keeps_its_types(found):
    nothing = found()
    assert nothing.empty
    assert "Tidak ada temuan" in agencies.quality_sentences(2023, REGION)[-1]
    assert {str(kind) for kind in nothing.dtypes} == {"str"}


ONE, LAST = "1 dari 50 responden", f"origin.str.startswith('{SURVEY}#l51:')"
TABLE = {"FORM": "question_scores", "SURVEY": "survey_responses", "LIST": "programmes"}
FINDINGS = {
    "without_evidence": [
        *("FORM", f"question == '{HDI}'", {"evidence": None}),
        *("Indeks Pembangunan Manusia", None, f"{FORM_FILE}#l3:c3"),
    ],
    "without_programme": [
        *("LIST", "sub_dimension == 'welfare'", {"sub_dimension": None}),
        *("Welfare", None, f"{SURVEY}#l2:c7"),
    ],
    "contradicts_statistic": [
        *("FORM", f"question == '{POVERTY}'", {"answer": "0%-5%"}),
        *("Persentase penduduk miskin", "0%-5% (2023); ", None),
    ],
    "one_answer_throughout": ["SURVEY", LAST, {"answer": 4}, OWN, ONE, f"{SURVEY}#l51:c4"],
    "zeros_throughout": ["SURVEY", LAST, {"answer": 0}, OWN, ONE, f"{SURVEY}#l51:c4"],
    "no_programme": ["SURVEY", LAST, {"programme": None}, OWN, ONE, f"{SURVEY}#l51:c4"],
    "respondents_not_asked": ["SURVEY", LAST, {}, OWN, "49 responden, diminta", f"{SURVEY}#l2:c4"],
    "more_respondents_than_users": [
        *("LIST", "programme == 'Program Industry'", {"users": 49}),
        *("Program Industry", "50 responden, 49 pengguna", f"{SURVEY}#l2:c4"),
    ],
}
"""Which rows are changed or left out, and the subject, detail and origin that are found."""


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_fault_is_found_alone_with_its_place_and_size(found, kind):
    table, where, cells, subject, detail, origin = FINDINGS[kind]
    (row,) = found(TABLE[table], where, **cells).itertuples()
    assert (row.kind, row.pillar, row.subject) == (kind, "economy", subject)
    assert pd.isna(row.detail) if detail is None else row.detail.startswith(detail)
    assert row.opd == "Bappeda" if table == "FORM" else pd.isna(row.opd)
    assert row.advice == framework.load().findings[kind].advice
    assert origin is None or row.origin == origin


def test_a_person_who_answers_twice_or_for_two_pillars_is_found(found, office):
    answers = office["survey_responses"]
    first = answers.loc[answers["origin"].str.startswith(f"{SURVEY}#l2:"), "respondent"].iloc[0]
    (row,) = found("survey_responses", LAST, respondent=first).itertuples()
    assert (row.kind, row.detail) == ("same_person_twice", "1 formulir berlebih")
    assert row.origin == f"{SURVEY}#l51:c4"
    other = {"pillar": "living", "sub_dimension": "harmony", "programme": "B"}
    rows = found("survey_responses", LAST, respondent=first, **other)
    (row,) = rows.query("kind == 'same_person_two_pillars'").itertuples()
    assert row.subject == f"{OWN} dan Smart Living"
    assert row.detail == f"1 orang; yang pertama juga di {SURVEY}#l51:c4"
    assert row.origin == f"{SURVEY}#l2:c4"


NOTHING = {
    "no programme list": ("programmes", "index == index", {}),
    "no agency named": ("question_scores", "index == index", {"opd": None, "evidence": None}),
    "a band that holds the value": ("question_scores", "score != score", {"answer": "7,96 - 8%"}),
    "an answer that is no band": ("question_scores", "score != score", {"answer": "tujuh persen"}),
    "a later statistic": ("official_statistics", "index == index", {"year": 2024, "value": 1.0}),
    "no survey": ("survey_responses", "index == index", {}),
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_cannot_be_told_is_no_finding(found, case):
    table, where, cells = NOTHING[case]
    assert found(table, where, **cells).empty


def test_rejected_and_superseded_records_are_told_apart(papers):
    ralat = FORM.replace(";ada;3;", ";ada;2;")
    papers(**{"2023/opd/bappeda-ralat.csv": ralat, "2023/x.csv": AGENCIES + "X;Y;Z\n"})
    (mended,) = quality.rejected(2023, superseded=True).itertuples()
    places = (f"{FORM_FILE}#l3:c3", "2023/opd/bappeda-ralat.csv#l3:c3")
    assert (mended.origin, mended.later) == places
    assert mended.changes == "NILAI MANDIRI 3.0 menjadi 2.0"
    out = quality.rejected(2023)
    assert set(out["rule"]) == {"name"}
    assert set(out["origin"]) == {f"2023/x.csv#l3:c{n}" for n in (1, 2, 3)}
    assert quality.rejected(2022).empty


def test_a_file_may_be_called_anything_and_its_agency_and_rejected_rows_are_known(papers):
    odd, other = "2023/opd/isian #1: bappeda.csv", "2023/opd/isian #2.csv"
    faulty = {odd: FORM.replace(";3;", ";9;"), other: FORM.replace("5%-10%", "6%"), FORM_FILE: None}
    wrong = PROGRAMMES.replace(";100;", ";banyak;").replace(";berjalan;", ";entah;", 1)
    papers(**{**faulty, "2023/daftar #3.csv": wrong, LIST: None})
    assert quality.arrivals(2023, REGION).set_index("file").loc[other, "speaks_for"] == "Bappeda"
    assert other in set(quality.arrivals(2023, REGION, "Bappeda")["file"])
    assert programmes.rejected(2023) == len(PARTS)
    advice = quality.rejected(2023).set_index("origin")["advice"]
    assert advice[f"{other}#l2:c2"].startswith(f"Bertentangan dengan {odd}#l2:c2. ")


def test_of_many_rejected_rows_of_one_kind_a_page_shows_the_first_and_their_number(held):
    kinds = (("2023/a.csv", "NILAI", 300), ("2023/a.csv", None, 7), ("2023/b.csv", "NILAI", 5))
    held(
        rejected=[
            {"file": file, "origin": f"{file}#l{n}:c1", "column": column, "value": str(n)}
            | {"rule": "score", "reason": "is wrong"}
            for file, column, count in kinds
            for n in range(count)
        ]
    )
    assert quality.rejected(2023)["count"].tolist() == [1] * 312
    shown = quality.rejected(2023, most=5)
    assert shown["count"].tolist() == [300, 7, 1, 1, 1, 1, 1]
    assert shown["origin"].tolist()[:2] == ["2023/a.csv#l0:c1"] * 2
    assert shown.dtypes.equals(quality.rejected(2022, most=5).dtypes)


def test_the_answer_says_what_arrived_what_is_missing_and_what_was_found(papers):
    papers(**{"2023/opd-per-pilar.csv": CARRIED})
    said = " ".join(agencies.quality_sentences(2023, REGION))
    assert [w for w in ("5 berkas", "1 sudah", "Bappeda dan Dinkes") if w not in said] == []
    papers(**{FORM_FILE: None, SURVEY: None, "2023/opd-per-pilar.csv": None})
    _, completeness, faults = agencies.quality_sentences(2023, REGION)
    assert "belum dapat diukur. Daftar perangkat daerah" in completeness
    assert "belum dapat diperiksa. Formulir penilaian mandiri" in faults
