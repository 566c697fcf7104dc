"""Records that claim the same: said again, said otherwise, left blank, mended by a later file."""

import dataclasses
import hashlib

import pytest

from kukar_analysis import store
from kukar_analysis.analysis import quality
from kukar_analysis.framework.facts import SettledScore

HEADS = "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
SOURCES = "file,sha256,supersedes\n"
A, B = "2023/a.csv", "2023/b.csv"


def form(score="3", opd="Dinkes", answer="ada", question=HDI, evidence="x"):
    return f"{HEADS}\n{question};{answer};{score};{evidence};{opd}\n"


def sources(files, supersedes):
    """Return SOURCES.csv that names the files, and which of them supersede which."""
    hashed = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    lines = [f"{name},{sha},{supersedes.get(name, '')}\n" for name, sha in hashed.items()]
    return {"SOURCES.csv": SOURCES + "".join(lines)}


BLANK = form("", answer="", evidence="")


def counts(cleaned):
    """Return (kept, rejected, duplicate) by file."""
    columns = ["file", "rows_kept", "rows_rejected", "rows_duplicate"]
    return {f: tuple(n) for f, *n in cleaned.tables["files"][columns].itertuples(index=False)}


def scores(cleaned):
    """Return (agency, score, file) of every kept answer."""
    found = cleaned.tables["question_scores"]
    files = found["origin"].str.split("#").str[0].str.removeprefix("2023/")
    return list(zip(found["opd"].fillna("-"), found["score"].fillna(-1), files, strict=True))


def rules(cleaned):
    return list(cleaned.tables["rejected"]["rule"])


LATER, RALAT, SECOND, C = "superseded", "2023/a-ralat.csv", "2023/a-ralat-2.csv", "2023/c.csv"
BOTH_QUESTIONS = form() + form("1", question=POVERTY).removeprefix(f"{HEADS}\n")
CASES = {
    "said again": ({A: form("2.5"), B: form("2,5")}, {}, ["a.csv 2.5"], ""),
    "blank first": ({A: BLANK, B: form()}, {}, ["b.csv 3.0"], ""),
    "blank last": ({A: form(), B: BLANK}, {}, ["a.csv 3.0"], ""),
    "two agencies": ({A: form(), B: form(opd="Dinsos")}, {}, ["a.csv 3.0", "b.csv 3.0"], ""),
    "a RALAT": ({A: form(), "2023/a-RALAT.csv": form("2")}, {}, ["a-RALAT.csv 2.0"], LATER),
    "susulan": ({A: form(), "2023/A susulan.csv": form("2")}, {}, ["A susulan.csv 2.0"], LATER),
    "a chain": ({A: form(), RALAT: form("2"), SECOND: form("4")}, {}, ["a-ralat-2.csv 4.0"], LATER),
    "first again": (
        {A: form(), RALAT: form("2"), SECOND: form()},
        {},
        ["a-ralat-2.csv 3.0"],
        LATER,
    ),
    "in SOURCES": ({A: form(), B: BLANK, C: form("1")}, {C: B, B: A}, ["c.csv 1.0"], LATER),
    "of one only": (
        {A: BOTH_QUESTIONS, RALAT: form("2")},
        {},
        ["a-ralat.csv 2.0", "a.csv 1.0"],
        LATER,
    ),
    "a blank RALAT": ({A: form(), RALAT: BLANK}, {}, ["a.csv 3.0"], ""),
    "over its own": ({A: form(), B: form(), RALAT: form("2")}, {}, [], "conflict"),
    "each the other": ({A: form(), B: form("2")}, {A: B, B: A}, [], "conflict"),
}


@pytest.mark.parametrize("case", CASES)
def test_which_of_several_claims_is_kept(case, clean_files):
    files, supersedes, kept, rule = CASES[case]
    made = clean_files(files | (sources(files, supersedes) if supersedes else {}))
    assert sorted(f"{file} {score}" for _, score, file in scores(made)) == kept
    assert {*rules(made)} == {rule} - {""}
    read = made.tables["files"][["rows_kept", "rows_rejected", "rows_duplicate"]].sum().sum()
    assert read == made.tables["files"]["rows_read"].sum()
    assert any("bertentangan" in problem for problem in made.problems) == (rule == "conflict")


def test_what_is_superseded_says_by_what_and_where_it_stood(clean_files):
    made = clean_files(
        {A: form(), RALAT: form("2"), B: form(question=POVERTY), C: form("3,0", question=POVERTY)}
    )
    assert made.problems == []
    (row,) = made.tables["rejected"].itertuples()
    assert (row.rule, row.origin) == ("superseded", f"{A}#l2:c3")
    assert row.reason == f"digantikan {RALAT}#l2:c3: NILAI MANDIRI 3.0 -> 2.0"
    assert any(note.startswith(f"{A}: digantikan") for note in made.notes)
    assert "2023/c.csv: baris data yang sudah ada di tempat lain: 1." in made.notes
    made = clean_files({"SOURCES.csv": f"{SOURCES}{A},0,2023/gone.csv\n", A: form()})
    (problem,) = (p for p in made.problems if p.startswith("2023/gone.csv"))
    assert f"tetapi berkasnya tidak ada: digantikan {A}." in problem


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (form("2"), "NILAI MANDIRI 3.0 -> 2.0"),
        (form(answer="belum"), "JAWABAN ada -> belum"),
        (form(""), "NILAI MANDIRI 3.0 -> (kosong)"),
    ],
)
def test_of_two_answers_that_differ_neither_is_kept_and_both_places_are_said(
    clean_files, other, what
):
    made = clean_files({A: form(), B: other})
    assert (scores(made), rules(made)) == ([], ["conflict", "conflict"])
    first, second = made.problems
    assert "bertentangan dengan 2023/b.csv#l2:c" in first
    assert f"pada Indeks Pembangunan Manusia ({what}). Tentukan mana yang benar" in first
    assert second.startswith("2023/b.csv: bertentangan dengan baris data lain (baris 2, kolom ")


@pytest.fixture
def two(clean_files, with_definitions, monkeypatch, tmp_path):
    """Return a function that cleans what two agencies say of a question otherwise, and more."""

    def run(files=None, settled=()):
        with_definitions(settled=tuple(settled))
        first, second = form("3"), form("2", "Dinsos", answer="lain")
        made = clean_files({"2023/a.csv": first, "2023/b.csv": second} | (files or {}))
        store.write_all(made.tables, tmp_path)
        monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
        return made, quality.findings(2023, "64.02").query("kind == 'agencies_differ'")

    return run


def test_two_agencies_that_differ_are_both_kept_and_the_difference_is_a_finding(two):
    made, found = two()
    assert scores(made) == [("Dinkes", 3.0, "a.csv"), ("Dinsos", 2.0, "b.csv")]
    assert (made.problems, rules(made)) == ([], [])
    assert list(found["opd"]) == ["Dinkes", "Dinsos"]
    cells = "Dinkes 3,00 (2023/a.csv#l2:c3); Dinsos 2,00 (2023/b.csv#l2:c3)"
    assert set(found["detail"]) == {f"{cells}; ID butir {HDI}"}
    assert quality.office_scores(2023, "64.02").empty
    (said,) = [note for note in made.notes if "1 butir dinilai berbeda" in note]
    assert "Dinkes 3.0 (2023/a.csv#l2:c3); Dinsos 2.0 (2023/b.csv#l2:c3)" in said
    assert f"definitions/settled.csv: 2023,64.02,{HDI}," in said


@pytest.mark.parametrize("way", ["corrected form", "definitions", "nobody's word"])
def test_a_difference_is_settled_by_a_corrected_form_or_a_line_in_the_definitions(two, way):
    chosen = SettledScore("assumed", "project", 2023, "64.02", HDI, "Dinkes", "pengampu")
    if way == "corrected form":
        made, found = two({"2023/b-ralat.csv": form("3", "Dinsos", answer="lain")})
        assert scores(made) == [("Dinkes", 3.0, "a.csv"), ("Dinsos", 3.0, "b-ralat.csv")]
    elif way == "definitions":
        made, found = two(settled=[chosen])
        assert len(scores(made)) == 2
    else:  # an agency that gave no score cannot settle it
        _, found = two(settled=[dataclasses.replace(chosen, opd="Bappeda")])
    assert found.empty
    expected = {} if way == "nobody's word" else {HDI: 3.0}
    assert quality.office_scores(2023, "64.02").to_dict() == expected


@pytest.mark.parametrize(("score", "same"), [("3,60", True), ("3,5", False)])
def test_a_mean_printed_by_itself_is_that_of_the_national_table_or_a_contradiction(
    clean_files, score, same
):
    mean = f"DAERAH;KOMPONEN;NILAI KOMPONEN;KET\nKAB. MALANG;Baseline;{score};KPPN&IKN\n"
    heads = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"
    table = f"{heads}\nKAB. MALANG;3,6;2;3;2;3;2,5;2,6;KPPN&IKN\n"
    made = clean_files({A: table, B: mean})
    assert counts(made) == (
        {A: (1, 0, 0), B: (0, 0, 1)} if same else dict.fromkeys((A, B), (0, 1, 0))
    )
    assert len(made.tables["component_scores"]) == 6 * same
    assert len(made.tables["index_scores"]) == same
    assert any("pada Baseline (" in problem for problem in made.problems) != same


def test_the_same_respondent_may_answer_twice_but_the_same_form_is_kept_once(clean_files):
    heads = "NAMA;PILAR;PROGRAM;P1;P2"
    lines = ["Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;2"]
    made = clean_files({"2023/survei.csv": "\n".join([heads, *lines])})
    assert counts(made) == {"2023/survei.csv": (2, 0, 1)}
    assert made.tables["survey_responses"]["answer"].tolist() == [4.0, 3.0, 4.0, 2.0]
    unnamed = ["PILAR;P1;P2", "Smart Living;4;3", "Smart Living;4;3"]
    assert counts(clean_files({"2023/survei.csv": "\n".join(unnamed)})) == {
        "2023/survei.csv": (2, 0, 0)
    }
