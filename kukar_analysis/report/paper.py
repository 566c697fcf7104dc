"""Reports on paper: PDF from the same HTML that the screen shows (WeasyPrint).

Each page becomes a PDF beside it, and the pages of a region's year one document with cover,
contents, and an appendix of method, sources and run record. PDF/A-2a: for keeping, and tagged for
screen readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import mistune
from bs4 import BeautifulSoup
from bs4.element import Tag

from kukar_analysis import formats, framework, store, writing
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.limits import unconfirmed
from kukar_analysis.errors import PrinterError, ReportError, UsageError
from kukar_analysis.report import site
from kukar_analysis.report.record import RunRecord

SIZES = {"A4": "210mm 297mm", "F4": "215mm 330mm"}
"""Sheets by name; F4 is what Indonesian offices also call folio."""
PANGO = (
    "PDF needs the library pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    " libharfbuzz-subset0; with conda: conda install -c conda-forge pango"
)
_SCREEN_ONLY = ("script", "nav", "form", "button", "input", "label")
_MARK = 'font: bold 9pt "Liberation Sans", "DejaVu Sans", sans-serif; color: #8a3d00'
SAMPLE, DRAFT, UNCONFIRMED = "DATA CONTOH", "DRAF", "ATURAN BELUM DIKONFIRMASI"
"""Marks at the head of every page: of invented data, a draft, and a year of copied rules."""
_METHOD = store.ROOT / "docs" / "metode.md"
_STYLES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class _Chapter:
    id: str
    title: str
    html: str
    is_old: bool = False


class Printer:
    """Makes PDF on one size of sheet.

    Raises UsageError for a size that is not known, PrinterError where pango is missing.
    """

    def __init__(self, size: str) -> None:
        check(size)
        try:
            import weasyprint  # needs pango, which pip cannot bring
        except OSError as error:
            raise PrinterError(PANGO) from error
        self._weasyprint = weasyprint
        # a page can use nothing but what it holds itself
        self._fetcher = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
        self._sheet = f"@page {{ size: {SIZES[size]}; }}"

    def print(self, html: str, target: Path, mark: str = "") -> None:
        """Write a PDF, with `mark` at the head of every page; it appears whole or not at all."""
        css = (_STYLES / "paper.css").read_text(encoding="utf-8")
        css += f'{self._sheet} @page {{ @top-right {{ content: "{mark}"; {_MARK} }} }}'
        styled = html.replace("</head>", f"<style>{css}</style></head>", 1)
        document = self._weasyprint.HTML(string=styled, url_fetcher=self._fetcher)
        with writing.replacing(target) as temporary:
            document.write_pdf(temporary, pdf_variant="pdf/a-2a")


def check(size: str) -> None:
    """Raise UsageError for a size of sheet that is not known."""
    if size not in SIZES:
        raise UsageError(f"paper {size!r} is not known; known: {', '.join(SIZES)}")


def page(printer: Printer, folder: Path, name: str) -> Path:
    """Print a published page beside it and return the PDF."""
    soup = _soup(folder / f"{name}.html")
    year, region = name.split("/")[:2]
    main = _main(soup)
    for found in soup.find_all("a", href=True):
        found.unwrap()  # pages of the site are no pages here
    head = soup.new_tag("div", attrs={"class": "letterhead"})
    for line in letterhead(region):
        head.append(soup.new_tag("p", string=line))
    if head.contents:
        main.insert(0, head)
    target = folder / f"{name}.pdf"
    printer.print(str(soup), target, _mark(int(year), region))
    return target


def year(
    printer: Printer,
    folder: Path,
    year: int,
    region: str,
    record: RunRecord,
    entries: Iterable[site.Entry],
    *,
    is_draft: bool = False,
) -> Path | None:
    """Print the pages of a region's year as one document; None where there are none.

    `entries` is what the manifest says of them. Pages of single agencies are left out.
    """
    listed = [e for e in entries if (e["year"], e["region"]) == (year, region) and e["page"]]
    chosen = [e for e in site.ordered(listed) if "opd" not in e["parameters"]]
    if not chosen:
        return None
    fw = framework.load()
    title = f"Evaluasi Smart City {fw.regions[region].name} {year}"
    chapters = [*_chapters(folder, chosen, record), *_appendix(year, region, title, record)]
    value = compare.index_value(year, region).value
    html = site.ENVIRONMENT.get_template("year.html").render(
        title=title,
        running=f"kukar-analysis {record.version}, {record.shown_time}",
        headline="" if value is None else f"Indeks {year}: {formats.number(value)} dari skala 4",
        letterhead=letterhead(region),
        sample=fw.regions[region].is_sample,
        unconfirmed=unconfirmed(region, year),
        style=(_STYLES / "style.css").read_text(encoding="utf-8"),
        chapters=chapters,
        record=record,
    )
    target = folder / site.document_of(year, region)
    printer.print(html, target, _mark(year, region, is_draft=is_draft))
    return target


def _mark(year: int, region: str, *, is_draft: bool = False) -> str:
    marks = [SAMPLE] * framework.load().regions[region].is_sample + [DRAFT] * is_draft
    return " · ".join(marks + [UNCONFIRMED] * bool(unconfirmed(region, year)))


def letterhead(region: str) -> list[str]:
    """Return the lines of the letterhead of a region's office; none where none is on record."""
    lines = [line for line in framework.load().letterheads if line.region == region]
    return [line.text for line in sorted(lines, key=lambda line: line.line)]


def _chapters(folder: Path, entries: list[site.Entry], record: RunRecord) -> Iterator[_Chapter]:
    """Yield the published pages as chapters; the names inside them are told apart."""
    for number, entry in enumerate(entries, start=1):
        main = _main(_soup(folder / f"{entry['name']}.html"))
        for found in main.find_all(re.compile("^h[1-6]$"), id=True):
            found["id"] = f"bab{number}-{found['id']}"
        for found in main.find_all("a", href=True):
            found.unwrap()  # pages of the site are no pages here
        for found in main.find_all(class_="sample"):
            found.decompose()  # the cover says it, and every chapter's source
        html = main.decode_contents()
        yield _Chapter(f"bab{number}", entry["title"], html, entry["data"] != record.data)


def _appendix(year: int, region: str, title: str, record: RunRecord) -> Iterator[_Chapter]:
    """Yield the method, and the sources with the run record."""
    if _METHOD.exists():
        method = str(
            mistune.create_markdown(escape=True, plugins=["table"])(
                _METHOD.read_text(encoding="utf-8")
            )
        )
        yield _Chapter("metode", "Lampiran: metode", f'<p class="kicker">{title}</p>{method}')
    fw = framework.load()
    facts = [e for e in fw.editions.values() if e.year == year]
    found = store.read("official_statistics")
    found = found[(found["region"] == region) & (found["year"] <= year)]
    known = [fact.citation for fact in facts if fact.status != "unconfirmed"]
    cited = [fw.citations[c].beside_figure for c in dict.fromkeys([*known, *found["citation"]])]
    html = site.ENVIRONMENT.get_template("appendix.html").render(
        title=title, citations=[*cited, *unconfirmed(region, year)], record=record
    )
    yield _Chapter("sumber", "Lampiran: sumber dan catatan pembuatan", html)


def _soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def _main(soup: BeautifulSoup) -> Tag:
    """Return what a page says, without what only a screen can use."""
    for found in [*soup.find_all(_SCREEN_ONLY), *soup.select(".skip")]:
        found.decompose()
    main = soup.find("main")
    if not isinstance(main, Tag):
        raise ReportError("a published page has no main part; make it anew: kukar report")
    return main
