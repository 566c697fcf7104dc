"""The list in a grid of texts: where its headings stand, and what is a record and what not."""

import json

import pytest
from cases import cases

from kukar_analysis.read import lists
from kukar_analysis.read.lists import Grid
from kukar_analysis.read.source import Reading

SHORT = {
    "FORM": "KODE|PERTANYAAN|JAWABAN|NILAI MANDIRI|DATA DUKUNG",
    "ANSWER": "3.1.1|Persentase penduduk miskin|ada|3|tautan",
}


@pytest.mark.parametrize("case", cases("grid").values(), ids=lambda case: case["case"])
def test_of_rows_is_found_and_said(case):
    """`rows` are parted by ` // `, cells by `|`; `found` are the kind, and cells by column."""
    lines = [
        "|".join(SHORT.get(text, text) for text in line.split("|"))
        for line in case["rows"].split(" // ")
    ]
    rows = [(number, line.split("|")) for number, line in enumerate(lines, start=1) if line]
    part = "Isian" if case["medium"] == "workbook" else None
    made, found = Reading(), json.loads(case["found"])
    read = Grid("2023/opd/dinkes.xlsx", case["medium"], rows, part)
    lists.read(read, made, json.loads(case["given"] or "{}"))
    assert " + ".join(dict.fromkeys(of.kind for of in made.lists)) == found.pop("kind")
    records = [record for of in made.lists for record in of.records]
    own = [{**r.cells, "row": r.row, "rule": r.rule} for r in records]
    assert {column: [cells.get(column) for cells in own] for column in found} == found
    said = case["said"].split(" & ") if case["said"] else []
    told = [text.removeprefix(f"{read.place}: ") for text in (*made.problems, *made.notes)]
    assert len(told) == len(said)
    assert all(text.startswith(part) for text, part in zip(told, said, strict=True))
