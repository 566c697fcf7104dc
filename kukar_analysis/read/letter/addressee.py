"""Finds the region that a letter is about: in its address, or in its file's name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kukar_analysis import framework
from kukar_analysis.read.grid import words as labels
from kukar_analysis.read.letter.pages import Line, Page

_FIRST_PAGES = 2
"""Pages with text on which the addressee is looked for."""
_ADDRESS = 6
"""Lines of an address."""
_PARAGRAPH = 2.5
"""Distance in heights of a word from which on a line is no part of the address."""
_LONGEST_NAME = 5
"""Words in a region's name at most."""


def region(found_pages: Sequence[Page], name: str) -> tuple[str, list[str]]:
    """Return the region that the letter is addressed to or its file is named for."""
    fw = framework.load()
    addressed = _addressed(found_pages)
    named = fw.named_in("region", Path(name).stem)
    both = {*addressed, *named}
    example = f"name the region's code in the file's name, as `{Path(name).parent}/surat-64.02.pdf`"
    if len(addressed) == 1 and len(both) > 1 and len(named) == 1:
        return "", [
            f"it is addressed to {fw.regions[addressed[0]].name}, but its file is named for"
            f" {fw.regions[named[0]].name}; {example}"
        ]
    if len(addressed) == 1:
        return addressed[0], []
    if len(named) == 1:
        return named[0], []
    names = ", ".join(fw.regions[code].name for code in sorted(both)) or "none"
    return "", [f"the region is not certain, found {names}; {example}"]


def _addressed(found_pages: Sequence[Page]) -> list[str]:
    """Return the regions named in the address on the first pages with text."""
    codes: set[str] = set()
    for page in [p for p in found_pages if p.lines][:_FIRST_PAGES]:
        left = 0
        before = page.lines[0]
        for line in page.lines:
            if line.middle - before.middle > _PARAGRAPH * line.height:
                left = 0
            if _begins_address(line):
                left = _ADDRESS
            if left:
                codes |= _titled(line)
                left -= 1
            before = line
    return sorted(codes)


def _begins_address(line: Line) -> bool:
    words = [framework.normalise(word.text) for word in line.words[:3]]
    return any("".join(words[:n]) in labels("letter", "addressee") for n in (1, 2, 3))


def _titled(line: Line) -> set[str]:
    """Return the regions that a line names behind a title: Bupati X, Wali Kota Y, Kabupaten X."""
    words = [word.text.strip(",;/") for word in line.words]
    codes: set[str] = set()
    for kind, prefix in (("regent", "Kabupaten"), ("mayor", "Kota")):
        for start in range(len(words)):
            for end in range(start + 1, min(start + 3, len(words)) + 1):
                if framework.normalise(" ".join(words[start:end])) not in labels("letter", kind):
                    continue
                for stop in range(min(end + _LONGEST_NAME, len(words)), end, -1):
                    found = framework.load().match(
                        "region", f"{prefix} {' '.join(words[end:stop])}"
                    )
                    if found:
                        codes |= set(found)
                        break
    return codes
