"""What was published is recomputed; each rule is seen to agree, to differ and to lack its parts."""

import functools
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from cases import cases

from kukar_analysis import check, score

KUKAR, MALANG = "64.02", "35.07"


@pytest.fixture
def own(tables):
    return {name: table.copy() for name, table in tables.items()}


def rule(tables, name):
    """Return what became of a kind of figure: a line each, by state."""
    found = check.check(tables)
    own = found[found["rule"] == name]
    differ = iter(check.differences(own))
    said = {"agree": [], "differ": [], "not_recomputable": [], "not_printed": []}
    for r in own.itertuples():
        said[r.state].append(next(differ) if r.state == "differ" else f"{r.what}: {r.where}")
    return said


def where(table, cells):
    rows = (table[[*cells]].astype("str") == [*cells.values()]).all(axis="columns")
    assert rows.any()
    return rows


def test_every_published_figure_is_counted_and_agrees(tables):
    assert [*check.counted(check.check(tables)).values()] == [
        "finals 2022: 38 of 38 agree",
        "finals 2023: 130 of 130 agree",
        "improvements 2023: 32 of 32 agree; 96 more are printed and cannot be recomputed",
        "component means: 11 of 11 agree",
        "quick wins on record: 12 of 12 agree",
    ]
    printed = tables["index_scores"].groupby("year")[["index_published", "improvement_published"]]
    assert printed.count().to_numpy().tolist() == [[38, 0], [130, 128]]
    unseen = rule(tables, "improvements 2023")["not_recomputable"]
    (said,) = [line for line in unseen if "Kartanegara" in line]
    assert "2023 improvement: a component is not public (" in said


def test_the_finals_of_2022_do_not_agree_under_the_rule_of_2023(tables, monkeypatch):
    """Keep the rule able to fail as a whole: rounding once matches 17 of 38."""
    once = functools.partial(score.index_of, rounding="sum")
    monkeypatch.setattr(score, "index_of", once)
    found = rule(tables, "finals 2022")
    assert (len(found["agree"]), len(found["differ"])) == (17, 21)


@pytest.mark.parametrize("case", cases("recomputed").values(), ids=lambda case: case["case"])
def test_what_differs_or_lacks_a_part_is_named_and_does_not_agree(own, tables, case):
    table = own[case["table"]]
    hit, value = where(table, dict(c.split("=") for c in case["cells"].split("|"))), case["value"]
    if case["column"]:
        number = pd.api.types.is_float_dtype(table[case["column"]])
        table.loc[hit, case["column"]] = (float(value) if number else value) if value else np.nan
    else:
        own[case["table"]] = table[~hit]
    before, found = (rule(t, case["rule"]) for t in (tables, own))
    assert len(found["agree"]) == len(before["agree"]) - 1
    for kind in ("differ", "not_recomputable", "not_printed"):
        more = [line for line in found[kind] if line not in before[kind]]
        assert len(more) == (kind == case["kind"])
        assert all(line.startswith(case["said"]) for line in more)


def test_who_did_not_take_part_is_not_counted_and_no_rows_agree_with_nothing(own):
    index = own["index_scores"]
    index.loc[where(index, {"year": "2023", "region": "51.03"}), "participated"] = False
    assert [*map(len, rule(own, "finals 2023").values())] == [129, 0, 0, 0]
    empty = {name: table.head(0) for name, table in own.items()}
    said = "quick wins on record: 0 of 0 agree; 12 have nothing printed to compare with"
    assert [*check.counted(check.check(empty)).values()] == [said]


def test_last_years_sum_is_weighed_and_rounded_by_the_rules_of_both_years(tables):
    scores = check.component_scores(tables["component_scores"])
    for region, edition, base in (
        (MALANG, "2023-kppn-ikn", "2.50"),  # its sum of 2022 rounded once; printed is 2.51
        ("35.78", "2023-reguler", "3.40"),  # of KPPN & IKN in 2022, printed 3.41
        (KUKAR, "2023-kppn-ikn", None),  # not public
        ("64.07", "2023-kppn-ikn", None),  # did not take part
        (MALANG, "2022-kppn-ikn", None),  # an edition that measures no improvement
    ):
        found = check.previous_sum(region, edition, tables["index_scores"], scores)
        assert found == (base and Decimal(base))
