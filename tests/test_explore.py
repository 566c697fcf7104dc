"""Drop-downs, tabs and exports of notebooks/jelajah.ipynb, without a browser."""

import csv
from pathlib import Path

import ipywidgets as widgets
import openpyxl
import pytest
from matplotlib.image import imread
from reading import IN_NO_TABLE, KUKAR, MALANG, STAYED_AWAY, Page

from kukar_analysis import display, explore, store
from kukar_analysis.analysis import compare
from kukar_analysis.display import Column
from kukar_analysis.errors import MissingTableError, UsageError
from kukar_analysis.explore import choosing, exporting, peers, showing, tracing

SAMARINDA, KUTAI_BARAT = "64.72", "64.07"


@pytest.fixture
def choice(processed_env):
    return explore.Choice(2023, KUKAR, "governance")


def inside(widget, kind):
    """Return the widgets of a kind inside another, in their order."""
    found = [widget] if isinstance(widget, kind) else []
    for child in getattr(widget, "children", ()):
        found += inside(child, kind)
    return found


def labelled(widget, label):
    (found,) = [w for w in inside(widget, widgets.Dropdown) if w.description == label]
    return found


def on_screen(widget, choice):
    tabs = inside(widget, widgets.Tab)[0]
    return tabs.children[list(showing.VIEWS).index(choice.view)].value


def alts(html):
    return [image["alt"] for image in Page(html).all("img")]


def test_it_begins_with_the_parameters_and_the_participants_of_the_province(choice):
    assert (choice.year, choice.before, choice.region) == (2023, 2022, KUKAR)
    province = compare.participants(2023)
    province = set(province.loc[province["province_code"] == "64", "region"])
    assert set(choice.peers) == province - {KUKAR}
    assert explore.Choice(2023, KUKAR, "living", "35.07, 64.72").peers == (MALANG, SAMARINDA)


@pytest.mark.usefixtures("processed_env")
@pytest.mark.parametrize(
    "asked",
    [
        (2025, KUKAR, "living", ""),
        (2023, "6402", "living", ""),
        (2023, KUKAR, "hidup", ""),
        (2023, KUKAR, "living", "Samarinda"),
        (2023, KUKAR, "living", ",".join(f"64.0{i}" for i in range(1, 8))),
    ],
)
def test_parameters_that_are_not_known_are_refused(asked):
    with pytest.raises(UsageError):
        explore.Choice(*asked)


def test_without_tables_it_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    with pytest.raises(MissingTableError, match="kukar clean"):
        explore.Choice(2023, KUKAR, "living")


def test_figures_and_tables_follow_every_drop_down(choice):
    desk = explore.figures(choice)
    assert "Kutai Kartanegara" in alts(on_screen(desk, choice))[0]
    labelled(desk, "Daerah").value = MALANG
    assert "Kabupaten Malang 2023" in alts(on_screen(desk, choice))[0]
    labelled(desk, "Tahun").value = 2022
    assert "Kabupaten Malang 2022" in alts(on_screen(desk, choice))[0]
    assert labelled(desk, "Dibandingkan").value is choice.before is None
    choice.view = "Pilar"
    labelled(desk, "Pilar").value = "living"
    assert "Smart Living" in on_screen(desk, choice)
    labelled(desk, "Tahun").value = 2023
    assert choice.before == 2022
    choice.view = "Antar tahun"
    assert "2022" in alts(on_screen(desk, choice))[0]


def test_the_tab_that_is_opened_is_filled(choice):
    desk = explore.figures(choice)
    tabs = inside(desk, widgets.Tab)[0]
    assert [bool(child.value) for child in tabs.children] == [True, *[False] * 4]
    for number, view in enumerate(showing.VIEWS):
        tabs.selected_index = number
        assert choice.view == view
        assert "<table>" in tabs.children[number].value


def test_peers_are_added_and_taken_away_and_never_too_many(choice):
    desk = explore.figures(choice)
    choice.view = "Pembanding"
    add, chosen = labelled(desk, "Pembanding"), inside(desk, widgets.TagsInput)[0]
    assert len(choice.peers) == choosing.MOST_PEERS
    assert list(add.options) == [("sudah 6; hapus satu dulu (×)", "")]
    chosen.value = ["Kota Samarinda"]
    assert choice.peers == (SAMARINDA,)
    add.value = MALANG
    assert choice.peers == (SAMARINDA, MALANG)
    assert add.value == ""
    shown = on_screen(desk, choice)
    assert "Kabupaten Malang" in alts(shown)[0]
    assert "Kutai Barat" not in shown
    assert KUKAR not in [code for _, code in add.options]


@pytest.mark.parametrize("view", showing.VIEWS)
@pytest.mark.parametrize("region", [STAYED_AWAY, IN_NO_TABLE])
def test_what_is_not_on_record_is_an_empty_place_and_no_number(choice, view, region):
    choice.region, choice.view, choice.peers = region, view, ()
    parts = showing.shown(choice)
    assert parts
    assert "figure" not in [tag for part in parts for tag, _ in Page(part.html).tags]
    kinds = [div.get("class") for part in parts for div in Page(part.html).all("div")]
    assert "empty-place" in kinds
    choice.figure = "index"
    assert "2,8" not in tracing.cells(choice).text


def test_tables_that_vanish_meanwhile_are_said_in_their_place(choice, tmp_path, monkeypatch):
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert "kukar clean" in showing.shown(choice)[0].text
    assert "kukar clean" in tracing.cells(choice).text


def test_peers_stand_beside_the_region_with_the_scores_on_record(processed_env):
    found = Page(peers.table(2023, KUKAR, [SAMARINDA, STAYED_AWAY]).html)
    (table,) = found.tables
    assert [row[0] for row in table.rows] == ["Kota Samarinda", "Kabupaten Kutai Kartanegara"]
    assert [table.rows[i][0] for i in table.own] == ["Kabupaten Kutai Kartanegara"]
    assert table.rows[1][2:] == ["2,82", "3,60", "2,89", "2,92", "2,59", "3,32", "1,20"]
    assert "Kabupaten Dairi" in found.text
    assert "Kota Samarinda" in alts(peers.figure(2023, KUKAR, [SAMARINDA]).html)[0]


def test_a_figure_is_traced_to_its_file_and_cell_and_follows_the_region(choice):
    traced = explore.trace(choice)
    pick, place = inside(traced, widgets.Dropdown)[0], traced.children[1]
    pick.value = "collaboration"
    assert "2023/tabel-nasional-peserta.csv#l37:c8" in place.value
    assert "baris 37, kolom 8" in place.value
    assert Page(place.value).tables[0].rows[0][-1] == "1,2"
    choice.region = MALANG
    assert pick.value == "collaboration"
    assert "#l46:c8" in place.value
    choice.year = 2022
    assert pick.value == choice.figure == "index"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("l37:c3", "baris 37, kolom 3"),
        ("l9", "baris 9"),
        ("Smart Living!F12", "lembar Smart Living, sel F12"),
        ("p15:r4", "halaman 15, nilai ke-4"),
    ],
)
def test_a_place_is_said_in_words(place, words):
    assert tracing.in_words(place) == words


def press(box, label):
    (button,) = [b for b in inside(box, widgets.Button) if b.description == label]
    button.click()
    return Page(box.children[1].value).text


def test_what_is_shown_is_written_as_png_csv_and_xlsx(choice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    box = explore.export(choice)
    said = press(box, "PNG")
    assert said.startswith("1 berkas ditulis ke ")
    assert "2023-64.02-indeks-1.png" in said
    assert imread(tmp_path / "ekspor/2023-64.02-indeks-1.png").shape[1] > 1400
    press(box, "CSV")
    with Path("ekspor/2023-64.02-indeks-1.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows[0][:3] == ["Komponen", "Bobot", "Nilai"]
    assert rows[6] == ["Kolaborasi", "10%", "1,20", "0,120", "1,94", "-0,74", "-0,074"]
    press(box, "XLSX")
    book = openpyxl.load_workbook("ekspor/2023-64.02-indeks.xlsx")
    first, traced = book.worksheets
    cells = [[c.value for c in row] for row in first.iter_rows(min_row=4, max_row=10)]
    assert cells[5] == ["Kolaborasi", 10, 1.2, 0.12, 1.94, -0.74, -0.074]
    assert first["B9"].number_format == '0"%"'
    assert first["A1"].value == "Komponen Kabupaten Kutai Kartanegara 2023"
    assert "Surat Kominfo" in first.cell(12, 1).value
    assert traced["C4"].value == "2023/tabel-nasional-peserta.csv#l37:c9"
    assert [p.name for p in Path("ekspor").iterdir() if p.name.startswith(".")] == []


def test_the_folder_is_chosen_and_one_that_cannot_be_written_is_said(choice, tmp_path):
    box = explore.export(choice)
    (folder,) = inside(box, widgets.Text)
    folder.value = str(tmp_path / "lain")
    assert str(tmp_path / "lain") in press(box, "XLSX")
    assert (tmp_path / "lain/2023-64.02-indeks.xlsx").exists()
    (tmp_path / "berkas").touch()
    folder.value = str(tmp_path / "berkas")
    assert press(box, "PNG").startswith("Tidak dapat menulis ke ")


def test_where_there_is_no_figure_none_is_written(choice, tmp_path):
    choice.view = "Pilar"
    box = explore.export(choice)
    inside(box, widgets.Text)[0].value = str(tmp_path)
    assert press(box, "PNG").startswith("Tidak ada yang dapat ditulis")
    assert list(tmp_path.iterdir()) == []


def test_a_number_stays_a_number_and_a_text_never_becomes_a_formula(tmp_path):
    columns = [Column("Nama"), Column("Nilai", numeric=True)]
    rows = [["=1+1", "−1.234,50"], ["+62", "–"], ["biasa", "20%"], ["-a", "tidak ikut"]]
    shown = [display.table("A/B: judul?", columns, rows, note="=2+2")]
    (path,) = exporting.table_files(shown, tmp_path, "2023-x")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["Nama;Nilai", "'=1+1;-1234,50", "'+62;", "biasa;20%", "'-a;tidak ikut"]
    (path,) = exporting.workbook(shown, tmp_path, "2023-x")
    (sheet,) = openpyxl.load_workbook(path).worksheets
    assert [c.value for c in sheet["B"][3:7]] == [-1234.5, None, 20, "tidak ikut"]
    assert {c.data_type for row in sheet.iter_rows() for c in row} <= {"s", "n"}
