"""Recomputes what was published, and says what agrees, what differs and what cannot be recomputed.

`fields` is the one place that says whether all regions of an edition, or of a year, are there: no
rank, mean or range of them is given elsewhere without asking it. A figure without all its parts is
counted, never guessed. Nothing here rounds but by the ministry's own rules (score.py).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score

_WINS = "quick wins on record"
_STATES = {
    "differ": "differ",
    "not_recomputable": "more are printed and cannot be recomputed",
    "not_printed": "have nothing printed to compare with",
}
Scores = Mapping[tuple[int, str], dict[str, float]]  # by (year, region); NaN: not stated
_Figure = tuple[str, str, Any, Any, str]  # a line of `check` without its state


def check(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return every published figure beside what its parts give, in the order of years.

    Needs component_scores, index_scores, question_scores and programmes (store.SCHEMAS). Columns:
    rule (as `finals 2023`), what, printed, computed (exact; null: not on record), state (agree,
    differ, not_recomputable, not_printed), where (its cell, or what is not on record).
    """
    questions, components = tables["question_scores"], tables["component_scores"]
    of = _published(tables["index_scores"], component_scores(components))
    rows = [*of, *_means(questions, components), *_quick_wins(tables["programmes"])]
    columns = ["rule", "what", "printed", "computed", "where"]
    found = pd.DataFrame(rows, columns=columns, dtype=object)
    found["state"] = (found["printed"] == found["computed"]).map({True: "agree", False: "differ"})
    found.loc[found["computed"].isna(), "state"] = "not_recomputable"
    found.loc[found["printed"].isna(), "state"] = "not_printed"
    return found


def counted(found: pd.DataFrame) -> dict[str, str]:
    """Return a line for each rule of `check`, as `finals 2023: 130 of 130 agree`."""
    said = {}
    for rule, states in found.groupby("rule", sort=False)["state"]:
        n = Counter(states)
        agree = f"{rule}: {n['agree']} of {n['agree'] + n['differ']} agree"
        said[str(rule)] = "; ".join([agree, *(f"{n[s]} {w}" for s, w in _STATES.items() if n[s])])
    return said


def differences(found: pd.DataFrame) -> list[str]:
    """Return a line for each figure of `check` that differs."""
    says = {_WINS: "the file says {}, the definitions {}"}
    return [
        f"{r.what}: {says.get(r.rule, 'printed {}, computed {}').format(r.printed, r.computed)}"
        f" ({r.where})"
        for r in found.query("state == 'differ'").itertuples()
    ]


def printed(value: float | None) -> Decimal | None:
    """Return a printed figure of two decimals, exactly; None where it is not stated."""
    return None if pd.isna(value) else Decimal(f"{value:.2f}")


def _published(index: pd.DataFrame, scores: Scores) -> Iterator[_Figure]:
    index = index.sort_values("year", kind="stable")
    final = index[index["participated"]].assign(what="final", stated=index["index_published"])
    risen = index.assign(what="improvement", stated=index["improvement_published"])
    for row in pd.concat([final, risen.dropna(subset="stated")]).itertuples():
        parts, computed = scores.get((row.year, row.region), {}), None
        is_final = row.what == "final"
        base = Decimal(0) if is_final else previous_sum(row.region, row.edition, index, scores)
        if base is not None and _complete(parts, row.edition):
            computed = score.index_of(parts, row.edition) - base
        where = f"a component is not public ({row.origin})" if computed is None else row.origin
        what = f"{row.region_name} {row.year} {row.what}"
        yield f"{row.what}s {row.year}", what, printed(row.stated), computed, where


def _means(questions: pd.DataFrame, components: pd.DataFrame) -> Iterator[_Figure]:
    fw = framework.load()
    stated = components.set_index(["year", "region", "component"])[["score", "origin"]].T
    assessed = questions[questions["source"] == "assessor"]
    for (year, region, edition), own in assessed.groupby(["year", "region", "edition"], sort=True):
        for component in fw.weights[edition]:
            given = own.loc[own["component"] == component, "score"].dropna()
            asked = sum(q.startswith(f"{component}.") for q in fw.edition_questions[edition])
            value, where = stated.get((year, region, component), (None, ""))
            computed = score.component_score(given) if len(given) >= asked else None
            if computed is None:
                where = f"only {len(given)} of {asked} question scores are on record"
            where = where if pd.notna(value) else "no printed mean is on record"
            what = f"{fw.regions[region].name} {year} {component}"
            yield "component means", what, printed(value), computed, where


def _quick_wins(programmes: pd.DataFrame) -> Iterator[_Figure]:
    named = programmes[programmes["is_quick_win"]].astype({"opd": object})
    named = named.where(named.notna(), None)
    found = {(r.year, r.region, r.pillar): r for r in named.itertuples()}
    for win in framework.load().quick_wins:
        row = found.get((win.year, win.region, win.pillar))
        arrived = f"{row.programme} ({row.opd})" if row else None
        where = row.origin if row else "no file names it"
        what = f"quick win {win.year} {win.pillar}"
        yield _WINS, what, arrived, f"{win.programme} ({win.opd})", where


def component_scores(table: pd.DataFrame) -> dict[tuple[int, str], dict[str, float]]:
    """Return the table component_scores as scores by component, by (year, region)."""
    regions = table.set_index("component").groupby(["year", "region"], sort=False)["score"]
    return {(int(year), str(region)): own.to_dict() for (year, region), own in regions}


def previous_sum(region: str, edition: str, before: pd.DataFrame, scores: Scores) -> Decimal | None:
    """Return last year's sum, in `before`, that an edition measures its improvement from.

    None where last year's components are not all public.
    """
    rules = framework.load().edition(edition)
    last = before[(before["region"] == region) & (before["year"] == rules.year - 1)]
    if rules.improvement_base is None or last.empty or not last["participated"].all():
        return None
    own, of = scores.get((rules.year - 1, region), {}), str(last["edition"].iloc[0])
    return score.index_of(own, of, rounding=rules.improvement_base) if _complete(own, of) else None


def _complete(scores: dict[str, float], edition: str) -> bool:
    return all(not pd.isna(scores.get(c)) for c in framework.load().weights[edition])


_FIELD = {"edition": "str", "group": "str", "basis": "str", "expected": "Int64", "kept": "int64"}
_FIELD |= {"faults": "int64", "whole": "bool", "missing": "str", "places": "str"}
# rules of `rejected` after which nothing is missing: the later line, or the correction, stands
_SETTLED = ("superseded", "correction")
_UNTIL = "Peringkat, rata-rata, dan rentangnya baru dihitung setelah tabelnya utuh."


def fields(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return for each edition of a year, and the nation, whether all its regions are there.

    Needs index_scores, files and rejected. Columns: edition and group (null = the nation), basis
    (`definitions`; `numbers`: the table's running numbers stand in for fields.csv; `none`: no line
    is on record), expected (null = not known), kept, faults (lines rejected, contradicted, unread
    or missing), whole (as many participants are kept as the edition states, no line is at fault;
    the nation: all groups), missing (a sentence; empty where whole), places (of the faults).
    """
    fw, index = framework.load(), tables["index_scores"].query("year == @year")
    of = "sample" if any(fw.regions[r].is_sample for r in index["region"].unique()) else "real"
    took_part = index[index["participated"]].groupby("edition")["index_published"]
    counts, bad, rows = took_part.agg(["size", "count"]).T, _faulty_lines(tables, year), []
    for edition in (e for e in fw.editions.values() if e.year == year):
        size = fw.field_sizes.get(edition.edition, {}).get(of)
        listed, kept = map(int, counts.get(edition.edition, (0, 0)))
        expected = size.participants if size else listed or None
        # where all are there, a line that may be of any group is not its own
        any_ = bad["edition"].isna() & (not size or kept != expected)
        at = bad.loc[any_ | (bad["edition"] == edition.edition), "origin"].unique()
        whole = bool(kept) and kept == expected and not len(at)
        basis = ("definitions" if size else "numbers") if kept or len(at) else "none"
        said = [f"{kept} dari {expected} daerah peserta tercatat"] * (kept != expected)
        said += [f"{len(at)} baris tabelnya belum terbaca"] * bool(len(at))
        short = "belum tercatat." if basis == "none" else f"belum utuh: {', '.join(said)}. {_UNTIL}"
        missing = f"Tabel nasional {year} kelompok {fw.groups[edition.group].name} {short}"
        row = (edition.edition, edition.group, basis, expected, kept, len(at), whole)
        rows.append((*row, "" if whole else missing, "; ".join(at)))
    groups = pd.DataFrame(rows, columns=[*_FIELD]).astype(_FIELD)
    undefined = [g.name for g in fw.groups.values() if g.group not in set(groups["group"])]
    lacking = [*filter(None, groups["missing"])]
    lacking += [f"Aturan {year} kelompok {name} belum tercatat." for name in undefined]
    basis = "definitions" if (groups["basis"] == "definitions").all() else "numbers"
    expected = None if undefined else groups["expected"].sum(skipna=False)
    counted = (groups["kept"].sum(), groups["faults"].sum(), not lacking)
    said = [" ".join(lacking), "; ".join(filter(None, groups["places"]))]
    line = [None, None, basis, expected, *counted, *said]
    nation = pd.DataFrame([line], columns=[*_FIELD]).astype(_FIELD)
    return pd.concat([groups, nation], ignore_index=True)


def _faulty_lines(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return the lines of a year's national tables that were not kept: origin, edition."""
    # the edition is that of the lines kept of the same file; null, any, where these are of several
    index = tables["index_scores"].query("year == @year")
    files, found = tables["files"], tables["rejected"]
    lists = files.loc[files["kind"].str.contains("national_table"), "file"]
    found = found[found["file"].str.startswith(f"{year}/") & ~found["rule"].isin(_SETTLED)]
    found = found[found["file"].isin(lists) | (found["rule"] == "number_gap")]
    kept = index.groupby(index["origin"].map(places.file_of))["edition"]
    one = kept.first().where(kept.nunique(dropna=False) == 1)
    return found.assign(edition=found["file"].map(one))[["origin", "edition"]]


def short_fields(tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Return a line for each edition whose national table is on record, and which are short."""
    found = pd.concat([fields(tables, year) for year in framework.load().years()])
    said, short = [], []
    for r in found[found["edition"].notna() & (found["basis"] != "none")].itertuples():
        line = f"peserta {r.edition}: {r.kept} dari {r.expected} tercatat"
        if r.basis == "numbers":
            line += "; banyaknya menurut nomor urut, sebab definitions/fields.csv belum memuatnya"
        if not r.whole:
            line += f"; {r.faults} baris bermasalah: {r.places}" if r.faults else ""
            line += f". Lengkapi atau perbaiki tabelnya, lalu jalankan `kukar clean`. {_UNTIL}"
            short.append(line)
        said.append(line)
    return said, short
