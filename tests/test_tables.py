"""Tables say exactly the numbers on record: what is shown is parsed back and compared."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from reading import (
    IN_NO_TABLE,
    KUKAR,
    LOOKS_LIKE_A_SCORE,
    MALANG,
    STAYED_AWAY,
    SURABAYA,
    Page,
    cell,
    number,
    printed,
    table,
)

from kukar_analysis import framework
from kukar_analysis import tables as shown
from kukar_analysis.errors import UsageError

FW = framework.load()
SCORED = [(2023, KUKAR), (2023, MALANG), (2023, SURABAYA), (2022, MALANG)]

pytestmark = pytest.mark.usefixtures("processed_env")


def exact(value):
    """Return a two-decimal figure of a table as the fraction it stands for."""
    return Fraction(round(value * 100), 100)


def rounded(value, places=2):
    scaled = Decimal(value.numerator) / Decimal(value.denominator)
    return scaled.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def own(frame, year, region):
    return frame[(frame["year"] == year) & (frame["region"] == region)]


@pytest.mark.parametrize(("year", "region"), SCORED)
def test_components_are_the_printed_scores_and_what_follows_from_them(tables, year, region):
    scores = tables["component_scores"].dropna(subset="score")
    mine = own(scores, year, region)
    (edition,) = set(mine["edition"])
    peers = scores[scores["edition"] == edition]
    rows = table(shown.components(year, region)).rows
    contributions, effects = [], []
    for row, (component, weight) in zip(rows, FW.weights[edition].items(), strict=False):
        score = exact(mine.loc[mine["component"] == component, "score"].item())
        group = [exact(s) for s in peers.loc[peers["component"] == component, "score"]]
        mean = sum(group) / len(group)
        contributions.append(weight * score / 100)
        effects.append(weight * (score - mean) / 100)
        assert row[0] == FW.components[component].name
        assert [number(text) for text in row[1:]] == [
            weight,
            rounded(score),
            rounded(contributions[-1], 3),
            rounded(mean),
            rounded(score - mean),
            rounded(effects[-1], 3),
        ]
    total = [number(text) for text in rows[-1][1:]]
    expected = [100, None, rounded(sum(contributions), 3), None, None, rounded(sum(effects), 3)]
    assert (rows[-1][0], total) == ("Jumlah", expected)
    assert len(rows) == len(FW.weights[edition]) + 1


def test_kukars_contributions_add_up_to_its_index_of_2_82():
    found = table(shown.components(2023, KUKAR))
    assert found.column("Sumbangan")[-1] == "2,824"
    assert found.own == [len(found.rows) - 1]


@pytest.mark.parametrize(("year", "region"), [(2023, KUKAR), (2023, MALANG), (2023, SURABAYA)])
def test_ranks_are_counts_over_the_printed_finals(tables, year, region):
    everyone = tables["index_scores"]
    everyone = everyone[(everyone["year"] == year) & everyone["participated"]]
    me = own(everyone, year, region).iloc[0]
    fields = [
        everyone,
        everyone[everyone["edition"] == me["edition"]],
        everyone[everyone["region"].str[:2] == region[:2]],
    ]
    for row, field in zip(table(shown.ranks(year, region)).rows, fields, strict=True):
        better = (field["index_published"] > me["index_published"]).sum()
        assert row[1:3] == [str(better + 1), str(len(field))]
        same = field[field["index_published"] == me["index_published"]]["region_name"]
        names = sorted(set(same) - {me["region_name"]})
        assert row[3] == (" dan ".join(names) if names else "tidak ada")


def test_kukar_is_73rd_of_130_27th_of_58_and_5th_of_7():
    assert table(shown.ranks(2023, KUKAR)).rows == [
        ["Nasional", "73", "130", "Kabupaten Solok"],
        ["KPPN & IKN", "27", "58", "tidak ada"],
        ["Kalimantan Timur", "5", "7", "tidak ada"],
    ]


def test_the_rank_of_2022_is_in_the_group_alone_and_the_missing_table_is_named():
    shown_here = shown.ranks(2022, MALANG)
    assert [row[:3] for row in table(shown_here).rows] == [["KPPN & IKN", "12", "38"]]
    missing = "Tabel nasional 2022 kelompok Reguler belum tercatat"
    assert missing in shown_here.text
    assert missing in shown.neighbours(2022, MALANG).text
    assert missing not in shown.ranks(2023, MALANG).text


def test_neighbours_are_the_participants_of_the_province_highest_first(tables):
    finals = tables["index_scores"]
    mine = finals["region"].str.startswith("64.") & finals["participated"]
    finals = finals[mine & (finals["year"] == 2023)].set_index("region_name")
    found = table(shown.neighbours(2023, KUKAR))
    assert sorted(found.column("Daerah")) == sorted(finals.index)
    for row in found.records():
        record = finals.loc[row["Daerah"]]
        assert number(row["Nilai final"]) == rounded(exact(record["index_published"]))
        improvement = record["improvement_published"]
        expected = None if improvement != improvement else rounded(exact(improvement))
        assert number(row["Peningkatan"]) == expected
        assert row["Kelompok"] == FW.groups[FW.editions[record["edition"]].group].name
    shown_finals = [number(text) for text in found.column("Nilai final")]
    assert shown_finals == sorted(shown_finals, reverse=True)
    assert [found.column("Daerah")[i] for i in found.own] == ["Kabupaten Kutai Kartanegara"]


def test_an_improvement_that_is_not_printed_is_a_dash_and_not_zero():
    rows = {row[0]: row[3] for row in table(shown.neighbours(2023, KUKAR)).rows}
    assert rows["Kabupaten Kutai Barat"] == "–"
    assert rows["Kabupaten Kutai Kartanegara"] == "0,00"


@pytest.mark.parametrize(("year", "region"), SCORED)
def test_every_origin_leads_to_the_cell_that_prints_the_number(year, region):
    found = table(shown.origins(year, region)).rows
    assert found[-1][0] == "Nilai final"
    assert len(found) == len(FW.weights[f"{year}-kppn-ikn"]) + 1 - (region == SURABAYA)
    for _, shown_number, origin in found:
        assert printed(cell(origin)) == number(shown_number)


def test_malangs_index_of_two_years_shows_both_bases():
    assert table(shown.index_years(MALANG, 2022, 2023)).rows == [
        ["Nilai final 2022, tercetak", "2,51"],
        ["Nilai final 2023, tercetak", "2,94"],
        ["Selisih kedua nilai tercetak", "+0,43"],
        ["Jumlah tertimbang 2022 dibulatkan sekali (dasar peningkatan)", "2,50"],
        ["Peningkatan 2023, tercetak", "+0,44"],
    ]


def test_kukars_index_of_2022_is_implied_with_its_margin_and_not_printed():
    rows = dict(table(shown.index_years(KUKAR, 2022, 2023)).rows)
    assert rows["Nilai 2022, hasil hitung balik (±0,01)"] == "2,82"
    assert rows["Nilai final 2022, tercetak"] == "–"
    assert rows["Selisih kedua nilai tercetak"] == "–"
    assert rows["Jumlah tertimbang 2022 dibulatkan sekali (dasar peningkatan)"] == "–"
    assert rows["Peningkatan 2023, tercetak"] == "0,00"


def test_malangs_components_of_two_years_are_the_printed_ones(tables):
    scores = tables["component_scores"]
    before, after = (
        own(scores, year, MALANG).set_index("component")["score"] for year in (2022, 2023)
    )
    comparable = {"Impact": "tidak", "Kolaborasi": "tidak", "Baseline": "ya", "Quick Wins": "ya"}
    for row in table(shown.components_between(MALANG, 2022, 2023)).records():
        (component,) = [c for c in FW.components.values() if c.name == row["Komponen"]]
        old = before.get(component.component)
        new = exact(after[component.component])
        assert number(row["Nilai 2022"]) == (None if old is None else rounded(exact(old)))
        assert number(row["Nilai 2023"]) == rounded(new)
        assert row["Sebanding?"] == comparable.get(component.name, "sebagian")
        change = None if row["Sebanding?"] == "tidak" else rounded(new - exact(old))
        assert number(row["Perubahan"]) == change
        weights = [FW.weights[f"{y}-kppn-ikn"].get(component.component) for y in (2022, 2023)]
        assert [number(row["Bobot 2022"]), number(row["Bobot 2023"])] == weights


def test_kukars_components_of_2022_are_dashes_and_not_known_to_be_comparable():
    found = table(shown.components_between(KUKAR, 2022, 2023))
    for row in found.records():
        assert [row["Bobot 2022"], row["Nilai 2022"], row["Perubahan"]] == ["–", "–", "–"]
    assert found.column("Sebanding?") == ["belum diketahui"] * 5 + ["tidak"]


def test_the_questions_that_moved_most_are_the_ends_of_all_changes(tables):
    scores = tables["question_scores"]
    before, after = (
        own(scores, year, MALANG).set_index("question")["score"] for year in (2022, 2023)
    )
    form = FW.edition_questions["2023-kppn-ikn"]
    changes = sorted(
        exact(after[q]) - exact(before[q]) for q in form if form[q].continuity == "same"
    )
    shown_here = shown.question_changes(MALANG, 2022, 2023)
    found = table(shown_here).records()
    assert [number(row["Perubahan"]) for row in found] == [
        rounded(c) for c in [*changes[:-6:-1], *changes[4::-1]]
    ]
    for row in found:
        assert number(row["2023"]) - number(row["2022"]) == number(row["Perubahan"])
        assert number(row["2023"]) == printed(cell(row["Asal"]))
    up, down = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    counts = f"Dari 48 butir yang sama: {up} naik, {down} turun, {48 - up - down} tetap."
    assert counts in shown_here.text


@pytest.mark.parametrize("region", [KUKAR, SURABAYA])
def test_no_question_changes_are_shown_where_a_form_is_not_on_record(region):
    page = Page(shown.question_changes(region, 2022, 2023).html)
    assert page.tables == []
    assert f"data/raw/2022/nilai-butir-{region}.csv" in page.text


@pytest.mark.parametrize(
    "place",
    [
        shown.components,
        shown.ranks,
        lambda year, region: shown.index_years(region, year - 1, year),
    ],
    ids=["components", "ranks", "index of two years"],
)
def test_a_region_that_stayed_away_has_no_score_and_the_printed_0_is_explained(place):
    page = Page(place(2023, STAYED_AWAY).html)
    assert "Kabupaten Dairi tidak ikut evaluasi 2023" in page.text
    assert "bukan nilai" in page.text
    assert page.tables == []
    assert LOOKS_LIKE_A_SCORE.search(page.text) is None


@pytest.mark.parametrize("place", [shown.components, shown.ranks, shown.origins])
@pytest.mark.parametrize(("year", "region"), [(2022, KUKAR), (2023, IN_NO_TABLE)])
def test_a_region_that_no_table_names_waits_for_the_national_table(place, year, region):
    page = Page(place(year, region).html)
    assert page.tables == []
    assert f"data/raw/{year}/tabel-nasional-" in page.text
    assert FW.regions[region].name in page.text


def test_every_table_names_the_letter_of_its_year():
    letters = {2022: "B-1004/DJAI/AI.01.04/12/2022", 2023: "B-1384/DJAI/AI.01.04/12/2023"}
    for year, letter in letters.items():
        for shown_here in (
            shown.components(year, MALANG),
            shown.ranks(year, MALANG),
            shown.neighbours(year, MALANG),
            shown.origins(year, MALANG),
        ):
            assert [name for name in letters.values() if name in shown_here.text] == [letter]
            assert table(shown_here).caption
    both = shown.components_between(MALANG, 2022, 2023).text
    assert all(letter in both for letter in letters.values())


@pytest.mark.parametrize(("year", "region"), [(2019, KUKAR), (2023, "6402")])
def test_an_unknown_year_or_region_is_refused(year, region):
    with pytest.raises(UsageError, match="known"):
        shown.components(year, region)


def test_a_code_that_became_a_number_is_read_back():
    assert shown.components(2023, 64.02) == shown.components(2023, KUKAR)
    majalengka = shown.ranks("2023", 32.1)
    assert "Kabupaten Majalengka" in majalengka.text
