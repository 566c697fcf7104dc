"""The Excel annex of a year: every table behind the reports, as columns.csv heads and formats it.

Numbers are numbers, `origin` stands beside them, and nothing of data becomes a formula. One sheet
computes the index anew with formulas that can be looked at; the first says what is there, what is
not, and which run made it.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table

from kukar_analysis import framework, places, store
from kukar_analysis.analysis import compare, quality
from kukar_analysis.analysis.missing import cited, missing, unconfirmed
from kukar_analysis.analysis.peers import peers
from kukar_analysis.errors import UsageError
from kukar_analysis.forms import draw
from kukar_analysis.report import site
from kukar_analysis.show import sources
from kukar_analysis.show.cells import column

CONTENTS, COMPUTED = "Isi", "Hitungan indeks"
_HEADINGS = {"Daerah": 30, "Komponen": 46, "Bobot (%)": 12, "Nilai": 12, "Sumbangan": 14}
_LOCALE = "[$-421]"
"""Indonesian, for whatever opens the file: LibreOffice takes its comma and months from it."""
_ANY = ".######"
_FORMS = {"percent": '0.##"%"', "share": "0.0%", "plain": f"#,##0{_ANY}", "year": "0"}
_FORMS |= {"date": "d mmmm yyyy", "number": "#,##0.{0}", "signed": "+0.{0};-0.{0};0.{0}"}
"""Excel's formats by those of columns.csv; {0} stands for the decimals."""
_LONGEST, _CUT = 32_767, " … [dipotong: teks lengkap ada pada asalnya]"
"""Characters that Excel holds in a cell, and what stands at the end of a longer text."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DARK, _OWN = (PatternFill("solid", start_color=c) for c in ("1F3864", "FFF2CC"))
_TITLE, _MARK = (Font(size=14, bold=True, color=c) for c in ("1F3864", "C00000"))
_BOLD, _WHITE = Font(bold=True), Font(bold=True, color="FFFFFF")
_LINK = Font(underline="single", color="0563C1")
_TOP, _RIGHT = Alignment(None, "top", wrap_text=True), Alignment("right", "top")
_MIDDLE, _FLAT = Alignment("center", "center", wrap_text=True), Alignment()


def write(
    year: int,
    regions: list[str],
    path: Path,
    record: site.Record,
    raw: Path = store.RAW,
    *,
    is_draft: bool = False,
) -> Path:
    """Write the annex of a year for the regions, whole or not at all, and return its path.

    `raw` is the folder of the SOURCES.csv that names the documents behind the tables. The same
    tables and record give the same bytes. Raises UsageError for a year or region that is not
    known, and where none is given.
    """
    fw, year = framework.load(), quality.year(year)
    codes = [fw.region(r).region for r in regions]
    if not codes:
        raise UsageError("no region is given; the annex is made for one at least, as 64.02")
    mark = site.mark(year, codes, draft=is_draft)
    names = ", ".join(fw.regions[code].name for code in codes)
    book = draw.book(f"Lampiran evaluasi Smart City {year}: {names}", year)
    made_at = datetime.fromisoformat(record["made_at"])
    book.properties.created = made_at.astimezone(UTC).replace(tzinfo=None)
    front, titles = book.create_sheet(CONTENTS), dict[str, str]()
    _put(front, 1, 1, book.properties.title, font=_TITLE)
    _put(front, 2, 1, mark, font=_MARK)
    if _formulas(computed := book.create_sheet(COMPUTED), year, codes):
        titles[COMPUTED] = "Indeks tercetak dihitung ulang, dengan rumus yang dapat dilihat"
    else:
        book.remove(computed)
    tables = {n: (f"{title}, {year}", frame) for n, title, frame in _tables(year, codes)}
    tables["Sumber"] = "Surat, sumber resmi, dan pers yang dipakai", cited(year, *codes)
    tables["Berkas"] = f"Berkas yang dibaca; sidik jari data {record['data']}", _files(raw)
    for name, (title, frame) in tables.items():
        if len(frame):
            titles[name] = f"{title} ({len(frame)} baris)"
            _table(book.create_sheet(name), title, frame, codes)
    _contents(front, titles, year, codes, record)
    for page in book.worksheets:
        draw.for_paper(page)
        page.oddHeader.left.text = f"Lampiran evaluasi Smart City {year} {mark}".rstrip()
    return draw.save(book, path)


def _tables(year: int, regions: list[str]) -> list[tuple[str, str, pd.DataFrame]]:
    """Return names, titles and frames of the sheets: of all regions, of these, or of offices."""
    fw, scores, ranked = framework.load(), compare.components(year, partial=True), _places(year)
    office = [*filter(fw.is_office, regions)]

    def own(table: str, of: list[str] = office) -> pd.DataFrame:
        return store.read(table, year=year).query("region in @of")

    forms = pd.concat([compare.form_of(edition) for edition in fw.editions])
    answers = own("question_scores", regions)
    answers = answers.merge(
        forms[["edition", "question", "code", "place"]], on=["edition", "question"], how="left"
    )
    answers = answers.sort_values(["region", "place", "opd"], kind="stable").drop(columns="place")
    by_sub = own("survey_responses").groupby(["region", "pillar", "sub_dimension"], dropna=False)
    survey = by_sub.agg(
        answers_given=("answer", "count"),
        answer_mean=("answer", "mean"),
        origin=("origin", lambda all_: "; ".join(dict.fromkeys(map(places.file_of, all_)))),
    )
    index = store.read("index_scores", year=year).merge(ranked, on="region", how="left")
    order = ["participated", "index_published", "region_name"]
    statistics = store.read("official_statistics", year=year)
    frames = [
        index.sort_values(order, ascending=[False, False, True]),
        scores,
        answers.query("source == 'assessor'"),
        answers.query("source == 'self' and region in @office"),
        own("assessor_notes"),
        survey.reset_index(),
        own("programmes"),
        own("quick_win_aspects"),
        own("pillar_agencies"),
        statistics.sort_values(["statistic", "region"], kind="stable"),
    ]
    made = [(n, title, f) for (n, title), f in zip(fw.names["sheet"].items(), frames, strict=True)]
    wide = scores.pivot(index="region", columns="component", values="score")
    wide = wide[[c for c in fw.components if c in wide]].rename(columns=fw.names["component"])
    for region in regions:
        beside = peers(year, region).drop(columns=["compared_value", "compared_year"])
        beside = beside.merge(ranked, on="region", how="left").join(wide, on="region")
        name = f"Pembanding {region}" if len(regions) > 1 else "Pembanding"
        made.append((name, f"{fw.regions[region].name} dan daerah pembandingnya", beside))
    return [(name, title, _headed(frame)) for name, title, frame in made]


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


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the region's code before its name, the printed code before the label."""
    made = frame.drop(columns=["year", "region_name", "source"], errors="ignore")
    made = made.rename(columns={"question": "label"}).assign(region_code=frame["region"])
    made = made.replace({"label": framework.load().names["question"]})
    first = [c for c in ("region_code", "region", "code", "label") if c in made]
    made = made[[*first, *made.columns.drop(first)]]
    return made.dropna(axis="columns", how="all") if len(made) else made


def _files(raw: Path) -> pd.DataFrame:
    """Return the files that were read, with what SOURCES.csv says of those that are as it says."""
    found, path = store.read("files"), raw / "SOURCES.csv"
    if path.exists():
        told = pd.read_csv(path, dtype="str", encoding="utf-8-sig", parse_dates=["received_on"])
        told["citation"] = told["citation"].str.replace(" | ", ", ", regex=False)
        told = told[["file", "sha256", "covers", "received_on", "citation"]]
        found = found.merge(told, on=["file", "sha256"], how="left")
    return found[[*found.columns.drop("sha256"), "sha256"]]


def _formulas(page: Any, year: int, regions: list[str]) -> bool:
    """Compute printed indices anew by formulas; return whether all parts of any are printed.

    Excel counts in binary fractions, in which 2.675 is less than it is; so the formulas round to
    whole hundredths and ten-thousandths first, and what is rounded then is exact.
    """
    fw, title = framework.load(), f"Indeks {year} dihitung ulang dari nilai komponen tercetak"
    _head(page, title, "Bobot × nilai ÷ 100.", _HEADINGS)
    for region in regions:
        parts, record = compare.components(year, region), compare.index_record(year, region)
        if record is None or {*parts["component"]} != {*fw.weights[record["edition"]]}:
            continue
        rounding, term = fw.editions[record["edition"]].rounding, "=C{0}*ROUND(D{0}*100,0)/10000"
        if rounding == "each_term":
            term = "=ROUND(C{0}*ROUND(D{0}*100,0)/100,0)/100"
        page.append([fw.regions[region].name])
        first = page.max_row + 1
        for row, part in enumerate(parts.itertuples(), start=first):
            name = fw.components[part.component].name
            page.append([None, name, part.weight, part.score, term.format(row)])
        index = f"=ROUND(ROUND(SUM(E{first}:E{page.max_row})*10000,0)/100,0)/100"
        page.append([None, "Indeks menurut hitungan ini", None, None, index])
        page.append([None, "Indeks tercetak", None, None, record["index_published"]])
        page.append([None, f"Aturan edisi ini: {fw.names['rounding'][rounding]}."])
        page.append([None])
    for cell in (cell for row in page.iter_rows(4, min_col=4) for cell in row):
        cell.number_format = f"{_LOCALE}0.00" + "##" * (cell.data_type == "f")
    return bool(page.max_row > 3)


def _table(page: Any, title: str, frame: pd.DataFrame, regions: list[str]) -> None:
    """Write a frame: title, way back, source, then a table that can be filtered."""
    shown, widths = [column(values) for _, values in frame.items()], dict[str, float]()
    for cells in shown:
        longest = max(map(len, [*cells.texts, *cells.heading.split()]))
        widths[cells.heading] = min(longest + 4, 48)
    _head(page, title, sources(frame) if "origin" in frame else "", widths)
    own = frame.get("region_code", frame.iloc[:, 0]).isin(regions)
    for number, cells in enumerate(shown, start=1):
        kind, _, decimals = cells.format.partition(":")
        form = _FORMS.get(kind, "").format("0" * int(decimals if decimals.isdigit() else 0))
        form = ";".join(_LOCALE + part.removesuffix(".") for part in form.split(";"))
        for row, (value, text) in enumerate(zip(cells.values, cells.texts, strict=True), start=4):
            held = None if pd.isna(value) else value if kind in _FORMS else text
            # of the nation's tables the own rows stand out; where all rows are own, none does
            fill = {"fill": _OWN} if own.iloc[row - 4] and not own.all() else {}
            _put(page, row, number, held, form, **fill)
    span = f"A3:{get_column_letter(len(shown))}{len(frame) + 3}"
    page.add_table(Table(displayName="Tabel_" + re.sub(r"\W", "_", page.title), ref=span))
    page.freeze_panes = page.cell(4, min(3, len(shown)))
    page.print_title_rows = "3:3"


def _contents(
    page: Any, titles: dict[str, str], year: int, regions: list[str], record: site.Record
) -> None:
    """Fill the first sheet: the indices, the sheets, what is missing, how to read, the run."""
    fw, known = framework.load(), {r: compare.index_value(year, r) for r in regions}
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 26, 110
    parts: dict[str, list[tuple[str, Any]]] = {
        "Belum dikonfirmasi": [("", s) for r in regions for s in unconfirmed(r, year)],
        "Indeks Smart City": [
            (fw.regions[r].name, of.value if of.known == "printed" else str(of))
            for r, of in known.items()
        ],
        "Lembar": [*titles.items()],
        "Kelengkapan": [("", s) for s in compare.whole_field(year)["missing"] if s],
        "Yang tidak ada": [
            ("", s) for r in regions for t in fw.papers for s in missing(t, year, r)["sentence"]
        ],
        "Cara membaca": [("", s) for s in fw.names["reading"].values()],
        "Catatan pembuatan": [
            ("Versi program", f"{record['version']}, {record['commit']}"),
            ("Waktu", site.shown(record["made_at"])),
            ("Sidik jari data", f"{record['data']}, dari {len(record['inputs'])} berkas"),
            *(("Ralat", s) for s in record["corrections"] if s.startswith(f"{year}/")),
        ],
    }
    row = 3
    for head, lines in parts.items():
        if lines:
            _put(page, row, 1, head, font=_BOLD)
            for row, (topic, said) in enumerate(dict.fromkeys(lines), start=row + 1):  # noqa: B020
                _put(page, row, 1, topic or None, link=topic if topic in titles else "")
                _put(page, row, 2, said, f"{_LOCALE}0.00", alignment=_TOP)
            row += 2


def _head(page: Any, title: str, note: str, headings: dict[str, Any]) -> None:
    """Write what stands above a table: title, way back, a note, and headings of a width each."""
    _put(page, 1, 1, title, font=_TITLE, alignment=_FLAT)
    _put(page, 2, 1, f"← {CONTENTS}", link=CONTENTS)
    _put(page, 2, 2, note or None, alignment=_FLAT)
    for number, (heading, width) in enumerate(headings.items(), start=1):
        _put(page, 3, number, heading, font=_WHITE, fill=_DARK, alignment=_MIDDLE)
        page.column_dimensions[get_column_letter(number)].width = max(width, 9)


def _put(page: Any, row: int, column: int, value: Any, form: str = "@", **look: Any) -> None:
    """Write a value; a text stays text, whatever Excel would read in it. `link`: to a sheet."""
    cell, is_text = page.cell(row, column), isinstance(value, str)
    if is_text:
        text = _ILLEGAL.sub("\ufffd", value)
        cell.value = text if len(text) <= _LONGEST else text[: _LONGEST - len(_CUT)] + _CUT
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = text.startswith(("=", "+", "-", "@", "\t", "\r"))
    elif value is not None:
        is_whole = form.endswith(_ANY) and value % 1 == 0
        cell.value, cell.number_format = value, form.removesuffix(_ANY) if is_whole else form
    cell.alignment = _TOP if is_text else _RIGHT
    if link := look.pop("link", ""):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{link}'!A1")
        cell.font = _LINK
    for part, of in look.items():
        setattr(cell, part, of)
