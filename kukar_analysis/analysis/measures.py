"""What the index measures: how much each component tells regions apart, and how firmly."""

import numpy as np
import pandas as pd

from kukar_analysis import framework
from kukar_analysis.analysis import compare
from kukar_analysis.analysis.told import ordered, tidy

_WEIGHTS = "edition group regions component weight effective_weight spread correlation least_with"
_WEIGHTS += " least_correlation origin components alpha alpha_standardised first_component"
_WEIGHTS += " mean_correlation"


def effective_weights(year: int) -> pd.DataFrame:
    """Return how much of the differences between regions each component makes, by group.

    After step 4 of the OECD/JRC handbook (2008). effective_weight: percent of the variance of the
    weighted sum (covariance of term and sum); spread: standard deviation; correlation: with the
    weighted sum of the others; least_correlation: the lowest with another (least_with). Of the
    group: alpha (Cronbach), first_component (percent of the standardised variance),
    mean_correlation. Regions that lack a component, and components that do not differ, are left
    out.
    """
    fw, made = framework.load(), []
    every = ordered(compare.components(year), "edition", fw.editions)
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
