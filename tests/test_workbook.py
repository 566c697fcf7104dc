"""The Excel annex: opened again it holds figures as numbers, all else as text, nobody's name."""

import re
import statistics
import zipfile
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import openpyxl
import pytest
from openpyxl.utils import range_boundaries
from reading import KUKAR, MALANG, STAYED_AWAY, SURABAYA, cell, printed, tables_from, write_tables

from kukar_analysis import framework, paths, store
from kukar_analysis.analysis import compare
from kukar_analysis.report import publish, share, workbook

SAMPLE = "00.01"
EVIL = ["=1+1", "+62", "-5", "@SUM(A1)", "\t=cmd|' /C calc'!A0", "#N/A", "<b>&amp;"]


def made(folder, year, regions, processed, raw=paths.RAW, **how):
    with tables_from(processed):
        own = {"made_at": "2023-12-04T06:05:00+00:00", "commit": "abc"}
        record = publish.record_of(processed) | own
        return workbook.write(year, regions, folder / "lampiran.xlsx", record, raw, **how)


def rows(page):
    """Return the table of a sheet as dictionaries by heading."""
    (table,) = page.tables.values()
    left, top, right, bottom = range_boundaries(table.ref)
    lines = [*page.iter_rows(top, bottom, left, right, values_only=True)]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def words(book):
    return " ".join(
        str(v) for line in book[workbook.CONTENTS].values for v in line if v is not None
    )


@pytest.fixture(scope="module")
def real(processed, tmp_path_factory):
    return made(tmp_path_factory.mktemp("real"), 2023, [KUKAR, MALANG], processed)


@pytest.fixture(scope="module")
def sample(sample_processed, tmp_path_factory):
    raw = paths.ROOT / "data" / "sample"
    return made(tmp_path_factory.mktemp("sample"), 2023, [SAMPLE], sample_processed, raw)


@pytest.fixture(scope="module")
def book(real):
    return openpyxl.load_workbook(real)


@pytest.fixture(scope="module")
def sample_book(sample):
    return openpyxl.load_workbook(sample)


def test_every_final_and_component_is_the_number_printed_at_its_origin(book):
    index, components = rows(book["Indeks"]), rows(book["Komponen"])
    assert (len(index), len(components)) == (141, 708)
    finals = [row for row in index if row["Nilai final"] is not None]
    assert len(finals) == 130
    for row in finals:
        assert Decimal(str(row["Nilai final"])) == printed(cell(row["Asal"]))
    for row in components:
        assert Decimal(str(row["Nilai"])) == printed(cell(row["Asal"]))
    away = next(row for row in index if row["Kode daerah"] == STAYED_AWAY)
    assert (away["Ikut evaluasi"], away["Nilai final"]) == ("tidak", None)
    of_surabaya = {row["Komponen"] for row in components if row["Kode daerah"] == SURABAYA}
    assert "Kolaborasi" not in of_surabaya  # it does not apply to the group


def test_places_stand_beside_the_index_and_peers_on_a_sheet_of_their_own(book):
    index = rows(book["Indeks"])
    (own,) = (row for row in index if row["Kode daerah"] == KUKAR)
    assert (own["Peringkat nasional"], own["Peringkat kelompok"]) == (73, 27)
    group = [row["Nilai final"] for row in index if row["Edisi"] == own["Edisi"]]
    gap = own["Nilai final"] - statistics.mean(final for final in group if final is not None)
    assert own["Selisih terhadap rata-rata kelompok"] == pytest.approx(gap)
    beside = rows(book[f"Pembanding {KUKAR}"])
    assert (beside[0]["Kode daerah"], beside[0]["Kolaborasi"]) == (KUKAR, 1.2)
    assert {row["Dipilih karena"] for row in beside[1:]} == {"seprovinsi", "terdekat"}


@pytest.mark.usefixtures("processed_env")
def test_no_place_is_given_in_a_field_that_is_not_whole(monkeypatch):
    monkeypatch.setattr(compare, "missing_of", lambda year: "kurang satu daerah")
    found = compare.places(2023)
    assert found["national_rank"].isna().all()
    assert found["group_rank"].notna().all()


@pytest.mark.usefixtures("processed_env")
def test_every_letter_and_press_report_used_is_a_line_with_its_address(book):
    listed = {row["Sumber"]: row for row in rows(book["Sumber"])}
    fw = framework.load()
    used = store.read("official_statistics", region=KUKAR).query("year <= 2023")["citation"]
    for citation in ["L22", "L23", *used.unique()]:
        assert listed[fw.citations[citation].title]["Alamat"] == fw.citations[citation].address


def test_the_index_comes_out_of_the_formulas_as_it_is_printed(book, processed, tmp_path):
    assert computed(book[workbook.COMPUTED]) == [(Decimal("2.82"),) * 2, (Decimal("2.94"),) * 2]
    regions = ["35.07", "33.72", "35.73"]
    page = openpyxl.load_workbook(made(tmp_path, 2022, regions, processed))[workbook.COMPUTED]
    found = computed(page)
    assert found
    assert all(by_formula == final for by_formula, final in found)
    assert "tiap hasil kali dibulatkan" in " ".join(str(v) for row in page.values for v in row)


def computed(page):
    """Return what the formulas of each region give, and the printed index below.

    Excel's ROUND goes half away from zero, and so does this.
    """

    def value(at):
        formula = str(page[at].value)
        if not formula.startswith("="):
            return Decimal(formula)
        span = re.sub(r"E(\d+):E(\d+)", lambda m: f"cells({m[1]},{m[2]})", formula[1:])
        text = re.sub(r"\b([A-Z]\d+)\b", r"value('\1')", span)
        return eval(text, {"value": value, "ROUND": rounded, "SUM": sum, "cells": cells})

    def cells(first, last):
        return [value(f"E{row}") for row in range(first, last + 1)]

    def rounded(number, places):
        return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    ends = [row[1].row for row in page.iter_rows(4) if row[1].value == "Indeks tercetak"]
    return [(value(f"E{row - 1}"), value(f"E{row}")) for row in ends]


def test_numbers_have_an_indonesian_format_and_codes_are_text(book):
    heads, *lines = book["Indeks"].iter_rows(3)
    line = next(r for r in lines if r[0].value == KUKAR)
    own = {head.value: cell for head, cell in zip(heads, line, strict=True)}
    assert own["Kode daerah"].data_type == "s"
    assert own["Nilai final"].number_format == "[$-421]#,##0.00"
    assert own["Peningkatan"].number_format == "[$-421]+0.00;[$-421]-0.00;[$-421]0.00"
    codes = [row["Kode"] for row in rows(book["Nilai butir"])]
    assert len(codes) == 117
    assert codes.index("3.2.1") < codes.index("3.10.1"), "in the order of the form"


def test_there_is_no_empty_sheet_and_the_first_says_what_is_not_there(book, sample_book, processed):
    for found in (book, sample_book):
        assert found.sheetnames[0] == workbook.CONTENTS
        for page in found.worksheets[1:]:
            assert page.title == workbook.COMPUTED or rows(page)
        links = [c for row in found[workbook.CONTENTS].iter_rows() for c in row if c.hyperlink]
        assert [c.value for c in links] == found.sheetnames[1:]
    said = words(book)
    assert "Program" not in book.sheetnames
    assert "Daftar program Kabupaten Kutai Kartanegara 2023" in said
    assert "2.82" in said
    assert publish.record_of(processed)["data"] in said
    assert {"Jawaban OPD", "Survei", "Program", "Catatan asesor"} <= set(sample_book.sheetnames)


def test_every_file_is_listed_with_its_source_where_it_is_the_one_on_record(
    book, processed, tmp_path
):
    name, sha = "2023/tabel-nasional-peserta.csv", "Sidik jari (sha256)"
    found = {row["Berkas"]: row for row in rows(book["Berkas"])}
    assert {name: row[sha] for name, row in found.items()} == publish.record_of(processed)["inputs"]
    assert found[name]["Sumber"].startswith("Surat Kominfo B-1384/DJAI/AI.01.04/12/2023")
    assert found[name]["Diterima"] == datetime(2026, 11, 23)
    listed = (paths.RAW / "SOURCES.csv").read_text(encoding="utf-8-sig")
    other = listed.replace(found[name][sha], "0" * 64)
    (tmp_path / "SOURCES.csv").write_text(other, encoding="utf-8")
    other = openpyxl.load_workbook(made(tmp_path, 2023, [KUKAR], processed, raw=tmp_path))
    assert {row["Berkas"]: row["Sumber"] for row in rows(other["Berkas"])}[name] is None


def test_planted_text_stays_text_and_never_becomes_a_formula_or_an_error(tmp_path):
    programme = {"year": 2023, "region": SAMPLE, "pillar": "living", "is_quick_win": False}
    named = [{**programme, "programme": t, "origin": f"2023/{t}.csv#l{t}"} for t in EVIL]
    answer = {"year": 2023, "region": SAMPLE, "source": "self", "component": "outcome"}
    answer |= {"question": "outcome.governance.spbe", "remark": "=2+2\x07\ufffe", "origin": "a#b"}
    answer |= {"edition": "2023-kppn-ikn", "evidence": "a" * 40_000}
    tables = write_tables(tmp_path / "tables", programmes=named, question_scores=[answer])
    path = made(tmp_path, 2023, [SAMPLE], tables)
    found = openpyxl.load_workbook(path)
    at = [c.value for c in found["Program"][3]].index("Program")
    cells = {row[at].value: row[at] for row in found["Program"].iter_rows(4)}
    assert set(cells) == set(EVIL)
    for text, held in cells.items():
        assert held.data_type == "s"
        assert held.quotePrefix == text.startswith(("=", "+", "-", "@", "\t"))
    (given,) = rows(found["Jawaban OPD"])
    assert given["Keterangan asesor"] == "=2+2\ufffd\ufffd"
    assert given["Data dukung"].endswith("[dipotong: teks lengkap ada pada asalnya]")
    sheets = [text for name, text in parts(path).items() if name.startswith("xl/worksheets/")]
    assert not re.search(r'<f[ >]|t="e"', "".join(sheets))


def test_no_respondent_no_rejected_value_and_nothing_of_the_machine_leaves(
    sample, sample_processed, tmp_path
):
    raw = paths.ROOT / "data" / "sample"
    again = made(tmp_path, 2023, [SAMPLE], sample_processed, raw)
    assert again.read_bytes() == sample.read_bytes(), "of the same tables and record"
    everything = "".join(parts(sample).values())
    hashes = store.read("survey_responses", sample_processed)["respondent"].dropna().unique()
    values = store.read("rejected", sample_processed)["value"].dropna()
    names = {part.name for part in framework.load().sub_dimensions.values()}
    assert len(hashes) > 100
    assert not [h for h in hashes if h in everything]
    assert not [v for v in values if len(v) > 5 and v in everything and v not in names]
    assert "<dc:creator>kukar</dc:creator>" in parts(sample)["docProps/core.xml"]
    assert share.leaks(sample.parent) == []


@pytest.mark.parametrize("year", [2022, 2024])
def test_a_year_of_which_little_is_on_record_has_an_annex_too(year, processed, tmp_path):
    said = words(openpyxl.load_workbook(made(tmp_path, year, [KUKAR], processed, is_draft=True)))
    lacks = {2022: "yang tercetak belum diterima; 2,82 ialah hasil hitung balik"}
    lacks = lacks.get(year, "belum tercatat")
    assert f"Indeks Kabupaten Kutai Kartanegara {year} {lacks}" in said
    assert ("2,82 hasil hitung balik" in said) == (year == 2022)
    assert "DRAF" in said
