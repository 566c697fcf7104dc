"""Sentences, lists, empty places and tables: text that stays text, safe to print and to read aloud.

`missing` is, here and everywhere in show/, what is not on record: nothing, a sentence, several, or
a frame with a column `sentence`. Where there is some, it takes the place of what was to be shown.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from kukar_analysis import formats, framework, paths, places, store
from kukar_analysis.analysis.origins import SAMPLE
from kukar_analysis.show.cells import Cells, cells, column

Missing: TypeAlias = str | Iterable[str] | pd.DataFrame | None
_MOST = 5  # sources that are named; more are counted
_FOLDER = Path(__file__).parent / "templates"
_JINJA = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)
_TEMPLATES = {path.stem: _JINJA.get_template(path.name) for path in _FOLDER.glob("[!.]*.html")}


@dataclass(frozen=True, eq=False)
class Shown:
    """Something shown: HTML for Lab and the page, plain text for terminals and nbval."""

    html: str
    text: str
    frame: pd.DataFrame | pd.Series | None = None  # that a table was given
    figure: Figure | None = None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": render("lab") + self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def answer(*sentences: str, missing: Missing = None) -> Shown:
    """Return the answer of a page, or what is missing for one."""
    return empty(missing) if stated(missing) else prose("answer", *sentences)


def note(*sentences: str) -> Shown:
    """Return sentences between figures and tables."""
    return prose("prose", *sentences)


def items(sentences: Iterable[str], heading: str = "") -> Shown:
    """Return a bulleted list; nothing at all, heading included, where it has no items."""
    listed = list(sentences)
    if not listed:
        return Shown("", "")
    lines = [heading] * bool(heading) + [f"- {s}".replace("**", "") for s in listed]
    return Shown(render("items", sentences=listed, heading=heading), "\n".join(lines))


def empty(missing: Missing, what: str = "") -> Shown:
    """Return an empty place: what would stand there, and what it waits for."""
    return prose("empty-place", *[f"**{what}**"] * bool(what), *stated(missing))


def prose(kind: str, *sentences: str) -> Shown:
    """Return paragraphs in a box of a class of the page's style."""
    text = "\n\n".join(sentences).replace("**", "")
    return Shown(render("prose", kind=kind, sentences=sentences), text)


def stated(missing: Missing) -> list[str]:
    """Return the sentences of what is missing, each once; none where nothing is."""
    if isinstance(missing, pd.DataFrame):
        missing = missing["sentence"]
    found = [missing] if isinstance(missing, str) else [*(() if missing is None else missing)]
    return [sentence for sentence in dict.fromkeys(found) if sentence]


def named(frame: pd.DataFrame | pd.Series, column: str = "label", most: int | None = None) -> str:
    """Return the names in a column as `A, B, dan C`; beyond `most`, `A, B, dan 3 lainnya`."""
    return formats.listed([*dict.fromkeys(_texts(frame, column))], most) or formats.NOTHING


def listed(frame: pd.DataFrame, label: str, value: str) -> str:
    """Return two columns in words: `A 3,20; B 2,80`."""
    return "; ".join(map(" ".join, zip(_texts(frame, label), _texts(frame, value), strict=True)))


def render(template: str, **values: Any) -> str:
    """Return a template with its values, escaped."""
    return _TEMPLATES[template].render(**values)


def _texts(frame: pd.DataFrame | pd.Series, name: str) -> list[str]:
    return column(frame if isinstance(frame, pd.Series) else frame[name]).texts


def table(
    frame: pd.DataFrame | pd.Series,
    caption: str,
    *,
    note: str = "",
    missing: Missing = None,
    mark: pd.Series | Sequence[bool] | str | int | None = None,
    columns: Sequence[Any] | Mapping[Any, str] | None = None,
) -> Shown:
    """Return a frame as a table; where it is empty, what is missing, or that there is nothing.

    `mark`: rows that stand out, as booleans, or a value or name of the first column. `columns`: a
    list chooses and orders; a mapping gives other headings, and hidden columns are left out. With
    `origin` the table ends with its sources, unless each row has its own.
    """
    flat = _flat(frame)
    if flat.empty:
        nothing = prose("prose", f"**{caption}:** tidak ada.")
        return replace(empty(missing, caption) if stated(missing) else nothing, frame=frame)
    shown = cells(flat, columns)
    rows = list(zip(*(c.texts for c in shown), strict=True))
    if mark is None or isinstance(mark, str | int):
        same = shown[0].values.eq(mark).fillna(False)
        marked = [is_ or text == mark for is_, text in zip(same, shown[0].texts, strict=True)]
    else:
        marked = pd.Series(mark, frame.index).fillna(False).tolist()
    cited = sources(flat) if "origin" in flat and "citation" not in flat else ""
    notes = [text for text in (note, cited) if text]
    html = render("table", caption=caption, columns=shown, rows=rows, marked=marked, notes=notes)
    return Shown(html, "\n".join([caption, *_aligned(shown, rows), *notes]), frame)


def sources(*frames: pd.DataFrame) -> str:
    """Return "Sumber: ..." for frames with a column origin: what SOURCES.csv cites for their files.

    A file without a line there goes by its name.
    """
    origins = pd.concat([frame["origin"].astype("str") for frame in frames]).dropna()
    origins = origins.str.split("; ").explode()
    files = dict.fromkeys(places.file_of(origin) for origin in origins)
    path = (SAMPLE if store.is_sample() else paths.RAW) / "SOURCES.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    cited = {row["file"]: row.get("citation", "").split(" | ") for row in csv.DictReader(lines)}
    known = framework.load().citations
    titles = {f: [known[c].title for c in cited.get(f, []) if c in known] for f in files}
    found = list(dict.fromkeys(t for f in files for t in titles[f] or [PurePosixPath(f).name]))
    more = f"; dan {len(found) - _MOST} lainnya" if len(found) > _MOST else ""
    return f"Sumber: {'; '.join(found[:_MOST])}{more}." if found else ""


def _flat(frame: pd.DataFrame | pd.Series) -> pd.DataFrame:
    """Return a frame whose index, where it means something, is a column, and its heads texts."""
    flat = frame.to_frame() if isinstance(frame, pd.Series) else frame
    if isinstance(flat.columns, pd.MultiIndex):
        flat = flat.set_axis([" ".join(map(str, head)).strip() for head in flat.columns], axis=1)
    if flat.index.nlevels > 1 or flat.index.name or not pd.api.types.is_integer_dtype(flat.index):
        names = [" " * i if name is None else name for i, name in enumerate(flat.index.names)]
        flat = flat.reset_index(names=names, allow_duplicates=True)
    return flat


def _aligned(columns: list[Cells], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [tuple(c.heading for c in columns), *rows]
    widths = [max(map(len, cell)) for cell in zip(*lines, strict=True)]
    return [
        "  ".join(
            text.rjust(width) if c.numeric else text.ljust(width)
            for text, width, c in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in lines
    ]
