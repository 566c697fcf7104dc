"""The invented office in data/sample: made again the same, its planted faults found, no others."""

import csv
import re
from collections import Counter
from pathlib import Path

import openpyxl
import pdfplumber
import pytest
from reading import tables_from
from sample import make

from kukar_analysis import clean, respondents, store
from kukar_analysis.analysis.findings import findings as faults

SAMPLE = store.ROOT / "data" / "sample"
MARK = "DATA CONTOH"
NOBODY = re.compile(r"Responden Contoh|0000-?000|Jalan Contoh|Nama Contoh|Asesor Contoh")
"""What would name an invented respondent, signatory or assessor."""


def planted(*tables):
    path = Path(__file__).parent / "sample" / "planted_faults.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [line for line in csv.DictReader(file) if line["table"] in tables]


def name_of(line):
    return f"{line['file']}#{line['cell']}: {line['fault']}"


def covers(line, said):
    """Whether a message or a rejected row, as `origin: reason`, is what the line expects."""
    place = f"{line['file']}#{line['cell']}" if line["cell"] else line["file"]
    return said.startswith(place) and line["expect"] in said


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def sample(folder):
    """Clean the sample once; return what `clean` returned."""
    assert respondents.respondent({"person_name": "makes the key"})
    return clean.clean(SAMPLE, folder)


@pytest.fixture(scope="module")
def said(sample):
    """Return what cleaning said, by table of planted_faults.csv."""
    rejected = sample.tables["rejected"]
    return {
        "rejected": [f"{row.origin}: {row.reason}" for row in rejected.itertuples()],
        "problems": sample.problems,
        "notes": sample.notes,
    }


def files(folder):
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def test_the_committed_files_are_what_the_script_makes(tmp_path):
    make.make(tmp_path)
    made, committed = files(tmp_path), files(SAMPLE)
    assert made.keys() == committed.keys()
    assert [n for n in made if made[n].read_bytes() != committed[n].read_bytes()] == []


@pytest.mark.parametrize("line", planted("rejected", "problems", "notes"), ids=name_of)
def test_a_planted_fault_is_found(line, said):
    assert [text for text in said[line["table"]] if covers(line, text)]


@pytest.mark.parametrize(
    ("table", "explained_by"),
    [
        # a file or part that was not read is a problem, and stands in `rejected` too
        ("rejected", ("rejected", "problems")),
        ("problems", ("rejected", "problems")),
        # what a later file changed is rejected, and only a note
        ("notes", ("notes", "rejected")),
    ],
)
def test_nothing_else_is_found(table, explained_by, said):
    lines = planted(*explained_by)
    assert [text for text in said[table] if not any(covers(line, text) for line in lines)] == []


@pytest.fixture(scope="module")
def findings(sample, folder):
    """Return what is found in the answers of both years, as `origin: kind`."""
    with tables_from(folder):
        found = [faults(year, "00.01") for year in (2022, 2023)]
    return [f"{row.origin}: {row.kind}" for one in found for row in one.itertuples()]


@pytest.mark.parametrize("line", planted("quality"), ids=name_of)
def test_a_planted_fault_of_the_answers_is_found(line, findings):
    assert [text for text in findings if covers(line, text)]


def test_no_other_fault_of_the_answers_is_found(findings):
    lines = planted("quality")
    assert [text for text in findings if not any(covers(line, text) for line in lines)] == []


def test_what_is_said_twice_counts_once(sample):
    expected = {line["file"]: int(line["expect"]) for line in planted("duplicates")}
    counts = sample.tables["files"].set_index("file")["rows_duplicate"]
    assert counts[counts > 0].to_dict() == expected


@pytest.mark.parametrize("line", planted("accepted"), ids=name_of)
def test_what_only_looks_like_a_fault_is_kept(line, sample):
    origin = f"{line['file']}#{line['cell']}"
    tables = (t for n, t in sample.tables.items() if "origin" in t and n != "rejected")
    kept = [row for t in tables for row in t[t["origin"] == origin].values.tolist()]
    assert kept
    assert all(any(line["expect"] in str(cell) for cell in row) for row in kept)


def test_a_band_has_no_score(sample):
    scores = sample.tables["question_scores"]
    bands = [
        f"{line['file']}#{line['cell']}" for line in planted("accepted") if "band" in line["fault"]
    ]
    kept = scores[scores["origin"].isin(bands)]
    assert len(kept) == len(bands)
    assert kept["score"].isna().all()


def test_every_list_and_page_says_it_is_invented(sample):
    table = sample.tables["files"]
    for name in table.loc[table["kind"] != "unread", "file"]:
        path = SAMPLE / name
        assert "contoh" in path.name
        if path.suffix == ".csv":
            assert path.read_text(encoding="utf-8").startswith(MARK), name
        elif path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path):
                assert any(MARK in str(cell.value) for cell in sheet[1]), f"{name} {sheet.title}"
        else:
            with pdfplumber.open(path) as letter:
                assert all(MARK in page.extract_text() for page in letter.pages), name


def test_nobody_is_named_in_a_table_and_all_is_of_the_invented_region(sample):
    for name, table in sample.tables.items():
        assert "region" not in table or set(table["region"].str[:3]) == {"00."}, name
        for column in table.select_dtypes(exclude=["number", "bool"]):
            found = table[column].dropna().astype(str)
            assert not found.str.contains(NOBODY).any(), f"{name} {column}"


def test_agencies_answer_in_four_layouts(sample):
    table = sample.tables["files"]
    forms = table[table["file"].str.startswith("2023/opd/") & (table["kind"] == "agency_form")]
    assert len(forms) >= 12
    scores = sample.tables["question_scores"]
    own = scores[(scores["source"] == "self") & scores["opd"].notna()]
    assert own.groupby("year")["opd"].nunique().to_dict().keys() == {2022, 2023}
    sheets = Counter(re.sub(r".*#(.*)!.*", r"\1", origin) for origin in own["origin"])
    assert {"Smart Living", "Penilaian", "Rekap", "Living"} <= sheets.keys()
