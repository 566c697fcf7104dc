"""Takes an origin apart, as read/source.py writes it; files and sheets may be called anything."""

import re
from typing import NamedTuple

TEXTS = (".csv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_TEXT, _BOOK = ("|".join(map(re.escape, suffixes)) for suffixes in (TEXTS, WORKBOOKS))
# a file ends as one that is read, and what stands behind its `#` is a place as such a file has
_FORMS = (
    rf"(?P<file>.+(?i:{_TEXT}))#(?P<row>l\d+)(?::(?P<column>c\d+))?",
    r"(?P<file>.+(?i:\.pdf))#p(?P<part>\d+):(?P<row>r\d+)",
    rf"(?P<file>.+(?i:{_BOOK}))#(?P<part>.+)!(?P<column>[A-Z]*)(?P<row>\d+)",
    rf"(?P<file>.+(?i:{_BOOK}))#(?P<part>.+)",
)
_LEADING = "|".join(re.sub(r"\?P<\w+>", "?:", f).replace(".+", ".+?") for f in _FORMS[:3])
_IN_WORDS = {
    r"l(\d+):c(\d+)": "baris {0}, kolom {1}",
    r"l(\d+)": "baris {0}",
    r"(.+)!([A-Z]+\d+)": "lembar {0}, sel {1}",
    r"(.+)!(\d+)": "lembar {0}, baris {1}",
    r"p(\d+):r(\d+)": "halaman {0}, nilai ke-{1}",
}


class Place(NamedTuple):
    """What an origin names; empty where it names none. `part` is a sheet or page."""

    file: str
    part: str = ""
    row: str = ""
    column: str = ""


def parted(origin: str) -> Place:
    """Return the parts of an origin; one of no such form is a file alone."""
    found = next(filter(None, (re.fullmatch(form, origin, re.DOTALL) for form in _FORMS)), None)
    return Place(**found.groupdict("")) if found else Place(origin)


def file_of(origin: str) -> str:
    """Return the file of an origin, by its path under the raw folder."""
    return parted(origin).file


def within(origin: str) -> str:
    """Return where in its file an origin stands: `l37:c3`, `Smart Living!F12`, `p15:r4`."""
    return origin[len(file_of(origin)) + 1 :]


def in_words(place: str) -> str:
    """Return a place within a file as readers say it: `l37:c3` is baris 37, kolom 3."""
    found = ((re.fullmatch(form, place), words) for form, words in _IN_WORDS.items())
    return next((words.format(*hit.groups()) for hit, words in found if hit), place)


def record_of(origin: str) -> str:
    """Return the origin of the record that a cell belongs to: its line or row."""
    file, part, row, column = parted(origin)
    if not column:
        return origin
    return f"{file}#{part}!{row}" if part else f"{file}#{row}"


def leading(text: str) -> str:
    """Return the origin that a text begins with, empty where it begins with none."""
    found = re.match(rf"(?:{_LEADING})(?=: | pada | \(|$)", text)
    return found[0] if found else ""
