"""One record being read: its printed cells as typed values, and the reasons why it is not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kukar_analysis import framework, score, suggest
from kukar_analysis.framework import Framework
from kukar_analysis.read.grid import words
from kukar_analysis.read.source import UNCALCULATED, Number, Record, SourceList, Unsure

Rows = list[tuple[str, dict[str, Any]]]
"""Rows that a record yields: (table, row)."""
FORMS = ("agency_form", "programmes", "quick_win_aspects", "survey")
"""Kinds that the office collects itself: of the folder's year, and of the office's own region."""
_DASHES = re.compile(r"[\s\-\u2010-\u2015\u2212]*")
"""Nothing stated: blank, or dashes alone (hyphens, dashes, the minus sign)."""
_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_DATE = re.compile(r"20\d\d-\d\d-\d\d(T.*)?")
_THOUSANDS = r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+"
_WORDS = {"ya": True, "yes": True, "true": True, "1": True}
_WORDS |= {"tidak": False, "no": False, "false": False, "0": False}
_LEVELS = {"rendah": 1.0, "sedang": 2.0, "tinggi": 3.0, "1": 1.0, "2": 2.0, "3": 3.0}
"""Risk levels of the ministry's form, coded 1 to 3 (domain: Sleman 2021)."""


@dataclass
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
        value = self.record.cells.get(column or "") or None
        self.faults.append(
            {
                "file": self.file.name,
                "origin": self.origin(column),
                "column": self.file.headings.get(column or "", (column, 0))[0],
                "value": None if self.may_name_a_person else value,
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

    # Texts and names

    def text(self, column: str) -> str | None:
        """Return the printed text; blank and "-" are nothing, a formula's error is a fault."""
        text = self.record.cells.get(column)
        if text is None or says_nothing(text):
            return None
        if text == UNCALCULATED:
            self.fault("formula", "was never calculated; open and save it in Excel", column)
        elif _ERROR.fullmatch(text):
            self.fault("formula", "is a formula's error; type the value instead", column)
        else:
            return text
        return None

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

    def name(self, column: str) -> str | None:
        """Return the id that a printed name stands for; nothing printed is a fault."""
        return self._id(column, self.needed(column))

    def known(self, column: str) -> str | None:
        """Return the id that a printed name stands for, None where nothing is printed."""
        return self._id(column, self.text(column) or "")

    def _id(self, kind: str, text: str) -> str | None:
        ids = self.fw.match(kind, text) if text else []
        if text and len(ids) != 1:
            self._unnamed(kind, text, ids)
        return ids[0] if len(ids) == 1 else None

    def _unnamed(self, kind: str, text: str, ids: list[str]) -> None:
        if ids:
            what = "" if text == self.record.cells.get(kind) else f"{text} "
            self.fault("ambiguous", f"{what}could be {' or '.join(ids)}; write the full name", kind)
        elif self.may_name_a_person and not suggest.nearest(kind, text):
            self.fault("name", f"{kind} is not known; the text is not repeated here", kind)
        else:
            self.fault("name", f"{kind} {text!r} is not known; {suggest.advice(kind, text)}", kind)

    # What a record is of

    @cached_property
    def year(self) -> int:
        """The year of the line, or else that of its folder."""
        text = self.text("year") or str(self.folder_year)
        if not re.fullmatch(r"20\d\d", text):
            self.fault("year", "is no year, as 2023", "year")
            return self.folder_year
        if int(text) != self.folder_year and self.file.kind in FORMS:
            reason = f"the form is of {text}, but lies in the folder of {self.folder_year}"
            self.fault("year", f"{reason}; move it, or ask for this year's", "year")
        return int(text)

    @cached_property
    def region(self) -> str | None:
        """The region of the line; a form without one is the office's own."""
        if self.file.kind in FORMS and not self.text("region"):
            own = (r.region for r in self.fw.reported_regions if r.role == "own")
            return next(own, None)
        return self.name("region")

    @cached_property
    def edition(self) -> str | None:
        """The edition: from the line's group, the national tables, or the file's name.

        A form of a year whose rules are not known yet has none.
        """
        fw, year, region = self.fw, self.year, self.region
        group = self.known("group")
        own = self.record.cells.get("edition") or (f"{year}-{group}" if group else None)
        listed = self.editions.get((year, region or ""))
        if own and listed and own != listed and self.file.kind != "national_table":
            self.fault("edition", f"the national table of {year} has {region} in {listed}", "group")
        in_name = (f"{year}-{g}" for g in fw.groups if g in self.file.name)
        edition = own or listed or next(in_name, None)
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

    @cached_property
    def agencies(self) -> list[str]:
        """The agencies of a cell that may hold several; names may contain commas."""
        text = self.stated("opd")
        if not text:
            return []
        found, unclear = _agencies(text, self.region)
        for part, ids in unclear:
            self._unnamed("opd", part, ids)
        return found

    # Numbers

    def score(self, column: str, lowest: float = score.LOWEST) -> float | None:
        """Return a score of at most two decimals; "-" is null, blank and all else a fault."""
        before = len(self.faults)
        stated, text = self.text(column), self.record.cells.get(column, "")
        if len(self.faults) > before or self._is_unsure(column) or (text and stated is None):
            return None
        found = number(text)
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

    def amount(self, column: str) -> float | None:
        """Return an amount: 1.250.000,50, Rp 1.250.000, 75%, 12,5; nothing stated is null.

        A text as 1.250 could be 1250 or 1,25 and is a fault; a number cell of a workbook is
        certain.
        """
        text = self.stated(column)
        if text is None or self._is_unsure(column):
            return None
        if isinstance(text, Number):
            return float(text)
        plain = re.sub(r"^Rp\.?|,-$|\s", "", text, flags=re.IGNORECASE).removesuffix("%")
        in_rupiah = column == "budget" and plain != text
        if re.fullmatch(r"\d{1,3}(,\d{3}){2,}", plain):
            return float(plain.replace(",", ""))
        if re.fullmatch(_THOUSANDS, plain) or (
            in_rupiah and re.fullmatch(r"\d{1,3}\.\d{3}", plain)
        ):
            plain = plain.replace(".", "")
        elif re.fullmatch(r"\d{1,3}[.,]\d{3}", plain):
            reason = "could be read in two ways; write it without a thousands mark"
            self.fault("number", reason, column)
            return None
        if not re.fullmatch(r"\d+([.,]\d+)?", plain):
            self.fault("number", "is no number", column)
            return None
        return float(plain.replace(",", "."))

    def _is_unsure(self, column: str) -> bool:
        unsure = isinstance(self.record.cells.get(column), Unsure)
        if unsure:
            self.fault("unsure", "could be a percentage; save the workbook as .xlsx", column)
        return unsure

    def level(self, column: str) -> float | None:
        """Return a level of risk, 1 to 3."""
        text = (self.stated(column) or "").casefold()
        if text and text not in _LEVELS:
            self.fault("risk", "expected 1, 2 or 3 (rendah, sedang, tinggi)", column)
        return _LEVELS.get(text)

    def yes_no(self, column: str, *, default: bool = False) -> bool:
        """Return a cell that says ya or tidak; blank is the default, all else a fault."""
        text = (self.text(column) or "").casefold()
        if text and text not in _WORDS:
            self.fault(column, "expected ya or tidak", column)
        return _WORDS.get(text, default)


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
    """Return the agencies a cell names, and the parts that name none or several.

    A cell is parted into the names it holds: the longest runs of its pieces that are known.
    """
    pieces = [text]
    if not _agency(text, region):
        pieces = [p for p in re.split(r"([;/\n&,]| dan )", text) if p.strip()]
    named: dict[str, list[str]] = {}
    while pieces:
        ends = range(len(pieces), 0, -1)
        spans = (("".join(pieces[:end]).strip(), end) for end in ends)
        span, end = next(s for s in spans if s[1] == 1 or _agency(s[0], region))
        if not re.fullmatch(r"[;/\n&,]|dan", span):
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
