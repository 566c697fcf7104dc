"""Lists saved as text: what is recognised, what is kept as printed, what is refused."""

from __future__ import annotations

import pytest

from kukar_analysis.errors import SourceError
from kukar_analysis.read import READERS

NAME = "2023/list.csv"
HEADS = "DAERAH;PILAR;JUMLAH OPD"
LIST = f"{HEADS}\nKAB. MALANG;Smart Living;3\n"
NATIONAL = ("KAB/KOTA", "BASELINE", "OUTPUT", "OUTCOME", "IMPACT", "QUICK WINS", "NILAI FINAL")


@pytest.fixture
def read(tmp_path):
    """Return a function that saves a list and reads it."""

    def run(content):
        path = tmp_path / "list.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (found,) = READERS[".csv"](path, NAME).lists
        return found

    return run


@pytest.fixture
def reading(tmp_path):
    """Return a function that saves a list and returns all that was found in it."""

    def run(content):
        path = tmp_path / "list.csv"
        path.write_bytes(content.encode())
        return READERS[".csv"](path, NAME)

    return run


def cells(file):
    return [tuple(record.cells.values()) for record in file.records]


# What is recognised


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_a_list_may_be_parted_by(read, delimiter):
    found = read(LIST.replace(";", delimiter))
    assert found.kind == "pillar_agencies"
    assert cells(found) == [("KAB. MALANG", "Smart Living", "3")]


def test_the_delimiter_is_that_of_the_headings_whatever_stands_below(read):
    found = read(
        "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI\n2023;X;PDRB, a, b, c, d, e, f;1;y;z\n"
    )
    assert found.records[0].cells["statistic"] == "PDRB, a, b, c, d, e, f"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_may_be_saved_as(read, encoding):
    found = read(f"{HEADS}\nKAB. MALANG;Smart – Living;3\n".encode(encoding))
    assert cells(found) == [("KAB. MALANG", "Smart – Living", "3")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(read, end):
    found = read(LIST.replace("\n", end))
    assert [r.row for r in found.records] == [2]
    assert cells(found) == [("KAB. MALANG", "Smart Living", "3")]


@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        (NATIONAL, "national_table"),
        (("DAERAH", "KOMPONEN", "NILAI"), "question_scores"),
        (("DAERAH", "PILAR", "QUICK WIN"), "quick_wins"),
        (("DAERAH", "PILAR", "JUMLAH OPD"), "pillar_agencies"),
        (("TAHUN", "DAERAH", "STATISTIK", "NILAI", "SATUAN", "SITASI"), "official_statistics"),
    ],
)
def test_a_kind_of_list_is_known_by_the_headings_it_needs(read, heads, kind):
    assert read(";".join(heads)).kind == kind


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Kabupaten/Kota", "region"),
        ("nama daerah", "region"),
        ("  kab / kota ", "region"),
        ("region", "region"),
        ("QUICK WIN", "quick_wins"),
        ("quick_wins", "quick_wins"),
        ("NILAI AKHIR", "index"),
        ("Indeks", "index"),
    ],
)
def test_a_heading_may_be_any_of_its_synonyms_in_any_case(read, heading, column):
    places = {"region": 0, "quick_wins": 5, "index": 6}
    heads = list(NATIONAL)
    heads[places[column]] = heading
    found = read(";".join(heads))
    assert found.headings[column] == (heading.strip(), places[column] + 1)


def test_columns_may_stand_in_any_order(read):
    found = read("JUMLAH OPD;DAERAH;PILAR\n3;KAB. MALANG;Smart Living\n")
    assert found.records[0].cells == {
        "region": "KAB. MALANG",
        "pillar": "Smart Living",
        "agencies": "3",
    }


def test_a_column_without_a_use_is_named_and_an_empty_heading_is_not(reading):
    found = reading(f"Column1;{HEADS};;CATATAN\nx;KAB. MALANG;Smart Living;3;;y\n")
    assert found.notes == [f"{NAME}: columns not used: Column1, CATATAN"]
    assert cells(found.lists[0]) == [("KAB. MALANG", "Smart Living", "3")]


def test_a_record_can_be_had_by_the_headings_as_printed(read):
    found = read("Kab/Kota; pilar ;JUMLAH OPD\nKAB. MALANG;Smart Living;3\n")
    assert found.printed(found.records[0]) == {
        "Kab/Kota": "KAB. MALANG",
        "pilar": "Smart Living",
        "JUMLAH OPD": "3",
    }


# What is kept as printed


@pytest.mark.parametrize("printed", ["2,82", "2.820", "-0,29", "−0,29", "-", "–", "0", "007", "NA"])
def test_a_number_stays_the_text_that_is_printed(read, printed):
    heads = "DAERAH;KOMPONEN;NILAI"
    assert read(f"{heads}\nX;Y;{printed}\n").records[0].cells["score"] == printed


def test_a_blank_cell_is_an_empty_text(read):
    assert read(f"{HEADS}\nX;;  \n").records[0].cells == {
        "region": "X",
        "pillar": "",
        "agencies": "",
    }


def test_a_delimiter_and_a_quotation_mark_may_stand_within_quotes(read):
    found = read(f'{HEADS}\n"KAB; ""X""";Smart Living;3\n')
    assert found.records[0].cells["region"] == 'KAB; "X"'


# Where a cell stands


def test_the_origin_of_a_cell_is_its_file_line_and_column(read):
    found = read(LIST)
    assert found.origin(found.records[0], "agencies") == "2023/list.csv#l2:c3"


def test_the_origin_of_a_column_that_the_list_lacks_is_the_line(read):
    found = read(LIST)
    assert found.origin(found.records[0], "year") == "2023/list.csv#l2"
    assert found.origin(found.records[0]) == "2023/list.csv#l2"


def test_blank_lines_are_no_records_but_count_as_lines(read):
    found = read(f"\n{HEADS}\n\nA;Smart Living;3\n;;\n  ;\t;\nB;Smart Living;4\n\n")
    assert [(r.row, r.cells["region"]) for r in found.records] == [(4, "A"), (7, "B")]


def test_a_line_break_within_quotes_belongs_to_the_cell_and_counts_as_a_line(read):
    found = read(f'{HEADS}\n"KAB.\nMALANG";Smart Living;3\nB;Smart\tLiving;4\n')
    assert [(r.row, r.cells["region"]) for r in found.records] == [(2, "KAB.\nMALANG"), (4, "B")]


def test_a_heading_of_two_lines_moves_the_records_down(read):
    found = read('DAERAH;PILAR;"JUMLAH\nOPD"\nA;Smart Living;3\n')
    assert [(r.row, r.cells["agencies"]) for r in found.records] == [(3, "3")]


# Ragged lines


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("KAB. MALANG;Smart Living", "the line has 2 cells, the headings are 3"),
        ("KAB. MALANG;Smart Living;3;4", "the line has 4 cells, the headings are 3"),
        ("KAB. MALANG;Smart Living;3;;5", "the line has 5 cells, the headings are 3"),
    ],
)
def test_a_line_with_other_cells_than_headings_is_marked_with_both_numbers(read, line, fault):
    first, second = read(f"{HEADS}\n{line}\nKAB. BANDUNG;Smart Living;3\n").records
    assert first.fault == fault
    assert second.fault is None


def test_blank_cells_behind_the_last_heading_are_no_fault(read):
    (record,) = read(f"{HEADS}\nKAB. MALANG;Smart Living;3;;  ;\n").records
    assert record.fault is None


def test_a_last_column_without_a_use_may_be_missing(read):
    found = read(f"{HEADS};CATATAN\nKAB. MALANG;Smart Living;3\n")
    assert [record.fault for record in found.records] == [None]
    assert cells(found) == [("KAB. MALANG", "Smart Living", "3")]


# What is refused


@pytest.mark.parametrize("content", ["", "\n\n", " ;;\n\t\n", "\ufeff"])
def test_an_empty_file_is_refused(read, content):
    with pytest.raises(SourceError, match=r"2023/list.csv: is empty; expected a line of headings"):
        read(content)


@pytest.mark.parametrize("content", [b"PK\x03\x04\x00\x00", b"%PDF-1.7\n\x00"])
def test_a_file_that_is_no_text_is_refused(read, content):
    with pytest.raises(SourceError, match=r"2023/list.csv: is no text file; save the list as CSV"):
        read(content)


def test_bytes_of_no_known_encoding_are_refused_with_their_place(read):
    with pytest.raises(SourceError, match="byte 26 is neither UTF-8 nor Windows-1252"):
        read(HEADS.encode() + b"\nA\x81;Smart Living;3\n")


def test_a_quotation_mark_that_is_not_closed_is_refused_with_the_line_it_opens_in(read):
    content = f'{HEADS}\nA;Smart Living;3\n"B;Smart Living;3\nC;Smart Living;3\n'
    with pytest.raises(SourceError, match=r"list.csv line 3: unexpected end of data; .* not close"):
        read(content)


def test_a_quotation_mark_that_is_not_closed_in_the_headings_is_of_line_1(read):
    with pytest.raises(SourceError, match=r"2023/list.csv line 1: unexpected end of data"):
        read(f'"{HEADS}\nA;Smart Living;3\n')


def test_a_quotation_mark_in_the_wrong_place_is_refused_with_its_line(read):
    with pytest.raises(SourceError, match=r"2023/list.csv line 2: ';' expected after '\"'"):
        read(f'{HEADS}\n"A"B;Smart Living;3\n')


@pytest.mark.parametrize(
    ("heads", "nearest"),
    [
        (NATIONAL[:-1], "national_table, which also needs NILAI FINAL"),
        (NATIONAL[2:], "national_table, which also needs KAB/KOTA, BASELINE"),
        (("DAERAH", "KOMPONEN", "HASIL"), "question_scores, which also needs NILAI"),
        (("DAERAH", "NAMA", "JUMLAH OPD"), "pillar_agencies, which also needs PILAR"),
        (("DAERAH", "PILAR", "NAMA QW"), "quick_wins, which also needs QUICK WIN"),
        (
            ("DAERAH", "PILAR", "PERANGKT DAERAH"),
            "pillar_agencies, which also needs JUMLAH OPD or OPD;"
            " 'PERANGKT DAERAH' comes near PERANGKAT DAERAH",
        ),
        (
            ("TAHUN", "DAERAH", "STATISTIK", "NILAI", "SATUAN"),
            "official_statistics, which also needs SITASI",
        ),
    ],
)
def test_unknown_headings_are_refused_with_the_nearest_kind_and_what_it_lacks(read, heads, nearest):
    with pytest.raises(SourceError, match=rf"no known kind of list; nearest is {nearest}\. Correc"):
        read(";".join(heads))


@pytest.mark.parametrize("title", ["OPD PER PILAR 2023", "PERANGKAT DAERAH;;\n;;\nTahap II;;"])
def test_titles_above_the_headings_are_no_records_but_count_as_lines(read, title):
    found = read(f"{title}\n{LIST}")
    assert cells(found) == [("KAB. MALANG", "Smart Living", "3")]
    assert found.records[0].row == title.count("\n") + 3


@pytest.mark.parametrize("content", ["a;b\n1;2\n", "DAERAH\nKAB. MALANG\n", "satu baris saja"])
def test_a_text_without_a_line_of_known_headings_is_refused(read, content):
    with pytest.raises(SourceError, match=r"holds no line of known headings \(definitions/layout"):
        read(content)


def test_a_list_of_headings_alone_is_said(reading):
    found = reading(HEADS)
    assert found.problems == [f"{NAME}: has headings but no lines"]
    assert found.lists[0].records == []


def test_a_heading_that_stands_twice_is_refused(read):
    with pytest.raises(SourceError, match="the heading 'JUMLAH OPD' stands twice; keep one of"):
        read("DAERAH;PILAR;JUMLAH OPD;JUMLAH OPD\nKAB. MALANG;Smart Living;3;4\n")


def test_an_unused_heading_may_stand_twice(read):
    found = read(f"{HEADS};X;X\nKAB. MALANG;Smart Living;3;4;5\n")
    assert cells(found) == [("KAB. MALANG", "Smart Living", "3")]


def test_statements_that_stand_again_for_another_pillar_are_refused(read):
    heads = "NAMA;PILAR;P1;P2;PILAR;P1;P2"
    with pytest.raises(SourceError, match=r"jalankan `kukar map 2023/list\.csv`"):
        read(f"{heads}\nA;Smart Living;4;4;Smart Economy;1;1\n")


def test_a_line_of_cells_without_end_is_refused_before_its_headings_are_compared(read):
    with pytest.raises(SourceError, match="row 2 has 2000001 cells, at most 1000 are read"):
        read(f"{HEADS}\n{';' * 2_000_000}x\n")
