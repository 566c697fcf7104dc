"""How firm a ranking is: held by second computations and by known answers."""

import numpy as np
import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY

import kukar_analysis as ka
from kukar_analysis import framework
from kukar_analysis.analysis import compare, robustness
from kukar_analysis.errors import UsageError

pytestmark = pytest.mark.usefixtures("processed_env")

DRAWS, SEED = 2000, 2023
CHOICES = list(robustness.CHOICES)
SHARES = (("low", 0.05), ("median", 0.5), ("high", 0.95))


def own_rows(found, region):
    return found[found["region"] == region].reset_index(drop=True)


def drawn(found):
    return robustness.simulated(found, DRAWS, SEED, tuple(CHOICES))


@pytest.mark.parametrize(
    ("year", "regions", "questions"),
    [(2022, 38, (5, 7, 31, 4, 12)), (2023, 130, (5, 7, 33, 54, 12, 6))],
)
def test_every_final_is_reproduced_and_the_spread_is_what_rounded_marks_hide(
    year, regions, questions
):
    found, rng = robustness.field(year), np.random.default_rng(1)
    assert len(found.regions) == regions
    indices = robustness.indices(found, robustness.as_printed(found, 3))
    assert (indices == np.round(found.printed * 100)).all()
    for spread, count in zip(found.spread, questions, strict=True):
        opinions = rng.uniform(1, 3, (4000, 5 * count))
        assert spread == pytest.approx((opinions - np.round(opinions)).mean(axis=1).std(), rel=0.05)


def test_weights_of_another_edition_count_only_what_a_region_was_scored_on():
    found, regular = robustness.field(2023), "2022-reguler 2023-reguler"
    assert robustness.field(2022).alternatives == (regular, "2023-kppn-ikn")
    assert found.alternatives == ("2022-kppn-ikn", regular, "2023-kppn-ikn")
    assert found.weights.sum(axis=2) == pytest.approx(1)
    told = found.weights[:, found.editions.index("2023-reguler")]
    assert found.components[5] == "collaboration"  # which the regular group was not scored on
    expected = [(10, 20, 30, 20, 20), (10, 20, 30, 10, 30), (10, 20, 30, 20, 20)]
    expected.append([100 / 90 * w for w in (10, 20, 20, 20, 20)])
    assert told * 100 == pytest.approx(np.array([(*one, 0) for one in expected]))


def plain_index(found, made, draw, region):
    """Compute one index of one draw with loops over plain numbers."""
    place = found.edition[region]
    weights, scores = [], []
    for c in range(len(found.components)):
        weight = found.weights[made["edition"][draw], place, c] * made["weights"][draw, c]
        weights.append(0 if made["left_out"][draw] == c + 1 else weight)
        scores.append(min(max(found.scores[region, c] + made["assessors"][draw, region, c], 0), 4))
    shares = [w / sum(weights) for w in weights]
    if made["aggregation"][draw]:
        product = 1.0
        for share, value in zip(shares, scores, strict=True):
            product *= value**share
        return round(product * 100)
    terms = [share * value for share, value in zip(shares, scores, strict=True)]
    if framework.load().editions[found.editions[place]].rounding == "each_term":
        return sum(round(term * 100) for term in terms)
    return round(sum(terms) * 100)


@pytest.mark.parametrize("year", [2022, 2023])
def test_every_index_of_mixed_draws_agrees_with_loops_over_plain_numbers(year):
    found, rng = robustness.field(year), np.random.default_rng(5)
    made = robustness.choices(
        found, rng.random((12, len(CHOICES))), *robustness.sets(found, 12, rng)
    )
    made["assessors"][0, 0] = [9] + [-9] * (len(found.components) - 1)  # beyond the scale
    assert len(set(made["left_out"])) > 2
    assert set(made["aggregation"]) == {False, True}
    assert len(set(made["edition"])) > 1
    indices = robustness.indices(found, made)
    for draw in range(12):
        expected = [plain_index(found, made, draw, r) for r in range(len(found.regions))]
        assert indices[draw].tolist() == expected


def test_the_statistics_agree_with_a_count_over_the_draws():
    found, ranked = robustness.field(2023), robustness.rank_intervals(2023, DRAWS, SEED)
    for scope, of in (("national", 130), ("group", 58)):
        inside = [r for r in range(130) if scope == "national" or found.edition[r] == 0]
        own = inside.index(found.regions.index(KUKAR))
        ranks = np.array([1 + sum(row[inside] > row[inside][own]) for row in drawn(found)[0]])
        row = own_rows(ranked, KUKAR).set_index("scope").loc[scope]
        assert row["of"] == of == len(inside)
        for name, share in SHARES:
            assert row[name] == np.quantile(ranks, share, method="inverted_cdf")
        assert row["as_good"] == (ranks <= row["printed_rank"]).mean()
        assert row["upper_half"] == (ranks <= of / 2).mean()
        assert row["mean_shift"] == pytest.approx(abs(ranks - row["printed_rank"]).mean())


def test_the_error_of_a_quantile_covers_the_true_one_nineteen_times_in_twenty():
    # 1 to 100 at 5 %: the fifth; 4.3 places around it are the first and the tenth
    assert np.ravel(robustness._quantile(np.arange(1, 101)[:, None], 0.05)).tolist() == [5, 5]
    ranks = np.sort(np.random.default_rng(6).integers(1, 1001, (1000, 400)), axis=0)
    for share in (0.05, 0.5, 0.95):
        value, error = robustness._quantile(ranks, share)
        assert (abs(value - 1000 * share) <= error).mean() > 0.92


def test_what_is_kept_for_a_second_call_is_not_kept_for_other_tables(tables, held):
    before = robustness.rank_intervals(2023, 100, 1)
    assert robustness.rank_intervals(2023, 100, 1).equals(before)
    scores = tables["component_scores"].copy()
    scores.loc[(scores["region"] == KUKAR) & (scores["component"] == "baseline"), "score"] = 0.10
    held(**{**tables, "component_scores": scores})
    assert not robustness.rank_intervals(2023, 100, 1).equals(before)


def test_sobol_indices_are_the_known_ones_within_their_intervals():
    """Ishigami and Homma (1990), a = 7, b = 0.1: the analytic values, at Saltelli's points."""
    rng = np.random.default_rng(8)
    first, second = rng.random((2, 8192, 3))
    mixed = [np.where(np.arange(3) == place, second, first) for place in range(3)]
    x, y, z = np.pi * (2 * np.array([first, second, *mixed]) - 1).transpose(2, 0, 1)
    made = robustness.sobol(np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x), rng)
    for name, expected in (("main", [0.3139, 0.4424, 0]), ("total", [0.5576, 0.4424, 0.2437])):
        assert made[name] == pytest.approx(expected, abs=0.04)
        low, high = made[f"{name}_low"], made[f"{name}_high"]
        assert ((low <= made[name]) & (made[name] <= high)).all()
        assert ((low - 0.01 <= expected) & (expected <= high + 0.01)).all()


def test_for_kukar_the_edition_matters_most_and_one_thing_decides():
    found = robustness.rank_importance(2023, KUKAR, 10000, SEED)
    assert found["choice"].tolist()[:2] == ["edition", "left_out"]
    assert found["total_low"].iloc[0] > found["total_high"].iloc[1]
    ranked = robustness.rank_intervals(2023, 10000, SEED)
    columns = ["scope", "printed_rank", "of", "median", "low", "high"]
    assert own_rows(ranked, KUKAR)[columns].values.tolist() == [
        ["national", 73, 130, 71, 47, 85],
        ["group", 27, 58, 26, 21, 31],
    ]
    said = robustness.rank_sentence(ranked, KUKAR)
    assert "peringkat 73 dari 130** daerah peserta" in said
    assert "menjadi 47 sampai 85 pada 90% simulasi (tengah 71; galat Monte Carlo paling" in said
    cases = robustness.rank_cases(2023, KUKAR, 10000, SEED)
    assert cases["explained"].is_monotonic_decreasing
    said = robustness.cases_sentence(cases)
    assert said.startswith("Penentunya satu hal: **Kolaborasi dihitung atau tidak**")
    assert "(aturan resmi), peringkat 67 sampai 86; bila tidak, 45 sampai 66 (90% simulasi)" in said


def test_the_cases_agree_with_a_count_over_the_draws():
    """Kolaborasi counts where no edition without it is drawn and it is not left out itself."""
    found = robustness.field(2023)
    (indices, picked), own = drawn(found), found.regions.index(KUKAR)
    ranks = 1 + (indices > indices[:, [own]]).sum(axis=1)
    sets, weights = ("2023-kppn-ikn", *found.alternatives), framework.load().weights
    without = ["collaboration" not in weights[s.split()[0]] for s in sets]
    assert sum(without) == 2
    counts = [not without[e] for e in picked["edition"]] & (picked["left_out"] != 6).to_numpy()
    cases = robustness.rank_cases(2023, KUKAR, DRAWS, SEED).query("alternative == 'collaboration'")
    total = 0.0
    for applies, same in ((True, ranks[counts]), (False, ranks[~counts])):
        row = cases.set_index("applies").loc[applies]
        assert row["simulated"] == len(same) / DRAWS
        for name, share in SHARES:
            assert row[name] == np.quantile(same, share, method="inverted_cdf")
        total += len(same) / DRAWS * (same.mean() - ranks.mean()) ** 2
    assert cases["explained"].to_numpy() == pytest.approx(total / ranks.var(), rel=0.001)


@pytest.mark.parametrize(
    ("year", "region", "said"),
    [
        (2022, KUKAR, "tabel nasional hasil evaluasi 2022 yang memuat Kabupaten Kutai Kartanegara"),
        (2023, IN_NO_TABLE, "tabel nasional hasil evaluasi 2023 yang memuat"),
        (2023, STAYED_AWAY, "tidak ikut evaluasi 2023"),
    ],
)
def test_where_nothing_can_be_drawn_it_is_said_and_frames_are_empty_and_typed(year, region, said):
    ranks = robustness.rank_intervals(year, 100, SEED)
    assert own_rows(ranks, region).empty
    assert robustness.rank_sentence(ranks, region) == ""
    for ask in (robustness.rank_choices, robustness.rank_cases, robustness.rank_importance):
        found, other = ask(year, region, 100, SEED), ask(year, MALANG, 100, SEED)
        assert found.empty
        assert found.dtypes.equals(other.dtypes)
    assert said in " ".join(robustness.rank_missing(year, region))
    assert robustness.rank_missing(year, MALANG) == []


def test_without_a_groups_table_only_the_group_is_ranked_and_without_its_whole_field_none(sized):
    found = robustness.rank_intervals(2022, 100, SEED)
    assert (set(found["scope"]), set(found["of"])) == ({"group"}, {38})
    assert set(robustness.rank_choices(2022, MALANG, 100, SEED)["scope"]) == {"group"}
    said = robustness.rank_sentence(found, MALANG)
    assert "peringkat 12 dari 38** peserta kelompoknya, bersama Kabupaten Manggarai Timur" in said
    with pytest.raises(UsageError, match="draws is 99; expected at least 100"):
        robustness.rank_choices(2022, MALANG, 99, SEED)
    sized({"2022-kppn-ikn": 39})
    nothing = robustness.rank_intervals(2022, 100, SEED)
    assert nothing.empty
    assert nothing.dtypes.equals(found.dtypes)
    assert robustness.rank_missing(2022, MALANG) == [compare.missing_of(2022, "2022-kppn-ikn")]


def test_a_participant_without_all_its_scores_is_said_and_not_ranked(tables, held):
    lacking = tables["component_scores"].copy()
    mine = (lacking["region"] == "64.08") & (lacking["component"] == "impact")
    lacking.loc[mine & (lacking["year"] == 2023), "score"] = None
    held(**tables | {"component_scores": lacking})
    found = robustness.rank_intervals(2023, 100, SEED)
    assert found["region"].nunique() == 129
    assert "64.08" not in set(found["region"])
    (said,) = robustness.rank_missing(2023, "64.08")
    assert said == "Nilai komponen Kabupaten Kutai Timur 2023 tidak lengkap pada tabelnya."


def test_a_rank_that_nothing_moves_is_said_to_be_firm(sample_env):
    said = ka.say.rank(ka.rank_intervals(2023, DRAWS, SEED), "00.01")
    assert "peringkat 2 dari 4" in said
    assert "sama pada semua simulasi" in said
    assert ka.rank_importance(2023, "00.01", DRAWS, SEED).empty
    assert ka.rank_cases(2023, "00.01", DRAWS, SEED).empty
    assert ka.say.unranked(2023, "00.01") == []
