"""The Excel annex of a year: every table behind the reports, as columns.csv heads and formats it.

One sheet computes the index anew with formulas; the first says what is there and what is not.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.styles import Font
from openpyxl.worksheet.table import Table

from kukar_analysis import framework, paths, store
from kukar_analysis.analysis import compare, quality, told
from kukar_analysis.analysis.missing import cited, missing, unconfirmed
from kukar_analysis.analysis.standing import peers
from kukar_analysis.forms import draw
from kukar_analysis.report import site
from kukar_analysis.show import sources
from kukar_analysis.show.cells import Cells, column

CONTENTS, COMPUTED = "Isi", "Hitungan indeks"
_COMPUTED = {"Daerah": 30, "Komponen": 46, "Bobot (%)": 12, "Nilai": 12, "Sumbangan": 14}
_INDEX = "=ROUND(ROUND(SUM(E{0}:E{1})*10000,0)/100,0)/100"
_LOCALE = "[$-421]"  # Indonesian: LibreOffice takes its comma and months from it
_FORMS = {"percent": '0.##"%"', "share": "0.0%", "plain": f"#,##0{draw.ANY}", "year": "0"}
_FORMS |= {"date": "d mmmm yyyy", "number": "#,##0.{0}", "signed": "+0.{0};-0.{0};0.{0}"}
"""Excel's formats by those of columns.csv; {0} stands for the decimals."""


def write(
    year: int,
    regions: list[str],
    path: Path,
    record: site.Record,
    raw: Path = paths.RAW,
    *,
    is_draft: bool = False,
) -> Path:
    """Write the annex of a year for the regions, whole or not at all, and return its path.

    `raw` has the SOURCES.csv that names the documents. UsageError: a year or region is not known.
    """
    fw, year = framework.load(), told.known_year(year)
    codes = [fw.region(r).region for r in regions]
    names = ", ".join(fw.regions[code].name for code in codes)
    book = draw.book(f"Lampiran evaluasi Smart City {year}: {names}", year)
    made_at = datetime.fromisoformat(record["made_at"])
    book.properties.created = made_at.astimezone(UTC).replace(tzinfo=None)
    front = draw.sheet(book, CONTENTS, book.properties.title, draw.PAIR)
    titles = _formulas(book, year, codes)
    tables = {n: (f"{title}, {year}", frame) for n, title, frame in _tables(year, codes)}
    tables["Sumber"] = "Surat, sumber resmi, dan pers yang dipakai", cited(year, *codes)
    tables["Berkas"] = f"Berkas yang dibaca; sidik jari data {record['data']}", _files(raw)
    for name, (title, frame) in tables.items():
        if len(frame):
            titles[name] = f"{title} ({len(frame)} baris)"
            columns, held = zip(*(_column(column(of)) for _, of in frame.items()), strict=True)
            page = _sheet(book, name, title, sources(frame) if "origin" in frame else "", columns)
            draw.table(page, 3, columns, [*zip(*held, strict=True)], kept=2)
            ref = f"A3:{page.cell(len(frame) + 3, len(columns)).coordinate}"
            page.add_table(Table(displayName="Tabel_" + re.sub(r"\W", "_", name), ref=ref))
    mark = site.mark(year, codes, draft=is_draft)
    draw.put(front, 2, 1, mark, font=Font(bold=True, color="C00000"), alignment=draw.FLAT)
    _contents(front, titles, year, codes, record)
    return draw.save(book, path, f"Lampiran evaluasi Smart City {year} {mark}".rstrip())


def _tables(year: int, regions: list[str]) -> list[tuple[str, str, pd.DataFrame]]:
    fw, places = framework.load(), compare.places(year)
    scores, office = compare.components(year, partial=True), [*filter(fw.is_office, regions)]

    def own(table: str, of: list[str] = office) -> pd.DataFrame:
        return store.read(table, year=year).query("region in @of")

    forms = pd.concat([compare.form_of(edition) for edition in fw.editions])
    places_of = forms[["edition", "question", "code", "place"]]
    answers = own("question_scores", regions).merge(places_of, how="left")
    answers = answers.sort_values(["region", "place", "opd"], kind="stable").drop(columns="place")
    index = store.read("index_scores", year=year).merge(places, on="region", how="left")
    order = ["participated", "index_published", "region_name"]
    frames = [
        index.sort_values(order, ascending=[False, False, True]),
        scores,
        answers.query("source == 'assessor'"),
        answers.query("source == 'self' and region in @office"),
        own("assessor_notes"),
        own("survey_responses").pipe(quality.survey_means),
        own("programmes"),
        own("quick_win_aspects"),
        own("pillar_agencies"),
        store.read("official_statistics", year=year).sort_values("statistic", kind="stable"),
    ]
    made = [(n, title, f) for (n, title), f in zip(fw.names["sheet"].items(), frames, strict=True)]
    wide = scores.pivot(index="region", columns="component", values="score")
    wide = wide[[c for c in fw.components if c in wide]].rename(columns=fw.names["component"])
    for region in regions:
        beside = peers(year, region).drop(columns=["compared_value", "compared_year"])
        beside = beside.merge(places, on="region", how="left").join(wide, on="region")
        name = f"Pembanding {region}" if len(regions) > 1 else "Pembanding"
        made.append((name, f"{fw.regions[region].name} dan daerah pembandingnya", beside))
    return [(name, title, _headed(frame)) for name, title, frame in made]


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.drop(columns=["year", "region_name", "source"], errors="ignore")
    made = made.rename(columns={"question": "label"}).assign(region_code=frame["region"])
    made = made.replace({"label": framework.load().names["question"]})
    first = [c for c in ("region_code", "region", "code", "label") if c in made]
    made = made[[*first, *made.columns.drop(first)]]
    return made.dropna(axis="columns", how="all") if len(made) else made


def _files(raw: Path) -> pd.DataFrame:
    found, path = store.read("files"), raw / "SOURCES.csv"
    if path.exists():
        columns = ["file", "sha256", "covers", "received_on", "citation"]
        told = pd.read_csv(path, encoding="utf-8-sig", parse_dates=["received_on"], usecols=columns)
        told["citation"] = told["citation"].str.replace(" | ", ", ", regex=False)
        found = found.merge(told[columns], on=["file", "sha256"], how="left")
    return found[[*found.columns.drop("sha256"), "sha256"]]


def _formulas(book: Any, year: int, regions: list[str]) -> dict[str, str]:
    """Compute printed indices anew by formulas; return the sheet's title, if there is one.

    Excel counts in binary fractions: what is rounded is brought to whole hundredths first.
    """
    fw, lines = framework.load(), list[list[Any]]()
    for region in regions:
        parts, record = compare.components(year, region), compare.index_record(year, region)
        if record is None or {*parts["component"]} != {*fw.weights[record["edition"]]}:
            continue
        rounding, term = fw.editions[record["edition"]].rounding, "=C{0}*ROUND(D{0}*100,0)/10000"
        if rounding == "each_term":
            term = "=ROUND(C{0}*ROUND(D{0}*100,0)/100,0)/100"
        first, last = len(lines) + 5, len(lines) + 4 + len(parts)
        named = parts.assign(name=parts["component"].map(fw.names["component"]))
        rows = named[["name", "weight", "score"]].itertuples(index=False)
        lines += [
            [fw.regions[region].name],
            *([None, *row, term.format(number)] for number, row in enumerate(rows, start=first)),
            [None, "Indeks menurut hitungan ini", None, None, _INDEX.format(first, last)],
            [None, "Indeks tercetak", None, None, record["index_published"]],
            [None, f"Aturan edisi ini: {fw.names['rounding'][rounding]}."],
            [None],
        ]
    if not lines:
        return {}
    title = f"Indeks {year} dihitung ulang dari nilai komponen tercetak"
    columns = [draw.Column(head, width) for head, width in _COMPUTED.items()]
    page = _sheet(book, COMPUTED, title, "Bobot × nilai ÷ 100.", columns)
    draw.table(page, 3, columns, [])
    for line in lines:
        page.append(line)
    for cell in (cell for row in page.iter_rows(4, min_col=4) for cell in row):
        cell.number_format = f"{_LOCALE}0.00" + "##" * (cell.data_type == "f")
    return {COMPUTED: "Indeks tercetak dihitung ulang, dengan rumus yang dapat dilihat"}


def _column(cells: Cells) -> tuple[draw.Column, list[Any]]:
    kind, _, decimals = cells.format.partition(":")
    form = _FORMS.get(kind, "").format("0" * int(decimals if decimals.isdigit() else 0))
    form = ";".join(_LOCALE + part.removesuffix(".") for part in form.split(";"))
    longest = max(map(len, [*cells.texts, *cells.heading.split()]))
    shown = cells.values if kind in _FORMS else pd.Series(cells.texts, cells.values.index)
    held = shown.astype("object").where(cells.values.notna(), None)
    return draw.Column(cells.heading, min(max(longest + 4, 9), 48), form=form), [*held]


def _contents(
    page: Any, titles: dict[str, str], year: int, regions: list[str], record: site.Record
) -> None:
    fw = framework.load()
    known = [(fw.regions[r].name, compare.index_value(year, r)) for r in regions]
    parts: dict[str, list[tuple[str, Any]]] = {
        "Belum dikonfirmasi": [("", s) for r in regions for s in unconfirmed(r, year)],
        "Indeks Smart City": [(n, v.value if v.known == "printed" else str(v)) for n, v in known],
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
            draw.put(page, row, 1, head, font=draw.BOLD)
            for row, (topic, said) in enumerate(dict.fromkeys(lines), start=row + 1):  # noqa: B020
                draw.put(page, row, 1, topic or None, link=topic if topic in titles else "")
                draw.put(page, row, 2, said, f"{_LOCALE}0.00")
            row += 2


def _sheet(book: Any, name: str, title: str, note: str, columns: Iterable[draw.Column]) -> Any:
    page = draw.sheet(book, name, title, [column.width for column in columns])
    draw.put(page, 2, 1, f"← {CONTENTS}", link=CONTENTS)
    draw.put(page, 2, 2, note or None, alignment=draw.FLAT)
    return page
