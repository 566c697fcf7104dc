"""An executed notebook as the body of a page: anchors, tables that scroll, words to search in."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from kukar_analysis import formats

RESERVED = ("atas", "isi", "cari")
"""Anchors of the templates, which no heading may take."""
_HEADING = re.compile(r"<(h[23])(?: [^>]*)?>(.*?)</\1>", re.DOTALL)
_TABLE = re.compile(r'<div class="table">(<table>\s*<caption>(.*?)</caption>)', re.DOTALL)
_LAB_STYLE = re.compile(r'<style class="show">.*?</style>', re.DOTALL)
_CELL = re.compile(r'(<div class="cell [^"]*") id="[^"]*"')
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Section:
    """What stands under a heading of the second rank; the first section is what stands before."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Page:
    """The body of a page as HTML, the question that is its title, and its sections."""

    body: str
    question: str
    sections: tuple[Section, ...]


def read(notebook: Path) -> Page:
    """Return an executed notebook as a page, without its code."""
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_anchor_links=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(nbformat.read(notebook, as_version=4))
    # papermill gives the cell it adds another name at every run
    body = _scrolling(_anchored(_CELL.sub(r"\1", _LAB_STYLE.sub("", body))))
    question = re.search(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return Page(body, _words(question[1]) if question else "", sections(body))


def sections(source: str) -> tuple[Section, ...]:
    """Return the sections of a page or its body: all words from the question on, in their order."""
    main = re.search(r"<h1.*?(?=</main>|\Z)", source, re.DOTALL)
    reader = _Reader()
    reader.feed(main[0] if main else source)
    reader.close()
    return tuple(reader.found())


class _Reader(HTMLParser):
    """Collects the words of a body under its headings, alternative texts of figures among them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[tuple[str, list[str], list[str]]] = [("", [], [])]
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "h2":
            self._parts.append((of.get("id") or "", [], []))
        self._in_heading = self._in_heading or tag == "h2"
        if of.get("alt"):
            self.handle_data(f" {of['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag != "h2"
        if tag not in ("a", "b", "code", "em", "strong"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        _, heading, text = self._parts[-1]
        (heading if self._in_heading else text).append(data)

    def found(self) -> Iterator[Section]:
        for anchor, heading, text in self._parts:
            yield Section(anchor, *(" ".join("".join(part).split()) for part in (heading, text)))


def _anchored(body: str) -> str:
    """Give each heading an anchor made of its words, the same in every run."""
    taken = dict.fromkeys(RESERVED, 1)

    def anchored(found: re.Match[str]) -> str:
        name = formats.slug(_words(found[2])) or "bagian"
        taken[name] = taken.get(name, 0) + 1
        anchor = name if taken[name] == 1 else f"{name}-{taken[name]}"
        return f'<{found[1]} id="{anchor}">{found[2]}</{found[1]}>'

    return _HEADING.sub(anchored, body)


def _scrolling(body: str) -> str:
    """Let a table or figure that is wider than the screen be scrolled with the keyboard too."""
    taken: dict[str, int] = {}

    def scrolling(found: re.Match[str]) -> str:
        label = html.escape(_words(found[2]))
        taken[label] = taken.get(label, 0) + 1
        label += f" ({taken[label]})" if taken[label] > 1 else ""
        return f'<div class="table" role="region" tabindex="0" aria-label="{label}">{found[1]}'

    body = _TABLE.sub(scrolling, body)
    return body.replace("<figure>", '<figure tabindex="0" aria-label="Gambar">')


def _words(source: str) -> str:
    """Return the text of a piece of HTML."""
    return " ".join(html.unescape(_TAG.sub("", source)).split())
