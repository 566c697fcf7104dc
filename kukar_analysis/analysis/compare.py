"""Where a region stands, and what of two years can be compared.

What is not on record is null or an empty frame; ranks and means are of printed figures.
"""

from decimal import Decimal
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from kukar_analysis import check, framework, store
from kukar_analysis.analysis.told import ordered, tidy, told
from kukar_analysis.errors import UsageError
from kukar_analysis.formats import number
from kukar_analysis.framework.facts import Edition

MARGIN = Decimal("0.01")
"""How far an implied final may be from the one printed that year (domain: 19 of 32 differ)."""
MIDDLE = 0.4, 0.6
"""Places of the field, from the best on, between which a component is neither strong nor weak."""
_COUNTS = {"same": "sama", "changed": "berubah kalimat", "new": "baru", "dropped": "dihapus"}
_COMPONENTS = "year region region_name province group edition component weight score contribution"
_COMPONENTS += " group_mean group_low group_high gap effect rank of side origin"
_WEIGHTS = "edition group regions component weight effective_weight spread correlation least_with"
_WEIGHTS += " least_correlation origin components alpha alpha_standardised first_component"
_WEIGHTS += " mean_correlation"
_FORM = ["edition", "question", "component", "label", "code", "continuity", "status"]


class IndexValue(NamedTuple):
    """An index, how it is known (`indices`), and the line of the table that says so."""

    group: str | None = None
    value: Decimal | None = None
    known: Literal["printed", "implied", "absent", "unknown"] = "unknown"
    improvement: Decimal | None = None
    base: Decimal | None = None
    origin: str | None = None

    def __str__(self) -> str:
        if self.value is None:
            return framework.load().names["known"][self.known]
        margin = f" hasil hitung balik, ±{number(MARGIN)}" * (self.known == "implied")
        return f"{number(self.value)}{margin}"


@store.kept
def indices(region: str | None = None) -> pd.DataFrame:
    """Return the index of every region, or of one, in every year, and how it is known.

    known: printed, implied (next year's final minus its improvement, ±0.01), absent, unknown. base:
    last year's sum that the printed improvement is measured from; null where not public.
    """
    places = framework.load().regions
    rows = [
        (*at, places[at[1]].name, places[at[1]].province, *value)
        for at, value in sorted(_values(region).items())
    ]
    return tidy(rows, "year region region_name province group index known improvement base origin")


def index_value(year: int, region: str) -> IndexValue:
    """Return the index of a year and how it is known: see `indices`."""
    return _values(region).get((year, region), IndexValue())


@store.kept
def _values(region: str | None) -> dict[tuple[int, str], IndexValue]:
    published, stated = store.read("index_scores", region=region), scores(region)
    own, implied = dict[tuple[int, str], IndexValue](), dict[tuple[int, str], IndexValue]()
    for r in published.itertuples():
        value, risen = check.printed(r.index_published), check.printed(r.improvement_published)
        silent: Literal["unknown", "absent"] = "unknown" if r.participated else "absent"
        known, group = silent if value is None else "printed", framework.load().editions[r.edition]
        base = check.previous_sum(r.region, r.edition, published, stated)
        own[r.year, r.region] = IndexValue(group.group, value, known, risen, base, r.origin)
        if value is not None and risen is not None:
            before = IndexValue(None, value - risen, "implied", origin=r.origin)
            implied[r.year - 1, r.region] = before
    return implied | own


def _placed(found: pd.DataFrame) -> pd.DataFrame:
    fw = framework.load()
    regions = [fw.regions[region] for region in found["region"]]
    added = {
        "group": [fw.editions[edition].group for edition in found["edition"]],
        "region_name": [region.name for region in regions],
        "province": [region.province for region in regions],
    }
    return found.assign(**added).astype(dict.fromkeys(added, "str"))


def index_record(year: int, region: str) -> pd.Series | None:
    """Return the region's line of index_scores, or None when no table names it."""
    found = store.read("index_scores", year=year, region=region)
    return None if found.empty else found.iloc[0]


@store.kept
def edition_of(year: int, region: str) -> Edition | None:
    """Return the edition a region was evaluated under, from the national table of the year."""
    record = index_record(year, region)
    return None if record is None else framework.load().edition(record["edition"])


def all_scores(year: int, region: str) -> tuple[dict[str, float], str]:
    """Return the component scores and the edition, where all are on record; else nothing."""
    edition = edition_of(year, region)
    own = components(year, region).set_index("component")["score"].to_dict()
    if edition is None or {*own} != {*framework.load().weights[edition.edition]}:
        return {}, ""
    return own, edition.edition


def caveat(year: int, region: str) -> str:
    """Return what to say of an improvement of 0 that cannot be computed again; else nothing."""
    value = index_value(year, region)
    return "" if value.improvement != 0 or value.base is not None else told("caveat", year=year)


def scores(region: str | None = None) -> dict[tuple[int, str], dict[str, float]]:
    """Return component scores on record, of all regions or one, by (year, region)."""
    return check.component_scores(store.read("component_scores", region=region))


@store.kept
def whole_field(year: int, region: str | None = None) -> pd.DataFrame:
    """Return whether the fields of a year, or a region's, are whole, and what is missing ("")."""
    names = ("index_scores", "files", "rejected")
    # the files and what was rejected are looked at whole: their year is that of their folder
    found = check.fields({name: store.read(name) for name in names}, year)
    edition = edition_of(year, region) if region else None
    return found if region is None else found[found["edition"] == (edition and edition.edition)]


def missing_of(year: int, edition: str | None = None) -> str:
    """Return what is missing of an edition's field, or of the nation's; empty where it is whole."""
    found = whole_field(year)
    own = found["edition"].isna() if edition is None else found["edition"] == edition
    return " ".join(found.loc[own, "missing"])


def _in_whole(found: pd.DataFrame, year: int) -> pd.Series:
    return found["edition"].isin(whole_field(year).query("whole")["edition"])


@store.kept
def participants(year: int, *, partial: bool = False) -> pd.DataFrame:
    """Return regions that took part and have a final, of editions whose field is whole."""
    found = store.read("index_scores", year=year)
    found = found[found["participated"]].dropna(subset="index_published")
    return _placed(found if partial else found[_in_whole(found, year)])


def places(year: int) -> pd.DataFrame:
    """Return each participant's ranks (equal finals share the better) and group_gap to the mean."""
    everyone = participants(year)
    by = everyone.groupby("edition")["index_published"]
    nation = everyone["index_published"].rank(method="min", ascending=False)
    return everyone[["region"]].assign(
        national_rank=float("nan") if missing_of(year) else nation,
        group_rank=by.rank(method="min", ascending=False),
        group_gap=everyone["index_published"] - by.transform("mean"),
    )


@store.kept
def components(year: int, region: str | None = None, *, partial: bool = False) -> pd.DataFrame:
    """Return the components of all participants of a year, or of one region, beside their group.

    weight in percent, contribution = weight times score, gap = score minus group_mean, effect =
    weight times gap; rank: equal scores share the better one; side (an own choice): strength above
    the mean and among the best 40 percent, weakness below it and among the last. What is of the
    group is null where its field is not whole; all rows with `partial`.
    """
    fw = framework.load()
    every = _placed(store.read("component_scores", year=year).dropna(subset="score"))
    whole = _in_whole(every, year)
    by = every[whole].groupby(["edition", "component"])["score"]
    every = every.assign(
        weight=[fw.weights[e].get(c, 0) for e, c in every[["edition", "component"]].values],
        group_mean=by.transform("mean"),
        group_low=by.transform("min"),
        group_high=by.transform("max"),
        rank=by.rank("min", ascending=False),
        of=by.transform("size"),
        contribution=lambda f: f["weight"] * f["score"] / 100,
        gap=lambda f: f["score"] - f["group_mean"],
        effect=lambda f: f["weight"] * f["gap"] / 100,
    )
    at = (every["rank"] - 0.5) / every["of"]
    strong = (every["gap"] > 0) & (at <= MIDDLE[0])
    weak = (every["gap"] < 0) & (at >= MIDDLE[1])
    every["side"] = np.select([strong, weak], ["strength", "weakness"], "middle")
    every["side"] = every["side"].where(at.notna())
    wanted = every[every["region"] == region if region else whole | partial]
    wanted = ordered(wanted, "component", fw.components).sort_values("region", kind="stable")
    return tidy(wanted, _COMPONENTS, weight="int64", rank="Int64", of="Int64")


@store.kept
def ranks(year: int, region: str, index: Decimal | None = None) -> pd.DataFrame:
    """Return where a region stands by its printed final in scope national, group and province.

    With `index` the place that it would take. Equal finals share the better rank (1, 2, 2, 4); tied
    names them. Only the group where the nation is not whole, empty without a final or a whole
    group. Computed: the ministry prints no rank.
    """
    everyone, rows = participants(year), []
    if index is not None:
        everyone.loc[everyone["region"] == region, "index_published"] = float(index)
    for me in everyone[everyone["region"] == region].itertuples():
        fields = {
            "national": ("Nasional", everyone),
            "group": (framework.load().groups[me.group].name, everyone.query("group == @me.group")),
            "province": (me.province, everyone.query("province == @me.province")),
        }
        for scope, (name, field) in fields.items():
            if scope == "group" or not missing_of(year):
                rank = int((field["index_published"] > me.index_published).sum()) + 1
                same = field["index_published"].eq(me.index_published) & field["region"].ne(region)
                tied = ", ".join(sorted(field.loc[same, "region_name"])) or None
                rows.append((scope, name, rank, len(field), tied, me.origin))
    return tidy(rows, "scope name rank of tied origin", rank="int64", of="int64")


def component_gaps(year: int, region: str) -> pd.DataFrame:
    """Return how far each component, and `index`, lies from what it can be measured against.

    against: last_year (where it can be compared), group (mean of the participants), best (highest
    of them, of holders), target. gap = own minus reference; no row where one is not on record.
    """
    everyone = participants(year)
    everyone = everyone[everyone["edition"].isin(everyone.query("region == @region")["edition"])]
    finals = everyone.assign(component="index", score=everyone["index_published"])
    field = pd.concat([components(year), finals]).query("region in @everyone.region")
    by = field.groupby("component")["score"]
    best = field[field["score"] == by.transform("max")].sort_values("region_name")
    both = components_between(region, year - 1, year).dropna(subset="change")
    both = both[both["comparable"].isin(["yes", "partly"])]
    own = components(year, region).set_index("component")["score"]
    last = both.set_index("component")["from_score"]
    for scores_of, when in ((own, year), (last, year - 1)):
        if (index := index_value(when, region)).known == "printed":
            scores_of["index"] = float(index.value or 0)
    aim = pd.Series({"index": target(year, region)}, dtype="float64")
    references = {"last_year": last, "group": by.mean(), "best": by.max(), "target": aim}
    made = pd.DataFrame(references).reindex(own.index.rename("component")).reset_index()
    made = made.melt("component", var_name="against", value_name="reference").dropna()
    made["gap"] = made["component"].map(own).astype("float64") - made["reference"]
    holders = best.groupby("component")["region_name"].agg(", ".join)
    made["holders"] = made["component"].map(holders).where(made["against"] == "best", None)
    return tidy(made, "component against reference gap holders")


def effective_weights(year: int) -> pd.DataFrame:
    """Return how much of the differences between regions each component makes, by group.

    effective_weight: percent of the variance of the weighted sum (OECD/JRC 2008, step 4); spread:
    standard deviation; correlation: with the weighted sum of the others; least_correlation: the
    lowest with another (least_with). Of the group: alpha (Cronbach), first_component (percent of
    the standardised variance). Regions that lack a component, components that do not differ: out.
    """
    fw, made = framework.load(), []
    every = ordered(components(year), "edition", fw.editions)
    for (edition, group), own in every.groupby(["edition", "group"], sort=False):
        wide = own.pivot(index="region", columns="component", values="score").dropna()
        wide = wide[[c for c in fw.components if c in wide and wide[c].std() > 0]]
        many, by = wide.shape[1], own.groupby("component")
        if len(wide) < 3 or many < 2:
            continue
        weights, among = by["weight"].first().reindex(wide.columns), wide.corr()
        terms, pairs = wide * weights / 100, among.mask(np.eye(many, dtype=bool))
        total, mean = terms.sum(axis=1), pairs.stack().mean()
        columns = {
            "edition": edition,
            "group": group,
            "regions": len(wide),
            "weight": weights,
            "effective_weight": 100 * terms.apply(total.cov) / total.var(),
            "spread": wide.std(),
            "correlation": {c: wide[c].corr(total - terms[c]) for c in wide},
            "least_with": pairs.idxmin(),
            "least_correlation": pairs.min(),
            "origin": by["origin"].agg("; ".join).reindex(wide.columns),
            "components": many,
            "alpha": many / (many - 1) * (1 - wide.var().sum() / wide.sum(axis=1).var()),
            "alpha_standardised": many * mean / (1 + (many - 1) * mean),
            "first_component": 100 * np.linalg.eigvalsh(among)[-1] / many,
            "mean_correlation": mean,
        }
        made.append(pd.DataFrame(columns).rename_axis("component").reset_index())
    counts = dict.fromkeys(["regions", "components", "weight"], "int64")
    return tidy(pd.concat(made) if made else [], _WEIGHTS, least_with="str", **counts)


def target(year: int, region: str) -> Decimal | None:
    """Return the index that a region set out to reach in a year, where one is on record."""
    targets = framework.load().targets
    return next((t.target for t in targets if (t.region, t.year) == (region, year)), None)


def components_between(region: str, from_year: int, to_year: int) -> pd.DataFrame:
    """Return the components of two years side by side, and whether they can be compared.

    same, changed, new, dropped count questions. comparable: yes, partly, no, unknown (a year's
    table or form was not seen), absent (did not take part); reason says why.
    """
    check_order(from_year, to_year)
    fw, stated, years = framework.load(), scores(region), {"from": from_year, "to": to_year}
    editions = {side: edition_of(year, region) for side, year in years.items()}
    weights = {side: fw.weights[e.edition] if e else {} for side, e in editions.items()}
    named = [c for c in fw.components if any(c in own for own in weights.values())]
    sides = {f"{side}_weight": pd.Series(own, dtype="float64") for side, own in weights.items()}
    for side, year in years.items():
        sides[f"{side}_score"] = pd.Series(stated.get((year, region), {}), dtype="float64")
    made = pd.DataFrame(sides, pd.Index(named, name="component"))
    made = made.join(_counts(editions["from"], editions["to"], made.index))
    unweighed = [~made.index.isin(_weighed(years[s], e)) for s, e in editions.items()]
    absent = any(index_value(year, region).known == "absent" for year in years.values())
    conditions = {
        "absent": pd.Series(absent, made.index),
        "no": unweighed[0] | unweighed[1] | (made["same"] + made["changed"] == 0),
        "unknown": made["same"].isna(),
        "partly": made["changed"] + made["new"] + made["dropped"] > 0,
    }
    made["comparable"] = np.select([*conditions.values()], [*conditions], "yes")
    made = made.assign(change=made["to_score"] - made["from_score"]).reset_index()
    reasons = [
        told(
            "reason",
            r=r,
            from_year=from_year,
            to_year=to_year,
            counts=[f"{n:.0f} butir {w}" for k, w in _COUNTS.items() if (n := getattr(r, k)) > 0],
        )
        for r in made.itertuples()
    ]
    columns = "component from_weight to_weight from_score to_score change same changed new dropped"
    return tidy(made.assign(reason=reasons), f"{columns} comparable reason")


def _counts(before: Edition | None, after: Edition | None, components: pd.Index) -> pd.DataFrame:
    """Count the questions of each component by what became of them; null where not confirmed."""
    made = pd.DataFrame(float("nan"), components, [*_COUNTS])
    if not (before and after and before.questions and after.questions and follows(before, after)):
        return made
    old, new = form_of(before.edition), form_of(after.edition)
    kinds = new.groupby(["component", "continuity"]).size().unstack()
    kinds["dropped"] = old[~old["question"].isin(new["question"])].groupby("component").size()
    known = components.difference(new.loc[new["status"] == "unconfirmed", "component"], sort=False)
    made.loc[known] = kinds.reindex(known, columns=[*_COUNTS]).fillna(0)
    return made


def _weighed(year: int, edition: Edition | None) -> set[str]:
    """Return what a region was scored on, or may have been where its edition is not known."""
    fw = framework.load()
    editions = [edition] if edition else [e for e in fw.editions.values() if e.year == year]
    return {component for e in editions for component in fw.weights[e.edition]}


def assessed(year: int, region: str) -> pd.DataFrame:
    """Return the rows of question_scores that assessors scored, of one region and year."""
    found = store.read("question_scores", year=year, region=region)
    return found[found["source"] == "assessor"].dropna(subset="score")


@framework.kept()
def form_of(edition: str) -> pd.DataFrame:
    """Return the questions of an edition, with what is defined of each, in the form's order."""
    fw, columns = framework.load(), [*_FORM, "place"]
    rows = [
        (edition, id_, asked.component, asked.label, q.code, q.continuity, q.status, q.number)
        for id_, q in fw.edition_questions.get(edition, {}).items()
        for asked in [fw.questions[id_]]
    ]
    made = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_FORM, "str"))
    made = ordered(made.sort_values("place"), "component", fw.components)
    return made.assign(place=range(len(made))).reset_index(drop=True)


def check_order(from_year: int, to_year: int) -> None:
    """Raise UsageError where the first year is not before the second."""
    if from_year >= to_year:
        raise UsageError(f"from_year {from_year} must be before to_year {to_year}")


def follows(before: Edition | None, after: Edition | None) -> bool:
    """Whether an edition's form is made from that of the other."""
    return bool(before and after and after.follows == before.edition)


def group_name(year: int, region: str) -> str:
    """Return the name of the group that a region was evaluated in; empty where not on record."""
    edition = edition_of(year, region)
    return framework.load().groups[edition.group].name if edition else ""
