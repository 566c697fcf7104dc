"""Tables are read whole or not at all, and written together or not at all."""

import numpy as np
import pandas as pd
import pytest

from kukar_analysis import paths, store
from kukar_analysis.errors import TableError, UsageError

AGENCIES = {"year": 2023, "region": "64.02", "pillar": "governance", "opd": None, "agencies": 10}
AGENCIES["origin"] = "2023/a.csv#l2:c3"


def agencies(**cells):
    return store.frame("pillar_agencies", [AGENCIES | cells])


def test_a_table_that_is_not_there_not_known_cut_or_of_another_version_is_refused(tmp_path):
    with pytest.raises(UsageError, match="'scores' is not known; known: question_scores, comp"):
        store.read("scores", tmp_path)
    with pytest.raises(TableError, match=r"table programmes is not there yet.*`kukar clean`"):
        store.read("programmes", tmp_path)
    store.write_all({"pillar_agencies": agencies()}, tmp_path)
    path = tmp_path / "pillar_agencies.parquet"
    whole = path.read_bytes()
    for length in (0, 3, -1):
        path.write_bytes(whole[:length])
        with pytest.raises(TableError, match=r"agencies cannot be read .*: run `kukar clean`"):
            store.read("pillar_agencies", tmp_path)
    agencies().drop(columns="agencies").to_parquet(path)
    with pytest.raises(TableError, match=r"pillar_agencies has 1 faults: .*'agencies'"):
        store.read("pillar_agencies", tmp_path)


def test_written_tables_are_read_back_the_same_and_say_where_a_row_comes_from(tables, tmp_path):
    empty = {name: store.frame(name, []) for name in store.SCHEMAS}
    for folder, written in (("whole", tables), ("empty", empty)):
        store.write_all(written, tmp_path / "new" / folder)
        for name, table in written.items():
            found = store.read(name, tmp_path / "new" / folder)
            pd.testing.assert_frame_equal(found, table)
            assert list(found) == list(store.SCHEMAS[name].columns)
            assert name == "files" or not store.SCHEMAS[name].columns["origin"].nullable


BREAKS = """
component_scores    score 4.01, score -0.01, component collab, edition 2024-reguler, year 1999
index_scores        index_published 28.2, improvement_published -4.01, region 6402, region
question_scores     source tetangga, question baseline.1, sub_dimension layanan, opd Sihir, origin
official_statistics statistic happiness, value, citation dari_teman
programmes          pillar smart, digital_part lain, status selesai, budget -1, likelihood 4
pillar_agencies     agencies 0
"""
"""Values that a column cannot hold, by table; where none stands, null."""
BREAKS = [
    (table, *cell.split())
    for table, cells in (line.split(maxsplit=1) for line in BREAKS.split("\n") if line)
    for cell in cells.split(", ")
]


@pytest.mark.parametrize("given", BREAKS, ids=" ".join)
def test_a_value_that_a_table_cannot_hold_is_named_with_its_column_and_row(tables, given):
    table, column, *text = given
    spoilt = tables[table].head(3).copy()
    is_number = pd.api.types.is_numeric_dtype(spoilt[column])
    value = np.nan if not text else float(text[0]) if is_number else text[0]
    spoilt.loc[1, column] = value
    shown = f"{value:g}" if is_number and text else repr(value)
    with pytest.raises(TableError, match=rf"table {table} has 1 faults: {column} .*: {shown}"):
        store.validated(table, spoilt)


@pytest.mark.parametrize("table", [t for t, s in store.SCHEMAS.items() if s.unique])
def test_a_key_that_stands_twice_is_named(sample_cleaned, table):
    key, some = store.SCHEMAS[table].unique, sample_cleaned.tables[table].head(2)
    twice = pd.concat([some, some.head(1)], ignore_index=True)
    with pytest.raises(TableError, match=rf"table {table} has \d+ faults: .*{key[0]}"):
        store.validated(table, twice)


def test_a_table_of_another_shape_is_refused_and_all_its_failures_are_listed(tables):
    whole = tables["pillar_agencies"]
    for other in (whole.assign(remark="x"), whole.astype({"agencies": "float64"})):
        with pytest.raises(TableError, match=r"table pillar_agencies has [1-9]"):
            store.validated("pillar_agencies", other)
    spoilt = tables["component_scores"].head(5).copy()
    spoilt.loc[0, "score"], spoilt.loc[2, "region"], spoilt.loc[4, "year"] = 5.0, "99.99", 23
    with pytest.raises(TableError, match="table component_scores has 3 faults: ") as caught:
        store.validated("component_scores", spoilt)
    for fault in ("5.0 in row 0", "'99.99' in row 2", "23 in row 4"):
        assert fault in str(caught.value)


def test_where_one_table_is_bad_none_is_changed_and_a_set_broken_off_is_refused(
    tables, tmp_path, monkeypatch
):
    written = {"pillar_agencies": agencies(), "programmes": tables["programmes"]}
    store.write_all(written, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    other = written | {"pillar_agencies": agencies(agencies=11)}
    with pytest.raises(TableError):
        store.write_all(other | {"programmes": tables["programmes"].assign(pillar="x")}, tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    write = pd.DataFrame.to_parquet

    def full(table, path, **options):
        write(table, path, **options)
        if "programme" in table:
            raise OSError("No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(OSError, match="No space left"):
        store.write_all(other, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == set(before)
    with pytest.raises(TableError, match="pillar_agencies is not as it was written"):
        store.check_written(tmp_path)


def test_what_is_kept_follows_tables_and_definitions_and_stays_as_it_is(
    tmp_path, monkeypatch, with_definitions
):
    asked = list[int]()

    @store.kept
    def carrying(year):
        asked.append(year)
        return store.read("pillar_agencies", year=year)

    monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path))
    store.write_all({"pillar_agencies": agencies()}, tmp_path)
    carrying(2023)["agencies"].array[0] = 0
    pd.testing.assert_frame_equal(carrying(2023), agencies())
    assert len(carrying(2022)) == 0
    assert asked == [2023, 2022]
    store.write_all({"pillar_agencies": agencies(agencies=11)}, tmp_path)
    assert carrying(2023)["agencies"].tolist() == [11]
    with_definitions(targets=())
    carrying(2023)
    assert asked == [2023, 2022, 2023, 2023]
