"""Recomputes what was published, and says what agrees, what differs and what cannot be recomputed.

`fields` is the one place that says whether all regions of an edition, or of a year, are there: no
rank, mean or range of them is given elsewhere without asking it.

A figure differs when the sum of its printed parts is not the printed figure. A figure without all
its parts is counted, never guessed. Nothing here rounds but by the ministry's own rules (score.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score
from kukar_analysis.framework.facts import Rounding

Scores = Mapping[tuple[int, str], dict[str, float]]
"""Component scores by (year, region); a component that is not stated is NaN."""


@dataclass
class Rule:
    """What became of one kind of published figure."""

    name: str
    agree: int = 0
    differ: list[str] = field(default_factory=list)
    not_recomputable: list[str] = field(default_factory=list)
    """printed, but a part of it is not on record"""
    not_printed: list[str] = field(default_factory=list)
    """on record otherwise, but nothing printed to compare with"""

    @property
    def line(self) -> str:
        """One line: `finals 2023: 130 of 130 agree`."""
        of = self.agree + len(self.differ)
        said = f"{self.name}: {self.agree} of {of} agree"
        if self.differ:
            said += f"; {len(self.differ)} differ"
        if self.not_recomputable:
            said += f"; {len(self.not_recomputable)} more are printed and cannot be recomputed"
        if self.not_printed:
            said += f"; {len(self.not_printed)} have nothing printed to compare with"
        return said

    def compare(self, what: str, published: float, computed: Decimal, origin: str) -> None:
        """Count a figure as agreeing, or name both values and where the printed one stands."""
        printed = Decimal(str(round(published, 2))).quantize(Decimal("0.01"))
        if printed == computed:
            self.agree += 1
        else:
            self.differ.append(f"{what}: printed {printed}, computed {computed} ({origin})")


def check(tables: Mapping[str, pd.DataFrame]) -> list[Rule]:
    """Return one Rule for every kind of published figure in the tables, in the order of years.

    Needs component_scores, index_scores, question_scores and programmes (store.SCHEMAS).
    """
    index_scores = tables["index_scores"]
    scores = component_scores(tables["component_scores"])
    years = sorted(index_scores["year"].unique())
    rules = [_finals(index_scores[index_scores["year"] == year], scores) for year in years]
    for year in years:
        printed = index_scores[index_scores["year"] == year].dropna(subset="improvement_published")
        if len(printed):
            rules.append(_improvements(printed, index_scores, scores))
    rules.append(_component_means(tables["question_scores"], tables["component_scores"]))
    rules.append(_quick_wins(tables["programmes"]))
    return rules


_FIELD = {
    "year": "int64", "edition": "str", "group": "str", "basis": "str", "evaluated": "Int64",
    "expected": "Int64", "kept": "int64", "faults": "int64", "whole": "bool", "missing": "str",
    "places": "str",
}  # fmt: skip
_SETTLED = ("superseded", "correction")
"""Rules of `rejected` after which nothing is missing: the later line, or the correction, stands."""


def fields(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return for each edition of a year, and the nation, whether all its regions are there.

    Needs index_scores, files and rejected. Columns: year, edition (null = the nation), group
    (null likewise), basis (definitions/fields.csv says how many took part; `numbers`: not known
    yet, so the running numbers of the table stand in; `none`: no line of it is on record),
    evaluated and expected (participants; null = not known), kept (participants on record), faults
    (lines of its tables rejected, contradicted, unread, or missing by their running number), whole,
    missing (a sentence for readers; empty where whole), places (of the faults, joined by "; ").

    A group's field is whole when as many participants as its edition states are kept and none of
    its lines is at fault; the nation's when every group has an edition of the year and all are.
    """
    fw = framework.load()
    own = tables["index_scores"].query("year == @year and participated")
    listed = own["edition"].value_counts()
    final = own.dropna(subset="index_published")["edition"].value_counts()
    regions = tables["index_scores"].query("year == @year")["region"].unique()
    of = "sample" if any(fw.regions[r].is_sample for r in regions) else "real"
    bad = _faulty_lines(tables, year)
    rows = []
    for edition in (e for e in fw.editions.values() if e.year == year):
        size = fw.field_sizes.get((edition.edition, of))
        kept, lines = (int(counts.get(edition.edition, 0)) for counts in (final, listed))
        own_bad = bad[bad["edition"].isna() | (bad["edition"] == edition.edition)]
        if size and kept == size.participants:
            # all are there, so a line that may be any group's is not this one's
            own_bad = own_bad.dropna(subset="edition")
        at = own_bad["origin"].unique()
        basis = "definitions" if size else "numbers"
        expected = size.participants if size else lines or None
        row = {
            "year": year,
            "edition": edition.edition,
            "group": edition.group,
            "basis": basis if kept or len(at) else "none",
            "evaluated": size.evaluated if size else None,
            "expected": expected,
            "kept": kept,
            "faults": len(at),
            "whole": bool(kept) and kept == expected and not len(at),
            "places": "; ".join(at),
        }
        rows.append(row | {"missing": _missing(row, fw.groups[edition.group].name)})
    groups = pd.DataFrame(rows, columns=list(_FIELD)).astype(_FIELD)
    return pd.concat([groups, _nation(year, groups)], ignore_index=True)


def short_fields(tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Return a line for every edition whose national table is on record, and those that are short.

    Needs what `fields` needs, for all years that have an edition.
    """
    found = pd.concat([fields(tables, year) for year in framework.load().years()])
    said, short = [], []
    for row in found[found["edition"].notna() & (found["basis"] != "none")].itertuples():
        line = f"participants {row.edition}: {row.kept} of {row.expected} are on record"
        if row.basis == "numbers":
            line += (
                "; how many took part is not in definitions/fields.csv yet, so the running numbers"
                " of the table stand in"
            )
        if not row.whole:
            lines = f"{row.faults} lines are at fault ({row.places})" if row.faults else ""
            what = lines or "the table is not the edition's whole one"
            line += (
                f"; {what}: mend or complete it and run `kukar clean`. Until then no rank, mean or"
                " range of the field is given"
            )
            short.append(line)
        said.append(line)
    return said, short


def _faulty_lines(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return the lines of a year's national tables that were not kept: origin, edition.

    The edition is that of the lines kept of the same file; null where the file holds several, or
    none was kept: then the line may be any edition's.
    """
    files = tables["files"]
    lists = files.loc[files["kind"].str.contains("national_table"), "file"]
    found = tables["rejected"]
    found = found[found["file"].str.startswith(f"{year}/") & ~found["rule"].isin(_SETTLED)]
    found = found[found["file"].isin(lists) | (found["rule"] == "number_gap")]
    kept = tables["index_scores"].query("year == @year")
    of_file = {
        file: kept.loc[[places.file_of(o) == file for o in kept["origin"]], "edition"].unique()
        for file in found["file"].unique()
    }
    one = {file: e[0] for file, e in of_file.items() if len(e) == 1}
    return found.assign(edition=found["file"].map(one))[["origin", "edition"]]


def _missing(row: Mapping[str, Any], name: str) -> str:
    """Return what is missing of a group's field, in words for a page; empty where it is whole."""
    if row["whole"]:
        return ""
    if row["basis"] == "none":
        return f"Tabel nasional {row['year']} kelompok {name} belum tercatat."
    lines = f"{row['faults']} baris tabelnya belum terbaca" if row["faults"] else ""
    short = f"{row['kept']} dari {row['expected']} daerah peserta tercatat"
    said = ", ".join(
        part for part in (short if row["kept"] != row["expected"] else "", lines) if part
    )
    return (
        f"Tabel nasional {row['year']} kelompok {name} belum utuh: {said}. Peringkat, rata-rata,"
        " dan rentangnya baru dihitung setelah tabelnya utuh."
    )


def _nation(year: int, groups: pd.DataFrame) -> pd.DataFrame:
    """Return the nation's line: whole where every group has an edition of the year, all whole."""
    every = framework.load().groups
    undefined = [every[g].name for g in every if g not in set(groups["group"])]
    missing = [text for text in groups["missing"] if text]
    missing += [f"Aturan {year} kelompok {name} belum tercatat." for name in undefined]
    is_known = (groups["basis"] == "definitions").all()
    row = {
        "year": year,
        "basis": "definitions" if is_known else "numbers",
        "evaluated": groups["evaluated"].sum(skipna=False),
        "expected": None if undefined else groups["expected"].sum(skipna=False),
        "kept": groups["kept"].sum(),
        "faults": groups["faults"].sum(),
        "whole": not missing,
        "missing": " ".join(missing),
        "places": "; ".join(text for text in groups["places"] if text),
    }
    return pd.DataFrame([row], columns=list(_FIELD)).astype(_FIELD)


def component_scores(table: pd.DataFrame) -> dict[tuple[int, str], dict[str, float]]:
    """Return the table component_scores as scores by component, by (year, region)."""
    regions = table.set_index("component").groupby(["year", "region"], sort=False)["score"]
    return {(int(year), str(region)): own.to_dict() for (year, region), own in regions}


def previous_sum(region: str, edition: str, before: pd.DataFrame, scores: Scores) -> Decimal | None:
    """Return last year's weighted sum that an edition measures its improvement from.

    `before` is index_scores of other years. None where last year's components are not all public.
    """
    rules = framework.load().edition(edition)
    base: Rounding | None = rules.improvement_base
    last = before[(before["region"] == region) & (before["year"] == rules.year - 1)]
    if base is None or last.empty or not last["participated"].all():
        return None
    last_edition, key = str(last["edition"].iloc[0]), (rules.year - 1, region)
    if not _complete(scores.get(key, {}), last_edition):
        return None
    return score.weighted_sum(scores[key], last_edition, rounding=base)


def _complete(scores: dict[str, float], edition: str) -> bool:
    weights = framework.load().weights[edition]
    return all(not pd.isna(scores.get(component)) for component in weights)


def _finals(published: pd.DataFrame, scores: Scores) -> Rule:
    rule = Rule(f"finals {published['year'].iloc[0]}")
    for row in published[published["participated"]].itertuples():
        own = scores.get((row.year, row.region), {})
        what = f"{row.region_name} {row.year} final"
        if pd.isna(row.index_published):
            rule.not_printed.append(f"{what}: not stated ({row.origin})")
        elif not _complete(own, row.edition):
            rule.not_recomputable.append(f"{what}: a component is not stated ({row.origin})")
        else:
            computed = score.index_of(own, row.edition)
            rule.compare(what, row.index_published, computed, row.origin)
    return rule


def _improvements(printed: pd.DataFrame, index_scores: pd.DataFrame, scores: Scores) -> Rule:
    rule = Rule(f"improvements {printed['year'].iloc[0]}")
    for row in printed.itertuples():
        base = previous_sum(row.region, row.edition, index_scores, scores)
        own = scores.get((row.year, row.region), {})
        what = f"{row.region_name} {row.year}"
        if base is None or not _complete(own, row.edition):
            said = f"{what}: its components of {row.year - 1} are not public"
            rule.not_recomputable.append(said)
        else:
            computed = score.index_of(own, row.edition) - base
            rule.compare(f"{what} improvement", row.improvement_published, computed, row.origin)
    return rule


def _component_means(question_scores: pd.DataFrame, component_scores: pd.DataFrame) -> Rule:
    """Compare the means of the assessors' question scores with the printed component scores."""
    fw = framework.load()
    rule = Rule("component means")
    printed = {(r.year, r.region, r.component): r for r in component_scores.itertuples()}
    assessed = question_scores[question_scores["source"] == "assessor"]
    for (year, region, edition), own in assessed.groupby(["year", "region", "edition"], sort=True):
        for component in fw.weights[edition]:
            answered = own.loc[own["component"] == component, "score"].dropna()
            listed = [q for q in fw.edition_questions[edition] if q.startswith(f"{component}.")]
            what = f"{fw.regions[region].name} {year} {component}"
            mean = printed.get((year, region, component))
            if mean is None or pd.isna(mean.score):
                rule.not_printed.append(f"{what}: no printed mean is on record")
            elif len(answered) < len(listed):
                have = f"{len(answered)} of {len(listed)} question scores"
                rule.not_recomputable.append(f"{what}: only {have} are on record")
            else:
                rule.compare(what, mean.score, score.component_score(answered), mean.origin)
    return rule


def _quick_wins(programmes: pd.DataFrame) -> Rule:
    """Compare the quick wins that arrived with those on record in the definitions."""
    rule = Rule("quick wins on record")
    found = {
        (row.year, row.region, row.pillar): (row.programme, row.opd, row.origin)
        for row in programmes[programmes["is_quick_win"]].itertuples()
    }
    for win in framework.load().quick_wins:
        programme, opd, origin = found.get((win.year, win.region, win.pillar), (None, None, ""))
        opd = None if pd.isna(opd) else opd
        if programme is None:
            rule.not_printed.append(f"quick win {win.year} {win.pillar}: no file names it")
        elif (programme, opd) == (win.programme, win.opd):
            rule.agree += 1
        else:
            rule.differ.append(
                f"quick win {win.year} {win.pillar}: {programme} ({opd}) at {origin},"
                f" definitions say {win.programme} ({win.opd})"
            )
    return rule
