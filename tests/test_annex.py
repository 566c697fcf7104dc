"""The Excel annex: opened again, it holds figures as numbers, all else as text, nobody's name."""

import dataclasses
import getpass
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import range_boundaries
from reading import KUKAR, MALANG, STAYED_AWAY, SURABAYA, cell, printed, tables_from, write_tables

from kukar_analysis import framework, store
from kukar_analysis.errors import ReportError, UsageError
from kukar_analysis.report import annex
from kukar_analysis.report.annex import files, national, sheet
from kukar_analysis.report.record import run_record

MADE_AT = datetime(2023, 12, 4, 6, 5, tzinfo=UTC)
SAMPLE = "00.01"
EVIL = ["=1+1", "+62", "-5", "@SUM(A1)", "\t=cmd|' /C calc'!A0", "#N/A", "_x0041_", "<b>&amp;"]


def made(folder, year, regions, processed, raw=store.RAW):
    with tables_from(processed):
        record = dataclasses.replace(run_record(processed), made_at=MADE_AT, commit="abc")
        return annex.write(year, regions, folder / f"lampiran-{year}.xlsx", record, raw=raw)


def rows(page):
    """Return the table of a sheet as dictionaries by heading."""
    (table,) = page.tables.values()
    left, top, right, bottom = range_boundaries(table.ref)
    lines = [*page.iter_rows(top, bottom, left, right, values_only=True)]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.fixture(scope="module")
def real(processed, tmp_path_factory):
    return made(tmp_path_factory.mktemp("real"), 2023, [KUKAR, MALANG], processed)


@pytest.fixture(scope="module")
def sample(sample_processed, tmp_path_factory):
    raw = store.ROOT / "data" / "sample"
    return made(tmp_path_factory.mktemp("sample"), 2023, [SAMPLE], sample_processed, raw)


@pytest.fixture(scope="module")
def book(real):
    return openpyxl.load_workbook(real)


@pytest.fixture(scope="module")
def sample_book(sample):
    return openpyxl.load_workbook(sample)


@pytest.fixture
def planted(tmp_path):
    """Return the annex of an invented office whose programmes are named to do harm."""
    programme = {"year": 2023, "region": SAMPLE, "pillar": "living", "is_quick_win": False}
    named = [{**programme, "programme": t, "origin": f"2023/{t}.csv#l{t}"} for t in EVIL]
    answer = {"year": 2023, "region": SAMPLE, "source": "self", "component": "outcome"}
    answer |= {"question": "outcome.governance.spbe", "remark": "=2+2\x07\ufffe", "origin": "a#b"}
    tables = write_tables(tmp_path / "tables", programmes=named, question_scores=[answer])
    return made(tmp_path, 2023, [SAMPLE], tables)


def test_every_final_and_improvement_is_the_number_printed_at_its_origin(book):
    found = rows(book["Indeks"])
    assert len(found) == 141
    finals = [r for r in found if r["Nilai final"] is not None]
    assert len(finals) == 130
    for row in finals:
        assert isinstance(row["Nilai final"], int | float)
        assert Decimal(str(row["Nilai final"])) == printed(cell(row["Asal"]))
    assert [r["Nilai final"] for r in finals] == sorted(
        (r["Nilai final"] for r in finals), reverse=True
    )


def test_every_component_is_the_number_printed_at_its_origin(book):
    for row in rows(book["Komponen"]):
        scores = [v for v in list(row.values())[5:-1] if v != "tidak berlaku"]
        head, cells = row["Asal"].rsplit(":", 1)
        origins = [f"{head}:{c}" for c in cells.split(", ")]
        if row["Keikutsertaan"] == "tidak ikut":
            assert set(scores) == {None}
        else:
            assert [printed(cell(o)) for o in origins] == [Decimal(str(s)) for s in scores]


def test_places_are_shortened_only_by_what_the_one_before_says_too():
    places = ["a.csv#l2:c3", "a.csv#l2:c4", "a.csv#l3:c4", "b.xlsx#Umum!G7", "b.xlsx#Umum!G8"]
    said = "a.csv#l2:c3, c4, l3:c4; b.xlsx#Umum!G7, G8; c.csv"
    assert national.origins(pd.Series([*places, "c.csv", "c.csv"])) == said


def test_a_region_that_stayed_away_has_no_zero_and_one_without_collaboration_says_so(book):
    index = {r["Kode"]: r for r in rows(book["Indeks"])}
    away = index[STAYED_AWAY]
    assert (away["Keikutsertaan"], away["Nilai final"], away["Peningkatan"]) == (
        "tidak ikut",
        None,
        None,
    )
    components = {r["Kode"]: r for r in rows(book["Komponen"])}
    assert components[SURABAYA]["Kolaborasi"] == "tidak berlaku"
    assert components[KUKAR]["Kolaborasi"] != "tidak berlaku"


def test_own_regions_are_marked_and_no_others(book):
    own = [r["Kode"] for r in rows(book["Indeks"]) if r["Daerah laporan ini"] == "ya"]
    assert sorted(own) == sorted([KUKAR, MALANG])
    filled = [
        c[0].value for c in book["Indeks"].iter_rows(5) if c[0].fill.fgColor.rgb[2:] == "FFF2CC"
    ]
    assert sorted(filled) == sorted([KUKAR, MALANG])


def test_all_117_questions_are_there_with_the_printed_score_and_their_codes_as_text(book):
    found = rows(book["Nilai butir"])
    assert len(found) == 117
    assert all(isinstance(r["Kode butir"], str) for r in found)
    assert "3.10.1" in {r["Kode butir"] for r in found}
    for row in found:
        assert Decimal(str(row["Nilai asesor"])) == printed(cell(row["Asal"]))


def test_an_empty_sheet_names_the_file_that_would_fill_it(book):
    expected = {
        "Jawaban OPD": "data/raw/2023/opd/",
        "Program": "data/raw/2023/program-2023.xlsx",
        "Catatan asesor": "surat hasil evaluasi di data/raw/2023/",
        "Survei": "ekspor survei di data/raw/2023/",
    }
    for name, file in expected.items():
        assert not book[name].tables
        assert file in book[name]["A3"].value
        assert book[name].max_row == 3
    assert "nilai-butir-64.02.csv" in book["Nilai butir"]["A3"].value


def test_the_front_sheet_links_to_every_sheet_and_counts_its_rows(book, sample_book):
    for found in (book, sample_book):
        cover = found["Sampul"]
        assert found.sheetnames[0] == "Sampul"
        links = {c[0].value: c for c in cover.iter_rows() if c[0].hyperlink}
        assert list(links) == found.sheetnames[1:]
        for name, cells in links.items():
            assert cells[0].hyperlink.location == f"'{name}'!A1"
            count = len(rows(found[name])) if found[name].tables else "tidak tercatat"
            assert cells[2].value == count


def test_the_front_sheet_names_the_documents_and_the_run(book, processed):
    said = " ".join(str(c) for line in book["Sampul"].values for c in line if c is not None)
    assert "Surat Kominfo B-1384/DJAI/AI.01.04/12/2023" in said
    assert "Surat Kominfo B-1004" not in said  # of 2022
    assert "4 Desember 2023 14.05 WITA" in said
    assert run_record(processed).data in said


def test_every_file_is_listed_with_its_fingerprint_and_day(book, processed):
    inputs = run_record(processed).inputs
    found = rows(book["Berkas"])
    assert {r["Berkas"]: r["sha256"] for r in found} == inputs
    received = {r["Berkas"]: r["Diterima"].date() for r in found}
    assert received["2023/tabel-nasional-peserta.csv"] == date(2026, 11, 23)
    used = {r["Berkas"] for r in found if r["Dipakai di lampiran ini"] == "ya"}
    assert "2024/statistik-bps-kaltim.csv" in used
    assert "2022/tabel-nasional-kppn-ikn.csv" not in used


def test_a_file_that_differs_from_its_line_in_the_register_has_no_source(processed):
    inputs = run_record(processed).inputs
    name = "2023/tabel-nasional-peserta.csv"
    assert name in files.register(store.RAW, inputs)
    assert name not in files.register(store.RAW, {**inputs, name: "0" * 64})


def test_a_register_that_cannot_be_read_is_named_and_none_at_all_is_no_fault(tmp_path):
    assert files.register(tmp_path, {}) == {}
    (tmp_path / "SOURCES.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ReportError, match=r"SOURCES\.csv cannot be read"):
        files.register(tmp_path, {})


def test_numbers_have_an_indonesian_format_and_codes_are_text(book):
    row = next(r for r in book["Indeks"].iter_rows(5) if r[0].value == KUKAR)
    assert (row[0].data_type, row[0].number_format) == ("s", "@")
    assert (row[6].data_type, row[6].number_format) == ("n", "[$-421]0.00")
    assert row[7].number_format == "[$-421]+0.00;[$-421]-0.00;[$-421]0.00"


def test_statistics_keep_the_decimals_they_are_published_with(sample_book):
    page = sample_book["Statistik"]
    shown = {r[3].value: r[4].number_format for r in page.iter_rows(5)}
    assert shown["Jumlah penduduk"] == "[$-421]#,##0.0"
    assert shown["Indeks Pembangunan Manusia"] == "[$-421]#,##0.00"


def test_planted_text_stays_text_and_never_becomes_a_formula_or_an_error(planted):
    page = openpyxl.load_workbook(planted)["Program"]
    # Excel reads _x0041_ as the letter A unless it is escaped; openpyxl shows the escape
    cells = {c.value.replace("_x005F_x", "_x"): c for c in page["E"][4:]}
    assert set(cells) == set(EVIL)
    assert all(c.data_type == "s" for c in cells.values())
    for text, found in cells.items():
        assert found.quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))
    origins = [row[-1] for row in page.iter_rows(5)]
    assert {c.data_type for c in origins} == {"s"}
    for name, content in parts(planted).items():
        if name.startswith("xl/worksheets/"):
            assert not re.search(r'<f[ >]|t="e"', content)
    assert "_x005F_x0041_" in "".join(parts(planted).values())


def test_signs_that_xml_does_not_know_are_shown_as_such(planted):
    (row,) = rows(openpyxl.load_workbook(planted)["Jawaban OPD"])
    assert row["Keterangan"] == "=2+2\ufffd\ufffd"


def test_a_text_longer_than_a_cell_says_that_it_is_cut():
    assert sheet.plain("a" * 32_767) == "a" * 32_767
    cut = sheet.plain("a" * 40_000)
    assert len(cut) == 32_767
    assert cut.endswith("[dipotong: teks lengkap ada pada asalnya]")


def test_no_respondent_and_no_rejected_value_leaves_the_office(sample, sample_processed):
    everything = "".join(parts(sample).values())
    hashes = store.read("survey_responses", sample_processed)["respondent"].dropna().unique()
    values = store.read("rejected", sample_processed)["value"].dropna()
    names = {part.name for part in framework.load().sub_dimensions.values()}
    assert len(hashes) > 100
    assert not [h for h in hashes if h in everything]
    assert not [v for v in values if len(v) > 5 and v in everything and v not in names]


def test_a_survey_shows_the_mean_of_its_answers_and_how_many_they_are(
    sample_book, sample_processed
):
    answers = store.read("survey_responses", sample_processed)
    answers = answers[answers["sub_dimension"] == "energy"]["answer"]
    (row,) = [r for r in rows(sample_book["Survei"]) if r["Subdimensi"] == "Energi"]
    assert row["Rata-rata jawaban (0–4)"] == pytest.approx(answers.sum() / answers.count())
    assert (row["Jawaban terisi"], row["Jawaban kosong"]) == (148, 2)


def test_agencies_answers_stand_beside_the_assessors_score(sample_book, sample_processed):
    found = rows(sample_book["Jawaban OPD"])
    scores = store.read("question_scores", sample_processed)
    own = scores[(scores["year"] == 2023) & (scores["source"] == "self")]
    assert len(found) == len(own)
    by_code = {
        (r["Kode butir"], r["Pilar"], r["Subdimensi"], r["Butir"]): r["Nilai asesor"]
        for r in rows(sample_book["Nilai butir"])
    }
    for row in found:
        key = (row["Kode butir"], row["Pilar"], row["Subdimensi"], row["Butir"])
        assert row["Nilai asesor"] == by_code[key]


def test_questions_and_answers_stand_in_the_order_of_the_form(sample_book):
    components = [c.name for c in framework.load().components.values()]
    for name in ("Nilai butir", "Jawaban OPD"):
        found = [components.index(r["Komponen"]) for r in rows(sample_book[name])]
        assert found == sorted(found)
    codes = [r["Kode butir"] for r in rows(sample_book["Nilai butir"])]
    assert codes.index("3.2.1") < codes.index("3.10.1")


@pytest.mark.parametrize("which", ["real", "sample"])
def test_nothing_of_the_machine_is_in_the_file(which, request):
    content = parts(request.getfixturevalue(which))
    everything = "".join(content.values())
    assert str(store.ROOT) not in everything
    assert str(Path.home()) + "/" not in everything
    core = content["docProps/core.xml"]
    assert "<dc:creator>kukar</dc:creator>" in core
    assert "<dc:language>id-ID</dc:language>" in core
    assert "lastModifiedBy" not in core
    assert f">{getpass.getuser()}<" not in everything


def test_sample_data_is_marked_on_the_front_sheet_and_every_page(sample_book, book):
    assert sample_book["Sampul"]["A2"].value == "DATA CONTOH, bukan data daerah mana pun"
    assert all("DATA CONTOH" in p.oddHeader.left.text for p in sample_book.worksheets)
    assert not any("DATA CONTOH" in p.oddHeader.left.text for p in book.worksheets)


def test_every_sheet_prints_across_on_a4_with_its_heads_and_page_numbers(book, sample_book):
    for page in [*book.worksheets, *sample_book.worksheets]:
        assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage
        assert page.oddFooter.right.text == "Halaman &P dari &N"
        if page.tables:
            assert page.print_title_rows == "$4:$4"
            assert page.freeze_panes == "C5"


def test_every_table_can_be_filtered_and_its_codes_raise_no_warning(sample, sample_book):
    tables = [t for page in sample_book.worksheets for t in page.tables.values()]
    assert len({t.displayName for t in tables}) == len(tables) == 11
    assert all(t.autoFilter.ref == t.ref for t in tables)
    sheets = [c for name, c in parts(sample).items() if name.startswith("xl/worksheets/sheet")]
    assert [c.count("<ignoredErrors>") for c in sheets] == [c.count("<tableParts") for c in sheets]


def test_a_heading_and_a_wrapped_text_are_never_cut(sample_book):
    for page in sample_book.worksheets[1:]:
        for line in page.iter_rows(4):
            for found in line:
                if isinstance(found.value, str):
                    width = page.column_dimensions[found.column_letter].width
                    needed = len(found.value) / width
                    assert page.row_dimensions[found.row].height >= 15 * min(needed, 26)


def test_the_same_tables_and_record_give_the_same_bytes(real, processed, tmp_path):
    assert made(tmp_path, 2023, [KUKAR, MALANG], processed).read_bytes() == real.read_bytes()
    assert real.stat().st_size < 1_000_000


def test_an_annex_that_breaks_off_leaves_the_earlier_one(processed, tmp_path, monkeypatch):
    path = made(tmp_path, 2023, [KUKAR], processed)
    before = path.read_bytes()

    def full(name, content):
        raise OSError("disk full")

    monkeypatch.setattr(annex, "without_warnings", full)
    with pytest.raises(OSError, match="disk full"):
        made(tmp_path, 2023, [KUKAR, MALANG], processed)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["lampiran-2023.xlsx"]


@pytest.mark.parametrize("year", [2021, 2022, 2024])
def test_a_year_of_which_little_is_on_record_has_an_annex_too(year, processed, tmp_path):
    found = openpyxl.load_workbook(made(tmp_path, year, [KUKAR], processed))
    said = found["Indeks"]["A3"].value
    assert f"data/raw/{year}/tabel-nasional-<kelompok>.csv" in said
    assert ("2,82 hasil hitung balik, ±0,01" in said) == (year == 2022)


@pytest.mark.parametrize(("year", "regions"), [(1999, [KUKAR]), (2023, ["99.99"]), (2023, [])])
def test_what_is_not_known_makes_no_annex(year, regions, processed, tmp_path):
    with pytest.raises(UsageError):
        made(tmp_path, year, regions, processed)
    assert list(tmp_path.iterdir()) == []
