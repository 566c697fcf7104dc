"""One record being read: its printed cells as typed values, and the reasons why it is not kept."""

import re
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
_DATE = re.compile(r"20\d\d-\d\d-\d\d(T.*)?")
_THOUSANDS = r"\d{1,3}(\.\d{3}){2,}(,\d+)?|\d{1,3}(\.\d{3})+,\d+"
YES_NO = {"ya": True, "yes": True, "true": True, "1": True}
YES_NO |= {"tidak": False, "no": False, "false": False, "0": False}
LEVELS = {"rendah": 1.0, "sedang": 2.0, "tinggi": 3.0, "1": 1.0, "2": 2.0, "3": 3.0}
"""Risk levels of the ministry's form, coded 1 to 3 (domain: Sleman 2021)."""
_V = TypeVar("_V")


@dataclass
class Line:
    """One record being read: typed values out, faults and notes collected.

    A fault or note has the columns of `rejected`, its rule is one of definitions/rules.csv. `rows`
    are what it yields.
    """

    file: SourceList
    record: Record
    folder_year: int
    editions: dict[tuple[int, str], str]
    faults: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    fw: Framework = field(default_factory=framework.load, repr=False)

    def fault(self, rule: str, column: str | None = None, detail: str = "") -> None:
        """Add a reason why the record is not kept."""
        self.faults.append(self._said(rule, column, detail))

    def note(self, rule: str, column: str | None = None, detail: str = "") -> None:
        """Add what is only worth knowing of the record."""
        self.notes.append(self._said(rule, column, detail))

    def _said(self, rule: str, column: str | None, detail: str) -> dict[str, Any]:
        value = self.record.cells.get(column or "") or None
        return {
            "file": self.file.name,
            "origin": self.origin(column),
            "column": self.file.headings.get(column or "", (column, 0))[0],
            "value": None if self._may_name_a_person else value,
            "rule": rule,
            "reason": detail or self.fw.rules[rule].name,
        }

    @property
    def _may_name_a_person(self) -> bool:
        """A cell of a survey, or a text alone, is not repeated in messages."""
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
        if text == UNCALCULATED or _ERROR.fullmatch(text):
            self.fault("formula", column)
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
            self.fault("needed", column)
        return text or ""

    def name(self, column: str) -> str | None:
        """Return the id that a printed name stands for; nothing printed is a fault."""
        return self.known(column) if self.needed(column) else None

    def known(self, column: str) -> str | None:
        """Return the id that a printed name stands for, None where nothing is printed."""
        text = self.text(column)
        ids = self.fw.match(column, text) if text else []
        if text and len(ids) != 1:
            self._unnamed(column, text, ids)
        return ids[0] if len(ids) == 1 else None

    def _unnamed(self, kind: str, text: str, ids: list[str]) -> None:
        what = "" if text == self.record.cells.get(kind) else f"{text!r}: "
        if ids:
            self.fault("ambiguous", kind, f"{what}{' atau '.join(ids)}")
        elif not self._may_name_a_person or suggest.nearest(kind, text):
            self.fault("name", kind, f"{what}{suggest.advice(kind, text)}")
        else:
            self.fault("name", kind)

    # What a record is of

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
            self.fault("edition", "group", f"tabel nasional {year}: {region} di {listed}")
        in_name = (f"{year}-{g}" for g in fw.groups if g in self.file.name)
        edition = own or listed or next(in_name, None)
        if edition is None and self.file.kind in FORMS:
            return fw.asked_edition(year)
        if edition is None and not self.faults:
            self.fault("edition", None, f"{region} tidak ada di tabel nasional {year}")
        elif edition is not None and edition not in fw.editions:
            begin = (
                f"`kukar new-year {year}`" if year in fw.beginnable else "definitions/editions.csv"
            )
            self.fault("edition", "group", f"{edition} belum tercatat: {begin}")
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
        if found is not None and not lowest <= found <= score.HIGHEST:
            self.fault("scale", column, f"di luar {lowest} sampai {score.HIGHEST}")
        elif found is None or not re.fullmatch(r"\D?\d(\D\d{1,2})?", text):
            is_date = _DATE.fullmatch(text)
            self.fault("score", column, "Excel mengubahnya menjadi tanggal" if is_date else "")
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
        is_rupiah = in_rupiah and re.fullmatch(r"\d{1,3}\.\d{3}", plain)
        if re.fullmatch(_THOUSANDS, plain) or is_rupiah:
            plain = plain.replace(".", "")
        elif re.fullmatch(r"\d{1,3}[.,]\d{3}", plain):
            self.fault("number", column, "terbaca dua cara")
            return None
        if not re.fullmatch(r"\d+([.,]\d+)?", plain):
            self.fault("number", column)
            return None
        return float(plain.replace(",", "."))

    def _is_unsure(self, column: str) -> bool:
        unsure = isinstance(self.record.cells.get(column), Unsure)
        if unsure:
            self.fault("unsure", column)
        return unsure

    def word(self, column: str, words_: dict[str, _V], rule: str) -> _V | None:
        """Return what a cell's word stands for; None where nothing is stated, all else a fault."""
        text = (self.stated(column) or "").casefold()
        if text and text not in words_:
            self.fault(rule, column)
        return words_.get(text)


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
