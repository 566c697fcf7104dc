"""An executed notebook as the body of a page: anchors, tables that scroll, words to search in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

from kukar_analysis.report import body


@dataclass(frozen=True)
class Section:
    """What stands under a heading of the second rank; the first section is what stands before."""

    anchor: str
    heading: str
    text: str


@dataclass(frozen=True)
class Page:
    """The body of a page as HTML, its title, its sections, and what of the notebook it lacks."""

    body: str
    question: str
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    """kinds of what looks like personal data on it"""

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Page:
        """Return a page as the cache keeps it."""
        sections = tuple(Section(**part) for part in kept["sections"])
        return cls(**{**kept, "sections": sections})


PERSONAL = {
    "a telephone number": r"(?<![\w.])(\+62|62|0)[ .-]?8\d{2}[ .-]?\d{3,4}[ .-]?\d{3,4}(?!\w)",
    "an e-mail address": r"[\w.+-]{1,64}@[\w-]{1,64}\.[a-z]{2,}",
    "a number of an identity card": r"(?<![\w.])\d{16}(?!\w)",
}
"""Patterns by what they find. Fingerprints are long words of digits and letters, and are none."""
_ADDRESS = (
    r"\b(Jl|Jln|Jalan|Gg|Gang)\b\.?\s[^\n]{2,50}?\b(No|Nomor|RT)\b\.?\s?\d|\bRT\.?\s?\d+\s?/\s?RW"
)


def personal(text: str) -> tuple[str, ...]:
    """Return the kinds of personal data that a text looks to hold, street addresses among them."""
    kinds = PERSONAL | {"a street address": _ADDRESS}
    return tuple(kind for kind, pattern in kinds.items() if re.search(pattern, text))


def read(notebook: Path) -> Page:
    """Return an executed notebook as a page, without its code."""
    soup, left_out = body.of(notebook)
    _scrolling(soup)
    made = str(soup)
    title = soup.h1.get_text(" ", strip=True) if soup.h1 else ""
    found = sections(made)
    said = personal("\n".join(f"{s.heading}\n{s.text}" for s in found))
    return Page(made, title, found, tuple(left_out), said)


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
        self._in_heading = self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "h2":
            self._parts.append((of.get("id") or "", [], []))
        self._in_heading = self._in_heading or tag == "h2"
        self._in_style = tag == "style"
        if of.get("alt"):
            self.handle_data(f" {of['alt']} ")

    def handle_endtag(self, tag: str) -> None:
        self._in_heading = self._in_heading and tag != "h2"
        self._in_style = False
        if tag not in ("a", "b", "code", "em", "strong"):
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            return
        _, heading, text = self._parts[-1]
        (heading if self._in_heading else text).append(data)

    def found(self) -> Iterator[Section]:
        for anchor, heading, text in self._parts:
            yield Section(anchor, *(" ".join("".join(part).split()) for part in (heading, text)))


def _scrolling(soup: BeautifulSoup) -> None:
    """Let a table that is wider than the screen be scrolled, with the keyboard too, and named."""
    taken: dict[str, int] = {}
    for table in soup.find_all("table"):
        frame = table.parent
        if not frame or "table" not in frame.get_attribute_list("class"):
            frame = table.wrap(soup.new_tag("div", attrs={"class": "table"}))
        label = table.caption.get_text(" ", strip=True) if table.caption else "Tabel"
        taken[label] = taken.get(label, 0) + 1
        label += f" ({taken[label]})" if taken[label] > 1 else ""
        frame.attrs |= {"role": "region", "tabindex": "0", "aria-label": label}
