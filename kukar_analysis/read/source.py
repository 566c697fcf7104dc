"""What every reader gives: lists of records, texts as printed; and whether they add up."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

from openpyxl.utils import get_column_letter

from kukar_analysis import framework, score
from kukar_analysis.errors import ScoreError, SourceError

Medium = Literal["text", "workbook", "letter"]
UNCALCULATED = "=?"  # the text of a cell whose formula has no value yet
UNMAPPED = "belum dipetakan di MAPPINGS.csv"
"""The text of an answer that the mapping of its form does not hold."""


class Number(str):
    """The text of a cell that holds a number, and so can be read in one way only."""


class Unsure(str):
    """The text of a number that may be shown as a percentage: the file does not tell."""


class Record(NamedTuple):
    """One record of a list: its texts by our column, in a row of its sheet or page (`part`).

    A bare one is a text alone, maybe a person's name; `rule` and `fault` say why it is not taken.
    """

    row: int
    cells: Mapping[str, str]
    fault: str | None = None
    part: str | None = None
    is_bare: bool = False
    is_scanned: bool = False
    rule: str = ""


@dataclass(frozen=True)
class SourceList:
    """Records of one kind found in a file; `headings` are (heading, column number) by column."""

    name: str
    medium: Medium
    kind: str
    headings: Mapping[str, tuple[str, int]]
    records: list[Record]

    def printed(self, record: Record) -> dict[str, str]:
        """Return the cells of a record by the headings as printed."""
        return {head: record.cells.get(c, "") for c, (head, _) in self.headings.items()}

    def origin(self, record: Record, column: str | None = None) -> str:
        """Return where a cell stands, or its record where the column has no cell of its own.

        `2023/table.csv#l37:c3`, `2023/opd/dinkes.xlsx#Smart Living!F12`, `2023/surat.pdf#p15:r4`.
        """
        _, number = self.headings.get(column or "", ("", 0))
        place = f"l{record.row}:c{number}" if number else f"l{record.row}"
        if self.medium == "workbook":
            place = f"{record.part}!{get_column_letter(number) if number else ''}{record.row}"
        elif self.medium == "letter":
            place = f"p{record.part}:r{record.row}"
        return f"{self.name}#{place}"


def told(rule: str, place: str, detail: object = "") -> str:
    """Return what is said of a file or sheet, in the words of definitions/rules.csv."""
    said = framework.load().rules[rule]
    more = f": {detail}" if detail else ""
    return f"{place}: {said.name}{more}. {said.advice or ''}".rstrip()


def refusal(rule: str, place: str, detail: object = "") -> SourceError:
    """Return the error that a file is not read for."""
    return SourceError(told(rule, place, detail))


@dataclass
class Reading:
    """What was found in a file: `problems` say what to do, `notes` are only worth knowing.

    `pictures` are of lines to be typed in, by file name (PNG).
    """

    lists: list[SourceList] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def say(self, rule: str, place: str, detail: object = "") -> None:
        """Add what is said of a part: a problem where the rule has an advice, else a note."""
        said = self.problems if framework.load().rules[rule].advice else self.notes
        said.append(told(rule, place, detail))

    @property
    def kind(self) -> str:
        """What the file was read as, for the table `files`."""
        kinds = {"letter" if each.medium == "letter" else each.kind for each in self.lists}
        return " + ".join(sorted(kinds))


def differences(
    edition: str, scores: Mapping[str, Sequence[str]], means: Mapping[str, str], index: str | None
) -> list[str]:
    """Return what does not add up, one line each, of texts as printed by component id.

    The index is checked where every component that `edition` weighs has a mean.
    """
    fw, found = framework.load(), list[str]()
    checked: list[tuple[str, str, Callable[[], Decimal], str]] = []
    for id_, component in fw.components.items():
        if scores.get(id_) and id_ in means:
            said = f"rata-rata {len(scores[id_])} nilai adalah"
            mean = partial(score.component_score, map(_value, scores[id_]))
            checked.append((component.name, said, mean, means[id_]))
    if index is not None and fw.weights[edition].keys() <= means.keys():
        weighed = ((c, _value(means[c])) for c in fw.weights[edition])
        said = "rata-rata tercetak menjadi"
        checked.append(("Indeks", said, lambda: score.index_of(dict(weighed), edition), index))
    for label, said, compute, printed in checked:
        try:
            computed = compute()
            if score.hundredths(computed) != score.hundredths(_value(printed)):
                found.append(f"{label}: {said} {computed}, tercetak {printed}")
        except ScoreError as error:
            found.append(f"{label}: {error}")
    return found


def unequal(one: str, other: str) -> bool:
    """Whether two printed scores differ: 3, 3,0 and 3.00 are the same."""
    try:
        return _value(one) != _value(other)
    except ScoreError:
        return one != other


def check_typed(reading: Reading, name: str, year: int) -> None:
    """Raise SourceError where scores, means and finals of a letter typed in do not add up.

    A component is checked when any of its question scores is typed: then all must be.
    """
    fw, found = framework.load(), list[str]()
    typed: dict[str, tuple[dict[str, list[str]], dict[str, str], dict[str, str]]] = defaultdict(
        lambda: (defaultdict(list), {}, {})
    )
    lists = [x for x in reading.lists if x.kind.endswith(("_scores", "national_table"))]
    for kind, cells in ((x.kind, record.cells) for x in lists for record in x.records):
        region, component = (
            next(iter(fw.match(of, cells.get(of, ""))), cells.get(of, ""))
            for of in ("region", "component")
        )
        scores, means, final = typed[region]
        if kind == "question_scores":
            scores[component].append(cells["score"])
        elif kind == "component_scores":
            means[component] = cells["mean"]
        elif cells.get("participated", "").casefold() != "tidak":
            final |= cells
    for scores, means, final in typed.values():
        group = next(iter(fw.match("group", final.get("group", ""))), None)
        edition = f"{year}-{group}" if group else fw.asked_edition(year) or ""
        printed = {c: final[c] for c in fw.weights.get(edition, ()) if final.get(c)}
        asked = [fw.questions[id_].component for id_ in fw.edition_questions.get(edition, {})]
        found += [
            f"{fw.components[c].name}: {len(own)} dari {asked.count(c)} nilai butir diketik"
            for c, own in scores.items()
            if len(own) != asked.count(c) > 0
        ] + [
            f"{fw.components[c].name}: {mean} di sini, {printed[c]} di tabel nasional"
            for c, mean in means.items()
            if c in printed and unequal(mean, printed[c])
        ]
        if edition in fw.weights:
            found += differences(edition, scores, printed | means, final.get("index"))
    if found:
        raise refusal("sums", name, "; ".join(found))


def _value(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ScoreError(f"{text!r} bukan angka") from None
