"""What to do first: each step with the figure that speaks for it."""

import pytest
from reading import KUKAR, MALANG, STAYED_AWAY

import kukar_analysis as ka
from kukar_analysis.analysis.steps import next_steps


@pytest.mark.usefixtures("processed_env")
def test_components_below_the_mean_come_by_what_they_cost():
    steps = next_steps(2023, KUKAR)
    assert [*steps["kind"]] == ["component"] * 3
    assert [*steps["gain"].round(3)] == [0.074, 0.028, 0.005]
    assert steps.loc[0, "step"] == "Naikkan Kolaborasi ke rata-rata kelompok (1,94)"
    assert steps.loc[0, "reason"] == "nilainya 1,20, peringkat 42 dari 58"
    assert steps["who"].isna().all()
    assert steps["due"].str.contains("Musrenbang").all()
    effects = ka.components(2023, KUKAR).set_index("origin")["effect"]
    assert [*steps["gain"]] == [*-effects[steps["origin"]]]


@pytest.mark.usefixtures("processed_env")
def test_of_questions_the_largest_gains_and_all_as_large():
    gains = ka.questions(2023, MALANG)["gain"]
    steps = next_steps(2023, MALANG).query("kind == 'question'")
    assert set(steps["gain"]) == {gains.max()}
    assert len(steps) == (gains == gains.max()).sum() == 2


@pytest.mark.usefixtures("sample_env")
def test_of_an_office_with_papers_programmes_and_agencies_are_named():
    steps = next_steps(2023, "00.01").set_index("kind")
    programmes = ka.programmes(2023, "00.01")
    doubted = programmes["doubt"].value_counts()
    said = " ".join(steps.loc[["programme"], "reason"])
    assert f"{doubted['not_begun']} dari {len(programmes)} program disebut belum dimulai" in said
    assert f"{doubted['done']} dari {len(programmes)} program disebut selesai" in said
    assert not steps["step"].str.startswith("Mulai").any()  # none is surely idle
    assert "berkas 5 di antaranya tidak dapat dipakai" in steps.loc["agency", "reason"]
    calls = ka.agencies(2023, "00.01").dropna(subset="lacking_pillars")
    assert steps.loc["agency", "step"] == f"Minta jawaban {len(calls)} perangkat daerah"
    assert steps.loc["agency", "who"].split(", ") == [*calls["opd"]]
    question = ka.agency_questions(2023, "00.01").query("state == 'answered'")
    named = steps.loc[["question"], "who"].dropna()
    assert set(", ".join(named).split(", ")) <= set(question["opd"])


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(("year", "region"), [(2023, STAYED_AWAY), (2021, KUKAR)])
def test_where_nothing_is_known_no_step_is_made_up(year, region):
    steps = next_steps(year, region)
    assert steps.empty
    assert steps.dtypes.equals(next_steps(2023, KUKAR).dtypes)
