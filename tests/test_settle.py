"""Records that claim the same: said again, said otherwise, left blank, mended by a later file."""

from __future__ import annotations

import hashlib

import pytest

HEADS = "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
SOURCES = "file,sha256,supersedes\n"
NATIONAL = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"


def form(score="3", opd="Dinkes", answer="ada", question=HDI, evidence="x"):
    return f"{HEADS}\n{question};{answer};{score};{evidence};{opd}\n"


def sources(files, supersedes):
    """Return SOURCES.csv that names the files, and which of them supersede which."""
    hashed = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    lines = [f"{name},{sha},{supersedes.get(name, '')}" for name, sha in hashed.items()]
    return {"SOURCES.csv": "\n".join(["file,sha256,supersedes", *lines])}


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


# Said again, said otherwise


def test_the_same_answer_in_another_file_is_kept_once(clean_files):
    made = clean_files({"2023/a.csv": form("2.5"), "2023/b.csv": form("2,5")})
    assert scores(made) == [("Dinkes", 2.5, "a.csv")]
    assert counts(made) == {"2023/a.csv": (1, 0, 0), "2023/b.csv": (0, 0, 1)}
    assert made.problems == []
    assert "2023/b.csv: 1 records say again what is said elsewhere" in made.notes


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (form("2"), "score 3.0 -> 2.0"),
        (form(answer="belum"), "answer ada -> belum"),
        (form(evidence="y"), "evidence x -> y"),
        (form(""), "score 3.0 -> (none)"),
    ],
)
def test_of_two_answers_that_differ_neither_is_kept_and_both_places_are_said(
    clean_files, other, what
):
    made = clean_files({"2023/a.csv": form(), "2023/b.csv": other})
    assert scores(made) == []
    assert rules(made) == ["conflict", "conflict"]
    first, second = made.problems
    assert f"contradicts 2023/b.csv#l2:c{first.split(':c')[1][0]}" in first
    assert f"on {HDI} ({what}); keep one, end the later file's name in -ralat" in first
    assert second.startswith("2023/b.csv#l2")


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")], ids=["blank first", "blank last"])
def test_a_form_left_blank_contradicts_no_answer(clean_files, order):
    blank, answered = (f"2023/{name}.csv" for name in order)
    made = clean_files({blank: BLANK, answered: form()})
    assert scores(made) == [("Dinkes", 3.0, answered.removeprefix("2023/"))]
    assert counts(made) == {answered: (1, 0, 0), blank: (0, 0, 1)}
    assert (made.problems, rules(made)) == ([], [])


# Agencies that share a question


def test_two_agencies_that_agree_on_a_shared_question_are_both_kept(clean_files):
    made = clean_files({"2023/a.csv": form(), "2023/b.csv": form(opd="Dinsos", answer="lain")})
    assert scores(made) == [("Dinkes", 3.0, "a.csv"), ("Dinsos", 3.0, "b.csv")]
    assert made.problems == []


def test_two_agencies_that_score_a_shared_question_otherwise_are_both_rejected(clean_files):
    made = clean_files({"2023/a.csv": form(), "2023/b.csv": form("2", "Dinsos")})
    assert scores(made) == []
    assert [p.split(";")[0] for p in made.problems] == [
        f"2023/a.csv#l2:c3: NILAI MANDIRI '3': contradicts 2023/b.csv#l2:c3 on {HDI}"
        " (score 3.0 -> 2.0)",
        f"2023/b.csv#l2:c3: NILAI MANDIRI '2': contradicts 2023/a.csv#l2:c3 on {HDI}"
        " (score 2.0 -> 3.0)",
    ]


@pytest.mark.parametrize("other", [form("", "Dinsos"), form("2", "Dinsos", question=POVERTY)])
def test_an_agency_without_a_score_or_of_another_question_contradicts_nobody(clean_files, other):
    made = clean_files({"2023/a.csv": form(), "2023/b.csv": other})
    assert len(scores(made)) == 2
    assert made.problems == []


# The last word


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("a.csv", "a-ralat.csv"),
        ("a.csv", "a-RALAT.csv"),
        ("a.csv", "a_revisi.csv"),
        ("a.csv", "A susulan.csv"),
        ("a-ralat.csv", "a-ralat-2.csv"),
        ("a.csv", "a-ralat2.txt"),
    ],
)
def test_a_file_that_says_so_by_its_name_has_the_last_word(clean_files, first, later):
    made = clean_files({f"2023/{first}": form(), f"2023/{later}": form("2")})
    assert scores(made) == [("Dinkes", 2.0, later)]
    assert made.problems == []
    (row,) = made.tables["rejected"].itertuples()
    assert row.rule == "superseded"
    assert row.origin == f"2023/{first}#l2:c3"
    assert row.reason == f"superseded by 2023/{later}#l2:c3: score 3.0 -> 2.0"
    assert any(note.startswith(f"2023/{first}#l2:c3") for note in made.notes)


def test_the_last_word_may_be_given_in_the_sources(clean_files):
    files = {"2023/lama.csv": form(), "2023/baru.csv": form("2")}
    made = clean_files(files | sources(files, {"2023/baru.csv": "2023/lama.csv"}))
    assert scores(made) == [("Dinkes", 2.0, "baru.csv")]
    assert rules(made) == ["superseded"]


@pytest.mark.parametrize("last", ["4", "3"], ids=["a third value", "the first value again"])
def test_of_a_chain_of_three_the_last_is_kept(clean_files, last):
    names = ["2023/a.csv", "2023/a-ralat.csv", "2023/a-ralat-2.csv"]
    made = clean_files(dict(zip(names, [form(), form("2"), form(last)], strict=True)))
    assert [(opd, score) for opd, score, _ in scores(made)] == [("Dinkes", float(last))]
    assert set(rules(made)) == {"superseded"}
    assert made.problems == []


def test_the_last_word_reaches_over_a_chain_given_in_the_sources(clean_files):
    files = {"2023/a.csv": form(), "2023/b.csv": BLANK, "2023/c.csv": form("1")}
    chain = {"2023/c.csv": "2023/b.csv", "2023/b.csv": "2023/a.csv"}
    made = clean_files(files | sources(files, chain))
    assert scores(made) == [("Dinkes", 1.0, "c.csv")]
    assert rules(made) == ["superseded"]


def test_a_later_file_leaves_what_it_does_not_speak_of(clean_files):
    two = form() + form("1", question=POVERTY).removeprefix(f"{HEADS}\n")
    made = clean_files({"2023/a.csv": two, "2023/a-ralat.csv": form("2")})
    assert scores(made) == [("Dinkes", 2.0, "a-ralat.csv"), ("Dinkes", 1.0, "a.csv")] or scores(
        made
    ) == [("Dinkes", 1.0, "a.csv"), ("Dinkes", 2.0, "a-ralat.csv")]


def test_the_last_word_is_over_its_own_file_and_no_other(clean_files):
    files = {"2023/a.csv": form(), "2023/b.csv": form(), "2023/a-ralat.csv": form("2")}
    made = clean_files(files)
    assert scores(made) == []
    assert rules(made) == ["conflict"] * 3


def test_a_blank_later_file_does_not_take_an_answer_away(clean_files):
    made = clean_files({"2023/a.csv": form(), "2023/a-ralat.csv": BLANK})
    assert scores(made) == [("Dinkes", 3.0, "a.csv")]


def test_a_later_file_of_nothing_earlier_is_noted_and_read(clean_files):
    made = clean_files({"2023/a-ralat.csv": form()})
    assert scores(made) == [("Dinkes", 3.0, "a-ralat.csv")]
    assert "2023/a-ralat.csv: no earlier file of that name is there to supersede" in made.notes


def test_an_earlier_file_that_is_not_there_is_a_problem(clean_files):
    sources = f"{SOURCES}2023/a.csv,0,2023/gone.csv\n"
    made = clean_files({"SOURCES.csv": sources, "2023/a.csv": form()})
    assert "SOURCES.csv: 2023/a.csv supersedes 2023/gone.csv, which is not there" in made.problems


# A component's mean, printed by itself


def mean(score):
    return f"DAERAH;KOMPONEN;NILAI KOMPONEN;KET\nKAB. MALANG;Baseline;{score};KPPN&IKN\n"


TABLE = f"{NATIONAL}\nKAB. MALANG;3,6;2;3;2;3;2,5;2,6;KPPN&IKN\n"


def test_a_mean_that_is_that_of_the_national_table_says_nothing_new(clean_files):
    made = clean_files({"2023/nasional.csv": TABLE, "2023/surat.csv": mean("3,60")})
    assert made.problems == []
    assert counts(made) == {"2023/nasional.csv": (1, 0, 0), "2023/surat.csv": (0, 0, 1)}
    assert len(made.tables["component_scores"]) == 6


def test_a_mean_that_differs_from_the_national_table_is_a_contradiction(clean_files):
    made = clean_files({"2023/nasional.csv": TABLE, "2023/surat.csv": mean("3,5")})
    assert counts(made) == {"2023/nasional.csv": (0, 1, 0), "2023/surat.csv": (0, 1, 0)}
    assert made.tables["component_scores"].empty
    assert made.tables["index_scores"].empty
    assert any("on baseline (score 3.6 -> 3.5)" in problem for problem in made.problems)


# Surveys and notes


def test_the_same_respondent_may_answer_twice_but_the_same_form_is_kept_once(clean_files):
    heads = "NAMA;PILAR;PROGRAM;P1;P2"
    lines = ["Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;2"]
    made = clean_files({"2023/survei.csv": "\n".join([heads, *lines])})
    assert counts(made) == {"2023/survei.csv": (2, 0, 1)}
    assert made.tables["survey_responses"]["answer"].tolist() == [4.0, 3.0, 4.0, 2.0]


def test_respondents_who_are_not_named_are_each_their_own(clean_files):
    lines = ["PILAR;P1;P2", "Smart Living;4;3", "Smart Living;4;3"]
    made = clean_files({"2023/survei.csv": "\n".join(lines)})
    assert counts(made) == {"2023/survei.csv": (2, 0, 0)}


def test_files_that_each_claim_the_last_word_over_the_other_contradict_each_other(clean_files):
    files = {"2023/a.csv": form(), "2023/b.csv": form("2")}
    each_other = {"2023/a.csv": "2023/b.csv", "2023/b.csv": "2023/a.csv"}
    made = clean_files(files | sources(files, each_other))
    assert scores(made) == []
    assert rules(made) == ["conflict", "conflict"]
