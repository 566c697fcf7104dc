"""What a step is worth, and the fewest steps to a target."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
from reading import KUKAR, MALANG, STAYED_AWAY

from kukar_analysis import framework, score
from kukar_analysis.analysis import compare, pillars, priorities
from kukar_analysis.errors import ScoreError, UsageError

pytestmark = pytest.mark.usefixtures("processed_env")


def rooms(year, region):
    found = pillars.questions(year, region).dropna(subset="gain")
    return found.sort_values("gain", ascending=False, kind="stable", ignore_index=True)


def way(target, year=2023, **options):
    return priorities.shortest_way(year, MALANG, Decimal(target), **options)


def test_a_point_on_a_baseline_question_is_worth_5_4_times_one_on_impact():
    worth = pillars.worth("2023-kppn-ikn").set_index("component")["per_point"]
    assert worth["baseline"] / worth["impact"] == pytest.approx(5.4)
    assert worth["baseline"] == pytest.approx(0.10 / 5)
    assert worth["collaboration"] == pytest.approx(0.10 / 6)


def test_what_a_component_must_reach_alone_is_the_least_that_does():
    found = priorities.alone(2023, KUKAR, Decimal("3.00")).set_index("component")
    assert found["needed"].dropna().to_dict() == {
        "output": 3.75,
        "outcome": 3.78,
        "impact": 3.45,
        "collaboration": 2.91,
    }
    own = dict(found["score"])
    for component, needed in found["needed"].dropna().items():
        for value, enough in ((needed, True), (needed - 0.01, False)):
            index = score.index_of({**own, component: round(value, 2)}, "2023-kppn-ikn")
            assert (index >= Decimal("3.00")) == enough
    for component in found.index[found["needed"].isna()]:
        assert score.index_of({**own, component: 4.0}, "2023-kppn-ikn") < Decimal("3.00")


def test_kukar_has_no_shortest_way_because_its_questions_are_not_public():
    assert priorities.shortest_way(2023, KUKAR, Decimal("3.00")) is None
    assert priorities.alone(2022, KUKAR, Decimal("3.00")).empty
    away = priorities.alone(2023, STAYED_AWAY, Decimal("3.00"))
    assert away[["score", "needed", "rise"]].isna().all(axis=None)


def test_fewer_steps_never_reach_the_target():
    """Try every set of one step less, counted in a second and plain way."""
    found = way("3.00", step=Decimal("0.5"))
    assert found.is_reached
    able = rooms(2023, MALANG)
    scores = {c: list(own["score"] * 100) for c, own in able.groupby("component")}
    weights = framework.load().weights["2023-kppn-ikn"]

    def index(taken):
        total = 0
        for component, own in scores.items():
            # the largest steps a component still has, taken one by one
            steps = sorted((min(50, 400 - s - 50 * k) for s in own for k in range(8)), reverse=True)
            rise = sum(step for step in steps[: taken.count(component)] if step > 0)
            total += weights[component] * int((sum(own) + rise) / len(own) + 0.5)
        return int(total / 100 + 0.5)

    assert all(index(t) < 300 for t in combinations_with_replacement(weights, found.steps - 1))
    assert any(index(t) >= 300 for t in combinations_with_replacement(weights, found.steps))


def test_the_moves_lead_to_the_index_that_is_said():
    found = way("3.20")
    after = rooms(2023, MALANG).set_index("question")["score"].to_dict()
    after |= dict(zip(found.moves["question"], found.moves["to_score"], strict=True))
    fw = framework.load()
    total = Fraction()
    for component, weight in fw.weights["2023-kppn-ikn"].items():
        own = [Fraction(round(s * 100)) for q, s in after.items() if q.startswith(f"{component}.")]
        mean = int(sum(own) / len(own) + Fraction(1, 2))
        total += Fraction(weight * mean, 100)
    assert Decimal(int(total + Fraction(1, 2))) / 100 == found.index == Decimal("3.20")
    assert (found.moves["to_score"] <= 4).all()
    assert found.steps == 9


@pytest.mark.parametrize("held", ["output", "governance", "output.forum"])
def test_what_the_office_cannot_move_stays(held):
    free, bound = way("3.20"), way("3.20", fixed=[held])
    moved = bound.moves
    assert not (moved[["component", "pillar", "question"]] == held).any(axis=None)
    assert bound.steps >= free.steps
    assert bound.is_reached


def test_a_target_out_of_reach_is_said_with_the_highest_that_is_not():
    found = way("4.00", fixed=["impact"])
    assert not found.is_reached
    # all but Impact at 4: 0.8 x 4 + 0.2 x 2.81
    assert found.index == Decimal("3.76")


def test_what_if_counts_components_and_questions():
    own = dict(compare.components(2023, MALANG)[["component", "score"]].values)
    assert priorities.what_if(2023, MALANG, {}).scores == own
    assert priorities.what_if(2023, KUKAR, {"collaboration": 2.0}).index == Decimal("2.90")
    raised = priorities.what_if(2023, MALANG, {"baseline.legal_basis": 4.0}).scores
    assert raised["baseline"] == pytest.approx(3.80)  # (4 + 3 + 4 + 4 + 4) / 5
    assert {c: s for c, s in raised.items() if c != "baseline"} == {
        c: s for c, s in own.items() if c != "baseline"
    }


def test_what_cannot_be_counted_is_refused():
    for region, changes, words in (
        (KUKAR, {"karangan": 2.0}, "no component or question"),
        (KUKAR, {"output.forum": 2.0}, "not on record"),
        (STAYED_AWAY, {"output": 2.0}, "not on record"),
    ):
        with pytest.raises(UsageError, match=words):
            priorities.what_if(2023, region, changes)
    with pytest.raises(ScoreError):
        priorities.what_if(2023, KUKAR, {"output": 4.2})
    for options in ({"step": Decimal(0)}, {"fixed": ["karangan"]}):
        with pytest.raises(UsageError):
            way("3.00", **options)


SAID = [
    (2023, KUKAR, "contoh sasaran **3,00** (bukan sasaran yang ditetapkan)"),
    (2023, KUKAR, "Kolaborasi 1,20 menjadi 2,91 (+1,71)"),
    (2023, KUKAR, "Kolaborasi paling mengurangi indeks terhadap rata-rata kelompoknya, tetapi"),
    (2023, MALANG, "**2 langkah** sebesar 1,00 poin pada 2 butir, yaitu Output (2)"),
    (2022, KUKAR, "tidak tercatat"),
    (2023, "64.07", "Tidak ada satu komponen yang sendirian cukup"),
]


def test_a_target_that_nobody_set_is_called_an_example():
    for year, region, words in SAID:
        assert words in " ".join(priorities.target_sentences(year, region, Decimal("3.00")))


def test_a_target_out_of_reach_or_reached_is_said():
    said = priorities.target_sentences(2023, MALANG, Decimal("4.00"), fixed=["impact"])
    assert "tidak tercapai" in said[0]
    assert "sudah mencapai" in priorities.target_sentences(2023, MALANG, Decimal("2.50"))[0]
