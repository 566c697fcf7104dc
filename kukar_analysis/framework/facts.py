"""The record classes of `definitions/`: one class a CSV, its fields the columns of the file.

Ids are English and stay the same over the years; names are Indonesian and are what readers see.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal, dataclass_transform
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
NamedKind = Literal[
    "component", "group", "pillar", "sub_dimension", "region", "opd", "statistic", "source",
    "question", "aspect", "status", "digital_part",
]  # fmt: skip
"""What has a name that is met in print."""
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


@dataclass_transform(frozen_default=True)
class Definition:
    """A line of a file; the first `keys` of its own columns stand once in it."""

    keys: ClassVar[int]

    def __init_subclass__(cls, keys: int = 1) -> None:
        cls.keys = keys
        dataclass(frozen=True)(cls)


class Fact(Definition):
    """What every definition but a citation carries: how it is known, and from where."""

    status: Status
    citation: str


class Citation(Definition):
    """A source that facts and raw files refer to, as a letter of the ministry or an article."""

    citation: str
    kind: Literal["letter", "official", "press", "project", "sample"]
    title: str
    note: str | None
    address: str | None

    @property
    def beside_figure(self) -> str:
        """The title as it stands beside a figure: one of the press is called so."""
        return f"{self.title} (angka pers)" if self.kind == "press" else self.title


class Component(Fact):
    """What the index weighs."""

    component: str
    name: str
    abbreviation: str


class Group(Fact):
    """Regions that are evaluated under the same rules in a year."""

    group: str
    name: str


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


class FieldSize(Fact, keys=2):
    """How many regions an edition (the real or the invented one) evaluated, and took part."""

    edition: str
    of: Literal["real", "sample"]
    evaluated: int
    participants: int


class Weight(Fact, keys=2):
    """Weight of a component in an edition, in whole percent."""

    edition: str
    component: str
    weight: int


class Pillar(Fact):
    """One of the six pillars, in the order of the form."""

    pillar: str
    name: str


class SubDimension(Fact):
    """One of the three parts of a pillar."""

    sub_dimension: str
    pillar: str
    name: str


class Question(Fact):
    """A scored item, with an id that stays the same over the years."""

    question: str
    component: str
    pillar: str | None
    sub_dimension: str | None
    label: str


class Retired(Fact):
    """A question whose subject is abolished: forms from the year `since` on may not ask it."""

    question: str
    since: int
    reason: str


class EditionQuestion(Fact, keys=2):
    """A question as an edition prints it; `continuity` is against the edition it follows."""

    edition: str
    question: str
    number: int
    block: str
    code: str
    continuity: Continuity | None


class Region(Fact):
    """A kabupaten or kota by its Kemendagri code; the BPS code cannot be derived from it."""

    region: str
    name: str
    province_code: str
    province: str
    bps_code: str | None

    @property
    def is_sample(self) -> bool:
        """Whether it is invented (definitions/sample_regions.csv)."""
        return self.province_code == "00"


class Opd(Fact):
    """An agency of Kukar; `opd` is the short name used in tables, `status` that of the long one."""

    opd: str
    name: str
    short_name_status: Status


class Spelling(Fact, keys=0):
    """A way a name was met in print. The same spelling of two names is ambiguous, and is asked."""

    kind: NamedKind
    spelling: str
    canonical: str


class QuickWin(Fact, keys=0):
    """A quick win on record for a region, and what is not known about it."""

    year: int
    region: str
    pillar: str
    programme: str
    opd: str | None
    note: str | None


class Event(Fact, keys=0):
    """Something that happened in the evaluation of a region; no pillar means all of them."""

    date: str
    region: str
    pillar: str | None
    event: str


class Statistic(Fact):
    """An official statistic; `pillar` is where this project shows it (its own choice)."""

    statistic: str
    name: str
    unit_of_measure: str
    pillar: str | None
    decimals: int


class Claim(Fact, keys=0):
    """A question whose answer an official statistic can confirm or contradict."""

    question: str
    statistic: str


class FindingKind(Fact):
    """A kind of fault that assessors complain of: how pages call it, and what to do about it."""

    finding: str
    name: str
    advice: str


class Rule(Fact):
    """A rule by which a record is rejected: how pages call it, and what to do about it."""

    rule: str
    name: str
    advice: str


class Layout(Fact, keys=0):
    """A column of a kind of raw list, and the headings it goes by, parted by ` | `.

    `required`: `one` at least one of the kind's so marked must be there; `personal` names a person
    and is never stored. In a heading `#` is a number. The kind `caption` is what a form says above
    its list.
    """

    kind: str
    column: str
    required: Literal["yes", "one", "no", "personal"]
    headings: str


class Survey(Fact):
    """A component that an edition scores from a survey; statements and respondents a pillar."""

    edition: str
    component: str
    statements: int
    respondents: int
    lowest: int
    highest: int


class Aspect(Fact):
    """One of the ten aspects that a quick win is scored on."""

    aspect: str
    name: str


class RiskLevel(Fact, keys=0):
    """A level of the risk form, of likelihood and of impact alike."""

    level: int
    name: str


class AchievementBand(Fact):
    """A band of realisation against target, in whole percent as printed; the lowest has no end."""

    band: str
    name: str
    lowest: int | None
    highest: int


class Correction(Fact, keys=0):
    """A printed fault; `record` is the line by its cells: `TAHUN=2021;DAERAH=KOTA SAMARINDA`."""

    file: str
    record: str
    column: str
    expect: str
    action: Literal["drop", "replace"]
    value: str | None
    reason: str


class LetterheadLine(Fact, keys=2):
    """A line of the letterhead of a region's office, as it stands on paper, from the top."""

    region: str
    line: int
    text: str


class Paper(Fact):
    """The paper that fills a table (store.SCHEMAS, or agency_forms), and who has it."""

    table: str
    paper: str
    holder: str


class Target(Fact, keys=2):
    """An index that a region set out to reach in a year."""

    region: str
    year: int
    target: Decimal


class Assumption(Fact, keys=0):
    """What the figures do not say. `topic` is where reports show it."""

    topic: str
    statement: str
    impact: Literal["low", "medium", "high"]


class ReportedRegion(Fact, keys=0):
    """A region that reports are made for unless another is asked for."""

    region: str
    role: Literal["own", "reference"]
    reason: str


class ShownColumn(Fact):
    """A column of the frames as readers see it; a hidden one only where it is asked by name.

    `format` is one of show/cells.py, as `number:2` or `name:pillar`.
    """

    column: str
    heading: str
    format: str
    unit: str | None
    hidden: Literal["yes"] | None


class Word(Fact, keys=2):
    """What readers see of an id that has no definition of its own; `kind` is as in `name:kind`."""

    kind: str
    id: str
    word: str


class Expected(Fact):
    """What comes every year: in which days (12-01, WITA), and when it is an alarm that it has not.

    Days before `first`, whose year is the evaluation's, are of the year after.
    """

    what: ExpectedKind
    name: str
    first: str
    last: str
    alarm_from: str


class Accepted(Fact, keys=3):
    """What has not come and is no alarm, as the office knows why: until a date, or for good."""

    what: ExpectedKind
    year: int
    region: str
    until: str | None
    reason: str


class Term(Fact):
    """How many days something is kept; `survey_names`: the names of who answered a survey."""

    term: Literal["survey_names"]
    days: int
    reason: str


class FormColumn(Fact, keys=2):
    """A column of a form that goes out, in their order; its heading is that of `layouts.csv`.

    `typed`: `one` of the options, or another too that Excel asks about (`suggested`), a `whole`
    number, any `text`, or nothing (`locked`). Options are parted by ` | `; `<opd>` is all names
    of a kind.
    """

    kind: str
    column: str
    width: int
    typed: Literal["locked", "text", "one", "suggested", "whole"]
    prompt: str | None
    options: str | None


class FormTopic(Fact, keys=2):
    """A topic of a form's instructions, with its `{fields}`; without a text the office types it."""

    form: Literal["agency", "letter", "programmes", "survey"]
    number: int
    topic: str
    text: str | None
