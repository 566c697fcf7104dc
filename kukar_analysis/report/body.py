"""An executed notebook as the HTML of a page: what Lab shows, without what runs or loads.

Tables, styles, Markdown and pictures are kept; scripts, widgets and whatever else a page or a
sheet of paper cannot show are left out, and named with their cell.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
import tinycss2
from bs4 import BeautifulSoup, Comment
from bs4.element import Tag
from nbconvert import HTMLExporter
from traitlets.config import Config

from kukar_analysis import formats, paths

LARGEST = 5_000_000
"""Characters of an output that a page still shows."""
RESERVED = ("atas", "isi", "cari")
"""Anchors of the templates, which nothing in a notebook may take."""
_SHOWN = ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg"]
_SHOWN += ["text/latex", "text/plain"]
_TAGS = re.compile(
    "a|abbr|b|blockquote|br|caption|code|col|colgroup|dd|del|details|div|dl|dt|em|figcaption"
    "|figure|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|samp|section|small|span|strong|style"
    "|sub|summary|sup|table|tbody|td|tfoot|th|thead|time|tr|u|ul|var"
)
_RUNS = re.compile(
    "script|iframe|object|embed|applet|form|input|button|select|textarea|link|meta|base|video"
    "|audio|canvas|template|noscript|frame|frameset|portal"
)
_ATTRIBUTES = re.compile(
    "alt|aria-.*|class|colspan|height|href|id|lang|open|role|rowspan|scope|src|start|style"
    "|tabindex|title|width"
)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\\w$])\$(?=\S)[^$\n]+(?<=\S)\$(?![\w$])", re.DOTALL)
_ATTACHED = re.compile(r"\battachment:([^)\s\"']+)")
_CELL = re.compile(r"^cell-id=")


def of(notebook: Path) -> tuple[BeautifulSoup, list[str]]:
    """Return what a page shows of an executed notebook, and what it does not, a line each."""
    read = nbformat.read(notebook, as_version=4)
    read.nbformat_minor = max(read.nbformat_minor, 5)  # cells have ids
    left = []
    for number, cell in enumerate(read.cells, start=1):
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
    source, _ = exporter.from_notebook_node(read)
    soup = BeautifulSoup(source, "html.parser")
    left += _cleaned(soup, formats.slug(notebook.stem))
    left += _anchored(soup)
    for part in soup.find_all(id=_CELL):
        del part["id"]
    firsts = [_first_line(cell.source) for cell in read.cells]
    said = dict.fromkeys(f"cell {n} ({firsts[n - 1]}): {what}" for n, what in sorted(left) if n)
    return soup, list(said)


def _prepared(cell: Any) -> Iterator[str]:
    """Take out of a cell what nbconvert would stumble over or show raw; yield what it was."""
    if cell.cell_type != "code":
        yield from ["a formula stands there as it was typed"] * bool(_FORMULA.search(cell.source))
        there = cell.get("attachments", {})
        for name in {name for name in _ATTACHED.findall(cell.source) if name not in there}:
            cell.source = cell.source.replace(f"attachment:{name}", name)
        return
    for output in list(cell.outputs):
        data = output.get("data", {})
        if len(str(output)) > LARGEST:
            size = f"{len(str(output)) / 1e6:.0f} MB"
            yield f"an output of {size} is left out"
            text = f"Keluaran sebesar {size} tidak dimuat di halaman ini; ada di berkas notebook."
            output.update(output_type="display_data", data={"text/plain": text}, metadata={})
            output.pop("text", None)
        elif any("widget-view" in kind for kind in data):
            yield "a widget is left out"
            cell.outputs.remove(output)
        elif (rich := set(data) - set(_SHOWN)) and not set(data) & set(_SHOWN[:-1]):
            kinds = "a script" if "application/javascript" in rich else ", ".join(sorted(rich))
            yield f"{kinds} is left out"
            cell.outputs.remove(output)
        elif next((kind for kind in _SHOWN if kind in data), "") == "text/latex" or (
            "text/html" not in data and _FORMULA.search(data.get("text/markdown", ""))
        ):
            yield "a formula stands there as it was typed"


def _cleaned(soup: BeautifulSoup, name: str) -> Iterator[tuple[int, str]]:
    """Take out what runs or loads; yield the cell's number and what of it a reader misses."""
    for comment in soup.find_all(string=lambda text: isinstance(text, Comment)):
        comment.extract()
    for tag in soup.find_all(True):
        if tag.decomposed:
            continue
        cell, number = _place(tag)
        if tag.name == "style" and "show" in tag.get_attribute_list("class"):
            tag.decompose()  # for Lab alone
        elif _RUNS.fullmatch(tag.name):
            said = "a script" if tag.name == "script" else f"<{tag.name}>"
            tag.decompose()
            yield number, f"{said} is left out"
        elif tag.name == "svg":
            tag.replace_with(_as_picture(soup, tag))
        elif tag.name == "style":
            scope = f"sel-{name}-{number}"
            if cell and scope not in (kinds := cell.get_attribute_list("class")):
                cell["class"] = " ".join([*map(str, kinds), scope])
            tag.string = _scoped(tag.get_text(), f".{scope}")
        elif cell is tag:
            continue
        elif not _TAGS.fullmatch(tag.name):
            tag.unwrap()
        else:
            yield from ((number, what) for what in _attributes(tag))


def _anchored(soup: BeautifulSoup) -> Iterator[tuple[int, str]]:
    """Give each heading an anchor made of its words, the same in every run, and lead links there.

    Yields the cell's number and the links that lead nowhere.
    """
    taken = dict.fromkeys(RESERVED, 1)
    now: dict[str, str] = {}
    for heading in soup.find_all(["h2", "h3"]):
        name = formats.slug(heading.get_text()) or "bagian"
        taken[name] = taken.get(name, 0) + 1
        anchor = name if taken[name] == 1 else f"{name}-{taken[name]}"
        now[heading.get_text().strip().replace(" ", "-")] = anchor  # as Jupyter calls it
        heading["id"] = anchor
    for link in soup.find_all("a", href=re.compile("^#")):
        place = unquote(str(link["href"])[1:])
        link["href"] = f"#{now.get(place, place)}"
        if place not in now and not soup.find(id=place):
            del link["href"]
            yield _place(link)[1], f"a link to #{place} leads nowhere on the page"


def _place(tag: Tag) -> tuple[Tag | None, int]:
    """Return the cell that a tag stands in, and its number; 0 outside of any."""
    cell = tag if _CELL.match(str(tag.get("id"))) else tag.find_parent(id=_CELL)
    return cell, int(str(cell["id"]).partition("=")[2]) if cell else 0


def _attributes(tag: Tag) -> Iterator[str]:
    """Keep the attributes of a tag that only tell how it looks; yield what it loses by that."""
    for name in list(tag.attrs):
        own = str(tag[name])
        shown = _ATTRIBUTES.fullmatch(name)
        if not shown or (name == "style" and "url(" in own) or (name == "id" and own in RESERVED):
            del tag[name]
    target = str(tag.get("href", ""))
    if target and not re.match(r"https?://|mailto:|#", target, re.IGNORECASE):
        del tag["href"]
        yield f"a link to {target[:80]} leads nowhere on a page"
    if tag.name != "img":
        tag.attrs.pop("src", None)
    elif not str(tag.get("src", "")).startswith("data:image/"):
        address = str(tag.get("src", ""))
        if picture := _picture(address):
            tag["src"] = picture
        else:
            tag.replace_with(str(tag.get("alt") or "") or address)
            yield f"the picture {address[:80]} is not there"
    elif str(tag.get("alt", "")).startswith("No description"):  # nbconvert's
        tag["alt"] = "Gambar tanpa keterangan"


def _picture(address: str) -> str | None:
    """Return a picture that lies beside the notebooks, as part of the page; None without one."""
    path = (paths.NOTEBOOKS / unquote(address)).resolve()
    kind = mimetypes.guess_type(path.name)[0] or ""
    if "://" in address or not kind.startswith("image/") or not path.is_file():
        return None
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _as_picture(soup: BeautifulSoup, drawn: Tag) -> Tag:
    """Return a drawing inside HTML as a picture, in which nothing can run."""
    drawn["xmlns"] = "http://www.w3.org/2000/svg"
    title = drawn.find("title")
    alt = str(drawn.get("aria-label") or (title.get_text() if title else "Gambar"))
    source = base64.b64encode(str(drawn).encode()).decode()
    return soup.new_tag("img", attrs={"alt": alt, "src": f"data:image/svg+xml;base64,{source}"})


def _scoped(css: str, scope: str) -> str:
    """Return the rules of a style for what is inside `scope` alone; none that loads something."""
    made = []
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type == "qualified-rule":
            selectors = tinycss2.serialize(rule.prelude).strip()
            made.append(f"{scope} :is({selectors}) {{{tinycss2.serialize(rule.content)}}}")
    return "\n".join(rule for rule in made if "url(" not in rule and "<" not in rule)


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:60]
