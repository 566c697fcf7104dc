"""Every record is kept, rejected with its reasons or a duplicate; every file is accounted for."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import re
from collections import Counter, defaultdict

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kukar_analysis import clean, framework, store
from kukar_analysis.clean import claims as settling
from kukar_analysis.clean.records import parse
from kukar_analysis.errors import UsageError
from kukar_analysis.framework.facts import Correction

AGENCIES = "DAERAH;PILAR;JUMLAH OPD"
LIST = f"{AGENCIES}\nKAB. MALANG;Smart Living;3\n"
OTHER = f"{AGENCIES}\nKAB. BANDUNG;Smart Living;3\n"
NATIONAL = "KAB/KOTA;BASELINE;OUTPUT;OUTCOME;IMPACT;QUICK WINS;PROGRAM KOLABORASI;NILAI FINAL;KET"
STATISTICS = "TAHUN;DAERAH;STATISTIK;NILAI;SATUAN;SITASI"
HEADS_ONLY = "has headings but no lines"
NO_SOURCES = "no SOURCES.csv: where the files came from is not recorded"


def counts(cleaned):
    """Return (read, kept, rejected, duplicate) by file."""
    columns = ["file", "rows_read", "rows_kept", "rows_rejected", "rows_duplicate"]
    return {f: tuple(n) for f, *n in cleaned.tables["files"][columns].itertuples(index=False)}


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


# The raw folder of the project


def test_the_raw_folder_of_the_project_gives_the_committed_row_counts(tables):
    assert {name: len(table) for name, table in tables.items() if name != "files"} == {
        "question_scores": 180,
        "component_scores": 981,
        "index_scores": 183,
        "assessor_notes": 0,
        "survey_responses": 0,
        "programmes": 12,
        "quick_win_aspects": 0,
        "pillar_agencies": 6,
        "official_statistics": 1455,
        "rejected": 1,
    }


def test_of_the_raw_folder_of_the_project_nothing_is_a_problem(cleaned):
    assert cleaned.problems == []


def test_every_raw_file_is_read_and_every_line_of_it_is_counted(cleaned):
    found = [p for p in store.RAW.glob("20*/**/*") if p.is_file()]
    raw = {p.relative_to(store.RAW).as_posix(): p for p in found}
    lines = {n: len(p.read_text("utf-8-sig").strip().splitlines()) - 1 for n, p in raw.items()}
    assert {file: n for file, (n, *_) in counts(cleaned).items()} == lines


def test_of_every_raw_file_read_is_kept_and_rejected_and_duplicate(cleaned):
    for read, kept, rejected, duplicate in counts(cleaned).values():
        assert read == kept + rejected + duplicate > 0


def test_the_fingerprints_are_those_of_the_sources(cleaned):
    with (store.RAW / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["file"]: row["sha256"] for row in csv.DictReader(file)}
    assert dict(cleaned.tables["files"][["file", "sha256"]].itertuples(index=False)) == listed


def test_the_correction_on_record_drops_the_population_of_samarinda_in_2021(tables):
    (dropped,) = tables["rejected"].itertuples()
    assert dropped.rule == "correction"
    assert dropped.origin == "2024/statistik-bps-kaltim.csv#l605"
    assert dropped.reason.startswith("dropped: Angka penduduk Samarinda 2021 dicatat sebagai salah")
    found = tables["official_statistics"]
    own = found[(found["region"] == "64.72") & (found["statistic"] == "population")]
    assert list(own["year"]) == [*range(2015, 2021), 2022, 2023, 2024]


def test_the_summary_counts_files_records_and_rows(cleaned):
    assert list(clean.totals(cleaned)) == [
        "rows written: question_scores 180, component_scores 981, index_scores 183,"
        " assessor_notes 0, survey_responses 0, programmes 12, quick_win_aspects 0,"
        " pillar_agencies 6, official_statistics 1455, rejected 1",
        "12 files, 1837 records read = 1836 kept + 1 rejected + 0 duplicate",
    ]


def test_cleaning_changes_no_raw_file_and_writes_nothing_beside_them(raw_folder, tmp_path):
    raw = raw_folder({"2023/a.csv": LIST, "2023/b.pdf": "%PDF", "SOURCES.csv": "file,sha256\n"})
    before = {p: p.read_bytes() for p in raw.rglob("*.*")}
    clean.clean(raw, tmp_path / "processed")
    assert {p: p.read_bytes() for p in raw.rglob("*.*")} == before


def test_cleaning_again_replaces_what_was_there(raw_folder, tmp_path):
    clean.clean(raw_folder({"2023/a.csv": LIST}), tmp_path)
    clean.clean(raw_folder({"2023/a.csv": OTHER}), tmp_path)
    assert list(store.read("pillar_agencies", tmp_path)["region"]) == ["32.04"]


# Which files are read


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere is no folder; expected one with a folder a y"):
        clean.clean(tmp_path / "nowhere", tmp_path / "processed")


def test_a_folder_without_a_year_folder_is_refused(raw_folder, tmp_path):
    raw = raw_folder({"tahun 2023/a.csv": LIST, "1999/a.csv": LIST, "20233/a.csv": LIST})
    with pytest.raises(UsageError, match=r"has no year folder; expected folders as .*/2023"):
        clean.clean(raw, tmp_path / "processed")
    assert not (tmp_path / "processed").exists()


def test_a_folder_within_a_year_is_read(clean_files):
    made = clean_files({"2023/Tahap II/a.csv": LIST})
    assert counts(made) == {"2023/Tahap II/a.csv": (1, 1, 0, 0)}
    assert list(made.tables["pillar_agencies"]["origin"]) == ["2023/Tahap II/a.csv#l2:c3"]


READERS = ".csv, .txt, .xlsx, .xlsm, .xls, .ods, .pdf"
UNREAD = {
    "surat.docx": ("x", f": there is no reader for .docx, only {READERS}"),
    "surat": ("x", f": there is no reader for it, only {READERS}"),
    "surat.pdf": ("%PDF-1.7", ""),
    "buku.xlsx": ("PK", ": "),
    "unknown.csv": ("a;b\n1;2\n", ": holds no line of known headings (definitions/layouts.csv);"),
    "empty.csv": ("", ": is empty; expected a line of headings"),
    "binary.csv": ("a\0b", ": is no text file; save the list as CSV"),
    "cut.csv": (f'{LIST}"KAB', " line 3: unexpected end of data"),
}
UNFINISHED = {"surat.pdf": "unfinished", "buku.xlsx": "unfinished"}


@pytest.fixture(scope="module")
def unread(clean_files):
    """Clean a folder with the files of UNREAD and one good file."""
    bad = {f"2023/{file}": content for file, (content, _) in UNREAD.items()}
    return clean_files({"2023/a.csv": LIST, **bad})


@pytest.mark.parametrize(("file", "said"), [(file, said) for file, (_, said) in UNREAD.items()])
def test_a_file_that_cannot_be_read_is_named_and_counted_as_unread(unread, file, said):
    (problem,) = [p for p in unread.problems if re.match(rf"2023/{re.escape(file)}[: ]", p)]
    assert problem.startswith(f"2023/{file}{said}")
    entry = unread.tables["files"].set_index("file").loc[f"2023/{file}"]
    assert entry["kind"] == "unread"
    if "waits for the next run" in problem:
        assert file in UNFINISHED
        assert pd.isna(entry["sha256"])  # it will be another file when it is whole
    else:
        assert entry["sha256"] == sha256(UNREAD[file][0])
    assert counts(unread)[f"2023/{file}"] == (0, 0, 0, 0)


def test_a_file_that_cannot_be_read_stands_among_the_rejected_with_the_reason(unread):
    rejected = unread.tables["rejected"]
    rules = rejected.set_index("file")["rule"]
    assert {name: rules.pop(f"2023/{name}") for name in UNFINISHED} == UNFINISHED
    assert set(rules) == {"unread"}
    assert sorted(rejected["file"]) == sorted(f"2023/{file}" for file in UNREAD)
    assert list(rejected["origin"].str.split("#").str[0]) == list(rejected["file"])
    assert [p.split(": ", 1)[1] for p in unread.problems] == list(rejected["reason"])


def test_a_part_that_cannot_be_read_stands_among_the_rejected_and_the_rest_is_kept(clean_files):
    heads = b"DAERAH;PILAR;JUMLAH OPD\n"
    made = clean_files({"2023/a.csv": heads})
    (row,) = made.tables["rejected"].itertuples()
    assert (row.origin, row.rule, row.reason) == ("2023/a.csv", "unread_part", HEADS_ONLY)
    assert made.tables["files"]["kind"].tolist() == ["pillar_agencies"]


def test_a_file_that_cannot_be_opened_is_named_and_the_others_are_read(raw_folder, tmp_path):
    raw = raw_folder({"2023/a.csv": LIST})
    (raw / "2023" / "b.csv").symlink_to(raw / "gone.csv")
    made = clean.clean(raw, tmp_path)
    assert made.problems == [
        "2023/b.csv: cannot be opened (No such file or directory); check that it is a file you may"
        " read"
    ]
    assert counts(made) == {"2023/a.csv": (1, 1, 0, 0), "2023/b.csv": (0, 0, 0, 0)}
    assert list(made.tables["files"]["sha256"].isna()) == [False, True]


def test_a_column_that_is_not_used_is_said(clean_files):
    made = clean_files({"2023/a.csv": "DAERAH;PILAR;JUMLAH OPD;Column1\nKAB. MALANG;Living;3;\n"})
    assert "2023/a.csv: columns not used: Column1" in made.notes


# One file's fault is its own


@pytest.mark.parametrize(
    ("faulty", "said"),
    [
        (
            "DAERAH;PILAR\nKutai Timur;Smart Society\n",
            "no known kind of list; nearest is quick_wins",
        ),
        ("NAMA;TELEPON\nSeseorang;0800\n", "no known kind of list; nearest is survey"),
        ("PILAR;DAERAH;PERANGKT DAERAH\nSmart Living;Kutai Timur;Dinkes\n", "comes near PERANGKAT"),
    ],
)
def test_a_file_whose_headings_are_not_known_is_named_and_the_others_go_on(
    clean_files, faulty, said
):
    made = clean_files({"2023/a.csv": faulty, "2023/b.csv": LIST})
    (problem,) = made.problems
    assert problem.startswith("2023/a.csv: no known kind of list")
    assert said in problem
    assert counts(made) == {"2023/a.csv": (0, 0, 0, 0), "2023/b.csv": (1, 1, 0, 0)}


def _fails(*_):
    return {}["Ibu Rahasia"]


@pytest.mark.parametrize("where", ["read", "parse", "settle", "table"])
def test_a_fault_of_the_program_costs_one_file_and_is_told_in_one_line(
    raw_folder, tmp_path, monkeypatch, where
):
    def parse_or_fail(line):
        if "Society" not in line.record.cells["pillar"]:
            return parse(line)
        return [(t, row | {"agencies": 10**30}) for t, row in parse(line)] if fits else _fails()

    fits = where == "table"
    if where == "read":
        monkeypatch.setattr(clean, "READERS", {**clean.READERS, ".txt": _fails})
    elif where in ("parse", "table"):
        monkeypatch.setattr(clean, "parse", parse_or_fail)
    else:
        monkeypatch.setattr(settling, "_content", _fails)
    same = LIST.replace("Living", "Society")
    files = {"2023/a.txt": same, "2023/b.csv": OTHER}
    files |= {"2023/c.csv": same.replace(";3", ";4")} if where == "settle" else {}
    made = clean.clean(raw_folder(files), tmp_path)
    assert list(made.tables["pillar_agencies"]["region"]) == ["32.04"]
    rejected = made.tables["rejected"]
    assert set(rejected["rule"]) == {"unread"}
    assert set(rejected["file"]) == set(files) - {"2023/b.csv"}
    assert len(made.problems) == len(files) - 1
    for problem in made.problems:
        assert re.search(
            r"the program fails on it \((KeyError|OverflowError), \w+\.py line \d", problem
        )
        assert "Rahasia" not in problem
        assert "\n" not in problem


# National tables


def national(*numbers, last=""):
    """Return a national table of invented lines, with these running numbers."""
    regions = [r for r in framework.load().regions.values() if not r.is_sample]
    lines = [f"{n};{regions[n].name};3;3;3;3;3;3;3;KPPN&IKN" for n in numbers]
    return "\n".join([f"NO;{NATIONAL}", *lines, last]) + "\n"


@pytest.mark.parametrize(
    ("numbers", "lacking"),
    [
        ([1, 2, 3], None),
        ([3, 1, 2], None),
        ([1, 2, 6, 8, 9], "3 sampai 5, 7"),
        ([3, 4], "1 sampai 2"),
        ([2], "1"),
    ],
)
def test_a_running_number_that_is_lacking_is_a_problem_and_stands_in_rejected(
    clean_files, numbers, lacking
):
    made = clean_files({"2023/tabel.csv": national(*numbers)})
    assert len(made.tables["index_scores"]) == len(numbers)
    rejected = made.tables["rejected"]
    assert list(rejected["rule"]) == (["number_gap"] if lacking else [])
    said = f"nomor urut {lacking} tidak ada; lengkapi baris itu dari tabel asli"
    assert made.problems == ([f"2023/tabel.csv: {said}"] if lacking else [])
    assert set(rejected["reason"]) == ({said} if lacking else set())


def test_tables_of_one_file_may_count_on_or_begin_anew(clean_files):
    again = national(1, 2, 3, 5).replace("NO;KAB", "NOMOR;KAB").replace(";KET\n", ";KELOMPOK\n")
    (problem,) = clean_files({"2023/tabel.csv": national(1, 2, 3, 4, 5) + again}).problems
    assert problem.startswith("2023/tabel.csv: nomor urut 4 tidak ada")
    on = national(4, 5).replace("NO;KAB", "NOMOR;KAB").replace(";KET\n", ";KELOMPOK\n")
    assert clean_files({"2023/tabel.csv": national(1, 2, 3) + on}).problems == []


def test_of_a_national_table_a_cut_line_and_a_misspelt_name_are_rejected_where_they_stand(
    clean_files,
):
    bad = "2;KAB. BADUNGG;3;3;3;3;3;3;3;KPPN&IKN\n3;KAB. BANTUL;3;2,"
    made = clean_files({"2023/tabel.csv": national(1, last=bad)})
    rejected = made.tables["rejected"]
    assert list(rejected["file"]) == ["2023/tabel.csv"] * 2
    assert list(rejected["origin"]) == ["2023/tabel.csv#l3:c2", "2023/tabel.csv#l4"]
    assert list(rejected["rule"]) == ["name", "cells"]
    assert "nearest: Kabupaten Badung" in rejected["reason"][0]
    assert counts(made) == {"2023/tabel.csv": (3, 1, 2, 0)}
    assert list(made.tables["files"]["kind"]) == ["national_table"]


def test_a_second_national_table_that_says_otherwise_costs_both_lines_and_no_other(clean_files):
    other = national(1, 2).replace(";3;KPPN", ";2,9;KPPN", 1)
    made = clean_files({"2023/a.csv": national(1, 2), "2023/b.csv": other})
    assert list(made.tables["rejected"]["rule"]) == ["conflict"] * 2
    assert counts(made) == {"2023/a.csv": (2, 1, 1, 0), "2023/b.csv": (2, 0, 1, 1)}
    assert all("contradicts 2023/" in problem for problem in made.problems)


# SOURCES.csv


def test_without_sources_everything_is_read_and_it_is_said(clean_files):
    made = clean_files({"2023/a.csv": LIST})
    assert (made.problems, made.notes) == ([], [NO_SOURCES])


@pytest.fixture(scope="module")
def listed(clean_files):
    """Clean a folder whose SOURCES.csv fits one file, and three not."""
    sources = f"file,sha256\n2023/fits.csv,{sha256(LIST)}\n2023/differs.csv,{sha256(LIST)}\n"
    return clean_files(
        {
            "SOURCES.csv": f"{sources}2023/gone.csv,0\n",
            "2023/fits.csv": LIST,
            "2023/differs.csv": OTHER,
            "2023/unlisted.csv": LIST.replace("Living", "Society"),
        }
    )


def test_a_file_that_the_sources_do_not_list_is_read_and_said(listed):
    assert listed.notes == ["2023/unlisted.csv: read, but SOURCES.csv has no line for it"]
    assert counts(listed)["2023/unlisted.csv"] == (1, 1, 0, 0)


def test_a_file_that_differs_from_its_fingerprint_stays_out_until_its_line_is_confirmed(listed):
    assert listed.problems[0] == (
        "2023/differs.csv: is not the file that SOURCES.csv names, so nothing of it is kept:"
        " restore it, or, if this one was received, write in its line the sha256 " + sha256(OTHER)
    )
    assert counts(listed)["2023/differs.csv"] == (0, 0, 0, 0)
    (row,) = listed.tables["rejected"].itertuples()
    assert (row.file, row.origin, row.rule) == (*["2023/differs.csv"] * 2, "unconfirmed")
    assert "32.04" not in set(listed.tables["pillar_agencies"]["region"])


def test_a_survey_that_is_the_copy_of_one_that_stays_out_is_read(clean_files):
    answers = "NAMA;PILAR;P1;P2;P3\nWarga;Smart Living;3;3;2\n"
    sources = "file,sha256\n2023/a.csv,0\n"
    made = clean_files({"SOURCES.csv": sources, "2023/a.csv": answers, "2023/b.csv": answers})
    assert counts(made)["2023/b.csv"] == (1, 1, 0, 0)


@pytest.mark.parametrize(
    "sources", [{}, {"SOURCES.csv": f"file,sha256\n2023/a.csv,{sha256(LIST)}\n"}]
)
def test_the_tables_record_whether_there_was_a_record_to_compare_with(
    raw_folder, tmp_path, monkeypatch, sources
):
    clean.clean(raw_folder({"2023/a.csv": LIST} | sources), tmp_path)
    monkeypatch.setenv(store.PROCESSED_VARIABLE, str(tmp_path))
    assert store.is_confirmed() == bool(sources)


def test_a_file_that_is_listed_but_not_there_is_a_problem(listed):
    assert listed.problems[1:] == ["2023/gone.csv: SOURCES.csv lists it, but it is not there"]


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        ("berkas,sha256\n2023/a.csv,0\n", "has no column 'file'"),
        ("file;sha256\n2023/a.csv;0\n", "has no column 'file'"),
        (b"file,sha256\n\xe9,0\n", "cannot be read ('utf-8' codec"),
        ('file,sha256\n"2023/a.csv,0\n', "cannot be read (unexpected end of data)"),
    ],
    ids=["another heading", "semicolons", "not UTF-8", "cut"],
)
def test_sources_that_cannot_be_read_are_a_problem_and_the_files_are_read(
    clean_files, sources, why
):
    made = clean_files({"2023/a.csv": LIST, "SOURCES.csv": sources})
    (problem,) = made.problems
    assert problem.startswith(f"SOURCES.csv: {why}")
    assert len(made.tables["pillar_agencies"]) == 1


# Said twice, and said otherwise


# Files by name, and (read, kept, rejected, duplicate) of each. A year keeps the cases apart.

CLAIMS = {
    "2011/a.csv": (f"{LIST}KAB. BANDUNG;Living;3\nKAB. MALANG;Living;3\n", (3, 2, 0, 1)),
    "2012/a.csv": (LIST, (1, 1, 0, 0)),
    "2012/b.csv": (LIST, (1, 0, 0, 1)),
    "2013/a.csv": (LIST, (1, 0, 1, 0)),
    "2013/b.csv": (LIST.replace("3", "4"), (1, 0, 1, 0)),
    "2014/a.csv": (f"{LIST}KAB. MALANG;Living;3\nKAB. MALANG;Living;4\n", (3, 0, 3, 0)),
    "2015/a.csv": (LIST, (1, 1, 0, 0)),
    "2015/b.csv": (LIST.replace("3", "0"), (1, 0, 1, 0)),
    "2022/a.csv": (f"{NATIONAL}\nKAB. MALANG;3,6;2;3;2;3;;2,6;REGULER\n", (1, 0, 1, 0)),
    "2022/b.csv": (f"{NATIONAL}\nKAB. MALANG;3,6;2;3;2;2;;2,6;REGULER\n", (1, 0, 1, 0)),
    "2023/a.csv": (
        f"{NATIONAL}\nKAB. MALANG;3,6;2,29;3,41;2,81;3,13;2,53;2,94;KPPN&IKN\n"
        "Kabupaten Malang;3.60;2.29;3.41;2.81;3.13;2.53;2.94;KPPN/IKN\n",
        (2, 1, 0, 1),
    ),
}


@pytest.fixture(scope="module")
def claims(clean_files):
    """Clean the files of CLAIMS."""
    return clean_files({file: content for file, (content, _) in CLAIMS.items()})


def origins(claims, year, table="pillar_agencies"):
    found = claims.tables[table]
    return list(found["origin"][found["origin"].str.startswith(f"{year}/")])


@pytest.mark.parametrize("file", CLAIMS)
def test_the_records_of_a_claim_are_counted(claims, file):
    assert counts(claims)[file] == CLAIMS[file][1]


def test_a_line_said_again_is_no_problem(claims):
    assert not [p for p in claims.problems if p.startswith(("2011", "2012", "2023"))]
    assert "2011/a.csv: 1 records say again what is said elsewhere" in claims.notes
    assert "2012/b.csv: is the same file as 2012/a.csv" in claims.notes


def test_two_against_one_is_no_majority(claims):
    assert origins(claims, 2014) == []
    said = [p for p in claims.problems if p.startswith("2014")]
    assert [p.split(" (agencies")[0] for p in said] == [
        "2014/a.csv#l2:c3 (and 1 more): JUMLAH OPD '3': contradicts 2014/a.csv#l4:c3",
        "2014/a.csv#l4:c3: JUMLAH OPD '4': contradicts 2014/a.csv#l2:c3",
    ]


REGIONS = {"KAB. MALANG": "35.07", "Kabupaten Malang": "35.07", "KAB. BANDUNG": "32.04"}
lines = st.tuples(
    st.sampled_from([*REGIONS, "KAB. ATLANTIS"]),
    st.sampled_from(["Smart Living", "Smart City"]),
    st.sampled_from(["3", "4", "0", "-"]),
    st.sampled_from(["", ";x"]),
)
folders = st.dictionaries(
    st.sampled_from(["2022/a.csv", "2023/a.csv", "2023/b.csv"]),
    st.lists(lines, min_size=1, max_size=8),
    min_size=1,
)


@given(folders)
@settings(max_examples=10, deadline=None)
def test_read_is_kept_and_rejected_and_duplicate_for_every_file_whatever_stands_in_it(
    clean_files, folder
):
    """Compare the counts with a plain second settling of the same lines."""
    expected = {name: [len(own), 0, 0, 0] for name, own in folder.items()}
    claims = defaultdict(list)
    for name in sorted(folder):
        for region, pillar, agencies, more in folder[name]:
            if region in REGIONS and pillar == "Smart Living" and agencies in "34" and not more:
                claims[name[:4], REGIONS[region]].append((name, agencies))
            else:
                expected[name][2] += 1
    for own in claims.values():
        agreed = len({agencies for _, agencies in own}) == 1
        for place, (name, _) in enumerate(own):
            expected[name][(1 if place == 0 else 3) if agreed else 2] += 1

    made = clean_files(
        {
            name: "\n".join([AGENCIES, *(";".join(line[:3]) + line[3] for line in own)])
            for name, own in folder.items()
        }
    )
    assert counts(made) == {name: tuple(n) for name, n in expected.items()}
    rejected = made.tables["rejected"]
    lines_of = rejected["origin"].str.replace(r":c\d+$", "", regex=True)
    assert Counter(rejected["file"][~lines_of.duplicated()]) == Counter(
        {name: n[2] for name, n in expected.items()}
    )
    assert len(made.tables["pillar_agencies"]) == sum(n[1] for n in expected.values())


def test_the_same_fault_of_the_same_cell_is_said_once_with_how_often(clean_files):
    line = "KAB. ATLANTIS;Smart Living;3\n"
    other = "KAB. ATLANTIS;Smart Society;3\n"
    made = clean_files({"2023/a.csv": f"{AGENCIES}\n{line}{other}{line}", "2023/b.csv": LIST})
    (problem,) = made.problems
    assert problem.startswith("2023/a.csv#l2:c1 (and 2 more): DAERAH 'KAB. ATLANTIS': region ")
    assert list(made.tables["rejected"]["origin"]) == [f"2023/a.csv#l{n}:c1" for n in (2, 3, 4)]


def test_invented_data_among_real_data_is_a_problem(clean_files):
    invented = f"{AGENCIES}\nKabupaten Contoh;Smart Living;3\n"
    alone = clean_files({"2023/contoh.csv": invented})
    assert alone.problems == []
    mixed = clean_files({"2023/a.csv": LIST, "2023/contoh.csv": invented})
    (problem,) = mixed.problems
    assert problem.startswith("invented data lies among real data: 2023/contoh.csv#l2:c3;")


# Corrections

CORRECTED = "2024/statistik-bps-kaltim.csv"
POPULATION = "2021;KOTA SAMARINDA;Jumlah penduduk;831.4;ribu jiwa;bps-kaltim\n"
DENSITY = "2021;KOTA SAMARINDA;Kepadatan penduduk;1161;jiwa per km2;bps-kaltim\n"


def test_the_correction_on_record_drops_its_line_and_no_other(clean_files):
    made = clean_files({CORRECTED: f"{STATISTICS}\n{DENSITY}{POPULATION}"})
    assert made.problems == []
    assert counts(made) == {CORRECTED: (2, 1, 1, 0)}
    assert list(made.tables["official_statistics"]["statistic"]) == ["density"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (POPULATION.replace("831.4", "813.4"), "found ['813.4']; not read"),
        (POPULATION.replace("831.4", "831,4"), "found ['831,4']; not read"),
        (DENSITY, "found no line; not read"),
        (POPULATION + POPULATION, "found ['831.4', '831.4']; not read"),
    ],
    ids=["guard no longer true", "written otherwise", "matches nothing", "matches two"],
)
def test_a_correction_that_does_not_fit_makes_its_file_a_named_problem(clean_files, content, found):
    made = clean_files({CORRECTED: f"{STATISTICS}\n{content}", "2023/a.csv": LIST})
    (problem,) = made.problems
    assert problem.startswith(f"{CORRECTED}: the correction of TAHUN=2021;DAERAH=KOTA SAMARINDA;")
    assert found in problem
    assert problem.endswith("remove or update the line in definitions/corrections.csv")
    assert counts(made) == {"2023/a.csv": (1, 1, 0, 0), CORRECTED: (0, 0, 0, 0)}


@pytest.fixture
def corrections(monkeypatch):
    """Return a function that puts corrections on record, in place of the real ones."""

    def put(*records):
        made = [
            Correction(
                file="2023/a.csv",
                record=record,
                column="JUMLAH OPD",
                expect=expect,
                action=action,
                value=value,
                reason="salah tulis",
                status="seen",
                citation="L23",
            )
            for record, expect, action, value in records
        ]
        changed = dataclasses.replace(framework.load(), corrections=tuple(made))
        monkeypatch.setattr(framework, "load", lambda: changed)

    return put


def test_a_correction_may_replace_a_cell(clean_files, corrections):
    corrections(("DAERAH=KAB. MALANG;PILAR=Smart Living", "3", "replace", "5"))
    made = clean_files({"2023/a.csv": f"{LIST}KAB. MALANG;Smart Society;3\n"})
    found = made.tables["pillar_agencies"]
    assert list(zip(found["pillar"], found["agencies"], strict=True)) == [
        ("living", 5),
        ("society", 3),
    ]
    assert list(found["origin"]) == ["2023/a.csv#l2:c3", "2023/a.csv#l3:c3"]
    assert made.problems == []


def test_two_corrections_of_one_file_are_both_applied(clean_files, corrections):
    corrections(
        ("PILAR=Smart Living", "3", "replace", "5"), ("PILAR=Smart Society", "4", "drop", None)
    )
    made = clean_files({"2023/a.csv": f"{LIST}KAB. MALANG;Smart Society;4\n"})
    assert list(made.tables["pillar_agencies"]["agencies"]) == [5]
    assert list(made.tables["rejected"]["reason"]) == ["dropped: salah tulis"]


def test_a_replaced_cell_is_checked_like_any_other(clean_files, corrections):
    corrections(("PILAR=Smart Living", "3", "replace", "lima"))
    made = clean_files({"2023/a.csv": LIST})
    assert list(made.tables["rejected"]["rule"]) == ["number"]


def test_a_replacement_whose_guard_is_no_longer_true_is_not_made(clean_files, corrections):
    corrections(("PILAR=Smart Living", "4", "replace", "5"))
    made = clean_files({"2023/a.csv": LIST})
    assert made.tables["pillar_agencies"].empty
    assert "expects one line with JUMLAH OPD 4, found ['3']" in made.problems[0]


# The edition a national table gives


# What lies in the wrong place, and zeros that are none


def test_what_lies_outside_the_year_folders_is_named_and_not_lost_unsaid(clean_files):
    made = clean_files({"2023/a.csv": LIST, "b.csv": OTHER, "2023 salinan/c.csv": OTHER})
    assert made.problems == [
        "2023 salinan: not read; move it into the folder of its year",
        "b.csv: not read; move it into the folder of its year",
    ]


def test_hidden_files_are_noted_and_not_read(clean_files):
    made = clean_files({"2023/a.csv": LIST, "2023/~$a.csv": OTHER, "2023/.x/b.csv": OTHER})
    assert counts(made) == {"2023/a.csv": (1, 1, 0, 0)}
    assert "hidden files not read: 2023/.x/b.csv, 2023/~$a.csv" in made.notes


def test_year_folders_without_a_file_write_nothing(raw_folder, tmp_path):
    raw = raw_folder({"2023/.keep": ""})
    with pytest.raises(UsageError, match="hold no file; nothing was written"):
        clean.clean(raw, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("KAB. BANJAR;-;-;-;-;-;;-;REGULER", "took part, but no score is stated"),
        ("KAB. BANJAR;;;;;;;;REGULER", "took part, but no score is stated"),
    ],
)
def test_a_line_of_dashes_or_blanks_is_not_taken_for_staying_away(clean_files, line, reason):
    made = clean_files({"2023/t.csv": f"{NATIONAL}\n{line}\n"})
    assert counts(made) == {"2023/t.csv": (1, 0, 1, 0)}
    assert any(reason in found for found in made.tables["rejected"]["reason"])


def test_zeros_with_an_improvement_are_not_taken_for_staying_away(clean_files):
    heads = NATIONAL.replace("KET", "TINGKAT IMPROVEMENT;KET")
    made = clean_files({"2023/t.csv": f"{heads}\nKAB. KARO;0;0;0;0;0;0;0;-2,82;KPPN&IKN\n"})
    (reason,) = made.tables["rejected"]["reason"]
    assert reason == "did not take part, but an improvement is given"


def test_a_correction_of_one_file_leaves_the_same_line_of_another(clean_files):
    made = clean_files({"2024/lain.csv": f"{STATISTICS}\n{POPULATION}"})
    assert list(made.tables["official_statistics"]["value"]) == [831.4]


def test_a_region_may_belong_to_another_group_the_next_year(clean_files):
    made = clean_files(
        {
            "2022/a.csv": f"{NATIONAL}\nKOTA SURABAYA;3;3;3;3;3;;3;KPPN&IKN\n",
            "2023/a.csv": f"{NATIONAL}\nKOTA SURABAYA;3;3;3;3;3;;3;REGULER\n",
        }
    )
    assert made.problems == []
    assert list(made.tables["index_scores"]["edition"]) == ["2022-kppn-ikn", "2023-reguler"]
