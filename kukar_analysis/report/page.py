"""An executed notebook as the body of a page: what Lab shows, without what runs or loads.

Tables, styles, Markdown and pictures are kept; scripts, widgets and whatever else a page or a
sheet of paper cannot show are left out, and named with their cell.
"""

import base64
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from bs4 import BeautifulSoup, Comment
from bs4.element import Tag
from nbconvert import HTMLExporter
from traitlets.config import Config

from kukar_analysis import formats, paths
from kukar_analysis.report import notebooks

LARGEST = 5_000_000
"""Characters of an output that a page still shows."""
PERSONAL = {
    "a telephone number": r"(?<![\w.])(\+62|62|0)[ .-]?8\d{2}[ .-]?\d{3,4}[ .-]?\d{3,4}(?!\w)",
    "an e-mail address": r"[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,}",
    "a number of an identity card": r"(?<![\w.])\d{16}(?!\w)",
}
"""Patterns by what they find. Fingerprints are long words of digits and letters, and are none."""
_ADDRESS = (
    r"\b(Jl|Jln|Jalan|Gg|Gang)\b\.?\s[^\n]{2,50}?\b(No|Nomor|RT)\b\.?\s?\d|\bRT\.?\s?\d+\s?/\s?RW"
)
_RESERVED = ("atas", "isi", "cari")
"""Anchors of the templates, which nothing in a notebook may take."""
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


def read(notebook: Path) -> dict[str, Any]:
    """Return an executed notebook as a page, without its code.

    body (HTML), question (its title), sections (anchor, heading, text; the first is what stands
    before the first heading), left_out (what it does not show, a line each), personal (kinds of
    what looks like personal data on it).
    """
    found = nbformat.v4.upgrade(nbformat.read(notebook, as_version=4))
    found.cells, left = notebooks.as_written(found.cells), list[tuple[int, str]]()
    for number, cell in enumerate(found.cells, start=1):
        cell.id = str(number)
        left += [(number, what) for what in _prepared(cell)]
    exporter = HTMLExporter(
        config=Config(
            CoalesceStreamsPreprocessor={"enabled": True},  # of \r the last line only
            NbConvertBase={"display_data_priority": _SHOWN},
        ),
        template_name="basic",
        embed_images=True,
        exclude_input=True,
        exclude_anchor_links=True,
        exclude_output_prompt=True,
    )
    beside = {"metadata": {"path": str(paths.NOTEBOOKS)}}
    soup = BeautifulSoup(exporter.from_notebook_node(found, beside)[0], "html.parser")
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    cells = {int(str(div["id"])[8:]): div for div in soup.find_all(id=re.compile("^cell-id="))}
    for number, div in cells.items():
        del div["id"]
        for tag in div.find_all(True):
            left += [] if tag.decomposed else [(number, what) for what in _cleaned(tag, soup)]
    _gathered([*cells.values()], soup)
    anchors = _anchored(soup)
    for number, div in cells.items():
        for link in [] if div.decomposed else div.find_all(href=True):
            target = str(link["href"])
            place = unquote(target[1:])
            if target.startswith("#") and (place in anchors or soup.find(id=place)):
                link["href"] = f"#{anchors.get(place, place)}"
            elif not re.match(r"https?://|mailto:", target, re.IGNORECASE):
                del link["href"]
                left.append((number, f"a link to {target[:80]} leads nowhere on the page"))
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
    """Take out of a cell what nbconvert would stumble over or show raw; yield what it was."""
    if cell.cell_type != "code":
        yield from [_TYPED] * bool(_FORMULA.search(cell.source))
    for place, output in reversed([*enumerate(cell.get("outputs", ()))]):
        data, size = output.get("data", {}), len(str(output))
        best = next((kind for kind in _SHOWN if kind in data), "")
        strange = ", ".join(sorted({*data} - {*_SHOWN}))
        if size > LARGEST:
            yield f"an output of {size / 1e6:.0f} MB is left out"
            text = f"Keluaran sebesar {size / 1e6:.0f} MB tidak dimuat di halaman ini; ada di"
            shown = {"text/plain": f"{text} berkas notebook."}
            cell.outputs[place] = nbformat.v4.new_output("display_data", shown)
        elif strange and (best in ("", "text/plain") or "widget-view" in strange):
            yield f"an output of {strange} is left out"
            del cell.outputs[place]
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
        for name, value in [(name, str(tag[name])) for name in tag.attrs]:
            loads = name == "style" and "url(" in value
            if not _ATTRIBUTES.fullmatch(name) or loads or (name == "id" and value in _RESERVED):
                del tag[name]
        alt, source = str(tag.get("alt") or ""), str(tag.attrs.pop("src", ""))
        if source.startswith("data:image/"):
            tag["src"] = source
            if alt.startswith("No description"):  # nbconvert's
                tag["alt"] = "Gambar tanpa keterangan"
        elif tag.name == "img":
            tag.replace_with(alt or source)
            yield f"the picture {source[:80]} is not there"


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
            named = _text(box.strong) if stays else ""
            waiting.setdefault(reason, []).append(named or heading)
        last = own[0] if stays else last
        for cell in [] if stays else own:
            cell.decompose()
    if waiting:
        part = soup.new_tag("div", attrs={"class": "rendered_html"})
        part.append(soup.new_tag("h2", string="Belum tersedia di halaman ini"))
        part.append(listed := soup.new_tag("ul", attrs={"class": "items"}))
        for reason, heads in waiting.items():
            said = f"{formats.listed([*dict.fromkeys(heads)])}: {reason}"
            listed.append(soup.new_tag("li", string=said))
        (last.insert_before if last else soup.append)(part)


def _anchored(soup: BeautifulSoup) -> dict[str, str]:
    """Give headings an anchor made of their words, and tables a frame that scrolls, with a name.

    Returns the anchors by those that Jupyter gives, which links in a notebook have.
    """
    taken, anchors = Counter(_RESERVED), dict[str, str]()
    for heading in soup.find_all(["h2", "h3"]):
        taken[name := formats.slug(heading.get_text()) or "bagian"] += 1
        heading["id"] = name if taken[name] == 1 else f"{name}-{taken[name]}"
        anchors[heading.get_text().strip().replace(" ", "-")] = str(heading["id"])
    labels = Counter[str]()
    for table in soup.find_all("table"):
        frame = table.parent
        if not frame or "table" not in frame.get_attribute_list("class"):
            frame = table.wrap(soup.new_tag("div", attrs={"class": "table"}))
        labels[label := _text(table.caption) or "Tabel"] += 1
        label += f" ({labels[label]})" if labels[label] > 1 else ""
        frame.attrs |= {"role": "region", "tabindex": "0", "aria-label": label}
    return anchors


def _sections(body: str) -> Iterator[dict[str, str]]:
    """Yield the words from the question on under their headings, those of pictures among them."""
    for part in re.split(r"(?=<h2\b)", body[max(body.find("<h1"), 0) :]):
        soup = BeautifulSoup(part, "html.parser")
        for image in soup.find_all("img"):
            image.replace_with(f" {image.get('alt') or ''} ")
        head = soup.h2.extract() if soup.h2 else soup.new_tag("h2", id="")
        yield {"anchor": str(head["id"]), "heading": _text(head), "text": _text(soup)}


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
