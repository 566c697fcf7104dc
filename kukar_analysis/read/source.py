"""What every reader gives: lists of records, each cell the text as printed and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from openpyxl.utils import get_column_letter

from kukar_analysis import framework
from kukar_analysis.errors import SourceError

Medium = Literal["text", "workbook", "letter"]
UNCALCULATED = "=?"  # the text of a cell whose formula has no value yet
UNMAPPED = "belum dipetakan di MAPPINGS.csv"
"""The text of an answer that the mapping of its form does not hold."""


class Number(str):
    """The text of a cell that holds a number, and so can be read in one way only."""


class Unsure(str):
    """The text of a number that may be shown as a percentage: the file does not tell."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a list: its texts by our column, in a row of its sheet or page (`part`).

    A bare record is one text alone, which may be a person's name too. `rule` and `fault` say why it
    cannot be taken.
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
    """What was found in one file.

    `problems` name parts that were not read and what to do; `notes` are only worth knowing;
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
