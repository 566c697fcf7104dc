"""What a folder of reports was made from: `.kukar.json`, which stands in it and moves with it.

Standard library only, so that a run with nothing to do is over at once. What cannot be believed,
a file that is cut or of another version, counts as not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kukar_analysis import writing
from kukar_analysis.report import fingerprint

FILE = ".kukar.json"
_FORMAT = 1


@dataclass(frozen=True)
class Uses:
    """What one report was made from, as fingerprints."""

    notebook: str
    entry: str
    """parameters, title, gaps and headline figures: what the page says beside the notebook"""
    program: str
    """of the package's files that the notebook uses; see `State.programs`"""
    versions: dict[str, str]
    tables: dict[str, str]
    """of the rows it read, by `used.note_table`'s text"""
    definitions: dict[str, str]
    """by field of the framework"""


@dataclass
class State:
    """The record of a folder."""

    whole: str = ""
    """of everything, when all that was asked last had been made"""
    uses: dict[str, Uses] = field(default_factory=dict)
    """by report; one that failed has none"""
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    """fingerprints of the published files, by report, by place in the folder"""
    documents: dict[str, str] = field(default_factory=dict)
    """fingerprints of what belongs to no single report, by place"""
    asked: dict[str, list[str]] = field(default_factory=dict)
    """the reports that stand for what was asked, by the words it was asked in, under `whole`"""
    sheets: dict[str, str] = field(default_factory=dict)
    """the sheet that a report's page is printed on, and by what, where it is"""
    programs: dict[str, dict[str, str]] = field(default_factory=dict)
    """fingerprints by file of the package, by the fingerprint of them together"""


def read(folder: Path) -> State:
    """Return the record of a folder; an empty one where there is none to believe."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if found.pop("format") != _FORMAT:
            return State()
        uses = {name: Uses(**parts) for name, parts in found.pop("uses").items()}
        return State(uses=uses, **found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return State()


def write(state: State, folder: Path) -> None:
    """Write the record into a folder that is not published yet.

    What stands there is a link to the published one, so another file takes its place.
    """
    text = json.dumps({"format": _FORMAT, **asdict(state)}, ensure_ascii=False)
    writing.write(folder / FILE, text)


def is_whole(files: dict[str, str], folder: Path) -> bool:
    """Whether published files stand there as they were written; False where none are named."""
    return bool(files) and all(fingerprint.of_file(folder / f) == was for f, was in files.items())


def of_files(places: Iterable[str], folder: Path) -> dict[str, str]:
    """Return the fingerprints of those of these files that are there, by place."""
    return {place: found for place in places if (found := fingerprint.of_file(folder / place))}


def nothing_to_do(folder: Path, asked: str, whole: str) -> int | None:
    """Return how many reports stand for what is asked, where not one of them is to be made.

    `asked` is the words it is asked in, `whole` the fingerprint of everything now. None where
    something has to be looked at more closely.
    """
    known = read(folder)
    if not whole or known.whole != whole or asked not in known.asked:
        return None
    reports = known.asked[asked]
    parts = [known.documents, *(known.files.get(name, {}) for name in reports)]
    return len(reports) if all(is_whole(files, folder) for files in parts) else None
