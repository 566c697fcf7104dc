"""Loads and checks `definitions/`: the facts an analyst may read and correct, each with its source.

Every CSV there is one record class of facts.py; `load()` reports every problem of all at once.
"""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache, wraps
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar, get_args, get_origin, get_type_hints

from kukar_analysis import paths
from kukar_analysis.errors import KukarError, UsageError
from kukar_analysis.framework import facts
from kukar_analysis.framework.facts import FIXED_NAMES

DEFINITIONS = Path(__file__).parents[1] / "definitions"
_FILES = {
    "weight_facts": ("weights",),
    "field_sizes": ("fields",),
    "regions": ("regions", "sample_regions"),
}
"""The files of a field of Framework that has another name, or two."""
_OF_EDITION = ("edition_questions", "editions", "weights", "surveys")
"""Files that hold an edition's facts."""
_KINDS = "component group pillar sub_dimension region statistic aspect rule"
_NAMED = {kind: (f"{kind}s", "name") for kind in _KINDS.split()}
_NAMED |= {"opd": ("opd", "name"), "question": ("questions", "label")}
_NAMED |= {"band": ("achievement_bands", "name"), "kind": ("findings", "name")}
_NAMED |= {"document": ("citations", "title")}
"""Where the names of a kind of id stand: field of Framework, and its column."""
_LONGEST_NAME = 9  # words in the longest name that is looked for in running text
_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(most: int = 50_000) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Remember what a function derives from the loaded definitions, up to so many answers."""
    remembered = lru_cache(most, typed=True)  # 2023.0 is shown otherwise than 2023

    def decorated(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def remembering(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            memos = load().memos
            own = memos.get(function) or memos.setdefault(function, remembered(function))
            found: _R = own(*args, **kwargs)
            return found

        return remembering

    return decorated


@dataclass(frozen=True, eq=False)
class Framework:
    """All definitions, checked. Dictionaries are keyed by id and keep the order of the file."""

    citations: dict[str, facts.Citation]
    components: dict[str, facts.Component]
    groups: dict[str, facts.Group]
    editions: dict[str, facts.Edition]
    field_sizes: dict[str, dict[str, facts.FieldSize]]
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
        begin = f"begin the year: `kukar new-year {year}`"
        by_hand = "if the print says so, add it to definitions/editions.csv"
        return begin if year in self.beginnable else by_hand

    @property
    def beginnable(self) -> range:
        """The years that `kukar new-year` begins; one that lies beyond is taken for a slip."""
        return range(self.years()[0] + 1, self.years()[-1] + 11)

    def unconfirmed(self, edition: str) -> dict[str, int]:
        """Count an edition's facts that were copied and not yet confirmed, by file."""
        own: list[tuple[str, Any]] = [("editions", self.edition(edition))]
        own += [("weights", w) for w in self.weight_facts.get(edition, {}).values()]
        own += [("edition_questions", q) for q in self.edition_questions.get(edition, {}).values()]
        own += [("surveys", self.surveys.get(edition))]
        return Counter(file for file, fact in own if fact and fact.status == "unconfirmed")

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
        """Return a region by its Kemendagri code; `64.10` is 64.1 to papermill's command line."""
        text = re.sub(r"^(\d\d\.\d)$", r"\g<1>0", str(code).strip())
        if text not in self.regions:
            hint = "expected a Kemendagri code of a kabupaten or kota, as 64.02"
            if lacks_point("region", text):
                hint = "it is written with a point, as 64.02; BPS has other codes than Kemendagri"
            raise UsageError(f"region {code!r} is not known: {hint} (definitions/regions.csv)")
        return self.regions[text]

    def asked(self, edition: str | None) -> list[facts.Question]:
        """Return the questions that an edition's forms ask, in order: those no survey answers."""
        survey = self.surveys.get(edition or "")
        listed = [self.questions[id_] for id_ in self.edition_questions.get(edition or "", ())]
        return [q for q in listed if not (survey and q.component == survey.component)]

    def is_office(self, region: str) -> bool:
        """Whether the raw files are this region's office's own: that of the program, or sample."""
        return region in self.offices or self.regions[region].is_sample

    @property
    def offices(self) -> list[str]:
        """The regions whose office uses this program."""
        return [r.region for r in self.reported_regions if r.role == "own"]

    def match(self, kind: str, text: str) -> list[str]:
        """Return the ids that a printed name stands for: none unknown, several ambiguous."""
        ids = self._matches.get((kind, normalise(text)), ())
        return [] if not ids or lacks_point(kind, text) else [*ids]

    def regions_named(self, text: str) -> list[str]:
        """Return the ids of regions that a name stands for, with its kind or, both, without."""
        bare = (self.match("region", f"{kind} {text}") for kind in ("Kabupaten", "Kota"))
        return self.match("region", text) or [*chain(*bare)]

    @kept()
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
        named, cited = {kind: {**own} for kind, own in self._named.items()}, self.citations.items()
        named["citation"] = {i: c.title + " (angka pers)" * (c.kind == "press") for i, c in cited}
        groups, editions = named["group"], self.editions.items()
        named["edition"] = {i: f"{groups.get(e.group)} {e.year}" for i, e in editions}
        fixed = [(s.kind, s.canonical, s.spelling) for s in self.spellings if s.kind in FIXED_NAMES]
        # of several spellings of a fixed id the first on record is its word
        for kind, id_, word in [*reversed(fixed), *((w.kind, w.id, w.word) for w in self.words)]:
            named.setdefault(kind, {})[id_] = word
        return named

    @cached_property
    def _named(self) -> dict[str, dict[str, str]]:
        return {
            kind: {id_: getattr(line, column) for id_, line in getattr(self, of).items()}
            for kind, (of, column) in _NAMED.items()
        }

    @cached_property
    def _spelled(self) -> list[tuple[str, str, str]]:
        each = [(kind, id_, name) for kind, own in self._named.items() for id_, name in own.items()]
        found = [(kind, text, id_) for kind, id_, name in each for text in (name, id_)]
        found += [(kind, id_, id_) for kind, ids in FIXED_NAMES.items() for id_ in ids]
        return found + [(s.kind, s.spelling, s.canonical) for s in self.spellings]


@lru_cache(maxsize=50_000)
def normalise(text: str) -> str:
    """Reduce a printed name to what is compared: letters and digits, KAB. written out."""
    text = re.sub(r"^\s*kab\b\.?", "kabupaten ", text.casefold().replace("_", " "))
    return re.sub(r"[^a-z0-9]", "", text)


def lacks_point(kind: str, text: str) -> bool:
    """Whether a region's code lacks its point: 6402 could be Kemendagri's or BPS's (domain 9)."""
    return kind == "region" and bool(re.fullmatch(r"[\W_]*\d{4}[\W_]*", text))


def load(folder: Path | None = None) -> Framework:
    """Return the definitions, read and checked once; KukarError lists every problem found."""
    return _load(folder or DEFINITIONS)


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
    if not problems:
        rules = (_editions, _names, _bands)
        claims = chain(_references(framework, lines), *(rule(framework) for rule in rules))
        problems = [f"{file}.csv: {wrong}" for file, holds, wrong in claims if not holds]
    if problems:
        raise KukarError(f"{folder.name}/ has {len(problems)} faults: " + "; ".join(problems))
    return framework


def _keyed(lines: list[Any], hint: Any, of: Any) -> Any:
    """Return records as a field of Framework is typed: as tuple, by key, or by both its parts."""
    if get_origin(hint) is tuple:
        return tuple(lines)
    if get_origin(of) is not dict:
        return {line.key[0]: line for line in lines}
    nested: dict[str, dict[str, Any]] = defaultdict(dict)
    for line in lines:
        nested[line.key[0]][line.key[1]] = line
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
    facts.Date: (r"\d{4}-\d\d-\d\d", "a date, as 2022-09-07"),
    facts.Day: (r"\d\d-\d\d", "a day of every year, as 12-01"),
}


def _value(text: str | None, hint: Any) -> Any:
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
    form, wanted = _FORMS.get(kind, ("(?s).*", "a text"))
    if not re.fullmatch(form, text):
        raise ValueError(f"{text!r} is not {wanted}")
    if kind in (facts.Date, facts.Day):
        date.fromisoformat(f"2023-{text}"[-10:])
    return kind(text)


Claims = Iterator[tuple[str, bool, str]]
"""Rules between definitions: a file, whether the rule holds, what is wrong where it does not."""
_FORMAT = r"text|year|date|yesno|place|plain|(number|signed|percent|share):\d"


def _references(fw: Framework, lines: dict[str, list[Any]]) -> Claims:
    """Ids are defined; only facts of an edition are unconfirmed, as pages say so of those alone."""
    kinds = "citation component edition group pillar sub_dimension question region statistic aspect"
    ids = {kind: getattr(fw, f"{kind}s") for kind in kinds.split()}
    ids |= {"opd": fw.opd, "follows": fw.editions}
    for file, own in ((file, vars(line)) for file, of in lines.items() for line in of):
        for name in own.keys() & ids.keys():
            is_known = own[name] is None or own[name] in ids[name]
            yield file, is_known, f"{name} {own[name]!r} is not defined"
        is_open = "unconfirmed" in (own.get("status"), own.get("short_name_status"))
        said = f"{[*own.values()][2]} is unconfirmed; only facts of an edition can be"
        yield file, "edition" in own or not is_open, said
    for s in fw.spellings:
        is_known = s.canonical in {**ids, **FIXED_NAMES}[s.kind]
        yield "spellings", is_known, f"{s.kind} {s.canonical!r} is not defined"


def _editions(fw: Framework) -> Claims:
    for id_, edition in fw.editions.items():
        yield "editions", id_ == f"{edition.year}-{edition.group}", f"{id_} is not <year>-<group>"
        is_copied = bool(edition.follows) or not fw.unconfirmed(id_)
        said = f"{id_} is not confirmed, but follows no edition it was copied from"
        yield "editions", is_copied, said
        weight = sum(fw.weights.get(id_, {}).values())
        yield "weights", weight == 100, f"{id_} adds up to {weight}, not 100"
        asked, file = fw.edition_questions.get(id_, {}), "edition_questions"
        said = f"{id_} has {len(asked)} questions, editions.csv says"
        is_whole = len(asked) == (edition.questions or 0)
        yield file, is_whole, f"{said} {edition.questions or 'unknown'}"
        before = fw.edition_questions.get(edition.follows or "", {})
        numbers: dict[str, list[int]] = defaultdict(list)
        for q in asked.values():
            numbers[q.question.partition(".")[0]].append(q.number)
            was_there = q.question in before
            fits = not before or (q.continuity in ("same", "changed")) == was_there
            said = f"{edition.follows} has it" + " not" * (not was_there)
            yield file, fits, f"{id_} {q.question} is {q.continuity}, but {said}"
        for component, ns in numbers.items():
            is_counted = sorted(ns) == list(range(1, len(ns) + 1))
            yield file, is_counted, f"{id_} {component} is not numbered 1, 2, 3 …"
    for size in (size for own in fw.field_sizes.values() for size in own.values()):
        said = f"{size.edition} ({size.of}) says {size.participants} of {size.evaluated} took part"
        yield "fields", 0 < size.participants <= size.evaluated, f"{said}, which cannot be"


def _names(fw: Framework) -> Claims:
    for id_, q in fw.questions.items():
        begins = id_.startswith(f"{q.component}.")
        yield "questions", begins, f"{id_} does not begin with its component"
        if part := fw.sub_dimensions.get(q.sub_dimension or ""):
            said = f"{id_}: {part.sub_dimension} is of {part.pillar}"
            yield "questions", part.pillar == q.pillar, said
    parts = Counter(s.pillar for s in fw.sub_dimensions.values())
    for pillar in fw.pillars:
        yield "sub_dimensions", parts[pillar] == 3, f"{pillar} has {parts[pillar]}, not 3"
    for code, region in fw.regions.items():
        is_code = bool(re.fullmatch(rf"{region.province_code}\.\d\d", code))
        yield "regions", is_code, f"{code} is not a code of province {region.province_code}"
    for code, n in Counter(r.bps_code for r in fw.regions.values() if r.bps_code).items():
        yield "regions", n == 1, f"BPS code {code} stands {n} times"
    for c in fw.corrections:
        fits = (c.action == "replace") == (c.value is not None)
        yield "corrections", fits, f"{c.file} {c.record}: replace needs a value, drop none"
    kinds = "|".join(map(re.escape, fw.names))
    for shown in fw.columns.values():
        said = f"{shown.format!r} of {shown.column} is no format, as number:2 or name:pillar"
        yield "columns", bool(re.fullmatch(rf"{_FORMAT}|name:({kinds})", shown.format)), said


def _bands(fw: Framework) -> Claims:
    bands, file = list(fw.achievement_bands.values()), "achievement_bands"
    yield file, bands[0].highest == 100, f"{bands[0].band} does not end at 100"
    for above, below in pairwise(bands):
        meets = above.lowest is not None and above.lowest - 1 == below.highest
        yield file, meets, f"{below.band} does not end where {above.band} begins"
    for b in bands:
        can_be = b.lowest is None or (b is not bands[-1] and b.lowest <= b.highest)
        yield file, can_be, f"{b.band} begins at {b.lowest}, which cannot be"


def retired(year: int) -> set[str]:
    """Return the questions that are not asked any more in a year."""
    return {question for question, r in load().retired.items() if r.since <= year}


def add_year(year: int, sources: list[str]) -> None:
    """Add lines for editions copied from `sources`, without the questions retired by then.

    All files are changed or none.
    """
    import pandas as pd  # the only use here: whoever loads definitions need not wait for it

    fw, after = load(), dict[Path, bytes]()
    for name in _OF_EDITION:
        path = DEFINITIONS / f"{name}.csv"
        lines = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        lines = lines[lines["edition"].isin(sources)]
        if "question" in lines:
            lines = lines[~lines["question"].isin(retired(year))]
            component = lines["question"].str.split(".").str[0]
            lines["number"] = lines.groupby(["edition", component]).cumcount() + 1
            asked = lines["edition"].value_counts()
        changed = {
            "edition": lines["edition"].map({e: f"{year}-{fw.edition(e).group}" for e in sources}),
            "year": year,
            "follows": lines["edition"],
            "questions": lines["edition"].map(asked).astype("Int64"),
            "continuity": "same",
            "status": "unconfirmed",
            "note": "Disalin dari edisi " + lines["edition"] + f"; aturan {year} belum tercatat",
        }
        made = lines.assign(**{column: changed[column] for column in changed if column in lines})
        text = made.to_csv(header=False, index=False, lineterminator="\n")
        after[path] = path.read_bytes().rstrip(b"\r\n") + b"\n" + text.encode()
    with ExitStack() as stack:  # all are written before one takes its place
        for path, content in after.items():
            stack.enter_context(paths.replacing(path)).write_bytes(content)
    forget()
