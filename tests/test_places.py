"""An origin is taken apart by one function, whatever the file and the sheet are called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kukar_analysis import places
from kukar_analysis.places import Place
from kukar_analysis.read.source import Record, SourceList

FILES = {"text": "{}.csv", "workbook": "{}.XLSX", "letter": "{}.pdf"}


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("2023/a.csv#l37:c3", Place("2023/a.csv", "", "l37", "c3")),
        ("2023/a.csv#l37", Place("2023/a.csv", "", "l37")),
        ("2023/opd/a.xlsx#Smart Living!F12", Place("2023/opd/a.xlsx", "Smart Living", "12", "F")),
        ("2023/a.xlsx#Smart Living", Place("2023/a.xlsx", "Smart Living")),
        ("2023/surat.pdf#p15:r4", Place("2023/surat.pdf", "15", "r4")),
        ("2023/jawaban #1 dinkes.csv#l3:c4", Place("2023/jawaban #1 dinkes.csv", "", "l3", "c4")),
        ("2023/a.csv#l3:c2.csv#l5:c1", Place("2023/a.csv#l3:c2.csv", "", "l5", "c1")),
        ("2023/a!B2: #3.xlsx#Lembar #2!A!C7", Place("2023/a!B2: #3.xlsx", "Lembar #2!A", "7", "C")),
        ("2023/foto #2.jpg", Place("2023/foto #2.jpg")),
    ],
)
def test_an_origin_has_a_file_a_part_and_a_cell(origin, expected):
    assert places.parted(origin) == expected
    assert places.leading(f"{origin}: score 1 -> 2") == ("" if not expected.row else origin)


@given(
    st.sampled_from([*FILES]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1),
    st.text(st.sampled_from("#!: l3cA7"), min_size=1),
    st.integers(1, 10**6),
    st.integers(1, 700),
)
def test_what_the_readers_write_is_taken_apart_again(medium, name, sheet, row, column):
    file = f"2023/{FILES[medium].format(name)}"
    found = SourceList(file, medium, "programmes", {"opd": ("OPD", column)}, [])
    record = Record(row, {}, part={"workbook": sheet, "letter": "3"}.get(medium))
    for asked in ("opd", None):
        origin = found.origin(record, asked)
        assert places.file_of(origin) == file
        assert f"{file}#{places.within(origin)}" == origin
        assert places.record_of(origin) == found.origin(record)
