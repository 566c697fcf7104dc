"""The four forms: for agencies, for a letter that is a picture, for programmes, for a survey."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from kukar_analysis import formats, framework, suggest
from kukar_analysis.analysis.limits import edition_unconfirmed
from kukar_analysis.errors import DefinitionError, UsageError
from kukar_analysis.forms import draw
from kukar_analysis.forms.draw import Caption, Column, Entry
from kukar_analysis.framework.facts import FIXED_NAMES, FormColumn, Opd, Survey

COORDINATORS = ("Bappeda", "Diskominfo")
"""Agencies that are also asked what is of no pillar: Bappeda leads and Diskominfo coordinates the
evaluation (rakor of 7 September 2022, citation kukarkab-631; said too in definitions/events.csv).
"""
_GENERAL = "Umum"
"""Sheet of the questions that are of no pillar."""
_QUESTIONS = "edition_questions"
_BLANK: list[tuple[str | int | None, ...]] = [()]


def forms(
    year: int,
    region: str,
    folder: Path,
    opd: list[str] | None,
    pillars_of: Mapping[str, Sequence[str]],
    edition: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write the form of each agency asked for, or one blank form: a sheet a pillar.

    An agency gets the sheets of the pillars it carries, all six where none are on record. None is
    written where one of them cannot be.
    """
    fw = framework.load()
    place = fw.region(region).name
    edition = edition_of(year, edition, fw.edition_questions, "list of questions", _QUESTIONS)
    made = []
    for found in dict.fromkeys(suggest.agency(n) for n in opd) if opd is not None else [None]:
        carried = [fw.pillar(p).pillar for p in pillars_of.get(found.opd, ())] if found else []
        sheets = {
            p.name: p.pillar for p in fw.pillars.values() if p.pillar in carried or not carried
        }
        asked = {
            name: [q for q in fw.asked(edition) if q.pillar == pillar]
            for name, pillar in [*sheets.items(), (_GENERAL, None)]
            if pillar or not found or found.opd in COORDINATORS
        }
        here = {q.component for questions in asked.values() for q in questions}
        survey = fw.surveys.get(edition)
        form = _Form("agency", f"Formulir Penilaian Mandiri Smart City {year}", year, place, found)
        form.said |= {
            "components": formats.listed(
                [c.name for c in fw.components.values() if c.component in here]
            ),
            "copied": edition_unconfirmed(edition) or "",
            "surveyed": f" Komponen {fw.components[survey.component].name} dinilai melalui survei"
            " pengguna layanan, sehingga tidak ditanyakan di sini."
            if survey
            else "",
        }
        if not found:
            (choose,) = (c for c in fw.forms if (c.kind, c.column) == ("caption", "opd"))
            form.captions.append(Caption(heading("caption", "opd"), entry=_entry(choose, {})))
        for name, questions in ((n, q) for n, q in asked.items() if q):
            printed = [fw.edition_questions[edition][q.question] for q in questions]
            form.sheet(
                "agency_form",
                name,
                [
                    (p.number, q.question, fw.components[q.component].name, p.code, q.label)
                    for p, q in zip(printed, questions, strict=True)
                ],
                name,
            )
        name = f"formulir-{year}-{formats.slug(found.opd)}" if found else f"formulir-{year}"
        made.append((form, folder / f"{name}.xlsx"))
    draw.check_free([path for _, path in made], force)
    return [form.save(path, "agency_form") for form, path in made]


def letter(
    year: int, region: str, folder: Path, edition: str | None = None, force: bool = False
) -> Path:
    """Write the form for typing in a letter whose pages are pictures, as they are printed."""
    fw = framework.load()
    place = fw.region(region)
    edition = edition_of(year, edition, fw.edition_questions, "list of questions", _QUESTIONS)
    path = folder / f"isian-surat-{year}-{place.region}.xlsx"
    draw.check_free([path], force)
    form = _Form("letter", f"Isian Surat Hasil Evaluasi Smart City {year}", year, place.name)
    form.captions = form.captions[1:]
    weighed = {"component": [heading("national_table", c) for c in fw.weights[edition]]}
    # the letter of 2023 lists 130 regions that took part and 11 that did not
    form.sheet("national_table", "Tabel nasional", _BLANK * 150, "tabel nasional", weighed)
    group = fw.groups[fw.editions[edition].group].name
    form.captions.append(Caption(heading("caption", "group"), group))
    means = [(place.name, fw.components[c].name) for c in fw.weights[edition]]
    form.sheet("component_scores", "Nilai komponen", means, "nilai komponen")
    asked = [(q, fw.questions[q.question]) for q in fw.edition_questions[edition].values()]
    rows = [
        (place.name, fw.components[q.component].name, p.number, p.block, p.code, q.label, "asesor")
        for p, q in asked
    ]
    form.sheet("question_scores", "Nilai butir", rows, "nilai butir")
    return form.save(path, "national_table")


def programmes(
    year: int, region: str, folder: Path, opd: str | None = None, force: bool = False
) -> Path:
    """Write the form for programmes and quick wins, of one agency or of all."""
    place = framework.load().region(region).name
    found = suggest.agency(opd) if opd is not None else None
    path = folder / f"program-{year}{f'-{formats.slug(found.opd)}' if found else ''}.xlsx"
    draw.check_free([path], force)
    form = _Form("programmes", f"Program dan Quick Win Smart City {year}", year, place, found)
    form.sheet("programmes", "Program", _BLANK * 40, without=["opd"] if found else [])
    # ten aspects of six quick wins, one a pillar
    form.sheet("quick_win_aspects", "Aspek quick win", _BLANK * 60, "aspek quick win")
    return form.save(path, "programmes")


def survey(
    year: int, region: str, folder: Path, edition: str | None = None, force: bool = False
) -> Path:
    """Write the sheet that survey answers are typed in or exported to."""
    fw = framework.load()
    place = fw.region(region).name
    facts = fw.surveys[edition_of(year, edition, fw.surveys, "survey", "surveys")]
    path = folder / f"survei-{year}.xlsx"
    draw.check_free([path], force)
    form = _Form("survey", f"Survei Pengguna Layanan Smart City {year}", year, place)
    form.said |= {
        "survey": facts,
        "components": fw.components[facts.component].name,
        "pillar": fw.names["pillar"],
        "statements": {pillar: _statements(facts, pillar) for pillar in fw.pillars},
    }
    scale = tuple(str(n) for n in range(facts.lowest, facts.highest + 1))
    several = {"statement": [_statement(n) for n in range(1, facts.statements + 1)]}
    # more people may answer than have to
    blank = _BLANK * (2 * facts.respondents * len(fw.pillars))
    form.sheet("survey", "Survei", blank, several=several, offered={"scale": scale})
    return form.save(path, "survey")


def heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by: the first on record, which the reader knows.

    Raises DefinitionError when the column has none, as a component that is new.
    """
    for layout in framework.load().layouts:
        if (layout.kind, layout.column) == (kind, column):
            return layout.headings.split(" | ")[0]
    raise DefinitionError(f"layouts.csv: {kind} has no heading for {column}; add a line")


def edition_of(year: int, asked: str | None, known: Collection[str], what: str, file: str) -> str:
    """Return the edition asked for, or the only one of the year among the `known` ones.

    Raises UsageError when there is none or more than one, naming what there is.
    """
    fw = framework.load()
    if asked is not None and fw.edition(asked).year != year:
        raise UsageError(f"edition {asked} is of {fw.edition(asked).year}, not of {year}")
    of_year = [e for e in known if fw.editions[e].year == year and asked in (None, e)]
    if not of_year:
        others = ", ".join(sorted(f"{fw.editions[e].year} ({e})" for e in known))
        where = f"definitions/{file}.csv"
        raise UsageError(f"no {what} of {asked or year} is on record; known: {others} ({where})")
    if len(of_year) > 1:
        raise UsageError(f"{year} has several editions with a {what}: name {' or '.join(of_year)}")
    return of_year[0]


class _Form:
    """A workbook on its way: its captions, its sheets, and what its instructions say."""

    def __init__(
        self, form: str, title: str, year: int, place: str, opd: Opd | None = None
    ) -> None:
        self.form, self.title, self.year = form, title, year
        self.about = opd.name if opd else None if form == "agency" else place
        self.said: dict[str, Any] = {"year": year, "place": place}
        when = (("region", place), ("year", str(year)), ("opd", opd.name if opd else ""))
        self.captions = [Caption(heading("caption", w), value) for w, value in when if value]
        self._sheets: list[tuple[Any, ...]] = []

    def sheet(
        self,
        kind: str,
        name: str,
        rows: Sequence[Sequence[str | int | None]] = (),
        part: str = "",
        several: Mapping[str, Sequence[str]] | None = None,
        without: Collection[str] = (),
        offered: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Add a list: `several` names the headings of a column that stands more than once."""
        columns = [
            Column(head, c.width, _entry(c, offered or {}))
            for c in framework.load().forms
            if c.kind == kind
            for head in (several or {}).get(c.column) or [heading(kind, c.column)]
            if c.column not in without
        ]
        title = f"{self.title}: {part}" if part else self.title
        lines = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
        self._sheets.append((name, title, [*self.captions], columns, lines))

    def save(self, path: Path, kind: str) -> Path:
        """Draw and write it; the instructions name columns of `kind` by their headings."""
        fw = framework.load()
        made = draw.book(f"{self.title}: {self.about}" if self.about else self.title, self.year)
        heads = {
            k: {x.column: heading(k, x.column) for x in fw.layouts if x.kind == k}
            for k in (kind, "caption")
        }
        said = self.said | {"head": heads[kind], "caption": heads["caption"]}
        topics = [
            (t.topic.format_map(said), t.text and t.text.format_map(said))
            for t in fw.form_topics
            if t.form == self.form
        ]
        draw.guide(made, self.title, [topic for topic in topics if topic[1] != ""])
        for sheet in self._sheets:
            draw.list_sheet(made, *sheet)
        return draw.save(made, path)


def _entry(column: FormColumn, offered: Mapping[str, tuple[str, ...]]) -> Entry | None:
    """Return what is typed into a column; `<pillars>` offers all their names."""
    if column.typed == "locked":
        return None
    options = tuple((column.options or "").split(" | ")) if column.options else ()
    if column.options and column.options.startswith("<"):
        kind = column.options.strip("<>")
        options = offered.get(kind) or _names(kind)
    return Entry(column.prompt or "", options, column.typed != "suggested", column.typed == "whole")


def _names(kind: str) -> tuple[str, ...]:
    """Return the names of a kind as a drop-down shows them: agencies by name, others in order."""
    fw = framework.load()
    if kind in FIXED_NAMES:
        return tuple(fw.names[kind][id_] for id_ in FIXED_NAMES[kind])
    names = [record.name for record in getattr(fw, kind).values()]
    return tuple(sorted(names) if kind == "opd" else names)


def _statements(facts: Survey, pillar: str) -> str:
    """Return what the statements of a pillar are about: `P1–P3 Layanan Publik; …`."""
    fw = framework.load()
    asked = sorted(fw.edition_questions[facts.edition].values(), key=lambda q: q.number)
    questions = [fw.questions[q.question] for q in asked]
    about = [
        fw.sub_dimensions[q.sub_dimension].name
        for q in questions
        if (q.component, q.pillar) == (facts.component, pillar) and q.sub_dimension
    ]
    numbered = groupby(enumerate(about, start=1), key=lambda item: item[1])
    runs = [(name, [number for number, _ in run]) for name, run in numbered]
    return "; ".join(f"{_statement(n[0])}–{_statement(n[-1])} {name}" for name, n in runs)


def _statement(number: int) -> str:
    return heading("survey", "statement").replace("#", str(number))
