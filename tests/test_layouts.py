"""Layouts as offices make them: every score on its question, agency and pillar, or refused.

A case is a sheet: rows parted by ` // `, cells by `|`, a number after `=`. What is kept is
question, agency and score; each problem holds what is said of it, in this order.
"""

import pytest
from cases import cases
from reading import write_book

from kukar_analysis import clean


def rows_of(text):
    """Return the rows of a case as cells; `=4` is a number, nothing a blank cell."""
    rows = [line.split("|") for line in text.split(" // ")]
    return [[float(c[1:]) if c.startswith("=") else c or None for c in row] for row in rows]


@pytest.mark.parametrize("case", cases("layouts").values(), ids=lambda case: case["case"])
def test_of_a_sheet_is_kept_and_said(tmp_path, case):
    path = tmp_path / "raw" / f"{case['file']}.xlsx"
    path.parent.mkdir(parents=True)
    write_book(path, {"Sheet": rows_of(case["rows"])})
    made = clean.clean(tmp_path / "raw", tmp_path / "processed")
    found = made.tables["question_scores"].astype({"opd": object}).fillna({"opd": "-"})
    kept = [
        f"{row.question.removeprefix('outcome.living.')}, {row.opd}, {row.score:g}"
        for row in found.itertuples()
    ]
    assert " & ".join(kept) == case["kept"]
    said = case["said"].split(" & ") if case["said"] else []
    assert len(made.problems) == len(said)
    assert all(part in problem for part, problem in zip(said, made.problems, strict=True))
    # nobody who signs is named anywhere
    assert "Rekaan" not in f"{made.problems}{made.tables['rejected'].to_csv()}"


def test_a_valid_id_has_the_last_word_in_a_list_saved_as_text_too(clean_files):
    heads = "NO;ID BUTIR;KOMPONEN;KODE;PERTANYAAN;JAWABAN;NILAI MANDIRI"
    row = "14;outcome.living.programme;Outcome;3.11.1;Program pilar berjalan tahun ini;ada;3"
    made = clean_files({"2023/dinkes.csv": f"{heads}\n{row}"})
    assert made.tables["question_scores"]["question"].tolist() == ["outcome.living.programme"]
    assert made.problems == []


def test_a_comma_that_parts_a_figure_is_refused(clean_files):
    rows = "Kode,Pertanyaan,Nilai,Ket\n3.12.1,Penanganan baduta stunting,3,5\n"
    made = clean_files({"2023/dinkes.csv": f"{rows}3.12.2,Imunisasi balita,2,baik\n"})
    assert made.tables["question_scores"]["score"].tolist() == [2.0]
    assert "koma desimal" in made.problems[0]


def test_a_survey_of_another_scale_is_not_taken(clean_files):
    rows = "Nama;P1;P2\n" + "".join(f"R{i};{i % 5 + 1};3\n" for i in range(20))
    made = clean_files({"2023/survei smart living.csv": rows})
    assert made.tables["survey_responses"].empty
    assert "skala surveinya lain" in made.problems[0]
