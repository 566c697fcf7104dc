"""Result letters as PDF: what is read of invented ones and of the real one, what is refused."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import pytest
from sample import letter_pdf

from kukar_analysis import score
from kukar_analysis.errors import SourceError
from kukar_analysis.read import letter, sums
from kukar_analysis.read.letter import pages, scan

LETTERS = os.environ.get("KUKAR_LETTERS")
NAME = "2022/surat-64.02.pdf"
OLD, NEW = "2022-kppn-ikn", "2023-kppn-ikn"
PERSONS = ("Rekaan", "Tokoh", "Sari Karangan", "Universitas Karangan", "Lembaga Reka")


@pytest.fixture(autouse=True)
def without_scan(monkeypatch):
    """Let no test depend on whether the extra is installed; test_scan.py is of that."""
    monkeypatch.setattr(scan, "is_here", lambda: False)


@pytest.fixture(scope="session")
def pdf():
    """Return the writer of invented letters."""
    return letter_pdf


@pytest.fixture
def read(pdf, tmp_path):
    """Return a function that writes an invented letter and reads it."""

    def run(invented, name=None):
        path = pdf.write(tmp_path / "letter.pdf", invented)
        return letter.read(path, name or f"{invented.year}/surat-64.02.pdf", invented.year)

    return run


@pytest.fixture
def refused(read):
    """Return a function that reads a letter of which `lost` is not kept, and returns why."""

    def run(invented, name=None, lost=("question_scores", "component_scores")):
        try:
            found = read(invented, name)
            assert not {each.kind for each in found.lists} & {*lost}
            message = "; ".join(found.problems)
        except SourceError as error:
            message = str(error)
        assert "\n" not in message
        assert not any(person in message for person in PERSONS)
        return message

    return run


@pytest.fixture
def old(pdf):
    return pdf.example(OLD)


def records(reading, kind):
    return [r for found in reading.lists if found.kind == kind for r in found.records]


def column(reading, kind, name):
    return [record.cells[name] for record in records(reading, kind)]


def printed(invented, name):
    return [getattr(row, name) for section in invented.sections for row in section.rows]


def changed(invented, section, **values):
    """Return the letter with something else in one section."""
    sections = list(invented.sections)
    sections[section] = replace(sections[section], **values)
    return replace(invented, sections=tuple(sections))


def with_row(invented, section, row, **values):
    rows = list(invented.sections[section].rows)
    rows[row] = replace(rows[row], **values)
    return changed(invented, section, rows=tuple(rows))


def in_style(invented, style):
    """Return the letter with its figures printed otherwise."""
    sections = tuple(
        replace(
            section,
            mean=style(section.mean),
            rows=tuple(replace(row, score=style(row.score)) for row in section.rows),
        )
        for section in invented.sections
    )
    return replace(invented, sections=sections)


def short(text):
    """Return `3,00` as `3` and `2,40` as `2.4`."""
    return f"{float(text.replace(',', '.')):g}"


def check(reading, invented):
    """Assert that every score, code and mean was read, each once and in its order."""
    assert column(reading, "question_scores", "score") == printed(invented, "score")
    codes = [code.rstrip(".") for code in printed(invented, "code")]
    assert column(reading, "question_scores", "code") == codes
    means = [section.mean for section in invented.sections]
    assert column(reading, "component_scores", "mean") == means


# Question scores and means


LAYOUTS = {
    "as in 2023": {},
    "headings repeated": {"repeat_heads": True},
    "rows cut by the page": {"cut_rows": True},
    "cut, and headings repeated": {"cut_rows": True, "repeat_heads": True},
    "scores at the top": {"middle": False, "align": "L"},
    "scores to the right": {"align": "R", "page_numbers": False},
    "column numbers": {"column_numbers": True, "repeat_heads": True},
    "columns elsewhere later": {"widths_later": (10, 20, 30, 95, 25)},
    "headings over two lines": {
        "heads": ("No.", "Indikator", "Sub Indikator", "Pertanyaan", "Hasil Penilaian"),
        "widths": (8, 20, 16, 120, 16),
        "column_numbers": True,
    },
    "as in 2022": {
        "heads": ("No", "Indikator", "Sub Indikator", "Pertanyaan", "Nilai"),
        "widths": (8, 26, 30, 100, 16),
        "section": "Dimensi {title}",
        "mean_label": "Nilai rata-rata",
    },
    "few columns": {
        "heads": ("NO", "INDIKATOR", "PERTANYAAN", "SKOR"),
        "widths": (10, 40, 110, 20),
        "section": "{number}. {title} (Kondisi Awal)",
        "mean_label": "Rerata :",
    },
    "bare titles": {"section": "{title}", "cut_rows": True},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_score_is_read_whatever_the_layout(read, pdf, old, name):
    style = (str, short)[list(LAYOUTS).index(name) % 2]
    invented = in_style(replace(old, layout=pdf.Layout(**LAYOUTS[name])), style)
    check(read(invented), invented)


def test_a_letter_of_117_questions_over_many_pages(read, pdf):
    invented = pdf.example(NEW)
    reading = read(invented)
    check(reading, invented)
    assert {r.part for r in records(reading, "question_scores")} >= {"1", "2", "3", "4"}
    assert set(column(reading, "question_scores", "edition")) == {NEW}
    assert reading.problems == []


def test_a_score_tells_where_it_stands(read, old):
    reading = read(old)
    found = next(f for f in reading.lists if f.kind == "question_scores")
    first, *_, last = found.records
    assert dict(first.cells) == {
        "region": "64.02",
        "year": "2022",
        "edition": OLD,
        "component": "baseline",
        "number": "1",
        "code": "1.1.1",
        "score": "0,00",
        "source": "assessor",
    }
    assert found.origin(first, "score") == f"{NAME}#p1:r1"
    assert last.cells["number"] == "12"
    on_last = [r for r in found.records if r.part == last.part]
    assert [r.row for r in on_last] == list(range(1, len(on_last) + 1))
    assert found.printed(first) == {"Pertanyaan": "1.1.1", "Hasil Penilaian": "0,00"}


@pytest.mark.parametrize("style", [lambda code: f"{code}.", lambda code: ""])
def test_codes_may_end_in_a_point_or_be_missing(read, old, style):
    sections = tuple(
        replace(s, rows=tuple(replace(r, code=style(r.code)) for r in s.rows)) for s in old.sections
    )
    invented = replace(old, sections=sections)
    check(read(invented), invented)


def test_a_section_without_a_mean_is_noted(read, old):
    reading = read(changed(old, 3, mean=None))
    assert any("Impact states no mean" in note for note in reading.notes)
    assert column(reading, "component_scores", "component") == [
        "baseline",
        "output",
        "outcome",
        "quick_wins",
    ]


def test_a_wrong_mean_is_refused(refused, old):
    right = old.sections[2].mean.replace(",", ".")
    message = refused(changed(old, 2, mean="3,99"))
    assert f"the mean of 31 scores is {right}, printed is 3,99" in message
    assert re.search(r"Outcome \(pages \d-\d\)", message)


def test_a_changed_score_is_refused(refused, old):
    assert "Output (page" in refused(with_row(old, 1, 0, score="3,90"))


def test_a_missing_score_is_refused_with_counts(refused, old):
    message = refused(with_row(old, 2, 4, score=""))
    assert "Outcome has 30 scores, expected 31" in message
    assert "Baseline 5 (page 1)" in message


def test_a_missing_section_is_refused(refused, old):
    message = refused(replace(old, sections=old.sections[:-1]))
    assert "Quick Wins with 12 scores is missing" in message


def test_a_foreign_code_is_refused(refused, old):
    message = refused(with_row(old, 0, 2, code="1.9.1"))
    assert "Baseline number 3 on page 1 has the code 1.9.1, expected 1.3.1" in message


@pytest.mark.parametrize("wrong", ["4,50", "7", "1,234"])
def test_a_figure_outside_the_scale_is_refused(refused, old, wrong):
    assert f"'{wrong}' stands among the scores of Baseline" in refused(
        with_row(old, 0, 2, score=wrong)
    )


def test_a_year_without_a_list_of_questions_is_refused(refused, old):
    message = refused(replace(old, year=2024))
    assert "no edition of 2024 has a known list of questions" in message
    assert "begin the year: `kukar new-year 2024`" in message


def test_a_letter_of_another_year_fits_no_edition(refused, old):
    assert "Kolaborasi with 6 scores is missing" in refused(replace(old, year=2023))


def test_text_without_tables_is_refused(refused, old):
    message = refused(replace(old, sections=(), index=(), remarks=()))
    assert "holds no table of question scores" in message


# Index


@pytest.mark.parametrize("label", ["Nilai Akhir", "Indeks Smart City", "Nilai Final :"])
def test_a_wrong_index_is_refused(refused, old, label):
    message = refused(replace(old, index=(f"{label} 3,99",)))
    assert re.search(r"index \(page \d\): the printed means give \d.\d\d", message)
    assert "printed is 3,99" in message


def test_an_index_within_a_sentence_is_none(read, old):
    reading = read(replace(old, index=("Target contoh untuk nilai final adalah 3,99",)))
    assert not any("states the index" in note for note in reading.notes)


# National table


HEADS = (
    "NO",
    "KAB/KOTA",
    "BASELINE (10%)",
    "OUTPUT",
    "OUTCOME",
    "IMPACT",
    "QUICK WINS",
    "PROGRAM KOLABORASI",
    "NILAI FINAL",
    "TINGKAT IMPROVEMENT",
    "KET",
)
WIDTHS = (9, 24, 18, 15, 17, 15, 13, 22, 13, 24, 18)
COLUMNS = (
    "number",
    "region",
    "baseline",
    "output",
    "outcome",
    "impact",
    "quick_wins",
    "collaboration",
    "index",
    "improvement",
    "group",
)


def national_rows(count):
    """Return invented lines that add up; names take two lines, collaboration is blank or not."""
    rows = []
    for i in range(count):
        means = [(7 * i + 13 * k) % 400 / 100 for k in range(5)]
        parts = dict(zip(COLUMNS[2:7], means, strict=True))
        is_ikn = i % 2 == 0
        if is_ikn:
            parts["collaboration"] = 1.2
        group = "KPPN&IKN" if is_ikn else "REGULER"
        index = score.index_of(parts, NEW if is_ikn else "2023-reguler")
        texts = [f"{m:g}".replace(".", ",") for m in means]
        change = ("-", "0", "-0,25", "0,1")[i % 4]
        rows.append(
            (
                str(i + 1),
                f"KAB. CONTOH KARANGAN {'ABCDEFGHIJ'[i % 10]}",
                *texts,
                "1,2" if is_ikn else "",
                str(index).replace(".", ","),
                change,
                group,
            )
        )
    return rows


@pytest.fixture
def with_table(pdf):
    """Return a function that gives a letter a national table."""

    def run(rows, **options):
        invented = pdf.example(NEW)
        table = pdf.National(HEADS, WIDTHS, tuple(rows), **options)
        return replace(invented, national=table)

    return run


@pytest.mark.parametrize(("count", "repeat_heads"), [(200, True), (90, False)])
def test_a_national_table_is_read_as_printed(read, with_table, count, repeat_heads):
    rows = national_rows(count)
    reading = read(with_table(rows, repeat_heads=repeat_heads))
    found = records(reading, "national_table")
    assert [tuple(r.cells[c] for c in COLUMNS) for r in found] == rows
    assert {r.cells["year"] for r in found} == {"2023"}
    assert {r.part for r in found} >= {"1", "2", "3"}
    assert not any(r.fault for r in found)
    check(reading, with_table(rows))


@pytest.mark.parametrize("middle", [True, False])
def test_a_name_of_two_lines_among_short_ones_goes_to_its_row(read, with_table, middle):
    rows = [(r[0], f"KOTA {r[1][-1]}", *r[2:]) for r in national_rows(9)]
    rows[4] = (rows[4][0], "KAB. CONTOH KARANGAN PANJANG", *rows[4][2:])
    reading = read(with_table(rows, middle=middle))
    assert column(reading, "national_table", "region") == [row[1] for row in rows]


def test_a_line_of_the_national_table_must_add_up(refused, with_table):
    rows = national_rows(4)
    rows[2] = (*rows[2][:8], "3,99", *rows[2][9:])
    message = refused(with_table(rows), lost=["national_table"])
    assert "page 1, KAB. CONTOH KARANGAN C: index: the printed means give" in message
    assert "KARANGAN B" not in message


def test_the_own_line_must_say_what_the_sections_say(refused, with_table):
    rows = national_rows(2)
    rows[0] = (rows[0][0], "KAB. KUTAI KARTANEGARA", *rows[0][2:])
    message = refused(with_table(rows))
    assert "baseline is 0, elsewhere in the letter 1,12" in message


def test_a_line_that_was_not_recognised_is_missed(refused, with_table):
    rows = national_rows(5)
    del rows[2]
    assert "goes from number 2 to 4" in refused(with_table(rows), lost=["national_table"])


def headed(letter, **heads):
    """Return the letter with other headings, by those of HEADS without blanks and slashes."""
    printed = tuple(heads.get(head.replace("/", ""), head) for head in HEADS)
    return replace(letter, national=replace(letter.national, heads=printed))


@pytest.mark.parametrize("heading", ["Column1", "", "PESERTA"])
def test_a_column_of_region_names_is_the_regions_whatever_its_heading(read, with_table, heading):
    rows = [
        (r[0], f"KAB. {name}", *r[2:]) for r, name in zip(national_rows(4), REGIONS, strict=True)
    ]
    reading = read(headed(with_table(rows), KABKOTA=heading))
    assert column(reading, "national_table", "region") == [row[1] for row in rows]
    assert reading.problems == []


REGIONS = ("MALANG", "BANDUNG", "KEDIRI", "BLITAR")


def test_one_heading_is_known_by_its_place_where_the_sums_prove_it(read, refused, with_table):
    whole = with_table(national_rows(4))
    reading = read(headed(whole, OUTPUT="KELUARAN"))
    assert column(reading, "national_table", "output") == [row[3] for row in national_rows(4)]
    zeros = with_table(
        [(*r[:2], "0", "0", "0", "0", "0", "", "0", "-", r[-1]) for r in whole.national.rows]
    )
    message = refused(headed(zeros, OUTPUT="KELUARAN"), lost=["national_table"])
    assert "known by its place alone, and no sum proves it" in message
    two = headed(whole, OUTPUT="KELUARAN", OUTCOME="HASIL AKHIR PROGRAM")
    assert "no known heading for output, outcome" in refused(two, lost=["national_table"])


def test_a_table_that_cannot_be_read_leaves_the_scores_and_notes(read, with_table):
    invented = headed(with_table(national_rows(2)), OUTPUT="KELUARAN", OUTCOME="CAPAIAN")
    reading = read(invented)
    check(reading, invented)
    assert len(records(reading, "assessor_notes")) == 5
    (problem,) = reading.problems
    assert "only its means and notes and question scores were read: page 1: the national" in problem


@pytest.mark.parametrize("above", ["66 Kota/Kabupaten pada KPPN & IKN", ""])
@pytest.mark.parametrize("remark", [None, "Tidak mengisi"])
def test_the_group_of_a_table_without_one_is_that_of_the_text_or_of_its_sums(
    read, with_table, above, remark
):
    rows = [row[:-1] for row in national_rows(8) if row[-1] == "KPPN&IKN"]
    rows = [(str(i), *row[1:]) for i, row in enumerate(rows, start=1)]
    end = len(HEADS) if remark else -1
    if remark:
        rows = [(*row, remark if row is rows[0] else "") for row in rows]
    invented = with_table(rows)
    table = replace(invented.national, heads=HEADS[:end], widths=WIDTHS[:end])
    reading = read(replace(invented, national=table, region=above))
    assert set(column(reading, "national_table", "group")) == {"kppn-ikn"}
    assert len(records(reading, "national_table")) == 4


# Notes


def test_notes_have_their_kind_and_the_one_pillar_they_name(read, old):
    reading = read(old)
    assert [
        (r.cells["kind"], r.cells["pillar"], r.cells["text"])
        for r in records(reading, "assessor_notes")
    ] == [
        ("weakness", "living", "Data contoh untuk Smart Living belum lengkap."),
        ("weakness", "", "Kelemahan contoh yang kedua ini: i. bagian satu; ii. bagian dua."),
        ("weakness", "", "Smart Economy dan Smart Society sama-sama disebut di sini."),
        ("strength", "", "Kekuatan contoh."),
        ("advice", "", "Saran contoh untuk tahun depan."),
    ]


def test_no_name_of_a_person_is_kept(read, pdf, old):
    text = "Seperti kata Rekaan Pertama, contoh ini baik."
    notes = (("Rekaan Pertama, Universitas Karangan :", (pdf.Note(text),)),)
    reading = read(replace(old, remarks=(*old.remarks, pdf.Remarks("Saran", notes))))
    assert "contoh ini baik." in records(reading, "assessor_notes")[-1].cells["text"]
    assert not any(person in repr(reading) for person in PERSONS)


def test_notes_go_on_over_the_end_of_a_page(read, pdf, old):
    texts = [f"Catatan contoh nomor {i} " + "yang cukup panjang " * 12 for i in range(40)]
    person = "Rekaan Pertama, Universitas Karangan :"
    notes = tuple(
        pdf.Remarks("KELEMAHAN", ((person, tuple(pdf.Note(t) for t in texts[i : i + 20])),))
        for i in (0, 20)
    )
    reading = read(replace(old, remarks=notes))
    assert column(reading, "assessor_notes", "text") == [t.strip() for t in texts]
    assert len({r.part for r in records(reading, "assessor_notes")}) > 1


# Region


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ((), "2022/surat-35.07.pdf"),
        ((), "2022/result-letter-kab-malang.pdf"),
        (("Yth. Bupati Malang", "di Tempat"), "2022/surat.pdf"),
        (("Kepada", "Yth. Kepala Dinas Kominfo Kabupaten Malang"), "2022/surat.pdf"),
        (("Yth. Bupati Malang dan Wali Kota Batu",), "2022/surat-35.07.pdf"),
    ],
)
def test_the_region_is_that_of_the_address_or_else_of_the_file(read, old, address, name):
    reading = read(replace(old, address=address), name)
    assert set(column(reading, "question_scores", "region")) == {"35.07"}
    assert set(column(reading, "assessor_notes", "region")) == {"35.07"}


@pytest.mark.parametrize(
    ("address", "name", "said"),
    [
        ((), "2022/surat.pdf", "found none"),
        (("Yth. Bupati Malang dan Wali Kota Batu",), "2022/surat.pdf", "Kota Batu"),
        (("Yth. Bupati Malang",), "2022/surat-64.02.pdf", "addressed to Kabupaten Malang"),
    ],
)
def test_a_region_that_is_not_certain_is_asked_for(refused, old, address, name, said):
    message = refused(replace(old, address=address), name)
    assert said in message
    assert "as `2022/surat-64.02.pdf`" in message


# Files


def test_pages_that_are_pictures_are_named_in_one_line(read, old):
    reading = read(replace(old, pictures=(3, 1)))
    (problem,) = reading.problems
    assert re.search(r"pages 1-3 and \d+ are pictures and were not read", problem)
    assert "`kukar template letter 2022`" in problem
    check(reading, old)


def test_a_letter_of_pictures_alone_is_refused(tmp_path, pdf, old):
    path = pdf.write(tmp_path / "x.pdf", replace(old, pictures=(2, 0)))
    assert pages.read(path, NAME)[0].fault == "picture"
    blank = pdf.FPDF()
    blank.add_page()
    blank.output(str(path))
    with pytest.raises(SourceError, match="none of its 1 pages holds text"):
        letter.read(path, NAME, 2022)


@pytest.fixture
def altered(tmp_path, pdf, old):
    """Return a function that writes the letter, changes its first page, and reads it."""

    def run(change):
        path = pdf.write(tmp_path / "before.pdf", replace(old, index=()))
        with pypdfium2.PdfDocument(path) as made:
            page = made[0]
            change(page)
            page.gen_content()
            made.save(tmp_path / "letter.pdf")
        return letter.read(tmp_path / "letter.pdf", NAME, 2022)

    return run


def over_a_score(kind):
    """Return what puts an annotation over the first page's scores."""

    def change(page):
        mark = raw.FPDFPage_CreateAnnot(page, kind)
        raw.FPDFAnnot_SetRect(mark, raw.FS_RECTF(left=430, top=700, right=500, bottom=600))
        raw.FPDFPage_CloseAnnot(mark)

    return change


def unseen(page):
    """Print the first page's scores so that nobody sees them: white, or not at all."""
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
    scores = [t for t in texts if 430 < t.get_bounds()[0] < 520 and t.get_bounds()[1] < 700]
    for i, text in enumerate(scores):
        if i % 2:
            raw.FPDFTextObj_SetTextRenderMode(text, 3)
        else:
            raw.FPDFPageObj_SetFillColor(text, 255, 255, 255, 255)


def test_an_annotation_over_a_figure_is_said_and_the_figure_not_kept(altered):
    reading = altered(over_a_score(raw.FPDF_ANNOT_STRIKEOUT))
    assert {each.kind for each in reading.lists} == {"assessor_notes"}
    assert "an annotation (StrikeOut) lies over '" in reading.problems[0]
    assert len(altered(over_a_score(raw.FPDF_ANNOT_LINK)).lists) == 3


def test_figures_that_nobody_sees_are_said_and_not_read(altered):
    reading = altered(unseen)
    assert {each.kind for each in reading.lists} == {"assessor_notes"}
    found = [p for p in reading.problems if "that the print does not show, figures among" in p]
    assert len(found) == 1
    assert "its scores fit no edition of 2022" in reading.problems[-1]


def test_a_page_that_lies_on_its_side_is_named(altered):
    def turn(page):
        for each in page.get_objects():
            each.transform(pypdfium2.PdfMatrix().rotate(90).translate(0, 595))

    assert "page 1 lies on its side and was not read; turn it" in altered(turn).problems[0]


def test_signs_that_are_printed_twice_are_read_once(read, pdf, old, monkeypatch):
    once = pdf._Paper.text

    def twice(paper, x, y, text):
        once(paper, x, y, text)
        once(paper, x + 0.1, y, text)

    monkeypatch.setattr(pdf._Paper, "text", twice)
    check(read(old), old)


def test_a_font_that_does_not_tell_its_letters_is_named(refused, pdf, old, monkeypatch):
    once = pdf._Paper.text
    monkeypatch.setattr(
        pdf._Paper, "text", lambda paper, x, y, text: once(paper, x, y, re.sub(r"\w", "\x81", text))
    )
    assert "have a font that does not tell its letters and were not read; ask" in refused(old)


def test_a_page_of_instructions_without_end_is_refused_before_it_is_drawn(tmp_path):
    made = letter_pdf.FPDF()
    made.add_page()
    made._out("q Q " * 2**20)
    made.output(str(tmp_path / "x.pdf"))
    with pytest.raises(SourceError, match="page 1 is drawn with more instructions than a letter"):
        letter.read(tmp_path / "x.pdf", NAME, 2022)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda whole: b"", "is empty"),
        (lambda whole: b"PK\x03\x04" + bytes(5000), "is no PDF"),
        (lambda whole: whole[: len(whole) // 2], "is cut"),
        (lambda whole: whole[:2000] + b"\n%%EOF", "cannot be read as a PDF|holds text"),
        (lambda whole: b"%PDF-1.4\nnothing\n%%EOF", "cannot be read as a PDF|holds text"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, pdf, old, content, said):
    path = pdf.write(tmp_path / "x.pdf", old)
    path.write_bytes(content(path.read_bytes()))
    with pytest.raises(SourceError, match=said) as caught:
        letter.read(path, NAME, 2022)
    assert "\n" not in str(caught.value)


def test_a_password_is_refused(refused, old):
    assert "locked with a password" in refused(replace(old, password="contoh"))


def test_too_many_pages_are_refused(refused, old, monkeypatch):
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    assert "at most 2 are read" in refused(old)


def test_a_file_that_is_not_there_cannot_be_opened(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        letter.read(tmp_path / "x.pdf", NAME, 2022)


# Sums of any printed scores


def test_sums_that_are_right_have_no_differences():
    scores = {"baseline": ["3,00", "2.5", "4"]}
    means = dict.fromkeys(("output", "outcome", "impact", "quick_wins"), "2,00")
    assert sums.differences("2022-reguler", scores, {**means, "baseline": "3,17"}, "2,12") == []


def test_sums_tell_what_is_computed_and_printed():
    found = sums.differences(OLD, {"baseline": ["3", "4"]}, {"baseline": "3,60"}, None)
    assert found == ["Baseline: the mean of 2 scores is 3.50, printed is 3,60"]


def test_sums_tell_a_text_that_is_no_score():
    found = sums.differences(
        OLD, {"baseline": ["x"]}, {"baseline": "3"}, None, {"baseline": "page 7"}
    )
    assert found == ["Baseline (page 7): 'x' is no number"]


def test_the_index_is_checked_only_with_every_mean():
    means = dict.fromkeys(("output", "outcome", "impact", "quick_wins"), "2,00")
    assert sums.differences(OLD, {}, means, "0,01") == []
    (found,) = sums.differences(OLD, {}, {**means, "baseline": "2"}, "0,01")
    assert found.startswith("index: the printed means give 2.00 by the rules of 2022-kppn-ikn")


# The real letter, where it is at hand


@pytest.mark.skipif(not LETTERS, reason="KUKAR_LETTERS names no folder with the real letters")
def test_the_real_letter_of_2023():
    path = Path(LETTERS) / "result-letter-2023-kab-malang.pdf"
    reading = letter.read(path, "2023/surat-35.07.pdf", 2023)
    figures = Path(LETTERS).parent / "figures"
    with (figures / "kab-malang-questions.csv").open(encoding="utf-8-sig") as file:
        asked = [row for row in csv.DictReader(file) if row["year"] == "2023"]
    found = records(reading, "question_scores")
    assert [(r.cells["code"], float(r.cells["score"].replace(",", "."))) for r in found] == [
        (row["printed_code"].rstrip("."), float(row["score"])) for row in asked
    ]
    with (figures / "kab-malang-components-published.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["tahun"] == "2023"]
    means = [float(row["rata_rata_publikasi"]) for row in rows]
    found_means = column(reading, "component_scores", "mean")
    assert [float(text.replace(",", ".")) for text in found_means] == means
    assert len(means) == 6
    assert len(found) == 117
    assert "pages 1-11 are pictures" in reading.problems[0]
    notes = records(reading, "assessor_notes")
    assert {r.cells["kind"] for r in notes} == {"weakness", "strength", "advice"}
    with_titles = re.compile(r"Akademisi|Universitas|\b\d\. [A-Z]\w+ [A-Z]\w+,")
    assert not any(with_titles.search(r.cells["text"]) for r in notes)
