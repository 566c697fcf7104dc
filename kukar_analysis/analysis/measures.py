"""What the index measures: how its components go together, and which of them tell regions apart.

Step 4 of the handbook on composite indicators (OECD/JRC 2008: citation oecd-2008), computed from
the printed components of a group's participants, only where its field is whole.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import ordered, tidy

_WEIGHTS = "edition group regions component weight effective_weight spread correlation origin"
_WEIGHTS += " components alpha alpha_standardised first_component mean_correlation"


def effective_weights(year: int) -> pd.DataFrame:
    """Return how much of the differences between regions each component makes, by group.

    weight in percent, as stated; effective_weight: percent of the variance of the weighted sum
    (weight times covariance of component and sum, over the sum's variance; adds up to 100); spread:
    standard deviation in points; correlation with the weighted sum of the others. Of the group, the
    same in its rows: regions, components, alpha (Cronbach's), alpha_standardised (of equal spread),
    first_component (percent of the standardised variance that the first principal component
    explains), mean_correlation (of all pairs).
    """
    made = []
    for of, wide, weights, origins in _groups(year):
        terms, among, many = wide * weights / 100, wide.corr().to_numpy(), wide.shape[1]
        total, mean = terms.sum(axis=1), among[np.triu_indices(many, 1)].mean()
        columns = {
            "weight": weights,
            "effective_weight": 100 * terms.apply(total.cov) / total.var(),
            "spread": wide.std(),
            "correlation": {c: wide[c].corr(total - terms[c]) for c in wide},
            "origin": origins.reindex(wide.columns),
        }
        own = pd.DataFrame(columns).rename_axis("component").reset_index()
        made.append(
            own.assign(
                **of,
                regions=len(wide),
                components=many,
                alpha=many / (many - 1) * (1 - wide.var().sum() / wide.sum(axis=1).var()),
                alpha_standardised=many * mean / (1 + (many - 1) * mean),
                first_component=100 * np.linalg.eigvalsh(among)[-1] / many,
                mean_correlation=mean,
            )
        )
    counts = dict.fromkeys(["regions", "components", "weight"], "int64")
    return tidy(pd.concat(made) if made else [], _WEIGHTS, **counts)


def correlations(year: int) -> pd.DataFrame:
    """Return Pearson's correlation of each two components over a group's participants.

    Columns: edition, group, component, other, correlation. Each pair stands once each way.
    """
    rows = [
        (*of.values(), component, other, value)
        for of, wide, _, _ in _groups(year)
        for (component, other), value in wide.corr().rename_axis(columns="other").stack().items()
        if component != other
    ]
    return tidy(rows, "edition group component other correlation")


def _groups(year: int) -> Iterator[tuple[dict[str, str], pd.DataFrame, pd.Series, pd.Series]]:
    """Yield edition and group, a row a region and a column a component, weights and origins.

    Regions that lack a component, and components that do not differ, tell nothing of it.
    """
    fw = framework.load()
    for of, every in ordered(compare.components(year), "edition", fw.editions).groupby(
        ["edition", "group"], sort=False
    ):
        wide = every.pivot(index="region", columns="component", values="score").dropna()
        wide = wide[[c for c in fw.components if c in wide]]
        wide = wide.loc[:, wide.std() > 0]
        by = every.groupby("component")
        if len(wide) > 2 and wide.shape[1] > 1:
            weights = by["weight"].first().reindex(wide.columns)
            yield (
                dict(zip(("edition", "group"), of, strict=True)),
                wide,
                weights,
                by["origin"].agg("; ".join),
            )
