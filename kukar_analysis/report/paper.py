"""Reports on paper: each page, and a region's year as one document, from the HTML of the screen.

PDF/A-2a: for keeping, and tagged for screen readers.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import mistune
from bs4 import BeautifulSoup
from bs4.element import Tag

from kukar_analysis import framework, paths
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import cited, unconfirmed
from kukar_analysis.errors import PrinterError, UsageError
from kukar_analysis.report import site

SIZES = {"A4": "210mm 297mm", "F4": "215mm 330mm"}  # F4: what Indonesian offices call folio
PANGO = (
    "PDF needs the library pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    " libharfbuzz-subset0; with conda: conda install -c conda-forge pango"
)
_SCREEN_ONLY = "script, nav, form, button, input, label, .skip"
_MARK = 'font: bold 9pt "Liberation Sans", "DejaVu Sans", sans-serif; color: #8a3d00'


class Printer:
    """Makes PDF on one size of sheet; PrinterError where pango or any font is missing."""

    def __init__(self, size: str) -> None:
        if size not in SIZES:
            raise UsageError(f"paper {size!r} is not known; known: {', '.join(SIZES)}")
        try:
            import weasyprint  # needs pango, which pip cannot bring
        except OSError as error:
            raise PrinterError(PANGO) from error
        from weasyprint.text.ffi import ffi, fontconfig

        fonts = fontconfig.FcConfigGetFonts(fontconfig.FcInitLoadConfigAndFonts(), 0)
        if fonts == ffi.NULL or not fonts.nfont:  # pango would crash the process
            raise PrinterError("PDF needs a font; on Debian: apt-get install fonts-liberation")
        self._weasyprint = weasyprint
        css = (site.TEMPLATES / "paper.css").read_text(encoding="utf-8")
        self._style = f"{css}@page {{ size: {SIZES[size]}; }}"

    def print(self, html: str, target: Path, mark: str = "") -> None:
        """Write a PDF, with `mark` at the head of every page; it appears whole or not at all."""
        css = f'{self._style} @page {{ @top-right {{ content: "{mark}"; {_MARK} }} }}'
        styled = html.replace("</head>", f"<style>{css}</style></head>", 1)
        # a page can use nothing but what it holds itself
        fetcher = self._weasyprint.urls.URLFetcher(allowed_protocols=["data"])
        with paths.replacing(target) as temporary:
            document = self._weasyprint.HTML(string=styled, url_fetcher=fetcher)
            document.write_pdf(temporary, pdf_variant="pdf/a-2a")


def page(printer: Printer, folder: Path, name: str) -> None:
    """Print a published page beside it."""
    soup, main = _main(folder / f"{name}.html")
    year, region = name.split("/")[:2]
    if lines := _letterhead(region):
        head = soup.new_tag("div", attrs={"class": "letterhead"})
        head.extend([soup.new_tag("p", string=line) for line in lines])
        main.insert(0, head)
    printer.print(str(soup), folder / f"{name}.pdf", site.mark(int(year), [region]))


def year(
    printer: Printer,
    folder: Path,
    year: int,
    region: str,
    record: site.Record,
    entries: Iterable[site.Entry],
    *,
    is_draft: bool = False,
) -> None:
    """Print the pages of a region's year as one document; not those of OPD or without a figure."""
    listed = [e for e in entries if (e["year"], e["region"]) == (year, region) and e["page"]]
    chosen = [e for e in site.ordered(listed) if "opd" not in e["parameters"]]
    read = [(entry, _main(folder / f"{entry['name']}.html")[1]) for entry in chosen]
    if not (mains := [(entry, main) for entry, main in read if main.find(["img", "table"])]):
        return
    limits, fw = _shared_limits([main for _, main in mains]), framework.load()
    for number, (_, main) in enumerate(mains, start=1):
        for found in main.find_all(re.compile("^h[1-6]$"), id=True):
            found["id"] = f"bab{number}-{found['id']}"  # told apart from those of other chapters
        for found in main.select(".sample, .abbreviations"):
            found.decompose()  # said once: on the cover, in every chapter's source, behind them
    path, markdown = paths.ROOT / "docs" / "metode.md", mistune.create_markdown(plugins=["table"])
    method = path.read_text(encoding="utf-8") if path.exists() else ""
    method = re.sub(r"\s(`[\w.(…)]+`(, )?)+\.?$", "", method, flags=re.MULTILINE)  # for analysts
    html = site.ENVIRONMENT.get_template("year.html").render(
        title=f"Evaluasi Smart City {fw.regions[region].name} {year}",
        year=year,
        index=compare.index_value(year, region).value,
        letterhead=_letterhead(region),
        sample=fw.regions[region].is_sample,
        unconfirmed=unconfirmed(region, year),
        chapters=[(e["title"], e["data"] != record["data"], m.decode_contents()) for e, m in mains],
        limits=limits,
        short=site.abbreviations(main.get_text(" ") for _, main in mains),
        method=markdown(method),
        cited=cited(year, region).fillna(""),
        documents=fw.names["document"],
        record=record,
    )
    target = folder / site.document_of(year, region)
    printer.print(html, target, site.mark(year, [region], draft=is_draft))


def _shared_limits(mains: list[Tag]) -> list[str]:
    heads = [main.find("h2", string=re.compile("[Kk]eterbatasan$")) for main in mains]
    lists = [(h, own) for h in heads if h and isinstance(own := h.find_next("ul"), Tag)]
    said = Counter(str(line) for _, own in lists for line in own("li"))
    for head, own in lists:
        for line in own("li"):
            if said[str(line)] > 1:
                line.decompose()
        if not own.li and head.string == "Keterbatasan":
            head.decompose()
    return [line for line, count in said.items() if count > 1]


def _letterhead(region: str) -> list[str]:
    return [line.text for line in framework.load().letterheads if line.region == region]


def _main(page: Path) -> tuple[BeautifulSoup, Tag]:
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for found in soup.select(_SCREEN_ONLY):
        found.decompose()
    for found in soup.find_all("a", href=True):
        found.unwrap()  # pages of the site are no pages here
    return soup, soup.select("main")[0]
