"""The site that the pages make together: their order, the way between them, and the index.

A page holds its own styles and script, so that one that is sent alone still shows whole. Only the
search index stands beside the pages ; without it, or without scripts, all can be read.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kukar_analysis import formats, framework
from kukar_analysis.analysis import compare
from kukar_analysis.report.record import RunRecord, shown

Entry = Mapping[str, Any]
"""A report as the manifest lists it."""
_TEMPLATES = Path(__file__).parent / "templates"
_LISTED_FROM = 3
"""Regions up to which the index page needs no table of all of them above their own."""
SEARCH = "pencarian.js"
"""The file that the site is searched with."""


def _environment() -> Environment:
    how: dict[str, Any] = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, **how)
    style, script = (
        Markup((_TEMPLATES / name).read_text(encoding="utf-8")) for name in ("style.css", "site.js")
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    # styles inside a page, as a Styler's, can load nothing: pictures are data
    policy = (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline';"
        f" script-src 'self' 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    made.globals |= {"style": style, "script": script, "policy": Markup(policy)}
    made.globals |= {"search_index": SEARCH, "slug": formats.slug, "short": short}
    return made


def short(entry: Entry) -> str:
    """Return a title without the region and year at its end, where those are said already."""
    title = str(entry["title"])
    return title.removesuffix(f" {entry['region_name']} {entry['year']}").rstrip(",")


ENVIRONMENT = _environment()


def headline(year: int, region: str) -> dict[str, Any]:
    """Return the headline figures of a region's year, ready for the manifest.

    index and index_known as `compare.index_value`, index_shown in words; change: the printed
    improvement; caveat: what to say beside a change of 0; ranks: one line of `compare.ranks` each,
    tied as a number, among whom in words.
    What is not on record is None or empty.
    """
    value, change = compare.index_value(year, region), compare.improvement(year, region)
    ranks = compare.ranks(year, region)[["scope", "name", "rank", "of", "tied"]]
    tied = ranks["tied"].astype("str").where(ranks["tied"].notna(), "")
    ranks["tied"] = [names.count(", ") + 1 if names else 0 for names in tied]
    ranks["among"] = [
        f"{name}, bersama {tied} daerah lain" if tied else name
        for name, tied in ranks[["name", "tied"]].to_numpy()
    ]
    return {
        "index": None if value.value is None else str(value.value),
        "index_known": value.known,
        "index_shown": str(value),
        "change": None if change is None else str(change),
        "caveat": compare.caveat(year, region) or compare.caveat(year + 1, region),
        "ranks": ranks.to_dict("records"),
    }


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Return the reports in reading order: by region, year (newest first), notebook, pillar."""
    fw = framework.load()
    listed = list(entries)
    regions = [r.region for r in fw.reported_regions]
    regions += sorted({e["region"] for e in listed} - set(regions))
    pillars = [None, *fw.pillars]

    def place(entry: Entry) -> tuple[Any, ...]:
        pillar = pillars.index(entry["parameters"].get("pillar"))
        where = regions.index(entry["region"]), -entry["year"]
        return *where, entry["notebook"], pillar, short(entry)

    return sorted(listed, key=place)


def around(entries: Iterable[Entry]) -> dict[str, dict[str, tuple[str, str] | None]]:
    """Return the name and title of the pages `before` and `after` each, by name.

    They are of the same region and year.
    """
    turns = dict[str, dict[str, tuple[str, str] | None]]()
    for _, own in groupby(ordered(entries), key=lambda e: (e["region"], e["year"])):
        pages = [(str(e["name"]), str(e["title"])) for e in own if e["page"]]
        for this, before, after in zip(pages, [None, *pages], [*pages[1:], None], strict=False):
            turns[this[0]] = {"before": before, "after": after}
    return turns


def render(
    entry: Entry, page: Mapping[str, Any], turn: Mapping[str, Any], *, draft: bool = False
) -> str:
    """Return a report's page."""
    return ENVIRONMENT.get_template("page.html").render(
        entry=entry,
        title=entry["title"],
        page=page,
        abbreviations=abbreviations(*(f"{s['heading']} {s['text']}" for s in page["sections"])),
        up="../" * entry["name"].count("/"),
        turn=turn,
        notebook=f"{entry['name'].rsplit('/', 1)[-1]}.ipynb",
        sample=framework.load().regions[entry["region"]].is_sample,
        record={**entry, "shown_time": shown(datetime.fromisoformat(entry["made_at"]))},
        draft=draft,
    )


def abbreviations(*texts: str) -> str:
    """Return what the abbreviations in texts stand for, but for those that these spell out."""
    text = " ".join(texts)
    said = [
        f"{short} = {long}"
        for short, long in framework.load().names["abbreviation"].items()
        if re.search(rf"\b{short}\b", text) and long.casefold() not in text.casefold()
    ]
    return "; ".join(said)


def annex_of(year: int) -> str:
    """Return where a year's Excel annex stands in the site."""
    return f"{year}/lampiran-{year}.xlsx"


def document_of(year: int, region: str) -> str:
    """Return where the PDF of a region's year stands in the site."""
    return f"{year}/{region}/laporan-{year}-{region}.pdf"


def index(
    entries: list[dict[str, Any]], folder: Path, record: RunRecord, *, draft: bool = False
) -> str:
    """Return the index page: by region, then year, with headline figures.

    Of many regions a table of all stands above, each with the last year whose index is on record.
    Documents that stand in `folder` are linked with their year.
    """
    fw = framework.load()
    by_region: dict[str, dict[int, list[Entry]]] = {}
    for entry in ordered(entries):
        by_region.setdefault(entry["region"], {}).setdefault(entry["year"], []).append(entry)
    return ENVIRONMENT.get_template("index.html").render(
        title="Evaluasi Smart City: laporan",
        regions=by_region,
        listed_from=_LISTED_FROM,
        documents=lambda year, region: [
            (name, label)
            for name, label in (
                (document_of(year, region), "Laporan lengkap (PDF)"),
                (annex_of(year), "Lampiran Excel"),
            )
            if (folder / name).exists()
        ],
        reasons={r.region: r.reason for r in fw.reported_regions},
        number=formats.number,
        up="",
        sample=any(fw.regions[e["region"]].is_sample for e in entries),
        record={**record.said(), "shown_time": record.shown_time},
        draft=draft,
    )
