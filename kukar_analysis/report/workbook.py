"""The Excel annex of a year: every table behind the reports, as columns.csv heads and formats it.

Numbers are numbers, `origin` stands beside them, and nothing of data becomes a formula. One sheet
computes the index anew with formulas that can be looked at; the first says what is there, what is
not, and which run made it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table

from kukar_analysis import formats, framework, places, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.analysis.missing import missing
from kukar_analysis.errors import ReportError, UsageError
from kukar_analysis.forms import draw
from kukar_analysis.report.record import RunRecord
from kukar_analysis.show import sources
from kukar_analysis.show.cells import Cells, column

CONTENTS, COMPUTED = "Isi", "Hitungan indeks"
_LOCALE = "[$-421]"
"""Indonesian, for whatever opens the file: LibreOffice takes its comma and months from it."""
_LONGEST, _CUT = 32_767, " … [dipotong: teks lengkap ada pada asalnya]"
"""Characters that Excel holds in a cell, and what stands at the end of a longer text."""
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character's number, as `_x0041_` for A."""
_WIDEST, _NARROWEST = 48, 9
_DARK, _OWN = (PatternFill("solid", start_color=c) for c in ("1F3864", "FFF2CC"))
_TITLE, _HEAD = Font(size=14, bold=True, color="1F3864"), Font(bold=True, color="FFFFFF")
_BOLD, _LINK = Font(bold=True), Font(underline="single", color="0563C1")
_TOP = Alignment(vertical="top", wrap_text=True)
_READING = [
    "Sel kosong: tidak tercatat, atau tercetak “-”; bukan 0. Angka 0: ikut, dan dinilai 0. Tanpa"
    " baris: tidak dinilai bagi kelompok daerah itu.",
    "Sel memuat angka penuh; yang tampak dibulatkan. Asal: berkas dan letak angka di dalamnya,"
    " seperti #l37:c3 untuk baris 37 kolom 3.",
]


@dataclass(frozen=True)
class Sheet:
    """A frame on a sheet of its own."""

    name: str
    title: str
    frame: pd.DataFrame


def write(
    year: int,
    regions: list[str],
    path: Path,
    record: RunRecord,
    *,
    raw: Path = store.RAW,
    is_draft: bool = False,
) -> Path:
    """Write the annex of a year for the regions, whole or not at all, and return its path.

    `raw` is the folder of the SOURCES.csv that names the documents behind the tables. The same
    tables and record give the same bytes. Raises UsageError for a year or region that is not
    known, and where none is given; ReportError where SOURCES.csv cannot be read.
    """
    fw, year = framework.load(), quality.year(year)
    codes = [fw.region(r).region for r in regions]
    if not codes:
        raise UsageError("no region is given; the annex is made for one at least, as 64.02")
    sheets = [s for s in [*_tables(year, codes), _files(raw, record)] if not s.frame.empty]
    names = ", ".join(fw.regions[code].name for code in codes)
    book = draw.book(f"Lampiran evaluasi Smart City {year}: {names}", year)
    book.properties.created = record.made_at.astimezone(UTC).replace(tzinfo=None)
    front = book.create_sheet(CONTENTS)
    _computed(book, year, codes)
    for sheet in sheets:
        _table(book.create_sheet(sheet.name), sheet, codes)
    marks = ["DATA CONTOH, bukan data daerah mana pun"] * any(
        fw.regions[c].is_sample for c in codes
    )
    marks += ["DRAF, belum untuk diedarkan"] * is_draft
    marks += ["aturan belum dikonfirmasi"] * any(unconfirmed(c, year) for c in codes)
    _contents(front, book, sheets, year, codes, marks, record)
    for page in book.worksheets:
        _for_paper(page, " · ".join([f"Lampiran evaluasi Smart City {year}", *marks]))
    return draw.save(book, path, finish=_without_warnings)


def _tables(year: int, regions: list[str]) -> list[Sheet]:
    """Return the tables of a year: the nation's index, components and statistics, else own rows."""
    fw = framework.load()
    own = [r for r in regions if fw.is_office(r)]
    read = {
        name: store.read(name, year=year)
        for name, s in store.SCHEMAS.items()
        if "year" in s.columns
    }
    mine = {n: f[f["region"].isin(own)] for n, f in read.items()}
    index = read["index_scores"].sort_values(
        ["participated", "index_published", "region_name"], ascending=[False, False, True]
    )
    components = read["component_scores"]
    weights = [fw.weights[e].get(c) for e, c in components[["edition", "component"]].to_numpy()]
    components.insert(4, "weight", pd.array(weights, dtype="Int64"))
    scored = _with_codes(read["question_scores"].query("region in @regions"))
    answers = scored[(scored["source"] == "self") & scored["region"].isin(own)]
    survey = mine["survey_responses"].groupby(["region", "pillar", "sub_dimension"], dropna=False)
    means = survey.agg(
        answers_given=("answer", "count"),
        answer_mean=("answer", "mean"),
        origin=("origin", lambda cells: "; ".join(dict.fromkeys(map(places.file_of, cells)))),
    )
    statistics = read["official_statistics"].sort_values(["statistic", "region"], kind="stable")
    found = [
        Sheet("Indeks", "Indeks semua daerah, tertinggi di atas", index),
        Sheet("Komponen", "Nilai komponen semua daerah", components),
        Sheet("Nilai butir", "Nilai asesor per butir", scored.query("source == 'assessor'")),
        Sheet("Jawaban OPD", "Jawaban dan penilaian mandiri perangkat daerah", answers),
        Sheet("Catatan asesor", "Catatan asesor", mine["assessor_notes"]),
        Sheet(
            "Survei", "Rata-rata jawaban survei; jawaban orang tidak dimuat", means.reset_index()
        ),
        Sheet("Program", "Program dan quick win", mine["programmes"]),
        Sheet("Aspek quick win", "Nilai aspek quick win", mine["quick_win_aspects"]),
        Sheet("OPD per pilar", "Perangkat daerah pengampu pilar", mine["pillar_agencies"]),
        Sheet("Statistik", "Statistik resmi dan pers; bukan bagian nilai evaluasi", statistics),
    ]
    return [Sheet(s.name, f"{s.title}, {year}", _headed(s.frame)) for s in found]


def _with_codes(scored: pd.DataFrame) -> pd.DataFrame:
    """Return question scores with their printed code, in the order of the form."""
    fw = framework.load()
    pairs = zip(scored["edition"], scored["question"], strict=True)
    asked = [fw.edition_questions.get(edition, {}).get(question) for edition, question in pairs]
    place_of = {c: i for i, c in enumerate(fw.components)}
    return (
        scored.assign(
            code=[a.code if a else None for a in asked],
            component_place=scored["component"].map(place_of).astype("int"),
            number=[a.number if a else 0 for a in asked],
        )
        .sort_values(["region", "component_place", "number", "opd"], kind="stable")
        .drop(columns=["component_place", "number"])
    )


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the region's code before its name, the printed code before the label."""
    codes = frame["region"].rename("region_code")
    rest = frame.drop(columns=["year", "region_name", "source"], errors="ignore")
    rest = rest.rename(columns={"question": "label"})
    rest = rest.replace({"label": framework.load().names["question"]})
    first = [c for c in ("region", "code", "label") if c in rest]
    made = pd.concat([codes, rest[[*first, *(c for c in rest if c not in first)]]], axis=1)
    return made.dropna(axis="columns", how="all") if len(made) else made


def _files(raw: Path, record: RunRecord) -> Sheet:
    """Return the files that were read, with what SOURCES.csv says of those that are as it says."""
    found, path = store.read("files"), raw / "SOURCES.csv"
    if path.exists():
        try:
            told = pd.read_csv(path, dtype="str", encoding="utf-8-sig")
            told = told[["file", "sha256", "covers", "received_on", "citation"]]
        except (OSError, ValueError, KeyError) as error:
            said = f"{path.name} cannot be read ({error}): it needs the columns file and sha256"
            raise ReportError(said) from error
        told["citation"] = told["citation"].str.replace(" | ", ", ", regex=False)
        found = found.merge(told, on=["file", "sha256"], how="left")
    found = found[[*(c for c in found if c != "sha256"), "sha256"]]
    return Sheet("Berkas", f"Berkas yang dibaca; sidik jari data {record.data}", found)


def _computed(book: Any, year: int, regions: list[str]) -> None:
    """Add the sheet that computes the published indices anew, where all their parts are printed.

    Excel counts in binary fractions, in which 2.675 is less than it is; so the formulas round
    scores to whole hundredths first, and what is rounded then is exact.
    """
    fw, scores = framework.load(), store.read("component_scores", year=year)
    rows: list[list[Any]] = []
    for region in regions:
        record = compare.index_record(year, region)
        own = scores[scores["region"] == region].dropna(subset="score")
        printed = own.set_index("component")["score"]
        if record is None or set(printed.index) != set(fw.weights[record["edition"]]):
            continue
        each = fw.editions[record["edition"]].rounding == "each_term"
        first = len(rows) + 5
        last = first + len(printed) - 1
        rows += [[fw.regions[region].name, None, None, None, None]]
        for row, (component, weight) in enumerate(fw.weights[record["edition"]].items(), first):
            term = f"C{row}*ROUND(D{row}*100,0)"
            term = f"=ROUND({term}/100,0)/100" if each else f"={term}/10000"
            rows.append([None, fw.components[component].name, weight, printed[component], term])
        total = f"ROUND(SUM(E{first}:E{last})*10000,0)"  # whole ten-thousandths, without a rest
        rows.append([None, "Indeks menurut hitungan ini", None, None, f"=ROUND({total}/100,0)/100"])
        rows.append([None, "Indeks tercetak", None, None, record["index_published"]])
        rule = (
            "tiap hasil kali dibulatkan, lalu dijumlahkan"
            if each
            else ("semua hasil kali dijumlahkan, lalu dibulatkan sekali")
        )
        rows += [[None, f"Aturan edisi ini: {rule}.", None, None, None], [None] * 5]
    if not rows:
        return
    page = book.create_sheet(COMPUTED)
    _head(
        page, f"Indeks {year} dihitung ulang dari nilai komponen tercetak", "Bobot × nilai ÷ 100."
    )
    for number, heading in enumerate(["Daerah", "Komponen", "Bobot (%)", "Nilai", "Sumbangan"], 1):
        _heading(page.cell(3, number), heading)
        page.column_dimensions[get_column_letter(number)].width = (30, 46, 12, 12, 14)[number - 1]
    for line, values in enumerate(rows, start=4):
        for number, value in enumerate(values, start=1):
            cell = page.cell(line, number)
            if isinstance(value, str) and value.startswith("="):  # of this function alone
                cell.value = value
                cell.number_format = f"{_LOCALE}0.00##"
            else:
                _put(cell, value, "General" if number == 3 else f"{_LOCALE}0.00")


def _table(page: Any, sheet: Sheet, regions: list[str]) -> None:
    """Write a frame: title, way back, source, then a table that can be filtered."""
    _head(page, sheet.title, sources(sheet.frame) if "origin" in sheet.frame else "")
    shown = [column(values) for _, values in sheet.frame.items()]
    own = sheet.frame.get("region_code", pd.Series(index=sheet.frame.index, dtype="str"))
    # of the nation's tables the own rows stand out; where all rows are own, none does
    is_own = list(own.isin(regions)) if not own.isin(regions).all() else [False] * len(own)
    for number, cells in enumerate(shown, start=1):
        _heading(page.cell(3, number), cells.heading)
        longest = max(len(word) for text in cells.texts for word in text.split("\n"))
        width = min(max(longest, *map(len, cells.heading.split())) + 4, _WIDEST)
        page.column_dimensions[get_column_letter(number)].width = max(width, _NARROWEST)
        for row, (value, form) in enumerate(_values(cells), start=4):
            _put(page.cell(row, number), value, form)
            if is_own[row - 4]:
                page.cell(row, number).fill = _OWN
    span = f"A3:{get_column_letter(len(shown))}{len(sheet.frame) + 3}"
    page.add_table(Table(displayName="Tabel_" + re.sub(r"\W", "_", sheet.name), ref=span))
    page.freeze_panes = page.cell(4, min(3, len(shown)))
    page.print_title_rows = "3:3"


def _values(cells: Cells) -> list[tuple[Any, str]]:
    """Return the cells of a column as Excel is to hold them, each with its format of numbers."""
    kind, _, detail = cells.format.partition(":")
    forms = {
        "number": "#,##0" + "." * (detail > "0") + "0" * int(detail or 0)
        if detail.isdigit()
        else "",
        "signed": "+0.{0};-0.{0};0.{0}".format("0" * int(detail)) if detail.isdigit() else "",
        "percent": '0.##"%"',
        "share": "0.0%",
        "plain": "#,##0.######",
        "year": "0",
        "date": "d mmmm yyyy",
    }
    made: list[tuple[Any, str]] = []
    for value, text in zip(cells.values, cells.texts, strict=True):
        if pd.isna(value):
            made.append((None, "General"))
        elif kind == "date" and isinstance(value, str):
            day = re.fullmatch(r"\d{4}-\d\d-\d\d", value)
            made.append((date.fromisoformat(value) if day else value, f"{_LOCALE}{forms['date']}"))
        elif kind in forms and not isinstance(value, str):
            whole = kind == "plain" and float(value).is_integer()
            form = "#,##0" if whole else forms[kind]
            made.append((value, ";".join(_LOCALE + part for part in form.split(";"))))
        else:
            made.append((text, "@"))
    return made


def _contents(
    page: Any,
    book: Any,
    sheets: list[Sheet],
    year: int,
    regions: list[str],
    marks: list[str],
    record: RunRecord,
) -> None:
    """Fill the first sheet: the indices, the sheets, what is missing, how to read, the run."""
    fw = framework.load()
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 110
    _put(page.cell(1, 1), book.properties.title).font = _TITLE
    _put(page.cell(2, 1), " · ".join(marks)).font = Font(size=14, bold=True, color="C00000")
    titles = {s.name: f"{s.title} ({len(s.frame)} baris)" for s in sheets}
    titles[COMPUTED] = "Indeks tercetak dihitung ulang, dengan rumus yang dapat dilihat"
    known = {region: compare.index_value(year, region) for region in regions}
    absent = [missing(t, year, r)["sentence"] for r in regions for t in fw.papers]
    parts: list[tuple[str, list[tuple[str, Any]]]] = [
        ("Belum dikonfirmasi", [("", s) for r in regions for s in unconfirmed(r, year)]),
        (
            "Indeks Smart City",
            [
                (fw.regions[r].name, v.value)
                if v.known == "printed"
                else (fw.regions[r].name, f"{formats.number(v.value)} {fw.names['known'][v.known]}")
                if v.value is not None
                else (fw.regions[r].name, fw.names["known"][v.known])
                for r, v in known.items()
            ],
        ),
        ("Lembar", [(name, titles[name]) for name in book.sheetnames[1:]]),
        ("Kelengkapan", [("", s) for s in compare.whole_field(year)["missing"] if s]),
        ("Yang tidak ada", [("", s) for found in absent for s in found]),
        ("Cara membaca", [("", s) for s in _READING]),
        (
            "Catatan pembuatan",
            [
                ("Versi program", f"{record.version}, {record.commit}"),
                ("Waktu", record.shown_time),
                ("Sidik jari data", f"{record.data}, dari {len(record.inputs)} berkas"),
                *(("Ralat", s) for s in record.corrections if s.startswith(f"{year}/")),
            ],
        ),
    ]
    row = 3
    for head, lines in parts:
        if not lines:
            continue
        _put(page.cell(row, 1), head).font = _BOLD
        for topic, said in dict.fromkeys(lines):
            row += 1
            _put(page.cell(row, 1), topic or None)
            _put(page.cell(row, 2), said, f"{_LOCALE}0.00").alignment = _TOP
            if topic in book.sheetnames:
                _link(page.cell(row, 1), topic)
        row += 2


def _head(page: Any, title: str, note: str) -> None:
    """Write what stands above a table: title, way back, a note."""
    _put(page.cell(1, 1), title).font = _TITLE
    _put(page.cell(2, 1), f"← {CONTENTS}")
    _link(page.cell(2, 1), CONTENTS)
    _put(page.cell(2, 2), note or None)
    page.cell(1, 1).alignment = page.cell(2, 2).alignment = Alignment(wrap_text=False)


def _heading(cell: Any, text: str) -> None:
    _put(cell, text)
    cell.font, cell.fill = _HEAD, _DARK
    cell.alignment = Alignment(vertical="center", horizontal="center", wrap_text=True)


def _link(cell: Any, sheet: str) -> None:
    cell.hyperlink, cell.font = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1"), _LINK


def _put(cell: Any, value: Any, form: str = "@") -> Any:
    """Write a value; a text stays text, whatever Excel would read in it. Returns the cell."""
    if isinstance(value, str):
        text = _ESCAPE.sub("_x005F_", ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
        text = re.sub("[\ufffe\uffff\ud800-\udfff]", "\ufffd", text)
        cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = text.startswith(("=", "+", "-", "@", "\t", "\r"))
        cell.alignment = _TOP
    elif value is not None:
        cell.value, cell.number_format = value, form
        cell.alignment = Alignment(vertical="top", horizontal="right")
    return cell


def _for_paper(page: Any, running: str) -> None:
    """Set a sheet up for A4 across, as wide as the page, with running title and page numbers."""
    page.sheet_view.showGridLines = False
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.orientation = page.ORIENTATION_LANDSCAPE
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.oddHeader.left.text = running
    page.oddFooter.left.text, page.oddFooter.right.text = "&A", "Halaman &P dari &N"


def _without_warnings(name: str, content: bytes) -> bytes:
    """Tell Excel that codes such as 3.10 are text on purpose, which openpyxl cannot write."""
    span = re.search(rb'<dimension ref="([A-Z0-9:]+)"', content)
    if not name.startswith("xl/worksheets/") or not span:
        return content
    said = b'<ignoredErrors><ignoredError sqref="%s" numberStoredAsText="1"/></ignoredErrors>'
    return content.replace(b"<tableParts", said % span[1] + b"<tableParts", 1)
