"""The Excel annex of a year: every table behind the reports, as columns.csv heads and formats it.

Numbers are numbers, `origin` stands beside them, and nothing of data becomes a formula. One sheet
computes the index anew with formulas that can be looked at; the first says what is there, what is
not, and which run made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.missing import cited, missing, unconfirmed
from kukar_analysis.analysis.peers import peers
from kukar_analysis.errors import ReportError, UsageError
from kukar_analysis.forms import draw
from kukar_analysis.report.record import RunRecord
from kukar_analysis.show import sources
from kukar_analysis.show.cells import Cells, column

CONTENTS, COMPUTED = "Isi", "Hitungan indeks"
_SHEETS = """\
Indeks | index_scores |  | Indeks semua daerah, tertinggi di atas
Komponen | component_scores |  | Nilai komponen semua daerah
Nilai butir | question_scores | assessor | Nilai asesor per butir
Jawaban OPD | question_scores | self | Jawaban dan penilaian mandiri perangkat daerah
Catatan asesor | assessor_notes | own | Catatan asesor
Survei | survey_responses | own | Rata-rata jawaban survei; jawaban orang tidak dimuat
Program | programmes | own | Program dan quick win
Aspek quick win | quick_win_aspects | own | Nilai aspek quick win
OPD per pilar | pillar_agencies | own | Perangkat daerah pengampu pilar
Statistik | official_statistics |  | Statistik resmi dan pers; bukan bagian nilai evaluasi
"""
"""Sheets, their tables, whose rows (all; else of the regions asked for, or of offices among them),
and their titles."""
_LOCALE = "[$-421]"
"""Indonesian, for whatever opens the file: LibreOffice takes its comma and months from it."""
_FORMS = {"percent": '0.##"%"', "share": "0.0%", "plain": "#,##0.######", "year": "0"}
_FORMS |= {"date": "d mmmm yyyy", "number": "#,##0.{0}", "signed": "+0.{0};-0.{0};0.{0}"}
"""Excel's formats by those of columns.csv; {0} stands for the decimals."""
_LONGEST, _CUT = 32_767, " … [dipotong: teks lengkap ada pada asalnya]"
"""Characters that Excel holds in a cell, and what stands at the end of a longer text."""
_ODD = re.compile("[\ufffe\uffff\ud800-\udfff]")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as a character's number, as `_x0041_` for A."""
_WIDEST, _NARROWEST = 48, 9
_DARK, _OWN = (PatternFill("solid", start_color=c) for c in ("1F3864", "FFF2CC"))
_TITLE, _HEAD = Font(size=14, bold=True, color="1F3864"), Font(bold=True, color="FFFFFF")
_BOLD, _LINK = Font(bold=True), Font(underline="single", color="0563C1")
_MARK = Font(size=14, bold=True, color="C00000")
_TOP = Alignment(vertical="top", wrap_text=True)
_READING = [
    "Sel kosong: tidak tercatat, atau tercetak “-”; bukan 0. Angka 0: ikut, dan dinilai 0. Tanpa"
    " baris: tidak dinilai bagi kelompok daerah itu.",
    "Sel memuat angka penuh; yang tampak dibulatkan. Asal: berkas dan letak angka di dalamnya,"
    " seperti #l37:c3 untuk baris 37 kolom 3.",
]


def write(
    year: int,
    regions: list[str],
    path: Path,
    record: RunRecord,
    raw: Path = store.RAW,
    *,
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
    sheets = {name: (f"{title}, {year}", f) for name, title, f in _tables(year, codes)}
    sheets["Sumber"] = ("Surat, sumber resmi, dan pers yang dipakai", cited(year, *codes))
    sheets["Berkas"] = (f"Berkas yang dibaca; sidik jari data {record.data}", _files(raw))
    sheets = {name: own for name, own in sheets.items() if len(own[1])}
    names = ", ".join(fw.regions[code].name for code in codes)
    book = draw.book(f"Lampiran evaluasi Smart City {year}: {names}", year)
    book.properties.created = record.made_at.astimezone(UTC).replace(tzinfo=None)
    front = book.create_sheet(CONTENTS)
    if lines := [line for code in codes for line in _computed(year, code)]:
        _formulas(book.create_sheet(COMPUTED), year, lines)
    for name, (title, frame) in sheets.items():
        _table(book.create_sheet(name), title, frame, codes)
    marks = {
        "DATA CONTOH, bukan data daerah mana pun": any(fw.regions[c].is_sample for c in codes),
        "DRAF, belum untuk diedarkan": is_draft,
        "aturan belum dikonfirmasi": any(unconfirmed(c, year) for c in codes),
    }
    said = [mark for mark, is_so in marks.items() if is_so]
    _put(front.cell(1, 1), book.properties.title).font = _TITLE
    _put(front.cell(2, 1), " · ".join(said)).font = _MARK
    titles = {name: f"{title} ({len(frame)} baris)" for name, (title, frame) in sheets.items()}
    titles[COMPUTED] = "Indeks tercetak dihitung ulang, dengan rumus yang dapat dilihat"
    _contents(front, {n: titles[n] for n in book.sheetnames[1:]}, year, codes, record)
    for page in book.worksheets:
        draw.for_paper(page)
        page.oddHeader.left.text = " · ".join([f"Lampiran evaluasi Smart City {year}", *said])
    return draw.save(book, path)


def _tables(year: int, regions: list[str]) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield names, titles and frames of the sheets."""
    fw, ranked = framework.load(), _places(year)
    scores, of_office = compare.components(year, partial=True), list(filter(fw.is_office, regions))
    for name, table, whose, title in (map(str.strip, x.split("|")) for x in _SHEETS.splitlines()):
        frame = store.read(table, year=year)
        if whose:
            frame = frame[frame["region"].isin(regions if whose == "assessor" else of_office)]
        if table == "question_scores":
            frame = _with_codes(frame[frame["source"] == whose])
        elif table == "index_scores":
            order = ["participated", "index_published", "region_name"]
            frame = frame.sort_values(order, ascending=[False, False, True])
            frame = frame.merge(ranked, on="region", how="left")
        elif table == "component_scores":
            frame = scores
        elif table == "survey_responses":
            means = frame.groupby(["region", "pillar", "sub_dimension"], dropna=False)
            frame = means.agg(
                answers_given=("answer", "count"),
                answer_mean=("answer", "mean"),
                origin=("origin", lambda all_: "; ".join(dict.fromkeys(map(places.file_of, all_)))),
            ).reset_index()
        elif table == "official_statistics":
            frame = frame.sort_values(["statistic", "region"], kind="stable")
        yield name, title, _headed(frame)
    wide = scores.pivot(index="region", columns="component", values="score")
    wide = wide[[c for c in fw.components if c in wide]].rename(columns=fw.names["component"])
    for region in regions:
        name = f"Pembanding {region}" if len(regions) > 1 else "Pembanding"
        frame = peers(year, region).drop(columns=["compared_value", "compared_year"])
        frame = frame.merge(ranked, on="region", how="left").join(wide, on="region")
        yield name, f"{fw.regions[region].name} dan daerah pembandingnya", _headed(frame)


def _places(year: int) -> pd.DataFrame:
    """Return the place of each participant of a whole field, and its gap to the group's mean."""
    everyone = compare.participants(year)
    by = everyone.groupby("edition")["index_published"]
    nation = everyone["index_published"].rank(method="min", ascending=False)
    return everyone[["region"]].assign(
        national_rank=float("nan") if compare.missing_of(year) else nation,
        group_rank=by.rank(method="min", ascending=False),
        group_gap=everyone["index_published"] - by.transform("mean"),
    )


def _with_codes(scored: pd.DataFrame) -> pd.DataFrame:
    """Return question scores with their printed code, in the order of the form."""
    fw = framework.load()
    listed = [vars(q) for asked in fw.edition_questions.values() for q in asked.values()]
    asked = pd.DataFrame(listed)[["edition", "question", "code", "number"]]
    order = {component: place for place, component in enumerate(fw.components)}
    made = scored.merge(asked, on=["edition", "question"], how="left")
    made = made.assign(place=made["component"].map(order), number=made["number"].fillna(0))
    made = made.sort_values(["region", "place", "number", "opd"], kind="stable")
    return made.drop(columns=["place", "number"])


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the region's code before its name, the printed code before the label."""
    codes = frame["region"].rename("region_code")
    rest = frame.drop(columns=["year", "region_name", "source"], errors="ignore")
    rest = rest.rename(columns={"question": "label"})
    rest = rest.replace({"label": framework.load().names["question"]})
    first = [c for c in ("region", "code", "label") if c in rest]
    made = pd.concat([codes, rest[[*first, *(c for c in rest if c not in first)]]], axis=1)
    return made.dropna(axis="columns", how="all") if len(made) else made


def _files(raw: Path) -> pd.DataFrame:
    """Return the files that were read, with what SOURCES.csv says of those that are as it says."""
    found, path = store.read("files"), raw / "SOURCES.csv"
    if path.exists():
        columns = ["file", "sha256", "covers", "received_on", "citation"]
        try:
            told = pd.read_csv(path, dtype="str", encoding="utf-8-sig", usecols=columns)[columns]
        except (OSError, ValueError) as error:
            said = f"{path.name} cannot be read ({error}): it needs the columns file and sha256"
            raise ReportError(said) from error
        told["citation"] = told["citation"].str.replace(" | ", ", ", regex=False)
        found = found.merge(told, on=["file", "sha256"], how="left")
    return found[[*found.columns.drop("sha256"), "sha256"]]


def _computed(year: int, region: str) -> list[tuple[Any, ...]]:
    """Return the lines that compute a published index anew; none where a part is not printed.

    A line is what stands in its cells, a formula as a function of its row. Excel counts in binary
    fractions, in which 2.675 is less than it is; so the formulas round scores to whole hundredths
    first, and what is rounded then is exact.
    """
    fw, scores = framework.load(), store.read("component_scores", year=year, region=region)
    record = compare.index_record(year, region)
    printed = scores.dropna(subset="score").set_index("component")["score"]
    if record is None or {*printed.index} != {*fw.weights[record["edition"]]}:
        return []
    parts = [*fw.weights[record["edition"]].items()]
    each = fw.editions[record["edition"]].rounding == "each_term"
    rule = "tiap hasil kali dibulatkan, lalu dijumlahkan"
    rule = rule if each else "semua hasil kali dijumlahkan, lalu dibulatkan sekali"

    def term(row: int) -> str:
        product = f"C{row}*ROUND(D{row}*100,0)"
        return f"=ROUND({product}/100,0)/100" if each else f"={product}/10000"

    def index(row: int) -> str:  # whole ten-thousandths, without a rest
        return f"=ROUND(ROUND(SUM(E{row - len(parts)}:E{row - 1})*10000,0)/100,0)/100"

    return [
        (fw.regions[region].name,),
        *((None, fw.components[c].name, weight, printed[c], term) for c, weight in parts),
        (None, "Indeks menurut hitungan ini", None, None, index),
        (None, "Indeks tercetak", None, None, record["index_published"]),
        (None, f"Aturan edisi ini: {rule}."),
        (),
    ]


def _formulas(page: Any, year: int, lines: list[tuple[Any, ...]]) -> None:
    """Fill the sheet that computes the published indices anew."""
    title = f"Indeks {year} dihitung ulang dari nilai komponen tercetak"
    _head(page, title, "Bobot × nilai ÷ 100.")
    headings = {"Daerah": 30, "Komponen": 46, "Bobot (%)": 12, "Nilai": 12, "Sumbangan": 14}
    for number, (heading, width) in enumerate(headings.items(), 1):
        _heading(page, number, heading, width)
    for row, values in enumerate(lines, start=4):
        for number, value in enumerate(values, start=1):
            cell = page.cell(row, number)
            if callable(value):
                cell.value, cell.number_format = value(row), f"{_LOCALE}0.00##"
            else:
                _put(cell, value, "General" if number == 3 else f"{_LOCALE}0.00")


def _table(page: Any, title: str, frame: pd.DataFrame, regions: list[str]) -> None:
    """Write a frame: title, way back, source, then a table that can be filtered."""
    _head(page, title, sources(frame) if "origin" in frame else "")
    shown = [column(values) for _, values in frame.items()]
    own = frame.get("region_code", pd.Series(index=frame.index, dtype="str")).isin(regions)
    # of the nation's tables the own rows stand out; where all rows are own, none does
    marked = [row for row, is_own in enumerate(own, start=4) if is_own and not own.all()]
    for number, cells in enumerate(shown, start=1):
        longest = max(len(word) for text in cells.texts for word in text.split("\n"))
        width = min(max(longest, *map(len, cells.heading.split())) + 4, _WIDEST)
        _heading(page, number, cells.heading, max(width, _NARROWEST))
        for row, (value, form) in enumerate(_values(cells), start=4):
            _put(page.cell(row, number), value, form)
        for row in marked:
            page.cell(row, number).fill = _OWN
    span = f"A3:{get_column_letter(len(shown))}{len(frame) + 3}"
    page.add_table(Table(displayName="Tabel_" + re.sub(r"\W", "_", page.title), ref=span))
    page.freeze_panes = page.cell(4, min(3, len(shown)))
    page.print_title_rows = "3:3"


def _values(cells: Cells) -> Iterator[tuple[Any, str]]:
    """Yield the cells of a column as Excel is to hold them, each with its format of numbers."""
    kind, _, decimals = cells.format.partition(":")
    form = _FORMS.get(kind, "").format("0" * int(decimals if decimals.isdigit() else 0))
    form = ";".join(_LOCALE + part.removesuffix(".") for part in form.split(";"))
    for value, text in zip(cells.values, cells.texts, strict=True):
        if pd.isna(value):
            yield None, "General"
        elif kind == "date" and isinstance(value, str):
            is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", value)
            yield date.fromisoformat(value) if is_day else value, form
        elif kind in _FORMS and not isinstance(value, str):
            is_whole = kind == "plain" and float(value).is_integer()
            yield value, f"{_LOCALE}#,##0" if is_whole else form
        else:
            yield text, "@"


def _contents(
    page: Any, titles: dict[str, str], year: int, regions: list[str], record: RunRecord
) -> None:
    """Fill the first sheet: the indices, the sheets, what is missing, how to read, the run."""
    fw = framework.load()
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 110
    known = {fw.regions[r].name: compare.index_value(year, r) for r in regions}
    absent = [missing(t, year, r)["sentence"] for r in regions for t in fw.papers]
    parts: dict[str, list[tuple[str, Any]]] = {
        "Belum dikonfirmasi": [("", s) for r in regions for s in unconfirmed(r, year)],
        "Indeks Smart City": [
            (name, index.value if index.known == "printed" else str(index))
            for name, index in known.items()
        ],
        "Lembar": [*titles.items()],
        "Kelengkapan": [("", s) for s in compare.whole_field(year)["missing"] if s],
        "Yang tidak ada": [("", s) for found in absent for s in found],
        "Cara membaca": [("", s) for s in _READING],
        "Catatan pembuatan": [
            ("Versi program", f"{record.version}, {record.commit}"),
            ("Waktu", record.shown_time),
            ("Sidik jari data", f"{record.data}, dari {len(record.inputs)} berkas"),
            *(("Ralat", s) for s in record.corrections if s.startswith(f"{year}/")),
        ],
    }
    row = 3
    for head, lines in parts.items():
        if lines:
            _put(page.cell(row, 1), head).font = _BOLD
            for row, (topic, said) in enumerate(dict.fromkeys(lines), start=row + 1):  # noqa: B020
                _put(page.cell(row, 1), topic or None)
                _put(page.cell(row, 2), said, f"{_LOCALE}0.00").alignment = _TOP
                if topic in titles:
                    _link(page.cell(row, 1), topic)
            row += 2


def _head(page: Any, title: str, note: str) -> None:
    """Write what stands above a table: title, way back, a note."""
    _put(page.cell(1, 1), title).font = _TITLE
    _put(page.cell(2, 1), f"← {CONTENTS}")
    _link(page.cell(2, 1), CONTENTS)
    _put(page.cell(2, 2), note or None)
    page.cell(1, 1).alignment = page.cell(2, 2).alignment = Alignment(wrap_text=False)


def _heading(page: Any, number: int, text: str, width: float) -> None:
    cell = _put(page.cell(3, number), text)
    cell.font, cell.fill = _HEAD, _DARK
    cell.alignment = Alignment(vertical="center", horizontal="center", wrap_text=True)
    page.column_dimensions[get_column_letter(number)].width = width


def _link(cell: Any, sheet: str) -> None:
    cell.hyperlink, cell.font = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1"), _LINK


def _put(cell: Any, value: Any, form: str = "@") -> Any:
    """Write a value; a text stays text, whatever Excel would read in it. Returns the cell."""
    if isinstance(value, str):
        text = _ODD.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))
        text = _ESCAPE.sub("_x005F_", text)
        cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = text.startswith(("=", "+", "-", "@", "\t", "\r"))
        cell.alignment = _TOP
    elif value is not None:
        cell.value, cell.number_format = value, form
        cell.alignment = Alignment(vertical="top", horizontal="right")
    return cell
