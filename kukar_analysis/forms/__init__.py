"""The Excel forms that the office sends out and gets back: written here, read by read/.

Columns, drop-downs and instructions stand in definitions/forms.csv and form_topics.csv; headings
are those that the reader knows (layouts.csv).
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from kukar_analysis import formats, framework, places, suggest
from kukar_analysis.analysis import quality
from kukar_analysis.analysis.missing import edition_unconfirmed
from kukar_analysis.errors import KukarError, UsageError
from kukar_analysis.forms import draw
from kukar_analysis.framework.facts import FIXED_NAMES, EditionQuestion, Opd, Survey

COORDINATORS = ("Bappeda", "Diskominfo")
"""Agencies that are also asked what is of no pillar: Bappeda leads and Diskominfo coordinates the
evaluation (rakor of 7 September 2022, citation kukarkab-631; said too in definitions/events.csv).
"""
KINDS = {
    "agency": ("formulir-{0}", "Formulir Penilaian Mandiri"),
    "findings": ("", "Perbaikan Penilaian Mandiri"),
    "letter": ("isian-surat-{0}-{1}", "Isian Surat Hasil Evaluasi"),
    "programmes": ("program-{0}", "Program dan Quick Win"),
    "survey": ("survei-{0}", "Survei Pengguna Layanan"),
}
"""The file and the title of a kind of form."""
_ANSWER = ["year", "region", "pillar", "sub_dimension", "programme", "respondent"]
"""What a list of answers says of each, beside the answers."""


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
    fw, of = framework.load(), ""
    place = fw.region(region)
    if kind != "programmes":
        of = _edition(year, edition, "surveys" if kind == "survey" else "edition_questions")
    agencies = dict.fromkeys(map(suggest.agency, opd or ()))
    forms = {}
    for agency in agencies if agencies and kind in ("agency", "programmes") else [None]:
        form = _Form(kind, year, place.name, agency)
        if kind == "agency":
            _agency(form, of, pillars_of or {})
        elif kind == "letter":
            _letter(form, of)
        elif kind == "programmes":
            form.sheet("programmes", "Program", [()] * 40)
            # ten aspects of six quick wins, one a pillar
            form.sheet("quick_win_aspects", "Aspek quick win", [()] * 60)
        else:
            _survey(form, fw.surveys[of])
        file = KINDS[kind][0].format(year, place.region)
        forms[folder / f"{file}{f'-{formats.slug(agency.opd)}' if agency else ''}.xlsx"] = form
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
        form = _Form("findings", year, place.name, fw.opd[agency])
        texts = lines.set_index("question")[["finding", "answer", "given", "evidence", "remark"]]
        texts = texts.astype(object).where(texts.notna(), None)
        asked = fw.edition_questions[edition]
        rows = [(*_numbered(asked[q]), *texts.loc[q]) for q in asked if q in texts.index]
        form.sheet("agency_form", "Perbaikan", rows)
        forms[folder / f"{PurePosixPath(file).stem}-susulan.xlsx"] = form
    return _saved(forms, force)


def _numbered(printed: EditionQuestion) -> tuple[str | int, ...]:
    fw, question = framework.load(), framework.load().questions[printed.question]
    component = fw.components[question.component].name
    return printed.number, question.question, component, printed.code, question.label


def _saved(forms: Mapping[Path, "_Form"], force: bool) -> list[Path]:
    if there := [path for path in forms if path.exists() and not force]:
        said = "is there already and may be filled in: nothing was written; move it, or --force"
        raise UsageError(f"{there[0]} {said}")
    return [form.save(path) for path, form in forms.items()]


def heading(kind: str, column: str) -> str:
    """Return the heading that a column goes by, which the reader knows; KukarError without."""
    for layout in framework.load().layouts:
        if (layout.kind, layout.column) == (kind, column):
            return layout.headings.split(" | ")[0]
    raise KukarError(f"layouts.csv: {kind} has no heading for {column}; add a line")


def _edition(year: int, asked: str | None, file: str) -> str:
    known: list[str] = [*getattr(fw := framework.load(), file)]
    found = [e for e in known if fw.editions[e].year == year and asked in (None, e)]
    if len(found) != 1:
        said = f"definitions/{file}.csv has {' and '.join(found) or 'none'} of {asked or year}"
        raise UsageError(f"{said}; expected one edition; known: {', '.join(sorted(known))}")
    return found[0]


class _Form:
    """A workbook on its way: captions by column, sheets, and what its instructions say (`said`)."""

    def __init__(self, kind: str, year: int, place: str, opd: Opd | None) -> None:
        self.kind, self.opd, self.place = kind, opd, place
        self.title = f"{KINDS[kind][1]} Smart City {year}"
        self.book = draw.book(f"{self.title}: {opd.name if opd else place}", year)
        self.said: dict[str, Any] = {"year": year, "place": place, "head": {}, "caption": {}}
        self.captions = {"region": place, "year": str(year)} | ({"opd": opd.name} if opd else {})

    def sheet(self, kind: str, name: str, rows: Sequence[Any], **several: Sequence[str]) -> None:
        """Add a list; `several` has the headings of a column that stands more than once."""
        left_out = {self.opd and "opd", "finding" if self.kind != "findings" else None}
        columns = [
            self.column(kind, form.column, head)
            for form in framework.load().forms
            if form.kind == kind and form.column not in left_out
            for head in several.get(form.column, [""])
        ]
        page = draw.sheet(self.book, name, f"{self.title}: {name}", [c.width for c in columns])
        captions = [(self.column("caption", c), said) for c, said in self.captions.items()]
        draw.pairs(page, 2, captions)
        draw.table(page, len(captions) + 3, columns, rows)

    def column(self, kind: str, column: str, head: str = "") -> draw.Column:
        """Return a column or a caption; `<pillars>` offers all names, agencies sorted."""
        fw, head = framework.load(), head or heading(kind, column)
        self.said["caption" if kind == "caption" else "head"].setdefault(column, head)
        form = next((f for f in fw.forms if (f.kind, f.column) == (kind, column)), None)
        if form is None:
            return draw.Column(head)
        text = form.options or ""
        options, of = text.split(" | ") if text else [], text.strip("<>")
        if of == "scale":
            scale = self.said["survey"]
            options = [str(n) for n in range(scale.lowest, scale.highest + 1)]
        elif of in FIXED_NAMES:
            options = [fw.names[of][id_] for id_ in FIXED_NAMES[of]]
        elif of != text:
            options = [record.name for record in getattr(fw, of).values()]
            options = sorted(options) if of == "opd" else options
        return draw.Column(head, form.width, form.typed, form.prompt or "", tuple(options))

    def save(self, path: Path) -> Path:
        """Write it; the instructions, its first sheet, name columns by their headings."""
        topics = [
            (draw.Column(t.topic.format_map(self.said)), t.text and t.text.format_map(self.said))
            for t in framework.load().form_topics
            if t.form == self.kind
        ]
        page = draw.sheet(self.book, "Petunjuk", self.title, draw.PAIR, place=0)
        draw.pairs(page, 3, [topic for topic in topics if topic[1] != ""])
        return draw.save(self.book, path, locked=True)


def _agency(form: _Form, edition: str, pillars_of: Mapping[str, Sequence[str]]) -> None:
    """Ask an agency the questions of its pillars; a blank form asks all, and which agency it is."""
    fw, own = framework.load(), form.opd
    carried = [fw.pillar(p).pillar for p in pillars_of.get(own.opd, ())] if own else []
    pillars = [p for p in fw.pillars.values() if p.pillar in carried or not carried]
    sheets: dict[str | None, str] = {p.pillar: p.name for p in pillars}
    if not own or own.opd in COORDINATORS:
        sheets[None] = "Umum"
    asked = [q for q in fw.asked(edition) if q.pillar in sheets]
    here = {q.component for q in asked}
    names = [c.name for id_, c in fw.components.items() if id_ in here]
    form.said["components"] = formats.listed(names)
    form.said |= {"copied": edition_unconfirmed(edition) or "", "surveyed": ""}
    if survey := fw.surveys.get(edition):
        form.said["surveyed"] = (
            f" Komponen {fw.components[survey.component].name} dinilai melalui survei pengguna"
            " layanan, sehingga tidak ditanyakan di sini."
        )
    if not own:
        form.captions["opd"] = ""
    printed = fw.edition_questions[edition]
    for pillar, name in sheets.items():
        if rows := [_numbered(printed[q.question]) for q in asked if q.pillar == pillar]:
            form.sheet("agency_form", name, rows)


def _letter(form: _Form, edition: str) -> None:
    fw, place = framework.load(), form.place
    names = {c: fw.components[c].name for c in fw.weights[edition]}
    del form.captions["region"]
    heads = [heading("national_table", c) for c in names]
    # the letter of 2023 lists 130 regions that took part and 11 that did not
    form.sheet("national_table", "Tabel nasional", [()] * 150, component=heads)
    form.captions["group"] = fw.groups[fw.editions[edition].group].name
    form.sheet("component_scores", "Nilai komponen", [(place, name) for name in names.values()])
    asked = [(q, fw.questions[q.question]) for q in fw.edition_questions[edition].values()]
    rows = [
        (place, names[q.component], p.number, p.block, p.code, q.label, "asesor") for p, q in asked
    ]
    form.sheet("question_scores", "Nilai butir", rows)


def _survey(form: _Form, facts: Survey) -> None:
    fw, head = framework.load(), heading("survey", "statement")
    heads = [head.replace("#", str(n)) for n in range(1, facts.statements + 1)]
    statements = {pillar: _statements(facts, pillar, heads) for pillar in fw.pillars}
    form.said |= {"survey": facts, "components": fw.components[facts.component].name}
    form.said |= {"pillar": fw.names["pillar"], "statements": statements}
    # more people may answer than have to
    blank = [()] * (2 * facts.respondents * len(fw.pillars))
    form.sheet("survey", "Survei", blank, statement=heads)


def _statements(facts: Survey, pillar: str, heads: Sequence[str]) -> str:
    fw = framework.load()
    asked = sorted(fw.edition_questions[facts.edition].values(), key=lambda q: q.number)
    questions = [fw.questions[q.question] for q in asked]
    own = [q for q in questions if (q.component, q.pillar) == (facts.component, pillar)]
    of = dict[str, list[str]]()
    for head, part in zip(heads, (q.sub_dimension for q in own if q.sub_dimension), strict=False):
        of.setdefault(part, []).append(head)
    said = (f"{own[0]}–{own[-1]} {fw.sub_dimensions[part].name}" for part, own in of.items())
    return "; ".join(said)


def answers_alone(answers: pd.DataFrame, name: str) -> str:
    """Return the list that takes a survey's place, a line a record, as `kukar clean` reads it."""
    answers = answers[answers["origin"].map(places.file_of) == name]
    record = answers["origin"].map(places.record_of)
    parts = answers.groupby(record)["sub_dimension"]
    part = parts.transform("first").where(parts.transform("nunique") == 1)  # else by their numbers
    rows = answers.assign(record=record, sub_dimension=part).astype({"answer": "Int64"})
    rows[_ANSWER] = rows[_ANSWER].astype(object).fillna("")
    made = rows.set_index(["record", *_ANSWER, "statement"])["answer"].unstack()
    statement = heading("survey", "statement")
    made = made if len(made) else made.reindex(columns=[1])  # a heading, so that it is read
    made = made.rename(columns=lambda number: statement.replace("#", str(number)))
    heads = [heading("survey", column) for column in _ANSWER]
    return str(made.droplevel("record").to_csv(sep=";", index_label=heads, lineterminator="\n"))
