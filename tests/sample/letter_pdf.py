"""Writes invented result letters as PDF: `write(path, example())`.

Every page says DATA CONTOH. Regions, texts, persons and scores are made up here; only the number of
questions and their codes are those of an edition.
"""

from dataclasses import dataclass, field, make_dataclass

from fpdf import FPDF

from kukar_analysis import framework, score

MARK = "DATA CONTOH"
_SIZE = 9.0  # points of a letter's text
_PITCH, _PAD = 4.6, 1.4  # millimetres from line to line, and in a cell
_LEFT, _TOP, _BOTTOM = 15.0, 20.0, 275.0
_FILLER = "hal yang dicontohkan dalam surat buatan untuk menguji pembacaan saja"
frozen = dataclass(frozen=True)
Row = make_dataclass("Row", ["block", "sub_code", "code", "question", "score"], frozen=True)
Section = make_dataclass("Section", ["title", "rows", "mean"], frozen=True)
"""A component's table; `title` is its name, `mean` nothing where the letter states none."""
Note = make_dataclass("Note", ["text", ("subs", tuple, ())], frozen=True)
Remarks = make_dataclass("Remarks", ["heading", "assessors"], frozen=True)
"""Notes of one kind: heading, and for each assessor the line that names them and the notes."""


@frozen
class National:
    """A national table; widths in millimetres."""

    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    repeat_heads: bool = True
    middle: bool = True


@frozen
class Layout:
    """How the tables are printed; widths in millimetres.

    `cut_rows` lets a row go on on the next page; `middle` centres the cells of a row in its height;
    `widths_later` are those of all tables but the first.
    """

    heads: tuple[str, ...] = ("No", "Indikator", "Subindikator", "Pertanyaan", "Hasil Penilaian")
    widths: tuple[float, ...] = (10, 34, 38, 62, 34)
    widths_later: tuple[float, ...] | None = None
    section: str = "{letter}. {title}"
    mean_label: str = "Rata-Rata"
    repeat_heads: bool = False
    cut_rows: bool = False
    middle: bool = True
    align: str = "C"
    column_numbers: bool = False
    page_numbers: bool = True


@frozen
class Letter:
    region: str
    year: int
    sections: tuple
    layout: Layout = field(default_factory=Layout)
    address: tuple[str, ...] = ()
    national: National | None = None
    remarks: tuple = ()
    closing: tuple[str, ...] = ()
    password: str | None = None


def write(path, letter):
    pdf = _Paper(letter.layout.page_numbers)
    if letter.password:
        pdf.set_encryption(owner_password="owner", user_password=letter.password)
    pdf.begin()
    for line in letter.address:
        pdf.line_of(line)
    pdf.line_of(f"Hasil Penilaian Contoh Tahun {letter.year}", above=1, align="C")
    pdf.line_of(letter.region, align="C")
    if table := letter.national:
        pdf.set_font("Helvetica", size=7)
        how = {"repeat": table.repeat_heads, "align": "L", "middle": table.middle}
        pdf.table(table.heads, table.widths, table.rows, **how)
        pdf.set_font("Helvetica", size=_SIZE)
    for number, section in enumerate(letter.sections):
        _section(pdf, letter.layout, section, number)
    for part in letter.remarks:
        pdf.line_of(part.heading, above=1)
        for number, (person, notes) in enumerate(part.assessors, start=1):
            pdf.line_of(f"{number}. {person}", indent=6, above=1)
            for sign, note in zip("abcdefghijklmnopqrstuvwxyz", notes, strict=False):
                pdf.hanging(f"{sign}.", note.text, 12)
                for mark, sub in zip(("i.", "ii.", "iii."), note.subs, strict=False):
                    pdf.hanging(mark, sub, 20)
    for line in letter.closing:
        pdf.line_of(line, indent=100)
    pdf.output(str(path))
    return path


def example(edition="2023-kppn-ikn"):
    """Return a letter with the questions of an edition, invented scores, and what follows them."""
    fw = framework.load()
    sections = []
    for n, component in enumerate(fw.weights[edition]):
        every = fw.edition_questions[edition].values()
        asked = [q for q in every if fw.questions[q.question].component == component]
        scores = [(3 * n + 7 * i) % 21 / 5 for i in range(len(asked))]
        rows = tuple(
            Row(q.block, f"{i}.1", q.code, _filler(i), f"{value:.2f}".replace(".", ","))
            for i, (q, value) in enumerate(zip(asked, scores, strict=True), start=1)
        )
        mean = str(score.component_score(scores)).replace(".", ",")
        sections.append(Section(fw.components[component].name, rows, mean))
    first, second = "Rekaan Pertama, Universitas Karangan :", "Dr. Tokoh Buatan, Lembaga Reka :"
    kelemahan = Note("Kelemahan contoh yang kedua ini:", ("bagian satu;", "bagian dua."))
    dua = Note("Smart Economy dan Smart Society sama-sama disebut di sini.")
    living = Note("Data contoh untuk Smart Living belum lengkap.")
    remarks = (
        Remarks("KELEMAHAN", ((first, (living,)), (second, (kelemahan, dua)))),
        Remarks("KEKUATAN", ((first, (Note("Kekuatan contoh."),)),)),
        Remarks("Rekomendasi", ((second, (Note("Saran contoh untuk tahun depan."),)),)),
    )
    closing = ("Kota Contoh, 1 Desember 2023", "Ketua Tim Contoh,", "Sari Karangan")
    year = fw.editions[edition].year
    return Letter("Kabupaten Contoh", year, tuple(sections), remarks=remarks, closing=closing)


def _filler(number):
    """Return an invented question; it holds the words that a reader must not fall for."""
    stock = _FILLER.split()
    words = [stock[(number + i) % len(stock)] for i in range(4 + number % 7)]
    return f"Apakah nilai {' '.join(words)} pada indikator ke 1 atau 2 rata-rata ada?"


def _section(pdf, layout, section, number):
    title = {"letter": chr(ord("A") + number), "number": number + 1, "title": section.title}
    pdf.line_of(layout.section.format(**title), above=1)
    pdf.line_of("")
    rows = [tuple(str(i + 1) for i in range(len(layout.heads)))] * layout.column_numbers
    block = ""
    for row in section.rows:
        is_new, block = row.block != block, row.block
        cells = {
            "No": str(len(rows) + 1) if is_new else "",
            "Indikator": row.block if is_new else "",
            "Subindikator": f"{row.sub_code} Bagian {row.block.lower()} contoh",
            "Pertanyaan": f"{row.code} {row.question}".strip(),
        }
        rows.append((*(cells.get(head.capitalize(), "") for head in layout.heads[:-1]), row.score))
    widths = layout.widths if number == 0 else layout.widths_later or layout.widths
    how = {"cut": layout.cut_rows, "middle": layout.middle, "align": layout.align}
    pdf.table(layout.heads, widths, rows, repeat=layout.repeat_heads, **how)
    if section.mean is not None:
        edge = _LEFT + sum(widths)
        pdf.side_by_side((edge - 70, layout.mean_label), (edge - widths[-1] / 2 - 5, section.mean))


class _Paper(FPDF):
    """Pages that are filled from the top; all places in millimetres."""

    def __init__(self, page_numbers):
        super().__init__(format="A4")
        self.set_auto_page_break(False)
        self.c_margin = 0
        self._has_page_numbers = page_numbers
        self._y = _TOP

    def header(self):
        if not self.font_family:
            self.set_font("Helvetica", size=_SIZE)
        self.text(90, 10, MARK)

    def footer(self):
        if self._has_page_numbers:
            self.text(160, 290, str(self.page_no()))

    def begin(self):
        self.add_page()
        self._y = _TOP

    def line_of(self, text, indent=0, align="L", above=0):
        self._y += above * _PITCH
        shift = (180 - self.get_string_width(text)) / 2 if align == "C" else indent
        self.side_by_side((_LEFT + shift, text))

    def side_by_side(self, *texts):
        """Print texts on one line, each from its own place."""
        if self._y + _PITCH > _BOTTOM:
            self.begin()
        for x, text in texts:
            self.text(x, self._y + _PITCH * 0.75, text)
        self._y += _PITCH

    def hanging(self, mark, text, indent):
        """Print a paragraph behind a mark; it may go over the end of a page."""
        for i, line in enumerate(self.wrapped(text, 170 - indent - 6)):
            marks = [(_LEFT + indent, mark)] if i == 0 else []
            self.side_by_side(*marks, (_LEFT + indent + 6, line))

    def wrapped(self, text, width):
        return self.multi_cell(width, text=text, align="L", dry_run=True, output="LINES") or [""]

    def table(self, heads, widths, rows, repeat=False, cut=False, middle=True, align="C"):
        """Print a table with its headings; its last column is aligned so."""
        last = "L" * (len(heads) - 1) + align
        if self._y + 4 * _PITCH > _BOTTOM:
            self.begin()
        self._row(heads, widths, "C" * len(heads), True)
        for row in rows:
            count = max(len(self.wrapped(t, w - 2)) for t, w in zip(row, widths, strict=True))
            if not cut and self._y + count * _PITCH + _PAD > _BOTTOM:
                self.begin()
                if repeat:
                    self._row(heads, widths, "C" * len(heads), True)
            self._row(row, widths, last, middle)

    def _row(self, texts, widths, aligns, middle):
        cells = [self.wrapped(t, w - 2) for t, w in zip(texts, widths, strict=True)]
        count = max(len(lines) for lines in cells)
        placed = []
        x = _LEFT
        for lines, width, align in zip(cells, widths, aligns, strict=True):
            shift = (count - len(lines)) / 2 if middle else 0.0
            for i, line in enumerate(lines):
                spare = width - 2 - self.get_string_width(line)
                inset = 1 + {"L": 0.0, "C": spare / 2, "R": spare}[align]
                placed.append((i + shift, x + inset, line))
            x += width
        here = min(count, int((_BOTTOM - self._y) / _PITCH))
        for first, end in [(0, here), (here, count)][: 1 + (here < count)]:
            if end > here:
                self.begin()
            for i, width in enumerate(widths):
                height = (end - first) * _PITCH + _PAD
                self.rect(_LEFT + sum(widths[:i]), self._y, width, height)
            for slot, at, line in placed:
                if first <= slot < end:
                    self.text(at, self._y + (slot - first + 0.75) * _PITCH + _PAD / 2, line)
            self._y += (end - first) * _PITCH + _PAD
