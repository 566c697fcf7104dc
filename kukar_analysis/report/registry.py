"""Which notebook is rendered with which parameters, and what an incomplete report waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kukar_analysis import compare, framework, quality
from kukar_analysis.errors import UsageError
from kukar_analysis.gaps import Gap, index_gap, questions_gap


@dataclass(frozen=True)
class Report:
    """One notebook with one set of parameters. `name` is also its path under the reports."""

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    title: str
    year: int
    region: str
    gaps: tuple[Gap, ...] = ()
    can_be_made: bool = True
    """False where nothing at all would stand on the page but empty places."""

    @property
    def status(self) -> str:
        """complete, incomplete (made, with empty places) or waiting (not made)."""
        if not self.can_be_made:
            return "waiting"
        return "incomplete" if self.gaps else "complete"


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
        if not any(name in r.parameters for r in found):
            known = ", ".join(dict.fromkeys(p for r in found for p in r.parameters))
            raise UsageError(f"no notebook has a parameter {name!r}; known: {known or 'none'}")
        found = [r for r in found if str(r.parameters.get(name)) == value]
        if not found:
            raise UsageError(f"no report has {name} = {value}; `kukar list` shows what there is")
    return found


def _of(year: int, region: str) -> Iterator[Report]:
    """Yield the reports of one region and year; none for what a region that stayed away lacks."""
    fw = framework.load()
    name = fw.regions[region].name
    if fw.is_office(region):
        yield Report(
            name=f"{year}/{region}/01_mutu_data",
            notebook="01_mutu_data",
            parameters={"year": year, "region": region},
            title=f"Mutu data {name} {year}",
            year=year,
            region=region,
            can_be_made=not quality.arrivals(year, region).empty,
        )
    if year not in fw.years():
        return
    record = compare.index_record(year, region)
    index = index_gap(year, region)
    common: dict[str, Any] = {"year": year, "region": region}
    yield Report(
        name=f"{year}/{region}/02_indeks",
        notebook="02_indeks",
        parameters=common,
        title=f"Indeks Smart City {name} {year}",
        gaps=_existing(index),
        can_be_made=record is not None,
        **common,
    )
    if record is not None and not record["participated"]:
        return
    for pillar in fw.pillars.values():
        yield Report(
            name=f"{year}/{region}/03_pilar-{pillar.pillar}",
            notebook="03_pilar",
            parameters={**common, "pillar": pillar.pillar},
            title=f"{pillar.name} {name} {year}",
            gaps=_existing(index, questions_gap(year, region)),
            can_be_made=record is not None,
            **common,
        )
    before = compare.index_value(year - 1, region)
    if year - 1 in fw.years() and before.known != "absent":
        yield Report(
            name=f"{year}/{region}/04_antar_tahun-{year - 1}",
            notebook="04_antar_tahun",
            parameters={"region": region, "from_year": year - 1, "to_year": year},
            title=f"Perubahan {name} {year - 1}–{year}",
            gaps=_existing(index_gap(year - 1, region), index),
            can_be_made=record is not None and before.value is not None,
            **common,
        )


def _existing(*gaps: Gap | None) -> tuple[Gap, ...]:
    return tuple(gap for gap in gaps if gap)
