"""What must not leave the office: looked for in every file of a bundle before it is made.

A finding says which file and what kind of thing, and never repeats the thing itself.
"""

from __future__ import annotations

import getpass
import json
import platform
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2

from kukar_analysis import respondents, store
from kukar_analysis.clean.survey import PERSONAL
from kukar_analysis.read import READERS
from kukar_analysis.report import page, site
from kukar_analysis.report.workbook import COMPUTED

_KINDS = {
    "a path of a machine": r"(?<![\w/.:-])/(home|root|Users|tmp|var|opt|mnt|work)/[\w.-]+"
    r"|\b[A-Z]:\\{1,2}\w+",
    **page.PERSONAL,
}
_MARKUP = {
    "a script that is not the site's": r"<script",
    "an attribute that runs": r"<[a-z][^>]*\son[a-z]+\s*=",
    "a link that runs": r"(href|src)\s*=\s*[\"']?\s*(javascript|vbscript):",
    "a link out of the bundle": r"(href|src)\s*=\s*[\"']?\s*(\w+:)?//",
}
_PICTURE = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]*")
"""Pictures inside a page: letters without words."""
_SUM = re.compile(r"=(ROUND\(|SUM\(|[A-Z]\d+|[\d:*/,)])+")
"""A formula of the annex, which computes the index from the cells beside it."""
_SHORTEST = 5
"""Letters of a name that is looked for; a shorter one stands in too many words."""
_TOO_COMMON = ("root", "user", "admin", "runner", "localhost")


def find(folder: Path, persons: Iterable[str] = ()) -> list[str]:
    """Return what should not leave the office in the files of a folder, one line a finding.

    `persons` are texts that name a respondent or officer (`respondents_of`, `officers`).
    """
    found: list[str] = []
    own = _own_words()
    named = _named(persons)
    plain = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
    markup = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _MARKUP.items()}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        kinds = plain | markup if path.suffix == ".html" else plain
        seen = dict.fromkeys(_hidden(path))
        for text in (_PICTURE.sub("", text) for text in _texts(path)):
            seen |= dict.fromkeys(kind for kind, pattern in kinds.items() if pattern.search(text))
            seen |= dict.fromkeys(kind for kind, word in own if word in text)
            if named and named.search(_spaced(text)):
                seen["what names a person"] = None
        found += [f"{name}: holds {kind}" for kind in seen]
    return found


def respondents_of(raw: Path) -> set[str]:
    """Return the texts of the personal columns of all surveys in a raw folder.

    Raises OSError or SourceError where a survey that was read before cannot be read now.
    """
    files = store.read("files")
    found = set()
    for name in files.loc[files["kind"].str.contains("survey"), "file"]:
        path = raw / name
        for part in READERS[path.suffix.lower()](path, name).lists:
            cells = [cell for record in part.records for cell in record.cells.items()]
            found |= {text for column, text in cells if column.startswith(PERSONAL)}
    return found


def officers_path() -> Path:
    """Return where the office lists names that must not leave: beside the key, a name a line."""
    return respondents.key_path().with_name("nama.txt")


def officers() -> set[str]:
    """Return the names that the office listed; none where it listed none."""
    path = officers_path()
    return set(path.read_text(encoding="utf-8").splitlines()) if path.exists() else set()


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file, whatever it is."""
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        yield json.dumps(document.get_metadata_dict(), ensure_ascii=False)
        for number in range(len(document)):
            yield document[number].get_textpage().get_text_range()
        document.close()
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        about = book.properties
        yield f"{about.creator} {about.lastModifiedBy} {about.title}"
        for cell in _cells(book):
            yield str(cell.value)
    elif path.suffix == ".ipynb":
        # texts as they are read, not as JSON writes them
        yield from _strings(json.loads(path.read_text(encoding="utf-8")))
    elif path.suffix == ".html":
        own = f"<script>{site.ENVIRONMENT.globals['script']}</script>"
        yield path.read_text(encoding="utf-8").replace(own, "")
    else:
        yield path.read_text(encoding="utf-8")


def _hidden(path: Path) -> Iterator[str]:
    """Yield what a file carries that no reader of it sees or wants."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        formulas = [
            (cell.parent.title, cell.value) for cell in _cells(book) if cell.data_type == "f"
        ]
        if any(sheet != COMPUTED or not _SUM.fullmatch(text) for sheet, text in formulas):
            yield "a formula"
        if any(sheet.sheet_state != "visible" for sheet in book.worksheets):
            yield "a hidden sheet"
    elif path.suffix == ".ipynb":
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        kinds = {output["output_type"] for cell in cells for output in cell.get("outputs", ())}
        if kinds - {"execute_result", "display_data", "stream"}:
            yield "an output that the page does not show"


def _cells(book: Any) -> Iterator[Any]:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            # pictures are letters without words
            if not (isinstance(part, str) and str(key).startswith("image/")):
                yield from _strings(part)
    elif isinstance(value, list):
        whole = "".join(part for part in value if isinstance(part, str))
        if whole:
            yield whole
        for part in value:
            if not isinstance(part, str):
                yield from _strings(part)


def _own_words() -> list[tuple[str, str]]:
    """Return what this machine and its user go by, where it says something."""
    places = {str(store.ROOT), str(Path.home()), tempfile.gettempdir()}
    names = {
        ("the name of the user", getpass.getuser()),
        ("the name of the machine", platform.node()),
    }
    said = [(kind, name) for kind, name in names if len(name) >= _SHORTEST]
    return [("a path of this machine", f"{place}/") for place in places] + [
        (kind, name) for kind, name in said if name not in _TOO_COMMON
    ]


def _named(persons: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of the persons' texts as words of their own; None where there are none."""
    words = {_spaced(text) for text in persons if len(text.strip()) >= _SHORTEST}
    words = {word for word in words if not word.replace(" ", "").isdigit() or len(word) > 8}
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)")


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
