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

from kukar_analysis import paths, respondents, store
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
    "a script that is not the site's": r"(?i)<script",
    "an attribute that runs": r"(?i)<[a-z][^>]*\son[a-z]+\s*=",
    "a link that runs": r"(?i)(href|src)\s*=\s*[\"']?\s*(javascript|vbscript):",
    "a link out of the bundle": r"(?i)(href|src)\s*=\s*[\"']?\s*(\w+:)?//",
}
_PICTURE = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]*")
_SUM = re.compile(r"=(ROUND\(|SUM\(|[A-Z]\d+|[\d:*/,)])+")
"""A formula of the annex, which computes the index from the cells beside it."""
_SHOWN = {"execute_result", "display_data", "stream"}
_SHORTEST = 5
"""Letters of a name that is looked for; a shorter one stands in too many words."""
_TOO_COMMON = ("root", "user", "admin", "runner", "localhost")


def find(folder: Path, persons: Iterable[str] = ()) -> list[str]:
    """Return what should not leave the office in the files of a folder, one line a finding.

    `persons` are texts that name a respondent or officer (`respondents_of`, `officers`).
    """
    found: list[str] = []
    own, named = _own_words(), _named(persons)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        texts, seen = _look(path)
        patterns = _KINDS | (_MARKUP if path.suffix == ".html" else {})
        for text in (_PICTURE.sub("", text) for text in texts):
            seen += [kind for kind, pattern in patterns.items() if re.search(pattern, text)]
            seen += [kind for kind, word in own if word in text]
            seen += ["what names a person"] * bool(named and named.search(_spaced(text)))
        name = path.relative_to(folder).as_posix()
        found += [f"{name}: holds {kind}" for kind in dict.fromkeys(seen)]
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


def _look(path: Path) -> tuple[list[str], list[str]]:
    """Return the texts of a file, and what it carries that no reader of it sees or wants."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
            return [json.dumps(document.get_metadata_dict(), ensure_ascii=False), *texts], []
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        about, sheets = book.properties, book.worksheets
        cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
        formulas = [cell for cell in cells if cell.data_type == "f"]
        ours = [c for c in formulas if c.parent.title == COMPUTED and _SUM.fullmatch(c.value)]
        seen = ["a formula"] * (len(ours) < len(formulas))
        seen += ["a hidden sheet"] * any(sheet.sheet_state != "visible" for sheet in sheets)
        texts = [str(cell.value) for cell in cells if cell.value is not None]
        return [f"{about.creator} {about.lastModifiedBy} {about.title}", *texts], seen
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        found = json.loads(text)
        kinds = {o["output_type"] for cell in found["cells"] for o in cell.get("outputs", ())}
        seen = ["an output that the page does not show"] * bool(kinds - _SHOWN)
        return [*_strings(found)], seen
    return [text.replace(f"<script>{site.ENVIRONMENT.globals['script']}</script>", "")], []


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a notebook as they are read, not as JSON writes them; no pictures."""
    if isinstance(value, dict):
        value = [part for key, part in value.items() if not key.startswith("image/")]
        yield from (text for part in value for text in _strings(part))
    elif isinstance(value, list):  # a text may be a list of its lines
        yield "".join(part for part in value if isinstance(part, str))
        yield from (text for part in value for text in _strings(part))
    elif isinstance(value, str):
        yield value


def _own_words() -> list[tuple[str, str]]:
    """Return what this machine and its user go by, where it says something."""
    places = {str(paths.ROOT), str(Path.home()), tempfile.gettempdir()}
    names = {"the name of the user": getpass.getuser(), "the name of the machine": platform.node()}
    said = [(k, n) for k, n in names.items() if len(n) >= _SHORTEST and n not in _TOO_COMMON]
    return [("a path of this machine", f"{place}/") for place in places] + said


def _named(persons: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern of the persons' texts as words of their own; None where there are none."""
    words = {_spaced(text) for text in persons if len(text.strip()) >= _SHORTEST}
    words = {word for word in words if not word.replace(" ", "").isdigit() or len(word) > 8}
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(words)))})(?!\w)")


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
