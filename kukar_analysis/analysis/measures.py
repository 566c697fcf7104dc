"""What the index measures: how its components go together, and which of them tell regions apart.

Step 4 of the handbook on composite indicators (OECD/JRC 2008: citation oecd-2008). All is computed
from the printed components of a group's participants, and only where its field is whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare

_TYPES = {
    "edition": "str",
    "group": "str",
    "component": "str",
    "other": "str",
    "origin": "str",
    "regions": "int64",
    "components": "int64",
    "weight": "int64",
}


def effective_weights(year: int) -> pd.DataFrame:
    """Return how much of the differences between regions each component makes, by group.

    Columns: edition, group, regions, component, weight (percent, as stated), effective_weight
    (percent of the variance of the weighted sum: weight times the covariance of component and sum,
    over the sum's variance; they add up to 100), spread (standard deviation of the component, in
    points), correlation (with the weighted sum of the others), origin (of all its scores).
    """
    rows = []
    for of, wide, weights, origins in _groups(year):
        terms = wide * weights / 100
        total = terms.sum(axis=1)
        for name, term in terms.items():
            share = 100 * term.cov(total) / total.var()
            rest = wide[name].corr(total - term)
            spread, weight = wide[name].std(), weights[name]
            row = (name, weight, share, spread, rest, origins[name])
            rows.append((*of, len(wide), *row))
    columns = ["edition", "group", "regions", "component", "weight", "effective_weight"]
    return _typed(rows, [*columns, "spread", "correlation", "origin"])


def correlations(year: int) -> pd.DataFrame:
    """Return Pearson's correlation of each two components over a group's participants.

    Columns: edition, group, component, other, correlation. Each pair stands once each way, and
    none with itself.
    """
    rows = [
        (*of, component, other, value)
        for of, wide, _, _ in _groups(year)
        for (component, other), value in wide.corr().rename_axis(columns="other").stack().items()
        if component != other
    ]
    return _typed(rows, ["edition", "group", "component", "other", "correlation"])


def reliability(year: int) -> pd.DataFrame:
    """Return whether the components of a group measure one thing.

    Columns: edition, group, regions, components, alpha (Cronbach's, of the components as they are),
    alpha_standardised (of components of equal spread), first_component (percent of the variance
    of the standardised components that their first principal component explains), correlation
    (mean of all pairs).
    """
    rows = []
    for of, wide, _, _ in _groups(year):
        among, many = wide.corr().to_numpy(), wide.shape[1]
        mean = among[np.triu_indices(many, 1)].mean()
        alpha = many / (many - 1) * (1 - wide.var().sum() / wide.sum(axis=1).var())
        standardised = many * mean / (1 + (many - 1) * mean)
        first = 100 * np.linalg.eigvalsh(among)[-1] / many
        rows.append((*of, len(wide), many, alpha, standardised, first, mean))
    columns = ["edition", "group", "regions", "components", "alpha", "alpha_standardised"]
    return _typed(rows, [*columns, "first_component", "correlation"])


def _groups(year: int) -> Iterator[tuple[tuple[str, str], pd.DataFrame, pd.Series, pd.Series]]:
    """Yield edition and group, a row a region and a column a component, weights and origins.

    Regions that lack a component, and components that do not differ, tell nothing of it.
    """
    fw = framework.load()
    found = compare.components(year)
    found = found.sort_values("edition", key=lambda e: e.map([*fw.editions].index), kind="stable")
    for of, every in found.groupby(["edition", "group"], sort=False):
        wide = every.pivot(index="region", columns="component", values="score").dropna()
        wide = wide[[c for c in fw.components if c in wide]]
        wide = wide.loc[:, wide.std() > 0]
        by = every.groupby("component")
        if len(wide) > 2 and wide.shape[1] > 1:
            weights = by["weight"].first().reindex(wide.columns)
            yield of, wide, weights, by["origin"].agg("; ".join)


def _typed(rows: Sequence[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=columns)
    return made.astype({name: _TYPES.get(name, "float64") for name in columns})
