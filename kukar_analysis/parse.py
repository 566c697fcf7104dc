"""One record of each kind of list: printed text to typed rows, or the reasons why not.

The four kinds of nothing, as the national tables print them:

- blank: the component does not apply to the group (no row);
- 0: took part and scored 0;
- "-": nothing stated, as no earlier year (null);
- 0 in every column: did not take part (`participated` false, scores null).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kukar_analysis import framework, score
from kukar_analysis.read import table

Rows = list[tuple[str, dict[str, Any]]]
"""Rows that a record yields: (table, row)."""

_NOT_STATED = ("-", "–", "—")
_ASK = "if the print says so, add it to definitions/"


@dataclass
class Line:
    """One record being read: typed values out, faults collected."""

    file: table.TableFile
    record: table.Record
    folder_year: int
    editions: dict[tuple[int, str], str]
    faults: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, rule: str, reason: str, column: str | None = None) -> None:
        """Add a reason why the record is not kept."""
        heading = self.file.headings[column][0] if column in self.file.headings else column
        self.faults.append(
            {
                "file": self.file.name,
                "origin": self.origin(column),
                "column": heading,
                "value": self.record.cells.get(column or "") or None,
                "rule": rule,
                "reason": reason,
            }
        )

    def origin(self, column: str | None = None) -> str:
        """Return where the cell of a column stands, or the line."""
        return self.file.origin(self.record, column)

    def text(self, column: str) -> str | None:
        """Return the printed text; blank and "-" are nothing."""
        text = self.record.cells.get(column, "")
        return None if text in ("", *_NOT_STATED) else text

    def needed(self, column: str) -> str:
        """Return the printed text; nothing is a fault, and comes back as an empty text."""
        text = self.text(column)
        if text is None:
            self.fault("needed", "nothing stands here, but a value is needed", column)
        return text or ""

    def year(self) -> int:
        """Return the year of the line, or else that of its folder."""
        text = self.text("year")
        if text and not re.fullmatch(r"20\d\d", text):
            self.fault("year", "is no year, as 2023", "year")
            return self.folder_year
        return int(text) if text else self.folder_year

    def named(self, kind: str, column: str, *, needed: bool = True) -> str | None:
        """Return the id a printed name stands for; unknown and ambiguous names are faults."""
        text = self.needed(column) if needed else self.text(column)
        if not text:
            return None
        ids = framework.load().match(kind, text)
        if not ids:
            self.fault("name", f"{kind} is not known; {_ASK}spellings.csv", column)
        elif len(ids) > 1:
            self.fault("ambiguous", f"could be {' or '.join(ids)}; write the full name", column)
        return ids[0] if len(ids) == 1 else None

    def edition(self, year: int, region: str | None) -> str | None:
        """Return the edition: from the line's group, the national tables, or the file's name."""
        group = self.named("group", "group", needed=False)
        edition = f"{year}-{group}" if group else None
        listed = self.editions.get((year, region or ""))
        if edition and listed and edition != listed and self.file.kind != "national_table":
            self.fault("edition", f"the national table of {year} has {region} in {listed}", "group")
        if edition is None and listed is None:
            group = next((g for g in framework.load().groups if g in self.file.name), None)
            edition = f"{year}-{group}" if group else None
        edition = edition or listed
        if edition is None and not self.faults:
            self.fault(
                "edition",
                f"the group of {region} in {year} is not known: no national table lists it;"
                " add a column KET with REGULER or KPPN&IKN, or name the group in the file's name",
            )
        elif edition is not None and edition not in framework.load().editions:
            self.fault("edition", f"edition {edition} is not known; {_ASK}editions.csv", "group")
        return edition

    def score(self, column: str, lowest: float = score.LOWEST) -> float | None:
        """Return a score of at most two decimals; "-" is null, blank and all else a fault."""
        text = self.record.cells.get(column, "")
        if text in _NOT_STATED:
            return None
        number = _number(text)
        if number is None or not re.fullmatch(r"\D?\d(\D\d{1,2})?", text):
            expected = f"expected a number from {lowest} to {score.HIGHEST} with two decimals"
            self.fault("score", f"{expected}, or - where nothing is stated", column)
        elif not lowest <= number <= score.HIGHEST:
            self.fault("scale", f"is outside {lowest} to {score.HIGHEST}", column)
        else:
            return number
        return None


def parse(line: Line) -> Rows:
    """Return the rows of a record, the one with its key first; none where it has faults."""
    if line.record.fault:
        rule = "correction" if line.record.fault.startswith("dropped: ") else "cells"
        line.fault(rule, line.record.fault)
        return []
    rows = _PARSERS[line.file.kind](line)
    return [] if line.faults else rows


def _national(line: Line) -> Rows:
    year, region = line.year(), line.named("region", "region")
    edition = line.edition(year, region)
    if line.faults or region is None or edition is None:
        return []
    fw = framework.load()
    printed = {c: line.record.cells.get(c, "") for c in (*fw.components, "index")}
    zeros = _number(printed["index"]) == 0 and all(
        text == "" or _number(text) == 0 for text in printed.values()
    )
    participated = _yes_no(line, default=not zeros)
    stated = [text for text in printed.values() if text not in ("", *_NOT_STATED)]
    if participated and (zeros or not stated):
        found = "every score is 0" if zeros else "no score is stated"
        line.fault("participated", f"took part, but {found}; say which in a column IKUT EVALUASI")
    if not participated and any(_number(text) != 0 for text in stated):
        line.fault("participated", "did not take part, but the scores are not 0")
    scores = {}
    for component in fw.components:
        if component in fw.weights[edition]:
            scores[component] = line.score(component) if participated else None
        elif participated and printed[component] not in ("", *_NOT_STATED):
            line.fault(
                "component", f"{edition} has no {component}, yet a score is given", component
            )
    improvement = line.score("improvement", -score.HIGHEST) if line.text("improvement") else None
    if improvement and not participated:
        line.fault("participated", "did not take part, but an improvement is given", "improvement")
    index_row = {
        "year": year,
        "region": region,
        "region_name": fw.regions[region].name,
        "edition": edition,
        "participated": participated,
        "index_published": line.score("index") if participated else None,
        "improvement_published": improvement if participated else None,
        "origin": line.origin("index"),
    }
    shared = {"year": year, "region": region, "edition": edition}
    return [("index_scores", index_row)] + [
        ("component_scores", {**shared, "component": c, "score": s, "origin": line.origin(c)})
        for c, s in scores.items()
    ]


def _question(line: Line) -> Rows:
    year, region = line.year(), line.named("region", "region")
    component = line.named("component", "component")
    source = line.named("source", "source", needed=False) or "assessor"
    edition = line.edition(year, region)
    value = line.score("score")
    if line.faults or edition is None:
        return []
    fw = framework.load()
    listed = fw.edition_questions.get(edition, {})
    if not listed:
        line.fault("question", f"the questions of {edition} are not known (definitions/)")
        return []
    if line.text("question"):
        found = listed.get(line.needed("question"))
    else:
        number = line.text("number") or ""
        numbered = (q for q in listed.values() if fw.questions[q.question].component == component)
        digits = re.sub(r"\D", "", number)
        found = next((q for q in numbered if str(q.number) == (digits.lstrip("0") or "0")), None)
    if found is None:
        column = "question" if line.text("question") else "number"
        line.fault("question", f"{edition} has no such question in {component}", column)
        return []
    question = fw.questions[found.question]
    pillar = line.named("pillar", "pillar", needed=False)
    expected = {"block": found.block, "code": found.code}
    for column, text in expected.items():
        given = line.text(column)
        if given and framework.normalise(given) != framework.normalise(text):
            line.fault("question", f"{found.question} is printed with {column} {text}", column)
    if question.component != component or (pillar and pillar != question.pillar):
        line.fault("question", f"{found.question} is of {question.component}, {question.pillar}")
    row = {
        "year": year,
        "region": region,
        "edition": edition,
        "source": source,
        "question": question.question,
        "component": question.component,
        "pillar": question.pillar,
        "sub_dimension": question.sub_dimension,
        "opd": line.named("opd", "opd", needed=False),
        "answer": line.text("answer"),
        "score": value,
        "evidence": line.text("evidence"),
        "remark": line.text("remark"),
        "origin": line.origin("score"),
    }
    return [("question_scores", row)]


def _quick_win(line: Line) -> Rows:
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "pillar": line.named("pillar", "pillar"),
        "opd": line.named("opd", "opd", needed=False),
        "programme": line.needed("programme"),
        "is_quick_win": True,
        "origin": line.origin("programme"),
    }
    return [("programmes", row)]


def _pillar_agencies(line: Line) -> Rows:
    text = line.needed("agencies")
    if text and not re.fullmatch(r"[1-9]\d*", text):
        line.fault("number", "is no whole number of agencies", "agencies")
        text = ""
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "pillar": line.named("pillar", "pillar"),
        "opd": line.named("opd", "opd", needed=False),
        "agencies": int(text or 0),
        "origin": line.origin("agencies"),
    }
    return [("pillar_agencies", row)]


def _statistic(line: Line) -> Rows:
    statistic = line.named("statistic", "statistic")
    unit, citation = line.needed("unit_of_measure"), line.needed("citation")
    value = _number(line.needed("value"))
    if value is None and not line.faults:
        line.fault("number", "is no number, or 1.234 that could be read in two ways", "value")
    fw = framework.load()
    if statistic and unit and unit != fw.statistics[statistic].unit_of_measure:
        expected = fw.statistics[statistic].unit_of_measure
        line.fault("unit", f"{statistic} is in {expected}", "unit_of_measure")
    if citation and citation not in fw.citations:
        line.fault("citation", f"is not known; {_ASK}citations.csv", "citation")
    row = {
        "year": line.year(),
        "region": line.named("region", "region"),
        "statistic": statistic,
        "value": value,
        "unit_of_measure": unit,
        "citation": citation,
        "origin": line.origin("value"),
    }
    return [("official_statistics", row)]


_PARSERS: dict[str, Callable[[Line], Rows]] = {
    "national_table": _national,
    "question_scores": _question,
    "quick_wins": _quick_win,
    "pillar_agencies": _pillar_agencies,
    "official_statistics": _statistic,
}


def _number(text: str) -> float | None:
    """Return a printed number, decimal comma or point; None for no number and for 1.234."""
    text = text.replace("−", "-")
    if not re.fullmatch(r"-?\d+([.,]\d+)?", text) or re.fullmatch(r"-?\d{1,3}[.,]\d{3}", text):
        return None
    return float(text.replace(",", "."))


def _yes_no(line: Line, *, default: bool) -> bool:
    text = (line.text("participated") or "").casefold()
    if text in ("", "ya", "yes", "true", "1", "tidak", "no", "false", "0"):
        return text in ("ya", "yes", "true", "1") if text else default
    line.fault("participated", "expected ya or tidak", "participated")
    return default
