"""Which notebook is rendered with which parameters, and what an incomplete report waits for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kukar_analysis import formats, framework, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import compare, programmes, quality, quick_wins
from kukar_analysis.analysis.missing import missing, not_received
from kukar_analysis.errors import UsageError
from kukar_analysis.report import notebooks


@dataclass(frozen=True)
class Report:
    """One notebook with one set of parameters. `name` is also its path under the reports."""

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    title: str
    year: int
    region: str
    waits: tuple[str, ...] = ()
    """what an incomplete page waits for, in sentences for its reader"""
    can_be_made: bool = True
    """False where nothing at all would stand on the page but empty places."""

    @property
    def status(self) -> str:
        """complete, incomplete (made, with empty places) or waiting (not made)."""
        if not self.can_be_made:
            return "waiting"
        return "incomplete" if self.waits else "complete"


def reports(
    *,
    years: list[int] | None = None,
    regions: list[str] | None = None,
    only: list[str] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> list[Report]:
    """Return the reports asked for, in the order of year, region and notebook.

    Without `regions` those of definitions/reported_regions.csv; without `years` all that have an
    edition or raw files. `only` takes names or notebooks; `parameters` keeps the reports whose
    notebook has the parameter with that value. Raises UsageError for a word that no report knows.
    """
    fw = framework.load()
    asked_years = [quality.year(y) for y in years] if years else quality.years()
    asked_regions = [fw.region(r).region for r in regions or []]
    asked_regions = asked_regions or [r.region for r in fw.reported_regions]
    found = [r for y in asked_years for region in asked_regions for r in _of(y, region)]
    known = {name for r in found for name in (r.name, r.notebook)}
    for wanted in only or []:
        if wanted not in known | notebooks.faults().keys():  # which are named where they are read
            raise UsageError(f"no report {wanted!r}; `kukar list` shows the names")
    if only:
        found = [r for r in found if r.name in only or r.notebook in only]
    for name, value in (parameters or {}).items():
        found = _given(found, name, value)
    return found


def _given(found: list[Report], name: str, value: str) -> list[Report]:
    """Return the reports that have a parameter with a value, or get it: reports of their own."""
    own = {one.notebook: one.parameters for one in notebooks.readable()}
    known = {r.name: {**own.get(r.notebook, {}), **r.parameters} for r in found}
    knowing = [r for r in found if name in known[r.name]]
    if not knowing:
        names = ", ".join(dict.fromkeys(n for names in known.values() for n in names))
        raise UsageError(f"no notebook has a parameter {name!r}; known: {names or 'none'}")
    chosen = [r for r in knowing if str(r.parameters.get(name, value)) == value]
    if not chosen:
        raise UsageError(f"no report has {name} = {value}; `kukar list` shows what there is")
    return [_variant(r, name, own.get(r.notebook, {}).get(name), value) for r in chosen]


def _variant(report: Report, name: str, of: notebooks.Parameter | None, value: str) -> Report:
    """Return a report with a parameter of its notebook's own; the same where it has that value."""
    if of is None or name in report.parameters or (read := of.read(name, value)) == of.default:
        return report
    part = formats.slug(value)
    if part != value:  # -1 and 1, a b and a_b: told apart
        part += f"-{hashlib.sha256(value.encode()).hexdigest()[:6]}"
    return replace(
        report,
        name=f"{report.name}-{formats.slug(name)}-{part}",
        title=f"{report.title} ({name} = {value})",
        parameters={**report.parameters, name: read},
    )


def _of(year: int, region: str) -> list[Report]:
    """Return the reports of one region and year, in the order of the notebooks."""
    fw = framework.load()
    found = [*_of_scores(year, region)] if year in fw.years() else []
    if fw.is_office(region):
        found += _of_office(year, region)
    named: dict[str, Report] = {}
    for report in found:  # a shipped notebook that lost its metadata is one report still
        named.setdefault(report.name, report)
    return sorted(named.values(), key=lambda report: report.notebook)


def _of_scores(year: int, region: str) -> Iterator[Report]:
    """Yield what the ministry's figures tell; none for what a region that stayed away lacks."""
    fw, record = framework.load(), compare.index_record(year, region)
    index, known = _waits("index_scores", year, region), record is not None
    both = [*index, *_waits("question_scores", year, region)]
    yield _report("02_indeks", year, region, "Indeks Smart City", index, known)
    if record is not None and not record["participated"]:
        return
    yield _report("00_ringkasan", year, region, "Ringkasan", both, known)
    titles = {
        "07_ketahanan": "Ketahanan peringkat",
        "10_pembanding": "Daerah pembanding",
        "11_isi_indeks": "Yang diukur indeks",
    }
    for notebook, title in [*titles.items(), *((n.notebook, n.title) for n in notebooks.own())]:
        yield _report(notebook, year, region, title, index, known)
    for pillar, about in fw.pillars.items():
        yield _report("03_pilar", year, region, about.name, both, known, pillar=pillar)
    # since the year before that has an edition, which need not be the last
    last = max((y for y in fw.years() if y < year), default=0)
    before = compare.index_value(last, region) if last else None
    if before is not None and before.known != "absent":
        waits, made = [*_waits("index_scores", last, region), *index], before.value is not None
        yield replace(
            _report("04_antar_tahun", year, region, "", waits, made and not index),
            name=f"{year}/{region}/04_antar_tahun-{last}",
            title=f"Perubahan {fw.regions[region].name} {last}–{year}",
            parameters={"region": region, "from_year": last, "to_year": year},
        )


def _of_office(year: int, region: str) -> Iterator[Report]:
    """Yield what the office's own papers tell."""
    arrived = not quality.arrivals(year, region).empty
    yield _report("01_mutu_data", year, region, "Mutu data", (), arrived)
    if year not in framework.load().years():
        return
    agencies = sorted(carrying.agencies(year, region)["opd"])
    named = not store.read("pillar_agencies", year=year, region=region).empty
    quick = [f(year, region) for f in (quick_wins.named_quick_wins, quick_wins.candidates)]
    there = {
        "quick_win_aspects": not all(frame.empty for frame in quick),
        "pillar_agencies": named or bool(agencies or carrying.unnamed(year, region)),
        "programmes": not programmes.programmes(year, region).empty,
    }
    for notebook, title, table in (
        ("05_quick_win", "Quick win", "quick_win_aspects"),
        ("06_sinergi_opd", "Sinergi OPD", "pillar_agencies"),
        ("08_program", "Program", "programmes"),
    ):
        waits = _waits(table, year, region)
        yield _report(notebook, year, region, title, waits, there[table])
    waited = not not_received(year, region).empty
    yield _report("12_belum_diterima", year, region, "Yang belum diterima", (), waited)
    for opd in agencies:
        yield _report("09_opd", year, region, f"{framework.load().opd[opd].name},", opd=opd)


def _waits(table: str, year: int, region: str) -> tuple[str, ...]:
    """Return what a page of a table waits for; of a region that stayed away nothing will come."""
    found = missing(table, year, region)
    return tuple(found.loc[found["state"] != "absent", "sentence"])


def _report(
    notebook: str,
    year: int,
    region: str,
    title: str,
    waits: Iterable[str] = (),
    can_be_made: bool = True,
    **part: str,
) -> Report:
    """Return a report of a region's year; `part`: a parameter that tells a notebook's apart."""
    own = "".join(f"-{formats.slug(value)}" for value in part.values())
    return Report(
        name=f"{year}/{region}/{notebook}{own}",
        notebook=notebook,
        parameters={"year": year, "region": region, **part},
        title=f"{title} {framework.load().regions[region].name} {year}",
        year=year,
        region=region,
        waits=tuple(dict.fromkeys(waits)),
        can_be_made=can_be_made,
    )
