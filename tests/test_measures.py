"""What the index measures: figures worked out from outside (docs/metode.md), and their algebra."""

import numpy as np
import pytest

from kukar_analysis.analysis import compare, measures

pytestmark = pytest.mark.usefixtures("processed_env")

WORKED_OUT = {  # of the printed table of 2023, by another program
    "kppn-ikn": [11.3, 21.7, 15.3, 18.8, 20.4, 12.5],
    "reguler": [10.6, 19.1, 26.0, 19.6, 24.6],
}
FIRM = {"kppn-ikn": (58, 0.936, 0.950, 80), "reguler": (72, 0.912, 0.92, 76)}


@pytest.mark.parametrize("group", WORKED_OUT)
def test_what_each_component_tells_apart_and_whether_they_measure_one_thing(group):
    found = measures.effective_weights(2023).query("group == @group")
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
    found, nothing = measures.effective_weights(2023), measures.effective_weights(2021)
    assert set(found["group"]) == {"reguler"}
    assert nothing.empty
    assert nothing.dtypes.equals(found.dtypes)


def test_a_component_that_does_not_differ_is_left_out(tables, held):
    scores = tables["component_scores"].copy()
    scores.loc[scores["component"] == "output", "score"] = 2.0
    held(**{**tables, "component_scores": scores})
    found = measures.effective_weights(2023)
    assert "output" not in set(found["component"])
    assert found.groupby("group")["effective_weight"].sum().tolist() == pytest.approx([100, 100])
