"""Which notebook is rendered with which parameters, and what an incomplete report waits for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kukar_analysis import formats, framework, paths, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import compare, programmes, quality, quick_wins
from kukar_analysis.analysis.missing import missing
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
    for wanted in only or []:
        if wanted not in {r.name for r in found} | {r.notebook for r in found}:
            raise UsageError(f"no report {wanted!r}; `kukar list` shows the names")
    if only:
        found = [r for r in found if r.name in only or r.notebook in only]
    for name, value in (parameters or {}).items():
        found = _given(found, name, value)
    return found


def _given(found: list[Report], name: str, value: str) -> list[Report]:
    """Return the reports that have a parameter with a value, in words.

    Of notebooks whose reports leave a parameter as it is, those that have it with this value: they
    are reports of their own, with the parameter in their name.
    """
    own = {r.notebook: _own_parameters(r.notebook) for r in found}
    knowing = [r for r in found if name in r.parameters or name in own[r.notebook]]
    if not knowing:
        known = ", ".join(
            dict.fromkeys(p for r in found for p in (*r.parameters, *own[r.notebook]))
        )
        raise UsageError(f"no notebook has a parameter {name!r}; known: {known or 'none'}")
    chosen = [
        r if name in r.parameters else _variant(r, name, own[r.notebook][name], value)
        for r in knowing
        if str(r.parameters.get(name, value)) == value
    ]
    if not chosen:
        raise UsageError(f"no report has {name} = {value}; `kukar list` shows what there is")
    return chosen


def _own_parameters(notebook: str) -> Mapping[str, notebooks.Parameter]:
    """Return the parameters of a notebook; none of one that cannot be read, which is said."""
    if (
        notebook in notebooks.faults()
        or not (path := paths.NOTEBOOKS / f"{notebook}.ipynb").exists()
    ):
        return {}
    return notebooks.read(path).parameters


def _variant(report: Report, name: str, of: notebooks.Parameter, value: str) -> Report:
    """Return a report with a parameter of its notebook's own; the same where it has that value."""
    read = of.read(name, value)
    if read == of.default:
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


def _of(year: int, region: str) -> Iterator[Report]:
    """Yield the reports of one region and year, in the order of the notebooks."""
    fw = framework.load()
    found = [] if year not in fw.years() else [*_of_scores(year, region)]
    if fw.is_office(region):
        found += _of_office(year, region)
    # a shipped notebook that lost its metadata is one report still, not one of its own besides
    named: dict[str, Report] = {}
    for report in found:
        named.setdefault(report.name, report)
    yield from sorted(named.values(), key=lambda report: report.notebook)


def _of_scores(year: int, region: str) -> Iterator[Report]:
    """Yield what the ministry's figures tell; none for what a region that stayed away lacks."""
    fw = framework.load()
    name = fw.regions[region].name
    record = compare.index_record(year, region)
    index = _waits("index_scores", year, region)
    questions = _waits("question_scores", year, region)
    known = record is not None
    title = f"Indeks Smart City {name} {year}"
    yield _report("02_indeks", year, region, title, waits=index, can_be_made=known)
    if record is not None and not record["participated"]:
        return
    title = f"Ringkasan {name} {year}"
    yield _report(
        "00_ringkasan", year, region, title, waits=[*index, *questions], can_be_made=known
    )
    for found in notebooks.own():
        title = f"{found.title} {name} {year}"
        yield _report(found.notebook, year, region, title, waits=index, can_be_made=known)
    for pillar in fw.pillars.values():
        yield _report(
            "03_pilar",
            year,
            region,
            f"{pillar.name} {name} {year}",
            pillar.pillar,
            {"year": year, "region": region, "pillar": pillar.pillar},
            waits=[*index, *questions],
            can_be_made=known,
        )
    yield from _of_two_years(year, region, index)
    title = f"Ketahanan peringkat {name} {year}"
    yield _report("07_ketahanan", year, region, title, waits=index, can_be_made=known)


def _of_two_years(year: int, region: str, index: tuple[str, ...]) -> Iterator[Report]:
    """Yield what changed since the year before that has an edition, which need not be the last."""
    fw = framework.load()
    last = max((y for y in fw.years() if y < year), default=None)
    before = compare.index_value(last, region) if last else None
    if last is None or before is None or before.known == "absent":
        return
    yield _report(
        "04_antar_tahun",
        year,
        region,
        f"Perubahan {fw.regions[region].name} {last}–{year}",
        f"{last}",
        {"region": region, "from_year": last, "to_year": year},
        waits=[*_waits("index_scores", last, region), *index],
        can_be_made=not index and before.value is not None,
    )


def _of_office(year: int, region: str) -> Iterator[Report]:
    """Yield what the office's own papers tell."""
    fw = framework.load()
    name = fw.regions[region].name
    arrived = not quality.arrivals(year, region).empty
    yield _report("01_mutu_data", year, region, f"Mutu data {name} {year}", can_be_made=arrived)
    if year not in fw.years():
        return
    yield _report(
        "05_quick_win",
        year,
        region,
        f"Quick win {name} {year}",
        waits=_waits("quick_win_aspects", year, region),
        can_be_made=not quick_wins.named_quick_wins(year, region).empty
        or not quick_wins.candidates(year, region).empty,
    )
    agencies = sorted(carrying.agencies(year, region)["opd"])
    yield _report(
        "06_sinergi_opd",
        year,
        region,
        f"Sinergi OPD {name} {year}",
        waits=_waits("pillar_agencies", year, region),
        can_be_made=not store.read("pillar_agencies", year=year, region=region).empty
        or bool(agencies or carrying.unnamed(year, region)),
    )
    yield _report(
        "08_program",
        year,
        region,
        f"Program {name} {year}",
        waits=_waits("programmes", year, region),
        can_be_made=not programmes.programmes(year, region).empty,
    )
    for opd in agencies:
        yield _report(
            "09_opd",
            year,
            region,
            f"{fw.opd[opd].name}, {name} {year}",
            formats.slug(opd),
            {"year": year, "region": region, "opd": opd},
        )


def _waits(table: str, year: int, region: str) -> tuple[str, ...]:
    """Return what a page of a table waits for; of a region that stayed away nothing will come."""
    found = missing(table, year, region)
    return tuple(found.loc[found["state"] != "absent", "sentence"])


def _report(
    notebook: str,
    year: int,
    region: str,
    title: str,
    part: str = "",
    parameters: Mapping[str, Any] | None = None,
    *,
    waits: Sequence[str] = (),
    can_be_made: bool = True,
) -> Report:
    """Return a report of a region's year; `part` tells those of one notebook apart."""
    return Report(
        name=f"{year}/{region}/{notebook}{f'-{part}' if part else ''}",
        notebook=notebook,
        parameters=parameters or {"year": year, "region": region},
        title=title,
        year=year,
        region=region,
        waits=tuple(dict.fromkeys(waits)),
        can_be_made=can_be_made,
    )
