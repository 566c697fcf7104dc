"""Loads and checks `definitions/`: the facts an analyst may read and correct, each with its source.

Every CSV there is one record class of facts.py; its columns are the fields of the class, no more
and no fewer. `load()` reads all, checks them against each other and reports every problem at once.
"""

from __future__ import annotations

import csv
import os
import re
import types
import typing
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache, cached_property, lru_cache, wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, get_args, get_type_hints

from kukar_analysis import used
from kukar_analysis.errors import DefinitionError, UsageError
from kukar_analysis.framework import consistency
from kukar_analysis.framework.facts import (
    FIXED_NAMES,
    Accepted,
    AchievementBand,
    Aspect,
    Assumption,
    Citation,
    Claim,
    Component,
    Correction,
    Edition,
    EditionQuestion,
    Event,
    Expected,
    Fact,
    FieldSize,
    FindingKind,
    Group,
    Layout,
    LetterheadLine,
    Opd,
    Paper,
    Pillar,
    Question,
    QuickWin,
    Region,
    ReportedRegion,
    Retired,
    RiskLevel,
    Rule,
    ShownColumn,
    Spelling,
    Statistic,
    SubDimension,
    Survey,
    Target,
    Term,
    Weight,
    Word,
)

DEFINITIONS = Path(__file__).parents[1] / "definitions"
_LONGEST_NAME = 9
"""Words in the longest name that is looked for in running text."""


@dataclass(frozen=True, eq=False)
class Framework:
    """All definitions, checked. Dictionaries are keyed by id and keep the order of the file."""

    citations: dict[str, Citation]
    components: dict[str, Component]
    groups: dict[str, Group]
    editions: dict[str, Edition]
    field_sizes: dict[tuple[str, str], FieldSize]
    weight_facts: dict[str, dict[str, Weight]]
    pillars: dict[str, Pillar]
    sub_dimensions: dict[str, SubDimension]
    questions: dict[str, Question]
    edition_questions: dict[str, dict[str, EditionQuestion]]
    retired: dict[str, Retired]
    regions: dict[str, Region]
    opd: dict[str, Opd]
    statistics: dict[str, Statistic]
    surveys: dict[str, Survey]
    aspects: dict[str, Aspect]
    risk_levels: tuple[RiskLevel, ...]
    achievement_bands: dict[str, AchievementBand]
    claims: tuple[Claim, ...]
    findings: dict[str, FindingKind]
    rules: dict[str, Rule]
    spellings: tuple[Spelling, ...]
    quick_wins: tuple[QuickWin, ...]
    events: tuple[Event, ...]
    layouts: tuple[Layout, ...]
    corrections: tuple[Correction, ...]
    letterheads: tuple[LetterheadLine, ...]
    targets: tuple[Target, ...]
    papers: dict[str, Paper]
    assumptions: tuple[Assumption, ...]
    reported_regions: tuple[ReportedRegion, ...]
    calendar: dict[str, Expected]
    accepted: tuple[Accepted, ...]
    terms: dict[str, Term]
    columns: dict[str, ShownColumn]
    words: tuple[Word, ...]

    @cached_property
    def memos(self) -> dict[Callable[..., Any], Callable[..., Any]]:
        """What is derived from these definitions elsewhere, by the function that does (`kept`)."""
        return {}

    @cached_property
    def weights(self) -> dict[str, dict[str, int]]:
        """Weights in whole percent, by edition and component."""
        return {
            edition: {component: fact.weight for component, fact in facts.items()}
            for edition, facts in self.weight_facts.items()
        }

    def edition(self, edition: str) -> Edition:
        """Return an edition by its id; UsageError names the known ones."""
        year = re.match(r"(20\d\d)-", edition)
        advice = f"; {self.to_define(int(year[1]))}" if year else ""
        return _known(self.editions, edition, "edition", f"definitions/editions.csv{advice}")

    def to_define(self, year: int) -> str:
        """Return what to do about an edition of a year that is not on record."""
        if year in self.beginnable:
            return f"begin the year: `kukar new-year {year}`"
        return "if the print says so, add it to definitions/editions.csv"

    @property
    def beginnable(self) -> range:
        """The years that `kukar new-year` begins; one that lies beyond is taken for a slip."""
        return range(self.years()[0] + 1, self.years()[-1] + 11)

    def unconfirmed(self, edition: str) -> dict[str, int]:
        """Count an edition's facts that no rule of its year confirms, by file of definitions.

        They were copied from the edition that it follows (`kukar new-year`); empty where all are
        confirmed.
        """
        survey = self.surveys.get(edition)
        facts: dict[str, list[Fact]] = {
            "editions": [self.edition(edition)],
            "weights": [*self.weight_facts.get(edition, {}).values()],
            "edition_questions": [*self.edition_questions.get(edition, {}).values()],
            "surveys": [survey] if survey else [],
        }
        counts = {
            name: sum(f.status == "unconfirmed" for f in found) for name, found in facts.items()
        }
        return {name: count for name, count in counts.items() if count}

    def not_copied(self, edition: str) -> list[Retired]:
        """Return the questions to ask about: retired, and left out of an edition that was copied.

        None once the edition's own line is confirmed.
        """
        made = self.edition(edition)
        before = self.edition_questions.get(made.follows or "", {})
        return [
            r
            for r in self.retired.values()
            if made.status == "unconfirmed"
            and r.since <= made.year
            and r.question in before
            and r.question not in self.edition_questions.get(edition, {})
        ]

    def asked_edition(self, year: int) -> str | None:
        """Return the edition of a year whose questions are known, where there is one only."""
        asked = self._asked.get(year, [])
        return asked[0] if len(asked) == 1 else None

    @cached_property
    def _asked(self) -> dict[int, list[str]]:
        """Editions whose questions are known, by year."""
        asked: dict[int, list[str]] = defaultdict(list)
        for edition in self.editions.values():
            if edition.questions:
                asked[edition.year].append(edition.edition)
        return asked

    def years(self) -> list[int]:
        """Return the years that have an edition, in order."""
        return sorted({e.year for e in self.editions.values()})

    def year(self, year: Any) -> int:
        """Return the year of a notebook's parameter; UsageError names the years that are known."""
        if str(year) not in map(str, self.years()):
            known = ", ".join(map(str, self.years()))
            raise UsageError(
                f"year {year!r} has no edition; known: {known} (definitions/editions.csv)"
            )
        return int(year)

    def pillar(self, pillar: str) -> Pillar:
        """Return a pillar by its id; UsageError names the six."""
        return _known(self.pillars, pillar, "pillar", "definitions/pillars.csv")

    def region(self, code: Any) -> Region:
        """Return a region by its Kemendagri code.

        Papermill's command line turns `64.10` into the number 64.1 and `32.10` into 32.1, so a
        number, or a text with one digit after the point, gets its second digit back.
        """
        text = str(code).strip()
        if re.fullmatch(r"\d\d\.\d", text):
            text += "0"
        if text not in self.regions:
            expected = "expected a Kemendagri code of a kabupaten or kota, as 64.02"
            hint = without_point("region", text) or expected
            raise UsageError(f"region {code!r} is not known: {hint} (definitions/regions.csv)")
        return self.regions[text]

    def asked(self, edition: str | None) -> list[Question]:
        """Return the questions that an edition's forms ask, in order: those no survey answers."""
        survey = self.surveys.get(edition or "")
        listed = [self.questions[id_] for id_ in self.edition_questions.get(edition or "", ())]
        return [q for q in listed if not (survey and q.component == survey.component)]

    def is_office(self, region: str) -> bool:
        """Whether the raw files are this region's office's own: that of the program, or sample."""
        own = {r.region for r in self.reported_regions if r.role == "own"}
        return region in own or self.regions[region].is_sample

    def match(self, kind: str, text: str) -> list[str]:
        """Return the ids that a printed name stands for: none unknown, several ambiguous."""
        if without_point(kind, text):
            return []
        return [*self._names.get((kind, normalise(text)), ())]

    def named_in(self, kind: str, text: str) -> list[str]:
        """Return all ids that a text names, as a file's name or title; longer names go first."""
        words = re.findall(r"[^\W_]+(?:\.\d+)*", text)
        return sorted(set(self._named_in(kind, words)))

    def _named_in(self, kind: str, words: list[str]) -> list[str]:
        for length in range(min(len(words), _LONGEST_NAME), 0, -1):
            for i in range(len(words) - length + 1):
                ids = self.match(kind, " ".join(words[i : i + length]))
                if ids:
                    rest = [words[:i], words[i + length :]]
                    return ids + [id_ for part in rest for id_ in self._named_in(kind, part)]
        return []

    @cached_property
    def _names(self) -> dict[tuple[str, str], list[str]]:
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind, spelling, id_ in self._spelled:
            names[kind, normalise(spelling)].add(id_)
        return {name: sorted(ids) for name, ids in names.items()}

    def spelled(self, kind: str) -> list[str]:
        """Return every way that names of a kind are written: ids, names and known spellings."""
        return list(dict.fromkeys(text for k, text, _ in self._spelled if k == kind))

    def word(self, kind: str, id_: str) -> str:
        """Return the Indonesian word of a fixed id, as a status: its first spelling on record."""
        return next(s.spelling for s in self.spellings if (s.kind, s.canonical) == (kind, id_))

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What readers see of an id, by its kind: names["pillar"]["living"] is Smart Living."""
        named = {
            kind: {id_: record.name for id_, record in records.items()}
            for kind, records in self._named.items()
        }
        named["citation"] = {id_: c.beside_figure for id_, c in self.citations.items()}
        named["document"] = {id_: c.title for id_, c in self.citations.items()}
        named["edition"] = {
            id_: f"{self.groups[e.group].name} {e.year}" for id_, e in self.editions.items()
        }
        named["question"] = {id_: q.label for id_, q in self.questions.items()}
        named["rule"] = {id_: r.name for id_, r in self.rules.items()}
        named["band"] = {id_: b.name for id_, b in self.achievement_bands.items()}
        named["level"] = {str(r.level): r.name for r in self.risk_levels}
        named["kind"] = {id_: f.name for id_, f in self.findings.items()}
        for spelling in reversed(self.spellings):
            if spelling.kind in FIXED_NAMES:  # as `word` has it: the first on record
                named.setdefault(spelling.kind, {})[spelling.canonical] = spelling.spelling
        for word in self.words:
            named.setdefault(word.kind, {})[word.id] = word.word
        return named

    @cached_property
    def _named(self) -> dict[str, typing.Mapping[str, Any]]:
        """The records that have a name and may be written in several ways, by their kind."""
        return {
            "component": self.components,
            "group": self.groups,
            "pillar": self.pillars,
            "sub_dimension": self.sub_dimensions,
            "region": self.regions,
            "opd": self.opd,
            "statistic": self.statistics,
            "aspect": self.aspects,
        }

    @cached_property
    def _spelled(self) -> list[tuple[str, str, str]]:
        """(kind, spelling, id) of every known way to write a name."""
        found = [
            (kind, text, id_)
            for kind, records in self._named.items()
            for id_, record in records.items()
            for text in (record.name, id_)
        ]
        found += [(kind, id_, id_) for kind, ids in FIXED_NAMES.items() for id_ in ids]
        found += [
            ("question", text, q.question)
            for q in self.questions.values()
            for text in (q.label, q.question)
        ]
        return found + [(s.kind, s.spelling, s.canonical) for s in self.spellings]


class _Watched(Framework):
    """The same definitions, noting which of them are looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in Framework.__dataclass_fields__:
            used.note_definition(name)
        return super().__getattribute__(name)


@lru_cache(maxsize=50_000)
def normalise(text: str) -> str:
    """Reduce a printed name to what is compared: letters and digits, KAB. written out."""
    text = re.sub(r"^\s*kab\b\.?", "kabupaten ", text.casefold().replace("_", " "))
    return re.sub(r"[^a-z0-9]", "", text)


def without_point(kind: str, text: str) -> str:
    """Return why a region's code without its point is asked; empty for all else.

    6402 is Kutai Kartanegara by Kemendagri and Kutai Barat by BPS (domain 9).
    """
    if kind != "region" or not re.fullmatch(r"[\W_]*\d{4}[\W_]*", text):
        return ""
    return (
        "it is written with a point, as 64.02; without it the code could be Kemendagri's or BPS's,"
        " which differ"
    )


_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T")


def load(folder: Path | None = None) -> Framework:
    """Return the definitions, read and checked once; DefinitionError lists every problem found.

    In a kernel of the runner (environment variable KUKAR_WATCH) what is looked at is noted.
    """
    read = _watched if os.environ.get(used.WATCH_VARIABLE) else _load
    return read(folder or DEFINITIONS)


def kept(most: int = 50_000) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Remember what a function derives from the definitions, up to so many answers.

    They hang on the definitions that are loaded, so that reading those anew forgets them.
    """

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def remembering(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            memos = unwatched().memos  # asked for each cell: looking whether to watch costs time
            own = memos.get(function) or memos.setdefault(function, lru_cache(most)(function))
            return typing.cast("_R", own(*args, **kwargs))

        return remembering

    return decorated


def unwatched() -> Framework:
    """Return the definitions, noting nothing: for what is the same whatever is analysed."""
    return _load(DEFINITIONS)


def forget() -> None:
    """Read the definitions anew when they are asked for next: this program has changed them."""
    _load.cache_clear()
    _watched.cache_clear()


@cache
def _watched(folder: Path) -> Framework:
    found = _load(folder)
    # fields only: what was reckoned from them unwatched is reckoned again
    return _Watched(**{field.name: getattr(found, field.name) for field in fields(found)})


@cache
def _load(folder: Path) -> Framework:
    problems: list[str] = []

    def read(name: str, record: type[_R]) -> list[_R]:
        return _read(folder / f"{name}.csv", record, problems)

    def unique(name: str, record: type[_R], *key: str) -> list[_R]:
        rows = read(name, record)
        counts = Counter(" ".join(str(getattr(r, k)) for k in key) for r in rows)
        problems.extend(f"{name}.csv: {k} stands {n} times" for k, n in counts.items() if n > 1)
        return rows

    def keyed(name: str, record: type[_R], key: str) -> dict[str, _R]:
        return {getattr(r, key): r for r in unique(name, record, key)}

    weights: dict[str, dict[str, Weight]] = defaultdict(dict)
    for w in unique("weights", Weight, "edition", "component"):
        weights[w.edition][w.component] = w
    in_edition: dict[str, dict[str, EditionQuestion]] = defaultdict(dict)
    for q in unique("edition_questions", EditionQuestion, "edition", "question"):
        in_edition[q.edition][q.question] = q

    framework = Framework(
        citations=keyed("citations", Citation, "citation"),
        components=keyed("components", Component, "component"),
        groups=keyed("groups", Group, "group"),
        editions=keyed("editions", Edition, "edition"),
        field_sizes={(s.edition, s.of): s for s in unique("fields", FieldSize, "edition", "of")},
        weight_facts=dict(weights),
        pillars=keyed("pillars", Pillar, "pillar"),
        sub_dimensions=keyed("sub_dimensions", SubDimension, "sub_dimension"),
        questions=keyed("questions", Question, "question"),
        edition_questions=dict(in_edition),
        retired=keyed("retired", Retired, "question"),
        regions=keyed("regions", Region, "region") | keyed("sample_regions", Region, "region"),
        opd=keyed("opd", Opd, "opd"),
        statistics=keyed("statistics", Statistic, "statistic"),
        surveys=keyed("surveys", Survey, "edition"),
        aspects=keyed("aspects", Aspect, "aspect"),
        risk_levels=tuple(read("risk_levels", RiskLevel)),
        achievement_bands=keyed("achievement_bands", AchievementBand, "band"),
        claims=tuple(read("claims", Claim)),
        rules=keyed("rules", Rule, "rule"),
        findings=keyed("findings", FindingKind, "finding"),
        spellings=tuple(read("spellings", Spelling)),
        quick_wins=tuple(read("quick_wins", QuickWin)),
        events=tuple(read("events", Event)),
        layouts=tuple(read("layouts", Layout)),
        corrections=tuple(read("corrections", Correction)),
        letterheads=tuple(unique("letterheads", LetterheadLine, "region", "line")),
        papers=keyed("papers", Paper, "table"),
        targets=tuple(unique("targets", Target, "region", "year")),
        assumptions=tuple(read("assumptions", Assumption)),
        reported_regions=tuple(read("reported_regions", ReportedRegion)),
        calendar=keyed("calendar", Expected, "what"),
        accepted=tuple(unique("accepted", Accepted, "what", "year", "region")),
        terms=keyed("terms", Term, "term"),
        columns=keyed("columns", ShownColumn, "column"),
        words=tuple(unique("words", Word, "kind", "id")),
    )
    if all(getattr(framework, f.name) for f in fields(framework) if f.name != "accepted"):
        # a file that could not be read would only bring follow-up faults; nothing may be accepted
        problems += consistency.contradictions(framework)
    if problems:
        raise DefinitionError(f"{folder.name}/ has {len(problems)} faults: " + "; ".join(problems))
    return framework


def _known(records: dict[str, _T], id_: str, what: str, where: str) -> _T:
    if id_ not in records:
        raise UsageError(f"{what} {id_!r} is not known; known: {', '.join(records)} ({where})")
    return records[id_]


def _read(path: Path, record: type[_R], problems: list[str]) -> list[_R]:
    """Read one CSV into its record class; what does not fit is added to `problems`."""
    hints = get_type_hints(record)
    names = [f.name for f in fields(record)]  # type: ignore[arg-type]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if set(reader.fieldnames or ()) != set(names):
                found = ", ".join(reader.fieldnames or ()) or "nothing"
                problems.append(f"{path.name}: columns are {found}; expected {', '.join(names)}")
                return []
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name}: cannot be read ({error})")
        return []
    records = []
    for line, row in enumerate(rows, start=2):
        values = {}
        for name in names:
            try:
                values[name] = _value(row[name], hints[name])
            except ValueError as error:
                problems.append(f"{path.name} line {line}, column {name}: {error}")
        if len(values) == len(names):
            records.append(record(**values))
    return records


def _value(text: str | None, hint: Any) -> Any:
    """Turn a cell into its field's type; an empty cell is None where the field allows it."""
    if text is None:
        raise ValueError("the line has fewer cells than the header")
    is_union = typing.get_origin(hint) in (types.UnionType, typing.Union)
    options = get_args(hint) if is_union else (hint,)
    if text == "":
        if type(None) in options:
            return None
        raise ValueError("is empty, but a value is needed")
    kind = options[0]
    if kind is int:
        if not re.fullmatch(r"\d+", text):
            raise ValueError(f"{text!r} is not a whole number")
        return int(text)
    if kind is Decimal:
        if not re.fullmatch(r"\d+(\.\d+)?", text):
            raise ValueError(f"{text!r} is no number, as 3.55")
        return Decimal(text)
    if typing.get_origin(kind) is Literal and text not in get_args(kind):
        raise ValueError(f"{text!r} is none of {', '.join(get_args(kind))}")
    return text
