"""An executed notebook as the body of a page: what Lab shows, without what runs or loads.

Tables, styles, Markdown and pictures are kept; scripts, widgets and whatever else a page or a
sheet of paper cannot show are left out, and named with their cell.
"""

from __future__ import annotations

import base64
import mimetypes
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
from traitlets.config import Config

from kukar_analysis import formats, paths

LARGEST = 5_000_000
"""Characters of an output that a page still shows."""
RESERVED = ("atas", "isi", "cari")
"""Anchors of the templates, which nothing in a notebook may take."""
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
_RUNS = re.compile(
    "script|iframe|object|embed|applet|form|input|button|select|textarea|link|meta|base|video"
    "|audio|canvas|template|noscript|frame|frameset|portal|main|nav|header|footer"
)
_LOADS = re.compile(r"url\(|@import|<|\\")
"""In a style: what loads something, or could end it."""
_ATTRIBUTES = re.compile(
    "alt|aria-.*|class|colspan|height|href|id|lang|open|role|rowspan|scope|src|start|style"
    "|tabindex|title|width"
)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\\w$])\$(?=\S)[^$\n]+(?<=\S)\$(?![\w$])", re.DOTALL)
_TYPED = "a formula stands there as it was typed"
_CELL = re.compile(r"^cell-id=")


def read(notebook: Path) -> dict[str, Any]:
    """Return an executed notebook as a page, without its code.

    body (HTML), question (its title), sections (anchor, heading, text; the first is what stands
    before the first heading), left_out (what it does not show, a line each), personal (kinds of
    what looks like personal data on it).
    """
    found = nbformat.v4.upgrade(nbformat.read(notebook, as_version=4))
    left: list[tuple[int, str]] = []
    for number, cell in enumerate(found.cells, start=1):
        cell.id = str(number)
        left += [(number, what) for what in _prepared(cell)]
    exporter = HTMLExporter(
        config=Config(
            CoalesceStreamsPreprocessor={"enabled": True},  # of \r the last line only
            NbConvertBase={"display_data_priority": _SHOWN},
        ),
        template_name="basic",
        exclude_input=True,
        exclude_anchor_links=True,
        exclude_output_prompt=True,
    )
    soup = BeautifulSoup(exporter.from_notebook_node(found)[0], "html.parser")
    left += [*_cleaned(soup)]
    _gathered(soup)
    left += [*_anchored(soup)]
    _scrolling(soup)
    for part in soup.find_all(id=_CELL):
        del part["id"]
    firsts = [(cell.source.strip().splitlines() or [""])[0][:60] for cell in found.cells]
    said = dict.fromkeys(f"cell {n} ({firsts[n - 1]}): {what}" for n, what in sorted(left) if n)
    parts = [*_sections(made := str(soup))]
    return {
        "body": made,
        "question": soup.h1.get_text(" ", strip=True) if soup.h1 else "",
        "sections": parts,
        "left_out": [*said],
        "personal": personal("\n".join(f"{part['heading']}\n{part['text']}" for part in parts)),
    }


def personal(text: str) -> list[str]:
    """Return the kinds of personal data that a text looks to hold, street addresses among them."""
    kinds = PERSONAL | {"a street address": _ADDRESS}
    return [kind for kind, pattern in kinds.items() if re.search(pattern, text)]


def _prepared(cell: Any) -> Iterator[str]:
    """Take out of a cell what nbconvert would stumble over or show raw; yield what it was."""
    if cell.cell_type != "code":
        yield from [_TYPED] * bool(_FORMULA.search(cell.source))
        for name in {*re.findall(r"\battachment:([^)\s\"']+)", cell.source)}:
            if name not in cell.get("attachments", {}):
                cell.source = cell.source.replace(f"attachment:{name}", name)
    for place, output in reversed([*enumerate(cell.get("outputs", ()))]):
        data, size = output.get("data", {}), len(str(output))
        best = next((kind for kind in _SHOWN if kind in data), "")
        strange = ", ".join(sorted(set(data) - set(_SHOWN)))
        if size > LARGEST:
            yield f"an output of {size / 1e6:.0f} MB is left out"
            text = f"Keluaran sebesar {size / 1e6:.0f} MB tidak dimuat di halaman ini; ada di"
            shown = {"text/plain": f"{text} berkas notebook."}
            cell.outputs[place] = nbformat.v4.new_output("display_data", shown)
        elif strange and (best in ("", "text/plain") or "widget-view" in strange):
            said = {"widget-view": "a widget", "javascript": "a script"}
            named = [name for part, name in said.items() if part in strange]
            yield f"{[*named, strange][0]} is left out"
            del cell.outputs[place]
        elif best == "text/latex" or _FORMULA.search(data.get(best, "") * (best == _SHOWN[1])):
            yield _TYPED


def _cleaned(soup: BeautifulSoup) -> Iterator[tuple[int, str]]:
    """Take out what runs or loads; yield the cell's number and what of it a reader misses."""
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        number, is_style = _number(tag), tag.name == "style"
        if is_style and "show" in tag.get_attribute_list("class"):
            tag.decompose()  # for Lab alone
        elif _RUNS.fullmatch(tag.name) or (is_style and _LOADS.search(tag.get_text())):
            yield number, f"{'a script' if tag.name == 'script' else f'<{tag.name}>'} is left out"
            tag.decompose()
        elif tag.name == "svg":  # as a picture nothing in it can run
            tag["xmlns"], title = "http://www.w3.org/2000/svg", tag.find("title")
            alt = str(tag.get("aria-label") or (title.get_text() if title else "Gambar"))
            source = f"data:image/svg+xml;base64,{base64.b64encode(str(tag).encode()).decode()}"
            tag.replace_with(soup.new_tag("img", attrs={"alt": alt, "src": source}))
        elif not is_style and not _CELL.match(str(tag.get("id"))):
            yield from ((number, what) for what in _attributes(tag))


def _attributes(tag: Tag) -> Iterator[str]:
    """Keep the attributes of a tag that only tell how it looks; yield what it loses by that."""
    for name in list(tag.attrs):
        own = str(tag[name])
        shown = _ATTRIBUTES.fullmatch(name)
        if not shown or (name == "style" and "url(" in own) or (name == "id" and own in RESERVED):
            del tag[name]
    target, address = str(tag.get("href", "")), str(tag.attrs.pop("src", ""))
    if target and not re.match(r"https?://|mailto:|#", target, re.IGNORECASE):
        del tag["href"]
        yield f"a link to {target[:80]} leads nowhere on a page"
    if tag.name != "img":
        return
    alt, is_data = str(tag.get("alt") or ""), address.startswith("data:image/")
    if not is_data and "://" not in address:  # a picture that lies beside the notebooks
        path = (paths.NOTEBOOKS / unquote(address)).resolve()
        kind = mimetypes.guess_type(path.name)[0] or ""
        if is_data := kind.startswith("image/") and path.is_file():
            address = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    if is_data:
        tag["src"] = address
        if alt.startswith("No description"):  # nbconvert's
            tag["alt"] = "Gambar tanpa keterangan"
    else:
        tag.replace_with(alt or address)
        yield f"the picture {address[:80]} is not there"


def _gathered(soup: BeautifulSoup) -> None:
    """Take empty places, but the answer's, out of the sections, and say them once, before the last.

    A section with nothing else goes, and so does a heading under which nothing stands.
    """
    sections: list[list[Tag]] = []
    for cell in soup.find_all(id=_CELL):
        if cell.h2:
            sections.append([cell])
        elif sections:
            sections[-1].append(cell)
    waiting: dict[str, list[str]] = {}
    last = None
    for cells in sections:
        heading = (cells[0].h2 or cells[0]).get_text(" ", strip=True)
        boxes = [box.extract() for cell in cells for box in cell.select(".empty-place")]
        stands = "".join(cell.get_text(" ", strip=True) for cell in cells)
        stays = stands != heading or any(cell.img for cell in cells)
        for box in boxes:
            reason = " ".join(p.get_text() for p in box("p") if not p.strong)
            named = box.strong.get_text(" ", strip=True) if stays and box.strong else heading
            waiting.setdefault(reason, []).append(named)
        last = cells[0] if stays else last
        for cell in [] if stays else cells:
            cell.decompose()
    if waiting:
        made = [
            f"<li>{escape(formats.listed([*dict.fromkeys(heads)]))}: {escape(reason)}</li>"
            for reason, heads in waiting.items()
        ]
        listed = f'<h2>Belum tersedia di halaman ini</h2><ul class="items">{"".join(made)}</ul>'
        place = last.insert_before if last else soup.append
        place(BeautifulSoup(f'<div class="rendered_html">{listed}</div>', "html.parser"))


def _anchored(soup: BeautifulSoup) -> Iterator[tuple[int, str]]:
    """Give each heading an anchor made of its words, the same in every run, and lead links there.

    Yields the cell's number and the links that lead nowhere.
    """
    taken, now = Counter(RESERVED), dict[str, str]()
    for heading in soup.find_all(["h2", "h3"]):
        name = formats.slug(heading.get_text()) or "bagian"
        taken[name] += 1
        anchor = name if taken[name] == 1 else f"{name}-{taken[name]}"
        heading["id"] = now[heading.get_text().strip().replace(" ", "-")] = anchor  # as Jupyter's
    for link in soup.find_all("a", href=re.compile("^#")):
        place = unquote(str(link["href"])[1:])
        link["href"] = f"#{now.get(place, place)}"
        if place not in now and not soup.find(id=place):
            del link["href"]
            yield _number(link), f"a link to #{place} leads nowhere on the page"


def _number(tag: Tag) -> int:
    """Return the number of the cell that a tag stands in; 0 outside of any."""
    cell = tag.find_parent(id=_CELL)
    return int(str(cell["id"]).partition("=")[2]) if cell else 0


def _scrolling(soup: BeautifulSoup) -> None:
    """Let a table that is wider than the screen be scrolled, with the keyboard too, and named."""
    taken = Counter[str]()
    for table in soup.find_all("table"):
        frame = table.parent
        if not frame or "table" not in frame.get_attribute_list("class"):
            frame = table.wrap(soup.new_tag("div", attrs={"class": "table"}))
        label = table.caption.get_text(" ", strip=True) if table.caption else "Tabel"
        taken[label] += 1
        label += f" ({taken[label]})" if taken[label] > 1 else ""
        frame.attrs |= {"role": "region", "tabindex": "0", "aria-label": label}


def _sections(body: str) -> Iterator[dict[str, str]]:
    """Yield the words from the question on under their headings, those of pictures among them."""
    for part in re.split(r"(?=<h2\b)", body[max(body.find("<h1"), 0) :]):
        soup = BeautifulSoup(part, "html.parser")
        for image in soup.find_all("img"):
            image.replace_with(f" {image.get('alt') or ''} ")
        head = soup.h2.extract() if soup.h2 else None
        heading, text = (found.get_text(" ") if found else "" for found in (head, soup))
        anchor = str(head.get("id")) if head else ""
        yield {
            "anchor": anchor,
            "heading": " ".join(heading.split()),
            "text": " ".join(text.split()),
        }
