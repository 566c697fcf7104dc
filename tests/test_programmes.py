"""What is done and what is not: bands, counts and lists, each by a second plain computation."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, Drawn, table, tables_from, write_tables

from kukar_analysis import framework, narrative, plots, store, tables
from kukar_analysis.analysis import gaps, programmes
from kukar_analysis.errors import UsageError

FW = framework.load()
YEAR, REGION = 2023, "00.01"
PRINTED = {"Sangat Baik": 91, "Baik": 76, "Cukup": 66, "Kurang": 51, "Sangat Kurang": None}
"""The lower bounds as LKjIP Inspektorat Sampang 2019 prints them."""


def programme(name, pillar="living", **cells):
    row = {"year": YEAR, "region": REGION, "pillar": pillar, "programme": name}
    row |= {"is_quick_win": False, "origin": f"2023/contoh.csv#l{len(name)}:c1"}
    return row | cells


OFFICE = [
    programme("a", status="done", target=100, realisation=91, budget=5.0, digital_part="market"),
    programme("bb", status="done", target=200, realisation=181, budget=2.5),
    programme("ccc", "governance", status="not_begun", target=10, realisation=12, opd="Bappeda"),
    programme("dddd", status="not_begun", target=0, realisation=3, digital_part="market"),
    programme("eeeee", status="running", target=4, digital_part="society"),
    programme("ffffff", realisation=7),
    programme("ggggggg", status="not_begun", target=10, realisation=0),
    programme("hhhhhhhh", status="running", target=100, realisation=50.9),
]
"""One programme a rule: 91 and 90.5 percent, 120 percent, target 0, no figures."""


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.setenv(
        store.PROCESSED_VARIABLE, str(write_tables(tmp_path, programmes=OFFICE, index_scores=[]))
    )
    return programmes.progress(YEAR, REGION).set_index("programme")


# Bands


@pytest.mark.parametrize(
    ("percent", "name"),
    [
        ("130", "Sangat Baik"),
        ("100", "Sangat Baik"),
        ("91", "Sangat Baik"),
        ("90.999", "Baik"),
        ("90.5", "Baik"),
        ("90", "Baik"),
        ("76", "Baik"),
        ("75.5", "Cukup"),
        ("66", "Cukup"),
        ("65.5", "Kurang"),
        ("51", "Kurang"),
        ("50.5", "Sangat Kurang"),
        ("50", "Sangat Kurang"),
        ("0", "Sangat Kurang"),
    ],
)
def test_a_band_begins_where_its_lower_bound_is_reached(percent, name):
    assert FW.achievement_bands[programmes.band(Fraction(percent))].name == name


def test_the_bands_are_the_printed_ones():
    assert {b.name: b.lowest for b in FW.achievement_bands.values()} == PRINTED
    assert [b.highest for b in FW.achievement_bands.values()] == [100, 90, 75, 65, 50]
    assert {b.citation for b in FW.achievement_bands.values()} == {"sampang-2019"}


def test_percentages_are_exact_where_floats_are_not():
    # 91 percent; in floats it is 90.99999999999999
    assert 0.0455 / 0.05 * 100 < 91
    assert programmes.achievement(0.05, 0.0455) == 91
    for percent, target in itertools.product((51, 66, 76, 91), (0.3, 0.7, 1.1, 37, 1e9 / 8)):
        realised = float(Decimal(str(target)) * percent / 100)
        assert programmes.achievement(target, realised) == percent


@pytest.mark.parametrize(
    ("target", "realisation", "lack"),
    [
        (None, 3.0, "target"),
        (None, None, "target"),
        (4.0, None, "realisation"),
        (0.0, None, "realisation"),
        (0.0, 3.0, "zero_target"),
        (-2.0, 3.0, "zero_target"),
        (4.0, 0.0, None),
    ],
)
def test_there_is_no_percentage_where_it_cannot_be_counted(target, realisation, lack):
    pair = [float("nan") if value is None else value for value in (target, realisation)]
    assert programmes.lack(*pair) == lack
    assert (programmes.achievement(*pair) is None) == (lack is not None)


# Progress, counts and lists


def test_each_programme_has_its_percentage_and_band_or_says_why_not(office):
    names = {b.band: b.name for b in FW.achievement_bands.values()}
    assert {n: (p, names.get(b), e) for n, p, b, e in said(office)} == {
        "a": (91, "Sangat Baik", False),
        "bb": (90.5, "Baik", False),
        "ccc": (120, "Sangat Baik", True),
        "dddd": (None, None, False),
        "eeeee": (None, None, False),
        "ffffff": (None, None, False),
        "ggggggg": (0, "Sangat Kurang", False),
        "hhhhhhhh": (50.9, "Sangat Kurang", False),
    }
    assert office["lacks"].dropna().to_dict() == {
        "dddd": "zero_target",
        "eeeee": "realisation",
        "ffffff": "target",
    }


def said(office):
    cells = office[["percent", "band", "exceeds"]].astype("object")
    cells = cells.where(cells.notna(), None)
    return list(cells.itertuples(name=None))


def test_programmes_stand_in_the_order_of_the_pillars(office):
    assert list(office.index[:2]) == ["ccc", "a"]


def test_counts_and_budget_by_pillar(office):
    found = programmes.summary(office.reset_index(), "pillar").set_index("pillar")
    assert list(found.index) == list(FW.pillars)
    living = found.loc["living"].to_dict()
    assert living == {
        "programmes": 7,
        "done": 2,
        "running": 2,
        "not_begun": 2,
        "not_stated": 1,
        "rated": 4,
        "very_good": 1,
        "good": 1,
        "fair": 0,
        "poor": 0,
        "very_poor": 2,
        "exceeds": 0,
        "budget": 7.5,
        "without_budget": 5,
    }
    assert found.loc["governance", ["programmes", "exceeds", "without_budget"]].tolist() == [
        1,
        1,
        1,
    ]
    assert found["budget"].isna().sum() == 5


def test_programmes_of_no_digital_part_have_a_line_of_their_own(office):
    found = programmes.summary(office.reset_index(), "digital_part")
    assert found["digital_part"].tolist()[:4] == ["infrastructure", "society", "economy", "market"]
    assert found["digital_part"].isna().tolist() == [False] * 4 + [True]
    assert found["programmes"].tolist() == [0, 1, 0, 2, 5]


def test_what_presses_is_not_begun_or_in_the_lowest_band_least_first(office):
    found = programmes.pressing(office.reset_index())["programme"]
    assert found.tolist() == ["ccc", "dddd", "ggggggg", "hhhhhhhh"]


def test_not_begun_with_a_realisation_is_a_contradiction_and_zero_is_none(office):
    assert list(programmes.contradictions(office).index) == ["ccc", "dddd"]


@pytest.mark.parametrize("by", ["pillar", "digital_part"])
@pytest.mark.parametrize("year", [2022, 2023])
def test_the_samples_counts_are_those_of_its_lines(sample_env, year, by):
    lines = store.read("programmes")
    lines = lines[lines["year"] == year].to_dict("records")
    found = programmes.summary(programmes.progress(year, REGION), by).set_index(by)
    assert found["programmes"].sum() == len(lines)
    names = {b.name: b.band for b in FW.achievement_bands.values()}
    for part in found.index:
        own = [line for line in lines if line[by] == part]
        status = Counter(line["status"] for line in own)
        assert found.loc[part, ["done", "running", "not_begun"]].tolist() == [
            status[s] for s in ("done", "running", "not_begun")
        ]
        reached = Counter(plain_band(line["target"], line["realisation"]) for line in own)
        assert {n: found.loc[part, b] for n, b in names.items()} == {n: reached[n] for n in PRINTED}
        assert found.loc[part, "budget"] == sum(line["budget"] for line in own)


def plain_band(target, realisation):
    """Compare in whole numbers: realisation of a hundred against the bound times the target."""
    for name, lowest in PRINTED.items():
        if lowest is None or round(100 * realisation) >= lowest * round(target):
            return name
    raise AssertionError


def test_the_rejected_records_of_the_samples_list_are_counted_once_each(sample_env):
    # five planted faults, each in a row of its own; those of 2022 are in no list of programmes
    assert [programmes.rejected(year) for year in (2022, 2023)] == [0, 5]


def test_a_rejected_record_counts_once_however_many_faults_it_has(tmp_path, monkeypatch):
    files = {"kind": "programmes", "rows_read": 9, "rows_kept": 6, "rows_rejected": 3}
    lists = [files | {"file": name, "rows_duplicate": 0} for name in ("2023/a.xlsx", "2023/b.csv")]
    other = files | {"file": "2023/c.csv", "kind": "survey", "rows_duplicate": 0}
    places = ["2023/a.xlsx#Program!H48", "2023/a.xlsx#Program!L48", "2023/a.xlsx#Program!H49"]
    places += ["2023/b.csv#l5:c2", "2023/b.csv#l5:c3", "2023/c.csv#l2:c1"]
    faults = [
        {"file": p.split("#")[0], "origin": p, "rule": "number", "reason": "is no number"}
        for p in places
    ]
    write_tables(tmp_path, files=[*lists, other], rejected=faults)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert programmes.rejected(2023) == 3
    assert programmes.rejected(2022) == 0


# Gaps


def test_the_list_waits_for_what_it_lacks(office, sample_env):
    assert gaps.programmes_gap(2023, REGION) is None
    assert "daftar program Kabupaten Contoh Utara" in gaps.programmes_gap(2023, "00.02").what


def test_an_incomplete_list_counts_what_lacks(office):
    assert "4 dari 8 program" not in gaps.programmes_gap(YEAR, REGION).what
    assert "3 dari 8 program" in gaps.programmes_gap(YEAR, REGION).what


# What pages show


def test_the_answer_for_the_sample_says_the_numbers_of_its_tables(sample_env):
    first, budget, parts, limits = narrative.programmes(2023, REGION).text.split("\n\n")
    for words in (
        "42 program Kabupaten Contoh 2023",
        "17 selesai, 14 berjalan, dan 11 belum dimulai",
        "7 Sangat Baik, 13 Baik, 6 Cukup, 12 Kurang, dan 4 Sangat Kurang",
        "0 mencapai atau melampaui target",
        "11 program disebut belum dimulai padahal mencatat realisasi",
        "bukan nilai asesor",
    ):
        assert words in first
    assert budget.startswith("Anggaran yang tercatat berjumlah Rp49.900.000.000.")
    assert "5 catatan ditolak" in budget
    assert "infrastruktur digital 3 dari 11" in parts
    assert "tidak berlaku untuk indeks" in limits


@pytest.mark.usefixtures("processed_env")
def test_kukars_answer_says_what_is_not_on_record_and_what_would_fill_it():
    said = narrative.programmes(2023, KUKAR).text
    assert "tidak tercatat" in said
    assert "data/raw/2023/program-2023.xlsx" in said
    assert "12 quick win dari 2021 dan 2022 (Kukar Asia Wonders disebut lebih dari sekali)" in said
    said = narrative.programmes(2022, KUKAR).text
    assert said.startswith("Status dan capaian 6 program Kabupaten Kutai Kartanegara 2022 tidak")
    assert "Becik" in said
    assert "isian kantor" not in said
    assert "tidak ikut evaluasi" in narrative.programmes(2023, STAYED_AWAY).text


@pytest.mark.usefixtures("processed_env")
def test_kukars_quick_wins_of_2022_have_neither_status_nor_percentage():
    rows = table(tables.programme_list(2022, KUKAR)).records()
    assert {(r["Status"], r["Capaian"], r["Pita"]) for r in rows} == {
        ("tidak tercatat", "tidak tercatat", "–")
    }
    counted = table(tables.programme_status(2022, KUKAR, "pillar"))
    assert counted.rows[-1] == ["Jumlah", "6", "–", "–", "–", "6", "–", "6"]
    rated = table(tables.programme_achievement(2022, KUKAR, "digital_part"))
    assert rated.rows[-2] == ["tidak tercatat", "6", "0", *["–"] * 6]
    assert "6 tidak mencatat status" in tables.pressing_programmes(2022, KUKAR).text
    assert "6 tidak punya persentase" in tables.programme_contradictions(2022, KUKAR).text


def test_a_list_never_shows_0_percent_for_what_cannot_be_counted(office):
    found = {r["Program"]: r for r in table(tables.programme_list(YEAR, REGION)).records()}
    assert found["ccc"]["Capaian"] == "120,00%"
    assert found["ccc"]["Pita"] == "Sangat Baik (melampaui target)"
    assert found["ccc"]["OPD"] == "Badan Perencanaan Pembangunan Daerah"
    assert found["dddd"]["Capaian"] == "tidak dapat dihitung: target tidak di atas 0"
    assert found["eeeee"]["Capaian"] == found["ffffff"]["Capaian"] == "tidak tercatat"
    assert found["ggggggg"]["Capaian"] == "0,00%"
    assert found["ffffff"]["Status"] == "tidak tercatat"
    assert found["hhhhhhhh"]["Realisasi"] == "50,90"


def test_the_total_of_a_table_is_the_sum_of_its_lines(sample_env):
    for shown, by in itertools.product(
        (tables.programme_status, tables.programme_achievement), ("pillar", "digital_part")
    ):
        found = table(shown(2023, REGION, by))
        cells = [[int(c.replace(".", "")) for c in row[1:]] for row in found.rows]
        assert cells[-1] == [sum(column) for column in zip(*cells[:-1], strict=True)]
        assert found.own == [len(found.rows) - 1]


def test_every_band_is_shown_with_its_source_and_how_it_is_known():
    found = table(tables.achievement_bands())
    assert [row[0] for row in found.rows] == list(PRINTED)
    assert found.rows[1][1:3] == ["76–90", "76 ke atas, di bawah 91"]
    assert found.rows[-1][1:3] == ["≤ 50", "di bawah 51"]
    assert {tuple(row[3:]) for row in found.rows} == {
        ("terlihat", "LKjIP Inspektorat Kabupaten Sampang 2019")
    }


def test_the_figure_says_every_percentage_and_the_finding_counts_them(sample_env):
    drawn = Drawn(plots.programme_achievement(2023, REGION))
    assert drawn.alt.startswith("0 dari 42 program yang punya persentase mencapai target; 4 berada")
    assert drawn.alt.count("%") == 42
    assert {"selesai", "berjalan", "belum dimulai", *PRINTED} <= set(drawn.words)
    assert any("DATA CONTOH" in word for word in drawn.words)


def test_what_lies_far_beyond_the_target_is_drawn_at_the_edge_with_its_figure(
    tmp_path, monkeypatch
):
    rows = [*OFFICE, programme("far", target=1, realisation=6.04)]
    write_tables(tmp_path, programmes=rows)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    words = Drawn(plots.programme_achievement(YEAR, REGION)).words
    assert "604%" in words
    assert "120%" not in words
    assert "status tidak tercatat" in words


def everything(year, region):
    """Return all that the page shows."""
    shown = [narrative.programmes(year, region), plots.programme_achievement(year, region)]
    for by in ("pillar", "digital_part"):
        shown += [tables.programme_status(year, region, by)]
        shown += [tables.programme_achievement(year, region, by)]
    shown += [tables.pressing_programmes(year, region), tables.programme_list(year, region)]
    return [*shown, tables.programme_contradictions(year, region)]


def test_every_region_and_year_has_its_page(sample_processed, processed, monkeypatch):
    read = store.read
    for folder in (sample_processed, processed):
        monkeypatch.setattr(store, "read", functools.cache(read))  # read and checked once each
        with tables_from(folder):
            regions = [KUKAR, *store.read("index_scores")["region"].unique(), IN_NO_TABLE]
            for year, region in itertools.product((2022, 2023), regions):
                assert narrative.programmes(year, region).text
            for year, region in itertools.product((2022, 2023), [*regions[:5], *regions[5::30]]):
                shown = everything(year, region)
                assert all(s.text for i, s in enumerate(shown) if i != 1)


@pytest.mark.usefixtures("processed_env")
def test_a_year_of_which_nothing_is_known_is_refused():
    with pytest.raises(UsageError, match=r"year 2030 has no files"):
        narrative.programmes(2030, KUKAR)
    assert "tidak tercatat" in narrative.programmes(2023, MALANG).text
