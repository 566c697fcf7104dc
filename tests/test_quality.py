"""What arrived, what is missing, and what is found in it: each finding alone, and none."""

from __future__ import annotations

import pandas as pd
import pytest
from reading import write_tables

from kukar_analysis import clean, framework, store
from kukar_analysis.analysis import agencies, findings, office, programmes, quality

REGION = "64.02"
KUKAR = "KAB. KUTAI KARTANEGARA"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
ASKED = 50
PARTS = ("Industry", "Welfare", "Transaction")

AGENCIES = f"DAERAH;PILAR;OPD\n{KUKAR};Smart Economy;Bappeda\n"
STATISTICS = (
    "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI\n"
    f"2022;{KUKAR};Persentase penduduk miskin;7.96;persen;bps-kaltim\n"
)
FORM = (
    "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD\n"
    f"{POVERTY};5%-10%;;laporan;Bappeda\n{HDI};ada;3;laporan;Bappeda\n"
)
PROGRAMMES = "PROGRAM;PILAR;SUBDIMENSI;STATUS;PENGGUNA;OPD\n" + "".join(
    f"Program {part};Smart Economy;{part};berjalan;{100};Bappeda\n" for part in PARTS
)
HEADS = "NAMA;PILAR;PROGRAM;" + ";".join(f"P{n}" for n in range(1, 10))


def respondent(n, pillar="Smart Economy", programme="Program Industry", answers="432143214"):
    return f"Warga {n};{pillar};{programme};" + ";".join(answers)


def survey(*more, count=ASKED):
    return "\n".join([HEADS, *map(respondent, range(count)), *more]) + "\n"


def one_less(n=99, **answers):
    return survey(respondent(n, **answers), count=ASKED - 1)


OFFICE = {
    "2023/opd-per-pilar.csv": AGENCIES,
    "2023/statistik.csv": STATISTICS,
    "2023/opd/bappeda.csv": FORM,
    "2023/program.csv": PROGRAMMES,
    "2023/survei.csv": survey(),
}
"""An office in which nothing is to be found."""


@pytest.fixture
def papers(raw_folder, tmp_path, monkeypatch):
    """Return a function that cleans the office with some files changed, and points to it."""

    def run(changed=None, **settings):
        files = {name: text for name, text in (OFFICE | (changed or {})).items() if text}
        made = clean.clean(raw_folder(files), tmp_path / "tables")
        assert settings.get("faulty") or made.problems == []
        monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path / "tables"))
        return made

    return run


def found():
    return findings.findings(2023, REGION)


# Findings


def test_in_a_clean_office_nothing_is_found_and_the_frame_keeps_its_types(papers):
    papers()
    assert found().empty
    assert {str(kind) for kind in found().dtypes} == {"str"}


FORM_FILE, SURVEY, LIST = "2023/opd/bappeda.csv", "2023/survei.csv", "2023/program.csv"
OWN = "Smart Economy"
BARE = FORM.replace(";ada;3;laporan", ";ada;3;belum ada")
ONE, LATER = "1 dari 50 responden", f"{SURVEY}#l51:c4"
FINDINGS = {
    "without_evidence": (FORM_FILE, BARE, "Indeks Pembangunan Manusia", None, f"{FORM_FILE}#l3:c3"),
    "without_programme": (
        *(LIST, PROGRAMMES.replace(";Welfare;", ";;")),
        *("Welfare", None, f"{SURVEY}#l2:c7"),
    ),
    "contradicts_statistic": (
        *(FORM_FILE, FORM.replace("5%-10%", "0%-5%")),
        *("Persentase penduduk miskin", "0%-5% (2023); ", None),
    ),
    "one_answer_throughout": (SURVEY, one_less(answers="444444444"), OWN, ONE, LATER),
    "zeros_throughout": (SURVEY, one_less(answers="000000000"), OWN, ONE, LATER),
    "no_programme": (SURVEY, one_less(programme=""), OWN, ONE, LATER),
    "respondents_not_asked": (
        *(SURVEY, survey(count=ASKED - 1)),
        *(OWN, "49 responden, diminta 50", f"{SURVEY}#l2:c4"),
    ),
    "more_respondents_than_users": (
        *(LIST, PROGRAMMES.replace("Industry;berjalan;100", "Industry;berjalan;49")),
        *("Program Industry", "50 responden, 49 pengguna", f"{SURVEY}#l2:c4"),
    ),
    "same_person_twice": (SURVEY, one_less(0, answers="111111112"), OWN, "1 formulir", LATER),
}
"""What is changed, and the subject, detail and origin that are found."""


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_fault_is_found_alone_with_its_place_and_size(papers, kind):
    file, text, subject, detail, origin = FINDINGS[kind]
    papers({file: text})
    (row,) = found().itertuples()
    assert (row.kind, row.pillar, row.subject) == (kind, "economy", subject)
    assert pd.isna(row.detail) if detail is None else row.detail.startswith(detail)
    assert pd.isna(row.opd) if file != FORM_FILE else row.opd == "Bappeda"
    assert row.advice == framework.load().findings[kind].advice
    assert origin is None or row.origin == origin


def test_a_person_who_answers_for_two_pillars_is_found(papers):
    other = [respondent(n, "Smart Living", "B", "432143210") for n in range(49, 49 + ASKED)]
    harmony = "".join(f"B {p};Smart Living;{p};berjalan;90;\n" for p in ("Harmony", "Health"))
    more = PROGRAMMES + harmony + "B;Smart Living;Mobility;berjalan;90;\n"
    papers({SURVEY: survey(*other), LIST: more})
    (row,) = found().itertuples()
    assert (row.kind, row.subject) == ("same_person_two_pillars", "Smart Economy dan Smart Living")
    assert row.detail == f"1 orang; yang pertama juga di {SURVEY}#l52:c4"
    assert row.origin == f"{SURVEY}#l51:c4"


NOTHING = {
    "no programme list": {LIST: None},
    "nothing claimed": {FORM_FILE: FORM.replace(";ada;3;laporan", ";ada;0;laporan"), SURVEY: None},
    "no agency named": {FORM_FILE: FORM.replace(";Bappeda", ";")},
    "a band that holds the value": {FORM_FILE: FORM.replace("5%-10%", "7,96 - 8%")},
    "an answer that is no band": {FORM_FILE: FORM.replace("5%-10%", "tujuh persen")},
    "a later statistic": {
        "2023/statistik.csv": STATISTICS.replace("\n2022;", "\n2024;").replace("7.96", "1")
    },
    "no survey": {SURVEY: None},
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_cannot_be_told_is_no_finding(papers, case):
    papers(NOTHING[case])
    assert found().empty


# Completeness


CARRIED = AGENCIES + f"{KUKAR};Smart Living;Dinkes\n{KUKAR};Smart Living;Bappeda\n"


def test_an_agency_whose_file_came_and_could_not_be_used_is_not_a_silent_one(papers):
    bad = FORM.replace(POVERTY, "outcome.living.stunting").replace(";Bappeda", ";Dinkes")
    bad = bad.replace(";ada;3;laporan", ";ada;9;laporan").replace(";5%-10%;;", ";ada;baik;")
    carried = CARRIED + f"{KUKAR};Smart Society;Dinsos\n"
    files = {"2023/opd-per-pilar.csv": carried, "2023/opd/formulir dinkes.csv": bad}
    papers(files, faulty=True)
    found = agencies.agencies(2023, REGION).set_index("opd")
    assert found["state"].to_dict() == {
        "Bappeda": "partial",
        "Dinkes": "unusable",
        "Dinsos": "silent",
    }
    assert found["lacking_pillars"].to_dict() == {
        "Bappeda": "living",
        "Dinkes": "living",
        "Dinsos": "society",
    }
    said = " ".join(office_sentences())
    assert "perlu ditindaklanjuti: Bappeda, Dinkes, dan Dinsos" in said
    assert "Berkas Dinkes sudah masuk, tetapi belum dapat dipakai" in said
    assert agencies.agencies(2023, "35.07").empty


def office_sentences():
    return office.quality_sentences(2023, REGION)


# What arrived


def test_rejected_and_superseded_records_are_told_apart(papers):
    ralat = FORM.replace(";ada;3;", ";ada;2;")
    papers({"2023/opd/bappeda-ralat.csv": ralat, "2023/x.csv": AGENCIES + "X;Y;Z\n"}, faulty=True)
    (mended,) = quality.corrections(2023).itertuples()
    assert (mended.origin, mended.later) == (
        f"{FORM_FILE}#l3:c3",
        f"{FORM_FILE[:-4]}-ralat.csv#l3:c3",
    )
    assert mended.changes == "score 3.0 menjadi 2.0"
    out = quality.rejected(2023)
    assert set(out["rule"]) == {"name"}
    assert set(out["origin"]) == {f"2023/x.csv#l3:c{n}" for n in (1, 2, 3)}
    assert quality.rejected(2022).empty


def test_a_file_may_be_called_anything_and_its_agency_and_rejected_rows_are_known(papers):
    odd, other = "2023/opd/isian #1: bappeda.csv", "2023/opd/isian #2.csv"
    lists = "2023/daftar #3.csv"
    faulty = {odd: FORM.replace(";3;", ";9;"), other: FORM.replace("5%-10%", "6%"), FORM_FILE: None}
    wrong = PROGRAMMES.replace(";100;", ";banyak;").replace(";berjalan;", ";entah;", 1)
    papers({**faulty, lists: wrong, "2023/program.csv": None}, faulty=True)
    arrived = quality.arrivals(2023, REGION).set_index("file")
    assert arrived.loc[other, "speaks_for"] == "Bappeda"
    assert other in set(quality.arrivals(2023, REGION, "Bappeda")["file"])
    assert programmes.rejected(2023) == len(PARTS)
    advice = quality.rejected(2023).set_index("origin")["advice"]
    assert advice[f"{other}#l2:c2"].startswith(f"Bertentangan dengan {odd}#l2:c2. ")


def rejected_row(line, rule, reason="is wrong", column="NILAI", file="2023/a.csv"):
    row = {"file": file, "origin": f"{file}#l{line}:c1", "column": column, "value": f"{line}"}
    return row | {"rule": rule, "reason": reason}


def test_of_many_rejected_rows_of_one_kind_a_page_shows_the_first_and_their_number(
    tmp_path, monkeypatch
):
    many = [rejected_row(n, "score") for n in range(300)]
    nowhere = [rejected_row(n, "cells", column=None) for n in range(7)]
    few = [rejected_row(n, "score", file="2023/b.csv") for n in range(5)]
    write_tables(tmp_path, rejected=[*many, *nowhere, *few])
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert quality.rejected(2023)["count"].tolist() == [1] * 312
    shown = quality.rejected(2023, most=5)
    assert shown["count"].tolist() == [300, 7, 1, 1, 1, 1, 1]
    assert shown["origin"].tolist()[:2] == ["2023/a.csv#l0:c1"] * 2
    assert shown.dtypes.equals(quality.rejected(2022, most=5).dtypes)


def test_the_answer_says_what_arrived_what_is_missing_and_what_was_found(papers):
    papers({"2023/opd-per-pilar.csv": CARRIED, FORM_FILE: BARE})
    said = " ".join(office_sentences())
    for expected in ("5 berkas", "1 sudah menjawab", "Bappeda dan Dinkes", "tanpa data dukung (1)"):
        assert expected in said
    papers()
    assert "Tidak ada temuan" in office_sentences()[-1]
    papers({FORM_FILE: None, SURVEY: None, "2023/opd-per-pilar.csv": None})
    _, completeness, faults = office_sentences()
    assert "belum dapat diukur. Daftar perangkat daerah" in completeness
    assert "belum dapat diperiksa. Formulir penilaian mandiri" in faults
