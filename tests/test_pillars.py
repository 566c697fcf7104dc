"""What is on record about a pillar of a region."""

import pandas as pd
import pytest
from reading import KUKAR, MALANG, PILLARS, SURABAYA, printed, raw, tables_from

from kukar_analysis import framework
from kukar_analysis.analysis import pillars

STATISTICS = (
    "2021/statistik-ipm-kaltim.csv",
    "2024/statistik-bps-kaltim.csv",
    "2024/statistik-pers-kukar.csv",
)

pytestmark = pytest.mark.usefixtures("processed_env")


def of_pillar(year, region, pillar):
    return pillars.questions(year, region).query("pillar == @pillar").reset_index(drop=True)


@pytest.fixture(scope="module")
def malang(processed):
    """Return the questions of Malang 2023 by pillar."""
    with tables_from(processed):
        return {pillar: of_pillar(2023, MALANG, pillar) for pillar in PILLARS}


@pytest.mark.parametrize("pillar", PILLARS)
def test_questions_stand_in_the_order_of_the_form_with_the_printed_scores(malang, pillar):
    lines = raw("2023/nilai-butir-kab-malang.csv")
    form = [line for line in lines if line["BLOK"] == pillar.title()]
    assert malang[pillar]["code"].tolist() == [line["KODE"] for line in form]
    assert malang[pillar]["score"].tolist() == [float(printed(line["NILAI"])) for line in form]


def test_last_years_score_stands_only_where_the_question_is_the_same(malang):
    for found in malang.values():
        same = found["continuity"] == "same"
        assert found["last_score"].notna().equals(same)
        assert set(found.loc[same, "component"]) == {"outcome"}
    spbe = malang["governance"].set_index("label").loc["Nilai SPBE"]
    assert [spbe["last_score"], spbe["score"]] == [1.00, 1.80]
    assert spbe["change"] == pytest.approx(0.80)


def test_a_mean_is_rounded_half_up_and_keeps_the_order_of_the_form():
    scored = pd.DataFrame(
        {
            "component": ["outcome", "outcome", "impact", "impact", "impact"],
            "score": [1.00, 1.01, 2.67, 2.68, None],
        }
    )
    found = pillars.means(scored, "component")
    assert found.to_dict("list") == {
        "component": ["outcome", "impact"],
        "questions": [2, 2],
        "score": [1.01, 2.68],  # 1,005 and 2,675
    }


@pytest.mark.parametrize("pillar", PILLARS)
@pytest.mark.parametrize("year", [2015, 2023])
def test_statistics_are_the_newest_up_to_the_year(pillar, year):
    names = framework.load().names["statistic"]
    shown = [s.name for s in framework.load().statistics.values() if s.pillar == pillar]
    newest = {}
    for file in STATISTICS:
        for line in raw(file):
            mine = line["DAERAH"] == "KAB. KUTAI KARTANEGARA" and int(line["TAHUN"]) <= year
            if mine and line["STATISTIK"] in shown:
                when, value = int(line["TAHUN"]), printed(line["NILAI"])
                name = line["STATISTIK"]
                newest[name] = max(newest.get(name, (0, value)), (when, value))
    found = pillars.statistics(year, KUKAR, pillar)
    found["name"] = found["statistic"].map(names)
    assert found["name"].tolist() == [name for name in shown if name in newest]
    values = dict(zip(found["name"], zip(found["year"], found["value"], strict=True), strict=True))
    assert values == {name: (when, float(value)) for name, (when, value) in newest.items()}


@pytest.mark.parametrize(("year", "region"), [(2023, KUKAR), (2022, KUKAR), (2023, SURABAYA)])
@pytest.mark.parametrize("pillar", PILLARS)
def test_nothing_is_invented_where_no_question_scores_are_on_record(malang, year, region, pillar):
    found = of_pillar(year, region, pillar)
    assert found.empty
    assert found.dtypes.equals(malang[pillar].dtypes)
    none = pillars.means(found, ["component", "sub_dimension"])
    assert none.dtypes.equals(pillars.means(malang[pillar], ["component", "sub_dimension"]).dtypes)
    assert pillars.moves(found) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([0.4, 0.2, 0.4], "3 naik, 0 turun, 0 tetap. Kenaikan terbesar: a dan c (+0,40)."),
        ([0.0, -3.0, None], "0 naik, 1 turun, 1 tetap. Penurunan terbesar: b (−3,00)."),
    ],
)
def test_the_smallest_rise_is_not_called_a_largest_change(changes, said):
    frame = pd.DataFrame({"label": list("abc"), "change": changes})
    assert pillars.moves(frame).endswith(said)


def test_events_are_those_of_the_pillar_or_of_all_up_to_the_year_in_their_order():
    events = framework.load().events
    wanted = [e for e in events if e.date < "2024" and e.pillar in (None, "governance")]
    found = pillars.events(2023, KUKAR, "governance")
    assert found["event"].tolist() == [e.event for e in sorted(wanted, key=lambda e: e.date)]
    *_, last = [e.event for e in events if e.pillar == "governance"]
    assert last not in pillars.events(2023, KUKAR, "living")["event"].tolist()
    assert last not in pillars.events(2022, KUKAR, "governance")["event"].tolist()
    assert pillars.events(2023, MALANG, "living").empty
