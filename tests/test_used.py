"""What an analysis looked at is noted: rows of tables, and definitions."""

import pytest

from kukar_analysis import framework, store, used
from kukar_analysis.errors import UsageError


@pytest.fixture(autouse=True)
def nothing_seen(monkeypatch, processed_env):
    """Note from nothing, and without what this process has looked at."""
    monkeypatch.setattr(used, "_TABLES", set())
    monkeypatch.setattr(used, "_DEFINITIONS", set())
    monkeypatch.delenv(used.WATCH_VARIABLE, raising=False)  # a run in this process sets it
    return processed_env


def test_the_rows_that_are_read_are_noted_by_year_and_region():
    store.read("programmes")
    store.read("programmes", year=2023)
    store.read("component_scores", region="64.02")
    store.read("component_scores", year=2023, region="64.02")
    store.read("component_scores", year=2023, region="64.02")
    assert used.seen()["tables"] == [
        "component_scores * 64.02",
        "component_scores 2023 64.02",
        "programmes * *",
        "programmes 2023 *",
    ]


def test_a_table_that_is_not_known_is_not_noted():
    with pytest.raises(UsageError):
        store.read("karangan")
    assert used.seen()["tables"] == []


def test_what_is_noted_can_be_read_back():
    for table, year, region in [("a", None, None), ("a", 2023, None), ("a", 2023, "64.02")]:
        used.note_table(table, year, region)
        (noted,) = used.seen()["tables"]
        assert used.slice_of(noted) == (table, year, region)
        used._TABLES.clear()


def test_a_region_may_be_noted_by_its_name():
    used.note_table("programmes", 2023, "Kutai Kartanegara")
    assert used.slice_of(*used.seen()["tables"]) == ("programmes", 2023, "Kutai Kartanegara")


def test_whether_the_office_is_invented_is_one_fact_and_no_rows():
    assert store.is_sample() is False
    assert used.seen()["tables"] == ["is_sample * *"]


def test_definitions_are_noted_where_they_are_watched(monkeypatch):
    assert framework.load().regions["64.02"].region == "64.02"
    assert used.seen()["definitions"] == []
    monkeypatch.setenv(used.WATCH_VARIABLE, "1")
    watched = framework.load()
    assert used.seen()["definitions"] == []
    assert watched.pillars == framework._load(framework.DEFINITIONS).pillars
    assert watched.region("64.02").region == "64.02"
    assert set(used.seen()["definitions"]) == {"pillars", "regions"}


def test_what_is_worked_out_of_definitions_notes_those_it_needs(monkeypatch):
    monkeypatch.setenv(used.WATCH_VARIABLE, "1")
    framework.load().years()
    assert "editions" in used.seen()["definitions"]
