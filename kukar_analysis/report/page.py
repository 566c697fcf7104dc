"""An executed notebook as the body of a page: what Lab shows, without what runs or loads.

Tables, styles, Markdown and pictures are kept; what no page can show is named with its cell.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from bs4 import BeautifulSoup, Comment
from bs4.element import Tag
from nbconvert import HTMLExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from traitlets.config import Config

from kukar_analysis import formats, paths
from kukar_analysis.report import notebooks

LARGEST = 5_000_000  # characters of an output that a page still shows
PERSONAL = {
    "a telephone number": r"(?<![\w.])(\+62|62|0)[ .-]?8\d{2}[ .-]?\d{3,4}[ .-]?\d{3,4}(?!\w)",
    "an e-mail address": r"[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,}",
    "a number of an identity card": r"(?<![\w.])\d{16}(?!\w)",
}
"""Patterns by what they find. Fingerprints are long words of digits and letters, and are none."""
_ADDRESS = (
    r"\b(Jl|Jln|Jalan|Gg|Gang)\b\.?\s[^\n]{2,50}?\b(No|Nomor|RT)\b\.?\s?\d|\bRT\.?\s?\d+\s?/\s?RW"
)
_SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg"]
_SHOWN += ["text/latex", "text/plain"]
_HOW = ["embed_images", "exclude_input", "exclude_anchor_links", "exclude_output_prompt"]
_EXPORTER = HTMLExporter(  # once: a new one compiles its templates anew
    config=Config(NbConvertBase={"display_data_priority": _SHOWN}),
    default_preprocessors=[],
    preprocessors=[CoalesceStreamsPreprocessor],  # of \r the last line only
    template_name="basic",
    **dict.fromkeys(_HOW, True),
)
_RUNS = re.compile(
    "script|iframe|object|embed|applet|form|input|button|select|textarea|link|meta|base|video"
    "|audio|canvas|template|noscript|frame|frameset|portal|main|nav|header|footer"
)
_LOADS = re.compile(r"url\(|@import|<|\\")  # in a style: what loads something, or could end it
_ATTRIBUTES = re.compile(
    "alt|aria-.*|class|colspan|height|href|id|lang|open|role|rowspan|scope|src|start|style"
    "|tabindex|title|width"
)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\\w$])\$(?=\S)[^$\n]+(?<=\S)\$(?![\w$])", re.DOTALL)
_TYPED = "a formula stands there as it was typed"


def read(notebook: Path) -> dict[str, Any]:
    """Return an executed notebook as a page: body (HTML, without code), question (its title).

    sections (anchor, heading, text), left_out (what it does not show), personal (kinds).
    """
    found = nbformat.v4.upgrade(nbformat.read(notebook, as_version=4))
    found.cells, left = notebooks.as_written(found.cells), list[tuple[int, str]]()
    for number, cell in enumerate(found.cells, start=1):
        cell.id = str(number)
        left += [(number, what) for what in _prepared(cell)]
    beside = {"metadata": {"path": str(paths.NOTEBOOKS)}}
    soup = BeautifulSoup(_EXPORTER.from_notebook_node(found, beside)[0], "html.parser")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    _named(soup)
    cells = {int(str(div["id"])[8:]): div for div in soup.find_all(id=re.compile("^cell-id="))}
    for number, div in cells.items():
        del div["id"]
        for tag in div.find_all(True):
            left += [] if tag.decomposed else [(number, what) for what in _cleaned(tag, soup)]
    _gathered([*cells.values()], soup)
    firsts = [(cell.source.strip().splitlines() or [""])[0][:60] for cell in found.cells]
    sections = [*_sections(body := str(soup))]
    return {
        "body": body,
        "question": _text(soup.h1),
        "sections": sections,
        "left_out": [*dict.fromkeys(f"cell {n} ({firsts[n - 1]}): {s}" for n, s in sorted(left))],
        "personal": personal("\n".join(f"{one['heading']}\n{one['text']}" for one in sections)),
    }


def personal(text: str) -> list[str]:
    """Return the kinds of personal data that a text looks to hold, street addresses among them."""
    kinds = PERSONAL | {"a street address": _ADDRESS}
    return [kind for kind, pattern in kinds.items() if re.search(pattern, text)]


def _prepared(cell: Any) -> Iterator[str]:
    """Take out of a cell what no page can show; yield what it was, and formulas as typed."""
    if cell.cell_type != "code" and _FORMULA.search(cell.source):
        yield _TYPED
    for output in [*cell.get("outputs", ())]:
        data, size = output.get("data", {}), len(str(output))
        best = next((kind for kind in _SHOWN if kind in data), "")
        strange = ", ".join(sorted({*data} - {*_SHOWN}))
        if size > LARGEST or "widget-view" in strange or (strange and best in ("", "text/plain")):
            yield f"an output of {strange or f'{size / 1e6:.0f} MB'} is left out"
            cell.outputs.remove(output)
        elif best == "text/latex" or (best == _SHOWN[1] and _FORMULA.search(data[best])):
            yield _TYPED


def _cleaned(tag: Tag, soup: BeautifulSoup) -> Iterator[str]:
    """Take out of a tag what runs or loads; yield what of it a reader misses."""
    is_style = tag.name == "style"
    if is_style and "show" in tag.get_attribute_list("class"):
        tag.decompose()  # for Lab alone
    elif _RUNS.fullmatch(tag.name) or (is_style and _LOADS.search(tag.get_text())):
        yield f"<{tag.name}> is left out"
        tag.decompose()
    elif tag.name == "svg":  # as a picture nothing in it can run
        tag["xmlns"] = "http://www.w3.org/2000/svg"
        alt = str(tag.get("aria-label") or _text(tag.find("title")) or "Gambar")
        source = f"data:image/svg+xml;base64,{base64.b64encode(str(tag).encode()).decode()}"
        tag.replace_with(soup.new_tag("img", attrs={"alt": alt, "src": source}))
    elif not is_style:
        for name in [*tag.attrs]:
            if not _ATTRIBUTES.fullmatch(name) or (name == "style" and "url(" in str(tag[name])):
                del tag[name]
        alt, source = str(tag.get("alt") or ""), str(tag.attrs.pop("src", ""))
        leads = re.match(r"https?://|mailto:", target := str(tag.get("href", "")), re.IGNORECASE)
        if target and not leads and not soup.find(id=unquote(target.removeprefix("#"))):
            del tag["href"]
            yield f"a link to {target[:80]} leads nowhere on the page"
        if source.startswith("data:image/"):
            # nbconvert's says that there is none
            own = "Gambar tanpa keterangan" if alt.startswith("No description") else alt
            tag.attrs |= {"src": source, "alt": own}
        elif tag.name == "img":
            tag.replace_with(alt or source)
            yield f"the picture {source[:80]} is not there"


def _named(soup: BeautifulSoup) -> None:
    """Give headings the anchors that links in a notebook have, tables a frame that scrolls."""
    taken = Counter[str]()
    for heading in soup.find_all(["h2", "h3"]):
        taken[name := heading.get_text().strip().replace(" ", "-")] += 1
        heading["id"] = name if taken[name] == 1 else f"{name}-{taken[name]}"
    for number, table in enumerate(soup.find_all("table"), start=1):
        if table.parent and "table" not in table.parent.get_attribute_list("class"):
            own = {"role": "region", "aria-label": _text(table.caption) or f"Tabel {number}"}
            table.wrap(soup.new_tag("div", attrs={"class": "table", "tabindex": "0"} | own))


def _gathered(cells: list[Tag], soup: BeautifulSoup) -> None:
    """Take empty places, but the answer's, out of the sections, and say them once, before the last.

    A section with nothing else goes, and so does a heading under which nothing stands.
    """
    starts = [place for place, cell in enumerate(cells) if cell.h2]
    waiting, last = dict[str, list[str]](), None
    for start, end in zip(starts, [*starts, None][1:], strict=True):
        own = cells[start:end]
        heading = _text(own[0].h2)
        boxes = [box.extract() for cell in own for box in cell.select(".empty-place")]
        stays = any(cell.img for cell in own) or "".join(map(_text, own)) != heading
        for box in boxes:
            reason = " ".join(p.get_text() for p in box("p") if not p.strong)
            waiting.setdefault(reason, []).append((stays and _text(box.strong)) or heading)
        last = own[0] if stays else last
        for cell in [] if stays else own:
            cell.decompose()
    if waiting:
        said = {reason: formats.listed([*dict.fromkeys(of)]) for reason, of in waiting.items()}
        items = "".join(f"<li>{escape(of)}: {escape(reason)}</li>" for reason, of in said.items())
        head = '<h2 id="Belum-tersedia">Belum tersedia di halaman ini</h2>'
        part = f'<div class="rendered_html">{head}<ul class="items">{items}</ul></div>'
        (last.insert_before if last else soup.append)(BeautifulSoup(part, "html.parser"))


def _sections(body: str) -> Iterator[dict[str, str]]:
    for part in re.split(r"(?=<h2\b)", body[max(body.find("<h1"), 0) :]):
        soup = BeautifulSoup(part, "html.parser")
        for image in soup.find_all("img"):
            image.replace_with(f" {image.get('alt') or ''} ")
        head = soup.h2.extract() if soup.h2 else soup.new_tag("h2", id="")
        yield {"anchor": str(head["id"]), "heading": _text(head), "text": _text(soup)}


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
