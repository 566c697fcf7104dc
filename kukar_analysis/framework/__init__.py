"""Loads and checks `definitions/`: the facts an analyst may read and correct, each with its source.

Every CSV there is one record class of facts.py; `load()` reports every problem of all at once.
"""

import csv
import re
import typing
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from functools import cache, cached_property, lru_cache, wraps
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from kukar_analysis.errors import DefinitionError, UsageError
from kukar_analysis.framework import consistency, facts
from kukar_analysis.framework.facts import FIXED_NAMES

DEFINITIONS = Path(__file__).parents[1] / "definitions"
_FILES = {
    "weight_facts": ("weights",),
    "field_sizes": ("fields",),
    "regions": ("regions", "sample_regions"),
}
"""The files of a field of Framework that has another name, or two."""
_LONGEST_NAME = 9
"""Words in the longest name that is looked for in running text."""
_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True, eq=False)
class Framework:
    """All definitions, checked. Dictionaries are keyed by id and keep the order of the file."""

    citations: dict[str, facts.Citation]
    components: dict[str, facts.Component]
    groups: dict[str, facts.Group]
    editions: dict[str, facts.Edition]
    field_sizes: dict[tuple[str, str], facts.FieldSize]
    weight_facts: dict[str, dict[str, facts.Weight]]
    pillars: dict[str, facts.Pillar]
    sub_dimensions: dict[str, facts.SubDimension]
    questions: dict[str, facts.Question]
    edition_questions: dict[str, dict[str, facts.EditionQuestion]]
    retired: dict[str, facts.Retired]
    regions: dict[str, facts.Region]
    opd: dict[str, facts.Opd]
    statistics: dict[str, facts.Statistic]
    surveys: dict[str, facts.Survey]
    aspects: dict[str, facts.Aspect]
    achievement_bands: dict[str, facts.AchievementBand]
    claims: tuple[facts.Claim, ...]
    findings: dict[str, facts.FindingKind]
    rules: dict[str, facts.Rule]
    spellings: tuple[facts.Spelling, ...]
    quick_wins: tuple[facts.QuickWin, ...]
    events: tuple[facts.Event, ...]
    layouts: tuple[facts.Layout, ...]
    forms: tuple[facts.FormColumn, ...]
    form_topics: tuple[facts.FormTopic, ...]
    corrections: tuple[facts.Correction, ...]
    settled: tuple[facts.SettledScore, ...]
    letterheads: tuple[facts.LetterheadLine, ...]
    targets: tuple[facts.Target, ...]
    papers: dict[str, facts.Paper]
    assumptions: tuple[facts.Assumption, ...]
    reported_regions: tuple[facts.ReportedRegion, ...]
    calendar: dict[str, facts.Expected]
    accepted: tuple[facts.Accepted, ...]
    terms: dict[str, facts.Term]
    columns: dict[str, facts.ShownColumn]
    words: tuple[facts.Word, ...]
    sentences: dict[str, facts.Sentence]

    @cached_property
    def memos(self) -> dict[Callable[..., Any], Callable[..., Any]]:
        """What is derived from these definitions elsewhere, by the function that does (`kept`)."""
        return {}

    @cached_property
    def weights(self) -> dict[str, dict[str, int]]:
        """Weights in whole percent, by edition and component."""
        return {e: {c: w.weight for c, w in own.items()} for e, own in self.weight_facts.items()}

    def edition(self, edition: str) -> facts.Edition:
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
        """Count an edition's facts that were copied and not yet confirmed, by file."""
        own: dict[str, Iterable[facts.Fact | None]] = {
            "editions": [self.edition(edition)],
            "weights": self.weight_facts.get(edition, {}).values(),
            "edition_questions": self.edition_questions.get(edition, {}).values(),
            "surveys": [self.surveys.get(edition)],
        }
        counts = {f: sum(x is not None and x.status == "unconfirmed" for x in own[f]) for f in own}
        return {file: count for file, count in counts.items() if count}

    def asked_edition(self, year: int) -> str | None:
        """Return the edition of a year whose questions are known, where there is one only."""
        asked = [e.edition for e in self.editions.values() if e.year == year and e.questions]
        return asked[0] if len(asked) == 1 else None

    def years(self) -> list[int]:
        """Return the years that have an edition, in order."""
        return sorted({e.year for e in self.editions.values()})

    def year(self, year: Any) -> int:
        """Return the year of a notebook's parameter; UsageError names the years that are known."""
        known = {str(y): y for y in self.years()}
        return _known(known, str(year), "year", "definitions/editions.csv", repr(year))

    def pillar(self, pillar: str) -> facts.Pillar:
        """Return a pillar by its id; UsageError names the six."""
        return _known(self.pillars, pillar, "pillar", "definitions/pillars.csv")

    def region(self, code: Any) -> facts.Region:
        """Return a region by its Kemendagri code.

        Papermill's command line turns `64.10` into the number 64.1, so a number, or a text with one
        digit after the point, gets its second digit back.
        """
        text = re.sub(r"^(\d\d\.\d)$", r"\g<1>0", str(code).strip())
        if text not in self.regions:
            expected = "expected a Kemendagri code of a kabupaten or kota, as 64.02"
            hint = without_point("region", text) or expected
            raise UsageError(f"region {code!r} is not known: {hint} (definitions/regions.csv)")
        return self.regions[text]

    def asked(self, edition: str | None) -> list[facts.Question]:
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
        return [*self._matches.get((kind, normalise(text)), ())]

    def named_in(self, kind: str, text: str) -> list[str]:
        """Return all ids that a text names, as a file's name or title; longer names go first."""
        parts, found = [re.findall(r"[^\W_]+(?:\.\d+)*", text)], set[str]()
        while parts:
            words = parts.pop()
            lengths = range(min(len(words), _LONGEST_NAME), 0, -1)
            for length, i in ((n, i) for n in lengths for i in range(len(words) - n + 1)):
                if ids := self.match(kind, " ".join(words[i : i + length])):
                    found.update(ids)
                    parts += [words[:i], words[i + length :]]
                    break
        return sorted(found)

    @cached_property
    def _matches(self) -> dict[tuple[str, str], list[str]]:
        names: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kind, spelling, id_ in self._spelled:
            names[kind, normalise(spelling)].add(id_)
        return {name: sorted(ids) for name, ids in names.items()}

    def spelled(self, kind: str) -> list[str]:
        """Return every way that names of a kind are written: ids, names and known spellings."""
        return list(dict.fromkeys(text for k, text, _ in self._spelled if k == kind))

    @cached_property
    def names(self) -> dict[str, dict[str, str]]:
        """What readers see of an id, by its kind: names["pillar"]["living"] is Smart Living."""
        groups = {id_: self.groups[e.group].name for id_, e in self.editions.items()}
        named = {kind: {**own} for kind, own in self._named.items()} | {
            "rule": {id_: r.name for id_, r in self.rules.items()},
            "band": {id_: b.name for id_, b in self.achievement_bands.items()},
            "kind": {id_: f.name for id_, f in self.findings.items()},
            "citation": {id_: c.beside_figure for id_, c in self.citations.items()},
            "document": {id_: c.title for id_, c in self.citations.items()},
            "edition": {id_: f"{groups[id_]} {e.year}" for id_, e in self.editions.items()},
        }
        fixed = [(s.kind, s.canonical, s.spelling) for s in self.spellings if s.kind in FIXED_NAMES]
        # of several spellings of a fixed id the first on record is its word
        for kind, id_, word in [*reversed(fixed), *((w.kind, w.id, w.word) for w in self.words)]:
            named.setdefault(kind, {})[id_] = word
        return named

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        """The names of what may be written in several ways, by kind and id."""
        kinds = ("component", "group", "pillar", "sub_dimension", "region", "statistic", "aspect")
        own = {kind: getattr(self, f"{kind}s") for kind in kinds} | {"opd": self.opd}
        named = {kind: {id_: r.name for id_, r in of.items()} for kind, of in own.items()}
        return named | {"question": {id_: q.label for id_, q in self.questions.items()}}

    @cached_property
    def _spelled(self) -> list[tuple[str, str, str]]:
        """(kind, spelling, id) of every known way to write a name."""
        each = [(kind, id_, name) for kind, own in self._named.items() for id_, name in own.items()]
        found = [(kind, text, id_) for kind, id_, name in each for text in (name, id_)]
        found += [(kind, id_, id_) for kind, ids in FIXED_NAMES.items() for id_ in ids]
        return found + [(s.kind, s.spelling, s.canonical) for s in self.spellings]


@lru_cache(maxsize=50_000)
def normalise(text: str) -> str:
    """Reduce a printed name to what is compared: letters and digits, KAB. written out."""
    text = re.sub(r"^\s*kab\b\.?", "kabupaten ", text.casefold().replace("_", " "))
    return re.sub(r"[^a-z0-9]", "", text)


def without_point(kind: str, text: str) -> str:
    """Return why a region's code without its point is asked; empty for all else."""
    # 6402 is Kutai Kartanegara by Kemendagri and Kutai Barat by BPS (domain 9)
    said = (
        "it is written with a point, as 64.02; without it the code could be Kemendagri's or BPS's"
    )
    is_bare = kind == "region" and re.fullmatch(r"[\W_]*\d{4}[\W_]*", text)
    return said if is_bare else ""


def load(folder: Path | None = None) -> Framework:
    """Return the definitions, read and checked once; DefinitionError lists every problem found."""
    return _load(folder or DEFINITIONS)


def kept(most: int = 50_000) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Remember what a function derives from the definitions, up to so many answers.

    They hang on the loaded definitions, so that reading those anew forgets them.
    """

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def remembering(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            memos = load().memos
            own = memos.get(function) or memos.setdefault(function, lru_cache(most)(function))
            return typing.cast("_R", own(*args, **kwargs))

        return remembering

    return decorated


def forget() -> None:
    """Read the definitions anew when they are asked for next: this program has changed them."""
    _load.cache_clear()


@cache
def _load(folder: Path) -> Framework:
    problems: list[str] = []
    lines: dict[str, list[Any]] = {}
    found = {}
    for name, hint in get_type_hints(Framework).items():
        *_, of = (part for part in get_args(hint) if part is not Ellipsis)
        for file in (files := _FILES.get(name, (name,))):
            record = get_args(of)[-1] if get_origin(of) else of
            lines[file] = [*_read(folder / f"{file}.csv", record, problems)]
            counts = Counter(" ".join(map(str, line.key)) for line in lines[file] if line.key)
            twice = (f"{key} stands {n} times" for key, n in counts.items() if n > 1)
            problems += [f"{file}.csv: {fault}" for fault in twice]
        found[name] = _keyed([line for file in files for line in lines[file]], hint, of)
    framework = Framework(**found)
    # where a line could not be read, others that refer to it would only seem to be faults
    problems = problems or consistency.contradictions(framework, lines)
    if problems:
        raise DefinitionError(f"{folder.name}/ has {len(problems)} faults: " + "; ".join(problems))
    return framework


def _keyed(lines: list[Any], hint: Any, of: Any) -> Any:
    """Return records as a field of Framework is typed: as tuple, by key, or by both its parts."""
    if get_origin(hint) is tuple:
        return tuple(lines)
    if get_origin(of) is not dict:
        return {line.key[0] if len(line.key) == 1 else line.key: line for line in lines}
    nested: dict[str, dict[str, Any]] = defaultdict(dict)
    for line in lines:
        first, second = line.key
        nested[first][second] = line
    return dict(nested)


def _known(records: dict[str, _R], id_: str, what: str, where: str, shown: str = "") -> _R:
    if id_ not in records:
        known = f"known: {', '.join(records)} ({where})"
        raise UsageError(f"{what} {shown or repr(id_)} is not known; {known}")
    return records[id_]


def _read(path: Path, record: type[_R], problems: list[str]) -> Iterator[_R]:
    """Yield the lines of one CSV as its record class; what does not fit is added to `problems`."""
    hints = get_type_hints(record)
    names = [f.name for f in fields(record)]  # type: ignore[arg-type]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            heads, rows = reader.fieldnames or (), list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        problems.append(f"{path.name}: cannot be read ({error})")
        return
    if set(heads) != set(names):
        found = ", ".join(heads) or "nothing"
        problems.append(f"{path.name}: columns are {found}; expected {', '.join(names)}")
        return
    for line, row in enumerate(rows, start=2):
        values, faults = {}, []
        for name in names:
            try:
                values[name] = _value(row[name], hints[name])
            except ValueError as wrong:
                faults.append(f"{path.name} line {line}, column {name}: {wrong}")
        problems += faults
        if not faults:
            yield record(**values)


_FORMS: dict[Any, tuple[str, str]] = {
    int: (r"\d+", "a whole number"),
    Decimal: (r"\d+(\.\d+)?", "a number, as 3.55"),
    str: ("(?s).*", "a text"),
}


def _value(text: str | None, hint: Any) -> Any:
    """Return a cell in its field's type; ValueError says what is wrong with it."""
    kind, *more = (hint,) if get_origin(hint) in (None, Literal) else get_args(hint)
    if text is None:
        raise ValueError("the line has fewer cells than the header")
    if text == "" and more:
        return None
    if text == "":
        raise ValueError("is empty, but a value is needed")
    if allowed := get_args(kind):
        if text not in allowed:
            raise ValueError(f"{text!r} is none of {', '.join(allowed)}")
        return text
    form, wanted = _FORMS[kind]
    if not re.fullmatch(form, text):
        raise ValueError(f"{text!r} is not {wanted}")
    return kind(text)
