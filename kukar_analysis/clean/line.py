"""One record being read: its printed cells as typed values, and the reasons why it is not kept."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from kukar_analysis import framework, score, suggest
from kukar_analysis.framework import Framework
from kukar_analysis.read.lists import words
from kukar_analysis.read.source import UNCALCULATED, Number, Record, SourceList, Unsure

Rows = list[tuple[str, dict[str, Any]]]  # rows that a record yields: (table, row)
FORMS = ("agency_form", "programmes", "quick_win_aspects", "survey")
"""Kinds that the office collects itself: of the folder's year, and of the office's own region."""
_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212]*")  # nothing stated: blank, or dashes alone
_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_T = TypeVar("_T")


@dataclass
class Line:
    """A record being read: typed values out, faults and notes collected as rows of `rejected`."""

    file: SourceList
    record: Record
    folder_year: int
    editions: dict[tuple[int, str], str]
    content: str | None = None
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    fw: Framework = field(default_factory=framework.load, repr=False)

    def fault(self, rule: str, column: str | None = None, detail: str = "") -> None:
        """Add a reason why the record is not kept, once."""
        if (said := self._said(rule, column, detail)) not in self.faults:
            self.faults.append(said)

    def note(self, rule: str, column: str | None = None, detail: str = "") -> None:
        """Add what is only worth knowing of the record."""
        self.notes.append(self._said(rule, column, detail))

    def _said(self, rule: str, column: str | None, detail: str) -> dict[str, Any]:
        value = self.record.cells.get(column or "") or None
        return {
            "file": self.file.name,
            "origin": self.origin(column),
            "column": self.heading(column),
            "value": None if self._may_name_a_person else value,
            "rule": rule,
            "reason": detail or self.fw.rules[rule].name,
        }

    @property
    def _may_name_a_person(self) -> bool:
        """A cell of a survey, or a text alone, is not repeated in messages."""
        return self.file.kind == "survey" or self.record.is_bare

    def heading(self, column: str | None) -> str | None:
        """Return a column's heading as it is printed, or as readers see it elsewhere."""
        known = self.fw.columns.get(column or "")
        return self.file.headings.get(column or "", (known.heading if known else column, 0))[0]

    def origin(self, column: str | None = None) -> str:
        """Return where the cell of a column stands, or the line."""
        return self.file.origin(self.record, column)

    def text(self, column: str) -> str | None:
        """Return the printed text; blank and "-" are nothing, a formula's error is a fault."""
        text = self.record.cells.get(column)
        if not text or says_nothing(text):
            return None
        if text[0] in "=#" and (text == UNCALCULATED or _ERROR.fullmatch(text)):
            self.fault("formula", column)
            return None
        return text

    def stated(self, column: str) -> str | None:
        """Return the text, with the words for nothing ("n/a", "belum ada") taken as nothing."""
        text = self.text(column)
        return None if text and framework.normalise(text) in words("furniture", "nothing") else text

    def known(self, column: str, kind: str = "") -> str | None:
        """Return the id that a printed name stands for, None where nothing is stated."""
        text, kind = self.stated(column), kind or column
        ids = self.fw.match(kind, text) if text else []
        if text and len(ids) != 1:
            self._unnamed(column, kind, text, ids)
        return ids[0] if len(ids) == 1 else None

    def yes_no(self, column: str) -> bool | None:
        """Return whether a cell says yes; None where nothing is stated."""
        said = self.known(column, "yes_no")
        return None if said is None else said == "yes"

    def needed(self, column: str, read: Callable[["Line", str], _T | None]) -> _T | None:
        """Return what a reader finds in a cell; that nothing is stated there is a fault."""
        before = len(self.faults)
        found = read(self, column)
        if found is None and len(self.faults) == before:
            self.fault("needed", column)
        return found

    def name(self, column: str) -> str | None:
        """Return the id that a printed name stands for; nothing printed is a fault."""
        return self.needed(column, Line.known)

    def _unnamed(self, column: str, kind: str, text: str, ids: list[str]) -> None:
        said = "" if text == self.record.cells.get(column) else f"{text!r}: "
        if ids:
            self.fault("ambiguous", column, f"{said}{' atau '.join(ids)}")
            return
        is_shown = not self._may_name_a_person or suggest.nearest(kind, text)
        self.fault("name", column, f"{said}{suggest.advice(kind, text)}" if is_shown else "")

    @cached_property
    def year(self) -> int:
        """The year of the line, or else that of its folder."""
        text = self.text("year") or str(self.folder_year)
        if not re.fullmatch(r"20\d\d", text):
            self.fault("year", "year", "bukan tahun")
            return self.folder_year
        if int(text) != self.folder_year and self.file.kind in FORMS:
            self.fault("year", "year", f"formulir {text} di folder {self.folder_year}")
        return int(text)

    @cached_property
    def region(self) -> str | None:
        """The region of the line; a form without one is the office's own."""
        if self.file.kind in FORMS and not self.text("region"):
            return next(iter(self.fw.offices), None)
        return self.name("region")

    @cached_property
    def edition(self) -> str | None:
        """The edition by group, national tables or file name; a form of a year unknown has none."""
        fw, year, region = self.fw, self.year, self.region
        group = self.known("group")
        own = self.record.cells.get("edition") or (f"{year}-{group}" if group else None)
        listed = self.editions.get((year, region or ""))
        in_name = (f"{year}-{g}" for g in fw.groups if g in self.file.name)
        edition = own or listed or next(in_name, None)
        if edition is None and self.file.kind in FORMS:
            return fw.asked_edition(year)
        if edition is None and not self.faults:
            name = fw.names["region"].get(region or "")
            self.fault("edition", None, f"{name} tidak ada di tabel nasional {year}")
        elif edition is not None and edition not in fw.editions:
            self.fault("edition", "group", f"{edition} belum tercatat: `kukar new-year {year}`")
        elif own and listed and own != listed and self.file.kind != "national_table":
            said = f"tabel nasional {year} memuatnya di {fw.names['edition'][listed]}"
            self.fault("edition", "group", said)
        return edition

    @cached_property
    def agencies(self) -> list[str]:
        """The agencies of a cell that may hold several; names may contain commas."""
        text = self.stated("opd")
        found, unclear = _agencies(text, self.region) if text else ([], [])
        for part, ids in unclear:
            self._unnamed("opd", "opd", part, ids)
        return found

    def agency(self, column: str = "opd") -> str | None:
        """Return the one agency of a cell; of several it is not certain who carries the thing."""
        if len(self.agencies) > 1:
            self.fault(column, column, " dan ".join(self.agencies))
        return self.agencies[0] if self.agencies else None

    def _figure(self, column: str) -> str | None:
        text = self.stated(column)
        if isinstance(text, Unsure):
            self.fault("unsure", column)
        return None if isinstance(text, Unsure) else text

    def score(self, column: str, lowest: float = score.LOWEST) -> float | None:
        """Return a score of at most two decimals; "-" is null, so is a blank in the office's own.

        A blank in what was printed is a fault, as there nothing is "-".
        """
        if not self.record.cells.get(column) and self.file.kind not in FORMS:
            self.fault("needed", column)
        if (text := self._figure(column)) is None:
            return None
        found = number(text) if re.fullmatch(r"\D?\d(\D\d{1,2})?", text) else None
        if found is not None and lowest <= found <= score.HIGHEST:
            return found
        self.fault("score", column, f"bukan nilai {lowest} sampai {score.HIGHEST}")
        return None

    def amount(self, column: str) -> float | None:
        """Return an amount: 1.250.000,50, Rp 1.250.000, 75%, 12,5; nothing stated is null.

        The text 1.250 could be 1250 or 1,25 and is a fault; a number cell of a workbook is not.
        """
        if (text := self._figure(column)) is None:
            return None
        plain = re.sub(r"^Rp\.?|,-$|\s", "", text, flags=re.IGNORECASE).removesuffix("%")
        if column == "budget" and plain != text and re.fullmatch(r"\d{1,3}\.\d{3}", plain):
            plain = plain.replace(".", "")  # rupiah have no third decimal
        found = number(text if isinstance(text, Number) else plain)
        if found is None:
            self.fault("number", column)
        return found


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or a dash. A sign as √ is a text as any other."""
    return not text[:1].isalnum() and bool(_DASHES.fullmatch(text))


def number(text: str) -> float | None:
    """Return a printed number, decimal comma or point; None for no number and for 1.234."""
    if not isinstance(text, Number):
        text = text.replace("−", "-")
        if re.fullmatch(r"-?\d{1,3}(\.\d{3}){2,}(,\d+)?|-?\d{1,3}(\.\d{3})+,\d+", text):
            text = text.replace(".", "")
        elif re.fullmatch(r"-?\d{1,3}(,\d{3}){2,}", text):
            text = text.replace(",", "")
        if not re.fullmatch(r"-?\d+([.,]\d+)?", text) or re.fullmatch(r"-?\d{1,3}[.,]\d{3}", text):
            return None
    return float(text.replace(",", "."))


@framework.kept()
def _agencies(text: str, region: str | None) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the agencies a cell names, by the longest runs of its pieces, and what names none."""
    pieces = re.split(r"([;/\n&,]| dan )", text)
    named: dict[str, list[str]] = {}
    while pieces:
        longest = range(len(pieces), 1, -1)
        end = next((n for n in longest if _agency("".join(pieces[:n]).strip(), region)), 1)
        span = "".join(pieces[:end]).strip()
        if not re.fullmatch(r"[;/\n&,]?|dan", span):
            named[span] = _agency(span, region)
        pieces = pieces[end:]
    found = dict.fromkeys(ids[0] for ids in named.values() if len(ids) == 1)
    return list(found), [(part, ids) for part, ids in named.items() if len(ids) != 1]


def _agency(text: str, region: str | None) -> list[str]:
    """Return the ids of an agency, also where its number, role or own region stand beside it."""
    fw = framework.load()
    bare = re.sub(r"^\s*(\d+[.)]|[a-z][.)]|[-•*])\s*|\s*\([^)]*\)\s*$", "", text)
    found = fw.match("opd", text) or fw.match("opd", bare)
    words_ = bare.split()
    for i in range(len(words_) - 1, 0, -1):
        if not found and fw.match("region", " ".join(words_[i:])) == [region]:
            found = fw.match("opd", " ".join(words_[:i]))
    return found
