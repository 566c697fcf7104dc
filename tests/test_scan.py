"""Scanned pages of letters: the rule by which a row is kept, and a letter that was scanned."""

import io
from dataclasses import replace

import pypdfium2
import pytest
from cases import cases
from PIL import Image, ImageDraw
from sample import letter_pdf

from kukar_analysis.read import READERS, letter
from kukar_analysis.read.letter import pages, scan, tables
from kukar_analysis.read.source import Reading, Record, SourceList

HEADS = (
    "NO KAB/KOTA BASELINE OUTPUT OUTCOME IMPACT QUICK_WINS KOLABORASI NILAI_FINAL IMPROVEMENT KET"
)
PLACES = (20, 50, 150, 200, 250, 300, 350, 420, 480, 540, 610)
ROWS = (
    "1 KAB._BADUNG 3,52 2,97 3,08 3,14 2,35 - 2,97 -0,29 REGULER",
    "2 KAB._BANTUL 4 3,8 3,68 3,13 3,7 3 3,56 0,09 KPPN&IKN",
    "3 KAB._DAIRI 0 0 0 0 0 0 0 - KPPN&IKN",
)
COLUMNS = "number region baseline output outcome impact quick_wins collaboration index improvement"
COLUMNS = [*COLUMNS.split(), "group"]
WHITE = Image.new("L", (2125, 2750), 255)
PITCH = 14


def national(rows):
    """Return the tables of a page as a scan gives them: a dash is too small to be read."""
    words = [
        pages.PageWord(8, text.replace("_", " "), x, x + 4 * len(text), PITCH * i + 4.5, 9)
        for i, row in enumerate((HEADS, *rows), start=3)
        for x, text in zip(PLACES, row.split(), strict=True)
        if text != "-"
    ]
    return tables.national(tables.split(pages.lines_of(words)), 2023)[0]


def faults(first, second=None, image=WHITE, **own):
    """Return the faults of rows by region, after they were read as `first` and as `second`."""
    found, again = national(first), national(second or first)
    pictures = scan.prove(found, again, {8: image}, "2023/surat.pdf", 2023, {"region": "", **own})
    said = {row.cells["region"]: " ".join(row.faults) for table in found for row in table.rows}
    assert all(f"scan/{file}" in " ".join(said.values()) for file in pictures)
    assert len(pictures) == sum(map(bool, said.values()))
    assert all(Image.open(io.BytesIO(png)).width == image.width for png in pictures.values())
    return said


def other(row, old, new):
    return [r.replace(old, new, 1) if i == row else r for i, r in enumerate(ROWS)]


def test_rows_that_prove_themselves_are_kept():
    assert faults(ROWS) == {"KAB. BADUNG": "", "KAB. BANTUL": "", "KAB. DAIRI": ""}


@pytest.mark.parametrize("case", cases("scans").values(), ids=lambda case: case["said"])
def test_a_row_that_does_not_prove_itself_is_asked_for(case):
    """A row is read as `first`, and again as `second` or the same; the others as they stand."""
    at = int(case["row"])
    first, again = [*ROWS], [*ROWS]
    first[at], again[at] = case["first"], case["second"] or case["first"]
    (fault,) = (fault for fault in faults(first, again).values() if fault)
    assert case["said"] in fault
    assert "lihat gambar scan/2023-surat.pdf-p8-y" in fault
    assert "lalu ketik barisnya ke formulir" in fault


def test_what_one_reading_misses_the_other_may_give():
    assert set(faults(ROWS, other(1, "3,68", "-")).values()) == {""}
    assert set(faults(other(1, "3,68", "-"), ROWS).values()) == {""}
    assert set(faults(ROWS, other(1, "2 ", "7 ")).values()) == {""}


def test_the_letters_own_region_must_say_what_its_sections_say():
    found = faults(ROWS, region="34.02", outcome="3,67", index="3,56")
    assert "outcome tercetak '3,68', di bagian lain surat ini '3,67'" in found["KAB. BANTUL"]
    assert not found["KAB. BADUNG"]


@pytest.mark.parametrize(("height", "is_kept"), [(0, True), (4, True), (20, False)])
def test_a_cell_that_was_not_read_holds_a_dash_at_most(height, is_kept):
    """The ruled lines beside and below the cell are no ink of it."""
    image = WHITE.copy()
    middle = (6 * PITCH + 4.5) * scan.DPI / 72
    pen = ImageDraw.Draw(image)
    pen.line((1880, 0, 1880, 2000), fill=0, width=2)
    ink = 60 if height else 255
    pen.rectangle((1900, middle - height / 2, 1912, middle + height / 2), fill=ink)
    found = faults(ROWS, image=image)["KAB. DAIRI"]
    assert bool(found) != is_kept
    assert is_kept or "di bawah IMPROVEMENT ada yang tercetak, tidak terbaca" in found


def test_a_heading_known_by_its_place_needs_a_sum_that_proves_it(monkeypatch):
    monkeypatch.setattr(f"{__name__}.HEADS", HEADS.replace("OUTCOME", "OUTCMOE"))
    assert set(faults(ROWS[:2]).values()) == {""}
    assert "dikenal dari letaknya saja" in faults(["1" + ROWS[2][1:]])["KAB. DAIRI"]


@pytest.mark.parametrize(
    ("improvement", "is_kept"), [("0,09", True), ("-0,09", False), ("", False)]
)
def test_an_improvement_is_that_from_last_years_parts(
    clean_files, monkeypatch, improvement, is_kept
):
    """Where they are on record: Bantul had 3,47 in 2022, of Badung nothing is known."""
    table = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;NILAI FINAL;KELOMPOK\n"
    table += "KAB. BANTUL;3,47;3,47;3,47;3,47;3,47;3,47;KPPN&IKN\n"
    rows = [row.replace("0,09", improvement or "-").split() for row in ROWS[:2]]
    cells = [dict(zip(COLUMNS, (x.replace("_", " ") for x in r), strict=True)) for r in rows]
    records = [Record(i, c, part="8", is_scanned=True) for i, c in enumerate(cells, start=1)]
    places = {column: (column, i) for i, column in enumerate(COLUMNS, start=1)}
    found = Reading([SourceList("2023/surat.pdf", "letter", "national_table", places, records)])
    monkeypatch.setitem(READERS, ".pdf", lambda path, name: found)
    made = clean_files({"2022/tabel.csv": table, "2023/surat.pdf": "x"})
    kept = made.tables["index_scores"].query("year == 2023")["region_name"]
    assert list(kept) == ["Kabupaten Badung"] + ["Kabupaten Bantul"] * is_kept
    reasons = " ".join(made.tables["rejected"]["reason"])
    assert ("dari nilai 2022 seharusnya 0.09" in reasons) != is_kept


def scanned(path, turn=0):
    """Write a letter with the national table as pictures of its pages, and return its path."""
    heads = tuple(head.replace("_", " ") for head in HEADS.split())
    cells = tuple(tuple(text.replace("_", " ") for text in row.split()) for row in ROWS)
    table = letter_pdf.National(heads, (8, 32, 17, 14, 16, 14, 15, 20, 15, 22, 19), cells)
    made = replace(letter_pdf.example(), sections=(), remarks=(), national=table)
    with pypdfium2.PdfDocument(letter_pdf.write(path, made)) as pdf:
        shown = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in pdf]
    shown = [page.rotate(turn, expand=True, fillcolor=255) for page in shown]
    shown[0].save(path, "PDF", resolution=200, save_all=True, append_images=shown[1:])
    return path


def test_without_the_extra_the_page_is_named_with_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(scan, "is_here", lambda: False)
    with pytest.raises(
        letter.SourceError, match=r"halaman 1 tidak dibaca, berupa gambar.*pip install"
    ):
        letter.read(scanned(tmp_path / "x.pdf"), "2023/surat.pdf", 2023)


@pytest.mark.slow
@pytest.mark.skipif(not scan.is_here(), reason=f"needs {pages.INSTALL}")
@pytest.mark.parametrize("turn", [0, 90, 178, 271.5])
def test_a_scanned_letter_gives_its_national_table(tmp_path, turn):
    (found,) = letter.read(scanned(tmp_path / "x.pdf", turn), "2023/surat.pdf", 2023).lists
    kept = [record.cells for record in found.records if not record.fault]
    assert kept
    printed = [row.replace("_", " ").replace(" - ", "  ") for row in ROWS]
    for cells in kept:
        assert " ".join(cells[c] for c in COLUMNS).replace(" - ", "  ") in printed
