"""How firm a ranking is: held by second computations and by known answers."""

import numpy as np
import pandas as pd
import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, tables_from

import kukar_analysis as ka
from kukar_analysis import framework
from kukar_analysis.analysis import compare, robustness
from kukar_analysis.analysis import simulation as model
from kukar_analysis.errors import UsageError

DRAWS, SEED = 2000, 2023
CHOICES = list(robustness.CHOICES)
SHARES = (("low", 0.05), ("median", 0.5), ("high", 0.95))


@pytest.fixture(scope="module")
def fields(processed):
    with tables_from(processed):
        return {year: robustness.field(year) for year in (2022, 2023)}


@pytest.fixture(scope="module")
def ranked(processed):
    with tables_from(processed):
        return robustness.rank_intervals(2023, DRAWS, SEED)


@pytest.fixture(scope="module")
def drawn(fields, processed):
    with tables_from(processed):
        return model.simulated(fields[2023], DRAWS, SEED, tuple(CHOICES))


def own_rows(found, region):
    return found[found["region"] == region].reset_index(drop=True)


# The field


@pytest.mark.parametrize(("year", "regions"), [(2022, 38), (2023, 130)])
def test_as_printed_every_final_is_reproduced(fields, year, regions):
    found = fields[year]
    assert len(found.regions) == regions
    indices = model.indices(found, model.as_printed(found, 3))
    assert (indices == np.round(found.printed * 100)).all()


def test_weights_of_another_edition_count_only_what_a_region_was_scored_on(fields):
    found, regular = fields[2023], ("2022-reguler", "2023-reguler")
    assert fields[2022].alternatives == (regular, ("2023-kppn-ikn",))
    assert found.alternatives == (("2022-kppn-ikn",), regular, ("2023-kppn-ikn",))
    assert found.weights.sum(axis=2) == pytest.approx(1)
    told = found.weights[:, found.editions.index("2023-reguler")]
    assert found.components[5] == "collaboration"  # which the regular group was not scored on
    expected = [(10, 20, 30, 20, 20), (10, 20, 30, 10, 30), (10, 20, 30, 20, 20)]
    expected.append([100 / 90 * w for w in (10, 20, 20, 20, 20)])
    assert told * 100 == pytest.approx(np.array([(*one, 0) for one in expected]))


@pytest.mark.parametrize(
    ("year", "questions"), [(2022, (5, 7, 31, 4, 12)), (2023, (5, 7, 33, 54, 12, 6))]
)
def test_the_spread_is_what_five_rounded_marks_a_question_hide(fields, year, questions):
    rng = np.random.default_rng(1)
    for spread, count in zip(fields[year].spread, questions, strict=True):
        opinions = rng.uniform(1, 3, (4000, 5 * count))
        hidden = (opinions - np.round(opinions)).mean(axis=1)
        assert spread == pytest.approx(hidden.std(), rel=0.05)


# The model, by a second computation


def plain_index(found, made, draw, region):
    """Compute one index of one draw with loops over plain numbers."""
    place = found.edition[region]
    weights, scores = [], []
    for c in range(len(found.components)):
        weight = found.weights[made["edition"][draw], place, c] * made["weights"][draw, c]
        weights.append(0 if made["left_out"][draw] == c + 1 else weight)
        moved = found.scores[region, c] + made["assessors"][draw, region, c]
        scores.append(min(max(moved, 0), 4))
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
def test_every_index_of_mixed_draws_agrees_with_loops_over_plain_numbers(fields, year):
    found, rng = fields[year], np.random.default_rng(5)
    made = model.choices(found, rng.random((12, len(CHOICES))), *model.sets(found, 12, rng))
    made["assessors"][0, 0] = [9] + [-9] * (len(found.components) - 1)  # beyond the scale
    assert len(set(made["left_out"])) > 2
    assert set(made["aggregation"]) == {False, True}
    assert len(set(made["edition"])) > 1
    indices = model.indices(found, made)
    for draw in range(12):
        expected = [plain_index(found, made, draw, r) for r in range(len(found.regions))]
        assert indices[draw].tolist() == expected


def test_half_of_the_inputs_are_as_printed_and_the_alternatives_share_the_rest(fields):
    found, count = fields[2023], 6000
    inputs = np.repeat(((np.arange(count) + 0.5) / count)[:, None], len(CHOICES), axis=1)
    made = model.choices(found, inputs, *model.sets(found, 4, np.random.default_rng(3)))
    for choice, alternatives in (("edition", 3), ("aggregation", 1), ("left_out", 6)):
        counts = np.bincount(made[choice].astype(int))
        assert counts.tolist() == [count // 2] + [count // 2 // alternatives] * alternatives
    assert len(np.unique(made["weights"][:, 0])) == 4
    assert made["assessors"].shape == (count, 130, 6)


# What the draws say


@pytest.mark.parametrize(("scope", "of"), [("national", 130), ("group", 58)])
def test_the_statistics_agree_with_a_count_over_the_draws(fields, ranked, drawn, scope, of):
    found = fields[2023]
    inside = [r for r in range(130) if scope == "national" or found.edition[r] == 0]
    own = inside.index(found.regions.index(KUKAR))
    ranks = [1 + sum(row[inside] > row[inside][own]) for row in drawn[0]]
    row = own_rows(ranked, KUKAR).set_index("scope").loc[scope]
    assert row["of"] == of == len(inside)
    for name, share in SHARES:
        assert row[name] == np.quantile(ranks, share, method="inverted_cdf")
    p = row["as_good"]
    assert p == sum(r <= row["printed_rank"] for r in ranks) / DRAWS
    assert row["upper_half"] == sum(r <= of / 2 for r in ranks) / DRAWS
    shifts = sum(abs(r - row["printed_rank"]) for r in ranks)
    assert row["mean_shift"] == pytest.approx(shifts / DRAWS)
    assert row["as_good_error"] == pytest.approx(1.96 * (p * (1 - p) / DRAWS) ** 0.5)


def test_the_error_of_a_quantile_covers_the_true_one_nineteen_times_in_twenty():
    # 1 to 100 at 5 %: the fifth; 4.3 places around it are the first and the tenth
    assert np.ravel(robustness._quantile(np.arange(1, 101)[:, None], 0.05)).tolist() == [5, 5]
    rng, hits = np.random.default_rng(6), {0.05: 0, 0.5: 0, 0.95: 0}
    for _ in range(400):
        ranks = np.sort(rng.integers(1, 1001, 1000))[:, None]
        for share in hits:
            value, error = robustness._quantile(ranks, share)
            hits[share] += abs(value[0] - 1000 * share) <= error[0]
    assert min(hits.values()) / 400 > 0.92


@pytest.mark.usefixtures("processed_env")
def test_what_is_kept_for_a_second_call_is_not_kept_for_other_tables(tables, held):
    before = robustness.rank_intervals(2023, 100, 1)
    assert robustness.rank_intervals(2023, 100, 1).equals(before)
    scores = tables["component_scores"].copy()
    mine = (scores["region"] == KUKAR) & (scores["component"] == "baseline")
    scores.loc[mine, "score"] = 0.10
    held(**{**tables, "component_scores": scores})
    assert not robustness.rank_intervals(2023, 100, 1).equals(before)


# Sobol indices


def ishigami(points):
    x = np.pi * (2 * points - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_are_the_known_ones_within_their_intervals():
    """Ishigami and Homma (1990), a = 7, b = 0.1: the analytic values, at Saltelli's points."""
    rng = np.random.default_rng(8)
    first, second = rng.random((2, 8192, 3))
    mixed = [np.where(np.arange(3) == place, second, first) for place in range(3)]
    evaluated = np.array([ishigami(points) for points in (first, second, *mixed)])
    made = robustness.sobol(evaluated, rng)
    for name, expected in (("main", [0.3139, 0.4424, 0]), ("total", [0.5576, 0.4424, 0.2437])):
        assert made[name] == pytest.approx(expected, abs=0.04)
        low, high = made[f"{name}_low"], made[f"{name}_high"]
        assert ((low <= made[name]) & (made[name] <= high)).all()
        assert ((low - 0.01 <= expected) & (expected <= high + 0.01)).all()


@pytest.mark.usefixtures("processed_env")
def test_for_kukar_the_edition_matters_most_and_one_thing_decides():
    found = robustness.rank_importance(2023, KUKAR, 10000, SEED)
    assert found["choice"].tolist()[:2] == ["edition", "left_out"]
    assert found["total_low"].iloc[0] > found["total_high"].iloc[1]
    own = own_rows(robustness.rank_intervals(2023, 10000, SEED), KUKAR)
    assert own[["scope", "printed_rank", "of", "median", "low", "high"]].values.tolist() == [
        ["national", 73, 130, 71, 47, 85],
        ["group", 27, 58, 26, 21, 31],
    ]
    cases = robustness.rank_cases(2023, KUKAR, 10000, SEED)
    assert cases["explained"].is_monotonic_decreasing
    said = robustness.cases_sentence(cases)
    assert said.startswith("Penentunya satu hal: **Kolaborasi dihitung atau tidak dihitung**")
    assert "Bila Kolaborasi dihitung, seperti pada rumus resmi, peringkatnya 67 sampai 86" in said
    assert "bila Kolaborasi tidak dihitung, 45 sampai 66 (tengah 54)" in said


# What decides


@pytest.mark.usefixtures("processed_env")
def test_the_cases_agree_with_a_count_over_the_draws(fields, drawn):
    """Kolaborasi counts where no edition without it is drawn and it is not left out itself."""
    found, (indices, picked) = fields[2023], drawn
    own = found.regions.index(KUKAR)
    ranks = np.array([1 + sum(row > row[own]) for row in indices])
    sets = ((), *found.alternatives)
    without = [bool(s) and "collaboration" not in framework.load().weights[s[0]] for s in sets]
    assert sum(without) == 2
    counts = [not without[e] for e in picked["edition"]] & (picked["left_out"] != 6).to_numpy()
    cases = robustness.rank_cases(2023, KUKAR, DRAWS, SEED).query("choice == 'component'")
    cases = cases.query("alternative == 'collaboration'").set_index("applies")
    total = 0.0
    for applies, same in ((True, ranks[counts]), (False, ranks[~counts])):
        row = cases.loc[applies]
        assert row["simulated"] == len(same) / DRAWS
        for name, share in SHARES:
            assert row[name] == np.quantile(same, share, method="inverted_cdf")
        total += len(same) / DRAWS * (same.mean() - ranks.mean()) ** 2
    assert cases["explained"].to_numpy() == pytest.approx(total / ranks.var(), rel=0.001)


def test_where_nothing_decides_alone_that_is_said_and_what_is_official_comes_first():
    cases = pd.DataFrame({"choice": "aggregation", "applies": [True, False], "explained": 0.3})
    cases["treatment"] = ["rata-rata geometrik", "rata-rata hitung"]
    said = robustness.cases_sentence(cases.assign(low=[3, 1], median=[4, 2], high=[5, 2]))
    assert said.startswith("Tidak ada satu hal yang menentukan; yang terbesar: **rata-rata hitung")
    assert "(30% ragam peringkat). Bila rata-rata hitung, seperti pada rumus resmi" in said
    assert robustness.cases_sentence(cases[:0]).startswith("Tidak ada pilihan")


# What is not on record


ASKED = (robustness.rank_choices, robustness.rank_cases, robustness.rank_importance)


@pytest.mark.usefixtures("processed_env")
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
    for ask in ASKED:
        found, other = ask(year, region, 100, SEED), ask(year, MALANG, 100, SEED)
        assert found.empty
        assert found.dtypes.equals(other.dtypes)
    assert said in " ".join(robustness.rank_missing(year, region))
    assert robustness.rank_missing(year, MALANG) == []


@pytest.mark.usefixtures("processed_env")
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


def test_a_participant_without_all_its_scores_is_said_and_not_ranked(held, sized):
    sized({"2023-reguler": 1, "2023-kppn-ikn": 2})
    regions = {"64.01": (3.0,) * 5, "64.02": (2.0,) * 6, "64.08": (*(1.0,) * 5, None)}
    finals, components = [], []
    for code, scores in regions.items():
        edition = "2023-reguler" if len(scores) == 5 else "2023-kppn-ikn"
        row = {"year": 2023, "region": code, "edition": edition, "origin": "2023/x.csv#l2:c9"}
        final = {"region_name": "x", "participated": True, "index_published": scores[0]}
        finals.append(row | final)
        parts = zip(framework.load().weights[edition], scores, strict=True)
        components += [row | {"component": c, "score": s} for c, s in parts]
    held(index_scores=finals, component_scores=components)
    found = robustness.rank_intervals(2023, 100, SEED)
    assert set(found["region"]) == {"64.01", "64.02"}
    own = own_rows(found, "64.02")
    assert own[["printed_rank", "of"]].values.tolist() == [[2, 2], [1, 1]]
    assert set(own["origin"]) == {"2023/x.csv#l2:c9"}
    (said,) = robustness.rank_missing(2023, "64.08")
    assert said == "Nilai komponen Kabupaten Kutai Timur 2023 tidak lengkap pada tabelnya."


# In words


def test_the_rank_is_said_as_computed_with_its_ties_and_the_formula_as_fixed(ranked):
    said, own = robustness.rank_sentence(ranked, KUKAR), own_rows(ranked, KUKAR).iloc[0]
    assert "peringkat 73 dari 130** daerah peserta" in said
    assert "bersama Kabupaten Solok, dihitung dari nilai final yang tercetak" in said
    assert "Peringkat itu menurut rumus resmi" in said
    assert f"menjadi {own.low} sampai {own.high} pada 90% simulasi (tengah {own['median']}" in said


@pytest.mark.usefixtures("sample_env")
def test_a_rank_that_nothing_moves_is_said_to_be_firm():
    said = ka.say.rank(ka.rank_intervals(2023, DRAWS, SEED), "00.01")
    assert "peringkat 2 dari 4" in said
    assert "sama pada semua simulasi" in said
    assert ka.rank_importance(2023, "00.01", DRAWS, SEED).empty
    assert ka.rank_cases(2023, "00.01", DRAWS, SEED).empty
    assert ka.say.unranked(2023, "00.01") == []
