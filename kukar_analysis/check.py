"""Recomputes what was published, and says what agrees, what differs and what cannot be recomputed.

`fields` is the one place that says whether all regions of an edition, or of a year, are there: no
rank, mean or range of them is given elsewhere without asking it. A figure without all its parts is
counted, never guessed. Nothing here rounds but by the ministry's own rules (score.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd

from kukar_analysis import framework, places, score

_WINS = "quick wins on record"
_SAYS = {_WINS: "the file says {}, the definitions {}"}
Scores = Mapping[tuple[int, str], dict[str, float]]
"""Component scores by (year, region); a component that is not stated is NaN."""
_Figure = tuple[str, Any, Any, str]
"""What it is, as printed, as computed (either may be None), and where it stands or what is not."""


@dataclass
class Recomputed:
    """What became of one kind of published figure: how many agree, and a line for each other.

    `not_recomputable`: printed, but a part is not on record; `not_printed`: the other way round.
    """

    name: str
    agree: int = 0
    differ: list[str] = field(default_factory=list)
    not_recomputable: list[str] = field(default_factory=list)
    not_printed: list[str] = field(default_factory=list)

    @property
    def line(self) -> str:
        """One line: `finals 2023: 130 of 130 agree`."""
        parts = (
            (self.differ, "differ"),
            (self.not_recomputable, "more are printed and cannot be recomputed"),
            (self.not_printed, "have nothing printed to compare with"),
        )
        said = [f"{self.name}: {self.agree} of {self.agree + len(self.differ)} agree"]
        return "; ".join(said + [f"{len(found)} {what}" for found, what in parts if found])


def check(tables: Mapping[str, pd.DataFrame]) -> list[Recomputed]:
    """Return what became of every kind of published figure in the tables, in the order of years.

    Needs component_scores, index_scores, question_scores and programmes (store.SCHEMAS).
    """
    index, scores = tables["index_scores"], component_scores(tables["component_scores"])
    finals = index[index["participated"]].groupby("year")
    improved = index.dropna(subset="improvement_published").groupby("year")
    figures: dict[str, Iterator[_Figure]] = {
        **{f"finals {year}": _published(own, scores) for year, own in finals},
        **{f"improvements {year}": _published(own, scores, index) for year, own in improved},
        "component means": _means(tables["question_scores"], tables["component_scores"]),
        _WINS: _quick_wins(tables["programmes"]),
    }
    return [_compared(name, own) for name, own in figures.items()]


def _compared(name: str, figures: Iterable[_Figure]) -> Recomputed:
    rule, says = Recomputed(name), _SAYS.get(name, "printed {}, computed {}")
    for what, stated, computed, where in figures:
        if stated is None:
            rule.not_printed.append(f"{what}: {where}")
        elif computed is None:
            rule.not_recomputable.append(f"{what}: {where}")
        elif stated == computed:
            rule.agree += 1
        else:
            rule.differ.append(f"{what}: {says.format(stated, computed)} ({where})")
    return rule


def printed(value: float | None) -> Decimal | None:
    """Return a printed figure of two decimals, exactly; None where it is not stated."""
    return None if pd.isna(value) else Decimal(f"{value:.2f}")


def _published(
    own: pd.DataFrame, scores: Scores, before: pd.DataFrame | None = None
) -> Iterator[_Figure]:
    """Compare the finals, or the improvements on what index_scores says of the year before."""
    what = "final" if before is None else "improvement"
    for row in own.itertuples():
        stated = row.index_published if before is None else row.improvement_published
        parts, computed = scores.get((row.year, row.region), {}), None
        base: Decimal | None = Decimal(0)
        if before is not None:
            base = previous_sum(row.region, row.edition, before, scores)
        if base is not None and _complete(parts, row.edition):
            computed = score.index_of(parts, row.edition) - base
        where = f"a component is not public ({row.origin})" if computed is None else row.origin
        yield f"{row.region_name} {row.year} {what}", printed(stated), computed, where


def _means(questions: pd.DataFrame, components: pd.DataFrame) -> Iterator[_Figure]:
    """Compare the means of the assessors' question scores with the printed component scores."""
    fw = framework.load()
    stated = components.set_index(["year", "region", "component"])[["score", "origin"]].T
    assessed = questions[questions["source"] == "assessor"]
    for (year, region, edition), own in assessed.groupby(["year", "region", "edition"], sort=True):
        for component in fw.weights[edition]:
            given = own.loc[own["component"] == component, "score"].dropna()
            asked = [q for q in fw.edition_questions[edition] if q.startswith(f"{component}.")]
            value, where = stated.get((year, region, component), (None, ""))
            computed = None if len(given) < len(asked) else score.component_score(given)
            if computed is None:
                where = f"only {len(given)} of {len(asked)} question scores are on record"
            where = where if pd.notna(value) else "no printed mean is on record"
            yield f"{fw.regions[region].name} {year} {component}", printed(value), computed, where


def _quick_wins(programmes: pd.DataFrame) -> Iterator[_Figure]:
    """Compare the quick wins that arrived with those on record in the definitions."""
    named = programmes[programmes["is_quick_win"]].astype({"opd": object})
    named = named.where(named.notna(), None)
    found = {(r.year, r.region, r.pillar): r for r in named.itertuples()}
    for win in framework.load().quick_wins:
        row = found.get((win.year, win.region, win.pillar))
        arrived = f"{row.programme} ({row.opd})" if row else None
        where = row.origin if row else "no file names it"
        yield f"quick win {win.year} {win.pillar}", arrived, f"{win.programme} ({win.opd})", where


def component_scores(table: pd.DataFrame) -> dict[tuple[int, str], dict[str, float]]:
    """Return the table component_scores as scores by component, by (year, region)."""
    regions = table.set_index("component").groupby(["year", "region"], sort=False)["score"]
    return {(int(year), str(region)): own.to_dict() for (year, region), own in regions}


def previous_sum(region: str, edition: str, before: pd.DataFrame, scores: Scores) -> Decimal | None:
    """Return last year's weighted sum that an edition measures its improvement from.

    `before` is index_scores of other years. None where last year's components are not all public.
    """
    rules = framework.load().edition(edition)
    last = before[(before["region"] == region) & (before["year"] == rules.year - 1)]
    if rules.improvement_base is None or last.empty or not last["participated"].all():
        return None
    own, of = scores.get((rules.year - 1, region), {}), str(last["edition"].iloc[0])
    whole = _complete(own, of)
    return score.weighted_sum(own, of, rounding=rules.improvement_base) if whole else None


def _complete(scores: dict[str, float], edition: str) -> bool:
    return all(not pd.isna(scores.get(c)) for c in framework.load().weights[edition])


_FIELD = {"edition": "str", "group": "str", "basis": "str", "expected": "Int64", "kept": "int64"}
_FIELD |= {"faults": "int64", "whole": "bool", "missing": "str", "places": "str"}
_SETTLED = ("superseded", "correction")
"""Rules of `rejected` after which nothing is missing: the later line, or the correction, stands."""
_UNTIL = "Peringkat, rata-rata, dan rentangnya baru dihitung setelah tabelnya utuh."


def fields(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return for each edition of a year, and the nation, whether all its regions are there.

    Needs index_scores, files and rejected. Columns: edition and group (null = the nation), basis
    (`definitions`; `numbers`: fields.csv does not say how many took part, the table's running
    numbers stand in; `none`: no line is on record), expected (null = not known), kept, faults
    (lines rejected, contradicted, unread or missing by their number), whole, missing (a sentence;
    empty where whole), places (of the faults). A group's field is whole when as many participants
    as its edition states are kept and no line is at fault; the nation's when all groups' are.
    """
    fw, index = framework.load(), tables["index_scores"].query("year == @year")
    of = "sample" if any(fw.regions[r].is_sample for r in index["region"].unique()) else "real"
    took_part = index[index["participated"]].groupby("edition")["index_published"]
    counts, bad, rows = took_part.agg(["size", "count"]).T, _faulty_lines(tables, year), []
    for edition in (e for e in fw.editions.values() if e.year == year):
        size = fw.field_sizes.get((edition.edition, of))
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
    lacking = [text for text in groups["missing"] if text]
    lacking += [f"Aturan {year} kelompok {name} belum tercatat." for name in undefined]
    nation = {
        "basis": "definitions" if (groups["basis"] == "definitions").all() else "numbers",
        "expected": None if undefined else groups["expected"].sum(skipna=False),
        **groups[["kept", "faults"]].sum(),
        "whole": not lacking,
        "missing": " ".join(lacking),
        "places": "; ".join(filter(None, groups["places"])),
    }
    line = pd.DataFrame([nation], columns=[*_FIELD]).astype(_FIELD)
    return pd.concat([groups, line], ignore_index=True)


def _faulty_lines(tables: Mapping[str, pd.DataFrame], year: int) -> pd.DataFrame:
    """Return the lines of a year's national tables that were not kept: origin, edition.

    The edition is that of the lines kept of the same file; null where these are of several, or
    none: then the line may be any edition's.
    """
    index = tables["index_scores"].query("year == @year")
    files, found = tables["files"], tables["rejected"]
    lists = files.loc[files["kind"].str.contains("national_table"), "file"]
    found = found[found["file"].str.startswith(f"{year}/") & ~found["rule"].isin(_SETTLED)]
    found = found[found["file"].isin(lists) | (found["rule"] == "number_gap")]
    kept = index.groupby(index["origin"].map(places.file_of))["edition"]
    one = kept.first().where(kept.nunique(dropna=False) == 1)
    return found.assign(edition=found["file"].map(one))[["origin", "edition"]]


def short_fields(tables: Mapping[str, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Return a line for every edition whose national table is on record, and those that are short.

    Needs what `fields` needs, for all years that have an edition.
    """
    found = pd.concat([fields(tables, year) for year in framework.load().years()])
    found = found[found["edition"].notna() & (found["basis"] != "none")]
    said = "peserta " + found["edition"] + ": " + found["kept"].astype("str") + " dari "
    said += found["expected"].astype("str") + " tercatat"
    by_number = "; banyaknya menurut nomor urut tabel, sebab definitions/fields.csv belum memuatnya"
    said += (found["basis"] == "numbers").map({True: by_number, False: ""})
    at = "; " + found["faults"].astype("str") + " baris bermasalah: " + found["places"]
    at = at.where(found["faults"] > 0, "")
    advice = f". Lengkapi atau perbaiki tabelnya, lalu jalankan `kukar clean`. {_UNTIL}"
    said = said.where(found["whole"], said + at + advice)
    return [*said], [*said[~found["whole"]]]
