"""Tells the lines of a letter that name a section or announce its mean."""

from __future__ import annotations

import re

from kukar_analysis import framework
from kukar_analysis.read.grid import words as labels

_MOST_WORDS = 8
"""Words in a section's title at most."""


def is_mean(text: str) -> bool:
    """Return whether a text says no more than that a mean follows, be it of a component."""
    plain = framework.normalise(text)
    for label in sorted(labels("letter", "mean"), key=len, reverse=True):
        if plain.startswith(label):
            rest = plain.removeprefix(label)
            for word in labels("letter", "title"):
                rest = rest.removeprefix(word)
            return not rest or bool(framework.load().match("component", rest))
    return False


def section(text: str) -> tuple[str, bool]:
    """Return the component that a section's title names, and whether it is beyond doubt a title.

    `A. Baseline`, `Dimensi Baseline`, `1. Kondisi Awal (Baseline)`, `BASELINE (Bobot 10%)`.
    """
    if len(text.split()) > _MOST_WORDS or re.search(r"\d[.,]\d", text):
        return "", False
    bare = re.sub(r"^\s*(?:[A-Z]|[IVX]+|\d)\s*[.)]\s*", "", text)
    outer = re.sub(r"\(.*?\)", " ", bare)
    inner = re.findall(r"\((.*?)\)", bare)
    for piece in (outer, *inner, *re.split(r"[:–—]|\s-\s", outer)):
        named = _component(piece)
        is_marked = bare != text.strip() or framework.normalise(outer).startswith("dimensi")
        is_sure = piece == outer or _only_title_words(outer, named)
        if named and (is_sure or (piece in inner and is_marked)):
            return named, is_marked
    return "", False


def _component(text: str) -> str:
    plain = _without_title_words(text)
    for candidate in (text, plain):
        ids = framework.load().match("component", candidate)
        if len(ids) == 1:
            return ids[0]
    return ""


def _without_title_words(text: str) -> str:
    words = re.findall(r"(?!\b(?:[A-Z]|[IVX]+)\b)\b[^\W\d_]+", text)
    return " ".join(w for w in words if framework.normalise(w) not in labels("letter", "title"))


def _only_title_words(text: str, component: str) -> bool:
    """Return whether a text tells nothing but the name and what a title would say."""
    plain = _without_title_words(text)
    return not plain or _component(plain) == component
