"""What must not leave the office: looked for in every file of a bundle before it is made.

A finding says which file and what kind of thing, and never repeats the thing itself.
"""

import getpass
import platform
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import openpyxl
import pypdfium2

from kukar_analysis import paths, respondents, store
from kukar_analysis.clean.records import PERSONAL
from kukar_analysis.read import READERS
from kukar_analysis.report import page

_MACHINE = r"(?<![\w/.:-])/(home|root|Users|tmp|var|opt|mnt|work)/[\w.-]+|\b[A-Z]:\\{1,2}\w+"
_PICTURE = re.compile(r"data:image/[\w+]+;base64,[A-Za-z0-9+/=]*")
_SHORTEST = 5
"""Letters of a name that is looked for; a shorter one stands in too many words."""
_TOO_COMMON = ("root", "user", "admin", "runner", "localhost")


def find(folder: Path, persons: Iterable[str] = ()) -> list[str]:
    """Return what should not leave the office in the files of a folder, one line a finding.

    `persons` are texts that name somebody (`persons`).
    """
    places = {str(paths.ROOT), str(Path.home()), tempfile.gettempdir()}
    own = {"the name of the user": getpass.getuser(), "the name of the machine": platform.node()}
    kinds = {"a path of a machine": _MACHINE, **page.PERSONAL}
    kinds["a path of this machine"] = "|".join(re.escape(f"{place}/") for place in places)
    for kind, name in own.items():
        if len(name) >= _SHORTEST and name not in _TOO_COMMON:
            kinds[kind] = re.escape(name)
    names = {_spaced(text) for text in persons if len(text.strip()) >= _SHORTEST}
    # an age or a year of birth is no name
    names = {name for name in names if len(name) > 8 or not name.replace(" ", "").isdigit()}
    named = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, sorted(names)))})(?!\w)")
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = _PICTURE.sub("", "\n".join(_texts(path)))
        seen = [kind for kind, pattern in kinds.items() if re.search(pattern, text)]
        seen += ["what names a person"] * bool(names and named.search(_spaced(text)))
        found += [f"{path.relative_to(folder).as_posix()}: holds {kind}" for kind in seen]
    return found


def persons(raw: Path) -> set[str]:
    """Return what names persons: personal columns of all surveys, and the lines of `nama.txt`.

    The office lists names there, beside its key. Raises OSError or SourceError where a survey that
    was read before cannot be read now.
    """
    listed, files = respondents.key_path().with_name("nama.txt"), store.read("files")
    found = set(listed.read_text(encoding="utf-8").splitlines()) if listed.exists() else set()
    for name in files.loc[files["kind"].str.contains("survey"), "file"]:
        path = raw / name
        for part in READERS[path.suffix.lower()](path, name).lists:
            cells = [cell for record in part.records for cell in record.cells.items()]
            found |= {text for column, text in cells if column.startswith(PERSONAL)}
    return found


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a file as they are read, and what it says of its maker."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            yield from document.get_metadata_dict().values()
            yield from (sheet.get_textpage().get_text_range() for sheet in document)
    elif path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        about, cells = book.properties, (c for sheet in book for row in sheet for c in row)
        yield f"{about.creator} {about.lastModifiedBy} {about.title}"
        yield from (str(cell.value) for cell in cells if cell.value is not None)
    elif path.suffix == ".ipynb":
        yield from _strings(nbformat.read(path, as_version=4))
    else:
        yield path.read_text(encoding="utf-8")


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a notebook; no pictures."""
    if isinstance(value, dict):
        value = [part for key, part in value.items() if not key.startswith("image/")]
    if isinstance(value, list):
        yield from (text for part in value for text in _strings(part))
    elif isinstance(value, str):
        yield value


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())
