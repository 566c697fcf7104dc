"""Which notebook is rendered with which parameters, and what an incomplete report waits for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from kukar_analysis import formats, framework, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import compare, quality, quick_wins, told
from kukar_analysis.analysis.missing import COLUMNS, missing, not_received
from kukar_analysis.errors import UsageError
from kukar_analysis.report import notebooks

_OF_INDEX = {
    "02_indeks": "Indeks Smart City",
    "07_ketahanan": "Ketahanan peringkat",
    "10_pembanding": "Daerah pembanding",
    "11_isi_indeks": "Yang diukur indeks",
}
"""Titles of the notebooks that need the index alone, as an analyst's own do."""


@dataclass(frozen=True)
class Report:
    """One notebook with one set of parameters. `name` is also its path under the reports.

    waits: what an incomplete page waits for, in sentences for its reader. can_be_made: False where
    nothing at all would stand on the page but empty places.
    """

    name: str
    notebook: str
    parameters: Mapping[str, Any]
    title: str
    year: int
    region: str
    waits: tuple[str, ...] = ()
    can_be_made: bool = True

    @property
    def status(self) -> str:
        """complete, incomplete (made, with empty places) or waiting (not made)."""
        made = "incomplete" if self.waits else "complete"
        return made if self.can_be_made else "waiting"


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
    fw, own = framework.load(), {one.notebook: one.title for one in notebooks.own()}
    codes = [fw.region(r).region for r in regions or []]
    codes = codes or [r.region for r in fw.reported_regions]
    known: dict[str, Report] = {}
    for year in [told.known_year(y) for y in years] if years else told.years():
        for region in codes:
            for report in sorted(_of(year, region, own), key=lambda report: report.notebook):
                known.setdefault(report.name, report)
    names = known.keys() | {r.notebook for r in known.values()} | notebooks.faults().keys()
    for wanted in only or []:
        if wanted not in names:  # one that cannot be read is named where it is read
            raise UsageError(f"no report {wanted!r}; `kukar list` shows the names")
    found = [r for r in known.values() if not only or r.name in only or r.notebook in only]
    for name, value in (parameters or {}).items():
        found = _given(found, name, value)
    return found


def _given(found: list[Report], name: str, value: str) -> list[Report]:
    """Return the reports that have a parameter with a value, or get it: reports of their own."""
    own = {one.notebook: one.parameters for one in notebooks.readable()}
    chosen = [r for r in found if name in own.get(r.notebook, ())]
    chosen = [r for r in chosen if str(r.parameters.get(name, value)) == value]
    if not chosen:
        names = ", ".join(dict.fromkeys(n for r in found for n in own.get(r.notebook, ())))
        raise UsageError(f"no report has {name} = {value}; known parameters: {names or 'none'}")
    part = formats.slug(value)
    if part != value:  # -1 and 1, a b and a_b: told apart
        part += f"-{hashlib.sha256(value.encode()).hexdigest()[:6]}"
    made = []
    for report in chosen:
        of = own[report.notebook][name]
        if name not in report.parameters and (read := of.read(name, value)) != of.default:
            report = replace(
                report,
                name=f"{report.name}-{formats.slug(name)}-{part}",
                title=f"{report.title} ({name} = {value})",
                parameters={**report.parameters, name: read},
            )
        made.append(report)
    return made


def _of(year: int, region: str, own: dict[str, str]) -> Iterator[Report]:
    """Yield the reports of one region and year; `own`: titles of an analyst's own notebooks."""
    fw, report = framework.load(), partial(_report, year, region)
    if fw.is_office(region):
        yield report("01_mutu_data", "Mutu data", made=not quality.arrivals(year, region).empty)
    if year not in fw.years():
        return
    record = compare.index_record(year, region)
    took_part = record is None or record["participated"]
    for notebook, title in (_OF_INDEX | own).items():
        if took_part or notebook == "02_indeks":  # all there is to say of who stayed away
            yield report(notebook, title, "index_scores")
    if took_part:
        yield report("00_ringkasan", "Ringkasan", "index_scores", "question_scores")
        for pillar, about in fw.pillars.items():
            both = ("index_scores", "question_scores")
            yield report("03_pilar", about.name, *both, pillar=pillar)
        # since the last year with an edition, which need not be the one before
        last = max((y for y in fw.years() if y < year), default=0)
        before = compare.index_value(last, region) if last else None
        if before is not None and before.known != "absent":
            titled = ("04_antar_tahun", "Perubahan", "index_scores")
            then, now = _report(last, region, *titled), report(*titled)
            yield replace(
                now,
                name=f"{now.name}-{last}",
                title=now.title.removesuffix(f"{year}") + f"{last}–{year}",
                parameters={"region": region, "from_year": last, "to_year": year},
                waits=tuple(dict.fromkeys([*then.waits, *now.waits])),
                can_be_made=before.value is not None and not now.waits,
            )
    if fw.is_office(region):
        agencies = sorted(carrying.agencies(year, region)["opd"])
        counted = not store.read("pillar_agencies", year=year, region=region).empty
        counted = counted or bool(agencies or carrying.unnamed(year, region))
        named = not quick_wins.named_quick_wins(year, region).empty
        waited = not not_received(year, region).empty
        yield report("05_quick_win", "Quick win", "quick_win_aspects", made=named)
        yield report("06_sinergi_opd", "Sinergi OPD", "pillar_agencies", made=counted)
        yield report("08_program", "Program", "programmes")
        yield report("12_belum_diterima", "Yang belum diterima", made=waited)
        for opd in agencies:
            yield report("09_opd", f"{fw.opd[opd].name},", made=True, opd=opd)


def _report(
    year: int, region: str, notebook: str, title: str, *tables: str, made: bool = False, **part: str
) -> Report:
    """Return a report that waits for tables; `part`: a parameter that tells a notebook's apart.

    It can be made where something of the first table is there, or if it is `made` all the same.
    """
    lacking = [pd.DataFrame(columns=COLUMNS), *(missing(table, year, region) for table in tables)]
    found = pd.concat(lacking).query("state != 'absent'")  # of who stayed away nothing will come
    nothing = [*found.query("state == 'nothing'")["table"]]
    return Report(
        name=f"{year}/{region}/{notebook}" + "".join(f"-{formats.slug(p)}" for p in part.values()),
        notebook=notebook,
        parameters={"year": year, "region": region, **part},
        title=f"{title} {framework.load().regions[region].name} {year}",
        year=year,
        region=region,
        waits=tuple(dict.fromkeys(found["sentence"])),
        can_be_made=made or (bool(tables) and tables[0] not in nothing),
    )
