"""Which notebook is rendered with which parameters, and what an incomplete report waits for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kukar_analysis import formats, framework, store
from kukar_analysis.analysis import agencies as carrying
from kukar_analysis.analysis import compare, quality, quick_wins, told
from kukar_analysis.analysis.missing import missing, not_received
from kukar_analysis.errors import UsageError
from kukar_analysis.report import notebooks

# titles of the notebooks that need the index alone, as an analyst's own do
_OF_INDEX = {"02_indeks": "Indeks Smart City", "07_ketahanan": "Ketahanan peringkat"}
_OF_INDEX |= {"10_pembanding": "Daerah pembanding", "11_isi_indeks": "Yang diukur indeks"}


@dataclass(frozen=True)
class Report:
    """One notebook with one set of parameters. `name` is also its path under the reports.

    waits: what an incomplete page waits for, in sentences; can_be_made: if anything stands on it.
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
    """Return the reports asked for, by year, region and notebook; UsageError for an unknown word.

    `only`: names or notebooks; `parameters`: those whose notebook has them.
    """
    fw, (readable, faults) = framework.load(), notebooks.read_all()
    titles = _OF_INDEX | {one.notebook: one.title for one in notebooks.own()}
    codes = [fw.region(r).region for r in regions or []]
    known: dict[str, Report] = {}
    for year in [told.known_year(y) for y in years] if years else told.years():
        for region in codes or [r.region for r in fw.reported_regions]:
            some = sorted(_of(year, region, titles), key=lambda report: report.notebook)
            known |= {report.name: report for report in some}
    names = known.keys() | {r.notebook for r in known.values()} | faults.keys()
    if unknown := [wanted for wanted in only or [] if wanted not in names]:
        raise UsageError(f"no report {unknown[0]!r}; `kukar list` shows the names")
    found = [r for r in known.values() if not only or r.name in only or r.notebook in only]
    for name, value in (parameters or {}).items():
        found = _given(found, name, value, {one.notebook: one.parameters for one in readable})
    return found


def _given(
    found: list[Report], name: str, value: str, known: Mapping[str, Mapping[str, Any]]
) -> list[Report]:
    chosen = [r for r in found if name in known.get(r.notebook, ())]
    chosen = [r for r in chosen if str(r.parameters.get(name, value)) == value]
    if not chosen:
        names = ", ".join(dict.fromkeys(n for r in found for n in known.get(r.notebook, ())))
        raise UsageError(f"no report has {name} = {value}; known parameters: {names or 'none'}")
    part = formats.slug(value)
    if part != value:  # -1 and 1, a b and a_b: told apart
        part += f"-{hashlib.sha256(value.encode()).hexdigest()[:6]}"
    for place, report in enumerate(chosen):
        default = known[report.notebook][name]
        read = notebooks.value(name, value, default)
        if name not in report.parameters and read != default:
            chosen[place] = replace(
                report,
                name=f"{report.name}-{formats.slug(name)}-{part}",
                title=f"{report.title} ({name} = {value})",
                parameters={**report.parameters, name: read},
            )
    return chosen


def _of(year: int, region: str, of_index: dict[str, str]) -> Iterator[Report]:
    """Yield the reports of a region and year; `of_index`: titles of those that need the index."""
    fw, report = framework.load(), partial(_report, year, region)
    if fw.is_office(region):
        yield report("01_mutu_data", "Mutu data", made=not quality.arrivals(year, region).empty)
    if year not in fw.years():
        return
    record = compare.index_record(year, region)
    took_part, both = record is None or record["participated"], ("index_scores", "question_scores")
    for notebook, title in of_index.items():
        if took_part or notebook == "02_indeks":  # all there is to say of who stayed away
            yield report(notebook, title, "index_scores")
    if took_part:
        yield report("00_ringkasan", "Ringkasan", *both)
        for pillar, about in fw.pillars.items():
            yield report("03_pilar", about.name, *both, pillar=pillar)
        # since the last year with an edition, which need not be the one before
        last = max((y for y in fw.years() if y < year), default=0)
        before = compare.index_value(last, region) if last else None
        if before is not None and before.known != "absent":
            titled = ("04_antar_tahun", "Perubahan", "index_scores")
            then, now = (_report(y, region, *titled) for y in (last, year))
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
        counted = agencies or carrying.unnamed(year, region)
        counted = counted or len(store.read("pillar_agencies", year=year, region=region))
        named = not quick_wins.named_quick_wins(year, region).empty
        waited = not not_received(year, region).empty
        yield report("05_quick_win", "Quick win", "quick_win_aspects", made=named)
        yield report("06_sinergi_opd", "Sinergi OPD", "pillar_agencies", made=bool(counted))
        yield report("08_program", "Program", "programmes")
        yield report("12_belum_diterima", "Yang belum diterima", made=waited)
        for opd in agencies:
            yield report("09_opd", f"{fw.opd[opd].name},", made=True, opd=opd)


def _report(
    year: int, region: str, notebook: str, title: str, *tables: str, made: bool = False, **part: str
) -> Report:
    """Return a report that can be made where its first table holds something, or if `made`."""
    lacking = [row for table in tables for row in missing(table, year, region).itertuples()]
    found = [row for row in lacking if row.state != "absent"]  # nothing will come of who was
    nothing = [row.table for row in found if row.state == "nothing"]
    return Report(
        name=f"{year}/{region}/{notebook}" + "".join(f"-{formats.slug(p)}" for p in part.values()),
        notebook=notebook,
        parameters={"year": year, "region": region, **part},
        title=f"{title} {framework.load().regions[region].name} {year}",
        year=year,
        region=region,
        waits=tuple(dict.fromkeys(row.sentence for row in found)),
        can_be_made=made or (bool(tables) and tables[0] not in nothing),
    )
