"""Parts records that claim the same: said again is a duplicate, said otherwise a contradiction.

Of two contradicting claims neither is kept, since which is right is not known; but a file that is
marked as superseding another (`surat-ralat.pdf`, or SOURCES.csv) has the last word, and what it
changed is listed. Two agencies that score a question differently are each right about themselves.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from kukar_analysis import store
from kukar_analysis.clean.line import Line

_ABOUT = {
    "survey_responses": ["year", "region", "pillar", "programme", "statement"],
    "assessor_notes": ["year", "region", "kind", "text"],
}
"""What rows say the same of, where that is not the key of their table."""
_SUBJECTS = ("question", "programme", "component", "statistic")
_STATED = ("score", "answer", "evidence", "remark")  # none of them: a row left blank


def settle(lines: list[Line], supersedes: Mapping[str, set[str]]) -> None:
    """Fault the lines that are contradicted, and leave each row of the others standing once.

    A line of which no row is left says nothing new. `supersedes` maps a file to those it has the
    last word over.
    """
    found = (claim for number, line in enumerate(lines) for claim in _claims(number, line))
    claims = pd.DataFrame(found, columns=["line", "row", "key", "content", "blank"])
    said = claims[claims.duplicated("key", keep=False) & ~claims["blank"].astype(bool)]
    differs = said[said.groupby("key")["content"].transform("nunique") > 1]
    out = set[int]()
    for _, claim in differs.groupby("key", sort=False):
        out |= _contradicted([*claim.itertuples(index=False, name=None)], lines, supersedes, out)
    # of what is kept the first stands, but an answer before a blank
    left = claims[~claims["line"].isin(out)].sort_values(["blank", "line", "row"])
    for i, again in left[left.duplicated("key")].groupby("line")["row"]:
        lines[i].rows = [row for j, row in enumerate(lines[i].rows) if j not in {*again}]


def _claims(number: int, line: Line) -> Iterator[tuple[Any, ...]]:
    answers = tuple(row.get("answer") for _, row in line.rows)
    for j, (table, row) in enumerate(line.rows):
        schema = store.SCHEMAS[table]
        key = (table, *(row.get(c) for c in _ABOUT.get(table) or schema.unique))
        if table == "survey_responses":
            # a person may answer twice: only a form, or file, that says all the same is a copy
            place = (line.content, line.rows[0][1]["origin"].removeprefix(line.file.name))
            key += (row["respondent"] or place, answers)
        content = tuple(row.get(column) for column in schema.columns if column != "origin")
        is_blank = row.get("source") == "self" and not any(row.get(c) is not None for c in _STATED)
        yield number, j, key, content, is_blank


def _contradicted(
    said: list[tuple[Any, ...]], lines: list[Line], later: Mapping[str, set[str]], out: set[int]
) -> set[int]:
    """Return the lines of a claim that are not kept, and say why in each not yet `out`."""
    older = {old for i, *_ in said for old in later.get(lines[i].file.name, ())}
    last = [each for each in said if lines[each[0]].file.name not in older]
    agreed = len({content for *_, content, _ in last}) == 1
    losing = [each for each in said if not agreed or each[3] != last[0][3]]
    for i, j, _, content, _ in losing:
        if i in out:
            continue
        k, n, *_ = last[0] if agreed else next(each for each in said if each[3] != content)
        line, row, its = lines[i], lines[i].rows[j][1], lines[k].rows[n][1]
        changed = [c for c in row if c != "origin" and row[c] != its.get(c)]
        column = next((c for c in changed if c in line.file.headings), None)
        both = {c: ["(kosong)" if of[c] is None else of[c] for of in (row, its)] for c in changed}
        values = ", ".join(f"{line.heading(c)} {old} -> {new}" for c, (old, new) in both.items())
        place, names = lines[k].origin(column), line.fw.names
        if agreed:
            line.fault("superseded", column, f"digantikan {place}: {values}")
        else:
            of = next((c for c in _SUBJECTS if row.get(c)), "")
            on = f" pada {names.get(of, {}).get(row[of], row[of])}" if of else ""
            line.fault("conflict", column, f"bertentangan dengan {place}{on} ({values})")
    return {i for i, *_ in losing}
