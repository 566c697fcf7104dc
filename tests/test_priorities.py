"""What a question may add, what to do first, and the fewest steps to a target."""

from decimal import Decimal
from fractions import Fraction
from itertools import combinations_with_replacement

import pandas as pd
import pytest
from reading import KUKAR, MALANG, PILLARS, STAYED_AWAY, SURABAYA, printed, raw

import kukar_analysis as ka
from kukar_analysis import framework, score
from kukar_analysis.analysis import compare, priorities
from kukar_analysis.errors import ScoreError, UsageError

pytestmark = pytest.mark.usefixtures("processed_env")


def way(target, year=2023, **options):
    return priorities.shortest_way(year, MALANG, Decimal(target), **options)


def test_questions_have_the_printed_scores_and_last_years_where_they_are_the_same():
    lines, every = raw("2023/nilai-butir-kab-malang.csv"), priorities.questions(2023, MALANG)
    for pillar in PILLARS:
        form = [line for line in lines if line["BLOK"] == pillar.title()]
        found = every.query("pillar == @pillar")
        assert found["code"].tolist() == [line["KODE"] for line in form]
        assert found["score"].tolist() == [float(printed(line["NILAI"])) for line in form]
        same = found["continuity"] == "same"
        assert found["last_score"].notna().equals(same)
        assert set(found.loc[same, "component"]) == {"outcome"}
    before = raw("2022/nilai-butir-kab-malang.csv")
    before = [float(printed(line["NILAI"])) for line in before if line["KOMPONEN"] == "Outcome"]
    same = every[every["continuity"].eq("same") & every["component"].eq("outcome")]
    assert sorted(same["last_score"]) == sorted(before)  # all 31, and 48 with the others
    assert every["last_score"].notna().sum() == every["continuity"].eq("same").sum() == 48
    spbe = every.set_index("label").loc["Nilai SPBE"]
    assert [spbe["last_score"], spbe["score"]] == [1.00, 1.80]
    assert spbe["change"] == pytest.approx(0.80)
    worth = every.groupby("component")["per_point"].first()
    assert worth["baseline"] / worth["impact"] == pytest.approx(5.4)
    assert worth["baseline"] == pytest.approx(0.10 / 5)
    assert worth["collaboration"] == pytest.approx(0.10 / 6)
    means = priorities.means(every, ["component", "sub_dimension"]).dtypes
    for year, region in ((2023, KUKAR), (2022, KUKAR), (2023, SURABAYA)):  # not on record
        found = priorities.questions(year, region)
        assert found.empty
        assert found.dtypes.equals(every.dtypes)
        assert priorities.means(found, ["component", "sub_dimension"]).dtypes.equals(means)


def test_a_mean_is_rounded_half_up_and_keeps_the_order_of_the_form():
    scored = pd.DataFrame({"component": ["outcome"] * 2 + ["impact"] * 3})
    scored["score"] = [1.00, 1.01, 2.67, 2.68, None]
    assert priorities.means(scored, "component").to_dict("list") == {
        "component": ["outcome", "impact"],
        "questions": [2, 2],
        "score": [1.01, 2.68],  # 1,005 and 2,675
    }


def test_what_a_component_must_reach_alone_is_the_least_that_does():
    found = priorities.shortest_way(2023, KUKAR, Decimal("3.00")).alone.set_index("component")
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
    ways = [(2023, KUKAR), (2022, KUKAR), (2023, STAYED_AWAY)]  # question scores are not public
    known, unknown, away = (priorities.shortest_way(*place, Decimal("3.00")) for place in ways)
    assert known.index is unknown.index is away.index is None
    assert known.moves.empty
    assert unknown.alone.empty
    assert away.alone[["score", "needed", "rise"]].isna().all(axis=None)


def test_fewer_steps_never_reach_the_target():
    """Try every set of one step less, counted in a second and plain way."""
    found = way("3.00", step=Decimal("0.5"))
    assert found.is_reached
    able = priorities.questions(2023, MALANG)
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


def test_the_moves_lead_to_the_index_that_is_said_and_what_cannot_move_stays():
    found = way("3.20")
    after = priorities.questions(2023, MALANG).set_index("question")["score"].to_dict()
    after |= dict(zip(found.moves["question"], found.moves["to_score"], strict=True))
    total = 0
    for component, weight in framework.load().weights["2023-kppn-ikn"].items():
        own = [round(s * 100) for q, s in after.items() if q.startswith(f"{component}.")]
        total += weight * int(Fraction(sum(own), len(own)) + Fraction(1, 2))
    assert Decimal(int(Fraction(total, 100) + Fraction(1, 2))) / 100 == Decimal("3.20")
    assert (found.index, found.steps) == (Decimal("3.20"), 9)
    assert (found.moves["to_score"] <= 4).all()
    for held in ("output", "governance", "output.forum"):
        bound = way("3.20", fixed=[held])
        assert not (bound.moves[["component", "pillar", "question"]] == held).any(axis=None)
        assert bound.steps >= found.steps
        assert bound.is_reached
    assert (way("2.50").is_reached, way("2.50").steps) == (True, 0)  # it is there already
    far = way("4.00", fixed=["impact"])
    assert not far.is_reached
    assert far.index == Decimal("3.76")  # all but Impact at 4: 0.8 x 4 + 0.2 x 2.81


def test_what_if_counts_components_and_questions():
    own = dict(compare.components(2023, MALANG)[["component", "score"]].values)
    assert priorities.what_if(2023, MALANG, {}).scores == own
    assert priorities.what_if(2023, KUKAR, {"collaboration": 2.0}).index == Decimal("2.90")
    raised = priorities.what_if(2023, MALANG, {"baseline.legal_basis": 4.0}).scores
    assert raised == own | {"baseline": 3.80}  # (4 + 3 + 4 + 4 + 4) / 5
    for region, changes, words in (
        (KUKAR, {"karangan": 2.0}, "no component or question"),
        (KUKAR, {"output.forum": 2.0}, "is on record"),
        (STAYED_AWAY, {"output": 2.0}, "not on record"),
    ):
        with pytest.raises(UsageError, match=words):
            priorities.what_if(2023, region, changes)
    with pytest.raises(ScoreError):
        priorities.what_if(2023, KUKAR, {"output": 4.2})
    for options in ({"step": Decimal(0)}, {"fixed": ["karangan"]}):
        with pytest.raises(UsageError):
            way("3.00", **options)


def test_a_target_is_said_an_example_where_nobody_set_it_out_of_reach_or_reached():
    for year, region, target, words in (
        (2023, KUKAR, "3.00", "contoh sasaran **3,00** (bukan sasaran yang ditetapkan)"),
        (2023, KUKAR, "3.00", "Kolaborasi 1,20 menjadi 2,91 (+1,71)"),
        (2023, MALANG, "3.00", "**2 langkah** sebesar 1,00 poin pada 2 butir, yaitu Output (2)"),
        (2023, MALANG, "2.50", "sudah mencapai"),
        (2022, KUKAR, "3.00", "tidak tercatat"),
        (2023, "64.07", "3.00", "Tidak ada satu komponen yang sendirian cukup"),
    ):
        assert words in " ".join(priorities.target_sentences(year, region, Decimal(target)))
    said = priorities.target_sentences(2023, MALANG, Decimal("4.00"), fixed=["impact"])
    assert "tidak tercapai" in said[1]


def test_weaknesses_come_by_what_they_cost_and_what_is_at_the_median_is_none():
    steps = priorities.next_steps(2023, KUKAR)
    assert [*steps["kind"]] == ["component"] * 2
    assert [*steps["gain"].round(3)] == [0.074, 0.028]
    asked = "Naikkan Kolaborasi ke rata-rata kelompok (1,94): pada semua 6 butirnya, satu program"
    assert steps.loc[0, "step"].startswith(asked)
    assert steps.loc[0, "reason"] == "nilainya 1,20, peringkat 42 dari 58"
    assert steps["who"].isna().all()
    assert steps["due"].str.contains("Musrenbang").all()
    effects = ka.components(2023, KUKAR).set_index("origin")["effect"]
    assert [*steps["gain"]] == [*-effects[steps["origin"]]]
    gains = ka.questions(2023, MALANG)["gain"]  # of these the largest, and all as large
    steps = priorities.next_steps(2023, MALANG).query("kind == 'question'")
    assert set(steps["gain"]) == {gains.max()}
    assert len(steps) == (gains == gains.max()).sum() == 2


def test_what_the_first_steps_give_together_is_counted_and_placed_in_the_printed_table():
    index = priorities.what_if(2023, KUKAR, {"collaboration": 1.94, "impact": 2.73}).index
    assert index == Decimal("2.93")  # 2,824 + 0,074 + 0,028
    others = ka.participants(2023).query("region != @KUKAR")
    above = others[others["index_published"] > 2.93]
    ranks = compare.ranks(2023, KUKAR, index).set_index("scope")["rank"]
    for scope, higher in (
        ("national", above),
        ("group", above[above["edition"] == "2023-kppn-ikn"]),
        ("province", above[above["province"] == "Kalimantan Timur"]),
    ):
        assert ranks[scope] == len(higher) + 1
    said = priorities.together(2023, KUKAR)
    assert "membawa indeks ke **2,93**: tempat 66 dari 130 (nasional), 23 dari 58" in said
    assert "ke **2,85**: tempat 10 dari 38 (kelompok) pada tabel 2022" in (
        priorities.together(2022, MALANG)
    )  # the four largest questions; of the nation there is no table
    assert priorities.together(2023, STAYED_AWAY) == priorities.together(2021, KUKAR) == ""


def test_of_an_office_with_papers_programmes_and_agencies_are_named(sample_env):
    steps = priorities.next_steps(2023, "00.01").set_index("kind")
    programmes = ka.programmes(2023, "00.01")
    doubted = programmes["doubt"].value_counts()
    said = steps.loc[["programme"], "reason"].str.split(" disebut").str[0].tolist()
    assert said == [f"{doubted[d]} dari {len(programmes)} program" for d in ("not_begun", "done")]
    assert "berkas 5 di antaranya tidak dapat dipakai" in steps.loc["agency", "reason"]
    calls = ka.agencies(2023, "00.01").dropna(subset="lacking_pillars")
    assert steps.loc["agency", "step"] == f"Minta jawaban {len(calls)} perangkat daerah"
    assert steps.loc["agency", "who"].split(", ") == [*calls["opd"]]


def test_where_nothing_is_known_no_step_is_made_up():
    for year, region in ((2023, STAYED_AWAY), (2021, KUKAR)):
        steps = priorities.next_steps(year, region)
        assert steps.empty
        assert steps.dtypes.equals(priorities.next_steps(2023, KUKAR).dtypes)
