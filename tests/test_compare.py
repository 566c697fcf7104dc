"""Where a region stands among years and peers, and what can be compared."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, SURABAYA, printed, raw

from kukar_analysis import framework
from kukar_analysis.analysis import compare, priorities, standing
from kukar_analysis.errors import UsageError

pytestmark = pytest.mark.usefixtures("processed_env")

NATIONAL = "2023/tabel-nasional-peserta.csv"
HEADINGS = {c: c.upper() for c in ("baseline", "output", "outcome", "impact")}
HEADINGS |= {"quick_wins": "QUICK WINS", "collaboration": "PROGRAM KOLABORASI"}
COUNTS = ["same", "changed", "new", "dropped"]
BADUNG = "51.03"
HOW_KNOWN = {
    (2023, KUKAR): "2,82",
    (2022, KUKAR): "2,82 hasil hitung balik, ±0,01",
    (2021, KUKAR): "tidak tercatat",
    (2022, BADUNG): "3,26 hasil hitung balik, ±0,01",  # 2,97 after −0,29
    (2022, MALANG): "2,51",
    (2022, SURABAYA): "3,41",
    (2023, STAYED_AWAY): "tidak ikut",
    (2023, IN_NO_TABLE): "tidak tercatat",
}
PASER, TIMUR, ACEH, BALIKPAPAN = "64.01", "64.08", "11.01", "64.71"
SAMARINDA, BONTANG = "64.72", "64.74"


def index_row(region, index, *, edition="2023-reguler", participated=True):
    row = {"year": 2023, "region": region, "edition": edition, "participated": participated}
    row |= {"region_name": framework.load().regions[region].name, "index_published": index}
    return row | {"improvement_published": None, "origin": "2023/karangan.csv#l2:c9"}


def places(region):
    """Return (rank, of, tied) by scope."""
    found = compare.ranks(2023, region)
    return {
        r.scope: (r.rank, r.of, r.tied.split(", ") if isinstance(r.tied, str) else [])
        for r in found.itertuples()
    }


def test_a_rank_is_a_count_of_the_better_in_the_printed_table():
    assert places(KUKAR) == {
        "national": (73, 130, ["Kabupaten Solok"]),
        "group": (27, 58, []),
        "province": (5, 7, []),
    }
    finals = {line["KAB/KOTA"]: printed(line["NILAI FINAL"]) for line in raw(NATIONAL)}
    better = sum(final > finals["KAB. MALANG"] for final in finals.values())
    sharing = sum(final == finals["KAB. MALANG"] for final in finals.values()) - 1
    rank, of, tied = places(MALANG)["national"]
    assert (rank, of, len(tied)) == (better + 1, 130, sharing)


def test_equal_finals_share_the_better_rank_and_who_has_no_final_is_not_counted(held, sized):
    finals = {PASER: 2.5, KUKAR: 3.0, TIMUR: 2.5, ACEH: 2.0, BONTANG: None}
    rows = [index_row(region, index) for region, index in finals.items()]
    rows += [index_row(BALIKPAPAN, 1.0, edition="2023-kppn-ikn")]
    rows += [index_row(SAMARINDA, None, participated=False)]
    sized({"2023-reguler": 4, "2023-kppn-ikn": 1})
    held(index_scores=rows)
    assert [places(region)["national"] for region in (KUKAR, PASER, TIMUR, ACEH)] == [
        (1, 5, []),
        (2, 5, ["Kabupaten Kutai Timur"]),
        (2, 5, ["Kabupaten Paser"]),
        (4, 5, []),
    ]
    others = {"national": (5, 5, []), "group": (1, 1, []), "province": (4, 4, [])}
    assert places(BALIKPAPAN) == others
    for region in (SAMARINDA, BONTANG, MALANG):  # stayed away, has no final, is in no table
        assert compare.ranks(2023, region).empty
        assert region not in set(compare.participants(2023)["region"])


PRINTED = [(KUKAR, "KAB. KUTAI KARTANEGARA", "KPPN&IKN"), (SURABAYA, "KOTA SURABAYA", "REGULER")]


@pytest.mark.parametrize(("region", "name", "group"), PRINTED)
def test_a_profile_agrees_with_a_second_computation_from_the_raw_table(region, name, group):
    lines = [line for line in raw(NATIONAL) if line["KET"] == group]
    (own,) = [line for line in lines if line["KAB/KOTA"] == name]
    profile = compare.components(2023, region)
    assert len(profile) == (6 if group == "KPPN&IKN" else 5)
    for row in profile.itertuples():
        peers = [Fraction(printed(line[HEADINGS[row.component]])) for line in lines]
        score, mean = Fraction(printed(own[HEADINGS[row.component]])), sum(peers) / len(peers)
        exact = [score, mean, min(peers), max(peers), score - mean]
        exact += [row.weight * score / 100, row.weight * (score - mean) / 100]
        computed = [row.score, row.group_mean, row.group_low, row.group_high, row.gap]
        computed += [row.contribution, row.effect]
        assert computed == pytest.approx([float(e) for e in exact], abs=1e-9)


def test_other_weights_are_tried_where_no_score_for_them_is_missing():
    said = standing.other_group(2023, KUKAR)[0]
    assert "**3,00**, bukan **2,82**: bobot kelompoknya sendiri mengurangi 0,172" in said
    for place in ((2023, SURABAYA), (2022, KUKAR), (2023, STAYED_AWAY), (2023, IN_NO_TABLE)):
        assert "tidak dapat dicoba" in standing.other_group(*place)[0]


def test_an_index_says_how_it_is_known():
    assert {place: str(compare.index_value(*place)) for place in HOW_KNOWN} == HOW_KNOWN
    found = compare.indices()
    assert not found.duplicated(["year", "region"]).any()
    assert found[found["known"] == "absent"]["index"].isna().all()
    kukar = found[found["region"] == KUKAR]
    assert kukar["origin"].nunique() == 1
    assert kukar["improvement"].tolist()[1:] == [0]  # printed
    assert found[found["known"] == "implied"][["group", "improvement"]].isna().all(axis=None)
    # an improvement is measured from last year's sum rounded once
    base = found.set_index(["year", "region"])["base"]
    assert (base[2023, MALANG], base[2023, SURABAYA]) == (2.5, 3.4)
    assert base[[(2023, KUKAR), (2022, MALANG)]].isna().all()


def test_malangs_components_are_as_comparable_as_their_questions():
    found = compare.components_between(MALANG, 2022, 2023).set_index("component")
    assert found[[*COUNTS, "comparable"]].T.to_dict("list") == {
        "baseline": [5, 0, 0, 0, "yes"],
        "output": [0, 7, 0, 0, "partly"],
        "outcome": [31, 0, 2, 0, "partly"],
        "impact": [0, 0, 54, 4, "no"],
        "quick_wins": [12, 0, 0, 0, "yes"],
        "collaboration": [0, 0, 6, 0, "no"],
    }
    assert found["from_weight"].tolist()[:5] == [10, 20, 30, 10, 30]
    assert found.loc["baseline", ["from_score", "to_score"]].tolist() == [1.40, 3.60]
    assert pd.isna(found.loc["collaboration", ["from_weight", "from_score", "change"]]).all()
    expected = "31 butir sama dan 2 butir baru; bobotnya berubah dari 30% menjadi 20%"
    assert found.loc["outcome", "reason"] == expected
    assert found.loc["collaboration", "reason"] == "baru ada pada 2023"


def test_nothing_is_compared_with_what_is_not_on_record_nor_with_a_later_year():
    for year in (2022, 2023):
        with pytest.raises(UsageError, match="must be before"):
            compare.components_between(MALANG, 2023, year)
        with pytest.raises(UsageError, match="must be before"):
            priorities.questions(year, MALANG, since=2023)
    found = compare.components_between(KUKAR, 2022, 2023)
    assert found["comparable"].tolist() == ["unknown"] * 5 + ["no"]  # no edition had Kolaborasi
    assert found[["from_weight", "from_score", "change", *COUNTS]].isna().all(axis=None)
    found = compare.components_between(SURABAYA, 2022, 2023)  # it changed its group
    assert set(found["comparable"]) == {"unknown"}
    assert priorities.questions(2023, SURABAYA)["last_score"].isna().all()


def test_a_standing_is_said_with_what_it_rests_on():
    for year, region, words in (
        (2023, KUKAR, "73 dari 130** daerah peserta (bersama Kabupaten Solok)"),
        (2022, MALANG, "Peringkat nasional tidak dapat dihitung: Tabel nasional 2022"),
        (2022, KUKAR, "2,82 hasil hitung balik, ±0,01. Peningkatan 0,00"),
    ):
        assert words in standing.standing(year, region)


def test_an_improvement_of_nothing_that_cannot_be_recomputed_may_not_be_filled_in(tables, held):
    assert "bisa juga berarti tidak diisi" in standing.moved(2023, KUKAR)
    assert "tidak diisi" not in standing.moved(2023, BADUNG)  # −0,29 was filled in
    scores = tables["index_scores"].copy()
    scores.loc[(scores["region"] == MALANG) & (scores["year"] == 2023), "improvement_published"] = 0
    held(**{**tables, "index_scores": scores})
    assert compare.caveat(2023, MALANG) == ""  # last year's sum is on record
    assert compare.caveat(2023, KUKAR)


def test_what_costs_most_is_named_with_its_place_in_the_group():
    assert "−0,074, peringkat 42 dari 58)" in standing.profile(2023, KUKAR)
    assert "Tidak ada komponen di atas rata-rata" in standing.profile(2023, "64.07")


def test_strengths_and_weaknesses_stand_by_their_effect_and_none_is_at_the_median():
    found = compare.components(2023, KUKAR).sort_values("effect", ascending=False)
    strong = ["quick_wins", "output", "baseline"]
    assert found["component"].tolist() == [*strong, "outcome", "impact", "collaboration"]
    assert found["side"].tolist() == ["strength"] * 3 + ["middle"] + ["weakness"] * 2
    places = found.set_index("component").loc[["outcome", "impact"], ["rank", "of"]]
    assert places.values.tolist() == [[31, 58], [40, 58]]


def test_how_sure_the_page_is_says_what_is_recomputed_doubtful_and_lacking():
    assert standing.certainty(2023, KUKAR)[0].endswith("2,82, sama dengan yang tercetak.")
    assert "Indeks 2021: tidak tercatat." in standing.certainty(2022, MALANG)
    assert standing.certainty(2023, MALANG)[-1].startswith("Semua nilai butir 2023 tercatat")


WORKED_OUT = {  # of the printed table of 2023, by another program
    "kppn-ikn": [11.3, 21.7, 15.3, 18.8, 20.4, 12.5],
    "reguler": [10.6, 19.1, 26.0, 19.6, 24.6],
}
FIRM = {"kppn-ikn": (58, 0.936, 0.950, 80), "reguler": (72, 0.912, 0.92, 76)}


@pytest.mark.parametrize("group", WORKED_OUT)
def test_what_each_component_tells_apart_and_whether_they_measure_one_thing(group):
    found = compare.effective_weights(2023).query("group == @group")
    assert [*found["effective_weight"].round(1)] == WORKED_OUT[group]
    assert found["effective_weight"].sum() == pytest.approx(100)
    assert found["weight"].sum() == 100
    assert found["origin"].str.contains("tabel-nasional").all()
    regions, raw, standardised, first = FIRM[group]
    assert (found["regions"] == regions).all()
    assert found["alpha"].iloc[0] == pytest.approx(raw, abs=0.0006)
    assert found["alpha_standardised"].iloc[0] == pytest.approx(standardised, abs=0.002)
    assert round(found["first_component"].iloc[0]) == first
    wide = compare.components(2023).query("group == @group")
    wide = wide.pivot(index="region", columns="component", values="score")[found["component"]]
    among = np.corrcoef(wide.T.to_numpy()) - 2 * np.eye(len(found))  # each with itself: -1
    assert found["mean_correlation"].iloc[0] == pytest.approx(among[among > -1].mean())
    apart = np.where(among < 0, 2, among)
    assert found["least_correlation"].to_numpy() == pytest.approx(apart.min(axis=0))
    assert [*found["least_with"]] == [*wide.columns[apart.argmin(axis=0)]]


def test_a_field_that_is_not_whole_gives_nothing_but_typed_columns(sized):
    sized({"2023-kppn-ikn": 59, "2023-reguler": 72})
    found, nothing = compare.effective_weights(2023), compare.effective_weights(2021)
    assert set(found["group"]) == {"reguler"}
    assert nothing.empty
    assert nothing.dtypes.equals(found.dtypes)


def test_a_component_that_does_not_differ_is_left_out(tables, held):
    scores = tables["component_scores"].copy()
    scores.loc[scores["component"] == "output", "score"] = 2.0
    held(**{**tables, "component_scores": scores})
    found = compare.effective_weights(2023)
    assert "output" not in set(found["component"])
    assert found.groupby("group")["effective_weight"].sum().tolist() == pytest.approx([100, 100])
