"""The record classes of `definitions/`: one class a CSV, its fields the columns of the file.

Ids are English and stay the same over the years; names are Indonesian and are what readers see.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Status = Literal["seen", "inferred", "assumed", "unconfirmed"]
"""How a fact is known: read in the citation, deduced from it, a guess still to be confirmed, or
copied from the edition before, whose citation it keeps, and not confirmed by a rule of its year."""
HOW_KNOWN: dict[Status, str] = {
    "seen": "terlihat",
    "inferred": "disimpulkan",
    "assumed": "asumsi",
    "unconfirmed": "belum dikonfirmasi",
}
"""What pages call it."""
Rounding = Literal["each_term", "sum"]
"""`each_term`: round every weighted component, then add. `sum`: add, then round once."""
Continuity = Literal["same", "changed", "new"]
"""A question against the edition before it: the same, worded otherwise, or not there."""
ExpectedKind = Literal["agencies", "letter"]
"""What comes every year: the agencies' answers, and the ministry's letter."""
SOURCES = ("self", "assessor")
"""Who scored: the office itself (penilaian mandiri) or the ministry's assessors."""
NOTE_KINDS = ("weakness", "strength", "advice")
"""What an assessor's note is about."""
PROGRAMME_STATUS = ("done", "running", "not_begun")
DIGITAL_PARTS = ("infrastructure", "society", "economy", "market")
"""The four parts of the digital transformation that the office names."""
WITA = ZoneInfo("Asia/Makassar")
"""Central Indonesian time, which the office keeps."""
FIXED_NAMES = {"source": SOURCES, "status": PROGRAMME_STATUS, "digital_part": DIGITAL_PARTS}
"""Kinds of name whose ids are fixed here; their spellings are in definitions/spellings.csv."""


@dataclass(frozen=True)
class Fact:
    """What every definition carries: how it is known, and from where."""

    status: Status
    citation: str


@dataclass(frozen=True)
class Citation:
    """A source that facts and raw files refer to.

    `kind`: a letter of the ministry, an office's own page or publication, a newspaper's article.
    """

    citation: str
    kind: Literal["letter", "official", "press", "project", "sample"]
    title: str
    note: str | None
    address: str | None

    @property
    def beside_figure(self) -> str:
        """The title as it stands beside a figure: one of the press is called so."""
        return f"{self.title} (angka pers)" if self.kind == "press" else self.title


@dataclass(frozen=True)
class Component(Fact):
    """What the index weighs."""

    component: str
    name: str
    abbreviation: str


@dataclass(frozen=True)
class Group(Fact):
    """Regions that are evaluated under the same rules in a year."""

    group: str
    name: str


@dataclass(frozen=True)
class Edition(Fact):
    """One year's rules for one group; `questions` is None where the list was never seen."""

    edition: str
    year: int
    group: str
    follows: str | None
    rounding: Rounding
    improvement_base: Rounding | None
    questions: int | None
    note: str | None


@dataclass(frozen=True)
class FieldSize(Fact):
    """How many regions an edition evaluated, and how many of them took part.

    `of` the real evaluation, or the invented one of data/sample.
    """

    edition: str
    of: Literal["real", "sample"]
    evaluated: int
    participants: int


@dataclass(frozen=True)
class Weight(Fact):
    """Weight of a component in an edition, in whole percent."""

    edition: str
    component: str
    weight: int


@dataclass(frozen=True)
class Pillar(Fact):
    """One of the six pillars, in the order of the form."""

    pillar: str
    name: str


@dataclass(frozen=True)
class SubDimension(Fact):
    """One of the three parts of a pillar."""

    sub_dimension: str
    pillar: str
    name: str


@dataclass(frozen=True)
class Question(Fact):
    """A scored item, with an id that stays the same over the years."""

    question: str
    component: str
    pillar: str | None
    sub_dimension: str | None
    label: str


@dataclass(frozen=True)
class Retired(Fact):
    """A question whose subject is abolished: forms from the year `since` on may not ask it."""

    question: str
    since: int
    reason: str


@dataclass(frozen=True)
class EditionQuestion(Fact):
    """A question as an edition prints it: its place in the component's list, block and code.

    `continuity` is against the edition that this one follows; a question of that edition which
    has no line here was dropped.
    """

    edition: str
    question: str
    number: int
    block: str
    code: str
    continuity: Continuity | None


@dataclass(frozen=True)
class Region(Fact):
    """A kabupaten or kota by its Kemendagri code; the BPS code cannot be derived from it."""

    region: str
    name: str
    province_code: str
    province: str
    bps_code: str | None

    @property
    def is_sample(self) -> bool:
        """Whether it is one of the invented regions (definitions/sample_regions.csv)."""
        return self.province_code == "00"


@dataclass(frozen=True)
class Opd(Fact):
    """An agency of Kukar; `opd` is the short name used in tables, `status` that of the long one."""

    opd: str
    name: str
    short_name_status: Status


@dataclass(frozen=True)
class Spelling(Fact):
    """A way a name was met in print. The same spelling of two names is ambiguous, and is asked."""

    kind: Literal[
        "component",
        "group",
        "pillar",
        "sub_dimension",
        "region",
        "opd",
        "statistic",
        "source",
        "question",
        "aspect",
        "status",
        "digital_part",
    ]
    spelling: str
    canonical: str


@dataclass(frozen=True)
class QuickWin(Fact):
    """A quick win on record for a region, and what is not known about it."""

    year: int
    region: str
    pillar: str
    programme: str
    opd: str | None
    note: str | None


@dataclass(frozen=True)
class Event(Fact):
    """Something that happened in the evaluation of a region; no pillar means all of them."""

    date: str
    region: str
    pillar: str | None
    event: str


@dataclass(frozen=True)
class Statistic(Fact):
    """An official statistic; `pillar` is where this project shows it (its own choice)."""

    statistic: str
    name: str
    unit_of_measure: str
    pillar: str | None
    decimals: int


@dataclass(frozen=True)
class Claim(Fact):
    """A question whose answer an official statistic can confirm or contradict."""

    question: str
    statistic: str


@dataclass(frozen=True)
class FindingKind(Fact):
    """A kind of fault that assessors complain of: how pages call it, and what to do about it."""

    finding: str
    name: str
    advice: str


@dataclass(frozen=True)
class Rule(Fact):
    """A rule by which a record is rejected: how pages call it, and what to do about it."""

    rule: str
    name: str
    advice: str


@dataclass(frozen=True)
class Layout(Fact):
    """A column of a kind of raw list, and the headings it goes by, parted by ` | `.

    `required`: `yes` must be there; `one` at least one of the kind's so marked must be;
    `personal` names a person and is never stored. In a heading `#` is a number, as in `P1` to
    `P9`. The kind `caption` is what a form says above its list, `letter` the words of a letter.
    """

    kind: str
    column: str
    required: Literal["yes", "one", "no", "personal"]
    headings: str


@dataclass(frozen=True)
class Survey(Fact):
    """A component that an edition scores from a survey of users, one form a pillar.

    `statements` and `respondents` are per pillar; answers lie between `lowest` and `highest`.
    """

    edition: str
    component: str
    statements: int
    respondents: int
    lowest: int
    highest: int


@dataclass(frozen=True)
class Aspect(Fact):
    """One of the ten aspects that a quick win is scored on."""

    aspect: str
    name: str


@dataclass(frozen=True)
class RiskLevel(Fact):
    """A level of the risk form, of likelihood and of impact alike."""

    level: int
    name: str


@dataclass(frozen=True)
class AchievementBand(Fact):
    """A band of realisation against target, in whole percent as printed; the lowest has no end."""

    band: str
    name: str
    lowest: int | None
    highest: int


@dataclass(frozen=True)
class Correction(Fact):
    """A printed fault: which cell, what stands there, and what to do (`drop` or `replace`).

    `record` names the line by its printed cells: `TAHUN=2021;DAERAH=KOTA SAMARINDA`.
    """

    file: str
    record: str
    column: str
    expect: str
    action: Literal["drop", "replace"]
    value: str | None
    reason: str


@dataclass(frozen=True)
class LetterheadLine(Fact):
    """A line of the letterhead of a region's office, as it stands on paper, from the top."""

    region: str
    line: int
    text: str


@dataclass(frozen=True)
class Paper(Fact):
    """The paper that fills a table for a region and year, and who has it.

    `table` is one of store.SCHEMAS, or agency_forms: the self-assessments in question_scores.
    """

    table: str
    paper: str
    holder: str


@dataclass(frozen=True)
class Target(Fact):
    """An index that a region set out to reach in a year."""

    region: str
    year: int
    target: Decimal


@dataclass(frozen=True)
class Assumption(Fact):
    """What the figures do not say. `topic` is where reports show it."""

    topic: str
    statement: str
    impact: Literal["low", "medium", "high"]


@dataclass(frozen=True)
class ReportedRegion(Fact):
    """A region that reports are made for unless another is asked for."""

    region: str
    role: Literal["own", "reference"]
    reason: str


@dataclass(frozen=True)
class ShownColumn(Fact):
    """A column of the frames as readers see it: the same name means the same everywhere.

    `format` is one of show/cells.py, as `number:2` or `name:pillar`; the unit stands in the
    heading. A hidden column is shown only where it is asked for by name.
    """

    column: str
    heading: str
    format: str
    unit: str | None
    hidden: Literal["yes"] | None


@dataclass(frozen=True)
class Word(Fact):
    """What readers see of an id that has no definition of its own; `kind` is as in `name:kind`."""

    kind: str
    id: str
    word: str


@dataclass(frozen=True)
class Expected(Fact):
    """What comes every year: in which days, and from which on it is an alarm that it has not.

    Days are as 12-01, in WITA; those before `first` are of the year after. The evaluation year is
    that of `first`. Agencies are asked until `last`; a letter is taken whenever it comes.
    """

    what: ExpectedKind
    name: str
    first: str
    last: str
    alarm_from: str


@dataclass(frozen=True)
class Accepted(Fact):
    """What has not come and is no alarm, as the office knows why: until a date, or for good."""

    what: ExpectedKind
    year: int
    region: str
    until: str | None
    reason: str


@dataclass(frozen=True)
class Term(Fact):
    """How many days something is kept; `survey_names`: the names of who answered a survey."""

    term: Literal["survey_names"]
    days: int
    reason: str
