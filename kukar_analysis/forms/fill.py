"""The forms: of agencies and what these can still mend, of a letter, programmes, a survey."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import formats, framework, places, suggest
from kukar_analysis.analysis import quality
from kukar_analysis.analysis.missing import edition_unconfirmed
from kukar_analysis.errors import DefinitionError, UsageError
from kukar_analysis.forms import draw
from kukar_analysis.forms.draw import Caption, Column, Entry
from kukar_analysis.framework.facts import FIXED_NAMES, EditionQuestion, FormColumn, Opd, Survey

COORDINATORS = ("Bappeda", "Diskominfo")
"""Agencies that are also asked what is of no pillar: Bappeda leads and Diskominfo coordinates the
evaluation (rakor of 7 September 2022, citation kukarkab-631; said too in definitions/events.csv).
"""
_GENERAL = "Umum"
"""Sheet of the questions that are of no pillar."""
_BLANK: list[tuple[str | int | None, ...]] = [()]
_KINDS = {
    "agency": ("agency_form", "formulir-{0}", "Formulir Penilaian Mandiri"),
    "letter": ("national_table", "isian-surat-{0}-{1}", "Isian Surat Hasil Evaluasi"),
    "programmes": ("programmes", "program-{0}", "Program dan Quick Win"),
    "survey": ("survey", "survei-{0}", "Survei Pengguna Layanan"),
}
"""The list of a kind of form whose headings its instructions name, its file and its title."""


def write(
    kind: str,
    year: int,
    region: str,
    folder: Path,
    opd: Iterable[str] | None = None,
    pillars_of: Mapping[str, Sequence[str]] | None = None,
    *,
    edition: str | None = None,
    force: bool = False,
) -> list[Path]:
    """Write a form (agency, letter, programmes, survey), or one for each agency that is asked for.

    An agency gets the sheets of the pillars it carries, all six where none are on record. None is
    written where one of them cannot be, or stands there already (unless `force`).
    """
    fw, (heads, name, title) = framework.load(), _KINDS[kind]
    place, facts = fw.region(region), None
    if kind != "programmes":
        facts = _edition(year, edition, "surveys" if kind == "survey" else "edition_questions")
    agencies = dict.fromkeys(map(suggest.agency, opd or ()))
    forms = {}
    for agency in agencies if agencies and kind in ("agency", "programmes") else [None]:
        form = _Form(kind, heads, f"{title} Smart City {year}", year, place.name, agency)
        _FILLS[kind](form, facts or "", pillars_of or {})
        file = name.format(year, place.region) + (f"-{formats.slug(agency.opd)}" if agency else "")
        forms[folder / f"{file}.xlsx"] = form
    return _saved(forms, force)


def mend(
    year: int, region: str, folder: Path, opd: Iterable[str] | None = None, *, force: bool = False
) -> list[Path]:
    """Write back to the agencies what of their answers has a finding or is still to be given.

    A form for each file that came, filled in as it came; it bears the file's name with the ending
    by which what comes back has the last word (clean/received.py). None is written where one stands
    there already (unless `force`).
    """
    fw, place = framework.load(), framework.load().region(region)
    own, found = (f(year, place.region) for f in (quality.own_answers, quality.findings))
    said = found["kind"].map(fw.names["kind"]) + ": " + found["advice"]
    said = own["origin"].map(said.groupby(found["origin"]).agg(" ".join)).astype("str")
    unanswered = "Belum dijawab: isi jawaban, nilai, dan data dukung."
    own = own.assign(
        finding=said.where(own["is_answered"], unanswered),
        given=[formats.number(x) if pd.notna(x) else "belum dijawab" for x in own["score"]],
        file=own["origin"].map(places.file_of),
    ).dropna(subset=["finding", "opd"])
    if opd:
        own = own[own["opd"].isin([suggest.agency(name).opd for name in opd])]
    forms = {}
    for (agency, file, edition), lines in own.groupby(["opd", "file", "edition"], sort=False):
        title = f"Perbaikan Penilaian Mandiri Smart City {year}"
        form = _Form("findings", "agency_form", title, year, place.name, fw.opd[agency])
        texts = lines.set_index("question")[["finding", "answer", "given", "evidence", "remark"]]
        texts = texts.astype(object).where(texts.notna(), None)
        asked = fw.edition_questions[edition]
        rows = [_numbered(asked[q]) + tuple(texts.loc[q]) for q in asked if q in texts.index]
        form.sheet("agency_form", "Perbaikan", rows)
        forms[folder / f"{PurePosixPath(file).stem}-susulan.xlsx"] = form
    return _saved(forms, force)


def _numbered(printed: EditionQuestion) -> tuple[str | int | None, ...]:
    """Return what a form of agencies says of a question before its answer."""
    fw = framework.load()
    question = fw.questions[printed.question]
    component = fw.components[question.component].name
    return printed.number, question.question, component, printed.code, question.label


def _saved(forms: Mapping[Path, _Form], force: bool) -> list[Path]:
    there = [path for path in forms if path.exists() and not force]
    if there:
        raise UsageError(
            f"{there[0]} is there already and may be filled in: nothing was written; move it,"
            " or ask for it to be replaced with --force"
        )
    return [form.save(path) for path, form in forms.items()]


def heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by: the first on record, which the reader knows.

    Raises DefinitionError when the column has none, as a component that is new.
    """
    for layout in framework.load().layouts:
        if (layout.kind, layout.column) == (kind, column):
            return layout.headings.split(" | ")[0]
    raise DefinitionError(f"layouts.csv: {kind} has no heading for {column}; add a line")


def _edition(year: int, asked: str | None, file: str) -> str:
    """Return the edition asked for, or the only one of the year that a file of definitions knows.

    Raises UsageError when there is none or more than one, naming what there is.
    """
    fw = framework.load()
    if asked is not None and fw.edition(asked).year != year:
        raise UsageError(f"edition {asked} is of {fw.edition(asked).year}, not of {year}")
    known = getattr(fw, file)
    of_year = [e for e in known if fw.editions[e].year == year and asked in (None, e)]
    if len(of_year) == 1:
        return str(of_year[0])
    said = f"several, {' or '.join(of_year)}: name one" if of_year else "none"
    others = ", ".join(sorted(f"{fw.editions[e].year} ({e})" for e in known))
    raise UsageError(f"of {asked or year} definitions/{file}.csv has {said}; known: {others}")


class _Form:
    """A workbook on its way: its captions, its sheets, and what its instructions say."""

    def __init__(
        self, kind: str, heads: str, title: str, year: int, place: str, opd: Opd | None
    ) -> None:
        self.kind, self.heads, self.title, self.year = kind, heads, title, year
        self.place, self.opd = place, opd
        self.said: dict[str, Any] = {"year": year, "place": place}
        about = {"region": place, "year": str(year), "opd": opd.name if opd else ""}
        self.captions = [Caption(heading("caption", k), text) for k, text in about.items() if text]
        self._sheets: list[tuple[Any, ...]] = []

    def sheet(
        self,
        kind: str,
        name: str,
        rows: Sequence[Sequence[str | int | None]],
        part: str = "",
        several: Mapping[str, Sequence[str]] | None = None,
        offered: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        """Add a list: `several` names the headings of a column that stands more than once."""
        columns = [
            Column(head, c.width, _entry(c, offered or {}))
            for c in framework.load().forms
            if c.kind == kind
            and not (c.column == "opd" and self.opd)
            and (c.column != "finding" or self.kind == "findings")
            for head in (several or {}).get(c.column) or [heading(kind, c.column)]
        ]
        title = f"{self.title}: {part}" if part else self.title
        lines = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
        self._sheets.append((name, title, [*self.captions], columns, lines))

    def save(self, path: Path) -> Path:
        """Draw and write it; the instructions name columns by their headings."""
        fw = framework.load()
        about = self.opd.name if self.opd else None if self.kind == "agency" else self.place
        made = draw.book(f"{self.title}: {about}" if about else self.title, self.year)
        for name, kind in (("head", self.heads), ("caption", "caption")):
            own = [x.column for x in fw.layouts if x.kind == kind]
            self.said[name] = {column: heading(kind, column) for column in own}
        topics = (
            (t.topic.format_map(self.said), t.text and t.text.format_map(self.said))
            for t in fw.form_topics
            if t.form == self.kind
        )
        draw.guide(made, self.title, (topic for topic in topics if topic[1] != ""))
        for sheet in self._sheets:
            draw.list_sheet(made, *sheet)
        return draw.save(made, path)


def _agency(form: _Form, edition: str, pillars_of: Mapping[str, Sequence[str]]) -> None:
    """Ask an agency the questions of its pillars; a blank form asks all, and which agency it is."""
    fw, own = framework.load(), form.opd
    carried = [fw.pillar(p).pillar for p in pillars_of.get(own.opd, ())] if own else []
    sheets: dict[str, str | None] = {
        p.name: p.pillar for p in fw.pillars.values() if p.pillar in carried or not carried
    }
    if not own or own.opd in COORDINATORS:
        sheets[_GENERAL] = None
    asked = {n: [q for q in fw.asked(edition) if q.pillar == p] for n, p in sheets.items()}
    here = {q.component for questions in asked.values() for q in questions}
    survey = fw.surveys.get(edition)
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
    if not own:
        (choose,) = (c for c in fw.forms if (c.kind, c.column) == ("caption", "opd"))
        form.captions.append(Caption(heading("caption", "opd"), entry=_entry(choose, {})))
    for name, questions in asked.items():
        printed = fw.edition_questions[edition]
        rows = [_numbered(printed[question.question]) for question in questions]
        if rows:
            form.sheet("agency_form", name, rows, name)


def _letter(form: _Form, edition: str, _: Any) -> None:
    """Let a letter whose pages are pictures be typed in, as they are printed."""
    fw, place = framework.load(), form.place
    names = {c: fw.components[c].name for c in fw.weights[edition]}
    form.captions = form.captions[1:]
    weighed = {"component": [heading("national_table", c) for c in names]}
    # the letter of 2023 lists 130 regions that took part and 11 that did not
    form.sheet("national_table", "Tabel nasional", _BLANK * 150, "tabel nasional", weighed)
    group = fw.groups[fw.editions[edition].group].name
    form.captions.append(Caption(heading("caption", "group"), group))
    means = [(place, name) for name in names.values()]
    form.sheet("component_scores", "Nilai komponen", means, "nilai komponen")
    asked = [(q, fw.questions[q.question]) for q in fw.edition_questions[edition].values()]
    rows = [
        (place, names[q.component], p.number, p.block, p.code, q.label, "asesor") for p, q in asked
    ]
    form.sheet("question_scores", "Nilai butir", rows, "nilai butir")


def _programmes(form: _Form, *_: Any) -> None:
    form.sheet("programmes", "Program", _BLANK * 40)
    # ten aspects of six quick wins, one a pillar
    form.sheet("quick_win_aspects", "Aspek quick win", _BLANK * 60, "aspek quick win")


def _survey(form: _Form, edition: str, _: Any) -> None:
    """Let survey answers be typed in, or exported to."""
    fw = framework.load()
    facts = fw.surveys[edition]
    head = heading("survey", "statement")
    heads = [head.replace("#", str(n)) for n in range(1, facts.statements + 1)]
    form.said |= {
        "survey": facts,
        "components": fw.components[facts.component].name,
        "pillar": fw.names["pillar"],
        "statements": {pillar: _statements(facts, pillar, heads) for pillar in fw.pillars},
    }
    scale = tuple(str(n) for n in range(facts.lowest, facts.highest + 1))
    # more people may answer than have to
    blank = _BLANK * (2 * facts.respondents * len(fw.pillars))
    form.sheet("survey", "Survei", blank, several={"statement": heads}, offered={"scale": scale})


_FILLS = {"agency": _agency, "letter": _letter, "programmes": _programmes, "survey": _survey}


def _entry(column: FormColumn, offered: Mapping[str, tuple[str, ...]]) -> Entry | None:
    """Return what is typed into a column; `<pillars>` offers all their names, agencies sorted."""
    fw, options = framework.load(), tuple(filter(None, (column.options or "").split(" | ")))
    if column.typed == "locked":
        return None
    if options and options[0].startswith("<"):
        kind = options[0].strip("<>")
        if kind in FIXED_NAMES:
            options = tuple(fw.names[kind][id_] for id_ in FIXED_NAMES[kind])
        elif kind in offered:
            options = offered[kind]
        else:
            names = [record.name for record in getattr(fw, kind).values()]
            options = tuple(sorted(names) if kind == "opd" else names)
    return Entry(column.prompt or "", options, column.typed != "suggested", column.typed == "whole")


def _statements(facts: Survey, pillar: str, heads: Sequence[str]) -> str:
    """Return what the statements of a pillar are about: `P1–P3 Layanan Publik; …`."""
    fw = framework.load()
    asked = sorted(fw.edition_questions[facts.edition].values(), key=lambda q: q.number)
    questions = [fw.questions[q.question] for q in asked]
    about = [
        fw.sub_dimensions[q.sub_dimension].name
        for q in questions
        if (q.component, q.pillar) == (facts.component, pillar) and q.sub_dimension
    ]
    runs = groupby(zip(heads, about, strict=False), key=lambda of: of[1])
    ends = [(name, [head for head, _ in run]) for name, run in runs]
    return "; ".join(f"{own[0]}–{own[-1]} {name}" for name, own in ends)
