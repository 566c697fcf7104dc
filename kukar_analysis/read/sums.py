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
    """Return what does not add up, one line each; nothing where all does.

    `scores` are the question scores and `means` the printed means by component id, all of them
    texts as printed, 0 to 4 with decimal comma or point. A mean is checked where its component has
    scores, the index where every component that `edition` weighs has a mean.
    """
    fw = framework.load()
    found: list[str] = []

    def check(key: str, compute: Callable[[], Decimal], printed: str, said: str) -> None:
        label = fw.components[key].name if key in fw.components else key
        try:
            computed = compute()
            if score.hundredths(computed) != score.hundredths(_value(printed)):
                found.append(f"{label}: {said.format(computed)}, tercetak {printed}")
        except ScoreError as error:
            found.append(f"{label}: {error}")

    for id_ in (c for c in scores if c in means and scores[c] and c in fw.components):
        mean = partial(score.component_score, map(_value, scores[id_]))
        check(id_, mean, means[id_], f"rata-rata {len(scores[id_])} nilai adalah {{}}")
    if index is not None and fw.weights[edition].keys() <= means.keys():
        weighed = ((c, _value(means[c])) for c in fw.weights[edition])
        given = f"rata-rata tercetak menjadi {{}} menurut aturan {edition}"
        check("Indeks", lambda: score.index_of(dict(weighed), edition), index, given)
    return found


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
    typed: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    means: dict[str, dict[str, str]] = defaultdict(dict)
    finals: dict[str, Mapping[str, str]] = {}
    for kind, cells in ((x.kind, record.cells) for x in reading.lists for record in x.records):
        region, component = (
            next(iter(fw.match(of, cells.get(of, ""))), cells.get(of, ""))
            for of in ("region", "component")
        )
        if kind == "question_scores":
            typed[region][component].append(cells["score"])
        elif kind == "component_scores":
            means[region][component] = cells["mean"]
        elif kind == "national_table":
            finals[region] = cells
    for region in dict.fromkeys([*typed, *means, *finals]):
        final = finals.get(region, {})
        group = next(iter(fw.match("group", final.get("group", ""))), None)
        edition = f"{year}-{group}" if group else fw.asked_edition(year)
        if edition not in fw.weights:
            continue
        if final.get("participated", "").casefold() == "tidak":
            final = {}
        printed = {c: final[c] for c in fw.weights[edition] if final.get(c)}
        asked = [fw.questions[id_].component for id_ in fw.edition_questions.get(edition, {})]
        found += [
            f"{fw.components[c].name}: {len(scores)} dari {asked.count(c)} nilai butir diketik"
            for c, scores in typed[region].items()
            if len(scores) != asked.count(c) > 0
        ] + [
            f"{fw.components[c].name}: {mean} di sini, {printed[c]} di tabel nasional"
            for c, mean in means[region].items()
            if c in printed and unequal(mean, printed[c])
        ]
        found += differences(edition, typed[region], printed | means[region], final.get("index"))
    if found:
        raise refusal("sums", name, "; ".join(found))


def _value(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ScoreError(f"{text!r} bukan angka") from None
