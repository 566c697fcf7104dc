"""A new notebook that begins as the shipped ones do; what is particular is left to the analyst."""

from __future__ import annotations

import re
from pathlib import Path

from nbformat import v4

from kukar_analysis import framework, paths, store, writing
from kukar_analysis.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 40
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_CELLS = [
    "# {title}\n\n{question}",
    "year: int = {year}  # tahun evaluasi\n"
    'region: str = "{region}"  # kode Kemendagri daerah\n'
    "most: int = 3  # banyaknya komponen yang disebut",
    "import seaborn as sns\n\nimport kukar_analysis as ka\nfrom kukar_analysis import show",
    "components = ka.components(year, region)  # satu baris satu komponen; help(ka)\n"
    'missing = ka.missing("index_scores", year, region)  # kosong bila tidak ada yang kurang\n'
    'highest = components.nlargest(most, "score", keep="all")\n\n'
    "show.answer(\n"
    '    f"Nilai tertinggi {{ka.region_name(region)}} {{year}}: '
    "{{show.named(highest, 'component')}}.\",\n"
    "    missing=missing,\n"
    ")",
    "## Angka yang mendasarinya",
    "ax = show.axes(rows=len(components))\n"
    'sns.barplot(components, x="score", y="component", color=show.NOW, ax=ax)\n'
    "show.figure(\n"
    "    ax,\n"
    "    f\"Tertinggi: {{show.named(highest, 'component')}}\",\n"
    '    alt=show.listed(components, "component", "score"),\n'
    "    missing=missing,\n"
    ")",
    'short = components.assign(difference=components["score"] - components["score"].max())\n'
    "show.table(\n"
    '    short[["component", "weight", "score", "difference"]],\n'
    '    f"Komponen {{year}} dan selisihnya dari komponen tertinggi",\n'
    "    mark=short.index.isin(highest.index),\n"
    "    missing=missing,\n"
    ")",
]


def write(
    name: str, title: str | None = None, question: str | None = None, folder: Path | None = None
) -> Path:
    """Write notebooks/NN_<name>.ipynb, which runs as it is, and return its path.

    `title` is its heading and names its reports; `question` says under it what it answers. Raises
    UsageError for a name, title or question that cannot be used, MissingTableError without tables.
    """
    title = title or name.replace("_", " ").capitalize()
    question = question or f"Halaman ini menjawab apa yang dikatakan data tentang {title}."
    path = _free_path(name, folder or paths.NOTEBOOKS)
    for said, text in (("title", title), ("question", question)):
        if not text.strip() or not text.isprintable():
            raise UsageError(f"{said} {text!r} cannot be used: expected one line")
    year, region = _newest()
    given = {"title": title.strip(), "question": question.strip(), "year": year, "region": region}
    cells = [text.format(**given) for text in _CELLS]
    made = [
        v4.new_markdown_cell(text, id=f"c{i}")
        if text.startswith("#")
        else v4.new_code_cell(text, id=f"c{i}", metadata={"tags": ["parameters"]} if i == 1 else {})
        for i, text in enumerate(cells)
    ]
    text = v4.writes(v4.new_notebook(cells=made, metadata=_METADATA))
    return writing.write(path, text + "\n")


def _free_path(name: str, folder: Path) -> Path:
    """Return where a notebook of this name goes: after the last number."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise UsageError(
            f"name {name!r} cannot be used: expected up to {_LONGEST} small letters and digits,"
            " words parted by _, as anggaran_desa; its number is given to it"
        )
    stems = [path.stem for path in folder.glob("*.ipynb")]
    twin = [stem for stem in stems if re.sub(r"^\d\d_", "", stem) == name]
    if twin:
        raise UsageError(f"notebooks/{twin[0]}.ipynb is there already; choose another name")
    numbers = [int(stem[:2]) for stem in stems if re.match(r"\d\d_", stem)]
    return folder / f"{max(numbers, default=-1) + 1:02}_{name}.ipynb"


def _newest() -> tuple[int, str]:
    """Return the newest year and the region to begin with: the office's own, where it is known."""
    found = store.read("index_scores")
    own = [r.region for r in framework.load().reported_regions if r.role == "own"]
    named = found[found["region"].isin(own)]
    if found.empty:
        raise UsageError("no index is on record yet: put a national table into data/raw and clean")
    newest = (found if named.empty else named).sort_values("year").iloc[-1]
    return int(newest["year"]), str(newest["region"])
