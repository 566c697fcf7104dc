"""The site that the pages make together: their order, the way between them, and the index.

A page holds its own styles and script, so that one that is sent alone still shows whole.
"""

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

from kukar_analysis import formats, framework, store
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.missing import unconfirmed
from kukar_analysis.framework.facts import WITA

Entry = Mapping[str, Any]  # a report as the manifest lists it
Record = Mapping[str, Any]  # what made a set (`publish.record_of`)
TEMPLATES = Path(__file__).parent / "templates"
_RANKED = ["scope", "rank", "of", "among"]
SEARCH = "pencarian.js"  # what the site is searched with
FEW = 3  # regions that are listed on one page
_HOW: Any = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, **_HOW)


def short(entry: Entry) -> str:
    """Return a title without the region and year at its end, where those are said already."""
    return str(entry["title"]).removesuffix(f" {entry['region_name']} {entry['year']}").rstrip(",")


def shown(made_at: str) -> str:
    """Return a time as `4 Desember 2023 14.05 WITA`."""
    when = datetime.fromisoformat(made_at).astimezone(WITA)
    return f"{formats.day(when)} {when:%H.%M} WITA"


@store.kept
def headline(year: int, region: str) -> dict[str, Any]:
    """Return the headline figures of a region's year for the manifest; None if not on record.

    change: the printed improvement; caveat: what to say beside a change of 0.
    """
    value, ranks = compare.index_value(year, region), compare.ranks(year, region)
    others = (ranks["tied"].str.count(", ") + 1).astype("Int64").astype("str")
    tied = (", bersama " + others + " daerah lain").where(ranks["tied"].notna(), "")
    return {
        "index": value.value and str(value.value),
        "index_known": value.known,
        "index_shown": str(value),
        "change": None if value.improvement is None else str(value.improvement),
        "caveat": compare.caveat(year, region) or compare.caveat(year + 1, region),
        "ranks": ranks.assign(among=ranks["name"] + tied)[_RANKED].to_dict("records"),
    }


def ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Return the reports in reading order: by region, year (newest first), notebook, pillar."""
    fw, listed = framework.load(), list(entries)
    regions = [r.region for r in fw.reported_regions] + sorted({e["region"] for e in listed})
    pillars = [None, *fw.pillars]

    def place(entry: Entry) -> tuple[Any, ...]:
        pillar = pillars.index(entry["parameters"].get("pillar"))
        where = regions.index(entry["region"]), -entry["year"]
        return *where, entry["notebook"], pillar, short(entry)

    return sorted(listed, key=place)


def around(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """Return by page those `before` and `after` it, of its region and year, and its `home`."""
    turns, homes = dict[str, dict[str, Any]](), _homes(found := ordered(entries))
    for (region, _), own in groupby(found, key=lambda e: (e["region"], e["year"])):
        pages = [None, *(entry for entry in own if entry["page"]), None]
        for before, this, after in zip(pages, pages[1:], pages[2:], strict=False):
            if this:
                turns[this["name"]] = {"before": before, "after": after, "home": homes[region]}
    return turns


def _homes(entries: Iterable[Entry]) -> dict[str, str]:
    regions = dict.fromkeys(entry["region"] for entry in entries)
    return {r: f"daerah-{r}.html" if len(regions) > FEW else "index.html" for r in regions}


def abbreviations(texts: Iterable[str]) -> list[str]:
    """Return what the abbreviations in texts stand for, but for those that these spell out."""
    text = " ".join(texts)
    return [
        f"{brief} = {long}"
        for brief, long in framework.load().names["abbreviation"].items()
        if re.search(rf"\b{brief}\b", text) and long.casefold() not in text.casefold()
    ]


def mark(year: int, regions: Iterable[str], *, draft: bool = False) -> str:
    """Return what stands at the head of every sheet: of invented data, a draft, copied rules."""
    known, codes = framework.load().regions, [*regions]
    marks = {
        "DATA CONTOH": any(known[region].is_sample for region in codes),
        "DRAF": draft,
        "ATURAN BELUM DIKONFIRMASI": any(unconfirmed(region, year) for region in codes),
    }
    return " · ".join(mark for mark, is_so in marks.items() if is_so)


def annex_of(year: int) -> str:
    """Return where a year's Excel annex stands in the site."""
    return f"{year}/lampiran-{year}.xlsx"


def document_of(year: int, region: str) -> str:
    """Return where the PDF of a region's year stands in the site."""
    return f"{year}/{region}/laporan-{year}-{region}.pdf"


def lists(
    entries: Iterable[Entry], folder: Path, record: Record, *, draft: bool = False
) -> dict[str, str]:
    """Return the pages that list the reports, by name; links to documents that stand in `folder`.

    Of many regions each has a page of its own, so that none is too large for a telephone.
    """
    fw, regions = framework.load(), dict[str, dict[int, list[Entry]]]()
    for entry in (found := ordered(entries)):
        regions.setdefault(entry["region"], {}).setdefault(entry["year"], []).append(entry)
    pages: dict[str, dict[str, Any]] = {"index.html": {}}
    for region, home in (homes := _homes(found)).items():
        pages.setdefault(home, {})[region] = regions[region]
    return {
        name: ENVIRONMENT.get_template("index.html").render(
            title="Evaluasi Smart City: laporan",
            regions=regions,
            homes=homes,
            listed=listed,
            stands=lambda name: (folder / name).exists(),
            reasons={r.region: r.reason for r in fw.reported_regions},
            up="",
            sample=any(fw.regions[region].is_sample for region in regions),
            record={**record, "inputs": len(record["inputs"])},
            draft=draft,
        )
        for name, listed in pages.items()
    }


_STYLE, _SCRIPT = (Markup((TEMPLATES / n).read_text("utf-8")) for n in ("style.css", "site.js"))
_DIGEST = Markup(base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode())
_CALLS = (formats.number, formats.slug, formats.listed, short, shown, abbreviations)
ENVIRONMENT.globals |= {call.__name__: call for call in (*_CALLS, annex_of, document_of)}
ENVIRONMENT.globals |= {"style": _STYLE, "script": _SCRIPT, "digest": _DIGEST}
