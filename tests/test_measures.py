"""What the index measures: figures worked out from outside (docs/metode.md), and their algebra."""

import numpy as np
import pytest

from kukar_analysis import store
from kukar_analysis.analysis import compare, measures

WORKED_OUT = {  # of the printed table of 2023, by another program
    "kppn-ikn": [11.3, 21.7, 15.3, 18.8, 20.4, 12.5],
    "reguler": [10.6, 19.1, 26.0, 19.6, 24.6],
}
FIRM = {"kppn-ikn": (58, 0.936, 0.950, 80), "reguler": (72, 0.912, 0.92, 76)}


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("group", WORKED_OUT)
def test_what_each_component_tells_apart(group):
    found = measures.effective_weights(2023).query("group == @group")
    assert [*found["effective_weight"].round(1)] == WORKED_OUT[group]
    assert found["effective_weight"].sum() == pytest.approx(100)
    assert found["weight"].sum() == 100
    assert found["origin"].str.contains("tabel-nasional").all()
    assert (found["regions"] == FIRM[group][0]).all()


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("group", FIRM)
def test_whether_the_components_measure_one_thing(group):
    row = measures.effective_weights(2023).query("group == @group").iloc[0]
    regions, raw, standardised, first = FIRM[group]
    assert row["regions"] == regions
    assert row["alpha"] == pytest.approx(raw, abs=0.0006)
    assert row["alpha_standardised"] == pytest.approx(standardised, abs=0.002)
    assert round(row["first_component"]) == first


@pytest.mark.usefixtures("processed_env")
def test_correlations_are_those_of_numpy():
    pairs = measures.correlations(2023).query("group == 'kppn-ikn'")
    wide = compare.components(2023).query("group == 'kppn-ikn'")
    wide = wide.pivot(index="region", columns="component", values="score")
    expected = np.corrcoef(wide["impact"], wide["collaboration"])[0, 1]
    both = pairs.set_index(["component", "other"])["correlation"]
    assert both["impact", "collaboration"] == pytest.approx(expected)
    assert both["collaboration", "impact"] == both["impact", "collaboration"]
    assert len(pairs) == 6 * 5


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize("frame", [measures.effective_weights, measures.correlations])
def test_a_field_that_is_not_whole_gives_nothing_but_typed_columns(frame, sized):
    sized({"2023-kppn-ikn": 59, "2023-reguler": 72})
    assert set(frame(2023)["group"]) == {"reguler"}
    nothing = frame(2021)
    assert nothing.empty
    assert nothing.dtypes.equals(frame(2023).dtypes)


def test_a_component_that_does_not_differ_is_left_out(monkeypatch, processed_env):
    scores = store.read("component_scores", year=2023)
    scores.loc[scores["component"] == "output", "score"] = 2.0
    monkeypatch.setattr(store, "read", _with(store.read, scores))
    found = measures.effective_weights(2023)
    assert "output" not in set(found["component"])
    assert found.groupby("group")["effective_weight"].sum().tolist() == pytest.approx([100, 100])


def _with(read, scores):
    def other(table, *args, **options):
        return scores if table == "component_scores" else read(table, *args, **options)

    return other
