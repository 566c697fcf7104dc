"""Beside whom a region is looked at, and the statistics of its neighbours."""

import pytest
from reading import KUKAR, MALANG, printed, raw

import kukar_analysis as ka
from kukar_analysis import framework, paths
from kukar_analysis.analysis import standing
from kukar_analysis.errors import UsageError

pytestmark = pytest.mark.usefixtures("processed_env")

KALTIM = {"64.01", "64.07", "64.08", "64.71", "64.72", "64.74"}
BALIKPAPAN = "64.71"
NAME = "KAB. KUTAI KARTANEGARA"
STATISTICS = [f"{p.parent.name}/{p.name}" for p in paths.RAW.glob("*/statistik-*.csv")]


def test_the_province_and_the_nearest_by_index():
    found = standing.peers(2023, KUKAR)
    own, others = found.iloc[0], found.iloc[1:]
    assert (own["region"], own["why"], own["index"]) == (KUKAR, "own", 2.82)
    assert set(others.query("why == 'province'")["region"]) | {"64.01"} == KALTIM
    near = others.query("why == 'nearest'")
    assert near["distance"].max() == pytest.approx(0.02)
    field = ka.participants(2023)
    away = (field["index_published"] - 2.82).abs().round(6)
    assert set(field.loc[away <= 0.02, "region"]) == {*near["region"], KUKAR, "64.01"}
    assert others["distance"].is_monotonic_increasing
    assert found["origin"].notna().all()
    for nearest, count in ((3, 3), (4, 5)):  # as near is not cut away
        found = standing.peers(2023, KUKAR, nearest=nearest)
        assert (found["why"] == "nearest").sum() == count


def test_by_human_development_within_the_province():
    found = standing.peers(2023, KUKAR, by="hdi", nearest=2)
    assert [*found["region"]] == [KUKAR, "64.08", "64.01"]
    assert [*found["compared_value"]] == [74.06, 73.81, 72.93]
    assert (found["compared_year"] == 2021).all()


def test_chosen_ones_stand_alone_and_unknown_words_are_said():
    found = standing.peers(2023, KUKAR, "Kota Balikpapan, 35.07")
    assert [*found["region"]] == [KUKAR, MALANG, BALIKPAPAN]
    assert [*found["why"]] == ["own", "chosen", "chosen"]
    with pytest.raises(UsageError, match="Kota Balikpapan"):
        standing.peers(2023, KUKAR, "Kota Balikpapann")
    with pytest.raises(UsageError, match="index, hdi"):
        standing.peers(2023, KUKAR, by="ipm")


def test_nobody_is_near_in_a_field_that_is_not_whole(sized):
    sized({"2023-kppn-ikn": 59, "2023-reguler": 72})
    found = standing.peers(2023, KUKAR)
    assert set(found["group"].iloc[1:]) == {"reguler"}
    nothing = standing.peers(2021, KUKAR)
    assert nothing.empty
    assert nothing.dtypes.equals(found.dtypes)


@pytest.mark.parametrize("year", [2015, 2023])
def test_statistics_are_those_of_the_raw_lists_up_to_the_year(year):
    known = framework.load().statistics
    ids = {one.name: id_ for id_, one in known.items()}
    kukar = [line for file in STATISTICS for line in raw(file) if line["DAERAH"] == NAME]
    expected = [
        [ids[line["STATISTIK"]], int(line["TAHUN"]), float(printed(line["NILAI"]))]
        for line in kukar
        if int(line["TAHUN"]) <= year
    ]
    found = standing.statistics(year, KUKAR).query("region == @KUKAR")
    assert sorted(found[["statistic", "year", "value"]].values.tolist()) == sorted(expected)
    assert [*found["statistic"].unique()] == [s for s in known if s in {e[0] for e in expected}]
    official = standing.statistics(year, KUKAR, "society").query("is_official")
    assert set(official["statistic"]) == {"expected_schooling", "mean_schooling"}
    assert set(official["citation"]) == {"bps-ipm"}
    assert official["region"].str.startswith("64.").all()
    living = standing.statistics(year, KUKAR, "living")["statistic"]
    assert {known[s].pillar for s in living} <= {"living"}


def test_figures_of_another_base_are_told_apart():
    found = standing.statistics(2023, KUKAR).query("region == @KUKAR").set_index("statistic")
    persons = found.loc["gdp_constant"].set_index("year")["base"]
    assert persons.loc[:2019].isna().all()
    assert persons.loc[2020:].eq(2020).all()
    assert found.loc["hdi", "base"].isna().all()
