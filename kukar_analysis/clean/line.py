"""One record being read: its printed cells as typed values, and the reasons why it is not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from kukar_analysis import framework, score, suggest
from kukar_analysis.framework import Framework
from kukar_analysis.read.grid import words
from kukar_analysis.read.source import UNCALCULATED, Number, Record, SourceList, Unsure

Rows = list[tuple[str, dict[str, Any]]]
"""Rows that a record yields: (table, row)."""

_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212]*")
"""Nothing stated: blank, or dashes alone (hyphens, dashes, the minus sign)."""
FORMS = ("agency_form", "programmes", "quick_win_aspects", "survey")
"""Kinds that the office collects itself: of the folder's year, and of the office's own region."""
ASK = "if the print says so, add it to definitions/"
_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_DATE = re.compile(r"20\d\d-\d\d-\d\d(T.*)?")


@dataclass(slots=True)
class Line:
    """One record being read: typed values out, faults collected."""

    file: SourceList
    record: Record
    folder_year: int
    editions: dict[tuple[int, str], str]
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fw: Framework = field(default_factory=framework.load, repr=False)

    def fault(self, rule: str, reason: str, column: str | None = None) -> None:
        """Add a reason why the record is not kept.

        What may name a person is not repeated: a cell of a survey, or a text that stands alone.
        """
        heading = self.file.headings.get(column or "", (column, 0))[0]
        is_shown = not self.may_name_a_person
        self.faults.append(
            {
                "file": self.file.name,
                "origin": self.origin(column),
                "column": heading,
                "value": (self.record.cells.get(column or "") or None) if is_shown else None,
                "rule": rule,
                "reason": reason,
            }
        )

    @property
    def may_name_a_person(self) -> bool:
        """Whether the cells of the record must not be repeated in messages."""
        return self.file.kind == "survey" or self.record.is_bare

    def origin(self, column: str | None = None) -> str:
        """Return where the cell of a column stands, or the line."""
        return self.file.origin(self.record, column)

    def text(self, column: str) -> str | None:
        """Return the printed text; blank and "-" are nothing, a formula's error is a fault."""
        text = self.record.cells.get(column)
        if text is None or says_nothing(text):
            return None
        if text[0] in "#=":
            if text == UNCALCULATED:
                self.fault("formula", "was never calculated; open and save it in Excel", column)
                return None
            if _ERROR.fullmatch(text):
                self.fault("formula", "is a formula's error; type the value instead", column)
                return None
        return text

    def stated(self, column: str) -> str | None:
        """Return the text, with the words for nothing ("n/a", "belum ada") taken as nothing."""
        text = self.text(column)
        return None if text and framework.normalise(text) in words("furniture", "nothing") else text

    def needed(self, column: str) -> str:
        """Return the printed text; nothing is a fault, and comes back as an empty text."""
        before = len(self.faults)
        text = self.text(column)
        if text is None and len(self.faults) == before:
            self.fault("needed", "nothing stands here, but a value is needed", column)
        return text or ""

    def year(self) -> int:
        """Return the year of the line, or else that of its folder."""
        text = self.text("year")
        if text and not re.fullmatch(r"20\d\d", text):
            self.fault("year", "is no year, as 2023", "year")
            return self.folder_year
        if text and int(text) != self.folder_year and self.file.kind in FORMS:
            self.fault(
                "year",
                f"the form is of {text}, but lies in the folder of {self.folder_year}; move it, or"
                " ask for this year's",
                "year",
            )
        return int(text) if text else self.folder_year

    def region(self) -> str | None:
        """Return the region of the line; a form without one is the office's own."""
        if self.file.kind in FORMS and not self.text("region"):
            own = (r.region for r in self.fw.reported_regions if r.role == "own")
            return next(own, None)
        return self.named("region", "region")

    def named(self, kind: str, column: str, *, needed: bool = True) -> str | None:
        """Return the id a printed name stands for; unknown and ambiguous names are faults."""
        text = self.needed(column) if needed else self.text(column)
        if not text:
            return None
        ids = self.fw.match(kind, text)
        if len(ids) != 1:
            self._unnamed(kind, column, text, ids)
        return ids[0] if len(ids) == 1 else None

    def agencies(self, region: str | None) -> list[str]:
        """Return the agencies of a cell that may hold several; names may contain commas.

        `region` is that of the line: its name may stand behind an agency's.
        """
        text = self.stated("opd")
        if not text:
            return []
        found, unclear = _agencies(text, region)
        for part, ids in unclear:
            self._unnamed("opd", "opd", part, ids)
        return found

    def _unnamed(self, kind: str, column: str, text: str, ids: list[str]) -> None:
        if ids:
            what = "" if text == self.record.cells.get(column) else f"{text} "
            reason = f"{what}could be {' or '.join(ids)}; write the full name"
            self.fault("ambiguous", reason, column)
        elif self.may_name_a_person and not suggest.nearest(kind, text):
            self.fault("name", f"{kind} is not known; the text is not repeated here", column)
        else:
            self.fault(
                "name", f"{kind} {text!r} is not known; {suggest.advice(kind, text)}", column
            )

    def edition(self, year: int, region: str | None) -> str | None:
        """Return the edition: from the line's group, the national tables, or the file's name.

        A form of a year whose rules are not known yet has none.
        """
        fw = self.fw
        given = self.record.cells.get("edition")
        group = self.named("group", "group", needed=False)
        edition = given or (f"{year}-{group}" if group else None)
        listed = self.editions.get((year, region or ""))
        if edition and listed and edition != listed and self.file.kind != "national_table":
            self.fault("edition", f"the national table of {year} has {region} in {listed}", "group")
        if edition is None and listed is None:
            group = next((g for g in fw.groups if g in self.file.name), None)
            edition = f"{year}-{group}" if group else None
        edition = edition or listed
        if edition is None and self.file.kind in FORMS:
            return fw.asked_edition(year)
        if edition is None and not self.faults:
            self.fault(
                "edition",
                f"the group of {region} in {year} is not known: no national table lists it;"
                " add a column KET with REGULER or KPPN&IKN, or name the group in the file's name",
            )
        elif edition is not None and edition not in fw.editions:
            self.fault("edition", f"edition {edition} is not known; {fw.to_define(year)}", "group")
        return edition

    def score(self, column: str, lowest: float = score.LOWEST) -> float | None:
        """Return a score of at most two decimals; "-" is null, blank and all else a fault."""
        before = len(self.faults)
        if self.text(column) is None and len(self.faults) > before:
            return None
        text = self.record.cells.get(column, "")
        if text and says_nothing(text):
            return None
        found = number(text)
        if isinstance(text, Unsure):
            self.fault("unsure", "could be a percentage; save the workbook as .xlsx", column)
            return None
        if _DATE.fullmatch(text):
            self.fault("score", "is a date: Excel took a typed range or fraction for one", column)
        elif found is not None and not lowest <= found <= score.HIGHEST:
            self.fault("scale", f"is outside {lowest} to {score.HIGHEST}", column)
        elif found is None or not re.fullmatch(r"\D?\d(\D\d{1,2})?", text):
            expected = f"expected a number from {lowest} to {score.HIGHEST} with two decimals"
            self.fault("score", f"{expected}, or - where nothing is stated", column)
        else:
            return found
        return None

    def yes_no(self, column: str, *, default: bool) -> bool:
        """Return a cell that says ya or tidak; blank is the default, all else a fault."""
        text = (self.text(column) or "").casefold()
        if text in ("", "ya", "yes", "true", "1", "tidak", "no", "false", "0"):
            return text in ("ya", "yes", "true", "1") if text else default
        self.fault(column, "expected ya or tidak", column)
        return default


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or a dash. A sign as √ is a text as any other."""
    return bool(_DASHES.fullmatch(text))


def number(text: str) -> float | None:
    """Return a printed number, decimal comma or point; None for no number and for 1.234."""
    if isinstance(text, Number):
        return float(text)
    text = text.replace("−", "-")
    if not re.fullmatch(r"-?\d+([.,]\d+)?", text) or re.fullmatch(r"-?\d{1,3}[.,]\d{3}", text):
        return None
    return float(text.replace(",", "."))


@framework.kept()
def _agencies(text: str, region: str | None) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the agencies a cell names, and the parts that name none or several."""
    named = {part: _agency(part, region) for part in _parts(text, region)}
    found = dict.fromkeys(ids[0] for ids in named.values() if len(ids) == 1)
    return list(found), [(part, ids) for part, ids in named.items() if len(ids) != 1]


def _agency(text: str, region: str | None) -> list[str]:
    """Return the ids of an agency, also where its number, role or own region stand beside it."""
    fw = framework.load()
    bare = re.sub(r"^\s*(\d+[.)]|[a-z][.)]|[-•*])\s*|\s*\([^)]*\)\s*$", "", text)
    words_ = bare.split()
    for length in range(len(words_)):
        name, place = " ".join(words_[: len(words_) - length]), " ".join(words_[-length:])
        if length == 0 or fw.match("region", place) == [region]:
            ids = fw.match("opd", text if length == 0 else name) or fw.match("opd", name)
            if ids:
                return ids
    return []


def _parts(text: str, region: str | None) -> list[str]:
    """Part a cell into the names it holds: the longest runs of its pieces that are known."""
    if _agency(text, region):
        return [text]
    pieces = [p for p in re.split(r"([;/\n&,]| dan )", text) if p.strip()]
    parts: list[str] = []
    start = 0
    while start < len(pieces):
        for end in range(len(pieces), start, -1):
            span = "".join(pieces[start:end]).strip()
            if _agency(span, region) or end == start + 1:
                break
        if not re.fullmatch(r"[;/\n&,]|dan", span):
            parts.append(span)
        start = end
    return parts
