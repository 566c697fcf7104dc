"""What is on record about a pillar of a region."""

import pandas as pd
import pytest
from reading import KUKAR, MALANG, PILLARS, SURABAYA, printed, raw, tables_from

from kukar_analysis.analysis import priorities

pytestmark = pytest.mark.usefixtures("processed_env")


def of_pillar(year, region, pillar):
    return priorities.questions(year, region).query("pillar == @pillar").reset_index(drop=True)


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
    found = priorities.means(scored, "component")
    assert found.to_dict("list") == {
        "component": ["outcome", "impact"],
        "questions": [2, 2],
        "score": [1.01, 2.68],  # 1,005 and 2,675
    }


@pytest.mark.parametrize(("year", "region"), [(2023, KUKAR), (2022, KUKAR), (2023, SURABAYA)])
@pytest.mark.parametrize("pillar", PILLARS)
def test_nothing_is_invented_where_no_question_scores_are_on_record(malang, year, region, pillar):
    found = of_pillar(year, region, pillar)
    assert found.empty
    assert found.dtypes.equals(malang[pillar].dtypes)
    none = priorities.means(found, ["component", "sub_dimension"])
    assert none.dtypes.equals(
        priorities.means(malang[pillar], ["component", "sub_dimension"]).dtypes
    )
