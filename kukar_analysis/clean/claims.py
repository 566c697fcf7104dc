"""Parts records that claim the same: said again is a duplicate, said otherwise a contradiction.

Of two contradicting claims neither is kept, since which is right is not known; but a file that is
marked as superseding another (`surat-ralat.pdf`, or SOURCES.csv) has the last word, and what it
changed is listed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from kukar_analysis import store
from kukar_analysis.clean.records import Line, Rows
from kukar_analysis.errors import own_fault

Parsed = tuple[Line, Rows]
_Key = tuple[Hashable, ...]
_UNIQUE = {table: schema.unique for table, schema in store.SCHEMAS.items()}
_Claim = list[tuple[int, dict[str, Any]]]
"""Records that claim the same thing: (number of the record, its row)."""


@dataclass
class Settled:
    """Records whose rows are kept, those that say nothing new, and those that are rejected."""

    kept: list[Parsed] = field(default_factory=list)
    duplicates: list[Line] = field(default_factory=list)
    rejected: list[Line] = field(default_factory=list)


def settle(parsed: list[Parsed], supersedes: Mapping[str, set[str]]) -> Settled:
    """Return what is kept; `supersedes` maps a file to those it has the last word over."""
    keys = [_keys(rows) for _, rows in parsed]
    out: set[int] = set()
    for claim in _claims(parsed, keys):
        try:
            out |= _contradicted(claim, parsed, supersedes, out)
        except Exception as error:
            for i in {i for i, _ in claim} - out:
                parsed[i][0].fault("unread", own_fault(error))
            out |= {i for i, _ in claim}
    covered = _covered(parsed, keys, out)
    settled = Settled()
    for i, (line, rows) in enumerate(parsed):
        left = [row for j, row in enumerate(rows) if (i, j) not in covered] if covered else rows
        if i in out:
            settled.rejected.append(line)
        elif left:
            settled.kept.append((line, left))
        else:
            settled.duplicates.append(line)
    return settled


def _keys(rows: Rows) -> list[_Key]:
    """Return what each row of a record is a claim about."""
    table = rows[0][0]
    if table == "survey_responses":
        # the same person may answer twice; only a form that says all the same is said again
        answers = tuple(row["answer"] for _, row in rows)
        who = rows[0][1]["respondent"] or rows[0][1]["origin"]
        said = ("year", "region", "pillar", "programme", "statement")
        return [(table, who, *(row[column] for column in said), answers) for _, row in rows]
    if table == "assessor_notes":
        return [(table, r["year"], r["region"], r["kind"], r["text"]) for _, r in rows]
    return [(t, *map(row.get, _UNIQUE[t])) for t, row in rows]


def _claims(parsed: list[Parsed], keys: list[list[_Key]]) -> Iterator[_Claim]:
    """Yield the claims that more than one record makes.

    Agencies that share a question must agree on its score, so that is a claim of its own.
    """
    joint = [_joint(rows) for _, rows in parsed]
    repeated = {k for k, n in Counter(chain(chain(*keys), joint)).items() if n > 1 and k}
    claims: dict[_Key, _Claim] = defaultdict(list)
    for i, (_, rows) in enumerate(parsed):
        for key, (_, row) in zip(keys[i], rows, strict=True):
            if key in repeated:
                claims[key].append((i, row))
        if joint[i] in repeated:
            _, row = rows[0]
            claims[joint[i]].append((i, {"score": row["score"], "question": row["question"]}))
    yield from claims.values()


def _joint(rows: Rows) -> _Key:
    """Return the question that an agency's own score is of; empty for all else."""
    _, row = rows[0]
    if row.get("source") != "self" or row["score"] is None:
        return ()
    return ("joint", row["year"], row["region"], row["question"])


def _contradicted(
    claim: _Claim, parsed: list[Parsed], supersedes: Mapping[str, set[str]], out: set[int]
) -> set[int]:
    """Return the records of a claim that are not kept, and say why in each not yet `out`."""
    said = [(i, _content(row)) for i, row in claim if not _says_nothing(row)]
    if not said or all(content == said[0][1] for _, content in said):
        return set()
    names = {parsed[i][0].file.name for i, _ in said}
    older = {old for name in names for old in supersedes.get(name, ())}
    last = [(i, content) for i, content in said if parsed[i][0].file.name not in older]
    agreed = bool(last) and all(content == last[0][1] for _, content in last)
    found = set()
    for i, content in said:
        if agreed and content == last[0][1]:
            continue
        other = last[0] if agreed else next(o for o in said if o[1] != content)
        found.add(i)
        if i not in out:
            _fault(parsed[i][0], content, parsed[other[0]][0], other[1], agreed)
    return found


def _fault(
    line: Line, content: dict[str, Any], other: Line, said: dict[str, Any], superseded: bool
) -> None:
    """Say in a record which other one contradicts or supersedes it, and in what."""
    changed = [c for c in content if content[c] != said.get(c)]
    column = next((c for c in changed if c in line.file.headings), None)
    values = ", ".join(f"{c} {_shown(content[c])} -> {_shown(said.get(c))}" for c in changed)
    place = other.origin(column)
    if superseded:
        line.fault("superseded", f"superseded by {place}: {values}", column)
    else:
        what = content.get("question") or content.get("programme") or content.get("component")
        of = f" on {what}" if what else ""
        reason = (
            f"contradicts {place}{of} ({values}); keep one, end the later file's name in -ralat, or"
            " add a correction"
        )
        line.fault("conflict", reason, column)


def _covered(parsed: list[Parsed], keys: list[list[_Key]], out: set[int]) -> set[tuple[int, int]]:
    """Return the rows, by record and place in it, that an earlier kept row says already."""
    first: dict[_Key, tuple[tuple[int, int], bool]] = {}
    covered = set()
    for i, (_, rows) in enumerate(parsed):
        for j, (_, row) in enumerate(rows):
            if i in out:
                continue
            earlier = first.setdefault(keys[i][j], ((i, j), _says_nothing(row)))
            if earlier[0] == (i, j):
                continue
            if earlier[1] and not _says_nothing(row):  # an answer takes a blank form's place
                covered.add(earlier[0])
                first[keys[i][j]] = ((i, j), False)
            else:
                covered.add((i, j))
    return covered


def _content(row: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column != "origin"}


def _says_nothing(row: dict[str, Any]) -> bool:
    """Whether an office's form was left blank at a question."""
    parts = ("score", "answer", "evidence", "remark")
    return row.get("source") == "self" and all(row.get(part) is None for part in parts)


def _shown(value: Any) -> str:
    return "(none)" if value is None else str(value)
