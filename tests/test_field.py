"""No rank, mean or range of a part of the field: each way a field can be short, seen."""

import shutil

import pytest

from kukar_analysis import check, clean, framework, paths, store
from kukar_analysis.analysis import compare, robustness, standing
from kukar_analysis.clean import received
from kukar_analysis.errors import TableError

KUKAR = "64.02"
NATIONAL = "2023/tabel-nasional-peserta.csv"
ALL = [("national", 73, 130), ("group", 27, 58), ("province", 5, 7)]


@pytest.fixture
def spoilt(tmp_path, monkeypatch):
    def run(change):
        raw = tmp_path / "raw"
        for path in paths.RAW.glob("*/*nasional*"):  # the others are not looked at
            (raw / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, raw / path.parent.name)
        table = raw / NATIONAL
        lines = change(table.read_text(encoding="utf-8").splitlines(keepends=True))
        table.write_text("".join(lines), encoding="utf-8", newline="")
        monkeypatch.setenv(paths.PROCESSED_VARIABLE, str(tmp_path / "processed"))
        return clean.clean(raw, tmp_path / "processed")

    return run


def misspelt(lines):
    spoilt = {"KAB. BADUNG;": "KAB. BADUNGG;", "KOTA BALIKPAPAN;": "KOTA BALIKPAPANN;"}
    for right, wrong in spoilt.items():
        lines = [line.replace(right, wrong) for line in lines]
    return lines


def with_cell(number, column, text):
    def change(lines):
        cells = lines[number].split(";")
        cells[column] = text
        return [*lines[:number], ";".join(cells), *lines[number + 1 :]]

    return change


def ranks():
    return [(r.scope, r.rank, r.of) for r in compare.ranks(2023, KUKAR).itertuples()]


SHORT = {
    "as it came": (lambda lines: lines, [58, 72], ALL),
    "two names misspelt": (misspelt, [57, 71], []),
    "cut inside a line": (lambda lines: [*lines[:-1], lines[-1][:25]], [57, 72], []),
    "a region twice, otherwise": (with_cell(40, 1, "KAB. MALANG"), [56, 72], []),
    "no final of the other group": (with_cell(5, 8, "-"), [58, 71], ALL[1:2]),
}


@pytest.mark.parametrize("case", SHORT)
def test_what_is_said_of_a_field_needs_the_whole_of_it(spoilt, case):
    change, kept, expected = SHORT[case]
    spoilt(change)
    verdict = compare.whole_field(2023).set_index("edition")
    whole = [n == of for n, of in zip(kept, (58, 72), strict=True)]
    assert verdict["kept"].tolist() == [*kept, sum(kept)]
    assert verdict["whole"].tolist() == [*whole, all(whole)]
    assert (verdict["missing"] == "").tolist() == verdict["whole"].tolist()
    assert ranks() == expected
    profile, gaps = compare.components(2023, KUKAR), compare.component_gaps(2023, KUKAR)
    of_group = ["group_mean", "group_low", "group_high", "gap", "effect"]
    assert profile[of_group].notna().all(axis=None) == whole[0]
    assert profile[of_group].isna().all(axis=None) != whole[0]
    assert (set(gaps["against"]) & {"group", "best"} != set()) == whole[0]
    assert profile["score"].tolist() == [3.6, 2.89, 2.92, 2.59, 3.32, 1.2]
    assert str(compare.index_value(2023, KUKAR).value) == "2.82"
    assert KUKAR in set(compare.components(2023, partial=True)["region"])
    assert compare.components(2023)["edition"].nunique() == sum(whole)
    assert ("peringkat" in standing.standing(2023, KUKAR)) == bool(expected)
    assert bool(standing.profile(2023, KUKAR)) == whole[0]
    scopes = {scope for scope, *_ in robustness.field(2023).scopes()}
    assert scopes == set(["group"] * any(whole) + ["national"] * all(whole))
    _, short = check.short_fields({name: store.read(name) for name in store.SCHEMAS})
    assert len(short) == 2 - sum(whole)


def test_an_edition_that_is_not_defined_gives_no_national_field(tables, with_definitions):
    known = framework.load().editions
    with_definitions(editions={e: known[e] for e in known if e != "2023-reguler"})
    found = check.fields(tables, 2023)
    assert found["whole"].tolist() == [True, False]
    assert found["missing"].iloc[-1] == "Aturan 2023 kelompok Reguler belum tercatat."


def test_without_known_numbers_running_ones_stand_in_and_it_is_said(tables, with_definitions):
    with_definitions(field_sizes={})
    found, (said, short) = check.fields(tables, 2023), check.short_fields(tables)
    assert found["basis"].tolist() == ["numbers"] * 3
    assert found["whole"].all()
    assert ["nomor urut" in line for line in said] == [True] * 3
    assert short == []


@pytest.mark.parametrize("change", ["edited", "added", "removed", "mapping", "definitions"])
def test_tables_of_other_raw_files_or_definitions_are_refused(
    change, raw_folder, tmp_path, monkeypatch
):
    rows = "DAERAH;PILAR;JUMLAH OPD\nKAB. MALANG;Smart Living;3\n"
    raw = raw_folder({"2021/a.csv": rows, "2021/b.csv": rows})
    clean.clean(raw, tmp_path)
    received.check_tables(tmp_path, raw)
    path, said = raw / "2021" / "a.csv", "definitions changed since: run"
    if change == "definitions":
        monkeypatch.setattr(store, "program", lambda: "other")
    elif change == "removed":
        path.unlink()
    else:
        path = raw / {"added": "2021/baru.csv", "mapping": "MAPPINGS.csv"}.get(change, "2021/a.csv")
        path.write_text(f"{rows}\n")
    if change != "definitions":
        said = f"{path.name}.*kukar clean"
    with pytest.raises(TableError, match=said):
        received.check_tables(tmp_path)
