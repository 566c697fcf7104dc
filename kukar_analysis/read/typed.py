"""Checks a letter that was typed into the form by the same sums as one that was read."""

from __future__ import annotations

from collections import defaultdict

from kukar_analysis import framework
from kukar_analysis.errors import SourceError
from kukar_analysis.read import sums
from kukar_analysis.read.source import Reading

_KINDS = ("question_scores", "component_scores", "national_table")


def check(reading: Reading, name: str, year: int) -> None:
    """Raise SourceError where the scores, means and finals of a typed letter do not add up.

    A component is checked when any of its question scores is typed: then all must be.
    """
    cells = {kind: _cells(reading, kind) for kind in _KINDS}
    national = {_region(line): line for line in cells["national_table"]}
    typed: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in cells["question_scores"]:
        typed[_region(line)][_component(line)].append(line["score"])
    means: dict[str, dict[str, str]] = defaultdict(dict)
    for line in cells["component_scores"]:
        means[_region(line)][_component(line)] = line["mean"]
    found = []
    for region in dict.fromkeys([*typed, *means, *national]):
        edition = _edition(national.get(region, {}), year)
        if edition:
            final = national.get(region, {})
            found += _differences(edition, typed[region], means[region], final)
    if found:
        raise SourceError(f"{name}: does not add up, so nothing of it is kept: {'; '.join(found)}")


def _differences(
    edition: str, typed: dict[str, list[str]], means: dict[str, str], final: dict[str, str]
) -> list[str]:
    """Return what does not add up for one region; `final` is its line of the national table."""
    fw = framework.load()
    asked = fw.edition_questions.get(edition, {})
    found = []
    for component, scores in typed.items():
        due = sum(fw.questions[id_].component == component for id_ in asked)
        if due and len(scores) != due:
            label = fw.components[component].name
            found.append(f"{label}: {len(scores)} of {due} question scores are typed")
    printed = {c: final[c] for c in fw.weights[edition] if final.get(c) and _took_part(final)}
    for component, mean in means.items():
        if component in printed and sums.unequal(mean, printed[component]):
            label = fw.components[component].name
            found.append(f"{label}: {mean} here, {printed[component]} in the national table")
    index = final.get("index") if _took_part(final) else None
    return found + sums.differences(edition, typed, printed | means, index)


def _cells(reading: Reading, kind: str) -> list[dict[str, str]]:
    lists = (found for found in reading.lists if found.kind == kind)
    return [dict(record.cells) for found in lists for record in found.records]


def _region(line: dict[str, str]) -> str:
    """Return the region's code, or its name as typed where that is not known."""
    text = line.get("region", "")
    return next(iter(framework.load().match("region", text)), text)


def _component(line: dict[str, str]) -> str:
    text = line.get("component", "")
    return next(iter(framework.load().match("component", text)), text)


def _edition(final: dict[str, str], year: int) -> str | None:
    """Return the edition of a national line's group, else the only one with known questions."""
    fw = framework.load()
    for group in fw.match("group", final.get("group", "")):
        return f"{year}-{group}" if f"{year}-{group}" in fw.weights else None
    return fw.asked_edition(year)


def _took_part(final: dict[str, str]) -> bool:
    return final.get("participated", "").casefold() != "tidak"
