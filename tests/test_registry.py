"""Which reports there are, what the incomplete ones wait for, and what cannot be asked for."""

import re
from collections import Counter

import pytest
from reading import (
    IN_NO_TABLE,
    KUKAR,
    MALANG,
    PARAMETERS,
    PILLARS,
    STAYED_AWAY,
    tables_from,
    write_notebook,
)

from kukar_analysis import paths
from kukar_analysis.errors import UsageError
from kukar_analysis.report import notebooks, registry

pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.fixture(scope="module")
def default(processed):
    """Return the reports made when nothing is asked for, of this project's years and notebooks.

    What an office adds, editions and notebooks, is not counted here.
    """
    own = {found.notebook for found in notebooks.own()}
    with tables_from(processed):
        return [r for r in registry.reports() if r.year <= 2024 and r.notebook not in own]


SCORED = ["00_ringkasan", "02_indeks", *(f"03_pilar-{pillar}" for pillar in PILLARS)]
SCORED += ["04_antar_tahun-2022", "07_ketahanan", "10_pembanding", "11_isi_indeks"]
OF_OFFICE = ["01_mutu_data", "05_quick_win", "06_sinergi_opd", "08_program", "12_belum_diterima"]


def test_the_default_regions_have_33_complete_12_incomplete_and_13_waiting_reports(default):
    states = Counter(report.status for report in default)
    assert states == {"complete": 33, "incomplete": 12, "waiting": 13}
    names = ["2021/64.02/01_mutu_data"]
    for year in (2022, 2023):
        scored = [name for name in SCORED if year == 2023 or name != "04_antar_tahun-2022"]
        both = sorted([*scored, *OF_OFFICE], key=lambda name: name[:2])
        names += [f"{year}/{KUKAR}/{name}" for name in both]
        names += [f"{year}/{MALANG}/{name}" for name in scored]
    assert [report.name for report in default] == [*names, "2024/64.02/01_mutu_data"]


def test_every_agency_of_the_sample_office_has_a_page_of_its_own(sample_processed):
    with tables_from(sample_processed):
        found = registry.reports(years=[2023], regions=["00.01"], only=["09_opd"])
    names = {report.parameters["opd"]: report.name for report in found}
    assert (len(names), names["Diskop UKM"]) == (35, "2023/00.01/09_opd-diskop-ukm")


def test_what_is_not_complete_says_what_it_waits_for_and_what_is_complete_says_nothing(default):
    for report in default:
        assert bool(report.waits) == (report.status != "complete")
        assert all(re.search(r"belum (diterima|tercatat|pernah)", said) for said in report.waits)
    waits = {report.name: report.waits for report in default}
    index, questions = waits["2022/64.02/03_pilar-living"]
    assert index.startswith("Indeks Kabupaten Kutai Kartanegara 2022 yang tercetak belum")
    assert questions.startswith("Nilai per butir Kabupaten Kutai Kartanegara 2022 belum")
    assert waits["2022/64.02/02_indeks"] == waits["2023/64.02/04_antar_tahun-2022"] == (index,)
    assert waits["2023/64.02/02_indeks"] == ()


def test_parameters_are_those_of_the_notebook_and_the_title_says_them(default):
    found = {r.name: r for r in default if (r.year, r.region) == (2023, KUKAR)}
    pillar = found["2023/64.02/03_pilar-economy"]
    assert dict(pillar.parameters) == {"year": 2023, "region": "64.02", "pillar": "economy"}
    assert pillar.title == "Smart Economy Kabupaten Kutai Kartanegara 2023"
    years = found["2023/64.02/04_antar_tahun-2022"]
    assert dict(years.parameters) == {"region": "64.02", "from_year": 2022, "to_year": 2023}
    read = [notebooks.read(path) for path in paths.NOTEBOOKS.glob("*.ipynb")]
    shipped = {n.notebook for n in read if n.is_shipped}
    # of 09_opd no agency is named
    assert {r.notebook for r in found.values()} == shipped - {"09_opd", "jelajah"}


def test_only_takes_names_and_notebooks_and_a_parameter_keeps_the_reports_that_have_it():
    asked = {"pillar": "governance", "region": KUKAR}
    names = [report.name for report in registry.reports(years=[2023], parameters=asked)]
    assert names == ["2023/64.02/03_pilar-governance"]
    found = registry.reports(years=[2023], only=["02_indeks", "2023/35.07/03_pilar-living"])
    names = ["64.02/02_indeks", "35.07/02_indeks", "35.07/03_pilar-living"]
    assert [r.name for r in found] == [f"2023/{name}" for name in names]


def test_a_region_that_stayed_away_has_the_one_report_that_says_so_and_an_unknown_one_waits():
    (report,) = registry.reports(years=[2023], regions=[STAYED_AWAY])
    assert (report.name, report.status) == (f"2023/{STAYED_AWAY}/02_indeks", "complete")
    assert {r.status for r in registry.reports(regions=[IN_NO_TABLE])} == {"waiting"}


def test_a_region_evaluated_under_a_form_not_seen_is_incomplete_and_says_which_list_is_missing():
    waiting_for = {r.notebook: r.waits for r in registry.reports(years=[2023], regions=["35.78"])}
    assert waiting_for["03_pilar"] == ("Daftar butir edisi Reguler 2023 belum pernah terlihat.",)
    assert waiting_for["00_ringkasan"] == waiting_for["03_pilar"]
    assert waiting_for["02_indeks"] == waiting_for["04_antar_tahun"] == ()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Let an analyst's own notebook be the only one that is there."""
    given = f"{PARAMETERS}\nnearest: int = 10  # tetangga\npeers: str = ''  # pembanding"
    write_notebook(tmp_path, "92_tetangga", parameters=given)
    monkeypatch.setattr(paths, "NOTEBOOKS", tmp_path)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("given", "name", "more"),
    [
        ({}, "", {}),
        ({"nearest": "10"}, "", {}),
        ({"nearest": "7"}, "-nearest-7", {"nearest": 7}),
        ({"nearest": "7", "peers": "a"}, "-nearest-7-peers-a", {"nearest": 7, "peers": "a"}),
    ],
)
def test_an_own_notebook_is_a_report_and_one_of_its_own_with_another_value(given, name, more):
    asked = {"years": [2023], "regions": [KUKAR], "only": ["92_tetangga"]}
    (report,) = registry.reports(**asked, parameters=given)
    assert report.name == f"2023/64.02/92_tetangga{name}"
    assert dict(report.parameters) == {"year": 2023, "region": "64.02", **more}
    assert report.title.startswith("Judul Kabupaten Kutai Kartanegara 2023")
    assert all(f"({key} = {value})" in report.title for key, value in more.items())


@pytest.mark.usefixtures("own")
def test_values_that_are_written_alike_are_reports_of_their_own():
    def name(**given):
        return registry.reports(years=[2023], regions=[KUKAR], parameters=given)[0].name

    assert len({name(peers=value) for value in ("7", "-7", "a b", "a_b", "a-b")}) == 5
    with pytest.raises(UsageError, match="nearest = x is no int"):
        name(nearest="x")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"years": [2019]}, "year 2019 has no files; known: 2021, 2022, 2023, 2024"),
        ({"regions": ["6402"]}, "written with a point, as 64.02"),
        ({"only": ["05_tidak_ada"]}, "no report '05_tidak_ada'"),
        ({"parameters": {"pilar": "living"}}, "no report has pilar = living; known parameters: ye"),
        ({"only": ["02_indeks"], "parameters": {"pillar": "living"}}, "no report has pillar = l"),
    ],
)
def test_a_word_that_no_report_knows_is_refused_and_the_known_ones_are_named(asked, said):
    with pytest.raises(UsageError) as refused:
        registry.reports(**{"years": [2023], "regions": [KUKAR], **asked})
    assert said in str(refused.value)
