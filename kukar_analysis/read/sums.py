"""Checks that scores, means and index as printed add up by the ministry's arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kukar_analysis import framework, score
from kukar_analysis.errors import ScoreError


def differences(
    edition: str,
    scores: Mapping[str, Sequence[str]],
    means: Mapping[str, str],
    index: str | None,
    where: Mapping[str, str] | None = None,
) -> list[str]:
    """Return what does not add up, one line each; nothing where all does.

    `scores` are the question scores and `means` the printed means by component id, all of them
    texts as printed, 0 to 4 with decimal comma or point. A mean is checked where its component has
    scores, the index where every component that `edition` weighs has a mean. `where` adds to a
    line where its component, or `index`, is printed.
    """
    found: list[str] = []
    for component, texts in scores.items():
        if component not in means or not texts or component not in framework.load().components:
            continue
        name = framework.load().components[component].name
        try:
            computed = score.component_score(_value(text) for text in texts)
            if score.hundredths(computed) != score.hundredths(_value(means[component])):
                found.append(
                    f"{name}{_place(where, component)}: the mean of {len(texts)} scores is"
                    f" {computed}, printed is {means[component]}"
                )
        except ScoreError as error:
            found.append(f"{name}{_place(where, component)}: {error}")
    weighed = framework.load().weights[edition]
    if index is not None and all(component in means for component in weighed):
        try:
            given = score.index_of({c: _value(means[c]) for c in weighed}, edition)
            if score.hundredths(given) != score.hundredths(_value(index)):
                found.append(
                    f"index{_place(where, 'index')}: the printed means give {given} by the rules of"
                    f" {edition}, printed is {index}"
                )
        except ScoreError as error:
            found.append(f"index{_place(where, 'index')}: {error}")
    return found


def unequal(one: str, other: str) -> bool:
    """Whether two printed scores differ: 3, 3,0 and 3.00 are the same."""
    try:
        return _value(one) != _value(other)
    except ScoreError:
        return one != other


def _place(where: Mapping[str, str] | None, key: str) -> str:
    return f" ({where[key]})" if where and where.get(key) else ""


def _value(text: str) -> float:
    """Return a printed number; ScoreError for a text that is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ScoreError(f"{text!r} is no number") from None
