"""A letter typed into the form: kept where it adds up, refused whole where it does not."""

import openpyxl
import pytest
from reading import MALANG

from kukar_analysis import clean, forms

FINAL = {"baseline": "3,60", "output": "2,29", "outcome": "3,41", "impact": "2,81"}
FINAL |= {"quick_wins": "3,13", "collaboration": "2,53", "index": "2,94", "improvement": "0,44"}
FINAL |= {"group": "KPPN&IKN", "participated": "ya"}


@pytest.fixture(scope="module")
def printed(tables):
    """Return the published question scores of Kabupaten Malang 2023, in the form's order."""
    own = tables["question_scores"]
    own = own[(own["region"] == MALANG) & (own["year"] == 2023)]
    return [f"{value:.2f}".replace(".", ",") for value in own["score"]]


@pytest.fixture
def typed(tmp_path, printed):
    def run(final=None, means=None, scores=None):
        (path,) = forms.write("letter", 2023, MALANG, tmp_path / "raw" / "2023")
        book = openpyxl.load_workbook(path)
        said = FINAL | (final or {})
        fill(book["Tabel nasional"], "BASELINE", [["1", "KAB. MALANG", *said.values()]])
        mean = [[text] for text in (FINAL | (means or {})).values()][:6]
        fill(book["Nilai komponen"], "NILAI KOMPONEN", mean, at="NILAI KOMPONEN")
        given = [[text] for text in (scores(printed) if scores else printed)]
        fill(book["Nilai butir"], "KODE", given, at="NILAI")
        book.save(path)
        return clean.clean(tmp_path / "raw", tmp_path / "processed")

    return run


def fill(sheet, head, lines, at=None):
    row = next(r for r in range(1, 20) if head in [cell.value for cell in sheet[r]])
    first = [cell.value for cell in sheet[row]].index(at) + 1 if at else 1
    for i, line in enumerate(lines, start=1):
        for j, text in enumerate(line):
            sheet.cell(row + i, first + j).value = text


def test_a_typed_letter_that_adds_up_is_kept(typed, printed):
    made = typed()
    assert made.problems == []
    scores = made.tables["question_scores"]
    assert scores["source"].unique().tolist() == ["assessor"]
    assert [f"{value:.2f}".replace(".", ",") for value in scores["score"]] == printed
    assert made.tables["index_scores"]["index_published"].tolist() == [2.94]
    assert len(made.tables["component_scores"]) == 6


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"final": {"index": "2,95"}}, "Indeks: rata-rata tercetak menjadi 2.94"),
        ({"means": {"outcome": "3,14"}}, "Outcome: 3,14 di sini, 3,41 di tabel nasional"),
        ({"scores": lambda s: ["0,00", *s[1:]]}, "Baseline: rata-rata 5 nilai adalah 3.00"),
        ({"scores": lambda s: ["", *s[1:]]}, "Baseline: 4 dari 5 nilai butir diketik"),
    ],
)
def test_one_that_does_not_is_refused_whole(typed, changes, said):
    made = typed(**changes)
    assert [said in problem for problem in made.problems] == [True]
    kept = {n: len(t) for n, t in made.tables.items() if n not in ("files", "rejected") and len(t)}
    assert kept == {}


def test_components_without_question_scores_need_none(typed):
    made = typed(scores=lambda s: s[:5])
    assert made.problems == []
    assert made.tables["question_scores"]["score"].mean() == 3.6


def test_the_form_left_blank_says_nothing(tmp_path):
    forms.write("letter", 2023, MALANG, tmp_path / "raw" / "2023")
    made = clean.clean(tmp_path / "raw", tmp_path / "processed")
    assert made.tables["question_scores"].empty
    assert made.tables["files"]["rows_kept"].tolist() == [0]
