"""Parts records that claim the same: said again is a duplicate, said otherwise a contradiction.

Of two contradicting claims neither is kept, since which is right is not known; but a file that is
marked as superseding another (`surat-ralat.pdf`, or SOURCES.csv) has the last word, and what it
changed is listed. Two agencies that score a question differently are each right about themselves.
"""

from collections.abc import Hashable, Iterator, Mapping

import pandas as pd

from kukar_analysis import store
from kukar_analysis.clean.line import Line, Rows

_STATED = ("score", "answer", "evidence", "remark")


def settle(lines: list[Line], supersedes: Mapping[str, set[str]]) -> None:
    """Fault the lines that are contradicted, and leave each row of the others standing once.

    A line of which no row is left says nothing new. `supersedes` maps a file to those it has the
    last word over.
    """
    claims = pd.DataFrame(
        [
            (i, j, key, _content(table, row), row.get("source") == "self" and not _states(row))
            for i, line in enumerate(lines)
            for j, (key, (table, row)) in enumerate(zip(_keys(line.rows), line.rows, strict=True))
        ],
        columns=["line", "row", "key", "content", "blank"],
    )
    said = claims[claims.duplicated("key", keep=False) & ~claims["blank"]]
    differs = said[said.groupby("key")["content"].transform("nunique") > 1]
    out = set[int]()
    for _, claim in differs.groupby("key", sort=False):
        out |= _contradicted(claim, lines, supersedes, out)
    # of what is kept the first stands, but an answer before a blank
    left = claims[~claims["line"].isin(out)].sort_values(["blank", "line", "row"])
    again = left[left.duplicated("key")]
    covered = set(zip(again["line"], again["row"], strict=True))
    for i in {*again["line"]}:
        lines[i].rows = [row for j, row in enumerate(lines[i].rows) if (i, j) not in covered]


def _keys(rows: Rows) -> Iterator[Hashable]:
    answers = tuple(row.get("answer") for _, row in rows)
    for table, row in rows:
        if table == "survey_responses":
            # the same person may answer twice; only a form that says all the same is said again
            who = row["respondent"] or rows[0][1]["origin"]
            said = ("year", "region", "pillar", "programme", "statement")
            yield table, who, *(row[c] for c in said), answers
        elif table == "assessor_notes":
            yield table, *(row[c] for c in ("year", "region", "kind", "text"))
        else:
            yield table, *map(row.get, store.SCHEMAS[table].unique)


def _content(table: str, row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row.get(column) for column in store.SCHEMAS[table].columns if column != "origin")


def _states(row: Mapping[str, object]) -> bool:
    return any(row.get(part) is not None for part in _STATED)


def _contradicted(
    claim: pd.DataFrame, lines: list[Line], supersedes: Mapping[str, set[str]], out: set[int]
) -> set[int]:
    """Return the lines of a claim that are not kept, and say why in each not yet `out`."""
    said = list(zip(claim["line"], claim["content"], claim["row"], strict=True))
    older = {old for i, *_ in said for old in supersedes.get(lines[i].file.name, ())}
    last = [each for each in said if lines[each[0]].file.name not in older]
    agreed = bool(last) and all(content == last[0][1] for _, content, _ in last)
    found = {i: (c, j) for i, c, j in said if not (agreed and c == last[0][1])}
    for i in found.keys() - out:
        content, j = found[i]
        other = last[0] if agreed else next(each for each in said if each[1] != content)
        row, its = lines[i].rows[j][1], lines[other[0]].rows[other[2]][1]
        changed = [c for c in row if c != "origin" and row[c] != its.get(c)]
        column = next((c for c in changed if c in lines[i].file.headings), None)
        place = lines[other[0]].origin(column)
        both = ((c, [row[c], its.get(c)]) for c in changed)
        told = ((c, ["(kosong)" if text is None else text for text in of]) for c, of in both)
        values = ", ".join(f"{c} {old} -> {new}" for c, (old, new) in told)
        what = row.get("question") or row.get("programme") or row.get("component")
        if agreed:
            lines[i].fault("superseded", column, f"digantikan {place}: {values}")
        else:
            on = f" pada {what}" if what else ""
            lines[i].fault("conflict", column, f"bertentangan dengan {place}{on} ({values})")
    return {*found}
