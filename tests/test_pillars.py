"""What is on record about a pillar of a region."""

import pandas as pd
import pytest
from reading import KUKAR, MALANG, PILLARS, SURABAYA, Page, printed, raw, tables_from

from kukar_analysis import framework, store, tables
from kukar_analysis.analysis import pillars

STATISTICS = (
    "2021/statistik-ipm-kaltim.csv",
    "2024/statistik-bps-kaltim.csv",
    "2024/statistik-pers-kukar.csv",
)

pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.fixture(scope="module")
def malang(processed):
    """Return the questions of Malang 2023 by pillar."""
    with tables_from(processed):
        return {pillar: pillars.questions(2023, MALANG, pillar) for pillar in PILLARS}


def test_every_question_of_malang_2023_that_has_a_pillar_is_in_one_and_once(malang):
    found = pd.concat(malang)
    expected = [q.question for q in framework.load().questions.values() if q.pillar]
    form = framework.load().edition_questions["2023-kppn-ikn"]
    assert sorted(found["question"]) == sorted(q for q in expected if q in form)
    assert found["question"].is_unique


@pytest.mark.parametrize("pillar", PILLARS)
def test_questions_stand_in_the_order_of_the_form_with_the_printed_scores(malang, pillar):
    lines = raw("2023/nilai-butir-kab-malang.csv")
    form = [line for line in lines if line["BLOK"] == pillar.title()]
    assert malang[pillar]["code"].tolist() == [line["KODE"] for line in form]
    assert malang[pillar]["score"].tolist() == [float(printed(line["NILAI"])) for line in form]


def test_what_the_office_scored_itself_is_not_shown_as_the_assessors(tables, tmp_path, monkeypatch):
    scores = tables["question_scores"]
    store.write_all({**tables, "question_scores": scores.assign(source="self")}, tmp_path)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert pillars.questions(2023, MALANG, "governance").empty


def test_last_years_score_stands_only_where_the_question_is_the_same(malang):
    for found in malang.values():
        same = found["continuity"] == "same"
        assert found["last_score"].notna().equals(same)
        assert set(found.loc[same, "component"]) == {"outcome"}
    spbe = malang["governance"].set_index("label").loc["Nilai SPBE"]
    assert [spbe["last_score"], spbe["score"]] == [1.00, 1.80]
    assert spbe["change"] == pytest.approx(0.80)


def test_the_first_year_on_record_has_no_last_year():
    found = pillars.questions(2022, MALANG, "living")
    assert len(found) == 7
    assert found[["last_score", "change"]].isna().all(axis=None)


@pytest.mark.parametrize(("year", "region"), [(2023, KUKAR), (2022, KUKAR), (2023, SURABAYA)])
@pytest.mark.parametrize("pillar", PILLARS)
def test_nothing_is_invented_where_no_question_scores_are_on_record(year, region, pillar):
    assert pillars.questions(year, region, pillar).empty


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


def test_malangs_pillar_means_are_the_plain_means_of_the_printed_scores(malang):
    lines = raw("2023/nilai-butir-kab-malang.csv")
    for pillar, questions in malang.items():
        found = pillars.means(questions, "component")
        for row in found.itertuples():
            name = framework.load().components[row.component].name
            scores = [
                printed(line["NILAI"])
                for line in lines
                if (line["KOMPONEN"], line["BLOK"]) == (name, pillar.title())
            ]
            assert row.questions == len(scores)
            hundredths = (2 * sum(scores) * 100 + len(scores)) // (2 * len(scores))
            assert row.score == float(hundredths) / 100


def test_quick_wins_are_those_on_record_up_to_the_year():
    assert set(pillars.quick_wins(KUKAR, 2021)["year"]) == {2021}
    found = pillars.quick_wins(KUKAR, 2023)
    assert found["year"].tolist() == [2021] * 6 + [2022] * 6
    for year in (2021, 2022):
        lines = raw(f"{year}/quick-win-kukar.csv")
        names = found.loc[found["year"] == year, "programme"]
        assert sorted(names) == sorted(line["QUICK WIN"] for line in lines)
    assert pillars.quick_wins(MALANG, 2023).empty


def test_only_the_governance_quick_win_of_2022_has_no_agency():
    found = pillars.quick_wins(KUKAR, 2023)
    alone = found.loc[found["opd"].isna(), ["year", "pillar", "programme"]]
    assert alone.values.tolist() == [[2022, "governance", "Becik"]]


def test_agencies_are_the_42_seats_of_june_2023():
    found = pillars.agencies(KUKAR, 2023)
    assert dict(zip(found["pillar"], found["agencies"], strict=True)) == {
        "governance": 10,
        "branding": 3,
        "economy": 8,
        "living": 10,
        "society": 7,
        "environment": 4,
    }
    assert found["opd"].isna().all()
    assert pillars.agencies(KUKAR, 2022).empty


@pytest.mark.parametrize("pillar", PILLARS)
@pytest.mark.parametrize("year", [2015, 2021, 2022, 2023, 2024])
def test_statistics_are_the_newest_up_to_the_year(pillar, year):
    shown = {s.name: s for s in framework.load().statistics.values() if s.pillar == pillar}
    newest = {}
    for file in STATISTICS:
        for line in raw(file):
            mine = line["DAERAH"] == "KAB. KUTAI KARTANEGARA" and int(line["TAHUN"]) <= year
            if mine and line["STATISTIK"] in shown:
                when, value = int(line["TAHUN"]), printed(line["NILAI"])
                name = line["STATISTIK"]
                newest[name] = max(newest.get(name, (0, value)), (when, value))
    found = pillars.statistics(KUKAR, year, pillar)
    assert found["name"].tolist() == [name for name in shown if name in newest]
    values = dict(zip(found["name"], zip(found["year"], found["value"], strict=True), strict=True))
    assert values == {name: (when, float(value)) for name, (when, value) in newest.items()}
    assert found["decimals"].tolist() == [shown[name].decimals for name in found["name"]]


@pytest.mark.parametrize(("year", "value"), [(2022, 27.1), (2023, 17.6), (2024, 14.3)])
def test_a_figure_of_the_press_is_of_the_year_it_speaks_of_and_not_of_the_articles(year, value):
    found = pillars.statistics(KUKAR, year, "living").set_index("statistic").loc["stunting"]
    assert (found["year"], found["value"]) == (year, value)


def test_a_figure_of_the_press_is_called_so_wherever_its_source_is_shown():
    kinds = {c.citation: c.kind for c in framework.load().citations.values()}
    found = store.read("official_statistics")
    press = found["origin"].str.startswith("2024/statistik-pers-kukar.csv#")
    assert set(found.loc[press, "citation"].map(kinds)) == {"press"}
    assert set(found.loc[~press, "citation"].map(kinds)) == {"official"}
    shown = Page(tables.statistics(2023, KUKAR, "living").html).tables[0].records()
    sources = {row["Statistik"]: row["Sumber"] for row in shown}
    assert sources["Prevalensi stunting"].endswith("1 September 2025 (angka pers)")
    assert sources["Umur harapan hidup"] == "BPS"
