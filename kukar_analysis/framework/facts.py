"""The record classes of `definitions/`: one class a CSV, its fields the columns of the file.

Ids are English and stay the same over the years; names are Indonesian and are what readers see.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Literal, NewType, dataclass_transform
from zoneinfo import ZoneInfo

Date = NewType("Date", str)
Day = NewType("Day", str)  # a date as 2022-09-07, and a day of every year as 12-01
Status = Literal["seen", "inferred", "assumed", "unconfirmed"]
"""How a fact is known: read in the citation, deduced from it, a guess still to be confirmed, or
copied from the edition before, whose citation it keeps, and not confirmed by a rule of its year."""
Rounding = Literal["each_term", "sum"]
"""`each_term`: round every weighted component, then add. `sum`: add, then round once."""
ExpectedKind = Literal["agencies", "letter"]
NOTE_KINDS = ("weakness", "strength", "advice")
PROGRAMME_STATUS = ("done", "running", "not_begun")
DIGITAL_PARTS = ("infrastructure", "society", "economy", "market")
FIXED_NAMES = {
    "source": ("self", "assessor"), "status": PROGRAMME_STATUS, "digital_part": DIGITAL_PARTS,
    "yes_no": ("yes", "no"), "risk": ("1", "2", "3"),
}  # fmt: skip
"""Kinds of name whose ids are fixed here; their spellings are in definitions/spellings.csv."""
WITA = ZoneInfo("Asia/Makassar")  # Central Indonesian time, which the office keeps


@dataclass_transform(frozen_default=True)
class Definition:  # a line of a file; the first `keys` of its own columns stand once in it
    keys: ClassVar[int]

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is known by in its file."""
        return (*vars(self).values(),)[2 * isinstance(self, Fact) :][: self.keys]

    def __init_subclass__(cls, keys: int = 1) -> None:
        cls.keys = keys
        dataclass(frozen=True)(cls)


class Fact(Definition):  # how a definition is known, and from where
    status: Status
    citation: str


class Citation(Definition):  # a source that facts and raw files refer to, as a letter or article
    citation: str
    kind: Literal["letter", "official", "press", "project", "sample"]
    title: str
    note: str | None
    address: str | None


class Component(Fact):  # what the index weighs
    component: str
    name: str
    abbreviation: str


class Group(Fact):  # regions that are evaluated under the same rules in a year
    group: str
    name: str


class Edition(Fact):  # one year's rules for one group; `questions` is None where never seen
    edition: str
    year: int
    group: str
    follows: str | None
    rounding: Rounding
    improvement_base: Rounding | None
    questions: int | None
    note: str | None


class FieldSize(Fact, keys=2):  # how many regions an edition evaluated, and how many took part
    edition: str
    of: Literal["real", "sample"]
    evaluated: int
    participants: int


class Weight(Fact, keys=2):  # weight of a component in an edition, in whole percent
    edition: str
    component: str
    weight: int


class Pillar(Fact):  # one of the six pillars, in the order of the form
    pillar: str
    name: str


class SubDimension(Fact):  # one of the three parts of a pillar
    sub_dimension: str
    pillar: str
    name: str


class Question(Fact):  # a scored item, with an id that stays the same over the years
    question: str
    component: str
    pillar: str | None
    sub_dimension: str | None
    label: str


class Retired(Fact):  # a question whose subject is abolished: forms from `since` on may not ask it
    question: str
    since: int
    reason: str


class EditionQuestion(Fact, keys=2):  # as an edition prints it; `continuity` with the one before:
    # the same, worded otherwise, or not there
    edition: str
    question: str
    number: int
    block: str
    code: str
    continuity: Literal["same", "changed", "new"] | None


class Region(Fact):  # a kabupaten or kota by its Kemendagri code; the BPS code is another
    region: str
    name: str
    province_code: str
    province: str
    bps_code: str | None

    @property
    def is_sample(self) -> bool:
        """Whether it is invented (definitions/sample_regions.csv)."""
        return self.province_code == "00"


class Opd(Fact):  # an agency of Kukar; `opd` is its short name, `status` that of the long one
    opd: str
    name: str
    short_name_status: Status


class Spelling(Fact, keys=0):  # a way a name was met in print; that of two names is asked
    kind: Literal[
        "component", "group", "pillar", "sub_dimension", "region", "opd", "statistic", "source",
        "question", "aspect", "status", "digital_part", "yes_no", "risk",
    ]  # fmt: skip
    spelling: str
    canonical: str


class QuickWin(Fact, keys=0):  # a quick win on record for a region, and what is not known about it
    year: int
    region: str
    pillar: str
    programme: str
    opd: str | None
    note: str | None


class Event(Fact, keys=0):  # something in the evaluation of a region; no pillar means all of them
    date: Date
    region: str
    pillar: str | None
    event: str


class Statistic(Fact):  # an official statistic; `pillar`: where this project shows it, by choice;
    # `new_base`: the year from which its figures cannot be compared with those before
    statistic: str
    name: str
    unit_of_measure: str
    pillar: str | None
    decimals: int
    new_base: int | None


class Claim(Fact, keys=0):  # a question whose answer an official statistic confirms or contradicts
    question: str
    statistic: str


class FindingKind(Fact):  # a fault that assessors complain of: its name on pages, and what to do
    finding: str
    name: str
    advice: str


class Rule(Fact):  # what is said of papers and records; without advice it is only worth knowing
    rule: str
    name: str
    advice: str | None


class Layout(Fact, keys=0):  # a column of a kind of raw list, and its headings, parted by ` | `,
    # in which `#` is a number; `one` of those so marked must be there, `personal` is never stored
    kind: str
    column: str
    required: Literal["yes", "one", "no", "personal"]
    headings: str


class Survey(Fact):  # a component scored from a survey; statements and respondents are a pillar's
    edition: str
    component: str
    statements: int
    respondents: int
    lowest: int
    highest: int


class Aspect(Fact):  # one of the ten aspects that a quick win is scored on
    aspect: str
    name: str


class AchievementBand(Fact):  # realisation against target, in whole percent; the lowest has no end
    band: str
    name: str
    lowest: int | None
    highest: int


class Correction(Fact, keys=0):  # `record`: a line by its cells, `TAHUN=2021;DAERAH=KOTA SAMARINDA`
    file: str
    record: str
    column: str
    expect: str
    action: Literal["drop", "replace"]
    value: str | None
    reason: str


class SettledScore(Fact, keys=3):  # whose score is the office's where agencies differ on a question
    year: int
    region: str
    question: str
    opd: str
    reason: str


class LetterheadLine(Fact, keys=2):  # of a region's office, as it stands on paper, from the top
    region: str
    line: int
    text: str


class Paper(Fact):  # the paper that fills a table (store.SCHEMAS, or agency_forms), and who has it
    table: str
    paper: str
    holder: str
    fills: str
    expected: ExpectedKind | None


class Target(Fact, keys=2):  # an index that a region set out to reach in a year
    region: str
    year: int
    target: Decimal


class Assumption(Fact, keys=0):  # what the figures do not say. `topic` is where reports show it
    topic: str
    statement: str
    impact: Literal["low", "medium", "high"]


class ReportedRegion(Fact, keys=0):  # a region that reports are made for unless another is asked
    region: str
    role: Literal["own", "reference"]
    reason: str


class ShownColumn(Fact):  # a column of frames as readers see it; `format` is one of show/cells.py
    column: str
    heading: str
    format: str
    unit: str | None
    hidden: Literal["yes"] | None


class Word(Fact, keys=2):  # what readers see of an id of no definition; `kind` as in `name:kind`
    kind: str
    id: str
    word: str


class Sentence(Fact):  # said of figures: a template that analysis/told.py fills in
    sentence: str
    text: str


class Expected(Fact):  # in which days it comes (12-01, WITA; before `first`: of the year after)
    what: ExpectedKind
    name: str
    first: Day
    last: Day
    alarm_from: Day


class Accepted(Fact, keys=3):  # what has not come and is no alarm: until a date, or for good
    what: ExpectedKind
    year: int
    region: str
    until: Date | None
    reason: str


class Term(Fact):  # how many days something is kept, as the names of who answered a survey
    term: Literal["survey_names"]
    days: int
    reason: str


class FormColumn(Fact, keys=2):  # of a form that goes out; its heading is that of `layouts.csv`.
    # Options are parted by ` | `; `<opd>`: all of a kind; `suggested`: another one may be typed
    kind: str
    column: str
    width: int
    typed: Literal["locked", "text", "one", "suggested", "whole"]
    prompt: str | None
    options: str | None


class FormTopic(Fact, keys=2):  # of a form's instructions, with `{fields}`; without text: typed
    form: Literal["agency", "findings", "letter", "programmes", "survey"]
    number: int
    topic: str
    text: str | None
