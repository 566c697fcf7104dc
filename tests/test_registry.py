"""Which reports there are, what the incomplete ones wait for, and what cannot be asked for."""

from collections import Counter

import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, PILLARS, STAYED_AWAY, tables_from

from kukar_analysis import framework, store
from kukar_analysis.errors import UsageError
from kukar_analysis.report import registry

pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.fixture(scope="module")
def default(processed):
    """Return the reports made when nothing is asked for."""
    with tables_from(processed):
        return registry.reports()


def by_status(reports):
    return Counter(report.status for report in reports)


def expected_names(year, region):
    names = [f"{year}/{region}/02_indeks"]
    return names + [f"{year}/{region}/03_pilar-{pillar}" for pillar in PILLARS]


def test_the_default_regions_have_20_complete_7_incomplete_and_7_waiting_reports(default):
    assert by_status(default) == {"complete": 20, "incomplete": 7, "waiting": 7}
    names = [
        "2021/64.02/01_mutu_data",
        "2022/64.02/01_mutu_data",
        *expected_names(2022, KUKAR),
        *expected_names(2022, MALANG),
        "2023/64.02/01_mutu_data",
        *expected_names(2023, KUKAR),
        "2023/64.02/04_antar_tahun-2022",
        *expected_names(2023, MALANG),
        "2023/35.07/04_antar_tahun-2022",
        "2024/64.02/01_mutu_data",
    ]
    assert [report.name for report in default] == names


def test_what_is_not_complete_names_a_file_and_what_is_complete_names_none(default):
    for report in default:
        files = [gap.file for gap in report.gaps]
        assert bool(files) == (report.status != "complete")
        assert all(f.startswith(("data/raw/2022/", "data/raw/2023/")) for f in files)


def test_kukar_waits_for_the_question_scores_and_the_table_of_2022(default):
    files = {r.name: [g.file for g in r.gaps] for r in default}
    (table,) = files["2022/64.02/02_indeks"]
    assert table.startswith("data/raw/2022/tabel-nasional-")
    questions = "data/raw/{}/nilai-butir-64.02.csv"
    assert files["2022/64.02/03_pilar-living"] == [table, questions.format(2022)]
    assert files["2023/64.02/02_indeks"] == []
    assert files["2023/64.02/03_pilar-living"] == [questions.format(2023)]
    assert files["2023/64.02/04_antar_tahun-2022"] == [table]


def test_parameters_are_those_of_the_notebook_and_the_title_says_them(default):
    found = {r.name: r for r in default if (r.year, r.region) == (2023, KUKAR)}
    pillar = found["2023/64.02/03_pilar-economy"]
    assert dict(pillar.parameters) == {"year": 2023, "region": "64.02", "pillar": "economy"}
    assert pillar.title == "Smart Economy Kabupaten Kutai Kartanegara 2023"
    years = found["2023/64.02/04_antar_tahun-2022"]
    assert dict(years.parameters) == {"region": "64.02", "from_year": 2022, "to_year": 2023}
    assert {r.notebook for r in found.values()} == {p.stem for p in store.NOTEBOOKS.glob("*.ipynb")}


def test_years_and_regions_asked_for_are_the_ones_there_are(default):
    found = registry.reports(years=[2022], regions=[MALANG, KUKAR])
    assert {(r.year, r.region) for r in found} == {(2022, MALANG), (2022, KUKAR)}
    assert {r.name for r in found} == {r.name for r in default if r.year == 2022}


def test_only_takes_names_and_notebooks():
    found = registry.reports(years=[2023], only=["02_indeks", "2023/35.07/03_pilar-living"])
    assert [r.name for r in found] == [
        "2023/64.02/02_indeks",
        "2023/35.07/02_indeks",
        "2023/35.07/03_pilar-living",
    ]


def test_a_parameter_keeps_the_reports_that_have_it():
    found = registry.reports(years=[2023], parameters={"pillar": "governance", "region": KUKAR})
    assert [r.name for r in found] == ["2023/64.02/03_pilar-governance"]


def test_a_region_that_stayed_away_has_the_one_report_that_says_so():
    (report,) = registry.reports(years=[2023], regions=[STAYED_AWAY])
    assert (report.name, report.status) == (f"2023/{STAYED_AWAY}/02_indeks", "complete")


def test_no_report_is_made_of_a_region_that_no_table_names():
    found = registry.reports(regions=[IN_NO_TABLE])
    assert set(by_status(found)) == {"waiting"}
    assert len(found) == 15


def test_a_region_evaluated_under_a_form_not_seen_is_incomplete_and_says_which_list_is_missing():
    found = registry.reports(years=[2023], regions=["35.78"])
    waiting_for = {r.notebook: {g.file for g in r.gaps} for r in found}
    assert waiting_for["03_pilar"] == {"kukar_analysis/definitions/edition_questions.csv"}
    assert waiting_for["02_indeks"] == waiting_for["04_antar_tahun"] == set()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"years": [2019]}, "year 2019 has no files; known: 2021, 2022, 2023, 2024"),
        ({"regions": ["6402"]}, "written with a point, as 64.02"),
        ({"regions": ["99.99"]}, "region '99.99' is not known"),
        ({"only": ["05_tidak_ada"]}, "no report '05_tidak_ada'"),
        ({"years": [2023], "only": ["2022/35.07/02_indeks"]}, "no report '2022/35.07"),
        ({"parameters": {"pilar": "living"}}, "no notebook has a parameter 'pilar'; known: year"),
        ({"parameters": {"pillar": "smart"}}, "no report has pillar = smart"),
        (
            {"only": ["02_indeks"], "parameters": {"pillar": "living"}},
            "no notebook has a parameter 'pillar'",
        ),
    ],
)
def test_a_word_that_no_report_knows_is_refused_and_the_known_ones_are_named(asked, said):
    with pytest.raises(UsageError) as refused:
        registry.reports(**{"years": [2023], "regions": [KUKAR], **asked})
    assert said in str(refused.value)


def test_reported_regions_are_kukar_and_the_reference():
    assert [r.region for r in framework.load().reported_regions] == [KUKAR, MALANG]
