"""Checks that scores, means and index as printed or typed add up by the ministry's arithmetic."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from kukar_analysis import framework, score
from kukar_analysis.errors import ScoreError
from kukar_analysis.read.source import Reading, refusal


def differences(
    edition: str,
    scores: Mapping[str, Sequence[str]],
    means: Mapping[str, str],
    index: str | None,
) -> list[str]:
    """Return what does not add up, one line each, of texts as printed by component id.

    A mean is checked where its component has scores, the index where every component that `edition`
    weighs has a mean.
    """
    fw, found = framework.load(), list[str]()
    for id_, component in fw.components.items():
        if scores.get(id_) and id_ in means:
            said = f"rata-rata {len(scores[id_])} nilai adalah"
            mean = partial(score.component_score, map(_value, scores[id_]))
            found += _differs(component.name, mean, said, means[id_])
    if index is not None and fw.weights[edition].keys() <= means.keys():
        weighed = ((c, _value(means[c])) for c in fw.weights[edition])
        computed = partial(score.index_of, dict(weighed), edition)
        found += _differs("Indeks", computed, "rata-rata tercetak menjadi", index)
    return found


def _differs(label: str, compute: Callable[[], Decimal], said: str, printed: str) -> list[str]:
    try:
        computed = compute()
        if score.hundredths(computed) == score.hundredths(_value(printed)):
            return []
    except ScoreError as error:
        return [f"{label}: {error}"]
    return [f"{label}: {said} {computed}, tercetak {printed}"]


def unequal(one: str, other: str) -> bool:
    """Whether two printed scores differ: 3, 3,0 and 3.00 are the same."""
    try:
        return _value(one) != _value(other)
    except ScoreError:
        return one != other


def check_typed(reading: Reading, name: str, year: int) -> None:
    """Raise SourceError where scores, means and finals of a letter typed in do not add up.

    A component is checked when any of its question scores is typed: then all must be.
    """
    fw, found = framework.load(), list[str]()
    typed: dict[str, tuple[dict[str, list[str]], dict[str, str], dict[str, str]]] = defaultdict(
        lambda: (defaultdict(list), {}, {})
    )
    for kind, cells in ((x.kind, record.cells) for x in reading.lists for record in x.records):
        region, component = (
            next(iter(fw.match(of, cells.get(of, ""))), cells.get(of, ""))
            for of in ("region", "component")
        )
        scores, means, final = typed[region]
        if kind == "question_scores":
            scores[component].append(cells["score"])
        elif kind == "component_scores":
            means[component] = cells["mean"]
        elif kind == "national_table" and cells.get("participated", "").casefold() != "tidak":
            final |= cells
    for scores, means, final in typed.values():
        group = next(iter(fw.match("group", final.get("group", ""))), None)
        edition = f"{year}-{group}" if group else fw.asked_edition(year) or ""
        printed = {c: final[c] for c in fw.weights.get(edition, ()) if final.get(c)}
        asked = [fw.questions[id_].component for id_ in fw.edition_questions.get(edition, {})]
        found += [
            f"{fw.components[c].name}: {len(own)} dari {asked.count(c)} nilai butir diketik"
            for c, own in scores.items()
            if len(own) != asked.count(c) > 0
        ] + [
            f"{fw.components[c].name}: {mean} di sini, {printed[c]} di tabel nasional"
            for c, mean in means.items()
            if c in printed and unequal(mean, printed[c])
        ]
        if edition in fw.weights:
            found += differences(edition, scores, printed | means, final.get("index"))
    if found:
        raise refusal("sums", name, "; ".join(found))


def _value(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ScoreError(f"{text!r} bukan angka") from None
