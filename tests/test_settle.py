"""Records that claim the same: said again, said otherwise, left blank, mended by a later file."""

import hashlib

import pytest
from cases import cases
from reading import counts

from kukar_analysis import paths, store
from kukar_analysis.analysis import quality
from kukar_analysis.framework.facts import SettledScore

HEADS = "ID BUTIR;JAWABAN;NILAI MANDIRI;DATA DUKUNG;OPD"
HDI, POVERTY = "outcome.economy.hdi", "outcome.economy.poverty"
SOURCES = "file,sha256,supersedes\n"
A, B, C, RALAT = (f"2023/{name}.csv" for name in ("a", "b", "c", "a-ralat"))


def form(score="3", opd="Dinkes", answer="ada", question=HDI, evidence="x"):
    return f"{HEADS}\n{question};{answer};{score};{evidence};{opd}\n"


def scores(cleaned):
    found = cleaned.tables["question_scores"]
    files = found["origin"].str.split(".csv").str[0].str.removeprefix("2023/")
    return [f"{file} {score}" for file, score in zip(files, found["score"], strict=True)]


def rules(cleaned):
    return list(cleaned.tables["rejected"]["rule"])


def content_of(said):
    """Return a form of `score`, `score agency`, or of `score & score` of two questions."""
    if not said:
        return form("", answer="", evidence="")
    first, *second = said.split(" & ")
    more = [form(score, question=POVERTY).removeprefix(f"{HEADS}\n") for score in second]
    return "".join([form(*first.split()), *more])


@pytest.mark.parametrize("case", cases("claims").values(), ids=cases("claims"))
def test_which_of_several_claims_is_kept(case, clean_files):
    said = [file.strip().split("=") for file in case["files"].split("|")]
    files = {f"2023/{name}.csv": content_of(text) for name, text in said}
    if case["supersedes"]:
        over = dict(pair.strip().split(">") for pair in case["supersedes"].split("|"))
        listed = {name: f"2023/{over[name]}.csv" if name in over else "" for name, _ in said}
        hashes = [hashlib.sha256(content.encode()).hexdigest() for content in files.values()]
        lines = zip(files, hashes, listed.values(), strict=True)
        files["SOURCES.csv"] = SOURCES + "".join(f"{','.join(line)}\n" for line in lines)
    made = clean_files(files)
    assert " | ".join(sorted(scores(made))) == case["kept"]
    assert {*rules(made)} == {case["rule"]} - {""}
    assert all(read == sum(became) for read, *became in counts(made).values())
    assert any("bertentangan" in problem for problem in made.problems) == (
        case["rule"] == "conflict"
    )


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


@pytest.mark.parametrize("way", ["open", "corrected form", "definitions", "nobody's word"])
def test_two_agencies_that_differ_are_both_kept_and_the_difference_is_settled_by(
    way, clean_files, with_definitions, monkeypatch, tmp_path
):
    opd = {"definitions": "Dinkes", "nobody's word": "Bappeda"}.get(way)  # who gave no score
    chosen = SettledScore("assumed", "project", 2023, "64.02", HDI, opd, "pengampu")
    with_definitions(settled=(chosen,) if opd else ())
    files = {A: form("3"), B: form("2", "Dinsos", answer="lain")}
    if way == "corrected form":
        files["2023/b-ralat.csv"] = form("3", "Dinsos", answer="lain")
    made = clean_files(files)
    store.write_all(made.tables, tmp_path)
    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path))
    found = quality.findings(2023, "64.02").query("kind == 'agencies_differ'")
    is_settled = way in ("corrected form", "definitions")
    last = "b-ralat 3.0" if way == "corrected form" else "b 2.0"
    assert (scores(made), made.problems) == (["a 3.0", last], [])
    assert quality.office_scores(2023, "64.02").to_dict() == ({HDI: 3.0} if is_settled else {})
    assert found.empty == (way != "open")
    if way == "open":
        assert list(found["opd"]) == ["Dinkes", "Dinsos"]
        cells = "Dinkes 3,00 (2023/a.csv#l2:c3); Dinsos 2,00 (2023/b.csv#l2:c3)"
        assert set(found["detail"]) == {f"{cells}; ID butir {HDI}"}
        (said,) = [note for note in made.notes if "1 butir dinilai berbeda" in note]
        assert "Dinkes 3,00 (2023/a.csv#l2:c3); Dinsos 2,00 (2023/b.csv#l2:c3)" in said
        assert f"definitions/settled.csv: 2023,64.02,{HDI}," in said


@pytest.mark.parametrize(("score", "same"), [("3,60", True), ("3,5", False)])
def test_a_mean_printed_by_itself_is_that_of_the_national_table_or_a_contradiction(
    clean_files, score, same
):
    mean = f"DAERAH;KOMPONEN;NILAI KOMPONEN;KET\nKAB. MALANG;Baseline;{score};KPPN&IKN\n"
    heads = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"
    made = clean_files({A: f"{heads}\nKAB. MALANG;3,6;2;3;2;3;2,5;2,6;KPPN&IKN\n", B: mean})
    became = {A: (1, 1, 0, 0), B: (1, 0, 0, 1)} if same else dict.fromkeys((A, B), (1, 0, 1, 0))
    assert counts(made) == became
    assert len(made.tables["component_scores"]) == 6 * same
    assert len(made.tables["index_scores"]) == same
    assert any("pada Baseline (" in problem for problem in made.problems) != same


def test_the_same_respondent_may_answer_twice_but_the_same_form_is_kept_once(clean_files):
    heads = "NAMA;PILAR;PROGRAM;P1;P2"
    lines = ["Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;3", "Siti;Smart Living;A;4;2"]
    made = clean_files({"2023/survei.csv": "\n".join([heads, *lines])})
    assert counts(made) == {"2023/survei.csv": (3, 2, 0, 1)}
    assert made.tables["survey_responses"]["answer"].tolist() == [4.0, 3.0, 4.0, 2.0]
    unnamed = "PILAR;P1;P2\nSmart Living;4;3\nSmart Living;4;3\n"  # but a copy of a file is one
    made = clean_files({A: unnamed, B: unnamed, C: unnamed.replace("3\n", "2\n", 1)})
    assert counts(made) == {A: (2, 2, 0, 0), B: (2, 0, 0, 2), C: (2, 2, 0, 0)}
