"""Parts records that claim the same: said again is a duplicate, said otherwise a contradiction.

Of two contradicting claims neither is kept, since which is right is not known; but a file that is
marked as superseding another (`surat-ralat.pdf`, or SOURCES.csv) has the last word, and what it
changed is listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kukar_analysis import store
from kukar_analysis.parse import Line, Rows

Parsed = tuple[Line, Rows]
_Claims = dict[tuple[Hashable, ...], list[tuple[int, dict[str, Any]]]]
"""What is claimed to (number of the record, what it says)."""


@dataclass
class Settled:
    """Records whose rows are kept, those that say nothing new, and those that are rejected."""

    kept: list[Parsed] = field(default_factory=list)
    duplicates: list[Line] = field(default_factory=list)
    rejected: list[Line] = field(default_factory=list)


def settle(parsed: list[Parsed], supersedes: Mapping[str, set[str]]) -> Settled:
    """Return what is kept; `supersedes` maps a file to those it has the last word over."""
    out: set[int] = set()
    for claim in _claims(parsed, joint=True).values():
        if len(claim) > 1:
            out |= _contradicted(claim, parsed, supersedes)
    covered = _covered(parsed, out)
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


def _claims(parsed: list[Parsed], *, joint: bool = False) -> _Claims:
    claims: _Claims = defaultdict(list)
    for i, (_, rows) in enumerate(parsed):
        for table, row in rows:
            claims[_key(table, row)].append((i, row))
            if joint and row.get("source") == "self" and row["score"] is not None:
                # agencies that share a question must agree on its score
                key = ("joint", row["year"], row["region"], row["question"])
                claims[key].append((i, {"score": row["score"]}))
    return claims


def _key(table: str, row: dict[str, Any]) -> tuple[Hashable, ...]:
    """Return what a row is a claim about."""
    if table == "survey_responses" and row["respondent"]:
        return (table, *(v for column, v in row.items() if column != "origin"))
    if table == "assessor_notes":
        return (table, row["year"], row["region"], row["kind"], row["text"])
    return (table, *(row.get(column) for column in store.SCHEMAS[table].unique))


def _contradicted(
    claim: list[tuple[int, dict[str, Any]]],
    parsed: list[Parsed],
    supersedes: Mapping[str, set[str]],
) -> set[int]:
    """Return the records of a claim that are not kept, and say why in each."""
    said = [(i, _content(row)) for i, row in claim if not _says_nothing(row)]
    names = {parsed[i][0].file.name for i, _ in said}
    older = {old for name in names for old in supersedes.get(name, ())}
    last = [(i, content) for i, content in said if parsed[i][0].file.name not in older]
    if any(content != last[0][1] for _, content in last):
        for i, _ in said:
            others = ", ".join(dict.fromkeys(parsed[o][0].origin() for o, _ in said if o != i))
            parsed[i][0].fault("conflict", f"contradicts {others}; keep one, or add a correction")
        return {i for i, _ in said}
    out = set()
    for i, content in said:
        if last and content != last[0][1]:
            changes = _changes(content, last[0][1])
            parsed[i][0].fault(
                "superseded", f"superseded by {parsed[last[0][0]][0].origin()}: {changes}"
            )
            out.add(i)
    return out


def _covered(parsed: list[Parsed], out: set[int]) -> set[tuple[int, int]]:
    """Return the rows, by record and place in it, that an earlier kept row says already."""
    first: dict[tuple[Hashable, ...], bool] = {}
    silent: dict[tuple[Hashable, ...], tuple[int, int]] = {}
    covered = set()
    for i, (_, rows) in enumerate(parsed):
        for j, (table, row) in enumerate(rows):
            if i in out:
                continue
            key = _key(table, row)
            nothing = _says_nothing(row)
            if key not in first:
                first[key] = nothing
                silent[key] = (i, j)
            elif first[key] and not nothing:  # an answer takes the place of a blank form
                covered.add(silent[key])
                first[key] = False
            else:
                covered.add((i, j))
    return covered


def _content(row: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column != "origin"}


def _says_nothing(row: dict[str, Any]) -> bool:
    """Whether an office's form was left blank at a question."""
    parts = ("score", "answer", "evidence", "remark")
    return row.get("source") == "self" and all(row[part] is None for part in parts)


def _changes(old: dict[str, Any], new: dict[str, Any]) -> str:
    changed = [c for c in old if old[c] != new.get(c)]
    return ", ".join(f"{c} {_shown(old[c])} -> {_shown(new.get(c))}" for c in changed)


def _shown(value: Any) -> str:
    return "(none)" if value is None else str(value)
