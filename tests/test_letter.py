"""Result letters as PDF: what is read of invented ones and of the real one, what is refused."""

import csv
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
import pytest
from cases import cases
from sample import letter_pdf

from kukar_analysis import score
from kukar_analysis.errors import SourceError
from kukar_analysis.read import letter
from kukar_analysis.read.letter import pages, scan

LETTERS = os.environ.get("KUKAR_LETTERS")
NAME = "2022/surat-64.02.pdf"
OLD, NEW = "2022-kppn-ikn", "2023-kppn-ikn"
PERSONS = ("Rekaan", "Tokoh", "Sari Karangan", "Universitas Karangan", "Lembaga Reka")
SCORES = {"question_scores", "component_scores"}


@pytest.fixture(autouse=True)
def without_scan(monkeypatch):
    """Let no test depend on whether the extra is installed; test_scan.py is of that."""
    monkeypatch.setattr(scan, "is_here", lambda: False)


@pytest.fixture
def read(tmp_path):
    def run(invented, name=None):
        path = letter_pdf.write(tmp_path / "letter.pdf", invented)
        return letter.read(path, name or f"{invented.year}/surat-64.02.pdf", invented.year)

    return run


@pytest.fixture
def quick(monkeypatch):
    """Return a function that reads what an invented letter says, without drawing a PDF."""

    def run(invented, name=None):
        monkeypatch.setattr(pages, "read", lambda path, name: [typed(invented)])
        name = name or f"{invented.year}/surat-64.02.pdf"
        return letter.read(Path(name), name, invented.year)

    return run


def typed(invented):
    """Return a letter as one page of words: a sign is 4 points wide, a line 14 high."""
    lines = [*invented.address, "", invented.region]
    if table := invented.national:
        lines += ["".join(cell.ljust(26) for cell in row) for row in (table.heads, *table.rows)]
    for section in invented.sections:
        lines += [f"A. {section.title}", f"{'Indikator':30}{'Pertanyaan':60}Nilai"]
        lines += [f"{'':30}{row.code + ' Apakah?':60}{row.score}" for row in section.rows]
        lines += [f"Rata-Rata {section.mean}"] * bool(section.mean)
    for part in invented.remarks:
        lines.append(part.heading)
        for person, notes in part.assessors:
            lines.append(f"1. {person}")
            for note in notes:
                lines += [f"   a. {note.text}", *(f"      i. {sub}" for sub in note.subs)]
    words = [
        pages.PageWord(1, sign[0], 4 * sign.start(), 4 * sign.end(), 14 * i, 9)
        for i, line in enumerate(lines)
        for sign in re.finditer(r"\S+", line)
    ]
    return pages.LetterPage(1, pages.lines_of(words), [])


@pytest.fixture(scope="session")
def old():
    return letter_pdf.example(OLD)


def why(reading_of, *args, lost=SCORES, **more):
    """Return why what is `lost` was not kept, in one line that names nobody."""
    try:
        found = reading_of(*args, **more)
        assert not {each.kind for each in found.lists} & lost
        message = "; ".join(found.problems)
    except SourceError as error:
        message = str(error)
    assert "\n" not in message
    assert not any(person in message for person in PERSONS)
    return message


def records(reading, kind):
    return [r for found in reading.lists if found.kind == kind for r in found.records]


def column(reading, kind, name):
    return [record.cells[name] for record in records(reading, kind)]


def check(reading, invented):
    rows = [row for section in invented.sections for row in section.rows]
    assert column(reading, "question_scores", "score") == [row.score for row in rows]
    assert column(reading, "question_scores", "code") == [row.code.rstrip(".") for row in rows]
    means = [section.mean for section in invented.sections if section.mean]
    assert column(reading, "component_scores", "mean") == means


def styled(invented, score=str, code=str):
    sections = tuple(
        replace(
            section,
            mean=score(section.mean),
            rows=tuple(replace(r, score=score(r.score), code=code(r.code)) for r in section.rows),
        )
        for section in invented.sections
    )
    return replace(invented, sections=sections)


def short(text):
    return f"{float(text.replace(',', '.')):g}"


LAYOUTS = {name: json.loads(case["options"]) for name, case in cases("letters").items()}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_score_is_read_whatever_the_layout(read, old, name):
    style = (str, short)[list(LAYOUTS).index(name) % 2]
    code = (str, lambda code: f"{code}.", lambda code: "")[list(LAYOUTS).index(name) % 3]
    invented = styled(replace(old, layout=letter_pdf.Layout(**LAYOUTS[name])), style, code)
    check(read(invented), invented)


def test_a_letter_of_117_questions_over_many_pages(read):
    invented = letter_pdf.example(NEW)
    reading = read(invented)
    check(reading, invented)
    assert {r.part for r in records(reading, "question_scores")} >= {"1", "2", "3", "4"}
    assert set(column(reading, "question_scores", "edition")) == {NEW}
    assert reading.problems == []


def test_a_score_tells_where_it_stands(quick, old):
    found = next(f for f in quick(old).lists if f.kind == "question_scores")
    first, *_, last = found.records
    said = {"region": "64.02", "year": "2022", "edition": OLD, "component": "baseline"}
    said |= {"number": "1", "code": "1.1.1", "score": "0,00", "source": "assessor"}
    assert dict(first.cells) == said
    assert found.origin(first, "score") == f"{NAME}#p1:r1"
    assert (last.cells["number"], last.row) == ("12", 59)


def changed(invented, section=0, row=0, **values):
    sections = list(invented.sections)
    rows = list(sections[section].rows)
    if row is not None:
        values = {"rows": (*rows[:row], replace(rows[row], **values), *rows[row + 1 :])}
    sections[section] = replace(sections[section], **values)
    return replace(invented, sections=tuple(sections))


def test_a_section_without_a_mean_is_noted(quick, old):
    reading = quick(changed(old, 3, None, mean=None))
    assert any("komponen impact tanpa rata-rata tercetak" in note for note in reading.notes)
    others = ["baseline", "output", "outcome", "quick_wins"]
    assert column(reading, "component_scores", "component") == others


@pytest.mark.parametrize("case", cases("letter_faults").values(), ids=lambda case: case["said"])
def test_what_does_not_prove_itself_takes_all_scores(quick, old, case):
    row, values = json.loads(case["row"]), json.loads(case["values"])
    said = case["said"].partition(" ")[2]
    assert said in why(quick, changed(old, int(case["section"]), row, **values))


@pytest.mark.parametrize(
    ("year", "said"),
    [
        (2023, "collaboration memuat 0 nilai, seharusnya 6"),
        (2024, "begin the year: `kukar new-year 2024`"),
    ],
)
def test_scores_of_another_year_fit_no_edition(quick, old, year, said):
    assert said in why(quick, replace(old, year=year))
    assert "tabel nilai butir tidak dikenali" in why(quick, replace(old, sections=(), remarks=()))


HEADS = "NO|KAB/KOTA|BASELINE (10%)|OUTPUT|OUTCOME|IMPACT|QUICK WINS|PROGRAM KOLABORASI"
HEADS = tuple(f"{HEADS}|NILAI FINAL|TINGKAT IMPROVEMENT|KET".split("|"))
WIDTHS = (9, 24, 18, 15, 17, 15, 13, 22, 13, 24, 18)
COLUMNS = ("number", "region", "baseline", "output", "outcome", "impact", "quick_wins")
COLUMNS += ("collaboration", "index", "improvement", "group")
REGIONS = ("KAB. MALANG", "KAB. BANDUNG", "KAB. KEDIRI", "KAB. BLITAR")


def national_rows(count):
    """Return invented lines that add up; names take two lines, collaboration is blank or not."""
    rows = []
    for i in range(count):
        means = [(7 * i + 13 * k) % 400 / 100 for k in range(5)]
        parts = dict(zip(COLUMNS[2:7], means, strict=True))
        is_ikn = i % 2 == 0
        if is_ikn:
            parts["collaboration"] = 1.2
        index = score.index_of(parts, NEW if is_ikn else "2023-reguler")
        texts = [f"{m:g}".replace(".", ",") for m in means] + ["1,2" if is_ikn else ""]
        name = f"KAB. CONTOH KARANGAN {'ABCDEFGHIJ'[i % 10]}"
        change, group = ("-", "0", "-0,25", "0,1")[i % 4], "KPPN&IKN" if is_ikn else "REGULER"
        rows.append((str(i + 1), name, *texts, str(index).replace(".", ","), change, group))
    return rows


def with_table(rows, heads=(), **options):
    """Return a letter with a national table; `heads` are others, by those of HEADS."""
    printed = tuple(dict(heads).get(head, head) for head in HEADS)
    table = letter_pdf.National(printed, WIDTHS, tuple(rows), **options)
    return replace(letter_pdf.example(NEW), sections=(), national=table)


def named(rows, names):
    return [(row[0], name, *row[2:]) for row, name in zip(rows, names, strict=True)]


@pytest.mark.parametrize(("count", "repeat_heads"), [(200, True), (90, False)])
def test_a_national_table_is_read_as_printed(read, count, repeat_heads):
    rows = national_rows(count)
    found = records(read(with_table(rows, repeat_heads=repeat_heads)), "national_table")
    assert [tuple(r.cells[c] for c in COLUMNS) for r in found] == rows
    assert {r.cells["year"] for r in found} == {"2023"}
    assert {r.part for r in found} >= {"1", "2", "3"}
    assert not any(r.fault for r in found)


@pytest.mark.parametrize("middle", [True, False])
def test_a_name_of_two_lines_among_short_ones_goes_to_its_row(read, middle):
    names = [f"KOTA {letter}" for letter in "ABCDEFGHI"]
    names[4] = "KAB. CONTOH KARANGAN PANJANG"
    rows = named(national_rows(9), names)
    assert column(read(with_table(rows, middle=middle)), "national_table", "region") == names


def test_a_line_that_does_not_add_up_is_not_kept_the_others_are(quick):
    rows = national_rows(4)
    rows[2] = (*rows[2][:8], "3,99", *rows[2][9:])
    rows[3] = (*rows[3][:4], "", *rows[3][5:])
    faults = [r.fault for r in records(quick(with_table(rows)), "national_table")]
    assert faults[:2] == [None, None]
    assert "Indeks: rata-rata tercetak menjadi" in faults[2]
    assert "tidak terbaca atau tidak dikenal: outcome ''" in faults[3]


def test_the_own_line_must_say_what_the_sections_say(quick):
    rows = national_rows(2)
    rows[0] = (rows[0][0], "KAB. KUTAI KARTANEGARA", *rows[0][2:])
    invented = replace(letter_pdf.example(NEW), national=with_table(rows).national)
    assert "baseline tercetak '0', di bagian lain surat ini '1,12'" in why(quick, invented)
    fault, other = (r.fault for r in records(quick(invented), "national_table"))
    assert "di bagian lain surat ini" in fault
    assert other is None


@pytest.mark.parametrize("heading", ["Column1", "", "PESERTA"])
def test_a_column_of_region_names_is_the_regions_whatever_its_heading(quick, heading):
    reading = quick(with_table(named(national_rows(4), REGIONS), {"KAB/KOTA": heading}))
    assert column(reading, "national_table", "region") == list(REGIONS)
    assert not any(r.fault for r in records(reading, "national_table"))


def test_one_heading_is_known_by_its_place_where_the_sums_prove_it(quick):
    rows, heads = national_rows(4), {"OUTPUT": "KELUARAN"}
    reading = quick(with_table(rows, heads))
    assert column(reading, "national_table", "output") == [row[3] for row in rows]
    assert not any(r.fault for r in records(reading, "national_table"))
    zeros = [(*row[:2], "0", "0", "0", "0", "0", "", "0", "-", row[-1]) for row in rows]
    for record in records(quick(with_table(zeros, heads)), "national_table"):
        assert "dikenal dari letaknya saja, tanpa jumlah yang membuktikannya" in record.fault


def test_a_table_that_cannot_be_read_leaves_the_scores_and_notes(quick):
    table = with_table(national_rows(2), {"OUTPUT": "KELUARAN", "OUTCOME": "CAPAIAN"}).national
    invented = replace(letter_pdf.example(NEW), national=table)
    reading = quick(invented)
    check(reading, invented)
    assert len(records(reading, "assessor_notes")) == 5
    (problem,) = reading.problems
    kept = "yang disimpan hanya: question_scores, component_scores, assessor_notes"
    assert f"{kept}; halaman 1: di tabel nasional tidak ada judul yang dikenal untuk" in problem


@pytest.mark.parametrize("remark", [None, "Tidak mengisi"])
def test_the_group_of_a_table_without_one_is_that_of_the_text_above(quick, remark):
    ikn = [row[:-1] for row in national_rows(8) if row[-1] == "KPPN&IKN"]
    rows = [(str(i), *row[1:], *[remark][: bool(remark)]) for i, row in enumerate(ikn, start=1)]
    end = len(HEADS) if remark else -1
    invented = with_table(rows)
    table = replace(invented.national, heads=HEADS[:end], widths=WIDTHS[:end])
    reading = quick(replace(invented, national=table, region="66 Kota/Kabupaten pada KPPN & IKN"))
    assert column(reading, "national_table", "group") == ["kppn-ikn"] * 4


def test_notes_have_their_kind_and_the_one_pillar_they_name(quick, old):
    assert [
        (r.cells["kind"], r.cells["pillar"], r.cells["text"])
        for r in records(quick(old), "assessor_notes")
    ] == [
        ("weakness", "living", "Data contoh untuk Smart Living belum lengkap."),
        ("weakness", "", "Kelemahan contoh yang kedua ini: i. bagian satu; i. bagian dua."),
        ("weakness", "", "Smart Economy dan Smart Society sama-sama disebut di sini."),
        ("strength", "", "Kekuatan contoh."),
        ("advice", "", "Saran contoh untuk tahun depan."),
    ]


def test_notes_go_on_over_the_end_of_a_page_and_name_no_person(read, old):
    texts = [f"Catatan contoh nomor {i} " + "yang cukup panjang " * 12 for i in range(40)]
    texts[-1] = "Seperti kata Rekaan Pertama, contoh ini baik."
    person = "Rekaan Pertama, Universitas Karangan :"
    notes = tuple(
        letter_pdf.Remarks("KELEMAHAN", ((person, tuple(map(letter_pdf.Note, texts[i : i + 20]))),))
        for i in (0, 20)
    )
    reading = read(replace(old, sections=(), remarks=notes))
    found = column(reading, "assessor_notes", "text")
    assert found[:-1] == [text.strip() for text in texts[:-1]]
    assert found[-1] == "Seperti kata asesor, contoh ini baik."
    assert len({r.part for r in records(reading, "assessor_notes")}) > 1
    assert not any(person in repr(reading) for person in PERSONS)


@pytest.mark.parametrize("case", cases("addresses").values(), ids=lambda case: case["case"])
def test_the_region_is_that_of_the_address_or_else_of_the_file_or_is_asked(quick, old, case):
    address, name = tuple(case["address"].split("|")), case["name"]
    invented = replace(old, sections=old.sections[:1], address=address)
    try:
        (found,) = {*column(quick(invented, f"2022/{name}.pdf"), "assessor_notes", "region")}
    except SourceError as error:
        found = str(error)
        advised = re.search(r"seperti `(.*-(.*)\.pdf)`", found)
        assert {*column(quick(invented, advised[1]), "assessor_notes", "region")} == {advised[2]}
    assert case["said"] in found


@pytest.mark.parametrize(
    ("drawn", "said"), [("", "tidak satu pun memuat teks"), ("q Q " * 2**20, "lebih banyak dari")]
)
def test_a_page_of_nothing_or_without_end_is_refused_before_it_is_drawn(tmp_path, drawn, said):
    made = letter_pdf.FPDF()
    made.add_page()
    made._out(drawn)
    made.output(str(tmp_path / "x.pdf"))
    with pytest.raises(SourceError, match=said):
        letter.read(tmp_path / "x.pdf", NAME, 2022)


@pytest.fixture
def altered(tmp_path, old):
    def run(change):
        path = letter_pdf.write(tmp_path / "before.pdf", old)
        with pypdfium2.PdfDocument(path) as made:
            page = made[0]
            change(page)
            page.gen_content()
            made.save(tmp_path / "letter.pdf")
        return letter.read(tmp_path / "letter.pdf", NAME, 2022)

    return run


def over_a_score(kind):
    def change(page):
        mark = raw.FPDFPage_CreateAnnot(page, kind)
        raw.FPDFAnnot_SetRect(mark, raw.FS_RECTF(left=430, top=700, right=500, bottom=600))
        raw.FPDFPage_CloseAnnot(mark)

    return change


def hidden(page):
    """Print the first page's scores so that nobody sees them: white, or not at all."""
    texts = page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT])
    scores = [t for t in texts if 430 < t.get_bounds()[0] < 520 and t.get_bounds()[1] < 700]
    for i, text in enumerate(scores):
        if i % 2:
            raw.FPDFTextObj_SetTextRenderMode(text, 3)
        else:
            raw.FPDFPageObj_SetFillColor(text, 255, 255, 255, 255)


def on_its_side(page):
    for each in page.get_objects():
        each.transform(pypdfium2.PdfMatrix().rotate(90).translate(0, 595))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (over_a_score(raw.FPDF_ANNOT_STRIKEOUT), "memuat kata di bawah anotasi, tidak dibaca"),
        (hidden, "memuat kata yang tidak tampak di cetakan, tidak dibaca"),
        (on_its_side, "tidak dibaca, terbaring: putar"),
    ],
)
def test_what_is_not_certain_of_a_page_is_said_and_nothing_of_it_kept(altered, change, said):
    reading = altered(change)
    assert {each.kind for each in reading.lists} == {"assessor_notes"}
    assert f"halaman 1 {said}" in reading.problems[0]
    assert "cocok dengan 0 edisi 2022" in reading.problems[-1]


def test_a_link_over_a_figure_is_nothing(altered):
    assert len(altered(over_a_score(raw.FPDF_ANNOT_LINK)).lists) == 3


def test_signs_that_are_printed_twice_are_read_once(read, old, monkeypatch):
    once = letter_pdf._Paper.text

    def twice(paper, x, y, text):
        once(paper, x, y, text)
        once(paper, x + 0.1, y, text)

    monkeypatch.setattr(letter_pdf._Paper, "text", twice)
    check(read(old), old)


def test_a_font_that_does_not_tell_its_letters_is_named(read, old, monkeypatch):
    once = letter_pdf._Paper.text

    def letterless(paper, x, y, text):
        once(paper, x, y, re.sub(r"\w", "\x81", text))

    monkeypatch.setattr(letter_pdf._Paper, "text", letterless)
    said = "tidak dibaca, hurufnya tidak tersimpan: minta PDF baru"
    assert said in why(read, replace(old, sections=old.sections[:1]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda whole: b"", "kosong atau bukan PDF"),
        (lambda whole: whole[: len(whole) // 2], "akhir PDF-nya tidak ada"),
        (lambda whole: whole[:2000] + b"\n%%EOF", "bukan PDF|memuat teks"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, old, content, said):
    path = letter_pdf.write(tmp_path / "x.pdf", old)
    path.write_bytes(content(path.read_bytes()))
    with pytest.raises(SourceError, match=said) as caught:
        letter.read(path, NAME, 2022)
    assert "\n" not in str(caught.value)


def test_a_password_and_too_many_pages_are_refused(read, old, monkeypatch):
    assert "bersandi" in why(read, replace(old, sections=(), password="contoh"))
    monkeypatch.setattr(pages, "MOST_PAGES", 0)
    assert "lebih banyak daripada surat" in why(read, replace(old, sections=()))


@pytest.mark.skipif(not LETTERS, reason="KUKAR_LETTERS names no folder with the real letters")
def test_the_real_letter_of_2023():
    path = Path(LETTERS) / "result-letter-2023-kab-malang.pdf"
    reading = letter.read(path, "2023/surat-35.07.pdf", 2023)
    path = Path(LETTERS).parent / "figures" / "kab-malang-questions.csv"
    with path.open(encoding="utf-8-sig") as file:
        asked = [row for row in csv.DictReader(file) if row["year"] == "2023"]
    assert column(reading, "question_scores", "code") == [
        row["printed_code"].rstrip(".") for row in asked
    ]
    found = column(reading, "question_scores", "score")
    assert [float(text.replace(",", ".")) for text in found] == [float(r["score"]) for r in asked]
    means = column(reading, "component_scores", "mean")
    assert means == ["3,60", "2,29", "3,41", "2,81", "3,13", "2,53"]
    assert "7, 8, 9, 10, 11 tidak dibaca, berupa gambar" in reading.problems[0]
    notes = column(reading, "assessor_notes", "text")
    assert (len(found), len(notes)) == (117, 49)
    assert not re.search(r"Akademisi|Universitas|\b\d\. [A-Z]\w+ [A-Z]\w+,", " ".join(notes))
