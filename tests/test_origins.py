"""A figure leads back to its cells: the right file and place, and what stands there now."""

import shutil

import openpyxl
import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, PILLARS, STAYED_AWAY, cell, printed

from kukar_analysis import paths
from kukar_analysis.analysis import compare, origins
from kukar_analysis.analysis.origins import trace
from kukar_analysis.errors import UsageError

SAMPLE = "00.01"
NATIONAL = "2023/tabel-nasional-peserta.csv"


pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.mark.parametrize("region", [KUKAR, MALANG])
@pytest.mark.parametrize("year", [2022, 2023])
def test_every_figure_leads_to_a_cell_that_states_it(year, region):
    figures = origins.figures(year, region)
    assert "index" in figures
    for figure in figures:
        found = trace(year, region, figure)
        assert set(found["state"]) == {"found"}
        for row in found.itertuples():
            assert row.raw == cell(row.origin).strip()
            assert float(printed(row.raw)) == row.value
            assert row.origin == f"{row.file}#{row.place}"


def test_an_implied_index_and_a_rank_have_no_cell_of_their_own_but_those_they_are_made_from():
    found = trace(2022, KUKAR, "index")
    assert list(found["role"]) == ["part", "part"]
    assert list(found["heading"]) == ["NILAI FINAL", "TINGKAT IMPROVEMENT"]
    value = compare.index_value(2022, KUKAR).value
    assert float(value) == found["value"].iloc[0] - found["value"].iloc[1]
    found = trace(2023, KUKAR, "rank")
    standing = compare.ranks(2023, KUKAR).iloc[0]
    assert len(found) == standing["of"]
    mine = found.loc[found["region"] == KUKAR, "value"].iloc[0]
    assert (found["value"] > mine).sum() + 1 == standing["rank"]


def test_a_component_and_a_pillar_are_made_from_the_questions_on_record():
    own = compare.assessed(2023, MALANG)
    impact = trace(2023, MALANG, "impact")
    assert impact["role"].tolist()[:2] == ["stated", "part"]
    assert len(impact) - 1 == (own["component"] == "impact").sum() > 50
    for pillar in PILLARS:
        assert len(trace(2023, MALANG, pillar)) == (own["pillar"] == pillar).sum() > 0
        assert trace(2023, KUKAR, pillar).empty


def test_what_is_not_on_record_leads_nowhere_and_who_stayed_away_to_what_is_printed():
    assert trace(2023, IN_NO_TABLE, "index").empty
    assert origins.figures(2023, IN_NO_TABLE) == {}
    found = trace(2023, STAYED_AWAY, "index")
    assert found["value"].isna().all()
    assert set(found["raw"]) == {"0"}
    with pytest.raises(UsageError, match="index, improvement, rank, baseline"):
        trace(2023, KUKAR, "indeks")


def test_a_file_that_is_gone_changed_or_cut_since_shows_what_stands_there_now(tmp_path):
    copied = tmp_path / NATIONAL
    copied.parent.mkdir()
    shutil.copy(paths.RAW / NATIONAL, copied)
    found = trace(2023, KUKAR, "index", raw=tmp_path / "empty")
    assert (set(found["state"]), found["raw"].notna().any()) == ({"no_file"}, False)
    text = copied.read_text(encoding="utf-8-sig")
    line = text.splitlines()[36]
    copied.write_text(text.replace(line, line.replace("2,82", "3,99")), encoding="utf-8")
    stated = trace(2023, KUKAR, "index", raw=copied.parents[1]).iloc[0]
    assert (stated["value"], stated["raw"], stated["state"]) == (2.82, "3,99", "changed")
    copied.write_text("".join(text.splitlines(keepends=True)[:10]), encoding="utf-8")
    assert set(trace(2023, KUKAR, "index", raw=copied.parents[1])["state"]) == {"no_cell"}
    copied.write_bytes(b"")
    assert set(trace(2023, KUKAR, "index", raw=copied.parents[1])["state"]) == {"unreadable"}


def test_an_answer_of_an_office_leads_into_the_sheet_and_cell_of_its_workbook(sample_env):
    each = [trace(2023, SAMPLE, figure) for figure in origins.figures(2023, SAMPLE)]
    found = {r.origin: r for frame in each for r in frame.itertuples() if "!" in r.place}
    assert len(found) > 100
    files = {row.file for row in found.values()}
    books = {f: openpyxl.load_workbook(origins.SAMPLE / f, data_only=True) for f in files}
    assert len(books) > 10
    for row in found.values():
        sheet, place = row.place.rsplit("!", 1)
        stands = books[row.file][sheet][place].value
        shown = f"{stands:.15g}" if isinstance(stands, (int, float)) else str(stands or "").strip()
        assert (row.raw, row.state) == (shown, "found")
