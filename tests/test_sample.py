"""The invented office in data/sample: its planted faults are found, and no others."""

import csv
import re
from pathlib import Path

import pdfplumber
import pytest
from python_calamine import CalamineWorkbook
from reading import tables_from

from kukar_analysis import paths
from kukar_analysis.analysis.quality import findings as faults

SAMPLE = paths.ROOT / "data" / "sample"
MARK = "DATA CONTOH"
NOBODY = re.compile(r"Responden Contoh|0000-?000|Jalan Contoh|Nama Contoh|Asesor Contoh")
"""What would name an invented respondent, signatory or assessor."""
with (Path(__file__).parent / "sample" / "planted_faults.csv").open(encoding="utf-8") as file:
    PLANTED = [*csv.DictReader(file)]


def planted(*tables):
    lines = [line for line in PLANTED if line["table"] in tables]
    return [line | {"origin": f"{line['file']}#{line['cell']}".rstrip("#")} for line in lines]


@pytest.fixture(scope="module")
def said(sample_cleaned, sample_processed):
    """Return what was said, `origin: reason`, by table of planted_faults.csv."""
    rejected = sample_cleaned.tables["rejected"]
    with tables_from(sample_processed):
        quality = [row for year in (2022, 2023) for row in faults(year, "00.01").itertuples()]
    return {
        "rejected": [f"{row.origin}: {row.reason}" for row in rejected.itertuples()],
        "problems": sample_cleaned.problems,
        "notes": sample_cleaned.notes,
        "quality": [f"{row.origin}: {row.kind}" for row in quality],
    }


@pytest.mark.parametrize(
    ("table", "explained_by"),
    [
        # a file or part that was not read is a problem, and stands in `rejected` too
        ("rejected", ("rejected", "problems")),
        ("problems", ("rejected", "problems")),
        # what a later file changed is rejected, and only a note
        ("notes", ("notes", "rejected")),
        ("quality", ("quality",)),
    ],
)
def test_every_planted_fault_is_found_and_no_other(table, explained_by, said):
    def covers(line, text):
        places = (line["origin"], f"{line['file']}: ")  # messages are by file
        return text.startswith(places) and line["expect"] in text

    unseen = [x for x in planted(table) if not any(covers(x, text) for text in said[table])]
    lines = planted(*explained_by)
    more = [text for text in said[table] if not any(covers(x, text) for x in lines)]
    assert (unseen, more) == ([], [])


def test_what_only_looks_like_a_fault_is_kept_and_what_is_said_twice_counts_once(sample_cleaned):
    tables = sample_cleaned.tables
    with_origin = [t for name, t in tables.items() if "origin" in t and name != "rejected"]
    for line in planted("accepted"):
        kept = [r for t in with_origin for r in t[t["origin"] == line["origin"]].values.tolist()]
        assert kept, line
        assert all(any(line["expect"] in str(cell) for cell in row) for row in kept), line
    bands = [line["origin"] for line in planted("accepted") if "band" in line["fault"]]
    scores = tables["question_scores"].set_index("origin").loc[bands, "score"]
    assert len(scores) == len(bands) > 2
    assert scores.isna().all()
    twice = {line["file"]: int(line["expect"]) for line in planted("duplicates")}
    counts = tables["files"].set_index("file")["rows_duplicate"]
    assert counts[counts > 0].to_dict() == twice


def test_every_list_and_page_says_it_is_invented(sample_cleaned):
    table = sample_cleaned.tables["files"]
    for path in (SAMPLE / name for name in table.loc[table["kind"] != "unread", "file"]):
        if path.suffix == ".csv":
            said = [path.read_text(encoding="utf-8")]
        elif path.suffix == ".xlsx":
            with CalamineWorkbook.from_path(str(path)) as book:
                rows = [book.get_sheet_by_name(s).to_python(nrows=1) for s in book.sheet_names]
            said = [*map(str, rows)]
        else:
            with pdfplumber.open(path) as letter:
                said = [page.extract_text() for page in letter.pages]
        assert all(MARK in text for text in said), path


def test_nobody_is_named_in_a_table_and_all_is_of_the_invented_region(sample_cleaned):
    for name, table in sample_cleaned.tables.items():
        assert "region" not in table or set(table["region"].str[:3]) == {"00."}, name
        for column in table.select_dtypes(exclude=["number", "bool"]):
            found = table[column].dropna().astype(str)
            assert not found.str.contains(NOBODY).any(), f"{name} {column}"
