"""What a figure shows is held by numbers: its words, its marks and its alternative text."""

import hashlib
import json
import os
import re
import subprocess
import sys

import pytest
from reading import (
    IN_NO_TABLE,
    KUKAR,
    MALANG,
    STAYED_AWAY,
    SURABAYA,
    Drawn,
    number,
    numbers,
    table,
    tables_from,
)

from kukar_analysis import plots
from kukar_analysis import tables as shown

ALL = {
    "components": lambda: plots.components(2023, KUKAR),
    "components of a regular region": lambda: plots.components(2023, SURABAYA),
    "distribution": lambda: plots.distribution(2023, KUKAR),
    "distribution of one group": lambda: plots.distribution(2022, MALANG),
    "two years": lambda: plots.components_between(MALANG, 2022, 2023),
}

pytestmark = pytest.mark.usefixtures("processed_env")


@pytest.fixture(scope="module")
def figures(processed):
    with tables_from(processed):
        return {name: draw() for name, draw in ALL.items()}


@pytest.fixture(params=ALL)
def drawn(request, figures):
    return Drawn(figures[request.param])


def floats(texts):
    return [float(number(text)) for text in texts]


def test_a_figure_is_well_formed_and_loads_nothing_from_outside(drawn):
    tags = {element.tag.rsplit("}", 1)[-1] for element in drawn.root.iter()}
    assert tags.isdisjoint({"image", "script", "foreignObject", "a"})
    for element in drawn.root.iter():
        for name, value in element.attrib.items():
            if name.rsplit("}", 1)[-1] in ("href", "src"):
                assert value.startswith("#")
            assert re.findall(r"url\((?!#)", value) == []
    assert "@import" not in drawn.source


def test_the_title_states_the_finding_and_the_alternative_text_begins_with_it(drawn):
    finding = drawn.alt.split(". ")[0]
    assert len(finding) > 20
    assert finding in " ".join(drawn.words)


def test_the_source_stands_under_the_figure(drawn):
    letters = {"B-1384/DJAI/AI.01.04/12/2023", "B-1004/DJAI/AI.01.04/12/2022"}
    said = " ".join(drawn.words)
    assert "Sumber: " in said
    assert any(letter in said for letter in letters)


def test_the_same_figure_is_the_same_bytes_again_and_in_another_process(figures, processed):
    for name, draw in ALL.items():
        if name in ("distribution", "two years"):
            assert draw() == figures[name]
    code = (
        "import hashlib, json; from kukar_analysis import plots;"
        f"made = [plots.components(2023, {KUKAR!r}), plots.distribution(2023, {KUKAR!r})];"
        "print(json.dumps([hashlib.sha256(m.html.encode()).hexdigest() for m in made]))"
    )
    again = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KUKAR_PROCESSED": str(processed), "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    here = [figures[name].html.encode() for name in ("components", "distribution")]
    assert json.loads(again.stdout) == [hashlib.sha256(html).hexdigest() for html in here]


@pytest.mark.parametrize(
    ("name", "region"), [("components", KUKAR), ("components of a regular region", SURABAYA)]
)
def test_components_are_drawn_where_the_table_says(figures, tables, name, region):
    drawn = Drawn(figures[name])
    rows = table(shown.components(2023, region)).records()[:-1]
    scores = [row["Nilai"] for row in rows]
    means = [row[next(head for head in row if head.startswith("Rata-rata"))] for row in rows]
    assert drawn.marks("PathCollection_2") == pytest.approx(floats(scores), abs=0.002)
    assert drawn.marks("PathCollection_1") == pytest.approx(floats(means), abs=0.006)
    assert [word for word in drawn.words if re.fullmatch(r"\d,\d\d", word)] == scores
    pairs = [text for pair in zip(scores, means, strict=True) for text in pair]
    assert floats(re.findall(r"\d,\d\d", drawn.alt.split(". ", 1)[1])) == floats(pairs)
    labels = [f"{row['Komponen']} ({row['Bobot']})" for row in rows]
    assert [word for word in drawn.words if word in labels] == labels
    ranges = tables["component_scores"].dropna(subset="score")
    (edition,) = set(ranges.loc[(ranges.region == region) & (ranges.year == 2023), "edition"])
    ranges = ranges[ranges["edition"] == edition].groupby("component", sort=False)["score"]
    expected = sorted(zip(ranges.min(), ranges.max(), strict=True))
    lines = sorted(drawn.spans("LineCollection_1"))
    assert [end for line in lines for end in line] == pytest.approx(
        [end for line in expected for end in line], abs=0.002
    )


def test_the_finding_names_the_component_furthest_behind(figures):
    assert Drawn(figures["components"]).alt.startswith(
        "Kolaborasi paling tertinggal dari rata-rata KPPN & IKN (−0,74)."
    )


def test_nobody_is_called_behind_where_all_components_are_ahead(figures):
    alt = Drawn(figures["components of a regular region"]).alt
    assert alt.startswith("Tidak ada komponen di bawah rata-rata Reguler.")


def test_the_distribution_has_a_point_for_every_participant(figures, tables):
    drawn = Drawn(figures["distribution"])
    finals = tables["index_scores"]
    finals = finals[(finals["year"] == 2023) & finals["participated"]]
    points = [
        len([e for e in drawn.part(f"PathCollection_{n}").iter() if e.get("x")]) for n in (1, 2)
    ]
    assert sorted(points) == [58, 72]
    assert sum(points) == len(finals)
    assert {"(58 daerah)", "(72 daerah)"} <= set(drawn.words)
    assert "Kabupaten Kutai Kartanegara 2,82" in drawn.words
    assert drawn.alt.startswith("Kabupaten Kutai Kartanegara di peringkat 73 dari 130 peserta.")
    ends = [finals["index_published"].min(), finals["index_published"].max(), 2.82]
    assert [float(n) for n in numbers(drawn.alt)] == ends


def test_a_rank_within_one_group_is_not_told_as_one_among_all(figures):
    alt = Drawn(figures["distribution of one group"]).alt
    assert alt.startswith("Kabupaten Malang di peringkat 12 dari 38 peserta KPPN & IKN.")


def test_two_years_are_drawn_where_the_table_says_and_no_unfair_change_is_written(figures):
    drawn = Drawn(figures["two years"])
    rows = table(shown.components_between(MALANG, 2022, 2023)).records()
    rows = [row for row in rows if row["Nilai 2022"] != "–"]
    before, after = ([row[f"Nilai {year}"] for row in rows] for year in (2022, 2023))
    assert drawn.marks("PathCollection_1") == pytest.approx(floats(before), abs=0.002)
    assert drawn.marks("PathCollection_2") == pytest.approx(floats(after), abs=0.002)
    pairs = [f"{r['Komponen']} {r['Nilai 2022']} lalu {r['Nilai 2023']}" for r in rows]
    assert "; ".join(pairs) in drawn.alt
    fair = [row["Perubahan"] for row in rows if row["Sebanding?"] != "tidak"]
    assert [word for word in drawn.words if re.fullmatch(r"[+−]\d,\d\d", word)] == fair
    assert drawn.words.count("tidak sebanding") == len(rows) - len(fair) == 1
    assert drawn.alt.startswith("Baseline paling berubah (+2,20).")


@pytest.mark.parametrize(
    ("figure", "asked"),
    [
        ("components", (2022, KUKAR)),
        ("components", (2023, STAYED_AWAY)),
        ("components", (2023, IN_NO_TABLE)),
        ("distribution", (2022, KUKAR)),
        ("distribution", (2023, STAYED_AWAY)),
        ("distribution", (2023, IN_NO_TABLE)),
        ("components_between", (KUKAR, 2022, 2023)),
        ("components_between", (STAYED_AWAY, 2022, 2023)),
    ],
)
def test_nothing_is_drawn_where_nothing_is_on_record(figure, asked):
    drawn = getattr(plots, figure)(*asked)
    assert (drawn.html, drawn.text) == ("", "")
