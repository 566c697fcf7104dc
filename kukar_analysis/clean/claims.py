"""Parts records that claim the same: said again is a duplicate, said otherwise a contradiction.

Of two contradicting claims neither is kept, since which is right is not known; but a file that is
marked as superseding another (`surat-ralat.pdf`, or SOURCES.csv) has the last word, and what it
changed is listed. Two agencies that score a question differently are each right about themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kukar_analysis import store
from kukar_analysis.clean.records import Line, Rows
from kukar_analysis.errors import own_fault

Parsed = tuple[Line, Rows]
_Row = dict[str, Any]
_Claim = list[tuple[int, int, _Row]]
"""What is said of one thing: number of the record, of the row in it, and the row."""


@dataclass
class Settled:
    """Records whose rows are kept, those that say nothing new, and those that are rejected."""

    kept: list[Parsed] = field(default_factory=list)
    duplicates: list[Line] = field(default_factory=list)
    rejected: list[Line] = field(default_factory=list)


def settle(parsed: list[Parsed], supersedes: Mapping[str, set[str]]) -> Settled:
    """Return what is kept; `supersedes` maps a file to those it has the last word over."""
    lines = [line for line, _ in parsed]
    claims: dict[Hashable, _Claim] = defaultdict(list)
    for i, (_, rows) in enumerate(parsed):
        for j, (key, (_, row)) in enumerate(zip(_keys(rows), rows, strict=True)):
            claims[key].append((i, j, row))
    shared, out = [claim for claim in claims.values() if len(claim) > 1], set[int]()
    for claim in shared:
        try:
            out |= _contradicted(claim, lines, supersedes, out)
        except Exception as error:
            for i in {i for i, *_ in claim} - out:
                lines[i].fault("unread", own_fault(error))
                out.add(i)
    covered = set()
    for claim in shared:  # of what is kept the first stands, but an answer before a blank
        kept = sorted((_says_nothing(row), i, j) for i, j, row in claim if i not in out)
        covered |= {(i, j) for _, i, j in kept[1:]}
    settled = Settled()
    for i, (line, rows) in enumerate(parsed):
        left = [row for j, row in enumerate(rows) if (i, j) not in covered]
        if i in out:
            settled.rejected.append(line)
        elif left:
            settled.kept.append((line, left))
        else:
            settled.duplicates.append(line)
    return settled


def _keys(rows: Rows) -> list[Hashable]:
    """Return what each row of a record is a claim about."""
    table, first = rows[0]
    if table == "survey_responses":
        # the same person may answer twice; only a form that says all the same is said again
        answers = tuple(row["answer"] for _, row in rows)
        who = first["respondent"] or first["origin"]
        said = ("year", "region", "pillar", "programme", "statement")
        return [(table, who, *(row[c] for c in said), answers) for _, row in rows]
    if table == "assessor_notes":
        return [(table, *(row[c] for c in ("year", "region", "kind", "text"))) for _, row in rows]
    return [(of, *map(row.get, store.SCHEMAS[of].unique)) for of, row in rows]


def _contradicted(
    claim: _Claim, lines: list[Line], supersedes: Mapping[str, set[str]], out: set[int]
) -> set[int]:
    """Return the records of a claim that are not kept, and say why in each not yet `out`."""
    said = [(i, _content(row)) for i, _, row in claim if not _says_nothing(row)]
    if all(content == said[0][1] for _, content in said):
        return set()
    older = {old for i, _ in said for old in supersedes.get(lines[i].file.name, ())}
    last = [(i, content) for i, content in said if lines[i].file.name not in older]
    agreed = bool(last) and all(content == last[0][1] for _, content in last)
    found = {i: content for i, content in said if not (agreed and content == last[0][1])}
    for i in found.keys() - out:
        other = last[0] if agreed else next(o for o in said if o[1] != found[i])
        _fault(lines[i], found[i], lines[other[0]], other[1], agreed)
    return {*found}


def _fault(line: Line, content: _Row, other: Line, said: _Row, superseded: bool) -> None:
    """Say in a record which other one contradicts or supersedes it, and in what."""
    changed = [c for c in content if content[c] != said.get(c)]
    column = next((c for c in changed if c in line.file.headings), None)
    shown = {c: [*map(_shown, (content[c], said.get(c)))] for c in changed}
    values = ", ".join(f"{c} {was} -> {is_}" for c, (was, is_) in shown.items())
    place = other.origin(column)
    what = content.get("question") or content.get("programme") or content.get("component")
    why = f"contradicts {place}{f' on {what}' if what else ''} ({values}); keep one, end the later"
    why += " file's name in -ralat, or add a line to definitions/corrections.csv"
    if superseded:
        why = f"superseded by {place}: {values}"
    line.fault("superseded" if superseded else "conflict", why, column)


def _content(row: _Row) -> _Row:
    return {column: value for column, value in row.items() if column != "origin"}


def _says_nothing(row: _Row) -> bool:
    """Whether an office's form was left blank at a question."""
    parts = ("score", "answer", "evidence", "remark")
    return row.get("source") == "self" and all(row.get(part) is None for part in parts)


def _shown(value: Any) -> str:
    return "(none)" if value is None else str(value)
