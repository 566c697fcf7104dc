"""Lists saved as text: what is recognised, what is kept as printed, what is refused."""

import pytest

from kukar_analysis.errors import SourceError
from kukar_analysis.read import READERS

NAME = "2023/list.csv"
HEADS = "DAERAH;PILAR;JUMLAH OPD"
LINE = "KAB. MALANG;Smart Living;3"
LIST = f"{HEADS}\n{LINE}\n"
NATIONAL = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;NILAI FINAL"


@pytest.fixture
def reading(tmp_path):
    def run(content):
        (tmp_path / "list.csv").write_bytes(getattr(content, "encode", lambda: content)())
        return READERS[".csv"](tmp_path / "list.csv", NAME)

    return run


@pytest.fixture
def read(reading):
    return lambda content: reading(content).lists[0]


def cells(file):
    return [tuple(record.cells.values()) for record in file.records]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_list_may_be_parted_end_its_lines_and_be_saved_as_on_any_system(
    read, delimiter, end, encoding
):
    text = "kab / Kota;  pilar ;Jumlah OPD\nKAB. MALANG;Smart – Living;3\n"
    found = read(text.replace(";", delimiter).replace("\n", end).encode(encoding))
    assert (found.kind, found.records[0].row) == ("pillar_agencies", 2)
    assert cells(found) == [("KAB. MALANG", "Smart – Living", "3")]


def test_the_delimiter_is_that_of_the_headings_whatever_stands_below(read):
    line = "2023;X;PDRB, a, b, c, d, e, f;1;y;z"
    found = read(f"TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI\n{line}\n")
    assert found.records[0].cells["statistic"] == "PDRB, a, b, c, d, e, f"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"\n{HEADS}\n\nA;Smart Living;3\n;;\n  ;\t;\nB;Living;4\n\n", [(4, "A"), (7, "B")]),
        (f'{HEADS}\n"KAB.\nMALANG";Living;3\nB;Smart\tLiving;4\n', [(2, "KAB.\nMALANG"), (4, "B")]),
        ('DAERAH;PILAR;"JUMLAH\nOPD"\n"A; ""X""";Smart Living;3\n', [(3, 'A; "X"')]),
        (f"PERANGKAT DAERAH;;\n;;\nTahap II;;\n{LIST}", [(5, "KAB. MALANG")]),
    ],
    ids=["blank lines", "a break in a cell", "a break in a heading", "titles"],
)
def test_what_is_no_record_counts_as_lines_all_the_same(read, content, expected):
    assert [(r.row, r.cells["region"]) for r in read(content).records] == expected


FAULTS = {
    f"{HEADS}|KAB. MALANG;Smart Living": "barisnya 2 sel, judulnya 3",
    f"{HEADS}|{LINE};;5": "barisnya 5 sel, judulnya 3",
    f"{HEADS}|{LINE};;  ;": None,
    f"{HEADS};CATATAN|{LINE}": None,
}


@pytest.mark.parametrize(("lines", "fault"), FAULTS.items())
def test_a_line_with_other_cells_than_headings_is_marked_with_both_numbers(read, lines, fault):
    lines = lines.replace("|", "\n")
    first, second = read(f"{lines}\nKAB. BANDUNG;Smart Living;3\n").records
    assert (first.fault, second.fault) == (fault, None)


REFUSED = {
    " ;;\n\t\n": "list.csv: kosong",
    b"PK\x03\x04\x00\x00": "list.csv: bukan berkas teks",
    HEADS.encode() + b"\nA\x81;Living;3\n": "list.csv: bukan berkas teks",
    f'{LIST}"B;Living;3\nC;Living;3\n': r"tidak ditutup: baris 3 \(unexpected end of data",
    f'{HEADS}\n"A"B;Living;3\n': r"baris 2 \(';' expected after '\"'",
    "a;b\n1;2\n": "tidak ada baris judul kolom yang dikenal",
    f"{HEADS};JUMLAH OPD\n{LINE};4\n": "'JUMLAH OPD' ada 2 kali untuk agencies",
    "NAMA;PILAR;P1;P2;PILAR;P1;P2\nA;Living;4;4;Economy;1;1\n": r'`kukar map "2023/list\.csv"`',
    f"{HEADS}\n{';' * 2_000_000}x\n": "terlalu besar: barisnya sampai 2000001 sel",
    NATIONAL[18:]: "terdekat national_table, kurang KAB/KOTA, BASELINE",
    "DAERAH;PILAR;PERANGKT DAERAH": "'PERANGKT DAERAH' mirip PERANGKAT DAERAH",
    "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN": "terdekat official_statistics, kurang SITASI",
}


@pytest.mark.parametrize(("content", "said"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_is_no_list_is_refused_with_the_nearest_kind_and_what_it_lacks(read, content, said):
    with pytest.raises(SourceError, match=said):
        read(content)
